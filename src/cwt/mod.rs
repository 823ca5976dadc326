//! Credential ↔ claims of a CBOR Web Token (RFC 8392) in deterministic CBOR (RFC 8949 §4.2).
//!
//! Standard claims stand where the standards put them; identity under claim 169 with MOSIP's numbers; everything else of
//! ours in one map under [`OWN`]. The layout is specified in docs/FORMAT.md §1.

mod decode;
mod encode;
mod field;
pub mod packed;
pub mod scsu;

pub use decode::{DecodeError, decode, status_ref};
pub use encode::{EncodeError, encode, status_claim};

/// `exp`: the second from which the credential is no longer valid (RFC 8392 §3.1.4).
pub const EXP: i64 = 4;
/// `nbf`: the second from which it is valid (RFC 8392 §3.1.5).
pub const NBF: i64 = 5;
/// `iat`: when it was signed (RFC 8392 §3.1.6).
pub const IAT: i64 = 6;
/// `cti`: the serial (RFC 8392 §3.1.7).
pub const CTI: i64 = 7;
/// Identity, with the field numbers of MOSIP Claim 169.
pub const IDENTITY: i64 = 169;
/// `status` (draft-ietf-oauth-status-list §6.3).
pub const STATUS: i64 = 65535;
/// Our own claim, first of the private-use range (RFC 8392 §9.1): an integer-keyed map of the type's fields (keys from
/// 0) and of [`TYPE`], [`COPY`] and [`SUPERSEDES`].
pub const OWN: i64 = -65537;

/// In [`OWN`]: the number of a built-in type, or the name of another.
pub const TYPE: i64 = -1;
/// In [`OWN`]: the number of the printed copy, from 2.
pub const COPY: i64 = -2;
/// In [`OWN`]: the serial that is replaced.
pub const SUPERSEDES: i64 = -3;

/// In [`IDENTITY`]: the photo (Claim 169 field 16).
pub const PHOTO: i64 = 16;
/// In [`IDENTITY`]: the format of the photo (Claim 169 field 17).
pub const PHOTO_FORMAT: i64 = 17;

use crate::credential::PhotoFormat;

/// The number of a photo format in Claim 169 field 17.
pub fn photo_format_number(format: PhotoFormat) -> i64 {
    match format {
        PhotoFormat::Jpeg => 1,
        PhotoFormat::Jpeg2000 => 2,
        PhotoFormat::Avif => 3,
        PhotoFormat::WebP => 4,
    }
}

/// Reads [`photo_format_number`].
pub fn photo_format(number: i128) -> Option<PhotoFormat> {
    [PhotoFormat::Jpeg, PhotoFormat::Jpeg2000, PhotoFormat::Avif, PhotoFormat::WebP]
        .into_iter()
        .find(|format| i128::from(photo_format_number(*format)) == number)
}
