//! What can be wrong with a row, and with a whole list.

use crate::issue::source::SourceError;

/// A fault of one row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Line of the file on which the row begins, from 1.
    pub line: u64,
    /// The column, when one is at fault.
    pub column: Option<String>,
    /// What is wrong.
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
