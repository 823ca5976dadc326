//! The gate as a machine of messages, for a browser: a header of JSON and a payload come in, and the like go out.
//!
//! | `do` | header | payload | reply |
//! |---|---|---|---|
//! | `trust` | `now`, `lists:[{bytes, memory, root?}]`, `latest` | bundles, one after another | `{lists, warnings, latest}` |
//! | `import` | `now`, `expected_fingerprint?`, `accept?` | a bundle | `{list, state, latest, left_out}` and the bundle to keep, or `{refused}` |
//! | `frame` | `now`, `width`, `height`, `format` | pixels | `{answers, hint, missing}` |
//! | `picture` | the same, `name?` | pixels | `{answers, notes, missing}` |
//! | `document` | `now`, `name?` | a picture file, a PDF, a `.cwt` | `{answers, notes, missing}` |
//! | `text` | `now` | text of a symbol, or a whole address | `{answers, notes, missing}` |
//! | `forget` | | | `{}` |
//! | `about` | | | `{version, now_supported}` |
//!
//! `frame`, `picture`, `document` and `text` with `for: "trust"` take in sheets of a trust list: `{trust_parts:{have,need,of},
//! symbols, others, problem, hint}` until its symbols are complete, then the reply of `import` with `trust_parts`, and the bundle.
//!
//! `warnings` are `{warning, text}`: a code, `clock`, `memory-lost`, `status-left-out` or `not-used`, and what it is about in English.
//!
//! What cannot be understood is answered with `{error:{found,wanted,next}}`. Sizes are checked before memory is taken, and nothing
//! that comes in makes it panic.

mod request;
mod sheets;
mod shelf;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::request::{Fault, Request};
use self::sheets::{Brought, Sheets};
use self::shelf::Shelf;
use super::json;
use super::session::{Answers, Basis, Session, thorough};
use crate::credential::{Types, built_in};
use crate::scan::{Effort, Options, ScanError, Video, Watched};

/// What is understood, the values of `do`.
const SUPPORTED: [&str; 8] = ["trust", "import", "frame", "picture", "document", "text", "forget", "about"];
/// Bytes of a document at most.
const DOCUMENT_MAX: usize = 256 * 1024 * 1024;
/// Time for a frame, where there is a timer.
const FRAME_BUDGET: Duration = Duration::from_millis(100);

/// An answer to a message.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reply {
    /// JSON, UTF-8.
    pub header: Vec<u8>,
    /// What belongs to it; of an import the bundle to be kept.
    pub payload: Vec<u8>,
}

/// A gate with its trust store, and what it has seen.
#[derive(Debug)]
pub struct Core {
    types: Types,
    shelf: Shelf,
    video: Video,
    session: Session,
    sheets: Sheets,
}

impl Default for Core {
    fn default() -> Self {
        Self::new()
    }
}

impl Core {
    /// A gate that trusts nobody yet.
    pub fn new() -> Self {
        let types = built_in::types();
        let shelf = Shelf::new(&types);
        Self { types, shelf, video: video(), session: Session::new(), sheets: Sheets::new() }
    }

    /// Answers a message.
    pub fn call(&mut self, header: &[u8], payload: &[u8]) -> Reply {
        let (header, payload) = match self.answer(header, payload) {
            Ok(reply) => reply,
            Err(fault) => (fault.to_json(), Vec::new()),
        };
        Reply { header: header.to_string().into_bytes(), payload }
    }

    fn answer(&mut self, header: &[u8], payload: &[u8]) -> Result<(Value, Vec<u8>), Fault> {
        let request = Request::parse(header)?;
        let header = match request.verb()? {
            "frame" | "picture" | "document" | "text" if request.is_for_trust()? => {
                return self.sheets(&request, payload);
            }
            "trust" => self.shelf.open(&request, payload, &self.types)?,
            "import" => return self.shelf.import(&request, payload, &self.types),
            "frame" => self.frame(&request, payload)?,
            "picture" => self.picture(&request, payload)?,
            "document" => self.document(&request, payload)?,
            "text" => self.text(&request, payload)?,
            "forget" => {
                self.video = video();
                self.session = Session::new();
                self.sheets = Sheets::new();
                json!({})
            }
            "about" => json!({"version": env!("CARGO_PKG_VERSION"), "now_supported": SUPPORTED}),
            other => return Err(Fault::new(format!("do {other:?}"), SUPPORTED.join(", "), "load the page anew")),
        };
        Ok((header, Vec::new()))
    }

    fn frame(&mut self, request: &Request, payload: &[u8]) -> Result<Value, Fault> {
        let now = self.decision_time(request)?;
        let image = request.image(payload)?;
        let Watched { mut found, summed, doubtful, hint } = self.video.add(&image);
        found.extend(summed);
        let mut all = Answers::default();
        let basis = Basis { gate: self.shelf.gate(), types: &self.types, now };
        self.session.symbols(&basis, "camera", found, doubtful, &mut |told| all.take(told));
        let missing: Vec<Value> = self.session.progress().iter().map(json::missing).collect();
        let answers: Vec<Value> = all.answers.iter().map(json::answer).collect();
        Ok(json!({"answers": answers, "hint": hint.map(json::hint), "missing": missing}))
    }

    fn picture(&mut self, request: &Request, payload: &[u8]) -> Result<Value, Fault> {
        let now = self.decision_time(request)?;
        let image = request.image(payload)?;
        let basis = Basis { gate: self.shelf.gate(), types: &self.types, now };
        Ok(json::answers(&self.session.ask_picture(&basis, request.name(), &image, &thorough())))
    }

    fn document(&mut self, request: &Request, payload: &[u8]) -> Result<Value, Fault> {
        let now = self.decision_time(request)?;
        check_length(payload)?;
        let basis = Basis { gate: self.shelf.gate(), types: &self.types, now };
        let (all, error) = self.session.ask_file(&basis, request.name(), payload.to_vec(), &thorough());
        let mut reply = json::answers(&all);
        if let (Some(error), Some(notes)) = (error, reply["notes"].as_array_mut()) {
            notes.push(json!({"note": "not-read", "text": error.to_string(), "next": what_next(&error)}));
        }
        Ok(reply)
    }

    fn text(&mut self, request: &Request, payload: &[u8]) -> Result<Value, Fault> {
        let now = self.decision_time(request)?;
        let basis = Basis { gate: self.shelf.gate(), types: &self.types, now };
        let text = without_ends(payload);
        if text.is_empty() {
            return Err(Fault::new("no text", "the text of a symbol", "scan or paste the symbol again"));
        }
        Ok(json::answers(&self.session.ask_text(&basis, &secured(text))))
    }

    /// Sheets of a trust list.
    fn sheets(&mut self, request: &Request, payload: &[u8]) -> Result<(Value, Vec<u8>), Fault> {
        request.now()?;
        let brought = match request.verb()? {
            "frame" => self.sheets.frame(&request.image(payload)?),
            "picture" => self.sheets.picture(&request.image(payload)?),
            "document" => {
                check_length(payload)?;
                self.sheets.document(payload)?
            }
            _ => self.sheets.take(&[without_ends(payload).to_vec()]),
        };
        let Brought { bundle: Some(bundle), parts, .. } = brought else { return Ok((brought.to_json(), Vec::new())) };
        let (mut reply, kept) = self.shelf.import(request, &bundle, &self.types)?;
        reply["trust_parts"] = parts;
        // What was refused because nobody has compared the fingerprint is asked for once more, without the sheets.
        Ok((reply, if kept.is_empty() { bundle } else { kept }))
    }

    /// The moment to decide by, which the gate's clock is told too.
    fn decision_time(&mut self, request: &Request) -> Result<Timestamp, Fault> {
        Ok(self.shelf.decision_time(request.now()?))
    }
}

fn video() -> Video {
    Video::new(Options { effort: Effort::Fast, image_budget: FRAME_BUDGET, ..Options::default() })
}

fn check_length(payload: &[u8]) -> Result<(), Fault> {
    if payload.len() <= DOCUMENT_MAX {
        return Ok(());
    }
    let wanted = format!("at most {} MiB", DOCUMENT_MAX >> 20);
    Err(Fault::new(format!("{} bytes", payload.len()), wanted, "scan at 300 dpi in grey, or split it"))
}

/// A text without the line ends that a clipboard or a keyboard-wedge scanner puts around it. Spaces stay: Base45 has them.
pub fn without_ends(text: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b'\n' | b'\r' | b'\t');
    let first = text.iter().position(is_text).unwrap_or(text.len());
    let end = text.iter().rposition(is_text).map_or(first, |last| last + 1);
    &text[first..end]
}

/// An address with digits, as it is signed: a page that was loaded without TLS from the same machine is as good.
pub fn secured(text: &[u8]) -> Vec<u8> {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let has_fragment = digits > 0 && text.len() > digits && text[text.len() - digits - 1] == b'#';
    match text.strip_prefix(b"http://") {
        Some(rest) if has_fragment => [b"https://", rest].concat(),
        _ => text.to_vec(),
    }
}

/// What a person does about a document that cannot be looked at.
pub fn what_next(error: &ScanError) -> &'static str {
    match error {
        ScanError::TooLarge { .. } | ScanError::TooMuchMemory { .. } | ScanError::TooHeavy { .. } => {
            "scan at a lower resolution, such as 300 dpi"
        }
        ScanError::TooManyPages { .. } | ScanError::OutOfTime { .. } => "split the document",
        ScanError::NoPdfReader => "try again when the gate has loaded all of its parts",
        ScanError::EncryptedPdf => "remove the password first",
        _ => "check that it is an image or a PDF, and that it has arrived whole",
    }
}
