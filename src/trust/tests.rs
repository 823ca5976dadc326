//! What a verifier's machine goes through: lists arrive, age, go missing and are forged.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::cbor::{self, Value};
use crate::seal::{PublicKey, STATUS_LIST_TYPE, SigningKey, TRUST_LIST_TYPE, TYP, sign, sign_with_headers};

const DAY: i64 = 86_400;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn new_key() -> SigningKey {
    SigningKey::generate_p256(&mut UnwrapErr(SysRng))
}

fn issuer_key(key: &PublicKey) -> IssuerKey {
    let kid = key.kid().as_bytes().to_vec();
    let format = KeyFormat::Nansen;
    IssuerKey { kid, key: key.clone(), format, types: vec![], valid_from: None, valid_until: None }
}

fn list(sequence: u64, keys: Vec<IssuerKey>) -> TrustList {
    TrustList {
        sequence,
        issued: time(0),
        stale_after_days: DEFAULT_STALE_AFTER_DAYS,
        root_name: "Root of Kakuma".to_owned(),
        issuers: vec![Issuer { name: "Desk 4, Kakuma".to_owned(), country: Some("KEN".to_owned()), keys }],
        types: vec!["name = \"diploma\"".to_owned()],
        unusable_keys: 0,
    }
}

fn token(key: &SigningKey, uri: &str, issued: i64) -> Vec<u8> {
    let claims = [(2, cbor::text(uri)), (6, cbor::int(time(issued).as_second()))];
    let payload = cbor::encode(&Value::Map(claims.map(|(k, v)| (cbor::int(k), v)).to_vec()));
    sign_with_headers(&payload, &[(TYP, cbor::text(STATUS_LIST_TYPE))], key)
}

struct World {
    root: SigningKey,
    desk: SigningKey,
    home: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { root: new_key(), desk: new_key(), home: tempfile::tempdir().unwrap() }
    }

    fn bundle(&self, sequence: u64, tokens: Vec<Vec<u8>>) -> Bundle {
        let list = list(sequence, vec![issuer_key(&self.desk.public())]);
        Bundle { root_spki: self.root.public().to_spki_der(), list: list.sign(&self.root).unwrap(), tokens }
    }

    fn folder(&self) -> TrustFolder {
        TrustFolder::new(self.home.path())
    }

    fn import(&self, sequence: u64, now: i64) -> Result<Imported, String> {
        self.folder().import(&self.bundle(sequence, vec![]), None, time(now)).map_err(|error| error.to_string())
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(self.root.kid().to_string()).join(name)
    }

    fn sequence_in_use(&self) -> Option<u64> {
        self.folder().open().unwrap().lists().first().map(|held| held.list().sequence)
    }

    fn warnings(&self) -> Vec<String> {
        self.folder().open().unwrap().warnings().iter().map(ToString::to_string).collect()
    }
}

fn snapshot(folder: &Path) -> BTreeMap<std::path::PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else {
            files.insert(path.clone(), (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap()));
        }
    }
    files
}

#[test]
fn a_list_reads_back_as_it_was_signed() {
    let (root, desk) = (new_key(), new_key());
    let mut key = issuer_key(&desk.public());
    key.types = vec!["diploma".to_owned()];
    key.valid_from = Some(time(0));
    key.valid_until = Some(time(DAY));
    key.format = KeyFormat::Hcert;
    let list = list(7, vec![key]);
    let bytes = list.sign(&root).unwrap();
    assert_eq!(TrustList::open(&bytes, &root.public()).unwrap().get(), &list);
    let other = TrustList::open(&bytes, &desk.public()).unwrap_err();
    assert!(matches!(other, ListError::Seal(crate::seal::OpenError::BadSignature)), "{other}");
}

#[test]
fn a_key_is_held_to_its_types_and_its_time() {
    let mut key = issuer_key(&new_key().public());
    assert!(key.may_sign("anything") && key.valid_at(time(-1_000 * DAY)));
    key.types = vec!["diploma".to_owned()];
    key.valid_from = Some(time(0));
    key.valid_until = Some(time(DAY));
    assert!(key.may_sign("diploma") && !key.may_sign("training"));
    for (at, valid) in [(-1, false), (0, true), (DAY, true), (DAY + 1, false)] {
        assert_eq!(key.valid_at(time(at)), valid, "{at}");
    }
}

#[test]
fn a_list_that_is_not_in_order_is_refused_by_the_entry() {
    let root = new_key();
    let good = [
        (1, cbor::int(1)),
        (2, cbor::int(1)),
        (3, cbor::int(1)),
        (4, cbor::int(90)),
        (5, cbor::text("Root")),
        (6, Value::Array(vec![])),
    ];
    let open = |change: (i64, Option<Value>)| {
        let mut entries: BTreeMap<i64, Value> = good.iter().cloned().collect();
        match change {
            (label, Some(value)) => entries.insert(label, value),
            (label, None) => entries.remove(&label),
        };
        let map = Value::Map(entries.into_iter().map(|(label, value)| (cbor::int(label), value)).collect());
        let headers = [(TYP, cbor::text(TRUST_LIST_TYPE))];
        TrustList::open(&sign_with_headers(&cbor::encode(&map), &headers, &root), &root.public())
    };
    assert!(open((1, Some(cbor::int(1)))).is_ok());
    let issuer = |country: &str| {
        let entries = [(1, cbor::text("I")), (2, cbor::text(country)), (3, Value::Array(vec![]))];
        Value::Array(vec![Value::Map(entries.map(|(k, v)| (cbor::int(k), v)).to_vec())])
    };
    for (change, expect) in [
        ((1, Some(cbor::int(2))), "a trust list of version 2, where version 1 was wanted"),
        ((1, None), "the trust list has no usable version"),
        ((2, Some(cbor::int(-1))), "the trust list has no usable sequence number"),
        ((3, Some(cbor::int(i64::MAX))), "the trust list has no usable time of issue"),
        ((4, Some(cbor::int(0))), "the trust list has no usable number of days"),
        ((4, Some(cbor::int(99_999))), "the trust list has no usable number of days"),
        ((5, Some(cbor::text(" "))), "the trust list has no usable root name"),
        ((5, Some(cbor::text("a\u{1b}[2Jb"))), "the trust list has no usable root name"),
        ((5, Some(cbor::text("a\u{202e}b"))), "the trust list has no usable root name"),
        ((6, Some(cbor::int(0))), "the trust list has no usable list of issuers"),
        ((6, Some(Value::Array(vec![cbor::int(0)]))), "the issuer has no usable map"),
        ((6, Some(issuer("Kenya"))), "the issuer has no usable country"),
        ((7, Some(Value::Array(vec![cbor::int(0)]))), "the trust list has no usable list of types"),
        ((8, Some(cbor::int(0))), "the trust list has an entry 8 that version 1 does not know"),
    ] {
        assert_eq!(open(change).unwrap_err().to_string(), expect);
    }
}

#[test]
fn no_other_message_of_the_root_passes_for_a_list() {
    let root = new_key();
    let bytes = list(1, vec![]).sign(&root).unwrap();
    let payload = crate::seal::Sealed::parse_lenient(&bytes).unwrap().unverified_payload().to_vec();
    for other in [sign(&payload, &root), sign_with_headers(&payload, &[(TYP, cbor::text(STATUS_LIST_TYPE))], &root)] {
        assert!(matches!(TrustList::open(&other, &root.public()), Err(ListError::Seal(_))));
    }
}

#[test]
fn a_key_that_this_version_cannot_use_leaves_the_rest_of_the_list_in_use() {
    let root = new_key();
    let good = list(1, vec![issuer_key(&new_key().public())]);
    // The curve's object identifier, changed into one that nobody has.
    let payload = crate::seal::Sealed::parse_lenient(&good.sign(&root).unwrap()).unwrap().unverified_payload().to_vec();
    let curve = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    let at = payload.windows(8).position(|window| window == curve).unwrap();
    let mut changed = payload.clone();
    changed[at + 7] = 0x7e;
    let bytes = sign_with_headers(&changed, &[(TYP, cbor::text(TRUST_LIST_TYPE))], &root);
    let list = TrustList::open(&bytes, &root.public()).unwrap();
    assert_eq!((list.get().unusable_keys, list.get().issuers[0].keys.len()), (1, 0));
}

#[test]
fn keys_that_share_a_kid_are_all_candidates_and_those_without_one_come_last() {
    let (root, a, b, c) = (new_key(), new_key(), new_key(), new_key());
    let keys = [(&a, &b"same"[..]), (&b, b"same"), (&c, b"")].map(|(key, kid)| IssuerKey {
        kid: kid.to_vec(),
        format: KeyFormat::Claim169,
        ..issuer_key(&key.public())
    });
    let bytes = list(3, keys.to_vec()).sign(&root).unwrap();
    let store = TrustStore::new(vec![HeldList::open(root.public(), bytes).unwrap()], vec![], None);
    let found = store.candidates(Some(b"same"), KeyFormat::Claim169, time(31 * DAY));
    assert_eq!(found.iter().map(|found| found.named).collect::<Vec<_>>(), [true, true, false]);
    let first = found[0];
    assert_eq!((first.issuer, first.country, first.sequence), ("Desk 4, Kakuma", Some("KEN"), 3));
    assert_eq!((first.age_days, first.state, first.root), (31, AgeState::Ageing, root.kid()));
    assert_eq!(store.candidates(Some(b"other"), KeyFormat::Claim169, time(0)).len(), 1);
    assert_eq!(store.candidates(None, KeyFormat::Claim169, time(0)).len(), 3);
    assert!(store.candidates(Some(b"same"), KeyFormat::Hcert, time(0)).is_empty());
    assert_eq!(store.types(), ["name = \"diploma\""]);
}

#[test]
fn the_first_import_pins_the_root_and_later_ones_need_no_fingerprint() {
    let world = World::new();
    let fingerprint = Fingerprint::of(&world.root.public());
    let text = fingerprint.to_string();
    assert_eq!((text.len(), text.split(' ').count()), (79, 16));
    let bundle = world.bundle(1, vec![]);
    let wrong = world.folder().import(&bundle, Some(&text.replace(' ', "")[1..]), time(0)).unwrap_err();
    assert!(matches!(wrong, CacheError::OtherRoot { .. }));
    assert!(world.folder().import(&bundle, Some(&text[..38]), time(0)).is_err());
    assert_eq!(world.sequence_in_use(), None);
    let first = world.folder().import(&bundle, Some(&text.to_uppercase()[..39]), time(0)).unwrap();
    assert!(first.first_time);
    assert_eq!((first.fingerprint, first.sequence), (fingerprint, 1));
    assert!(!world.import(2, 0).unwrap().first_time);
    assert_eq!(world.sequence_in_use(), Some(2));
    assert!(world.warnings().is_empty());
}

#[test]
fn a_refused_list_leaves_the_old_one_in_use() {
    let world = World::new();
    world.import(5, 0).unwrap();
    for (sequence, now, expect) in [
        (4, 0, "trust list 4 is older than list 5, which was seen before"),
        (6, -2 * DAY, "the clock says 2026-09-19T14:13:20Z, but 2026-09-21T14:13:20Z has been seen before"),
    ] {
        assert_eq!(world.import(sequence, now).unwrap_err(), expect);
    }
    let other = Bundle { list: list(5, vec![]).sign(&world.root).unwrap(), ..world.bundle(5, vec![]) };
    let error = world.folder().import(&other, None, time(0)).unwrap_err();
    assert_eq!(error.to_string(), "another trust list with number 5 was seen before");
    // The same list once more is no harm.
    assert_eq!(world.import(5, 0).unwrap().sequence, 5);
    assert_eq!(world.sequence_in_use(), Some(5));
    let forged = Bundle { list: list(9, vec![]).sign(&new_key()).unwrap(), ..world.bundle(9, vec![]) };
    assert!(matches!(world.folder().import(&forged, None, time(0)), Err(CacheError::Bundle(_))));
}

#[test]
fn the_clock_is_remembered_and_a_question_about_another_day_is_not() {
    let world = World::new();
    world.import(1, 0).unwrap();
    world.folder().remember(time(10 * DAY)).unwrap();
    let store = world.folder().open().unwrap();
    assert_eq!(store.latest_time(), Some(time(10 * DAY)));
    assert!(store.check_clock(time(9 * DAY)).is_ok());
    assert_eq!(store.decision_time(time(9 * DAY)), time(9 * DAY));
    assert!(store.check_clock(time(8 * DAY)).is_err());
    assert_eq!(store.decision_time(time(8 * DAY)), time(10 * DAY));
    // Deciding by another time writes nothing, and an earlier clock does not move the memory back.
    world.folder().remember(time(2 * DAY)).unwrap();
    assert_eq!(world.folder().open().unwrap().latest_time(), Some(time(10 * DAY)));
    world.folder().reset_clock(time(2 * DAY)).unwrap();
    assert_eq!(world.folder().open().unwrap().latest_time(), Some(time(2 * DAY)));
}

#[test]
fn an_old_list_put_back_into_the_folder_is_not_used() {
    let world = World::new();
    world.import(1, 0).unwrap();
    let old = fs::read(world.file("list.cose")).unwrap();
    world.import(2, 0).unwrap();
    fs::write(world.file("list.cose"), old).unwrap();
    assert_eq!(world.sequence_in_use(), None);
    assert_eq!(world.warnings(), [format!("the trust list of root {} is not used", world.root.kid())]);
    // What was seen still counts: list 1 is refused, list 2 repairs the folder.
    assert!(world.import(1, 0).is_err());
    world.import(2, 0).unwrap();
    assert_eq!((world.sequence_in_use(), world.warnings()), (Some(2), vec![]));
}

#[test]
fn a_lost_or_damaged_memory_never_makes_an_old_list_acceptable_in_silence() {
    let world = World::new();
    world.import(3, 0).unwrap();
    for damage in [None, Some(&b""[..]), Some(b"\xa0"), Some(&[0xff; 64])] {
        match damage {
            None => fs::remove_file(world.file("state.cbor")).unwrap(),
            Some(bytes) => fs::write(world.file("state.cbor"), bytes).unwrap(),
        }
        assert_eq!(world.sequence_in_use(), Some(3));
        assert!(world.warnings()[0].starts_with("what was remembered"), "{damage:?}");
        assert_eq!(world.import(2, 0).unwrap_err(), "trust list 2 is older than list 3, which was seen before");
    }
    fs::remove_file(world.file("list.cose")).unwrap();
    let error = world.import(1, 0).unwrap_err();
    assert!(error.ends_with("so that an old list could not be told from a new one"), "{error}");
    let fingerprint = Fingerprint::of(&world.root.public()).to_string();
    world.folder().import(&world.bundle(4, vec![]), Some(&fingerprint), time(0)).unwrap();
    assert_eq!((world.sequence_in_use(), world.warnings()), (Some(4), vec![]));
}

#[test]
fn a_folder_with_another_roots_key_is_not_used() {
    let world = World::new();
    world.import(1, 0).unwrap();
    fs::write(world.file("root.spki"), new_key().public().to_spki_der()).unwrap();
    assert_eq!(world.sequence_in_use(), None);
    assert_eq!(world.warnings(), [format!("the root key of trust list {} is missing or damaged", world.root.kid())]);
    assert!(world.import(2, 0).unwrap_err().contains("holds another or a damaged root key"));
}

#[test]
fn a_newer_status_token_stays_when_an_older_one_arrives() {
    let world = World::new();
    let desk = issuer_key(&world.desk.public());
    let issued = |uri| {
        let store = world.folder().open().unwrap();
        store.status_token(&desk, uri).map(StatusToken::issued)
    };
    world.folder().import(&world.bundle(1, vec![token(&world.desk, "np:0", 50)]), None, time(100)).unwrap();
    assert_eq!(issued("np:0"), Some(time(50)));
    world.folder().put_token(world.root.kid(), &token(&world.desk, "np:0", 60)).unwrap();
    world.folder().put_token(world.root.kid(), &token(&world.desk, "np:1", 10)).unwrap();
    world.folder().import(&world.bundle(2, vec![token(&world.desk, "np:0", 40)]), None, time(100)).unwrap();
    assert_eq!((issued("np:0"), issued("np:1"), issued("np:2")), (Some(time(60)), Some(time(10)), None));
    // Of two tokens of one second the one that arrives later counts.
    let later = sign_with_headers(
        &cbor::encode(&Value::Map(vec![
            (cbor::int(2), cbor::text("np:0")),
            (cbor::int(6), cbor::int(time(60).as_second())),
            (cbor::int(65534), cbor::int(1)),
        ])),
        &[(TYP, cbor::text(STATUS_LIST_TYPE))],
        &world.desk,
    );
    world.folder().import(&world.bundle(2, vec![later.clone()]), None, time(100)).unwrap();
    let store = world.folder().open().unwrap();
    assert_eq!(store.status_token(&desk, "np:0").unwrap().bytes(), later);
    let stranger = token(&new_key(), "np:0", 90);
    let error = world.folder().put_token(world.root.kid(), &stranger).unwrap_err();
    assert_eq!(error.to_string(), "no key of the trust list signed the status token");
    let imported = world.folder().import(&world.bundle(3, vec![stranger]), None, time(100)).unwrap();
    assert_eq!(imported.tokens_left_out, ["no key of the trust list signed the status token"]);
}

#[test]
fn a_bundle_carries_everything_and_reading_it_in_place_writes_nothing() {
    let world = World::new();
    world.folder().import(&world.bundle(4, vec![token(&world.desk, "np:0", 50)]), None, time(100)).unwrap();
    let bundle = world.folder().open().unwrap().lists()[0].bundle();
    assert_eq!(Bundle::parse(&bundle.to_bytes()).unwrap(), bundle);
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("of-today.trust"), bundle.to_bytes()).unwrap();
    fs::write(other.path().join("older.trust"), world.bundle(2, vec![]).to_bytes()).unwrap();
    fs::write(other.path().join("letter.txt"), "no bundle").unwrap();
    let damaged = [&bundle.to_bytes()[..], b"x"].concat();
    fs::write(other.path().join("torn.trust"), damaged).unwrap();
    for path in [other.path(), world.home.path(), &other.path().join("of-today.trust")] {
        let before = snapshot(if path.is_dir() { path } else { other.path() });
        let store = TrustFolder::open_any(path).unwrap();
        assert_eq!(store.lists().len(), 1);
        assert_eq!(store.lists()[0].list().sequence, 4);
        assert_eq!(store.lists()[0].tokens().len(), 1);
        let warnings: Vec<_> = store.warnings().iter().map(ToString::to_string).collect();
        assert!(warnings.is_empty() || (warnings.len() == 1 && warnings[0].ends_with("torn.trust is not used")));
        assert_eq!(snapshot(if path.is_dir() { path } else { other.path() }), before);
    }
    assert!(TrustFolder::open_any(&other.path().join("letter.txt")).is_err());
    assert!(TrustFolder::open_any(&other.path().join("nothing")).is_err());
    assert!(TrustFolder::new(other.path().join("nothing")).open().unwrap().lists().is_empty());
}

#[test]
fn a_root_that_is_no_longer_trusted_is_forgotten() {
    let world = World::new();
    world.import(1, 0).unwrap();
    world.folder().forget(world.root.kid()).unwrap();
    assert_eq!(world.sequence_in_use(), None);
    assert!(matches!(world.folder().forget(world.root.kid()), Err(CacheError::NoList { .. })));
}

proptest! {
    #[test]
    fn any_bytes_are_a_bundle_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Bundle::parse(&bytes);
        let _ = HeldList::open(PublicKey::from_spki_der(&new_key().public().to_spki_der()).unwrap(), bytes);
    }
}

#[test]
fn no_changed_bit_of_a_bundle_brings_another_list() {
    let world = World::new();
    let bytes = world.bundle(1, vec![token(&world.desk, "np:0", 1)]).to_bytes();
    let list = HeldList::from_bundle(&Bundle::parse(&bytes).unwrap()).unwrap().0.list().clone();
    for bit in (0..bytes.len() * 8).step_by(3) {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let Ok(bundle) = Bundle::parse(&changed) else { continue };
        if let Ok((held, _)) = HeldList::from_bundle(&bundle) {
            assert_eq!(held.list(), &list, "bit {bit}");
        }
    }
}
