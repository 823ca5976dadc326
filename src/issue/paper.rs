//! Credential + type → what is printed.
//!
//! A signed credential comes in and a [`Certificate`], the view model of `print`, goes out: names in both scripts, the
//! fields with their labels in the document's language and in English, dates and numbers as they stand in the list.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::credential::kind::{Kind, Labels};
use crate::credential::record::{Record, Value};
use crate::credential::types::{CredentialType, Field};
use crate::credential::{Credential, PhotoFormat};
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
    // The paper of a group is no single member's: its number stands where a holder's name would.
    let grouped = made.members_field().is_some();
    let field_line = |(column, value): (&str, &Value)| {
        let field = made.field(column).filter(|f| f.print && f.kind != Kind::Members)?;
        if grouped && column == made.subject {
            return None;
        }
        Some(FieldLine {
            label: words(&field.label, language, &field.name),
            value: printed_value(field, value, language),
            direction: direction(&field.kind),
            name: column.to_owned(),
        })
    };
    Certificate {
        language: language.to_owned(),
        title: words(&made.title, language, &made.name),
        names: if grouped {
            vec![NameLine { text: record.text(&made.subject), language: None }]
        } else {
            names(record)
        },
        fields: record.iter().filter_map(field_line).collect(),
        table: made.members_field().and_then(|field| match record.get(&field.name) {
            Some(Value::Members(members)) => Some(table(members, &made.members, language)),
            _ => None,
        }),
        photo,
        symbols,
        issuer: issuer.name.clone(),
        issuer_country: issuer.country.clone(),
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

/// A WebP file around a bare VP8 frame (the container is left out of the symbol).
pub fn webp_file(frame: &[u8]) -> Vec<u8> {
    let padded = frame.len() + frame.len() % 2;
    let mut file = b"RIFF".to_vec();
    file.extend((padded as u32 + 12).to_le_bytes());
    file.extend(b"WEBPVP8 ");
    file.extend((frame.len() as u32).to_le_bytes());
    file.extend(frame);
    file.resize(20 + padded, 0);
    file
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

fn words(labels: &Labels, language: &str, name: &str) -> Words {
    let english = labels.get("en").cloned().unwrap_or_else(|| name.replace('_', " "));
    let primary = language.split('-').next().unwrap_or_default();
    // Rohingya in Bengali letters is read by who reads Bengali.
    let nearest = if primary == "rhg" { "bn" } else { primary };
    let local = labels.get(language).or_else(|| labels.get(primary)).or_else(|| labels.get(nearest));
    Words { local: local.filter(|local| **local != english).cloned(), english }
}

/// A choice in the document's language and in English, so that an official from elsewhere can read it too.
fn printed_value(field: &Field, value: &Value, language: &str) -> String {
    let (local, english) = (field.kind.words(value, language), field.kind.words(value, "en"));
    if local == english { english } else { format!("{local} · {english}") }
}

fn direction(kind: &Kind) -> Direction {
    if kind.is_left_to_right() { Direction::LeftToRight } else { Direction::Auto }
}

fn latin_name(record: &Record) -> String {
    let parts = [record.text("given_names"), record.text("family_name")];
    let joined = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    if joined.is_empty() { record.text("full_name") } else { joined }
}

fn names(record: &Record) -> Vec<NameLine> {
    let own = record.text("native_name");
    let language = Some(record.text("native_language")).filter(|language| !language.is_empty());
    let own = NameLine { text: own, language };
    let latin = NameLine { text: latin_name(record), language: None };
    [own, latin].into_iter().filter(|line| !line.text.is_empty()).collect()
}

/// A column of the table of members: a field, or the name that several fields make.
enum Column<'a> {
    Field(&'a Field),
    LatinName(&'a Field),
    OwnName(&'a Field),
}

fn table(members: &[Record], fields: &[Field], language: &str) -> Table {
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
            words(&field.label, language, &field.name)
        }
    };
    let cell = |column: &Column<'_>, member: &Record| match column {
        Column::LatinName(_) => Cell { text: latin_name(member), ..Cell::default() },
        Column::OwnName(_) => Cell {
            text: member.text("native_name"),
            language: Some(member.text("native_language")).filter(|tag| !tag.is_empty()),
            ..Cell::default()
        },
        Column::Field(field) => Cell {
            text: member.get(&field.name).map(|value| field.kind.words(value, language)).unwrap_or_default(),
            direction: direction(&field.kind),
            language: None,
        },
    };
    Table {
        head: columns.iter().map(head).collect(),
        rows: members.iter().map(|member| columns.iter().map(|column| cell(column, member)).collect()).collect(),
    }
}
