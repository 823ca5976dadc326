//! Grey in, dark and light out: thresholds that follow the light on the paper.
//!
//! A threshold decides only where finder patterns are looked for. Modules are never decided here, but by their samples.

use super::grey::GreyImage;

/// Dark (1) or light (0) for each pixel, row by row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Binary {
    /// Pixels in a row.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// A 1 or a 0 for each pixel.
    pub(super) dark: Vec<u8>,
}

/// How the threshold is found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Threshold {
    /// Midway between darkest and lightest of the blocks of 8 × 8 pixels around, the fastest.
    Blocks,
    /// The mean of the `(2 · radius + 1)²` pixels around, less `percent` of it.
    Local {
        /// In pixels.
        radius: usize,
        /// Of the mean.
        percent: u32,
    },
    /// One for the whole image, which parts it best (Otsu).
    Global,
}

/// Side of a block in pixels.
const BLOCK: usize = 8;
/// A block whose pixels differ by less is paper, or a part of something larger.
const LEAST_RANGE: u8 = 24;

/// Makes an image black and white.
pub(super) fn binarise(image: &GreyImage, threshold: Threshold) -> Binary {
    match threshold {
        Threshold::Blocks => by_blocks(image),
        Threshold::Local { radius, percent } => by_mean(image, radius, percent),
        Threshold::Global => {
            let level = otsu(image);
            let dark = image.pixels().iter().map(|&pixel| u8::from(pixel <= level)).collect();
            Binary { width: image.width() as usize, height: image.height() as usize, dark }
        }
    }
}

/// Darkest and lightest pixel of each block.
fn ranges(image: &GreyImage, columns: usize, rows: usize) -> Vec<(u8, u8)> {
    let mut ranges = vec![(u8::MAX, 0_u8); columns * rows];
    for y in 0..image.height() as usize {
        let line = &mut ranges[y / BLOCK * columns..][..columns];
        for (range, pixels) in line.iter_mut().zip(image.row(y as u32).chunks(BLOCK)) {
            let (low, high) = pixels.iter().fold(*range, |(low, high), &pixel| (low.min(pixel), high.max(pixel)));
            *range = (low, high);
        }
    }
    ranges
}

fn by_blocks(image: &GreyImage) -> Binary {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (columns, rows) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let ranges = ranges(image, columns, rows);
    let mut levels = vec![0_u8; columns * rows];
    for y in 0..rows {
        for x in 0..columns {
            let around = |radius: usize| {
                let (mut low, mut high) = (u8::MAX, 0);
                for line in y.saturating_sub(radius)..=(y + radius).min(rows - 1) {
                    for &(a, b) in &ranges[line * columns..][x.saturating_sub(radius)..=(x + radius).min(columns - 1)] {
                        low = low.min(a);
                        high = high.max(b);
                    }
                }
                (low, high)
            };
            let (mut low, mut high) = around(1);
            if high - low < LEAST_RANGE {
                (low, high) = around(2);
            }
            // Flat and light is paper: nothing in it is dark. Flat and dark cannot be told here; it stays dark.
            let is_flat = high - low < LEAST_RANGE;
            levels[y * columns + x] = if is_flat { if low > 90 { 0 } else { high } } else { low + (high - low) / 2 };
        }
    }
    let mut dark = Vec::with_capacity(width * height);
    for y in 0..height {
        let line = &levels[y / BLOCK * columns..][..columns];
        for (pixels, &level) in image.row(y as u32).chunks(BLOCK).zip(line) {
            dark.extend(pixels.iter().map(|&pixel| u8::from(pixel <= level)));
        }
    }
    Binary { width, height, dark }
}

fn by_mean(image: &GreyImage, radius: usize, percent: u32) -> Binary {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let radius = radius.clamp(1, width.min(height).saturating_sub(1).max(1) / 2 + 1);
    let mut columns = vec![0_u32; width];
    let mut dark = Vec::with_capacity(width * height);
    let (mut top, mut bottom) = (0, 0);
    for y in 0..height {
        while bottom < height && bottom <= y + radius {
            add(&mut columns, image.row(bottom as u32));
            bottom += 1;
        }
        while top + radius < y {
            subtract(&mut columns, image.row(top as u32));
            top += 1;
        }
        let lines = (bottom - top) as u32;
        let (mut sum, mut left, mut right) = (0_u32, 0, 0);
        for (x, &pixel) in image.row(y as u32).iter().enumerate() {
            while right < width && right <= x + radius {
                sum += columns[right];
                right += 1;
            }
            while left + radius < x {
                sum -= columns[left];
                left += 1;
            }
            let count = lines * (right - left) as u32;
            // pixel < mean · (1 − percent), in whole numbers.
            dark.push(u8::from(u64::from(pixel) * u64::from(count) * 100 < u64::from(sum) * u64::from(100 - percent)));
        }
    }
    Binary { width, height, dark }
}

fn add(sums: &mut [u32], row: &[u8]) {
    for (sum, &pixel) in sums.iter_mut().zip(row) {
        *sum += u32::from(pixel);
    }
}

fn subtract(sums: &mut [u32], row: &[u8]) {
    for (sum, &pixel) in sums.iter_mut().zip(row) {
        *sum -= u32::from(pixel);
    }
}

/// The level that parts the histogram into two classes of the greatest variance between them.
fn otsu(image: &GreyImage) -> u8 {
    let mut histogram = [0_u64; 256];
    for &pixel in image.pixels() {
        histogram[usize::from(pixel)] += 1;
    }
    let total = image.area() as f64;
    let all: f64 = histogram.iter().enumerate().map(|(value, &count)| value as f64 * count as f64).sum();
    let (mut below, mut sum, mut best) = (0.0, 0.0, (0.0, 127));
    for (level, &count) in histogram.iter().enumerate() {
        below += count as f64;
        sum += level as f64 * count as f64;
        if below == 0.0 || below >= total {
            continue;
        }
        let difference = sum / below - (all - sum) / (total - below);
        let variance = below * (total - below) * difference * difference;
        if variance > best.0 {
            best = (variance, level as u8);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Threshold; 4] = [
        Threshold::Blocks,
        Threshold::Local { radius: 12, percent: 5 },
        Threshold::Local { radius: 500, percent: 5 },
        Threshold::Global,
    ];

    #[test]
    fn every_threshold_tells_ink_from_paper() {
        let image =
            GreyImage::from_fn(100, 80, |x, y| if (40..60).contains(&x) && (30..50).contains(&y) { 20 } else { 220 });
        for threshold in ALL {
            let bits = binarise(&image, threshold);
            assert_eq!((bits.dark[40 * 100 + 42], bits.dark[40 * 100 + 37]), (1, 0), "{threshold:?}");
        }
    }

    #[test]
    fn a_local_threshold_sees_faint_print_in_a_shadow() {
        let image = GreyImage::from_fn(200, 40, |x, y| {
            let light = if x < 100 { 240 } else { 60 };
            if x % 20 < 8 && y > 10 { light - light / 6 } else { light }
        });
        let bits = binarise(&image, Threshold::Local { radius: 20, percent: 3 });
        let dark = |x: usize| bits.dark[20 * 200 + x] == 1;
        assert!(dark(44) && dark(164) && !dark(54) && !dark(174));
    }

    #[test]
    fn the_smallest_image_is_no_trouble() {
        for threshold in ALL {
            assert_eq!(binarise(&GreyImage::from_fn(1, 1, |_, _| 0), threshold).dark.len(), 1);
        }
    }
}
