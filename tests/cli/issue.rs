//! `nansen issue`, from the list to the paper and back.

use super::desk::{Desk, TWO, err, json_lines, out, shown};

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
    assert_eq!(out(&desk.run(&["register", "list", "--format", "json"])), "", "nothing was issued");
    desk.issue_two();
    let again = desk.run(&["issue", "registration", &list, "-o", "again.pdf"]);
    assert_eq!(again.status.code(), Some(2), "{}", err(&again));
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
        &["register", "reprint", &serial, "-o", "again.pdf"],
    ] {
        let refused = desk.run(args);
        assert_eq!(refused.status.code(), Some(2), "{args:?}");
        assert!(err(&refused).contains("another nansen is issuing here\n  next: wait"), "{}", err(&refused));
    }
    assert!(!desk.path("again.pdf").exists());
    // A paper that must go does not wait for the end of a long batch.
    assert_eq!(desk.run(&["revoke", &serial, "--reason", "lost"]).status.code(), Some(0));
    assert_eq!(desk.verify(&["two.pdf"]).1[0]["reason"], "revoked");
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

#[test]
fn every_wire_format_can_be_revoked() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let sample = shown(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/vaccination/sample.csv"));
    for (paper, args) in [
        ("c.pdf", ["registration", &list, "--wire", "claim169"]),
        ("v.pdf", ["vaccination", &sample, "--wire", "hcert"]),
    ] {
        let done = desk.run(&[["issue", "-o", paper].as_slice(), &args].concat());
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        assert_eq!(desk.verify(&[paper]).0, Some(0));
        let register = json_lines(&desk.run(&["register", "list", "--type", args[0], "--format", "json"]).stdout);
        let serial = register[0]["serial"].as_str().unwrap();
        let revoked = desk.run(&["revoke", serial, "--reason", "lost"]);
        assert_eq!(revoked.status.code(), Some(0), "{}", err(&revoked));
        let (code, found) = desk.verify(&[paper]);
        assert_eq!(code, Some(1), "{found:?}");
        assert_eq!(found.iter().filter(|one| one["reason"] == "revoked").count(), 1, "{found:?}");
    }
}

#[test]
fn a_format_that_has_no_place_for_what_a_type_must_say_is_refused() {
    let desk = Desk::new();
    let sample = shown(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/diploma/sample.csv"));
    for wire in ["claim169", "hcert"] {
        let refused = desk.run(&["issue", "diploma", &sample, "-o", "d.pdf", "--wire", wire]);
        assert_eq!(refused.status.code(), Some(2));
        let told = err(&refused);
        assert!(told.contains(&format!("diploma cannot travel as {wire}: ")), "{told}");
        assert!(told.contains("title, awarding_body, ") && told.contains("have no place in it"), "{told}");
    }
    assert!(!desk.path("d.pdf").exists());
    assert_eq!(desk.issued(), 0);
}

#[test]
fn what_a_format_cannot_say_is_told_by_line_before_anything_is_signed() {
    let desk = Desk::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/vaccination/sample.csv");
    let sample = std::fs::read_to_string(folder).unwrap();
    let (head, rows) = sample.split_once('\n').unwrap();
    let first = rows.lines().next().unwrap();
    let number = first.split(',').next().unwrap();
    let list = shown(&desk.write("v.csv", format!("{head}\n{first}\n{}\n", first.replacen(number, "no_uvci~", 1))));
    let refused = desk.run(&["issue", "vaccination", &list, "-o", "v.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("line 3: vaccination_number: "), "{}", err(&refused));
    assert_eq!(desk.issued(), 0);
    let kept = desk.run(&["issue", "vaccination", &list, "-o", "v.pdf", "--keep-going"]);
    assert_eq!(kept.status.code(), Some(0), "{}", err(&kept));
    assert_eq!(desk.verify(&["v.pdf"]).1.len(), 1);
}

#[test]
fn a_run_with_nothing_left_to_issue_leaves_the_papers_alone() {
    let desk = Desk::new();
    desk.issue_two();
    let before = std::fs::read(desk.path("two.pdf")).unwrap();
    let again = desk.run(&["issue", "registration", "two.csv", "-o", "two.pdf", "--keep-going"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("nothing is left to issue"), "{}", err(&again));
    assert_eq!(std::fs::read(desk.path("two.pdf")).unwrap(), before);
}

#[test]
fn a_made_key_is_put_to_use() {
    let desk = Desk::new();
    let made = desk.run(&["key", "new"]);
    let kid = out(&made).trim().to_owned();
    assert!(err(&made).contains(&format!("nansen key use {kid}")), "{}", err(&made));
    let used = desk.run(&["key", "use", &kid]);
    assert_eq!((used.status.code(), out(&used).trim()), (Some(0), kid.as_str()), "{}", err(&used));
    let line = out(&desk.run(&["key", "list"]));
    assert!(line.lines().any(|line| line.starts_with(&kid) && line.contains("in use")), "{line}");
    desk.issue_two();
    assert_eq!(desk.verify(&["two.pdf"]).0, Some(0));
    let unknown = desk.run(&["key", "use", "0000000000000000"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn a_type_of_ones_own_travels_with_the_trust_list() {
    let desk = Desk::new();
    let built_in = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/registration");
    let own = desk.path("refugee");
    std::fs::create_dir(&own).unwrap();
    let text = std::fs::read_to_string(built_in.join("type.toml")).unwrap();
    let text: String = text.lines().filter(|line| !line.starts_with("id = ")).map(|line| format!("{line}\n")).collect();
    std::fs::write(own.join("type.toml"), text.replacen("name = \"registration\"", "name = \"refugee\"", 1)).unwrap();
    std::fs::copy(built_in.join("a4.toml"), own.join("a4.toml")).unwrap();
    let list = shown(&desk.write("two.csv", TWO));
    let done = desk.run(&["issue", "refugee", &list, "-o", "r.pdf", "--template", "refugee"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(desk.run(&["trust", "export", "desk.trust"]).status.code(), Some(0));
    let (code, found) = desk.verify(&["r.pdf", "--trust", "desk.trust"]);
    assert_eq!(code, Some(0), "{found:?}");
    assert_eq!((&found[0]["type"], &found[0]["claims"]["given_names"]), (&"refugee".into(), &"Najibullah".into()));
}

#[test]
fn people_are_found_by_their_name_in_its_own_script() {
    let desk = Desk::new();
    let serial = desk.issue_two()[0]["serial"].clone();
    let found = json_lines(&desk.run(&["register", "list", "--search", "حسینی", "--format", "json"]).stdout);
    assert_eq!((found.len(), &found[0]["serial"]), (1, &serial));
    let sample = shown(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/household/sample.csv"));
    let done = desk.run(&["issue", "household", &sample, "-o", "h.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let (_, houses) = desk.verify(&["h.pdf"]);
    let member = houses[0]["claims"]["members"].as_array().unwrap().last().unwrap();
    let name = ["full_name", "given_names"].into_iter().find_map(|column| member[column].as_str()).unwrap();
    let found = json_lines(&desk.run(&["register", "list", "--search", name, "--format", "json"]).stdout);
    assert!(found.iter().any(|entry| entry["serial"] == houses[0]["serial"]), "{name}: {found:?}");
}

#[test]
fn what_an_interrupted_run_recorded_is_printed_with_the_face_that_was_signed() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    std::fs::create_dir(desk.path("faces")).unwrap();
    let face = image::RgbImage::from_fn(300, 400, |x, y| image::Rgb([(x / 2) as u8, (y / 2) as u8, 90]));
    face.save(desk.path("faces/KEN-1.png")).unwrap();
    let args = ["issue", "registration", &list, "-o", "f.pdf", "--photos", "faces"];
    let trust = desk.home().join("trust");
    std::fs::rename(&trust, desk.path("away")).unwrap();
    assert_eq!(desk.run(&args).status.code(), Some(2));
    let _ = std::fs::remove_dir_all(&trust);
    std::fs::rename(desk.path("away"), &trust).unwrap();
    let serial =
        json_lines(&desk.run(&["register", "list", "--search", "KEN-1", "--format", "json"]).stdout)[0]["serial"]
            .clone();
    desk.write("faces/KEN-1.png", "no picture");
    let refused = desk.run(&args);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    assert!(told.contains("2 of this list are recorded by an interrupted run, nothing more was issued"), "{told}");
    let done = desk.run(&[args.as_slice(), &["--keep-going"]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(err(&done).contains("2 of 2 are recorded already"), "{}", err(&done));
    let (code, found) = desk.verify(&["f.pdf"]);
    assert_eq!((code, found.len(), &found[0]["serial"]), (Some(0), 2, &serial), "{found:?}");
    assert_eq!(found[0]["photo"]["media_type"], "image/webp");
}

#[test]
fn a_language_that_nobody_has_words_for_is_refused_with_those_there_are() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    for option in ["--language", "--second-language"] {
        let refused = desk.run(&["issue", "registration", &list, "-o", "x.pdf", "--dry-run", option, "xx"]);
        assert_eq!(refused.status.code(), Some(2));
        let told = err(&refused);
        assert!(told.contains(&format!("{option} xx: no words in this language")), "{told}");
        assert!(told.contains("am, ar, bn, el, en, es, fa, fr"), "{told}");
        let good = desk.run(&["issue", "registration", &list, "-o", "x.pdf", "--dry-run", option, "fr-CD"]);
        assert_eq!(good.status.code(), Some(0), "{}", err(&good));
    }
}

#[test]
fn a_desk_whose_name_no_page_can_show_is_told_before_anything_is_signed() {
    let desk = Desk::empty();
    let long = "Provincial Directorate for Registration and Documentation of Displaced Persons, Lakeside";
    desk.run(&["init", "--name", long, "--country", "KEN"]);
    let list = shown(&desk.write("two.csv", TWO));
    let refused = desk.run(&["issue", "registration", &list, "-o", "x.pdf", "--layout", "card"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("cannot be printed: box \"issuer\""), "{}", err(&refused));
    assert_eq!(desk.issued(), 0);
}
