//! Whose format a symbol carries. Bytes come in; a message, a part of one, or the name of a format goes out.
//!
//! Nothing is guessed: a format is recognised by its prefix or by layers that no other format has. What we know only
//! by name is told apart from what is damaged, because a paper that we cannot check is not a forged one.

use std::fmt;

use serde_json::Value as Json;

use crate::cbor::{self, Value as Cbor, get};
use crate::envelope::parts::{self, Part};
use crate::envelope::{MAX_TEXT, SymbolText, TextError, TextForm};
use crate::seal::OpenError;

use super::{FormatError, Presented, claim169, hcert, nansen};

/// What a symbol turned out to be.
#[derive(Clone, Debug)]
pub enum Recognised {
    /// A signed message, unpacked, with nothing verified.
    Sealed(Presented),
    /// One part of a longer document of our own format.
    Part {
        /// The part, read.
        part: Part,
        /// Its bytes, for [`Collector::add`](crate::envelope::Collector::add).
        bytes: Vec<u8>,
    },
    /// A format that we know by name and cannot check.
    Known {
        /// Its name.
        name: &'static str,
        /// Why it cannot be checked.
        why: Why,
    },
    /// None of the formats that we know.
    Unknown,
}

/// Why a format that we know by name cannot be checked here.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Why {
    /// It only points to a website.
    NetworkOnly,
    /// It is signed, but in a way that we cannot check without a network or at all.
    NotVerifiableOffline,
    /// Nobody signed it.
    Unsigned,
    /// It is encrypted for somebody.
    Encrypted,
    /// It is a part of what papers are checked by.
    NotAPaper,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NetworkOnly => "it only points to a website",
            Self::NotVerifiableOffline => "it cannot be checked offline",
            Self::Unsigned => "it is not signed",
            Self::Encrypted => "it is encrypted",
            Self::NotAPaper => "it is a sheet of a list by which papers are checked, and no paper",
        })
    }
}

/// Says whose format the bytes of a symbol are.
///
/// # Errors
/// When the format is recognised but its layers are damaged or newer than this program.
pub fn recognise(symbol: &[u8]) -> Result<Recognised, FormatError> {
    match SymbolText::parse(symbol) {
        Ok(text) => return own(&text),
        Err(TextError::NotOurs | TextError::TooLong { .. }) => {}
        Err(TextError::DigitCount { .. } | TextError::DigitValue { .. }) if is_short_address(symbol) => {}
        Err(error) => return Err(FormatError::Text(error)),
    }
    if is_hcert(symbol) {
        return hcert::unpack(symbol).map(Recognised::Sealed);
    }
    if let Some((name, why)) = by_beginning(symbol).or_else(|| by_json(symbol)) {
        return Ok(Recognised::Known { name, why });
    }
    match claim169::inflate(symbol) {
        Ok(inflated) => inside(symbol, &inflated),
        Err(error @ FormatError::Inflate(_)) if looks_compressed(symbol) => Err(error),
        Err(_) => Ok(Recognised::Unknown),
    }
}

fn own(text: &SymbolText) -> Result<Recognised, FormatError> {
    if parts::is_part(&text.envelope) {
        let part = Part::parse(&text.envelope).map_err(FormatError::Part)?;
        return Ok(Recognised::Part { part, bytes: text.envelope.clone() });
    }
    match nansen::open(&text.envelope) {
        // An address that happens to end in digits is somebody's website, not a damaged paper of ours.
        Err(_) if matches!(text.form, TextForm::Address { .. }) && text.envelope.len() < LEAST_MESSAGE => {
            Ok(Recognised::Known { name: WEBSITE, why: Why::NetworkOnly })
        }
        presented => presented.map(Recognised::Sealed),
    }
}

/// Shorter than any of our envelopes: the signature alone takes 64 bytes.
const LEAST_MESSAGE: usize = 72;

const WEBSITE: &str = "address of a website";

fn is_short_address(symbol: &[u8]) -> bool {
    let digits = symbol.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    symbol.starts_with(b"http") && digits < LEAST_MESSAGE * 17 / 7
}

/// `HC1:`, or a later context.
fn is_hcert(symbol: &[u8]) -> bool {
    matches!(symbol, [b'H', b'C', version, b':', ..] if version.is_ascii_alphanumeric())
}

/// Formats that begin in a way of their own.
fn by_beginning(symbol: &[u8]) -> Option<(&'static str, Why)> {
    use Why::{NetworkOnly, NotAPaper, NotVerifiableOffline, Unsigned};
    const BEGINNINGS: [(&[u8], &str, Why); 17] = [
        (b"NT1:", "nansen trust list", NotAPaper),
        (b"shc:/", "SMART Health Card", NotVerifiableOffline),
        (b"shlink:/", "SMART Health Link", NetworkOnly),
        (b"vhlink:/", "Verifiable Health Link", NetworkOnly),
        (b"RDB1", "ICAO Datastructure for Barcode", NotVerifiableOffline),
        (b"NDB1", "ICAO Datastructure for Barcode", NotVerifiableOffline),
        (b"\xdc\x02", "ICAO Visible Digital Seal", NotVerifiableOffline),
        (b"\xdc\x03", "ICAO Visible Digital Seal", NotVerifiableOffline),
        (b"PK\x03\x04", "DIVOC certificate", NotVerifiableOffline),
        (b"mdoc:", "ISO 18013-5 mobile document", NotVerifiableOffline),
        (b"openid4vp:", "OpenID for Verifiable Presentations", NetworkOnly),
        (b"openid-credential-offer:", "OpenID credential offer", NetworkOnly),
        (b"<PrintLetterBarcodeData", "Aadhaar letter", Unsigned),
        (b"<?xml version=\"1.0\" encoding=\"UTF-8\"?> <PrintLetterBarcodeData", "Aadhaar letter", Unsigned),
        (b"BEGIN:VCARD", "visiting card", Unsigned),
        (b"WIFI:", "access to a wireless network", Unsigned),
        (b"otpauth:", "one-time password", Unsigned),
    ];
    if let Some((_, name, why)) = BEGINNINGS.into_iter().find(|(beginning, ..)| symbol.starts_with(beginning)) {
        return Some((name, why));
    }
    let lower = symbol.iter().take(8).map(u8::to_ascii_lowercase).collect::<Vec<_>>();
    if lower.starts_with(b"http://") || lower.starts_with(b"https://") {
        return Some((WEBSITE, NetworkOnly));
    }
    if is_2d_doc(symbol) {
        return Some(("French 2D-Doc", NotVerifiableOffline));
    }
    // 256 bytes of signature alone are over 600 digits.
    if symbol.len() > 600 && symbol.iter().all(u8::is_ascii_digit) {
        return Some(("Aadhaar Secure QR", NotVerifiableOffline));
    }
    None
}

/// `DC`, the version, the certification authority and the certificate, then hexadecimal dates.
fn is_2d_doc(symbol: &[u8]) -> bool {
    match symbol {
        [b'D', b'C', b'0', b'1'..=b'4', rest @ ..] if rest.len() > 18 => {
            rest[..8].iter().all(u8::is_ascii_alphanumeric)
                && rest[8..16].iter().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b))
        }
        _ => false,
    }
}

/// Formats that are JSON.
fn by_json(symbol: &[u8]) -> Option<(&'static str, Why)> {
    let first = symbol.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if *first != b'{' || symbol.len() > MAX_TEXT {
        return None;
    }
    let Json::Object(object) = serde_json::from_slice(symbol).ok()? else { return None };
    if object.contains_key("data") && object.contains_key("sig") {
        return Some(("ICAO VDS-NC", Why::NotVerifiableOffline));
    }
    if object.contains_key("@context") || object.contains_key("verifiableCredential") {
        return Some(json_ld(object.contains_key("proof")));
    }
    Some(("JSON document", Why::Unsigned))
}

fn json_ld(proof: bool) -> (&'static str, Why) {
    if proof { ("W3C Verifiable Credential", Why::NotVerifiableOffline) } else { ("JSON-LD document", Why::Unsigned) }
}

/// What Base45 and zlib had inside: Claim 169, or one of the things that travel in the same way.
fn inside(symbol: &[u8], inflated: &[u8]) -> Result<Recognised, FormatError> {
    if let Some((_, why)) = by_json(inflated) {
        return Ok(Recognised::Known { name: "PixelPass document", why });
    }
    let presented = match claim169::unpack(symbol) {
        Err(FormatError::Cose(OpenError::NotSign1 { tag: 16 | 96, .. })) => {
            return Ok(Recognised::Known { name: "MOSIP Claim 169", why: Why::Encrypted });
        }
        Err(FormatError::Cose(_)) if matches!(cbor::decode_lenient(inflated), Ok(Cbor::Map(_))) => {
            return Ok(Recognised::Known { name: "PixelPass document", why: Why::Unsigned });
        }
        presented => presented?,
    };
    if let Ok(Cbor::Map(claims)) = cbor::decode_lenient(presented.sealed.unverified_payload())
        && get(&claims, hcert::HCERT).is_some()
    {
        return Err(FormatError::HcertPrefixMissing);
    }
    if presented.sealed.signature().is_empty() {
        return Ok(Recognised::Known { name: "MOSIP Claim 169", why: Why::Unsigned });
    }
    Ok(Recognised::Sealed(presented))
}

/// Whether Base45 text begins as a zlib stream does (RFC 1950 §2.2); a text of few letters may do so by chance.
fn looks_compressed(symbol: &[u8]) -> bool {
    const LEAST: usize = 60;
    symbol.len() >= LEAST
        && crate::envelope::base45::decode(&symbol[..3])
            .is_ok_and(|head| head[0] & 0x0f == 8 && (u16::from(head[0]) << 8 | u16::from(head[1])) % 31 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::base45;
    use crate::envelope::deflate::deflate_zlib;
    use proptest::prelude::*;

    fn known(symbol: &[u8]) -> (&'static str, Why) {
        match recognise(symbol) {
            Ok(Recognised::Known { name, why }) => (name, why),
            other => panic!("{other:?}"),
        }
    }

    fn base45_zlib(bytes: &[u8]) -> Vec<u8> {
        base45::encode(&deflate_zlib(bytes)).into_bytes()
    }

    #[test]
    fn formats_of_others_are_known_by_name() {
        for (symbol, name, why) in [
            (&b"shc:/5676"[..], "SMART Health Card", Why::NotVerifiableOffline),
            (b"https://example.org/verify?id=1", WEBSITE, Why::NetworkOnly),
            (b"HTTPS://EXAMPLE.ORG", WEBSITE, Why::NetworkOnly),
            (b"https://example.org/#20231121", WEBSITE, Why::NetworkOnly),
            (b"https://example.org/#123", WEBSITE, Why::NetworkOnly),
            (b"https://example.org/#1234567", WEBSITE, Why::NetworkOnly),
            (b"\xdc\x03\xd9\xc5", "ICAO Visible Digital Seal", Why::NotVerifiableOffline),
            (b"DC04FR0000011E201E20B001FR26BAFRANCE", "French 2D-Doc", Why::NotVerifiableOffline),
            (b"{\"data\":{},\"sig\":{}}", "ICAO VDS-NC", Why::NotVerifiableOffline),
            (b"{\"@context\":[],\"proof\":{}}", "W3C Verifiable Credential", Why::NotVerifiableOffline),
            (b"RDB1BNI", "ICAO Datastructure for Barcode", Why::NotVerifiableOffline),
            (b"PK\x03\x04..", "DIVOC certificate", Why::NotVerifiableOffline),
        ] {
            assert_eq!(known(symbol), (name, why), "{}", String::from_utf8_lossy(symbol));
        }
        assert_eq!(known(&[b'7'; 2000]), ("Aadhaar Secure QR", Why::NotVerifiableOffline));
        assert_eq!(known(&base45_zlib(b"{\"name\":\"x\"}")), ("PixelPass document", Why::Unsigned));
        assert_eq!(known(&base45_zlib(&[0xa1, 0x61, 0x31, 0x61, 0x78])), ("PixelPass document", Why::Unsigned));
        assert_eq!(known(&base45_zlib(&[0xd0, 0x83, 0x40, 0xa0, 0x40])), ("MOSIP Claim 169", Why::Encrypted));
    }

    #[test]
    fn a_message_without_a_signature_is_not_taken_for_a_signed_one() {
        let unsigned = [0xd2, 0x84, 0x43, 0xa1, 0x01, 0x27, 0xa0, 0x44, 0xa1, 0x18, 0xa9, 0xa0, 0x40];
        assert_eq!(known(&base45_zlib(&unsigned)), ("MOSIP Claim 169", Why::Unsigned));
    }

    #[test]
    fn what_is_damaged_or_newer_is_named() {
        for (symbol, expect) in [
            (&b"NP2:00"[..], "damaged, or of a newer version"),
            (b"NP1:a", "damaged, or of a newer version"),
            (b"NP1:", "the envelope does not open"),
            (b"HC2:00", "HCERT context HC2, where HC1 was wanted"),
        ] {
            assert_eq!(recognise(symbol).unwrap_err().to_string(), expect);
        }
        let mut damaged = base45_zlib(&[7; 400]);
        damaged.extend_from_slice(&[b'0'; 60]);
        assert_eq!(recognise(&damaged).unwrap_err().to_string(), "not compressed as the format wants");
    }

    #[test]
    fn what_nobody_wrote_is_unknown() {
        for symbol in [&b""[..], b"HELLO WORLD", b"4006381333931", b"\xff\xfe", b"6BF", b"DC"] {
            assert!(matches!(recognise(symbol), Ok(Recognised::Unknown)), "{symbol:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_recognised_or_refused(symbol in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = recognise(&symbol);
        }

        #[test]
        fn any_text_after_a_prefix_is_recognised_or_refused(
            prefix in prop_oneof!["NP1:", "HC1:", "DC03", "shc:/", "https://x.org/#", "\\{"],
            rest in "[0-9A-Z $%*+./:-]{0,200}",
        ) {
            let _ = recognise(format!("{prefix}{rest}").as_bytes());
        }
    }
}
