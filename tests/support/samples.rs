//! The built-in types, and the records of their sample lists.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use nansen::credential::country::Country;
use nansen::credential::types::{CredentialType, Field};
use nansen::credential::{Credential, Record, Serial, Value};
use nansen::format::Issuer;

/// The day of issue.
pub const TODAY: Date = Date::constant(2026, 11, 21);

/// A built-in type.
pub fn made(name: &str) -> CredentialType {
    let path = format!("{}/templates/{name}/type.toml", env!("CARGO_MANIFEST_DIR"));
    CredentialType::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Where the sample list of a type lies.
pub fn list(name: &str) -> String {
    format!("{}/templates/{name}/sample.csv", env!("CARGO_MANIFEST_DIR"))
}

fn rows(list: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(list).unwrap();
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
pub fn records(made: &CredentialType, list: &Path) -> Vec<Record> {
    let (header, rows) = rows(list);
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

/// The issuer of the samples.
pub fn issuer() -> Issuer<'static> {
    Issuer { name: "Kakuma desk", country: Some(Country::parse("KEN").unwrap()) }
}

/// A credential with this record; `number` makes its serial.
pub fn credential(made: &CredentialType, record: Record, number: u32) -> Credential {
    let [a, b, c, d] = number.to_be_bytes();
    Credential {
        type_name: made.name.clone(),
        serial: Serial::from_bytes([0x5a, a, b, c, d]),
        issued: Timestamp::constant(1_795_000_000, 0),
        not_before: None,
        expires: None,
        status: None,
        copy: None,
        supersedes: None,
        record,
        photo: None,
    }
}
