//! The place of a finder pattern in, its shape out: how large a module is there, and which way the symbol lies.
//!
//! Along any ray from the centre the three edges of a finder pattern lie at distances as 3 : 5 : 7, however the paper is tilted.
//! Rays that show them give points of a parallelogram, the border of the pattern; its sides give the frame.

use super::finder::Finder;
use super::geometry::{Point, solve};
use super::sampling::brightness;
use crate::scan::grey::GreyImage;

/// A finder pattern with its shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) centre: Point,
    /// The steps of one module along its sides in pixels: the first points to the right more than down.
    pub(super) axes: (Point, Point),
    /// The part of the rays that showed the pattern and fit, 0 to 1.
    pub(super) fit: f32,
}

/// Rays from the centre.
const RAYS: usize = 32;
/// The border of the pattern, in modules from its centre.
const BORDER: f32 = 3.5;
/// Fewest rays that make a frame.
const FEWEST: usize = 14;

impl Frame {
    /// Looks at the pattern; `None` when it cannot be made out.
    pub(super) fn of(image: &GreyImage, finder: &Finder) -> Option<Self> {
        let points = border(image, finder);
        if points.len() < FEWEST {
            return None;
        }
        let starts = (0..4).map(|quarter| (quarter as f32 * 22.5).to_radians());
        let fits = starts.filter_map(|angle| parallelogram(&points, angle, finder.module));
        fits.max_by(|a, b| a.fit.total_cmp(&b.fit)).map(|shape| Self { centre: finder.centre + shape.centre, ..shape })
    }

    /// The same in an image that is `k` times as large.
    pub(super) fn scaled(self, k: f32) -> Self {
        Self { centre: self.centre * k, axes: (self.axes.0 * k, self.axes.1 * k), ..self }
    }

    /// How many pixels a module is long in the direction of `towards`.
    pub(super) fn module_towards(&self, towards: Point) -> f32 {
        let d = towards - self.centre;
        let (right, down) = self.axes;
        let area = right.cross(down);
        // The components of the direction in the frame.
        let (u, v) = (d.cross(down) / area, right.cross(d) / area);
        d.length() / u.hypot(v).max(1e-6)
    }

    /// A direction in the frame: components along its axes.
    pub(super) fn components(&self, d: Point) -> Point {
        let (right, down) = self.axes;
        let area = right.cross(down);
        Point::new(d.cross(down) / area, right.cross(d) / area)
    }
}

/// Points on the border of the pattern, relative to its supposed centre.
fn border(image: &GreyImage, finder: &Finder) -> Vec<Point> {
    let reach = finder.module * 6.5;
    let step = (finder.module * 0.2).clamp(0.25, 2.0);
    let count = (reach / step) as usize;
    let mut profile = vec![0.0_f32; count];
    let mut points = Vec::with_capacity(RAYS);
    for ray in 0..RAYS {
        let (sin, cos) = (ray as f32 / RAYS as f32 * std::f32::consts::TAU).sin_cos();
        let direction = Point::new(cos, sin);
        for (at, value) in profile.iter_mut().enumerate() {
            *value = brightness(image, finder.centre + direction * (at as f32 * step));
        }
        if let Some(radius) = edges(&profile).and_then(|edges| radius(edges.map(|edge| edge * step))) {
            points.push(direction * radius);
        }
    }
    points
}

/// Where a profile that begins dark becomes light, dark and light again, in steps.
fn edges(profile: &[f32]) -> Option<[f32; 3]> {
    let low = profile.iter().copied().fold(f32::MAX, f32::min);
    let high = profile.iter().copied().fold(f32::MIN, f32::max);
    if high - low < 6.0 {
        return None;
    }
    let middle = f32::midpoint(low, high);
    let mut edges = [0.0; 3];
    let mut found = 0;
    let mut dark = true;
    if profile[0] > middle {
        return None;
    }
    for (at, pair) in profile.windows(2).enumerate() {
        if (pair[1] > middle) == dark {
            edges[found] = at as f32 + (middle - pair[0]) / (pair[1] - pair[0]);
            found += 1;
            dark = !dark;
            if found == 3 {
                return Some(edges);
            }
        }
    }
    None
}

/// The distance of the border by three edges, if they are as 3 : 5 : 7; spread ink moves the middle one the other way.
fn radius([first, second, third]: [f32; 3]) -> Option<f32> {
    let (inner, outer) = ((first + second) / 4.0, (second + third) / 6.0);
    let module = f32::midpoint(inner, outer);
    let fits = (inner / outer).ln().abs() < 0.25
        && (first / module - 1.5).abs() < 0.7
        && (third / module - BORDER).abs() < 0.9;
    fits.then_some(module * BORDER)
}

/// Fits a parallelogram to points of its border, beginning with a square turned by `angle`.
fn parallelogram(points: &[Point], angle: f32, module: f32) -> Option<Frame> {
    let (sin, cos) = angle.sin_cos();
    let size = 1.0 / (module * BORDER);
    // A side is where a·x + b·y + c = ±1.
    let mut sides = [[cos * size, sin * size, 0.0], [-sin * size, cos * size, 0.0]];
    let value = |side: &[f32; 3], p: &Point| side[0] * p.x + side[1] * p.y + side[2];
    for _ in 0..6 {
        let mut sums = [[[0.0_f64; 4]; 3]; 2];
        for p in points {
            let values = sides.map(|side| value(&side, p));
            let nearer = usize::from(values[1].abs() > values[0].abs());
            // Near a corner a point belongs to both sides or to neither.
            if (values[0].abs() - values[1].abs()).abs() < 0.08 {
                continue;
            }
            let row = [f64::from(p.x), f64::from(p.y), 1.0, f64::from(values[nearer].signum())];
            for i in 0..3 {
                for j in 0..4 {
                    sums[nearer][i][j] += row[i] * row[j];
                }
            }
        }
        for (side, sum) in sides.iter_mut().zip(sums) {
            *side = solve::<3, 4>(sum)?.map(|value| value as f32);
        }
    }
    let good = points.iter().filter(|p| {
        let values = sides.map(|side| value(&side, p).abs());
        (values[0].max(values[1]) - 1.0).abs() < 0.13
    });
    let fit = good.count() as f32 / RAYS as f32;
    let [a, b] = sides;
    let area = a[0] * b[1] - a[1] * b[0];
    if area.abs() < 1e-9 {
        return None;
    }
    let centre = Point::new((a[1] * b[2] - b[1] * a[2]) / area, (b[0] * a[2] - a[0] * b[2]) / area);
    let axes = [Point::new(b[1], -b[0]), Point::new(-a[1], a[0])].map(|side| side * (1.0 / area / BORDER));
    let sane = axes.iter().all(|axis| (0.3 * module..3.0 * module).contains(&axis.length()))
        && axes[0].cross(axes[1]).abs() > 0.2 * axes[0].length() * axes[1].length()
        && centre.length() < 2.0 * module;
    sane.then(|| Frame { centre, axes: upright(axes), fit })
}

/// The same parallelogram with its axes in the usual order: turned by no more than 45°, and not mirrored.
fn upright([a, b]: [Point; 2]) -> (Point, Point) {
    let (mut right, mut down) = if a.x.abs() * b.length() >= b.x.abs() * a.length() { (a, b) } else { (b, a) };
    if right.x < 0.0 {
        right = right * -1.0;
    }
    if right.cross(down) < 0.0 {
        down = down * -1.0;
    }
    (right, down)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(right: Point, down: Point, centre: Point) -> GreyImage {
        let area = right.cross(down);
        let ring = |x: f32, y: f32| {
            let d = Point::new(x, y) - centre;
            (d.cross(down) / area).abs().max((right.cross(d) / area).abs())
        };
        GreyImage::from_fn(120, 120, |x, y| {
            let dark = (0..16).filter(|sub| {
                let ring = ring(x as f32 + (sub % 4) as f32 / 4.0 + 0.125, y as f32 + (sub / 4) as f32 / 4.0 + 0.125);
                ring < 1.5 || (2.5..3.5).contains(&ring)
            });
            (230 - dark.count() * 13) as u8
        })
    }

    #[test]
    fn the_frame_of_a_turned_and_tilted_pattern_is_its_sides() {
        for (right, down) in [
            (Point::new(5.0, 0.0), Point::new(0.0, 5.0)),
            (Point::new(4.0, 1.5), Point::new(-1.5, 4.0)),
            (Point::new(3.6, -3.5), Point::new(3.5, 3.6)),
            (Point::new(5.0, 1.0), Point::new(-0.5, 2.5)),
        ] {
            let centre = Point::new(60.3, 58.8);
            let finder = Finder { centre: Point::new(60.0, 59.0), module: 4.4, strength: 4.0 };
            let frame = Frame::of(&pattern(right, down, centre), &finder).unwrap();
            assert!(frame.centre.distance(centre) < 0.3, "{frame:?}");
            assert!(frame.fit > 0.8, "{frame:?}");
            assert!(frame.axes.0.distance(right) < 0.25 && frame.axes.1.distance(down) < 0.25, "{right:?} {frame:?}");
        }
    }

    #[test]
    fn paper_has_no_frame() {
        let finder = Finder { centre: Point::new(60.0, 59.0), module: 4.4, strength: 4.0 };
        assert_eq!(Frame::of(&GreyImage::from_fn(120, 120, |_, _| 200), &finder), None);
    }
}
