//! MOSIP Claim 169 (docs.mosip.io "Claim 169 QR code", version 1.2).
//!
//! The text of a symbol comes in (Base45, zlib, `COSE_Sign1`, no prefix) and a message goes out; of claim 169 of its
//! payload, a statement. Downwards a registration becomes such a payload. Spellings that are seen in the field are
//! read as well: numbers as text keys, claim 169 inside a byte string, a photo in hexadecimal digits, sex as a word.

mod fields;
mod write;

use crate::cbor::{self, Value as Cbor, get};
use crate::credential::Types;
use crate::cwt::IDENTITY;
use crate::envelope::{MAX_MESSAGE, base45, deflate};
use crate::seal::Sealed;

use super::claims::{Claims, bad, serial};
use super::{Format, FormatError, Presented, Statement};

pub(super) use write::write;

/// The type whose columns are those of Claim 169.
const TYPE: &str = "registration";

/// Takes the text of a symbol down to the COSE message, of whatever kind that is.
///
/// # Errors
/// When it is not Base45 or not a zlib stream.
pub fn inflate(text: &[u8]) -> Result<Vec<u8>, FormatError> {
    let compressed = base45::decode(text).map_err(FormatError::Base45)?;
    deflate::inflate_zlib(&compressed, MAX_MESSAGE).map_err(FormatError::Inflate)
}

/// Unpacks the text of a symbol. Nothing is verified, and the message may even be unsigned:
/// [`recognise`](super::recognise()) tells that apart.
///
/// # Errors
/// When a layer is not what it should be.
pub fn unpack(text: &[u8]) -> Result<Presented, FormatError> {
    let sealed = Sealed::parse_lenient(&inflate(text)?).map_err(FormatError::Cose)?;
    Ok(Presented { format: Format::Claim169, sealed })
}

/// What a payload says. Nothing of it is verified here.
///
/// # Errors
/// When it has no claim 169.
pub(super) fn statement(payload: &[u8], types: &Types) -> Result<Statement, FormatError> {
    let claims = Claims::parse(payload)?;
    let identity = match get(&claims.all, IDENTITY) {
        None => return Err(FormatError::Missing { claim: IDENTITY }),
        Some(Cbor::Map(identity)) => identity.clone(),
        Some(Cbor::Bytes(wrapped)) => match cbor::decode_lenient(wrapped).map_err(FormatError::Cbor)? {
            Cbor::Map(identity) => identity,
            other => return Err(bad(IDENTITY, &other, "a map")),
        },
        Some(other) => return Err(bad(IDENTITY, other, "a map")),
    };
    let identity = fields::numbered(identity);
    let made = types.by_name(TYPE);
    Ok(Statement {
        type_name: made.map(|made| made.name.clone()),
        serial: serial(&claims.all),
        photo: fields::photo(&identity),
        record: fields::record(&identity, made),
        said_issuer: claims.issuer,
        issued: claims.issued,
        not_before: claims.not_before,
        expires: claims.expires,
        status: claims.status,
        ..Statement::empty(Format::Claim169)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::{int, text};
    use crate::credential::CredentialType;
    use crate::credential::PhotoFormat;

    fn types() -> Types {
        let mut types = Types::new();
        let registration = include_str!("../../templates/registration/type.toml");
        types.add(CredentialType::parse(registration).unwrap());
        types
    }

    fn read(identity: Cbor) -> Statement {
        let payload = cbor::encode(&Cbor::Map(vec![(int(1), text("www.mosip.io")), (int(169), identity)]));
        statement(&payload, &types()).unwrap()
    }

    fn person() -> Vec<(i64, Cbor)> {
        vec![
            (1, text("3918592438")),
            (4, text("Janardhan BS")),
            (8, text("19840118")),
            (9, int(1)),
            (13, text("IN")),
            (16, Cbor::Bytes(vec![0xff, 0xd8])),
            (17, int(1)),
            (22, text("Refugee")),
        ]
    }

    #[test]
    fn the_columns_are_those_of_our_registration() {
        let seen = read(Cbor::Map(person().into_iter().map(|(key, item)| (int(key), item)).collect()));
        for (column, expect) in [
            ("individual_id", "3918592438"),
            ("full_name", "Janardhan BS"),
            ("date_of_birth", "1984-01-18"),
            ("sex", "M"),
            ("nationality", "IND"),
            ("legal_status", "refugee"),
        ] {
            assert_eq!(seen.record.text(column), expect, "{column}");
        }
        assert_eq!(seen.photo.unwrap().format, PhotoFormat::Jpeg);
        assert_eq!(seen.said_issuer.as_deref(), Some("www.mosip.io"));
    }

    #[test]
    fn spellings_seen_in_the_field_say_the_same() {
        let plain = read(Cbor::Map(person().into_iter().map(|(key, item)| (int(key), item)).collect()));
        let odd = person().into_iter().map(|(key, item)| {
            let item = match key {
                9 => text("Male"),
                16 => text("ffd8"),
                17 => text("1"),
                _ => item,
            };
            (text(key.to_string()), item)
        });
        let odd = Cbor::Map(odd.collect());
        assert_eq!(read(odd.clone()), plain);
        assert_eq!(read(Cbor::Bytes(cbor::encode(&odd))), plain);
    }

    #[test]
    fn a_payload_without_claim_169_is_refused() {
        for (claims, expect) in [
            (Cbor::Map(vec![(int(1), text("x"))]), "claim 169 is missing"),
            (Cbor::Map(vec![(int(169), int(1))]), "claim 169 holds a whole number, where a map was wanted"),
            (int(1), "the claims are not a map"),
        ] {
            assert_eq!(statement(&cbor::encode(&claims), &types()).unwrap_err().to_string(), expect);
        }
    }
}
