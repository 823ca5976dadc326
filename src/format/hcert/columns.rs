//! DCC → record: under the columns of the type that is written as such a DCC, or under columns of our own.

use crate::cbor::{Value as Cbor, get_text};
use crate::credential::country::Country;
use crate::credential::date::PartialDate;
use crate::credential::kind::Kind;
use crate::credential::types::{CredentialType, Key, Types, Wire};
use crate::credential::{Record, Value};
use crate::format::alpha2::country_of_alpha2;
use crate::format::claims::{kind_of, shown};

use super::Group;
use super::uvci::Uvci;

/// What a DCC says.
pub struct Columns {
    pub type_name: String,
    pub serial: Option<String>,
    pub record: Record,
}

/// Where the certificate identifier stands in each group.
pub const CERTIFICATE_ID: &str = "ci";

/// What the fields of a DCC are called when no known type has names for them.
const NAMES: [(&str, &str); 3] = [("nam.gn", "given_names"), ("nam.fn", "family_name"), ("dob", "date_of_birth")];
const VACCINATION: [(&str, &str); 10] = [
    ("v.tg", "disease"),
    ("v.vp", "vaccine"),
    ("v.mp", "product"),
    ("v.ma", "manufacturer"),
    ("v.dn", "dose"),
    ("v.sd", "doses"),
    ("v.dt", "date"),
    ("v.co", "country"),
    ("v.is", "certificate_issuer"),
    ("v.ci", "certificate_id"),
];
const TEST: [(&str, &str); 11] = [
    ("t.tg", "disease"),
    ("t.tt", "test_type"),
    ("t.nm", "test_name"),
    ("t.ma", "test_device"),
    ("t.sc", "sampled_at"),
    ("t.dr", "result_at"),
    ("t.tr", "result"),
    ("t.tc", "test_centre"),
    ("t.co", "country"),
    ("t.is", "certificate_issuer"),
    ("t.ci", "certificate_id"),
];
const RECOVERY: [(&str, &str); 7] = [
    ("r.tg", "disease"),
    ("r.fr", "first_positive"),
    ("r.df", "valid_from"),
    ("r.du", "valid_until"),
    ("r.co", "country"),
    ("r.is", "certificate_issuer"),
    ("r.ci", "certificate_id"),
];

/// Names of the codes of tests (eHN "Value Sets for Digital COVID Certificates" 1.14, §2.1, §2.7, §2.9).
const CODES: [(&str, &str); 5] = [
    ("840539006", "covid-19"),
    ("LP6464-4", "nucleic acid amplification"),
    ("LP217198-3", "rapid immunoassay"),
    ("260415000", "not detected"),
    ("260373001", "detected"),
];

/// The first entry of a group.
pub fn entry(dcc: &[(Cbor, Cbor)], group: Group) -> Option<&[(Cbor, Cbor)]> {
    match get_text(dcc, group.key()) {
        Some(Cbor::Array(entries)) => match entries.first() {
            Some(Cbor::Map(entry)) => Some(entry),
            _ => None,
        },
        _ => None,
    }
}

/// Reads the columns of `group`.
pub fn read(dcc: &[(Cbor, Cbor)], group: Group, types: &Types) -> Columns {
    let identifier = match at(dcc, group, &format!("{}.{CERTIFICATE_ID}", group.key())) {
        Some(Cbor::Text(identifier)) => Some(shown(identifier)),
        _ => None,
    };
    let own = identifier.as_deref().and_then(Uvci::parse);
    let (type_name, mut record) = match type_of(group, types) {
        Some(made) => (made.name.clone(), typed(dcc, group, made, own.as_ref())),
        None => (group.to_string(), untyped(dcc, group)),
    };
    // Some issuers give the standardised name only.
    for (column, path) in [("given_names", "nam.gnt"), ("family_name", "nam.fnt")] {
        if let (None, Some(Cbor::Text(name))) = (record.get(column), at(dcc, group, path)) {
            record.set(column, Value::Text(shown(name).replace('<', " ")));
        }
    }
    let serial = own.map(|own| own.serial.to_string()).or(identifier);
    Columns { type_name, serial, record }
}

fn type_of(group: Group, types: &Types) -> Option<&CredentialType> {
    let of_group = |key: &Key| matches!(key, Key::Hcert(path) if path.split('.').next() == Some(group.key()));
    types.iter().find(|made| made.wire == Wire::Hcert && made.fields.iter().any(|field| of_group(&field.key)))
}

fn typed(dcc: &[(Cbor, Cbor)], group: Group, made: &CredentialType, own: Option<&Uvci>) -> Record {
    let value = |path: &str, kind: &Kind| match own {
        Some(own) if path.split('.').nth(1) == Some(CERTIFICATE_ID) => Some(Value::Text(own.number.clone())),
        _ => value(kind, at(dcc, group, path)?),
    };
    made.fields
        .iter()
        .filter_map(|field| match &field.key {
            Key::Hcert(path) => Some((field.name.clone(), value(path, &field.kind)?)),
            _ => None,
        })
        .collect()
}

fn untyped(dcc: &[(Cbor, Cbor)], group: Group) -> Record {
    let columns: &[(&str, &str)] = match group {
        Group::Vaccination => &VACCINATION,
        Group::Test => &TEST,
        Group::Recovery => &RECOVERY,
        Group::Other => &[],
    };
    let kind = |path: &str| match path.split_once('.').map_or(path, |(_, name)| name) {
        "dob" | "dt" | "fr" | "df" | "du" => Kind::Date { past: false },
        "co" => Kind::Country,
        "dn" | "sd" => Kind::Integer { min: 0, max: i64::MAX },
        _ => Kind::Name,
    };
    NAMES
        .iter()
        .chain(columns)
        .filter_map(|(path, column)| Some(((*column).to_owned(), value(&kind(path), at(dcc, group, path)?)?)))
        .map(|(column, value)| match &value {
            Value::Text(code) => {
                let known =
                    CODES.iter().find(|(known, _)| known == code).map(|(_, name)| Value::Choice((*name).into()));
                (column, known.unwrap_or(value))
            }
            _ => (column, value),
        })
        .collect()
}

/// The item under a path such as `v.tg`, `nam.fn` or `dob`.
fn at<'a>(dcc: &'a [(Cbor, Cbor)], group: Group, path: &str) -> Option<&'a Cbor> {
    match path.split_once('.') {
        None => get_text(dcc, path),
        Some(("nam", name)) => match get_text(dcc, "nam") {
            Some(Cbor::Map(names)) => get_text(names, name),
            _ => None,
        },
        Some((key, name)) if key == group.key() => get_text(entry(dcc, group)?, name),
        Some(_) => None,
    }
}

/// The value of an item by the kind of its field. What is not of the kind is shown as it stands.
fn value(kind: &Kind, item: &Cbor) -> Option<Value> {
    let text = match item {
        Cbor::Null => return None,
        Cbor::Integer(number) => {
            return Some(i64::try_from(*number).map_or_else(|_| Value::Text(number.to_string()), Value::Integer));
        }
        Cbor::Text(text) if text.is_empty() => return None,
        Cbor::Text(text) => text,
        other => return Some(Value::Text(format!("({})", kind_of(other)))),
    };
    let typed = match kind {
        Kind::Date { .. } => {
            // A time of day behind the date is seen in the field.
            let day = text.split_once('T').map_or(text.as_str(), |(day, _)| day);
            PartialDate::parse(day).ok().map(Value::Date)
        }
        Kind::Country => country_of_alpha2(text).or_else(|| Country::parse(text).ok()).map(Value::Country),
        Kind::Choice(choices) => choices
            .iter()
            .find(|choice| choice.wire.as_ref().unwrap_or(&choice.name) == text)
            .map(|choice| Value::Choice(choice.name.clone())),
        _ => None,
    };
    Some(typed.unwrap_or_else(|| Value::Text(shown(text))))
}
