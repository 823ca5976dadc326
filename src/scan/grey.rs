//! A grey image, and the few operations on it that reading needs.

/// Eight bits a pixel, row by row from the top left; 0 is black.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GreyImage {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl GreyImage {
    /// Takes `width × height` pixels; `None` when their number is another or a side is zero.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let wanted = (width as usize).checked_mul(height as usize)?;
        (wanted > 0 && wanted == pixels.len()).then_some(Self { width, height, pixels })
    }

    /// Calls `pixel(x, y)` for every pixel. A side of zero becomes one.
    pub fn from_fn(width: u32, height: u32, mut pixel: impl FnMut(u32, u32) -> u8) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            for x in 0..width {
                pixels.push(pixel(x, y));
            }
        }
        Self { width, height, pixels }
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// How many pixels there are.
    pub fn area(&self) -> usize {
        self.pixels.len()
    }

    /// One row.
    ///
    /// # Panics
    /// If the image has no row `y`.
    pub fn row(&self, y: u32) -> &[u8] {
        let start = y as usize * self.width as usize;
        &self.pixels[start..start + self.width as usize]
    }

    /// Whether the darkest and the lightest pixel differ by less than `contrast`.
    pub fn is_flat(&self, contrast: u8) -> bool {
        let (mut low, mut high) = (u8::MAX, 0);
        for &pixel in &self.pixels {
            low = low.min(pixel);
            high = high.max(pixel);
        }
        high - low < contrast
    }

    /// Light and dark exchanged.
    #[must_use]
    pub fn inverted(&self) -> Self {
        Self { pixels: self.pixels.iter().map(|pixel| 255 - pixel).collect(), ..*self }
    }

    /// Smaller by the whole number `factor`, each new pixel the mean of `factor × factor` old ones; incomplete ones at the
    /// right and bottom are left out.
    #[must_use]
    pub fn shrunk(&self, factor: u32) -> Self {
        let factor = factor.clamp(1, self.width.min(self.height));
        let (width, height) = (self.width / factor, self.height / factor);
        let (f, w) = (factor as usize, width as usize);
        let mut pixels = Vec::with_capacity(w * height as usize);
        let mut sums = vec![0_u32; w];
        for y in 0..height {
            sums.fill(0);
            for dy in 0..factor {
                let row = &self.row(y * factor + dy)[..w * f];
                for (sum, block) in sums.iter_mut().zip(row.chunks_exact(f)) {
                    *sum += block.iter().map(|&pixel| u32::from(pixel)).sum::<u32>();
                }
            }
            pixels.extend(sums.iter().map(|sum| (sum / (factor * factor)) as u8));
        }
        Self { width, height, pixels }
    }

    /// Twice as large, with a cubic curve through the old pixels (Catmull–Rom), which keeps edges of one pixel.
    #[must_use]
    pub fn doubled(&self) -> Self {
        let (w, h) = (self.width as usize, self.height as usize);
        let mut wide = vec![0_u8; w * 2 * h];
        for y in 0..h {
            double_line(|x| self.pixels[y * w + x], w, |x, value| wide[y * w * 2 + x] = value);
        }
        let mut pixels = vec![0_u8; w * 2 * h * 2];
        for x in 0..w * 2 {
            double_line(|y| wide[y * w * 2 + x], h, |y, value| pixels[y * w * 2 + x] = value);
        }
        Self { width: self.width * 2, height: self.height * 2, pixels }
    }

    /// The part that begins at `left` and `top`, as much of `width × height` as there is and at least a pixel.
    #[must_use]
    pub fn cut(&self, left: u32, top: u32, width: u32, height: u32) -> Self {
        let (left, top) = (left.min(self.width - 1), top.min(self.height - 1));
        let (width, height) = (width.clamp(1, self.width - left), height.clamp(1, self.height - top));
        let columns = left as usize..(left + width) as usize;
        let pixels = (top..top + height).flat_map(|y| self.row(y)[columns.clone()].iter().copied()).collect();
        Self { width, height, pixels }
    }

    #[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
    /// Paints the quadrilateral and `margin` pixels around it white, so that another look does not find it again.
    pub(crate) fn erase(&mut self, corners: &[(f32, f32); 4], margin: f32) {
        let cx = corners.iter().map(|c| c.0).sum::<f32>() / 4.0;
        let cy = corners.iter().map(|c| c.1).sum::<f32>() / 4.0;
        let grown = corners.map(|(x, y)| {
            let length = (x - cx).hypot(y - cy).max(1.0);
            let k = (length + margin) / length;
            (cx + (x - cx) * k, cy + (y - cy) * k)
        });
        let top = grown.iter().map(|c| c.1).fold(f32::MAX, f32::min).max(0.0) as u32;
        let bottom = grown.iter().map(|c| c.1).fold(0.0, f32::max).min(self.height as f32 - 1.0) as u32;
        for y in top..=bottom {
            if let Some((from, to)) = crossing(&grown, y as f32) {
                let from = (from.max(0.0) as usize).min(self.width as usize);
                let to = (to.max(0.0) as usize + 1).min(self.width as usize);
                let start = y as usize * self.width as usize;
                if from < to {
                    self.pixels[start + from..start + to].fill(255);
                }
            }
        }
    }
}

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
/// Where the row `y` enters and leaves a convex quadrilateral.
fn crossing(corners: &[(f32, f32); 4], y: f32) -> Option<(f32, f32)> {
    let (mut from, mut to) = (f32::MAX, f32::MIN);
    for i in 0..4 {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        if (a.1 <= y) == (b.1 <= y) {
            continue;
        }
        let x = a.0 + (b.0 - a.0) * (y - a.1) / (b.1 - a.1);
        from = from.min(x);
        to = to.max(x);
    }
    (from <= to).then_some((from, to))
}

/// Doubles `n` values: each becomes one a quarter before it and one a quarter after it.
fn double_line(get: impl Fn(usize) -> u8, n: usize, mut put: impl FnMut(usize, u8)) {
    // Catmull–Rom at t = 1/4, in 128ths; mirrored for t = 3/4.
    const W: [i32; 4] = [-9, 111, 29, -3];
    let at = |i: isize| i32::from(get(i.clamp(0, n as isize - 1) as usize));
    for i in 0..n as isize {
        let near = [at(i - 2), at(i - 1), at(i), at(i + 1), at(i + 2)];
        let before = W[3] * near[0] + W[2] * near[1] + W[1] * near[2] + W[0] * near[3];
        let after = W[0] * near[1] + W[1] * near[2] + W[2] * near[3] + W[3] * near[4];
        put(2 * i as usize, ((before + 64) >> 7).clamp(0, 255) as u8);
        put(2 * i as usize + 1, ((after + 64) >> 7).clamp(0, 255) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_pixels_must_fit_the_sides() {
        assert!(GreyImage::new(2, 2, vec![0; 4]).is_some());
        assert!(GreyImage::new(2, 2, vec![0; 5]).is_none());
        assert!(GreyImage::new(0, 2, Vec::new()).is_none());
        assert!(GreyImage::new(u32::MAX, u32::MAX, vec![0]).is_none());
    }

    #[test]
    fn shrinking_averages_and_drops_the_incomplete_edge() {
        let image = GreyImage::new(5, 2, vec![0, 100, 10, 20, 9, 100, 200, 30, 40, 9]).unwrap();
        assert_eq!(image.shrunk(2), GreyImage::new(2, 1, vec![100, 25]).unwrap());
    }

    #[test]
    fn a_cut_is_what_there_is_of_it() {
        let image = GreyImage::from_fn(6, 4, |x, y| (10 * y + x) as u8);
        assert_eq!(image.cut(1, 2, 3, 1), GreyImage::new(3, 1, vec![21, 22, 23]).unwrap());
        assert_eq!(image.cut(4, 3, 9, 9), GreyImage::new(2, 1, vec![34, 35]).unwrap());
        assert_eq!(image.cut(99, 99, 0, 0), GreyImage::new(1, 1, vec![35]).unwrap());
    }

    #[test]
    fn doubling_a_flat_image_keeps_it_flat() {
        let image = GreyImage::from_fn(3, 4, |_, _| 77).doubled();
        assert_eq!((image.width(), image.height()), (6, 8));
        assert!(image.is_flat(1));
    }

    #[test]
    fn erasing_paints_the_inside_white_and_leaves_the_rest() {
        let mut image = GreyImage::from_fn(20, 20, |_, _| 0);
        image.erase(&[(5.0, 5.0), (10.0, 5.0), (10.0, 10.0), (5.0, 10.0)], 0.0);
        assert_eq!(image.row(7)[7], 255);
        assert_eq!(image.row(2)[7], 0);
        assert_eq!(image.row(7)[15], 0);
        image.erase(&[(-50.0, -50.0), (500.0, -50.0), (500.0, 500.0), (-50.0, 500.0)], 9.0);
        assert!(image.pixels().iter().all(|&pixel| pixel == 255));
    }
}
