//! Trust lists on paper: pictures of sheets come in, and the bundle that their symbols make goes out.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::request::Fault;
use super::{video, what_next};
use crate::gate::session::thorough;
use crate::scan::{Found, GreyImage, Hint, Video, Watched, scan_bytes, scan_image};
use crate::trust::Bundle;
use crate::trust::sheets::{SheetCollector, SheetError};

/// Sheets that are being held before the camera, or come as scans.
#[derive(Debug)]
pub(super) struct Sheets {
    collector: SheetCollector,
    video: Video,
}

/// What a message has brought.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// The bundle, when it is complete.
    pub(super) bundle: Option<Vec<u8>>,
    /// What could be done better before the camera.
    pub(super) hint: Option<Hint>,
    /// What is there, as JSON.
    pub(super) parts: Value,
    /// Symbols of sheets.
    symbols: usize,
    /// Other symbols, such as those of papers.
    others: usize,
    /// What is wrong with the symbols.
    problem: Option<String>,
}

impl Brought {
    /// The reply while symbols are missing.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "trust_parts": self.parts,
            "symbols": self.symbols,
            "others": self.others,
            "problem": self.problem,
            "hint": self.hint.map(crate::gate::json::hint),
        })
    }
}

impl Sheets {
    pub(super) fn new() -> Self {
        Self { collector: SheetCollector::new(), video: video() }
    }

    /// A frame of a camera.
    pub(super) fn frame(&mut self, image: &GreyImage) -> Brought {
        let watched = self.video.add(image);
        let hint = watched.hint;
        let found: Vec<Vec<u8>> = Watched::all(watched).into_iter().map(|found| found.bytes).collect();
        Brought { hint, ..self.take(&found) }
    }

    /// A still picture.
    pub(super) fn picture(&mut self, image: &GreyImage) -> Brought {
        let found = scan_image(image, &thorough()).into_iter().flat_map(|reading| reading.found);
        let found: Vec<Vec<u8>> = found.map(|found| found.bytes).collect();
        self.take(&found)
    }

    /// A scan of sheets, or a bundle itself.
    pub(super) fn document(&mut self, bytes: &[u8]) -> Result<Brought, Fault> {
        if Bundle::looks_like(bytes) {
            return Ok(Brought { bundle: Some(bytes.to_vec()), ..Brought::default() });
        }
        let mut found: Vec<Found> = Vec::new();
        let outcome = scan_bytes(bytes, &thorough(), &mut |page| {
            found.extend(page.found());
            ControlFlow::Continue(())
        });
        if let (Err(error), true) = (outcome, found.is_empty()) {
            return Err(Fault::new(error.to_string(), "a scan of sheets, or a trust bundle", what_next(&error)));
        }
        let found: Vec<Vec<u8>> = found.into_iter().map(|found| found.bytes).collect();
        Ok(self.take(&found))
    }

    /// The texts of symbols.
    pub(super) fn take(&mut self, texts: &[Vec<u8>]) -> Brought {
        let mut brought = Brought::default();
        for text in texts {
            match self.collector.add(text) {
                Err(SheetError::NotASheet) => brought.others += 1,
                Err(error) => brought.problem = Some(error.to_string()),
                Ok(bundle) => {
                    brought.symbols += 1;
                    brought.bundle = bundle.or(brought.bundle);
                }
            }
        }
        let parts = self.collector.progress();
        brought.parts =
            parts.map_or(Value::Null, |parts| json!({"have": parts.have, "need": parts.need, "of": parts.of}));
        if brought.bundle.is_some() {
            *self = Self::new();
        }
        brought
    }
}
