//! Signing: private keys, their files (PKCS#8, RFC 5958; encrypted with PBES2 and scrypt, RFC 8018, RFC 7914), and the
//! making of `COSE_Sign1` messages.

use std::fmt;

use ed25519_dalek::pkcs8::KeypairBytes;
use p256::ecdsa::signature::Signer as _;
use pkcs8::der::pem::PemLabel as _;
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::rand_core::CryptoRng;
use pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::kid::Kid;
use super::public_key::PublicKey;
use super::sealed::{ALG, KID, SIGN1_TAG, sig_structure};
use crate::cbor::{self, Value};

/// scrypt's cost as a power of two: OpenSSL 3.0 refuses 15 and more for want of memory.
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 1;
/// Bytes of salt (RFC 8018 §4.1 wants at least 8).
const SALT_LEN: usize = 16;

/// Why a key file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Not a PKCS#8 key in PEM.
    #[error("not a private key in PEM (PKCS#8)")]
    NotPkcs8(#[source] pkcs8::Error),
    /// It is encrypted and no passphrase was given.
    #[error("the private key is encrypted and no passphrase was given")]
    PassphraseNeeded,
    /// Decryption failed: another passphrase, or a damaged file; the two cannot be told apart.
    #[error("the passphrase does not open the private key")]
    WrongPassphrase,
    /// A key that we do not sign with.
    #[error("a private key of kind {found}, where P-256 or Ed25519 was wanted")]
    Unsupported {
        /// Its object identifier.
        found: String,
    },
}

/// A key that makes signatures. Its secret is wiped from memory when it is dropped and never shown.
#[derive(Clone)]
pub enum SigningKey {
    /// ECDSA on P-256; signs as ES256.
    P256(p256::ecdsa::SigningKey),
    /// Ed25519; signs as `EdDSA`.
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl SigningKey {
    /// A new P-256 key.
    pub fn generate_p256<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        // A scalar that is zero or not below the order is drawn again, as FIPS 186-5 §A.2.2 has it.
        loop {
            let mut secret = Zeroizing::new([0; 32]);
            rng.fill_bytes(secret.as_mut_slice());
            if let Ok(key) = p256::ecdsa::SigningKey::from_slice(secret.as_slice()) {
                return Self::P256(key);
            }
        }
    }

    /// A new Ed25519 key.
    pub fn generate_ed25519<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut_slice());
        Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&secret)))
    }

    /// Reads a PKCS#8 key in PEM, encrypted or not.
    ///
    /// # Errors
    /// When it is none, of a kind we do not sign with, or not opened by the passphrase.
    pub fn from_pem(text: &str, passphrase: Option<&str>) -> Result<Self, KeyFileError> {
        let text = text.trim();
        let (label, document) = pkcs8::SecretDocument::from_pem(text).map_err(|e| KeyFileError::NotPkcs8(e.into()))?;
        if PrivateKeyInfoRef::validate_pem_label(label).is_ok() {
            return Self::from_pkcs8_der(document.as_bytes());
        }
        EncryptedPrivateKeyInfoRef::validate_pem_label(label).map_err(|e| KeyFileError::NotPkcs8(e.into()))?;
        let passphrase = passphrase.ok_or(KeyFileError::PassphraseNeeded)?;
        let sealed = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(KeyFileError::NotPkcs8)?;
        let opened = sealed.decrypt(passphrase).map_err(|_| KeyFileError::WrongPassphrase)?;
        // Bad padding is noticed in 255 of 256 cases; in the last the DER is wrong.
        Self::from_pkcs8_der(opened.as_bytes()).map_err(|_| KeyFileError::WrongPassphrase)
    }

    fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyFileError> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(KeyFileError::NotPkcs8)?;
        let kind = info.algorithm.oid;
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(der) {
            return Ok(Self::P256(key));
        }
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_der(der) {
            return Ok(Self::Ed25519(Box::new(key)));
        }
        Err(KeyFileError::Unsupported { found: kind.to_string() })
    }

    /// Writes the key as PKCS#8 in PEM, without encryption.
    ///
    /// # Panics
    /// Never: a key can be written.
    pub fn to_pem(&self) -> Zeroizing<String> {
        self.to_pkcs8().to_pem(PrivateKeyInfoRef::PEM_LABEL, LineEnding::LF).expect("a key is far below PEM's limits")
    }

    /// Writes the key as PKCS#8 in PEM, encrypted with AES-256-CBC under scrypt of the passphrase.
    ///
    /// # Panics
    /// Never: the parameters are constants.
    pub fn to_encrypted_pem<R: CryptoRng + ?Sized>(&self, passphrase: &str, rng: &mut R) -> Zeroizing<String> {
        let mut salt = [0; SALT_LEN];
        let mut iv = [0; 16];
        rng.fill_bytes(&mut salt);
        rng.fill_bytes(&mut iv);
        let cost = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P).expect("the cost is a constant");
        let parameters =
            pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).expect("the lengths are constants");
        let der = self.to_pkcs8();
        PrivateKeyInfoRef::try_from(der.as_bytes())
            .and_then(|info| info.encrypt_with_params(parameters, passphrase))
            .and_then(|sealed| Ok(sealed.to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, LineEnding::LF)?))
            .expect("the parameters are constants")
    }

    fn to_pkcs8(&self) -> pkcs8::SecretDocument {
        match self {
            Self::P256(key) => key.to_pkcs8_der(),
            // Without the public half, which would make it version 2: OpenSSL 3.0 reads version 1 only.
            Self::Ed25519(key) => KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_der(),
        }
        .expect("a key can be written")
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        match self {
            Self::P256(key) => PublicKey::P256(*key.verifying_key()),
            Self::Ed25519(key) => PublicKey::Ed25519(key.verifying_key()),
        }
    }

    /// The identifier of the key.
    pub fn kid(&self) -> Kid {
        self.public().kid()
    }

    /// The algorithm it signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Signs; the same message always gets the same signature (RFC 6979, RFC 8032).
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.normalize_s().to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

/// Whether a key file is encrypted.
pub fn is_encrypted_pem(text: &str) -> bool {
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
}

/// Makes a `COSE_Sign1` message of `payload`: tag 18, `alg` and `kid` protected, nothing unprotected.
pub fn sign(payload: &[u8], key: &SigningKey) -> Vec<u8> {
    sign_with_headers(payload, &[], key)
}

/// Like [`sign`], with more protected headers, such as [`TYP`](super::TYP). `alg` and `kid` cannot be replaced.
pub fn sign_with_headers(payload: &[u8], headers: &[(i64, Value)], key: &SigningKey) -> Vec<u8> {
    let mut protected = vec![
        (cbor::int(ALG), cbor::int(key.algorithm().cose_number())),
        (cbor::int(KID), Value::Bytes(key.kid().as_bytes().to_vec())),
    ];
    let more = headers.iter().filter(|(label, _)| *label != ALG && *label != KID);
    protected.extend(more.map(|(label, value)| (cbor::int(*label), value.clone())));
    let protected = cbor::encode(&Value::Map(protected));
    let signature = key.sign(&sig_structure(&protected, &[], payload));
    let parts =
        vec![Value::Bytes(protected), Value::Map(Vec::new()), Value::Bytes(payload.to_vec()), Value::Bytes(signature)];
    cbor::encode(&Value::Tag(SIGN1_TAG, Box::new(Value::Array(parts))))
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use getrandom::rand_core::UnwrapErr;

    use super::*;
    use crate::seal::Sealed;

    #[test]
    fn a_key_file_gives_back_the_key_with_and_without_passphrase() {
        let mut rng = UnwrapErr(SysRng);
        for key in [SigningKey::generate_p256(&mut rng), SigningKey::generate_ed25519(&mut rng)] {
            assert_eq!(SigningKey::from_pem(&key.to_pem(), None).unwrap().public(), key.public());
            let sealed = key.to_encrypted_pem("Fridtjof", &mut rng);
            assert!(is_encrypted_pem(&sealed));
            let der = key.to_pkcs8();
            assert_eq!(PrivateKeyInfoRef::try_from(der.as_bytes()).unwrap().version(), pkcs8::Version::V1);
            assert_eq!(SigningKey::from_pem(&sealed, Some("Fridtjof")).unwrap().public(), key.public());
            assert!(matches!(SigningKey::from_pem(&sealed, None), Err(KeyFileError::PassphraseNeeded)));
            assert!(matches!(SigningKey::from_pem(&sealed, Some("Roald")), Err(KeyFileError::WrongPassphrase)));
        }
    }

    #[test]
    fn the_same_message_gets_the_same_signature_and_never_a_high_s() {
        let key = SigningKey::generate_p256(&mut UnwrapErr(SysRng));
        for message in 0..50u8 {
            let bytes = sign(&[message], &key);
            assert_eq!(bytes, sign(&[message], &key));
            let sealed = Sealed::parse_strict(&bytes).unwrap();
            let signature = p256::ecdsa::Signature::from_slice(sealed.signature()).unwrap();
            assert_eq!(signature.normalize_s(), signature);
            assert_eq!(sealed.open_with(&key.public()).unwrap().into_inner(), [message]);
        }
    }

    #[test]
    fn the_signature_of_rfc_6979_comes_out() {
        // RFC 6979 §A.2.5, SHA-256, message "sample"; its s is high, ours is the order minus it.
        let secret = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
        let secret = crate::seal::kid::bytes_of_hex(secret).unwrap();
        let key = SigningKey::P256(p256::ecdsa::SigningKey::from_slice(&secret).unwrap());
        let r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
        assert_eq!(key.sign(b"sample")[..32], crate::seal::kid::bytes_of_hex(r).unwrap());
    }

    #[test]
    fn a_signing_key_shows_nothing_of_its_secret() {
        let key = SigningKey::generate_p256(&mut UnwrapErr(SysRng));
        assert_eq!(format!("{key:?}"), format!("SigningKey(P-256 {})", key.kid()));
    }

    #[test]
    fn what_is_not_a_key_file_is_refused() {
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "PRIVATE KEY"] {
            assert!(matches!(SigningKey::from_pem(text, None), Err(KeyFileError::NotPkcs8(_))), "{text}");
        }
    }
}
