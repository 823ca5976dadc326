//! The Claim 169 vectors: what is signed verifies and says what it should, everything else is never taken for signed.

use std::path::{Path, PathBuf};

use nansen::credential::{CredentialType, Types};
use nansen::format::{Format, FormatError, Recognised, Why, claim169, preview, read, recognise};
use nansen::seal::{PublicKey, read_keys};
use serde_json::Value as Json;

/// What the vectors call a field, and our column.
const COLUMNS: [(&str, &str); 19] = [
    ("id", "individual_id"),
    ("version", "version"),
    ("language", "language"),
    ("fullName", "full_name"),
    ("firstName", "given_names"),
    ("middleName", "middle_name"),
    ("lastName", "family_name"),
    ("dateOfBirth", "date_of_birth"),
    ("gender", "sex"),
    ("address", "address"),
    ("email", "email"),
    ("phone", "phone"),
    ("nationality", "nationality"),
    ("maritalStatus", "marital_status"),
    ("guardian", "guardian"),
    ("secondaryFullName", "native_name"),
    ("secondaryLanguage", "native_language"),
    ("locationCode", "location"),
    ("countryOfIssuance", "issuing_country"),
];

/// Fields of the vectors that are no text of ours: shown elsewhere, or by our own word for the same thing.
const BESIDE: [&str; 6] =
    ["photoFormat", "bestQualityFingers", "legalStatus", "face", "rightThumb", "rightPointerFinger"];

fn shared(kind: &str) -> Vec<(String, Json)> {
    let Some(shared) = std::env::var_os("NANSEN_SHARED") else {
        println!("skipped: NANSEN_SHARED is not set");
        return Vec::new();
    };
    let folder = PathBuf::from(shared).join("vectors/claim169").join(kind);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| (name_of(path), serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())).collect()
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn types() -> Types {
    let mut types = Types::new();
    types.add(CredentialType::parse(include_str!("../templates/registration/type.toml")).unwrap());
    types
}

fn key(vector: &Json) -> Option<PublicKey> {
    let key = vector.get("signing_key")?;
    let hex = key["public_key_hex"].as_str()?;
    // A bare point of P-256 or the bare bytes of Ed25519 come as `SubjectPublicKeyInfo` here.
    let before = match key["algorithm"].as_str()? {
        "ES256" => "3059301306072a8648ce3d020106082a8648ce3d030107034200",
        _ => "302a300506032b6570032100",
    };
    Some(read_keys(format!("{before}{hex}").as_bytes()).unwrap().remove(0).key)
}

fn text(vector: &Json) -> &[u8] {
    vector["qr_data"].as_str().unwrap().as_bytes()
}

#[test]
fn what_is_signed_verifies_and_the_rest_is_never_taken_for_signed() {
    let mut seen = Vec::new();
    for (name, vector) in shared("valid") {
        let outcome = match recognise(text(&vector)).unwrap() {
            Recognised::Known { name: "MOSIP Claim 169", why: Why::Encrypted } => "encrypted",
            Recognised::Known { name: "MOSIP Claim 169", why: Why::Unsigned } => "unsigned",
            Recognised::Sealed(presented) => {
                assert_eq!(presented.format, Format::Claim169, "{name}");
                match key(&vector) {
                    None => "signed by a key that is not given",
                    Some(key) => {
                        let payload = presented.sealed.open_with(&key).unwrap();
                        let statement = read(presented.format, &payload, &types()).unwrap();
                        assert!(statement.get().record.get("individual_id").is_some());
                        "verified"
                    }
                }
            }
            other => panic!("{name}: {other:?}"),
        };
        let expected = match name.as_str() {
            "encrypted-aes256" | "encrypted-signed" => "encrypted",
            "ecdsa-p256-signed" | "ed25519-signed" => "verified",
            _ => "unsigned",
        };
        assert_eq!(outcome, expected, "{name}");
        seen.push(name);
    }
    assert!(seen.is_empty() || seen.len() == 11, "{seen:?}");
}

#[test]
fn every_field_of_the_vectors_is_found_in_its_column() {
    for (name, vector) in shared("valid") {
        if vector.get("encryption_key").is_some() {
            continue;
        }
        let presented = claim169::unpack(text(&vector)).unwrap();
        let statement = preview(Format::Claim169, presented.sealed.unverified_payload(), &types()).unwrap();
        for (field, expected) in vector["expected_claim169"].as_object().unwrap() {
            if let Some((_, column)) = COLUMNS.iter().find(|(known, _)| known == field) {
                assert_eq!(statement.record.text(column), ours(field, expected), "{name}: {field}");
            } else {
                assert!(BESIDE.contains(&field.as_str()), "{name}: {field}");
            }
        }
        let meta = &vector["expected_cwt_meta"];
        assert_eq!(statement.said_issuer.as_deref(), meta["issuer"].as_str(), "{name}");
        for (time, claim) in
            [(statement.expires, "expiresAt"), (statement.not_before, "notBefore"), (statement.issued, "issuedAt")]
        {
            assert_eq!(time.map(jiff::Timestamp::as_second), meta[claim].as_i64(), "{name}: {claim}");
        }
        if let Some(status) = vector["expected_claim169"]["legalStatus"].as_str() {
            assert_eq!(statement.record.text("legal_status").to_lowercase(), status.to_lowercase());
        }
        assert_eq!(statement.photo.is_some(), name == "refugee-identity", "{name}");
    }
}

/// The text that our column has for a value of the vectors.
fn ours(field: &str, expected: &Json) -> String {
    let text = expected.as_str().map_or_else(|| expected.to_string(), ToOwned::to_owned);
    match (field, text.as_str()) {
        ("dateOfBirth", date) if date.len() == 8 => format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]),
        ("gender", "1") => "M".into(),
        ("gender", "2") => "F".into(),
        ("maritalStatus", "2") => "married".into(),
        ("nationality" | "countryOfIssuance", "IN") => "IND".into(),
        ("address", _) => text.replace('\n', " "),
        _ => text,
    }
}

#[test]
fn what_is_broken_is_refused_for_the_stated_reason() {
    for (name, vector) in shared("invalid") {
        let error = claim169::unpack(text(&vector))
            .and_then(|presented| preview(Format::Claim169, presented.sealed.unverified_payload(), &types()))
            .unwrap_err();
        let stated = match error {
            FormatError::Base45(_) => "Base45Decode",
            FormatError::Inflate(_) => "Decompress",
            FormatError::Cose(_) => "CoseParse",
            FormatError::Missing { claim: 169 } => "Claim169NotFound",
            other => panic!("{name}: {other}"),
        };
        assert_eq!(stated, vector["expected_error"].as_str().unwrap(), "{name}");
        assert!(!matches!(recognise(text(&vector)), Ok(Recognised::Sealed(_))), "{name}");
    }
}
