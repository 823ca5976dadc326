//! The face on a paper, as a file that viewers and browsers open.
//!
//! Other formats carry whole files. Our own leaves out the 20 bytes of a WebP container (docs/FORMAT.md), which are put back.

use super::{Format, Statement};
use crate::credential::PhotoFormat;

/// A photo as a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PhotoFile {
    /// Its media type.
    pub media_type: &'static str,
    /// Its ending, without a dot.
    pub ending: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl PhotoFile {
    /// The file of a statement's photo, when it has one.
    pub fn of(said: &Statement) -> Option<Self> {
        let photo = said.photo.as_ref()?;
        let bare = photo.format == PhotoFormat::WebP && said.format == Format::Nansen;
        let bytes = if bare { webp_file(&photo.bytes) } else { photo.bytes.clone() };
        Some(Self { media_type: media_type(photo.format), ending: ending(photo.format), bytes })
    }
}

/// The media type of a photo.
pub fn media_type(format: PhotoFormat) -> &'static str {
    match format {
        PhotoFormat::Jpeg => "image/jpeg",
        PhotoFormat::Jpeg2000 => "image/jp2",
        PhotoFormat::Avif => "image/avif",
        PhotoFormat::WebP => "image/webp",
    }
}

fn ending(format: PhotoFormat) -> &'static str {
    match format {
        PhotoFormat::Jpeg => "jpg",
        PhotoFormat::Jpeg2000 => "jp2",
        PhotoFormat::Avif => "avif",
        PhotoFormat::WebP => "webp",
    }
}

/// A WebP file around a bare VP8 frame (the container is left out of the symbol).
pub fn webp_file(frame: &[u8]) -> Vec<u8> {
    let padded = frame.len() + frame.len() % 2;
    let mut file = b"RIFF".to_vec();
    file.extend((padded as u32 + 12).to_le_bytes());
    file.extend(b"WEBPVP8 ");
    file.extend((frame.len() as u32).to_le_bytes());
    file.extend(frame);
    file.resize(20 + padded, 0);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_frame_gets_its_container_and_an_even_length() {
        let file = webp_file(b"abc");
        assert_eq!(file, b"RIFF\x10\0\0\0WEBPVP8 \x03\0\0\0abc\0");
    }
}
