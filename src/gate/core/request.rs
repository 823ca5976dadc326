//! The header of a message, read at the door.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::scan::GreyImage;

/// Bytes of a header at most.
const HEADER_MAX: usize = 1024 * 1024;
/// Pixels of a picture at most.
const MOST_PIXELS: u64 = 64 * 1024 * 1024;
/// Letters of a name that is shown again.
const NAME_MAX: usize = 200;

/// What is wrong with a message, for people.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    found: String,
    wanted: String,
    next: String,
}

impl Fault {
    pub(super) fn new(found: impl Into<String>, wanted: impl Into<String>, next: impl Into<String>) -> Self {
        Self { found: found.into(), wanted: wanted.into(), next: next.into() }
    }

    /// A header that no page of ours sends.
    fn header(found: impl Into<String>, wanted: impl Into<String>) -> Self {
        Self::new(found, wanted, "load the page anew")
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"error": {"found": self.found, "wanted": self.wanted, "next": self.next}})
    }
}

/// A header.
#[derive(Debug)]
pub(super) struct Request(Map<String, Value>);

impl Request {
    pub(super) fn parse(header: &[u8]) -> Result<Self, Fault> {
        let wanted = "a header of JSON, an object";
        if header.len() > HEADER_MAX {
            return Err(Fault::header(format!("a header of {} bytes", header.len()), format!("at most {HEADER_MAX}")));
        }
        match serde_json::from_slice(header) {
            Ok(Value::Object(entries)) => Ok(Self(entries)),
            Ok(_) => Err(Fault::header("another JSON value", wanted)),
            Err(error) => Err(Fault::header(error.to_string(), wanted)),
        }
    }

    pub(super) fn verb(&self) -> Result<&str, Fault> {
        self.text("do").ok_or_else(|| Fault::header("a header without do", "what is to be done"))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.get(name) == Some(&Value::Bool(true))
    }

    /// Whether what comes is a trust list and no paper.
    pub(super) fn is_for_trust(&self) -> Result<bool, Fault> {
        match self.get("for") {
            None => Ok(false),
            Some(Value::String(what)) if what == "trust" => Ok(true),
            Some(Value::String(what)) if what == "papers" => Ok(false),
            Some(_) => Err(Fault::header("for something else", "trust or papers")),
        }
    }

    pub(super) fn now(&self) -> Result<Timestamp, Fault> {
        let now = self.get("now").and_then(milliseconds);
        now.ok_or_else(|| Fault::header("no time in now", "milliseconds since 1970"))
    }

    /// The name that the person's file has, to be shown again.
    pub(super) fn name(&self) -> &str {
        let name = self.text("name").unwrap_or("-");
        name.char_indices().nth(NAME_MAX).map_or(name, |(at, _)| &name[..at])
    }

    /// The payload as a picture.
    pub(super) fn image(&self, payload: &[u8]) -> Result<GreyImage, Fault> {
        let side = |name: &str| self.get(name).and_then(Value::as_u64).and_then(|side| u32::try_from(side).ok());
        let (Some(width @ 1..), Some(height @ 1..)) = (side("width"), side("height")) else {
            return Err(Fault::header("a picture without width and height", "both in pixels"));
        };
        let pixels = u64::from(width) * u64::from(height);
        if pixels > MOST_PIXELS {
            let wanted = format!("at most {MOST_PIXELS} pixels");
            return Err(Fault::new(format!("{width} × {height} pixels"), wanted, "take a smaller picture"));
        }
        let (bytes, rgba) = match self.text("format") {
            Some("grey") => (1, false),
            Some("rgba") => (4, true),
            other => return Err(Fault::header(format!("format {other:?}"), "grey or rgba")),
        };
        if payload.len() as u64 != pixels * bytes {
            let wanted = format!("{} bytes for {width} × {height} pixels", pixels * bytes);
            return Err(Fault::header(format!("{} bytes", payload.len()), wanted));
        }
        let grey = if rgba { payload.chunks_exact(4).map(grey_of).collect() } else { payload.to_vec() };
        GreyImage::new(width, height, grey).ok_or_else(|| Fault::header("no picture", "width × height pixels"))
    }
}

/// Luma (ITU-R BT.601) on white paper.
fn grey_of(rgba: &[u8]) -> u8 {
    let [red, green, blue, alpha] = [0, 1, 2, 3].map(|at| u32::from(rgba[at]));
    let luma = (77 * red + 150 * green + 29 * blue) >> 8;
    ((luma * alpha + 255 * (255 - alpha)) / 255) as u8
}

/// Milliseconds since 1970; a browser may give parts of them.
pub(super) fn milliseconds(value: &Value) -> Option<Timestamp> {
    let number = value.as_i64().or_else(|| {
        let number = value.as_f64()?.floor();
        (number.abs() < 9e15).then_some(number as i64)
    })?;
    Timestamp::from_millisecond(number).ok()
}
