//! Messages that no page of ours sends.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::World;
use super::world::START;
use crate::gate::Core;

fn call(header: &[u8], payload: &[u8]) -> Value {
    serde_json::from_slice(&Core::new().call(header, payload).header).unwrap()
}

#[test]
fn what_is_not_understood_says_what_was_found_wanted_and_next() {
    let frame = |width: Value, height: Value, format: &str| {
        json!({"do": "frame", "now": START, "width": width, "height": height, "format": format}).to_string()
    };
    for (header, found) in [
        (String::new(), "EOF while parsing"),
        ("[]".to_owned(), "another JSON value"),
        ("{}".to_owned(), "a header without do"),
        (r#"{"do":"fly"}"#.to_owned(), "do \"fly\""),
        (r#"{"do":"text"}"#.to_owned(), "no time in now"),
        (r#"{"do":"text","now":1e300}"#.to_owned(), "no time in now"),
        (json!({"do": "text", "now": START}).to_string(), "no text"),
        (frame(json!(1), json!(-1), "grey"), "a picture without width and height"),
        (frame(json!(u32::MAX), json!(u32::MAX), "grey"), "4294967295 × 4294967295 pixels"),
        (frame(json!(8), json!(8), "cmyk"), "format Some(\"cmyk\")"),
        (frame(json!(8), json!(8), "rgba"), "0 bytes"),
        (json!({"do": "trust", "now": START}).to_string(), "no lists"),
        (json!({"do": "trust", "now": START, "lists": [{"bytes": 9}]}).to_string(), "a list without its bytes"),
        (" ".repeat(2_000_000), "a header of 2000000 bytes"),
    ] {
        let reply = call(header.as_bytes(), &[]);
        let error = &reply["error"];
        assert!(error["found"].as_str().is_some_and(|text| text.contains(found)), "{found}: {reply}");
        assert!(error["wanted"].is_string() && error["next"].is_string(), "{reply}");
    }
}

#[test]
fn about_says_what_is_understood() {
    let about = call(br#"{"do":"about"}"#, &[]);
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    assert!(about["now_supported"].as_array().unwrap().contains(&json!("frame")));
}

/// Values where a header has another.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        (0..70_u64).prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        prop_oneof!["grey", "rgba", "trust"].prop_map(Value::from),
        Just(json!([{"bytes": 3, "memory": {"sequence": -1, "digest": "é", "latest": 9e99}, "root": 7}])),
        Just(json!([{"bytes": u64::MAX}, {"bytes": 1}])),
        Just(json!([[[[[]]]]])),
    ]
}

fn header() -> impl Strategy<Value = Vec<u8>> {
    let verbs = prop_oneof!["trust", "import", "frame", "picture", "document", "text", "forget", "about", "\\PC{0,9}"];
    let names = prop_oneof![
        "now",
        "lists",
        "latest",
        "width",
        "height",
        "format",
        "name",
        "accept",
        "expected_fingerprint",
        "for"
    ];
    let entries = prop::collection::btree_map(names, value(), 0..9);
    let object = (verbs, entries, any::<bool>()).prop_map(|(verb, mut entries, has_time)| {
        entries.insert("do".to_owned(), verb.into());
        if has_time {
            entries.insert("now".to_owned(), json!(START));
        }
        json!(entries).to_string().into_bytes()
    });
    prop_oneof![8 => object, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let beginnings = prop_oneof![
        Just(b"".to_vec()),
        Just(b"%PDF-1.7\n1 0 obj".to_vec()),
        Just(b"\x89PNG\r\n\x1a\n".to_vec()),
        Just(b"\xd2\x84\x43".to_vec()),
        Just(b"\xa5\x00\x73nansen-trust-bundle".to_vec()),
        Just(b"NP1:".to_vec()),
        Just(b"https://a.example/#".to_vec()),
    ];
    (beginnings, prop::collection::vec(any::<u8>(), 0..300), 0..300_usize)
        .prop_map(|(head, tail, zeros)| [head, tail, vec![0; zeros * zeros / 9]].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_message_has_an_answer(messages in prop::collection::vec((header(), payload()), 1..4)) {
        let mut core = Core::new();
        for (header, payload) in messages {
            let reply = core.call(&header, &payload);
            prop_assert!(serde_json::from_slice::<Value>(&reply.header).is_ok_and(|value| value.is_object()));
        }
    }

    #[test]
    fn a_bundle_with_a_changed_byte_is_never_the_list_of_another_root(at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut world = World::new();
        let mut bundle = world.bundle(1, 0);
        let at = at.index(bundle.len());
        bundle[at] ^= 1_u8 << bit;
        let reply = world.import(&bundle, 0, &json!({"accept": true}));
        // One key may be written in two ways; a list is never taken in under another root than the one that signed it.
        let root = world.root.kid().to_string();
        prop_assert!(reply["refused"].is_object() || reply["list"]["root"] == root, "byte {}: {}", at, reply);
    }
}
