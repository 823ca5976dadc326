//! A batch killed at any moment is taken up again, with no serial used twice and nobody issued twice.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use super::desk::{Desk, err, json_lines, shown};

const ROWS: usize = 600;

#[test]
fn a_batch_that_is_killed_again_and_again_ends_with_one_paper_for_everyone() {
    let desk = Desk::new();
    let mut list = "individual_id,given_names,family_name,legal_status\n".to_owned();
    for number in 0..ROWS {
        list.push_str(&format!("K-{number},Amina {number},Yusuf,refugee\n"));
    }
    let list = shown(&desk.write("many.csv", list));
    let args = ["issue", "registration", &list, "-o", "many.pdf", "--symbols", "many.jsonl"];
    let mut killed = 0;
    for round in 0..12u64 {
        let mut child =
            desk.command().args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nansen starts");
        std::thread::sleep(Duration::from_millis(60 + 90 * round));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        }
        child.wait().unwrap();
        let half = desk.path("many.pdf");
        assert!(!half.exists() || std::fs::read(&half).unwrap().ends_with(b"%%EOF\n") || whole(&half), "a half PDF");
        if half.exists() {
            break;
        }
    }
    let last = desk.run(&args);
    // After a kill between renaming and closing the batch this run takes it up; otherwise everyone has a paper.
    assert!(matches!(last.status.code(), Some(0 | 2)), "{}", err(&last));
    eprintln!("killed {killed} times");
    let symbols = json_lines(&std::fs::read(desk.path("many.jsonl")).unwrap());
    let serials: BTreeSet<_> = symbols.iter().map(|line| line["serial"].to_string()).collect();
    let rows: BTreeSet<_> = symbols.iter().map(|line| line["row"].as_u64().unwrap()).collect();
    assert_eq!((symbols.len(), serials.len(), rows.len()), (ROWS, ROWS, ROWS));
    let register = desk.run(&["register", "list", "--format", "json", "--limit", "100000"]);
    let entries = json_lines(&register.stdout);
    assert_eq!(entries.len(), ROWS);
    let recorded: BTreeSet<_> = entries.iter().map(|entry| entry["serial"].to_string()).collect();
    assert_eq!(recorded, serials);
}

fn whole(path: &std::path::Path) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(5).rev().take(16).any(|tail| tail == b"%%EOF")
}
