//! Pages are drawn on a thread of their own.
//!
//! The thread draws the next page while this one is read, has a stack that deep nesting does not exhaust, and is given up when a
//! page takes too long: a page can ask for more work than anyone has time for, and foreign code cannot be interrupted.

use super::{Attached, Deadline, DrawnPage, RenderCache, ScanError, check_streams, draw, guarded, open};
use hayro::hayro_syntax::Pdf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How long opening a document or drawing one page may take.
const SLOWEST: Duration = Duration::from_secs(20);
/// hayro never forgets fonts and glyphs, so its memory is thrown away after this many pages.
const PAGES_PER_CACHE: u32 = 50;
/// Enough for page trees and objects nested as deeply as a file of the allowed size can nest them.
const STACK_BYTES: usize = 512 << 20;

/// An open document.
#[derive(Debug)]
pub(in crate::scan) struct Document {
    requests: SyncSender<(u32, f32)>,
    drawn: Receiver<DrawnPage>,
    /// Pages in it.
    pub(in crate::scan) pages: u32,
    /// Files embedded in it.
    pub(in crate::scan) attached: Attached,
}

impl Document {
    /// Opens a document that needs no password.
    pub(in crate::scan) fn open(bytes: &[u8], deadline: Deadline) -> Result<Self, ScanError> {
        check_streams(bytes, deadline)?;
        let (requests, orders) = sync_channel(2);
        let (sender, drawn) = sync_channel(1);
        let (opened, count) = sync_channel(1);
        let bytes = bytes.to_vec();
        std::thread::Builder::new()
            .name("pdf".into())
            .stack_size(STACK_BYTES)
            .spawn(move || match open(bytes) {
                Ok((pdf, pages, attached)) => {
                    if opened.send(Ok((pages, attached))).is_ok() {
                        draw_all(&pdf, &orders, &sender);
                    }
                }
                Err(error) => drop(opened.send(Err(error))),
            })
            .map_err(|_| ScanError::BadPdf)?;
        match count.recv_timeout(SLOWEST) {
            Ok(Ok((pages, attached))) => Ok(Self { requests, drawn, pages, attached }),
            Ok(Err(error)) => Err(error),
            Err(RecvTimeoutError::Disconnected) => Err(ScanError::BadPdf),
            Err(RecvTimeoutError::Timeout) => Err(ScanError::OutOfTime { page: 0 }),
        }
    }

    /// Asks for a page, counted from 1, so that it is drawn meanwhile.
    pub(in crate::scan) fn request(&self, page: u32, dpi: u32) {
        // A thread that is gone is noticed when the page is received.
        let _ = self.requests.send((page, dpi as f32));
    }

    /// The page that was asked for first.
    pub(in crate::scan) fn receive(&self, page: u32, deadline: Deadline) -> Result<DrawnPage, ScanError> {
        match self.drawn.recv_timeout(deadline.remaining(SLOWEST)) {
            Ok(drawn) => Ok(drawn),
            Err(RecvTimeoutError::Disconnected) => Err(ScanError::BadPdf),
            Err(RecvTimeoutError::Timeout) if deadline.has_passed() => Err(ScanError::OutOfTime { page: page - 1 }),
            Err(RecvTimeoutError::Timeout) => Err(ScanError::SlowPage { page, seconds: SLOWEST.as_secs() }),
        }
    }
}

fn draw_all(pdf: &Pdf, orders: &Receiver<(u32, f32)>, sender: &SyncSender<DrawnPage>) {
    let mut cache = RenderCache::new();
    let mut pages_in_cache = 0;
    while let Ok((page, dpi)) = orders.recv() {
        if pages_in_cache == PAGES_PER_CACHE {
            cache = RenderCache::new();
            pages_in_cache = 0;
        }
        pages_in_cache += 1;
        let drawn = guarded(|| pdf.pages().get(page as usize - 1).and_then(|page| draw(page, dpi, &cache))).flatten();
        if drawn.is_none() {
            // A panic may have left the cache in any state.
            cache = RenderCache::new();
        }
        let drawn = drawn.unwrap_or(DrawnPage { image: None, dpi: dpi as u32, is_picture: false });
        if sender.send(drawn).is_err() {
            return;
        }
    }
}
