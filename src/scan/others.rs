//! Other symbologies, and other readers' opinions, in the order that pays most.
//!
//! Another reader's look is a scale, a filter and a threshold, followed by rxing's search. Data Matrix is read that way alone; of
//! QR symbols those that our own reader has given up, and these not in a browser.

use super::deadline::Deadline;
use super::filter::{self, Filter};
use super::found::{Found, merge};
use super::grey::GreyImage;
use super::threshold::{Threshold, binarise};
use super::{binarisation, datamatrix};
#[cfg(not(target_arch = "wasm32"))]
use super::{rqrr, rxing};
use ::rxing::common::BitMatrix;
use std::borrow::Cow;

/// Only images up to this many pixels are doubled.
#[cfg(not(target_arch = "wasm32"))]
const MOST_PIXELS_DOUBLED: usize = 3_000_000;
/// Data Matrix search follows edges all over the image, so larger images are halved for it.
const MOST_PIXELS_DATA_MATRIX: usize = 5_000_000;
/// Steps without news, after something was found, before the rest of the page is given up.
const STEPS_FOR_MORE: usize = 6;

/// What else is likely and cheap when our own reader's first looks have found nothing.
pub(super) fn first(image: &GreyImage, deadline: Deadline) -> Vec<Found> {
    Search::new(image.clone(), deadline).run(FIRST)
}

/// What is left when our own reader has given up.
pub(super) fn last(image: &GreyImage, deadline: Deadline) -> Vec<Found> {
    Search::new(image.clone(), deadline).run(LAST)
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scale {
    Full,
    Half,
    #[cfg(not(target_arch = "wasm32"))]
    Double,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    #[cfg(not(target_arch = "wasm32"))]
    Qr(Scale, Filter, Threshold),
    #[cfg(not(target_arch = "wasm32"))]
    QrInverted(Scale, Filter, Threshold),
    DataMatrix(Scale, Filter, Threshold),
    DataMatrixInverted(Scale, Filter, Threshold),
    #[cfg(not(target_arch = "wasm32"))]
    Rqrr,
}

/// Thresholds for rxing: a window of a few modules of a small symbol, and of a large one.
#[cfg(not(target_arch = "wasm32"))]
const NARROW: Threshold = Threshold::Own(binarisation::Threshold::Local { radius: 10, percent: 5 });
const LOCAL: Threshold = Threshold::Own(binarisation::Threshold::Local { radius: 20, percent: 5 });

/// The first looks for other symbologies.
const FIRST: &[Step] = {
    use Step::DataMatrix;
    &[DataMatrix(Scale::Full, Filter::None, Threshold::Hybrid), DataMatrix(Scale::Half, Filter::Smooth, LOCAL)]
};

/// What is left to try when our own reader has found nothing: other readers, and other looks for other symbologies.
#[cfg(not(target_arch = "wasm32"))]
const LAST: &[Step] = {
    use Filter::{GrowInk, None, Smooth};
    use Scale::{Double, Full, Half};
    use Step::{DataMatrix, DataMatrixInverted, Qr, QrInverted, Rqrr};
    use Threshold::Hybrid;
    &[
        Qr(Full, None, Hybrid),
        DataMatrixInverted(Full, None, Hybrid),
        DataMatrix(Full, Smooth, LOCAL),
        Qr(Half, Smooth, LOCAL),
        Qr(Full, None, NARROW),
        QrInverted(Full, None, Hybrid),
        Rqrr,
        Qr(Full, GrowInk, NARROW),
        Qr(Double, None, Hybrid),
    ]
};

/// The same without other readers.
#[cfg(target_arch = "wasm32")]
const LAST: &[Step] = &[
    Step::DataMatrixInverted(Scale::Full, Filter::None, Threshold::Hybrid),
    Step::DataMatrix(Scale::Full, Filter::Smooth, LOCAL),
];

/// What is known about one image while it is being read. Found symbols are painted over.
struct Search {
    image: GreyImage,
    deadline: Deadline,
    found: Vec<Found>,
}

impl Search {
    fn new(image: GreyImage, deadline: Deadline) -> Self {
        Self { image, deadline, found: Vec::new() }
    }

    fn run(mut self, steps: &[Step]) -> Vec<Found> {
        let mut without_news = 0;
        for step in steps {
            if self.deadline.has_passed() {
                break;
            }
            let (news, more) = self.take(*step);
            without_news = if news { 0 } else { without_news + 1 };
            if !self.found.is_empty() && (!more || without_news >= STEPS_FOR_MORE) {
                break;
            }
        }
        self.found
    }

    /// Takes one step; says whether something new was found and whether there are signs of more.
    fn take(&mut self, step: Step) -> (bool, bool) {
        match step {
            #[cfg(not(target_arch = "wasm32"))]
            Step::Qr(scale, filter, threshold) => self.look_for_qr(scale, filter, threshold, false),
            #[cfg(not(target_arch = "wasm32"))]
            Step::QrInverted(scale, filter, threshold) => self.look_for_qr(scale, filter, threshold, true),
            Step::DataMatrix(scale, filter, threshold) => {
                (self.look_for_data_matrix(scale, filter, threshold, false), true)
            }
            Step::DataMatrixInverted(scale, filter, threshold) => {
                (self.look_for_data_matrix(scale, filter, threshold, true), true)
            }
            #[cfg(not(target_arch = "wasm32"))]
            Step::Rqrr => (self.keep_all(rqrr::look(&self.image, self.deadline), 1.0), true),
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn look_for_qr(&mut self, scale: Scale, filter: Filter, threshold: Threshold, inverted: bool) -> (bool, bool) {
        let Some((bits, factor)) = self.bits(scale, filter, threshold, inverted) else { return (false, true) };
        let look = rxing::look(&bits, inverted, self.deadline);
        (self.keep_all(look.found, factor), look.sets_left > 0)
    }

    fn look_for_data_matrix(&mut self, scale: Scale, filter: Filter, threshold: Threshold, inverted: bool) -> bool {
        let is_large = self.image.area() > MOST_PIXELS_DATA_MATRIX;
        let scale = if scale == Scale::Full && is_large { Scale::Half } else { scale };
        let Some((bits, factor)) = self.bits(scale, filter, threshold, inverted) else { return false };
        self.keep_all(datamatrix::look(&bits, inverted), factor)
    }

    /// Black and white in another scale, and the factor back to the image.
    fn bits(&self, scale: Scale, filter: Filter, threshold: Threshold, inverted: bool) -> Option<(BitMatrix, f32)> {
        let scaled = self.scaled(scale)?;
        let factor = self.image.width() as f32 / scaled.width() as f32;
        let mut grey = filter::apply(scaled, filter);
        if inverted {
            grey = Cow::Owned(grey.inverted());
        }
        Some((binarise(&grey, threshold)?, factor))
    }

    fn keep_all(&mut self, found: Vec<Found>, factor: f32) -> bool {
        let mut news = false;
        for found in found {
            news |= self.keep(found.scaled(factor));
        }
        news
    }

    /// Keeps a symbol and paints it over.
    fn keep(&mut self, found: Found) -> bool {
        if let Some(corners) = &found.corners {
            // The quiet zone of four modules stays white; a little more than the symbol is painted.
            let side = (corners[0].0 - corners[1].0).hypot(corners[0].1 - corners[1].1);
            self.image.erase(corners, side * 0.02 + 1.0);
        }
        merge(&mut self.found, found)
    }

    fn scaled(&self, scale: Scale) -> Option<Cow<'_, GreyImage>> {
        let smallest_side = self.image.width().min(self.image.height());
        match scale {
            Scale::Full => Some(Cow::Borrowed(&self.image)),
            // A symbol of version 1 with its quiet zone has 29 modules.
            Scale::Half => (smallest_side >= 60).then(|| Cow::Owned(self.image.shrunk(2))),
            #[cfg(not(target_arch = "wasm32"))]
            Scale::Double => (self.image.area() <= MOST_PIXELS_DOUBLED).then(|| Cow::Owned(self.image.doubled())),
        }
    }
}
