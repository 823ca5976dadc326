//! Our own format (docs/FORMAT.md): an envelope or a payload comes in, a message or a statement goes out.

use crate::credential::{Credential, CredentialType, Serial, Types};
use crate::cwt;
use crate::envelope;
use crate::seal::Sealed;

use super::{Format, FormatError, Presented, Statement, WriteError, Written};

/// Opens an envelope, be it from one symbol or put together from parts. Nothing is verified.
///
/// # Errors
/// When it is damaged or newer, or holds something else than one of our messages.
pub fn open(envelope: &[u8]) -> Result<Presented, FormatError> {
    let unpacked = envelope::unpack(envelope).map_err(FormatError::Envelope)?;
    let sealed = Sealed::parse_strict(&unpacked.cose).map_err(FormatError::Cose)?;
    Ok(Presented { format: Format::Nansen, sealed })
}

/// What a payload of our own format says.
pub(super) fn statement(payload: &[u8], types: &Types) -> Result<Statement, FormatError> {
    let credential = cwt::decode(payload, types).map_err(FormatError::Nansen)?;
    Ok(Statement {
        type_name: Some(credential.type_name),
        serial: Some(credential.serial.to_string()),
        issued: Some(credential.issued),
        not_before: credential.not_before,
        expires: credential.expires,
        status: credential.status,
        copy: credential.copy,
        supersedes: credential.supersedes.as_ref().map(Serial::to_string),
        record: credential.record,
        photo: credential.photo,
        ..Statement::empty(Format::Nansen)
    })
}

pub(super) fn write(credential: &Credential, made: &CredentialType) -> Result<Written, WriteError> {
    Ok(Written { payload: cwt::encode(credential, made)?, dropped: Vec::new() })
}
