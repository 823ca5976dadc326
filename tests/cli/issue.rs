//! `nansen issue`, from the list to the paper and back.

use super::desk::{Desk, TWO, err, out, shown};

#[test]
fn a_paper_that_was_issued_verifies_from_its_pdf_and_says_what_the_list_says() {
    let desk = Desk::new();
    let symbols = desk.issue_two();
    assert_eq!(symbols.len(), 2);
    let (code, found) = desk.verify(&["two.pdf"]);
    assert_eq!(code, Some(0), "{found:?}");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["verdict"], "valid");
    assert_eq!(found[0]["serial"], symbols[0]["serial"]);
    assert_eq!(found[0]["claims"]["native_name"], "نجیب\u{200c}الله حسینی");
    assert_eq!(found[0]["claims"]["date_of_birth"], "1953~");
    assert_eq!(found[0]["issuer"]["name"], "Lakeside desk");
    assert_eq!(found[0]["trust"]["state"], "fresh");
    assert_eq!(found[1]["page"], 2);
    assert_eq!(found[1]["claims"]["given_names"], "Noëlla");
    assert_eq!(found[1]["claims"].get("address"), None, "an empty cell is no claim");
}

#[test]
fn every_wire_format_verifies_with_the_key_that_signed_it() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let done = desk.run(&["issue", "registration", &list, "-o", "c.pdf", "--wire", "claim169"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(err(&done).contains("claim169 has no place for"), "{}", err(&done));
    let (code, found) = desk.verify(&["c.pdf"]);
    assert_eq!(code, Some(0), "{found:?}");
    assert_eq!(found[0]["format"], "claim169");
    assert_eq!(found[0]["claims"]["given_names"], "Najibullah");
    let sample = shown(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/vaccination/sample.csv"));
    let done = desk.run(&["issue", "vaccination", &sample, "-o", "v.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let (code, found) = desk.verify(&["v.pdf"]);
    assert_eq!(code, Some(0), "{found:?}");
    assert!(found.iter().all(|one| one["format"] == "hcert" && one["verdict"] == "valid"), "{found:?}");
}

#[test]
fn nobody_gets_a_second_paper_unless_it_replaces_the_first() {
    let desk = Desk::new();
    let first = desk.issue_two();
    let list = shown(&desk.write("again.csv", format!("{TWO}KEN-3,Amina,Yusuf,,,1990,F,SOM,SOM,,,refugee,,\n")));
    let refused = desk.run(&["issue", "registration", &list, "-o", "again.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    assert!(told.contains("line 2, individual_id: already holds") && told.contains("--reissue"), "{told}");
    assert!(!desk.path("again.pdf").exists());
    let left_out = desk.run(&["issue", "registration", &list, "-o", "third.pdf", "--keep-going"]);
    assert_eq!(left_out.status.code(), Some(0), "{}", err(&left_out));
    assert_eq!(desk.verify(&["third.pdf"]).1.len(), 1);
    let again = desk.run(&["issue", "registration", &shown(&desk.path("two.csv")), "-o", "new.pdf", "--reissue"]);
    assert_eq!(again.status.code(), Some(0), "{}", err(&again));
    let (_, new) = desk.verify(&["new.pdf"]);
    assert_eq!(new[0]["supersedes"], first[0]["serial"]);
    let (code, old) = desk.verify(&["two.pdf"]);
    assert_eq!((code, &old[0]["reason"]), (Some(1), &"superseded".into()));
}

#[test]
fn a_list_that_is_issued_twice_is_refused_and_a_dry_run_issues_nothing() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let dry = desk.run(&["issue", "registration", &list, "--dry-run"]);
    assert_eq!(out(&dry).trim(), "2 credentials of type registration could be issued");
    assert!(out(&desk.run(&["register", "list"])).is_empty() || !desk.home().join("register.db").exists());
    desk.issue_two();
    let again = desk.run(&["issue", "registration", &list, "-o", "again.pdf"]);
    assert_eq!(again.status.code(), Some(2), "{}", err(&again));
}

#[test]
fn a_paper_is_printed_again_with_the_same_serial_and_a_copy_number() {
    let desk = Desk::new();
    let serial = desk.issue_two()[0]["serial"].as_str().unwrap().to_owned();
    let done = desk.run(&["register", "reprint", &serial, "-o", "copy.pdf"]);
    assert_eq!(out(&done).trim(), format!("{serial}: copy 2, copy.pdf"), "{}", err(&done));
    let (code, found) = desk.verify(&["copy.pdf"]);
    assert_eq!((code, &found[0]["serial"]), (Some(0), &serial.as_str().into()));
    let unknown = desk.run(&["register", "reprint", "0000-0000", "-o", "no.pdf"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(!desk.path("no.pdf").exists());
}

#[test]
fn a_paper_of_an_older_key_can_still_be_revoked() {
    let desk = Desk::new();
    let old = desk.issue_two();
    let made = desk.run(&["key", "new", "--use"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    assert_eq!(desk.verify(&["two.pdf"]).0, Some(0));
    let serial = old[0]["serial"].as_str().unwrap();
    let revoked = desk.run(&["revoke", serial, "--reason", "lost"]);
    assert_eq!(revoked.status.code(), Some(0), "{}", err(&revoked));
    let (code, found) = desk.verify(&["two.pdf"]);
    assert_eq!((code, &found[0]["reason"]), (Some(1), &"revoked".into()), "{found:?}");
    assert_eq!(found[1]["verdict"], "valid");
    let signed = desk.run(&["trust", "sign"]);
    assert_eq!(signed.status.code(), Some(0), "{}", err(&signed));
    assert_eq!(desk.verify(&["two.pdf"]).1[0]["reason"], "revoked");
}

#[test]
fn without_an_older_key_nothing_is_revoked_halfway() {
    let desk = Desk::new();
    let serial = desk.issue_two()[0]["serial"].as_str().unwrap().to_owned();
    let kid = out(&desk.run(&["key", "list"])).split_whitespace().next().unwrap().to_owned();
    assert_eq!(desk.run(&["key", "new", "--use"]).status.code(), Some(0));
    let file = desk.home().join(format!("keys/{kid}.pem"));
    std::fs::rename(&file, desk.path("away.pem")).unwrap();
    let refused = desk.run(&["revoke", &serial, "--reason", "lost"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains(&kid), "{}", err(&refused));
    assert!(out(&desk.run(&["register", "show", &serial])).contains("valid"));
    std::fs::rename(desk.path("away.pem"), &file).unwrap();
    assert_eq!(desk.run(&["revoke", &serial, "--reason", "lost"]).status.code(), Some(0));
}

#[test]
fn two_processes_do_not_issue_at_one_desk() {
    let desk = Desk::new();
    let serial = desk.issue_two()[0]["serial"].as_str().unwrap().to_owned();
    let held = std::fs::File::options().write(true).open(desk.home().join("issue.lock")).unwrap();
    held.lock().unwrap();
    for args in [
        ["issue", "registration", "two.csv", "-o", "again.pdf"].as_slice(),
        &["revoke", &serial, "--reason", "lost"],
        &["reinstate", &serial],
        &["register", "reprint", &serial, "-o", "again.pdf"],
    ] {
        let refused = desk.run(args);
        assert_eq!(refused.status.code(), Some(2), "{args:?}");
        assert!(err(&refused).contains("another nansen is issuing here\n  next: wait"), "{}", err(&refused));
    }
    assert!(!desk.path("again.pdf").exists());
    held.unlock().unwrap();
    assert_eq!(desk.run(&["revoke", &serial, "--reason", "lost"]).status.code(), Some(0));
}

#[test]
fn a_batch_whose_status_cannot_be_published_is_taken_up_again() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let trust = desk.home().join("trust");
    std::fs::rename(&trust, desk.path("away")).unwrap();
    let failed = desk.run(&["issue", "registration", &list, "-o", "two.pdf"]);
    assert_eq!(failed.status.code(), Some(2), "{}", err(&failed));
    assert!(!desk.path("two.pdf").exists(), "no paper before its status can be looked up");
    if trust.exists() {
        std::fs::remove_dir_all(&trust).unwrap();
    }
    std::fs::rename(desk.path("away"), &trust).unwrap();
    let done = desk.run(&["issue", "registration", &list, "-o", "two.pdf", "--keep-going"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let (code, found) = desk.verify(&["two.pdf"]);
    assert_eq!((code, found.len()), (Some(0), 2));
    let register = out(&desk.run(&["register", "list", "--format", "json"]));
    assert_eq!(register.lines().count(), 2);
}

#[test]
fn separate_files_are_named_by_their_serials() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let done = desk.run(&["issue", "registration", &list, "-o", "papers", "--separate"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let mut names: Vec<_> = std::fs::read_dir(desk.path("papers")).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), 2);
    let (code, found) = desk.verify(&[&shown(&names[0])]);
    assert_eq!(code, Some(0));
    assert_eq!(names[0].file_stem().unwrap().to_str(), found[0]["serial"].as_str());
}

#[test]
fn an_address_in_the_symbol_verifies_as_well() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let args =
        ["issue", "registration", &list, "-o", "a.pdf", "--address", "https://v.example/", "--symbols", "a.jsonl"];
    let done = desk.run(&args);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(std::fs::read_to_string(desk.path("a.jsonl")).unwrap().contains("https://v.example/#"));
    assert_eq!(desk.verify(&["a.pdf"]).0, Some(0));
}

#[test]
fn a_face_is_signed_printed_and_saved() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    std::fs::create_dir(desk.path("faces")).unwrap();
    let face = image::RgbImage::from_fn(300, 400, |x, y| image::Rgb([(x / 2) as u8, (y / 2) as u8, 90]));
    face.save(desk.path("faces/KEN-1.png")).unwrap();
    let done = desk.run(&["issue", "registration", &list, "-o", "f.pdf", "--photos", "faces"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let (code, found) = desk.verify(&["f.pdf", "--photos", "seen"]);
    assert_eq!(code, Some(0), "{found:?}");
    assert_eq!(found[0]["photo"]["media_type"], "image/webp");
    assert_eq!(found[1]["photo"], serde_json::Value::Null);
    let saved = desk.path(&format!("seen/{}.webp", found[0]["serial"].as_str().unwrap()));
    assert!(image::open(saved).unwrap().width() >= 40);
}
