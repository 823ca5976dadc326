//! Where a symbol was in the last frame → where it is in this one: its finder patterns are looked for around their old places.
//!
//! A threshold loses a finder pattern (ISO/IEC 18004 §6.3.3) in noise long before a comparison with all of its modules does.

use super::alignment::{self, Pattern};
use super::attempt::Unread;
use super::geometry::{Homography, Pair, Point};
use super::hypothesis::{Hypothesis, finder_places};
use crate::scan::grey::GreyImage;

/// So many modules may a symbol have moved between two frames.
const REACH: f32 = 5.0;
/// Correlation from which a pattern is taken for one; chance reaches 0.4 among the places that are looked at.
const LIKELY: f32 = 0.5;

/// The symbol at its new place, in pixels of `image`, which may be smaller by `factor`.
pub(super) fn hypothesis(image: &GreyImage, last: &Unread, factor: u32) -> Option<Hypothesis> {
    let side = last.version.modules() as f32;
    let square = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(u, v)| Point::new(u, v));
    let scale = 1.0 / factor as f32;
    let pairs: Vec<Pair> = square.iter().zip(last.corners).map(|(at, corner)| (*at, corner * scale, 1.0)).collect();
    let old = Homography::fit(&pairs)?;
    let places = finder_places(last.version);
    let found = places.map(|at| alignment::find(image, Pattern::Finder, old.at(at), old.axes_at(at), REACH));
    let moved: Vec<Point> = places
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.score >= LIKELY)
        .map(|(at, found)| found.centre - old.at(*at))
        .collect();
    if moved.len() < 2 {
        return None;
    }
    let mean = moved.iter().fold(Point::default(), |sum, moved| sum + *moved) * (1.0 / moved.len() as f32);
    let centres: [Point; 3] = std::array::from_fn(|corner| {
        if found[corner].score >= LIKELY { found[corner].centre } else { old.at(places[corner]) + mean }
    });
    // The corner without a pattern goes with the others as on a plane without perspective.
    let shift = |corner: usize| centres[corner] - old.at(places[corner]);
    let fourth = Point::new(places[1].x, places[2].y);
    let shifted = old.at(fourth) + shift(1) + shift(2) - shift(0);
    let mut pairs: Vec<Pair> = places.iter().zip(centres).map(|(at, centre)| (*at, centre, 1.0)).collect();
    pairs.push((fourth, shifted, 1.0));
    let plane = Homography::fit(&pairs).filter(|plane| plane.is_before_camera(side))?;
    let anchors: Vec<(Point, Point)> = places.into_iter().zip(centres).collect();
    let axes = anchors.iter().map(|(at, _)| Some(plane.axes_at(*at))).collect();
    Some(Hypothesis { version: last.version, plane, anchors, axes, plausibility: 2.0 })
}
