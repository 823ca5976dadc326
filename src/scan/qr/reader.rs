//! An image in, the QR symbols in it out: many views for finder patterns, hypotheses over all of them, the best followed first.
//!
//! A view is a scale, a filter and a threshold. What one view found is kept for all later ones, so that a pattern that only one
//! threshold shows and another that only a filter shows still make a symbol.

use super::arrangement::{self, Seen};
use super::attempt::{Attempt, Reading, Unread};
use super::finder::{self, Finder, Lines};
use super::frame::Frame;
use super::geometry::Point;
use super::hypothesis::{self, Hypothesis};
use super::pursuit;
use super::pyramid::{DOUBLED, Pyramid, factor_for};
use super::view::{FAST, GLANCES, THOROUGH, View};
use crate::scan::binarisation::binarise;
use crate::scan::deadline::Deadline;
use crate::scan::filter::Filter;
use crate::scan::found::{Found, contains, lies_in, merge};
use crate::scan::grey::GreyImage;
use crate::scan::readers::Readings;
use std::time::Duration;

/// Sets of three finder patterns that are looked at in a view.
const MOST_THREES: usize = 50;
/// Pairs of finder patterns that are looked at.
const MOST_TWOS: usize = 12;
/// Finder patterns among which sets of three are looked for.
const AMONG: usize = 80;
/// The same where the next frame is waiting.
const AMONG_FAST: usize = 24;
const MOST_THREES_FAST: usize = 12;
/// The part of its rays that must show a finder pattern for it to count as one that was left over.
const CLEAR: f32 = 0.75;
/// Hypotheses that may fail after each group of views.
const MOST_TRIED: usize = 10;
/// Of them, those that get the equaliser and a bent grid at once.
const MOST_CAREFUL: usize = 3;
/// Those that are then followed up thoroughly.
const MOST_THOROUGH: usize = 3;
/// Symbols that were seen and not read, and readings that need proof, that are handed out.
const MOST_UNREAD: usize = 8;
const MOST_DOUBTFUL: usize = 32;
/// Less plausible hypotheses are not tried.
const LEAST: f32 = 0.3;
/// So plausible is nothing but a symbol.
const CERTAIN: f32 = 0.95;
/// More plausible ones are tried at once.
const LIKELY: f32 = 0.7;
/// Less plausible ones get no bent grid: it takes long.
const LEAST_CAREFUL: f32 = 0.42;
/// Less plausible ones are not followed up: the least that was ever read stood at 0.44.
const LEAST_THOROUGH: f32 = 0.4;

/// Where a look has read so many symbols, it is worth another.
const MANY: usize = 3;
/// What a view takes where there is no clock: for its pixels, for each finder pattern and the lines that it was gathered from, and
/// for each set of three that is weighed. Only on paper with a texture is it more than the pixels.
const NANOSECONDS_A_PIXEL: u64 = 40;
const NANOSECONDS_A_FINDER: u64 = 60_000;
const NANOSECONDS_A_THREE: u64 = 60;

/// By how much smaller an image shows the modules of these patterns still well enough.
fn factor(seen: &[Seen]) -> u32 {
    factor_for(seen.iter().map(|seen| seen.finder.module).sum::<f32>() / seen.len().max(1) as f32)
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

impl Candidate {
    /// Its middle in pixels of the whole image.
    fn centre(&self) -> Point {
        let half = self.hypothesis.version.modules() as f32 / 2.0;
        self.hypothesis.plane.at(Point::new(half, half)) * self.factor as f32
    }
}

/// The search of one image.
pub(in crate::scan) struct Search<'a> {
    pyramid: Pyramid<'a>,
    deadline: Deadline,
    seen: Vec<Seen>,
    candidates: Vec<Candidate>,
    readings: Readings,
    /// Groups of views that have been taken.
    groups: usize,
    /// By how much smaller the image still shows what can be printed.
    coarse: u32,
    /// Finder patterns among which sets of three are looked for.
    among: usize,
}

impl<'a> Search<'a> {
    pub(in crate::scan) fn new(image: &'a GreyImage, deadline: Deadline) -> Self {
        let pyramid = Pyramid::of(image);
        Self {
            coarse: pyramid.coarse(),
            among: AMONG,
            pyramid,
            deadline,
            seen: Vec::new(),
            candidates: Vec::new(),
            readings: Readings::default(),
            groups: 0,
        }
    }

    /// The few looks that a camera frame is worth.
    pub(in crate::scan) fn fast(&mut self) {
        self.among = AMONG_FAST;
        for view in FAST {
            self.look(self.coarsened(*view), self.rows());
            self.try_out(4, LEAST);
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
        if number == 0 {
            self.look(FAST[0], self.rows());
            self.try_out(MOST_TRIED, LIKELY);
            if self.has_found() && !self.has_signs_of_more() {
                return false;
            }
        }
        loop {
            let before = self.readings.found.len();
            for view in *group {
                if self.deadline.has_passed() {
                    return false;
                }
                self.look(self.coarsened(*view), Lines::All);
                self.try_out(MOST_TRIED, LIKELY);
            }
            if number == 1 && !self.has_found() {
                self.look_for_twos(Filter::None);
            }
            self.try_out(MOST_TRIED, LEAST);
            if number > 0 {
                self.follow(MOST_THOROUGH);
            }
            // A page full of symbols hides some of them behind the others.
            if number > 0 || self.readings.found.len() < before + MANY {
                break;
            }
        }
        if self.has_found() && !self.has_signs_of_more() {
            return false;
        }
        self.groups < THOROUGH.len() && !self.deadline.has_passed()
    }

    /// Whether finder patterns were seen that belong to no symbol that was read: two are enough for one.
    fn has_signs_of_more(&self) -> bool {
        let clear = |seen: &&Seen| seen.frame.is_some_and(|frame| frame.fit >= CLEAR);
        self.seen.iter().filter(clear).count() >= 2
    }

    /// The same view of an image that is larger than it need be.
    fn coarsened(&self, view: View) -> View {
        if self.groups == THOROUGH.len() { view } else { View { factor: view.factor * self.coarse, ..view } }
    }

    fn rows(&self) -> Lines {
        Lines::Rows { every: (self.pyramid.width() / self.coarse / 300).clamp(1, 3) as usize }
    }

    /// One more look for a camera frame, another for each number.
    pub(in crate::scan) fn glance(&mut self, number: usize) {
        self.look(self.coarsened(GLANCES[number % GLANCES.len()]), Lines::All);
        self.try_out(4, LEAST);
    }

    /// Follows a symbol from the frame before this one, with a filter against strong blur if `widely`; says whether it is there.
    pub(in crate::scan) fn pursue(&mut self, last: &Unread, widely: bool) -> bool {
        let factor = factor_for(last.module());
        let Some(hypothesis) = pursuit::hypothesis(self.pyramid.at(factor, Filter::Smooth), last, factor) else {
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
        let is_part = |inner: &[(f32, f32); 4]| {
            found.iter().filter_map(|found| found.corners).any(|outer| lies_in(inner, &outer))
        };
        unread.sort_by(|a, b| b.agreement.total_cmp(&a.agreement));
        let mut kept: Vec<Unread> = Vec::new();
        for one in unread.drain(..) {
            let same = |other: &Unread| lies_in(&one.corners(), &other.corners());
            if kept.len() < MOST_UNREAD && !is_part(&one.corners()) && !kept.iter().any(same) {
                kept.push(one);
            }
        }
        // The same message comes out of several attempts.
        let mut distinct: Vec<Found> = Vec::new();
        for one in doubtful.drain(..) {
            merge(&mut distinct, one);
        }
        let mut doubtful = distinct;
        doubtful.retain(|doubtful| doubtful.corners.is_none_or(|corners| !is_part(&corners)));
        doubtful.truncate(MOST_DOUBTFUL);
        Readings { found, doubtful, unread: kept }
    }

    /// Looks for finder patterns, and for symbols that they make with each other and with those seen before.
    fn look(&mut self, view: View, lines: Lines) {
        if !self.pyramid.has(view.factor) {
            return;
        }
        let image = self.pyramid.at(view.factor, view.filter);
        self.deadline.spend(Duration::from_nanos(NANOSECONDS_A_PIXEL * image.area() as u64));
        let mut found = finder::find(&binarise(image, view.threshold), lines);
        self.deadline.spend(Duration::from_nanos(NANOSECONDS_A_FINDER * found.len() as u64));
        let scale = if view.factor == DOUBLED { 0.5 } else { view.factor as f32 };
        for finder in &mut found {
            finder.centre = finder.centre * scale;
            finder.module *= scale;
        }
        found.retain(|finder| !self.is_read(finder.centre));
        found.truncate(self.among);
        let filter = if view.filter == Filter::Median { Filter::Median } else { Filter::None };
        let new = self.remember(&found, filter);
        let most = if self.among == AMONG_FAST { MOST_THREES_FAST } else { MOST_THREES };
        let threes = arrangement::threes(&self.seen, self.among, most, |at| new.contains(&at));
        let among = self.seen.len().min(self.among) as u64;
        self.deadline.spend(Duration::from_nanos(NANOSECONDS_A_THREE * among.pow(3) / 6));
        // Sets that share two patterns with one that is certain cannot be another symbol.
        let mut certain: Vec<usize> = Vec::new();
        for three in &threes {
            if three.corners.iter().filter(|corner| certain.contains(corner)).count() >= 2 {
                continue;
            }
            if self.deadline.has_passed() {
                return;
            }
            let seen = three.corners.map(|at| self.seen[at]);
            let factor = factor(&seen);
            let hypotheses = hypothesis::of_three(
                self.pyramid.at(factor, filter),
                seen.map(|seen| reduced(seen, factor)),
                three.cost,
            );
            if hypotheses.first().is_some_and(|best| best.plausibility >= CERTAIN) {
                certain.extend(three.corners);
            }
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
            let factor = factor_for(module);
            let image = self.pyramid.at(factor, filter);
            let hypotheses = hypothesis::of_two(image, &a.scaled(1.0 / factor as f32), &b.scaled(1.0 / factor as f32));
            self.add_all(hypotheses, factor, filter);
        }
    }

    /// Adds what a view saw to what others saw; the positions of those that are new, or clearer than before.
    fn remember(&mut self, found: &[Finder], filter: Filter) -> Vec<usize> {
        let mut new = Vec::new();
        for finder in found {
            let factor = factor_for(finder.module);
            let small = reduced(Seen { finder: *finder, frame: None }, factor).finder;
            let frame = Frame::of(self.pyramid.at(factor, filter), &small).map(|frame| frame.scaled(factor as f32));
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
        self.readings.found.iter().filter_map(|found| found.corners).any(|corners| contains(&corners, (at.x, at.y)))
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

    /// The hypotheses that are still `open`, the most plausible first.
    fn ranked(&self, open: impl Fn(&Candidate) -> bool) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.candidates.len()).filter(|&at| open(&self.candidates[at])).collect();
        order.sort_by(|&a, &b| {
            self.candidates[b].hypothesis.plausibility.total_cmp(&self.candidates[a].hypothesis.plausibility)
        });
        order
    }

    /// Tries the most plausible hypotheses until so many have failed: all of them a little, the best with more care.
    fn try_out(&mut self, most: usize, least: f32) {
        let first = self.ranked(|candidate| !candidate.tried && candidate.hypothesis.plausibility >= least);
        let mut failed = 0;
        for at in first {
            if failed >= most || self.deadline.has_passed() {
                break;
            }
            let before = self.readings.found.len();
            let careful = failed < MOST_CAREFUL && self.candidates[at].hypothesis.plausibility >= LEAST_CAREFUL;
            self.attempt(at, |attempt| attempt.at_once().or_else(|| if careful { attempt.with_care() } else { None }));
            self.candidates[at].tried = true;
            failed += usize::from(self.readings.found.len() == before);
        }
        self.forget();
    }

    /// Follows the most plausible hypotheses as far as it goes.
    fn follow(&mut self, most: usize) {
        let mut best =
            self.ranked(|candidate| !candidate.thorough && candidate.hypothesis.plausibility >= LEAST_THOROUGH);
        best.truncate(most);
        for at in best {
            #[expect(clippy::redundant_closure_for_method_calls, reason = "the method's path is of one lifetime only")]
            self.attempt(at, |attempt| attempt.thoroughly());
            self.candidates[at].thorough = true;
        }
        self.forget();
    }

    /// Forgets what lies in symbols that were read.
    fn forget(&mut self) {
        let found: Vec<[(f32, f32); 4]> = self.readings.found.iter().filter_map(|found| found.corners).collect();
        let is_read = |at: Point| found.iter().any(|corners| contains(corners, (at.x, at.y)));
        self.seen.retain(|seen| !is_read(seen.finder.centre));
        self.candidates.retain(|candidate| !is_read(candidate.centre()));
    }

    fn attempt(&mut self, at: usize, read: impl FnOnce(&mut Attempt<'_>) -> Option<Reading>) {
        if self.deadline.has_passed() {
            return;
        }
        let (factor, filter) = (self.candidates[at].factor, self.candidates[at].filter);
        if self.is_read(self.candidates[at].centre()) {
            return;
        }
        let image = self.pyramid.at(factor, filter);
        let mut attempt = Attempt::new(image, &self.candidates[at].hypothesis, self.deadline);
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
    decoded.found(corners.map(|corner| (corner.x * factor as f32, corner.y * factor as f32)))
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::*;
    use crate::symbol::EcLevel;

    fn read(image: &GreyImage) -> Readings {
        let mut search = Search::new(image, Deadline::never());
        while search.step() && !search.has_found() {}
        search.finish()
    }

    #[test]
    fn a_symbol_without_one_of_its_finder_patterns_is_read() {
        let (text, matrix) = drawing::symbol(9, EcLevel::M);
        let whole = drawing::flat(&matrix, 4.0);
        let far = (matrix.width() as u32 - 8) * 4;
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            let image = GreyImage::from_fn(whole.width(), whole.height(), |x, y| {
                let lost = (left + 20..left + 52).contains(&x) && (top + 20..top + 52).contains(&y);
                if lost { 230 } else { whole.row(y)[x as usize] }
            });
            let readings = read(&image);
            assert_eq!(readings.found.len(), 1, "{left}, {top}");
            assert_eq!(readings.found[0].bytes, text.as_bytes());
        }
    }

    #[test]
    fn a_mirrored_symbol_is_read_and_said_to_be_one() {
        let (text, matrix) = drawing::symbol(5, EcLevel::Q);
        let whole = drawing::flat(&matrix, 4.0);
        let image =
            GreyImage::from_fn(whole.width(), whole.height(), |x, y| whole.row(y)[(whole.width() - 1 - x) as usize]);
        let found = &read(&image).found[0];
        assert!(found.mirrored);
        assert_eq!(found.bytes, text.as_bytes());
    }

    #[test]
    fn a_page_of_symbols_is_read_whole_and_each_once() {
        let symbols = [1, 3, 5, 7, 2, 4].map(|version| drawing::symbol(version, EcLevel::M));
        let pictures = symbols.each_ref().map(|(_, matrix)| drawing::flat(matrix, 4.0));
        let image = GreyImage::from_fn(660, 440, |x, y| {
            let picture = &pictures[(y / 220 * 3 + x / 220) as usize];
            let (x, y) = (x % 220, y % 220);
            if x < picture.width() && y < picture.height() { picture.row(y)[x as usize] } else { 230 }
        });
        let mut texts: Vec<Vec<u8>> = read(&image).found.into_iter().map(|found| found.bytes).collect();
        let mut wanted: Vec<Vec<u8>> = symbols.iter().map(|(text, _)| text.clone().into_bytes()).collect();
        texts.sort();
        wanted.sort();
        assert_eq!(texts, wanted);
    }

    #[test]
    fn corners_are_those_of_the_symbol() {
        let (_, matrix) = drawing::symbol(7, EcLevel::M);
        let (image, plane) = drawing::tilted(&matrix);
        let corners = read(&image).found[0].corners.unwrap();
        for (corner, (u, v)) in corners.iter().zip([(0.0, 0.0), (45.0, 0.0), (45.0, 45.0), (0.0, 45.0)]) {
            assert!(Point::new(corner.0, corner.1).distance(plane.at(Point::new(u, v))) < 2.0, "{corner:?}");
        }
    }

    #[test]
    fn a_symbol_too_spoilt_to_be_read_is_seen() {
        let (_, matrix) = drawing::symbol(9, EcLevel::L);
        let whole = drawing::flat(&matrix, 4.0);
        let image = GreyImage::from_fn(whole.width(), whole.height(), |x, y| {
            let spoilt = (60..180).contains(&x) && (120..200).contains(&y) && (x / 4 + y / 4) % 3 == 0;
            if spoilt { 20 } else { whole.row(y)[x as usize] }
        });
        let readings = read(&image);
        assert!(readings.found.is_empty());
        assert_eq!(readings.unread.len(), 1);
        assert_eq!(readings.unread[0].version.number(), 9);
    }
}
