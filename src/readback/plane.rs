//! Reflectances on a grid, and what optics and paper do to them: sampling, blur, slow random fields.

use super::seeded::Seeded;
use crate::scan::GreyImage;

/// Reflectances from 0 (black) to 1 (white), row by row.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Plane {
    /// Calls `value(x, y)` for every pixel.
    pub(super) fn from_fn(width: usize, height: usize, mut value: impl FnMut(usize, usize) -> f32) -> Self {
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            values.extend((0..width).map(|x| value(x, y)));
        }
        Self { width, height, values }
    }

    /// The value at a place between pixels, whose centres lie at halves; `outside` beyond the edge.
    pub(super) fn at(&self, x: f32, y: f32, outside: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        if left < 0.0 || top < 0.0 || left >= self.width as f32 - 1.0 || top >= self.height as f32 - 1.0 {
            return outside;
        }
        let (dx, dy) = (x - left, y - top);
        let start = top as usize * self.width + left as usize;
        let (above, below) = (&self.values[start..start + 2], &self.values[start + self.width..start + self.width + 2]);
        let upper = above[0] + (above[1] - above[0]) * dx;
        let lower = below[0] + (below[1] - below[0]) * dx;
        upper + (lower - upper) * dy
    }

    /// Defocus: a Gaussian of this standard deviation in pixels.
    pub(super) fn blurred(self, sigma: f32) -> Self {
        if sigma < 0.05 {
            return self;
        }
        let reach = (sigma * 3.0).ceil() as isize;
        let weights: Vec<f32> = (-reach..=reach).map(|d| (-0.5 * (d as f32 / sigma).powi(2)).exp()).collect();
        self.along(&weights, true).along(&weights, false)
    }

    /// Motion: a line of this length in pixels.
    pub(super) fn smeared(&self, length: f32, direction: f32) -> Self {
        // Four samples a pixel along the line are as good as the line.
        let steps = (length * 4.0).ceil().max(1.0) as usize;
        let (sin, cos) = direction.sin_cos();
        Self::from_fn(self.width, self.height, |x, y| {
            let sum: f32 = (0..=steps)
                .map(|step| {
                    let along = length * (step as f32 / steps as f32 - 0.5);
                    let place =
                        |at: usize, d: f32, side: usize| (at as f32 + 0.5 + d * along).clamp(0.5, side as f32 - 1.0);
                    self.at(place(x, cos, self.width), place(y, sin, self.height), 0.5)
                })
                .sum();
            sum / (steps + 1) as f32
        })
    }

    /// Convolves rows or columns; the edge is repeated.
    fn along(&self, weights: &[f32], rows: bool) -> Self {
        let total: f32 = weights.iter().sum();
        let reach = (weights.len() / 2) as isize;
        Self::from_fn(self.width, self.height, |x, y| {
            let mut sum = 0.0;
            for (weight, d) in weights.iter().zip(-reach..) {
                let at = if rows {
                    y * self.width + (x as isize + d).clamp(0, self.width as isize - 1) as usize
                } else {
                    (y as isize + d).clamp(0, self.height as isize - 1) as usize * self.width + x
                };
                sum += weight * self.values[at];
            }
            sum / total
        })
    }

    /// As a sensor tells it, with noise of a standard deviation of `noise` in 255ths.
    pub(super) fn exposed(&self, noise: f32, seeded: &mut Seeded) -> GreyImage {
        let mut values = self.values.iter();
        GreyImage::from_fn(self.width as u32, self.height as u32, |_, _| {
            let value = values.next().copied().unwrap_or(1.0);
            (value * 255.0 + noise * seeded.normal()).clamp(0.0, 255.0) as u8
        })
    }
}

/// A random field that changes over about `scale`, with a mean of zero and a standard deviation of one.
#[derive(Debug)]
pub(super) struct Field {
    grid: Plane,
    spacing: f32,
}

impl Field {
    /// A field over `width × height`, in whatever unit `scale` has.
    pub(super) fn new(width: f32, height: f32, scale: f32, seeded: &mut Seeded) -> Self {
        let spacing = scale / 2.0;
        let side = |length: f32| (length / spacing).ceil() as usize + 5;
        let mut grid = Plane::from_fn(side(width), side(height), |_, _| seeded.normal()).blurred(1.0);
        let count = grid.values.len() as f32;
        let mean = grid.values.iter().sum::<f32>() / count;
        let spread = (grid.values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / count).sqrt().max(1e-6);
        // Between the points of the grid a straight line loses some of the spread, about a twentieth of it.
        grid.values.iter_mut().for_each(|value| *value = (*value - mean) / spread * 1.05);
        Self { grid, spacing }
    }

    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        self.grid.at(x / self.spacing + 2.0, y / self.spacing + 2.0, 0.0)
    }
}

/// The value below which `part` of all values lie.
pub(super) fn quantile(mut values: Vec<f32>, part: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f32 * part.clamp(0.0, 1.0)) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_and_motion_keep_the_sum_of_light() {
        let speck = Plane::from_fn(41, 41, |x, y| if (x, y) == (20, 20) { 1.0 } else { 0.0 });
        for spread in [speck.clone().blurred(1.4), speck.smeared(4.0, 0.7)] {
            let sum: f32 = spread.values.iter().sum();
            assert!((sum - 1.0).abs() < 0.02, "{sum}");
            assert!(spread.values[20 * 41 + 20] < 0.5);
        }
    }

    #[test]
    fn a_field_is_smooth_and_spread_as_it_says() {
        let field = Field::new(100.0, 100.0, 10.0, &mut Seeded::new(3));
        let values: Vec<f32> = (0..10_000).map(|i| field.at((i % 100) as f32, (i / 100) as f32)).collect();
        let mean = values.iter().sum::<f32>() / 1e4;
        let spread = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / 1e4).sqrt();
        assert!(mean.abs() < 0.3 && (spread - 1.0).abs() < 0.2, "{mean} {spread}");
        assert!((field.at(50.0, 50.0) - field.at(50.5, 50.0)).abs() < 0.5);
        assert!((quantile(values, 0.5)).abs() < 0.4);
    }
}
