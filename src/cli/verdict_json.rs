//! A finding as the JSON object of the contract (one line per credential).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::credential::PhotoFormat;
use crate::format::Statement;
use crate::scan::{AttachedFile, Content, Found};
use crate::verify::Finding;

/// Where a finding comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// File name, `-`, or `text`.
    pub source: String,
    /// Page of a PDF, frame of a film; 1 for an image.
    pub page: Option<u32>,
    /// Whether the document has other pages too.
    pub of_several: bool,
    /// The symbol, when it was scanned.
    pub symbol: Option<Found>,
    /// Whether the symbol was too damaged to be read beyond doubt, and its signature proved what it says.
    pub proved: bool,
    /// The file, when the credential was attached to a document, or was a file itself.
    pub attachment: Option<AttachedFile>,
}

impl Origin {
    /// What the credential was read from, when something was read.
    pub fn kind(&self) -> Option<&'static str> {
        match (&self.symbol, &self.attachment) {
            (Some(_), Some(_)) => Some("both"),
            (None, Some(file)) if file.pages.is_empty() && file.name == self.source => Some("file"),
            (None, Some(_)) => Some("attachment"),
            (Some(_), None) => Some("symbol"),
            (None, None) => (self.source == "text").then_some("symbol"),
        }
    }
}

/// The object for one finding.
pub fn object(finding: &Finding, origin: &Origin) -> Value {
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
    Value::Object(line)
}

fn issuer(finding: &Finding) -> Value {
    let kid = finding.kid.as_deref().map(hex);
    match &finding.issuer {
        Some(issuer) => json!({"name": issuer.name, "country": issuer.country, "kid": kid}),
        None => kid.map_or(Value::Null, |kid| json!({"name": null, "country": null, "kid": kid})),
    }
}

fn photo(said: &Statement) -> Value {
    said.photo.as_ref().map_or(Value::Null, |photo| {
        let media_type = match photo.format {
            PhotoFormat::Jpeg => "image/jpeg",
            PhotoFormat::Jpeg2000 => "image/jp2",
            PhotoFormat::Avif => "image/avif",
            PhotoFormat::WebP => "image/webp",
        };
        json!({"media_type": media_type, "bytes": photo.bytes.len()})
    })
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
