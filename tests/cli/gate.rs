//! `nansen verify`: unknown issuer, stale list and forgery are three different answers.

use super::desk::{Desk, err, out, shown};

#[test]
fn a_verifier_without_the_list_does_not_know_and_with_it_does() {
    let (desk, gate) = (Desk::new(), Desk::empty());
    desk.issue_two();
    let paper = shown(&desk.path("two.pdf"));
    let (code, found) = gate.verify(&[&paper]);
    assert_eq!(
        (code, &found[0]["verdict"], &found[0]["reason"]),
        (Some(3), &"undecided".into(), &"unknown-issuer".into())
    );
    assert_eq!(found[0]["claims"], serde_json::Value::Null, "nothing unverified is a claim");
    assert_eq!(found[0]["unverified_claims"]["given_names"], "Najibullah");
    let bundle = shown(&desk.path("bundle"));
    assert_eq!(desk.run(&["trust", "export", &bundle]).status.code(), Some(0));
    let imported = gate.run(&["trust", "import", &bundle]);
    assert_eq!(imported.status.code(), Some(0), "{}", err(&imported));
    assert_eq!(gate.verify(&[&paper]).0, Some(0));
}

#[test]
fn a_list_ages_until_it_no_longer_decides_and_is_never_called_a_forgery() {
    let desk = Desk::new();
    desk.issue_two();
    let at = |days: i64| {
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        let (code, found) = desk.verify(&["two.pdf", "--at", &later.to_string()]);
        (code, found[0]["trust"]["state"].clone(), found[0]["reason"].clone())
    };
    let null = serde_json::Value::Null;
    assert_eq!(at(1), (Some(0), "fresh".into(), null.clone()));
    assert_eq!(at(45), (Some(0), "ageing".into(), null));
    assert_eq!(at(100), (Some(3), "stale".into(), "stale-trust".into()));
}

#[test]
fn a_changed_symbol_is_a_forgery_and_a_changed_letter_is_not_one_of_ours() {
    let desk = Desk::new();
    let text = desk.issue_two()[0]["text"][0].as_str().unwrap().to_owned();
    assert_eq!(desk.verify(&["--text", &text]).0, Some(0));
    // A byte of the signature, in the middle of the Base45 text.
    let mut changed = text.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let (code, found) = desk.verify(&["--text", &changed]);
    assert_eq!((code, &found[0]["verdict"]), (Some(1), &"invalid".into()), "{found:?}");
    assert!(["bad-signature", "malformed"].contains(&found[0]["reason"].as_str().unwrap()));
}

#[test]
fn a_revoked_paper_is_refused_where_the_bundle_has_arrived_and_comes_back_when_reinstated() {
    let (desk, gate) = (Desk::new(), Desk::empty());
    let serial = desk.issue_two()[0]["serial"].as_str().unwrap().to_owned();
    let paper = shown(&desk.path("two.pdf"));
    let carry = || {
        let bundle = shown(&desk.path("bundle"));
        assert_eq!(desk.run(&["trust", "export", &bundle]).status.code(), Some(0));
        let imported = gate.run(&["trust", "import", &bundle]);
        assert_eq!(imported.status.code(), Some(0), "{}", err(&imported));
    };
    carry();
    assert_eq!(gate.verify(&[&paper]).0, Some(0));
    let done = desk.run(&["revoke", &serial, "--reason", "lost"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let (code, found) = desk.verify(&[&paper]);
    assert_eq!((code, &found[0]["reason"], &found[1]["verdict"]), (Some(1), &"revoked".into(), &"valid".into()));
    assert_eq!(gate.verify(&[&paper]).0, Some(0), "the gate has not heard of it");
    carry();
    assert_eq!(gate.verify(&[&paper]).0, Some(1));
    assert_eq!(desk.run(&["reinstate", &serial]).status.code(), Some(0));
    carry();
    assert_eq!(gate.verify(&[&paper]).0, Some(0));
}

#[test]
fn codes_that_are_no_papers_are_named_for_what_they_are() {
    let desk = Desk::new();
    for (text, code, verdict, reason) in [
        ("HELLO", 3, "undecided", "unsigned"),
        ("https://example.org/diploma/4711", 3, "undecided", "network-only"),
        ("NP2:ABC", 3, "undecided", "not-verifiable-offline"),
        ("NP1:abc", 1, "invalid", "malformed"),
        ("NP1:ABC", 3, "undecided", "not-verifiable-offline"),
        ("HC1:::::", 1, "invalid", "malformed"),
        ("shc:/567629595326546034602925", 3, "undecided", "not-verifiable-offline"),
    ] {
        let (found_code, found) = desk.verify(&["--text", text]);
        assert_eq!(found_code, Some(code), "{text} {found:?}");
        assert_eq!((&found[0]["verdict"], &found[0]["reason"]), (&verdict.into(), &reason.into()), "{text}");
    }
}

#[test]
fn the_text_for_people_has_the_verdict_first_and_no_colour_in_a_pipe() {
    let desk = Desk::new();
    desk.issue_two();
    let told = out(&desk.run(&["verify", "two.pdf"]));
    assert!(told.starts_with(" ✔ VALID "), "{told}");
    for wanted in
        ["Najibullah Hosseini", "نجیب\u{200c}الله حسینی", "Lakeside desk (KEN)", "signed today, fresh", "no end"]
    {
        assert!(told.contains(wanted), "{wanted} in {told}");
    }
    assert!(!told.contains('\x1b'));
}

#[test]
fn inspecting_shows_every_layer_and_judges_nothing() {
    let desk = Desk::new();
    let text = desk.issue_two()[0]["text"][0].as_str().unwrap().to_owned();
    let told = out(&desk.run(&["inspect", "--text", &text]));
    for wanted in
        ["codec 0x12", "protected header: {\n  1: -7", "NOT CHECKED", "-65537", "\"given_names\": \"Najibullah\""]
    {
        assert!(told.contains(wanted), "{wanted} in {told}");
    }
    assert_eq!(desk.run(&["inspect", "two.pdf"]).status.code(), Some(0));
}
