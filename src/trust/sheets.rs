//! A bundle ↔ the texts of symbols on printed sheets (docs/TRUST.md): what carries trust where no file can be carried.
//!
//! The bundle is compressed and cut into k-of-n parts as those of a long document are, with k < n, so that a symbol that is
//! stained or lost does not matter. Nothing on a sheet is trusted before the list's signature is checked.

use crate::envelope::{Added, Collector, PartError, Progress, base45, deflate, parts, split};
use crate::symbol::{EcLevel, bytes_that_fit};

use super::bundle::{Bundle, BundleError};

/// What the text of each symbol begins with.
pub const PREFIX: &str = "NT1:";

/// First byte of what is cut into parts: a bundle compressed as zlib does (RFC 1950).
const ZLIB: u8 = 0x01;
/// Bytes of a bundle from sheets at most, when it is unpacked.
const UNPACKED_MAX: usize = 4 * 1024 * 1024;
/// Bytes in front of the shard in each part.
const PART_HEAD: usize = 10;
/// One symbol in so many, and at least one, may be lost.
const SPARE: usize = 5;
/// Versions of the symbols, and the most symbols that are printed before larger ones are taken: few large modules are read more
/// easily than many small ones, up to a stack of paper.
const SIZES: [(u8, usize); 5] = [(16, 8), (22, 16), (28, 24), (34, 32), (40, 32)];
/// Error correction level of the symbols.
pub const LEVEL: EcLevel = EcLevel::M;

/// Why a bundle does not go onto sheets, or sheets do not make one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// More than all symbols hold.
    #[error(
        "a bundle of {bundle} bytes, {packed} when it is compressed, where sheets hold {most}; its status lists take {statuses} \
         bytes and its descriptions of types {types}"
    )]
    TooLarge {
        /// Bytes of the bundle.
        bundle: usize,
        /// Bytes when it is compressed.
        packed: usize,
        /// Bytes that sheets hold.
        most: usize,
        /// Bytes of its status lists.
        statuses: usize,
        /// Bytes of its descriptions of credential types.
        types: usize,
    },
    /// The symbol is of something else.
    #[error("not a symbol of a trust list's sheets")]
    NotASheet,
    /// The text after the prefix is not that of a part.
    #[error("a symbol of a trust list's sheets that is damaged")]
    Damaged,
    /// The parts do not belong together.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The parts make something that is no bundle.
    #[error("the symbols do not make a trust bundle")]
    NotABundle(#[source] Option<BundleError>),
}

/// The symbols of a bundle.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SheetTexts {
    /// The text of each symbol.
    pub texts: Vec<String>,
    /// How many of them are enough.
    pub need: u8,
    /// Version of the symbols.
    pub version: u8,
}

/// Writes a bundle as the texts of symbols; `types` is what the descriptions of types in its list take.
///
/// # Errors
/// When it is larger than sheets hold.
pub fn to_texts(bundle: &Bundle, types: usize) -> Result<SheetTexts, SheetError> {
    let bytes = bundle.to_bytes();
    let packed = [&[ZLIB], &deflate::deflate_zlib(&bytes)[..]].concat();
    let too_large = || SheetError::TooLarge {
        bundle: bytes.len(),
        packed: packed.len(),
        most: most_bytes(),
        statuses: bundle.tokens.iter().map(Vec::len).sum(),
        types,
    };
    let fitting = SIZES.into_iter().find_map(|(version, most)| Some((version, counts(packed.len(), version, most)?)));
    let (version, (need, printed)) = fitting.ok_or_else(too_large)?;
    let parts = split(&packed, need, printed)?;
    let texts = parts.iter().map(|part| format!("{PREFIX}{}", base45::encode(part))).collect();
    Ok(SheetTexts { texts, need, version })
}

/// How many symbols of a version are needed and printed for so many bytes, when they are few enough.
fn counts(bytes: usize, version: u8, most: usize) -> Option<(u8, u8)> {
    let need = bytes.div_ceil(shard(version)).max(1);
    let printed = need + need.div_ceil(SPARE);
    (printed <= most).then_some((need as u8, printed as u8))
}

/// Bytes of the whole that a symbol of this version carries.
fn shard(version: u8) -> usize {
    bytes_that_fit(version, LEVEL, PREFIX.len()) - PART_HEAD
}

/// Bytes that sheets hold.
fn most_bytes() -> usize {
    let (version, most) = SIZES[SIZES.len() - 1];
    let need = (1..=most).rev().find(|need| need + need.div_ceil(SPARE) <= most).unwrap_or(1);
    (need * shard(version)).min(usize::from(u16::MAX))
}

/// Whether the text of a symbol is of such a sheet.
pub fn is_sheet(text: &[u8]) -> bool {
    text.starts_with(PREFIX.as_bytes())
}

/// What is there of the bundle that was seen last.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SheetProgress {
    /// Symbols that were seen.
    pub have: u8,
    /// Symbols that are enough.
    pub need: u8,
    /// Symbols that there are.
    pub of: u8,
}

/// Puts the symbols of sheets together, in any order and of any lists.
#[derive(Clone, Debug, Default)]
pub struct SheetCollector {
    parts: Collector,
    latest: SheetProgress,
}

impl SheetCollector {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is there of the list whose symbol came last; nothing before the first.
    pub fn progress(&self) -> Option<SheetProgress> {
        (self.latest.of > 0).then_some(self.latest)
    }

    /// Takes the text of a symbol; gives the bytes of the bundle that it completes, once.
    ///
    /// # Errors
    /// When it is no symbol of a sheet, or the symbols do not make a bundle.
    pub fn add(&mut self, text: &[u8]) -> Result<Option<Vec<u8>>, SheetError> {
        let text = text.strip_prefix(PREFIX.as_bytes()).ok_or(SheetError::NotASheet)?;
        let part = base45::decode(text).map_err(|_| SheetError::Damaged)?;
        let set = parts::Part::parse(&part).map_err(|_| SheetError::Damaged)?.set;
        let added = self.parts.add(&part);
        let left = self.parts.missing().into_iter().find(|progress: &Progress| progress.set == set);
        let have = left.map_or(set.k, |progress| progress.have.len() as u8);
        self.latest = SheetProgress { have, need: set.k, of: set.n };
        match added? {
            Added::Completed(packed) => unpacked(&packed).map(Some),
            Added::Waiting | Added::NotNeeded => Ok(None),
        }
    }
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, SheetError> {
    let Some((&ZLIB, body)) = packed.split_first() else { return Err(SheetError::NotABundle(None)) };
    let bytes = deflate::inflate_zlib(body, UNPACKED_MAX).map_err(|_| SheetError::NotABundle(None))?;
    Bundle::parse(&bytes).map_err(|error| SheetError::NotABundle(Some(error)))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(bytes: usize) -> Bundle {
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let list = (0..bytes).map(|_| noise()).collect();
        Bundle { root_spki: vec![1; 91], list, tokens: vec![vec![7; 500]] }
    }

    #[test]
    fn a_bundle_comes_back_from_any_symbols_that_are_enough() {
        for bytes in [10, 700, 5_000, 20_000, 57_000] {
            let bundle = bundle(bytes);
            let SheetTexts { texts, need, version } = to_texts(&bundle, 0).unwrap();
            let spare = texts.len() - usize::from(need);
            assert!(spare >= 1 && texts.len() <= 32, "{bytes}: {need} of {}", texts.len());
            for left_out in 0..=spare {
                let mut sheets = SheetCollector::new();
                let mut seen = texts.iter().enumerate().filter(|(at, _)| *at < left_out || *at >= left_out + spare);
                let (_, last) = seen.next_back().unwrap();
                for (number, (_, text)) in seen.enumerate() {
                    assert!(sheets.add(text.as_bytes()).unwrap().is_none());
                    let of = texts.len() as u8;
                    assert_eq!(sheets.progress(), Some(SheetProgress { have: number as u8 + 1, need, of }));
                }
                assert_eq!(sheets.add(last.as_bytes()).unwrap().as_deref(), Some(&bundle.to_bytes()[..]));
                assert_eq!(sheets.add(last.as_bytes()).unwrap(), None, "once");
            }
            assert!(crate::symbol::encode(&texts[0], version, LEVEL).is_ok());
        }
    }

    #[test]
    fn a_bundle_that_does_not_fit_says_what_takes_the_room() {
        let error = to_texts(&bundle(60_000), 1_234).unwrap_err().to_string();
        assert!(error.starts_with("a bundle of 60"), "{error}");
        assert!(error.contains("its status lists take 500 bytes and its descriptions of types 1234"), "{error}");
    }

    #[test]
    fn symbols_of_something_else_and_damaged_ones_are_refused_and_harm_nothing() {
        let texts = to_texts(&bundle(3_000), 0).unwrap().texts;
        let mut sheets = SheetCollector::new();
        for (text, expect) in [
            ("NP1:ABC", "not a symbol of a trust list's sheets"),
            ("NT1:", "a symbol of a trust list's sheets that is damaged"),
            ("NT1:ab", "a symbol of a trust list's sheets that is damaged"),
            (&texts[0][..texts[0].len() - 3], "a symbol of a trust list's sheets that is damaged"),
        ] {
            assert_eq!(sheets.add(text.as_bytes()).unwrap_err().to_string(), expect, "{text}");
        }
        let good = texts.iter().filter_map(|text| sheets.add(text.as_bytes()).unwrap()).count();
        assert_eq!(good, 1);
    }

    #[test]
    fn parts_that_make_no_bundle_are_refused() {
        for whole in [&b"\x02other"[..], b"\x01no zlib", &[&[ZLIB], &deflate::deflate_zlib(b"no bundle")[..]].concat()]
        {
            let mut sheets = SheetCollector::new();
            let texts = split(whole, 1, 2).unwrap();
            let text = format!("{PREFIX}{}", base45::encode(&texts[0]));
            assert!(matches!(sheets.add(text.as_bytes()), Err(SheetError::NotABundle(_))), "{whole:?}");
        }
    }
}
