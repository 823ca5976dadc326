//! Answers as JSON: [`object`] is the object of the command line's contract, one a credential, and [`answer`] the same with what a
//! screen shows of it. What is beside the answers has its object too.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Note};
use super::session::Answers;
use super::shown::shown;
use crate::format::Statement;
use crate::format::photo::media_type;
use crate::scan::{AttachedFile, Content, Found, Hint};
use crate::verify::{Finding, Missing};

/// The object for one finding.
pub fn object(answer: &Answer) -> Value {
    Value::Object(entries(answer))
}

/// The object for one answer on a screen: with `shown`, and who vouches for the issuer.
pub fn answer(answer: &Answer) -> Value {
    let mut line = entries(answer);
    if let (Some(Value::Object(issuer)), Some(trust)) = (line.get_mut("issuer"), &answer.finding.trust) {
        issuer.insert("root_name".to_owned(), json!(trust.root));
    }
    line.insert("shown".to_owned(), shown(&answer.finding).unwrap_or_default());
    Value::Object(line)
}

/// Everything that is said of one question.
pub fn answers(all: &Answers) -> Value {
    json!({
        "answers": all.answers.iter().map(answer).collect::<Vec<_>>(),
        "notes": all.notes.iter().map(note).collect::<Vec<_>>(),
        "missing": all.missing.iter().map(missing).collect::<Vec<_>>(),
    })
}

/// What people should hear beside the answers.
pub fn note(note: &Note) -> Value {
    let text = note.to_string();
    match note {
        Note::AttachmentsLeftOut => json!({"note": "attachments-left-out", "text": text}),
        Note::Unread { page } => json!({"note": "unread", "page": page, "text": text}),
        Note::Empty { pages, of } => json!({"note": "empty", "pages": pages, "of": of, "text": text}),
    }
}

/// A document of which symbols are missing; places are counted from 1.
pub fn missing(missing: &Missing) -> Value {
    let Missing { have, need, of, absent, damaged } = missing;
    json!({"have": have, "need": need, "of": of, "absent": absent, "damaged": damaged})
}

/// What the person with the camera could do better.
pub fn hint(hint: Hint) -> Value {
    match hint {
        Hint::TooDark { brightest } => json!({"hint": "too-dark", "brightest": brightest}),
        Hint::CutOff => json!({"hint": "cut-off"}),
        Hint::TooSmall { pixels_per_module } => json!({"hint": "too-small", "pixels_per_module": pixels_per_module}),
        Hint::Tilted { degrees } => json!({"hint": "tilted", "degrees": degrees}),
        Hint::Glare { percent } => json!({"hint": "glare", "percent": percent}),
        Hint::OutOfFocus { modules } => json!({"hint": "out-of-focus", "modules": modules}),
        Hint::Moving { modules } => json!({"hint": "moving", "modules": modules}),
        Hint::Hold { frames } => json!({"hint": "hold", "frames": frames}),
        _ => json!({"hint": "no-symbol"}),
    }
}

fn entries(answer: &Answer) -> Map<String, Value> {
    let Answer { finding, origin } = answer;
    // Only what was checked stands under the names of the contract.
    let said = finding.said.as_ref().map(crate::seal::Authentic::get);
    let mut line = Map::new();
    let mut set = |key: &str, value: Value| line.insert(key.to_owned(), value);
    set("source", json!(origin.source));
    set("page", json!(origin.page));
    set("format", json!(finding.format));
    set("type", json!(said.and_then(|s| s.type_name.clone())));
    set("verdict", json!(finding.verdict().to_string()));
    set("reason", json!(finding.reason().map(|reason| reason.to_string())));
    set("detail", json!(finding.detail));
    set("issuer", issuer(finding));
    set("serial", json!(said.and_then(|s| s.serial.clone())));
    set("issued", time(said.and_then(|s| s.issued)));
    set("not_before", time(said.and_then(|s| s.not_before)));
    set("expires", time(said.and_then(|s| s.expires)));
    set("copy", json!(said.and_then(|s| s.copy)));
    set("supersedes", json!(said.and_then(|s| s.supersedes.clone())));
    set("claims", said.map_or(Value::Null, |s| s.record.to_json()));
    set("photo", said.map_or(Value::Null, photo));
    set("trust", trust(finding));
    set("symbol", origin.symbol.as_ref().map_or(Value::Null, |found| symbol(found, origin.proved)));
    set("source_kind", json!(origin.kind()));
    set("attachment", origin.attachment.as_ref().map_or(Value::Null, attachment));
    if let (None, Some(shown)) = (said, &finding.unverified) {
        // Under names of their own, so that nobody takes for checked what nobody vouches for.
        set("unverified_claims", shown.record.to_json());
        set(
            "unverified",
            json!({
                "type": shown.type_name,
                "serial": shown.serial,
                "issuer": shown.said_issuer,
                "issued": time(shown.issued),
                "expires": time(shown.expires),
                "photo": photo(shown),
            }),
        );
    }
    line
}

fn issuer(finding: &Finding) -> Value {
    let kid = finding.kid.as_deref().map(hex);
    match &finding.issuer {
        Some(issuer) => json!({"name": issuer.name, "country": issuer.country, "kid": kid}),
        None => kid.map_or(Value::Null, |kid| json!({"name": null, "country": null, "kid": kid})),
    }
}

fn photo(said: &Statement) -> Value {
    said.photo
        .as_ref()
        .map_or(Value::Null, |photo| json!({"media_type": media_type(photo.format), "bytes": photo.bytes.len()}))
}

fn trust(finding: &Finding) -> Value {
    finding.trust.as_ref().map_or(Value::Null, |trust| {
        json!({"sequence": trust.sequence, "age_days": trust.age_days, "state": trust.state, "root": trust.root})
    })
}

fn symbol(found: &Found, proved: bool) -> Value {
    let mut symbol = json!({
        "kind": found.kind.to_string(),
        "version": found.version,
        "ec_level": found.ec_level.map(|level| level.to_string()),
        "errors_corrected": found.errors_corrected,
    });
    if proved {
        symbol["read"] = json!("proved by its signature");
    }
    symbol
}

fn attachment(file: &AttachedFile) -> Value {
    let bytes = match &file.content {
        Content::Credential(bytes) => Some(bytes.len()),
        _ => None,
    };
    json!({"name": file.name, "media_type": file.media_type, "bytes": bytes})
}

fn time(at: Option<Timestamp>) -> Value {
    json!(at.map(|at| at.to_string()))
}

/// Bytes as small hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
