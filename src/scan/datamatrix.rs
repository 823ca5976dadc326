//! Black and white in, Data Matrix symbols out (ISO/IEC 16022), with rxing's finder search, sampling and error correction.
//!
//! rxing hands over text that has passed a guess of the character set, so only its parts up to the corrected codewords are used,
//! and the message is decoded here, byte by byte. Its tables of character sets are then no part of the module for browsers.

use super::found::{Found, Kind, merge};
use super::guard::guarded;
use rxing::common::reedsolomon::{PredefinedGenericGF, ReedSolomonDecoder};
use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::datamatrix::decoder::{BitMatrixParser, DataBlock};
use rxing::datamatrix::detector::zxing_cpp_detector;

/// Symbols with fewer modules on a side are not taken: three to eight codewords hold no credential, and so few of them are
/// found by chance in text and pictures.
const SMALLEST_SIDE: u32 = 12;

/// Finds Data Matrix symbols.
pub(super) fn look(bits: &BitMatrix, inverted: bool) -> Vec<Found> {
    let detected = guarded(|| zxing_cpp_detector::detect(bits, true, true));
    let Some(Ok(symbols)) = detected else { return Vec::new() };
    let mut all = Vec::new();
    for symbol in symbols {
        if let Some(found) = guarded(|| decode(symbol.getBits(), symbol.getPoints(), inverted)).flatten() {
            merge(&mut all, found);
        }
    }
    all
}

fn decode(modules: &BitMatrix, points: &[rxing::Point], inverted: bool) -> Option<Found> {
    if modules.width().min(modules.height()) < SMALLEST_SIDE || !has_finder_and_timing(modules) {
        return None;
    }
    let (bytes, mirrored) = match said(modules) {
        Some(bytes) => (bytes, false),
        None => (said(&exchanged(modules)?)?, true),
    };
    if bytes.is_empty() {
        return None;
    }
    let corners = match points {
        [a, b, c, d] => Some([(a.x, a.y), (b.x, b.y), (c.x, c.y), (d.x, d.y)]),
        _ => None,
    };
    Some(Found {
        kind: Kind::DataMatrix,
        bytes,
        version: None,
        ec_level: None,
        errors_corrected: None,
        erasures: None,
        structured_append: None,
        corners,
        page: 1,
        mirrored,
        inverted,
    })
}

fn said(modules: &BitMatrix) -> Option<Vec<u8>> {
    message(&codewords(modules)?)
}

/// The same with rows and columns exchanged, seen from the corner where the dark sides meet.
fn exchanged(modules: &BitMatrix) -> Option<BitMatrix> {
    let (w, h) = (modules.width(), modules.height());
    let mut all = BitMatrix::new(h, w).ok()?;
    for y in 0..w {
        for x in 0..h {
            all.set_bool(x, y, modules.get(w - 1 - y, h - 1 - x));
        }
    }
    Some(all)
}

/// The corrected data codewords of a symbol (ISO/IEC 16022 §5.7).
fn codewords(modules: &BitMatrix) -> Option<Vec<u8>> {
    let mut parser = BitMatrixParser::new(modules).ok()?;
    let read = parser.readCodewords().ok()?;
    // Some writers begin the parity of the largest symbol at its ninth block.
    [false, true].into_iter().find_map(|shifted| {
        let blocks = DataBlock::getDataBlocks(&read, parser.getVersion(), shifted).ok()?;
        let blocks = blocks.iter().map(corrected).collect::<Option<Vec<_>>>()?;
        let longest = blocks.iter().map(Vec::len).max()?;
        let columns = (0..longest).flat_map(|at| blocks.iter().filter_map(move |block| block.get(at)));
        Some(columns.copied().collect())
    })
}

fn corrected(block: &DataBlock) -> Option<Vec<u8>> {
    let data = usize::try_from(block.getNumDataCodewords()).ok()?;
    let mut all = block.getCodewords().to_vec();
    let parity = i32::try_from(all.len().checked_sub(data)?).ok()?;
    ReedSolomonDecoder::new(PredefinedGenericGF::DataMatrixField256.into()).decode(&mut all, parity).ok()?;
    all.truncate(data);
    Some(all)
}

/// Whether two sides are dark and the other two alternate, nearly everywhere (ISO/IEC 16022 §5.1.2). The search is content
/// with less, and then error correction makes messages out of pictures.
fn has_finder_and_timing(modules: &BitMatrix) -> bool {
    let (w, h) = (modules.width(), modules.height());
    let dark = (0..h).filter(|&y| modules.get(0, y)).count() + (0..w).filter(|&x| modules.get(x, h - 1)).count();
    let timing = (0..w).filter(|&x| modules.get(x, 0) == (x % 2 == 0)).count()
        + (0..h).filter(|&y| modules.get(w - 1, y) == (y % 2 == 1)).count();
    let side = (w + h) as usize;
    dark * 10 >= side * 9 && timing * 10 >= side * 8
}

/// Modes that the message can be in (ISO/IEC 16022 table 1).
#[derive(Clone, Copy)]
enum Mode {
    C40,
    Text,
    X12,
}

/// Decodes data codewords (ISO/IEC 16022 §5.2); `None` when they break its rules.
///
/// FNC1 in the first place marks GS1 data and is no byte; elsewhere it is the separator 1D. Extended channels (ECI) say how
/// bytes are to be understood and change none of them.
fn message(codewords: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(codewords.len());
    let mut trailer: &[u8] = b"";
    let mut upper = 0;
    let mut at = 0;
    while let Some(&codeword) = codewords.get(at) {
        at += 1;
        match codeword {
            1..=128 => {
                out.push(codeword - 1 + upper);
                upper = 0;
            }
            129 => break,
            130..=229 => {
                let pair = codeword - 130;
                out.extend([b'0' + pair / 10, b'0' + pair % 10]);
            }
            230 => at += triples(&codewords[at..], Mode::C40, &mut out)?,
            231 => at += base256(codewords, at, &mut out)?,
            232 if at > 1 => out.push(0x1D),
            // FNC1 in the first place and reader programming.
            232 | 234 => {}
            // Structured append: a codeword for the place, two for the file.
            233 => at += 3,
            235 => upper = 128,
            236 => (out, trailer) = ([out, b"[)>\x1E05\x1D".to_vec()].concat(), b"\x1E\x04"),
            237 => (out, trailer) = ([out, b"[)>\x1E06\x1D".to_vec()].concat(), b"\x1E\x04"),
            238 => at += triples(&codewords[at..], Mode::X12, &mut out)?,
            239 => at += triples(&codewords[at..], Mode::Text, &mut out)?,
            240 => at += edifact(&codewords[at..], &mut out),
            // The designator has one to three codewords (§5.4.1).
            241 => {
                at += match codewords.get(at)? {
                    0..=127 => 1,
                    128..=191 => 2,
                    _ => 3,
                }
            }
            0 | 242..=255 => return None,
        }
    }
    out.extend(trailer);
    Some(out)
}

/// Three values in two codewords until the codeword 254 (§5.2.5 to §5.2.7); returns how many codewords were used.
fn triples(codewords: &[u8], mode: Mode, out: &mut Vec<u8>) -> Option<usize> {
    let (mut shift, mut upper, mut at) = (0, 0, 0);
    while let [first, second, ..] = codewords[at..] {
        if first == 254 {
            return Some(at + 1);
        }
        at += 2;
        let packed = (u16::from(first) << 8 | u16::from(second)).checked_sub(1)?;
        for value in [packed / 1600, packed / 40 % 40, packed % 40] {
            let value = u8::try_from(value).ok().filter(|value| *value < 40)?;
            if let Mode::X12 = mode {
                out.push(x12(value));
                continue;
            }
            match (shift, value) {
                (0, 0..=2) => shift = value + 1,
                (2, 27) => (out.push(0x1D), shift = 0).1,
                (2, 30) => (upper, shift) = (128, 0),
                _ => {
                    out.push(triple_character(mode, shift, value)? + upper);
                    (shift, upper) = (0, 0);
                }
            }
        }
    }
    // A single codeword at the end is in ASCII mode again (§5.2.5.2).
    Some(at + usize::from(codewords.get(at) == Some(&254)))
}

/// A character of C40 or Text mode (§5.2.5, annex C).
fn triple_character(mode: Mode, shift: u8, value: u8) -> Option<u8> {
    let letters = |first: u8| first + value;
    let (upper_case, lower_case) = match mode {
        Mode::Text => (b'a', b'A'),
        _ => (b'A', b'a'),
    };
    Some(match (shift, value) {
        (0, 3) => b' ',
        (0, 4..=13) => b'0' + value - 4,
        (0, _) => upper_case + value - 14,
        (1, 0..=31) => value,
        (2, 0..=14) => letters(33),
        (2, 15..=21) => b':' + value - 15,
        (2, 22..=26) => b'[' + value - 22,
        (3, 0) => b'`',
        (3, 1..=26) => lower_case + value - 1,
        (3, 27..=31) => b'{' + value - 27,
        _ => return None,
    })
}

fn x12(value: u8) -> u8 {
    match value {
        0 => b'\r',
        1 => b'*',
        2 => b'>',
        3 => b' ',
        4..=13 => b'0' + value - 4,
        _ => b'A' + value - 14,
    }
}

/// Four characters of six bits in three codewords until 31 (§5.2.8); returns how many codewords were used.
fn edifact(codewords: &[u8], out: &mut Vec<u8>) -> usize {
    let mut at = 0;
    // One or two codewords at the end are in ASCII mode.
    while let [a, b, c, ..] = codewords[at..] {
        let packed = u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
        for (i, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let value = (packed >> shift & 0x3F) as u8;
            if value == 31 {
                // The rest of the codeword that the unlatch ends in is padding.
                return at + (i + 1).min(3);
            }
            out.push(if value & 0x20 == 0 { value | 0x40 } else { value });
        }
        at += 3;
    }
    at
}

/// Bytes behind a length, all under the 255-state algorithm (§5.2.9, annex B.2); returns how many codewords were used.
fn base256(codewords: &[u8], start: usize, out: &mut Vec<u8>) -> Option<usize> {
    let plain = |at: usize| -> Option<u8> {
        // Positions count from 1.
        let pseudo_random = (149 * (at + 1)) % 255 + 1;
        Some((i32::from(*codewords.get(at)?) - pseudo_random as i32).rem_euclid(256) as u8)
    };
    let (length, header) = match plain(start)? {
        0 => (codewords.len() - start - 1, 1),
        short @ 1..=249 => (usize::from(short), 1),
        long => ((usize::from(long) - 249) * 250 + usize::from(plain(start + 1)?), 2),
    };
    for at in start + header..start + header + length {
        out.push(plain(at)?);
    }
    Some(header + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_letters_and_padding_are_the_example_of_the_standard() {
        // ISO/IEC 16022 annex O: "123456" in three codewords.
        assert_eq!(message(&[142, 164, 186]).unwrap(), b"123456");
        assert_eq!(message(&[66, 67, 129, 70]).unwrap(), b"AB");
        assert_eq!(message(&[235, 66, 66]).unwrap(), [0xC1, b'A']);
    }

    #[test]
    fn c40_and_text_are_unpacked_and_unlatched() {
        // "AIM" is 14, 22, 26 (annex C): 14·1600 + 22·40 + 26 + 1.
        let packed: u16 = 14 * 1600 + 22 * 40 + 26 + 1;
        let [a, b] = packed.to_be_bytes();
        assert_eq!(message(&[230, a, b, 254, 66]).unwrap(), b"AIMA");
        assert_eq!(message(&[239, a, b]).unwrap(), b"aim");
        assert_eq!(message(&[230, a, b, 66]).unwrap(), b"AIMA");
    }

    #[test]
    fn base_256_gives_bytes_of_any_value() {
        let random = |at: usize, value: u8| ((usize::from(value) + (149 * at) % 255 + 1) % 256) as u8;
        let codewords = [231, random(2, 3), random(3, 0x80), random(4, 0), random(5, 0xFF), 66];
        assert_eq!(message(&codewords).unwrap(), [0x80, 0, 0xFF, b'A']);
        assert_eq!(message(&[231, random(2, 9), 1]), None);
    }

    #[test]
    fn no_codewords_make_it_panic() {
        for a in 0..=255 {
            for b in 0..=255 {
                let _ = message(&[a, b]);
                let _ = message(&[a, b, 255, 255, 255]);
                let _ = message(&[a, 255, b, 31, b, a]);
            }
        }
    }
}
