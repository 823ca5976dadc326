//! Trust lists on paper, before the camera and as scans.

use serde_json::Value;

use super::world::{START, paint, symbol};
use super::{World, json};
use crate::trust::Bundle;
use crate::trust::sheets::to_texts;

fn texts(world: &World, sequence: u64) -> Vec<String> {
    to_texts(&Bundle::parse(&world.bundle(sequence, 0)).unwrap(), 0).unwrap().texts
}

fn show(world: &mut World, verb: &str, text: &str, more: Value) -> (Value, Vec<u8>) {
    let (width, height, pixels) = paint(&[symbol(text)]);
    let mut header =
        json!({"do": verb, "for": "trust", "now": START, "width": width, "height": height, "format": "grey"});
    header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = world.core.call(header.to_string().as_bytes(), &pixels);
    (serde_json::from_slice(&reply.header).unwrap(), reply.payload)
}

#[test]
fn sheets_before_the_camera_make_a_list_that_is_asked_about_and_then_taken() {
    let mut world = World::new();
    let texts = texts(&world, 1);
    let (first, none) = show(&mut world, "frame", &texts[2], json!({}));
    assert_eq!(first["trust_parts"], json!({"have": 1, "need": texts.len() - 1, "of": texts.len()}), "{first}");
    assert!(none.is_empty());
    let mut last = (Value::Null, Vec::new());
    for text in &texts[..texts.len() - 2] {
        last = show(&mut world, "frame", text, json!({}));
    }
    assert_eq!(last.0["refused"]["reason"], "unknown-root", "{}", last.0);
    assert!(Bundle::looks_like(&last.1), "the bundle comes with it");
    let taken = world.import(&last.1, 0, json!({"accept": true}));
    assert_eq!(taken["state"], "new", "{taken}");
}

#[test]
fn a_picture_a_text_and_a_file_are_taken_by_the_same_rules() {
    let mut world = World::trusting();
    let texts = texts(&world, 3);
    show(&mut world, "picture", &texts[0], json!({}));
    let header = json!({"do": "text", "for": "trust", "now": START});
    let mut reply = Value::Null;
    for text in &texts[1..texts.len() - 1] {
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
