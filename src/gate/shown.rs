//! What a screen shows of a paper: its fields with their labels in every language, values that say how sure they are, and the
//! face as a file that browsers open.

use base64ct::{Base64, Encoding as _};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};

use crate::credential::PhotoFormat;
use crate::credential::date::Certainty;
use crate::credential::kind::{Kind, Labels};
use crate::credential::record::{Record, Value};
use crate::credential::types::{CredentialType, Field};
use crate::format::Statement;
use crate::format::photo::PhotoFile;
use crate::verify::Finding;

/// Columns that together are a name.
const NAME_COLUMNS: [&str; 5] = ["full_name", "given_names", "family_name", "native_name", "native_language"];

/// Languages in which countries and dates are put into words: those of the gate's screens.
const LANGUAGES: [&str; 8] = ["en", "fr", "ar", "es", "uk", "my", "prs", "sw"];

/// The object for one finding; nothing when it says nothing of a paper's content.
pub(super) fn shown(finding: &Finding) -> Option<Json> {
    let said = finding.statement()?;
    let made = finding.made.as_ref();
    Some(json!({
        "checked": finding.said.is_some(),
        "title": made.map(|made| made.title.clone()).unwrap_or_default(),
        "names": names(&said.record),
        "fields": fields(&said.record, made),
        "issued": said.issued.map(day),
        "not_before": said.not_before.map(day),
        "expires_last_day": said.expires.map(last_day),
        "copy": said.copy,
        "supersedes": said.supersedes,
        "photo": photo(said),
        "departures": said.departures.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

/// In both scripts, the holder's own first.
fn names(record: &Record) -> Vec<Json> {
    let latin = ["given_names", "family_name"].map(|column| record.text(column)).join(" ").trim().to_owned();
    let latin = if latin.is_empty() { record.text("full_name") } else { latin };
    let own = record.text("native_name");
    let language = Some(record.text("native_language")).filter(|tag| !tag.is_empty());
    let mut names = Vec::new();
    if !own.is_empty() {
        names.push(match language {
            Some(language) => json!({"text": own, "lang": language}),
            None => json!({"text": own}),
        });
    }
    if !latin.is_empty() {
        names.push(json!({"text": latin}));
    }
    names
}

fn fields(record: &Record, made: Option<&CredentialType>) -> Vec<Json> {
    let others = record.iter().filter(|(column, _)| !NAME_COLUMNS.contains(column));
    others
        .map(|(column, value)| {
            let known = made.and_then(|made| made.field(column));
            let mut shown = field(column, value, known);
            if let Value::Members(members) = value {
                let of_member = |member: &Record| -> Vec<Json> {
                    let known = |column: &str| made?.members.iter().find(|field| field.name == column);
                    member.iter().map(|(column, value)| Json::Object(field(column, value, known(column)))).collect()
                };
                shown.insert("members".to_owned(), json!(members.iter().map(of_member).collect::<Vec<_>>()));
            }
            Json::Object(shown)
        })
        .collect()
}

fn field(column: &str, value: &Value, known: Option<&Field>) -> Map<String, Json> {
    let mut shown = Map::new();
    shown.insert("name".to_owned(), json!(column));
    shown.insert("labels".to_owned(), json!(known.map(|field| field.label.clone()).unwrap_or_default()));
    shown.insert("kind".to_owned(), json!(kind(value, known)));
    shown.insert("value".to_owned(), json!(value.to_string()));
    if let Value::Date(date) = value {
        let certainty = match date.certainty() {
            Certainty::Sure => "sure",
            Certainty::Approximate => "approximate",
            Certainty::Uncertain => "uncertain",
            Certainty::Both => "both",
        };
        shown.insert("certainty".to_owned(), json!(certainty));
    }
    let words = words(value, known);
    if !words.is_empty() {
        shown.insert("words".to_owned(), json!(words));
    }
    shown
}

/// The kind of a field: the type's, or when the type is not known, what the value is.
fn kind(value: &Value, known: Option<&Field>) -> &'static str {
    match (known.map(|field| &field.kind), value) {
        (_, Value::Members(_)) => "members",
        (_, Value::Date(_)) => "date",
        (_, Value::Country(_)) => "country",
        (_, Value::Integer(_)) => "number",
        (Some(Kind::Name), _) => "name",
        (Some(Kind::Identifier), _) => "identifier",
        (Some(Kind::Language), _) => "language",
        (Some(Kind::Url), _) => "url",
        (_, Value::Choice(_)) => "code",
        (_, Value::Text(_)) => "text",
    }
}

/// What a code, a country or a date known in part is called, by language.
fn words(value: &Value, known: Option<&Field>) -> Labels {
    let in_all = |word: &dyn Fn(&str) -> Option<String>| {
        LANGUAGES.into_iter().filter_map(|tag| Some((tag.to_owned(), word(tag)?))).collect()
    };
    match (value, known.map(|field| &field.kind)) {
        (Value::Country(country), _) => in_all(&|tag| country.name_in(tag).map(ToOwned::to_owned)),
        (Value::Date(date), _) => in_all(&|tag| date.words_in(tag)),
        (Value::Choice(name), Some(Kind::Choice(choices))) => {
            choices.iter().find(|choice| choice.name == *name).map(|choice| choice.label.clone()).unwrap_or_default()
        }
        _ => Labels::new(),
    }
}

/// The face. JPEG 2000 is left out: hardly a browser opens it.
fn photo(said: &Statement) -> Option<Json> {
    let file =
        PhotoFile::of(said).filter(|_| said.photo.as_ref().is_some_and(|p| p.format != PhotoFormat::Jpeg2000))?;
    Some(json!({"media_type": file.media_type, "data": Base64::encode_string(&file.bytes)}))
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// `exp` is the first second that is no longer valid; people are told the last day that is.
fn last_day(end: Timestamp) -> String {
    day(end.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(end))
}
