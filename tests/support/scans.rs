//! The shared photographs and scans, with what their index says of them.

use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};

/// Images whose symbol holds something else than the index says; zxing-cpp 3 reads the same bytes as we do, or none.
const INDEX_IS_WRONG: [(&str, &str); 6] = [
    ("zxing-2/0011.jpg", "the symbol says photography, the index photograph"),
    ("zxing-2/0014.jpg", "a second symbol lies inside the first"),
    ("eudcc/0089.png", "the symbol is of another certificate than the text beside it"),
    ("eudcc/0090.png", "the symbol is of another certificate than the text beside it"),
    ("eudcc/0091.png", "the symbol is of another certificate than the text beside it"),
    ("eudcc/0147.png", "the symbol is of another certificate than the text beside it"),
];

/// An image of the index.
pub struct Scan {
    /// Folder and file name.
    pub name: String,
    /// The folder.
    pub set: String,
    /// Where the image was taken from.
    pub source: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Symbols in it.
    pub symbols: u32,
    /// What its symbol holds.
    pub content: Option<Vec<u8>>,
}

impl Scan {
    /// Every image of the index; `None`, and a word about it, when the shared folder is not at hand.
    pub fn all() -> Option<Vec<Self>> {
        let Some(shared) = std::env::var_os("NANSEN_SHARED") else {
            println!("skipped: NANSEN_SHARED is not set");
            return None;
        };
        Some(Self::all_in(Path::new(&shared)))
    }

    /// Every image of the index in a shared folder.
    pub fn all_in(shared: &Path) -> Vec<Self> {
        // Absolute, because some commands run in another folder.
        let folder = std::path::absolute(shared).unwrap().join("scans");
        let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
        let scan = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            let content = fields.get(3).filter(|text| !text.is_empty());
            Self {
                name: fields[0].to_owned(),
                set: fields[0].split('/').next().unwrap().to_owned(),
                source: fields[1].to_owned(),
                path: folder.join(fields[0]),
                symbols: fields[2].parse().unwrap(),
                content: content.map(|text| Base64::decode_vec(text).unwrap()),
            }
        };
        index.lines().skip(1).map(scan).collect()
    }

    /// Whether the index is wrong about this image.
    pub fn index_is_wrong(&self) -> bool {
        INDEX_IS_WRONG.iter().any(|(name, _)| *name == self.name)
    }

    /// Whether these bytes are what the index says, or the index is known to be wrong.
    ///
    /// The index is UTF-8 where the symbol may be Shift JIS or GB 18030.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let charsets = [encoding_rs::SHIFT_JIS, encoding_rs::GB18030, encoding_rs::WINDOWS_1252];
        let decoded = |charset: &'static encoding_rs::Encoding| charset.decode_without_bom_handling(bytes).0;
        let is = |text: &[u8]| bytes == text || charsets.into_iter().any(|charset| decoded(charset).as_bytes() == text);
        self.index_is_wrong() || self.content.as_deref().is_some_and(is)
    }
}
