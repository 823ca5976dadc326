//! Conformance over the vectors of the COSE working group and of the EU Digital COVID Certificate.
//!
//! Runs where `NANSEN_SHARED` names the folder that holds them; otherwise the tests say that they were skipped.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::key_formats::cose_key_kid;
use super::kid::bytes_of_hex;
use super::{Certificate, OpenError, PublicKey, Sealed, read_keys};

fn shared(below: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("NANSEN_SHARED") else {
        println!("skipped: NANSEN_SHARED is not set");
        return None;
    };
    Some(Path::new(&root).join("vectors").join(below))
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The key of an example: JWK members, each also with a hexadecimal twin.
fn example_key(key: &Json) -> Result<PublicKey, super::KeyError> {
    let hex = |name: &str| key.get(format!("{name}_hex")).and_then(Json::as_str).map(|hex| bytes_of_hex(hex).unwrap());
    let point = |x: &[u8], y: &[u8]| [&[0x04], x, y].concat();
    match (key["crv"].as_str(), hex("x"), hex("y")) {
        (Some("P-256"), Some(x), Some(y)) => PublicKey::from_p256_point(&point(&x, &y)),
        (Some("Ed25519"), Some(x), _) => PublicKey::from_ed25519_bytes(&x),
        _ => PublicKey::from_jwk(&key.to_string()),
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Opened,
    Refused(String),
}

fn run(bytes: &[u8], key: &Json, aad: &[u8], plaintext: &[u8]) -> Outcome {
    let sealed = match Sealed::parse_lenient(bytes) {
        Ok(sealed) => sealed,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let key = match example_key(key) {
        Ok(key) => key,
        Err(error) => return Outcome::Refused(format!("key: {error}")),
    };
    match sealed.open_with_aad(&key, aad) {
        Ok(payload) => {
            assert_eq!(payload.get(), plaintext);
            Outcome::Opened
        }
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

#[test]
fn the_examples_of_the_cose_working_group_open_or_are_refused_as_their_files_say() {
    let Some(folder) = shared("cose") else { return };
    let (mut opened, mut refused, mut other, mut unsupported) = (0, 0, 0, 0);
    for path in json_files(&folder) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let json: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let bytes = bytes_of_hex(json["output"]["cbor"].as_str().unwrap()).unwrap();
        let input = &json["input"];
        let Some(sign1) = input.get("sign0") else {
            // Several signers, a MAC or encryption: not ours, and named as what it is.
            let error = Sealed::parse_lenient(&bytes).unwrap_err();
            assert!(matches!(error, OpenError::NotSign1 { .. }), "{name}: {error}");
            println!("{name:14} other message type: {error}");
            other += 1;
            continue;
        };
        let plaintext = match (input["plaintext"].as_str(), input["plaintext_hex"].as_str()) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (_, Some(hex)) => bytes_of_hex(hex).unwrap(),
            _ => panic!("{name} has no plaintext"),
        };
        let aad = sign1["external"].as_str().map_or_else(Vec::new, |hex| bytes_of_hex(hex).unwrap());
        let outcome = run(&bytes, &sign1["key"], &aad, &plaintext);
        println!("{name:14} {outcome:?}");
        let expected = match (json["fail"].as_bool(), name) {
            // Curves that no credential on paper uses: the key is refused by name, not the signature.
            (_, "ecdsa-sig-03") => Outcome::Refused(unsupported_key("EC on curve P-521")),
            (_, "eddsa-sig-02") => Outcome::Refused(unsupported_key("OKP on curve Ed448")),
            (Some(true), _) => {
                assert!(matches!(outcome, Outcome::Refused(_)), "{name}");
                refused += 1;
                continue;
            }
            _ => Outcome::Opened,
        };
        assert_eq!(outcome, expected, "{name}");
        *if expected == Outcome::Opened { &mut opened } else { &mut unsupported } += 1;
    }
    println!(
        "{opened} opened, {refused} refused as wanted, {unsupported} with keys not supported, {other} of other types"
    );
    assert_eq!((opened, refused, unsupported, other), (8, 6, 2, 18));
}

fn unsupported_key(kind: &str) -> String {
    format!("key: a key of kind {kind}, where P-256, P-384, Ed25519 or RSA was wanted")
}

#[test]
fn the_failures_are_refused_for_the_reason_that_their_titles_give() {
    let Some(folder) = shared("cose/sign1-tests") else { return };
    for (name, expect) in [
        ("sign-fail-01", "CBOR tag 998 (no COSE message), where COSE_Sign1 was wanted"),
        ("sign-fail-02", "the signature does not match"),
        ("sign-fail-03", "signature algorithm -999 is not supported"),
        ("sign-fail-04", "signature algorithm \"unknown\" is not supported"),
        ("sign-fail-06", "the signature does not match"),
        ("sign-fail-07", "the signature does not match"),
    ] {
        let json = std::fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
        let json: Json = serde_json::from_str(&json).unwrap();
        let bytes = bytes_of_hex(json["output"]["cbor"].as_str().unwrap()).unwrap();
        let outcome = run(&bytes, &json["input"]["sign0"]["key"], &[], b"");
        assert_eq!(outcome, Outcome::Refused(expect.to_owned()), "{name}");
    }
}

#[test]
fn a_certificate_of_the_examples_gives_the_key_of_its_signer() {
    let Some(folder) = shared("cose/x509-examples") else { return };
    let json: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("signed-01.json")).unwrap()).unwrap();
    let signer = example_key(&json["input"]["sign"]["signers"][0]["key"]);
    for file in ["alice.der", "alice.crt"] {
        let found = read_keys(&std::fs::read(folder.join(file)).unwrap()).unwrap();
        assert_eq!(found.len(), 1, "{file}");
        if let Ok(signer) = &signer {
            assert_eq!(&found[0].key, signer, "{file}");
        }
        let certificate = found[0].certificate.as_ref().unwrap();
        assert_eq!(certificate.not_before.to_string(), "2020-12-02T17:27:25Z");
        assert_eq!(certificate.not_after.to_string(), "2053-10-10T17:27:25Z");
        assert!(certificate.extended_key_usage.is_empty());
    }
}

#[test]
fn the_signatures_of_hcert_match_where_the_expectations_say_so() {
    let Some(folder) = shared("hcert") else { return };
    let expected: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let (mut matched, mut refused, mut untold) = (0, 0, 0);
    for case in expected.as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let json: Json =
            serde_json::from_str(&std::fs::read_to_string(folder.join("cases").join(file)).unwrap()).unwrap();
        let certificate = json["TESTCTX"]["CERTIFICATE"].as_str().unwrap_or_default();
        let (Some(cose), false) = (json["COSE"].as_str().and_then(bytes_of_hex), certificate.is_empty()) else {
            untold += 1;
            continue;
        };
        let found = read_keys(certificate.as_bytes()).unwrap_or_else(|error| panic!("{file}: {error}"));
        let certificate: &Certificate = found[0].certificate.as_ref().unwrap();
        let sealed = Sealed::parse_lenient(&cose);
        let opened = sealed.and_then(|sealed| {
            let kid = sealed.kid_bytes().map(<[u8]>::to_vec);
            sealed.open_with(&certificate.key).map(|_| kid)
        });
        match (case["stages"]["SIG"].as_bool(), &opened) {
            (Some(true), Ok(kid)) => {
                matched += 1;
                if case["stages"]["KID"].as_bool() == Some(true) {
                    assert_eq!(kid.as_deref(), Some(&certificate.kid.as_bytes()[..]), "{file}");
                }
            }
            (Some(false), Err(error)) => {
                println!("{file}: {error}");
                refused += 1;
            }
            (None, _) => untold += 1,
            (Some(wanted), got) => panic!("{file}: signature {wanted} was wanted, got {got:?}"),
        }
    }
    println!("{matched} matched, {refused} refused as wanted, {untold} without an expectation");
    assert!(matched > 200);
}

#[test]
fn keys_are_recognised_by_their_form() {
    let hex = "04484d8d125ea6c78af9b7bb16bbbf8ccbd3b5012b8d310f1c47920165666d2572367fd92bce5fe5f2508a6ca0bde5013853cb2c8e1dc313efaeb2b9a4ee492f0a";
    let key = &read_keys(hex.as_bytes()).unwrap()[0].key;
    assert_eq!(key.kind(), "P-256");
    assert_eq!(&read_keys(&key.to_spki_der()).unwrap()[0].key, key);
    assert_eq!(&read_keys(key.to_pem().as_bytes()).unwrap()[0].key, key);
    assert_eq!(read_keys([key.to_pem(), key.to_pem()].concat().as_bytes()).unwrap().len(), 2);
    let ed25519 = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert_eq!(read_keys(ed25519.as_bytes()).unwrap()[0].key.kind(), "Ed25519");
    let jwks =
        r#"{"keys":[{"kid":"one","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    assert_eq!(read_keys(jwks.as_bytes()).unwrap()[0].kid.as_deref(), Some(&b"one"[..]));
    for nothing in [&b""[..], b"hello", b"\xff\xff", b"[]x", b"-----BEGIN CERTIFICATE-----"] {
        assert!(read_keys(nothing).is_err(), "{nothing:?}");
    }
    assert_eq!(cose_key_kid(&crate::cbor::int(1)), None);
}
