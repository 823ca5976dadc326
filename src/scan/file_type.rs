//! The first bytes of a file in, its type out.

use super::error::ScanError;

/// A type of input, told by its first bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum FileType {
    /// One image, or a TIFF file with several.
    Image(ImageType),
    /// A PDF document.
    Pdf,
}

/// A type of image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ImageType {
    /// Portable Network Graphics.
    Png,
    /// JPEG, by JFIF or Exif.
    Jpeg,
    /// WebP.
    WebP,
    /// TIFF, which may have several images.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// Portable any map.
    Pnm,
}

impl ImageType {
    /// The name that people know.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Pnm => "PNM",
        }
    }
}

/// Tells the type by the first bytes.
pub(super) fn sniff(bytes: &[u8]) -> Result<FileType, ScanError> {
    // Readers accept a PDF header within the first 1024 bytes (ISO 32000-1, annex H.3.4.1).
    let is_pdf = |within: usize| bytes.windows(5).take(within).any(|window| window == b"%PDF-");
    let format = match bytes {
        [] => return Err(ScanError::Empty),
        [0x89, b'P', b'N', b'G', ..] => ImageType::Png,
        [0xFF, 0xD8, ..] => ImageType::Jpeg,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ImageType::WebP,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => ImageType::Tiff,
        [b'B', b'M', ..] => ImageType::Bmp,
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n' | b'#', ..] => ImageType::Pnm,
        _ if is_pdf(1024) => return Ok(FileType::Pdf),
        _ => {
            let magic = bytes.iter().take(8).fold(String::new(), |magic, byte| format!("{magic}{byte:02x}"));
            return Err(ScanError::UnknownType { magic });
        }
    };
    Ok(FileType::Image(format))
}
