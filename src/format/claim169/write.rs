//! Credential → the payload of a Claim 169 token, as MOSIP's readers want it.

use crate::cbor::{self, Value as Cbor, int, text};
use crate::credential::kind::Kind;
use crate::credential::types::{CredentialType, Field, Key};
use crate::credential::{Credential, Photo, PhotoFormat, Value};
use crate::cwt::{CTI, IDENTITY, PHOTO, PHOTO_FORMAT, photo_format_number};
use crate::format::claims::registered;
use crate::format::error::dropped_beside_fields;
use crate::format::{Format, Issuer, WriteError, Written};

use super::fields::{DATE_OF_BIRTH, GENDER};

/// Makes the payload: claims 1, 4, 5, 6, 7, 65535 when there is a status list, and 169.
pub fn write(credential: &Credential, made: &CredentialType, issuer: &Issuer<'_>) -> Result<Written, WriteError> {
    let mut identity = Vec::new();
    let mut dropped = dropped_beside_fields(credential);
    for (column, value) in credential.record.iter() {
        match made.field(column) {
            Some(Field { key: Key::Identity(number), kind, .. }) => {
                identity.push((int(*number), item(*number, kind, column, value, &mut dropped)));
            }
            _ => dropped.push(column.to_owned()),
        }
    }
    if identity.is_empty() {
        let type_name = made.name.clone();
        return Err(WriteError::TypeDoesNotFit { type_name, format: Format::Claim169 });
    }
    if let Some(photo) = &credential.photo {
        identity.push((int(PHOTO), Cbor::Bytes(file_of(photo))));
        identity.push((int(PHOTO_FORMAT), int(photo_format_number(photo.format))));
    }
    let mut claims = registered(issuer.name, credential);
    claims.push((int(CTI), Cbor::Bytes(credential.serial.as_bytes().to_vec())));
    claims.push((int(IDENTITY), Cbor::Map(identity)));
    Ok(Written { payload: cbor::encode(&Cbor::Map(claims)), dropped })
}

/// Text, but for the sex, which is a number.
fn item(number: i64, kind: &Kind, column: &str, value: &Value, dropped: &mut Vec<String>) -> Cbor {
    match (number, value, kind) {
        (GENDER, Value::Choice(name), Kind::Choice(choices)) => {
            choices.iter().find(|choice| choice.name == *name).map_or_else(|| text(name), |choice| int(choice.code))
        }
        (_, Value::Choice(name), Kind::Choice(choices)) => {
            let wire = choices.iter().find(|choice| choice.name == *name).and_then(|choice| choice.wire.as_ref());
            text(wire.unwrap_or(name))
        }
        (DATE_OF_BIRTH, Value::Date(date), _) => {
            // Claim 169 cannot say that a date is an estimate.
            let written = date.to_string();
            let plain = written.trim_end_matches(['~', '?', '%']);
            if plain != written {
                dropped.push(format!("{column}: {}", &written[plain.len()..]));
            }
            // Of a month alone the hyphen stays: `198701` would be read as something else.
            text(if plain.len() == 10 { plain.replace('-', "") } else { plain.to_owned() })
        }
        _ => text(value.to_string()),
    }
}

/// A WebP as a file: our own format carries the bare VP8 frame, whose container this is (RFC 9649 §2.5).
fn file_of(photo: &Photo) -> Vec<u8> {
    if photo.format != PhotoFormat::WebP || photo.bytes.starts_with(b"RIFF") {
        return photo.bytes.clone();
    }
    let odd = photo.bytes.len() % 2;
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
    let mut file = [
        b"RIFF".as_slice(),
        &length(12 + photo.bytes.len() + odd),
        b"WEBPVP8 ",
        &length(photo.bytes.len()),
        &photo.bytes,
    ]
    .concat();
    file.resize(file.len() + odd, 0);
    file
}

#[cfg(test)]
mod tests {
    use super::super::statement;
    use super::*;
    use crate::credential::{Record, Serial, StatusRef, Types};
    use jiff::Timestamp;
    use jiff::civil::Date;

    fn registration() -> CredentialType {
        CredentialType::parse(include_str!("../../../templates/registration/type.toml")).unwrap()
    }

    fn credential(cells: &[(&str, &str)]) -> Credential {
        let made = registration();
        let value = |column: &str, cell: &str| {
            made.field(column).unwrap().kind.parse(cell, Date::constant(2026, 11, 21)).unwrap().unwrap()
        };
        let record: Record = cells.iter().map(|(column, cell)| ((*column).to_owned(), value(column, cell))).collect();
        Credential {
            type_name: "registration".into(),
            serial: Serial::from_bytes([1, 2, 3, 4, 5]),
            issued: Timestamp::constant(1_795_000_000, 0),
            not_before: None,
            expires: Some(Timestamp::constant(1_890_000_000, 0)),
            status: Some(StatusRef { uri: "np:0".into(), index: 4711 }),
            copy: Some(2),
            supersedes: None,
            record,
            photo: Some(Photo { format: PhotoFormat::WebP, bytes: vec![0x30, 1, 0, 0x9d, 1] }),
        }
    }

    #[test]
    fn what_claim_169_has_a_number_for_survives() {
        let cells = [
            ("individual_id", "KEN-82C00001"),
            ("given_names", "Najibullah"),
            ("family_name", "Hosseini"),
            ("native_name", "نجیب‌الله حسینی"),
            ("native_language", "fa"),
            ("date_of_birth", "1953-04-21"),
            ("sex", "X"),
            ("nationality", "AFG"),
            ("legal_status", "asylum-seeker"),
            ("address", "Block 9-B, shelter 297"),
        ];
        let credential = credential(&cells);
        let issuer = Issuer { name: "Kakuma desk", country: None };
        let written = write(&credential, &registration(), &issuer).unwrap();
        assert_eq!(written.dropped, ["copy"]);

        let mut types = Types::new();
        types.add(registration());
        let seen = statement(&written.payload, &types).unwrap();
        assert_eq!(seen.record, credential.record);
        assert_eq!(seen.serial, Some(credential.serial.to_string()));
        assert_eq!(seen.status, credential.status);
        assert_eq!(seen.expires, credential.expires);
        assert_eq!(seen.photo.unwrap().bytes.len(), 20 + 6);
    }

    #[test]
    fn what_it_has_no_number_for_is_listed() {
        let cells =
            [("individual_id", "1"), ("date_of_birth", "1987~"), ("household", "HH-1"), ("arrival_date", "2024")];
        let issuer = Issuer { name: "Kakuma desk", country: None };
        let written = write(&credential(&cells), &registration(), &issuer).unwrap();
        assert_eq!(written.dropped, ["copy", "date_of_birth: ~", "household", "arrival_date"]);
    }

    #[test]
    fn a_credential_without_identity_does_not_fit() {
        let issuer = Issuer { name: "Kakuma desk", country: None };
        let error = write(&credential(&[("household", "HH-1")]), &registration(), &issuer).unwrap_err();
        assert_eq!(error.to_string(), "the type registration has no field with a key of the format claim169");
    }
}
