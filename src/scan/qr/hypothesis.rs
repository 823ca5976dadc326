//! Finder patterns in, symbols that they could belong to out: a version and a plane each, the most plausible first.
//!
//! Three patterns give a plane even where their shape cannot be made out, two must show it. What speaks for a hypothesis are the
//! timing patterns (ISO/IEC 18004 §6.3.5) and the version information (§7.10); neither is needed for it to be tried.

use super::arrangement::Three;
use super::finder::Finder;
use super::frame::Frame;
use super::geometry::{Homography, Pair, Point};
use super::patterns::{Patterns, TIMING, Version};
use super::sampling::brightness;
use crate::scan::grey::GreyImage;

/// A symbol that could be there.
#[derive(Clone, Debug)]
pub(super) struct Hypothesis {
    pub(super) version: Version,
    pub(super) plane: Homography,
    /// Centres of finder patterns, in modules and in pixels.
    pub(super) anchors: Vec<(Point, Point)>,
    /// How much speaks for it: 0 is chance, about 1 is certain.
    pub(super) plausibility: f32,
}

/// Centre of a finder pattern, in modules from the corner of the symbol.
const FINDER: f32 = 3.5;
/// The part of a frame's rays that must fit for it to be used in place of a size.
const CLEAR: f32 = 0.5;
/// Hypotheses of one set of finder patterns.
const MOST: usize = 4;

/// Where the centres of the finder patterns are in modules: top left, top right, bottom left.
pub(super) fn finder_places(version: Version) -> [Point; 3] {
    let far = version.modules() as f32 - FINDER;
    [Point::new(FINDER, FINDER), Point::new(far, FINDER), Point::new(FINDER, far)]
}

/// A finder pattern at its place in the symbol.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    /// 0 is top left, 1 top right, 2 bottom left.
    corner: usize,
    centre: Point,
    /// The steps of one module to the right and down, if they can be made out.
    axes: Option<(Point, Point)>,
}

/// The symbols that have these three finder patterns; `frames` are theirs where they can be made out.
pub(super) fn of_three(image: &GreyImage, three: &Three, frames: [Option<Frame>; 3]) -> Vec<Hypothesis> {
    let finders = [three.top_left, three.top_right, three.bottom_left];
    let right = three.top_right.centre - three.top_left.centre;
    let down = three.bottom_left.centre - three.top_left.centre;
    let frames = frames.map(|frame| frame.filter(|frame| frame.fit >= CLEAR));
    let plain: Vec<Anchor> =
        (0..3).map(|corner| Anchor { corner, centre: finders[corner].centre, axes: None }).collect();
    let mut all = hypotheses(image, &plain, sizes(three.modules(), 0.14, 1.2));
    if let [Some(a), Some(b), Some(c)] = frames {
        let framed: Vec<Anchor> = [a, b, c]
            .iter()
            .enumerate()
            .map(|(corner, frame)| Anchor { corner, centre: frame.centre, axes: Some(turned(frame, right, down)) })
            .collect();
        let modules = f32::midpoint(distance(&a, &b), distance(&a, &c));
        all.extend(hypotheses(image, &framed, sizes(modules, 0.06, 0.8)));
    }
    best(all)
}

/// The symbols that have these two finder patterns and have lost the third.
pub(super) fn of_two(image: &GreyImage, a: &Frame, b: &Frame) -> Vec<Hypothesis> {
    let modules = distance(a, b);
    let towards = a.components(b.centre - a.centre);
    let (small, large) = (towards.x.abs().min(towards.y.abs()), towards.x.abs().max(towards.y.abs()));
    let mut all = Vec::new();
    for (a, b) in [(a, b), (b, a)] {
        let along = b.centre - a.centre;
        if small < 0.35 * large {
            // Along a side: from the left to the right, or from below to above.
            let beside = Point::new(-along.y, along.x);
            for (corners, right, down) in [([0, 1], along, beside), ([2, 0], beside, along * -1.0)] {
                all.extend(hypotheses(image, &pair(a, b, corners, right, down), sizes(modules, 0.08, 0.8)));
            }
        }
        if small > 0.4 * large {
            // Across, from the top right to the bottom left: a turn by 45° shows the sides.
            let right = Point::new(-along.x - along.y, along.x - along.y) * 0.5;
            let down = Point::new(-right.y, right.x);
            let modules = modules / std::f32::consts::SQRT_2;
            all.extend(hypotheses(image, &pair(a, b, [1, 2], right, down), sizes(modules, 0.08, 0.8)));
        }
    }
    best(all)
}

fn pair(a: &Frame, b: &Frame, corners: [usize; 2], right: Point, down: Point) -> [Anchor; 2] {
    [(corners[0], a), (corners[1], b)].map(|(corner, frame)| Anchor {
        corner,
        centre: frame.centre,
        axes: Some(turned(frame, right, down)),
    })
}

/// Modules between the centres of two patterns. Along a line in perspective the distance is the geometric mean of what the
/// sizes at both ends make it.
fn distance(a: &Frame, b: &Frame) -> f32 {
    let length = a.centre.distance(b.centre);
    length / (a.module_towards(b.centre) * b.module_towards(a.centre)).sqrt().max(0.1)
}

/// The axes of a frame, turned by quarters so that they go with the directions of the symbol.
fn turned(frame: &Frame, right: Point, down: Point) -> (Point, Point) {
    let (a, b) = frame.axes;
    let unit = |p: Point| p * (1.0 / p.length().max(1e-6));
    let fits = |axes: &(Point, Point)| unit(axes.0).dot(unit(right)) + unit(axes.1).dot(unit(down));
    let turns = [(a, b), (b, a * -1.0), (a * -1.0, b * -1.0), (b * -1.0, a)];
    turns.into_iter().max_by(|x, y| fits(x).total_cmp(&fits(y))).unwrap_or(frame.axes)
}

/// The versions that a distance between finder patterns allows.
fn sizes(modules: f32, part: f32, more: f32) -> impl Iterator<Item = (Version, f32)> {
    let guess = (modules + 2.0 * FINDER - 17.0) / 4.0;
    let slack = more + part * guess.max(0.0);
    let (from, to) = ((guess - slack).ceil().clamp(1.0, 41.0), (guess + slack).floor().clamp(0.0, 40.0));
    (from as u8..=to as u8)
        .filter_map(Version::new)
        .map(move |version| (version, 0.03 * (f32::from(version.number()) - guess).abs()))
}

fn hypotheses(
    image: &GreyImage,
    anchors: &[Anchor],
    versions: impl Iterator<Item = (Version, f32)>,
) -> Vec<Hypothesis> {
    versions
        .filter_map(|(version, doubt)| {
            let plane = plane(anchors, version)?;
            let places = finder_places(version);
            let plausibility = plausibility(image, &plane, version) - doubt;
            let anchors = anchors.iter().map(|anchor| (places[anchor.corner], anchor.centre)).collect();
            Some(Hypothesis { version, plane, anchors, plausibility })
        })
        .collect()
}

fn best(mut all: Vec<Hypothesis>) -> Vec<Hypothesis> {
    all.sort_by(|a, b| b.plausibility.total_cmp(&a.plausibility));
    all.truncate(MOST);
    all
}

/// The plane on which anchors lie: without perspective when only their centres are known.
fn plane(anchors: &[Anchor], version: Version) -> Option<Homography> {
    let places = finder_places(version);
    let mut pairs: Vec<Pair> = Vec::new();
    for anchor in anchors {
        let place = places[anchor.corner];
        pairs.push((place, anchor.centre, 4.0));
        let Some((right, down)) = anchor.axes else { continue };
        for (u, v) in [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)] {
            pairs.push((place + Point::new(u, v) * FINDER, anchor.centre + (right * u + down * v) * FINDER, 1.0));
        }
    }
    if pairs.len() > anchors.len() {
        return Homography::fit(&pairs).filter(|plane| plane.is_before_camera(version.modules() as f32));
    }
    let [a, b, c] = [anchors.first()?, anchors.get(1)?, anchors.get(2)?].map(|anchor| anchor.centre);
    let side = 1.0 / (version.modules() as f32 - 2.0 * FINDER);
    let (right, down) = ((b - a) * side, (c - a) * side);
    Some(Homography::affine(a - (right + down) * FINDER, right, down))
}

/// How much timing patterns and version information look like those of a version.
fn plausibility(image: &GreyImage, plane: &Homography, version: Version) -> f32 {
    let patterns = Patterns::of(version);
    let timing = timing(image, plane, version);
    let Some(copies) = patterns.version_info else { return timing };
    let place = |at: u16| {
        let (x, y) = (usize::from(at) % patterns.width, usize::from(at) / patterns.width);
        Point::new(x as f32 + 0.5, y as f32 + 0.5)
    };
    let stated = copies.iter().map(|copy| {
        agreement(
            copy.iter()
                .map(|&at| (brightness(image, plane.at(place(at))), patterns.known[usize::from(at)] == Some(true))),
        )
    });
    // It lies beside a finder pattern, so it can be read where the timing pattern is lost in the folds.
    (0.45 * timing + 0.75 * stated.fold(0.0, f32::max)).max(0.9 * timing)
}

/// Correlation of brightness with known colours.
fn agreement(values: impl Iterator<Item = (f32, bool)>) -> f32 {
    let (mut sums, mut count) = ([0.0_f32; 4], 0.0_f32);
    for (value, dark) in values {
        let sign = if dark { -1.0 } else { 1.0 };
        for (sum, term) in sums.iter_mut().zip([value, value * value, sign, value * sign]) {
            *sum += term;
        }
        count += 1.0;
    }
    let [value, squares, sign, product] = sums.map(|sum| sum / count.max(1.0));
    let spread = (squares - value * value).max(0.0) + 4.0;
    (product - value * sign) / spread.sqrt() / (1.0 - sign * sign).max(0.1).sqrt()
}

/// How much both timing patterns alternate, each followed a little to either side.
fn timing(image: &GreyImage, plane: &Homography, version: Version) -> f32 {
    let side = |turned: bool| {
        let lines = [-0.4, 0.0, 0.4].map(|aside| {
            agreement((8..version.modules() - 8).map(|at| {
                let (along, across) = (at as f32 + 0.5, TIMING as f32 + 0.5 + aside);
                let p = if turned { Point::new(across, along) } else { Point::new(along, across) };
                (brightness(image, plane.at(p)), at % 2 == 0)
            }))
        });
        lines.into_iter().fold(-1.0, f32::max)
    };
    f32::midpoint(side(false), side(true))
}

/// The finder patterns that could be two of one symbol, by size and distance.
pub(super) fn twos<'a>(finders: &'a [(Finder, Frame)]) -> impl Iterator<Item = (&'a Frame, &'a Frame)> {
    let clear = finders.iter().filter(|(_, frame)| frame.fit >= CLEAR);
    let pairs = clear.clone().enumerate().flat_map(move |(at, a)| clear.clone().skip(at + 1).map(move |b| (a, b)));
    pairs.filter(|(a, b)| super::arrangement::alike(&a.0, &b.0)).map(|(a, b)| (&a.1, &b.1))
}
