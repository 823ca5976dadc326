//! The words of the program's own types and tables: all there in every language, printable, and no two choices alike.

#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;
#[path = "support/print_scripts.rs"]
#[allow(dead_code)]
mod scripts;

use std::collections::{BTreeMap, BTreeSet};

use nansen::credential::kind::{Kind, Labels};
use nansen::credential::types::Field;
use nansen::print::{FieldLine, Fonts, Layout, Problem, SymbolPlan, Words, preflight};

const TYPES: [&str; 5] = ["registration", "diploma", "training", "household", "vaccination"];

fn tags(labels: &Labels) -> BTreeSet<&str> {
    labels.keys().map(String::as_str).collect()
}

/// Every label of a type's fields and of their choices, with what it belongs to.
fn labels(fields: &[Field]) -> Vec<(String, &Labels)> {
    let mut all = Vec::new();
    for field in fields {
        all.push((field.name.clone(), &field.label));
        if let Kind::Choice(choices) = &field.kind {
            all.extend(choices.iter().map(|choice| (format!("{} {}", field.name, choice.name), &choice.label)));
        }
    }
    all
}

#[test]
fn a_language_that_has_a_title_has_every_label_and_the_fixed_words() {
    for name in TYPES {
        let made = scripts::made(name);
        let layout = Layout::from_toml(scripts::layout(name)).unwrap();
        let titles = tags(&made.title);
        assert_eq!(titles, layout.languages().collect(), "{name}: the title against words.toml");
        for (what, labels) in labels(&made.fields).into_iter().chain(labels(&made.members)) {
            // Trade names and makers have one name everywhere.
            if tags(labels) != BTreeSet::from(["en"]) {
                assert_eq!(tags(labels), titles, "{name}: {what}");
            }
            assert!(labels.values().all(|label| !label.trim().is_empty()), "{name}: {what}");
        }
    }
}

#[test]
fn no_two_choices_of_a_field_are_called_the_same() {
    for name in TYPES {
        let made = scripts::made(name);
        for field in made.fields.iter().chain(&made.members) {
            let Kind::Choice(choices) = &field.kind else { continue };
            let mut known = BTreeMap::new();
            for choice in choices {
                for (language, label) in &choice.label {
                    let before = known.insert((language, label.to_lowercase()), &choice.name);
                    assert_eq!(before, None, "{name} {}: {label} is {} too", field.name, choice.name);
                }
            }
        }
    }
}

/// Sets every text as a field, and says which characters cannot be printed.
fn unprintable(language: &str, texts: &[&str]) -> Vec<Problem> {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(scripts::layout("registration")).unwrap();
    let mut certificate = people::registrations().remove(0).1;
    language.clone_into(&mut certificate.language);
    let field = |text: &&str| FieldLine {
        label: Words::one(*text),
        value: (*text).to_owned(),
        name: (*text).to_owned(),
        language: Some(language.to_owned()),
        ..FieldLine::default()
    };
    let mut found = Vec::new();
    for texts in texts.chunks(150) {
        certificate.fields = texts.iter().map(field).collect();
        found.extend(preflight(&certificate, &layout, &fonts, Some(SymbolPlan::version(10))).err().unwrap_or_default());
    }
    found.retain(|problem| !matches!(problem, Problem::Overflow(_)));
    found
}

#[test]
fn every_label_can_be_printed() {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in TYPES {
        let made = scripts::made(name);
        let all = labels(&made.fields).into_iter().chain(labels(&made.members));
        for labels in all.map(|(_, labels)| labels).chain([&made.title]) {
            for (language, label) in labels {
                texts.entry(language.clone()).or_default().insert(label.clone());
            }
        }
    }
    for (language, texts) in texts {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(unprintable(&language, &texts), [], "{language}");
    }
}

#[test]
fn every_name_of_a_country_and_every_word_for_a_date_can_be_printed() {
    for table in [include_str!("../templates/countries.tsv"), include_str!("../templates/dates.tsv")] {
        let mut lines = table.lines().filter(|line| !line.starts_with('#'));
        let languages: Vec<&str> = lines.next().unwrap().split('\t').collect();
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
        for (column, language) in languages.iter().enumerate().skip(1) {
            let texts: Vec<&str> =
                rows.iter().filter_map(|row| row.get(column)).copied().filter(|text| !text.is_empty()).collect();
            assert_eq!(unprintable(language, &texts), [], "{language}");
        }
    }
}

#[test]
fn what_is_a_code_or_known_in_part_has_words_beside_it_in_both_languages() {
    let certificate = scripts::registration(&scripts::SAMPLES[0]);
    let value = |name: &str| certificate.fields.iter().find(|field| field.name == name).unwrap().value.clone();
    assert_eq!(value("date_of_birth"), "1987-03 · mars 1987 · March 1987");
    assert_eq!(value("arrival_date"), "2024~ · environ 2024 · about 2024");
    assert_eq!(value("nationality"), "République démocratique du Congo · Democratic Republic of the Congo · COD");
    assert_eq!(value("legal_status"), "Demandeur d’asile · Asylum-seeker");
    assert_eq!(value("individual_id"), "KEN-82C00001");
    assert_eq!(certificate.issuer_country.as_deref(), Some("Kenya · KEN"));
}

#[test]
fn a_paper_can_have_any_pair_of_languages() {
    let mut made = scripts::made("registration");
    made.second_language = "fr".to_owned();
    let record = scripts::record(&made.fields, &[("individual_id", "KEN-1"), ("nationality", "ERI")]);
    let paper = scripts::paper(&made, record.clone(), "ar");
    assert_eq!((paper.title.first(), paper.title.second()), ("شهادة تسجيل", Some("Attestation d’enregistrement")));
    assert_eq!(paper.fields[1].value, "إريتريا · Érythrée · ERI");
    let paper = scripts::paper(&made, record, "fr");
    assert_eq!((paper.title.first(), paper.title.second()), ("Attestation d’enregistrement", None));
}
