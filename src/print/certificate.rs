//! The view model of a printed credential: everything is text, matrix or pixels, nothing has a type of its own.

use std::sync::Arc;

use super::page::Attachment;
use crate::symbol::Matrix;

/// A word of the form in the document's language and in a second one.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    first: String,
    second: Option<String>,
}

impl Words {
    /// Words in two languages; a second text that only repeats the first is left out.
    pub fn new(first: impl Into<String>, second: Option<String>) -> Self {
        let first = first.into();
        let second = second.filter(|second| *second != first && !second.is_empty());
        Self { first, second }
    }

    /// Words in one language.
    pub fn one(first: impl Into<String>) -> Self {
        Self::new(first, None)
    }

    /// The words in the document's language; in the second one when that is all there is.
    pub fn first(&self) -> &str {
        &self.first
    }

    /// The words in the second language, when they are others.
    pub fn second(&self) -> Option<&str> {
        self.second.as_deref()
    }
}

/// The way a value runs, whatever stands around it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Direction {
    /// By its first strong letter (UAX #9, rule P2).
    #[default]
    Auto,
    /// Numbers, dates, identifiers: left to right also on a page that runs right to left.
    LeftToRight,
}

/// One form of the holder's name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NameLine {
    /// As it is to be printed.
    pub text: String,
    /// BCP 47 language of this form, where it is known: it chooses the font (Urdu: Nastaliq) and the letter forms.
    pub language: Option<String>,
    /// Column of the list that it came from, for error messages.
    pub column: Option<&'static str>,
}

impl NameLine {
    /// What an error calls it.
    pub fn column_name(&self) -> &'static str {
        self.column.unwrap_or("name")
    }
}

/// A label with its value.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FieldLine {
    /// The label.
    pub label: Words,
    /// The value as it is to be printed.
    pub value: String,
    /// The value's direction.
    pub direction: Direction,
    /// BCP 47 language of the value, where it is known: it chooses the font of Arabic letters.
    pub language: Option<String>,
    /// Column of the list that the value came from, for error messages.
    pub name: String,
}

/// One cell of a table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Cell {
    /// As it is to be printed.
    pub text: String,
    /// The text's direction.
    pub direction: Direction,
    /// BCP 47 language of the text, where it is known.
    pub language: Option<String>,
}

/// The members of a household, or anything else in rows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    /// Column heads.
    pub head: Vec<Words>,
    /// Rows; a row shorter than the head has empty cells at its end.
    pub rows: Vec<Vec<Cell>>,
}

/// A photo: 8-bit RGB, row by row from the top left.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    /// Takes the pixels; `None` when their number is not `3 × width × height` or a side is zero.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let wanted = (width as usize).checked_mul(height as usize)?.checked_mul(3)?;
        (wanted > 0 && wanted == rgb.len()).then_some(Self { width, height, rgb })
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The bytes, three a pixel.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }
}

/// All that stands on one printed credential.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Certificate {
    /// Language of the document (BCP 47), e.g. `ar`. Decides the fixed words and the direction of the page.
    pub language: String,
    /// Language of the second words of everything fixed (BCP 47); English when nothing is said.
    pub second_language: Option<String>,
    /// What the document is.
    pub title: Words,
    /// The holder's names, the own script first, then Latin.
    pub names: Vec<NameLine>,
    /// Labelled values, in the order of the page.
    pub fields: Vec<FieldLine>,
    /// Members of a household.
    pub table: Option<Table>,
    /// The holder's photo.
    pub photo: Option<Picture>,
    /// The symbols: usually one, several when the credential travels in parts.
    pub symbols: Vec<Matrix>,
    /// Name of the issuer.
    pub issuer: String,
    /// The issuer's country, as it is to be printed.
    pub issuer_country: Option<String>,
    /// The serial as printed, e.g. `K7QX-2M9D`.
    pub serial: String,
    /// Date of issue as printed.
    pub issued: String,
    /// Last day of validity as printed.
    pub valid_until: Option<String>,
    /// Number of this copy, when it is not the first.
    pub copy: Option<u16>,
    /// Serial of the credential that this one replaces.
    pub supersedes: Option<String>,
    /// Files that go into the PDF with the page: the signed credential, so that the file proves itself without a camera.
    pub attachments: Vec<Arc<Attachment>>,
}
