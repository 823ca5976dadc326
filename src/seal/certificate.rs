//! The four things a verifier needs from an X.509 certificate (RFC 5280 §4.1): key, validity, extended key usage.
//!
//! DER bytes come in. The fields are found by their place and the rest is stepped over unread: certificates in the
//! field break rules of X.509 that do not matter here (an empty extended key usage, odd names), and a parser that
//! insists on them all would make their papers unverifiable. A certificate is a carrier of a key here; that the key
//! is trusted comes from the trust list and never from a signature inside the certificate.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use pkcs8::ObjectIdentifier;

use super::{KeyError, Kid, PublicKey};

/// Larger ones are no signer's certificate; the largest vector has 2 kB.
const MAX_LEN: usize = 64 * 1024;

/// `id-ce-extKeyUsage` (RFC 5280 §4.2.1.12), encoded.
const EXT_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

/// Why bytes are not a certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Too long to be looked at.
    #[error("a certificate of {found} bytes, where at most {MAX_LEN} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// The structure is not that of RFC 5280 §4.1.
    #[error("not an X.509 certificate: no {wanted} at its place")]
    Structure {
        /// The field that was looked for.
        wanted: &'static str,
    },
    /// The key it carries cannot be used.
    #[error("the certificate's key cannot be used")]
    Key(#[source] Box<KeyError>),
}

/// What was read from a certificate. Nothing of it is verified.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The subject's key.
    pub key: PublicKey,
    /// The identifier that HCERT gives this key.
    pub kid: Kid,
    /// First second of validity.
    pub not_before: Timestamp,
    /// Last second of validity.
    pub not_after: Timestamp,
    /// Object identifiers of the extended key usage in dotted form; empty when there is none.
    pub extended_key_usage: Vec<String>,
}

impl Certificate {
    /// Reads a DER certificate.
    ///
    /// # Errors
    /// When a field is not at its place, or the key is of a kind that cannot be used.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_LEN {
            return Err(CertificateError::TooLong { found: der.len() });
        }
        let wrong = |wanted| move || CertificateError::Structure { wanted };
        let mut outer = Tlv(der).take(SEQUENCE).map(Tlv).ok_or_else(wrong("certificate"))?;
        let mut fields = outer.take(SEQUENCE).map(Tlv).ok_or_else(wrong("signed part"))?;
        let _ = fields.take(VERSION);
        fields.take(INTEGER).ok_or_else(wrong("serial number"))?;
        fields.take(SEQUENCE).ok_or_else(wrong("signature algorithm"))?;
        fields.take(SEQUENCE).ok_or_else(wrong("issuer"))?;
        let mut validity = fields.take(SEQUENCE).map(Tlv).ok_or_else(wrong("validity"))?;
        let not_before = validity.take_time().ok_or_else(wrong("start of validity"))?;
        let not_after = validity.take_time().ok_or_else(wrong("end of validity"))?;
        fields.take(SEQUENCE).ok_or_else(wrong("subject"))?;
        let spki = fields.take_whole(SEQUENCE).ok_or_else(wrong("public key"))?;
        let key = PublicKey::from_spki_der(spki).map_err(|error| CertificateError::Key(Box::new(error)))?;
        let extended_key_usage = extended_key_usage(fields).unwrap_or_default();
        Ok(Self { key, kid: Kid::of_certificate(der), not_before, not_after, extended_key_usage })
    }
}

/// Steps through what follows the key to the extensions, and in them to the one that matters.
fn extended_key_usage(mut fields: Tlv<'_>) -> Option<Vec<String>> {
    let mut extensions = loop {
        let (tag, content, _) = fields.next()?;
        if tag == EXTENSIONS {
            break Tlv(Tlv(content).take(SEQUENCE)?);
        }
    };
    while let Some(extension) = extensions.take(SEQUENCE) {
        let mut extension = Tlv(extension);
        if extension.take(OBJECT_IDENTIFIER)? != EXT_KEY_USAGE {
            continue;
        }
        let value = loop {
            // `critical`, a BOOLEAN, may stand between.
            let (tag, content, _) = extension.next()?;
            if tag == OCTET_STRING {
                break content;
            }
        };
        let mut usages = Tlv(Tlv(value).take(SEQUENCE)?);
        let mut found = Vec::new();
        while let Some(oid) = usages.take(OBJECT_IDENTIFIER) {
            found.extend(ObjectIdentifier::from_bytes(oid).map(|oid| oid.to_string()));
        }
        return Some(found);
    }
    None
}

/// A run of DER elements, taken from the front.
#[derive(Clone, Copy)]
struct Tlv<'a>(&'a [u8]);

impl<'a> Tlv<'a> {
    /// The next element: its tag, its content, and all its bytes.
    fn next(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
            }
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        let whole = &self.0[..self.0.len() - after.len()];
        self.0 = after;
        Some((tag, content, whole))
    }

    /// The content of the next element when it has this tag; otherwise nothing is taken.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, content, _) = ahead.next()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }

    fn take_whole(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = *self;
        self.take(tag)?;
        Some(&before.0[..before.0.len() - self.0.len()])
    }

    /// `Time` (RFC 5280 §4.1.2.5): `YYMMDDhhmmssZ` with years 1950 to 2049, or `YYYYMMDDhhmmssZ`.
    fn take_time(&mut self) -> Option<Timestamp> {
        let (tag, content, _) = self.next()?;
        let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (year, rest): (i16, &str) = match (tag, text.len()) {
            (UTC_TIME, 10 | 12) => {
                let year: i16 = text[..2].parse().ok()?;
                (if year < 50 { 2000 + year } else { 1900 + year }, &text[2..])
            }
            (GENERALIZED_TIME, 14) => (text[..4].parse().ok()?, &text[4..]),
            _ => return None,
        };
        let two = |at: usize| rest.get(at..at + 2).map_or(Some(0i8), |digits| digits.parse().ok());
        let time = civil::DateTime::new(year, two(0)?, two(2)?, two(4)?, two(6)?, two(8)?, 0).ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    }
}

/// The key bits of a `SubjectPublicKeyInfo`, for kinds whose crates want the bare bits.
pub(super) fn spki_bits(spki: &[u8]) -> Option<&[u8]> {
    let mut fields = Tlv(Tlv(spki).take(SEQUENCE)?);
    fields.take(SEQUENCE)?;
    fields.take(BIT_STRING)?.split_first().map(|(_, bits)| bits)
}
