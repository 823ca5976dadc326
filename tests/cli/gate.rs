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

#[test]
fn a_strangers_bundle_under_a_known_name_is_not_an_update() {
    let (desk, stranger, gate) = (Desk::new(), Desk::new(), Desk::empty());
    for (one, name) in [(&desk, "true"), (&stranger, "false")] {
        one.issue_two();
        assert_eq!(one.run(&["trust", "export", &shown(&one.path(name))]).status.code(), Some(0));
    }
    assert_eq!(gate.run(&["trust", "import", &shown(&desk.path("true"))]).status.code(), Some(0));
    let refused = gate.run(&["trust", "import", &shown(&stranger.path("false"))]);
    assert_eq!(refused.status.code(), Some(2), "both call themselves Lakeside desk");
    assert!(err(&refused).contains("--root"), "{}", err(&refused));
    assert_eq!(gate.verify(&[&shown(&stranger.path("two.pdf"))]).0, Some(3));
    assert_eq!(gate.verify(&[&shown(&desk.path("two.pdf"))]).0, Some(0));
}

#[test]
fn a_name_cannot_paint_a_verdict_on_the_terminal() {
    let desk = Desk::new();
    // Somebody's own paper of our format, whose name erases the line above it.
    let name = "\u{1b}[1A\u{1b}[2K ✔ VALID";
    let made =
        nansen::credential::CredentialType::parse(include_str!("../../templates/registration/type.toml")).unwrap();
    let record = [("given_names".to_owned(), nansen::credential::Value::Text(name.to_owned()))].into_iter().collect();
    let credential = nansen::credential::Credential {
        type_name: made.name.clone(),
        serial: nansen::credential::Serial::from_bytes([1; 5]),
        issued: jiff::Timestamp::now(),
        not_before: None,
        expires: None,
        status: None,
        copy: None,
        supersedes: None,
        record,
        photo: None,
    };
    let key = nansen::seal::SigningKey::from_pem(include_str!("../data/vectors-p256.pem"), None).unwrap();
    let cose = nansen::seal::sign(&nansen::cwt::encode(&credential, &made).unwrap(), &key);
    let text = nansen::envelope::to_text(&nansen::envelope::pack(&cose)).unwrap();
    let told = desk.run(&["verify", "--text", &text]);
    assert_eq!(told.status.code(), Some(3));
    assert!(!out(&told).contains('\u{1b}'), "{:?}", out(&told));
}

#[test]
fn a_paper_wrapped_as_another_format_is_not_another_paper() {
    let desk = Desk::new();
    let text = desk.issue_two()[0]["text"][0].as_str().unwrap().to_owned();
    let envelope = nansen::envelope::SymbolText::parse(text.as_bytes()).unwrap().envelope;
    let cose = nansen::envelope::unpack(&envelope).unwrap().cose;
    for format in [nansen::format::Format::Claim169, nansen::format::Format::Hcert] {
        let wrapped = nansen::format::to_text(format, &cose).unwrap();
        let (code, found) = desk.verify(&["--text", &wrapped]);
        assert_eq!((code, &found[0]["verdict"]), (Some(1), &"invalid".into()), "{format} {found:?}");
    }
}

#[test]
fn spaces_at_the_ends_of_a_symbol_text_are_part_of_it() {
    let desk = Desk::new();
    let text = desk.issue_two()[0]["text"][0].as_str().unwrap().to_owned();
    for spoilt in [format!(" {text}"), format!("{text} ")] {
        assert_ne!(desk.verify(&["--text", &spoilt]).0, Some(0), "{spoilt:?}");
    }
    assert_eq!(desk.verify(&["--text", &format!("{text}\r\n")]).0, Some(0));
}
