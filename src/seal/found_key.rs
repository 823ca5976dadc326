//! Key files of others, whatever their form: PEM, DER, JWK, JWK set, `COSE_Key`, hexadecimal digits, Base64.

use serde_json::Value as Json;

use super::certificate::Certificate;
use super::key_formats::cose_key_kid;
use super::kid::bytes_of_hex;
use super::pem;
use super::public_key::{KeyError, PublicKey};
use crate::cbor::{self, Value};

/// Keys read from one file at most.
const MAX_KEYS: usize = 10_000;

/// A key as it was found, with the name its file gives it.
#[derive(Clone, Debug)]
pub struct FoundKey {
    /// The key.
    pub key: PublicKey,
    /// The identifier written beside it: `kid` of a JWK (its text) or of a `COSE_Key` (its bytes).
    pub kid: Option<Vec<u8>>,
    /// The certificate it came in.
    pub certificate: Option<Certificate>,
}

impl FoundKey {
    fn bare(key: PublicKey) -> Self {
        Self { key, kid: None, certificate: None }
    }

    fn of_certificate(der: &[u8]) -> Result<Self, KeyError> {
        let certificate = Certificate::from_der(der)?;
        Ok(Self { key: certificate.key.clone(), kid: None, certificate: Some(certificate) })
    }
}

/// Reads every key of a file; which form it has is seen from the bytes.
///
/// # Errors
/// When the form is unknown or a key in it cannot be used.
pub fn read_keys(bytes: &[u8]) -> Result<Vec<FoundKey>, KeyError> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.contains("-----BEGIN ") {
            return from_pem(text);
        }
        if text.starts_with(['{', '[']) {
            return from_json(text);
        }
        if let Some(bytes) = bytes_of_hex(text) {
            return from_binary(&bytes);
        }
        // HCERT publishes certificates as bare Base64 of their DER.
        if text.starts_with("MI")
            && let Some(bytes) = pem::base64(text)
        {
            return from_binary(&bytes);
        }
    }
    from_binary(bytes)
}

fn from_pem(text: &str) -> Result<Vec<FoundKey>, KeyError> {
    let one = |block: Option<(&str, Vec<u8>)>| match block.ok_or(KeyError::NotPem)? {
        ("CERTIFICATE" | "X509 CERTIFICATE", der) => FoundKey::of_certificate(&der),
        ("PUBLIC KEY", der) => Ok(FoundKey::bare(PublicKey::from_spki_der(&der)?)),
        (other, _) => Err(KeyError::PemLabel { found: other.to_owned() }),
    };
    pem::blocks(text).take(MAX_KEYS).map(one).collect()
}

fn from_json(text: &str) -> Result<Vec<FoundKey>, KeyError> {
    let json: Json = serde_json::from_str(text).map_err(KeyError::Json)?;
    let keys = json.get("keys").or(Some(&json)).and_then(Json::as_array);
    let one = |jwk: &Json| {
        let kid = jwk.get("kid").and_then(Json::as_str).map(|kid| kid.as_bytes().to_vec());
        Ok(FoundKey { key: PublicKey::from_jwk_value(jwk)?, kid, certificate: None })
    };
    match keys {
        Some(keys) => keys.iter().take(MAX_KEYS).map(one).collect(),
        None => Ok(vec![one(&json)?]),
    }
}

/// DER starts a SEQUENCE (0x30), a `COSE_Key` a map (0xa0 to 0xbf), a set of them an array (0x80 to 0x9f); raw
/// Ed25519 and SEC1 keys are known by their lengths.
fn from_binary(bytes: &[u8]) -> Result<Vec<FoundKey>, KeyError> {
    let first = *bytes.first().ok_or(KeyError::UnknownForm)?;
    match (first, bytes.len()) {
        (_, 32) => Ok(vec![FoundKey::bare(PublicKey::from_ed25519_bytes(bytes)?)]),
        (0x04, 65) | (0x02 | 0x03, 33) => Ok(vec![FoundKey::bare(PublicKey::from_p256_point(bytes)?)]),
        (0x04, 97) | (0x02 | 0x03, 49) => Ok(vec![FoundKey::bare(PublicKey::from_p384_point(bytes)?)]),
        (0x30, _) => match PublicKey::from_spki_der(bytes) {
            Ok(key) => Ok(vec![FoundKey::bare(key)]),
            Err(KeyError::NotSpki(_)) => Ok(vec![FoundKey::of_certificate(bytes)?]),
            Err(error) => Err(error),
        },
        (0x80..=0xbf, _) => {
            let one = |key: &Value| {
                let kid = cose_key_kid(key);
                Ok(FoundKey { key: PublicKey::from_cose_key_value(key)?, kid, certificate: None })
            };
            match cbor::decode_lenient(bytes).map_err(KeyError::Cbor)? {
                Value::Array(keys) => keys.iter().take(MAX_KEYS).map(one).collect(),
                key => Ok(vec![one(&key)?]),
            }
        }
        _ => Err(KeyError::UnknownForm),
    }
}
