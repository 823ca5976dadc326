//! Data codewords → message (ISO/IEC 18004:2015 §7.3, §7.4 and §8).
//!
//! Out come the bytes as they were encoded, kanji and hanzi as their two bytes: no character set is guessed.

use super::patterns::Version;
use crate::scan::found::StructuredAppend;

/// Alphanumeric characters in the order of their values (§7.3.4, table 5).
const ALPHANUMERIC: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// What FNC1 within a message is transmitted as (§7.4.8.2).
const GROUP_SEPARATOR: u8 = 0x1D;

/// The largest assignment value of an ECI (§7.4.2.2).
const MOST_ECI: u32 = 999_999;

/// Pad codewords, by turns (§7.4.10).
pub(super) const PADDING: [u8; 2] = [0xEC, 0x11];

/// What a symbol says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::scan) struct Message {
    /// The bytes, as encoded.
    pub(in crate::scan) bytes: Vec<u8>,
    /// Assignment values of the extended channel interpretations, in the order in which they were stated.
    pub(in crate::scan) eci: Vec<u32>,
    /// Which part of a message of several symbols this is.
    pub(in crate::scan) structured_append: Option<StructuredAppend>,
    /// Whether the bytes follow GS1 or another industry's rules.
    pub(in crate::scan) fnc1: Option<Fnc1>,
}

/// Whose rules the bytes follow (§7.4.8).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::scan) enum Fnc1 {
    /// In first position: GS1.
    First,
    /// In second position, with the application indicator as encoded.
    Second(u8),
}

/// Why data codewords are no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub(in crate::scan) enum SegmentError {
    /// No segment of this kind is defined.
    #[error("no mode has the indicator {indicator:#06b} at bit {at}")]
    NoSuchMode {
        /// As found.
        indicator: u8,
        /// Where it begins.
        at: usize,
    },
    /// A segment goes on where the data codewords end.
    #[error("{wanted} bits wanted at bit {at}, of {bits}")]
    TooShort {
        /// Bits of what could not be read.
        wanted: usize,
        /// Where that begins.
        at: usize,
        /// Bits that there are.
        bits: usize,
    },
    /// The bits of a group of characters stand for none.
    #[error("no characters have the value {value} at bit {at}")]
    NoSuchCharacters {
        /// As found.
        value: u32,
        /// Where it begins.
        at: usize,
    },
    /// No extended channel interpretation is designated so.
    #[error("no ECI is designated by {value:#x} at bit {at}")]
    NoSuchEci {
        /// As found.
        value: u32,
        /// Where it begins.
        at: usize,
    },
    /// The symbol is none of the symbols of its message, or says twice which it is.
    #[error("symbol {index} of {total} at bit {at}")]
    NoSuchPart {
        /// Counted from 0.
        index: u8,
        /// Symbols of the message.
        total: u8,
        /// Where it begins.
        at: usize,
    },
}

/// A message, and how the data codewords go on after it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Parsed {
    /// What it says.
    pub(super) message: Message,
    /// Codewords up to and with the terminator.
    pub(super) used: usize,
    /// Whether the terminator is there, cut short only by the end of the symbol, and what fills its last codeword is zero.
    pub(super) is_terminated: bool,
}

/// The message at the beginning of `codewords`, of which a symbol of this version has `capacity`.
///
/// Fewer codewords than the capacity do, when the message ends in them.
pub(super) fn parse(codewords: &[u8], capacity: usize, version: Version) -> Result<Parsed, SegmentError> {
    let mut reader = Reader { codewords, capacity, at: 0 };
    let mut message = Message::default();
    loop {
        let at = reader.at;
        let left = reader.left_in_symbol();
        if left < 4 {
            let is_terminated = reader.take(left)? == 0;
            return Ok(Parsed { message, used: capacity, is_terminated });
        }
        match reader.take(4)? {
            0b0000 => {
                let filling = (8 - reader.at % 8) % 8;
                let is_terminated = reader.take(filling)? == 0;
                return Ok(Parsed { message, used: reader.at / 8, is_terminated });
            }
            indicator => segment(&mut reader, indicator as u8, at, version, &mut message)?,
        }
    }
}

fn segment(
    reader: &mut Reader<'_>,
    indicator: u8,
    at: usize,
    version: Version,
    message: &mut Message,
) -> Result<(), SegmentError> {
    // Bits of the character count (§7.4.1, table 3).
    let count = |bits: [usize; 3]| bits[usize::from(version.number() >= 10) + usize::from(version.number() >= 27)];
    match indicator {
        0b0001 => numeric(reader, count([10, 12, 14]), message),
        0b0010 => alphanumeric(reader, count([9, 11, 13]), message),
        0b0100 => {
            let characters = reader.take(count([8, 16, 16]))?;
            reader.wants(8 * characters as usize)?;
            (0..characters).try_for_each(|_| reader.take(8).map(|byte| message.bytes.push(byte as u8)))
        }
        0b1000 => {
            let characters = reader.take(count([8, 10, 12]))?;
            double(reader, characters, message, kanji)
        }
        0b1101 => {
            // GB/T 18284: a subset indicator, of which only GB 2312 is defined, and the count.
            match reader.take(4)? {
                1 => {
                    let characters = reader.take(count([8, 10, 12]))?;
                    double(reader, characters, message, hanzi)
                }
                _ => Err(SegmentError::NoSuchMode { indicator, at }),
            }
        }
        0b0111 => reader.eci().map(|eci| message.eci.push(eci)),
        0b0011 => {
            let (index, last, parity) = (reader.take(4)? as u8, reader.take(4)? as u8, reader.take(8)? as u8);
            if index > last || message.structured_append.is_some() {
                return Err(SegmentError::NoSuchPart { index, total: last + 1, at });
            }
            message.structured_append = Some(StructuredAppend { index, total: last + 1, parity });
            Ok(())
        }
        0b0101 => {
            message.fnc1 = Some(Fnc1::First);
            Ok(())
        }
        0b1001 => reader.take(8).map(|application| message.fnc1 = Some(Fnc1::Second(application as u8))),
        _ => Err(SegmentError::NoSuchMode { indicator, at }),
    }
}

/// Three digits in ten bits, two in seven, one in four (§7.4.3).
fn numeric(reader: &mut Reader<'_>, count_bits: usize, message: &mut Message) -> Result<(), SegmentError> {
    let digits = reader.take(count_bits)? as usize;
    reader.wants(digits / 3 * 10 + [0, 4, 7][digits % 3])?;
    let mut left = digits;
    while left > 0 {
        let (group, bits, end) = if left >= 3 { (3, 10, 1000) } else { [(1, 4, 10), (2, 7, 100)][left - 1] };
        let value = reader.below(end, bits)?;
        let digits = [value / 100, value / 10 % 10, value % 10];
        message.bytes.extend(digits[3 - group..].iter().map(|digit| b'0' + *digit as u8));
        left -= group;
    }
    Ok(())
}

/// Two characters in eleven bits, one in six (§7.4.4); under FNC1 a percent sign is a separator unless doubled (§7.4.8.2).
fn alphanumeric(reader: &mut Reader<'_>, count_bits: usize, message: &mut Message) -> Result<(), SegmentError> {
    let characters = reader.take(count_bits)? as usize;
    reader.wants(characters / 2 * 11 + characters % 2 * 6)?;
    let start = message.bytes.len();
    for _ in 0..characters / 2 {
        let value = reader.below(45 * 45, 11)? as usize;
        message.bytes.extend([ALPHANUMERIC[value / 45], ALPHANUMERIC[value % 45]]);
    }
    if characters % 2 == 1 {
        message.bytes.push(ALPHANUMERIC[reader.below(45, 6)? as usize]);
    }
    if message.fnc1.is_some() {
        let mut encoded = message.bytes.split_off(start).into_iter().peekable();
        while let Some(byte) = encoded.next() {
            let is_separator = byte == b'%' && encoded.next_if_eq(&b'%').is_none();
            message.bytes.push(if is_separator { GROUP_SEPARATOR } else { byte });
        }
    }
    Ok(())
}

/// Characters of two bytes in thirteen bits.
fn double(
    reader: &mut Reader<'_>,
    characters: u32,
    message: &mut Message,
    of: fn(u32) -> Option<u16>,
) -> Result<(), SegmentError> {
    reader.wants(13 * characters as usize)?;
    for _ in 0..characters {
        let at = reader.at;
        let value = reader.take(13)?;
        let character = of(value).ok_or(SegmentError::NoSuchCharacters { value, at })?;
        message.bytes.extend(character.to_be_bytes());
    }
    Ok(())
}

/// Shift JIS from 8140 to 9FFC and from E040 to EBBF (§7.4.6).
fn kanji(value: u32) -> Option<u16> {
    let packed = ((value / 0xC0) << 8) | (value % 0xC0);
    let character = packed + if packed < 0x1F00 { 0x8140 } else { 0xC140 };
    let is_there = character <= 0xEBBF && character & 0xFF <= 0xFC && character & 0xFF != 0x7F;
    is_there.then_some(character as u16)
}

/// GB 2312 in its form A1A1 to FAFE (GB/T 18284).
fn hanzi(value: u32) -> Option<u16> {
    let packed = ((value / 0x60) << 8) | (value % 0x60);
    let character = packed + if packed < 0x0A00 { 0xA1A1 } else { 0xA6A1 };
    (character <= 0xFAFE && character & 0xFF <= 0xFE).then_some(character as u16)
}

/// Bits, most significant first.
struct Reader<'a> {
    codewords: &'a [u8],
    capacity: usize,
    at: usize,
}

impl Reader<'_> {
    fn left_in_symbol(&self) -> usize {
        (8 * self.capacity).saturating_sub(self.at)
    }

    /// Refuses when fewer bits are left.
    fn wants(&self, wanted: usize) -> Result<(), SegmentError> {
        let bits = 8 * self.codewords.len();
        if wanted <= bits.saturating_sub(self.at) {
            return Ok(());
        }
        Err(SegmentError::TooShort { wanted, at: self.at, bits })
    }

    /// The next bits, at most 16.
    fn take(&mut self, bits: usize) -> Result<u32, SegmentError> {
        self.wants(bits)?;
        let byte = |at: usize| u32::from(self.codewords.get(at).copied().unwrap_or(0));
        let first = self.at / 8;
        let window = byte(first) << 16 | byte(first + 1) << 8 | byte(first + 2);
        let value = window >> (24 - self.at % 8 - bits) & ((1 << bits) - 1);
        self.at += bits;
        Ok(value)
    }

    /// The next bits, which have to stand for a number less than `end`.
    fn below(&mut self, end: u32, bits: usize) -> Result<u32, SegmentError> {
        let at = self.at;
        let value = self.take(bits)?;
        if value < end { Ok(value) } else { Err(SegmentError::NoSuchCharacters { value, at }) }
    }

    /// A designator of one, two or three codewords (§7.4.2.2, table 4).
    fn eci(&mut self) -> Result<u32, SegmentError> {
        let at = self.at;
        let first = self.take(8)?;
        let value = match first {
            0x00..=0x7F => return Ok(first),
            0x80..=0xBF => (first & 0x3F) << 8 | self.take(8)?,
            0xC0..=0xDF => (first & 0x1F) << 16 | self.take(16)?,
            _ => return Err(SegmentError::NoSuchEci { value: first, at }),
        };
        if value <= MOST_ECI { Ok(value) } else { Err(SegmentError::NoSuchEci { value, at }) }
    }
}

#[cfg(test)]
mod tests;
