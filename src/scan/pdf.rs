//! A PDF document in, grey pages out, drawn by hayro (ISO 32000).
//!
//! Who draws when is decided in [`Document`]: on a thread of its own (`aside`), or where there are no threads, when the page is
//! wanted (`at_once`).

#[cfg(not(target_arch = "wasm32"))]
mod aside;
#[cfg(target_arch = "wasm32")]
mod at_once;

#[cfg(not(target_arch = "wasm32"))]
pub(super) use aside::Document;
#[cfg(target_arch = "wasm32")]
pub(super) use at_once::Document;

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

/// Whether a stream of the file unpacks to more than anyone can use, or time runs out while counting.
fn check_streams(bytes: &[u8], deadline: Deadline) -> Result<(), ScanError> {
    let limit = MOST_STREAM_BYTES;
    if !inflated::exceeds(bytes, limit, deadline) {
        return Ok(());
    }
    Err(if deadline.has_passed() { ScanError::OutOfTime { page: 0 } } else { ScanError::PdfBomb { limit } })
}

/// The document with the number of its pages and the files embedded in it.
fn open(bytes: Vec<u8>) -> Result<(Pdf, u32, Attached), ScanError> {
    let pdf = match guarded(|| Pdf::new(bytes)) {
        Some(Ok(pdf)) => pdf,
        Some(Err(LoadPdfError::Decryption(
            DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm,
        ))) => return Err(ScanError::EncryptedPdf),
        Some(Err(_)) | None => return Err(ScanError::BadPdf),
    };
    let pages = u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX);
    if pages == 0 {
        return Err(ScanError::BadPdf);
    }
    // What panics here was not embedded by anyone who meant it to be read.
    let attached = guarded(|| attached::list(&pdf)).unwrap_or_else(|| Attached { more: true, ..Attached::default() });
    Ok((pdf, pages, attached))
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
