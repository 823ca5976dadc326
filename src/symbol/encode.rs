//! Text → module matrix (ISO/IEC 18004 §7), version and level as the caller says.
//!
//! `NP1:` texts become one alphanumeric segment, addresses with digits a byte and a numeric segment. Bits, codewords
//! and patterns come from the `qrcode` crate; the mask is chosen here, see [`super::mask`].

use qrcode::bits::Bits;
use qrcode::canvas::Canvas;
use qrcode::ec::construct_codewords;
use qrcode::types::{Mode, QrError};
use qrcode::{EcLevel as QrLevel, Version};

use super::mask::Masks;
use super::{EcLevel, MAX_VERSION, Matrix};

/// Fewer digits than this at the end of a text are not worth a segment of their own.
const LEAST_DIGITS: usize = 12;

/// Why a text cannot become a symbol.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Readers disagree about such characters in byte mode.
    #[error("the character at byte {at} is not ASCII")]
    NotAscii {
        /// Its position.
        at: usize,
    },
    /// Not a QR version.
    #[error("version {version}, where 1 to {MAX_VERSION} are possible")]
    NoSuchVersion {
        /// As given.
        version: u8,
    },
    /// The text is too long for the symbol.
    #[error("{bits} bits in a symbol of version {version} and level {level}, which holds {most}")]
    TooLong {
        /// Bits that the text takes.
        bits: usize,
        /// Bits that there are.
        most: usize,
        /// The version asked for.
        version: u8,
        /// The level asked for.
        level: EcLevel,
    },
    /// The encoder met a case that the checks before it should have excluded.
    #[error("the QR encoder refused the text")]
    Refused(#[source] QrError),
}

/// Encodes `text` as a symbol of exactly this version and level, with the best mask.
pub fn encode(text: &str, version: u8, level: EcLevel) -> Result<Matrix, EncodeError> {
    Ok(masks(text, version, level)?.best())
}

/// Bits that `text` takes in a symbol of this version, terminator not included.
pub fn bits_needed(text: &str, version: u8) -> usize {
    let version = Version::Normal(version.into());
    segments(text)
        .into_iter()
        .map(|(mode, piece)| 4 + mode.length_bits_count(version) + mode.data_bits_count(piece.len()))
        .sum()
}

/// Bits that a symbol of this version and level holds; none when there is no such version.
pub fn capacity(version: u8, level: EcLevel) -> usize {
    Bits::new(Version::Normal(version.into())).max_len(level.into()).unwrap_or(0)
}

impl From<EcLevel> for QrLevel {
    fn from(level: EcLevel) -> Self {
        match level {
            EcLevel::L => Self::L,
            EcLevel::M => Self::M,
            EcLevel::Q => Self::Q,
            EcLevel::H => Self::H,
        }
    }
}

fn masks(text: &str, version: u8, level: EcLevel) -> Result<Masks, EncodeError> {
    if !(1..=MAX_VERSION).contains(&version) {
        return Err(EncodeError::NoSuchVersion { version });
    }
    if let Some(at) = text.bytes().position(|byte| !byte.is_ascii()) {
        return Err(EncodeError::NotAscii { at });
    }
    let (bits, most) = (bits_needed(text, version), capacity(version, level));
    if bits > most {
        return Err(EncodeError::TooLong { bits, most, version, level });
    }
    let canvas = draw(text, Version::Normal(version.into()), level.into()).map_err(EncodeError::Refused)?;
    Ok(Masks::new(&canvas, version, level))
}

fn draw(text: &str, version: Version, level: QrLevel) -> Result<Canvas, QrError> {
    let mut bits = Bits::new(version);
    for (mode, piece) in segments(text) {
        match mode {
            Mode::Numeric => bits.push_numeric_data(piece)?,
            Mode::Alphanumeric => bits.push_alphanumeric_data(piece)?,
            Mode::Byte | Mode::Kanji => bits.push_byte_data(piece)?,
        }
    }
    bits.push_terminator(level)?;
    let (data, correction) = construct_codewords(&bits.into_bytes(), version, level)?;
    let mut canvas = Canvas::new(version, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    Ok(canvas)
}

/// The pieces of a text, each with the mode that suits it.
fn segments(text: &str) -> Vec<(Mode, &[u8])> {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    if digits == text.len() {
        return vec![(Mode::Numeric, text.as_bytes())];
    }
    if text.bytes().all(is_alphanumeric) {
        return vec![(Mode::Alphanumeric, text.as_bytes())];
    }
    if digits < LEAST_DIGITS {
        return vec![(Mode::Byte, text.as_bytes())];
    }
    let (address, digits) = text.as_bytes().split_at(text.len() - digits);
    vec![(Mode::Byte, address), (Mode::Numeric, digits)]
}

/// Whether alphanumeric mode has the character (ISO/IEC 18004 §7.3.4).
fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() || b" $%*+-./:".contains(&byte)
}

#[cfg(test)]
mod tests {
    use qrcode::canvas::MaskPattern;
    use rxing::common::BitMatrix;
    use rxing::qrcode::decoder::qrcode_decoder;

    use super::super::modules;
    use super::*;

    const LEVELS: [EcLevel; 4] = [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H];

    /// Alphanumeric text or an address with digits that fills the symbol, or nearly so.
    fn filling(version: u8, level: EcLevel, address: bool) -> String {
        let start = if address { "https://v/#" } else { "NP1:" };
        let alphabet = if address { "7350918264" } else { "K%3 X.B:0+Z" };
        let mut text = start.to_owned();
        for next in alphabet.chars().cycle() {
            text.push(next);
            if bits_needed(&text, version) > capacity(version, level) {
                text.pop();
                return text;
            }
        }
        unreachable!("the alphabet never ends");
    }

    fn read(matrix: &Matrix) -> Result<String, rxing::Exceptions> {
        let mut bits = BitMatrix::with_single_dimension(matrix.width() as u32)?;
        for y in 0..matrix.width() {
            for x in (0..matrix.width()).filter(|&x| matrix.is_dark(x, y)) {
                bits.set(x as u32, y as u32);
            }
        }
        Ok(qrcode_decoder::decode_bitmatrix(&bits)?.getText().to_owned())
    }

    #[test]
    fn every_mask_of_sampled_versions_and_levels_is_read_by_another_decoder() {
        for version in [1, 2, 6, 7, 9, 10, 20, 26, 27, 40] {
            for level in LEVELS {
                let text = filling(version, level, version % 2 == 0);
                let masks = masks(&text, version, level).unwrap();
                for number in 0..8 {
                    let matrix = masks.with(number);
                    assert_eq!(read(&matrix).unwrap(), text, "version {version} level {level} mask {number}");
                }
            }
        }
    }

    #[test]
    fn every_version_is_read_by_another_decoder() {
        for version in 1..=MAX_VERSION {
            for (level, address) in [(EcLevel::Q, false), (EcLevel::L, true)] {
                let text = filling(version, level, address);
                let matrix = encode(&text, version, level).unwrap();
                assert_eq!((matrix.version(), matrix.level(), matrix.width()), (version, level, modules(version)));
                assert_eq!(read(&matrix).unwrap(), text, "version {version} level {level}");
            }
        }
    }

    #[test]
    fn every_mask_is_drawn_module_by_module_as_the_qrcode_crate_draws_it() {
        let patterns = [
            MaskPattern::Checkerboard,
            MaskPattern::HorizontalLines,
            MaskPattern::VerticalLines,
            MaskPattern::DiagonalLines,
            MaskPattern::LargeCheckerboard,
            MaskPattern::Fields,
            MaskPattern::Diamonds,
            MaskPattern::Meadow,
        ];
        for (version, level) in [(1, EcLevel::H), (7, EcLevel::M), (40, EcLevel::L), (23, EcLevel::Q)] {
            let text = filling(version, level, false);
            let canvas = draw(&text, Version::Normal(version.into()), level.into()).unwrap();
            for (number, pattern) in patterns.into_iter().enumerate() {
                let mut theirs = canvas.clone();
                theirs.apply_mask(pattern);
                let ours = masks(&text, version, level).unwrap().with(number);
                for (x, y) in (0..ours.width()).flat_map(|x| (0..ours.width()).map(move |y| (x, y))) {
                    assert_eq!(
                        ours.is_dark(x, y),
                        theirs.get(x as i16, y as i16).is_dark(),
                        "{version} {number} {x} {y}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_two_text_forms_have_the_segments_that_suit_them() {
        let modes = |text| segments(text).into_iter().map(|(mode, piece)| (mode, piece.len())).collect::<Vec<_>>();
        assert_eq!(modes("NP1:%69 VD92EX0"), [(Mode::Alphanumeric, 15)]);
        assert_eq!(modes("NP1:0123456789012345"), [(Mode::Alphanumeric, 20)]);
        assert_eq!(modes("https://v.example/#01234567890123"), [(Mode::Byte, 19), (Mode::Numeric, 14)]);
        assert_eq!(modes("https://v.example/#012"), [(Mode::Byte, 22)]);
        assert_eq!(modes("0123456789"), [(Mode::Numeric, 10)]);
    }

    #[test]
    fn what_cannot_be_encoded_is_refused_for_the_stated_reason() {
        let text = "NP1:0123456789012345678901";
        for (text, version, level, expect) in [
            ("NP1:É", 1, EcLevel::L, "the character at byte 4 is not ASCII"),
            ("NP1:A", 0, EcLevel::L, "version 0, where 1 to 40 are possible"),
            ("NP1:A", 41, EcLevel::L, "version 41, where 1 to 40 are possible"),
            (text, 1, EcLevel::L, "156 bits in a symbol of version 1 and level L, which holds 152"),
            (text, 2, EcLevel::H, "156 bits in a symbol of version 2 and level H, which holds 128"),
        ] {
            assert_eq!(encode(text, version, level).unwrap_err().to_string(), expect);
        }
        assert!(encode(&text[..25], 1, EcLevel::L).is_ok());
    }

    #[test]
    fn an_empty_text_is_a_symbol_without_content() {
        assert_eq!(encode("", 1, EcLevel::H).unwrap().width(), 21);
    }
}
