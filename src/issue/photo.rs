//! A photograph → the face that is signed and the face that is printed.
//!
//! A picture file comes in; a bare VP8 frame of a few hundred bytes for the symbol (docs/FORMAT.md §3) and pixels for the
//! page go out. Both show the same crop: whoever compares the paper with the symbol compares one face with itself.

mod crop;
#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, Rgb, RgbImage};

use crate::credential::{Photo, PhotoFormat};
use crate::print::Picture;

pub use crop::{Crop, CropError};

/// Bytes that the face takes in the symbol when there is room. wire.md: lossy WebP is recognisable from 500 bytes on.
pub const PHOTO_BYTES: usize = 700;
/// With fewer bytes a face is not worth its place.
pub const LEAST_PHOTO_BYTES: usize = 500;
/// Pixels of the signed face: 4 to 5, as on a passport photo.
const SIGNED: (u32, u32) = (64, 80);
/// Smaller sizes that are tried when the face does not fit.
const SMALLER: [(u32, u32); 3] = [(56, 70), (48, 60), (40, 50)];
/// Pixels of the printed face: 300 dpi at 28 × 35 mm.
const PRINTED: (u32, u32) = (331, 413);
/// Pixels that a face has at least.
const LEAST: (u32, u32) = (40, 50);
/// Bytes that the file of a picture has at most.
pub const FILE_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// Memory that a picture may need while it is decoded.
const DECODE_LIMIT: u64 = 400 * 1024 * 1024;
/// Bytes of a WebP file before its VP8 frame: `RIFF`, length, `WEBP`, `VP8 `, length.
const CONTAINER: usize = 20;

/// Why a picture cannot become a face.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// What Apple's telephones save (ISO/IEC 23008-12).
    #[error("a {name} picture, which cannot be read")]
    Heif {
        /// HEIC, HEIF or AVIF.
        name: &'static str,
    },
    /// Not a picture that can be read, or larger than memory allows.
    #[error("not a picture that can be read")]
    Unreadable(#[from] image::ImageError),
    /// The file cannot be read at all.
    #[error("the picture cannot be read")]
    Io(#[from] std::io::Error),
    /// More bytes than a photograph has.
    #[error("a file of {bytes} bytes, where a photo has at most {most}")]
    TooManyBytes {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        most: u64,
    },
    /// Too few pixels to recognise anyone.
    #[error("{width} × {height} pixels, where a face needs at least 40 × 50")]
    TooSmall {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The operator's rectangle does not lie in the picture.
    #[error(transparent)]
    Crop(#[from] CropError),
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

/// Makes a face of at most `budget` bytes out of a picture file: of the operator's rectangle, or of the upper middle.
pub fn face(file: &[u8], budget: usize, chosen: Option<Crop>) -> Result<Face, PhotoError> {
    if let Some(name) = heif(file) {
        return Err(PhotoError::Heif { name });
    }
    let whole = decode(file)?;
    let chosen = chosen.map(|crop| crop.inside(whole.width(), whole.height())).transpose()?;
    let part = chosen.map_or_else(|| whole.clone(), |[x, y, w, h]| whole.crop_imm(x, y, w, h));
    let (width, height) = (part.width(), part.height());
    if width < LEAST.0 || height < LEAST.1 {
        return Err(PhotoError::TooSmall { width, height });
    }
    let cropped = passport_part(&part);
    let pixels = |(w, h)| on_white(&cropped.resize_exact(w, h, FilterType::CatmullRom));
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

/// The picture as it is to be looked at: turned as its EXIF data say.
fn decode(file: &[u8]) -> Result<DynamicImage, PhotoError> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_LIMIT);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut whole = DynamicImage::from_decoder(decoder)?;
    whole.apply_orientation(orientation);
    Ok(whole)
}

/// The name of a format of ISO/IEC 14496-12 files, by the brand in its `ftyp` box.
fn heif(file: &[u8]) -> Option<&'static str> {
    match (file.get(4..8)?, file.get(8..12)?) {
        (b"ftyp", b"avif" | b"avis") => Some("AVIF"),
        (b"ftyp", b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx") => Some("HEIC"),
        (b"ftyp", b"mif1" | b"msf1") => Some("HEIF"),
        _ => None,
    }
}

/// The largest part of the picture in the proportion 4 to 5; of a tall picture the upper part, where the face is.
fn passport_part(whole: &DynamicImage) -> DynamicImage {
    let (width, height) = (whole.width(), whole.height());
    if u64::from(width) * 5 > u64::from(height) * 4 {
        let wanted = (u64::from(height) * 4 / 5) as u32;
        whole.crop_imm((width - wanted) / 2, 0, wanted, height)
    } else {
        let wanted = (u64::from(width) * 5 / 4) as u32;
        whole.crop_imm(0, (height - wanted) / 4, width, wanted)
    }
}

/// What is transparent shows the paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, alpha] = picture.get_pixel(x, y).0;
        let over = |channel: u8| {
            let (channel, alpha) = (u32::from(channel), u32::from(alpha));
            ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        Rgb([over(r), over(g), over(b)])
    })
}

/// The best VP8 frame of at most `budget` bytes, or how many bytes the worst one has.
fn frame(pixels: &RgbImage, budget: usize) -> Result<Vec<u8>, usize> {
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
