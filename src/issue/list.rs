//! A list of people → checked records.
//!
//! CSV comes in (RFC 4180, also with semicolons or tabs, byte order mark and CRLF), row by row, however large; one
//! [`Item`] per row, or per group of rows for types with members, goes out. A bad row is told by line and column, with
//! what was found and what was wanted, and the next row is read.

mod problem;

use std::collections::HashMap;
use std::io::Read;

use jiff::civil::Date;

use super::photo::Crop;
use super::source::{Source, SourceError};
use super::subject::{Digest, digest};
use crate::credential::record::{Record, Value};
use crate::credential::transliterate::to_latin;
use crate::credential::types::{CredentialType, Field};

pub use problem::{Fault, ListError, Problem};

/// The column that names a photo's file, for types that have no field of this name.
pub const PHOTO: &str = "photo";
/// The column with the part of the photo that shows the face.
pub const PHOTO_CROP: &str = "photo_crop";

/// A row, or a group of rows, without a fault.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Place among the rows of data, from 1; of a group the first row's.
    pub number: u64,
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    /// The values.
    pub record: Record,
    /// The photo's file, as the list names it.
    pub photo: Option<String>,
    /// The part of the photo that the operator has chosen.
    pub crop: Option<Crop>,
}

/// What reading goes on to after one row.
#[derive(Debug)]
pub enum Item {
    /// A good row or group.
    Row(Row),
    /// The faults of one row; it is left out.
    Bad(Vec<Problem>),
    /// Something to look at that stops nothing.
    Warning(String),
}

/// Reads `input` as a list of `made` and hands every item to `sink`, which may stop the reading by returning `false`.
/// `today` is the day of issue. Returns how many rows of data were read.
pub fn read<R: Read>(
    input: R,
    made: &CredentialType,
    today: Date,
    sink: &mut dyn FnMut(Item) -> bool,
) -> Result<u64, ListError> {
    let source = Source::open(input)?;
    let mut csv =
        csv::ReaderBuilder::new().delimiter(source.separator).flexible(true).has_headers(false).from_reader(source);
    let mut raw = csv::ByteRecord::new();
    if !csv.read_byte_record(&mut raw).map_err(|source| ListError::Csv { line: 1, source })? {
        return Err(SourceError::Empty.into());
    }
    csv.get_mut().row_ended();
    let header = Header::read(&raw, made, sink)?;
    let mut reading = Reading { made, header, today, seen: HashMap::new(), people: HashMap::new(), group: None };
    let mut rows = 0;
    loop {
        let line = csv.position().line();
        let more = csv.read_byte_record(&mut raw).map_err(|source| ListError::Csv { line, source })?;
        csv.get_mut().row_ended();
        if !more {
            break;
        }
        let line = raw.position().map_or(line, csv::Position::line);
        if raw.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) {
            continue;
        }
        rows += 1;
        if !reading.row(&raw, rows, line, sink)? {
            return Ok(rows);
        }
    }
    reading.end_group(sink);
    if rows == 0 { Err(ListError::NoRows) } else { Ok(rows) }
}

/// Where the columns of a type stand in the list.
struct Header {
    /// For every column of the list the field, and whether it is a member's.
    columns: Vec<Option<(Field, bool)>>,
    names: Vec<String>,
}

impl Header {
    fn read(
        raw: &csv::ByteRecord,
        made: &CredentialType,
        sink: &mut dyn FnMut(Item) -> bool,
    ) -> Result<Self, ListError> {
        let mut names: Vec<String> = Vec::new();
        for cell in raw {
            let name = utf8(cell, 1, "header")?.trim().to_lowercase();
            if !name.is_empty() && names.contains(&name) {
                return Err(ListError::ColumnTwice { column: name });
            }
            names.push(name);
        }
        let find = |name: &String| {
            let own = made.fields.iter().find(|field| field.name == *name).map(|field| (field.clone(), false));
            own.or_else(|| made.members.iter().find(|field| field.name == *name).map(|field| (field.clone(), true)))
        };
        let columns: Vec<_> = names.iter().map(find).collect();
        let needed = |fields: &[Field]| {
            let needed = fields.iter().filter(|f| f.required && f.kind != crate::credential::kind::Kind::Members);
            needed.map(|f| f.name.clone()).filter(|name| !names.contains(name)).collect::<Vec<_>>()
        };
        let mut missing = needed(&made.fields);
        missing.extend(needed(&made.members));
        if !made.any_of.is_empty() && !made.any_of.iter().any(|name| names.contains(name)) {
            missing.push(made.any_of.join(" or "));
        }
        if !missing.is_empty() {
            return Err(ListError::MissingColumns { missing: missing.join(", "), found: names.join(", ") });
        }
        for (name, column) in names.iter().zip(&columns) {
            let on_photo = name == PHOTO || name == PHOTO_CROP;
            if column.is_none() && !name.is_empty() && !on_photo {
                sink(Item::Warning(format!(
                    "line 1: the column {name:?} is not a field of {} and is left out",
                    made.name
                )));
            }
        }
        Ok(Self { columns, names })
    }
}

/// A group whose rows are still coming.
struct Group {
    key: String,
    row: Row,
    members: Vec<Record>,
    bad: bool,
}

struct Reading<'a> {
    made: &'a CredentialType,
    header: Header,
    today: Date,
    /// Subject → line of its first row.
    seen: HashMap<Digest, u64>,
    /// Name and birth → line of the first row.
    people: HashMap<Digest, u64>,
    group: Option<Group>,
}

impl Reading<'_> {
    /// Reads one row; `false` when the sink has enough.
    fn row(
        &mut self,
        raw: &csv::ByteRecord,
        number: u64,
        line: u64,
        sink: &mut dyn FnMut(Item) -> bool,
    ) -> Result<bool, ListError> {
        let mut problems = Vec::new();
        if raw.len() != self.header.columns.len() {
            problems.push(Problem {
                line,
                column: None,
                kind: Fault::Cells,
                fault: "another number of cells than the header".to_owned(),
                found: raw.len().to_string(),
                wanted: format!("{} cells", self.header.columns.len()),
            });
            return Ok(sink(Item::Bad(problems)));
        }
        let (mut record, mut member) = (Record::new(), Record::new());
        let (mut photo, mut crop) = (None, None);
        for (place, cell) in raw.iter().enumerate() {
            let cell = utf8(cell, line, &self.header.names[place])?;
            let Some((field, of_member)) = &self.header.columns[place] else {
                match self.header.names[place].as_str() {
                    PHOTO => photo = Some(cell.trim()).filter(|cell| !cell.is_empty()).map(ToOwned::to_owned),
                    PHOTO_CROP => crop = photo_crop(cell, line, &mut problems),
                    _ => {}
                }
                continue;
            };
            match field.kind.parse(cell, self.today) {
                Ok(Some(value)) if *of_member => member.set(&field.name, value),
                Ok(Some(value)) => record.set(&field.name, value),
                Ok(None) => {}
                Err(error) => problems.push(Problem {
                    line,
                    column: Some(field.name.clone()),
                    kind: Fault::from(&error),
                    fault: error.to_string(),
                    found: shorten(cell),
                    wanted: error.wanted(),
                }),
            }
        }
        self.check(&mut record, &mut member, line, &mut problems);
        let record = in_field_order(&record, &self.made.fields);
        let member = in_field_order(&member, &self.made.members);
        if self.made.group.is_some() {
            return Ok(self.group_row(Row { number, line, record, photo, crop }, member, problems, sink));
        }
        if problems.is_empty() {
            self.look_alike(&record, line, sink);
            return Ok(sink(Item::Row(Row { number, line, record, photo, crop })));
        }
        Ok(sink(Item::Bad(problems)))
    }

    /// The rules over several fields: required ones, one name at least, no subject twice.
    fn check(&mut self, record: &mut Record, member: &mut Record, line: u64, problems: &mut Vec<Problem>) {
        let faulty = |name: &str, problems: &[Problem]| problems.iter().any(|p| p.column.as_deref() == Some(name));
        for (fields, values) in [(&self.made.fields, &*record), (&self.made.members, &*member)] {
            for field in fields.iter().filter(|f| f.required && f.kind != crate::credential::kind::Kind::Members) {
                if values.get(&field.name).is_none() && !faulty(&field.name, problems) {
                    problems.push(Problem {
                        line,
                        column: Some(field.name.clone()),
                        kind: Fault::Empty,
                        fault: "empty".to_owned(),
                        found: String::new(),
                        wanted: "a value in every row".to_owned(),
                    });
                }
            }
        }
        let named = if self.made.group.is_some() { member } else { record };
        let any = self.made.any_of.iter().any(|name| named.get(name).is_some() || faulty(name, problems));
        if !self.made.any_of.is_empty() && !any {
            problems.push(Problem {
                line,
                column: self.made.any_of.first().cloned(),
                kind: Fault::NoName,
                fault: "no name at all".to_owned(),
                found: String::new(),
                wanted: format!("a value in {}", self.made.any_of.join(" or ")),
            });
        }
        if let Some(problem) = latin_name(named, line) {
            problems.push(problem);
        }
        self.seen_before(named, line, problems);
    }

    fn seen_before(&mut self, record: &Record, line: u64, problems: &mut Vec<Problem>) {
        let column = if self.made.group.is_some() { "individual_id" } else { self.made.subject.as_str() };
        let Some(subject) = record.get(column) else { return };
        let subject = subject.to_string();
        if let Some(first) = self.seen.get(&digest(&[&subject])) {
            problems.push(Problem {
                line,
                column: Some(column.to_owned()),
                kind: Fault::Again,
                fault: format!("same as in line {first}"),
                found: shorten(&subject),
                wanted: "every person once".to_owned(),
            });
        } else {
            self.seen.insert(digest(&[&subject]), line);
        }
    }

    fn look_alike(&mut self, record: &Record, line: u64, sink: &mut dyn FnMut(Item) -> bool) {
        let Some(key) = super::subject::name_key(record) else { return };
        if let Some(first) = self.people.get(&digest(&[&key])) {
            sink(Item::Warning(format!("line {line}: same name and date of birth as in line {first}")));
        } else {
            self.people.insert(digest(&[&key]), line);
        }
    }

    fn group_row(
        &mut self,
        row: Row,
        member: Record,
        problems: Vec<Problem>,
        sink: &mut dyn FnMut(Item) -> bool,
    ) -> bool {
        let key = self.made.group.as_ref().map(|column| row.record.text(column)).unwrap_or_default();
        if self.group.as_ref().is_none_or(|group| group.key != key) {
            if !self.end_group(sink) {
                return false;
            }
            let again = self.seen.insert(digest(&["group", &key]), row.line);
            let (line, members) = (row.line, Vec::new());
            self.group = Some(Group { key: key.clone(), row, members, bad: again.is_some() });
            if let Some(first) = again {
                let column = self.made.group.clone();
                let fault = format!("the rows of a group stand together; this one began in line {first}");
                let wanted = "all rows of a group one after the other".to_owned();
                return sink(Item::Bad(vec![Problem { line, column, kind: Fault::Group, fault, found: key, wanted }]));
            }
        }
        let group = self.group.as_mut().expect("there is one by now");
        if problems.is_empty() {
            group.members.push(member);
            return true;
        }
        group.bad = true;
        sink(Item::Bad(problems))
    }

    /// Hands out the group that has ended, unless one of its rows was bad: half a household is a false statement.
    fn end_group(&mut self, sink: &mut dyn FnMut(Item) -> bool) -> bool {
        let Some(mut group) = self.group.take() else { return true };
        if group.bad {
            return true;
        }
        if let Some(field) = self.made.members_field() {
            group.row.record.set(&field.name, Value::Members(group.members));
        }
        sink(Item::Row(Row { record: in_field_order(&group.row.record, &self.made.fields), ..group.row }))
    }
}

/// Puts the values into the order of the type, whatever the order of the list's columns, so that the same person gives
/// the same record from any list.
fn in_field_order(record: &Record, fields: &[Field]) -> Record {
    let value = |field: &Field| record.get(&field.name).map(|value| (field.name.clone(), value.clone()));
    fields.iter().filter_map(value).collect()
}

/// A name only in another script gets its Latin form by ICAO Doc 9303-3, or a problem where the tables have no such script.
fn latin_name(record: &mut Record, line: u64) -> Option<Problem> {
    let has = |column: &str| record.get(column).is_some();
    if !has("native_name") || has("given_names") || has("family_name") || has("full_name") {
        return None;
    }
    let native = record.text("native_name");
    match to_latin(&native, &record.text("native_language")) {
        Some(latin) => {
            record.set("full_name", Value::Text(latin));
            None
        }
        None => Some(Problem {
            line,
            column: Some("given_names".to_owned()),
            kind: Fault::NoLatinName,
            fault: "no Latin name, and ICAO Doc 9303-3 has no table for this script".to_owned(),
            found: shorten(&native),
            wanted: "the name in Latin letters too".to_owned(),
        }),
    }
}

/// The operator's rectangle; an empty cell leaves the choice to the usual rule.
fn photo_crop(cell: &str, line: u64, problems: &mut Vec<Problem>) -> Option<Crop> {
    match cell.trim() {
        "" => None,
        cell => Crop::parse(cell)
            .map_err(|error| {
                problems.push(Problem {
                    line,
                    column: Some(PHOTO_CROP.to_owned()),
                    kind: Fault::Crop,
                    fault: error.to_string(),
                    found: shorten(cell),
                    wanted:
                        "left, top, width and height in pixels or percent, such as 120 40 400 500 or 10% 5% 80% 90%"
                            .to_owned(),
                });
            })
            .ok(),
    }
}

fn utf8<'a>(cell: &'a [u8], line: u64, column: &str) -> Result<&'a str, ListError> {
    std::str::from_utf8(cell).map_err(|error| {
        let byte = cell[error.valid_up_to()];
        let guess =
            if byte >= 0xa0 { "ISO 8859-1 (Latin-1) or Windows-1252" } else { "Windows-1252 or another old encoding" };
        ListError::Encoding { line, column: column.to_owned(), byte, guess }
    })
}

fn shorten(cell: &str) -> String {
    if cell.chars().count() <= 40 { cell.to_owned() } else { cell.chars().take(40).chain("…".chars()).collect() }
}

#[cfg(test)]
mod tests;
