//! The 266 HCERT cases of the EU's member states, stage by stage, each at its own clock.
//!
//! `expected.json` holds an independent implementation's result for each stage. Whatever differs from it, and whatever
//! the publishers declare and we do not find, stands in a table below with its reason; the tables must be exact.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;
use nansen::cbor::{self, Value as Cbor, get};
use nansen::credential::Types;
use nansen::envelope::{base45, deflate};
use nansen::format::hcert::{self, HCERT};
use nansen::format::{Format, Recognised, Statement, preview, recognise};
use nansen::seal::{Certificate, Sealed, read_keys};
use serde_json::Value as Json;

/// Stages where our result is not that of `expected.json`: case, stage, reason.
const DISAGREEMENTS: [(&str, &str, &str); 0] = [];

/// Stages where our result is not what the publisher declares: case, stage, reason.
const DECLARED: [(&str, &str, &str); 1] = [(
    "IS/2DCode/raw/3.json",
    "EXPECTEDKEYUSAGE",
    "declared bad, but the certificate names none of the three usages and so may sign every group; expected.json agrees",
)];

/// The publishers' stages that a reader has. The others are about the encoder and the JSON it started from, about the
/// picture, and about the schema, which has a table of its own.
const JUDGED: [&str; 7] = [
    "EXPECTEDUNPREFIX",
    "EXPECTEDB45DECODE",
    "EXPECTEDCOMPRESSION",
    "EXPECTEDVERIFY",
    "EXPECTEDDECODE",
    "EXPECTEDKEYUSAGE",
    "EXPECTEDEXPIRATIONCHECK",
];

/// Stages of `expected.json` that need the picture, which is not part of the vectors.
const PICTURE: &str = "EXPECTEDPICTUREDECODE";

/// Cases whose text is broken on purpose while a deeper layer is given whole: the stages behind the break are judged
/// on that layer, and the text itself must be refused.
const ONE_LAYER: [(&str, &str); 2] = [
    ("common/2DCode/raw/Z1.json", "COMPRESSED is no zlib stream"),
    ("common/2DCode/raw/Z2.json", "not compressed at all"),
];

/// Why a publisher's word on the schema differs from what we find: beginning of the case's name, the publisher's word, a
/// part of what we find, the number of cases, and the reason. A case belongs to the first line that fits.
const SCHEMA: [(&str, bool, &str, usize, &str); 8] = [
    (
        "NL/",
        true,
        "dob is \"1964-01\"",
        32,
        "schema 1.0.0, which they name, wants a whole date; a month is allowed from 1.1.0",
    ),
    ("NL/", true, ".co is \"\"", 9, "an empty country; every version wants a capital letter in it"),
    ("NL/", true, "v.sd is 0", 1, "a series of no doses; every version wants at least one"),
    ("BG/", true, "T00:00:00", 2, "a time behind the dates, and null for the empty groups, which is no list"),
    ("PL/", true, "v.dt is", 6, "a time behind the date; `format` is only asserted by some schema tools"),
    ("NL/", false, "", 6, "an emoji for a name and nothing as the standardised one, which the schema allows"),
    ("PL/", false, "", 6, "codes that are in no value set; the schema itself does not list the codes"),
    (
        "common/2DCode/raw/DGC2",
        false,
        "",
        1,
        "three groups in one DCC, which the schema allowed before 1.3.0; we refuse to read it",
    ),
];

fn shared() -> Option<PathBuf> {
    let found = std::env::var_os("NANSEN_SHARED").map(|shared| PathBuf::from(shared).join("vectors/hcert"));
    if found.is_none() {
        println!("skipped: NANSEN_SHARED is not set");
    }
    found
}

fn json(path: PathBuf) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// One case, with what the vectors say of it.
struct Case {
    name: String,
    layers: Json,
    expected: Json,
}

impl Case {
    fn all(folder: &std::path::Path) -> Vec<Self> {
        let Json::Array(expected) = json(folder.join("expected.json")) else { panic!("a list of cases") };
        let cases = expected.into_iter().map(|expected| {
            let name = expected["file"].as_str().unwrap().to_owned();
            Self { layers: json(folder.join("cases").join(&name)), name, expected }
        });
        cases.collect()
    }

    fn text(&self) -> &str {
        self.layers["PREFIX"].as_str().unwrap()
    }

    fn layer(&self, name: &str) -> Option<Vec<u8>> {
        let digits = self.layers.get(name)?.as_str()?;
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
    }

    fn certificate(&self) -> Certificate {
        let base64 = self.layers["TESTCTX"]["CERTIFICATE"].as_str().unwrap();
        let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        read_keys(pem.as_bytes()).unwrap().remove(0).certificate.unwrap()
    }

    fn clock(&self) -> Timestamp {
        let clock = self.layers["TESTCTX"]["VALIDATIONCLOCK"].as_str().unwrap();
        // Iceland and the Netherlands write no offset; the expectations take it for UTC.
        clock.parse().or_else(|_| format!("{clock}Z").parse()).unwrap()
    }

    /// The message: from the text, or for [`ONE_LAYER`] from the layer that is given whole.
    fn cose(&self) -> Option<Vec<u8>> {
        let from_text = || {
            let compressed = base45::decode(hcert::strip_prefix(self.text().as_bytes()).ok()?).ok()?;
            deflate::inflate_zlib(&compressed, 64 * 1024).ok()
        };
        if ONE_LAYER.iter().any(|(name, _)| *name == self.name) { self.layer("COSE") } else { from_text() }
    }
}

/// The result of every stage that can be judged, by the names that the vectors use.
fn stages(case: &Case) -> BTreeMap<&'static str, bool> {
    let mut stages = BTreeMap::new();
    let text = hcert::strip_prefix(case.text().as_bytes());
    stages.insert("EXPECTEDUNPREFIX", text.is_ok());
    let compressed = text.map(base45::decode);
    if let Ok(compressed) = &compressed {
        stages.insert("EXPECTEDB45DECODE", compressed.is_ok());
    }
    let inflated = compressed.ok().and_then(Result::ok).map(|bytes| deflate::inflate_zlib(&bytes, 64 * 1024));
    if let Some(inflated) = &inflated {
        stages.insert("EXPECTEDCOMPRESSION", inflated.is_ok());
    }
    stages.insert("CHAIN", chain(case));
    let Some(sealed) = case.cose().and_then(|cose| Sealed::parse_lenient(&cose).ok()) else { return stages };
    let certificate = case.certificate();
    let signature = sealed.open_with(&certificate.key);
    let kid = sealed.kid_bytes() == Some(certificate.kid.as_bytes());
    stages.insert("SIG", signature.is_ok());
    stages.insert("KID", kid);
    stages.insert("EXPECTEDVERIFY", signature.is_ok() && kid);
    let statement = preview(Format::Hcert, sealed.unverified_payload(), &Types::new());
    stages.insert("EXPECTEDDECODE", statement.is_ok());
    if let Ok(statement) = statement {
        stages.insert("EXPECTEDEXPIRATIONCHECK", in_time(&statement, case.clock()));
        let usage = statement.usage.unwrap();
        stages.insert("EXPECTEDKEYUSAGE", usage.may_be_signed_with(&certificate.extended_key_usage));
    }
    stages
}

fn in_time(statement: &Statement, clock: Timestamp) -> bool {
    statement.issued.is_some_and(|issued| issued <= clock) && statement.expires.is_some_and(|expires| clock < expires)
}

/// Whether every layer that the case gives is what the layer above it holds.
fn chain(case: &Case) -> bool {
    let same = |name: &str, bytes: &[u8]| case.layer(name).is_none_or(|given| given == bytes);
    let Ok(text) = hcert::strip_prefix(case.text().as_bytes()) else { return false };
    if case.layers.get("BASE45").is_some_and(|given| given.as_str().map(str::as_bytes) != Some(text)) {
        return false;
    }
    let Ok(compressed) = base45::decode(text) else { return false };
    let Ok(cose) = deflate::inflate_zlib(&compressed, 64 * 1024) else { return false };
    Sealed::parse_lenient(&cose).is_ok() && same("COMPRESSED", &compressed) && same("COSE", &cose)
}

#[test]
fn every_stage_of_every_case_is_as_expected_or_explained() {
    let Some(folder) = shared() else { return };
    let mut judged: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut differing = BTreeSet::new();
    let cases = Case::all(&folder);
    for case in &cases {
        let ours = stages(case);
        for (stage, expected) in case.expected["stages"].as_object().unwrap() {
            if stage == PICTURE {
                continue;
            }
            let name = ours.keys().find(|name| *name == stage);
            if name.map(|name| ours[name]) != expected.as_bool() {
                differing.insert((case.name.clone(), stage.clone()));
            }
            if let Some(name) = name {
                judged.entry(name).or_default()[usize::from(ours[name])] += 1;
            }
        }
    }
    println!("{} cases; refused and passed by stage: {judged:#?}", cases.len());
    let explained = DISAGREEMENTS.iter().map(|(case, stage, _)| ((*case).to_owned(), (*stage).to_owned())).collect();
    assert_eq!(differing, explained);
    assert_eq!(cases.len(), 266);
}

#[test]
fn what_publishers_declare_of_a_stage_is_found_or_explained() {
    let Some(folder) = shared() else { return };
    let mut differing = BTreeSet::new();
    let mut same = 0;
    for case in Case::all(&folder) {
        let ours = stages(&case);
        for (stage, declared) in case.layers["EXPECTEDRESULTS"].as_object().unwrap() {
            if !JUDGED.contains(&stage.as_str()) {
                continue;
            }
            // A stage that cannot be reached is one that failed.
            if ours.get(stage.as_str()).copied().unwrap_or(false) == declared.as_bool().unwrap() {
                same += 1;
            } else {
                differing.insert((case.name.clone(), stage.clone()));
            }
        }
    }
    println!("{same} flags as declared");
    let explained = DECLARED.iter().map(|(case, stage, _)| ((*case).to_owned(), (*stage).to_owned())).collect();
    assert_eq!(differing, explained);
}

#[test]
fn every_text_end_to_end_has_the_verdict_of_its_case() {
    let Some(folder) = shared() else { return };
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in Case::all(&folder) {
        let expected = case.expected["overall_at_validationclock"].as_str();
        let ours = if end_to_end(&case) { "VALID" } else { "INVALID" };
        *verdicts.entry(expected.map_or("not judged", |_| ours)).or_default() += 1;
        assert!(expected.is_none_or(|expected| expected == ours), "{}: {ours}", case.name);
    }
    println!("{verdicts:?}");
    assert_eq!(verdicts["VALID"], 195);
    assert_eq!(verdicts["INVALID"], 59);
}

fn end_to_end(case: &Case) -> bool {
    let Ok(Recognised::Sealed(presented)) = recognise(case.text().as_bytes()) else { return false };
    let certificate = case.certificate();
    let Ok(payload) = presented.sealed.open_with(&certificate.key) else { return false };
    let Ok(statement) = nansen::format::read(presented.format, &payload, &Types::new()) else { return false };
    let statement = statement.get();
    presented.format == Format::Hcert
        && presented.sealed.kid_bytes() == Some(certificate.kid.as_bytes())
        && in_time(statement, case.clock())
        && statement.usage.is_some_and(|usage| usage.may_be_signed_with(&certificate.extended_key_usage))
}

#[test]
fn what_publishers_declare_of_the_schema_is_found_or_explained() {
    let Some(folder) = shared() else { return };
    let mut counts = [0; SCHEMA.len()];
    let mut same = 0;
    for case in Case::all(&folder) {
        let Some(declared) = case.layers["EXPECTEDRESULTS"]["EXPECTEDSCHEMAVALIDATION"].as_bool() else { continue };
        let departures = hcert::departures(&dcc(&case).unwrap());
        if declared == departures.is_empty() {
            same += 1;
            continue;
        }
        let found = departures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let line = SCHEMA.iter().position(|(name, word, part, ..)| {
            case.name.starts_with(name) && *word == declared && found.contains(part)
        });
        counts[line.unwrap_or_else(|| panic!("{}: declared {declared}, found {found:?}", case.name))] += 1;
    }
    println!("{same} as declared");
    for (count, (name, declared, _, expected, reason)) in counts.into_iter().zip(SCHEMA) {
        println!("{count} of {name} declared {declared}: {reason}");
        assert_eq!(count, expected, "{reason}");
    }
}

fn dcc(case: &Case) -> Option<Vec<(Cbor, Cbor)>> {
    let sealed = Sealed::parse_lenient(&case.cose()?).ok()?;
    let Cbor::Map(claims) = cbor::decode_lenient(sealed.unverified_payload()).ok()? else { return None };
    let Cbor::Map(certificates) = get(&claims, HCERT)? else { return None };
    match get(certificates, 1)? {
        Cbor::Map(dcc) => Some(dcc.clone()),
        _ => None,
    }
}
