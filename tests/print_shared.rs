//! Every row of the shared lists can be printed, and what a reader copies out of the PDF is what was put in.
//!
//! Runs where `NANSEN_SHARED` says where the lists are; the second half also needs `pdftotext` or `mutool`.

#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use nansen::print::{Book, BookMeta, Certificate, Direction, Fonts, Layout, NameLine, Printer};

const LISTS: [(&str, &str); 3] = [
    ("registration.csv", include_str!("../templates/registration/a4.toml")),
    ("diplomas.csv", include_str!("../templates/diploma/a4.toml")),
    ("training.csv", include_str!("../templates/training/a4.toml")),
];

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("NANSEN_SHARED").map(PathBuf::from);
    if shared.is_none() {
        eprintln!("skipped: NANSEN_SHARED is not set");
    }
    shared
}

type Row = HashMap<String, String>;

fn rows(file: &Path) -> Vec<Row> {
    csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect()
}

fn certificate(row: &Row, sample: &Certificate) -> Certificate {
    let get = |column: &str| row.get(column).cloned().unwrap_or_default();
    let mut names = Vec::new();
    if !get("native_name").is_empty() {
        names.push(NameLine { text: get("native_name"), language: Some(get("native_language")) });
    }
    names.push(NameLine { text: format!("{} {}", get("given_names"), get("family_name")), language: None });
    let mut columns: Vec<_> = row
        .keys()
        .filter(|column| !["given_names", "family_name", "native_name", "native_language"].contains(&column.as_str()))
        .filter(|column| !get(column).is_empty())
        .collect();
    columns.sort();
    let fields =
        columns.iter().map(|column| people::field(column, "", column, &get(column), Direction::Auto)).collect();
    let mut certificate = sample.clone();
    certificate.language = get("native_language");
    certificate.title = people::words("", "Certificate");
    certificate.names = names;
    certificate.fields = fields;
    certificate.photo = None;
    certificate
}

/// What is there, whatever the spaces between.
fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'))
        .collect()
}

#[test]
fn every_row_of_the_lists_prints_and_copies_as_it_was_given() {
    let Some(shared) = shared() else { return };
    let fonts = Fonts::embedded().unwrap();
    let sample = people::registrations().remove(0).1;
    for (file, layout) in LISTS {
        let layout = Layout::from_toml(layout).unwrap();
        let rows = rows(&shared.join("data").join(file));
        let certificates: Vec<_> = rows.iter().map(|row| certificate(row, &sample)).collect();
        let mut book = Book::new(Vec::new(), &BookMeta::default()).unwrap();
        let sheets = Printer::new(&layout, &fonts).sheets(&certificates);
        book.add(&sheets.unwrap_or_else(|error| panic!("{:?}: {error}", certificates[error.index].names))).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let pdf = folder.path().join("list.pdf");
        std::fs::write(&pdf, book.finish().unwrap()).unwrap();
        if let Some(text) = text_of(Command::new("pdftotext").arg(&pdf).arg("-")) {
            compare(&format!("{file}, pdftotext"), &text, &certificates, |page, word| page.contains(word));
        }
        if let Some(text) = text_of(Command::new("mutool").args(["draw", "-q", "-F", "text"]).arg(&pdf)) {
            compare(&format!("{file}, mutool"), &text, &certificates, in_either_order);
        }
    }
}

/// What a reader says a file says; `None` when the reader is not there.
fn text_of(command: &mut Command) -> Option<String> {
    let Ok(output) = command.output() else {
        eprintln!("skipped: {} is not there", command.get_program().display());
        return None;
    };
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Before 1.23, mupdf gives Arabic letters from left to right, as they stand on the page, with the two of a ligature together.
fn in_either_order(page: &str, word: &str) -> bool {
    const LIGATURES: [(&str, &str); 4] = [("لا", "\u{1}"), ("لأ", "\u{2}"), ("لإ", "\u{3}"), ("لآ", "\u{4}")];
    let joined = LIGATURES.iter().fold(word.to_owned(), |word, (pair, mark)| word.replace(pair, mark));
    let back: String = joined.chars().rev().collect();
    let back = LIGATURES.iter().fold(back, |word, (pair, mark)| word.replace(mark, pair));
    page.contains(word) || page.contains(&back)
}

fn compare(file: &str, text: &str, certificates: &[Certificate], has: fn(&str, &str) -> bool) {
    let pages: Vec<_> = text.split('\u{c}').collect();
    assert!(pages.len() >= certificates.len());
    let mut lost = Vec::new();
    let mut count = 0;
    for (page, certificate) in pages.iter().zip(certificates) {
        let page = squeezed(page);
        let names = certificate.names.iter().map(|name| &name.text);
        for wanted in names.chain(certificate.fields.iter().map(|field| &field.value)) {
            count += 1;
            // A long value stands on several lines, and a reader may put those of two columns together.
            if !wanted.split(' ').all(|word| has(&page, &squeezed(word))) {
                lost.push(wanted.clone());
            }
        }
    }
    lost.sort();
    lost.dedup();
    assert!(lost.is_empty(), "{file}: {} of {count} texts do not copy: {lost:?}", lost.len());
}
