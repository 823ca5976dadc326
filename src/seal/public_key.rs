//! Public keys: read from `SubjectPublicKeyInfo`, PEM, certificates, JWK and `COSE_Key`; they check signatures.

use std::fmt;

use ed25519_dalek::VerifyingKey as Ed25519;
use p256::ecdsa::VerifyingKey as P256;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p384::ecdsa::VerifyingKey as P384;
use pkcs8::der::Decode as _;
use pkcs8::spki::{EncodePublicKey as _, SubjectPublicKeyInfoRef};
use pkcs8::{LineEnding, ObjectIdentifier};
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::signature::Verifier as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::algorithm::Algorithm;
use super::certificate::{Certificate, CertificateError, spki_bits};
use super::kid::Kid;
use super::pem;
use super::sealed::OpenError;

/// `id-ecPublicKey` (RFC 5480 §2.1.1).
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1` (RFC 5480 §2.1.1.1).
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// `secp384r1` (RFC 5480 §2.1.1.1).
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// `id-Ed25519` (RFC 8410 §3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// `rsaEncryption` (RFC 8017 §A.1).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-RSASSA-PSS` (RFC 8017 §A.2.3).
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// Shorter moduli must not be used (RFC 8230 §2).
const RSA_MIN_BITS: u32 = 2048;
/// Longer ones only cost time; the longest vector has 3072.
const RSA_MAX_BITS: usize = 4096;

/// Why something is not a public key that we can use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    #[error("not a DER public key")]
    NotSpki(#[source] pkcs8::der::Error),
    /// Not PEM (RFC 7468).
    #[error("not a PEM text, or a damaged one")]
    NotPem,
    /// PEM of something else.
    #[error("PEM of a {found:?}, where PUBLIC KEY or CERTIFICATE was wanted")]
    PemLabel {
        /// The label in the text.
        found: String,
    },
    /// A certificate that no key could be read from.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A kind of key whose signatures we cannot check.
    #[error("a key of kind {found}, where P-256, P-384, Ed25519 or RSA was wanted")]
    Unsupported {
        /// The kind, by name or object identifier.
        found: String,
    },
    /// The right kind, but the numbers are not a key.
    #[error("the numbers given are not a valid {kind} key")]
    NotAKey {
        /// The kind it claims to be.
        kind: &'static str,
    },
    /// An RSA key that is too short to be safe.
    #[error("an RSA key of {bits} bits, where at least {RSA_MIN_BITS} were wanted")]
    TooShort {
        /// Bits of its modulus.
        bits: u32,
    },
    /// Not a JSON Web Key (RFC 7517).
    #[error("not a JSON Web Key: no usable {member:?}")]
    Jwk {
        /// The member that is missing or wrong.
        member: &'static str,
    },
    /// Not JSON at all.
    #[error("not JSON")]
    Json(#[source] serde_json::Error),
    /// Not a `COSE_Key` (RFC 9052 §7).
    #[error("not a COSE_Key: no usable parameter {label}")]
    CoseKey {
        /// The parameter that is missing or wrong.
        label: i64,
    },
    /// Not CBOR at all.
    #[error("not a COSE_Key")]
    Cbor(#[source] crate::cbor::CborError),
    /// None of the forms a key comes in.
    #[error("neither a certificate nor a public key, as PEM, DER, JWK, COSE_Key or hexadecimal digits")]
    UnknownForm,
}

/// A key that checks signatures.
#[derive(Clone, Debug, PartialEq)]
pub enum PublicKey {
    /// ECDSA on P-256.
    P256(P256),
    /// ECDSA on P-384.
    P384(P384),
    /// `EdDSA` on Ed25519.
    Ed25519(Ed25519),
    /// RSA, for PS256.
    Rsa(Box<RsaPublicKey>),
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    ///
    /// # Errors
    /// When it is none, or of a kind that cannot be used.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(KeyError::NotSpki)?;
        let bits = spki_bits(der).ok_or(KeyError::NotAKey { kind: "public" })?;
        match spki.algorithm.oid {
            EC => match spki.algorithm.parameters_oid() {
                Ok(SECP256R1) => Self::from_p256_point(bits),
                Ok(SECP384R1) => Self::from_p384_point(bits),
                Ok(curve) => Err(KeyError::Unsupported { found: format!("EC on curve {curve}") }),
                Err(_) => Err(KeyError::Unsupported { found: "EC without a named curve".to_owned() }),
            },
            ED25519 => Self::from_ed25519_bytes(bits),
            RSA | RSA_PSS => {
                let key = RsaPublicKey::from_pkcs1_der(bits).map_err(|_| KeyError::NotAKey { kind: "RSA" })?;
                Self::from_rsa(key)
            }
            other => Err(KeyError::Unsupported { found: other.to_string() }),
        }
    }

    /// Reads PEM of a `PUBLIC KEY` or of a `CERTIFICATE` (RFC 7468).
    ///
    /// # Errors
    /// When it is neither.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, der) = pem::blocks(text).next().flatten().ok_or(KeyError::NotPem)?;
        match label {
            "PUBLIC KEY" => Self::from_spki_der(&der),
            "CERTIFICATE" | "X509 CERTIFICATE" => Self::from_certificate_der(&der),
            other => Err(KeyError::PemLabel { found: other.to_owned() }),
        }
    }

    /// Takes the key from a DER certificate, of which nothing else is looked at.
    ///
    /// # Errors
    /// When no usable key stands at its place.
    pub fn from_certificate_der(der: &[u8]) -> Result<Self, KeyError> {
        Ok(Certificate::from_der(der)?.key)
    }

    /// A P-256 key from its point in SEC1 form, compressed or not.
    pub(super) fn from_p256_point(bytes: &[u8]) -> Result<Self, KeyError> {
        P256::from_sec1_bytes(bytes).map(Self::P256).map_err(|_| KeyError::NotAKey { kind: "P-256" })
    }

    /// A P-384 key from its point in SEC1 form, compressed or not.
    pub(super) fn from_p384_point(bytes: &[u8]) -> Result<Self, KeyError> {
        P384::from_sec1_bytes(bytes).map(Self::P384).map_err(|_| KeyError::NotAKey { kind: "P-384" })
    }

    /// An Ed25519 key from its 32 bytes (RFC 8032 §5.1.5).
    pub(super) fn from_ed25519_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let wrong = || KeyError::NotAKey { kind: "Ed25519" };
        let key = Ed25519::from_bytes(bytes.try_into().map_err(|_| wrong())?).map_err(|_| wrong())?;
        if key.is_weak() { Err(wrong()) } else { Ok(Self::Ed25519(key)) }
    }

    /// An RSA key from modulus and exponent, big endian.
    pub(super) fn from_rsa_numbers(n: &[u8], e: &[u8]) -> Result<Self, KeyError> {
        let number = |bytes: &[u8]| {
            let from = bytes.iter().position(|&byte| byte != 0).unwrap_or(bytes.len());
            let bytes = &bytes[from..];
            if bytes.is_empty() || bytes.len() * 8 > RSA_MAX_BITS {
                return Err(KeyError::NotAKey { kind: "RSA" });
            }
            Ok(rsa::BoxedUint::from_be_slice_vartime(bytes))
        };
        let key = RsaPublicKey::new(number(n)?, number(e)?).map_err(|_| KeyError::NotAKey { kind: "RSA" })?;
        Self::from_rsa(key)
    }

    fn from_rsa(key: RsaPublicKey) -> Result<Self, KeyError> {
        let bits = key.n().bits();
        if bits < RSA_MIN_BITS {
            return Err(KeyError::TooShort { bits });
        }
        if key.size() * 8 > RSA_MAX_BITS {
            return Err(KeyError::NotAKey { kind: "RSA" });
        }
        Ok(Self::Rsa(Box::new(key)))
    }

    /// The DER `SubjectPublicKeyInfo`.
    ///
    /// # Panics
    /// Never: a key that was read can be written.
    pub fn to_spki_der(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.to_public_key_der(),
            Self::P384(key) => key.to_public_key_der(),
            Self::Ed25519(key) => key.to_public_key_der(),
            Self::Rsa(key) => key.to_public_key_der(),
        }
        .expect("a key that was read can be written")
        .into_vec()
    }

    /// PEM with the label `PUBLIC KEY`.
    ///
    /// # Panics
    /// Never: a key that was read can be written.
    pub fn to_pem(&self) -> String {
        pkcs8::der::pem::encode_string("PUBLIC KEY", LineEnding::LF, &self.to_spki_der())
            .expect("a key is far below PEM's limits")
    }

    /// The identifier that our own formats give this key.
    pub fn kid(&self) -> Kid {
        Kid::of_spki(&self.to_spki_der())
    }

    /// What kind of key this is, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::P256(_) => "P-256",
            Self::P384(_) => "P-384",
            Self::Ed25519(_) => "Ed25519",
            Self::Rsa(_) => "RSA",
        }
    }

    /// Whether signatures of `algorithm` can be made by the owner of this key.
    ///
    /// ECDSA does not tie the digest to the curve (RFC 9053 §2.1): HCERT issuers sign with P-384 keys under −7.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm as A;
        match self {
            Self::P256(_) => matches!(algorithm, A::Es256 | A::Es384 | A::Es512 | A::Esp256),
            Self::P384(_) => matches!(algorithm, A::Es256 | A::Es384 | A::Es512 | A::Esp384),
            Self::Ed25519(_) => matches!(algorithm, A::EdDsa | A::Ed25519),
            Self::Rsa(_) => matches!(algorithm, A::Ps256),
        }
    }

    /// Checks a signature over `message`.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), OpenError> {
        if !self.fits(algorithm) {
            return Err(OpenError::AlgorithmDoesNotFitKey { algorithm, key: self.kind() });
        }
        let wanted = match self {
            Self::P256(_) | Self::Ed25519(_) => 64,
            Self::P384(_) => 96,
            Self::Rsa(key) => key.size(),
        };
        if signature.len() != wanted {
            return Err(OpenError::SignatureLength { found: signature.len(), wanted });
        }
        let good = match self {
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|s| key.verify_prehash(&digest(algorithm, message), &s).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|s| key.verify_prehash(&digest(algorithm, message), &s).is_ok()),
            Self::Ed25519(key) => {
                ed25519_dalek::Signature::from_slice(signature).is_ok_and(|s| key.verify_strict(message, &s).is_ok())
            }
            Self::Rsa(key) => {
                // The salt is as long as the digest (RFC 8230 §2).
                let key = rsa::pss::VerifyingKey::<Sha256>::new((**key).clone());
                rsa::pss::Signature::try_from(signature).is_ok_and(|s| key.verify(message, &s).is_ok())
            }
        };
        if good { Ok(()) } else { Err(OpenError::BadSignature) }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.kid())
    }
}

/// The digest that ECDSA signs.
fn digest(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Es384 | Algorithm::Esp384 => Sha384::digest(message).to_vec(),
        Algorithm::Es512 => Sha512::digest(message).to_vec(),
        _ => Sha256::digest(message).to_vec(),
    }
}
