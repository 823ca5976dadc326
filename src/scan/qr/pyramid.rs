//! One image in, the same image in other scales and filtered out, each made once.

use crate::scan::filter::{self, Filter};
use crate::scan::grey::GreyImage;
use std::borrow::Cow;
use std::collections::HashMap;

/// By how much an image is made smaller for sampling.
const FACTORS: [u32; 6] = [8, 6, 4, 3, 2, 1];
/// A module should have so many pixels: fewer lose edges, more cost time.
const PIXELS: f32 = 3.4;
/// With more pixels than this, looking begins with a smaller image.
const PLENTY: f64 = 5e6;
/// Only images up to this many pixels are doubled.
const MOST_DOUBLED: usize = 3_000_000;
/// A symbol of version 1 with a quiet zone of two modules has so many.
const SMALLEST: u32 = 25;

/// Twice as large, as a factor by which an image becomes smaller.
pub(super) const DOUBLED: u32 = 0;

/// An image and what has been made of it.
pub(super) struct Pyramid<'a> {
    image: &'a GreyImage,
    made: HashMap<(u32, Filter), GreyImage>,
}

impl<'a> Pyramid<'a> {
    pub(super) fn of(image: &'a GreyImage) -> Self {
        Self { image, made: HashMap::new() }
    }

    /// By how much smaller the image still shows all that can be printed.
    pub(super) fn coarse(&self) -> u32 {
        (self.image.area() as f64 / PLENTY).sqrt().ceil().max(1.0) as u32
    }

    /// Pixels in a row of the whole image.
    pub(super) fn width(&self) -> u32 {
        self.image.width()
    }

    /// Whether the image is worth a look when it is smaller by `factor`, or [`DOUBLED`].
    pub(super) fn has(&self, factor: u32) -> bool {
        let smallest = self.image.width().min(self.image.height());
        smallest >= SMALLEST * factor.max(1) && (factor != DOUBLED || self.image.area() <= MOST_DOUBLED)
    }

    /// The image smaller by `factor`, or [`DOUBLED`], and filtered.
    pub(super) fn at(&mut self, factor: u32, filter: Filter) -> &GreyImage {
        let image = self.image;
        if factor == 1 && filter == Filter::None {
            return image;
        }
        self.made.entry((factor, filter)).or_insert_with(|| {
            let scaled = if factor == DOUBLED { image.doubled() } else { image.shrunk(factor) };
            filter::apply(Cow::Owned(scaled), filter).into_owned()
        })
    }
}

/// By how much smaller an image still shows modules of so many pixels well enough.
pub(super) fn factor_for(module: f32) -> u32 {
    FACTORS.into_iter().find(|&factor| module / factor as f32 >= PIXELS).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_made_smaller_as_its_modules_allow() {
        assert_eq!([1.0, 5.0, 6.9, 10.5, 100.0].map(factor_for), [1, 1, 2, 3, 8]);
    }

    #[test]
    fn each_scale_has_its_size() {
        let image = GreyImage::from_fn(120, 90, |x, y| (x ^ y) as u8);
        let mut pyramid = Pyramid::of(&image);
        assert_eq!([1, 2, 3, DOUBLED].map(|factor| pyramid.at(factor, Filter::Smooth).width()), [120, 60, 40, 240]);
        assert_eq!([1, 3, 4, DOUBLED].map(|factor| pyramid.has(factor)), [true, true, false, true]);
        assert_eq!(pyramid.coarse(), 1);
    }
}
