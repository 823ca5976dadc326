//! People, names, partial dates, codes, credential types and their fields. Knows no bytes.

pub mod built_in;
pub mod country;
pub mod date;
pub mod kind;
pub mod language;
pub mod record;
pub mod serial;
pub mod transliterate;
pub mod types;

use jiff::Timestamp;

pub use record::{Record, Value};
pub use serial::Serial;
pub use types::{CredentialType, Types};

/// Where a credential's status is kept: a Token Status List and an index into it
/// (draft-ietf-oauth-status-list §6).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatusRef {
    /// Names the list; `np:N` is list number N of the issuer whose key signed the credential.
    pub uri: String,
    /// Place in the list.
    pub index: u64,
}

/// How the bytes of a photo are to be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PhotoFormat {
    /// JPEG (Claim 169 format 1).
    Jpeg,
    /// JPEG 2000 (format 2).
    Jpeg2000,
    /// AVIF (format 3).
    Avif,
    /// WebP (format 4). In our own format the bare VP8 frame, without its 20-byte container.
    WebP,
}

/// A face, small enough for a symbol.
#[derive(Clone, Eq, PartialEq)]
pub struct Photo {
    /// How to read `bytes`.
    pub format: PhotoFormat,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({:?}, {} bytes)", self.format, self.bytes.len())
    }
}

/// What an issuer says of a holder, with the dates and numbers that go with it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential {
    /// Name of the credential type.
    pub type_name: String,
    /// Unique for the issuer.
    pub serial: Serial,
    /// When it was signed; whole seconds.
    pub issued: Timestamp,
    /// From when it is valid, when that is later than `issued`.
    pub not_before: Option<Timestamp>,
    /// From when it is no longer valid.
    pub expires: Option<Timestamp>,
    /// Where to look whether it has been revoked.
    pub status: Option<StatusRef>,
    /// Number of the printed copy, when it is not the first.
    pub copy: Option<u16>,
    /// Serial of the credential that this one replaces.
    pub supersedes: Option<Serial>,
    /// The fields.
    pub record: Record,
    /// The holder's face.
    pub photo: Option<Photo>,
}
