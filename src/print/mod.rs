//! Certificate + layout → PDF.
//!
//! What comes in is a [`Certificate`]: titles, names, labels and values that are already text, the module matrix of the
//! symbol, a photo. This module knows no credential types. What goes out are sheets in millimetres ([`page::Sheet`]) and, from
//! many sheets, one PDF file ([`Book`]).
//!
//! The way of a text: [`text`] splits it by direction (UAX #9), script (UAX #24) and font and shapes each piece;
//! [`paragraph`] breaks lines (UAX #14, dictionaries for Burmese, Khmer and Thai) and fits them into their
//! box: shrink, then wrap, then an error. Nothing is ever clipped.

mod background;
mod blocks;
mod book;
mod box_file;
mod certificate;
mod characters;
mod compose;
mod engraving;
mod font;
mod grid;
mod layout;
mod layout_error;
mod layout_file;
mod manifest;
mod marks;
mod matrix;
mod microprint;
pub mod page;
pub mod paragraph;
mod pdf;
mod preflight;
mod printer;
mod recent;
mod roll;
mod sheet;
mod sheet_file;
mod svg;
mod symbol_sheet;
mod table;
pub mod text;
mod words;

pub use book::{Book, BookError, BookMeta};
pub use certificate::{Cell, Certificate, Direction, FieldLine, NameLine, Picture, Table, Words};
pub use font::{FontError, Fonts};
pub use layout::{Files, Layout, Show, Side, TemplateFile};
pub use layout_error::{LayoutError, LayoutProblem};
pub use manifest::{Manifest, ManifestRow, manifest};
pub use page::{Attachment, Sheet};
pub use preflight::{Overflow, Problem, SymbolPlan, preflight};
pub use printer::{Printer, Unprintable};
pub use sheet::{Duplex, SheetPlan};
pub use svg::SvgProblem;
pub use symbol_sheet::{SymbolSheets, symbol_sheets};
