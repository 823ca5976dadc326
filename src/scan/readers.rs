//! The readers that can be chosen, behind one trait.

use super::cascade::Cascade;
use super::deadline::Deadline;
use super::found::Found;
use super::grey::GreyImage;
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

/// Finds and decodes the symbols in an image.
pub trait SymbolReader {
    /// The name on the command line.
    fn name(&self) -> &'static str;
    /// Everything found until the deadline. Coordinates are those of `image`, and the page is 1.
    fn read(&self, image: &GreyImage, deadline: Deadline) -> Vec<Found>;
}

/// rxing with one look, the baseline that the cascade is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Rxing;

impl SymbolReader for Rxing {
    fn name(&self) -> &'static str {
        "rxing"
    }

    fn read(&self, image: &GreyImage, deadline: Deadline) -> Vec<Found> {
        let Some(bits) = binarise(image, Threshold::Hybrid) else { return Vec::new() };
        let mut found = rxing::look(&bits, false, deadline).found;
        if found.is_empty() && !deadline.has_passed() {
            found = datamatrix::look(&bits, false);
        }
        found
    }
}

/// rqrr with one look.
#[derive(Clone, Copy, Debug)]
pub struct Rqrr;

impl SymbolReader for Rqrr {
    fn name(&self) -> &'static str {
        "rqrr"
    }

    fn read(&self, image: &GreyImage, deadline: Deadline) -> Vec<Found> {
        rqrr::look(image, deadline)
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
