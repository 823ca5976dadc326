//! Lists come in, are kept by the page, and come back.

use super::world::START;
use super::{DAY, World, json};
use crate::seal::PublicKey;
use crate::trust::{Bundle, Fingerprint};

fn reason(reply: &serde_json::Value) -> &str {
    reply["refused"]["reason"].as_str().unwrap_or_else(|| panic!("{reply}"))
}

#[test]
fn a_root_that_nobody_compared_is_not_taken_in() {
    let mut world = World::new();
    let bundle = world.bundle(1, 0);
    let refused = world.import(&bundle, 0, &json!({}));
    assert_eq!(reason(&refused), "unknown-root");
    let fingerprint = Fingerprint::of(&world.root.public()).to_string();
    assert_eq!(refused["refused"]["fingerprint"], json!(fingerprint));
    let wrong = world.import(&bundle, 0, &json!({"expected_fingerprint": "0".repeat(64), "accept": true}));
    assert_eq!(reason(&wrong), "other-root");
    let taken = world.import(&bundle, 0, &json!({"expected_fingerprint": fingerprint}));
    assert_eq!((&taken["state"], &taken["list"]["name"]), (&json!("new"), &json!("Root of Kakuma")));
    assert_eq!(taken["list"]["issuers"], json!([{"name": "Desk 4, Kakuma", "country": "KEN", "keys": 1}]));
    assert_eq!(world.import(&bundle, 0, &json!({}))["state"], "same");
}

#[test]
fn a_list_that_may_not_follow_is_refused_for_its_reason_and_the_one_in_use_stays() {
    let mut world = World::trusting();
    assert_eq!(world.import(&world.bundle(5, 0), 2 * DAY, &json!({}))["state"], "newer");
    let mut other = world.list(5, 0);
    other.stale_after_days = 30;
    for (bundle, at, expected) in [
        (world.bundle(4, 0), 2 * DAY, "lower-sequence"),
        (world.bundle_with(&other, vec![]), 2 * DAY, "same-sequence"),
        (world.bundle(6, 0), 0, "clock"),
        (world.bundle(6, 9 * DAY), 2 * DAY, "from-the-future"),
        (b"no bundle".to_vec(), 2 * DAY, "not-a-bundle"),
    ] {
        let reply = world.import(&bundle, at, &json!({"accept": true}));
        assert_eq!(reason(&reply), expected, "{reply}");
        for part in ["found", "wanted", "next"] {
            assert!(reply["refused"][part].as_str().is_some_and(|text| !text.is_empty()), "{reply}");
        }
    }
    assert_eq!(world.import(&world.bundle(5, 0), 2 * DAY, &json!({}))["list"]["sequence"], 5);
}

#[test]
fn a_stranger_under_a_known_name_is_taken_in_by_its_fingerprint_only() {
    let (mut world, stranger) = (World::trusting(), World::new());
    let bundle = stranger.bundle(9, 0);
    let refused = world.import(&bundle, 0, &json!({"accept": true}));
    assert_eq!(reason(&refused), "borrowed-name");
    let root = PublicKey::from_spki_der(&Bundle::parse(&bundle).unwrap().root_spki).unwrap();
    let compared = json!({"expected_fingerprint": Fingerprint::of(&root).to_string()});
    assert_eq!(world.import(&bundle, 0, &compared)["state"], "new");
}

#[test]
fn what_the_page_kept_opens_again_and_still_refuses_what_is_older() {
    let mut world = World::trusting();
    let bundle = world.bundle(5, 0);
    let taken = world.import(&bundle, DAY, &json!({}));
    let memory = taken["list"]["memory"].clone();
    assert_eq!((&memory["sequence"], &memory["latest"]), (&json!(5), &json!(START + DAY)));
    let text = world.text(&world.credential());
    let kept = |bundle: &[u8], memory: &serde_json::Value| json!({"do": "trust", "now": START + DAY, "latest": null, "lists": [{"bytes": bundle.len(), "memory": memory}]});
    let again = world.call(&kept(&bundle, &memory), &bundle);
    assert_eq!((&again["lists"][0]["sequence"], &again["warnings"]), (&json!(5), &json!([])), "{again}");
    assert_eq!(again["lists"][0]["memory"], memory);
    assert_eq!(world.verdict(&text, DAY).0, "valid");
    assert_eq!(reason(&world.import(&world.bundle(4, 0), DAY, &json!({}))), "lower-sequence");
    // Somebody has put an older list in its place.
    let older = world.bundle(4, 0);
    let swapped = world.call(&kept(&older, &memory), &older);
    assert_eq!(swapped["lists"], json!([]));
    assert_eq!(swapped["warnings"][0]["warning"], "not-used", "{swapped}");
    assert!(swapped["warnings"][0]["text"].as_str().unwrap().contains("is older than list 5"), "{swapped}");
    assert_eq!(world.verdict(&text, DAY).1, "unknown-issuer");
    assert_eq!(reason(&world.import(&older, DAY, &json!({}))), "lower-sequence", "what was seen is remembered");
    let lost = world.call(&kept(&older, &json!(null)), &older);
    assert_eq!(lost["lists"][0]["sequence"], 4);
    assert_eq!(lost["warnings"][0]["warning"], "memory-lost", "{lost}");
    assert!(lost["warnings"][0]["text"].as_str().unwrap().contains("is lost"), "{lost}");
}

#[test]
fn a_clock_turned_back_is_told_and_papers_are_judged_by_the_latest_time_seen() {
    let mut world = World::trusting();
    let bundle = world.bundle(1, 0);
    let header = json!({"do": "trust", "now": START, "latest": START + 100 * DAY, "lists": [{"bytes": bundle.len(), "memory": null}]});
    let reply = world.call(&header, &bundle);
    let clock = reply["warnings"].as_array().unwrap().iter().find(|told| told["warning"] == "clock").unwrap();
    assert!(clock["text"].as_str().unwrap().contains("the later time"), "{reply}");
    assert_eq!(reply["latest"], START + 100 * DAY);
    let text = world.text(&world.credential());
    assert_eq!(world.verdict(&text, 0).1, "stale-trust");
}
