//! A signed, composed paper of every built-in type in every layout that lies beside it, planned for a printer.

use std::path::{Path, PathBuf};

use nansen::credential::{Record, Serial};
use nansen::format::Format;
use nansen::issue::carrier::PARTS_MAX;
use nansen::issue::paper::{self, IssuerName};
use nansen::issue::sign::{Draft, Signing, draw};
use nansen::print::{Fonts, Layout, Printer, Sheet, TemplateFile};
use nansen::seal::SigningKey;
use nansen::symbol::{EcLevel, Room};

use super::samples::{credential, issuer, list, made, records};

/// The built-in types.
pub const TYPES: [&str; 5] = ["registration", "diploma", "training", "household", "vaccination"];

#[derive(Clone)]
/// A paper on its sheets, and the texts of its symbols.
pub struct Paper {
    /// The type.
    pub type_name: &'static str,
    /// The layout's name, such as `a4`.
    pub layout: String,
    /// The resolution of the printer that it was planned for, in dots per inch.
    pub dpi: u32,
    /// The error correction level of its symbols.
    pub level: EcLevel,
    /// The serial.
    pub serial: String,
    /// The text of each symbol.
    pub texts: Vec<String>,
    /// The sheets.
    pub sheets: Vec<Sheet>,
}

/// The layouts of a type by name: its own, and those beside the folders of the types, which all types share.
pub fn layouts(type_name: &str) -> Vec<(String, PathBuf)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let entries = |folder: PathBuf| std::fs::read_dir(folder).expect("a folder of templates");
    let paths = entries(shared.join(type_name)).chain(entries(shared)).map(|entry| entry.expect("an entry").path());
    let is_layout = |path: &PathBuf| {
        path.extension().is_some_and(|e| e == "toml") && !path.ends_with("type.toml") && !path.ends_with("words.toml")
    };
    let name = |path: PathBuf| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path);
    let mut found: Vec<_> = paths.filter(is_layout).map(name).collect();
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    assert!(!found.is_empty(), "{type_name} has no layout");
    found
}

/// A layout with the files that it names, looked up beside it and then beside the types, for a printer of `dpi`.
fn layout(path: &Path, dpi: u32) -> Result<Layout, Box<dyn std::error::Error>> {
    let own = path.parent().expect("a folder").to_owned();
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files = |name: &str| {
        let found = [&own, &shared].into_iter().find_map(|folder| std::fs::read(folder.join(name)).ok());
        found.map(|bytes| TemplateFile { shown: name.to_owned(), bytes })
    };
    let name = path.file_name().expect("a name").to_string_lossy();
    let layout = Layout::from_files(&name, &files)?.with_microprint("Kakuma desk");
    Ok(layout.for_printer(dpi as f32).ok_or("a printer that is not known")?)
}

/// Composes the first row of a type's sample list in one of its layouts, for a printer of `dpi`.
///
/// # Errors
/// When the type does not fit the layout, such as a household on a receipt.
pub fn paper(
    type_name: &'static str,
    (name, path): (String, PathBuf),
    dpi: u32,
    fonts: &Fonts,
) -> Result<Paper, Box<dyn std::error::Error>> {
    let made = made(type_name);
    let record: Record = records(&made, Path::new(&list(type_name))).swap_remove(0);
    let layout = layout(&path, dpi)?;
    let rooms: Vec<Room> = (1..=usize::from(PARTS_MAX)).map(|count| layout.room(count)).collect();
    let key = SigningKey::from_pem(include_str!("../data/vectors-ed25519.pem"), None).expect("the key is good");
    let unsigned = credential(&made, record, 7);
    let signing = Signing {
        key: &key,
        issuer: issuer(),
        made: &made,
        format: Format::from(made.wire),
        now: unsigned.issued,
        expires: None,
        address: None,
        rooms: &rooms,
    };
    let draft = Draft {
        record: unsigned.record,
        photo: None,
        serial: Serial::from_bytes([0x5a, 0, 0, 0, 7]),
        status: None,
        supersedes: None,
        copy: None,
    };
    let signed = signing.sign(draft)?;
    let symbols = draw(&signed.texts, signing.room(signed.texts.len()))?;
    let level = symbols.first().ok_or("no symbol")?.level();
    let language = paper::language(&signed.credential.record, &made);
    let desk = IssuerName { name: "Kakuma desk".to_owned(), country: Some("KEN".to_owned()) };
    let certificate = paper::certificate(&signed.credential, &made, &desk, &language, symbols, None);
    let sheets = Printer::new(&layout, fonts).sheets(std::slice::from_ref(&certificate))?;
    Ok(Paper { type_name, layout: name, dpi, level, serial: certificate.serial, texts: signed.texts, sheets })
}

/// Every type in every layout that it fits, for each of these printers.
#[allow(dead_code)]
pub fn papers(fonts: &Fonts, printers: &[u32]) -> Vec<Paper> {
    let mut papers = Vec::new();
    for type_name in TYPES {
        for one in layouts(type_name) {
            for dpi in printers {
                match paper(type_name, one.clone(), *dpi, fonts) {
                    Ok(paper) => papers.push(paper),
                    Err(error) => println!("{type_name} does not go onto {} at {dpi} dpi: {error}", one.0),
                }
            }
        }
    }
    for (layout, _) in TYPES.into_iter().flat_map(layouts) {
        assert!(papers.iter().any(|paper| paper.layout == layout), "nothing goes onto {layout}");
    }
    for type_name in TYPES {
        assert!(papers.iter().any(|paper| paper.type_name == type_name), "{type_name} goes onto nothing");
    }
    papers
}
