//! Messages of every shape, and the reason for which each is refused.

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proptest::prelude::*;

use super::*;
use crate::cbor::{encode, int, text};
use crate::seal::{SigningKey, sign, sign_with_headers};

fn key() -> SigningKey {
    SigningKey::generate_p256(&mut UnwrapErr(SysRng))
}

/// A message with these headers, signed as they stand.
fn message(protected: Vec<(Value, Value)>, unprotected: Vec<(Value, Value)>, tags: &[u64]) -> Vec<u8> {
    let protected = encode(&Value::Map(protected));
    let parts = [Value::Bytes(protected), Value::Map(unprotected), Value::Bytes(vec![1]), Value::Bytes(vec![0; 64])];
    let array = Value::Array(parts.to_vec());
    encode(&tags.iter().rev().fold(array, |inner, tag| Value::Tag(*tag, Box::new(inner))))
}

fn own_headers() -> Vec<(Value, Value)> {
    vec![(int(ALG), int(-7)), (int(KID), Value::Bytes(vec![7; 8]))]
}

#[test]
fn a_message_of_our_own_has_two_protected_headers_and_opens() {
    let key = key();
    let bytes = sign(b"payload", &key);
    // Tag 18, array of four, 13 bytes of protected header {1: -7, 4: kid}.
    assert_eq!(bytes[..9], [0xd2, 0x84, 0x4d, 0xa2, 0x01, 0x26, 0x04, 0x48, key.kid().as_bytes()[0]]);
    assert_eq!(bytes.len(), 1 + 1 + 14 + 1 + 8 + 66);
    let sealed = Sealed::parse_strict(&bytes).unwrap();
    assert_eq!(sealed.kid_bytes(), Some(&key.kid().as_bytes()[..]));
    assert_eq!(sealed.open_with(&key.public()).unwrap().get(), b"payload");
}

#[test]
fn our_own_format_refuses_what_it_does_not_define() {
    let with = |more: (Value, Value)| [own_headers(), vec![more]].concat();
    for (bytes, expect) in [
        (message(own_headers(), vec![], &[]), "not a COSE_Sign1 message: no CBOR tag 18 at its place"),
        (message(own_headers(), vec![], &[61, 18]), "CBOR tag 61 (CWT), where COSE_Sign1 was wanted"),
        (
            message(own_headers(), vec![], &[98]),
            "CBOR tag 98 (COSE_Sign, for several signers), where COSE_Sign1 was wanted",
        ),
        (
            message(own_headers(), vec![(int(33), int(0))], &[18]),
            "the unprotected header holds 1 entries, where none may stand",
        ),
        (message(with((int(3), int(0))), vec![], &[18]), "header 3 may not stand in this format"),
        (message(with((text("x"), int(0))), vec![], &[18]), "header \"x\" may not stand in this format"),
        (message(own_headers()[..1].to_vec(), vec![], &[18]), "no key identifier of 8 bytes in the protected header"),
        (message(own_headers()[1..].to_vec(), vec![], &[18]), "no signature algorithm in the headers"),
        (message(vec![(int(ALG), int(-999))], vec![], &[18]), "signature algorithm -999 is not supported"),
        (vec![0xd2, 0x80], "not a COSE_Sign1 message: no array of four at its place"),
        (vec![0xd2, 0x84, 0x40, 0xa0, 0xf6, 0x40], "not a COSE_Sign1 message: no payload at its place"),
        (
            vec![0xd2, 0x84, 0x41, 0x01, 0xa0, 0x40, 0x40],
            "not a COSE_Sign1 message: no map in the protected header at its place",
        ),
        (vec![], "not a COSE_Sign1 message"),
    ] {
        assert_eq!(Sealed::parse_strict(&bytes).unwrap_err().to_string(), expect, "{bytes:02x?}");
    }
    let mut after = message(own_headers(), vec![], &[18]);
    after.push(0);
    assert!(matches!(Sealed::parse_strict(&after), Err(OpenError::NotCbor(CborError::BytesAfterEnd { .. }))));
    assert!(matches!(Sealed::parse_lenient(&after), Err(OpenError::NotCbor(CborError::BytesAfterEnd { .. }))));
}

#[test]
fn the_type_header_is_held_to_what_was_asked_for() {
    let bytes = sign_with_headers(b"x", &[(TYP, text("application/statuslist+cwt"))], &key());
    assert!(Sealed::parse_strict_typed(&bytes, "application/statuslist+cwt").is_ok());
    assert!(Sealed::parse_strict_typed(&bytes, "application/cwt").is_err());
    assert!(matches!(Sealed::parse_strict(&bytes), Err(OpenError::HeaderNotAllowed { .. })));
}

#[test]
fn others_may_leave_tags_away_or_double_them() {
    for tags in [&[][..], &[18], &[61], &[61, 18]] {
        assert!(Sealed::parse_lenient(&message(own_headers(), vec![], tags)).is_ok(), "{tags:?}");
    }
    for tags in [&[61, 61, 18][..], &[998], &[17], &[18, 18]] {
        assert!(Sealed::parse_lenient(&message(own_headers(), vec![], tags)).is_err(), "{tags:?}");
    }
}

#[test]
fn a_protected_kid_wins_and_the_place_of_the_algorithm_is_told() {
    let kid = |bytes: &[u8]| (int(KID), Value::Bytes(bytes.to_vec()));
    let sealed = |p, u| Sealed::parse_lenient(&message(p, u, &[18])).unwrap();
    let both = sealed(vec![(int(ALG), int(-7)), kid(b"inner")], vec![kid(b"outer")]);
    assert_eq!((both.kid_bytes(), both.algorithm_is_protected()), (Some(&b"inner"[..]), true));
    let outer = sealed(vec![], vec![(int(ALG), int(-7)), kid(b"outer")]);
    assert_eq!((outer.kid_bytes(), outer.algorithm_is_protected()), (Some(&b"outer"[..]), false));
    assert_eq!(outer.alg().unwrap(), Algorithm::Es256);
    assert!(sealed(vec![], vec![]).kid_bytes().is_none());
}

#[test]
fn a_critical_header_that_is_not_understood_refuses_the_message() {
    let key = key();
    let crit = |labels: Vec<Value>| sign_with_headers(b"x", &[(CRIT, Value::Array(labels))], &key);
    let open = |bytes: &[u8]| Sealed::parse_lenient(bytes).unwrap().open_with(&key.public());
    assert!(open(&crit(vec![int(ALG), int(TYP)])).is_ok());
    assert_eq!(open(&crit(vec![int(99)])).unwrap_err().to_string(), "critical header 99 is not understood");
    assert!(matches!(open(&crit(vec![])), Err(OpenError::Malformed { .. })));
}

#[test]
fn an_algorithm_must_fit_the_key_and_a_signature_its_length() {
    let (p256, ed25519) = (key(), SigningKey::generate_ed25519(&mut UnwrapErr(SysRng)));
    let sealed = Sealed::parse_strict(&sign(b"x", &ed25519)).unwrap();
    let error = sealed.open_with(&p256.public()).unwrap_err();
    assert_eq!(error.to_string(), "signature algorithm EdDSA does not fit a P-256 key");
    let mut der = Sealed::parse_strict(&sign(b"x", &p256)).unwrap();
    der.signature = vec![0x30; 70];
    let error = der.open_with(&p256.public()).unwrap_err();
    assert_eq!(error.to_string(), "a signature of 70 bytes, where 64 were wanted");
    assert!(matches!(
        sealed.open_with(&SigningKey::generate_ed25519(&mut UnwrapErr(SysRng)).public()),
        Err(OpenError::BadSignature)
    ));
}

#[test]
fn a_high_s_opens_too() {
    let key = key();
    let mut sealed = Sealed::parse_strict(&sign(b"x", &key)).unwrap();
    let low = p256::ecdsa::Signature::from_slice(sealed.signature()).unwrap();
    let (r, s) = low.split_scalars();
    let high = p256::ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert_ne!(high, low);
    sealed.signature = high.to_bytes().to_vec();
    assert!(sealed.open_with(&key.public()).is_ok());
}

#[test]
fn a_p384_key_opens_what_it_signed_under_es256() {
    use p384::ecdsa::signature::hazmat::PrehashSigner as _;
    use sha2::{Digest as _, Sha256};

    let key = p384::ecdsa::SigningKey::from_slice(&[0x17; 48]).unwrap();
    let public = PublicKey::P384(*key.verifying_key());
    let mut sealed = Sealed::parse_lenient(&message(own_headers(), vec![], &[18])).unwrap();
    let signed = sig_structure(&sealed.protected_bytes, &[], &sealed.payload);
    let signature: p384::ecdsa::Signature = key.sign_prehash(&Sha256::digest(signed)).unwrap();
    sealed.signature = signature.to_bytes().to_vec();
    assert!(sealed.open_with(&public).is_ok());
    sealed.payload.push(0);
    assert!(matches!(sealed.open_with(&public), Err(OpenError::BadSignature)));
}

#[test]
fn no_changed_bit_opens() {
    let key = key();
    let bytes = sign(b"payload", &key);
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let opened = Sealed::parse_strict(&changed).and_then(|sealed| sealed.open_with(&key.public()));
        assert!(opened.is_err(), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken_apart_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Sealed::parse_strict(&bytes);
        let _ = Sealed::parse_lenient(&bytes);
    }
}
