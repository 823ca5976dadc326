//! Claims → credential.

use jiff::Timestamp;

use crate::cbor::{self, CborError, Value as Cbor, get, get_text};
use crate::credential::types::{CredentialType, Key, Types};
use crate::credential::{Credential, Photo, Record, Serial, StatusRef, Value};

use super::field::{from_cbor, from_unknown};
use super::{COPY, CTI, EXP, IAT, IDENTITY, NBF, OWN, PHOTO, PHOTO_FORMAT, STATUS, SUPERSEDES, TYPE, photo_format};

/// Why a payload is not one of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not deterministic CBOR.
    #[error("the claims are not deterministic CBOR")]
    Cbor(#[source] CborError),
    /// The payload is not a map.
    #[error("the claims are not a map")]
    NotAMap,
    /// A claim that every credential has is missing.
    #[error("claim {claim} is missing")]
    Missing {
        /// Its label.
        claim: i64,
    },
    /// A claim holds another kind of item than its specification says.
    #[error("claim {claim} does not hold what its specification says")]
    BadClaim {
        /// Its label.
        claim: i64,
    },
    /// A field does not hold what its type says.
    #[error("field {field} does not hold what the type {type_name} says")]
    BadField {
        /// The column.
        field: String,
        /// The type.
        type_name: String,
    },
}

/// Reads the payload of the native format. Fields of a type that `types` does not know are kept under their numbers.
pub fn decode(payload: &[u8], types: &Types) -> Result<Credential, DecodeError> {
    let Cbor::Map(claims) = cbor::decode_strict(payload).map_err(DecodeError::Cbor)? else {
        return Err(DecodeError::NotAMap);
    };
    let own = match get(&claims, OWN) {
        Some(Cbor::Map(own)) => own.as_slice(),
        Some(_) => return Err(DecodeError::BadClaim { claim: OWN }),
        None => return Err(DecodeError::Missing { claim: OWN }),
    };
    let identity = match get(&claims, IDENTITY) {
        Some(Cbor::Map(identity)) => identity.as_slice(),
        Some(_) => return Err(DecodeError::BadClaim { claim: IDENTITY }),
        None => &[],
    };
    let (type_name, made) = match get(own, TYPE) {
        Some(Cbor::Integer(id)) => {
            let made = i64::try_from(*id).ok().and_then(|id| types.by_id(id));
            (made.map_or_else(|| format!("#{id}"), |made| made.name.clone()), made)
        }
        Some(Cbor::Text(name)) => (name.clone(), types.by_name(name)),
        Some(_) => return Err(DecodeError::BadClaim { claim: OWN }),
        None => return Err(DecodeError::Missing { claim: TYPE }),
    };
    let serial = get(&claims, CTI).ok_or(DecodeError::Missing { claim: CTI })?;
    Ok(Credential {
        serial: serial_of(serial).ok_or(DecodeError::BadClaim { claim: CTI })?,
        issued: time(&claims, IAT)?.ok_or(DecodeError::Missing { claim: IAT })?,
        not_before: time(&claims, NBF)?,
        expires: time(&claims, EXP)?,
        status: get(&claims, STATUS)
            .map(|claim| status_ref(claim).ok_or(DecodeError::BadClaim { claim: STATUS }))
            .transpose()?,
        copy: match get(own, COPY) {
            None => None,
            Some(Cbor::Integer(copy)) => Some(u16::try_from(*copy).map_err(|_| DecodeError::BadClaim { claim: OWN })?),
            Some(_) => return Err(DecodeError::BadClaim { claim: OWN }),
        },
        supersedes: get(own, SUPERSEDES)
            .map(|older| serial_of(older).ok_or(DecodeError::BadClaim { claim: OWN }))
            .transpose()?,
        photo: photo(identity)?,
        record: record(identity, own, made, &type_name)?,
        type_name,
    })
}

fn record(
    identity: &[(Cbor, Cbor)],
    own: &[(Cbor, Cbor)],
    made: Option<&CredentialType>,
    type_name: &str,
) -> Result<Record, DecodeError> {
    let mut found: Vec<(usize, String, Value)> = Vec::new();
    for (entries, identity_map) in [(identity, true), (own, false)] {
        for (key, item) in entries {
            let Cbor::Integer(number) = key else {
                return Err(DecodeError::BadClaim { claim: if identity_map { IDENTITY } else { OWN } });
            };
            let number = i64::try_from(*number).unwrap_or(i64::MAX);
            if identity_map && (number == PHOTO || number == PHOTO_FORMAT) || !identity_map && number < 0 {
                continue;
            }
            let wanted = if identity_map { Key::Identity(number) } else { Key::Own(number) };
            let field = made.and_then(|m| m.fields.iter().enumerate().find(|(_, field)| field.key == wanted));
            match (field, made) {
                (Some((place, field)), Some(made)) => {
                    let value = from_cbor(&field.kind, item, &made.members).ok_or_else(|| DecodeError::BadField {
                        field: field.name.clone(),
                        type_name: type_name.to_owned(),
                    })?;
                    found.push((place, field.name.clone(), value));
                }
                _ if identity_map => found.push((usize::MAX, format!("identity_{number}"), from_unknown(item))),
                _ => found.push((usize::MAX, format!("field_{number}"), from_unknown(item))),
            }
        }
    }
    found.sort_by_key(|(place, _, _)| *place);
    Ok(found.into_iter().map(|(_, name, value)| (name, value)).collect())
}

fn serial_of(item: &Cbor) -> Option<Serial> {
    match item {
        Cbor::Bytes(bytes) => bytes.as_slice().try_into().ok().map(Serial::from_bytes),
        _ => None,
    }
}

/// Only whole seconds stand in our own format; other formats allow fractions.
fn time(claims: &[(Cbor, Cbor)], claim: i64) -> Result<Option<Timestamp>, DecodeError> {
    match get(claims, claim) {
        None => Ok(None),
        Some(Cbor::Integer(seconds)) => i64::try_from(*seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .map(Some)
            .ok_or(DecodeError::BadClaim { claim }),
        Some(_) => Err(DecodeError::BadClaim { claim }),
    }
}

/// Reads [`super::status_claim`]; `None` when the item is no reference to a status list.
pub fn status_ref(claim: &Cbor) -> Option<StatusRef> {
    let Cbor::Map(status) = claim else { return None };
    let Some(Cbor::Map(reference)) = get_text(status, "status_list") else { return None };
    match (get_text(reference, "idx"), get_text(reference, "uri")) {
        (Some(Cbor::Integer(index)), Some(Cbor::Text(uri))) => {
            Some(StatusRef { uri: uri.clone(), index: u64::try_from(*index).ok()? })
        }
        _ => None,
    }
}

fn photo(identity: &[(Cbor, Cbor)]) -> Result<Option<Photo>, DecodeError> {
    match (get(identity, PHOTO), get(identity, PHOTO_FORMAT)) {
        (None, None) => Ok(None),
        (Some(Cbor::Bytes(bytes)), Some(Cbor::Integer(number))) => {
            let format = photo_format(*number).ok_or(DecodeError::BadClaim { claim: IDENTITY })?;
            Ok(Some(Photo { format, bytes: bytes.clone() }))
        }
        _ => Err(DecodeError::BadClaim { claim: IDENTITY }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::encode;
    use super::*;
    use jiff::civil::Date;

    fn registration() -> CredentialType {
        CredentialType::parse(include_str!("../../templates/registration/type.toml")).unwrap()
    }

    fn sample(made: &CredentialType) -> Credential {
        let today = Date::constant(2026, 11, 21);
        let record = [
            ("individual_id", "KEN-82C00001"),
            ("given_names", "Najibullah"),
            ("family_name", "Hosseini"),
            ("native_name", "نجیب‌الله حسینی"),
            ("native_language", "fa"),
            ("date_of_birth", "1953~"),
            ("sex", "M"),
            ("nationality", "AFG"),
            ("country_of_origin", "AFG"),
            ("place_of_birth", "Herat"),
            ("legal_status", "asylum-seeker"),
            ("arrival_date", "2026-01-08"),
            ("household", "HH-00000"),
            ("address", "Block 9-B, shelter 297"),
        ]
        .into_iter()
        .map(|(column, cell)| {
            (column.to_owned(), made.field(column).unwrap().kind.parse(cell, today).unwrap().unwrap())
        })
        .collect();
        Credential {
            type_name: "registration".into(),
            serial: Serial::from_bytes([1, 2, 3, 4, 5]),
            issued: Timestamp::constant(1_795_000_000, 0),
            not_before: None,
            expires: Some(Timestamp::constant(1_890_000_000, 0)),
            status: Some(StatusRef { uri: "np:0".into(), index: 4711 }),
            copy: Some(2),
            supersedes: Some(Serial::from_bytes([9, 9, 9, 9, 9])),
            record,
            photo: None,
        }
    }

    #[test]
    fn a_credential_survives_its_claims() {
        let made = registration();
        let credential = sample(&made);
        let mut types = Types::new();
        types.add(made.clone());
        let payload = encode(&credential, &made).unwrap();
        assert_eq!(decode(&payload, &types).unwrap(), credential);
    }

    #[test]
    fn a_verifier_without_the_type_still_sees_what_is_said() {
        let made = registration();
        let payload = encode(&sample(&made), &made).unwrap();
        let seen = decode(&payload, &Types::new()).unwrap();
        assert_eq!(seen.type_name, "#1");
        assert_eq!(seen.record.text("identity_5"), "Najibullah");
    }

    #[test]
    fn claims_that_are_not_ours_are_refused_for_their_reason() {
        for (hex, expect) in [
            (&[0x01][..], "the claims are not a map"),
            (&[0xa0], "claim -65537 is missing"),
            (&[0xa1, 0x3a, 0, 1, 0, 0, 0x01], "claim -65537 does not hold what its specification says"),
            (&[0xa1, 0x3a, 0, 1, 0, 0, 0xa0], "claim -1 is missing"),
            (&[0xa1, 0x3a, 0, 1, 0, 0, 0xa1, 0x20, 0x01], "claim 7 is missing"),
            (&[0xa2, 0x01, 0x01, 0x01, 0x01], "the claims are not deterministic CBOR"),
        ] {
            assert_eq!(decode(hex, &Types::new()).unwrap_err().to_string(), expect);
        }
    }
}
