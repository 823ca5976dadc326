//! What is checked before anything is signed: characters, coverage, space.

use super::certificate::{Certificate, Words};
use super::characters::{Refused, refused};
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
    /// A character that would not be seen, or would change the order of those that are.
    #[error("{field}: character {character_number} is U+{code:04X}, {name}")]
    Control {
        /// Column of the list.
        field: String,
        /// Place in the value, from 1.
        character_number: usize,
        /// Its name, or what kind of character it is.
        name: &'static str,
        /// Code point.
        code: u32,
    },
    /// A character that no font has a glyph for.
    #[error("{field}: character {character_number} is {character:?} (U+{code:04X}), which no font has")]
    Uncovered {
        /// Column of the list.
        field: String,
        /// Place in the value, from 1.
        character_number: usize,
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

fn each_text(certificate: &Certificate, check: &mut dyn FnMut(&str, &str)) {
    check_words("title", &certificate.title, check);
    for name in &certificate.names {
        check(name.column_name(), &name.text);
    }
    for field in &certificate.fields {
        check(&field.name, &field.value);
        check_words(&field.name, &field.label, check);
    }
    if let Some(table) = &certificate.table {
        for head in &table.head {
            check_words("table head", head, check);
        }
        for (number, row) in table.rows.iter().enumerate() {
            for (cell, head) in row.iter().zip(&table.head) {
                check(&format!("row {} {}", number + 1, head.first()), &cell.text);
            }
        }
    }
    let rest = [
        ("issuer", Some(&certificate.issuer)),
        ("issuer country", certificate.issuer_country.as_ref()),
        ("serial", Some(&certificate.serial)),
        ("issued", Some(&certificate.issued)),
        ("valid until", certificate.valid_until.as_ref()),
        ("supersedes", certificate.supersedes.as_ref()),
    ];
    for (field, text) in rest {
        check(field, text.map(String::as_str).unwrap_or_default());
    }
}

fn check_words(field: &str, words: &Words, check: &mut dyn FnMut(&str, &str)) {
    check(field, words.first());
    check(field, words.second().unwrap_or_default());
}

fn check_text(field: &str, text: &str, problems: &mut Vec<Problem>) {
    // The byte length is known at once; counting characters of a huge text is not.
    if text.len() > CHARACTERS_AT_MOST * 4 || text.chars().count() > CHARACTERS_AT_MOST {
        let found = text.chars().count();
        problems.push(Problem::TooLong { field: field.to_owned(), found, most: CHARACTERS_AT_MOST });
        return;
    }
    for Refused { number, name, character } in refused(text) {
        let field = field.to_owned();
        problems.push(Problem::Control { field, character_number: number, name, code: u32::from(character) });
    }
}
