use std::path::PathBuf;

use clap::Parser;
use serde_json::{Value, json};

use super::*;
use crate::credential::serial::Serial;
use crate::register::{BatchPlan, NewCredential, NewPrint};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn path(&self) -> PathBuf {
        self.folder.path().join("register.db")
    }

    /// What the command prints on 1 January 2027.
    fn says(&self, line: &str) -> Result<String, String> {
        let line = Line::try_parse_from(["register"].into_iter().chain(line.split_whitespace())).unwrap();
        let mut out = Vec::new();
        match answer(&line.args, &self.path(), at("2027-01-01T00:00:00Z"), &mut out) {
            Ok(()) => Ok(String::from_utf8(out).unwrap()),
            Err(Stop::Register(error)) => Err(failure(error).to_string()),
            Err(Stop::Usage(failure)) => Err(failure.to_string()),
            Err(Stop::Output(error)) => Err(error.to_string()),
        }
    }
}

fn serial(n: u8) -> Serial {
    Serial::from_bytes([0, 0, 0, 0, n])
}

fn credential(n: u8, name: &str, issued: &str) -> NewCredential {
    NewCredential {
        row: n.into(),
        serial: serial(n),
        subject: format!("P-{n}"),
        name_key: String::new(),
        name: name.into(),
        issued: at(issued),
        expires: None,
        slot: None,
        wire: "nansen".into(),
        kid: vec![0x0f; 8],
        envelope: b"NP1:".to_vec(),
        record: json!({"given_names": name, "members": 3}).to_string(),
        photo: Some(vec![1; 612]),
        supersedes: None,
        copy: 0,
    }
}

fn desk() -> Desk {
    let desk = Desk { folder: tempfile::tempdir().unwrap() };
    let mut register = Register::open(&desk.path()).unwrap();
    let plan = BatchPlan { digest: [1; 32], type_name: "registration", output: "out.pdf", rows: 4 };
    let now = at("2026-11-21T09:00:00Z");
    let batch = register.begin_batch(&plan, now).unwrap().id();
    let ran_out = Some(at("2026-12-31T00:00:00Z"));
    let credentials = [
        credential(1, "Ñandú José", "2026-11-20T23:59:59Z"),
        NewCredential { expires: ran_out, ..credential(2, "王小明", "2026-11-21T00:00:00Z") },
        NewCredential {
            subject: "ကခဂ".into(),
            ..credential(3, "e\u{301}va\u{1b}[31m\u{202e}", "2026-11-21T23:59:59Z")
        },
        credential(4, "=HYPERLINK(\"x\")", "2026-11-22T00:00:00Z"),
    ];
    register.record(batch, &credentials).unwrap();
    let print = |n, copy, sheet, signed| NewPrint { serial: serial(n), copy, sheet, signed };
    let anew = Some((b"NP1:COPY".to_vec(), vec![7; 8]));
    register.record_prints(&[print(1, 1, 1, None), print(2, 1, 2, None)], "out.pdf", now).unwrap();
    register.record_prints(&[print(1, 2, 1, anew)], "copy.pdf", now).unwrap();
    register.revoke(&[serial(1)], "lost", now).unwrap();
    desk
}

#[test]
fn a_clerk_reads_an_aligned_table_with_the_newest_first() {
    let expected = "\
SERIAL     ISSUED      EXPIRES     STATUS   PRINTS  TYPE          ID   NAME
0000-0004  2026-11-22  -           valid    0       registration  P-4  =HYPERLINK(\"x\")
0000-0003  2026-11-21  -           valid    0       registration  ကခဂ  e\u{301}va\u{fffd}[31m\u{fffd}
0000-0002  2026-11-21  2026-12-31  expired  1       registration  P-2  王小明
0000-0001  2026-11-20  -           revoked  2       registration  P-1  Ñandú José
";
    let said = desk().says("list").unwrap();
    assert_eq!(said, expected, "\n{said}");
}

#[test]
fn the_table_keeps_its_columns_whatever_the_letters_are() {
    let mut table = table::Table::new(["A", "B"]);
    let mut out = Vec::new();
    for cell in ["王王", "e\u{301}e\u{301}", "ab"] {
        table.push([cell.into(), "|".into()], &mut out).unwrap();
    }
    table.end(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "A     B\n王王  |\ne\u{301}e\u{301}    |\nab    |\n");
}

#[test]
fn a_long_table_is_written_while_it_comes() {
    let mut table = table::Table::new(["A"]);
    let mut out = Vec::new();
    for _ in 0..2500 {
        table.push(["x".into()], &mut out).unwrap();
    }
    assert!(!out.is_empty());
    table.end(&mut out).unwrap();
    assert_eq!(out.len(), 2501 * 2);
}

#[test]
fn days_are_whole_and_in_utc() {
    let desk = desk();
    let rows =
        |line: &str| desk.says(line).unwrap().lines().skip(1).map(|line| line[..9].to_owned()).collect::<Vec<_>>();
    assert_eq!(rows("list --from 2026-11-21 --until 2026-11-21"), ["0000-0003", "0000-0002"]);
    assert_eq!(rows("list --until 9999-12-31 --limit 1"), ["0000-0004"]);
    assert_eq!(rows("list --search nandu"), ["0000-0001"]);
    assert_eq!(rows("list --status revoked"), ["0000-0001"]);
    assert_eq!(rows("list --type diploma"), [""; 0]);
    let error = desk.says("list --from 2026-11-22 --until 2026-11-21").unwrap_err();
    assert!(error.starts_with("--from 2026-11-22 is later than --until 2026-11-21"), "{error}");
}

#[test]
fn words_that_are_no_status_date_or_serial_are_usage_errors() {
    for line in ["list --status gone", "list --from yesterday", "show K7QX", "show", "list --format xml", ""] {
        let words = ["register"].into_iter().chain(line.split_whitespace());
        assert_eq!(Line::try_parse_from(words).unwrap_err().exit_code(), 2, "{line}");
    }
}

#[test]
fn json_is_one_object_a_line() {
    let said = desk().says("list --format json --search P-2").unwrap();
    let found: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said.lines().count(), 1);
    assert_eq!(
        found,
        json!({"serial": "0000-0002", "type": "registration", "subject": "P-2", "name": "王小明",
            "issued": "2026-11-21T00:00:00Z", "expires": "2026-12-31T00:00:00Z", "status": "expired", "current": true,
            "printed": 1, "copy": 0, "supersedes": null, "batch": 1, "row": 2, "wire": "nansen",
            "status_list": null, "status_index": null})
    );
}

#[test]
fn a_spreadsheet_shows_formulas_and_does_not_run_them() {
    let said = desk().says("list --format csv --limit 1").unwrap();
    let mut lines = said.lines();
    assert_eq!(lines.next(), Some("serial,type,subject,name,issued,expires,status,printed,supersedes,batch,row"));
    assert_eq!(
        lines.next(),
        Some("0000-0004,registration,P-4,\"'=HYPERLINK(\"\"x\"\")\",2026-11-22T00:00:00Z,,valid,0,,1,4")
    );
}

#[test]
fn one_credential_is_shown_with_its_prints_and_its_history() {
    let desk = desk();
    let expected = "\
serial        0000-0001
status        revoked
type          registration
name          Ñandú José
id            P-1
issued        2026-11-20T23:59:59Z
expires       never
batch         1, row 1
wire          nansen, key 0f0f0f0f0f0f0f0f
photo         612 bytes
printed       2026-11-21T09:00:00Z  copy 1  out.pdf, sheet 1
printed       2026-11-21T09:00:00Z  copy 2  copy.pdf, sheet 1, signed anew by key 0707070707070707
changed       2026-11-21T09:00:00Z  revoked  lost

  given_names  Ñandú José
  members      3
";
    let said = desk.says("show oooo0001").unwrap();
    assert_eq!(said, expected, "\n{said}");
    let found: Value = serde_json::from_str(&desk.says("show 0000-0001 --format json").unwrap()).unwrap();
    assert_eq!(found["claims"], json!({"given_names": "Ñandú José", "members": 3}));
    assert_eq!(
        found["prints"][1],
        json!({"copy": 2, "at": "2026-11-21T09:00:00Z", "file": "copy.pdf", "sheet": 1, "kid": "0707070707070707"})
    );
    assert_eq!(found["history"], json!([{"at": "2026-11-21T09:00:00Z", "status": "revoked", "reason": "lost"}]));
    assert_eq!((&found["photo"]["bytes"], &found["kid"]), (&json!(612), &json!("0f0f0f0f0f0f0f0f")));
}

#[test]
fn what_is_not_there_is_named_with_what_to_do_next() {
    let desk = desk();
    assert_eq!(
        desk.says("show 0000-0001 0000-0009").unwrap_err(),
        "no credential 0000-0009 was issued here\n  next: look it up with `nansen register list --search NAME`"
    );
    std::fs::remove_file(desk.path()).unwrap();
    assert!(desk.says("list").unwrap_err().ends_with("run `nansen init` first, or name the data folder with --home"));
}
