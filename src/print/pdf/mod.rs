//! Sheets → the objects of a PDF 1.7 file (ISO 32000-1) that is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).
//!
//! Every file writes what it is named after. [`sheet`] makes the objects of a sheet, on any core; [`objects`] writes objects
//! to the file one after the other and keeps only where they are; the tails of the file are written by [`super::book`].

pub(super) mod attachment;
pub(super) mod codes;
mod content;
mod draw;
mod flate;
pub(super) mod font;
mod image;
pub(super) mod metadata;
pub(super) mod objects;
mod path;
mod profile;
pub(super) mod program;
pub(super) mod sheet;
mod structure;
pub(super) mod tails;
mod text;
