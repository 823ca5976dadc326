//! Characters of symbol text for every row of the sample lists, beside what an HCERT-style encoding of the same row takes.
//!
//! ```text
//! NANSEN_SHARED=DIR cargo bench --bench sizes
//! ```
//!
//! Reads `DIR/data/*.csv`, or `templates/*/sample.csv` when the variable is not set, and `benches/holdout/*/*.csv`,
//! lists of other people and places than the dictionary was made from. Key names, signatures, serials and status indices are
//! drawn from a seed, so that the table is the same every time.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use nansen::cbor::{self, Value as Cbor, int, text};
use nansen::credential::record::Record;
use nansen::credential::{Credential, CredentialType, Serial, StatusRef};
use nansen::cwt::{self, scsu};
use nansen::envelope::{base45, deflate, dictionary, pack, to_text};
use nansen::issue::list::{Item, read};

const TYPES: [(&str, &str); 4] = [
    ("registration", "registration.csv"),
    ("diploma", "diplomas.csv"),
    ("training", "training.csv"),
    ("household", "households.csv"),
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("NANSEN_SHARED").map(|folder| PathBuf::from(folder).join("data"));
    println!(
        "{:12} {:>5} {:>6} {:>6} {:>6} {:>6} {:>6} | {:>7} {:>7} {:>8}",
        "list", "rows", "ours", "p95", "hcert", "p95", "ratio", "payload", "deflate", "overhead"
    );
    for (name, file) in TYPES {
        let list = match &shared {
            Some(folder) => folder.join(file),
            None => root.join("templates").join(name).join("sample.csv"),
        };
        table_row(root, name, &list, "");
    }
    for (name, file) in TYPES {
        table_row(root, name, &root.join("benches/holdout/common").join(file), " *");
    }
    for (name, file) in TYPES {
        table_row(root, name, &root.join("benches/holdout/rare").join(file), " **");
    }
    println!("*  other common names, places and courses, put down before the word lists were");
    println!("** names, places, courses and addresses that are in no word list");
    let list = shared.map_or_else(|| root.join("templates/registration/sample.csv"), |f| f.join("registration.csv"));
    native_names(root, &list);
}

fn template(root: &Path, name: &str) -> CredentialType {
    let text = std::fs::read_to_string(root.join("templates").join(name).join("type.toml")).expect("the template");
    CredentialType::parse(&text).expect("the template is a type")
}

fn records(made: &CredentialType, list: &Path) -> Option<Vec<Record>> {
    let file = std::fs::File::open(list).ok()?;
    let mut rows = Vec::new();
    read(file, made, Date::constant(2026, 11, 21), &mut |item| {
        if let Item::Row(row) = item {
            rows.push(row.record);
        }
        true
    })
    .expect("the list is readable");
    Some(rows)
}

fn table_row(root: &Path, name: &str, list: &Path, mark: &str) {
    let made = template(root, name);
    let label = format!("{name}{mark}");
    let Some(records) = records(&made, list) else {
        println!("{label:12} skipped: no {}", list.display());
        return;
    };
    let mut noise = Noise(7);
    let plain = plain_rows(list);
    assert_eq!(records.len(), plain.len(), "every row is good");
    let pairs = records.iter().zip(&plain);
    let sizes: Vec<Sizes> = pairs.map(|(record, group)| Sizes::of(record, group, &made, &mut noise)).collect();
    let at = |percent: usize, of: fn(&Sizes) -> usize| {
        let mut all: Vec<usize> = sizes.iter().map(of).collect();
        all.sort_unstable();
        // The median of an even number of rows is the mean of the middle two, as everywhere.
        let place = (all.len() - 1) * percent;
        (all[place / 100] + all[place.div_ceil(100)]).div_ceil(2)
    };
    println!(
        "{label:14} {:>3} {:>6} {:>6} {:>6} {:>6} {:>6.3} | {:>7} {:>7} {:>8}",
        sizes.len(),
        at(50, |s| s.ours),
        at(95, |s| s.ours),
        at(50, |s| s.hcert),
        at(95, |s| s.hcert),
        at(50, |s| s.ours) as f64 / at(50, |s| s.hcert) as f64,
        at(50, |s| s.payload),
        at(50, |s| s.deflated),
        at(50, |s| s.envelope - s.deflated),
    );
}

/// Characters of text, and bytes of what is inside.
struct Sizes {
    ours: usize,
    hcert: usize,
    payload: usize,
    deflated: usize,
    envelope: usize,
}

impl Sizes {
    fn of(record: &Record, group: &[Cells], made: &CredentialType, noise: &mut Noise) -> Self {
        let credential = Credential {
            type_name: made.name.clone(),
            serial: Serial::from_bytes(noise.bytes()),
            issued: Timestamp::constant(1_795_200_000, 0),
            not_before: None,
            expires: None,
            status: Some(StatusRef { uri: "np:0".to_owned(), index: 256 + u64::from(noise.next() as u16) % 65_280 }),
            copy: None,
            supersedes: None,
            record: record.clone(),
            photo: None,
        };
        let payload = cwt::encode(&credential, made).expect("the record fits its type");
        let envelope = pack(&cose(&payload, noise));
        Self {
            ours: to_text(&envelope).expect("a text of one symbol").len(),
            hcert: hcert(group, made.group.is_some(), noise),
            payload: payload.len(),
            deflated: deflate::deflate_raw(&payload, dictionary::current()).len(),
            envelope: envelope.len(),
        }
    }
}

/// `COSE_Sign1` with ES256 and an 8-byte kid, key name and signature being noise.
fn cose(payload: &[u8], noise: &mut Noise) -> Vec<u8> {
    let protected = Cbor::Map(vec![(int(1), int(-7)), (int(4), Cbor::Bytes(noise.bytes::<8>().to_vec()))]);
    let message = Cbor::Array(vec![
        Cbor::Bytes(cbor::encode(&protected)),
        Cbor::Map(vec![]),
        Cbor::Bytes(payload.to_vec()),
        Cbor::Bytes(noise.bytes::<64>().to_vec()),
    ]);
    [&[0xd2][..], &cbor::encode(&message)].concat()
}

/// A row of a list as it stands there: columns and values, without the empty ones.
type Cells = Vec<(String, String)>;

/// The rows of a list, those of one household together.
fn plain_rows(list: &Path) -> Vec<Vec<Cells>> {
    let mut csv = csv::Reader::from_path(list).expect("the list was readable before");
    let header = csv.headers().expect("a header").clone();
    let mut groups: Vec<Vec<Cells>> = Vec::new();
    let of_households = header.get(0) == Some("household");
    for row in csv.records() {
        let row = row.expect("a row");
        let cells = header.iter().zip(&row).filter(|(_, value)| !value.is_empty());
        let cells: Cells = cells.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        match groups.last_mut() {
            Some(group) if of_households && group[0][0] == cells[0] => group.push(cells),
            _ => groups.push(vec![cells]),
        }
    }
    groups
}

/// Characters of the same row as an EU Digital COVID Certificate would carry it: claims 1, 4, 6 and −260, the row as
/// strings under its column names and in their order, zlib, Base45, and `HC1:`.
fn hcert(group: &[Cells], households: bool, noise: &mut Noise) -> usize {
    let before = [(int(1), text("KE")), (int(4), int(1_890_000_000)), (int(6), int(1_795_000_000))];
    let mut payload = cbor::encode(&Cbor::Map(before.to_vec()));
    payload[0] = 0xa4;
    payload.extend([0x39, 0x01, 0x03, 0xa1, 0x01]);
    if households {
        payload.push(0x80 + group.len() as u8);
    }
    for cells in group {
        payload.push(0xa0 + cells.len() as u8);
        payload.extend(
            cells.iter().flat_map(|(name, value)| [cbor::encode(&text(name)), cbor::encode(&text(value))].concat()),
        );
    }
    4 + base45::encode(&deflate::deflate_zlib(&cose(&payload, noise))).len()
}

fn native_names(root: &Path, list: &Path) {
    let Some(records) = records(&template(root, "registration"), list) else { return };
    let names: Vec<String> = records.iter().map(|r| r.text("native_name")).filter(|name| !name.is_empty()).collect();
    let letters: usize = names.iter().map(|name| name.chars().count()).sum();
    let utf8: usize = names.iter().map(String::len).sum();
    let short: usize =
        names.iter().map(|name| scsu::encode(name).map_or(name.len(), |s| s.len().min(name.len()))).sum();
    println!(
        "{} native names, {letters} letters: {:.2} bytes a letter as UTF-8, {:.2} as carried, before the dictionary",
        names.len(),
        utf8 as f64 / letters as f64,
        short as f64 / letters as f64
    );
}

/// Numbers that look random and are the same every time (xorshift64*).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }
}
