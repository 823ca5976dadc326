//! Bytes ↔ Base45 text (RFC 9285), the alphabet of QR's alphanumeric mode.
//!
//! Reading is strict: no lower case, nothing trimmed (a space is a digit of the alphabet), no group that stands for
//! more than its bytes can hold. Every refusal names its place.

/// The 45 characters, in the order of their values (RFC 9285 §4.2).
const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Why a text is not Base45.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Base45Error {
    /// Three characters stand for two bytes and two for one, so that one character alone stands for nothing.
    #[error("{length} characters cannot be Base45: one is left over at the end")]
    Length {
        /// Characters found.
        length: usize,
    },
    /// A character outside the alphabet.
    #[error("byte {found:#04x} at position {at} is not a Base45 character")]
    Character {
        /// The byte found.
        found: u8,
        /// Its position, from 0.
        at: usize,
    },
    /// A group stands for a number that its bytes cannot hold.
    #[error("the Base45 group at position {at} stands for {value}, more than {most}")]
    Value {
        /// What the group stands for.
        value: u32,
        /// What would have been the most: 65535, or 255 at the end.
        most: u32,
        /// Position of the group's first character, from 0.
        at: usize,
    },
}

/// Writes `bytes` as Base45.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for pair in bytes.chunks(2) {
        let mut value = pair.iter().fold(0, |value, &byte| value << 8 | usize::from(byte));
        for _ in 0..=pair.len() {
            text.push(ALPHABET[value % 45] as char);
            value /= 45;
        }
    }
    text
}

/// Reads Base45.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, Base45Error> {
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for (number, group) in text.chunks(3).enumerate() {
        let at = number * 3;
        let (mut value, mut weight) = (0, 1);
        for (place, &character) in group.iter().enumerate() {
            value += weight * digit(character).ok_or(Base45Error::Character { found: character, at: at + place })?;
            weight *= 45;
        }
        let most = match group.len() {
            3 => 0xffff,
            2 => 0xff,
            _ => return Err(Base45Error::Length { length: text.len() }),
        };
        if value > most {
            return Err(Base45Error::Value { value, most, at });
        }
        if group.len() == 3 {
            bytes.push((value >> 8) as u8);
        }
        bytes.push(value as u8);
    }
    Ok(bytes)
}

fn digit(character: u8) -> Option<u32> {
    Some(match character {
        b'0'..=b'9' => u32::from(character - b'0'),
        b'A'..=b'Z' => u32::from(character - b'A') + 10,
        _ => ALPHABET[36..].iter().position(|&a| a == character)? as u32 + 36,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_rfc_come_out() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0"), ("", "")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()), Ok(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn what_is_not_base45_is_refused_with_its_place() {
        for (text, expect) in [
            ("A", "1 characters cannot be Base45: one is left over at the end"),
            ("BB8A", "4 characters cannot be Base45: one is left over at the end"),
            ("bb8", "byte 0x62 at position 0 is not a Base45 character"),
            ("BB8\n", "byte 0x0a at position 3 is not a Base45 character"),
            ("BB8é0", "byte 0xc3 at position 3 is not a Base45 character"),
            ("GGW", "the Base45 group at position 0 stands for 65536, more than 65535"),
            ("BB8:::", "the Base45 group at position 3 stands for 91124, more than 65535"),
            ("BB8V5", "the Base45 group at position 3 stands for 256, more than 255"),
            ("QED8WEX0 ", "the Base45 group at position 6 stands for 72933, more than 65535"),
        ] {
            assert_eq!(decode(text.as_bytes()).unwrap_err().to_string(), expect, "{text:?}");
        }
    }

    #[test]
    fn the_shared_vectors_agree() {
        let Some(shared) = std::env::var_os("NANSEN_SHARED") else {
            return eprintln!("skipped: NANSEN_SHARED is not set");
        };
        let path = std::path::Path::new(&shared).join("vectors/base45/vectors.json");
        let vectors: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let text = |vector: &serde_json::Value, key: &str| vector[key].as_str().unwrap().to_owned();
        for vector in vectors["positive"].as_array().unwrap() {
            assert_eq!(decode(text(vector, "base45").as_bytes()).unwrap(), hex(&text(vector, "hex")));
        }
        for vector in vectors["negative"].as_array().unwrap() {
            assert!(decode(text(vector, "base45").as_bytes()).is_err(), "{vector}");
        }
    }

    fn hex(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn bytes_survive_the_text(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), Ok(bytes));
        }

        #[test]
        fn every_accepted_text_is_the_one_that_we_write(text in "[0-9A-Z $%*+./:-]{0,30}") {
            if let Ok(bytes) = decode(text.as_bytes()) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
