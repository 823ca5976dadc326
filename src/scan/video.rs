//! Frames of a film in, symbols out, each once: those that a frame shows well, and those that only all frames together show.
//!
//! A symbol that was seen and not read leaves its soft modules. Those of the same symbol in other frames are added to them, until
//! ten bad frames make one good reading. What the person with the camera could do better is said along with it.

mod hint;
mod likeness;
mod track;

use super::Options;
use super::deadline::Deadline;
use super::doubtful::Doubtful;
use super::found::{Found, StructuredAppend};
use super::grey::GreyImage;
use super::qr::{Search, Unread};
use hint::{Sight, Steady};
use std::cmp::Reverse;
use track::Track;

pub use hint::Hint;

/// Symbols that are added up at the same time.
const MOST_TRACKS: usize = 6;
/// Symbols that are followed from frame to frame.
const MOST_PURSUED: usize = 3;
/// Symbols that have been read and are remembered.
const MOST_KNOWN: usize = 64;
/// A symbol that was not seen in so many frames is forgotten: two seconds of a slow camera.
const FORGOTTEN_AFTER: u64 = 30;

/// For so many frames after a symbol was read nobody needs to be told that none is in view.
const JUST_READ: u64 = 10;
/// Modules that agree so well with the function patterns are those of a symbol, and not of something that looks a little like it.
const LIKELY: f32 = 0.65;

/// What a frame brought.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Symbols that this frame alone shows well enough.
    pub found: Vec<Found>,
    /// Symbols that were read from this frame and those before it together.
    pub summed: Vec<Found>,
    /// What symbols may say; to be believed only when something else proves it, such as a signature.
    pub doubtful: Vec<Doubtful>,
    /// What the person with the camera could do better, once it has held for several frames.
    pub hint: Option<Hint>,
}

impl Watched {
    /// All symbols that were read.
    pub fn all(self) -> Vec<Found> {
        self.found.into_iter().chain(self.summed).collect()
    }
}

/// A film being watched.
#[derive(Debug)]
pub struct Video {
    options: Options,
    tracks: Vec<Track>,
    known: Vec<Known>,
    frame: u64,
    repeats: bool,
    steady: Steady,
}

/// A symbol that was read, and the frame that last showed it.
#[derive(Debug)]
struct Known {
    bytes: Vec<u8>,
    place: Option<StructuredAppend>,
    frame: u64,
}

impl Video {
    /// Begins to watch. A frame takes `options.image_budget`, give or take one look.
    pub fn new(options: Options) -> Self {
        Self { options, tracks: Vec::new(), known: Vec::new(), frame: 0, repeats: false, steady: Steady::default() }
    }

    /// Whether a symbol is handed over in every frame that shows it, and not only when it is new.
    #[must_use]
    pub fn with_repeats(mut self, repeats: bool) -> Self {
        self.repeats = repeats;
        self
    }

    /// Frames that have been added up for the symbol that is in view and not read yet; 0 when there is none.
    pub fn frames_added(&self) -> usize {
        let unread = self.tracks.iter().filter(|track| track.read.is_none());
        unread.map(|track| track.count).max().unwrap_or(0)
    }

    /// Whether a symbol is in view that is surely one and could not be read.
    pub fn has_unread(&self) -> bool {
        self.tracks.iter().any(|track| track.read.is_none() && track.last.is_clear())
    }

    /// Forgets all symbols, so that each is handed over once more.
    pub fn forget(&mut self) {
        self.tracks.clear();
        self.known.clear();
    }

    /// Takes the next frame.
    pub fn add(&mut self, image: &GreyImage) -> Watched {
        self.frame += 1;
        let (frame, deadline) = (self.frame, Deadline::after(self.options.image_budget));
        self.tracks.retain(|track| frame - track.frame <= FORGOTTEN_AFTER);
        self.known.retain(|known| frame - known.frame <= FORGOTTEN_AFTER);
        let mut search = Search::new(image, deadline);
        let pursued = self.pursue(&mut search);
        // Symbols that are in view are followed; another may come to lie beside them now and then.
        if pursued == 0 || frame.is_multiple_of(8) {
            if frame.is_multiple_of(2) {
                search.glance(frame as usize / 2);
            } else {
                search.fast();
            }
        }
        let finders = search.finders();
        let readings = search.finish();
        let is_read = !readings.found.is_empty();
        let mut watched =
            Watched { doubtful: readings.doubtful.into_iter().map(Doubtful::new).collect(), ..Watched::default() };
        for found in readings.found {
            if self.is_news(&found) {
                watched.found.push(found);
            }
        }
        let before: Vec<(f32, f32)> = self.tracks.iter().map(|track| middle(&track.last)).collect();
        for unread in readings.unread {
            if let Some(found) = self.sum(unread, &mut watched.doubtful) {
                watched.summed.push(found);
            }
        }
        let hint = if is_read { None } else { self.advise(image, &before, finders) };
        watched.hint = self.steady.take(hint);
        watched
    }

    /// What would help with the symbol of this frame; nothing when it has been read.
    fn advise(&self, image: &GreyImage, before: &[(f32, f32)], finders: Vec<((f32, f32), f32)>) -> Option<Hint> {
        let seen = self
            .tracks
            .iter()
            .filter(|track| track.frame == self.frame && track.last.agreement >= LIKELY)
            .max_by_key(|track| track.count);
        let was_read = seen.is_none() && self.known.iter().any(|known| self.frame - known.frame < JUST_READ);
        if was_read || seen.is_some_and(|track| track.read.is_some()) {
            return None;
        }
        let moved = seen.map_or(0.0, |track| {
            let (x, y) = middle(&track.last);
            let nearest = before.iter().map(|(a, b)| (x - a).hypot(y - b)).fold(f32::MAX, f32::min);
            if before.is_empty() { 0.0 } else { nearest / track.last.module().max(1e-3) }
        });
        let (symbol, frames) = (seen.map(|track| &track.last), seen.map_or(0, |track| track.count));
        Some(hint::advise(&Sight { image, symbol, moved, frames, finders }))
    }

    /// Follows the symbols of the frames before, those of the last ones first; says how many are still there.
    fn pursue(&self, search: &mut Search<'_>) -> usize {
        let is_blurred = matches!(self.steady.latest(), Some(Hint::OutOfFocus { .. } | Hint::Moving { .. }));
        let mut tracks: Vec<&Track> = self.tracks.iter().collect();
        tracks.sort_by_key(|track| Reverse((track.frame, track.count)));
        let is_there = |track: &&Track| search.pursue(&track.last, is_blurred) && track.last.agreement >= LIKELY;
        tracks.into_iter().take(MOST_PURSUED).filter(is_there).count()
    }

    /// Adds a symbol that was not read to what is known of it.
    fn sum(&mut self, unread: Unread, doubtful: &mut Vec<Doubtful>) -> Option<Found> {
        let frame = self.frame;
        let same =
            self.tracks.iter().position(|track| track.frame < frame).and_then(|_| {
                self.tracks.iter_mut().position(|track| track.frame < frame && track.add(&unread, frame))
            });
        let Some(at) = same else {
            self.begin(unread);
            return None;
        };
        let told = self.tracks[at].decode();
        doubtful.extend(told.doubtful.into_iter().map(Doubtful::new));
        let read = self.tracks[at].read.clone()?;
        let is_news = self.is_news(&read);
        told.found.filter(|_| is_news)
    }

    /// Begins a new sum, in place of the one that was not seen for longest.
    fn begin(&mut self, unread: Unread) {
        if self.tracks.len() == MOST_TRACKS {
            let oldest = (0..MOST_TRACKS).min_by_key(|at| (self.tracks[*at].frame, self.tracks[*at].count));
            self.tracks.swap_remove(oldest.unwrap_or(0));
        }
        self.tracks.push(Track::new(unread, self.frame));
    }

    /// Notes that a symbol is in view; says whether it is to be handed over.
    fn is_news(&mut self, found: &Found) -> bool {
        let frame = self.frame;
        let place = found.structured_append;
        if let Some(known) = self.known.iter_mut().find(|known| known.bytes == found.bytes && known.place == place) {
            known.frame = frame;
            return self.repeats;
        }
        if self.known.len() == MOST_KNOWN {
            self.known.remove(0);
        }
        self.known.push(Known { bytes: found.bytes.clone(), place, frame });
        true
    }
}

fn middle(seen: &Unread) -> (f32, f32) {
    let sum = seen.corners().iter().fold((0.0, 0.0), |(x, y), place| (x + place.0, y + place.1));
    (sum.0 / 4.0, sum.1 / 4.0)
}
