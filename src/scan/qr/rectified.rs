//! An image and a plane in, the symbol laid flat out: modules of equal size, and the edges in it.

use super::geometry::{Homography, Point};
use super::sampling::brightness;
use crate::scan::grey::GreyImage;

/// Modules around the symbol that are laid flat with it.
const MARGIN: f32 = 5.0;

/// A symbol laid flat.
#[derive(Clone, Debug)]
pub(super) struct Rectified {
    pub(super) image: GreyImage,
    /// Pixels of a module.
    pub(super) scale: f32,
    /// Strength of the edges between left and right, and between above and below, at each pixel.
    edges: Vec<[f32; 2]>,
}

/// Places along a module at which edges are heard.
const PHASES: usize = 4;

impl Rectified {
    /// Lays a symbol of `width × width` modules flat.
    pub(super) fn new(image: &GreyImage, plane: &Homography, width: usize) -> Self {
        let middle = width as f32 / 2.0;
        let scale = plane.scale_at(Point::new(middle, middle)).clamp(3.0, 4.0);
        let side = ((width as f32 + 2.0 * MARGIN) * scale).ceil() as u32;
        let place = |at: u32| (at as f32 + 0.5) / scale - MARGIN;
        let flat = GreyImage::from_fn(side, side, |x, y| {
            brightness(image, plane.at(Point::new(place(x), place(y)))).round() as u8
        });
        let edges = edges(&flat);
        Self { image: flat, scale, edges }
    }

    pub(super) fn to_pixels(&self, at: Point) -> Point {
        (at + Point::new(MARGIN, MARGIN)) * self.scale
    }

    pub(super) fn to_modules(&self, pixel: Point) -> Point {
        pixel * (1.0 / self.scale) - Point::new(MARGIN, MARGIN)
    }

    fn edge(&self, at: Point) -> [f32; 2] {
        let side = self.image.width() as usize;
        let p = self.to_pixels(at);
        if p.x < 0.0 || p.y < 0.0 {
            return [0.0; 2];
        }
        let (x, y) = (p.x as usize, p.y as usize);
        if x >= side || y >= side { [0.0; 2] } else { self.edges[y * side + x] }
    }

    /// How far the edges around the module corner `at`, `reach` modules to each side, lie from the grid that is shifted by
    /// `shift` and by `slope` more per module; −½ to ½ each way. And how sharply they agree, 0 to 1.
    pub(super) fn phase(&self, at: Point, shift: Point, slope: [f32; 4], reach: f32) -> (Point, f32) {
        let steps = (reach * PHASES as f32) as i32;
        let mut heard = [[0.0_f32; PHASES]; 2];
        for row in -steps..steps {
            let v = (row as f32 + 0.5) / PHASES as f32;
            // Every other place, as on a chessboard: all phases are heard, at half the cost.
            for column in (-steps + (row & 1)..steps).step_by(2) {
                let u = (column as f32 + 0.5) / PHASES as f32;
                let weight = (1.0 - u.abs() / (reach + 0.5)) * (1.0 - v.abs() / (reach + 0.5));
                let moved = Point::new(shift.x + slope[0] * u + slope[2] * v, shift.y + slope[1] * u + slope[3] * v);
                let [across, down] = self.edge(at + moved + Point::new(u, v));
                heard[0][column.rem_euclid(PHASES as i32) as usize] += weight * across;
                heard[1][row.rem_euclid(PHASES as i32) as usize] += weight * down;
            }
        }
        let [(x, sharp_x), (y, sharp_y)] = heard.map(|bins| {
            // e^{2πi·(k + ½)/4} has the parts ±1/√2.
            let cos = bins[0] - bins[1] - bins[2] + bins[3];
            let sin = bins[0] + bins[1] - bins[2] - bins[3];
            let all: f32 = bins.iter().sum();
            let sharp = cos.hypot(sin) * std::f32::consts::FRAC_1_SQRT_2 / all.max(1e-3);
            (sin.atan2(cos) / std::f32::consts::TAU, sharp)
        });
        (Point::new(x, y), (sharp_x * sharp_y).sqrt())
    }
}

/// Differences across each pixel, over the lines beside it too.
fn edges(image: &GreyImage) -> Vec<[f32; 2]> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.pixels();
    let mut edges = vec![[0.0; 2]; width * height];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = y * width + x;
            let value = |at: usize| f32::from(pixels[at]);
            let across = |at: usize| value(at + 1) - value(at - 1);
            let down = |at: usize| value(at + width) - value(at - width);
            edges[at] = [
                (across(at - width) + 2.0 * across(at) + across(at + width)).abs(),
                (down(at - 1) + 2.0 * down(at) + down(at + 1)).abs(),
            ];
        }
    }
    edges
}
