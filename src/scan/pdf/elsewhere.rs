//! A document that another module opens and draws, because hayro is not in this one.
//!
//! What makes hayro panic makes an end of that module. The next one begins with nothing, so it is given the document once more.

use super::DrawnPage;
use crate::scan::attached::Attached;
use crate::scan::deadline::Deadline;
use crate::scan::elsewhere::ask;
use crate::scan::elsewhere::wire::{self, Request};
use crate::scan::error::ScanError;
use std::cell::Cell;

/// An open document.
#[derive(Debug)]
pub(in crate::scan) struct Document {
    bytes: Vec<u8>,
    is_open: Cell<bool>,
    /// What was asked for first, and what after it.
    orders: Cell<[Option<(u32, u32)>; 2]>,
    /// Pages in it.
    pub(in crate::scan) pages: u32,
    /// Files embedded in it.
    pub(in crate::scan) attached: Attached,
}

impl Document {
    /// Opens a document that needs no password.
    pub(in crate::scan) fn open(bytes: &[u8], _: Deadline) -> Result<Self, ScanError> {
        if ask(Request::Close).is_none() {
            return Err(ScanError::NoPdfReader);
        }
        let answer = ask(Request::Open(bytes)).and_then(|answer| wire::opened(&answer));
        let (pages, attached) = answer.ok_or(ScanError::BadPdf)??;
        Ok(Self { bytes: bytes.to_vec(), is_open: Cell::new(true), orders: Cell::default(), pages, attached })
    }

    /// Asks for a page, counted from 1. It is drawn when it is wanted: nothing runs beside this.
    pub(in crate::scan) fn request(&self, page: u32, dpi: u32) {
        let order = Some((page, dpi));
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
        if !self.is_open.get() {
            self.is_open.set(ask(Request::Open(&self.bytes)).is_some());
        }
        let drawn = ask(Request::Draw { page: wanted, dpi }).and_then(|answer| wire::drawn(&answer));
        self.is_open.set(drawn.is_some());
        Ok(drawn.unwrap_or(DrawnPage { image: None, dpi, is_picture: false }))
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        let _ = ask(Request::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::super::aside;
    use super::*;
    use crate::scan::elsewhere::{Server, read_elsewhere};
    use std::cell::RefCell;

    thread_local! {
        static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
        static FAILS: Cell<bool> = const { Cell::new(false) };
    }

    fn server(request: &[u8]) -> Option<Vec<u8>> {
        if FAILS.replace(false) {
            SERVER.take();
            return None;
        }
        SERVER.with_borrow_mut(|server| Some(server.get_or_insert_default().answer(request)))
    }

    #[test]
    fn a_document_that_is_read_elsewhere_is_the_same_document() {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-scans/two-on-one-page.pdf")).unwrap();
        read_elsewhere(server);
        let (here, there) = (
            Document::open(&bytes, Deadline::never()).unwrap(),
            aside::Document::open(&bytes, Deadline::never()).unwrap(),
        );
        assert_eq!((here.pages, &here.attached.files), (there.pages, &there.attached.files));
        here.request(1, 60);
        there.request(1, 60);
        let page = here.receive(1, Deadline::never()).unwrap();
        assert_eq!(page, there.receive(1, Deadline::never()).unwrap());
        here.request(1, 60);
        FAILS.set(true);
        assert_eq!(here.receive(1, Deadline::never()).unwrap().image, None);
        here.request(1, 60);
        assert_eq!(here.receive(1, Deadline::never()).unwrap(), page);
        assert!(matches!(Document::open(b"%PDF-", Deadline::never()), Err(ScanError::BadPdf)));
    }
}
