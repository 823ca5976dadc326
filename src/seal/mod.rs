//! Sealed bytes: `COSE_Sign1` (RFC 9052), its keys and its algorithms (RFC 9053, RFC 8230).
//!
//! Downwards a payload and a [`SigningKey`] come in and the bytes of a `COSE_Sign1` message go out ([`sign`]).
//! Upwards such bytes come in as [`Sealed`], of which nothing is verified, and [`Sealed::open_with`] a [`PublicKey`]
//! makes an [`Authentic`] payload of them or says why not. The signature is always checked over the bytes as they
//! were received; nothing is re-encoded.

mod algorithm;
mod authentic;
mod certificate;
mod found_key;
mod key_formats;
mod kid;
mod pem;
mod public_key;
mod sealed;
mod signing_key;

#[cfg(test)]
mod vectors;

pub use algorithm::Algorithm;
pub use authentic::Authentic;
pub use certificate::{Certificate, CertificateError};
pub use found_key::{FoundKey, read_keys};
pub use kid::{KID_LEN, Kid, NotAKid};
pub use pkcs8::rand_core::CryptoRng;
pub use public_key::{KeyError, PublicKey};
pub use sealed::{OpenError, STATUS_LIST_TYPE, Sealed, TRUST_LIST_TYPE, TYP};
pub use signing_key::{KeyFileError, SigningKey, is_encrypted_pem, sign, sign_with_headers};
