//! Papers that are printed again: as copies that say so, or under a new serial.

use super::desk::{Desk, err, json_lines, out, shown};

fn serial_of(desk: &Desk) -> String {
    desk.issue_two()[0]["serial"].as_str().unwrap().to_owned()
}

#[test]
fn a_copy_carries_its_number_signed_and_printed() {
    let desk = Desk::new();
    let serial = serial_of(&desk);
    let first = desk.verify(&["two.pdf"]).1[0].clone();
    let done = desk.run(&["register", "reprint", &serial, &serial, "-o", "copy.pdf"]);
    assert_eq!(out(&done).trim(), format!("{serial}: copy 2, copy.pdf"), "{}", err(&done));
    let (code, found) = desk.verify(&["copy.pdf"]);
    assert_eq!((code, found.len()), (Some(0), 1));
    assert_eq!((&found[0]["serial"], &found[0]["copy"]), (&serial.as_str().into(), &2.into()));
    for same in ["claims", "issued", "expires", "issuer", "type"] {
        assert_eq!(found[0][same], first[same], "{same}");
    }
    let text = out(&desk.run(&["verify", "copy.pdf"]));
    assert!(text.contains(&format!("{serial}, copy 2")), "{text}");
    let third = desk.run(&["register", "reprint", &serial, "-o", "third.pdf"]);
    assert_eq!(out(&third).trim(), format!("{serial}: copy 3, third.pdf"), "{}", err(&third));
    assert_eq!(desk.verify(&["third.pdf"]).1[0]["copy"], 3);
    let shown = out(&desk.run(&["register", "show", &serial]));
    assert!(shown.contains("copy 3  third.pdf, sheet 1, signed anew by key"), "{shown}");
    // All papers of a serial fall together.
    assert_eq!(desk.run(&["revoke", &serial, "--reason", "lost"]).status.code(), Some(0));
    for paper in ["two.pdf", "copy.pdf", "third.pdf"] {
        assert_eq!(desk.verify(&[paper]).1[0]["reason"], "revoked", "{paper}");
    }
    let refused = desk.run(&["register", "reprint", &serial, "-o", "no.pdf"]);
    let told = err(&refused);
    assert!(told.contains("is revoked since") && told.contains("(\"lost\"), and is not printed again"), "{told}");
    let unknown = desk.run(&["register", "reprint", "0000-0000", "-o", "no.pdf"]);
    assert!(err(&unknown).contains("no credential 0000-0000 was issued here"), "{}", err(&unknown));
    assert!(!desk.path("no.pdf").exists());
}

#[test]
fn a_copy_is_signed_by_the_key_of_its_original_also_after_another_came_into_use() {
    let desk = Desk::new();
    let serial = serial_of(&desk);
    let kid = desk.verify(&["two.pdf"]).1[0]["issuer"]["kid"].clone();
    assert_eq!(desk.run(&["key", "new", "--use"]).status.code(), Some(0));
    let done = desk.run(&["register", "reprint", &serial, "-o", "copy.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let found = &desk.verify(&["copy.pdf"]).1[0];
    assert_eq!((&found["issuer"]["kid"], &found["verdict"], &found["copy"]), (&kid, &"valid".into(), &2.into()));
}

#[test]
fn without_the_key_of_its_original_there_is_no_copy_but_a_replacement() {
    let desk = Desk::new();
    let serial = serial_of(&desk);
    let kid = desk.verify(&["two.pdf"]).1[0]["issuer"]["kid"].as_str().unwrap().to_owned();
    assert_eq!(desk.run(&["key", "new", "--use"]).status.code(), Some(0));
    assert_eq!(desk.run(&["trust", "remove", &kid]).status.code(), Some(0));
    let refused = desk.run(&["register", "reprint", &serial, "-o", "copy.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    assert!(told.contains("the own trust list no longer has") && told.contains("--replace"), "{told}");
    let done = desk.run(&["register", "reprint", &serial, "-o", "new.pdf", "--replace"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let found = &desk.verify(&["new.pdf"]).1[0];
    assert_eq!((&found["verdict"], &found["supersedes"]), (&"valid".into(), &serial.into()));
}

#[test]
fn the_passphrase_of_the_key_is_asked_for_before_anything_is_written() {
    let desk = Desk::empty();
    let mut init = desk.command();
    init.args(["init", "--name", "Lakeside desk", "--country", "KEN"]).env("NANSEN_PASSPHRASE", "Fram");
    assert!(init.output().unwrap().status.success());
    let list = desk.write("two.csv", super::desk::TWO);
    let run = |args: &[&str]| desk.command().args(args).env("NANSEN_PASSPHRASE", "Fram").output().unwrap();
    let done = run(&["issue", "registration", &shown(&list), "-o", "two.pdf", "--symbols", "two.jsonl"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let symbols = json_lines(&std::fs::read(desk.path("two.jsonl")).unwrap());
    let serial = symbols[0]["serial"].as_str().unwrap();
    let refused = desk.run(&["register", "reprint", serial, "-o", "copy.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    assert!(
        told.contains(&format!("a copy of {serial} is signed with")) && told.contains("NANSEN_PASSPHRASE"),
        "{told}"
    );
    assert!(!desk.path("copy.pdf").exists());
    let done = run(&["register", "reprint", serial, "-o", "copy.pdf"]);
    assert_eq!(out(&done).trim(), format!("{serial}: copy 2, copy.pdf"), "a refused copy is not counted");
}

#[test]
fn a_damaged_paper_is_replaced_by_a_new_serial() {
    let desk = Desk::new();
    let serial = serial_of(&desk);
    let done = desk.run(&["register", "reprint", &serial, "-o", "new.pdf", "--replace"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let (code, found) = desk.verify(&["new.pdf"]);
    assert_eq!(code, Some(0), "{found:?}");
    let new = found[0]["serial"].as_str().unwrap().to_owned();
    assert_eq!(out(&done).trim(), format!("{serial}: replaced by {new}, new.pdf"));
    assert_eq!((&found[0]["supersedes"], &found[0]["copy"]), (&serial.as_str().into(), &serde_json::Value::Null));
    assert_eq!(desk.verify(&["two.pdf"]).1[0]["reason"], "superseded");
    let again = desk.run(&["register", "reprint", &serial, "-o", "again.pdf", "--replace"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("its holder has a newer one"), "{}", err(&again));
    assert_eq!(desk.issued(), 3);
}

#[test]
fn a_format_without_a_copy_number_says_that_it_is_only_printed() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", super::desk::TWO));
    let args = ["issue", "registration", &list, "-o", "c.pdf", "--wire", "claim169", "--symbols", "c.jsonl"];
    assert_eq!(desk.run(&args).status.code(), Some(0));
    let symbols = json_lines(&std::fs::read(desk.path("c.jsonl")).unwrap());
    let serial = symbols[0]["serial"].as_str().unwrap();
    let done = desk.run(&["register", "reprint", serial, "-o", "copy.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(err(&done).contains("claim169 has no place for a copy number"), "{}", err(&done));
    assert_eq!(desk.verify(&["copy.pdf"]).0, Some(0));
}

#[test]
fn a_withdrawn_credential_is_neither_printed_again_nor_replaced() {
    let desk = Desk::new();
    let serial = serial_of(&desk);
    for (how, status) in [(&["--suspend"][..], "suspended"), (&[], "revoked")] {
        let revoke = [&["revoke", &serial, "--reason", "found in a raid"][..], how].concat();
        assert_eq!(desk.run(&revoke).status.code(), Some(0));
        for (more, done) in [(&["--replace"][..], "replaced"), (&[], "printed again")] {
            let args = [&["register", "reprint", &serial, "-o", "no.pdf"][..], more].concat();
            let refused = desk.run(&args);
            assert_eq!(refused.status.code(), Some(2));
            let told = err(&refused);
            assert!(told.contains(&format!("{serial} is {status} since 2")), "{told}");
            assert!(told.contains(&format!("(\"found in a raid\"), and is not {done}")), "{told}");
            assert!(told.contains("nansen reinstate") && told.contains("--reissue"), "{told}");
            assert!(!told.contains("--replace"), "{told}");
        }
    }
    assert!(!desk.path("no.pdf").exists() && desk.issued() == 2);
    assert_eq!(desk.run(&["reinstate", &serial]).status.code(), Some(0));
    let done = desk.run(&["register", "reprint", &serial, "-o", "new.pdf", "--replace"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
}

#[test]
fn cards_share_a_sheet_when_they_are_printed_again() {
    let desk = Desk::new();
    let issued = desk.issue_two();
    let serials: Vec<&str> = issued.iter().map(|line| line["serial"].as_str().unwrap()).collect();
    let args = ["register", "reprint", serials[0], serials[1], "-o", "cards.pdf", "--layout", "cards"];
    let done = desk.run(&args);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(desk.verify(&["cards.pdf"]).1.len(), 2);
    for serial in serials {
        let shown = out(&desk.run(&["register", "show", serial]));
        assert!(shown.contains("copy 2  cards.pdf, sheet 1"), "{shown}");
    }
}

#[test]
fn a_type_of_a_folder_is_printed_again_from_that_folder() {
    let desk = Desk::new();
    let made = desk.run(&["template", "new", "own", "--from", "registration"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let list = shown(&desk.write("one.csv", "individual_id,given_names,legal_status\nK-1,Amina,refugee\n"));
    let args = ["issue", "own", &list, "-o", "o.pdf", "--symbols", "o.jsonl", "--template", "own"];
    let done = desk.run(&args);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let symbols = json_lines(&std::fs::read(desk.path("o.jsonl")).unwrap());
    let serial = symbols[0]["serial"].as_str().unwrap();
    let without = desk.run(&["register", "reprint", serial, "-o", "copy.pdf"]);
    assert!(err(&without).contains("--template"), "{}", err(&without));
    let done = desk.run(&["register", "reprint", serial, "-o", "copy.pdf", "--template", "own"]);
    assert_eq!(out(&done).trim(), format!("{serial}: copy 2, copy.pdf"), "{}", err(&done));
}
