//! What can be wrong with a row, and with a whole list.

use crate::credential::kind::ValueError;
use crate::issue::source::SourceError;

/// What is wrong with a row, for programs that say it in other languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// More or fewer cells than the header has.
    Cells,
    /// No value where every row has one.
    Empty,
    /// None of the fields that say a name.
    NoName,
    /// No name in Latin letters, and none that can be made.
    NoLatinName,
    /// A person or an id that stands in an earlier row.
    Again,
    /// Not the same as in the other rows of the group.
    Group,
    /// The rectangle of the photo.
    Crop,
    /// There is no such file, or it lies elsewhere.
    NoPhoto,
    /// A file that is no photo of a face.
    BadPhoto,
    /// No room in the symbol for a photo.
    PhotoRoom,
    /// The person holds a credential of the type.
    Holds,
    /// The page or the symbol has no room for it.
    Room,
    /// A letter that no font has.
    NoLetter,
    /// Not a date, or not one that exists.
    Date,
    /// A date that is still to come.
    Future,
    /// Not a country.
    Country,
    /// Not a value of the closed list.
    Choice,
    /// A character that nobody sees.
    Invisible,
    /// Too many letters.
    TooLong,
    /// Not a number in the range.
    Number,
    /// Not a language.
    Language,
    /// Not an address.
    Address,
    /// Anything else.
    Other,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 23] = [
        Self::Cells,
        Self::Empty,
        Self::NoName,
        Self::NoLatinName,
        Self::Again,
        Self::Group,
        Self::Crop,
        Self::NoPhoto,
        Self::BadPhoto,
        Self::PhotoRoom,
        Self::Holds,
        Self::Room,
        Self::NoLetter,
        Self::Date,
        Self::Future,
        Self::Country,
        Self::Choice,
        Self::Invisible,
        Self::TooLong,
        Self::Number,
        Self::Language,
        Self::Address,
        Self::Other,
    ];

    /// Its name in the API and in the word files of the desk's page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cells => "cells",
            Self::Empty => "empty",
            Self::NoName => "no-name",
            Self::NoLatinName => "no-latin-name",
            Self::Again => "again",
            Self::Group => "group",
            Self::Crop => "crop",
            Self::NoPhoto => "no-photo",
            Self::BadPhoto => "bad-photo",
            Self::PhotoRoom => "photo-room",
            Self::Holds => "holds",
            Self::Room => "room",
            Self::NoLetter => "no-letter",
            Self::Date => "date",
            Self::Future => "future",
            Self::Country => "country",
            Self::Choice => "choice",
            Self::Invisible => "invisible",
            Self::TooLong => "too-long",
            Self::Number => "number",
            Self::Language => "language",
            Self::Address => "address",
            Self::Other => "other",
        }
    }
}

impl From<&ValueError> for Fault {
    fn from(error: &ValueError) -> Self {
        match error {
            ValueError::Date(_) => Self::Date,
            ValueError::Future => Self::Future,
            ValueError::Country(_) => Self::Country,
            ValueError::UnknownChoice { .. } => Self::Choice,
            ValueError::Control { .. } | ValueError::BidiOverride { .. } => Self::Invisible,
            ValueError::TooLong { .. } => Self::TooLong,
            ValueError::Integer { .. } => Self::Number,
            ValueError::Language => Self::Language,
            ValueError::Url => Self::Address,
            ValueError::Members => Self::Other,
        }
    }
}

/// A fault of one row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Line of the file on which the row begins, from 1.
    pub line: u64,
    /// The column, when one is at fault.
    pub column: Option<String>,
    /// What is wrong.
    pub kind: Fault,
    /// What is wrong, in words.
    pub fault: String,
    /// What was found, shortened.
    pub found: String,
    /// What was wanted.
    pub wanted: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {}", self.fault)?;
        if !self.found.is_empty() {
            write!(f, "; found {:?}", self.found)?;
        }
        write!(f, "; wanted {}", self.wanted)
    }
}

/// Why a list cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// See [`SourceError`].
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The rows cannot be told apart.
    #[error("line {line}: the list cannot be read as CSV")]
    Csv {
        /// Where the row begins.
        line: u64,
        /// What the CSV reader met.
        #[source]
        source: csv::Error,
    },
    /// Bytes that are not UTF-8.
    #[error("line {line}, {column}: byte 0x{byte:02X} is not UTF-8; the file looks like {guess}")]
    Encoding {
        /// Where the row begins.
        line: u64,
        /// The column.
        column: String,
        /// The first byte that does not fit.
        byte: u8,
        /// A likely encoding.
        guess: &'static str,
    },
    /// Columns that the type needs are not in the header.
    #[error("line 1: no column {missing}; found {found}")]
    MissingColumns {
        /// The columns that are wanted.
        missing: String,
        /// The columns that are there.
        found: String,
    },
    /// A column stands twice in the header.
    #[error("line 1: the column {column} stands twice")]
    ColumnTwice {
        /// The column.
        column: String,
    },
    /// A header and nothing after it.
    #[error("the list has a header and no rows")]
    NoRows,
}
