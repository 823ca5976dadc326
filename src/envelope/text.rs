//! The text of a symbol: `NP1:` and Base45, or an HTTPS address with the envelope as digits in its fragment.
//!
//! The second form opens in any phone's own camera. A browser never sends the fragment (RFC 9110 §4.2.5), so the
//! credential stays on the phone until the page behind the address reads it there.

use std::fmt::Write as _;

use super::base45::{self, Base45Error};

/// Longest text, in bytes; the largest QR symbol holds 7089 digits (ISO/IEC 18004 table 7).
pub const MAX_TEXT: usize = 8 * 1024;

/// Longest address in front of the `#`, in bytes.
pub const MAX_ADDRESS: usize = 256;

const PREFIX: &str = "NP1:";
const SCHEME: &str = "https://";

/// Bytes in a full group of digits.
const GROUP: usize = 7;

/// Digits that stand for as many bytes as the place says: the fewest that 256ⁿ values need.
const DIGITS: [usize; GROUP + 1] = [0, 3, 5, 8, 10, 13, 15, 17];

/// What the text of a symbol looks like.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TextForm {
    /// `NP1:` and Base45.
    Prefixed,
    /// An address and digits.
    Address {
        /// What stands before the `#`.
        address: String,
    },
}

/// A symbol's text, read: the envelope it carries, whole or a part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SymbolText {
    /// The bytes for [`super::unpack`], or for [`super::Collector`] when they are a part.
    pub envelope: Vec<u8>,
    /// Which of the two forms it was.
    pub form: TextForm,
}

/// Why a text is not one of ours, or cannot be written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Neither of the two forms; perhaps another issuer's.
    #[error("neither NP1: nor an address with digits")]
    NotOurs,
    /// Our prefix with another version.
    #[error("a newer format version: NP{version}, where this program reads NP1")]
    NewerVersion {
        /// The version found.
        version: u32,
    },
    /// Longer than any symbol.
    #[error("a text of {length} bytes, where {most} are allowed")]
    TooLong {
        /// Bytes found.
        length: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// The rest after `NP1:` is not Base45.
    #[error("not Base45 after NP1:")]
    Base45(#[from] Base45Error),
    /// No whole number of bytes has this many digits.
    #[error("{length} digits stand for no whole number of bytes")]
    DigitCount {
        /// Digits found.
        length: usize,
    },
    /// A group of digits stands for a number that its bytes cannot hold.
    #[error("the digits at position {at} stand for more than {bytes} bytes can hold")]
    DigitValue {
        /// Position of the group's first digit, counted from the `#`.
        at: usize,
        /// Bytes of the group.
        bytes: usize,
    },
    /// The address cannot stand in front of the digits.
    #[error("{address:?} cannot carry a credential: {fault}")]
    Address {
        /// As given, cut at 80 characters.
        address: String,
        /// What is wrong with it.
        fault: AddressFault,
    },
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressFault {
    /// Another scheme, or the scheme in capitals.
    #[error("it does not begin with https://")]
    NotHttps,
    /// No host after the scheme.
    #[error("it names no host")]
    NoHost,
    /// A user name before the host, which makes addresses look like others.
    #[error("it has a user name before the host")]
    UserName,
    /// It has a fragment of its own.
    #[error("it has a # already")]
    Fragment,
    /// A character that RFC 3986 does not allow in addresses.
    #[error("the character at position {at} is not allowed in addresses")]
    Character {
        /// Position from 0, in bytes.
        at: usize,
    },
    /// Longer than [`MAX_ADDRESS`].
    #[error("it is longer than {MAX_ADDRESS} bytes")]
    TooLong,
}

/// Writes an envelope as `NP1:` and Base45.
pub fn to_text(envelope: &[u8]) -> Result<String, TextError> {
    capped(format!("{PREFIX}{}", base45::encode(envelope)))
}

/// Writes an envelope as digits in the fragment of `address`.
pub fn to_url(address: &str, envelope: &[u8]) -> Result<String, TextError> {
    check_address(address)
        .map_err(|fault| TextError::Address { address: address.chars().take(80).collect(), fault })?;
    capped(format!("{address}#{}", to_digits(envelope)))
}

impl SymbolText {
    /// Reads either form; nothing is trimmed or forgiven.
    pub fn parse(text: &[u8]) -> Result<Self, TextError> {
        if text.len() > MAX_TEXT {
            return Err(TextError::TooLong { length: text.len(), most: MAX_TEXT });
        }
        if let Some(rest) = text.strip_prefix(PREFIX.as_bytes()) {
            return Ok(Self { envelope: base45::decode(rest)?, form: TextForm::Prefixed });
        }
        if let Some(version) = other_version(text) {
            return Err(TextError::NewerVersion { version });
        }
        let text = std::str::from_utf8(text).map_err(|_| TextError::NotOurs)?;
        let (address, digits) = text.split_once('#').ok_or(TextError::NotOurs)?;
        if check_address(address).is_err() || digits.is_empty() || !digits.bytes().all(|d| d.is_ascii_digit()) {
            return Err(TextError::NotOurs);
        }
        let form = TextForm::Address { address: address.to_owned() };
        Ok(Self { envelope: from_digits(digits.as_bytes())?, form })
    }
}

fn capped(text: String) -> Result<String, TextError> {
    if text.len() > MAX_TEXT {
        return Err(TextError::TooLong { length: text.len(), most: MAX_TEXT });
    }
    Ok(text)
}

/// The number in `NP…:`, when it is a later one than ours.
fn other_version(text: &[u8]) -> Option<u32> {
    let rest = text.strip_prefix(b"NP")?;
    let digits = rest.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    if rest.get(digits) != Some(&b':') {
        return None;
    }
    let version = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    (version > 1).then_some(version)
}

fn check_address(address: &str) -> Result<(), AddressFault> {
    let rest = address.strip_prefix(SCHEME).ok_or(AddressFault::NotHttps)?;
    if address.len() > MAX_ADDRESS {
        return Err(AddressFault::TooLong);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.starts_with(':') {
        return Err(AddressFault::NoHost);
    }
    if authority.contains('@') {
        return Err(AddressFault::UserName);
    }
    if address.contains('#') {
        return Err(AddressFault::Fragment);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
    match address.bytes().position(|byte| !allowed(byte)) {
        Some(at) => Err(AddressFault::Character { at }),
        None => Ok(()),
    }
}

fn to_digits(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len().div_ceil(GROUP) * DIGITS[GROUP]);
    for group in bytes.chunks(GROUP) {
        let value = group.iter().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
        let width = DIGITS[group.len()];
        write!(digits, "{value:0width$}").expect("writing to memory does not fail");
    }
    digits
}

fn from_digits(digits: &[u8]) -> Result<Vec<u8>, TextError> {
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for (number, group) in digits.chunks(DIGITS[GROUP]).enumerate() {
        let count = DIGITS
            .iter()
            .position(|&count| count == group.len())
            .ok_or(TextError::DigitCount { length: digits.len() })?;
        // 17 digits fit into 64 bits with room to spare.
        let value = group.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        if value >> (8 * count) != 0 {
            return Err(TextError::DigitValue { at: number * DIGITS[GROUP], bytes: count });
        }
        bytes.extend_from_slice(&value.to_be_bytes()[8 - count..]);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ADDRESS: &str = "https://verify.example.org/c";

    #[test]
    fn both_forms_are_read() {
        let envelope = b"\x00ietf!".to_vec();
        let text = to_text(&envelope).unwrap();
        assert_eq!(SymbolText::parse(text.as_bytes()).unwrap().envelope, envelope);
        let text = to_url(ADDRESS, &envelope).unwrap();
        assert_eq!(text, "https://verify.example.org/c#000452673693217");
        let read = SymbolText::parse(text.as_bytes()).unwrap();
        assert_eq!(read, SymbolText { envelope, form: TextForm::Address { address: ADDRESS.to_owned() } });
    }

    #[test]
    fn seven_bytes_become_seventeen_digits() {
        assert_eq!(to_digits(&[0xff; 7]), "72057594037927935");
        assert_eq!(to_digits(&[0; 8]), "00000000000000000000");
        assert_eq!(to_digits(&[0xff; 9]), "7205759403792793565535");
        for (bytes, digits) in DIGITS.into_iter().enumerate() {
            assert_eq!(to_digits(&vec![0xff; bytes]).len(), digits);
        }
    }

    #[test]
    fn hostile_texts_are_refused_for_the_stated_reason() {
        for (text, expect) in [
            ("", "neither NP1: nor an address with digits"),
            ("NP1", "neither NP1: nor an address with digits"),
            ("np1:BB8", "neither NP1: nor an address with digits"),
            (" NP1:BB8", "neither NP1: nor an address with digits"),
            ("NP:BB8", "neither NP1: nor an address with digits"),
            ("NP0:BB8", "neither NP1: nor an address with digits"),
            ("NPX:BB8", "neither NP1: nor an address with digits"),
            ("HC1:BB8", "neither NP1: nor an address with digits"),
            ("NP2:BB8", "a newer format version: NP2, where this program reads NP1"),
            ("NP12:", "a newer format version: NP12, where this program reads NP1"),
            ("NP1:bb8", "not Base45 after NP1:"),
            ("NP1:BB8\n", "not Base45 after NP1:"),
            ("https://a.example/#", "neither NP1: nor an address with digits"),
            ("https://a.example/#12a", "neither NP1: nor an address with digits"),
            ("https://a.example/#١٢٣", "neither NP1: nor an address with digits"),
            ("http://a.example/#123", "neither NP1: nor an address with digits"),
            ("https://a.example/##123", "neither NP1: nor an address with digits"),
            ("https://a.example/#1234", "4 digits stand for no whole number of bytes"),
            ("https://a.example/#000000000000000001", "18 digits stand for no whole number of bytes"),
            ("https://a.example/#256", "the digits at position 0 stand for more than 1 bytes can hold"),
            (
                "https://a.example/#00000000000000000999",
                "the digits at position 17 stand for more than 1 bytes can hold",
            ),
            ("https://a.example/#72057594037927936", "the digits at position 0 stand for more than 7 bytes can hold"),
        ] {
            assert_eq!(SymbolText::parse(text.as_bytes()).unwrap_err().to_string(), expect, "{text:?}");
        }
        assert_eq!(SymbolText::parse(b"\xff\xfe#123"), Err(TextError::NotOurs));
        let long = format!("NP1:{}", "0".repeat(MAX_TEXT));
        assert!(matches!(SymbolText::parse(long.as_bytes()), Err(TextError::TooLong { length: 8196, .. })));
        assert!(matches!(to_text(&[0; 6000]), Err(TextError::TooLong { length: 9004, .. })));
    }

    #[test]
    fn an_address_that_cannot_carry_a_credential_is_refused_with_its_fault() {
        for (address, fault) in [
            ("http://a.example/", AddressFault::NotHttps),
            ("HTTPS://a.example/", AddressFault::NotHttps),
            ("", AddressFault::NotHttps),
            ("https://", AddressFault::NoHost),
            ("https:///c", AddressFault::NoHost),
            ("https://:443/c", AddressFault::NoHost),
            ("https://good.example@evil.example/", AddressFault::UserName),
            ("https://a.example/#", AddressFault::Fragment),
            ("https://a.example/a b", AddressFault::Character { at: 19 }),
            ("https://ä.example/", AddressFault::Character { at: 8 }),
            ("https://a.example/\n", AddressFault::Character { at: 18 }),
        ] {
            let error = to_url(address, b"x").unwrap_err();
            assert!(matches!(error, TextError::Address { fault: found, .. } if found == fault), "{address} {error}");
        }
        let long = format!("{ADDRESS}/{}", "x".repeat(MAX_ADDRESS));
        assert!(matches!(to_url(&long, b"x"), Err(TextError::Address { fault: AddressFault::TooLong, .. })));
    }

    proptest! {
        #[test]
        fn an_envelope_survives_both_forms(envelope in proptest::collection::vec(any::<u8>(), 1..600)) {
            for text in [to_text(&envelope).unwrap(), to_url(ADDRESS, &envelope).unwrap()] {
                prop_assert_eq!(&SymbolText::parse(text.as_bytes()).unwrap().envelope, &envelope);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = SymbolText::parse(&text);
        }
    }
}
