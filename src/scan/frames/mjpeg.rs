//! Motion JPEG: JPEG images one after the other, with or without bytes between them, as network cameras and capture devices
//! write them.

use super::{FrameError, FrameSource, MOST_FRAME_BYTES, MOST_FRAME_PIXELS};
use crate::scan::file_type::ImageType;
use crate::scan::grey::GreyImage;
use crate::scan::load;
use std::io::BufRead;

/// A stream of JPEG images.
#[derive(Debug)]
pub struct Mjpeg<R> {
    reader: R,
    number: u64,
}

impl<R: BufRead> Mjpeg<R> {
    /// Takes a stream from its beginning.
    pub fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }
}

impl<R: BufRead> FrameSource for Mjpeg<R> {
    fn next_frame(&mut self) -> Result<Option<GreyImage>, FrameError> {
        // Boundaries and headers between images are skipped.
        if self.read_to(0xD8, &mut None)? == End::Stream {
            return Ok(None);
        }
        self.number += 1;
        let mut image = Some(vec![0xFF, 0xD8]);
        match self.read_to(0xD9, &mut image)? {
            End::TooLong => Err(FrameError::TooLarge { number: self.number }),
            // A frame cut off at the end of the stream is no error: the camera was switched off.
            End::Stream => Ok(None),
            End::Marker => load::image(&image.unwrap_or_default(), ImageType::Jpeg, MOST_FRAME_PIXELS)
                .map(Some)
                .map_err(|source| FrameError::BadFrame { number: self.number, source }),
        }
    }
}

#[derive(Debug, Eq, PartialEq)]
enum End {
    Marker,
    Stream,
    TooLong,
}

impl<R: BufRead> Mjpeg<R> {
    /// Reads up to and with the marker `FF code`, keeping the bytes if there is somewhere to keep them.
    fn read_to(&mut self, code: u8, kept: &mut Option<Vec<u8>>) -> Result<End, FrameError> {
        let mut before = 0;
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(End::Stream);
            }
            let marker = chunk.iter().position(|&byte| {
                let hit = before == 0xFF && byte == code;
                before = byte;
                hit
            });
            let used = marker.map_or(chunk.len(), |at| at + 1);
            if let Some(kept) = kept {
                if kept.len() + used > MOST_FRAME_BYTES {
                    self.reader.consume(used);
                    return Ok(End::TooLong);
                }
                kept.extend_from_slice(&chunk[..used]);
            }
            self.reader.consume(used);
            if marker.is_some() {
                return Ok(End::Marker);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;

    fn jpeg(grey: u8) -> Vec<u8> {
        let mut out = Vec::new();
        JpegEncoder::new(&mut out).encode(&[grey; 64], 8, 8, image::ExtendedColorType::L8).unwrap();
        out
    }

    #[test]
    fn images_are_found_between_boundaries() {
        let stream =
            [b"--frame\r\nContent-Type: image/jpeg\r\n\r\n", &jpeg(10)[..], b"\r\n--frame\r\n\r\n", &jpeg(200)]
                .concat();
        let mut frames = Mjpeg::new(std::io::BufReader::with_capacity(7, &stream[..]));
        assert!(frames.next_frame().unwrap().unwrap().pixels()[0].abs_diff(10) < 4);
        assert!(frames.next_frame().unwrap().unwrap().pixels()[0].abs_diff(200) < 4);
        assert!(frames.next_frame().unwrap().is_none());
    }

    #[test]
    fn a_bad_frame_is_named_and_the_next_one_still_comes() {
        let stream = [&[0xFF, 0xD8, 1, 2, 3, 0xFF, 0xD9][..], &jpeg(90)].concat();
        let mut frames = Mjpeg::new(&stream[..]);
        assert!(matches!(frames.next_frame(), Err(FrameError::BadFrame { number: 1, .. })));
        assert!(frames.next_frame().unwrap().is_some());
        let cut = jpeg(90);
        assert!(Mjpeg::new(&cut[..cut.len() - 2]).next_frame().unwrap().is_none());
    }
}
