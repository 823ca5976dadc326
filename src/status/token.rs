//! The status token: a CWT whose claims carry the list (§5.2 of the draft).

use jiff::Timestamp;

use super::list::{BitWidth, ListError, StatusList};
use crate::cbor::{self, CborError, Value};
use crate::seal::{Authentic, STATUS_LIST_TYPE, SigningKey, TYP, sign_with_headers};

/// `sub`: the URI of this list (RFC 8392 §3.1.2).
const SUB: i64 = 2;
/// `exp`: the second from which the token must not be used (RFC 8392 §3.1.4).
const EXP: i64 = 4;
/// `iat`: when the token was made (RFC 8392 §3.1.6).
const IAT: i64 = 6;
/// `status_list` (§5.2 of the draft).
const STATUS_LIST: i64 = 65533;
/// `ttl`: seconds for which a copy may be kept (§5.2 of the draft).
const TTL: i64 = 65534;

/// Scheme of our own list URIs.
const NATIVE: &str = "np:";

/// The URI of our own list `number`.
pub fn native_uri(number: u32) -> String {
    format!("{NATIVE}{number}")
}

/// The number in a URI of our own; the one spelling that [`native_uri`] writes.
pub fn native_uri_number(uri: &str) -> Option<u32> {
    let number = uri.strip_prefix(NATIVE)?.parse().ok()?;
    (native_uri(number) == uri).then_some(number)
}

/// Why a payload is not a status token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Not CBOR.
    #[error("the status token is not CBOR")]
    NotCbor(#[source] CborError),
    /// A claim is missing or of the wrong kind.
    #[error("the status token has no usable claim {claim}")]
    Claim {
        /// Its number.
        claim: i64,
    },
    /// The list inside cannot be read.
    #[error("the status list cannot be read")]
    List(#[from] ListError),
}

/// The claims of a status token.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusClaims {
    /// The URI that credentials name this list by.
    pub uri: String,
    /// When the token was made.
    pub issued: Timestamp,
    /// From when it must not be used any more.
    pub expires: Option<Timestamp>,
    /// Seconds for which a copy may be kept.
    pub ttl: Option<u64>,
    /// The statuses.
    pub list: StatusList,
}

impl StatusClaims {
    /// Makes the signed token.
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let list = Value::Map(vec![
            (cbor::text("bits"), cbor::int(self.list.width().bits())),
            (cbor::text("lst"), Value::Bytes(self.list.compress())),
        ]);
        let mut claims = vec![
            (cbor::int(SUB), cbor::text(&self.uri)),
            (cbor::int(IAT), cbor::int(self.issued.as_second())),
            (cbor::int(STATUS_LIST), list),
        ];
        claims.extend(self.expires.map(|expires| (cbor::int(EXP), cbor::int(expires.as_second()))));
        claims.extend(self.ttl.map(|ttl| (cbor::int(TTL), cbor::int(ttl))));
        let payload = cbor::encode(&Value::Map(claims));
        sign_with_headers(&payload, &[(TYP, cbor::text(STATUS_LIST_TYPE))], key)
    }

    /// Reads the payload of a token of any issuer, whose signature has been checked.
    ///
    /// # Errors
    /// When a claim is missing or the list cannot be read.
    pub fn read(payload: Authentic<Vec<u8>>) -> Result<Authentic<Self>, TokenError> {
        payload.try_map(|payload| Self::from_cbor(&payload))
    }

    fn from_cbor(payload: &[u8]) -> Result<Self, TokenError> {
        let wrong = |claim| TokenError::Claim { claim };
        let Value::Map(claims) = cbor::decode_lenient(payload).map_err(TokenError::NotCbor)? else {
            return Err(wrong(SUB));
        };
        let Some(Value::Text(uri)) = cbor::get(&claims, SUB) else { return Err(wrong(SUB)) };
        let issued = time(&claims, IAT)?.ok_or_else(|| wrong(IAT))?;
        let expires = time(&claims, EXP)?;
        let ttl = match cbor::get(&claims, TTL) {
            None => None,
            Some(Value::Integer(seconds)) => Some(u64::try_from(*seconds).map_err(|_| wrong(TTL))?),
            Some(_) => return Err(wrong(TTL)),
        };
        let Some(Value::Map(list)) = cbor::get(&claims, STATUS_LIST) else { return Err(wrong(STATUS_LIST)) };
        let width = match cbor::get_text(list, "bits") {
            Some(Value::Integer(bits)) => BitWidth::from_bits(*bits),
            _ => None,
        }
        .ok_or_else(|| wrong(STATUS_LIST))?;
        let Some(Value::Bytes(lst)) = cbor::get_text(list, "lst") else { return Err(wrong(STATUS_LIST)) };
        let list = StatusList::decompress(width, lst)?;
        Ok(Self { uri: uri.clone(), issued, expires, ttl, list })
    }
}

/// A time claim; others write it with fractions too (RFC 8392 §2, `NumericDate`).
fn time(claims: &[(Value, Value)], claim: i64) -> Result<Option<Timestamp>, TokenError> {
    let wrong = || TokenError::Claim { claim };
    let seconds = match cbor::get(claims, claim) {
        None => return Ok(None),
        Some(Value::Integer(seconds)) => i64::try_from(*seconds).map_err(|_| wrong())?,
        Some(Value::Float(seconds)) if seconds.is_finite() => *seconds as i64,
        Some(_) => return Err(wrong()),
    };
    Timestamp::from_second(seconds).map(Some).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use getrandom::rand_core::UnwrapErr;

    use super::*;
    use crate::seal::Sealed;
    use crate::status::Status;

    fn claims() -> StatusClaims {
        let mut list = StatusList::new();
        list.set(7, Status::Invalid).unwrap();
        let issued = Timestamp::from_second(1_790_000_000).unwrap();
        StatusClaims { uri: native_uri(3), issued, expires: None, ttl: Some(86_400), list }
    }

    #[test]
    fn a_token_of_ours_opens_and_says_what_was_signed() {
        let key = SigningKey::generate_p256(&mut UnwrapErr(SysRng));
        let sealed = Sealed::parse_strict_typed(&claims().sign(&key), STATUS_LIST_TYPE).unwrap();
        let read = StatusClaims::read(sealed.open_with(&key.public()).unwrap()).unwrap();
        assert_eq!(read.get(), &claims());
        assert_eq!(read.get().list.get(7).unwrap(), Status::Invalid);
    }

    #[test]
    fn our_own_uris_have_one_spelling() {
        assert_eq!(native_uri_number("np:0"), Some(0));
        assert_eq!(native_uri_number(&native_uri(u32::MAX)), Some(u32::MAX));
        for uri in ["np:", "np:01", "np:+1", "np:-1", "np:4294967296", "https://example.org/1", "NP:1"] {
            assert_eq!(native_uri_number(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_claim_that_is_missing_or_wrong_is_named() {
        let encode = |entries: &[(i64, Value)]| {
            cbor::encode(&Value::Map(entries.iter().map(|(k, v)| (cbor::int(*k), v.clone())).collect()))
        };
        let list = |bits: i64| {
            Value::Map(vec![(cbor::text("bits"), cbor::int(bits)), (cbor::text("lst"), Value::Bytes(vec![]))])
        };
        let (sub, iat) = ((SUB, cbor::text("x")), (IAT, cbor::int(1)));
        for (payload, expect) in [
            (vec![], "the status token is not CBOR"),
            (encode(&[]), "the status token has no usable claim 2"),
            (encode(std::slice::from_ref(&sub)), "the status token has no usable claim 6"),
            (encode(&[sub.clone(), (IAT, Value::Float(f64::NAN))]), "the status token has no usable claim 6"),
            (encode(&[sub.clone(), (IAT, cbor::int(i64::MAX))]), "the status token has no usable claim 6"),
            (encode(&[sub.clone(), iat.clone()]), "the status token has no usable claim 65533"),
            (encode(&[sub.clone(), iat.clone(), (STATUS_LIST, list(3))]), "the status token has no usable claim 65533"),
            (encode(&[sub.clone(), iat.clone(), (TTL, cbor::int(-1))]), "the status token has no usable claim 65534"),
            (encode(&[sub, iat, (STATUS_LIST, list(2))]), "the status list cannot be read"),
        ] {
            assert_eq!(StatusClaims::from_cbor(&payload).unwrap_err().to_string(), expect, "{payload:02x?}");
        }
    }

    #[test]
    fn the_vectors_of_the_draft_are_read_and_written() {
        let Some(root) = std::env::var_os("NANSEN_SHARED") else {
            println!("skipped: NANSEN_SHARED is not set");
            return;
        };
        for (file, width) in [("vector-1bit.json", BitWidth::One), ("vector-4bit.json", BitWidth::Four)] {
            let path = std::path::Path::new(&root).join("vectors/status-list").join(file);
            let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            let hex = json["lst_hex"].as_str().unwrap();
            let lst: Vec<u8> =
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
            let list = StatusList::decompress(width, &lst).unwrap();
            assert_eq!(list.len(), json["size"].as_u64().unwrap(), "{file}");
            let mut own = StatusList::with(width, list.len() as u32);
            for (index, value) in json["statuses"].as_object().unwrap() {
                own.set(index.parse().unwrap(), Status::from_value(value.as_u64().unwrap() as u8)).unwrap();
            }
            // Every entry of the million, the ones that are not listed included.
            assert_eq!(own, list, "{file}");
            assert_eq!(StatusList::decompress(width, &own.compress()).unwrap(), list, "{file}");
        }
    }
}
