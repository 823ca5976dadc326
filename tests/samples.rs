//! The sample lists beside the built-in types: every cell is good, and every row can be written in its type's format.

use std::path::Path;

use nansen::credential::kind::Kind;
use nansen::credential::{Types, Value};
use nansen::format::{Format, preview, write};

#[path = "support/samples.rs"]
mod samples;

use samples::{TODAY, credential, issuer, list, made, records};

/// The built-in types.
const NAMES: [&str; 5] = ["registration", "diploma", "training", "household", "vaccination"];
/// All of them.
fn types() -> Types {
    let mut types = Types::new();
    for name in NAMES {
        types.add(made(name));
    }
    types
}

#[test]
fn every_sample_row_survives_in_the_format_of_its_type() {
    let types = types();
    for made in types.iter() {
        let records = records(made, Path::new(&list(&made.name)));
        assert!(records.len() >= 2, "{}", made.name);
        for record in records {
            for field in made.fields.iter().filter(|field| field.required) {
                assert!(record.get(&field.name).is_some(), "{}: {}", made.name, field.name);
            }
            let credential = credential(made, record, 1);
            let format = Format::from(made.wire);
            let written = write(format, &credential, made, &issuer()).unwrap();
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
            let Kind::Choice(choices) = &field.kind else { continue };
            for choice in choices {
                for label in choice.label.values() {
                    let named = field.kind.parse(label, TODAY).unwrap().unwrap();
                    assert_eq!(named, Value::Choice(choice.name.clone()), "{name}: {}: {label}", field.name);
                }
            }
        }
    }
}
