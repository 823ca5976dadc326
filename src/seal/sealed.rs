//! `COSE_Sign1` messages as they are received (RFC 9052 §4.2).
//!
//! Bytes come in and a [`Sealed`] goes out: taken apart, with nothing verified. [`Sealed::open_with`] checks the
//! signature over the bytes as they were received and is the only maker of [`Authentic`].

use coset::{Header, ProtectedHeader, SignatureContext, sig_structure_data};

use super::algorithm::Algorithm;
use super::authentic::Authentic;
use super::kid::KID_LEN;
use super::public_key::PublicKey;
use crate::cbor::{self, CborError, Value};

/// CBOR tag of `COSE_Sign1` (RFC 9052 §4.2).
pub(super) const SIGN1_TAG: u64 = 18;
/// CBOR tag of a CWT (RFC 8392 §6).
const CWT_TAG: u64 = 61;

/// `alg` (RFC 9052 §3.1).
pub(super) const ALG: i64 = 1;
/// `crit` (RFC 9052 §3.1).
const CRIT: i64 = 2;
/// `kid` (RFC 9052 §3.1).
pub(super) const KID: i64 = 4;
/// `typ`, the type of the whole message (RFC 9596 §2).
pub const TYP: i64 = 16;
/// [`TYP`] of a status token (IETF draft-ietf-oauth-status-list §5.2).
pub const STATUS_LIST_TYPE: &str = "application/statuslist+cwt";
/// [`TYP`] of a trust list, so that no other message signed by a root key can pass for one.
pub const TRUST_LIST_TYPE: &str = "application/vnd.nansen.trust-list+cbor";
/// `x5chain` (RFC 9360 §2).
const X5CHAIN: i64 = 33;

/// Labels that may stand in `crit` because they are understood here.
const UNDERSTOOD: [i64; 4] = [ALG, CRIT, KID, TYP];

/// Why bytes are not an authentic `COSE_Sign1` message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The bytes are not one CBOR item, or in our own format not a deterministic one.
    #[error("not a COSE_Sign1 message")]
    NotCbor(#[source] CborError),
    /// Another CBOR tag than 18 (RFC 9052 §2).
    #[error("CBOR tag {tag} ({name}), where COSE_Sign1 was wanted")]
    NotSign1 {
        /// The tag.
        tag: u64,
        /// What it stands for.
        name: &'static str,
    },
    /// Not the array of four that RFC 9052 §4.2 defines.
    #[error("not a COSE_Sign1 message: no {wanted} at its place")]
    Malformed {
        /// The part that is missing or of the wrong kind.
        wanted: &'static str,
    },
    /// The protected header is not a CBOR map.
    #[error("the protected header is not a CBOR map")]
    ProtectedHeader(#[source] CborError),
    /// Our own format has no unprotected header.
    #[error("the unprotected header holds {entries} entries, where none may stand")]
    UnprotectedNotEmpty {
        /// How many.
        entries: usize,
    },
    /// Our own format has `alg`, `kid` and in some messages `typ`.
    #[error("header {label} may not stand in this format")]
    HeaderNotAllowed {
        /// The label, in a short diagnostic form.
        label: String,
    },
    /// The `kid` header is missing, or not 8 bytes in our own format.
    #[error("no key identifier of {KID_LEN} bytes in the protected header")]
    KidMissing,
    /// No `alg` header.
    #[error("no signature algorithm in the headers")]
    AlgorithmMissing,
    /// An `alg` that we cannot check.
    #[error("signature algorithm {found} is not supported")]
    AlgorithmUnsupported {
        /// The COSE number, or the text that stands for it.
        found: String,
    },
    /// The algorithm is known but not one of this key.
    #[error("signature algorithm {algorithm} does not fit a {key} key")]
    AlgorithmDoesNotFitKey {
        /// The algorithm named in the header.
        algorithm: Algorithm,
        /// The kind of key.
        key: &'static str,
    },
    /// A critical header that is not understood (RFC 9052 §3.1).
    #[error("critical header {label} is not understood")]
    CriticalHeader {
        /// The label, in a short diagnostic form.
        label: String,
    },
    /// Signatures have one length for each key; a longer one is DER or worse.
    #[error("a signature of {found} bytes, where {wanted} were wanted")]
    SignatureLength {
        /// Its length.
        found: usize,
        /// The length that the key makes.
        wanted: usize,
    },
    /// The signature was not made by this key over these bytes.
    #[error("the signature does not match")]
    BadSignature,
}

/// A `COSE_Sign1` message, taken apart. Nothing of it is verified.
#[derive(Clone, Debug)]
pub struct Sealed {
    protected_bytes: Vec<u8>,
    protected: Vec<(Value, Value)>,
    unprotected: Vec<(Value, Value)>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl Sealed {
    /// Reads a message of our own format: tag 18, deterministic CBOR, exactly `alg` and a `kid` of 8 bytes protected
    /// and nothing unprotected.
    ///
    /// # Errors
    /// Every way in which the bytes differ from that.
    pub fn parse_strict(bytes: &[u8]) -> Result<Self, OpenError> {
        Self::parse_own(bytes, &[ALG, KID])
    }

    /// Like [`parse_strict`](Self::parse_strict), with a protected [`TYP`] that must be `typ`.
    ///
    /// # Errors
    /// Every way in which the bytes differ from that.
    pub fn parse_strict_typed(bytes: &[u8], typ: &str) -> Result<Self, OpenError> {
        let sealed = Self::parse_own(bytes, &[ALG, KID, TYP])?;
        match cbor::get(&sealed.protected, TYP) {
            Some(Value::Text(found)) if found == typ => Ok(sealed),
            _ => Err(OpenError::Malformed { wanted: "type of its own (header 16)" }),
        }
    }

    fn parse_own(bytes: &[u8], allowed: &[i64]) -> Result<Self, OpenError> {
        let value = cbor::decode_strict(bytes).map_err(OpenError::NotCbor)?;
        let Value::Tag(SIGN1_TAG, message) = value else { return Err(other_message(&value)) };
        let sealed = Self::from_array(*message)?;
        if !sealed.unprotected.is_empty() {
            return Err(OpenError::UnprotectedNotEmpty { entries: sealed.unprotected.len() });
        }
        cbor::decode_strict(&sealed.protected_bytes).map_err(OpenError::ProtectedHeader)?;
        let stranger = |key: &Value| !allowed.iter().any(|&label| *key == cbor::int(label));
        if let Some((label, _)) = sealed.protected.iter().find(|(label, _)| stranger(label)) {
            return Err(OpenError::HeaderNotAllowed { label: label_text(label) });
        }
        sealed.alg()?;
        match sealed.kid_bytes() {
            Some(kid) if kid.len() == KID_LEN => Ok(sealed),
            _ => Err(OpenError::KidMissing),
        }
    }

    /// Reads a message of another issuer: with tag 18, untagged, and either of them under tag 61; any headers.
    ///
    /// # Errors
    /// When it is not a `COSE_Sign1` message with its payload inside.
    pub fn parse_lenient(bytes: &[u8]) -> Result<Self, OpenError> {
        let value = match cbor::decode_lenient(bytes).map_err(OpenError::NotCbor)? {
            Value::Tag(CWT_TAG, inner) => *inner,
            value => value,
        };
        match value {
            Value::Tag(SIGN1_TAG, message) => Self::from_array(*message),
            Value::Array(_) => Self::from_array(value),
            other => Err(other_message(&other)),
        }
    }

    fn from_array(message: Value) -> Result<Self, OpenError> {
        let wrong = |wanted| OpenError::Malformed { wanted };
        let Value::Array(parts) = message else { return Err(wrong("array of four")) };
        let [protected, unprotected, payload, signature] =
            <[Value; 4]>::try_from(parts).map_err(|_| wrong("array of four"))?;
        let Value::Bytes(protected_bytes) = protected else { return Err(wrong("protected header")) };
        let Value::Map(unprotected) = unprotected else { return Err(wrong("unprotected header")) };
        let Value::Bytes(payload) = payload else { return Err(wrong("payload")) };
        let Value::Bytes(signature) = signature else { return Err(wrong("signature")) };
        let protected = match protected_bytes.as_slice() {
            [] => Vec::new(),
            bytes => match cbor::decode_lenient(bytes).map_err(OpenError::ProtectedHeader)? {
                Value::Map(protected) => protected,
                _ => return Err(wrong("map in the protected header")),
            },
        };
        Ok(Self { protected_bytes, protected, unprotected, payload, signature })
    }

    /// The key identifier: the protected one, else the unprotected one.
    ///
    /// It only says which keys to try, so it need not be protected.
    pub fn kid_bytes(&self) -> Option<&[u8]> {
        match self.header(KID) {
            Some(Value::Bytes(kid)) => Some(kid),
            _ => None,
        }
    }

    /// The signature algorithm: the protected one, else the unprotected one, which is seen in HCERT.
    ///
    /// An unprotected algorithm does no harm here: every key fits one family of algorithms only, whatever a header
    /// says. [`algorithm_is_protected`](Self::algorithm_is_protected) tells the two apart.
    ///
    /// # Errors
    /// When there is none, or none that is known.
    pub fn alg(&self) -> Result<Algorithm, OpenError> {
        let unsupported = |found: String| OpenError::AlgorithmUnsupported { found };
        match self.header(ALG) {
            None => Err(OpenError::AlgorithmMissing),
            Some(Value::Integer(number)) => i64::try_from(*number)
                .ok()
                .and_then(Algorithm::from_cose_number)
                .ok_or_else(|| unsupported(number.to_string())),
            Some(other) => Err(unsupported(label_text(other))),
        }
    }

    /// Whether the algorithm stands in the protected header, where RFC 9052 §3.1 wants it.
    pub fn algorithm_is_protected(&self) -> bool {
        cbor::get(&self.protected, ALG).is_some()
    }

    /// The protected header's entries, as received.
    pub fn protected(&self) -> &[(Value, Value)] {
        &self.protected
    }

    /// The protected header's bytes, as received.
    pub fn protected_bytes(&self) -> &[u8] {
        &self.protected_bytes
    }

    /// The unprotected header's entries, as received.
    pub fn unprotected(&self) -> &[(Value, Value)] {
        &self.unprotected
    }

    /// The payload, which nothing stands for yet: to be looked at, never to be decided on.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature's bytes.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The DER certificates of `x5chain` (RFC 9360 §2), the signer's first. One alone is a bare byte string.
    pub fn x5chain(&self) -> Vec<&[u8]> {
        match self.header(X5CHAIN) {
            Some(Value::Bytes(one)) => vec![one],
            Some(Value::Array(chain)) => chain
                .iter()
                .filter_map(|certificate| match certificate {
                    Value::Bytes(der) => Some(der.as_slice()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Checks the signature with `key`.
    ///
    /// # Errors
    /// When the algorithm is missing, unknown or not one of the key, a critical header is not understood, or the
    /// signature does not match.
    pub fn open_with(&self, key: &PublicKey) -> Result<Authentic<Vec<u8>>, OpenError> {
        self.open_with_aad(key, &[])
    }

    /// Like [`open_with`](Self::open_with), with externally supplied data under the signature (RFC 9052 §4.3).
    ///
    /// # Errors
    /// As for [`open_with`](Self::open_with).
    pub fn open_with_aad(&self, key: &PublicKey, aad: &[u8]) -> Result<Authentic<Vec<u8>>, OpenError> {
        self.check_critical()?;
        let algorithm = self.alg()?;
        key.verify(algorithm, &sig_structure(&self.protected_bytes, aad, &self.payload), &self.signature)?;
        Ok(Authentic::new(self.payload.clone()))
    }

    fn check_critical(&self) -> Result<(), OpenError> {
        if cbor::get(&self.unprotected, CRIT).is_some() {
            return Err(OpenError::Malformed { wanted: "protection for the list of critical headers" });
        }
        let labels = match cbor::get(&self.protected, CRIT) {
            None => return Ok(()),
            Some(Value::Array(labels)) if !labels.is_empty() => labels,
            Some(_) => return Err(OpenError::Malformed { wanted: "list of critical headers" }),
        };
        match labels.iter().find(|label| !UNDERSTOOD.iter().any(|&known| **label == cbor::int(known))) {
            Some(label) => Err(OpenError::CriticalHeader { label: label_text(label) }),
            None => Ok(()),
        }
    }

    fn header(&self, label: i64) -> Option<&Value> {
        cbor::get(&self.protected, label).or_else(|| cbor::get(&self.unprotected, label))
    }
}

/// What is signed (RFC 9052 §4.4). A protected header that is an empty map counts as no bytes at all.
pub(super) fn sig_structure(protected: &[u8], aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let original_data = match protected {
        [] | [0xa0] => None,
        bytes => Some(bytes.to_vec()),
    };
    let body = ProtectedHeader { original_data, header: Header::default() };
    sig_structure_data(SignatureContext::CoseSign1, body, None, aad, payload)
}

fn other_message(value: &Value) -> OpenError {
    let Value::Tag(tag, _) = value else { return OpenError::Malformed { wanted: "CBOR tag 18" } };
    let name = match tag {
        16 => "COSE_Encrypt0",
        17 => "COSE_Mac0",
        18 => "COSE_Sign1 once more",
        61 => "CWT",
        96 => "COSE_Encrypt",
        97 => "COSE_Mac",
        98 => "COSE_Sign, for several signers",
        _ => "no COSE message",
    };
    OpenError::NotSign1 { tag: *tag, name }
}

fn label_text(label: &Value) -> String {
    match label {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => format!("{:?}", text.chars().take(24).collect::<String>()),
        _ => "of an unusual kind".to_owned(),
    }
}

#[cfg(test)]
mod tests;
