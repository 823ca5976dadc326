//! Grey in, black and white out.

use super::grey::GreyImage;
use rxing::common::{BitMatrix, GlobalHistogramBinarizer, HybridBinarizer};
use rxing::{Binarizer, Luma8Source};

/// How dark is told from light.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Threshold {
    /// The mean of 8 × 8-pixel blocks and their neighbours (rxing's).
    Hybrid,
    /// One threshold for the image, in the valley of its histogram (rxing's).
    Global,
    /// Darker than the mean of the `2 × radius + 1` pixels around, by `percent`.
    Local {
        /// Half the window in pixels.
        radius: u16,
        /// How much darker.
        percent: u8,
    },
    /// Darker than half-way between the darkest and the lightest of the blocks around, blocks of `block` pixels.
    Midway {
        /// Side of a block in pixels.
        block: u16,
    },
}

/// Makes a black-and-white image; `None` when the image has no contrast to speak of.
pub(super) fn binarise(image: &GreyImage, threshold: Threshold) -> Option<BitMatrix> {
    match threshold {
        Threshold::Hybrid => HybridBinarizer::new(luminance(image)?).get_black_matrix().ok().cloned(),
        Threshold::Global => GlobalHistogramBinarizer::new(luminance(image)?).get_black_matrix().ok().cloned(),
        Threshold::Local { radius, percent } => local(image, usize::from(radius), u32::from(percent)),
        Threshold::Midway { block } => midway(image, u32::from(block)),
    }
}

fn luminance(image: &GreyImage) -> Option<Luma8Source<'_>> {
    Luma8Source::new_with_slice(image.pixels(), image.width(), image.height()).ok()
}

/// Mean over a moving square, from column sums that move along.
fn local(image: &GreyImage, radius: usize, percent: u32) -> Option<BitMatrix> {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let mut bits = BitMatrix::new(image.width(), image.height()).ok()?;
    let mut columns = vec![0_u32; w];
    let rows_around = |y: usize| (y.saturating_sub(radius), (y + radius + 1).min(h));
    let (mut top, mut bottom) = (0, 0);
    for y in 0..h {
        let (from, to) = rows_around(y);
        while bottom < to {
            columns.iter_mut().zip(image.row(bottom as u32)).for_each(|(sum, &pixel)| *sum += u32::from(pixel));
            bottom += 1;
        }
        while top < from {
            columns.iter_mut().zip(image.row(top as u32)).for_each(|(sum, &pixel)| *sum -= u32::from(pixel));
            top += 1;
        }
        let row = image.row(y as u32);
        let mut sum = columns[..radius.min(w)].iter().map(|&sum| u64::from(sum)).sum::<u64>();
        for x in 0..w {
            if x + radius < w {
                sum += u64::from(columns[x + radius]);
            }
            if x > radius {
                sum -= u64::from(columns[x - radius - 1]);
            }
            let count = (((x + radius + 1).min(w) - x.saturating_sub(radius)) * (to - from)) as u64;
            if u64::from(row[x]) * count * 100 < sum * u64::from(100 - percent) {
                bits.set(x as u32, y as u32);
            }
        }
    }
    Some(bits)
}

/// Half-way between dark and light of the 3 × 3 blocks around, where they differ enough; light elsewhere.
fn midway(image: &GreyImage, block: u32) -> Option<BitMatrix> {
    // Less contrast than this between neighbouring blocks is paper.
    const CONTRAST: u8 = 8;
    let (w, h) = (image.width().div_ceil(block) as usize, image.height().div_ceil(block) as usize);
    let mut extremes = vec![(u8::MAX, 0_u8); w * h];
    for y in 0..image.height() {
        let line = &mut extremes[(y / block) as usize * w..][..w];
        for (cell, pixels) in line.iter_mut().zip(image.row(y).chunks(block as usize)) {
            for &pixel in pixels {
                *cell = (cell.0.min(pixel), cell.1.max(pixel));
            }
        }
    }
    let mut thresholds = vec![0_u8; w * h];
    for by in 0..h {
        for bx in 0..w {
            let (mut low, mut high) = (u8::MAX, 0);
            for line in extremes.chunks(w).take(by + 2).skip(by.saturating_sub(1)) {
                for cell in line.iter().take(bx + 2).skip(bx.saturating_sub(1)) {
                    (low, high) = (low.min(cell.0), high.max(cell.1));
                }
            }
            if high - low >= CONTRAST {
                thresholds[by * w + bx] = low.midpoint(high);
            }
        }
    }
    let mut bits = BitMatrix::new(image.width(), image.height()).ok()?;
    for y in 0..image.height() {
        let line = &thresholds[(y / block) as usize * w..][..w];
        for (x, &pixel) in image.row(y).iter().enumerate() {
            if pixel < line[x / block as usize] {
                bits.set(x as u32, y);
            }
        }
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Threshold; 4] = [
        Threshold::Hybrid,
        Threshold::Global,
        Threshold::Local { radius: 10, percent: 5 },
        Threshold::Midway { block: 16 },
    ];

    #[test]
    fn every_threshold_tells_a_black_square_from_paper() {
        let image =
            GreyImage::from_fn(100, 80, |x, y| if (40..60).contains(&x) && (30..50).contains(&y) { 20 } else { 220 });
        for threshold in ALL {
            let bits = binarise(&image, threshold).unwrap();
            assert!(bits.get(42, 40) && !bits.get(37, 40), "{threshold:?}");
        }
    }

    #[test]
    fn a_local_threshold_sees_faint_print_in_a_shadow() {
        let image = GreyImage::from_fn(200, 40, |x, y| {
            let light = if x < 100 { 240 } else { 60 };
            if x % 20 < 8 && y > 10 { light - light / 6 } else { light }
        });
        let bits = binarise(&image, Threshold::Local { radius: 20, percent: 3 }).unwrap();
        assert!(bits.get(44, 20) && bits.get(164, 20) && !bits.get(54, 20) && !bits.get(174, 20));
    }

    #[test]
    fn the_smallest_image_is_no_trouble() {
        let image = GreyImage::from_fn(1, 1, |_, _| 0);
        for threshold in ALL {
            let _ = binarise(&image, threshold);
        }
    }
}
