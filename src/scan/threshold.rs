//! Grey in, the black and white that rxing takes out.

use super::binarisation::{Threshold as Own, binarise as by_own};
use super::grey::GreyImage;
use rxing::common::{BitMatrix, HybridBinarizer};
use rxing::{Binarizer, Luma8Source};

/// How dark is told from light.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Threshold {
    /// The mean of 8 × 8-pixel blocks and their neighbours (rxing's).
    Hybrid,
    /// One of those of our own reader.
    Own(Own),
}

/// Makes a black-and-white image; `None` when rxing refuses its size.
pub(super) fn binarise(image: &GreyImage, threshold: Threshold) -> Option<BitMatrix> {
    match threshold {
        Threshold::Hybrid => {
            let source = Luma8Source::new_with_slice(image.pixels(), image.width(), image.height()).ok()?;
            HybridBinarizer::new(source).get_black_matrix().ok().cloned()
        }
        Threshold::Own(threshold) => {
            let binary = by_own(image, threshold);
            let mut bits = BitMatrix::new(image.width(), image.height()).ok()?;
            for (at, _) in binary.dark.iter().enumerate().filter(|(_, dark)| **dark == 1) {
                bits.set((at % binary.width) as u32, (at / binary.width) as u32);
            }
            Some(bits)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_threshold_tell_a_black_square_from_paper() {
        let image =
            GreyImage::from_fn(100, 80, |x, y| if (40..60).contains(&x) && (30..50).contains(&y) { 20 } else { 220 });
        for threshold in
            [Threshold::Hybrid, Threshold::Own(Own::Blocks), Threshold::Own(Own::Local { radius: 15, percent: 5 })]
        {
            let bits = binarise(&image, threshold).unwrap();
            assert!(bits.get(42, 40) && !bits.get(37, 40), "{threshold:?}");
        }
    }
}
