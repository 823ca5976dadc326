//! Credential + type → what is printed.
//!
//! A signed credential comes in and a [`Certificate`], the view model of `print`, goes out: names in both scripts, the
//! fields with their labels in the document's language and in a second one, and the values as they were signed, with words
//! beside what is a code or is known in part: `Eritrea · ERI`, `1987~ · about 1987`.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::credential::country::Country;
use crate::credential::date::Certainty;
use crate::credential::kind::{Kind, Labels, label_for};
use crate::credential::record::{Record, Value};
use crate::credential::types::{CredentialType, Field};
use crate::credential::{Credential, PhotoFormat};
use crate::format::photo::webp_file;
use crate::print::{Cell, Certificate, Direction, FieldLine, NameLine, Picture, Table, Words};
use crate::symbol::Matrix;

/// Columns that together are a name.
const NAME_COLUMNS: [&str; 5] = ["full_name", "given_names", "family_name", "native_name", "native_language"];

/// Who issues, as it is printed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuerName {
    /// Name of the organisation.
    pub name: String,
    /// Its country.
    pub country: Option<String>,
}

/// The language that the document is printed in: the one that the list says for it, or the holder's own, or the type's.
pub fn language(record: &Record, made: &CredentialType) -> String {
    let of =
        |record: &Record| ["language", "native_language"].map(|c| record.text(c)).into_iter().find(|l| !l.is_empty());
    let of_principal = || principal(record).and_then(of);
    of(record).or_else(of_principal).unwrap_or_else(|| made.language.clone())
}

/// The page for `credential`, in `language`, with its symbols and the face.
pub fn certificate(
    credential: &Credential,
    made: &CredentialType,
    issuer: &IssuerName,
    language: &str,
    symbols: Vec<Matrix>,
    photo: Option<Picture>,
) -> Certificate {
    let record = &credential.record;
    let tongues = Tongues { first: language, second: &made.second_language };
    // The paper of a group is no single member's: its number stands where a holder's name would.
    let grouped = made.members_field().is_some();
    let field_line = |(column, value): (&str, &Value)| {
        let field = made.field(column).filter(|f| f.print && f.kind != Kind::Members)?;
        if grouped && column == made.subject {
            return None;
        }
        Some(FieldLine {
            label: tongues.words(&field.label, &field.name),
            value: tongues.value(field, value),
            direction: direction(&field.kind),
            language: Some(language.to_owned()),
            name: column.to_owned(),
        })
    };
    Certificate {
        language: language.to_owned(),
        second_language: Some(made.second_language.clone()),
        title: tongues.words(&made.title, &made.name),
        names: if grouped {
            vec![NameLine { text: record.text(&made.subject), ..NameLine::default() }]
        } else {
            names(record)
        },
        fields: record.iter().filter_map(field_line).collect(),
        table: made.members_field().and_then(|field| match record.get(&field.name) {
            Some(Value::Members(members)) => Some(table(members, &made.members, tongues)),
            _ => None,
        }),
        photo,
        symbols,
        issuer: issuer.name.clone(),
        issuer_country: issuer.country.as_deref().map(|code| match Country::parse(code) {
            Ok(country) => tongues.country(country),
            Err(_) => code.to_owned(),
        }),
        serial: credential.serial.to_string(),
        issued: day(credential.issued),
        // `exp` is the first second that is no longer valid; people are told the last day that is.
        valid_until: credential
            .expires
            .map(|end| day(end.saturating_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(end))),
        copy: credential.copy,
        supersedes: credential.supersedes.map(|older| older.to_string()),
        attachments: Vec::new(),
    }
}

/// The pixels of a signed photo, for a reprint where nothing better is left.
pub fn signed_picture(format: PhotoFormat, bytes: &[u8]) -> Option<Picture> {
    if format != PhotoFormat::WebP {
        return None;
    }
    let file = webp_file(bytes);
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).ok()?;
    let (width, height) = decoder.dimensions();
    let size = decoder.output_buffer_size().filter(|size| *size <= 4 << 20)?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).ok()?;
    Picture::new(width, height, pixels)
}

/// The day of `at` in UTC.
pub fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// The head of a group, or its first member.
fn principal(record: &Record) -> Option<&Record> {
    let members = record.iter().find_map(|(_, value)| match value {
        Value::Members(members) => Some(members),
        _ => None,
    })?;
    members.iter().find(|member| member.text("relationship") == "principal").or_else(|| members.first())
}

/// The two languages of a paper.
#[derive(Clone, Copy)]
struct Tongues<'a> {
    first: &'a str,
    second: &'a str,
}

impl Tongues<'_> {
    /// A label in both; in English where there is none.
    fn words(self, labels: &Labels, name: &str) -> Words {
        let second = label_for(labels, self.second).or_else(|| label_for(labels, "en"));
        let second = second.map_or_else(|| name.replace('_', " "), ToOwned::to_owned);
        match label_for(labels, self.first) {
            Some(first) => Words::new(first, Some(second)),
            None => Words::one(second),
        }
    }

    /// A value with its words in both languages, so that an official from elsewhere can read it too. What was signed stands
    /// there as it was signed.
    fn value(self, field: &Field, value: &Value) -> String {
        let both = [self.first, self.second];
        match (&field.kind, value) {
            (Kind::Choice(_), _) => joined(both.map(|tongue| Some(field.kind.words(value, tongue)))),
            (_, Value::Country(country)) => self.country(*country),
            (_, Value::Date(date)) => {
                let [first, second] = both.map(|tongue| date.words_in(tongue));
                joined([Some(date.to_string()), first, second.or_else(|| date.words_in("en"))])
            }
            _ => value.to_string(),
        }
    }

    /// A value where there is no room for two languages; an uncertain date says that it is one.
    fn in_table(self, field: &Field, value: &Value) -> String {
        match value {
            Value::Date(date) if date.certainty() != Certainty::Sure => {
                let words = [self.first, self.second, "en"].into_iter().find_map(|tongue| date.words_in(tongue));
                joined([Some(date.to_string()), words])
            }
            _ => field.kind.words(value, self.first),
        }
    }

    /// A country's name in both languages, and its code.
    fn country(self, country: Country) -> String {
        let name = |tongue: &str| country.name_in(tongue).map(ToOwned::to_owned);
        let second = name(self.second).or_else(|| name("en"));
        joined([name(self.first), second, Some(country.to_string())])
    }
}

/// The parts that there are, each once.
fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    let mut told: Vec<String> = Vec::with_capacity(N);
    for part in parts.into_iter().flatten() {
        if !told.contains(&part) {
            told.push(part);
        }
    }
    told.join(" · ")
}

fn direction(kind: &Kind) -> Direction {
    // A country stands there by name.
    if kind.is_left_to_right() && *kind != Kind::Country { Direction::LeftToRight } else { Direction::Auto }
}

fn latin_name(record: &Record) -> NameLine {
    let parts = [record.text("given_names"), record.text("family_name")];
    let joined = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    let (text, column) = if joined.is_empty() {
        (record.text("full_name"), "full_name")
    } else {
        (joined, "given_names and family_name")
    };
    NameLine { text, language: None, column: Some(column) }
}

fn names(record: &Record) -> Vec<NameLine> {
    let language = Some(record.text("native_language")).filter(|language| !language.is_empty());
    let own = NameLine { text: record.text("native_name"), language, column: Some("native_name") };
    [own, latin_name(record)].into_iter().filter(|line| !line.text.is_empty()).collect()
}

/// A column of the table of members: a field, or the name that several fields make.
enum Column<'a> {
    Field(&'a Field),
    LatinName(&'a Field),
    OwnName(&'a Field),
}

fn table(members: &[Record], fields: &[Field], tongues: Tongues<'_>) -> Table {
    let filled = |column: &str| members.iter().any(|member| member.get(column).is_some());
    let columns: Vec<Column<'_>> = fields
        .iter()
        .filter_map(|field| match field.name.as_str() {
            "full_name" => Some(Column::LatinName(field)),
            "native_name" if filled("native_name") => Some(Column::OwnName(field)),
            name if NAME_COLUMNS.contains(&name) || !field.print || !filled(name) => None,
            _ => Some(Column::Field(field)),
        })
        .collect();
    let head = |column: &Column<'_>| match column {
        Column::Field(field) | Column::LatinName(field) | Column::OwnName(field) => {
            tongues.words(&field.label, &field.name)
        }
    };
    let cell = |column: &Column<'_>, member: &Record| match column {
        Column::LatinName(_) => Cell { text: latin_name(member).text, ..Cell::default() },
        Column::OwnName(_) => Cell {
            text: member.text("native_name"),
            language: Some(member.text("native_language")).filter(|tag| !tag.is_empty()),
            ..Cell::default()
        },
        Column::Field(field) => Cell {
            text: member.get(&field.name).map(|value| tongues.in_table(field, value)).unwrap_or_default(),
            direction: direction(&field.kind),
            language: Some(tongues.first.to_owned()),
        },
    };
    Table {
        head: columns.iter().map(head).collect(),
        rows: members.iter().map(|member| columns.iter().map(|column| cell(column, member)).collect()).collect(),
    }
}
