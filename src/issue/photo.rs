//! A photograph → the face that is signed and the face that is printed.
//!
//! A picture file comes in; a bare VP8 frame of a few hundred bytes for the symbol (docs/FORMAT.md §3) and pixels for the
//! page go out. Both show the same crop.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use crate::credential::{Photo, PhotoFormat};
use crate::print::Picture;

/// Bytes that the face may take in the symbol. wire.md: lossy WebP is recognisable from 500 bytes on.
pub const PHOTO_BYTES: usize = 700;
/// Pixels of the signed face: 4 to 5, as on a passport photo.
const SIGNED: (u32, u32) = (64, 80);
/// Smaller sizes that are tried when the face does not fit.
const SMALLER: [(u32, u32); 3] = [(56, 70), (48, 60), (40, 50)];
/// Pixels of the printed face: 300 dpi at 28 × 35 mm.
const PRINTED: (u32, u32) = (331, 413);
/// Memory that a picture may need while it is decoded.
const DECODE_LIMIT: u64 = 400 * 1024 * 1024;
/// Bytes of a WebP file before its VP8 frame: `RIFF`, length, `WEBP`, `VP8 `, length.
const CONTAINER: usize = 20;

/// Why a picture cannot become a face.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// Not a picture that can be read, or larger than memory allows.
    #[error("not a picture that can be read")]
    Unreadable(#[from] image::ImageError),
    /// The file cannot be read at all.
    #[error("the picture cannot be read")]
    Io(#[from] std::io::Error),
    /// Too few pixels to recognise anyone.
    #[error("{width} × {height} pixels, where a face needs at least 40 × 50")]
    TooSmall {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Even the smallest face takes more bytes than there are.
    #[error("the face needs {bytes} bytes, and {budget} are left in the symbol")]
    TooLarge {
        /// Bytes of the smallest face.
        bytes: usize,
        /// Bytes allowed.
        budget: usize,
    },
}

/// A face in both its forms.
#[derive(Clone, Debug)]
pub struct Face {
    /// For the symbol.
    pub signed: Photo,
    /// For the page.
    pub printed: Picture,
}

/// Makes a face of at most `budget` bytes out of a picture file.
pub fn face(file: &[u8], budget: usize) -> Result<Face, PhotoError> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_LIMIT);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut whole = DynamicImage::from_decoder(decoder)?;
    whole.apply_orientation(orientation);
    let (width, height) = (whole.width(), whole.height());
    if width < 40 || height < 50 {
        return Err(PhotoError::TooSmall { width, height });
    }
    let cropped = crop(&whole);
    let pixels = |(w, h)| cropped.resize_exact(w, h, FilterType::CatmullRom).to_rgb8();
    let printed = pixels(PRINTED);
    let mut smallest = usize::MAX;
    for size in std::iter::once(SIGNED).chain(SMALLER) {
        match frame(&pixels(size), budget) {
            Ok(bytes) => {
                return Ok(Face {
                    signed: Photo { format: PhotoFormat::WebP, bytes },
                    printed: Picture::new(PRINTED.0, PRINTED.1, printed.into_raw()).expect("three bytes a pixel"),
                });
            }
            Err(bytes) => smallest = smallest.min(bytes),
        }
    }
    Err(PhotoError::TooLarge { bytes: smallest, budget })
}

/// The largest part of the picture in the proportion 4 to 5; of a tall picture the upper part, where the face is.
fn crop(whole: &DynamicImage) -> DynamicImage {
    let (width, height) = (whole.width(), whole.height());
    if u64::from(width) * 5 > u64::from(height) * 4 {
        let wanted = (u64::from(height) * 4 / 5) as u32;
        whole.crop_imm((width - wanted) / 2, 0, wanted, height)
    } else {
        let wanted = (u64::from(width) * 5 / 4) as u32;
        whole.crop_imm(0, (height - wanted) / 4, width, wanted)
    }
}

/// The best VP8 frame of at most `budget` bytes, or how many bytes the worst one has.
fn frame(pixels: &image::RgbImage, budget: usize) -> Result<Vec<u8>, usize> {
    let encode = |quality: u8| {
        let encoder = webp::Encoder::from_rgb(pixels.as_raw(), pixels.width(), pixels.height());
        bare(&encoder.encode(f32::from(quality)))
    };
    let (mut low, mut high) = (0u8, 95u8);
    let mut best = encode(low);
    if best.len() > budget {
        return Err(best.len());
    }
    while low + 1 < high {
        let middle = u8::midpoint(low, high);
        let tried = encode(middle);
        if tried.len() <= budget {
            (low, best) = (middle, tried);
        } else {
            high = middle;
        }
    }
    Ok(best)
}

/// The VP8 frame of a simple lossy WebP file.
fn bare(file: &[u8]) -> Vec<u8> {
    let length = file.get(16..CONTAINER).map_or(0, |l| u32::from_le_bytes([l[0], l[1], l[2], l[3]]) as usize);
    file.get(CONTAINER..CONTAINER + length).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portrait(width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            let face = (x as f32 / width as f32 - 0.5).hypot(y as f32 / height as f32 - 0.45) < 0.3;
            let grain = (x * 7 + y * 13) as u8 & 15;
            if face { image::Rgb([190 - grain, 140, 110]) } else { image::Rgb([60, 80 + grain, 120]) }
        });
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
        file.into_inner()
    }

    #[test]
    fn a_face_fits_its_bytes_and_is_a_bare_frame() {
        let face = face(&portrait(600, 800), 600).unwrap();
        assert!(face.signed.bytes.len() <= 600);
        // RFC 6386 §9.1: a key frame carries this start code.
        assert_eq!(face.signed.bytes[3..6], [0x9d, 0x01, 0x2a]);
        assert_eq!((face.printed.width(), face.printed.height()), PRINTED);
    }

    #[test]
    fn what_is_no_face_is_named() {
        assert_eq!(
            face(&portrait(30, 60), 600).unwrap_err().to_string(),
            "30 × 60 pixels, where a face needs at least 40 × 50"
        );
        assert_eq!(face(b"not a picture", 600).unwrap_err().to_string(), "not a picture that can be read");
        assert!(matches!(face(&portrait(600, 800), 20).unwrap_err(), PhotoError::TooLarge { budget: 20, .. }));
    }
}
