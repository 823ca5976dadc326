//! The bytes of a PDF in, one answer out: whether a compressed stream in it unpacks to more than anyone can use.
//!
//! hayro unpacks a stream into memory without a limit, and a megabyte of deflate or LZW can hold a gigabyte. So every stream is
//! first unpacked here into nothing, as often as it is packed.

use super::deadline::Deadline;
use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use std::io::{BufRead, BufReader, Read};

/// A stream packed more often than this is refused as well.
const MOST_LAYERS: usize = 4;

/// A filter is named within this many bytes before the keyword `stream`.
const DICTIONARY_BYTES: usize = 2048;

/// Whether any stream of the file unpacks to more than `limit` bytes, or time runs out while counting.
pub(super) fn exceeds(file: &[u8], limit: u64, deadline: Deadline) -> bool {
    streams(file).any(|(dictionary, stream)| {
        let is_lzw = dictionary.windows(3).any(|window| window == b"LZW");
        deadline.has_passed() || deflate_exceeds(stream, limit) || (is_lzw && lzw_exceeds(stream, limit))
    })
}

/// Whether one packed stream unpacks to more than `limit` bytes, whichever of the filters that can grow without end it has.
pub(super) fn stream_exceeds(packed: &[u8], limit: u64) -> bool {
    deflate_exceeds(packed, limit) || lzw_exceeds(packed, limit)
}

/// What stands before each keyword `stream`, and everything after it; the end is found by unpacking, as the stated length
/// may lie.
fn streams(file: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    const KEYWORD: &[u8] = b"stream";
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + file.get(from..)?.windows(KEYWORD.len()).position(|window| window == KEYWORD)?;
            from = at + KEYWORD.len();
            if at >= 3 && &file[at - 3..at] == b"end" {
                continue;
            }
            let data = &file[from..];
            let data = data.strip_prefix(b"\r").unwrap_or(data);
            let data = data.strip_prefix(b"\n").unwrap_or(data);
            return Some((&file[at.saturating_sub(DICTIONARY_BYTES)..at], data));
        }
    })
}

fn deflate_exceeds(packed: &[u8], limit: u64) -> bool {
    for layers in 1..=MOST_LAYERS {
        let Some(reader) = unpack(packed, layers, limit) else { return false };
        // Damage ends a stream: what was counted until then is what would be unpacked.
        if count(reader) > limit {
            return true;
        }
    }
    unpack(packed, MOST_LAYERS + 1, limit).is_some()
}

/// A reader through `layers` layers of deflate; `None` when the stream has fewer.
fn unpack(packed: &[u8], layers: usize, limit: u64) -> Option<Box<dyn BufRead + '_>> {
    let mut reader: Box<dyn BufRead> = Box::new(packed);
    for layer in 0..layers {
        let start = reader.fill_buf().ok()?;
        let is_zlib = matches!(start, [cmf, flg, ..]
            if cmf & 0x0F == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)) % 31 == 0);
        let unpacked: Box<dyn Read> = match (is_zlib, layer) {
            (true, _) => Box::new(ZlibDecoder::new(reader).take(limit + 1)),
            // hayro takes whatever has no zlib header as bare deflate. Text is told from it by failing at once.
            (false, 0) => Box::new(DeflateDecoder::new(reader).take(limit + 1)),
            (false, _) => return None,
        };
        reader = Box::new(BufReader::with_capacity(1 << 16, unpacked));
    }
    Some(reader)
}

/// Follows the lengths of the entries of an LZW table (ISO 32000-1 §7.4.4), not their bytes.
fn lzw_exceeds(packed: &[u8], limit: u64) -> bool {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut lengths = vec![1_u32; 258];
    let (mut bits, mut have, mut width, mut before, mut total) = (0_u32, 0, 9, 0, 0_u64);
    for &byte in packed {
        bits = bits << 8 | u32::from(byte);
        have += 8;
        if have < width {
            continue;
        }
        have -= width;
        let code = (bits >> have & ((1 << width) - 1)) as usize;
        match code {
            END => return false,
            CLEAR => {
                lengths.truncate(258);
                (width, before) = (9, 0);
                continue;
            }
            _ => {}
        }
        // The code that is just being defined is the one before and its first byte again.
        let length = lengths.get(code).copied().unwrap_or(before + 1);
        total += u64::from(length);
        if total > limit {
            return true;
        }
        if before > 0 && lengths.len() < 4096 {
            lengths.push(before + 1);
        }
        before = length;
        width = match lengths.len() + 1 {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
    }
    false
}

fn count(mut reader: impl BufRead) -> u64 {
    let mut total = 0;
    while let Ok(chunk) = reader.fill_buf() {
        let length = chunk.len();
        if length == 0 {
            break;
        }
        total += length as u64;
        reader.consume(length);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    fn pack(data: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn file(stream: &[u8]) -> Vec<u8> {
        [b"1 0 obj <</Filter /FlateDecode>>\nstream\r\n", stream, b"\nendstream endobj"].concat()
    }

    #[test]
    fn a_stream_is_measured_by_what_it_unpacks_to() {
        let packed = file(&pack(&vec![b' '; 100_000]));
        assert!(packed.len() < 1000);
        assert!(exceeds(&packed, 99_999, Deadline::never()));
        assert!(!exceeds(&packed, 100_000, Deadline::never()));
    }

    #[test]
    fn a_stream_packed_twice_is_unpacked_twice() {
        let packed = file(&pack(&pack(&vec![b' '; 1_000_000])));
        assert!(exceeds(&packed, 500_000, Deadline::never()));
        assert!(!exceeds(&packed, 1_000_000, Deadline::never()));
    }

    #[test]
    fn a_stream_packed_for_ever_is_refused() {
        let packed = (0..6).fold(b"x".to_vec(), |data, _| pack(&data));
        assert!(exceeds(&file(&packed), 1_000_000, Deadline::never()));
    }

    #[test]
    fn lzw_is_measured_as_well() {
        // Clear, then the codes 32, 258, 259, 260 …: each is the one before and one space more.
        let (mut out, mut bits, mut have) = (Vec::new(), 0_u64, 0);
        let mut put = |code: u64, width: u32| {
            bits = bits << width | code;
            have += width;
            while have >= 8 {
                have -= 8;
                out.push((bits >> have) as u8);
            }
        };
        put(256, 9);
        put(32, 9);
        for code in 258..500 {
            put(code, 9);
        }
        put(257, 9);
        put(0, 7);
        let total = (1..=243).sum::<u64>();
        let file = |dictionary: &[u8]| [b"1 0 obj <<", dictionary, b">>\nstream\n", &out[..], b"\nendstream"].concat();
        assert!(exceeds(&file(b"/Filter/LZWDecode"), total - 1, Deadline::never()));
        assert!(!exceeds(&file(b"/Filter/LZWDecode"), total, Deadline::never()));
        assert!(!exceeds(&file(b""), total - 1, Deadline::never()));
    }

    #[test]
    fn text_and_damage_are_not_bombs() {
        assert!(!exceeds(&file(b"BT /F1 12 Tf (Hello) Tj ET"), 1000, Deadline::never()));
        let mut damaged = pack(&[b' '; 100]);
        damaged.truncate(6);
        assert!(!exceeds(&file(&damaged), 1000, Deadline::never()));
        assert!(!exceeds(b"", 0, Deadline::never()));
    }
}
