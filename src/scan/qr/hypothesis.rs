//! Finder patterns in, symbols that they could belong to out: a version and a plane each, the most plausible first.
//!
//! Three patterns give a plane even where their shape cannot be made out, two must show it. What speaks for a hypothesis are the
//! timing patterns (ISO/IEC 18004 §6.3.5) and the version information (§7.10); neither is needed for it to be tried.

use super::arrangement::{Seen, alike};
use super::correlation::correlation;
use super::frame::Frame;
use super::geometry::{Homography, Pair, Point};
use super::patterns::{Patterns, TIMING, Version};
use super::sampling::brightness;
use super::version_information;
use crate::scan::grey::GreyImage;

/// A symbol that could be there.
#[derive(Clone, Debug)]
pub(super) struct Hypothesis {
    pub(super) version: Version,
    pub(super) plane: Homography,
    /// Centres of finder patterns, in modules and in pixels.
    pub(super) anchors: Vec<(Point, Point)>,
    /// The steps of one module to the right and down at each of them, where they can be made out.
    pub(super) axes: Vec<Option<(Point, Point)>>,
    /// How much speaks for it: 0 is chance, about 1 is certain.
    pub(super) plausibility: f32,
}

/// Centre of a finder pattern, in modules from the corner of the symbol.
const FINDER: f32 = 3.5;
/// The part of a frame's rays that must fit for it to be used in place of a size.
const CLEAR: f32 = 0.5;
/// The same where there is no third pattern to agree.
const CLEARER: f32 = 0.7;
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

/// The symbols that have these three finder patterns: top left, top right, bottom left. `cost` is that of the set.
pub(super) fn of_three(image: &GreyImage, seen: [Seen; 3], cost: f32) -> Vec<Hypothesis> {
    let [a, b, c] = seen.map(|seen| seen.finder.centre);
    let (right, down) = (b - a, c - a);
    let frames = seen.map(|seen| seen.frame.filter(|frame| frame.fit >= CLEAR));
    let anchor = |corner: usize| {
        let axes = frames[corner].map(|frame| turned(&frame, right, down));
        Anchor { corner, centre: frames[corner].map_or(seen[corner].finder.centre, |frame| frame.centre), axes }
    };
    let framed: [Anchor; 3] = std::array::from_fn(anchor);
    let plain = framed.map(|anchor| Anchor { axes: None, ..anchor });
    let leg = |a: usize, b: usize| {
        let (a, b) = (seen[a].finder, seen[b].finder);
        a.centre.distance(b.centre) / f32::midpoint(a.module, b.module)
    };
    let stated: Vec<Version> = framed[1..].iter().filter_map(|anchor| stated(image, anchor)).collect();
    let versions = sizes(f32::midpoint(leg(0, 1), leg(0, 2)), 0.14, 1.2);
    let mut all = hypotheses(image, &plain, &framed, with(versions, &stated));
    if let [Some(a), Some(b), Some(c)] = frames {
        let modules = f32::midpoint(distance(&a, &b), distance(&a, &c));
        all.extend(hypotheses(image, &framed, &framed, with(sizes(modules, 0.06, 0.8), &stated)));
    }
    // Two true patterns and a false one state the same version as three true ones.
    for hypothesis in &mut all {
        hypothesis.plausibility -= 0.15 * (cost + 1.0).clamp(-0.5, 2.0);
    }
    best(all)
}

/// Adds versions that a symbol states to those that its size allows.
fn with(sizes: impl Iterator<Item = (Version, f32)>, stated: &[Version]) -> Vec<(Version, f32)> {
    let mut all: Vec<(Version, f32)> = sizes.collect();
    for version in stated {
        match all.iter_mut().find(|(known, _)| known == version) {
            Some((_, doubt)) => *doubt = 0.0,
            None => all.push((*version, 0.05)),
        }
    }
    all
}

/// Colours of the version information beside a finder pattern, in the frame of the pattern alone: paper that is bent between
/// the patterns does not matter.
fn beside(image: &GreyImage, anchor: &Anchor) -> Option<[f32; version_information::BITS]> {
    let (right, down) = anchor.axes?;
    Some(std::array::from_fn(|bit| {
        // At the top right three columns to the left of the pattern, at the bottom left three rows above it (§7.10).
        let (along, across) = ((bit / 3) as f32 - 3.0, (bit % 3) as f32 - 7.0);
        let (u, v) = if anchor.corner == 1 { (across, along) } else { (along, across) };
        brightness(image, anchor.centre + right * u + down * v)
    }))
}

/// The version that a symbol states beside a finder pattern, if it can be read there.
fn stated(image: &GreyImage, anchor: &Anchor) -> Option<Version> {
    version_information::read(&beside(image, anchor)?)
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
                let anchors = pair(a, b, corners, right, down);
                all.extend(hypotheses(image, &anchors, &anchors, versions(image, &anchors, modules)));
            }
        }
        if small > 0.4 * large {
            // Across, from the top right to the bottom left: a turn by 45° shows the sides.
            let right = Point::new(-along.x - along.y, along.x - along.y) * 0.5;
            let down = Point::new(-right.y, right.x);
            let modules = modules / std::f32::consts::SQRT_2;
            let anchors = pair(a, b, [1, 2], right, down);
            all.extend(hypotheses(image, &anchors, &anchors, versions(image, &anchors, modules)));
        }
    }
    best(all)
}

fn versions(image: &GreyImage, anchors: &[Anchor], modules: f32) -> Vec<(Version, f32)> {
    let stated: Vec<Version> =
        anchors.iter().filter(|anchor| anchor.corner > 0).filter_map(|anchor| stated(image, anchor)).collect();
    with(sizes(modules, 0.08, 0.8), &stated)
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

/// A hypothesis for each version: the plane lies on `anchors`, what is stated is read in the frames of `framed`.
fn hypotheses(
    image: &GreyImage,
    anchors: &[Anchor],
    framed: &[Anchor],
    versions: Vec<(Version, f32)>,
) -> Vec<Hypothesis> {
    let statements: Vec<[f32; version_information::BITS]> =
        framed.iter().filter(|anchor| anchor.corner > 0).filter_map(|anchor| beside(image, anchor)).collect();
    versions
        .into_iter()
        .filter_map(|(version, doubt)| {
            let plane = plane(anchors, version)?;
            let places = finder_places(version);
            let stated = both(statements.iter().map(|values| version_information::likeness(values, version)));
            let plausibility = plausibility(image, &plane, version, stated) - doubt;
            let anchors = framed.iter().map(|anchor| (places[anchor.corner], anchor.centre)).collect();
            let axes = framed.iter().map(|anchor| anchor.axes).collect();
            Some(Hypothesis { version, plane, anchors, axes, plausibility })
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
fn plausibility(image: &GreyImage, plane: &Homography, version: Version, stated: f32) -> f32 {
    let patterns = Patterns::of(version);
    let timing = timing(image, plane, version);
    let Some(copies) = patterns.version_info else { return timing };
    let place = |at: u16| {
        let (x, y) = (usize::from(at) % patterns.width, usize::from(at) / patterns.width);
        Point::new(x as f32 + 0.5, y as f32 + 0.5)
    };
    let on_plane = copies.iter().map(|copy| {
        correlation(
            copy.iter()
                .map(|&at| (brightness(image, plane.at(place(at))), patterns.known[usize::from(at)] == Some(true))),
        )
    });
    // It lies beside a finder pattern, so it can be read where the timing pattern is lost in the folds.
    (0.45 * timing + 0.75 * both(on_plane).max(stated)).max(0.9 * timing)
}

/// Two copies of one thing: the better counts more.
fn both(scores: impl Iterator<Item = f32>) -> f32 {
    let (mut best, mut other) = (0.0_f32, 0.0_f32);
    for score in scores {
        (best, other) = if score > best { (score, best) } else { (best, other.max(score)) };
    }
    0.65 * best + 0.35 * other
}

/// How much both timing patterns alternate, each followed a little to either side.
fn timing(image: &GreyImage, plane: &Homography, version: Version) -> f32 {
    let side = |turned: bool| {
        let lines = [-0.4, 0.0, 0.4].map(|aside| {
            correlation((8..version.modules() - 8).map(|at| {
                let (along, across) = (at as f32 + 0.5, TIMING as f32 + 0.5 + aside);
                let p = if turned { Point::new(across, along) } else { Point::new(along, across) };
                (brightness(image, plane.at(p)), at % 2 == 0)
            }))
        });
        lines.into_iter().fold(-1.0, f32::max)
    };
    f32::midpoint(side(false), side(true))
}

/// The finder patterns that could be two of one symbol, the clearest first.
pub(super) fn twos(seen: &[Seen], most: usize) -> Vec<(Frame, Frame)> {
    let clear: Vec<(&Seen, Frame)> =
        seen.iter().filter_map(|seen| Some((seen, seen.frame.filter(|frame| frame.fit >= CLEARER)?))).collect();
    let mut all: Vec<(f32, Frame, Frame)> = Vec::new();
    for (at, (seen, frame)) in clear.iter().enumerate() {
        for (other, other_frame) in &clear[at + 1..] {
            if alike(&seen.finder, &other.finder) {
                let weight = frame.fit + other_frame.fit + 0.2 * (seen.finder.strength + other.finder.strength);
                all.push((weight, *frame, *other_frame));
            }
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.into_iter().take(most).map(|(_, a, b)| (a, b)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::super::finder::Finder;
    use super::*;
    use crate::symbol::EcLevel;

    fn seen(image: &GreyImage, plane: &Homography, at: Point) -> Seen {
        let finder = Finder { centre: plane.at(at), module: plane.scale_at(at), strength: 4.0 };
        Seen { finder, frame: Frame::of(image, &finder) }
    }

    #[test]
    fn three_patterns_of_a_tilted_symbol_tell_its_version_and_its_plane() {
        for number in [2, 7, 9] {
            let (_, matrix) = drawing::symbol(number, EcLevel::M);
            let version = Version::new(number).unwrap();
            let (image, plane) = drawing::tilted(&matrix);
            let best = &of_three(&image, finder_places(version).map(|at| seen(&image, &plane, at)), -1.0)[0];
            assert_eq!(best.version, version);
            let far = Point::new(matrix.width() as f32, matrix.width() as f32);
            assert!(best.plane.at(far).distance(plane.at(far)) < 2.0 * plane.scale_at(far), "version {number}");
            assert!(best.plausibility > 0.8, "version {number}: {}", best.plausibility);
        }
    }

    #[test]
    fn any_two_patterns_are_enough() {
        let (_, matrix) = drawing::symbol(9, EcLevel::M);
        let version = Version::new(9).unwrap();
        let (image, plane) = drawing::tilted(&matrix);
        let frames = finder_places(version).map(|at| seen(&image, &plane, at).frame.unwrap());
        for (a, b) in [(0, 1), (0, 2), (2, 1)] {
            let middle = Point::new(26.5, 26.5);
            let is_right = |one: &Hypothesis| {
                one.version == version && one.plane.at(middle).distance(plane.at(middle)) < 2.0 * plane.scale_at(middle)
            };
            assert!(of_two(&image, &frames[a], &frames[b]).iter().any(is_right), "patterns {a} and {b}");
        }
    }
}
