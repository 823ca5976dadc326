//! Whether a credential still holds: revoked, suspended, superseded, and the way back.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::entry::{serial_at, time_at};
use super::error::is_constraint;
use super::{Register, RegisterError, query};
use crate::credential::serial::Serial;

/// The most letters that a reason may have.
const REASON_MOST: usize = 1000;

/// What the issuer says about a credential today.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Status {
    /// It holds.
    Valid,
    /// It does not hold for now.
    Suspended,
    /// It does not hold.
    Revoked,
    /// A newer one took its place.
    Superseded,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Valid, Self::Suspended, Self::Revoked, Self::Superseded];

    /// The word for it, in the file and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no status.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{found:?} is not a status: wanted valid, suspended, revoked or superseded")]
pub struct NotAStatus {
    /// The word, at most its first 40 letters.
    pub found: String,
}

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(word: &str) -> Result<Self, NotAStatus> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == word);
        found.ok_or_else(|| NotAStatus { found: word.chars().take(40).collect() })
    }
}

impl ToSql for Status {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(|_| FromSqlError::InvalidType)
    }
}

/// What a change of status found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Change {
    /// The credential.
    pub serial: Serial,
    /// Its status before.
    pub before: Status,
    /// Its status now; the same when there was nothing to change.
    pub after: Status,
}

/// One line of a credential's history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatusEvent {
    /// When.
    pub at: Timestamp,
    /// What it became.
    pub status: Status,
    /// Why, in the clerk's words.
    pub reason: String,
}

impl Register {
    /// Revokes credentials, all or none.
    pub fn revoke(&mut self, serials: &[Serial], reason: &str, now: Timestamp) -> Result<Vec<Change>, RegisterError> {
        self.set_status(serials, Status::Revoked, reason, now)
    }

    /// Suspends valid credentials, all or none.
    pub fn suspend(&mut self, serials: &[Serial], reason: &str, now: Timestamp) -> Result<Vec<Change>, RegisterError> {
        self.set_status(serials, Status::Suspended, reason, now)
    }

    /// Makes suspended, revoked or superseded credentials valid again, all or none. Refused for a credential that
    /// was replaced, or whose holder has another one.
    pub fn reinstate(
        &mut self,
        serials: &[Serial],
        reason: &str,
        now: Timestamp,
    ) -> Result<Vec<Change>, RegisterError> {
        self.set_status(serials, Status::Valid, reason, now)
    }

    /// Takes credentials out of use, all or none, because another desk replaced them. (A replacement that is issued
    /// here does this by itself, see [`super::NewCredential::supersedes`].)
    pub fn supersede(
        &mut self,
        serials: &[Serial],
        reason: &str,
        now: Timestamp,
    ) -> Result<Vec<Change>, RegisterError> {
        self.set_status(serials, Status::Superseded, reason, now)
    }

    /// The places of a status list that are anything but valid, by place.
    pub fn status_entries(&self, list: u32) -> Result<Vec<(u16, Status)>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT status_index, status FROM credentials
             WHERE status_list = ?1 AND status <> 'valid' ORDER BY status_index",
        )?;
        let entries = statement.query_map([list], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// The names of the keys that have signed credentials of this register, each once.
    pub fn kids(&self) -> Result<Vec<Vec<u8>>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT kid FROM credentials UNION SELECT kid FROM prints WHERE kid IS NOT NULL ORDER BY kid",
        )?;
        let kids = statement.query_map([], |row| row.get(0))?;
        Ok(kids.collect::<Result<_, _>>()?)
    }

    /// How a credential's status changed, oldest first.
    pub fn status_history(&self, serial: Serial) -> Result<Vec<StatusEvent>, RegisterError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT at, status, reason FROM status_changes WHERE serial = ?1 ORDER BY id")?;
        let mut rows = statement.query([serial.as_bytes()])?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            events.push(StatusEvent { at: time_at(row, 0)?, status: row.get(1)?, reason: row.get(2)? });
        }
        Ok(events)
    }

    fn set_status(
        &mut self,
        serials: &[Serial],
        to: Status,
        reason: &str,
        now: Timestamp,
    ) -> Result<Vec<Change>, RegisterError> {
        let letters = reason.chars().count();
        if letters == 0 || letters > REASON_MOST {
            return Err(RegisterError::Reason { found: letters, most: REASON_MOST });
        }
        let transaction = self.write()?;
        let changes: Result<Vec<_>, _> =
            serials.iter().map(|&serial| change(&transaction, serial, to, reason, now)).collect();
        let changes = changes?;
        transaction.commit()?;
        Ok(changes)
    }
}

/// Changes one status and writes the change into the history.
pub(super) fn change(
    connection: &Connection,
    serial: Serial,
    to: Status,
    reason: &str,
    now: Timestamp,
) -> Result<Change, RegisterError> {
    let (before, current): (Status, bool) = connection
        .prepare_cached("SELECT status, current FROM credentials WHERE serial = ?1")?
        .query_row([serial.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(RegisterError::UnknownSerial { serial })?;
    if to == Status::Valid
        && let Some(by) = successor(connection, serial)?
    {
        return Err(RegisterError::Replaced { serial, by });
    }
    let (after, stays_current) = next(serial, before, current, to)?;
    if (after, stays_current) != (before, current) {
        let moved = connection
            .prepare_cached("UPDATE credentials SET status = ?2, current = ?3 WHERE serial = ?1")?
            .execute(params![serial.as_bytes(), after, stays_current]);
        match moved {
            Ok(_) => {}
            Err(error) if is_constraint(&error) => return Err(replaced(connection, serial, error)),
            Err(error) => return Err(error.into()),
        }
        // The word that was asked for, even where the status says more (a revoked paper that was also replaced).
        connection
            .prepare_cached("INSERT INTO status_changes (serial, at, status, reason) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![serial.as_bytes(), now.as_second(), to, reason])?;
    }
    Ok(Change { serial, before, after })
}

/// The status and the `current` flag after a change.
fn next(serial: Serial, from: Status, current: bool, to: Status) -> Result<(Status, bool), RegisterError> {
    Ok(match (from, to) {
        (_, Status::Revoked) => (Status::Revoked, current),
        (_, Status::Valid) => (Status::Valid, true),
        (Status::Valid | Status::Suspended, Status::Suspended) => (Status::Suspended, current),
        (from, Status::Suspended) => return Err(RegisterError::NotFromHere { serial, from, to }),
        // Revoked says more than superseded: it may have been stolen.
        (Status::Revoked, Status::Superseded) => (Status::Revoked, false),
        (_, Status::Superseded) => (Status::Superseded, false),
    })
}

/// The credential that was issued in place of this one.
fn successor(connection: &Connection, serial: Serial) -> Result<Option<Serial>, RegisterError> {
    let mut statement = connection.prepare_cached("SELECT serial FROM credentials WHERE supersedes = ?1")?;
    let mut rows = statement.query([serial.as_bytes()])?;
    rows.next()?.map(|row| serial_at(row, 0)).transpose()
}

/// Why a credential cannot be current again: its holder has another one.
fn replaced(connection: &Connection, serial: Serial, error: rusqlite::Error) -> RegisterError {
    let whose = connection
        .query_row("SELECT type, subject FROM credentials WHERE serial = ?1", [serial.as_bytes()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .optional();
    match whose {
        Ok(Some((type_name, subject))) => match query::holder(connection, &type_name, &subject) {
            Ok(Some(holder)) => RegisterError::Replaced { serial, by: holder.serial },
            Ok(None) => error.into(),
            Err(failure) => failure,
        },
        Ok(None) => error.into(),
        Err(failure) => failure.into(),
    }
}
