//! The register of a desk as its shells show it: one line a credential, and everything about a single one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{Failure, Home, Kind};
use crate::credential::Serial;
use crate::gate::json::hex;
use crate::register::{Entry, Print, ReadBack, Register, RegisterError, Status, StatusEvent, Stored};
use crate::scan::Quality;

/// Opens the register of a desk that was set up.
///
/// # Errors
/// When there is none, or it cannot be used.
pub fn open(home: &Home) -> Result<Register, Failure> {
    Register::open_existing(&home.register()).map_err(failure)
}

/// A register's error, with what the clerk should do next. For everything that opens the register.
pub fn failure(error: RegisterError) -> Failure {
    let (hint, kind) = match &error {
        RegisterError::Missing { .. } => {
            ("run `nansen init` first, or name the data folder with --home", Kind::NotSetUp)
        }
        RegisterError::NoFile { .. } | RegisterError::CannotOpen(_) | RegisterError::ReadOnly(_) => {
            ("check the folder and who may write in it, or name another data folder with --home", Kind::Storage)
        }
        RegisterError::NotADatabase(_) | RegisterError::Foreign { .. } => {
            ("put the register back from a backup, or name the right data folder with --home", Kind::Storage)
        }
        RegisterError::Corrupt(_) | RegisterError::Damaged { .. } | RegisterError::Disk(_) => {
            ("issue nothing more here; copy the data folder, then put the register back from a backup", Kind::Storage)
        }
        RegisterError::Newer { .. } => ("install the newest nansen", Kind::Storage),
        RegisterError::NoWriteAheadLog { .. } => {
            ("keep the data folder on a local disk, not on a network drive", Kind::Storage)
        }
        RegisterError::Busy(_) => ("wait until the other nansen is done, then run this again", Kind::Busy),
        RegisterError::Full(_) => {
            ("free some room on the disk, then run this again: it goes on where it stopped", Kind::Storage)
        }
        RegisterError::AlreadyHolds { .. } => ("to replace that credential, issue with --reissue", Kind::Conflict),
        RegisterError::RowTaken { .. } => {
            ("another nansen works on the same list: wait, then run this again", Kind::Busy)
        }
        RegisterError::UnknownSerial { .. } => ("look it up with `nansen register list --search NAME`", Kind::Unknown),
        RegisterError::Replaced { .. } => {
            ("revoke the newer credential and issue again with --reissue", Kind::Conflict)
        }
        _ => return Failure::new(error).of(Kind::Storage),
    };
    Failure::new(error).hint(hint).of(kind)
}

/// The status as a clerk sees it: a valid credential that ran out is `expired`.
pub fn state(entry: &Entry, now: Timestamp) -> &'static str {
    if entry.status == Status::Valid && entry.expires.is_some_and(|expires| now >= expires) {
        return "expired";
    }
    entry.status.as_str()
}

/// The day, in UTC.
pub fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}

/// The facts of one line, as JSON.
pub fn entry_json(entry: &Entry, now: Timestamp) -> Map<String, Value> {
    let object = json!({
        "serial": entry.serial.to_string(),
        "type": entry.type_name,
        "subject": entry.subject,
        "name": entry.name,
        "issued": entry.issued.to_string(),
        "expires": entry.expires.map(|expires| expires.to_string()),
        "status": state(entry, now),
        "current": entry.current,
        "printed": entry.prints,
        "copy": entry.copy,
        "supersedes": entry.supersedes.map(|serial| serial.to_string()),
        "batch": entry.batch.to_string().parse::<i64>().ok(),
        "row": entry.row,
        "wire": entry.wire,
        "status_list": entry.slot.map(|slot| slot.list),
        "status_index": entry.slot.map(|slot| slot.index),
    });
    match object {
        Value::Object(map) => map,
        _ => unreachable!("json! of braces is an object"),
    }
}

/// All that the register knows about one credential.
pub struct Dossier {
    /// The credential.
    pub stored: Stored,
    /// When it was printed, and where to.
    pub prints: Vec<Print>,
    /// When its papers were scanned back.
    pub scans: Vec<ReadBack>,
    /// What became of its status.
    pub history: Vec<StatusEvent>,
}

impl Dossier {
    /// Looks everything up.
    ///
    /// # Errors
    /// When no such credential was issued here, or the register cannot be read.
    pub fn of(register: &Register, serial: Serial) -> Result<Self, RegisterError> {
        Ok(Self {
            stored: register.find(serial)?.ok_or(RegisterError::UnknownSerial { serial })?,
            prints: register.prints_of(serial)?,
            scans: register.read_backs_of(serial)?,
            history: register.status_history(serial)?,
        })
    }

    /// The whole as JSON.
    pub fn json(&self, now: Timestamp) -> Value {
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
