//! An image in, the QR symbols in it out: many views for finder patterns, hypotheses over all of them, the best followed first.
//!
//! A view is a scale, a filter and a threshold. What one view found is kept for all later ones, so that a pattern that only one
//! threshold shows and another that only a filter shows still make a symbol.

use super::arrangement::{self, Seen};
use super::attempt::{Attempt, Reading, Unread};
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
pub(super) struct View {
    /// The image is made smaller by this; 0 is twice as large.
    pub factor: u32,
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
pub(super) const THOROUGH: &[&[View]] = &[
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
    /// Symbols that were seen and not read, the clearest first.
    pub(in crate::scan) unread: Vec<Unread>,
}

/// A symbol and where it lies in the image, in pixels.
#[derive(Clone, Debug)]
pub(in crate::scan) struct Found {
    pub(in crate::scan) decoded: super::decode::Decoded,
    pub(in crate::scan) corners: [Point; 4],
}

/// Sets of three finder patterns that are looked at in a view.
const MOST_THREES: usize = 30;
/// Pairs of finder patterns that are looked at.
const MOST_TWOS: usize = 12;
/// Finder patterns among which sets of three are looked for.
const AMONG: usize = 40;
/// Hypotheses that are tried after each group of views.
const MOST_TRIED: usize = 10;
/// Those that are then followed up thoroughly.
const MOST_THOROUGH: usize = 3;
/// Symbols that were seen and not read, and readings that need proof, that are handed out.
const MOST_UNREAD: usize = 8;
const MOST_DOUBTFUL: usize = 32;
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
    search.readings.tidied()
}

/// Reads what can be read from an image.
pub(in crate::scan) fn thorough(image: &GreyImage, deadline: Deadline) -> Readings {
    let mut search = Search::new(image, deadline);
    for (number, group) in THOROUGH.iter().enumerate() {
        for view in *group {
            if deadline.has_passed() {
                return search.readings.tidied();
            }
            search.look(*view, Lines::All);
        }
        if number == 1 {
            search.look_for_twos(Filter::None);
        }
        search.follow(MOST_TRIED, MOST_THOROUGH, number > 0);
        // Where one symbol was read easily, others are read as easily.
        if !search.readings.sure.is_empty() && number > 0 {
            break;
        }
    }
    search.readings.tidied()
}

/// By how much an image is made smaller for sampling.
const FACTORS: [u32; 6] = [8, 6, 4, 3, 2, 1];

/// By how much smaller an image shows the modules of these patterns still well enough.
fn factor(seen: &[Seen]) -> u32 {
    let module = seen.iter().map(|seen| seen.finder.module).sum::<f32>() / seen.len().max(1) as f32;
    FACTORS.into_iter().find(|&factor| module / factor as f32 >= PIXELS).unwrap_or(1)
}

/// The same pattern in an image that is smaller by `factor`.
fn reduced(seen: Seen, factor: u32) -> Seen {
    let k = 1.0 / factor as f32;
    let finder = Finder { centre: seen.finder.centre * k, module: seen.finder.module * k, ..seen.finder };
    Seen { finder, frame: seen.frame.map(|frame| frame.scaled(k)) }
}

/// A hypothesis, in pixels of an image that is smaller by `factor`.
pub struct Candidate {
    pub hypothesis: Hypothesis,
    pub factor: u32,
    filter: Filter,
    tried: bool,
    thorough: bool,
}

pub struct Search<'a> {
    image: &'a GreyImage,
    deadline: Deadline,
    images: HashMap<(u32, Filter), GreyImage>,
    seen: Vec<Seen>,
    pub candidates: Vec<Candidate>,
    readings: Readings,
}

impl Readings {
    /// Leaves out what was read after all, and of the rest the worse of two at the same place.
    fn tidied(mut self) -> Self {
        let centre = |corners: &[Point; 4]| (corners[0] + corners[1] + corners[2] + corners[3]) * 0.25;
        let near = |a: &[Point; 4], b: &[Point; 4]| centre(a).distance(centre(b)) < 0.3 * a[0].distance(a[2]);
        self.unread.sort_by(|a, b| b.agreement.total_cmp(&a.agreement));
        let mut unread: Vec<Unread> = Vec::new();
        for one in self.unread {
            let known = self.sure.iter().any(|found| near(&found.corners, &one.corners))
                || unread.iter().any(|other| near(&other.corners, &one.corners));
            if !known && unread.len() < MOST_UNREAD {
                unread.push(one);
            }
        }
        self.doubtful.retain(|found| !self.sure.iter().any(|sure| near(&sure.corners, &found.corners)));
        self.doubtful.truncate(MOST_DOUBTFUL);
        Self { unread, ..self }
    }
}

impl<'a> Search<'a> {
    pub fn new(image: &'a GreyImage, deadline: Deadline) -> Self {
        Self {
            image,
            deadline,
            images: HashMap::new(),
            seen: Vec::new(),
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
    pub fn look(&mut self, view: View, lines: Lines) {
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
        found.truncate(AMONG);
        let filter = if view.filter == Filter::Median { Filter::Median } else { Filter::None };
        let new = self.remember(&found, filter);
        let threes = arrangement::threes(&self.seen, AMONG, MOST_THREES, |at| new.contains(&at));
        for three in &threes {
            if self.deadline.has_passed() {
                return;
            }
            let seen = three.corners.map(|at| self.seen[at]);
            let factor = factor(&seen);
            let hypotheses = hypothesis::of_three(self.prepared(factor, filter), seen.map(|seen| reduced(seen, factor)), three.cost);
            self.add_all(hypotheses, factor, filter);
        }
    }

    /// Supposes symbols that have lost a finder pattern.
    fn look_for_twos(&mut self, filter: Filter) {
        for (a, b) in hypothesis::twos(&self.seen, MOST_TWOS) {
            if self.deadline.has_passed() {
                return;
            }
            let module = f32::midpoint(a.axes.0.length(), b.axes.0.length());
            let factor = FACTORS.into_iter().find(|&factor| module / factor as f32 >= PIXELS).unwrap_or(1);
            let image = self.prepared(factor, filter);
            let hypotheses = hypothesis::of_two(image, &a.scaled(1.0 / factor as f32), &b.scaled(1.0 / factor as f32));
            self.add_all(hypotheses, factor, filter);
        }
    }

    /// Adds what a view saw to what others saw; the positions of those that are new, or clearer than before.
    fn remember(&mut self, found: &[Finder], filter: Filter) -> Vec<usize> {
        let mut new = Vec::new();
        for finder in found {
            let factor = FACTORS.into_iter().find(|&factor| finder.module / factor as f32 >= PIXELS).unwrap_or(1);
            let small = reduced(Seen { finder: *finder, frame: None }, factor).finder;
            let frame = Frame::of(self.prepared(factor, filter), &small).map(|frame| frame.scaled(factor as f32));
            let fit = |frame: Option<Frame>| frame.map_or(0.0, |frame| frame.fit);
            let known = self.seen.iter().position(|seen| {
                seen.finder.centre.distance(finder.centre) < 0.8 * finder.module
                    && (0.7..1.4).contains(&(seen.finder.module / finder.module))
            });
            match known {
                None => {
                    self.seen.push(Seen { finder: *finder, frame });
                    new.push(self.seen.len() - 1);
                }
                Some(at) => {
                    let old = &mut self.seen[at];
                    // Seen once more is seen better.
                    old.finder.strength = old.finder.strength.max(finder.strength) + 0.25;
                    if fit(frame) > fit(old.frame) + 0.1 {
                        old.frame = frame;
                        new.push(at);
                    }
                }
            }
        }
        new
    }

    fn is_read(&self, at: Point) -> bool {
        self.readings.sure.iter().any(|found| {
            let corners = found.corners;
            (0..4).all(|side| (corners[(side + 1) % 4] - corners[side]).cross(at - corners[side]) >= 0.0)
                || (0..4).all(|side| (corners[(side + 1) % 4] - corners[side]).cross(at - corners[side]) <= 0.0)
        })
    }

    fn add_all(&mut self, hypotheses: Vec<Hypothesis>, factor: u32, filter: Filter) {
        for hypothesis in hypotheses {
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
        if let Some(unread) = attempt.unread.take() {
            let corners = unread.corners.map(|corner| corner * factor as f32);
            self.readings.unread.push(Unread { corners, ..unread });
        }
        let doubtful: Vec<Found> = attempt.doubtful.drain(..).map(whole).collect();
        self.readings.doubtful.extend(doubtful);
        if let Some(reading) = read {
            self.readings.sure.push(whole(reading));
        }
    }
}
