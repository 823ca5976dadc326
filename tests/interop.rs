//! What we sign, read back by `tests/interop/check.py`: other people's libraries and none of our code.
//!
//! Runs when `NANSEN_PYTHON`, or else `python3`, has the modules of `tests/interop/requirements.txt`, and says so when
//! it is skipped.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use nansen::envelope::{SymbolText, pack, split, to_text as envelope_text, to_url};
use nansen::format::{Format, to_text, write};
use nansen::seal::{SigningKey, sign};

#[path = "support/samples.rs"]
mod samples;

use samples::{credential, issuer, list, made, records};

/// How a signed message becomes symbols.
#[derive(Clone, Copy, Debug)]
enum Way {
    Text(Format),
    Address,
    Parts,
}

impl Way {
    fn format(self) -> Format {
        match self {
            Self::Text(format) => format,
            Self::Address | Self::Parts => Format::Nansen,
        }
    }

    fn texts(self, cose: &[u8]) -> Vec<String> {
        match self {
            Self::Text(format) => vec![to_text(format, cose).unwrap()],
            Self::Address => vec![to_url("https://example.org/c", &pack(cose)).unwrap()],
            // The first part is lost.
            Self::Parts => {
                split(&pack(cose), 2, 3).unwrap()[1..].iter().map(|part| envelope_text(part).unwrap()).collect()
            }
        }
    }
}

/// A Python with the modules, when there is one.
fn python() -> Option<String> {
    let python = std::env::var("NANSEN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let modules = "import tomllib, base45, cbor2, cryptography";
    let there = Command::new(&python).args(["-c", modules]).output().is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: {python} has not the modules of tests/interop/requirements.txt");
    }
    there.then_some(python)
}

/// What the script is given.
struct Job {
    lines: String,
    pem: String,
    list: String,
}

/// Signs every row of `list` and lets the script check the symbols, after `change` has had a hand in them.
fn check(
    python: &str,
    (type_name, list): (&str, &Path),
    way: Way,
    key: &SigningKey,
    change: &dyn Fn(&mut Job),
) -> Output {
    let made = made(type_name);
    let mut lines = String::new();
    for (number, record) in (1..).zip(records(&made, list)) {
        let credential = credential(&made, record, number);
        let written = write(way.format(), &credential, &made, &issuer()).unwrap();
        let texts = way.texts(&sign(&written.payload, key));
        let line = serde_json::json!({"serial": credential.serial.to_string(), "row": number, "text": texts});
        writeln!(lines, "{line}").unwrap();
    }
    let mut job = Job { lines, pem: key.public().to_pem(), list: std::fs::read_to_string(list).unwrap() };
    change(&mut job);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/check.py"))
        .args([file("symbols.jsonl", &job.lines), file("key.pem", &job.pem)])
        .arg("--rows")
        .arg(file("list.csv", &job.list))
        .arg("--quiet")
        .output()
        .unwrap()
}

#[test]
fn what_we_sign_is_read_by_others() {
    let Some(python) = python() else { return };
    let rng = &mut UnwrapErr(SysRng);
    let keys = [SigningKey::generate_p256(rng), SigningKey::generate_ed25519(rng)];
    let native = [Way::Text(Format::Nansen), Way::Address, Way::Parts];
    let mut jobs: Vec<(&str, PathBuf, Way)> = Vec::new();
    for name in ["registration", "diploma", "training", "household"] {
        jobs.extend(native.map(|way| (name, PathBuf::from(list(name)), way)));
    }
    jobs.push(("registration", PathBuf::from(list("registration")), Way::Text(Format::Claim169)));
    jobs.push(("vaccination", PathBuf::from(list("vaccination")), Way::Text(Format::Hcert)));
    if let Some(shared) = std::env::var_os("NANSEN_SHARED") {
        let data = PathBuf::from(shared).join("data");
        for (name, file) in [
            ("registration", "registration.csv"),
            ("diploma", "diplomas.csv"),
            ("training", "training.csv"),
            ("household", "households.csv"),
        ] {
            jobs.push((name, data.join(file), native[0]));
        }
        jobs.push(("registration", data.join("registration.csv"), Way::Text(Format::Claim169)));
    }
    for (name, list, way) in jobs {
        for key in &keys {
            let output = check(&python, (name, &list), way, key, &|_| ());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name} {way:?}: {said}");
            println!("{name} {way:?} {}: {}", key.public().kind(), said.trim());
        }
    }
}

#[test]
fn the_script_notices_what_is_wrong() {
    let Some(python) = python() else { return };
    let key = SigningKey::generate_ed25519(&mut UnwrapErr(SysRng));
    let registration = PathBuf::from(list("registration"));
    let other = SigningKey::generate_ed25519(&mut UnwrapErr(SysRng)).public().to_pem();
    let changes: [(&str, &dyn Fn(&mut Job)); 5] = [
        ("the kid is not that of the key", &|job| job.pem.clone_from(&other)),
        ("where the line says", &|job| job.lines = job.lines.replacen("\"serial\":\"", "\"serial\":\"0", 1)),
        ("in the list and in no symbol", &|job| job.lines = job.lines.split_once('\n').unwrap().1.to_owned()),
        ("family_name: 'Desta', where the list has 'Dasta'", &|job| job.list = job.list.replacen("Desta", "Dasta", 1)),
        ("checked: none", &|job| job.lines.clear()),
    ];
    for way in [Way::Text(Format::Nansen), Way::Text(Format::Claim169)] {
        for (expect, change) in changes {
            let output = check(&python, ("registration", &registration), way, &key, change);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains(expect), "{expect}: {said}");
        }
    }
}

#[test]
fn the_script_notices_a_changed_byte() {
    let Some(python) = python() else { return };
    let key = SigningKey::generate_p256(&mut UnwrapErr(SysRng));
    let registration = PathBuf::from(list("registration"));
    let stored = |lines: &str| {
        // Behind the codec byte stand the eight bytes of the kid, then the signature: byte 20 is one of it.
        let mut line: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        let mut envelope = SymbolText::parse(line["text"][0].as_str().unwrap().as_bytes()).unwrap().envelope;
        envelope[20] ^= 1;
        line["text"][0] = envelope_text(&envelope).unwrap().into();
        line.to_string()
    };
    let output = check(&python, ("registration", &registration), Way::Text(Format::Nansen), &key, &|job| {
        job.lines = stored(&job.lines);
    });
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the signature does not match"), "{said}");
}
