//! The certificate identifier of HCERT, UVCI (eHN "Guidelines on verifiable vaccination certificates", annex 2).
//!
//! Ours is `URN:UVCI:01:KE:NUMBER/SERIAL#C`: the country, the number from the list, our serial without its hyphen,
//! and a check character by Luhn mod N.

use crate::credential::Serial;

/// Values of the check character; the identifier itself has no other characters.
const ALPHABET: &[u8; 38] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:";

const PREFIX: &str = "URN:UVCI:01:";

/// An identifier of our making.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Uvci {
    /// The number from the list.
    pub number: String,
    /// Our serial.
    pub serial: Serial,
}

impl Uvci {
    /// Writes the identifier; `None` when the number has a character that it cannot hold.
    pub fn write(&self, alpha2: &str) -> Option<String> {
        let serial = self.serial.to_string().replace('-', "");
        let number = &self.number;
        let fits = !number.is_empty() && number.bytes().all(|b| b != b':' && ALPHABET.contains(&b));
        let body = format!("{PREFIX}{alpha2}:{number}/{serial}");
        let check = check_character(&body)?;
        fits.then(|| format!("{body}#{check}"))
    }

    /// Reads an identifier of our making; `None` for everybody else's.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, check) = text.rsplit_once('#')?;
        if check_character(body)?.to_string() != check {
            return None;
        }
        let (_country, rest) = body.strip_prefix(PREFIX)?.split_once(':')?;
        let (number, serial) = rest.rsplit_once('/')?;
        if serial.len() != 8 || number.is_empty() {
            return None;
        }
        let parsed: Serial = serial.parse().ok()?;
        // Only the spelling that we write: a serial is not read out of somebody else's letters.
        (parsed.to_string().replace('-', "") == serial).then(|| Self { number: number.to_owned(), serial: parsed })
    }
}

/// Luhn mod 38 over `body`; `None` when a character has no value.
fn check_character(body: &str) -> Option<char> {
    let n = ALPHABET.len();
    let mut sum = 0;
    let mut factor = 2;
    for byte in body.bytes().rev() {
        let value = factor * ALPHABET.iter().position(|&a| a == byte)?;
        sum += value / n + value % n;
        factor = 3 - factor;
    }
    Some(ALPHABET[(n - sum % n) % n] as char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_that_of_other_issuers() {
        for (body, check) in [
            ("URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813", 'B'),
            ("URN:UVCI:01:SI:C5A831C1889D43AEE053", 'I'),
            ("URN:UVCI:01:IS:VERA1234", 'F'),
        ] {
            assert_eq!(check_character(body), Some(check));
        }
        assert_eq!(check_character("urn"), None);
    }

    #[test]
    fn an_identifier_survives() {
        let uvci = Uvci { number: "2026/KKM/00017".into(), serial: Serial::from_bytes([1, 2, 3, 4, 5]) };
        let text = uvci.write("KE").unwrap();
        assert_eq!(Uvci::parse(&text), Some(uvci.clone()));
        assert_eq!(Uvci::parse(&text.replace("KKM", "KKN")), None);
        assert_eq!(Uvci { number: "V-1".into(), ..uvci }.write("KE"), None);
    }

    #[test]
    fn other_issuers_identifiers_are_not_taken_apart() {
        for text in ["URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B", "01IT053059F7#3", "", "#", "é#é"] {
            assert_eq!(Uvci::parse(text), None, "{text}");
        }
    }
}
