//! The readers that can be chosen, behind one trait.

use super::cascade::Cascade;
use super::deadline::Deadline;
use super::found::Found;
use super::grey::GreyImage;
use super::qr::Unread;
use super::threshold::{Threshold, binarise};
use super::{datamatrix, rqrr, rxing};

/// How much time reading may take.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Effort {
    /// A few looks, for camera frames: the next frame comes soon.
    Fast,
    /// Everything, within the budget.
    #[default]
    Thorough,
}

/// Which reader is asked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ReaderChoice {
    /// The cascade.
    #[default]
    Own,
    /// rxing alone, as it comes.
    Rxing,
    /// rqrr alone, as it comes.
    Rqrr,
    /// Each of them, one after the other.
    All,
}

/// What a reader made of an image.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// Symbols that were read.
    pub found: Vec<Found>,
    /// What other symbols may say, in the order in which it was found. Reed–Solomon decoding alone cannot tell: to be believed only when
    /// something else proves it, such as a signature.
    pub doubtful: Vec<Found>,
    /// Symbols that were seen and not read.
    pub unread: Vec<Unread>,
}

impl From<Vec<Found>> for Readings {
    fn from(found: Vec<Found>) -> Self {
        Self { found, ..Self::default() }
    }
}

/// Finds and decodes the symbols in an image.
pub trait SymbolReader {
    /// The name on the command line.
    fn name(&self) -> &'static str;
    /// Everything found until the deadline. Coordinates are those of `image`, and the page is 1.
    fn read(&self, image: &GreyImage, deadline: Deadline) -> Readings;
}

/// rxing with one look, the baseline that the cascade is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Rxing;

impl SymbolReader for Rxing {
    fn name(&self) -> &'static str {
        "rxing"
    }

    fn read(&self, image: &GreyImage, deadline: Deadline) -> Readings {
        let Some(bits) = binarise(image, Threshold::Hybrid) else { return Readings::default() };
        let mut found = rxing::look(&bits, false, deadline).found;
        if found.is_empty() && !deadline.has_passed() {
            found = datamatrix::look(&bits, false);
        }
        found.into()
    }
}

/// rqrr with one look.
#[derive(Clone, Copy, Debug)]
pub struct Rqrr;

impl SymbolReader for Rqrr {
    fn name(&self) -> &'static str {
        "rqrr"
    }

    fn read(&self, image: &GreyImage, deadline: Deadline) -> Readings {
        rqrr::look(image, deadline).into()
    }
}

/// The readers of a choice.
pub(super) fn chosen(choice: ReaderChoice, effort: Effort) -> Vec<Box<dyn SymbolReader>> {
    let own = || Box::new(Cascade { effort }) as Box<dyn SymbolReader>;
    match choice {
        ReaderChoice::Own => vec![own()],
        ReaderChoice::Rxing => vec![Box::new(Rxing)],
        ReaderChoice::Rqrr => vec![Box::new(Rqrr)],
        ReaderChoice::All => vec![own(), Box::new(Rxing), Box::new(Rqrr)],
    }
}
