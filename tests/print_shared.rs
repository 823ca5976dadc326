//! Every row of the shared lists is printed as the desk prints it, in every layout for a whole sheet, and what a reader
//! copies out of the PDF is what the list says.
//!
//! Runs where `NANSEN_SHARED` says where the lists are; the second half also needs `pdftotext`.

#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;
#[path = "support/print_scripts.rs"]
#[allow(dead_code)]
mod scripts;

use std::path::{Path, PathBuf};
use std::process::Command;

use nansen::credential::record::{Record, Value};
use nansen::credential::types::CredentialType;
use nansen::issue::list::{self, Item};
use nansen::issue::paper;
use nansen::print::{Book, BookMeta, Certificate, Fonts, Layout, Printer};

const LISTS: [(&str, &str); 4] = [
    ("registration.csv", "registration"),
    ("diplomas.csv", "diploma"),
    ("training.csv", "training"),
    ("households.csv", "household"),
];

/// Layouts that show everything a credential says.
const WHOLE_SHEETS: [&str; 2] = ["a4", "letter"];

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("NANSEN_SHARED").map(PathBuf::from);
    if shared.is_none() {
        eprintln!("skipped: NANSEN_SHARED is not set");
    }
    shared
}

fn records(file: &Path, made: &CredentialType) -> Vec<Record> {
    let mut records = Vec::new();
    let bytes = std::fs::read(file).unwrap();
    let today = jiff::civil::date(2026, 11, 21);
    list::read(&bytes[..], made, today, &mut |item| {
        match item {
            Item::Row(row) => records.push(row.record),
            Item::Bad(problems) => panic!("{}: {problems:?}", file.display()),
            Item::Warning(_) => {}
        }
        true
    })
    .unwrap();
    records
}

/// The layouts of a type that are there.
fn layouts(name: &str) -> Vec<Layout> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name);
    let texts =
        WHOLE_SHEETS.iter().filter_map(|sheet| std::fs::read_to_string(folder.join(format!("{sheet}.toml"))).ok());
    texts.map(|text| Layout::from_toml(&text).unwrap()).collect()
}

#[test]
fn every_row_of_the_lists_prints_and_copies_as_it_was_given() {
    let Some(shared) = shared() else { return };
    let fonts = Fonts::embedded().unwrap();
    for (file, name) in LISTS {
        let made = scripts::made(name);
        let records = records(&shared.join("data").join(file), &made);
        let paper = |record: &Record| scripts::paper(&made, record.clone(), &paper::language(record, &made));
        let certificates: Vec<_> = records.iter().map(paper).collect();
        for layout in layouts(name) {
            let Some(text) = copied(&certificates, &layout, &fonts) else { return };
            compare(file, &text, &made, &records);
        }
    }
}

/// What `pdftotext` copies, page by page.
fn copied(certificates: &[Certificate], layout: &Layout, fonts: &Fonts) -> Option<Vec<String>> {
    let mut book = Book::new(Vec::new(), &BookMeta::default()).unwrap();
    let sheets = Printer::new(layout, fonts).sheets(certificates);
    book.add(&sheets.unwrap_or_else(|error| panic!("{:?}: {error}", certificates[error.index].names))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("list.pdf");
    std::fs::write(&pdf, book.finish().unwrap()).unwrap();
    let Ok(output) = Command::new("pdftotext").arg(&pdf).arg("-").output() else {
        eprintln!("skipped: pdftotext is not there");
        return None;
    };
    Some(String::from_utf8(output.stdout).unwrap().split('\u{c}').map(squeezed).collect())
}

/// What is there, whatever the spaces between.
fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'))
        .collect()
}

/// What the paper must show of a value: text as it is, of a choice the English words.
fn shown(made: &CredentialType, record: &Record) -> Vec<String> {
    let mut all = Vec::new();
    for (column, value) in record.iter() {
        let field = made.field(column).or_else(|| made.members.iter().find(|field| field.name == column));
        match value {
            Value::Members(members) => all.extend(members.iter().flat_map(|member| member_shown(made, member))),
            _ if column == "native_language" => {}
            Value::Choice(_) => all.extend(field.map(|field| field.kind.words(value, "en"))),
            _ => all.push(value.to_string()),
        }
    }
    all
}

/// A member's row has no room for a second language: choices stand there in the document's own.
fn member_shown(made: &CredentialType, member: &Record) -> Vec<String> {
    let mut plain = Record::new();
    for (column, value) in member.iter().filter(|(_, value)| !matches!(value, Value::Choice(_))) {
        plain.set(column, value.clone());
    }
    shown(made, &plain)
}

/// Whether a word is there, whole or on two lines: scripts without spaces are broken between words.
fn has(page: &str, word: &str) -> bool {
    let cuts = word.char_indices().skip(1).filter(|_| !word.is_ascii());
    page.contains(word) || cuts.map(|(cut, _)| word.split_at(cut)).any(|(a, b)| page.contains(a) && page.contains(b))
}

fn compare(file: &str, pages: &[String], made: &CredentialType, records: &[Record]) {
    assert!(pages.len() >= records.len());
    let mut lost = Vec::new();
    let mut count = 0;
    for (page, record) in pages.iter().zip(records) {
        for wanted in shown(made, record) {
            count += 1;
            // A long value stands on several lines, and a reader may put those of two columns together.
            if !wanted.split([' ', '-']).all(|word| has(page, &squeezed(word))) {
                lost.push(wanted.clone());
            }
        }
    }
    lost.sort();
    lost.dedup();
    assert!(count > 5 * records.len(), "{file}: only {count} texts");
    assert!(lost.is_empty(), "{file}: {} of {count} texts do not copy: {lost:?}", lost.len());
}
