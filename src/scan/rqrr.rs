//! A second opinion: rqrr on a thread of its own, which is left behind when it does not come back in time.
//!
//! rqrr copies the image for every pair of finder patterns it tries, and has taken 25 s for the moiré of a photographed screen.
//! So it sees images of bounded size only, and as long as two of its threads are still running after their time it is not asked.
//! `decode` would refuse bytes that are not UTF-8; `decode_to` hands them over as they are.

use super::deadline::Deadline;
use super::found::{Found, Kind, merge};
use super::grey::GreyImage;
use super::guard::guarded;
use crate::symbol::EcLevel;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

const MOST_PIXELS: usize = 1_500_000;
const MOST_STRAGGLERS: usize = 2;
const BUDGET: Duration = Duration::from_millis(400);

static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Counts one running thread, also when it ends by a panic.
struct Running;

impl Running {
    fn start() -> Option<Self> {
        let add = |running| (running < MOST_STRAGGLERS + rayon::current_num_threads()).then_some(running + 1);
        RUNNING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).ok().map(|_| Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Finds QR symbols.
pub(super) fn look(image: &GreyImage, deadline: Deadline) -> Vec<Found> {
    let factor = (image.area() as f64 / MOST_PIXELS as f64).sqrt().ceil() as u32;
    let image = image.shrunk(factor.max(1));
    let (Some(running), (sender, receiver)) = (Running::start(), sync_channel(1)) else { return Vec::new() };
    let started = std::thread::Builder::new().name("rqrr".into()).spawn(move || {
        let _running = running;
        let _ = sender.send(guarded(|| read(&image)).unwrap_or_default());
    });
    let found: Vec<Found> = match started {
        Ok(_) => receiver.recv_timeout(deadline.remaining(BUDGET)).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    found.into_iter().map(|found| found.scaled(factor.max(1) as f32)).collect()
}

fn read(image: &GreyImage) -> Vec<Found> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut prepared =
        ::rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| image.pixels()[y * width + x]);
    let mut all = Vec::new();
    for grid in prepared.detect_grids() {
        let mut bytes = Vec::new();
        let Some(Ok(meta)) = guarded(|| grid.decode_to(&mut bytes)) else { continue };
        if bytes.is_empty() {
            continue;
        }
        let found = Found {
            kind: Kind::Qr,
            bytes,
            version: u8::try_from(meta.version.0).ok(),
            ec_level: ec_level(meta.ecc_level),
            errors_corrected: None,
            erasures: None,
            structured_append: None,
            corners: Some(grid.bounds.map(|point| (point.x as f32, point.y as f32))),
            page: 1,
            mirrored: false,
            inverted: false,
        };
        merge(&mut all, found);
    }
    all
}

/// The two bits of the format information (ISO/IEC 18004 §7.9.1).
fn ec_level(bits: u16) -> Option<EcLevel> {
    [EcLevel::M, EcLevel::L, EcLevel::H, EcLevel::Q].get(usize::from(bits)).copied()
}
