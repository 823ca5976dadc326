//! Our own test vectors, for whoever implements docs/FORMAT.md: every layer of some credentials, in hexadecimal.
//!
//! `NANSEN_WRITE_VECTORS=1 cargo test --test vectors` writes them anew; otherwise they must come out as they stand.

use jiff::Timestamp;
use jiff::civil::Date;
use nansen::credential::{Credential, CredentialType, Serial, StatusRef, Types};
use nansen::issue::list::{self, Item};
use nansen::seal::{Sealed, SigningKey, sign};
use nansen::{cwt, envelope};
use serde_json::{Value, json};

/// Made once for these vectors with `openssl genpkey`; signs nothing else.
const P256: &str = include_str!("data/vectors-p256.pem");
const ED25519: &str = include_str!("data/vectors-ed25519.pem");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectors.json");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn made(name: &str) -> CredentialType {
    let path = format!("{}/templates/{name}/type.toml", env!("CARGO_MANIFEST_DIR"));
    CredentialType::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn credentials(type_name: &str) -> Vec<Credential> {
    let path = format!("{}/templates/{type_name}/sample.csv", env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read(path).unwrap();
    let mut credentials = Vec::new();
    let today = Date::constant(2026, 11, 21);
    list::read(list.as_slice(), &made(type_name), today, &mut |item| {
        if let Item::Row(row) = item {
            let number = row.number as u8;
            credentials.push(Credential {
                type_name: type_name.to_owned(),
                serial: Serial::from_bytes([0x4e, 0x41, 0x4e, 0x53, number]),
                issued: Timestamp::constant(1_795_000_000, 0),
                not_before: None,
                expires: (number == 2).then_some(Timestamp::constant(1_890_000_000, 0)),
                status: Some(StatusRef { uri: "np:0".into(), index: 4711 * u64::from(number) }),
                copy: (number == 3).then_some(2),
                supersedes: (number == 3).then_some(Serial::from_bytes([1, 2, 3, 4, 5])),
                record: row.record,
                photo: None,
            });
        }
        true
    })
    .unwrap();
    credentials
}

fn vector(type_name: &str, credential: &Credential, key: &SigningKey) -> Value {
    let payload = cwt::encode(credential, &made(type_name)).unwrap();
    let cose = sign(&payload, key);
    let packed = envelope::pack(&cose);
    let parts: Vec<String> =
        envelope::split(&packed, 2, 3).unwrap().iter().map(|part| envelope::to_text(part).unwrap()).collect();
    json!({
        "type": type_name,
        "serial": credential.serial.to_string(),
        "claims": credential.record.to_json(),
        "payload": hex(&payload),
        "message": hex(&cose),
        "envelope": hex(&packed),
        "text": envelope::to_text(&packed).unwrap(),
        "address": envelope::to_url("https://v.example/", &packed).unwrap(),
        "parts_2_of_3": parts,
    })
}

fn all() -> Value {
    let p256 = SigningKey::from_pem(P256, None).unwrap();
    let ed25519 = SigningKey::from_pem(ED25519, None).unwrap();
    let mut vectors = Vec::new();
    for name in ["registration", "diploma", "training", "household"] {
        vectors.extend(credentials(name).iter().map(|credential| vector(name, credential, &p256)));
    }
    vectors.push(vector("registration", &credentials("registration")[0], &ed25519));
    json!({
        "p256_spki": hex(&p256.public().to_spki_der()),
        "ed25519_spki": hex(&ed25519.public().to_spki_der()),
        "vectors": vectors,
    })
}

#[test]
fn every_layer_of_the_published_vectors_comes_out_as_published() {
    let now = all();
    if std::env::var_os("NANSEN_WRITE_VECTORS").is_some() {
        std::fs::write(FILE, format!("{now:#}\n")).unwrap();
    }
    let published: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert_eq!(now["vectors"].as_array().unwrap().len(), published["vectors"].as_array().unwrap().len());
    for (now, published) in now["vectors"].as_array().unwrap().iter().zip(published["vectors"].as_array().unwrap()) {
        assert_eq!(now, published, "{}", now["serial"]);
    }
}

#[test]
fn the_published_vectors_open_with_the_published_keys() {
    let published: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let mut types = Types::new();
    for name in ["registration", "diploma", "training", "household"] {
        types.add(made(name));
    }
    let unhex = |text: &str| -> Vec<u8> {
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
    };
    let keys: Vec<_> = ["p256_spki", "ed25519_spki"]
        .map(|name| nansen::seal::PublicKey::from_spki_der(&unhex(published[name].as_str().unwrap())).unwrap())
        .into();
    for one in published["vectors"].as_array().unwrap() {
        for form in ["text", "address"] {
            let text = envelope::SymbolText::parse(one[form].as_str().unwrap().as_bytes()).unwrap();
            let message = envelope::unpack(&text.envelope).unwrap().cose;
            assert_eq!(hex(&message), one["message"].as_str().unwrap());
            let sealed = Sealed::parse_strict(&message).unwrap();
            let payload = keys.iter().find_map(|key| sealed.open_with(key).ok()).expect("one of the keys signed it");
            let credential = cwt::decode(payload.get(), &types).unwrap();
            assert_eq!(credential.record.to_json(), one["claims"]);
        }
        let mut collector = envelope::Collector::new();
        for part in one["parts_2_of_3"].as_array().unwrap().iter().skip(1) {
            collector.add(&envelope::SymbolText::parse(part.as_str().unwrap().as_bytes()).unwrap().envelope).unwrap();
        }
        assert_eq!(
            collector.complete().iter().map(|e| hex(e)).collect::<Vec<_>>(),
            [one["envelope"].as_str().unwrap()]
        );
    }
}
