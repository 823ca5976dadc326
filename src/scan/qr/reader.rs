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
use super::pursuit;
use crate::scan::deadline::Deadline;
use crate::scan::filter::{self, Filter};
use crate::scan::found::{Found, Kind, StructuredAppend, merge};
use crate::scan::grey::GreyImage;
use crate::scan::readers::Readings;
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

/// The views that camera frames take turns with, for what those of a fast reading do not see: the first sees through noise, the
/// second through defocus.
const GLANCES: &[View] = &[view(2, Filter::Smooth, local(10, 4)), view(1, Filter::Smooth, local(7, 1))];

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
/// The part of a finder pattern's rays that must fit for it to be surely one.
const CLEAR: f32 = 0.6;
/// A module should have so many pixels: fewer lose edges, more cost time.
const PIXELS: f32 = 3.4;

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
struct Candidate {
    hypothesis: Hypothesis,
    factor: u32,
    filter: Filter,
    tried: bool,
    thorough: bool,
}

pub(in crate::scan) struct Search<'a> {
    image: &'a GreyImage,
    deadline: Deadline,
    images: HashMap<(u32, Filter), GreyImage>,
    seen: Vec<Seen>,
    candidates: Vec<Candidate>,
    readings: Readings,
    /// Groups of views that have been taken.
    groups: usize,
}

impl<'a> Search<'a> {
    pub(in crate::scan) fn new(image: &'a GreyImage, deadline: Deadline) -> Self {
        Self {
            image,
            deadline,
            images: HashMap::new(),
            seen: Vec::new(),
            candidates: Vec::new(),
            readings: Readings::default(),
            groups: 0,
        }
    }

    /// The few looks that a camera frame is worth.
    pub(in crate::scan) fn fast(&mut self) {
        for view in FAST {
            self.look(*view, Lines::Rows { every: if self.image.width() > 900 { 3 } else { 2 } });
            self.follow(4, 1, false);
            if !self.readings.found.is_empty() || self.deadline.has_passed() {
                break;
            }
        }
    }

    /// One group of views after the other, and what they lead to; says whether there is another.
    pub(in crate::scan) fn step(&mut self) -> bool {
        let number = self.groups;
        let Some(group) = THOROUGH.get(number) else { return false };
        self.groups += 1;
        for view in *group {
            if self.deadline.has_passed() {
                return false;
            }
            self.look(*view, Lines::All);
        }
        if number == 1 {
            self.look_for_twos(Filter::None);
        }
        self.follow(MOST_TRIED, MOST_THOROUGH, number > 0);
        self.groups < THOROUGH.len() && !self.deadline.has_passed()
    }

    /// One more look for a camera frame, another for each number.
    pub(in crate::scan) fn glance(&mut self, number: usize) {
        self.look(GLANCES[number % GLANCES.len()], Lines::All);
        self.follow(4, 0, false);
    }

    /// Follows a symbol from the frame before this one, with a filter against strong blur if `widely`; says whether it is there.
    pub(in crate::scan) fn pursue(&mut self, last: &Unread, widely: bool) -> bool {
        let module = last.module();
        let factor = FACTORS.into_iter().find(|&factor| module / factor as f32 >= PIXELS).unwrap_or(1);
        let Some(hypothesis) = pursuit::hypothesis(self.prepared(factor, Filter::Smooth), last, factor) else {
            return false;
        };
        let before = (self.readings.found.len(), self.readings.unread.len());
        let candidate = Candidate { hypothesis, factor, filter: Filter::None, tried: true, thorough: false };
        self.candidates.push(candidate);
        self.attempt(self.candidates.len() - 1, |attempt| if widely { attempt.widely() } else { attempt.with_care() });
        before != (self.readings.found.len(), self.readings.unread.len())
    }

    /// Places and modules, in pixels, of finder patterns whose shape can be made out.
    pub(in crate::scan) fn finders(&self) -> Vec<((f32, f32), f32)> {
        let frames = self.seen.iter().filter_map(|seen| seen.frame.filter(|frame| frame.fit >= CLEAR));
        frames
            .map(|frame| {
                let module = frame.axes.0.cross(frame.axes.1).abs().sqrt();
                ((frame.centre.x, frame.centre.y), module)
            })
            .collect()
    }

    /// Whether something was read.
    pub(in crate::scan) fn has_found(&self) -> bool {
        !self.readings.found.is_empty()
    }

    /// What was read, without what turned out to be a part of it.
    pub(in crate::scan) fn finish(self) -> Readings {
        let Readings { found, mut doubtful, mut unread } = self.readings;
        let lies_in = |corners: &[(f32, f32); 4]| {
            let centre = middle(&corners.map(|(x, y)| Point::new(x, y)));
            found.iter().filter_map(|found| found.corners).any(|outer| contains(&outer, centre))
        };
        unread.sort_by(|a, b| b.agreement.total_cmp(&a.agreement));
        let mut kept: Vec<Unread> = Vec::new();
        for one in unread.drain(..) {
            let same = |other: &Unread| contains(&other.corners.map(|p| (p.x, p.y)), middle(&one.corners));
            if kept.len() < MOST_UNREAD && !lies_in(&one.corners.map(|p| (p.x, p.y))) && !kept.iter().any(same) {
                kept.push(one);
            }
        }
        doubtful.retain(|doubtful| doubtful.corners.is_none_or(|corners| !lies_in(&corners)));
        doubtful.truncate(MOST_DOUBTFUL);
        Readings { found, doubtful, unread: kept }
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
            let hypotheses =
                hypothesis::of_three(self.prepared(factor, filter), seen.map(|seen| reduced(seen, factor)), three.cost);
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
        self.readings.found.iter().filter_map(|found| found.corners).any(|corners| contains(&corners, at))
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
        let doubtful: Vec<Found> = attempt.doubtful.drain(..).map(|reading| found(reading, factor)).collect();
        self.readings.doubtful.extend(doubtful);
        let unread = attempt.unread.take().filter(|_| read.is_none());
        self.readings.unread.extend(unread.map(|unread| unread.scaled(factor as f32)));
        if let Some(reading) = read {
            merge(&mut self.readings.found, found(reading, factor));
        }
    }
}

/// What a reading says, in pixels of the whole image.
fn found(reading: Reading, factor: u32) -> Found {
    let Reading { decoded, corners } = reading;
    Found {
        kind: Kind::Qr,
        bytes: decoded.message.bytes,
        version: Some(decoded.version.number()),
        ec_level: Some(decoded.format.level),
        errors_corrected: Some(decoded.errors_corrected),
        erasures: Some(decoded.erasures),
        structured_append: decoded.message.structured_append.map(|part| StructuredAppend {
            index: part.index,
            total: part.total,
            parity: part.parity,
        }),
        corners: Some(corners.map(|corner| (corner.x * factor as f32, corner.y * factor as f32))),
        page: 1,
        mirrored: decoded.mirrored,
        inverted: false,
    }
}

fn middle(corners: &[Point; 4]) -> Point {
    (corners[0] + corners[1] + corners[2] + corners[3]) * 0.25
}

/// Whether a place lies within a convex quadrilateral, whichever way round its corners are named.
fn contains(corners: &[(f32, f32); 4], at: Point) -> bool {
    let corners = corners.map(|(x, y)| Point::new(x, y));
    let side = |side: usize| (corners[(side + 1) % 4] - corners[side]).cross(at - corners[side]);
    (0..4).all(|at| side(at) >= 0.0) || (0..4).all(|at| side(at) <= 0.0)
}
