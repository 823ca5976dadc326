//! What two modules in one browser say to each other, as bytes. Numbers have 32 bits, least significant byte first.

use crate::scan::attached::{Attached, AttachedFile, Content};
use crate::scan::error::ScanError;
use crate::scan::found::{Found, Kind};
use crate::scan::grey::GreyImage;
use crate::scan::pdf::DrawnPage;

/// A question.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(any(test, target_arch = "wasm32")),
    expect(dead_code, reason = "a process is ended, and asked for pages only")
)]
pub(in crate::scan) enum Request<'a> {
    /// Opens a document in place of the one before.
    Open(&'a [u8]),
    /// Draws a page, counted from 1.
    Draw {
        /// The page.
        page: u32,
        /// Dots per inch.
        dpi: u32,
    },
    /// Forgets the document.
    Close,
    /// Looks for symbols that our own reader does not know.
    Look {
        /// The image.
        image: &'a GreyImage,
        /// Whether these are the last looks, or the first.
        last: bool,
    },
}

/// A question as it arrives.
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Question<'a> {
    Open(&'a [u8]),
    Draw { page: u32, dpi: u32 },
    Close,
    Look { image: GreyImage, last: bool },
}

impl Request<'_> {
    pub(in crate::scan) fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Open(pdf) => [&[0], pdf].concat(),
            Self::Draw { page, dpi } => [&[1], &page.to_le_bytes()[..], &dpi.to_le_bytes()].concat(),
            Self::Close => vec![2],
            Self::Look { image, last } => {
                [&[3, last.into()], &image.width().to_le_bytes()[..], &image.height().to_le_bytes(), image.pixels()]
                    .concat()
            }
        }
    }
}

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
impl<'a> Question<'a> {
    /// `None` when the bytes are no question.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let mut reader = Reader(rest);
        match kind {
            0 => Some(Self::Open(rest)),
            1 => Some(Self::Draw { page: reader.number()?, dpi: reader.number()? }),
            2 => Some(Self::Close),
            3 => {
                let (last, width, height) = (reader.byte()? != 0, reader.number()?, reader.number()?);
                Some(Self::Look { image: GreyImage::new(width, height, reader.0.to_vec())?, last })
            }
            _ => None,
        }
    }
}

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
/// The first byte of an answer that is an error, by its kind; 0 is none.
fn code(error: &ScanError) -> u8 {
    match error {
        ScanError::EncryptedPdf => 2,
        ScanError::PdfBomb { .. } => 3,
        _ => 1,
    }
}

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
pub(super) fn opened_to_bytes(opened: &Result<(u32, Attached), ScanError>) -> Vec<u8> {
    let (pages, attached) = match opened {
        Ok(opened) => opened,
        Err(ScanError::PdfBomb { limit }) => return [&[3], &limit.to_le_bytes()[..]].concat(),
        Err(error) => return vec![code(error)],
    };
    let mut out = vec![0];
    put(&mut out, *pages);
    out.push(attached.more.into());
    put(&mut out, attached.files.len() as u32);
    for file in &attached.files {
        put_bytes(&mut out, file.name.as_bytes());
        out.push(file.media_type.is_some().into());
        put_bytes(&mut out, file.media_type.as_deref().unwrap_or_default().as_bytes());
        put(&mut out, file.pages.len() as u32);
        file.pages.iter().for_each(|page| put(&mut out, *page));
        let (kind, bytes) = match &file.content {
            Content::Credential(bytes) => (0, &bytes[..]),
            Content::Other => (1, &[][..]),
            Content::TooLarge => (2, &[][..]),
            Content::Damaged => (3, &[][..]),
        };
        out.push(kind);
        put_bytes(&mut out, bytes);
    }
    out
}

/// `None` when the bytes are no answer.
pub(in crate::scan) fn opened(bytes: &[u8]) -> Option<Result<(u32, Attached), ScanError>> {
    let mut reader = Reader(bytes);
    match reader.byte()? {
        0 => {}
        1 => return Some(Err(ScanError::BadPdf)),
        2 => return Some(Err(ScanError::EncryptedPdf)),
        3 => return Some(Err(ScanError::PdfBomb { limit: u64::from_le_bytes(reader.take()?) })),
        _ => return None,
    }
    let (pages, more) = (reader.number()?, reader.byte()? != 0);
    let files = (0..reader.number()?).map(|_| file(&mut reader)).collect::<Option<_>>()?;
    Some(Ok((pages, Attached { files, more })))
}

fn file(reader: &mut Reader<'_>) -> Option<AttachedFile> {
    let name = reader.text()?;
    let has_type = reader.byte()? != 0;
    let media_type = Some(reader.text()?).filter(|_| has_type);
    let pages = (0..reader.number()?).map(|_| reader.number()).collect::<Option<_>>()?;
    let kind = reader.byte()?;
    let bytes = reader.bytes()?;
    let content = match kind {
        0 => Content::Credential(bytes.to_vec()),
        1 => Content::Other,
        2 => Content::TooLarge,
        3 => Content::Damaged,
        _ => return None,
    };
    Some(AttachedFile { name, media_type, pages, content })
}

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
pub(super) fn drawn_to_bytes(drawn: &DrawnPage) -> Vec<u8> {
    let image = drawn.image.as_ref();
    let mut out = Vec::with_capacity(16 + image.map_or(0, GreyImage::area));
    out.push(drawn.is_picture.into());
    put(&mut out, drawn.dpi);
    put(&mut out, image.map_or(0, GreyImage::width));
    put(&mut out, image.map_or(0, GreyImage::height));
    out.extend_from_slice(image.map_or(&[], GreyImage::pixels));
    out
}

/// `None` when the bytes are no answer.
pub(in crate::scan) fn drawn(bytes: &[u8]) -> Option<DrawnPage> {
    let mut reader = Reader(bytes);
    let is_picture = reader.byte()? != 0;
    let (dpi, width, height) = (reader.number()?, reader.number()?, reader.number()?);
    let image = GreyImage::new(width, height, reader.0.to_vec());
    Some(DrawnPage { image, dpi, is_picture })
}

/// Data Matrix symbols, each with what is said of one: message, mirrored, inverted, corners.
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
pub(super) fn found_to_bytes(all: &[Found]) -> Vec<u8> {
    let mut out = Vec::new();
    for found in all.iter().filter(|found| found.kind == Kind::DataMatrix) {
        put_bytes(&mut out, &found.bytes);
        out.extend([found.mirrored, found.inverted, found.corners.is_some()].map(u8::from));
        let corners = found.corners.unwrap_or_default();
        corners.iter().for_each(|(x, y)| out.extend([x.to_le_bytes(), y.to_le_bytes()].concat()));
    }
    out
}

/// `None` when the bytes are no answer.
#[cfg(any(test, target_arch = "wasm32"))]
pub(super) fn found(bytes: &[u8]) -> Option<Vec<Found>> {
    let mut reader = Reader(bytes);
    let mut all = Vec::new();
    while !reader.0.is_empty() {
        let bytes = reader.bytes()?.to_vec();
        let [mirrored, inverted, has_corners] = reader.take()?.map(|byte: u8| byte != 0);
        let mut corners = [(0.0, 0.0); 4];
        for corner in &mut corners {
            *corner = (f32::from_le_bytes(reader.take()?), f32::from_le_bytes(reader.take()?));
        }
        all.push(Found {
            kind: Kind::DataMatrix,
            bytes,
            version: None,
            ec_level: None,
            errors_corrected: None,
            erasures: None,
            structured_append: None,
            corners: Some(corners).filter(|_| has_corners),
            page: 1,
            mirrored,
            inverted,
        });
    }
    Some(all)
}

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
fn put(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u32);
    out.extend_from_slice(bytes);
}

/// What is left of an answer.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_arrive_as_they_were_asked() {
        let image = GreyImage::new(2, 1, vec![7, 8]).unwrap();
        for (request, question) in [
            (Request::Open(b"%PDF-"), Question::Open(b"%PDF-")),
            (Request::Draw { page: 3, dpi: 300 }, Question::Draw { page: 3, dpi: 300 }),
            (Request::Close, Question::Close),
            (Request::Look { image: &image, last: true }, Question::Look { image: image.clone(), last: true }),
        ] {
            assert_eq!(Question::parse(&request.to_bytes()), Some(question));
        }
        for none in [&[][..], &[1, 0, 0], &[9], &[3, 0, 1, 0, 0, 0, 1, 0, 0, 0]] {
            assert_eq!(Question::parse(none), None);
        }
    }

    #[test]
    fn symbols_arrive_as_they_were_found() {
        let one = found(&found_to_bytes(&[])).unwrap();
        assert_eq!(one, []);
        let told = [&[2, 0, 0, 0, b'a', b'b', 1, 0, 1][..], &1.5_f32.to_le_bytes().repeat(8)].concat();
        let all = found(&told).unwrap();
        assert_eq!((all[0].mirrored, all[0].inverted, all[0].corners), (true, false, Some([(1.5, 1.5); 4])));
        assert_eq!(found_to_bytes(&all), told);
        assert_eq!(found(&told[..told.len() - 1]), None);
    }

    #[test]
    fn what_is_embedded_arrives_as_it_was_found() {
        let file = |media_type: Option<&str>, pages, content| AttachedFile {
            name: "ä.cwt".to_owned(),
            media_type: media_type.map(ToOwned::to_owned),
            pages,
            content,
        };
        let files = vec![
            file(None, vec![], Content::Credential(b"bytes".to_vec())),
            file(Some("application/cwt"), vec![1, 2], Content::Damaged),
            file(Some(""), vec![7], Content::TooLarge),
            file(None, vec![], Content::Other),
        ];
        let told = opened_to_bytes(&Ok((12, Attached { files: files.clone(), more: true })));
        let (pages, attached) = opened(&told).unwrap().unwrap();
        assert_eq!((pages, attached.files, attached.more), (12, files, true));
        for end in 0..told.len() {
            assert!(opened(&told[..end]).is_none(), "{end}");
        }
    }

    #[test]
    fn errors_arrive_as_what_they_are() {
        let back = |error| opened(&opened_to_bytes(&Err(error))).unwrap().unwrap_err().to_string();
        assert_eq!(back(ScanError::EncryptedPdf), ScanError::EncryptedPdf.to_string());
        assert_eq!(back(ScanError::BadPdf), ScanError::BadPdf.to_string());
        assert_eq!(back(ScanError::PdfBomb { limit: 1 << 40 }), ScanError::PdfBomb { limit: 1 << 40 }.to_string());
    }

    #[test]
    fn pages_arrive_as_they_were_drawn() {
        let image = GreyImage::new(2, 3, vec![1, 2, 3, 4, 5, 6]);
        for page in
            [DrawnPage { image, dpi: 300, is_picture: true }, DrawnPage { image: None, dpi: 9, is_picture: false }]
        {
            assert_eq!(drawn(&drawn_to_bytes(&page)), Some(page));
        }
        assert_eq!(drawn(&[1, 2, 3]), None);
    }
}
