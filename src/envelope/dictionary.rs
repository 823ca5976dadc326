//! Preset dictionaries: what inflation may refer to before a message begins (RFC 1950 §2.2 has the idea).
//!
//! A dictionary is public and, once released, frozen: a paper printed today must open in thirty years. A better one
//! gets the next number.

use std::sync::OnceLock;

use super::matches::Index;

/// Largest dictionary: deflate refers back at most this many bytes (RFC 1951 §2).
pub const MAX_DICTIONARY: usize = 32 * 1024;

/// A preset dictionary and its number, which travels in the codec byte's high half.
#[derive(Debug)]
pub struct Dictionary {
    number: u8,
    bytes: &'static [u8],
    index: OnceLock<Index>,
}

impl Dictionary {
    pub(super) const fn new(number: u8, bytes: &'static [u8]) -> Self {
        assert!(bytes.len() <= MAX_DICTIONARY, "deflate cannot refer back further");
        Self { number, bytes, index: OnceLock::new() }
    }

    /// 1 to 15.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// What a message may refer to.
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// Where each three-byte string of the dictionary stands; built when first needed.
    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.bytes))
    }
}

/// Version 1.
static DICTIONARY_1: Dictionary = Dictionary::new(1, include_bytes!("dictionary1.bin"));

/// The dictionary that new messages are written with.
pub fn current() -> &'static Dictionary {
    &DICTIONARY_1
}

/// The dictionary of this number, if this version knows it.
pub fn numbered(number: u8) -> Option<&'static Dictionary> {
    [&DICTIONARY_1].into_iter().find(|dictionary| dictionary.number == number)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// SHA-256 of each dictionary, in the order of their numbers.
    const FROZEN: [&str; 1] = ["8a89356fed4196c9f95797a70f251dfd853891f711c76a6de0fb62cb6cf0ae87"];

    #[test]
    fn a_released_dictionary_never_changes() {
        for (number, expect) in (1..).zip(FROZEN) {
            let digest = Sha256::digest(numbered(number).unwrap().bytes());
            let hex = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            assert_eq!(hex, expect, "dictionary {number}");
        }
    }
}
