//! The reader in use: our own for QR, and others beside it and after it.

use super::deadline::Deadline;
use super::grey::GreyImage;
use super::readers::Readings;
use super::{Effort, SymbolReader, others, qr};
use std::time::Duration;

/// Images of more pixels than this are shrunk before the first look: their symbols are large, or nobody could print them.
const MOST_PIXELS: usize = 18_000_000;
/// Time for a fast reading; the next frame is waiting.
const FAST_BUDGET: Duration = Duration::from_millis(60);
/// What our own reader leaves of the time: so long can its last step and the other readers take.
const RESERVE: Duration = Duration::from_millis(220);

/// The default reader.
#[derive(Clone, Copy, Debug)]
pub struct Cascade {
    /// How much it looks.
    pub effort: Effort,
}

impl SymbolReader for Cascade {
    fn name(&self) -> &'static str {
        "own"
    }

    fn read(&self, image: &GreyImage, deadline: Deadline) -> Readings {
        let factor = (image.area() as f64 / MOST_PIXELS as f64).sqrt().ceil() as u32;
        if factor <= 1 {
            return read(image, self.effort, deadline);
        }
        let mut readings = read(&image.shrunk(factor), self.effort, deadline);
        for found in readings.found.iter_mut().chain(&mut readings.doubtful) {
            *found = found.clone().scaled(factor as f32);
        }
        readings.unread = readings.unread.into_iter().map(|unread| unread.scaled(factor as f32)).collect();
        readings
    }
}

fn read(image: &GreyImage, effort: Effort, deadline: Deadline) -> Readings {
    match effort {
        Effort::Fast => read_fast(image, deadline.at_most(FAST_BUDGET)),
        Effort::Thorough => read_thoroughly(image, deadline),
    }
}

fn read_fast(image: &GreyImage, deadline: Deadline) -> Readings {
    let mut own = qr::Search::new(image, deadline);
    own.fast();
    if own.has_found() || deadline.has_passed() {
        return own.finish();
    }
    let negative = image.inverted();
    let mut inverted = qr::Search::new(&negative, deadline);
    inverted.fast();
    both(own, inverted)
}

/// Own reader, other symbologies, light on dark, own reader to its end, other readers: what is likely and cheap comes first.
fn read_thoroughly(image: &GreyImage, deadline: Deadline) -> Readings {
    let mut own = qr::Search::new(image, deadline.earlier(RESERVE));
    let mut more = own.step();
    if own.has_found() {
        while more && own.step() {}
        return own.finish();
    }
    let others = others::first(image, deadline);
    if !others.is_empty() {
        return Readings { found: others, ..own.finish() };
    }
    let negative = image.inverted();
    let mut inverted = qr::Search::new(&negative, deadline.earlier(RESERVE));
    inverted.step();
    while more && !own.has_found() && !inverted.has_found() {
        more = own.step();
    }
    while !own.has_found() && !inverted.has_found() && inverted.step() {}
    let mut readings = both(own, inverted);
    if readings.found.is_empty() {
        readings.found = others::last(image, deadline);
    }
    readings
}

/// What was read of an image, and of the same with light and dark exchanged.
fn both(own: qr::Search<'_>, inverted: qr::Search<'_>) -> Readings {
    let (mut all, mut negative) = (own.finish(), inverted.finish());
    for found in negative.found.iter_mut().chain(&mut negative.doubtful) {
        found.inverted = true;
    }
    all.found.append(&mut negative.found);
    all.doubtful.append(&mut negative.doubtful);
    all.unread.append(&mut negative.unread);
    all
}
