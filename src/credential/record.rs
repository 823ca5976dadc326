//! The values of one credential, by column name.

use std::fmt;

use super::country::Country;
use super::date::PartialDate;

/// A value that has been checked against the kind of its field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Text, name, identifier, language tag or address; NFC.
    Text(String),
    /// A date.
    Date(PartialDate),
    /// A country or nationality.
    Country(Country),
    /// The name of a value of a closed list.
    Choice(String),
    /// A whole number.
    Integer(i64),
    /// Rows of a group.
    Members(Vec<Record>),
}

impl fmt::Display for Value {
    /// As it would stand in a list; the members of a group have no text of their own and show their number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Choice(text) => f.write_str(text),
            Self::Date(date) => date.fmt(f),
            Self::Country(country) => country.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Members(members) => write!(f, "{}", members.len()),
        }
    }
}

/// Values by column name, in the order of the type's fields. Empty fields are left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Record(Vec<(String, Value)>);

impl Record {
    /// A record without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces the value of `column`.
    pub fn set(&mut self, column: &str, value: Value) {
        match self.0.iter_mut().find(|(name, _)| name == column) {
            Some((_, old)) => *old = value,
            None => self.0.push((column.to_owned(), value)),
        }
    }

    /// The value of `column`.
    pub fn get(&self, column: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == column).map(|(_, value)| value)
    }

    /// The value of `column` as text, empty when there is none.
    pub fn text(&self, column: &str) -> String {
        self.get(column).map(ToString::to_string).unwrap_or_default()
    }

    /// Columns and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether no field has a value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The `claims` object of the command line's contract: every value as the text that a list would hold, members as
    /// objects of their own.
    pub fn to_json(&self) -> serde_json::Value {
        let entry = |(name, value): &(String, Value)| {
            let value = match value {
                Value::Members(members) => members.iter().map(Self::to_json).collect(),
                other => serde_json::Value::String(other.to_string()),
            };
            (name.clone(), value)
        };
        serde_json::Value::Object(self.0.iter().map(entry).collect())
    }
}

impl FromIterator<(String, Value)> for Record {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}
