//! The sample lists beside the built-in types: every cell is good, and every row can be written in its type's format.

use jiff::Timestamp;
use jiff::civil::Date;
use nansen::credential::country::Country;
use nansen::credential::types::{CredentialType, Field, Types};
use nansen::credential::{Credential, Record, Serial, Value};
use nansen::format::{Format, Issuer, preview, write};

const NAMES: [&str; 5] = ["registration", "diploma", "training", "household", "vaccination"];
const TODAY: Date = Date::constant(2026, 11, 21);

fn made(name: &str) -> CredentialType {
    let path = format!("{}/templates/{name}/type.toml", env!("CARGO_MANIFEST_DIR"));
    CredentialType::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn rows(name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let path = format!("{}/templates/{name}/sample.csv", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().iter().map(ToOwned::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect());
    (header, rows.collect())
}

fn record(fields: &[Field], header: &[String], row: &[String]) -> Record {
    let cell = |field: &Field| {
        let at = header.iter().position(|column| *column == field.name)?;
        let value = field.kind.parse(&row[at], TODAY).unwrap_or_else(|error| panic!("{}: {error}", field.name))?;
        Some((field.name.clone(), value))
    };
    fields.iter().filter_map(cell).collect()
}

/// The records of a list; the rows of a group become one.
fn records(made: &CredentialType) -> Vec<Record> {
    let (header, rows) = rows(&made.name);
    let known =
        |column: &String| made.field(column).is_some() || made.members.iter().any(|field| field.name == *column);
    assert!(header.iter().all(known), "{header:?}");
    let Some(members) = made.members_field() else {
        return rows.iter().map(|row| record(&made.fields, &header, row)).collect();
    };
    let mut groups: Vec<Record> = Vec::new();
    for row in &rows {
        let outer = record(&made.fields, &header, row);
        let member = record(&made.members, &header, row);
        let known = groups.iter_mut().find(|group| group.get(&made.subject) == outer.get(&made.subject));
        if let Some(group) = known {
            let Some(Value::Members(all)) = group.get(&members.name) else { panic!("members") };
            let all = all.iter().cloned().chain([member]).collect();
            group.set(&members.name, Value::Members(all));
        } else {
            let mut group = outer;
            group.set(&members.name, Value::Members(vec![member]));
            groups.push(group);
        }
    }
    groups
}

#[test]
fn every_sample_row_survives_in_the_format_of_its_type() {
    let mut types = Types::new();
    for name in NAMES {
        types.add(made(name));
    }
    let issuer = Issuer { name: "Kakuma desk", country: Some(Country::parse("KEN").unwrap()) };
    for made in types.iter() {
        let records = records(made);
        assert!(records.len() >= 2, "{}", made.name);
        for record in records {
            for field in made.fields.iter().filter(|field| field.required) {
                assert!(record.get(&field.name).is_some(), "{}: {}", made.name, field.name);
            }
            let credential = Credential {
                type_name: made.name.clone(),
                serial: Serial::from_bytes([1, 2, 3, 4, 5]),
                issued: Timestamp::constant(1_795_000_000, 0),
                not_before: None,
                expires: None,
                status: None,
                copy: None,
                supersedes: None,
                record,
                photo: None,
            };
            let format = Format::from(made.wire);
            let written = write(format, &credential, made, &issuer).unwrap();
            assert_eq!(written.dropped, [""; 0]);
            let seen = preview(format, &written.payload, &types).unwrap();
            assert_eq!(seen.record, credential.record);
            assert_eq!(seen.type_name.as_deref(), Some(made.name.as_str()));
        }
    }
}

#[test]
fn no_label_of_a_choice_means_two_values() {
    for name in NAMES {
        let made = made(name);
        for field in made.fields.iter().chain(&made.members) {
            let nansen::credential::kind::Kind::Choice(choices) = &field.kind else { continue };
            for choice in choices {
                for label in choice.label.values() {
                    let named = field.kind.parse(label, TODAY).unwrap().unwrap();
                    assert_eq!(named, Value::Choice(choice.name.clone()), "{name}: {}: {label}", field.name);
                }
            }
        }
    }
}
