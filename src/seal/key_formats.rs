//! JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037) and `COSE_Key` (RFC 9052 §7, RFC 9053 §7) into [`PublicKey`].

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};
use serde_json::Value as Json;

use super::public_key::{KeyError, PublicKey};
use crate::cbor::{self, Value};

/// `kty`, key type (RFC 9052 §7.1).
const KTY: i64 = 1;
/// `kid`, key identifier (RFC 9052 §7.1).
const KID: i64 = 2;
/// `crv` of OKP and EC2 keys, `n` of RSA keys (RFC 9053 §7.1, RFC 8230 §4).
const CRV_OR_N: i64 = -1;
/// `x` of OKP and EC2 keys, `e` of RSA keys.
const X_OR_E: i64 = -2;
/// `y` of EC2 keys.
const Y: i64 = -3;

impl PublicKey {
    /// Reads one JSON Web Key; a private part, if there is one, is not looked at.
    ///
    /// # Errors
    /// When a member is missing or wrong, or the kind cannot be used.
    pub fn from_jwk(text: &str) -> Result<Self, KeyError> {
        Self::from_jwk_value(&serde_json::from_str(text).map_err(KeyError::Json)?)
    }

    pub(super) fn from_jwk_value(jwk: &Json) -> Result<Self, KeyError> {
        let member = |name| jwk.get(name).and_then(Json::as_str).ok_or(KeyError::Jwk { member: name });
        let number = |name| base64url(member(name)?).ok_or(KeyError::Jwk { member: name });
        match member("kty")? {
            "EC" => match member("crv")? {
                "P-256" => Self::from_p256_point(&uncompressed(&number("x")?, &number("y")?, 32)),
                "P-384" => Self::from_p384_point(&uncompressed(&number("x")?, &number("y")?, 48)),
                other => Err(KeyError::Unsupported { found: format!("EC on curve {other}") }),
            },
            "OKP" => match member("crv")? {
                "Ed25519" => Self::from_ed25519_bytes(&number("x")?),
                other => Err(KeyError::Unsupported { found: format!("OKP on curve {other}") }),
            },
            "RSA" => Self::from_rsa_numbers(&number("n")?, &number("e")?),
            other => Err(KeyError::Unsupported { found: other.to_owned() }),
        }
    }

    /// Reads one CBOR `COSE_Key`.
    ///
    /// # Errors
    /// When a parameter is missing or wrong, or the kind cannot be used.
    pub fn from_cose_key(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::from_cose_key_value(&cbor::decode_lenient(bytes).map_err(KeyError::Cbor)?)
    }

    pub(super) fn from_cose_key_value(key: &Value) -> Result<Self, KeyError> {
        let Value::Map(key) = key else { return Err(KeyError::CoseKey { label: KTY }) };
        let bytes = |label| match cbor::get(key, label) {
            Some(Value::Bytes(bytes)) => Ok(bytes.as_slice()),
            _ => Err(KeyError::CoseKey { label }),
        };
        let kind = |label, names: &[(i128, &'static str)]| match cbor::get(key, label) {
            Some(Value::Integer(number)) => {
                Ok(names.iter().find(|(n, _)| n == number).map_or("other", |(_, name)| name))
            }
            // A text name is allowed for both parameters and registered for none that we know.
            Some(Value::Text(_)) => Ok("other"),
            _ => Err(KeyError::CoseKey { label }),
        };
        let point = |width| -> Result<Vec<u8>, KeyError> {
            match cbor::get(key, Y) {
                Some(Value::Bool(odd)) => Ok(compressed(bytes(X_OR_E)?, *odd, width)),
                _ => Ok(uncompressed(bytes(X_OR_E)?, bytes(Y)?, width)),
            }
        };
        let curves = [(1, "P-256"), (2, "P-384"), (3, "P-521"), (6, "Ed25519"), (7, "Ed448")];
        match kind(KTY, &[(1, "OKP"), (2, "EC2"), (3, "RSA")])? {
            "EC2" => match kind(CRV_OR_N, &curves)? {
                "P-256" => Self::from_p256_point(&point(32)?),
                "P-384" => Self::from_p384_point(&point(48)?),
                other => Err(KeyError::Unsupported { found: format!("EC on curve {other}") }),
            },
            "OKP" => match kind(CRV_OR_N, &curves)? {
                "Ed25519" => Self::from_ed25519_bytes(bytes(X_OR_E)?),
                other => Err(KeyError::Unsupported { found: format!("OKP on curve {other}") }),
            },
            "RSA" => Self::from_rsa_numbers(bytes(CRV_OR_N)?, bytes(X_OR_E)?),
            other => Err(KeyError::Unsupported { found: other.to_owned() }),
        }
    }
}

/// The identifier that a `COSE_Key` carries.
pub(super) fn cose_key_kid(key: &Value) -> Option<Vec<u8>> {
    let Value::Map(key) = key else { return None };
    match cbor::get(key, KID) {
        Some(Value::Bytes(kid)) => Some(kid.clone()),
        _ => None,
    }
}

/// Base64url without padding (RFC 7515 §2); padding and the ordinary alphabet are seen too and do no harm.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    Base64UrlUnpadded::decode_vec(text).or_else(|_| Base64Unpadded::decode_vec(text)).ok()
}

/// A SEC1 point from coordinates that some writers strip of leading zeros. A coordinate that is too long stays so
/// and is refused by the curve.
fn uncompressed(x: &[u8], y: &[u8], width: usize) -> Vec<u8> {
    let mut point = vec![0x04];
    for coordinate in [x, y] {
        point.resize(point.len() + width.saturating_sub(coordinate.len()), 0);
        point.extend_from_slice(coordinate);
    }
    point
}

fn compressed(x: &[u8], odd: bool, width: usize) -> Vec<u8> {
    let mut point = vec![if odd { 0x03 } else { 0x02 }];
    point.resize(1 + width.saturating_sub(x.len()), 0);
    point.extend_from_slice(x);
    point
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 7515 §A.3.1.
    const JWK: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    #[test]
    fn the_same_key_is_read_from_jwk_cose_key_and_spki() {
        let key = PublicKey::from_jwk(JWK).unwrap();
        let PublicKey::P256(point) = &key else { panic!("P-256 was wanted") };
        let point = point.to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let cose = |y: Value| {
            let bytes = |b: &[u8]| Value::Bytes(b.to_vec());
            let entries = [(1, cbor::int(2)), (-1, cbor::int(1)), (-2, bytes(x)), (-3, y)];
            cbor::encode(&Value::Map(entries.map(|(label, value)| (cbor::int(label), value)).to_vec()))
        };
        assert_eq!(PublicKey::from_cose_key(&cose(Value::Bytes(y.to_vec()))).unwrap(), key);
        assert_eq!(PublicKey::from_cose_key(&cose(Value::Bool(y[31] & 1 == 1))).unwrap(), key);
        assert_eq!(PublicKey::from_spki_der(&key.to_spki_der()).unwrap(), key);
        assert_eq!(PublicKey::from_pem(&key.to_pem()).unwrap(), key);
    }

    #[test]
    fn the_ed25519_key_of_rfc_8037_is_read() {
        let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key = PublicKey::from_jwk(jwk).unwrap();
        assert_eq!(key.kind(), "Ed25519");
        assert_eq!(PublicKey::from_spki_der(&key.to_spki_der()).unwrap(), key);
    }

    #[test]
    fn what_is_not_a_key_is_refused_with_the_member_that_is_wrong() {
        for (jwk, expect) in [
            ("{}", "not a JSON Web Key: no usable \"kty\""),
            ("[]", "not a JSON Web Key: no usable \"kty\""),
            (r#"{"kty":"oct","k":"AA"}"#, "a key of kind oct, where P-256, P-384, Ed25519 or RSA was wanted"),
            (r#"{"kty":"EC","crv":"P-256","x":"AA"}"#, "not a JSON Web Key: no usable \"y\""),
            (r#"{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}"#, "the numbers given are not a valid P-256 key"),
            (r#"{"kty":"EC","crv":"P-256","x":"A$","y":"AQ"}"#, "not a JSON Web Key: no usable \"x\""),
            (r#"{"kty":"RSA","n":"AAAA","e":"AQAB"}"#, "the numbers given are not a valid RSA key"),
            (
                r#"{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
                "the numbers given are not a valid Ed25519 key",
            ),
        ] {
            assert_eq!(PublicKey::from_jwk(jwk).unwrap_err().to_string(), expect, "{jwk}");
        }
        assert_eq!(PublicKey::from_cose_key(&[0x80]).unwrap_err().to_string(), "not a COSE_Key: no usable parameter 1");
        assert_eq!(PublicKey::from_cose_key(&[0xa0]).unwrap_err().to_string(), "not a COSE_Key: no usable parameter 1");
    }
}
