//! A grid over the image in, one number for every half module out.

use super::geometry::{Homography, Point};
use super::lattice::Warp;
use crate::scan::grey::GreyImage;

/// Where the modules of a symbol lie in an image.
#[derive(Clone, Debug)]
pub(super) enum Grid {
    /// On a plane.
    Plane(Homography),
    /// On paper that is bent, creased or crumpled.
    Bent(Warp),
}

impl Grid {
    /// Module coordinates to pixels.
    pub(super) fn at(&self, p: Point) -> Point {
        match self {
            Self::Plane(plane) => plane.at(p),
            Self::Bent(warp) => warp.at(p),
        }
    }
}

/// The brightness at a place, from the four pixels around it; outside of the image that of its edge.
pub(super) fn brightness(image: &GreyImage, p: Point) -> f32 {
    let (width, height) = (image.width() as usize, image.height() as usize);
    // Unlike clamp, max makes a number of what is none.
    let within = |value: f32, last: usize| (value - 0.5).max(0.0).min(last as f32);
    let (x, y) = (within(p.x, width - 1), within(p.y, height - 1));
    let (column, line) = ((x as usize).min(width.saturating_sub(2)), (y as usize).min(height.saturating_sub(2)));
    let (fx, fy) = (x - column as f32, y - line as f32);
    let pixels = image.pixels();
    let at = line * width + column;
    let (right, below) = (usize::from(width > 1), if height > 1 { width } else { 0 });
    let value = |at: usize| f32::from(pixels[at]);
    let top = value(at) + fx * (value(at + right) - value(at));
    let bottom = value(at + below) + fx * (value(at + below + right) - value(at + below));
    top + fy * (bottom - top)
}

/// Modules around the symbol that are sampled too, for the equaliser's taps.
const MARGIN: usize = 2;

/// Brightness at every half module: sample `(a, b)` lies at module coordinates `(a / 2, b / 2)`, odd ones are centres.
#[derive(Clone, Debug)]
pub(super) struct Samples {
    /// Modules on one side of the symbol.
    pub(super) width: usize,
    side: usize,
    values: Vec<f32>,
}

impl Samples {
    /// Samples a symbol of `width × width` modules.
    pub(super) fn take(image: &GreyImage, grid: &Grid, width: usize) -> Self {
        let side = 2 * (width + 2 * MARGIN) + 1;
        let place = |at: usize| at as f32 / 2.0 - MARGIN as f32;
        let mut values = Vec::with_capacity(side * side);
        for b in 0..side {
            for a in 0..side {
                values.push(brightness(image, grid.at(Point::new(place(a), place(b)))));
            }
        }
        Self { width, side, values }
    }

    /// Place of the centre of a module in the samples.
    fn centre(&self, x: usize, y: usize) -> usize {
        (2 * (y + MARGIN) + 1) * self.side + 2 * (x + MARGIN) + 1
    }

    /// The sample `(dx, dy)` half modules, at most 3, from the centre of a module.
    pub(super) fn near(&self, x: usize, y: usize, dx: isize, dy: isize) -> f32 {
        self.values[self.centre(x, y).wrapping_add_signed(dy * self.side as isize + dx)]
    }

    /// Brightness of each module, row by row: its centre counts most.
    pub(super) fn modules(&self) -> Vec<f32> {
        let mut modules = Vec::with_capacity(self.width * self.width);
        for y in 0..self.width {
            for x in 0..self.width {
                let cross =
                    self.near(x, y, -1, 0) + self.near(x, y, 1, 0) + self.near(x, y, 0, -1) + self.near(x, y, 0, 1);
                modules.push((4.0 * self.near(x, y, 0, 0) + cross) / 8.0);
            }
        }
        modules
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::*;
    use crate::symbol::EcLevel;

    #[test]
    fn brightness_lies_between_pixels_and_ends_at_the_edge() {
        let is = |value: f32, wanted: f32| (value - wanted).abs() < 1e-3;
        let image = GreyImage::new(2, 2, vec![0, 100, 200, 100]).unwrap();
        assert!(is(brightness(&image, Point::new(0.5, 0.5)), 0.0));
        assert!(is(brightness(&image, Point::new(1.0, 0.5)), 50.0));
        assert!(is(brightness(&image, Point::new(1.0, 1.0)), 100.0));
        assert!(is(brightness(&image, Point::new(-1e9, 1e9)), 200.0));
        assert!(is(brightness(&image, Point::new(f32::NAN, f32::INFINITY)), 200.0));
        assert!(is(brightness(&GreyImage::new(1, 1, vec![7]).unwrap(), Point::new(3.0, 0.2)), 7.0));
    }

    #[test]
    fn every_module_of_a_tilted_symbol_is_sampled_at_its_centre() {
        let (_, matrix) = drawing::symbol(7, EcLevel::M);
        let (image, plane) = drawing::tilted(&matrix);
        let modules = Samples::take(&image, &Grid::Plane(plane), matrix.width()).modules();
        for (at, value) in modules.iter().enumerate() {
            let dark = matrix.is_dark(at % matrix.width(), at / matrix.width());
            assert_eq!(*value < 122.0, dark, "module {at}: {value}");
        }
    }
}
