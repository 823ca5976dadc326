//! The sample scans: every file in `sample-scans/` gives exactly the verdicts that its `.expect` names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// When the samples are decided: after the expired one expired, before their trust list is old.
const AT: &str = "2026-12-15T12:00:00Z";

/// Endings of files that a scanner or a camera leaves behind.
const SCANS: [&str; 3] = ["png", "jpg", "pdf"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-scans")
}

/// The names of the files in the folder that end in one of `endings`.
fn files(endings: &[&str]) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder of the samples");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("names in UTF-8"));
    names.filter(|name| Path::new(name).extension().is_some_and(|end| endings.iter().any(|one| end == *one))).collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

/// What `nansen verify` says of the sample, on a machine that never saw nansen before.
fn verified(name: &str) -> (Option<i32>, Vec<Value>) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_nansen"));
    command.env_remove("NANSEN_PASSPHRASE").env("NANSEN_HOME", home.path()).current_dir(folder()).stdin(Stdio::null());
    let said = command.args(["verify", "--trust", "trust", "--at", AT, "--format", "json", name]).output();
    let said = said.expect("nansen starts");
    let text = String::from_utf8(said.stdout).expect("JSON is UTF-8");
    (said.status.code(), lines(&text))
}

/// Whether all that is expected was found; an object may have more members than expected, anything else may not differ.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| holds(found, value)))
        }
        _ => found == expected,
    }
}

/// The exit code for papers of these verdicts.
fn code(expected: &[Value]) -> i32 {
    let any = |verdict: &str| expected.iter().any(|one| one["verdict"] == verdict);
    match () {
        () if any("invalid") => 1,
        () if any("undecided") => 3,
        () if any("unreadable") => 4,
        () => 0,
    }
}

#[test]
fn every_sample_gives_what_its_expectation_says() {
    let mut wrong = Vec::new();
    for name in files(&SCANS) {
        let expected = std::fs::read_to_string(folder().join(format!("{name}.expect"))).expect("an expectation");
        let expected = lines(&expected);
        let (exit, mut found) = verified(&name);
        let (said, counted) = (format!("{found:#?}"), found.len());
        for one in &expected {
            if let Some(at) = found.iter().position(|found| holds(found, one)) {
                found.remove(at);
            }
        }
        if !found.is_empty() || counted != expected.len() || exit != Some(code(&expected)) {
            wrong.push(format!("{name}: exit code {exit:?}, expected {expected:#?}, found {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_sample_has_an_expectation_and_every_expectation_a_sample() {
    let samples: BTreeSet<String> = files(&SCANS).iter().map(|name| format!("{name}.expect")).collect();
    assert!(samples.len() >= 10, "{samples:?}");
    assert_eq!(samples, files(&["expect"]));
}

#[test]
fn an_expectation_is_at_least_a_verdict_with_its_reason() {
    for name in files(&["expect"]) {
        let text = std::fs::read_to_string(folder().join(&name)).expect("an expectation");
        let expected = lines(&text);
        assert!(!expected.is_empty(), "{name}");
        for one in expected {
            assert_eq!(one["source"].as_str(), name.strip_suffix(".expect"));
            assert_eq!(one["verdict"] == "valid", one["reason"].is_null(), "{name}");
            assert!(one.get("claims").is_some(), "{name}");
        }
    }
}
