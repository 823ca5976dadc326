//! A bare message, as it lies in a file: bytes of a `COSE_Sign1` CWT in, a [`Presented`] out.
//!
//! In a symbol the format shows in what is wrapped around the message; here the claims tell it: `hcert` (−260) and claim 169
//! are those of their formats, everything else has to be our own.

use crate::cbor::{self, Value as Cbor, get};
use crate::cwt::{IDENTITY, OWN};
use crate::envelope::MAX_MESSAGE;
use crate::seal::Sealed;

use super::{Format, FormatError, Presented, hcert};

/// Whether bytes begin as a tagged `COSE_Sign1` message does (RFC 9052 §2: tag 18), in the tag of a CWT (RFC 8392 §6: 61)
/// or not.
pub fn is_message(bytes: &[u8]) -> bool {
    matches!(bytes, [0xd2, 0x84, ..] | [0xd8, 0x3d, 0xd2, 0x84, ..])
}

/// Takes a bare message apart. Nothing is verified.
///
/// # Errors
/// When it is not a message, or claims to be one of our own and is not as these are.
pub fn message(bytes: &[u8]) -> Result<Presented, FormatError> {
    if bytes.len() > MAX_MESSAGE {
        return Err(FormatError::MessageTooLong { found: bytes.len(), limit: MAX_MESSAGE });
    }
    let sealed = Sealed::parse_lenient(bytes).map_err(FormatError::Cose)?;
    let claims = match cbor::decode_lenient(sealed.unverified_payload()) {
        Ok(Cbor::Map(claims)) => claims,
        _ => Vec::new(),
    };
    let has = |claim: i64| get(&claims, claim).is_some();
    // Our own registrations have claim 169 as well, and nobody else has our own claim.
    let format = match (has(OWN), has(hcert::HCERT), has(IDENTITY)) {
        (false, true, _) => Format::Hcert,
        (false, false, true) => Format::Claim169,
        _ => Format::Nansen,
    };
    if format == Format::Nansen {
        let sealed = Sealed::parse_strict(bytes).map_err(FormatError::Cose)?;
        return Ok(Presented { format, sealed });
    }
    Ok(Presented { format, sealed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::{encode, int};
    use crate::seal::{SigningKey, sign};
    use proptest::prelude::*;

    fn signed(claim: i64) -> Vec<u8> {
        let key = SigningKey::from_pem(include_str!("../../tests/data/vectors-ed25519.pem"), None).unwrap();
        sign(&encode(&Cbor::Map(vec![(int(claim), Cbor::Map(Vec::new()))])), &key)
    }

    #[test]
    fn the_claims_tell_the_format_of_a_bare_message() {
        for (claim, format) in
            [(OWN, Format::Nansen), (-260, Format::Hcert), (169, Format::Claim169), (1, Format::Nansen)]
        {
            let bytes = signed(claim);
            assert!(is_message(&bytes));
            assert_eq!(message(&bytes).unwrap().format, format, "{claim}");
        }
    }

    #[test]
    fn what_is_no_message_is_refused_for_the_stated_reason() {
        let mut wrapped = vec![0xd8, 0x3d];
        wrapped.extend(signed(OWN));
        assert!(is_message(&wrapped));
        for (bytes, expect) in [
            (&b"%PDF-1.7"[..], "not a signed COSE message"),
            (&[], "not a signed COSE message"),
            (&wrapped, "not a signed COSE message"),
            (&vec![0xd2; 70_000], "a message of 70000 bytes, where at most 65536 are read"),
        ] {
            assert_eq!(message(bytes).unwrap_err().to_string(), expect);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = message(&bytes);
            let _ = message(&[&[0xd2, 0x84][..], &bytes].concat());
        }
    }
}
