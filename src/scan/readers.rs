//! The readers that can be chosen, behind one trait.

#[cfg(not(target_arch = "wasm32"))]
use super::baselines::{Rqrr, Rxing};
use super::cascade::Cascade;
use super::deadline::Deadline;
use super::found::Found;
use super::grey::GreyImage;
use super::qr::Unread;

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
    #[cfg(not(target_arch = "wasm32"))]
    Rxing,
    /// rqrr alone, as it comes.
    #[cfg(not(target_arch = "wasm32"))]
    Rqrr,
    /// Each of them, one after the other.
    #[cfg(not(target_arch = "wasm32"))]
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

/// The readers of a choice.
pub(super) fn chosen(choice: ReaderChoice, effort: Effort) -> Vec<Box<dyn SymbolReader>> {
    let own = || Box::new(Cascade { effort }) as Box<dyn SymbolReader>;
    match choice {
        ReaderChoice::Own => vec![own()],
        #[cfg(not(target_arch = "wasm32"))]
        ReaderChoice::Rxing => vec![Box::new(Rxing)],
        #[cfg(not(target_arch = "wasm32"))]
        ReaderChoice::Rqrr => vec![Box::new(Rqrr)],
        #[cfg(not(target_arch = "wasm32"))]
        ReaderChoice::All => vec![own(), Box::new(Rxing), Box::new(Rqrr)],
    }
}
