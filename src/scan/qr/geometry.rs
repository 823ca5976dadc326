//! Points, and the projective map from the symbol's modules to the image's pixels.
//!
//! Module coordinates: `(0, 0)` is the outer corner of the top left finder pattern, `(0.5, 0.5)` the centre of the first module.
//! Pixel coordinates: `(0.5, 0.5)` is the centre of the first pixel.

use std::ops::{Add, Mul, Sub};

/// A point or a vector, in pixels or in modules.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// As `hypot` gives it, which WebAssembly has to work out in software.
    pub(super) fn length(self) -> f32 {
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        (x * x + y * y).sqrt() as f32
    }

    pub(super) fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    pub(super) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    pub(super) fn distance(self, other: Self) -> f32 {
        (self - other).length()
    }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Point {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        Self::new(self.x * k, self.y * k)
    }
}

/// A pair of equal places: in modules, in pixels, and how much it counts.
pub(super) type Pair = (Point, Point, f32);

/// A projective map of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Homography([f32; 9]);

impl Homography {
    /// The map that carries `origin + u · right + v · down` for small `u`, `v`: no perspective.
    pub(super) fn affine(origin: Point, right: Point, down: Point) -> Self {
        Self([right.x, down.x, origin.x, right.y, down.y, origin.y, 0.0, 0.0, 1.0])
    }

    /// The map that fits the pairs best, in the sense of least squares; `None` when they do not determine one.
    pub(super) fn fit(pairs: &[Pair]) -> Option<Self> {
        if pairs.len() < 4 {
            return None;
        }
        let (from, to) = (Frame::around(pairs.iter().map(|p| p.0)), Frame::around(pairs.iter().map(|p| p.1)));
        let mut equations = [[0.0_f64; 9]; 8];
        for &(a, b, weight) in pairs {
            let ((x, y), (u, v), w) = (from.unit(a), to.unit(b), f64::from(weight));
            let rows =
                [([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u), ([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v)];
            for (row, value) in rows {
                for i in 0..8 {
                    for j in 0..8 {
                        equations[i][j] += w * row[i] * row[j];
                    }
                    equations[i][8] += w * row[i] * value;
                }
            }
        }
        // A little weight on "no perspective" keeps badly placed pairs from bending the plane.
        for at in [6, 7] {
            equations[at][at] += 1e-9;
        }
        let [a, b, c, d, e, f, g, h] = solve(equations)?;
        let map = [a, b, c, d, e, f, g, h, 1.0];
        let product = multiply(&multiply(&to.back_matrix(), &map), &from.unit_matrix());
        let scale = product[8];
        let matrix = product.map(|value| (value / scale) as f32);
        matrix.iter().all(|value| value.is_finite()).then_some(Self(matrix))
    }

    /// Where a point goes. Points on the horizon go far away, not to infinity.
    pub(super) fn at(&self, p: Point) -> Point {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let w = g * p.x + h * p.y + i;
        let w = if w.abs() < 1e-6 { 1e-6 } else { w };
        Point::new((a * p.x + b * p.y + c) / w, (d * p.x + e * p.y + f) / w)
    }

    /// The map back; `None` when there is none.
    pub(super) fn inverse(&self) -> Option<Self> {
        let m = self.0.map(f64::from);
        let minor = |a: usize, b: usize, c: usize, d: usize| m[a] * m[d] - m[b] * m[c];
        let adjugate = [
            minor(4, 5, 7, 8),
            -minor(1, 2, 7, 8),
            minor(1, 2, 4, 5),
            -minor(3, 5, 6, 8),
            minor(0, 2, 6, 8),
            -minor(0, 2, 3, 5),
            minor(3, 4, 6, 7),
            -minor(0, 1, 6, 7),
            minor(0, 1, 3, 4),
        ];
        let scale = adjugate[8];
        let matrix = adjugate.map(|value| (value / scale) as f32);
        matrix.iter().all(|value| value.is_finite()).then_some(Self(matrix))
    }

    /// How many pixels a module is wide and high around `p`.
    pub(super) fn scale_at(&self, p: Point) -> f32 {
        let (right, down) = self.axes_at(p);
        right.cross(down).abs().sqrt()
    }

    /// The steps of one module to the right and down around `p`, in pixels.
    pub(super) fn axes_at(&self, p: Point) -> (Point, Point) {
        let right = self.at(p + Point::new(0.5, 0.0)) - self.at(p - Point::new(0.5, 0.0));
        let down = self.at(p + Point::new(0.0, 0.5)) - self.at(p - Point::new(0.0, 0.5));
        (right, down)
    }

    /// The denominators at the corners of a square of `side` modules all have one sign: it is wholly before the camera.
    pub(super) fn is_before_camera(&self, side: f32) -> bool {
        let [.., g, h, i] = self.0;
        [(0.0, 0.0), (side, 0.0), (0.0, side), (side, side)]
            .iter()
            .all(|(u, v)| (g * u + h * v + i) * i.signum() > 0.02)
    }
}

/// A change of coordinates that brings points to around zero and a size of about one, for the sake of precision.
struct Frame {
    x: f64,
    y: f64,
    scale: f64,
}

impl Frame {
    fn around(points: impl Iterator<Item = Point> + Clone) -> Self {
        let n = points.clone().count().max(1) as f64;
        let (x, y) = points.clone().fold((0.0, 0.0), |(x, y), p| (x + f64::from(p.x) / n, y + f64::from(p.y) / n));
        let spread = points.map(|p| (f64::from(p.x) - x).hypot(f64::from(p.y) - y)).sum::<f64>() / n;
        Self { x, y, scale: spread.max(1e-9) }
    }

    fn unit(&self, p: Point) -> (f64, f64) {
        ((f64::from(p.x) - self.x) / self.scale, (f64::from(p.y) - self.y) / self.scale)
    }

    fn unit_matrix(&self) -> [f64; 9] {
        let k = 1.0 / self.scale;
        [k, 0.0, -self.x * k, 0.0, k, -self.y * k, 0.0, 0.0, 1.0]
    }

    fn back_matrix(&self) -> [f64; 9] {
        [self.scale, 0.0, self.x, 0.0, self.scale, self.y, 0.0, 0.0, 1.0]
    }
}

fn multiply(a: &[f64; 9], b: &[f64; 9]) -> [f64; 9] {
    std::array::from_fn(|at| (0..3).map(|k| a[at / 3 * 3 + k] * b[k * 3 + at % 3]).sum())
}

/// Solves `N` linear equations, each with its right side last, by elimination with pivots.
pub(super) fn solve<const N: usize, const M: usize>(mut rows: [[f64; M]; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot = (column..N).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        rows.swap(column, pivot);
        let lead = rows[column][column];
        if lead.abs() < 1e-12 {
            return None;
        }
        for value in &mut rows[column][column..] {
            *value /= lead;
        }
        let base = rows[column];
        for (at, row) in rows.iter_mut().enumerate() {
            if at != column && row[column] != 0.0 {
                let factor = row[column];
                for (value, from) in row[column..].iter_mut().zip(&base[column..]) {
                    *value -= factor * from;
                }
            }
        }
    }
    Some(std::array::from_fn(|at| rows[at][M - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tilted(p: Point) -> Point {
        let w = 1.0 + 0.003 * p.x - 0.002 * p.y;
        Point::new((4.0 * p.x + 0.3 * p.y + 50.0) / w, (-0.2 * p.x + 4.5 * p.y + 20.0) / w)
    }

    #[test]
    fn four_corners_determine_the_plane() {
        let corners = [(0.0, 0.0), (97.0, 0.0), (0.0, 97.0), (97.0, 97.0)].map(|(x, y)| Point::new(x, y));
        let map = Homography::fit(&corners.map(|p| (p, tilted(p), 1.0))).unwrap();
        let middle = Point::new(40.0, 61.0);
        assert!(map.at(middle).distance(tilted(middle)) < 0.01);
        assert!(map.inverse().unwrap().at(tilted(middle)).distance(middle) < 0.01);
        assert!(map.is_before_camera(97.0) && !map.is_before_camera(100_000.0));
    }

    #[test]
    fn points_on_a_line_determine_nothing() {
        let line = [0.0, 1.0, 2.0, 3.0, 4.0].map(|x| (Point::new(x, x), Point::new(x, 0.0), 1.0));
        assert!(Homography::fit(&line).is_none_or(|map| map.inverse().is_none()));
        assert!(Homography::fit(&line[..3]).is_none());
    }

    #[test]
    fn an_affine_map_has_the_same_scale_everywhere() {
        let map = Homography::affine(Point::new(5.0, 6.0), Point::new(3.0, 0.0), Point::new(0.0, 3.0));
        assert_eq!(map.at(Point::new(1.0, 2.0)), Point::new(8.0, 12.0));
        assert!((map.scale_at(Point::new(50.0, 9.0)) - 3.0).abs() < 1e-3);
    }
}
