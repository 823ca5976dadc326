//! The word SPECIMEN across a picture, in letters that need no font.

use image::RgbImage;

/// The letters of the word, seven rows of five dots each, the left dot in the highest bit.
const LETTERS: [[u8; 7]; 8] = [
    [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000],
    [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
    [0b01111, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b01111],
    [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b11111],
    [0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001],
    [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
    [0b10001, 0b11001, 0b10101, 0b10101, 0b10011, 0b10001, 0b10001],
];
/// Dots from one letter to the next.
const PITCH: f32 = 6.0;
/// Dots of the word.
const LENGTH: f32 = PITCH * LETTERS.len() as f32 - 1.0;
/// Dots of its height.
const HEIGHT: f32 = 7.0;
/// The part of the diagonal that the word takes.
const SHARE: f32 = 0.7;
/// How much of the paper the ink hides, of 256, and its colour.
const COVER: u32 = 80;
const INK: [u8; 3] = [0xc0, 0x10, 0x10];

/// Writes it from the bottom left to the top right.
pub(super) fn write_across(picture: &mut RgbImage) {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let diagonal = width.hypot(height);
    if diagonal < 1.0 {
        return;
    }
    // Along the diagonal, and across it downwards, in dots of the letters.
    let (along, dot) = ((width / diagonal, -height / diagonal), diagonal * SHARE / LENGTH);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (x as f32 + 0.5 - width / 2.0, y as f32 + 0.5 - height / 2.0);
        let column = (x * along.0 + y * along.1) / dot + LENGTH / 2.0;
        let row = (y * along.0 - x * along.1) / dot + HEIGHT / 2.0;
        if is_ink(column, row) {
            for (channel, ink) in pixel.0.iter_mut().zip(INK) {
                *channel = ((u32::from(*channel) * (256 - COVER) + u32::from(ink) * COVER) / 256) as u8;
            }
        }
    }
}

fn is_ink(column: f32, row: f32) -> bool {
    if !(0.0..LENGTH).contains(&column) || !(0.0..HEIGHT).contains(&row) {
        return false;
    }
    let (letter, dot) = ((column / PITCH) as usize, (column % PITCH) as u32);
    dot < 5 && LETTERS[letter][row as usize] >> (4 - dot) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_stands_across_the_picture_and_leaves_its_corners() {
        let mut picture = RgbImage::from_pixel(300, 400, image::Rgb([255; 3]));
        write_across(&mut picture);
        let inked = picture.pixels().filter(|pixel| pixel.0 != [255; 3]).count();
        assert!((4_000..30_000).contains(&inked), "{inked}");
        assert_eq!(picture.get_pixel(0, 0).0, [255; 3]);
        write_across(&mut RgbImage::new(0, 0));
    }
}
