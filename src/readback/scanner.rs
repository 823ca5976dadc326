//! The modest damage of a good printer and a good scanner: what every paper goes through before anyone reads it.
//!
//! A whole page as the printer makes it comes in, the page as it lies in the scanner comes out: ink that spreads, optics that
//! blur, contrast that is lost, a sheet that lies 2° aslant, a sensor that is not quiet.

use super::seeded::Seeded;
use crate::scan::GreyImage;

/// Dots per inch of the scanner.
const SCANNER_DPI: f32 = 300.0;
/// Standard deviation of the blur, in modules.
const BLUR: f32 = 0.35;
/// How far a sheet lies from straight.
const TILT_DEGREES: f32 = 2.0;
/// What black and white come out as, of 255.
const BLACK: f32 = 40.0;
const WHITE: f32 = 225.0;
/// How much darker ink that spreads makes the middle of an edge, of 1.
const DOT_GAIN: f32 = 0.10;
/// Standard deviation of the sensor's noise, of 255.
const NOISE: f32 = 5.0;

/// Scans a page that was printed at `dpi` and whose smallest module has a side of `module` dots.
pub(super) fn scanned(page: &GreyImage, dpi: f32, module: f32, seed: u64) -> GreyImage {
    let mut seeded = Seeded::new(seed);
    let soft = blurred(page, BLUR * module);
    let tones = tones();
    let degrees = if seeded.bits() & 1 == 0 { TILT_DEGREES } else { -TILT_DEGREES };
    let (sin, cos) = degrees.to_radians().sin_cos();
    let step = dpi / SCANNER_DPI;
    let side = |length: u32| (length as f32 / step).round().max(1.0) as u32;
    let (width, height) = (side(page.width()), side(page.height()));
    // 4,096 numbers are noise enough; drawing eight million would take longer than everything else.
    let noise: Vec<i16> = (0..4096).map(|_| (NOISE * seeded.normal()).round() as i16).collect();
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    for y in 0..height {
        let up = y as f32 + 0.5 - height as f32 / 2.0;
        let start = seeded.bits() as usize;
        for x in 0..width {
            let right = x as f32 + 0.5 - width as f32 / 2.0;
            let u = (cos * right + sin * up) * step + page.width() as f32 / 2.0;
            let v = (cos * up - sin * right) * step + page.height() as f32 / 2.0;
            let value = i16::from(tones[usize::from(between(&soft, u - 0.5, v - 0.5))]);
            let loud = value + noise[(start + x as usize * 7) & 4095];
            pixels.push(loud.clamp(0, 255) as u8);
        }
    }
    GreyImage::new(width, height, pixels).unwrap_or(soft)
}

/// The value between four pixels, in 256ths; white beyond the edge.
fn between(image: &GreyImage, x: f32, y: f32) -> u8 {
    if x < 0.0 || y < 0.0 {
        return 255;
    }
    let (left, top) = (x as usize, y as usize);
    let width = image.width() as usize;
    if left + 1 >= width || top + 1 >= image.height() as usize {
        return 255;
    }
    let (dx, dy) = (((x - left as f32) * 256.0) as u32, ((y - top as f32) * 256.0) as u32);
    let pixels = &image.pixels()[top * width + left..];
    let upper = u32::from(pixels[0]) * (256 - dx) + u32::from(pixels[1]) * dx;
    let lower = u32::from(pixels[width]) * (256 - dx) + u32::from(pixels[width + 1]) * dx;
    ((upper * (256 - dy) + lower * dy) >> 16) as u8
}

/// What each grey comes out as.
fn tones() -> [u8; 256] {
    std::array::from_fn(|grey| {
        let light = grey as f32 / 255.0;
        let gained = light - 4.0 * DOT_GAIN * light * (1.0 - light);
        (BLACK + (WHITE - BLACK) * gained) as u8
    })
}

/// A Gaussian of this standard deviation in pixels, in whole numbers; the edge is repeated.
fn blurred(image: &GreyImage, sigma: f32) -> GreyImage {
    let reach = (sigma * 2.5).ceil().max(1.0) as usize;
    let bell: Vec<f32> =
        (0..=2 * reach).map(|at| (-0.5 * ((at as f32 - reach as f32) / sigma.max(0.1)).powi(2)).exp()).collect();
    let total: f32 = bell.iter().sum();
    let mut weights: Vec<u32> = bell.iter().map(|weight| (weight / total * 65_536.0).round() as u32).collect();
    // Rounding must not make the paper darker.
    let rest = 65_536_i64 - weights.iter().map(|weight| i64::from(*weight)).sum::<i64>();
    weights[reach] = (i64::from(weights[reach]) + rest) as u32;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut wide = vec![0_u8; width * height];
    let mut padded = vec![0_u8; width + 2 * reach];
    let mut sums = vec![0_u32; width];
    for (y, out) in wide.chunks_exact_mut(width).enumerate() {
        let row = image.row(y as u32);
        padded[..reach].fill(row[0]);
        padded[reach..reach + width].copy_from_slice(row);
        padded[reach + width..].fill(row[width - 1]);
        sums.fill(1 << 15);
        for (at, weight) in weights.iter().enumerate() {
            sums.iter_mut().zip(&padded[at..]).for_each(|(sum, pixel)| *sum += weight * u32::from(*pixel));
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = (sum >> 16) as u8);
    }
    let mut pixels = vec![0_u8; width * height];
    for (y, out) in pixels.chunks_exact_mut(width).enumerate() {
        sums.fill(1 << 15);
        for (at, weight) in weights.iter().enumerate() {
            let from = (y + at).saturating_sub(reach).min(height - 1);
            sums.iter_mut().zip(&wide[from * width..]).for_each(|(sum, pixel)| *sum += weight * u32::from(*pixel));
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = (sum >> 16) as u8);
    }
    GreyImage::new(image.width(), image.height(), pixels).unwrap_or_else(|| image.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_out_at_the_resolution_of_the_scanner() {
        let page = GreyImage::from_fn(600, 400, |x, _| if x < 300 { 0 } else { 255 });
        let seen = scanned(&page, 600.0, 8.0, 1);
        assert_eq!((seen.width(), seen.height()), (300, 200));
        let (dark, light) = (seen.row(100)[75], seen.row(100)[225]);
        assert!(dark.abs_diff(40) < 25 && light.abs_diff(225) < 25, "{dark} {light}");
        assert_eq!(seen, scanned(&page, 600.0, 8.0, 1));
        assert_ne!(seen, scanned(&page, 600.0, 8.0, 2));
    }

    #[test]
    fn blur_leaves_white_paper_white() {
        let page = GreyImage::from_fn(40, 30, |_, _| 255);
        assert_eq!(blurred(&page, 1.4), page);
        assert_eq!(blurred(&page, 0.0), page);
    }
}
