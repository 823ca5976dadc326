//! A credential of the register, in one line and with everything about it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::desk::register::{Dossier, state};
use crate::gate::json::hex;
use crate::register::Entry;
use crate::scan::Quality;

/// One credential.
#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    /// Its serial.
    pub serial: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whom it is about.
    pub subject: String,
    /// The name of its holder.
    pub name: String,
    /// When it was issued.
    pub issued: String,
    /// From when it is no longer valid.
    pub expires: Option<String>,
    /// `valid`, `expired`, `suspended`, `revoked` or `superseded`.
    pub state: String,
    /// Papers that were printed of it.
    pub prints: u32,
    /// Whether its holder has no newer one.
    pub current: bool,
    /// The serial that it has replaced.
    pub supersedes: Option<String>,
}

impl Line {
    /// The line of an entry.
    pub fn of(entry: &Entry, now: Timestamp) -> Self {
        Self {
            serial: entry.serial.to_string(),
            type_name: entry.type_name.clone(),
            subject: entry.subject.clone(),
            name: entry.name.clone(),
            issued: entry.issued.to_string(),
            expires: entry.expires.map(|expires| expires.to_string()),
            state: state(entry, now).to_owned(),
            prints: entry.prints,
            current: entry.current,
            supersedes: entry.supersedes.map(|serial| serial.to_string()),
        }
    }
}

/// Everything about one credential.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    /// Its line.
    #[serde(flatten)]
    pub line: Line,
    /// The serial that has replaced it.
    pub superseded_by: Option<String>,
    /// The key that signed it.
    pub kid: String,
    /// The format that it travels in.
    pub wire: String,
    /// Bytes of the photo that was signed.
    pub photo_bytes: Option<usize>,
    /// The fields, by column.
    pub claims: Value,
    /// Its papers.
    pub papers: Vec<Paper>,
    /// Scans of its papers.
    pub readbacks: Vec<Scan>,
    /// Changes of its status.
    pub history: Vec<Event>,
}

/// A paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paper {
    /// Number of the copy, from 1.
    pub copy: u32,
    /// When it was printed.
    pub at: String,
    /// On which sheet of its document.
    pub sheet: Option<u32>,
}

/// A scan of a paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scan {
    /// Number of the copy.
    pub copy: u32,
    /// When it was scanned.
    pub at: String,
    /// How well it reads: A, B, C, D or F.
    pub grade: String,
}

/// A change of the status.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// When.
    pub at: String,
    /// The status from then on.
    pub state: String,
    /// Why.
    pub reason: String,
}

impl Whole {
    /// Everything that the register knows.
    pub fn of(dossier: &Dossier, now: Timestamp) -> Self {
        let stored = &dossier.stored;
        let paper =
            |print: &crate::register::Print| Paper { copy: print.copy, at: print.at.to_string(), sheet: print.sheet };
        let scan = |scan: &crate::register::ReadBack| Scan {
            copy: scan.copy,
            at: scan.at.to_string(),
            grade: Quality::letter(scan.grade).to_string(),
        };
        let event = |event: &crate::register::StatusEvent| Event {
            at: event.at.to_string(),
            state: event.status.to_string(),
            reason: event.reason.clone(),
        };
        Self {
            line: Line::of(&stored.entry, now),
            superseded_by: stored.superseded_by.map(|serial| serial.to_string()),
            kid: hex(&stored.kid),
            wire: stored.entry.wire.clone(),
            photo_bytes: stored.photo.as_ref().map(Vec::len),
            claims: serde_json::from_str(&stored.record).unwrap_or_default(),
            papers: dossier.prints.iter().map(paper).collect(),
            readbacks: dossier.scans.iter().map(scan).collect(),
            history: dossier.history.iter().map(event).collect(),
        }
    }
}
