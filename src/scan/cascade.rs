//! The reader in use: many looks at one image, the cheap and fruitful ones first.
//!
//! A look is a scale, a filter and a threshold, followed by rxing's search for finder patterns. The order was found by
//! measuring every combination on photographs and on graded damage and taking, again and again, the one that reads most of
//! what is still unread for its time.

use super::deadline::Deadline;
use super::filter::{self, Filter};
use super::found::{Found, merge};
use super::grey::GreyImage;
use super::pool::Pool;
use super::readers::Readings;
use super::threshold::{Threshold, binarise};
use super::{Effort, SymbolReader, datamatrix, qr, rqrr, rxing};
use ::rxing::common::BitMatrix;
use std::borrow::Cow;

/// Images of more pixels than this are shrunk before the first look: their symbols are large, or nobody could print them.
const MOST_PIXELS: usize = 18_000_000;
/// Only images up to this many pixels are doubled.
const MOST_PIXELS_DOUBLED: usize = 3_000_000;
/// Data Matrix search follows edges all over the image, so larger images are halved for it.
const MOST_PIXELS_DATA_MATRIX: usize = 5_000_000;
/// Steps without news, after something was found, before the rest of the page is given up.
const STEPS_FOR_MORE: usize = 6;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scale {
    Full,
    Half,
    Third,
    Double,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Qr(Scale, Filter, Threshold),
    QrInverted(Scale, Filter, Threshold),
    /// With the finder patterns that the looks before it saw, each perhaps another.
    QrPooled(Scale, Filter, Threshold),
    DataMatrix(Scale, Filter, Threshold),
    DataMatrixInverted(Scale, Filter, Threshold),
    Rqrr,
}

/// The first looks for other symbologies.
const OTHERS: &[Step] = &[
    Step::DataMatrix(Scale::Full, Filter::None, Threshold::Hybrid),
    Step::DataMatrix(Scale::Half, Filter::Smooth, Threshold::Midway { block: 16 }),
];

/// What is left when our own reader has found nothing.
const STEPS: &[Step] = {
    use Filter::{GrowInk, Median, None, Sharpen, ShrinkInk, Smooth};
    use Scale::{Double, Full, Half, Third};
    use Step::{DataMatrix, DataMatrixInverted, Qr, QrInverted, QrPooled, Rqrr};
    use Threshold::{Global, Hybrid, Local, Midway};
    &[
        Qr(Full, None, Hybrid),
        Qr(Half, Smooth, Midway { block: 16 }),
        Qr(Full, None, Local { radius: 10, percent: 5 }),
        DataMatrix(Full, None, Hybrid),
        QrInverted(Full, None, Hybrid),
        Qr(Full, ShrinkInk, Local { radius: 20, percent: 0 }),
        Qr(Full, GrowInk, Local { radius: 10, percent: 5 }),
        Qr(Full, Smooth, Global),
        Qr(Third, None, Hybrid),
        DataMatrix(Half, Smooth, Midway { block: 16 }),
        Qr(Full, Sharpen, Local { radius: 40, percent: 3 }),
        Qr(Full, Median, Midway { block: 16 }),
        Qr(Full, None, Local { radius: 20, percent: 5 }),
        QrPooled(Full, None, Hybrid),
        QrPooled(Full, None, Local { radius: 20, percent: 5 }),
        QrPooled(Full, GrowInk, Local { radius: 10, percent: 5 }),
        Rqrr,
        Qr(Full, Sharpen, Local { radius: 10, percent: 5 }),
        Qr(Full, GrowInk, Midway { block: 16 }),
        Qr(Double, None, Hybrid),
        DataMatrix(Full, Smooth, Local { radius: 20, percent: 5 }),
        DataMatrixInverted(Full, None, Hybrid),
        Qr(Double, Smooth, Local { radius: 20, percent: 0 }),
        Qr(Double, GrowInk, Midway { block: 32 }),
        QrInverted(Half, Smooth, Midway { block: 16 }),
        QrPooled(Double, None, Hybrid),
        QrPooled(Full, Sharpen, Local { radius: 40, percent: 3 }),
    ]
};

/// The default reader.
#[derive(Clone, Copy, Debug)]
pub struct Cascade {
    /// How many looks it takes.
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
    let mut own = qr::Search::new(image, deadline);
    if effort == Effort::Fast {
        own.fast();
        return own.finish();
    }
    let mut more = own.step();
    if !own.has_found() {
        let others = Search::new(image.clone(), deadline).run(OTHERS);
        if !others.is_empty() {
            return others.into();
        }
    }
    while more {
        more = own.step() && !own.has_found();
    }
    let mut readings = own.finish();
    if readings.found.is_empty() {
        readings.found = Search::new(image.clone(), deadline).run(STEPS);
    }
    readings
}

/// What is known about one image while it is being read. Found symbols are painted over.
struct Search {
    image: GreyImage,
    deadline: Deadline,
    found: Vec<Found>,
    /// Finder patterns of looks that read nothing.
    pool: Pool,
}

impl Search {
    fn new(image: GreyImage, deadline: Deadline) -> Self {
        Self { image, deadline, found: Vec::new(), pool: Pool::default() }
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
            Step::Qr(scale, filter, threshold) => self.look_for_qr(scale, filter, threshold, false),
            Step::QrInverted(scale, filter, threshold) => self.look_for_qr(scale, filter, threshold, true),
            Step::QrPooled(scale, filter, threshold) => (self.look_with_pool(scale, filter, threshold), true),
            Step::DataMatrix(scale, filter, threshold) => {
                (self.look_for_data_matrix(scale, filter, threshold, false), true)
            }
            Step::DataMatrixInverted(scale, filter, threshold) => {
                (self.look_for_data_matrix(scale, filter, threshold, true), true)
            }
            Step::Rqrr => (self.keep_all(rqrr::look(&self.image, self.deadline), 1.0), true),
        }
    }

    fn look_for_qr(&mut self, scale: Scale, filter: Filter, threshold: Threshold, inverted: bool) -> (bool, bool) {
        let Some((bits, factor)) = self.bits(scale, filter, threshold, inverted) else { return (false, true) };
        let look = rxing::look(&bits, inverted, self.deadline);
        if !inverted {
            self.pool.add(&look.finders, factor);
        }
        (self.keep_all(look.found, factor), look.sets_left > 0)
    }

    fn look_with_pool(&mut self, scale: Scale, filter: Filter, threshold: Threshold) -> bool {
        if self.pool.best(1.0).len() < 3 {
            return false;
        }
        let Some((bits, factor)) = self.bits(scale, filter, threshold, false) else { return false };
        let look = rxing::look_at(&bits, self.pool.best(factor), false, self.deadline);
        self.keep_all(look.found, factor)
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
        self.pool.clear();
        merge(&mut self.found, found)
    }

    fn scaled(&self, scale: Scale) -> Option<Cow<'_, GreyImage>> {
        let smallest_side = self.image.width().min(self.image.height());
        match scale {
            Scale::Full => Some(Cow::Borrowed(&self.image)),
            // A symbol of version 1 with its quiet zone has 29 modules.
            Scale::Half => (smallest_side >= 60).then(|| Cow::Owned(self.image.shrunk(2))),
            Scale::Third => (smallest_side >= 90).then(|| Cow::Owned(self.image.shrunk(3))),
            Scale::Double => (self.image.area() <= MOST_PIXELS_DOUBLED).then(|| Cow::Owned(self.image.doubled())),
        }
    }
}
