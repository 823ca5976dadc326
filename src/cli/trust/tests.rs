//! Two machines and the files that go between them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use jiff::Timestamp;

use crate::cli::passphrase::PassphraseArgs;
use crate::cli::{Exit, Failure, init, keys, trust};
use crate::desk::Home;
use crate::desk::keys::{Issuer, load_issuer};
use crate::desk::trust::own;
use crate::status::{Status, StatusClaims};
use crate::trust::{AgeState, KeyFormat, TrustStore};

const DAY: i64 = 86_400;

#[derive(Debug, Parser)]
enum Line {
    Init(init::Args),
    Key(keys::Args),
    Trust(trust::Args),
}

struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn desk() -> Self {
        let machine = Self::new();
        machine.run(0, &["init", "--name", "Desk 4, Kakuma", "--country", "ken"]).unwrap();
        machine
    }

    fn home(&self) -> Home {
        Home::at(self.folder.path().join("home"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    fn run(&self, at: i64, line: &[&str]) -> Result<Exit, Failure> {
        let words = ["nansen"].iter().chain(line);
        match Line::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")) {
            Line::Init(args) => init::run(&args, &self.home(), time(at)),
            Line::Key(args) => keys::run(&args, &self.home(), time(at)),
            Line::Trust(args) => trust::run(&args, &self.home(), time(at)),
        }
    }

    fn store(&self, at: i64) -> TrustStore {
        trust::load_store(&self.home(), None, time(at)).unwrap()
    }

    fn issuer(&self) -> Issuer {
        load_issuer(&self.home(), &PassphraseArgs::known(None)).unwrap()
    }
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

const JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"one","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

#[test]
fn a_new_desk_trusts_itself_for_every_type() {
    let desk = Machine::desk();
    let issuer = desk.issuer();
    assert_eq!((issuer.name.as_str(), issuer.country.as_deref()), ("Desk 4, Kakuma", Some("KEN")));
    let store = desk.store(0);
    let kid = issuer.key.kid();
    for format in KeyFormat::ALL {
        let found = store.candidates(Some(kid.as_bytes()), format, time(0));
        assert_eq!((found.len(), found[0].sequence, found[0].state), (1, 1, AgeState::Fresh));
        assert!(found[0].key.may_sign("anything"));
    }
    assert!(store.warnings().is_empty());
    let text = desk.run(0, &["init", "--name", "Another"]).unwrap_err().to_string();
    assert!(text.contains("has the issuer \"Desk 4, Kakuma\" already"), "{text}");
    #[cfg(unix)]
    for entry in fs::read_dir(desk.home().keys()).unwrap() {
        let mode = std::os::unix::fs::PermissionsExt::mode(&entry.unwrap().metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_bundle_takes_trust_to_another_machine_and_an_older_one_is_refused() {
    let (desk, gate) = (Machine::desk(), Machine::new());
    let (old, new) = (desk.file("old.trust", ""), desk.file("new.trust", ""));
    desk.run(0, &["trust", "export", &old]).unwrap();
    desk.run(DAY, &["trust", "sign", "--stale-after", "60"]).unwrap();
    desk.run(DAY, &["trust", "export", &new]).unwrap();
    let wrong = "0".repeat(64);
    let text = gate.run(DAY, &["trust", "import", &new, "--root", &wrong]).unwrap_err().to_string();
    assert!(text.contains("which is not the one given"), "{text}");
    assert!(gate.store(DAY).lists().is_empty());
    gate.run(DAY, &["trust", "import", &new]).unwrap();
    let text = gate.run(DAY, &["trust", "import", &old]).unwrap_err().to_string();
    assert!(text.starts_with("trust list 1 is older than list 2, which was seen before\n  next: "), "{text}");
    let store = gate.store(DAY);
    assert_eq!((store.lists()[0].list().sequence, store.lists()[0].list().stale_after_days), (2, 60));
    let kid = desk.issuer().key.kid();
    assert_eq!(store.candidates(Some(kid.as_bytes()), KeyFormat::Nansen, time(70 * DAY))[0].state, AgeState::Stale);
    let root = store.lists()[0].root_kid().to_string();
    gate.run(DAY, &["trust", "remove", &root]).unwrap();
    assert!(gate.store(DAY).lists().is_empty());
}

#[test]
fn a_clock_turned_back_refuses_the_import_and_does_not_rule_the_decision() {
    let (desk, gate) = (Machine::desk(), Machine::new());
    let file = desk.file("list.trust", "");
    desk.run(0, &["trust", "export", &file]).unwrap();
    gate.run(10 * DAY, &["trust", "import", &file]).unwrap();
    let text = gate.run(2 * DAY, &["trust", "import", &file]).unwrap_err().to_string();
    assert!(text.contains("has been seen before\n  next: set the clock"), "{text}");
    assert_eq!(gate.store(2 * DAY).decision_time(time(2 * DAY)), time(10 * DAY));
    gate.run(2 * DAY, &["trust", "reset-clock"]).unwrap();
    assert_eq!(gate.store(2 * DAY).decision_time(time(2 * DAY)), time(2 * DAY));
    let text = gate.run(-2 * DAY, &["trust", "import", &file]).unwrap_err().to_string();
    assert!(text.contains("next: set the clock"), "{text}");
}

#[test]
fn trust_given_by_folder_is_read_and_never_written() {
    let (desk, gate) = (Machine::desk(), Machine::new());
    let folder = desk.path("handed-out");
    fs::create_dir(&folder).unwrap();
    desk.run(0, &["trust", "export", folder.join("list.trust").to_str().unwrap()]).unwrap();
    let store = trust::load_store(&gate.home(), Some(&folder), time(DAY)).unwrap();
    assert_eq!(store.lists().len(), 1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert!(!gate.home().path().exists());
    assert_eq!(trust::load_store(&gate.home(), Some(desk.home().path()), time(0)).unwrap().lists().len(), 1);
    assert!(trust::load_store(&gate.home(), Some(Path::new("/nowhere")), time(0)).is_err());
}

#[test]
fn a_key_of_another_issuer_is_trusted_for_what_was_said() {
    let gate = Machine::new();
    let jwk = gate.file("key.jwk", JWK);
    let text = gate.run(0, &["trust", "import", &jwk]).unwrap_err().to_string();
    assert!(text.contains("is not a trust bundle\n  next: for the key of a single issuer say --format"), "{text}");
    let text = gate.run(0, &["trust", "import", &jwk, "--format", "claim169"]).unwrap_err().to_string();
    assert!(text.contains("say --name"), "{text}");
    let line =
        ["trust", "import", &jwk, "--format", "claim169", "--name", "MOSIP", "--country", "PHL", "--types", "a,b"];
    gate.run(0, &line).unwrap();
    let store = gate.store(0);
    let found = store.candidates(Some(b"one"), KeyFormat::Claim169, time(0));
    assert_eq!((found[0].issuer, found[0].country, found[0].named), ("MOSIP", Some("PHL"), true));
    assert!(found[0].key.may_sign("a") && !found[0].key.may_sign("c"));
    // Once more, under another name: it is taken from nobody.
    let line = ["trust", "add", &jwk, "--format", "claim169", "--name", "Manila", "--kid", "any"];
    gate.run(0, &line).unwrap();
    let store = gate.store(0);
    assert_eq!(store.lists()[0].list().keys().count(), 2);
    assert!(!store.candidates(Some(b"other"), KeyFormat::Claim169, time(0))[0].named);
    gate.run(0, &["trust", "remove", "Manila"]).unwrap();
    assert_eq!(gate.store(0).lists()[0].list().keys().count(), 1);
    assert!(gate.run(0, &["trust", "remove", "Manila"]).unwrap_err().to_string().contains("no key, issuer or root"));
    for (option, value, expect) in [
        ("--country", "Philippines", "is not a country code"),
        ("--name", "a\u{1b}b", "cannot be a name"),
        ("--kid", "xyz", "--kid is not a key identifier"),
    ] {
        let mut line = vec!["trust", "add", &jwk, "--format", "claim169", option, value];
        if option != "--name" {
            line.extend(["--name", "N"]);
        }
        let text = gate.run(0, &line).unwrap_err().to_string();
        assert!(text.contains(expect), "{text}");
    }
    let nonsense = gate.file("nonsense", "no key");
    let text = gate.run(0, &["trust", "add", &nonsense, "--name", "N"]).unwrap_err().to_string();
    assert!(text.contains("neither a certificate nor a public key"), "{text}");
}

#[test]
fn one_key_may_stand_under_several_identifiers() {
    let gate = Machine::new();
    let jwk = gate.file("key.jwk", JWK);
    for kid in ["0102030405060708", "1112131415161718", "0102030405060708"] {
        gate.run(0, &["trust", "add", &jwk, "--format", "hcert", "--name", "EU", "--kid", kid]).unwrap();
    }
    let store = gate.store(0);
    assert_eq!(store.lists()[0].list().keys().count(), 2);
    assert!(store.candidates(Some(&[1, 2, 3, 4, 5, 6, 7, 8]), KeyFormat::Hcert, time(0))[0].named);
}

#[test]
fn certificates_of_hcert_bring_kid_validity_and_usage() {
    let Some(root) = std::env::var_os("NANSEN_SHARED") else {
        println!("skipped: NANSEN_SHARED is not set");
        return;
    };
    let folder = Path::new(&root).join("vectors/hcert/cases");
    let gate = Machine::new();
    let text = fs::read_to_string(folder.join("AE/2DCode/raw/test.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let file = gate.file("dsc.b64", json["TESTCTX"]["CERTIFICATE"].as_str().unwrap());
    gate.run(0, &["trust", "import", &file, "--format", "hcert", "--name", "UAE", "--country", "ARE"]).unwrap();
    let store = gate.store(0);
    let kid = [0x1c, 0x10, 0xeb, 0xbb, 0xc4, 0x9f, 0x78, 0x31];
    let key = store.candidates(Some(&kid), KeyFormat::Hcert, time(0))[0].key;
    assert_eq!(key.types, ["test", "vaccination", "recovery"]);
    assert_eq!(key.valid_from.unwrap().to_string(), "2021-10-06T12:38:14Z");
    assert_eq!(key.valid_until.unwrap().to_string(), "2023-10-06T12:38:14Z");
}

#[test]
fn keys_under_a_passphrase_open_with_it_only() {
    let desk = Machine::new();
    let right = desk.file("right", "Fram\n");
    let wrong = desk.file("wrong", "Gjoa\n");
    desk.run(0, &["init", "--name", "Desk", "--passphrase-file", &right]).unwrap();
    let text = desk.run(0, &["trust", "sign", "--passphrase-file", &wrong]).unwrap_err().to_string();
    assert!(text.contains("the passphrase does not open the private key"), "{text}");
    assert!(!text.contains("Gjoa"));
    let text = load_issuer(&desk.home(), &PassphraseArgs::known(None)).unwrap_err().to_string();
    assert!(text.contains("is encrypted and no passphrase was given\n  next: give it in NANSEN_PASSPHRASE"), "{text}");
    desk.run(0, &["trust", "sign", "--passphrase-file", &right]).unwrap();
    // The public half needs none.
    desk.run(0, &["key", "export", "--public", "--pem"]).unwrap();
    desk.run(0, &["key", "list"]).unwrap();
}

#[test]
fn another_issuer_key_is_listed_before_it_is_used() {
    let desk = Machine::desk();
    let first = desk.issuer().key.kid();
    desk.run(0, &["key", "new"]).unwrap();
    assert_eq!(desk.issuer().key.kid(), first);
    desk.run(0, &["key", "new", "--use", "--kind", "ed25519"]).unwrap();
    let third = desk.issuer().key.kid();
    assert_ne!(third, first);
    let store = desk.store(0);
    assert_eq!(store.lists()[0].list().sequence, 3);
    for kid in [first, third] {
        assert_eq!(store.candidates(Some(kid.as_bytes()), KeyFormat::Nansen, time(0)).len(), 1);
    }
    assert!(Machine::new().run(0, &["key", "new"]).unwrap_err().to_string().contains("run `nansen init"));
}

#[test]
fn a_revocation_travels_with_the_bundle_and_is_as_fresh_as_the_list() {
    let (desk, gate) = (Machine::desk(), Machine::new());
    // Without a register the published list is all that is known; with one, `trust sign` publishes what it says.
    std::fs::remove_file(desk.home().register()).unwrap();
    let issuer = desk.issuer();
    let publish = |number: u32, entries: &[(u64, Status)], at: i64| {
        let (home, unlock) = (desk.home(), PassphraseArgs::known(None));
        own::publish_status(unlock.desk(&home, time(at)), &issuer.key, number, entries.iter().copied())
    };
    publish(0, &[(7, Status::Invalid)], 0).unwrap();
    assert!(publish(0, &[(70_000, Status::Invalid)], 0).is_err());
    // A clock that is an hour slow does not lose a revocation; one that is a week slow is told.
    publish(1, &[(1, Status::Valid)], 0).unwrap();
    publish(1, &[(1, Status::Superseded)], -3_600).unwrap();
    assert!(publish(1, &[], -7 * DAY).is_err());
    desk.run(5 * DAY, &["trust", "sign"]).unwrap();
    let file = desk.file("list.trust", "");
    desk.run(5 * DAY, &["trust", "export", &file]).unwrap();
    gate.run(5 * DAY, &["trust", "import", &file]).unwrap();
    let store = gate.store(5 * DAY);
    let kid = issuer.key.kid();
    let key = store.candidates(Some(kid.as_bytes()), KeyFormat::Nansen, time(0))[0].key;
    let claims = StatusClaims::read(store.status_token(key, "np:0").unwrap().payload().clone()).unwrap();
    let claims = claims.get();
    assert_eq!((claims.list.get(7).unwrap(), claims.list.get(8).unwrap()), (Status::Invalid, Status::Valid));
    assert_eq!((claims.issued, claims.expires), (time(5 * DAY), Some(time(95 * DAY))));
    let claims = StatusClaims::read(store.status_token(key, "np:1").unwrap().payload().clone()).unwrap();
    assert_eq!(claims.get().list.get(1).unwrap(), Status::Superseded);
    assert!(store.status_token(key, "np:2").is_none());
}

#[test]
fn a_lost_own_list_is_made_again_with_a_higher_number() {
    let desk = Machine::desk();
    let root = desk.store(0).lists()[0].root_kid().to_string();
    desk.run(0, &["trust", "sign"]).unwrap();
    fs::remove_file(desk.home().trust().join(&root).join("list.cose")).unwrap();
    assert!(desk.store(0).lists().is_empty());
    desk.run(0, &["trust", "sign"]).unwrap();
    let store = desk.store(0);
    assert_eq!(store.lists()[0].list().sequence, 3);
    let kid = desk.issuer().key.kid();
    assert_eq!(store.candidates(Some(kid.as_bytes()), KeyFormat::Nansen, time(0)).len(), 1);
}

#[test]
fn types_travel_in_the_list() {
    let desk = Machine::desk();
    let file = desk.file("type.toml", "name = \"pass\"\n");
    desk.run(0, &["trust", "sign", "--type", &file]).unwrap();
    assert_eq!(desk.store(0).types(), ["name = \"pass\"\n"]);
    let json = trust::show::json(&desk.store(0).lists()[0], None, time(DAY));
    assert_eq!(
        (json["sequence"].as_u64(), json["age_days"].as_u64(), json["state"].as_str()),
        (Some(2), Some(1), Some("fresh"))
    );
}
