//! What looking at a file will cost, told by its header: its bytes in, the bytes of memory out that reading it takes at most.
//!
//! The factors are what the decoders of the crate `image` take beside the pixels that they return, measured with pictures of
//! 48 to 50 million pixels. Nothing is decoded here; a file that cannot be decoded weighs nothing, since nobody will.

use std::io::{Cursor, Read as _};

use image::metadata::Orientation;
use image::{ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::declared;
use crate::format;

/// What a document takes, in bytes: a page of A4 and the next one, drawn at 300 dpi and at 400, and what reads them, …
pub const DOCUMENT: u64 = 208 << 20;
/// … and for each pixel of the largest image in it.
const DOCUMENT_PIXEL: u64 = 4;
/// What a reader takes whatever the size, in bytes.
const READER: u64 = 48 << 20;
/// What a reader takes for a pixel beside the pixel itself, in bytes, …
const READER_PIXEL: u64 = 5;
/// … of so many pixels at most: larger pictures are shrunk before they are read.
const READER_PIXELS: u64 = 18_000_000;
/// Bytes that a header may unpack to: a colour profile has a few thousand, with tables a few million.
const HEADER: u64 = 8 << 20;
/// Images in a TIFF file at most.
const IMAGES: usize = 50;

/// A file that is not worth looking at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightError {
    /// More pixels than are decoded.
    #[error("a picture of {width} × {height} pixels")]
    Pixels {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A header that unpacks to more than headers have.
    #[error("a header that unpacks to more than {HEADER} bytes")]
    Header,
    /// More images in one file than pages are looked at.
    #[error("more than {IMAGES} images in one file")]
    Images,
}

/// The memory that looking at a file will take, in bytes, when no picture of more than `pixels_max` pixels is decoded.
///
/// The bytes are the same afterwards.
///
/// # Errors
/// When it is not to be looked at.
pub fn weigh(bytes: &mut [u8], pixels_max: u64) -> Result<u64, WeightError> {
    let copy = bytes.len() as u64;
    let Some(kind) = picture(bytes) else {
        return if format::is_message(bytes) { Ok(0) } else { weigh_document(bytes, pixels_max) };
    };
    if kind == ImageFormat::Png {
        check_profile(bytes)?;
    }
    let Some(first) = weigh_image(bytes, kind, pixels_max)? else { return Ok(0) };
    let further = if kind == ImageFormat::Tiff { weigh_further(bytes, pixels_max)? } else { 0 };
    Ok(first.max(further).saturating_add(copy))
}

/// The memory for a document, with the image on its page.
fn weigh_document(bytes: &[u8], pixels_max: u64) -> Result<u64, WeightError> {
    let (width, height) = declared::largest_image(bytes).unwrap_or_default();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > pixels_max {
        return Err(WeightError::Pixels { width, height });
    }
    Ok(DOCUMENT + DOCUMENT_PIXEL * pixels + 2 * bytes.len() as u64)
}

/// The type of a picture; `None` for documents and what else there is. Told as `scan` tells it.
fn picture(bytes: &[u8]) -> Option<ImageFormat> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', ..] => ImageFormat::Png,
        [0xFF, 0xD8, ..] => ImageFormat::Jpeg,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ImageFormat::WebP,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => ImageFormat::Tiff,
        [b'B', b'M', ..] => ImageFormat::Bmp,
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n' | b'#', ..] => ImageFormat::Pnm,
        _ => return None,
    })
}

/// The memory for one image; `None` when it cannot be decoded.
fn weigh_image(bytes: &[u8], kind: ImageFormat, pixels_max: u64) -> Result<Option<u64>, WeightError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut limits = Limits::default();
    limits.max_alloc = Some(HEADER);
    reader.limits(limits);
    let mut decoder = match reader.into_decoder() {
        Ok(decoder) => decoder,
        Err(ImageError::Limits(_)) => return Err(WeightError::Header),
        Err(_) => return Ok(None),
    };
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > pixels_max {
        return Err(WeightError::Pixels { width, height });
    }
    let decoded = decoder.total_bytes();
    let is_turned = decoder.orientation().is_ok_and(|turned| turned != Orientation::NoTransforms);
    let decoding = decoding(bytes, kind, pixels, decoded);
    let turning = if is_turned { decoded.saturating_mul(2) } else { 0 };
    let over_white = if decoder.color_type().has_alpha() { 2 * pixels } else { 0 };
    let greying = decoded.saturating_add(over_white + pixels);
    let reading = pixels + READER_PIXEL * pixels.min(READER_PIXELS);
    Ok(Some(decoding.max(turning).max(greying).max(reading).saturating_add(READER)))
}

/// The memory while an image is decoded.
fn decoding(bytes: &[u8], kind: ImageFormat, pixels: u64, decoded: u64) -> u64 {
    match kind {
        ImageFormat::Jpeg => decoded.saturating_add(2 * pixels * scanned_components(bytes)),
        // Films and transparency keep the canvas, a frame and its parts; plain pictures a copy with four bytes a pixel.
        ImageFormat::WebP if bytes.get(12..16) == Some(b"VP8X") => decoded.saturating_add(14 * pixels),
        ImageFormat::WebP => decoded.saturating_add(4 * pixels),
        // A copy, and a strip that may be the whole picture, in another compression.
        ImageFormat::Tiff => decoded.saturating_mul(5),
        ImageFormat::Pnm => decoded.saturating_mul(3),
        _ => decoded.saturating_mul(2).min(decoded.saturating_add(16 << 20)),
    }
}

/// The components of a JPEG file of which the coefficients of all scans are kept, in 16 bits each: none but in progressive
/// frames. The marker of such a frame, SOF2 (ITU-T T.81, tables B.1 and B.2), cannot stand in the data of another.
fn scanned_components(jpeg: &[u8]) -> u64 {
    const COMPONENTS: usize = 9;
    let frames = jpeg.windows(COMPONENTS + 1).filter(|frame| frame[..2] == [0xFF, 0xC2]);
    frames.map(|frame| u64::from(frame[COMPONENTS]).clamp(1, 4)).max().unwrap_or(0)
}

/// The heaviest of the images of a TIFF file. The decoder reads the first directory only, so the header is pointed to each.
fn weigh_further(bytes: &mut [u8], pixels_max: u64) -> Result<u64, WeightError> {
    let directories = directories(bytes)?;
    let Some(header) = bytes.first_chunk::<8>().copied().filter(|_| directories.len() > 1) else { return Ok(0) };
    let mut heaviest = 0;
    for directory in directories {
        let offset = if header[0] == b'I' { directory.to_le_bytes() } else { directory.to_be_bytes() };
        bytes[4..8].copy_from_slice(&offset);
        // One that is too large is not decoded; the pages beside it are.
        let weight = match weigh_image(bytes, ImageFormat::Tiff, pixels_max) {
            Err(WeightError::Pixels { .. }) => Ok(None),
            other => other,
        };
        bytes[..8].copy_from_slice(&header);
        heaviest = heaviest.max(weight?.unwrap_or(0));
    }
    Ok(heaviest)
}

/// Offsets of the image file directories (TIFF 6.0 §2); of a `BigTIFF` file only the first image is read.
fn directories(bytes: &[u8]) -> Result<Vec<u32>, WeightError> {
    let is_little = bytes.first() == Some(&b'I');
    let short = |at: usize| -> Option<u16> {
        let field: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(field) } else { u16::from_be_bytes(field) })
    };
    let long = |at: usize| -> Option<u32> {
        let field: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if is_little { u32::from_le_bytes(field) } else { u32::from_be_bytes(field) })
    };
    let mut offsets = Vec::new();
    let mut next = if short(2) == Some(42) { long(4) } else { None };
    while let Some(offset) = next.filter(|offset| *offset != 0 && !offsets.contains(offset)) {
        let Some(entries) = short(offset as usize) else { break };
        if offsets.len() == IMAGES {
            return Err(WeightError::Images);
        }
        offsets.push(offset);
        next = long(offset as usize + 2 + usize::from(entries) * 12);
    }
    Ok(offsets)
}

/// A colour profile is packed, and unpacked whatever its size before the first pixel (PNG §11.3.2.3).
fn check_profile(png: &[u8]) -> Result<(), WeightError> {
    const SIGNATURE: usize = 8;
    let mut chunks = png.get(SIGNATURE..).unwrap_or_default();
    // Of all of them together: a file may have thousands.
    let mut size = 0;
    while let Some((head, rest)) = chunks.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        let (data, after) = rest.split_at(rest.len().min(u32::from_be_bytes([a, b, c, d]) as usize));
        if kind == *b"iCCP" {
            let packed =
                data.iter().position(|byte| *byte == 0).and_then(|end| data.get(end + 2..)).unwrap_or_default();
            let mut unpacked = flate2::read::ZlibDecoder::new(packed).take(HEADER + 1);
            // Damage ends it: what was unpacked until then counts.
            let mut into = [0; 4096];
            while let Ok(more @ 1..) = unpacked.read(&mut into) {
                size += more as u64;
            }
            if size > HEADER {
                return Err(WeightError::Header);
            }
        }
        if kind == *b"IDAT" {
            break;
        }
        chunks = after.get(4..).unwrap_or_default();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use image::{ExtendedColorType, ImageEncoder as _};

    use super::*;

    const MAX: u64 = 50_000_000;
    const MIB: u64 = 1 << 20;

    fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = flate2::Crc::new();
        crc.update(&kind);
        crc.update(data);
        [&(data.len() as u32).to_be_bytes(), &kind[..], data, &crc.sum().to_be_bytes()].concat()
    }

    /// The header of a PNG file, which is all that is looked at.
    fn png(width: u32, height: u32, depth: u8, color: u8, more: &[u8]) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
        [b"\x89PNG\r\n\x1a\n", &chunk(*b"IHDR", &header)[..], more, &chunk(*b"IDAT", b"")].concat()
    }

    #[test]
    fn the_header_of_a_picture_says_what_it_weighs() {
        let weight = |depth, color| weigh(&mut png(7071, 7071, depth, color, b""), MAX).unwrap();
        let pixels = 7071 * 7071;
        assert!(weight(16, 6) >= 11 * pixels, "eight bytes a pixel, and two, and one");
        assert!((7 * pixels..7 * pixels + 64 * MIB).contains(&weight(16, 2)), "{}", weight(16, 2));
        assert!(weight(8, 0) < weight(8, 2) && weight(8, 2) < weight(16, 2));
        assert!(weigh(&mut png(10, 10, 8, 0, b""), MAX).unwrap() < 64 * MIB);
    }

    #[test]
    fn a_picture_of_too_many_pixels_is_refused_without_decoding() {
        let (width, height) = (7072, 7071);
        let error = weigh(&mut png(width, height, 8, 0, b""), MAX).unwrap_err();
        assert_eq!(error, WeightError::Pixels { width, height });
        assert!(weigh(&mut png(u32::MAX >> 1, u32::MAX >> 1, 16, 6, b""), MAX).is_err());
        let vast = weigh(&mut png(u32::MAX >> 1, u32::MAX >> 1, 16, 6, b""), u64::MAX);
        assert!(vast.is_err() || vast.unwrap() > 1 << 60, "{vast:?}");
    }

    #[test]
    fn a_colour_profile_that_unpacks_without_end_is_refused() {
        let mut packed = flate2::write::ZlibEncoder::new(b"x\0\0".to_vec(), flate2::Compression::best());
        packed.write_all(&vec![0; HEADER as usize + 1]).unwrap();
        let bomb = chunk(*b"iCCP", &packed.finish().unwrap());
        assert!(bomb.len() < 20_000);
        assert_eq!(weigh(&mut png(8, 8, 8, 0, &bomb), MAX), Err(WeightError::Header));
        assert!(weigh(&mut png(8, 8, 8, 0, &chunk(*b"iCCP", b"x\0\0damaged")), MAX).is_ok());
        assert!(weigh(&mut b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffiCCP".to_vec(), MAX).is_ok());
    }

    #[test]
    fn pictures_of_several_scans_weigh_more() {
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new(&mut jpeg)
            .write_image(&vec![0; 3 * 1_000_000], 1000, 1000, ExtendedColorType::Rgb8)
            .unwrap();
        let plain = weigh(&mut jpeg, MAX).unwrap();
        let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        jpeg[frame + 1] = 0xC2;
        assert!(weigh(&mut jpeg, MAX).unwrap() > plain, "{plain}");
    }

    /// A TIFF file of grey images with these sides.
    fn tiff(sides: &[u32]) -> Vec<u8> {
        let mut file = b"II*\0\x08\0\0\0".to_vec();
        for (number, side) in sides.iter().enumerate() {
            let entries: [(u16, u32); 8] =
                [(256, *side), (257, *side), (258, 8), (259, 1), (262, 1), (273, 8), (278, *side), (279, side * side)];
            file.extend(8_u16.to_le_bytes());
            for (tag, value) in entries {
                file.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
                file.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
            }
            let next = if number + 1 < sides.len() { file.len() as u32 + 4 } else { 0 };
            file.extend(next.to_le_bytes());
        }
        file
    }

    #[test]
    fn a_file_of_several_images_weighs_as_much_as_the_heaviest() {
        let weight = |sides: &[u32]| {
            let mut file = tiff(sides);
            let before = file.clone();
            let weight = weigh(&mut file, MAX);
            assert_eq!(file, before, "the bytes are the same afterwards");
            weight
        };
        let large = weight(&[6000]).unwrap();
        assert!(large > 5 * 36_000_000);
        assert!(weight(&[1000, 6000, 1000]).unwrap().abs_diff(large) < 1000);
        assert!(weight(&[1000, 9000]).unwrap() < large, "a page that is too large is not decoded");
        assert_eq!(weight(&[10; IMAGES + 1]), Err(WeightError::Images));
        let mut ring = tiff(&[10, 10]);
        let end = ring.len() - 4;
        ring[end..].copy_from_slice(&8_u32.to_le_bytes());
        assert!(weigh(&mut ring, MAX).is_ok());
    }

    #[test]
    fn what_is_no_picture_weighs_as_a_document_and_a_message_nothing() {
        assert_eq!(weigh(&mut b"%PDF-1.7".to_vec(), MAX), Ok(DOCUMENT + 16));
        assert_eq!(weigh(&mut [0xD2, 0x84], MAX), Ok(0));
        for damaged in [&b"\x89PNG"[..], b"\xFF\xD8", b"BM", b"P1 ", b"II*\0", b"MM\0*\0\0\0\x08", b"RIFF\0\0\0\0WEBP"]
        {
            assert_eq!(weigh(&mut damaged.to_vec(), MAX), Ok(0), "{damaged:?}");
        }
        assert_eq!(weigh(&mut [], MAX), Ok(DOCUMENT));
    }

    #[test]
    fn a_document_weighs_what_its_largest_image_says() {
        let document = |side: u32| {
            format!("%PDF-1.7 1 0 obj <</Subtype/Image/Width {side}/Height {side}>>\nstream\n").into_bytes()
        };
        assert!(weigh(&mut document(5000), MAX).unwrap() > DOCUMENT + 100_000_000);
        assert_eq!(weigh(&mut document(60_000), MAX), Err(WeightError::Pixels { width: 60_000, height: 60_000 }));
        assert!(weigh(&mut document(u32::MAX), u64::MAX >> 8).is_err());
    }
}
