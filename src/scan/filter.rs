//! Grey in, grey out: filters that bring back what blur, noise and dirt took.

use super::grey::GreyImage;
use std::borrow::Cow;

/// What is done to the grey image before it is made black and white.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Filter {
    /// Nothing.
    None,
    /// Binomial smoothing over 3 × 3 pixels, against sensor noise.
    Smooth,
    /// The median of 3 × 3 pixels, against salt and pepper.
    Median,
    /// Unsharp masking over 5 × 5 pixels, against defocus and motion.
    Sharpen,
    /// Dark grows by one pixel, for overexposed and thin print.
    GrowInk,
    /// Dark shrinks by one pixel, for print that has bled.
    ShrinkInk,
}

/// Applies one filter.
pub(super) fn apply(image: Cow<'_, GreyImage>, filter: Filter) -> Cow<'_, GreyImage> {
    let original = image.as_ref();
    Cow::Owned(match filter {
        Filter::None => return image,
        Filter::Smooth => smooth(original),
        Filter::Median => median(original),
        Filter::Sharpen => sharpen(original),
        Filter::GrowInk => extreme(original, u8::min),
        Filter::ShrinkInk => extreme(original, u8::max),
    })
}

/// Calls `pixel` with the rows above, at and below, and with the columns left, at and right, repeating the edge.
fn neighbours(image: &GreyImage, pixel: impl Fn([&[u8]; 3], [usize; 3]) -> u8) -> GreyImage {
    let (w, h) = (image.width(), image.height());
    let mut pixels = Vec::with_capacity(image.area());
    for y in 0..h {
        let rows = [image.row(y.saturating_sub(1)), image.row(y), image.row((y + 1).min(h - 1))];
        for x in 0..w as usize {
            pixels.push(pixel(rows, [x.saturating_sub(1), x, (x + 1).min(w as usize - 1)]));
        }
    }
    GreyImage::new(w, h, pixels).unwrap_or_else(|| image.clone())
}

fn smooth(image: &GreyImage) -> GreyImage {
    neighbours(image, |rows, [l, x, r]| {
        let line = |row: &[u8]| u32::from(row[l]) + 2 * u32::from(row[x]) + u32::from(row[r]);
        ((line(rows[0]) + 2 * line(rows[1]) + line(rows[2]) + 8) / 16) as u8
    })
}

fn extreme(image: &GreyImage, choose: fn(u8, u8) -> u8) -> GreyImage {
    neighbours(image, |rows, [l, x, r]| {
        let line = |row: &[u8]| choose(choose(row[l], row[x]), row[r]);
        choose(choose(line(rows[0]), line(rows[1])), line(rows[2]))
    })
}

fn median(image: &GreyImage) -> GreyImage {
    neighbours(image, |rows, [l, x, r]| {
        // Sorting the columns first leaves three candidates: the largest low, the middle middle, the smallest high.
        let column = |i: usize| {
            let (a, b, c) = (rows[0][i], rows[1][i], rows[2][i]);
            let (low, high) = (a.min(b), a.max(b));
            (low.min(c), low.max(high.min(c)), high.max(c))
        };
        let (a, b, c) = (column(l), column(x), column(r));
        let low = a.0.max(b.0).max(c.0);
        let high = a.2.min(b.2).min(c.2);
        let middle = a.1.min(b.1).max(a.1.max(b.1).min(c.1));
        low.min(high).max(low.max(high).min(middle))
    })
}

fn sharpen(image: &GreyImage) -> GreyImage {
    let soft = smooth(&smooth(image));
    // Three times the difference: stronger amplifies noise more than it restores edges.
    let pixels = image
        .pixels()
        .iter()
        .zip(soft.pixels())
        .map(|(&sharp, &soft)| (i32::from(sharp) + 3 * (i32::from(sharp) - i32::from(soft))).clamp(0, 255) as u8);
    GreyImage::new(image.width(), image.height(), pixels.collect()).unwrap_or(soft)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(image: &GreyImage, filter: Filter) -> GreyImage {
        apply(Cow::Borrowed(image), filter).into_owned()
    }

    fn speck(value: u8, ground: u8) -> GreyImage {
        GreyImage::from_fn(9, 9, |x, y| if (x, y) == (4, 4) { value } else { ground })
    }

    #[test]
    fn every_filter_leaves_a_flat_image_as_it_is() {
        let image = GreyImage::from_fn(7, 5, |_, _| 90);
        for filter in
            [Filter::None, Filter::Smooth, Filter::Median, Filter::Sharpen, Filter::GrowInk, Filter::ShrinkInk]
        {
            assert_eq!(of(&image, filter), image, "{filter:?}");
        }
    }

    #[test]
    fn a_median_removes_specks_and_growing_or_shrinking_ink_those_of_one_kind() {
        assert!(of(&speck(0, 200), Filter::Median).is_flat(1));
        assert!(of(&speck(0, 200), Filter::ShrinkInk).is_flat(1));
        assert!(of(&speck(255, 20), Filter::GrowInk).is_flat(1));
        assert!(!of(&speck(255, 20), Filter::ShrinkInk).is_flat(1));
    }

    #[test]
    fn sharpening_raises_contrast_at_an_edge() {
        let edge = GreyImage::from_fn(9, 3, |x, _| if x < 4 { 80 } else { 160 });
        let sharp = of(&edge, Filter::Sharpen);
        assert!(sharp.row(1)[3] < 80 && sharp.row(1)[4] > 160);
    }
}
