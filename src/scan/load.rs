//! The bytes of an image file in, upright grey images out: PNG, JPEG, WebP, TIFF, BMP and PNM.
//!
//! The size is read from the header and refused before memory is taken for the pixels. The orientation that a camera recorded
//! (Exif tag 0x0112) is applied. Transparent pixels are laid over white paper.

use super::error::ScanError;
use super::file_type::ImageType;
use super::grey::GreyImage;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Most bytes that decoding may take besides the pixels' own: colour, 16 bits and rows in flight.
const MEMORY_LIMIT: u64 = 640 << 20;

/// Decodes one image, upright and grey.
pub(super) fn image(bytes: &[u8], kind: ImageType, pixel_limit: u64) -> Result<GreyImage, ScanError> {
    let bad = |source: ImageError| ScanError::BadImage { format: kind.name(), source: Box::new(source) };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(kind));
    // Without limits here the header could already reserve memory; the limit on pixels follows below.
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(bad)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > pixel_limit {
        return Err(ScanError::TooLarge { width, height, limit: pixel_limit });
    }
    let too_much = ScanError::TooMuchMemory { width, height, limit: MEMORY_LIMIT };
    if decoder.total_bytes() > MEMORY_LIMIT || decoder.set_limits(limits()).is_err() {
        return Err(too_much);
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = match super::guard::guarded(|| DynamicImage::from_decoder(decoder)) {
        Some(Ok(picture)) => picture,
        Some(Err(ImageError::Limits(_))) => return Err(too_much),
        Some(Err(error)) => return Err(bad(error)),
        None => return Err(ScanError::BadImage { format: kind.name(), source: "the decoder gave up".into() }),
    };
    picture.apply_orientation(orientation);
    Ok(grey(picture))
}

fn format(kind: ImageType) -> ImageFormat {
    match kind {
        ImageType::Png => ImageFormat::Png,
        ImageType::Jpeg => ImageFormat::Jpeg,
        ImageType::WebP => ImageFormat::WebP,
        ImageType::Tiff => ImageFormat::Tiff,
        ImageType::Bmp => ImageFormat::Bmp,
        ImageType::Pnm => ImageFormat::Pnm,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_LIMIT);
    limits
}

/// All images of a TIFF file, one by one; of other files the one they have.
///
/// The decoder reads the first directory only, so for each further one the header's offset is set to it.
pub(super) fn images(
    bytes: &[u8],
    kind: ImageType,
    pixel_limit: u64,
) -> Box<dyn Iterator<Item = Result<GreyImage, ScanError>> + '_> {
    let further = if kind == ImageType::Tiff { tiff_directories(bytes) } else { Vec::new() };
    if further.len() < 2 {
        return Box::new(std::iter::once_with(move || image(bytes, kind, pixel_limit)));
    }
    let mut copy = bytes.to_vec();
    Box::new(further.into_iter().map(move |offset| {
        let offset = if bytes[0] == b'I' { offset.to_le_bytes() } else { offset.to_be_bytes() };
        copy[4..8].copy_from_slice(&offset);
        image(&copy, kind, pixel_limit)
    }))
}

/// Offsets of the image file directories (TIFF 6.0 §2), at most as many as pages are worth reading.
fn tiff_directories(bytes: &[u8]) -> Vec<u32> {
    const MOST: usize = 1000;
    let little = bytes.starts_with(b"II");
    let number = |at: usize, size: usize| -> Option<u32> {
        let field = bytes.get(at..at.checked_add(size)?)?;
        let digit = |value, &byte: &u8| value << 8 | u32::from(byte);
        Some(if little { field.iter().rev().fold(0, digit) } else { field.iter().fold(0, digit) })
    };
    let mut offsets = Vec::new();
    // BigTIFF (43) has longer offsets; of those files the first image is read.
    if number(2, 2) != Some(42) {
        return offsets;
    }
    let mut next = number(4, 4);
    while let Some(offset) = next.filter(|offset| *offset != 0 && !offsets.contains(offset)) {
        let Some(entries) = number(offset as usize, 2) else { break };
        offsets.push(offset);
        if offsets.len() == MOST {
            break;
        }
        next = number(offset as usize + 2 + entries as usize * 12, 4);
    }
    offsets
}

fn grey(picture: DynamicImage) -> GreyImage {
    let picture = if picture.color().has_alpha() { over_white(&picture) } else { picture };
    let luma = picture.into_luma8();
    let (width, height) = luma.dimensions();
    GreyImage::new(width, height, luma.into_raw()).unwrap_or_else(|| GreyImage::from_fn(1, 1, |_, _| 255))
}

fn over_white(picture: &DynamicImage) -> DynamicImage {
    let mut pixels = picture.to_luma_alpha8();
    for pixel in pixels.pixels_mut() {
        let [value, alpha] = pixel.0.map(u32::from);
        pixel.0 = [((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8, 255];
    }
    DynamicImage::ImageLumaA8(pixels)
}
