//! Where the modules of a symbol lie in an image, finely enough to measure them: the corners that a reader gives are moved
//! until light and dark fall where they should, first all together, then region by region as paper bends.

use super::super::grey::GreyImage;
use crate::symbol::Matrix;

/// Modules between the points at which the bending is measured.
const NODE_STEP: usize = 8;
/// Half the side of the window around such a point, in modules.
const WINDOW: isize = 4;
/// Modules that are looked at while the corners are moved.
const MOST_PROBES: usize = 3000;

/// Module coordinates → pixels, with the local shifts of bent paper.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    plane: Projection,
    modules: f32,
    nodes: usize,
    /// Shift of each node from the plane, in modules, row by row.
    shifts: Vec<(f32, f32)>,
}

impl Grid {
    /// Fits a grid for `matrix`, from the corners of the symbol.
    pub(super) fn fit(image: &GreyImage, corners: [(f32, f32); 4], matrix: &Matrix) -> Self {
        let corners = refined(image, corners, matrix);
        let modules = matrix.width() as f32;
        let nodes = matrix.width().div_ceil(NODE_STEP) + 1;
        let plane = Projection::new(corners);
        let mut grid = Self { plane, modules, nodes, shifts: vec![(0.0, 0.0); nodes * nodes] };
        let contrast = grid.contrast(image, matrix);
        grid.shifts = (0..nodes * nodes).map(|at| grid.shift(image, matrix, at, contrast)).collect();
        grid
    }

    /// Pixels of a place in modules.
    pub(super) fn pixel(&self, u: f32, v: f32) -> (f32, f32) {
        let (du, dv) = self.bend(u, v);
        self.plane.at((u + du) / self.modules, (v + dv) / self.modules)
    }

    /// The largest shift of a place from where a flat, evenly printed symbol would have it, in modules.
    pub(super) fn largest_shift(&self) -> f32 {
        self.shifts.iter().map(|(x, y)| x.hypot(*y)).fold(0.0, f32::max)
    }

    /// Mean sides of the modules across and down, in pixels.
    pub(super) fn sides(&self) -> (f32, f32) {
        let length = |a: (f32, f32), b: (f32, f32)| (a.0 - b.0).hypot(a.1 - b.1);
        let [tl, tr, br, bl] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(u, v)| self.plane.at(u, v));
        let across = length(tl, tr).midpoint(length(bl, br)) / self.modules;
        let down = length(tl, bl).midpoint(length(tr, br)) / self.modules;
        (across, down)
    }

    fn node(&self, at: usize) -> (f32, f32) {
        let step = self.modules / (self.nodes - 1) as f32;
        ((at % self.nodes) as f32 * step, (at / self.nodes) as f32 * step)
    }

    /// The shift at a place, between its four nodes.
    fn bend(&self, u: f32, v: f32) -> (f32, f32) {
        let last = (self.nodes - 1) as f32;
        let scaled = |at: f32| (at / self.modules * last).clamp(0.0, last - 1e-3);
        let (x, y) = (scaled(u), scaled(v));
        let (left, top) = (x as usize, y as usize);
        let (dx, dy) = (x - left as f32, y - top as f32);
        let node = |right: usize, down: usize| self.shifts[(top + down) * self.nodes + left + right];
        let mix = |part: fn((f32, f32)) -> f32| {
            let upper = part(node(0, 0)) * (1.0 - dx) + part(node(1, 0)) * dx;
            let lower = part(node(0, 1)) * (1.0 - dx) + part(node(1, 1)) * dx;
            upper * (1.0 - dy) + lower * dy
        };
        (mix(|shift| shift.0), mix(|shift| shift.1))
    }

    /// How far the print around a node lies from the plane. Where nothing fits well, nothing is known and nothing shifted.
    fn shift(&self, image: &GreyImage, matrix: &Matrix, at: usize, contrast: f32) -> (f32, f32) {
        let (u, v) = self.node(at);
        let fit = |du: f32, dv: f32| {
            let mut sums = [(0.0, 0); 2];
            for (x, y) in window(u, v, matrix.width()) {
                let (px, py) =
                    self.plane.at((x as f32 + 0.5 + du) / self.modules, (y as f32 + 0.5 + dv) / self.modules);
                let sum = &mut sums[usize::from(matrix.is_dark(x, y))];
                *sum = (sum.0 + sample(image, px, py), sum.1 + 1);
            }
            difference(sums)
        };
        let mut best = (fit(0.0, 0.0), 0.0, 0.0);
        for step in [0.3, 0.15, 0.07, 0.035] {
            let (_, du, dv) = best;
            for (x, y) in (-1..=1).flat_map(|x| (-1..=1).map(move |y| (x as f32 * step, y as f32 * step))) {
                let found = fit(du + x, dv + y);
                // A flat optimum stays where it is.
                if found > best.0 * 1.01 + 0.2 {
                    best = (found, du + x, dv + y);
                }
            }
        }
        if best.0 < 0.5 * contrast { (0.0, 0.0) } else { (best.1, best.2) }
    }

    /// Light less dark, over a sixth of the modules.
    fn contrast(&self, image: &GreyImage, matrix: &Matrix) -> f32 {
        let width = matrix.width();
        let mut sums = [(0.0, 0); 2];
        for (x, y) in (0..width).step_by(2).flat_map(|y| (0..width).step_by(3).map(move |x| (x, y))) {
            let (px, py) = self.plane.at((x as f32 + 0.5) / self.modules, (y as f32 + 0.5) / self.modules);
            let sum = &mut sums[usize::from(matrix.is_dark(x, y))];
            *sum = (sum.0 + sample(image, px, py), sum.1 + 1);
        }
        difference(sums)
    }
}

/// The modules around a place.
fn window(u: f32, v: f32, width: usize) -> impl Iterator<Item = (usize, usize)> {
    let around = move |at: f32| {
        let middle = (at as isize).clamp(WINDOW, width as isize - 1 - WINDOW);
        (middle - WINDOW..=middle + WINDOW).map(|at| at as usize)
    };
    around(v).flat_map(move |y| around(u).map(move |x| (x, y)))
}

/// Mean of the light modules less mean of the dark ones.
fn difference([light, dark]: [(f32, u32); 2]) -> f32 {
    if light.1 == 0 || dark.1 == 0 { 0.0 } else { light.0 / light.1 as f32 - dark.0 / dark.1 as f32 }
}

/// Moves the corners, one coordinate at a time, to where the modules contrast most.
fn refined(image: &GreyImage, mut corners: [(f32, f32); 4], matrix: &Matrix) -> [(f32, f32); 4] {
    let width = matrix.width();
    let skip = (width * width / MOST_PROBES).max(1);
    let probes: Vec<(usize, usize)> = (0..width * width).step_by(skip).map(|at| (at % width, at / width)).collect();
    let module = (corners[0].0 - corners[2].0).hypot(corners[0].1 - corners[2].1) / (width as f32 * 1.41);
    let fit = |corners: [(f32, f32); 4]| {
        let plane = Projection::new(corners);
        let mut sums = [(0.0, 0); 2];
        for &(x, y) in &probes {
            let (px, py) = plane.at((x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / width as f32);
            let sum = &mut sums[usize::from(matrix.is_dark(x, y))];
            *sum = (sum.0 + sample(image, px, py), sum.1 + 1);
        }
        difference(sums)
    };
    let mut best = fit(corners);
    for step in [0.6, 0.3, 0.3, 0.15, 0.15, 0.07, 0.07] {
        for corner in 0..4 {
            for (dx, dy) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                let mut moved = corners;
                moved[corner].0 += dx * step * module;
                moved[corner].1 += dy * step * module;
                let found = fit(moved);
                if found > best {
                    (best, corners) = (found, moved);
                }
            }
        }
    }
    corners
}

/// The grey between four pixels, whose centres lie at halves; the edge is repeated.
pub(super) fn sample(image: &GreyImage, x: f32, y: f32) -> f32 {
    let place = |at: f32, side: u32| (at - 0.5).clamp(0.0, side as f32 - 1.001);
    let (x, y) = (place(x, image.width()), place(y, image.height()));
    let (left, top) = (x as usize, y as u32);
    let (dx, dy) = (x - left as f32, y - top as f32);
    let row = |y: u32| {
        let row = image.row(y.min(image.height() - 1));
        let right = (left + 1).min(row.len() - 1);
        f32::from(row[left]) * (1.0 - dx) + f32::from(row[right]) * dx
    };
    row(top) * (1.0 - dy) + row(top + 1) * dy
}

/// A square seen in perspective.
#[derive(Clone, Copy, Debug)]
struct Projection {
    x: [f32; 3],
    y: [f32; 3],
    depth: [f32; 2],
}

impl Projection {
    /// Maps the unit square to the corners top left, top right, bottom right, bottom left.
    fn new([tl, tr, br, bl]: [(f32, f32); 4]) -> Self {
        let (dx1, dy1) = (tr.0 - br.0, tr.1 - br.1);
        let (dx2, dy2) = (bl.0 - br.0, bl.1 - br.1);
        let (sx, sy) = (tl.0 - tr.0 + br.0 - bl.0, tl.1 - tr.1 + br.1 - bl.1);
        let area = dx1 * dy2 - dx2 * dy1;
        let depth =
            if area.abs() < 1e-6 { [0.0; 2] } else { [(sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area] };
        Self {
            x: [tr.0 - tl.0 + depth[0] * tr.0, bl.0 - tl.0 + depth[1] * bl.0, tl.0],
            y: [tr.1 - tl.1 + depth[0] * tr.1, bl.1 - tl.1 + depth[1] * bl.1, tl.1],
            depth,
        }
    }

    fn at(&self, u: f32, v: f32) -> (f32, f32) {
        let depth = self.depth[0] * u + self.depth[1] * v + 1.0;
        let depth = if depth.abs() < 1e-6 { 1e-6 } else { depth };
        let on = |line: [f32; 3]| (line[0] * u + line[1] * v + line[2]) / depth;
        (on(self.x), on(self.y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_meets_its_corners() {
        let corners = [(3.0, 4.0), (90.0, 9.0), (80.0, 95.0), (7.0, 70.0)];
        let plane = Projection::new(corners);
        for ((u, v), (x, y)) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].into_iter().zip(corners) {
            let found = plane.at(u, v);
            assert!((found.0 - x).abs() < 1e-2 && (found.1 - y).abs() < 1e-2, "{found:?}");
        }
    }
}
