//! One field ↔ one CBOR item, by the kind of the field (docs/FORMAT.md §2).

use crate::cbor::{Value as Cbor, int, text};
use crate::credential::country::Country;
use crate::credential::date::PartialDate;
use crate::credential::kind::Kind;
use crate::credential::record::{Record, Value};
use crate::credential::types::{Field, Key};

use super::packed::{pack_date, pack_identifier, unpack_date, unpack_identifier};
use super::scsu;

/// The item for `value`, or `None` when the value is not of the field's kind.
pub fn to_cbor(kind: &Kind, value: &Value, members: &[Field]) -> Option<Cbor> {
    Some(match (kind, value) {
        (Kind::Identifier, Value::Text(id)) => pack_identifier(id).map_or_else(|| text(id), Cbor::Bytes),
        (Kind::Text { .. } | Kind::Name, Value::Text(words)) => short_text(words),
        (Kind::Language | Kind::Url, Value::Text(words)) => text(words),
        (Kind::Date { .. }, Value::Date(date)) => pack_date(date).map_or_else(|| text(date.to_string()), int),
        (Kind::Country, Value::Country(country)) => int(country.number()),
        (Kind::Choice(choices), Value::Choice(name)) => int(choices.iter().find(|c| c.name == *name)?.code),
        (Kind::Integer { .. }, Value::Integer(number)) => int(*number),
        (Kind::Members, Value::Members(rows)) => {
            Cbor::Array(rows.iter().map(|row| member_to_cbor(row, members)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The value that `item` holds by `kind`; `None` when it is not such an item.
pub fn from_cbor(kind: &Kind, item: &Cbor, members: &[Field]) -> Option<Value> {
    Some(match (kind, item) {
        (Kind::Identifier, Cbor::Bytes(packed)) => Value::Text(unpack_identifier(packed)?),
        (Kind::Text { .. } | Kind::Name, Cbor::Bytes(short)) => Value::Text(scsu::decode(short)?),
        (Kind::Identifier | Kind::Text { .. } | Kind::Name | Kind::Language | Kind::Url, Cbor::Text(words)) => {
            Value::Text(words.clone())
        }
        (Kind::Date { .. }, Cbor::Integer(number)) => Value::Date(unpack_date(i64::try_from(*number).ok()?)?),
        (Kind::Date { .. }, Cbor::Text(edtf)) => Value::Date(PartialDate::parse(edtf).ok()?),
        (Kind::Country, Cbor::Integer(number)) => Value::Country(Country::from_number(u16::try_from(*number).ok()?)?),
        (Kind::Choice(choices), Cbor::Integer(code)) => {
            // A value that a later version of the type added is shown by its number rather than refused.
            let known = choices.iter().find(|c| i128::from(c.code) == *code);
            Value::Choice(known.map_or_else(|| format!("#{code}"), |c| c.name.clone()))
        }
        (Kind::Integer { .. }, Cbor::Integer(number)) => Value::Integer(i64::try_from(*number).ok()?),
        (Kind::Members, Cbor::Array(rows)) => {
            Value::Members(rows.iter().map(|row| member_from_cbor(row, members)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The value of an item whose field no known type has: shown as it stands.
pub fn from_unknown(item: &Cbor) -> Value {
    match item {
        Cbor::Integer(number) => {
            i64::try_from(*number).map_or_else(|_| Value::Text(number.to_string()), Value::Integer)
        }
        Cbor::Text(words) => Value::Text(words.clone()),
        Cbor::Bytes(bytes) => Value::Text(bytes.iter().map(|b| format!("{b:02x}")).collect()),
        Cbor::Array(items) => {
            Value::Text(items.iter().map(|i| from_unknown(i).to_string()).collect::<Vec<_>>().join(", "))
        }
        _ => Value::Text("(unknown field)".to_owned()),
    }
}

/// UTF-8 or, when that is shorter, the compressed form.
fn short_text(words: &str) -> Cbor {
    match scsu::encode(words) {
        Some(short) if short.len() < words.len() => Cbor::Bytes(short),
        _ => text(words),
    }
}

fn member_key(field: &Field) -> Option<i64> {
    match field.key {
        Key::Own(number) => Some(number),
        Key::Identity(_) | Key::Hcert(_) => None,
    }
}

fn member_to_cbor(row: &Record, members: &[Field]) -> Option<Cbor> {
    row.iter()
        .map(|(column, value)| {
            let field = members.iter().find(|field| field.name == column)?;
            Some((int(member_key(field)?), to_cbor(&field.kind, value, &[])?))
        })
        .collect::<Option<_>>()
        .map(Cbor::Map)
}

fn member_from_cbor(row: &Cbor, members: &[Field]) -> Option<Record> {
    let Cbor::Map(entries) = row else { return None };
    let mut record: Vec<(usize, String, Value)> = Vec::new();
    for (key, item) in entries {
        let Cbor::Integer(key) = key else { return None };
        match members.iter().enumerate().find(|(_, f)| member_key(f).map(i128::from) == Some(*key)) {
            Some((place, field)) => record.push((place, field.name.clone(), from_cbor(&field.kind, item, &[])?)),
            None => record.push((usize::MAX, format!("field_{key}"), from_unknown(item))),
        }
    }
    record.sort_by_key(|(place, _, _)| *place);
    Some(record.into_iter().map(|(_, name, value)| (name, value)).collect())
}
