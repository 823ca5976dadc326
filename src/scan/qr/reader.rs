//! An image in, the QR symbols in it out: many views for finder patterns, hypotheses over all of them, the best followed first.
//!
//! A view is a scale, a filter and a threshold. What one view found is kept for all later ones, so that a pattern that only one
//! threshold shows and another that only a filter shows still make a symbol.

use super::arrangement::{self, Three};
use super::attempt::{Attempt, Reading};
use super::binarisation::{Threshold, binarise};
use super::finder::{self, Finder, Lines};
use super::frame::Frame;
use super::geometry::Point;
use super::hypothesis::{self, Hypothesis};
use crate::scan::deadline::Deadline;
use crate::scan::filter::{self, Filter};
use crate::scan::grey::GreyImage;
use std::borrow::Cow;
use std::collections::HashMap;

/// One way to look for finder patterns.
#[derive(Clone, Copy, Debug)]
struct View {
    /// The image is made smaller by this; 0 is twice as large.
    factor: u32,
    filter: Filter,
    threshold: Threshold,
}

const fn view(factor: u32, filter: Filter, threshold: Threshold) -> View {
    View { factor, filter, threshold }
}

const fn local(radius: usize, percent: u32) -> Threshold {
    Threshold::Local { radius, percent }
}

/// The views of a fast reading.
const FAST: &[View] = &[view(1, Filter::None, Threshold::Blocks), view(2, Filter::None, local(10, 4))];

/// Those of a thorough one, in groups: hypotheses are followed up after each.
const THOROUGH: &[&[View]] = &[
    &[view(1, Filter::None, Threshold::Blocks), view(1, Filter::None, local(12, 5))],
    &[
        view(2, Filter::Smooth, local(10, 4)),
        view(1, Filter::Smooth, local(7, 1)),
        view(1, Filter::Median, local(14, 3)),
    ],
    &[
        view(1, Filter::None, local(30, 3)),
        view(3, Filter::None, local(10, 4)),
        view(1, Filter::None, Threshold::Global),
    ],
    &[
        view(1, Filter::Sharpen, local(10, 3)),
        view(1, Filter::GrowInk, local(10, 5)),
        view(1, Filter::ShrinkInk, local(20, 0)),
    ],
    &[view(0, Filter::None, local(12, 3)), view(2, Filter::None, local(25, 8)), view(4, Filter::None, local(10, 3))],
];

/// What was read from an image.
#[derive(Clone, Debug, Default)]
pub(in crate::scan) struct Readings {
    /// Beyond doubt.
    pub(in crate::scan) sure: Vec<Found>,
    /// To be believed only when something else proves them.
    pub(in crate::scan) doubtful: Vec<Found>,
    /// Whether there were signs of a symbol that was not read.
    pub(in crate::scan) more: bool,
}

/// A symbol and where it lies in the image, in pixels.
#[derive(Clone, Debug)]
pub(in crate::scan) struct Found {
    pub(in crate::scan) decoded: super::decode::Decoded,
    pub(in crate::scan) corners: [Point; 4],
}

/// Sets of three finder patterns that are looked at in a view.
const MOST_THREES: usize = 60;
/// Finder patterns among which sets of three are looked for.
const AMONG: usize = 40;
/// Hypotheses that are tried after each group of views.
const MOST_TRIED: usize = 10;
/// Those that are then followed up thoroughly.
const MOST_THOROUGH: usize = 3;
/// Less plausible hypotheses are not tried.
const LEAST: f32 = 0.2;
/// A module should have so many pixels: fewer lose edges, more cost time.
const PIXELS: f32 = 3.4;

/// Reads what is in an image.
pub(in crate::scan) fn fast(image: &GreyImage, deadline: Deadline) -> Readings {
    let mut search = Search::new(image, deadline);
    for view in FAST {
        search.look(*view, Lines::Rows { every: if image.width() > 900 { 3 } else { 2 } });
        search.follow(4, 1, false);
        if !search.readings.sure.is_empty() || deadline.has_passed() {
            break;
        }
    }
    search.readings
}

/// Reads what can be read from an image.
pub(in crate::scan) fn thorough(image: &GreyImage, deadline: Deadline) -> Readings {
    let mut search = Search::new(image, deadline);
    for (number, group) in THOROUGH.iter().enumerate() {
        for view in *group {
            if deadline.has_passed() {
                return search.readings;
            }
            search.look(*view, Lines::All);
        }
        search.follow(MOST_TRIED, MOST_THOROUGH, number > 0);
        // Where one symbol was read easily, others are read as easily.
        if !search.readings.sure.is_empty() && number > 0 {
            break;
        }
    }
    search.readings
}

/// A finder pattern with its shape, in pixels of the whole image.
type Seen = (Finder, Option<Frame>);

/// A hypothesis, in pixels of an image that is smaller by `factor`.
struct Candidate {
    hypothesis: Hypothesis,
    factor: u32,
    filter: Filter,
    tried: bool,
    thorough: bool,
}

struct Search<'a> {
    image: &'a GreyImage,
    deadline: Deadline,
    images: HashMap<(u32, Filter), GreyImage>,
    finders: Vec<Seen>,
    candidates: Vec<Candidate>,
    readings: Readings,
}

impl<'a> Search<'a> {
    fn new(image: &'a GreyImage, deadline: Deadline) -> Self {
        Self {
            image,
            deadline,
            images: HashMap::new(),
            finders: Vec::new(),
            candidates: Vec::new(),
            readings: Readings::default(),
        }
    }

    /// The image in another scale and filtered.
    fn prepared(&mut self, factor: u32, filter: Filter) -> &GreyImage {
        let image = self.image;
        if factor == 1 && filter == Filter::None {
            return image;
        }
        self.images.entry((factor, filter)).or_insert_with(|| {
            let scaled = match factor {
                0 => image.doubled(),
                factor => image.shrunk(factor),
            };
            filter::apply(Cow::Owned(scaled), filter).into_owned()
        })
    }

    /// Looks for finder patterns, and for symbols that they make with each other and with those seen before.
    fn look(&mut self, view: View, lines: Lines) {
        let smallest = self.image.width().min(self.image.height());
        if smallest < 25 * view.factor.max(1) || (view.factor == 0 && self.image.area() > 3_000_000) {
            return;
        }
        let image = self.prepared(view.factor, view.filter);
        let mut found = finder::find(&binarise(image, view.threshold), lines);
        let scale = if view.factor == 0 { 0.5 } else { view.factor as f32 };
        for finder in &mut found {
            finder.centre = finder.centre * scale;
            finder.module *= scale;
        }
        found.retain(|finder| !self.is_read(finder.centre));
        let threes = arrangement::threes(&found, AMONG, MOST_THREES);
        let filter = if view.filter == Filter::Median { Filter::Median } else { Filter::None };
        for three in &threes {
            if self.deadline.has_passed() {
                return;
            }
            self.suppose(three, filter);
        }
    }

    fn is_read(&self, at: Point) -> bool {
        self.readings.sure.iter().any(|found| {
            let corners = found.corners;
            (0..4).all(|side| (corners[(side + 1) % 4] - corners[side]).cross(at - corners[side]) >= 0.0)
                || (0..4).all(|side| (corners[(side + 1) % 4] - corners[side]).cross(at - corners[side]) <= 0.0)
        })
    }

    /// Adds the hypotheses of three finder patterns.
    fn suppose(&mut self, three: &Three, filter: Filter) {
        let module = (three.top_left.module + three.top_right.module + three.bottom_left.module) / 3.0;
        let factor = [8, 6, 4, 3, 2, 1].into_iter().find(|&factor| module / factor as f32 >= PIXELS).unwrap_or(1);
        let small = |finder: Finder| Finder {
            centre: finder.centre * (1.0 / factor as f32),
            module: finder.module / factor as f32,
            ..finder
        };
        let three = Three {
            top_left: small(three.top_left),
            top_right: small(three.top_right),
            bottom_left: small(three.bottom_left),
            ..*three
        };
        let image = self.prepared(factor, filter);
        let frames = [three.top_left, three.top_right, three.bottom_left].map(|finder| Frame::of(image, &finder));
        for hypothesis in hypothesis::of_three(image, &three, frames) {
            if hypothesis.plausibility >= LEAST {
                self.add(hypothesis, factor, filter);
            }
        }
    }

    fn add(&mut self, hypothesis: Hypothesis, factor: u32, filter: Filter) {
        let same = |old: &Candidate| {
            old.factor == factor
                && old.filter == filter
                && old.hypothesis.version == hypothesis.version
                && old.hypothesis.plausibility > hypothesis.plausibility - 0.1
                && [0.0, 1.0].iter().all(|at| {
                    let far = Point::new(at * hypothesis.version.modules() as f32, hypothesis.version.modules() as f32);
                    let (a, b) = (old.hypothesis.plane.at(far), hypothesis.plane.at(far));
                    a.distance(b) < 1.5 * hypothesis.plane.scale_at(far)
                })
        };
        if !self.candidates.iter().any(same) {
            self.candidates.push(Candidate { hypothesis, factor, filter, tried: false, thorough: false });
        }
    }

    /// Follows the best hypotheses: all of them a little, the best of those as far as it goes.
    fn follow(&mut self, tried: usize, thorough: usize, deeply: bool) {
        let mut order: Vec<usize> = (0..self.candidates.len()).collect();
        order.sort_by(|&a, &b| {
            self.candidates[b].hypothesis.plausibility.total_cmp(&self.candidates[a].hypothesis.plausibility)
        });
        let mut first: Vec<usize> = order.iter().copied().filter(|&at| !self.candidates[at].tried).collect();
        first.truncate(tried);
        for (number, &at) in first.iter().enumerate() {
            self.attempt(at, |attempt| {
                attempt.at_once().or_else(|| if number < 3 { attempt.with_care() } else { None })
            });
            self.candidates[at].tried = true;
        }
        if !deeply {
            return;
        }
        let mut second: Vec<usize> = order.into_iter().filter(|&at| !self.candidates[at].thorough).collect();
        second.truncate(thorough);
        for at in second {
            self.attempt(at, |attempt| attempt.thoroughly());
            self.candidates[at].thorough = true;
        }
    }

    fn attempt(&mut self, at: usize, read: impl FnOnce(&mut Attempt<'_>) -> Option<Reading>) {
        if self.deadline.has_passed() {
            return;
        }
        let (factor, filter) = (self.candidates[at].factor, self.candidates[at].filter);
        self.prepared(factor, filter);
        let image = self.images.get(&(factor, filter)).unwrap_or(self.image);
        let hypothesis = &self.candidates[at].hypothesis;
        let centre = hypothesis
            .plane
            .at(Point::new(hypothesis.version.modules() as f32 / 2.0, hypothesis.version.modules() as f32 / 2.0));
        if self.is_read(centre * factor as f32) {
            return;
        }
        let mut attempt = Attempt::new(image, hypothesis, self.deadline);
        let read = read(&mut attempt);
        let whole = |reading: Reading| Found {
            decoded: reading.decoded,
            corners: reading.corners.map(|corner| corner * factor as f32),
        };
        let doubtful: Vec<Found> = attempt.doubtful.drain(..).map(whole).collect();
        self.readings.doubtful.extend(doubtful);
        if let Some(reading) = read {
            self.readings.sure.push(whole(reading));
        }
    }
}
