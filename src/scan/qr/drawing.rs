//! Symbols drawn for tests: flat, tilted or bent.

use super::geometry::{Homography, Point};
use crate::scan::grey::GreyImage;
use crate::symbol::{EcLevel, Matrix, encode};

/// A symbol with so much text that it is full.
pub(super) fn symbol(version: u8, level: EcLevel) -> (String, Matrix) {
    let bits = crate::symbol::capacity(version, level);
    let length = bits.saturating_sub(20) / 11 * 2;
    let text: String =
        "NP1:".chars().chain((0..length).map(|at| char::from(b'A' + (at * at % 23) as u8))).take(length).collect();
    let matrix = encode(&text, version, level).unwrap();
    (text, matrix)
}

/// Draws what `at` finds at each pixel: places in modules, paper around the symbol. Each pixel is the mean of nine places.
pub(super) fn draw(matrix: &Matrix, width: u32, height: u32, at: impl Fn(Point) -> Point) -> GreyImage {
    let ink = |p: Point| {
        let side = matrix.width() as f32;
        let inside = p.x >= 0.0 && p.y >= 0.0 && p.x < side && p.y < side;
        inside && matrix.is_dark(p.x as usize, p.y as usize)
    };
    GreyImage::from_fn(width, height, |x, y| {
        let places = (0..9)
            .map(|sub| Point::new(x as f32 + (sub % 3) as f32 / 3.0 + 0.17, y as f32 + (sub / 3) as f32 / 3.0 + 0.17));
        let dark = places.filter(|p| ink(at(*p))).count();
        (230 - dark * 24) as u8
    })
}

/// A symbol lying flat, with `scale` pixels a module and five modules of paper around.
pub(super) fn flat(matrix: &Matrix, scale: f32) -> GreyImage {
    let side = ((matrix.width() as f32 + 10.0) * scale).ceil() as u32;
    draw(matrix, side, side, |p| p * (1.0 / scale) - Point::new(5.0, 5.0))
}

/// A symbol seen from the side, and the plane it lies on.
pub(super) fn tilted(matrix: &Matrix) -> (GreyImage, Homography) {
    let side = matrix.width() as f32;
    let corners = [(0.0, 0.0), (side, 0.0), (0.0, side), (side, side)].map(|(u, v)| Point::new(u, v));
    let pixels = [(60.0, 80.0), (430.0, 40.0), (40.0, 400.0), (330.0, 300.0)].map(|(x, y)| Point::new(x, y));
    let plane = Homography::fit(&[0, 1, 2, 3].map(|at| (corners[at], pixels[at], 1.0))).unwrap();
    let back = plane.inverse().unwrap();
    (draw(matrix, 480, 460, |p| back.at(p)), plane)
}

/// How far waves in the paper move what lies at a place, in modules.
pub(super) fn wave(p: Point, height: f32) -> Point {
    Point::new((p.y / 9.0).sin() + (p.x / 13.0).cos(), (p.x / 11.0).sin()) * height
}

/// A symbol on wavy paper.
pub(super) fn wavy(matrix: &Matrix, scale: f32, height: f32) -> GreyImage {
    let side = ((matrix.width() as f32 + 12.0) * scale).ceil() as u32;
    draw(matrix, side, side, |p| {
        let flat = p * (1.0 / scale) - Point::new(6.0, 6.0);
        flat + wave(flat, height)
    })
}
