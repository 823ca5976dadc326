//! What is to be issued, and how.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::write::Form;
use crate::credential::types::Wire;
use crate::desk::templates::Resolution;

/// Where the rows come from.
#[derive(Clone)]
pub enum Source {
    /// A CSV file.
    File(PathBuf),
    /// The bytes of one, such as an upload, or what [`csv_of`](super::table::csv_of) makes of a form.
    Memory(Arc<[u8]>),
}

impl Source {
    /// The file, when it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Memory(_) => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Memory(_) => f.write_str("the list"),
        }
    }
}

/// Where the photos come from.
#[derive(Clone, Default)]
pub enum Photos {
    /// Files that the list names, beside it.
    #[default]
    Beside,
    /// A folder of files that the list names, or that have the people's numbers for names.
    Folder(PathBuf),
    /// Picture files by the number of their row, from 1. Nothing is read from a disk.
    Rows(BTreeMap<u64, Arc<[u8]>>),
}

impl Photos {
    /// The folder, when one is named.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            _ => None,
        }
    }

    /// Whether people without a photo are worth a word.
    pub fn are_wanted(&self) -> bool {
        !matches!(self, Self::Beside)
    }
}

/// A credential of every row of a list, signed, recorded and printed.
#[derive(Clone)]
pub struct Order {
    /// Credential type.
    pub type_name: String,
    /// The list.
    pub list: Source,
    /// The PDF to write, or with `separate` the folder. A check needs none.
    pub output: Option<PathBuf>,
    /// Layout of the page.
    pub layout: String,
    /// The printer, when it is another than the layout's own.
    pub printer: Option<Resolution>,
    /// A template folder that is none of the data folder's.
    pub template: Option<PathBuf>,
    /// A PDF for each credential.
    pub separate: bool,
    /// Sheets of paper in a file, instead of one file.
    pub volume: Option<u32>,
    /// Whether a list of the sheets is written, too.
    pub manifest: bool,
    /// The photos.
    pub photos: Photos,
    /// Last day of validity.
    pub valid_until: Option<Date>,
    /// Wire format, instead of the type's own.
    pub wire: Option<Wire>,
    /// Check the list and the paper, issue nothing.
    pub dry_run: bool,
    /// Replace the credential that a person already holds.
    pub reissue: bool,
    /// Where the text of every symbol is written to.
    pub symbols: Option<PathBuf>,
    /// Leave bad rows out and issue the good ones.
    pub keep_going: bool,
    /// Read every page back, as printed and scanned, before it is written.
    pub read_back: bool,
    /// Language of the fixed words, instead of the holder's own.
    pub language: Option<String>,
    /// Second language of the fixed words, instead of the type's own.
    pub second_language: Option<String>,
    /// Address that any telephone opens, before the credential.
    pub address: Option<String>,
}

impl Order {
    /// A list that goes onto the usual layout.
    pub fn plain(type_name: &str, list: Source, output: Option<PathBuf>) -> Self {
        Self {
            type_name: type_name.to_owned(),
            list,
            output,
            layout: "a4".to_owned(),
            printer: None,
            template: None,
            separate: false,
            volume: None,
            manifest: false,
            photos: Photos::default(),
            valid_until: None,
            wire: None,
            dry_run: false,
            reissue: false,
            symbols: None,
            keep_going: false,
            read_back: false,
            language: None,
            second_language: None,
            address: None,
        }
    }

    /// How the papers are divided into files.
    pub fn form(&self) -> Form {
        match self.volume {
            Some(sheets) => Form::Volumes(sheets),
            None if self.separate => Form::Separate,
            None => Form::Whole,
        }
    }

    /// Whether a list of the sheets is wanted.
    pub fn wants_manifest(&self) -> bool {
        self.manifest || self.volume.is_some()
    }
}
