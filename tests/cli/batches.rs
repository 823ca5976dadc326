//! Batches as a desk prints them: in volumes, interrupted, taken up again, with a manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::desk::{Desk, err, json_lines, out, shown};

/// A list of `rows` people.
fn many(desk: &Desk, rows: usize) -> String {
    let mut list = "individual_id,given_names,family_name,legal_status\n".to_owned();
    for number in 0..rows {
        list.push_str(&format!("K-{number},Amina {number},Yusuf,refugee\n"));
    }
    shown(&desk.write("many.csv", list))
}

fn files(desk: &Desk, beginning: &str) -> BTreeMap<String, Vec<u8>> {
    let named = std::fs::read_dir(desk.path(".")).unwrap().map(|entry| entry.unwrap().file_name());
    let named = named.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.starts_with(beginning));
    named.map(|name| (name.clone(), std::fs::read(desk.path(&name)).unwrap())).collect()
}

fn names(files: &BTreeMap<String, Vec<u8>>) -> Vec<&str> {
    files.keys().map(String::as_str).collect()
}

#[test]
fn a_batch_in_volumes_has_so_many_sheets_in_each_and_a_manifest() {
    let desk = Desk::new();
    let list = many(&desk, 7);
    let args = ["issue", "registration", &list, "-o", "out.pdf", "--volume", "3", "--symbols", "s.jsonl"];
    let done = desk.run(&args);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let told = "7 credentials of type registration issued: out-001.pdf, out-002.pdf, out-003.pdf, out-manifest.pdf";
    assert_eq!(out(&done).trim(), told);
    let written = files(&desk, "out");
    assert_eq!(names(&written), ["out-001.pdf", "out-002.pdf", "out-003.pdf", "out-manifest.pdf"]);
    let symbols = json_lines(&std::fs::read(desk.path("s.jsonl")).unwrap());
    for (number, rows) in [(1, 0..3), (2, 3..6), (3, 6..7)] {
        let (code, found) = desk.verify(&[&format!("out-00{number}.pdf")]);
        assert_eq!((code, found.len()), (Some(0), rows.len()), "{found:?}");
        for (found, row) in found.iter().zip(rows) {
            assert_eq!(found["serial"], symbols[row]["serial"]);
        }
    }
    let serial = symbols[4]["serial"].as_str().unwrap();
    let shown = out(&desk.run(&["register", "show", serial]));
    assert!(shown.contains("copy 1  out-002.pdf, sheet 2"), "{shown}");
    let refused = desk.run(&["issue", "registration", &list, "-o", "o.pdf", "--volume", "0"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn the_manifest_lists_every_sheet_its_serial_and_the_key() {
    let desk = Desk::new();
    let list = many(&desk, 3);
    let done = desk.run(&["issue", "registration", &list, "-o", "out.pdf", "--manifest", "--symbols", "s.jsonl"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let Ok(read) =
        std::process::Command::new("pdftotext").args(["-layout", &shown(&desk.path("out-manifest.pdf")), "-"]).output()
    else {
        eprintln!("skipped: pdftotext is missing");
        return;
    };
    let text = String::from_utf8_lossy(&read.stdout).into_owned();
    let kid = out(&desk.run(&["key", "list"])).split_whitespace().next().unwrap().to_owned();
    for (sheet, symbol) in json_lines(&std::fs::read(desk.path("s.jsonl")).unwrap()).iter().enumerate() {
        let serial = symbol["serial"].as_str().unwrap();
        let line = text.lines().find(|line| line.contains(serial)).unwrap_or_else(|| panic!("{serial}: {text}"));
        assert!(line.trim_start().starts_with(&(sheet + 1).to_string()) && line.contains(&kid), "{line}");
    }
}

/// Asks the process to end, as Ctrl-C does.
#[cfg(unix)]
fn interrupt(child: &std::process::Child) {
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill is part of every Unix");
}

/// Waits until some of the list is recorded, so that there is something to lose.
fn wait_for_records(desk: &Desk, file: &str) {
    for _ in 0..3000 {
        let recorded = if file.is_empty() { desk.issued() > 0 } else { desk.path(file).exists() };
        if recorded {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("nothing was recorded within a minute");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_batch_with_how_to_go_on_and_the_same_command_goes_on() {
    const ROWS: usize = 700;
    let desk = Desk::new();
    let list = many(&desk, ROWS);
    let args = ["issue", "registration", &list, "-o", "out.pdf", "--volume", "100", "--symbols", "s.jsonl"];
    let child = desk.command().args(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_records(&desk, "out-001.pdf");
    interrupt(&child);
    let ended = child.wait_with_output().unwrap();
    let told = err(&ended);
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains("interrupted: ") && told.contains(&format!("of {ROWS} credentials are recorded")), "{told}");
    assert!(told.contains("next: run the same command again"), "{told}");
    let before = files(&desk, "out");
    assert!(!before.is_empty() && before.len() < 7, "{:?}", names(&before));
    assert!(files(&desk, ".nansen-").is_empty(), "nothing half written is left");
    let other = desk.run(&[&args[..], &["--language", "fr"]].concat());
    assert_eq!(other.status.code(), Some(2));
    let told = "an interrupted run of this list has printed papers with --layout a4 --volume 100; this run has --layout a4 \
                --language fr --volume 100";
    assert!(err(&other).contains(told), "{}", err(&other));
    let done = desk.run(&args);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(err(&done).contains("taking up the interrupted batch"), "{}", err(&done));
    let after = files(&desk, "out");
    assert_eq!(after.len(), 8, "{:?}", names(&after));
    for (name, bytes) in &before {
        assert!(after[name] == *bytes, "{name} was finished and is left alone");
    }
    everyone_once(&desk, ROWS, "s.jsonl");
}

/// Everyone has one credential, one print, and a sheet that nobody else has.
fn everyone_once(desk: &Desk, rows: usize, symbols: &str) {
    let symbols = json_lines(&std::fs::read(desk.path(symbols)).unwrap());
    let serials: BTreeSet<_> = symbols.iter().map(|line| line["serial"].as_str().unwrap().to_owned()).collect();
    let listed: BTreeSet<_> = symbols.iter().map(|line| line["row"].as_u64().unwrap()).collect();
    assert_eq!((symbols.len(), serials.len(), listed.len()), (rows, rows, rows));
    let args: Vec<&str> = ["register", "show", "--format", "json"].into_iter().collect();
    let args: Vec<&str> = args.into_iter().chain(serials.iter().map(String::as_str)).collect();
    let entries = json_lines(&desk.run(&args).stdout);
    assert_eq!(entries.len(), rows);
    let mut sheets = BTreeSet::new();
    for entry in &entries {
        let prints = entry["prints"].as_array().unwrap();
        assert_eq!(prints.len(), 1, "{entry}");
        let (file, sheet) = (prints[0]["file"].as_str().unwrap(), prints[0]["sheet"].as_u64().unwrap());
        assert!(sheets.insert((file.to_owned(), sheet)), "sheet {sheet} of {file} twice");
    }
    assert_eq!(desk.issued(), rows);
}

#[test]
fn volumes_that_are_killed_again_and_again_are_finished_once() {
    const ROWS: usize = 500;
    let desk = Desk::new();
    let list = many(&desk, ROWS);
    let args = ["issue", "registration", &list, "-o", "out.pdf", "--volume", "60", "--symbols", "s.jsonl"];
    let mut finished: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for round in 0..10u64 {
        let mut child =
            desk.command().args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nansen starts");
        std::thread::sleep(Duration::from_millis(100 + 170 * round));
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        let now = files(&desk, "out");
        for (name, bytes) in &finished {
            assert!(now.get(name) == Some(bytes), "{name} had its name and has changed");
        }
        finished = now;
        if ended {
            break;
        }
    }
    eprintln!("files before the last run: {:?}", names(&finished));
    let last = desk.run(&args);
    // When the last round finished, everyone has a paper already.
    assert!(matches!(last.status.code(), Some(0 | 2)), "{}", err(&last));
    assert!(files(&desk, ".nansen-").is_empty(), "what the killed runs have left is cleared");
    let after = files(&desk, "out");
    assert_eq!(after.len(), ROWS.div_ceil(60) + 1, "{:?}", names(&after));
    for (name, bytes) in finished.iter().filter(|(name, _)| !name.contains("manifest")) {
        assert!(after[name] == *bytes, "{name}");
    }
    everyone_once(&desk, ROWS, "s.jsonl");
}

#[test]
fn separate_papers_have_no_names_before_their_status_is_published() {
    let desk = Desk::new();
    let list = many(&desk, 3);
    let trust = desk.home().join("trust");
    std::fs::rename(&trust, desk.path("away")).unwrap();
    let args = ["issue", "registration", &list, "-o", "papers", "--separate", "--manifest"];
    let failed = desk.run(&args);
    assert_eq!(failed.status.code(), Some(2), "{}", err(&failed));
    assert_eq!(pdfs(&desk.path("papers")), Vec::<String>::new());
    let _ = std::fs::remove_dir_all(&trust);
    std::fs::rename(desk.path("away"), &trust).unwrap();
    let done = desk.run(&args);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let written = pdfs(&desk.path("papers"));
    assert_eq!(written.len(), 4, "{written:?}");
    let paper = shown(&desk.path("papers").join(&written[0]));
    assert_eq!(desk.verify(&[&paper]).0, Some(0));
}

fn pdfs(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_batch_does_not_come_to_lie_among_the_volumes_of_another() {
    let desk = Desk::new();
    let list = many(&desk, 5);
    let issue = |list: &str| desk.run(&["issue", "registration", list, "-o", "k.pdf", "--volume", "2"]);
    assert_eq!(issue(&list).status.code(), Some(0));
    let before = files(&desk, "k");
    let next = desk.write("next.csv", "individual_id,given_names,legal_status\nN-1,Hirut,refugee\n");
    let refused = issue(&shown(&next));
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    assert!(told.contains("k-001.pdf and 3 more files of another batch would be overwritten"), "{told}");
    assert!(told.contains("next: nothing was issued; give another name with -o"), "{told}");
    assert!(files(&desk, "k") == before && desk.issued() == 5);
    for name in before.keys().filter(|name| *name != "k-manifest.pdf") {
        std::fs::remove_file(desk.path(name)).unwrap();
    }
    assert!(err(&issue(&shown(&next))).contains("k-manifest.pdf of another batch"));
    std::fs::remove_file(desk.path("k-manifest.pdf")).unwrap();
    assert_eq!(issue(&shown(&next)).status.code(), Some(0));
}

#[test]
fn the_manifest_of_other_separate_papers_is_not_overwritten() {
    let desk = Desk::new();
    let list = many(&desk, 2);
    let next = desk.write("next.csv", "individual_id,given_names,legal_status\nN-1,Hirut,refugee\n");
    let issue = |list: &str| desk.run(&["issue", "registration", list, "-o", "papers", "--separate", "--manifest"]);
    assert_eq!(issue(&list).status.code(), Some(0));
    let refused = issue(&shown(&next));
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("manifest.pdf of another batch"), "{}", err(&refused));
    assert_eq!(desk.issued(), 2);
}
