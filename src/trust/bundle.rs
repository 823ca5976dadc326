//! One file that carries trust to another machine: the root's key, its list, and the status tokens beside it.

use crate::cbor::{self, CborError, Value};

use super::list::MAX_LIST_BYTES;
use super::token::MAX_TOKEN_BYTES;

/// Says what the file is, under a key of its own.
const MAGIC: &str = "nansen-trust-bundle";

const MAGIC_LABEL: i64 = 0;
const VERSION_LABEL: i64 = 1;
const ROOT: i64 = 2;
const LIST: i64 = 3;
const TOKENS: i64 = 4;

const VERSION: i64 = 1;

/// Bytes of a bundle at most.
pub const MAX_BUNDLE_BYTES: usize = 32 * 1024 * 1024;
/// Status tokens in a bundle at most.
const MAX_TOKENS: usize = 10_000;

/// Why bytes are not a bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Longer than any bundle needs to be.
    #[error("a file of {found} bytes, where a trust bundle has at most {MAX_BUNDLE_BYTES}")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// Not CBOR.
    #[error("not a trust bundle")]
    NotCbor(#[source] CborError),
    /// CBOR of something else.
    #[error("not a trust bundle: no usable {wanted}")]
    Entry {
        /// The part that is missing.
        wanted: &'static str,
    },
    /// A bundle of a later version.
    #[error("a trust bundle of version {found}, where version {VERSION} was wanted")]
    Version {
        /// Its version.
        found: i128,
    },
}

/// A bundle, taken apart. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// The root's `SubjectPublicKeyInfo`, DER.
    pub root_spki: Vec<u8>,
    /// The signed list.
    pub list: Vec<u8>,
    /// Signed status tokens.
    pub tokens: Vec<Vec<u8>>,
}

impl Bundle {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = |bytes: &Vec<u8>| Value::Bytes(bytes.clone());
        let entries = [
            (MAGIC_LABEL, cbor::text(MAGIC)),
            (VERSION_LABEL, cbor::int(VERSION)),
            (ROOT, bytes(&self.root_spki)),
            (LIST, bytes(&self.list)),
            (TOKENS, Value::Array(self.tokens.iter().map(bytes).collect())),
        ];
        cbor::encode(&Value::Map(entries.map(|(label, value)| (cbor::int(label), value)).to_vec()))
    }

    /// Whether a file begins like a bundle; for folders that hold other things too.
    pub fn looks_like(bytes: &[u8]) -> bool {
        // A map of five, key 0, text of 19 bytes.
        bytes.starts_with(&[0xa5, 0x00, 0x73]) && bytes[3..].starts_with(MAGIC.as_bytes())
    }

    /// Takes a file apart.
    ///
    /// # Errors
    /// When it is not a bundle.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let wrong = |wanted| BundleError::Entry { wanted };
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLong { found: bytes.len() });
        }
        let Value::Map(entries) = cbor::decode_strict(bytes).map_err(BundleError::NotCbor)? else {
            return Err(wrong("map"));
        };
        if cbor::get(&entries, MAGIC_LABEL) != Some(&cbor::text(MAGIC)) {
            return Err(wrong("first line"));
        }
        match cbor::get(&entries, VERSION_LABEL) {
            Some(Value::Integer(version)) if *version == i128::from(VERSION) => {}
            Some(Value::Integer(found)) => return Err(BundleError::Version { found: *found }),
            _ => return Err(wrong("version")),
        }
        let root_spki = match cbor::get(&entries, ROOT) {
            Some(Value::Bytes(spki)) => spki.clone(),
            _ => return Err(wrong("root key")),
        };
        let list = match cbor::get(&entries, LIST) {
            Some(Value::Bytes(list)) if list.len() <= MAX_LIST_BYTES => list.clone(),
            _ => return Err(wrong("trust list")),
        };
        let tokens = match cbor::get(&entries, TOKENS) {
            Some(Value::Array(tokens)) if tokens.len() <= MAX_TOKENS => tokens
                .iter()
                .map(|token| match token {
                    Value::Bytes(token) if token.len() <= MAX_TOKEN_BYTES => Ok(token.clone()),
                    _ => Err(wrong("status token")),
                })
                .collect::<Result<_, _>>()?,
            _ => return Err(wrong("status tokens")),
        };
        Ok(Self { root_spki, list, tokens })
    }
}
