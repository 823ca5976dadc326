//! Black and white in, QR symbols out (ISO/IEC 18004), with rxing's finder search, sampling and decoding.
//!
//! Bytes are taken from the decoder's byte string, never from its text: the text has passed a guess of the character set. In
//! numeric and alphanumeric mode a byte is the character's ASCII code, in Kanji mode two bytes are its Shift JIS code.

use super::deadline::Deadline;
use super::found::{Found, Kind, StructuredAppend};
use super::guard::guarded;
use crate::symbol::EcLevel;
use ::rxing::common::cpp_essentials::structured_append::StructuredAppendInfo;
use ::rxing::common::reedsolomon::{PredefinedGenericGF, ReedSolomonDecoder};
use ::rxing::common::{BitMatrix, DetectorRXingResult};
use ::rxing::qrcode::cpp_port::decoder::Decode;
use ::rxing::qrcode::cpp_port::detector::{FindFinderPatterns, FinderPatternSet, GenerateFinderPatternSets, SampleQR};
use ::rxing::qrcode::decoder::{BitMatrixParser, DataBlock};

/// More sets of three finder patterns than this are noise, and the most plausible come first.
const MAX_SETS: usize = 120;

/// What one look at a black-and-white image gave.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// Symbols that were read.
    pub(super) found: Vec<Found>,
    /// Sets of finder patterns that could be another symbol.
    pub(super) sets_left: usize,
}

/// Finds all QR symbols.
pub(super) fn look(bits: &BitMatrix, inverted: bool, deadline: Deadline) -> Look {
    let mut finders = guarded(|| FindFinderPatterns(bits, true, 0)).unwrap_or_default();
    let sets = guarded(|| GenerateFinderPatternSets(&mut finders)).unwrap_or_default();
    let mut look = Look::default();
    let mut used = Vec::new();
    for set in sets.iter().take(MAX_SETS) {
        if deadline.has_passed() {
            break;
        }
        let corners = [set.tl, set.tr, set.bl];
        if corners.iter().any(|finder| used.contains(finder)) {
            continue;
        }
        if let Some(found) = guarded(|| decode(bits, set, inverted)).flatten() {
            used.extend(corners);
            super::found::merge(&mut look.found, found);
        } else {
            look.sets_left += 1;
        }
    }
    look
}

fn decode(bits: &BitMatrix, set: &FinderPatternSet, inverted: bool) -> Option<Found> {
    let sampled = SampleQR(bits, set).ok()?;
    let modules = sampled.getBits();
    let decoded = Decode(modules).ok()?;
    // A result with an error inside holds the segments before the error.
    if !decoded.isValid() || decoded.content().bytes().is_empty() {
        return None;
    }
    let corners = match sampled.getPoints() {
        // rxing says bottom left before bottom right.
        [a, b, c, d] => Some([(a.x, a.y), (b.x, b.y), (d.x, d.y), (c.x, c.y)]),
        _ => None,
    };
    Some(Found {
        kind: Kind::Qr,
        bytes: decoded.content().bytes().to_vec(),
        version: u8::try_from(decoded.versionNumber()).ok(),
        ec_level: ec_level(decoded.ecLevel()),
        errors_corrected: errors_corrected(modules, decoded.isMirrored()),
        erasures: None,
        structured_append: structured_append(decoded.structuredAppend()),
        corners,
        page: 1,
        mirrored: decoded.isMirrored(),
        inverted,
    })
}

/// A header whose numbers make no sense is none.
fn structured_append(info: &StructuredAppendInfo) -> Option<StructuredAppend> {
    let (index, total) = (u8::try_from(info.index).ok()?, u8::try_from(info.count).ok()?);
    let parity = info.id.parse().ok()?;
    (index < total).then_some(StructuredAppend { index, total, parity })
}

fn ec_level(letter: &str) -> Option<EcLevel> {
    match letter {
        "L" => Some(EcLevel::L),
        "M" => Some(EcLevel::M),
        "Q" => Some(EcLevel::Q),
        "H" => Some(EcLevel::H),
        _ => None,
    }
}

/// Counts the codewords that Reed–Solomon decoding changes; rxing decodes without telling.
fn errors_corrected(modules: &BitMatrix, mirrored: bool) -> Option<u32> {
    let mut modules = modules.clone();
    if mirrored {
        // A mirrored symbol is a transposed one.
        for y in 0..modules.height() {
            for x in 0..y {
                let (lower, upper) = (modules.get(x, y), modules.get(y, x));
                modules.set_bool(x, y, upper);
                modules.set_bool(y, x, lower);
            }
        }
    }
    let mut parser = BitMatrixParser::new(modules).ok()?;
    let version = parser.readVersion().ok()?;
    let level = parser.readFormatInformation().ok()?.getErrorCorrectionLevel();
    let codewords = parser.readCodewords().ok()?;
    let decoder = ReedSolomonDecoder::new(PredefinedGenericGF::QrCodeField256.into());
    let mut errors = 0;
    for block in DataBlock::getDataBlocks(&codewords, version, level).ok()? {
        let mut codewords = block.getCodewords().to_vec();
        let checks = codewords.len() as i32 - block.getNumDataCodewords() as i32;
        errors += decoder.decode(&mut codewords, checks).ok()? as u32;
    }
    Some(errors)
}
