//! `nansen register show`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::table::clean;
use super::{Stop, entry_json, state};
use crate::credential::serial::Serial;
use crate::gate::json::hex;
use crate::register::{Print, ReadBack, Register, RegisterError, StatusEvent, Stored};
use crate::scan::Quality;

/// Which credentials to show, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Serials as printed; case and hyphens do not matter
    #[arg(value_name = "SERIAL", required = true)]
    serials: Vec<Serial>,
    /// What the answer looks like
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// For reading
    Text,
    /// One JSON object a line
    Json,
}

/// All that the register knows about one credential.
struct Dossier {
    stored: Stored,
    prints: Vec<Print>,
    scans: Vec<ReadBack>,
    history: Vec<StatusEvent>,
}

pub(super) fn run(args: &Args, register: &Register, now: Timestamp, out: &mut dyn Write) -> Result<(), Stop> {
    for (place, &serial) in args.serials.iter().enumerate() {
        let dossier = Dossier {
            stored: register.find(serial)?.ok_or(RegisterError::UnknownSerial { serial })?,
            prints: register.prints_of(serial)?,
            scans: register.read_backs_of(serial)?,
            history: register.status_history(serial)?,
        };
        match args.format {
            Format::Text => {
                if place > 0 {
                    writeln!(out)?;
                }
                dossier.text(now, out)?;
            }
            Format::Json => writeln!(out, "{}", dossier.json(now))?,
        }
    }
    Ok(())
}

impl Dossier {
    fn text(&self, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
        let Stored { entry, record, photo, kid, superseded_by, .. } = &self.stored;
        let mut line = |label: &str, value: &str| writeln!(out, "{label:<13} {}", clean(value));
        line("serial", &entry.serial.to_string())?;
        line("status", state(entry, now))?;
        line("type", &entry.type_name)?;
        line("name", &entry.name)?;
        line("id", &entry.subject)?;
        line("issued", &entry.issued.to_string())?;
        line("expires", &entry.expires.map_or_else(|| "never".into(), |expires| expires.to_string()))?;
        if let Some(serial) = entry.supersedes {
            line("supersedes", &serial.to_string())?;
        }
        if let Some(serial) = superseded_by {
            line("superseded by", &serial.to_string())?;
        }
        line("batch", &format!("{}, row {}", entry.batch, entry.row))?;
        line("wire", &format!("{}, key {}", entry.wire, hex(kid)))?;
        if let Some(slot) = entry.slot {
            line("status list", &format!("{}, place {}", slot.list, slot.index))?;
        }
        if let Some(photo) = photo {
            line("photo", &format!("{} bytes", photo.len()))?;
        }
        for print in &self.prints {
            let sheet = print.sheet.map(|sheet| format!(", sheet {sheet}")).unwrap_or_default();
            let anew = print.kid.as_ref().map(|kid| format!(", signed anew by key {}", hex(kid))).unwrap_or_default();
            line("printed", &format!("{}  copy {}  {}{sheet}{anew}", print.at, print.copy, print.file))?;
        }
        for scan in &self.scans {
            let grade = Quality::letter(scan.grade);
            line("scanned back", &format!("{}  copy {}  grade {grade}  {}", scan.at, scan.copy, scan.file))?;
        }
        for event in &self.history {
            line("changed", &format!("{}  {}  {}", event.at, event.status, event.reason))?;
        }
        claims(record, out)
    }

    fn json(&self, now: Timestamp) -> Value {
        let Stored { entry, record, photo, kid, superseded_by, .. } = &self.stored;
        let mut object = entry_json(entry, now);
        let prints = self.prints.iter().map(|print| {
            json!({"copy": print.copy, "at": print.at.to_string(), "file": print.file, "sheet": print.sheet,
                "kid": print.kid.as_ref().map(|kid| hex(kid))})
        });
        let scans = self.scans.iter().map(|scan| {
            json!({"copy": scan.copy, "at": scan.at.to_string(), "file": scan.file,
                "grade": Quality::letter(scan.grade).to_string()})
        });
        let history = self
            .history
            .iter()
            .map(|event| json!({"at": event.at.to_string(), "status": event.status.as_str(), "reason": event.reason}));
        object.insert("superseded_by".into(), json!(superseded_by.map(|serial| serial.to_string())));
        object.insert("kid".into(), json!(hex(kid)));
        object.insert("photo".into(), photo.as_ref().map_or(Value::Null, |photo| json!({"bytes": photo.len()})));
        object.insert("prints".into(), prints.collect());
        object.insert("readbacks".into(), scans.collect());
        object.insert("history".into(), history.collect());
        // A record that is no JSON is shown as it is, rather than hidden.
        object.insert("claims".into(), serde_json::from_str(record).unwrap_or_else(|_| json!(record)));
        Value::Object(object)
    }
}

/// The claims, one a line when they are an object.
fn claims(record: &str, out: &mut dyn Write) -> io::Result<()> {
    let Ok(Value::Object(claims)) = serde_json::from_str(record) else {
        return writeln!(out, "\n  {}", clean(record));
    };
    if claims.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let widest = claims.keys().map(|key| clean(key).width()).max().unwrap_or(0);
    for (key, value) in &claims {
        let key = clean(key);
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        writeln!(out, "  {key}{} {}", " ".repeat(widest - key.width() + 1), clean(&value))?;
    }
    Ok(())
}
