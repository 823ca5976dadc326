//! Pages are drawn when they are wanted, where there are no threads. Whoever waits for too long ends the whole instance.

use super::{Attached, Deadline, DrawnPage, RenderCache, ScanError, check_streams, draw, open};
use hayro::hayro_syntax::Pdf;
use std::cell::Cell;
use std::fmt;

/// An open document.
pub(in crate::scan) struct Document {
    pdf: Pdf,
    /// What was asked for first, and what after it.
    orders: Cell<[Option<(u32, f32)>; 2]>,
    /// Pages in it.
    pub(in crate::scan) pages: u32,
    /// Files embedded in it.
    pub(in crate::scan) attached: Attached,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl Document {
    /// Opens a document that needs no password.
    pub(in crate::scan) fn open(bytes: &[u8], deadline: Deadline) -> Result<Self, ScanError> {
        check_streams(bytes, deadline)?;
        let (pdf, pages, attached) = open(bytes.to_vec())?;
        Ok(Self { pdf, orders: Cell::new([None; 2]), pages, attached })
    }

    /// Asks for a page, counted from 1.
    pub(in crate::scan) fn request(&self, page: u32, dpi: u32) {
        let order = Some((page, dpi as f32));
        self.orders.set(match self.orders.get() {
            [None, _] => [order, None],
            [first, _] => [first, order],
        });
    }

    /// The page that was asked for first.
    pub(in crate::scan) fn receive(&self, page: u32, deadline: Deadline) -> Result<DrawnPage, ScanError> {
        let [first, second] = self.orders.get();
        self.orders.set([second, None]);
        let (wanted, dpi) = first.ok_or(ScanError::BadPdf)?;
        if deadline.has_passed() {
            return Err(ScanError::OutOfTime { page: page - 1 });
        }
        let page = self.pdf.pages().get(wanted as usize - 1);
        let drawn = page.and_then(|page| draw(page, dpi, &RenderCache::new()));
        Ok(drawn.unwrap_or(DrawnPage { image: None, dpi: dpi as u32, is_picture: false }))
    }
}
