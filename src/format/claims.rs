//! The registered claims of other issuers' CBOR Web Tokens (RFC 8392 §3.1), read leniently and never guessed.

use jiff::Timestamp;

use crate::cbor::{self, Value as Cbor, get, int, text};
use crate::credential::{Credential, StatusRef};
use crate::cwt::{CTI, EXP, IAT, NBF, STATUS, status_claim, status_ref};

use super::FormatError;

/// `iss`: what the token calls its issuer (RFC 8392 §3.1.1).
pub const ISS: i64 = 1;

/// The claims of a token.
pub struct Claims {
    /// All of them.
    pub all: Vec<(Cbor, Cbor)>,
    /// Claim 1.
    pub issuer: Option<String>,
    /// Claim 4.
    pub expires: Option<Timestamp>,
    /// Claim 5.
    pub not_before: Option<Timestamp>,
    /// Claim 6.
    pub issued: Option<Timestamp>,
    /// Claim 65535, when it refers to a status list.
    pub status: Option<StatusRef>,
}

impl Claims {
    /// Reads the claims of a payload.
    pub fn parse(payload: &[u8]) -> Result<Self, FormatError> {
        let Cbor::Map(all) = cbor::decode_lenient(payload).map_err(FormatError::Cbor)? else {
            return Err(FormatError::NotAMap);
        };
        // A paper of our own that somebody wrapped anew would say other things under the same numbers.
        if get(&all, crate::cwt::OWN).is_some() {
            return Err(FormatError::OwnClaims);
        }
        let issuer = match get(&all, ISS) {
            None | Some(Cbor::Null) => None,
            Some(Cbor::Text(issuer)) => Some(shown(issuer)),
            Some(other) => return Err(bad(ISS, other, "text")),
        };
        Ok(Self {
            issuer,
            expires: time(&all, EXP)?,
            not_before: time(&all, NBF)?,
            issued: time(&all, IAT)?,
            status: status(&all)?,
            all,
        })
    }
}

/// Seconds since 1970, whole or as a floating-point number; both are seen.
fn time(claims: &[(Cbor, Cbor)], claim: i64) -> Result<Option<Timestamp>, FormatError> {
    let wanted = "seconds since 1970";
    let (seconds, item) = match get(claims, claim) {
        None | Some(Cbor::Null) => return Ok(None),
        Some(item @ Cbor::Integer(seconds)) => (i64::try_from(*seconds).ok(), item),
        Some(item @ Cbor::Float(seconds)) => (whole(*seconds), item),
        Some(other) => return Err(bad(claim, other, wanted)),
    };
    let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map(Some).ok_or_else(|| bad(claim, item, wanted))
}

/// The whole seconds of a finite number that a timestamp could hold.
fn whole(seconds: f64) -> Option<i64> {
    const FAR: f64 = 1e12;
    (seconds.is_finite() && seconds.abs() < FAR).then(|| seconds.floor() as i64)
}

fn status(claims: &[(Cbor, Cbor)]) -> Result<Option<StatusRef>, FormatError> {
    let Some(item) = get(claims, STATUS) else { return Ok(None) };
    status_ref(item).map(Some).ok_or_else(|| bad(STATUS, item, "a reference to a status list"))
}

/// The claims that every token of ours has, in other issuers' formats too.
pub fn registered(issuer: &str, credential: &Credential) -> Vec<(Cbor, Cbor)> {
    let mut claims = vec![(int(ISS), text(issuer)), (int(IAT), int(credential.issued.as_second()))];
    claims.extend(credential.expires.map(|at| (int(EXP), int(at.as_second()))));
    claims.extend(credential.not_before.map(|at| (int(NBF), int(at.as_second()))));
    claims.extend(credential.status.as_ref().map(|status| (int(STATUS), status_claim(status))));
    claims
}

/// The serial of claim 7: of ours as it is printed, of others as hexadecimal digits.
pub fn serial(claims: &[(Cbor, Cbor)]) -> Option<String> {
    match get(claims, CTI)? {
        Cbor::Bytes(bytes) => Some(match <[u8; 5]>::try_from(bytes.as_slice()) {
            Ok(bytes) => crate::credential::Serial::from_bytes(bytes).to_string(),
            Err(_) => hex(bytes),
        }),
        _ => None,
    }
}

/// Two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The refusal of a claim that holds `found`.
pub fn bad(claim: i64, found: &Cbor, wanted: &'static str) -> FormatError {
    FormatError::BadClaim { claim, found: kind_of(found), wanted }
}

/// What an item is, in a word or two.
pub fn kind_of(item: &Cbor) -> &'static str {
    match item {
        Cbor::Integer(_) => "a whole number",
        Cbor::Float(number) if number.is_nan() => "a number that is none (NaN)",
        Cbor::Float(number) if number.is_infinite() => "an infinite number",
        Cbor::Float(_) => "a floating-point number",
        Cbor::Tag(2 | 3, _) => "a number of many digits",
        Cbor::Tag(..) => "a tagged item",
        Cbor::Text(_) => "text",
        Cbor::Bytes(_) => "bytes",
        Cbor::Array(_) => "an array",
        Cbor::Map(_) => "a map",
        Cbor::Bool(_) => "true or false",
        Cbor::Null => "null",
        _ => "an unusual item",
    }
}

/// `text` of another issuer as it may be shown: what reorders or hides letters becomes visible, line ends become
/// spaces, and nothing else changes.
pub fn shown(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e0fff}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(item: Cbor) -> String {
        let payload = cbor::encode(&Cbor::Map(vec![(int(EXP), item)]));
        Claims::parse(&payload).err().unwrap().to_string()
    }

    #[test]
    fn times_are_numbers_of_seconds_and_nothing_else() {
        for (item, expect) in [
            (Cbor::Float(f64::NAN), "a number that is none (NaN)"),
            (Cbor::Float(f64::INFINITY), "an infinite number"),
            (Cbor::Float(1e300), "a floating-point number"),
            (text("2026-11-21"), "text"),
            (Cbor::Tag(2, Box::new(Cbor::Bytes(vec![1; 9]))), "a number of many digits"),
            (int(i64::MAX), "a whole number"),
        ] {
            assert_eq!(refusal(item), format!("claim 4 holds {expect}, where seconds since 1970 was wanted"));
        }
    }

    #[test]
    fn fractions_of_a_second_are_read() {
        let payload = cbor::encode(&Cbor::Map(vec![(int(EXP), Cbor::Float(1_634_040_192.75))]));
        assert_eq!(Claims::parse(&payload).unwrap().expires, Some(Timestamp::constant(1_634_040_192, 0)));
    }

    #[test]
    fn text_that_reorders_what_stands_around_it_is_made_visible() {
        assert_eq!(shown("Ami\u{202e}na\u{7}\nBlock 1"), "Ami\u{fffd}na\u{fffd} Block 1");
        assert_eq!(shown("نجیب\u{200c}الله"), "نجیب\u{200c}الله");
    }
}
