//! Data codewords → message (ISO/IEC 18004:2015 §7.3, §7.4 and §8).
//!
//! Out come the bytes as they were encoded, kanji and hanzi as their two bytes: no character set is guessed.

use super::patterns::Version;

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

/// A symbol's place among the symbols of one message (§8).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::scan) struct StructuredAppend {
    /// Counted from 0.
    pub(in crate::scan) index: u8,
    /// Symbols of the message, 1 to 16.
    pub(in crate::scan) total: u8,
    /// Exclusive or of all bytes of the whole message.
    pub(in crate::scan) parity: u8,
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Codewords from groups of bits such as `"0100 00000010"`.
    fn codewords(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(u8::is_ascii_digit).map(|bit| bit - b'0').collect();
        bits.chunks(8).map(|chunk| chunk.iter().enumerate().fold(0, |byte, (at, bit)| byte | bit << (7 - at))).collect()
    }

    fn parsed(bits: &str) -> Result<Parsed, SegmentError> {
        parse(&codewords(bits), codewords(bits).len(), Version::new(1).unwrap())
    }

    fn message(bits: &str) -> Message {
        parsed(bits).unwrap().message
    }

    #[test]
    fn digits_are_those_of_the_example_of_the_standard() {
        let message = message("0001 0000001000 0000001100 0101011001 1000011 0000");
        assert_eq!(message.bytes, b"01234567");
    }

    #[test]
    fn characters_are_those_of_the_example_of_the_standard() {
        assert_eq!(message("0010 000000101 00111001110 11100111001 000010 0000").bytes, b"AC-42");
    }

    #[test]
    fn kanji_are_their_two_bytes() {
        let message = message("1000 00000010 0110110011111 1101010101010 0000");
        assert_eq!(message.bytes, [0x93, 0x5F, 0xE4, 0xAA]);
    }

    #[test]
    fn hanzi_are_their_two_bytes() {
        // GB 2312 B0A1 is (B0 - A6) * 60 hexadecimal.
        assert_eq!(message("1101 0001 00000001 0001111000000 0000").bytes, [0xB0, 0xA1]);
    }

    #[test]
    fn an_eci_is_designated_in_one_two_and_three_codewords() {
        let message = message(concat!(
            "0111 00011010",
            "0111 10 00001110000000",
            "0111 110 011110100001000111111",
            "0100 00000001 11111111 0000"
        ));
        assert_eq!(message.eci, [26, 896, 999_999]);
        assert_eq!(message.bytes, [0xFF]);
    }

    #[test]
    fn a_part_says_which_it_is() {
        let part = message("0011 0010 0100 10100101 0100 00000000 0000").structured_append;
        assert_eq!(part, Some(StructuredAppend { index: 2, total: 5, parity: 0xA5 }));
    }

    #[test]
    fn percent_signs_separate_only_under_fnc1() {
        // "%1%%" in alphanumeric mode.
        let characters = "0010 000000100 11010101111 11011010100 0000";
        assert_eq!(message(characters).bytes, b"%1%%");
        assert_eq!(message(&format!("0101 {characters}")).bytes, b"\x1D1%");
        let second = message(&format!("1001 00100101 {characters}"));
        assert_eq!((second.fnc1, &second.bytes[..]), (Some(Fnc1::Second(37)), &b"\x1D1%"[..]));
    }

    #[test]
    fn a_terminator_may_be_cut_short_or_missing() {
        for (bits, is_terminated) in [
            ("0001 0000000010 0000001 000", true),
            ("0001 0000000010 0000001 001", false),
            ("0001 0000000011 0000000001", true),
            ("0100 00000001 00000001 0000 11101100", true),
        ] {
            assert_eq!(parsed(bits).unwrap().is_terminated, is_terminated, "{bits}");
        }
        assert_eq!(parsed("0100 00000001 00000001 0000 11101100").unwrap().used, 3);
    }

    #[test]
    fn a_message_that_ends_early_needs_no_more_codewords() {
        let bits = codewords("0100 00000001 01000001 0000");
        assert_eq!(parse(&bits, 19, Version::new(1).unwrap()).unwrap().message.bytes, b"A");
        assert!(parse(&bits[..2], 19, Version::new(1).unwrap()).is_err());
    }

    #[test]
    fn broken_segments_are_refused_for_the_stated_reason() {
        for (bits, expect) in [
            ("0110 0000", "no mode has the indicator 0b0110 at bit 0"),
            ("0100 00000010 00000000", "16 bits wanted at bit 12, of 24"),
            ("0001 0000000011 1111101000", "no characters have the value 1000 at bit 14"),
            ("0010 000000010 11111101001", "no characters have the value 2025 at bit 13"),
            ("0010 000000001 101101", "no characters have the value 45 at bit 13"),
            ("1000 00000001 0000000111111", "no characters have the value 63 at bit 12"),
            ("0111 11100000 0000", "no ECI is designated by 0xe0 at bit 4"),
            ("0111 11001111 01000010 01000000", "no ECI is designated by 0xf4240 at bit 4"),
            ("0011 0010 0001 00000000", "symbol 2 of 2 at bit 0"),
        ] {
            assert_eq!(parsed(bits).unwrap_err().to_string(), expect);
        }
    }

    proptest! {
        #[test]
        fn random_codewords_never_panic(
            codewords in prop::collection::vec(any::<u8>(), 0..400),
            more in 0_usize..40,
            version in 1_u8..=40,
        ) {
            let version = Version::new(version).unwrap();
            if let Ok(parsed) = parse(&codewords, codewords.len() + more, version) {
                prop_assert!(parsed.message.bytes.len() <= codewords.len() * 3);
            }
        }
    }
}
