//! The formats that a paper may carry: our own, HCERT and MOSIP Claim 169, all opening into one [`Statement`].
//!
//! The bytes of a symbol come in and [`recognise`] says whose format they are, without guessing and without verifying
//! anything. When `seal` has checked the signature, [`read`] makes the [`Statement`] of the payload. Downwards
//! [`write()`] makes the payload of a credential in a format and [`to_text`] the text of its symbol.

mod alpha2;
pub mod claim169;
mod claims;
mod error;
pub mod hcert;
mod message;
pub mod nansen;
pub mod photo;
mod recognise;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::credential::country::Country;
use crate::credential::types::Wire;
use crate::credential::{Credential, CredentialType, Photo, Record, StatusRef, Types};
use crate::envelope::{self, TextError, base45, deflate};
use crate::seal::{Authentic, Sealed};

pub use alpha2::{alpha2_of, country_of_alpha2};
pub use error::{FormatError, WriteError};
pub use hcert::{Departure, Group};
pub use message::{is_message, message};
pub use recognise::{Recognised, Why, recognise};

/// A format that we read and write.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// Our own, `NP1:`.
    Nansen,
    /// The EU Digital COVID Certificate and WHO HCERT, `HC1:`.
    Hcert,
    /// MOSIP Claim 169, without a prefix.
    Claim169,
}

impl Format {
    const NAMES: [(Self, &'static str); 3] =
        [(Self::Nansen, "nansen"), (Self::Hcert, "hcert"), (Self::Claim169, "claim169")];
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES.iter().find(|(format, _)| format == self).map_or("", |(_, name)| name))
    }
}

/// A name that no format has.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{found:?} is not a format: wanted nansen, hcert or claim169")]
pub struct UnknownFormat {
    /// As given.
    pub found: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::NAMES
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(format, _)| format)
            .ok_or_else(|| UnknownFormat { found: name.chars().take(40).collect() })
    }
}

impl From<Wire> for Format {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Nansen => Self::Nansen,
            Wire::Claim169 => Self::Claim169,
            Wire::Hcert => Self::Hcert,
        }
    }
}

/// A signed message in a format that we know: unpacked, with nothing verified.
#[derive(Clone, Debug)]
pub struct Presented {
    /// Whose format it is.
    pub format: Format,
    /// The message.
    pub sealed: Sealed,
}

/// What a paper says, whatever its format.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The format it came in.
    pub format: Format,
    /// Name of the credential type, when the format or the types known say one.
    pub type_name: Option<String>,
    /// The serial as it is printed; of another issuer's paper, its own identifier.
    pub serial: Option<String>,
    /// What the paper calls its issuer. Only for display: who signed it is decided by the key.
    pub said_issuer: Option<String>,
    /// When it was signed.
    pub issued: Option<Timestamp>,
    /// From when it is valid.
    pub not_before: Option<Timestamp>,
    /// From when it is no longer valid.
    pub expires: Option<Timestamp>,
    /// Where to look whether it has been revoked.
    pub status: Option<StatusRef>,
    /// Number of the printed copy, when it is not the first.
    pub copy: Option<u16>,
    /// Serial of the credential that this one replaces.
    pub supersedes: Option<String>,
    /// The fields by column name.
    pub record: Record,
    /// The holder's face. Of our own format a bare VP8 frame, of others a whole file.
    pub photo: Option<Photo>,
    /// What the signer's certificate must allow, for HCERT.
    pub usage: Option<Group>,
    /// Where the content departs from the schema of its format: to be shown, not to be refused for.
    pub departures: Vec<Departure>,
}

impl Statement {
    /// A statement that says nothing yet.
    fn empty(format: Format) -> Self {
        Self {
            format,
            type_name: None,
            serial: None,
            said_issuer: None,
            issued: None,
            not_before: None,
            expires: None,
            status: None,
            copy: None,
            supersedes: None,
            record: Record::new(),
            photo: None,
            usage: None,
            departures: Vec::new(),
        }
    }
}

/// Reads a payload whose signature has been checked.
///
/// # Errors
/// When the payload is not what its format says.
pub fn read(format: Format, payload: &Authentic<Vec<u8>>, types: &Types) -> Result<Authentic<Statement>, FormatError> {
    payload.clone().try_map(|payload| preview(format, &payload, types))
}

/// Reads a payload that nothing stands for yet: to be shown as such, never to be decided on.
///
/// # Errors
/// When the payload is not what its format says.
pub fn preview(format: Format, payload: &[u8], types: &Types) -> Result<Statement, FormatError> {
    match format {
        Format::Nansen => nansen::statement(payload, types),
        Format::Hcert => hcert::statement(payload, types),
        Format::Claim169 => claim169::statement(payload, types),
    }
}

/// Who issues, as the formats that name their issuer in the payload want to know it.
#[derive(Clone, Copy, Debug)]
pub struct Issuer<'a> {
    /// Name of the organisation.
    pub name: &'a str,
    /// Country under whose authority it issues.
    pub country: Option<Country>,
}

/// A payload ready to be signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Written {
    /// The bytes to sign.
    pub payload: Vec<u8>,
    /// What the credential says and the format has no place for: columns, and `copy` or `supersedes`.
    pub dropped: Vec<String>,
}

/// Makes the payload of `credential` in `format`.
///
/// # Errors
/// When the format cannot say what the credential says, or the credential lacks what the format needs.
pub fn write(
    format: Format,
    credential: &Credential,
    made: &CredentialType,
    issuer: &Issuer<'_>,
) -> Result<Written, WriteError> {
    match format {
        Format::Nansen => nansen::write(credential, made),
        Format::Hcert => hcert::write(credential, made, issuer),
        Format::Claim169 => claim169::write(credential, made, issuer),
    }
}

/// The text of one symbol for a signed message.
///
/// # Errors
/// When the message is longer than any symbol holds.
pub fn to_text(format: Format, cose: &[u8]) -> Result<String, TextError> {
    match format {
        Format::Nansen => envelope::to_text(&envelope::pack(cose)),
        Format::Hcert => foreign_text(hcert::PREFIX, cose),
        Format::Claim169 => foreign_text("", cose),
    }
}

fn foreign_text(prefix: &str, cose: &[u8]) -> Result<String, TextError> {
    let text = format!("{prefix}{}", base45::encode(&deflate::deflate_zlib(cose)));
    if text.len() > envelope::MAX_TEXT {
        return Err(TextError::TooLong { length: text.len(), most: envelope::MAX_TEXT });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_one_name() {
        for format in [Format::Nansen, Format::Hcert, Format::Claim169] {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!(
            "pdf417".parse::<Format>().unwrap_err().to_string(),
            "\"pdf417\" is not a format: wanted nansen, hcert or claim169"
        );
    }

    #[test]
    fn a_message_longer_than_any_symbol_is_refused() {
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..20_000).map(|_| noise()).collect();
        for format in [Format::Nansen, Format::Hcert, Format::Claim169] {
            assert!(matches!(to_text(format, &noise), Err(TextError::TooLong { .. })), "{format}");
        }
    }
}
