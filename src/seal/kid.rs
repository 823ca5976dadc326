//! The key identifier, and the hexadecimal digits it is written in.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Bytes in a key identifier of ours.
pub const KID_LEN: usize = 8;

/// Key identifier: first 8 bytes of SHA-256 over the key's DER `SubjectPublicKeyInfo`.
///
/// Travels as COSE header label 4, `kid` (RFC 9052 §3.1); written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Kid([u8; KID_LEN]);

impl Kid {
    /// Takes the bytes as they stand in the header.
    pub const fn from_bytes(bytes: [u8; KID_LEN]) -> Self {
        Self(bytes)
    }

    /// The identifier of the key with this DER `SubjectPublicKeyInfo`.
    pub fn of_spki(der: &[u8]) -> Self {
        Self::of_digest(der)
    }

    /// The identifier that HCERT gives the key of a certificate: SHA-256 over the whole certificate.
    pub fn of_certificate(der: &[u8]) -> Self {
        Self::of_digest(der)
    }

    /// The bytes of the header.
    pub const fn as_bytes(&self) -> &[u8; KID_LEN] {
        &self.0
    }

    fn of_digest(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let mut kid = [0; KID_LEN];
        kid.copy_from_slice(&digest[..KID_LEN]);
        Self(kid)
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is not a key identifier.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{found:?} is not a key identifier: wanted 16 hexadecimal digits")]
pub struct NotAKid {
    /// The text as it was given.
    pub found: String,
}

impl FromStr for Kid {
    type Err = NotAKid;

    /// Reads 16 hexadecimal digits in either case; spaces, hyphens and colons between them are forgiven.
    fn from_str(text: &str) -> Result<Self, NotAKid> {
        let wrong = || NotAKid { found: text.chars().take(40).collect() };
        let digits: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-' | ':')).take(17).collect();
        let bytes = bytes_of_hex(&digits).ok_or_else(wrong)?;
        Ok(Self(bytes.try_into().map_err(|_| wrong())?))
    }
}

impl Serialize for Kid {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Kid {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The bytes that hexadecimal digits stand for; `None` when anything else stands among them.
pub(super) fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kid_is_the_first_eight_bytes_of_the_digest() {
        // SHA-256("abc"), FIPS 180-4 example.
        assert_eq!(Kid::of_spki(b"abc").to_string(), "ba7816bf8f01cfea");
        assert_eq!("BA78-16bf 8f01:cfea".parse(), Ok(Kid::of_certificate(b"abc")));
    }

    #[test]
    fn what_is_not_a_kid_is_named() {
        for text in ["", "ba7816bf8f01cfe", "ba7816bf8f01cfea00", "ba7816bf8f01cfeg", "ba7816bf8f01cf€"] {
            assert!(text.parse::<Kid>().unwrap_err().to_string().contains(text), "{text}");
        }
    }
}
