//! What is checked before anything is signed: characters, coverage, space.

use super::certificate::Certificate;
use super::compose::compose;
use super::font::Fonts;
use super::layout::Layout;

/// Longest text of one field, in characters. Longer ones are refused before any work is done on them.
pub const CHARACTERS_AT_MOST: usize = 1_000;

/// Most fields, names, or rows of a table.
pub const ENTRIES_AT_MOST: usize = 200;

/// A reason why a certificate cannot be printed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A character that would not print or would change the order of what does.
    #[error("{field}: character {character_number} is {name} (U+{code:04X})")]
    Control {
        /// Column of the list.
        field: String,
        /// Place in the value, from 1.
        character_number: usize,
        /// What kind of character.
        name: &'static str,
        /// Code point.
        code: u32,
    },
    /// A character that no font has a glyph for.
    #[error("{field}: no font has {character:?} (U+{code:04X})")]
    Uncovered {
        /// Column of the list.
        field: String,
        /// The character.
        character: char,
        /// Code point.
        code: u32,
    },
    /// A text of absurd length.
    #[error("{field}: {found} characters, at most {most} can be printed")]
    TooLong {
        /// Column of the list.
        field: String,
        /// Characters found.
        found: usize,
        /// Characters allowed.
        most: usize,
    },
    /// More entries than a page can hold.
    #[error("{what}: {found} entries, at most {most} can be printed")]
    TooMany {
        /// Names, fields or rows.
        what: &'static str,
        /// Entries found.
        found: usize,
        /// Entries allowed.
        most: usize,
    },
    /// A text that does not fit its box at the smallest size.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The symbol's modules would be smaller than printers can print.
    #[error("box {box_name:?}: a symbol of {modules} modules needs {wanted:.1} mm, the box has {found:.1} mm for it")]
    SymbolTooLarge {
        /// Name of the box.
        box_name: String,
        /// Modules on a side.
        modules: usize,
        /// Side needed, in mm.
        wanted: f32,
        /// Side there is, in mm.
        found: f32,
    },
    /// A page without a symbol proves nothing.
    #[error("the certificate has no symbol")]
    NoSymbol,
    /// The certificate has something that the layout has no place for.
    #[error("the layout has no box for the {what}")]
    NoBox {
        /// What has no place.
        what: &'static str,
    },
}

/// A text that does not fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("box {box_name:?}: {field} does not fit into {width} × {height} mm at {smallest} pt")]
pub struct Overflow {
    /// Name of the box.
    pub box_name: String,
    /// Column of the list, or what the box shows.
    pub field: String,
    /// Width of the box, in mm.
    pub width: f32,
    /// Height of the box, in mm.
    pub height: f32,
    /// Smallest size that was tried, in points.
    pub smallest: f32,
}

/// Symbols that are not made yet, but whose size is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SymbolPlan {
    /// How many symbols.
    pub count: usize,
    /// Modules on a side of the widest one, quiet zone not included.
    pub modules: usize,
}

impl SymbolPlan {
    /// One symbol of a QR version (1 to 40).
    pub fn version(version: u8) -> Self {
        Self { count: 1, modules: 17 + 4 * usize::from(version) }
    }
}

/// Whether a certificate can be printed: all characters allowed and covered by a font, and everything fits, found out by
/// really laying it out. Runs before signing: while there are no symbols yet, `planned` says how large they will be.
pub fn preflight(
    certificate: &Certificate,
    layout: &Layout,
    fonts: &Fonts,
    planned: Option<SymbolPlan>,
) -> Result<(), Vec<Problem>> {
    compose(certificate, layout, fonts, planned).map(|_| ())
}

/// Refuses characters that do not print and texts of absurd length.
pub(super) fn check_texts(certificate: &Certificate) -> Vec<Problem> {
    let mut problems = Vec::new();
    let rows = certificate.table.as_ref().map_or(0, |table| table.rows.len().max(table.head.len()));
    let lengths = [("names", certificate.names.len()), ("fields", certificate.fields.len()), ("rows", rows)];
    for (what, found) in lengths {
        if found > ENTRIES_AT_MOST {
            problems.push(Problem::TooMany { what, found, most: ENTRIES_AT_MOST });
        }
    }
    if problems.is_empty() {
        each_text(certificate, &mut |field, text| check_text(field, text, &mut problems));
    }
    problems
}

fn each_text(certificate: &Certificate, check: &mut impl FnMut(&str, &str)) {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    check("title", &certificate.title.english);
    check("title", &optional(&certificate.title.local));
    for name in &certificate.names {
        check("name", &name.text);
    }
    for field in &certificate.fields {
        check(&field.name, &field.value);
        check(&field.name, &field.label.english);
        check(&field.name, &optional(&field.label.local));
    }
    if let Some(table) = &certificate.table {
        for head in &table.head {
            check("table head", &head.english);
            check("table head", &optional(&head.local));
        }
        for (number, row) in table.rows.iter().enumerate() {
            for (cell, head) in row.iter().zip(&table.head) {
                check(&format!("row {} {}", number + 1, head.english), &cell.text);
            }
        }
    }
    check("issuer", &certificate.issuer);
    check("issuer country", &optional(&certificate.issuer_country));
    check("serial", &certificate.serial);
    check("issued", &certificate.issued);
    check("valid until", &optional(&certificate.valid_until));
    check("supersedes", &optional(&certificate.supersedes));
}

fn check_text(field: &str, text: &str, problems: &mut Vec<Problem>) {
    // The byte length is known at once; counting characters of a huge text is not.
    if text.len() > CHARACTERS_AT_MOST * 4 || text.chars().count() > CHARACTERS_AT_MOST {
        let found = text.chars().count();
        problems.push(Problem::TooLong { field: field.to_owned(), found, most: CHARACTERS_AT_MOST });
        return;
    }
    for (place, c) in text.chars().enumerate() {
        if let Some(name) = refused(c) {
            let field = field.to_owned();
            problems.push(Problem::Control { field, character_number: place + 1, name, code: u32::from(c) });
        }
    }
}

/// Why a character is refused, if it is. Joiners and plain direction marks are part of correct spelling and stay.
fn refused(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "a bidi control",
        '\u{2028}' | '\u{2029}' => "a line separator",
        '\u{FFFD}' => "a replacement character, left by a damaged file",
        '\u{FEFF}' => "a byte order mark",
        '\u{FFF9}'..='\u{FFFC}' => "an annotation character",
        '\u{206A}'..='\u{206F}' | '\u{E0000}'..='\u{E0FFF}' => "an invisible character",
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => "a private use character",
        '\u{FDD0}'..='\u{FDEF}' => "not a character",
        c if u32::from(c) & 0xFFFE == 0xFFFE => "not a character",
        c if c.is_control() => "a control character",
        _ => return None,
    })
}
