//! A plane and an image in, the same grid bent as the paper is out.
//!
//! Edges lie between modules, so around any place the phase of the edges against the grid tells how far the grid has slipped,
//! up to whole modules, without a single module being decided. From places that are known for certain, finder and alignment
//! patterns, the grid is followed outward, the clearest neighbour first; at a crease, where nothing is clear, the walks from
//! both sides meet. Alignment patterns on the way tell whether a walk has slipped by whole modules; then it starts again with
//! the pattern as one more certain place.

use super::alignment::{self, Match, Pattern};
use super::geometry::{Homography, Point};
use super::patterns::Version;
use super::rectified::Rectified;
use std::collections::BinaryHeap;

/// Modules between neighbouring nodes of the lattice.
const SPACING: f32 = 2.0;
/// The lattice begins so many modules before the symbol.
const BEFORE: f32 = 1.0;
/// Modules around a node whose edges are heard.
const REACH: f32 = 2.5;
/// A shift changes by at most this much per module, or the paper is broken there.
const STEEPEST: f32 = 0.2;
/// Shifts of neighbouring nodes that differ by more, in modules, lie on two sides of a crease.
const BROKEN: f32 = 0.9;
/// The weight of "no slope" where few neighbours are known; a well known neighbour weighs about one half.
const LEVEL: f32 = 0.1;
/// Correlation from which an alignment pattern is certain.
const CERTAIN: f32 = 0.75;
/// Most times that the walk starts again.
const ROUNDS: usize = 4;

/// A plane, and for each node of a lattice over it how far the symbol lies from where the plane has it, in modules.
#[derive(Clone, Debug)]
pub(super) struct Warp {
    plane: Homography,
    side: usize,
    shifts: Vec<Point>,
}

impl Warp {
    /// Module coordinates to pixels.
    pub(super) fn at(&self, p: Point) -> Point {
        self.plane.at(p + self.shift(p))
    }

    /// The shift at a place: between four nodes, or where they disagree as at a crease, that of the nearest.
    fn shift(&self, p: Point) -> Point {
        let most = (self.side - 1) as f32;
        let (x, y) = (((p.x + BEFORE) / SPACING).clamp(0.0, most), ((p.y + BEFORE) / SPACING).clamp(0.0, most));
        let (i, j) = ((x as usize).min(self.side - 2), (y as usize).min(self.side - 2));
        let (fx, fy) = (x - i as f32, y - j as f32);
        let node = |i: usize, j: usize| self.shifts[j * self.side + i];
        let corners = [node(i, j), node(i + 1, j), node(i, j + 1), node(i + 1, j + 1)];
        let broken = corners.iter().any(|corner| corner.distance(corners[0]) > BROKEN);
        if broken {
            return corners[usize::from(fy > 0.5) * 2 + usize::from(fx > 0.5)];
        }
        let top = corners[0] * (1.0 - fx) + corners[1] * fx;
        let bottom = corners[2] * (1.0 - fx) + corners[3] * fx;
        top * (1.0 - fy) + bottom * fy
    }
}

/// A finder pattern: its centre in modules and in pixels, and the steps of one module there, where they can be made out.
pub(super) type Anchor = (Point, Point, Option<(Point, Point)>);

/// Places around the centre of a finder pattern, in modules, whose shift its frame tells.
const AROUND: [(f32, f32); 9] = {
    let (a, b) = (-2.0, 2.0);
    [(0.0, 0.0), (a, a), (0.0, a), (b, a), (a, 0.0), (b, 0.0), (a, b), (0.0, b), (b, b)]
};

/// A place whose shift is certain.
#[derive(Clone, Copy, Debug)]
struct Seed {
    /// In modules, where the plane has it.
    at: Point,
    shift: Point,
}

/// The seeds of a finder pattern.
fn seeds(inverse: &Homography, (at, pixel, axes): &Anchor) -> Vec<Seed> {
    let seed = |(u, v): (f32, f32), (right, down): (Point, Point)| {
        let place = *at + Point::new(u, v);
        Seed { at: place, shift: inverse.at(*pixel + right * u + down * v) - place }
    };
    match axes {
        Some(axes) => AROUND.iter().map(|place| seed(*place, *axes)).collect(),
        None => vec![seed((0.0, 0.0), (Point::default(), Point::default()))],
    }
}

/// Follows the grid of a symbol.
pub(super) fn track(rectified: &Rectified, plane: &Homography, version: Version, finders: &[Anchor]) -> Option<Warp> {
    let inverse = plane.inverse()?;
    let mut seeds: Vec<Seed> = finders.iter().flat_map(|anchor| seeds(&inverse, anchor)).collect();
    let patterns: Vec<Point> =
        version.alignment_patterns().iter().map(|&(x, y)| Point::new(x as f32 + 0.5, y as f32 + 0.5)).collect();
    let mut known = vec![false; patterns.len()];
    let mut walk = Walk::over(rectified, version.modules());
    for _ in 0..ROUNDS {
        walk.run(&seeds);
        let mut slipped = false;
        for (at, known) in patterns.iter().zip(&mut known) {
            if *known {
                continue;
            }
            let shift = walk.shift_near(*at);
            let here = rectified.alignment(*at + shift, 0.6);
            let best = if here.score >= CERTAIN { here } else { rectified.alignment(*at + shift, 3.2) };
            if best.score >= CERTAIN {
                let found = best.centre - *at;
                *known = true;
                // One that was found where the walk had it confirms it; any other begins a walk of its own.
                slipped |= found.distance(shift) > 0.5;
                seeds.push(Seed { at: *at, shift: found });
            }
        }
        if !slipped {
            break;
        }
    }
    Some(Warp { plane: *plane, side: walk.side, shifts: walk.shifts() })
}

/// What is known of a node.
#[derive(Clone, Copy, Debug)]
struct Node {
    shift: Point,
    /// How sharply the edges around it agree, 0 to 1.
    quality: f32,
}

/// A node that waits to be taken.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    quality: f32,
    node: usize,
    parent: usize,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Equal qualities in the order of the nodes, so that every run is the same.
        self.quality.total_cmp(&other.quality).then(other.node.cmp(&self.node)).then(other.parent.cmp(&self.parent))
    }
}

/// The walk over the lattice.
struct Walk<'a> {
    rectified: &'a Rectified,
    side: usize,
    nodes: Vec<Option<Node>>,
}

impl<'a> Walk<'a> {
    fn over(rectified: &'a Rectified, width: usize) -> Self {
        let side = ((width as f32 + 2.0 * BEFORE) / SPACING).ceil() as usize + 1;
        Self { rectified, side, nodes: vec![None; side * side] }
    }

    /// Place of a node in modules.
    fn place(&self, node: usize) -> Point {
        Point::new((node % self.side) as f32 * SPACING - BEFORE, (node / self.side) as f32 * SPACING - BEFORE)
    }

    fn nearest(&self, at: Point) -> usize {
        let index = |value: f32| (((value + BEFORE) / SPACING).round().max(0.0) as usize).min(self.side - 1);
        index(at.y) * self.side + index(at.x)
    }

    fn shift_near(&self, at: Point) -> Point {
        self.nodes[self.nearest(at)].map_or(Point::default(), |node| node.shift)
    }

    fn shifts(&self) -> Vec<Point> {
        self.nodes.iter().map(|node| node.map_or(Point::default(), |node| node.shift)).collect()
    }

    fn run(&mut self, seeds: &[Seed]) {
        self.nodes.fill(None);
        let mut heap = BinaryHeap::new();
        for seed in seeds {
            let node = self.nearest(seed.at);
            let (shift, quality) = self.listen(node, seed.shift, [0.0; 4]);
            // The pattern itself knows better than the edges around it.
            let shift = if shift.distance(seed.shift) < 0.3 { shift } else { seed.shift };
            self.nodes[node] = Some(Node { shift, quality: quality.max(0.8) });
        }
        for seed in seeds {
            self.wait_for_neighbours(self.nearest(seed.at), &mut heap);
        }
        while let Some(Waiting { node, parent, quality }) = heap.pop() {
            if self.nodes[node].is_some() {
                continue;
            }
            let (shift, heard) = self.step(node, parent);
            if heard < 0.8 * quality {
                // It is less clear than the neighbour it was reached from: others go first.
                heap.push(Waiting { quality: heard, node, parent });
                continue;
            }
            self.nodes[node] = Some(Node { shift, quality: heard });
            self.wait_for_neighbours(node, &mut heap);
        }
    }

    /// Puts the neighbours of a node in line, each as clear as the node until it is looked at.
    fn wait_for_neighbours(&self, node: usize, heap: &mut BinaryHeap<Waiting>) {
        let (x, y) = (node % self.side, node / self.side);
        let neighbours = [
            (x > 0).then(|| node - 1),
            (x + 1 < self.side).then(|| node + 1),
            (y > 0).then(|| node - self.side),
            (y + 1 < self.side).then(|| node + self.side),
        ];
        let quality = self.nodes[node].map_or(0.0, |node| node.quality);
        for next in neighbours.into_iter().flatten() {
            if self.nodes[next].is_none() {
                heap.push(Waiting { quality, node: next, parent: node });
            }
        }
    }

    /// The shift of a node as its neighbours on the side of `parent` have it, put right by the edges around it.
    fn step(&self, node: usize, parent: usize) -> (Point, f32) {
        let (guess, slope) = self.predict(node, parent);
        let (shift, quality) = self.listen(node, guess, slope);
        let moved = shift.distance(guess);
        // A long way from the guess is more likely another module's edge.
        (shift, quality * (1.0 - moved.min(1.0)))
    }

    /// Fits a plane through the shifts of known neighbours that go with those of `parent`; slope as d(x, y)/du, d(x, y)/dv.
    fn predict(&self, node: usize, parent: usize) -> (Point, [f32; 4]) {
        let Some(from) = self.nodes[parent] else { return (Point::default(), [0.0; 4]) };
        let (x, y) = ((node % self.side) as isize, (node / self.side) as isize);
        let (at, base) = (self.place(node), self.place(parent));
        // Weighted normal equations for shift = a + b·u + c·v around the node; a little weight says "no slope".
        let mut m = [[0.0_f32; 5]; 3];
        for row in (y - 3).max(0)..=(y + 3).min(self.side as isize - 1) {
            for column in (x - 3).max(0)..=(x + 3).min(self.side as isize - 1) {
                let index = row as usize * self.side + column as usize;
                let Some(known) = self.nodes[index] else { continue };
                let place = self.place(index);
                if known.shift.distance(from.shift) > 0.25 + STEEPEST * place.distance(base) {
                    continue;
                }
                let d = place - at;
                let weight = known.quality.max(0.02) / (1.0 + d.dot(d) / 8.0);
                let values = [1.0, d.x, d.y, known.shift.x, known.shift.y];
                for i in 0..3 {
                    for j in 0..5 {
                        m[i][j] += weight * values[i] * values[j];
                    }
                }
            }
        }
        m[1][1] += LEVEL;
        m[2][2] += LEVEL;
        let rows = m.map(|row| row.map(f64::from));
        let solved = |side: usize| {
            super::geometry::solve::<3, 4>(std::array::from_fn(|i| [rows[i][0], rows[i][1], rows[i][2], rows[i][side]]))
        };
        match (solved(3), solved(4)) {
            (Some(x), Some(y)) => {
                let slope = [x[1], y[1], x[2], y[2]].map(|value| (value as f32).clamp(-0.5, 0.5));
                (Point::new(x[0] as f32, y[0] as f32), slope)
            }
            _ => (from.shift, [0.0; 4]),
        }
    }

    /// Puts a guess right by the phase of the edges around the node.
    fn listen(&self, node: usize, guess: Point, slope: [f32; 4]) -> (Point, f32) {
        let at = self.place(node);
        let mut shift = guess;
        let mut quality = 0.0;
        for _ in 0..2 {
            let (phase, heard) = self.rectified.phase(at, shift, slope, REACH);
            quality = heard;
            // What is hardly heard moves nothing.
            let trust = ((heard - 0.1) / 0.25).clamp(0.0, 1.0);
            shift = shift + phase * trust;
        }
        (shift, quality)
    }
}

impl Rectified {
    /// Looks for an alignment pattern around a place in modules; the match is in modules too.
    fn alignment(&self, at: Point, reach: f32) -> Match {
        let axes = (Point::new(self.scale, 0.0), Point::new(0.0, self.scale));
        let found = alignment::find(&self.image, Pattern::Alignment, self.to_pixels(at), axes, reach);
        Match { centre: self.to_modules(found.centre), ..found }
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::super::hypothesis::finder_places;
    use super::*;
    use crate::symbol::EcLevel;

    #[test]
    fn waves_in_the_paper_are_followed_to_a_quarter_of_a_module() {
        let (_, matrix) = drawing::symbol(14, EcLevel::M);
        let version = Version::new(14).unwrap();
        let (scale, height) = (5.0, 0.9);
        let image = drawing::wavy(&matrix, scale, height);
        let plane =
            Homography::affine(Point::new(6.0 * scale, 6.0 * scale), Point::new(scale, 0.0), Point::new(0.0, scale));
        // Where the waves have carried a place: the image was drawn the other way round.
        let carried = |at: Point| {
            let mut flat = at;
            for _ in 0..30 {
                flat = at - drawing::wave(flat, height);
            }
            plane.at(flat)
        };
        let anchors: Vec<Anchor> = finder_places(version).iter().map(|at| (*at, carried(*at), None)).collect();
        let rectified = Rectified::new(&image, &plane, version.modules());
        let warp = track(&rectified, &plane, version, &anchors).unwrap();
        let centres = (0..73 * 73).map(|at| Point::new((at % 73) as f32 + 0.5, (at / 73) as f32 + 0.5));
        let off = |at: &Point| warp.at(*at).distance(carried(*at)) / scale;
        let lost = centres.filter(|at| off(at) > 0.25).count();
        assert!(lost < 20, "{lost} of 5,329 modules are lost");
    }
}
