//! A register's entry → the record that was printed, so that a reprint says the same.

use serde_json::Value as Json;

use crate::credential::kind::Kind;
use crate::credential::record::{Record, Value};
use crate::credential::types::{CredentialType, Field};

/// Reads what [`Record::to_json`] wrote; `None` when a value no longer fits the type.
pub fn record_from_json(json: &Json, made: &CredentialType) -> Option<Record> {
    record(json, &made.fields, &made.members)
}

fn record(json: &Json, fields: &[Field], members: &[Field]) -> Option<Record> {
    let mut record = Record::new();
    for (column, value) in json.as_object()? {
        let field = fields.iter().find(|field| field.name == *column)?;
        let value = match (&field.kind, value) {
            (Kind::Members, Json::Array(rows)) => {
                Value::Members(rows.iter().map(|row| self::record(row, members, &[])).collect::<Option<_>>()?)
            }
            // What was in the past when it was issued still is: any late day will do.
            (kind, Json::String(cell)) => kind.parse(cell, jiff::civil::Date::constant(2999, 12, 31)).ok()??,
            _ => return None,
        };
        record.set(column, value);
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_printed_once_is_printed_again() {
        let made = CredentialType::parse(include_str!("../../templates/household/type.toml")).unwrap();
        let json = serde_json::json!({"household": "HH-1", "members": [
            {"individual_id": "K-1", "given_names": "Amina", "date_of_birth": "1987~", "relationship": "principal"}]});
        let record = record_from_json(&json, &made).unwrap();
        assert_eq!(record.to_json(), json);
        assert_eq!(record_from_json(&serde_json::json!({"shoe_size": "42"}), &made), None);
    }
}
