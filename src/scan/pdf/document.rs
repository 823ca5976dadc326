//! An open document, wherever it is drawn.

use super::{DrawnPage, apart, aside};
use crate::scan::attached::Attached;
use crate::scan::deadline::Deadline;
use crate::scan::error::ScanError;

/// An open document.
#[derive(Debug)]
pub(in crate::scan) struct Document {
    drawn: Drawn,
    /// Pages in it.
    pub(in crate::scan) pages: u32,
    /// Files embedded in it.
    pub(in crate::scan) attached: Attached,
}

#[derive(Debug)]
enum Drawn {
    Aside(aside::Document),
    Apart(apart::Document),
}

impl Document {
    /// Opens a document that needs no password.
    pub(in crate::scan) fn open(bytes: &[u8], deadline: Deadline) -> Result<Self, ScanError> {
        if apart::is_wanted() {
            let mut document = apart::Document::open(bytes, deadline)?;
            let (pages, attached) = (document.pages, std::mem::take(&mut document.attached));
            return Ok(Self { drawn: Drawn::Apart(document), pages, attached });
        }
        let mut document = aside::Document::open(bytes, deadline)?;
        let (pages, attached) = (document.pages, std::mem::take(&mut document.attached));
        Ok(Self { drawn: Drawn::Aside(document), pages, attached })
    }

    /// Asks for a page, counted from 1, so that it is drawn meanwhile.
    pub(in crate::scan) fn request(&self, page: u32, dpi: u32) {
        match &self.drawn {
            Drawn::Aside(document) => document.request(page, dpi),
            Drawn::Apart(document) => document.request(page, dpi),
        }
    }

    /// The page that was asked for first.
    pub(in crate::scan) fn receive(&self, page: u32, deadline: Deadline) -> Result<DrawnPage, ScanError> {
        match &self.drawn {
            Drawn::Aside(document) => document.receive(page, deadline),
            Drawn::Apart(document) => document.receive(page, deadline),
        }
    }
}
