//! Trust lists on paper, before the camera and as scans.

use serde_json::Value;

use super::world::{START, new_key, paint, symbol};
use super::{World, json};
use crate::trust::sheets::{SheetTexts, to_texts};
use crate::trust::{Bundle, IssuerKey};

/// The symbols of a list with a dozen keys, and how many of them are enough.
fn texts(world: &World, sequence: u64) -> (Vec<String>, usize) {
    let mut list = world.list(sequence, 0);
    let key = list.issuers[0].keys[0].clone();
    for _ in 0..12 {
        list.issuers[0].keys.push(IssuerKey { key: new_key().public(), ..key.clone() });
    }
    let bundle = Bundle::parse(&world.bundle_with(&list, vec![])).unwrap();
    let SheetTexts { texts, need, .. } = to_texts(&bundle, 0).unwrap();
    assert!(need > 2 && texts.len() > usize::from(need), "{need} of {}", texts.len());
    (texts, need.into())
}

fn show(world: &mut World, verb: &str, text: &str) -> (Value, Vec<u8>) {
    let (width, height, pixels) = paint(&[symbol(text)]);
    let header = json!({"do": verb, "for": "trust", "now": START, "width": width, "height": height, "format": "grey"});
    let reply = world.core.call(header.to_string().as_bytes(), &pixels);
    (serde_json::from_slice(&reply.header).unwrap(), reply.payload)
}

#[test]
fn sheets_before_the_camera_make_a_list_that_is_asked_about_and_then_taken() {
    let mut world = World::new();
    let (texts, need) = texts(&world, 1);
    let (first, none) = show(&mut world, "frame", &texts[texts.len() - 1]);
    assert_eq!(first["trust_parts"], json!({"have": 1, "need": need, "of": texts.len()}), "{first}");
    assert!(none.is_empty());
    // Each sheet is held there for a few frames.
    let mut replies = texts[..need - 1].iter().flat_map(|text| [text; 4]).map(|text| show(&mut world, "frame", text));
    let last = replies.find(|(reply, _)| reply["refused"].is_object()).expect("the symbols are enough");
    assert_eq!(last.0["refused"]["reason"], "unknown-root", "{}", last.0);
    assert!(Bundle::looks_like(&last.1), "the bundle comes with it");
    let taken = world.import(&last.1, 0, &json!({"accept": true}));
    assert_eq!(taken["state"], "new", "{taken}");
}

#[test]
fn a_picture_a_text_and_a_file_are_taken_by_the_same_rules() {
    let mut world = World::trusting();
    let (texts, need) = texts(&world, 3);
    show(&mut world, "picture", &texts[0]);
    let header = json!({"do": "text", "for": "trust", "now": START});
    let mut reply = Value::Null;
    for text in &texts[1..need] {
        reply = world.call(&header, text.as_bytes());
    }
    assert_eq!((&reply["state"], &reply["list"]["sequence"]), (&json!("newer"), &json!(3)), "{reply}");
    assert_eq!(reply["trust_parts"]["have"], reply["trust_parts"]["need"]);
    let document = json!({"do": "document", "for": "trust", "now": START});
    let older = world.bundle(2, 0);
    assert_eq!(world.call(&document, &older)["refused"]["reason"], "lower-sequence");
    let paper = world.text(&world.credential());
    let reply = world.call(&header, paper.as_bytes());
    assert_eq!((&reply["others"], &reply["trust_parts"]), (&json!(1), &json!(null)), "{reply}");
    assert_eq!(world.ask(&texts[0], 0)["answers"][0]["format"], "nansen trust list");
    assert!(world.call(&document, b"neither")["error"]["next"].is_string());
}
