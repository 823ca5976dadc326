//! `YUV4MPEG2`, the uncompressed video of mjpegtools and ffmpeg: a header line, then `FRAME` and the planes. The first plane is
//! the brightness, and that is all a reader wants.

use super::{FrameError, FrameSource, MOST_FRAME_PIXELS};
use crate::scan::grey::GreyImage;
use std::io::{BufRead, Read};

/// Header lines are short; a longer one is something else.
const MOST_LINE_BYTES: u64 = 4096;

/// A `YUV4MPEG2` stream.
#[derive(Debug)]
pub struct Y4m<R> {
    reader: R,
    width: u32,
    height: u32,
    /// Bytes of the colour planes, which follow the brightness.
    colour_bytes: u64,
    number: u64,
}

impl<R: BufRead> Y4m<R> {
    /// Reads the header. Eight-bit 4:2:0, 4:2:2, 4:4:4, 4:1:1 and mono are understood.
    ///
    /// # Errors
    /// When this is not such a stream, or its frames are larger than frames are taken.
    pub fn new(mut reader: R) -> Result<Self, FrameError> {
        let bad = || FrameError::BadStream { format: "y4m" };
        let line = line(&mut reader)?.ok_or_else(bad)?;
        let mut words = line.split(' ');
        if words.next() != Some("YUV4MPEG2") {
            return Err(bad());
        }
        let (mut width, mut height, mut colour) = (0_u32, 0_u32, "420");
        for word in words {
            match (word.get(..1), word.get(1..)) {
                (Some("W"), Some(number)) => width = number.parse().map_err(|_| bad())?,
                (Some("H"), Some(number)) => height = number.parse().map_err(|_| bad())?,
                (Some("C"), Some(name)) => colour = name,
                _ => {}
            }
        }
        if width == 0 || height == 0 {
            return Err(bad());
        }
        let (w, h) = (u64::from(width), u64::from(height));
        if w * h > MOST_FRAME_PIXELS {
            return Err(FrameError::TooLarge { number: 1 });
        }
        let colour_bytes = match colour {
            "420" | "420jpeg" | "420mpeg2" | "420paldv" => 2 * w.div_ceil(2) * h.div_ceil(2),
            "422" => 2 * w.div_ceil(2) * h,
            "411" => 2 * w.div_ceil(4) * h,
            "444" => 2 * w * h,
            "mono" => 0,
            _ => return Err(bad()),
        };
        Ok(Self { reader, width, height, colour_bytes, number: 0 })
    }
}

impl<R: BufRead> FrameSource for Y4m<R> {
    fn next_frame(&mut self) -> Result<Option<GreyImage>, FrameError> {
        let bad = || FrameError::BadStream { format: "y4m" };
        let Some(header) = line(&mut self.reader)? else { return Ok(None) };
        if header != "FRAME" && !header.starts_with("FRAME ") {
            return Err(bad());
        }
        self.number += 1;
        let mut pixels = vec![0; self.width as usize * self.height as usize];
        self.reader.read_exact(&mut pixels)?;
        let skipped = std::io::copy(&mut self.reader.by_ref().take(self.colour_bytes), &mut std::io::sink())?;
        if skipped < self.colour_bytes {
            return Err(bad());
        }
        Ok(GreyImage::new(self.width, self.height, pixels))
    }
}

/// A line without its end; `None` at the end of the stream.
fn line(reader: &mut impl BufRead) -> Result<Option<String>, FrameError> {
    let bad = || FrameError::BadStream { format: "y4m" };
    let mut line = Vec::new();
    if reader.by_ref().take(MOST_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(bad());
    }
    String::from_utf8(line).map(Some).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brightness_of_each_frame_comes_out() {
        let stream = b"YUV4MPEG2 W3 H2 F25:1 Ip A1:1 C420jpeg\nFRAME\nabcdefUUVVFRAME Ip\nghijklUUVV";
        let mut frames = Y4m::new(&stream[..]).unwrap();
        assert_eq!(frames.next_frame().unwrap().unwrap().pixels(), b"abcdef");
        assert_eq!(frames.next_frame().unwrap().unwrap().pixels(), b"ghijkl");
        assert!(frames.next_frame().unwrap().is_none());
    }

    #[test]
    fn hostile_headers_are_refused_before_memory_is_taken() {
        let open = |stream: &[u8]| Y4m::new(stream).map(|_| ()).unwrap_err().to_string();
        assert_eq!(open(b"YUV4MPEG2 W60000 H60000\n"), "frame 1 is too large");
        for stream in [&b""[..], b"RIFF", b"YUV4MPEG2 W0 H2\n", b"YUV4MPEG2 W-1 H2\n", b"YUV4MPEG2 W2 H2 C420p10\n"] {
            assert_eq!(open(stream), "not a y4m stream");
        }
        let mut frames = Y4m::new(&b"YUV4MPEG2 W2 H2 Cmono\nFRAME\nabc"[..]).unwrap();
        assert!(matches!(frames.next_frame(), Err(FrameError::Io(_))));
    }
}
