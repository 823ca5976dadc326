//! The soft modules of one symbol from many frames in, their sum out, and what it says.
//!
//! Log-likelihood ratios of independent pictures add up. Each frame is first weighed by how well it tells the function patterns
//! (ISO/IEC 18004 §6.3), whose colours are known, and then clipped, so that one bad frame takes back no more than a few good ones
//! have brought. A module under glare comes in as 0 and adds nothing.

use super::likeness::{self, Seen};
use crate::scan::found::Found;
use crate::scan::qr::{Decoded, Depth, Outcome, Patterns, SoftModules, Unread, Version, decode};

/// What one frame may say of a module, as a log-likelihood ratio.
const MOST: f32 = 3.0;
/// How surely a frame may be taken at its word.
const SCALES: [f32; 5] = [1.0, 0.5, 0.25, 0.125, 0.0625];
/// Frames that are kept to bear out what their sum says.
const MOST_KEPT: usize = 12;
/// A deep search follows each time so many frames have come in.
const DEEP_EVERY: usize = 4;

/// A symbol that is seen in one frame after the other.
#[derive(Debug)]
pub(super) struct Track {
    /// Where it was last.
    pub(super) last: Unread,
    /// The number of that frame.
    pub(super) frame: u64,
    /// Frames that have been added.
    pub(super) count: usize,
    /// What its modules say, once they were read.
    pub(super) read: Option<Found>,
    sum: Vec<f32>,
    kept: Vec<Vec<f32>>,
}

/// What a sum gave.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) found: Option<Found>,
    pub(super) doubtful: Vec<Found>,
}

impl Track {
    /// Begins with one frame.
    pub(super) fn new(first: Unread, frame: u64) -> Self {
        let values = weighed(&first.soft.values, first.version);
        Self { last: first, frame, count: 1, read: None, sum: values.clone(), kept: vec![values] }
    }

    /// Adds a frame if it shows the same symbol; says whether it does.
    pub(super) fn add(&mut self, unread: &Unread, frame: u64) -> bool {
        let version = self.last.version;
        if unread.version != version {
            return false;
        }
        let known = Seen::new(version, &self.sum);
        let same = [false, true].into_iter().find_map(|transposed| {
            let soft = if transposed { unread.soft.transposed() } else { unread.soft.clone() };
            let values = weighed(&soft.values, version);
            likeness::is_same(&known, &Seen::new(version, &values)).then_some(values)
        });
        let Some(values) = same else { return false };
        self.last = unread.clone();
        self.frame = frame;
        self.count += 1;
        if self.read.is_none() {
            for (sum, value) in self.sum.iter_mut().zip(&values) {
                *sum += value;
            }
            if self.kept.len() == MOST_KEPT {
                self.kept.remove(0);
            }
            self.kept.push(values);
        }
        true
    }

    /// Reads what has been added up so far.
    pub(super) fn decode(&mut self) -> Told {
        let version = self.last.version;
        let mut told = Told::default();
        if self.read.is_some() || self.count < 2 {
            return told;
        }
        let Some(soft) = SoftModules::new(version.modules(), self.sum.clone()) else { return told };
        let depth = if self.count.is_multiple_of(DEEP_EVERY) { Depth::Deep } else { Depth::Quick };
        match decode(&soft, version, depth) {
            Some(Outcome::Read(decoded)) => {
                if likeness::bear_out(&self.kept, &decoded) {
                    let certain = decoded.modules.iter().map(|dark| if *dark { MOST } else { -MOST });
                    self.sum = certain.collect();
                    self.kept.clear();
                    self.read = Some(self.found(*decoded));
                    told.found.clone_from(&self.read);
                } else {
                    self.start_again();
                }
            }
            Some(Outcome::Doubtful(all, _)) => {
                told.doubtful = all.into_iter().map(|decoded| self.found(decoded)).collect();
            }
            _ => {}
        }
        told
    }

    /// Forgets all frames but the last: they were not of one symbol.
    fn start_again(&mut self) {
        if let Some(last) = self.kept.pop() {
            self.sum.clone_from(&last);
            self.kept = vec![last];
            self.count = 1;
        }
    }

    fn found(&self, decoded: Decoded) -> Found {
        decoded.found(self.last.corners())
    }
}

/// The modules of a frame by what they are worth: those of a frame that tells its function patterns badly count little.
fn weighed(values: &[f32], version: Version) -> Vec<f32> {
    let known = &Patterns::of(version).known;
    let fit = |scale: f32| -> f32 {
        let terms = values.iter().zip(known).filter_map(|(value, known)| {
            let towards = if (*known)? { scale * value } else { -scale * value };
            Some((-towards).exp().ln_1p())
        });
        terms.sum()
    };
    let best = SCALES.into_iter().min_by(|a, b| fit(*a).total_cmp(&fit(*b))).unwrap_or(1.0);
    values.iter().map(|value| (best * value).clamp(-MOST, MOST)).collect()
}
