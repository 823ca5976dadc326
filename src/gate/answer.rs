//! An answer: what was found, and where it comes from.

use std::fmt;

use crate::scan::{AttachedFile, Found};
use crate::verify::{Finding, Reason};

/// What was found of one credential, or of one symbol that is none.
#[derive(Debug)]
pub struct Answer {
    /// The verdict and what it rests on.
    pub finding: Finding,
    /// Where it comes from.
    pub origin: Origin,
}

impl Answer {
    /// An answer that is not `valid`.
    pub fn refused(reason: Reason, detail: impl Into<String>, origin: Origin) -> Self {
        Self { finding: Finding::refused(reason, Some(detail.into())), origin }
    }
}

/// Where a finding comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// File name, `-`, or `text`.
    pub source: String,
    /// Page of a PDF, frame of a film; 1 for an image.
    pub page: Option<u32>,
    /// Whether the document has other pages too.
    pub of_several: bool,
    /// The symbol, when it was scanned.
    pub symbol: Option<Found>,
    /// Whether the symbol was too damaged to be read beyond doubt, and its signature proved what it says.
    pub proved: bool,
    /// The file, when the credential was attached to a document, or was a file itself.
    pub attachment: Option<AttachedFile>,
}

impl Origin {
    /// A source of which no more is said.
    pub fn of(source: &str) -> Self {
        Self { source: source.to_owned(), ..Self::default() }
    }

    /// What the credential was read from, when something was read.
    pub fn kind(&self) -> Option<&'static str> {
        match (&self.symbol, &self.attachment) {
            (Some(_), Some(_)) => Some("both"),
            (None, Some(file)) if file.pages.is_empty() && file.name == self.source => Some("file"),
            (None, Some(_)) => Some("attachment"),
            (Some(_), None) => Some("symbol"),
            (None, None) => (self.source == "text").then_some("symbol"),
        }
    }
}

/// What people should hear beside the answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Note {
    /// Not all files of a document were looked at.
    AttachmentsLeftOut,
    /// A symbol was seen and could not be read.
    Unread {
        /// Where.
        page: u32,
    },
    /// Pages without a symbol, such as backs of sheets.
    Empty {
        /// Which.
        pages: Vec<u32>,
        /// Of how many.
        of: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AttachmentsLeftOut => {
                f.write_str("warning: not all of the files attached to it were looked at, there are too many")
            }
            Self::Unread { page } => write!(f, "a symbol on page {page} was seen and could not be read"),
            Self::Empty { pages, of } => {
                let pages = pages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                write!(f, "no symbol on page {pages} of {of}")
            }
        }
    }
}
