//! Where a symbol was in the last frame → where it is in this one: its finder patterns are looked for around their old places.
//!
//! A threshold loses a finder pattern (ISO/IEC 18004 §6.3.3) in noise long before a comparison with all of its modules does.

use super::alignment::{self, Pattern};
use super::attempt::Unread;
use super::geometry::{Homography, Pair, Point};
use super::hypothesis::{Hypothesis, finder_places};
use super::patterns::Version;
use super::sampling;
use crate::scan::grey::GreyImage;

/// So many modules may a symbol have moved between two frames.
const REACH: f32 = 5.0;
/// Correlation from which a pattern is taken for one; chance reaches 0.4 among the places that are looked at.
const LIKELY: f32 = 0.5;

/// The symbol at its new place, in pixels of `image`, which may be smaller by `factor`.
pub(super) fn hypothesis(image: &GreyImage, last: &Unread, factor: u32) -> Option<Hypothesis> {
    let side = last.version.modules() as f32;
    let old = Outline::of(&last.clone().scaled(1.0 / factor as f32))?.plane;
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

impl Unread {
    /// Side of a module in pixels.
    pub(in crate::scan) fn module(&self) -> f32 {
        let [a, b, c, d] = self.corners;
        ((c - a).cross(d - b).abs() / 2.0).sqrt() / self.version.modules() as f32
    }
}

/// The place of a symbol in an image, as if it were flat.
#[derive(Clone, Copy, Debug)]
pub(in crate::scan) struct Outline {
    plane: Homography,
    version: Version,
}

impl Outline {
    /// That of a symbol that was seen; `None` when its corners make no square.
    pub(in crate::scan) fn of(seen: &Unread) -> Option<Self> {
        let side = seen.version.modules() as f32;
        let square = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(u, v)| Point::new(u, v));
        let pairs: Vec<Pair> = square.iter().zip(seen.corners).map(|(at, corner)| (*at, corner, 1.0)).collect();
        Some(Self { plane: Homography::fit(&pairs)?, version: seen.version })
    }

    /// Modules on a side.
    pub(in crate::scan) fn side(&self) -> usize {
        self.version.modules()
    }

    /// Centres of the three finder patterns, in modules: top left, top right, bottom left.
    pub(in crate::scan) fn finders(&self) -> [(f32, f32); 3] {
        finder_places(self.version).map(|place| (place.x, place.y))
    }

    /// The brightness at a place in modules.
    pub(in crate::scan) fn brightness(&self, image: &GreyImage, (u, v): (f32, f32)) -> f32 {
        sampling::brightness(image, self.plane.at(Point::new(u, v)))
    }

    /// How much longer a module is along one direction in the middle of the symbol than across it.
    pub(in crate::scan) fn stretch(&self) -> f32 {
        let middle = self.side() as f32 / 2.0;
        let (right, down) = self.plane.axes_at(Point::new(middle, middle));
        // Singular values of the matrix of both axes.
        let (sum, area) = (right.dot(right) + down.dot(down), right.cross(down).abs().max(1e-6));
        let spread = (sum * sum - 4.0 * area * area).max(0.0).sqrt();
        (sum + spread) / (2.0 * area)
    }
}
