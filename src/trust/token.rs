//! Status tokens as trust lists travel with them: who signed which list when. What the list inside says is read by
//! `status`.

use jiff::Timestamp;

use super::list::TrustList;
use crate::cbor::{self, CborError, Value};
use crate::seal::{Authentic, OpenError, PublicKey, STATUS_LIST_TYPE, Sealed, TYP};

/// `sub` (RFC 8392 §3.1.2).
const SUB: i64 = 2;
/// `iat` (RFC 8392 §3.1.6).
const IAT: i64 = 6;

/// Bytes of a token at most.
pub const MAX_TOKEN_BYTES: usize = 4 * 1024 * 1024;

/// Why bytes are not a status token of an issuer in the list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than any token needs to be.
    #[error("a status token of {found} bytes, where at most {MAX_TOKEN_BYTES} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// Not a signed message.
    #[error("not a status token")]
    Seal(#[source] OpenError),
    /// A signed message of another type.
    #[error("a signed message of another type than {STATUS_LIST_TYPE}")]
    OtherType,
    /// No key of the trust list signed it.
    #[error("no key of the trust list signed the status token")]
    UnknownSigner,
    /// Its claims are not CBOR.
    #[error("the claims of the status token are not CBOR")]
    NotCbor(#[source] CborError),
    /// A claim is missing.
    #[error("the status token has no usable claim {claim}")]
    Claim {
        /// Its number.
        claim: i64,
    },
}

/// A status token whose signature was made by a key of the trust list.
#[derive(Clone, Debug)]
pub struct StatusToken {
    key: PublicKey,
    uri: String,
    issued: Timestamp,
    payload: Authentic<Vec<u8>>,
    bytes: Vec<u8>,
}

impl StatusToken {
    /// Reads a token and finds the key of `list` that signed it.
    ///
    /// # Errors
    /// When it is not a token, or no key of the list signed it.
    pub fn open(bytes: &[u8], list: &TrustList) -> Result<Self, TokenError> {
        if bytes.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong { found: bytes.len() });
        }
        let sealed = Sealed::parse_lenient(bytes).map_err(TokenError::Seal)?;
        if cbor::get(sealed.protected(), TYP) != Some(&cbor::text(STATUS_LIST_TYPE)) {
            return Err(TokenError::OtherType);
        }
        let kid = sealed.kid_bytes();
        let (key, payload) = list
            .keys()
            .map(|(_, key)| key)
            .filter(|key| kid.is_none_or(|kid| kid == key.kid))
            .find_map(|key| Some((key, sealed.open_with(&key.key).ok()?)))
            .ok_or(TokenError::UnknownSigner)?;
        let (uri, issued) = name_and_time(payload.get())?;
        Ok(Self { key: key.key.clone(), uri, issued, payload, bytes: bytes.to_vec() })
    }

    /// The key that signed it.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The URI that credentials name it by.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// When it was signed.
    pub fn issued(&self) -> Timestamp {
        self.issued
    }

    /// Its claims, for `status` to read.
    pub fn payload(&self) -> &Authentic<Vec<u8>> {
        &self.payload
    }

    /// Its bytes, as they were signed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn name_and_time(payload: &[u8]) -> Result<(String, Timestamp), TokenError> {
    let wrong = |claim| TokenError::Claim { claim };
    let Value::Map(claims) = cbor::decode_lenient(payload).map_err(TokenError::NotCbor)? else {
        return Err(wrong(SUB));
    };
    let Some(Value::Text(uri)) = cbor::get(&claims, SUB) else { return Err(wrong(SUB)) };
    let seconds = match cbor::get(&claims, IAT) {
        Some(Value::Integer(seconds)) => i64::try_from(*seconds).ok(),
        Some(Value::Float(seconds)) if seconds.is_finite() => Some(*seconds as i64),
        _ => None,
    };
    let issued = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(|| wrong(IAT))?;
    Ok((uri.clone(), issued))
}
