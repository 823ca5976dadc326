//! A hypothesis in, the alignment patterns that bear it out, and the plane that fits all of them best.

use super::alignment::{self, Match, Pattern};
use super::geometry::{Homography, Pair, Point};
use super::hypothesis::Hypothesis;
use super::patterns::Version;
use crate::scan::grey::GreyImage;

/// Correlation from which a pattern is taken for one.
const LIKELY: f32 = 0.6;

/// The same where it was looked for `reach` modules around: chance looks more like a pattern the more places there are.
fn likely(reach: f32) -> f32 {
    (LIKELY + 0.05 * (reach - 1.0).max(0.0)).min(0.78)
}
/// A landmark farther from the plane than this, in modules, does not lie on it.
const OFF: f32 = 1.2;
/// Most landmarks that are left out.
const MOST_OUTLIERS: usize = 12;

/// Alignment patterns and finder patterns of a symbol: places in modules and pixels, and how certain they are.
///
/// They are looked for from the anchors outward, each where its neighbours make it expected.
pub(super) fn landmarks(image: &GreyImage, hypothesis: &Hypothesis) -> Vec<Pair> {
    let mut known: Vec<Pair> = Vec::new();
    for (at, pixel) in &hypothesis.anchors {
        let axes = hypothesis.plane.axes_at(*at);
        let found = alignment::find(image, Pattern::Finder, *pixel, axes, 0.5);
        let centre = if found.score >= LIKELY { found.centre } else { *pixel };
        known.push((*at, centre, 2.0 * found.score.max(0.3)));
    }
    let mut waiting: Vec<Point> = centres(hypothesis.version).collect();
    let mut plane = hypothesis.plane;
    while !waiting.is_empty() {
        let nearest = |p: &Point| known.iter().map(|(at, ..)| at.distance(*p)).fold(f32::MAX, f32::min);
        let Some(next) = (0..waiting.len()).min_by(|&a, &b| nearest(&waiting[a]).total_cmp(&nearest(&waiting[b])))
        else {
            break;
        };
        let at = waiting.swap_remove(next);
        let reach = (1.2 + 0.045 * nearest(&at)).min(6.0);
        let found: Match =
            alignment::find(image, Pattern::Alignment, expected(&plane, &known, at), plane.axes_at(at), reach);
        if found.score >= likely(reach) {
            known.push((at, found.centre, found.score * found.score));
            plane = refit(&plane, &known, hypothesis.version);
        }
    }
    known
}

/// The corner farthest from three finder patterns alone can be anywhere when the paper is tilted: it is looked for far around.
pub(super) fn far_corner(image: &GreyImage, hypothesis: &Hypothesis) -> Homography {
    let plane = hypothesis.plane;
    let Some(at) = centres(hypothesis.version).last() else { return plane };
    let modules = hypothesis.version.modules() as f32;
    let is_framed = hypothesis.axes.iter().all(Option::is_some);
    let reach = if is_framed { 1.5 + 0.015 * modules } else { 3.0 + 0.07 * modules };
    let found = alignment::find(image, Pattern::Alignment, plane.at(at), plane.axes_at(at), reach);
    if found.score < likely(reach) {
        return plane;
    }
    let mut pairs: Vec<Pair> = hypothesis.anchors.iter().map(|(at, pixel)| (*at, *pixel, 1.0)).collect();
    pairs.push((at, found.centre, 1.0));
    refit(&plane, &pairs, hypothesis.version)
}

/// The plane through all landmarks, without those that do not fit it: the worst goes first, for it bends the plane for others.
pub(super) fn settle(plane: &Homography, landmarks: &[Pair], version: Version) -> Homography {
    let mut kept = landmarks.to_vec();
    let mut best = refit(plane, &kept, version);
    for _ in 0..MOST_OUTLIERS {
        let off = |(at, pixel, _): &Pair| best.at(*at).distance(*pixel) / best.scale_at(*at).max(0.1);
        let worst = (0..kept.len()).max_by(|&a, &b| off(&kept[a]).total_cmp(&off(&kept[b])));
        let Some(worst) = worst.filter(|&worst| off(&kept[worst]) > OFF) else { break };
        kept.swap_remove(worst);
        best = refit(&best, &kept, version);
    }
    best
}

fn centres(version: Version) -> impl Iterator<Item = Point> {
    version.alignment_patterns().into_iter().map(|(x, y)| Point::new(x as f32 + 0.5, y as f32 + 0.5))
}

fn refit(plane: &Homography, pairs: &[Pair], version: Version) -> Homography {
    if pairs.len() < 4 {
        return *plane;
    }
    Homography::fit(pairs).filter(|plane| plane.is_before_camera(version.modules() as f32)).unwrap_or(*plane)
}

/// Where a place is expected: on the plane, moved as the landmarks near it are.
fn expected(plane: &Homography, known: &[Pair], at: Point) -> Point {
    let (mut moved, mut weights) = (Point::default(), 0.0);
    for (place, pixel, weight) in known {
        let distance = place.distance(at);
        let weight = weight / (1.0 + distance * distance * distance);
        moved = moved + (*pixel - plane.at(*place)) * weight;
        weights += weight;
    }
    plane.at(at) + moved * (1.0 / f32::max(weights, 1e-9))
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::super::hypothesis::finder_places;
    use super::*;
    use crate::symbol::EcLevel;

    #[test]
    fn every_alignment_pattern_of_a_tilted_symbol_is_found_from_a_rough_plane() {
        let (_, matrix) = drawing::symbol(14, EcLevel::M);
        let version = Version::new(14).unwrap();
        let (image, plane) = drawing::tilted(&matrix);
        let anchors = finder_places(version).map(|at| (at, plane.at(at)));
        let pairs = anchors.map(|(at, pixel)| (at, pixel, 1.0));
        let far = Point::new(73.0, 73.0);
        let rough = [pairs[0], pairs[1], pairs[2], (far, plane.at(far) + Point::new(4.0, -5.0), 1.0)];
        let hypothesis = Hypothesis {
            version,
            plane: Homography::fit(&rough).unwrap(),
            anchors: anchors.to_vec(),
            axes: vec![None; 3],
            plausibility: 1.0,
        };
        let marks = landmarks(&image, &hypothesis);
        assert_eq!(marks.len(), 3 + version.alignment_patterns().len());
        let settled = settle(&hypothesis.plane, &marks, version);
        assert!(settled.at(far).distance(plane.at(far)) < 0.3 * plane.scale_at(far));
    }

    #[test]
    fn a_landmark_that_is_none_does_not_bend_the_plane() {
        let version = Version::new(7).unwrap();
        let plane = Homography::affine(Point::new(9.0, 9.0), Point::new(4.0, 0.0), Point::new(0.0, 4.0));
        let mut marks: Vec<Pair> = centres(version).map(|at| (at, plane.at(at), 1.0)).collect();
        marks[2].1 = marks[2].1 + Point::new(30.0, 11.0);
        let settled = settle(&plane, &marks, version);
        let far = Point::new(45.0, 45.0);
        assert!(settled.at(far).distance(plane.at(far)) < 0.5);
    }
}
