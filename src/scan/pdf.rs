//! A PDF document in, grey pages out, drawn by hayro on a thread of its own (ISO 32000).
//!
//! The thread draws the next page while this one is read, has a stack that deep nesting does not exhaust, and is given up when a
//! page takes too long: a page can ask for more work than anyone has time for, and foreign code cannot be interrupted.

use super::attached::{self, Attached};
use super::deadline::Deadline;
use super::error::ScanError;
use super::grey::GreyImage;
use super::guard::guarded;
use super::inflated;
use super::picture;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Points in an inch, the unit of a page.
const POINTS: f32 = 72.0;
/// Most pixels of a drawn page: A2 at 300 dpi. Larger pages are drawn at a lower resolution.
const MOST_PIXELS: f32 = 36e6;
/// Most pixels on one side, below the 65,535 that the renderer can address.
const MOST_SIDE: f32 = 32_000.0;
/// Most bytes that a stream may unpack to: a colour page of A2 at 600 dpi.
const MOST_STREAM_BYTES: u64 = 448 << 20;
/// Most bytes of drawing commands on a page.
const MOST_COMMAND_BYTES: usize = 64 << 20;
/// How long opening a document or drawing one page may take.
const SLOWEST: Duration = Duration::from_secs(20);
/// hayro never forgets fonts and glyphs, so its memory is thrown away after this many pages.
const PAGES_PER_CACHE: u32 = 50;
/// Enough for page trees and objects nested as deeply as a file of the allowed size can nest them.
const STACK_BYTES: usize = 512 << 20;

/// A page that was drawn.
#[derive(Debug)]
pub(super) struct DrawnPage {
    /// The drawing; `None` when hayro could not draw the page.
    pub(super) image: Option<GreyImage>,
    /// Resolution in dots per inch that was used.
    pub(super) dpi: u32,
    /// Whether an image of a scanner is on it.
    pub(super) is_picture: bool,
}

/// An open document.
#[derive(Debug)]
pub(super) struct Document {
    requests: SyncSender<(u32, f32)>,
    drawn: Receiver<DrawnPage>,
    /// Pages in it.
    pub(super) pages: u32,
    /// Files embedded in it.
    pub(super) attached: Attached,
}

impl Document {
    /// Opens a document that needs no password.
    pub(super) fn open(bytes: &[u8], deadline: Deadline) -> Result<Self, ScanError> {
        if inflated::exceeds(bytes, MOST_STREAM_BYTES, deadline) {
            let limit = MOST_STREAM_BYTES;
            return Err(if deadline.has_passed() {
                ScanError::OutOfTime { page: 0 }
            } else {
                ScanError::PdfBomb { limit }
            });
        }
        let (requests, orders) = sync_channel(2);
        let (sender, drawn) = sync_channel(1);
        let (opened, count) = sync_channel(1);
        let bytes = bytes.to_vec();
        std::thread::Builder::new()
            .name("pdf".into())
            .stack_size(STACK_BYTES)
            .spawn(move || match guarded(|| Pdf::new(bytes)) {
                Some(Ok(pdf)) => {
                    let pages = pdf.pages().len();
                    // What panics here was not embedded by anyone who meant it to be read.
                    let attached = guarded(|| attached::list(&pdf))
                        .unwrap_or_else(|| Attached { more: true, ..Attached::default() });
                    if opened.send(Ok((pages, attached))).is_ok() {
                        draw_all(&pdf, &orders, &sender);
                    }
                }
                Some(Err(error)) => drop(opened.send(Err(Some(error)))),
                None => drop(opened.send(Err(None))),
            })
            .map_err(|_| ScanError::BadPdf)?;
        match count.recv_timeout(SLOWEST) {
            Ok(Ok((0, _))) => Err(ScanError::BadPdf),
            Ok(Ok((pages, attached))) => {
                Ok(Self { requests, drawn, pages: u32::try_from(pages).unwrap_or(u32::MAX), attached })
            }
            Ok(Err(Some(LoadPdfError::Decryption(
                DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm,
            )))) => Err(ScanError::EncryptedPdf),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(ScanError::BadPdf),
            Err(RecvTimeoutError::Timeout) => Err(ScanError::OutOfTime { page: 0 }),
        }
    }

    /// Asks for a page, counted from 1, so that it is drawn meanwhile.
    pub(super) fn request(&self, page: u32, dpi: u32) {
        // A thread that is gone is noticed when the page is received.
        let _ = self.requests.send((page, dpi as f32));
    }

    /// The page that was asked for first.
    pub(super) fn receive(&self, page: u32, deadline: Deadline) -> Result<DrawnPage, ScanError> {
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

fn draw<'a>(page: &'a Page<'a>, dpi: f32, cache: &RenderCache<'a>) -> Option<DrawnPage> {
    if commands_exceed(page, MOST_COMMAND_BYTES) {
        return None;
    }
    let (width, height) = page.render_dimensions();
    let scale = scale(width, height, dpi)?;
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let pixmap = hayro::render(page, cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    // Rec. 601 luma; the ground is opaque, so there is no alpha left.
    let grey =
        |rgba: &[u8]| ((u32::from(rgba[0]) * 77 + u32::from(rgba[1]) * 150 + u32::from(rgba[2]) * 29) >> 8) as u8;
    let pixels = pixmap.data_as_u8_slice().chunks_exact(4).map(grey).collect();
    let image = GreyImage::new(pixmap.width().into(), pixmap.height().into(), pixels)?;
    let is_picture = picture::is_scan(page.resources(), width / POINTS, height / POINTS);
    Some(DrawnPage { image: Some(image), dpi: (scale * POINTS).round() as u32, is_picture })
}

/// Pixels to a point, fewer than `dpi` asks for when the page is very large.
fn scale(width: f32, height: f32, dpi: f32) -> Option<f32> {
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return None;
    }
    let scale = (dpi / POINTS).min((MOST_PIXELS / width / height).sqrt()).min(MOST_SIDE / width.max(height));
    (width * scale >= 1.0 && height * scale >= 1.0).then_some(scale)
}

/// Whether the drawing commands of a page are too many. A page may name the same stream a thousand times, so they are
/// counted before hayro joins them.
fn commands_exceed(page: &Page<'_>, limit: usize) -> bool {
    use hayro::hayro_syntax::object::{Array, Stream};
    let dict = page.raw();
    let size = |stream: Stream<'_>| stream.decoded_data().map_or(0, |data| data.len());
    if let Some(stream) = dict.get::<Stream<'_>>("Contents") {
        return size(stream) > limit;
    }
    let Some(streams) = dict.get::<Array<'_>>("Contents") else { return false };
    let mut total = 0;
    streams.iter::<Stream<'_>>().any(|stream| {
        total += size(stream);
        total > limit
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_very_large_page_is_drawn_at_a_lower_resolution() {
        let a4 = scale(595.0, 842.0, 300.0).unwrap();
        assert!((a4 - 300.0 / 72.0).abs() < 1e-6);
        let a0 = scale(2384.0, 3370.0, 300.0).unwrap();
        assert!(a0 * 2384.0 * a0 * 3370.0 <= MOST_PIXELS * 1.001);
        assert!(scale(14_400.0, 1.0, 300.0).unwrap() * 14_400.0 <= MOST_SIDE * 1.001);
        assert_eq!(scale(1e9, 1e-3, 300.0), None);
        assert_eq!(scale(f32::NAN, 10.0, 300.0), None);
    }
}
