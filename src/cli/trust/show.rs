//! `nansen trust list`: what is trusted, for people and as JSON.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::gate::json::hex;
use crate::seal::Kid;
use crate::trust::{Fingerprint, HeldList, IssuerKey, TrustStore, age_days};

/// For people.
pub fn text(store: &TrustStore, own: Option<Kid>, now: Timestamp) -> String {
    let mut lines = Vec::new();
    for held in store.lists() {
        let list = held.list();
        let whose = if own == Some(held.root_kid()) { ", own" } else { "" };
        lines.push(format!("{} (root {}{whose})", list.root_name, held.root_kid()));
        lines.push(format!("  fingerprint  {}", Fingerprint::of(held.root())));
        lines.push(format!(
            "  list {} of {}, {} days old, {} (stale after {} days)",
            list.sequence,
            list.issued,
            age_days(list.issued, now),
            held.state(now).name(),
            list.stale_after_days
        ));
        for issuer in &list.issuers {
            let country = issuer.country.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
            lines.push(format!("  {}{country}", issuer.name));
            lines.extend(issuer.keys.iter().map(|key| format!("    {}", key_line(key))));
        }
        for token in held.tokens() {
            lines.push(format!(
                "  status list {} of key {}, {}",
                printable(token.uri()),
                token.key().kid(),
                token.issued()
            ));
        }
        if list.unusable_keys > 0 {
            lines.push(format!("  {} more keys need a newer version of this program", list.unusable_keys));
        }
    }
    if lines.is_empty() {
        lines.push("no issuer is trusted yet".to_owned());
    }
    lines.join("\n")
}

/// One key.
pub fn key_line(key: &IssuerKey) -> String {
    let types = if key.types.is_empty() { "all types".to_owned() } else { printable(&key.types.join(", ")) };
    let from = key.valid_from.map(|time| format!(", from {time}")).unwrap_or_default();
    let until = key.valid_until.map(|time| format!(", until {time}")).unwrap_or_default();
    format!("{}  {} {}, {types}{from}{until}", kid_text(&key.kid), key.format.name(), key.key.kind())
}

/// One list as a JSON object.
pub fn json(held: &HeldList, own: Option<Kid>, now: Timestamp) -> Json {
    let list = held.list();
    let key = |key: &IssuerKey| {
        json!({
            "kid": hex(&key.kid),
            "format": key.format.name(),
            "kind": key.key.kind(),
            "types": key.types,
            "valid_from": key.valid_from.map(|time| time.to_string()),
            "valid_until": key.valid_until.map(|time| time.to_string()),
        })
    };
    let issuers: Vec<Json> = list
        .issuers
        .iter()
        .map(|issuer| {
            let keys: Vec<Json> = issuer.keys.iter().map(key).collect();
            json!({"name": issuer.name, "country": issuer.country, "keys": keys})
        })
        .collect();
    let tokens: Vec<Json> = held
        .tokens()
        .iter()
        .map(|token| json!({"uri": token.uri(), "kid": token.key().kid().to_string(), "issued": token.issued().to_string()}))
        .collect();
    json!({
        "root": held.root_kid().to_string(),
        "root_name": list.root_name,
        "fingerprint": Fingerprint::of(held.root()).to_string(),
        "own": own == Some(held.root_kid()),
        "sequence": list.sequence,
        "issued": list.issued.to_string(),
        "age_days": age_days(list.issued, now),
        "state": held.state(now).name(),
        "stale_after_days": list.stale_after_days,
        "issuers": issuers,
        "status_lists": tokens,
    })
}

fn kid_text(kid: &[u8]) -> String {
    if kid.is_empty() { "any identifier  ".to_owned() } else { hex(kid) }
}

/// Text of others without what could steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(200).collect()
}
