//! What there is to read: the manifest of a stress set, or the index of the shared photographs.

use std::path::{Path, PathBuf};

use nansen::scan::GreyImage;

use crate::scans::Scan;

/// An image, and what is known of it.
pub struct Case {
    /// Where it lies.
    pub path: PathBuf,
    /// Its damage, or the set of photographs that it belongs to.
    pub group: String,
    /// Which strength of the damage this is, counted from 0, and the strength; nothing for photographs.
    pub strength: Option<(usize, f64)>,
    known: Known,
}

/// What may be read.
enum Known {
    Text(Vec<u8>),
    Scan(Scan),
}

impl Case {
    /// The images that the manifest of a folder names: image, damage, place of the strength, strength, code, text.
    pub fn of_stress(folder: &Path, only: &[String], codes: &[String]) -> Vec<Self> {
        let manifest = std::fs::read_to_string(folder.join("manifest.tsv"));
        let manifest = manifest.unwrap_or_else(|error| panic!("{}/manifest.tsv: {error}", folder.display()));
        let is_asked = |list: &[String], name: &str| list.is_empty() || list.iter().any(|asked| asked == name);
        let case = |line: &str| {
            let [image, damage, place, strength, code, text] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("six columns were wanted: {line}");
            };
            let strength = (place.parse().expect("a place"), strength.parse().expect("a strength"));
            (is_asked(only, damage) && is_asked(codes, code)).then(|| Self {
                path: folder.join(image),
                group: damage.to_owned(),
                strength: Some(strength),
                known: Known::Text(text.as_bytes().to_vec()),
            })
        };
        manifest.lines().filter_map(case).collect()
    }

    /// The photographs and scans of a shared folder whose content is known, and those with nothing on them.
    pub fn of_shared(folder: &Path, only: &[String]) -> Vec<Self> {
        let all = Scan::all_in(folder).into_iter();
        all.filter(|scan| scan.symbols == 0 || scan.content.is_some())
            .filter(|scan| only.is_empty() || only.contains(&scan.set))
            .map(|scan| Self {
                path: scan.path.clone(),
                group: scan.set.clone(),
                strength: None,
                known: Known::Scan(scan),
            })
            .collect()
    }

    /// The pixels.
    pub fn load(&self) -> GreyImage {
        let image = image::open(&self.path).unwrap_or_else(|error| panic!("{}: {error}", self.path.display()));
        let grey = image.into_luma8();
        GreyImage::new(grey.width(), grey.height(), grey.into_raw()).expect("an image has pixels")
    }

    /// Whether there is anything to read.
    pub fn has_symbols(&self) -> bool {
        match &self.known {
            Known::Text(_) => true,
            Known::Scan(scan) => scan.symbols > 0,
        }
    }

    /// Whether these bytes are what the image holds.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        match &self.known {
            Known::Text(text) => text == bytes,
            Known::Scan(scan) => scan.symbols > 0 && scan.holds(bytes),
        }
    }
}
