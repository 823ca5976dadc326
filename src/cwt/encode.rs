//! Credential → claims.

use crate::cbor::{self, Value as Cbor, int, text};
use crate::credential::types::{CredentialType, Key};
use crate::credential::{Credential, StatusRef};

use super::field::to_cbor;
use super::{
    COPY, CTI, EXP, IAT, IDENTITY, NBF, OWN, PHOTO, PHOTO_FORMAT, STATUS, SUPERSEDES, TYPE, photo_format_number,
};

/// Why a credential cannot be written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The record has a column that the type has not.
    #[error("{column} is not a field of the type")]
    NoSuchField {
        /// The column.
        column: String,
    },
    /// The value is of another kind than the field.
    #[error("the value of {column} is not of the field's kind")]
    WrongKind {
        /// The column.
        column: String,
    },
    /// The field belongs to another wire format.
    #[error("{column} has no key in the native format")]
    NoNativeKey {
        /// The column.
        column: String,
    },
}

/// The payload of the native format for `credential`.
pub fn encode(credential: &Credential, made: &CredentialType) -> Result<Vec<u8>, EncodeError> {
    let mut identity = Vec::new();
    let mut own = vec![(int(TYPE), made.id.map_or_else(|| text(&made.name), int))];
    for (column, value) in credential.record.iter() {
        let field = made.field(column).ok_or_else(|| EncodeError::NoSuchField { column: column.to_owned() })?;
        let item = to_cbor(&field.kind, value, &made.members)
            .ok_or_else(|| EncodeError::WrongKind { column: column.to_owned() })?;
        match field.key {
            Key::Identity(number) => identity.push((int(number), item)),
            Key::Own(number) => own.push((int(number), item)),
            Key::Hcert(_) => return Err(EncodeError::NoNativeKey { column: column.to_owned() }),
        }
    }
    if let Some(photo) = &credential.photo {
        identity.push((int(PHOTO), Cbor::Bytes(photo.bytes.clone())));
        identity.push((int(PHOTO_FORMAT), int(photo_format_number(photo.format))));
    }
    if let Some(copy) = credential.copy {
        own.push((int(COPY), int(copy)));
    }
    if let Some(older) = &credential.supersedes {
        own.push((int(SUPERSEDES), Cbor::Bytes(older.as_bytes().to_vec())));
    }
    let mut claims = vec![
        (int(IAT), int(credential.issued.as_second())),
        (int(CTI), Cbor::Bytes(credential.serial.as_bytes().to_vec())),
        (int(OWN), Cbor::Map(own)),
    ];
    claims.extend(credential.expires.map(|at| (int(EXP), int(at.as_second()))));
    claims.extend(credential.not_before.map(|at| (int(NBF), int(at.as_second()))));
    claims.extend(credential.status.as_ref().map(|status| (int(STATUS), status_claim(status))));
    if !identity.is_empty() {
        claims.push((int(IDENTITY), Cbor::Map(identity)));
    }
    Ok(cbor::encode(&Cbor::Map(claims)))
}

/// The `status` claim of a credential, in any format that is a CWT (draft-ietf-oauth-status-list §6.3).
pub fn status_claim(status: &StatusRef) -> Cbor {
    let reference = vec![(text("idx"), int(status.index)), (text("uri"), text(&status.uri))];
    Cbor::Map(vec![(text("status_list"), Cbor::Map(reference))])
}
