//! The serial of a credential: what a clerk reads out on the telephone.

use std::fmt;
use std::str::FromStr;

/// Bytes in a serial.
pub const SERIAL_LEN: usize = 5;

/// Crockford's Base32: no I, L, O or U, so that a serial survives being read aloud and typed again.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Forty random bits, unique for one issuer; written as `K7QX-2M9D`.
///
/// Travels as CWT claim 7, `cti` (RFC 8392 §3.1.7).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Serial([u8; SERIAL_LEN]);

impl Serial {
    /// Takes the bytes as they stand in the `cti` claim.
    pub const fn from_bytes(bytes: [u8; SERIAL_LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes of the `cti` claim.
    pub const fn as_bytes(&self) -> &[u8; SERIAL_LEN] {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.iter().fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
        for place in (0..8).rev() {
            if place == 3 {
                f.write_str("-")?;
            }
            write!(f, "{}", ALPHABET[(bits >> (5 * place)) as usize & 31] as char)?;
        }
        Ok(())
    }
}

/// A text that is not a serial.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{found:?} is not a serial: wanted eight letters or digits like K7QX-2M9D")]
pub struct NotASerial {
    /// The text as it was given.
    pub found: String,
}

impl FromStr for Serial {
    type Err = NotASerial;

    /// Reads a serial as printed; lower case, missing hyphens and the letters O, I and L are forgiven.
    fn from_str(text: &str) -> Result<Self, NotASerial> {
        let wrong = || NotASerial { found: text.chars().take(40).collect() };
        let mut bits = 0u64;
        let mut places = 0;
        for c in text.trim().chars().filter(|c| *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            let value = ALPHABET.iter().position(|&a| a as char == c).ok_or_else(wrong)?;
            bits = bits << 5 | value as u64;
            places += 1;
            if places > 8 {
                return Err(wrong());
            }
        }
        if places != 8 {
            return Err(wrong());
        }
        let bytes = bits.to_be_bytes();
        Ok(Self([bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_survives_being_read_aloud_and_typed() {
        let serial = Serial::from_bytes([0x9f, 0x01, 0x22, 0x80, 0xfe]);
        let printed = serial.to_string();
        assert_eq!(printed.len(), 9);
        assert_eq!(printed.parse::<Serial>(), Ok(serial));
        assert_eq!(printed.to_lowercase().replace('-', "").replace('0', "o").parse(), Ok(serial));
    }

    #[test]
    fn what_is_not_a_serial_is_named() {
        for text in ["", "K7QX", "K7QX-2M9U", "K7QX-2M9D-1"] {
            assert!(text.parse::<Serial>().unwrap_err().to_string().contains(text), "{text}");
        }
    }
}
