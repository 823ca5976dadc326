//! The gate as a border meets it: pictures of foreign certificates through `nansen verify`, photographs through
//! `nansen read`, with the binary itself.
//!
//! Every answer that is not what the vectors' case implies stands in [`EXPLAINED`], and that table must be exact.

#[path = "support/scans.rs"]
mod scans;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::Timestamp;
use scans::Scan;
use serde_json::Value as Json;

/// Cases whose verdict or reason is not what their stages imply: case, our reason, why.
const EXPLAINED: [(&str, &str, &str); 3] = [
    (
        "BG/2DCode/raw/4.json",
        "key-not-valid-then",
        "signed before the first second of the certificate's validity, which the stages do not compare",
    ),
    (
        "PL/1.0.0/2DCode/raw/6.json",
        "issuer-not-authorised",
        "not signed by the certificate of its case but by that of another, which is trusted here for another group",
    ),
    ("PL/1.2.1/2DCode/raw/6.json", "issuer-not-authorised", "as PL/1.0.0"),
];

/// Folders of the vectors, and the country whose certificates lie there; `common` is of none.
const COUNTRIES: [(&str, &str); 15] = [
    ("AE", "ARE"),
    ("AT", "AUT"),
    ("BE", "BEL"),
    ("BG", "BGR"),
    ("CH", "CHE"),
    ("DE", "DEU"),
    ("HR", "HRV"),
    ("IS", "ISL"),
    ("IT", "ITA"),
    ("LI", "LIE"),
    ("LV", "LVA"),
    ("NL", "NLD"),
    ("PL", "POL"),
    ("PT", "PRT"),
    ("SI", "SVN"),
];

/// One case of `vectors/hcert`.
struct Case {
    name: String,
    text: String,
    certificate: String,
    clock: Timestamp,
    expected: Json,
}

impl Case {
    fn all() -> Option<Vec<Self>> {
        let Some(shared) = std::env::var_os("NANSEN_SHARED") else {
            println!("skipped: NANSEN_SHARED is not set");
            return None;
        };
        let folder = PathBuf::from(shared).join("vectors/hcert");
        let json = |path: &Path| -> Json { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
        let Json::Array(expected) = json(&folder.join("expected.json")) else { panic!("a list of cases") };
        let case = |expected: Json| {
            let name = expected["file"].as_str().unwrap().to_owned();
            let layers = json(&folder.join("cases").join(&name));
            let clock = layers["TESTCTX"]["VALIDATIONCLOCK"].as_str().unwrap();
            Self {
                text: layers["PREFIX"].as_str().unwrap().to_owned(),
                certificate: layers["TESTCTX"]["CERTIFICATE"].as_str().unwrap().to_owned(),
                // Iceland and the Netherlands write no offset; the expectations take it for UTC.
                clock: clock.parse().or_else(|_| format!("{clock}Z").parse()).unwrap(),
                name,
                expected,
            }
        };
        Some(expected.into_iter().map(case).collect())
    }

    fn country(&self) -> &str {
        self.name.split('/').next().unwrap()
    }

    /// `dgc/IS/2DCode/png/3.png` is a picture of `IS/2DCode/raw/3.json`.
    fn is_of(&self, scan: &Scan) -> bool {
        let number = Path::new(&scan.source).file_stem();
        scan.source.split('/').nth(1) == Some(self.country()) && Path::new(&self.name).file_stem() == number
    }

    /// Reasons that the failing stages imply: `None` among them for a valid paper, nothing at all when the case is not
    /// judged. The outermost layer that fails decides; of an authentic paper what is certain comes first.
    fn implied(&self) -> Option<&'static [Option<&'static str>]> {
        let failed = |stage| self.expected["stages"][stage] == false;
        match self.expected["overall_at_validationclock"].as_str()? {
            "VALID" => Some(&[None]),
            // Without a prefix it is any text, with another one another context, or Base45 with a letter too many.
            _ if failed("EXPECTEDUNPREFIX") => {
                Some(&[Some("unsigned"), Some("not-verifiable-offline"), Some("malformed")])
            }
            _ if failed("CHAIN") => Some(&[Some("malformed")]),
            _ if failed("KID") => Some(&[Some("unknown-issuer")]),
            _ if failed("SIG") => Some(&[Some("bad-signature")]),
            _ if failed("EXPECTEDEXPIRATIONCHECK") => Some(&[Some("expired"), Some("not-yet-valid")]),
            _ if failed("EXPECTEDKEYUSAGE") => Some(&[Some("issuer-not-authorised")]),
            _ => panic!("{}: invalid for a stage that this test does not know", self.name),
        }
    }

    /// Judges the answer; one that is not implied goes into `differing`.
    fn judge(&self, answer: &Json, differing: &mut BTreeSet<(String, String)>) {
        let reason = answer["reason"].as_str();
        assert_eq!(answer["verdict"] == "valid", reason.is_none(), "{answer}");
        if self.implied().is_some_and(|reasons| !reasons.contains(&reason)) {
            differing.insert((self.name.clone(), reason.unwrap_or("valid").to_owned()));
        }
    }
}

fn explained(of: impl Fn(&str) -> bool) -> BTreeSet<(String, String)> {
    let known = EXPLAINED.iter().filter(|(case, ..)| of(case));
    known.map(|(case, reason, _)| ((*case).to_owned(), (*reason).to_owned())).collect()
}

/// A verifier with a data folder of its own.
struct Gate(tempfile::TempDir);

impl Gate {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A verifier that trusts the certificates of the cases.
    fn trusting(cases: &[Case]) -> Self {
        let gate = Self::new();
        let mut files: BTreeMap<&str, BTreeMap<&str, PathBuf>> = BTreeMap::new();
        for case in cases {
            let of_country = files.entry(case.country()).or_default();
            let number = of_country.len();
            of_country.entry(&case.certificate).or_insert_with(|| {
                let path = gate.0.path().join(format!("{}-{number}.der", case.country()));
                std::fs::write(&path, &case.certificate).unwrap();
                path
            });
        }
        for (folder, files) in &files {
            let mut command = gate.command();
            command.args(["trust", "import", "--format", "hcert", "--name", &format!("Health office {folder}")]);
            if let Some((_, country)) = COUNTRIES.iter().find(|(of, _)| of == folder) {
                command.args(["--country", country]);
            }
            let done = command.args(files.values()).output().unwrap();
            assert!(done.status.success(), "{folder}: {}", String::from_utf8_lossy(&done.stderr));
        }
        gate
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nansen"));
        command.env_remove("NANSEN_PASSPHRASE").env("NANSEN_HOME", self.0.path().join("home")).stdin(Stdio::null());
        command
    }

    /// `verify --format json ARGS…`, at a time.
    fn verify<A: AsRef<std::ffi::OsStr>>(&self, at: Option<Timestamp>, args: impl Iterator<Item = A>) -> Vec<Json> {
        let mut command = self.command();
        command.args(["verify", "--format", "json"]);
        if let Some(at) = at {
            command.args(["--at", &at.to_string()]);
        }
        lines(&command.args(args).output().unwrap())
    }

    /// `read --list`, in one process.
    fn read(&self, scans: &[&Scan], reader: &str) -> Vec<Json> {
        let list = self.0.path().join("list");
        let paths: Vec<_> = scans.iter().map(|scan| scan.path.to_str().unwrap()).collect();
        std::fs::write(&list, paths.join("\n")).unwrap();
        lines(&self.command().args(["read", "--reader", reader, "--list"]).arg(list).output().unwrap())
    }
}

fn lines(output: &Output) -> Vec<Json> {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some() && !told.contains("panicked"), "{told}");
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Counts of answers, for people.
fn told(answers: &[Json]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        let word = answer["reason"].as_str().unwrap_or("valid").to_owned();
        *counts.entry(word).or_default() += 1;
    }
    counts
}

#[test]
fn every_picture_of_a_health_certificate_has_the_verdict_of_its_case() {
    let (Some(cases), Some(scans)) = (Case::all(), Scan::all()) else { return };
    let scans: Vec<Scan> = scans.into_iter().filter(|scan| scan.set == "eudcc").collect();
    let gate = Gate::trusting(&cases);
    // Pictures that share a clock go into one call. Without a case there is no clock, and now is as good as any.
    let mut calls: BTreeMap<Option<Timestamp>, Vec<(&Scan, Option<&Case>)>> = BTreeMap::new();
    for scan in &scans {
        let case = cases.iter().find(|case| case.is_of(scan));
        calls.entry(case.map(|case| case.clock)).or_default().push((scan, case));
    }
    let (mut differing, mut judged, mut others) = (BTreeSet::new(), Vec::new(), Vec::new());
    for (clock, pictures) in &calls {
        let answers = gate.verify(*clock, pictures.iter().map(|(scan, _)| &scan.path));
        assert_eq!(answers.len(), pictures.len(), "one answer a picture: {answers:#?}");
        for (answer, (scan, case)) in answers.into_iter().zip(pictures) {
            assert_eq!(answer["source"], scan.path.to_str().unwrap());
            assert_eq!(answer["symbol"]["kind"], "qr", "{} is not read", scan.name);
            assert_eq!(answer["format"], "hcert", "{answer}");
            match case {
                Some(case) => {
                    assert!(scan.holds(case.text.as_bytes()), "{} is not a picture of {}", scan.name, case.name);
                    case.judge(&answer, &mut differing);
                    judged.push(answer);
                }
                None => others.push(answer),
            }
        }
    }
    let all: Vec<&Scan> = scans.iter().collect();
    let by_rxing = gate.read(&all, "rxing").iter().filter(|line| line["symbols"][0].is_object()).count();
    println!("{} pictures, all read; rxing alone reads {by_rxing}", scans.len());
    println!("{} of cases: {:?}", judged.len(), told(&judged));
    println!("{} of no case, judged as of now: {:?}", others.len(), told(&others));
    let pictured = |name: &str| cases.iter().any(|case| case.name == name && scans.iter().any(|scan| case.is_of(scan)));
    assert_eq!(differing, explained(pictured));
    assert_eq!((scans.len(), by_rxing, judged.len()), (120, 120, 45));
}

#[test]
fn every_text_of_the_vectors_has_the_verdict_of_its_case() {
    let Some(cases) = Case::all() else { return };
    let gate = Gate::trusting(&cases);
    let mut calls: BTreeMap<Timestamp, Vec<&Case>> = BTreeMap::new();
    for case in &cases {
        calls.entry(case.clock).or_default().push(case);
    }
    let (mut differing, mut judged, mut others) = (BTreeSet::new(), Vec::new(), Vec::new());
    for (clock, cases) in &calls {
        let texts = std::iter::once("--text").chain(cases.iter().map(|case| case.text.as_str()));
        let answers = gate.verify(Some(*clock), texts);
        assert_eq!(answers.len(), cases.len(), "one answer a text");
        for (answer, case) in answers.into_iter().zip(cases) {
            case.judge(&answer, &mut differing);
            if case.implied().is_some() { judged.push(answer) } else { others.push(answer) }
        }
    }
    println!("{} cases: {:?}; {} not judged by them: {:?}", judged.len(), told(&judged), others.len(), told(&others));
    assert_eq!(differing, explained(|_| true));
    assert_eq!((judged.len(), others.len()), (254, 12));
}

#[test]
fn photographs_are_read_as_their_index_says_and_nothing_where_there_is_nothing() {
    let Some(scans) = Scan::all() else { return };
    let photographs: Vec<&Scan> = scans.iter().filter(|scan| scan.set != "eudcc").collect();
    let answers = Gate::new().read(&photographs, "own");
    assert_eq!(answers.len(), photographs.len());
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (answer, scan) in answers.iter().zip(&photographs) {
        let symbols = answer["symbols"].as_array().unwrap();
        let count = counts.entry(&scan.set).or_default();
        count[0] += 1;
        count[1] += usize::from(!symbols.is_empty());
        let other = symbols.iter().filter(|symbol| scan.symbols == 0 || !scan.holds(&bytes(symbol)));
        wrong.extend(other.map(|symbol| format!("{}: {symbol}", scan.name)));
    }
    for (set, [images, read]) in &counts {
        println!("{set:16} {read:3} of {images:3} read");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(counts.iter().all(|(set, [_, read])| (*read == 0) == (*set == "zxing-falsepos")), "{counts:?}");
}

fn bytes(symbol: &Json) -> Vec<u8> {
    let digits = symbol["bytes"].as_str().unwrap();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}
