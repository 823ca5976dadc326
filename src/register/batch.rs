//! Batches: what one run of `issue` is about to issue, and what it has recorded.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, named_params, params};

use super::entry::{serial_at, time_at};
use super::error::is_constraint;
use super::{Register, RegisterError, Status, StatusSlot, query, status};
use crate::credential::serial::Serial;

/// The number of a batch.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BatchId(i64);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for BatchId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl ToSql for BatchId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for BatchId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

/// What one run of `issue` is about to do.
#[derive(Clone, Copy, Debug)]
pub struct BatchPlan<'a> {
    /// SHA-256 of the list and of every option that decides what is issued from it: the same digest is the same work.
    pub digest: [u8; 32],
    /// Credential type.
    pub type_name: &'a str,
    /// Where the PDF goes.
    pub output: &'a str,
    /// How many credentials are to be issued.
    pub rows: u32,
}

/// A row that has its credential.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IssuedRow {
    /// Row of the list, as given to [`Register::record`].
    pub row: u32,
    /// The credential recorded for it.
    pub serial: Serial,
}

/// A batch that may be worked on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Batch {
    /// This list was not begun before, or was finished.
    New {
        /// Number of the batch.
        id: BatchId,
    },
    /// This list was begun, and the process that worked on it did not finish.
    Resumed {
        /// Number of the batch.
        id: BatchId,
        /// The rows that are recorded, by row.
        done: Vec<IssuedRow>,
    },
}

impl Batch {
    /// Number of the batch.
    pub fn id(&self) -> BatchId {
        match self {
            Self::New { id } | Self::Resumed { id, .. } => *id,
        }
    }

    /// The rows that are recorded already, by row.
    pub fn done(&self) -> &[IssuedRow] {
        match self {
            Self::New { .. } => &[],
            Self::Resumed { done, .. } => done,
        }
    }
}

/// A batch that was begun and not finished.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenBatch {
    /// Number of the batch.
    pub id: BatchId,
    /// Credential type.
    pub type_name: String,
    /// Where its PDF was to go.
    pub output: String,
    /// How many credentials were planned.
    pub planned: u32,
    /// How many are recorded.
    pub recorded: u32,
    /// When it was begun.
    pub started: Timestamp,
}

/// A signed credential, about to be recorded. Its type is the type of its batch.
#[derive(Clone, Eq, PartialEq)]
pub struct NewCredential {
    /// Row of the list.
    pub row: u32,
    /// From [`Register::reserve`].
    pub serial: Serial,
    /// The person's or household's id.
    pub subject: String,
    /// What people who may be the same person have in common: normalised Latin name and date of birth.
    pub name_key: String,
    /// The holder's name as a clerk wants to see it in a list.
    pub name: String,
    /// `iat`.
    pub issued: Timestamp,
    /// `exp`.
    pub expires: Option<Timestamp>,
    /// From [`Register::reserve`]; none for wire formats without a status.
    pub slot: Option<StatusSlot>,
    /// Wire format: `nansen`, `claim169`, `hcert`.
    pub wire: String,
    /// Name of the key that signed.
    pub kid: Vec<u8>,
    /// What stands in the symbol, so that a reprint has the same symbol.
    pub envelope: Vec<u8>,
    /// The claims as printed, as JSON, so that a reprint has the same words.
    pub record: String,
    /// The photo as signed.
    pub photo: Option<Vec<u8>>,
    /// The credential that this one replaces.
    pub supersedes: Option<Serial>,
    /// The copy number that the credential carries, 0 when it carries none.
    pub copy: u32,
}

impl fmt::Debug for NewCredential {
    /// Says which one it is, and nothing about the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCredential").field("row", &self.row).field("serial", &self.serial).finish_non_exhaustive()
    }
}

impl Register {
    /// The rows that an unfinished batch of this digest and type has recorded, by row; none when there is none.
    pub fn interrupted(&self, type_name: &str, digest: &[u8; 32]) -> Result<Vec<IssuedRow>, RegisterError> {
        let sql = "SELECT id FROM batches WHERE type = ?1 AND digest = ?2 AND finished IS NULL";
        let id = self.connection.query_row(sql, params![type_name, digest], |row| row.get(0)).optional()?;
        id.map_or(Ok(Vec::new()), |id| rows_of(&self.connection, id))
    }

    /// Begins a batch, or takes up the unfinished one of the same digest and type.
    pub fn begin_batch(&mut self, plan: &BatchPlan<'_>, now: Timestamp) -> Result<Batch, RegisterError> {
        let transaction = self.write()?;
        let unfinished = transaction
            .query_row(
                "SELECT id FROM batches WHERE type = ?1 AND digest = ?2 AND finished IS NULL",
                params![plan.type_name, plan.digest],
                |row| row.get(0),
            )
            .optional()?;
        let batch = if let Some(id) = unfinished {
            // The list may be printed to another place the second time.
            transaction.execute(
                "UPDATE batches SET output = ?2, planned = ?3 WHERE id = ?1",
                params![id, plan.output, plan.rows],
            )?;
            Batch::Resumed { id, done: rows_of(&transaction, id)? }
        } else {
            transaction.execute(
                "INSERT INTO batches (type, digest, output, planned, started) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![plan.type_name, plan.digest, plan.output, plan.rows, now.as_second()],
            )?;
            Batch::New { id: BatchId(transaction.last_insert_rowid()) }
        };
        transaction.commit()?;
        Ok(batch)
    }

    /// Records signed credentials, all or none; when this returns they survive a power cut.
    ///
    /// A person who holds a current credential of the type is refused, unless the new one supersedes it.
    pub fn record(&mut self, batch: BatchId, credentials: &[NewCredential]) -> Result<(), RegisterError> {
        let transaction = self.write()?;
        let (type_name, finished): (String, bool) = transaction
            .query_row("SELECT type, finished IS NOT NULL FROM batches WHERE id = ?1", [batch], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?
            .ok_or(RegisterError::UnknownBatch { batch })?;
        if finished {
            return Err(RegisterError::BatchFinished { batch });
        }
        for credential in credentials {
            if let Some(old) = credential.supersedes {
                retire(&transaction, &type_name, credential, old)?;
            }
            if let Err(error) = insert(&transaction, batch, &type_name, credential) {
                return Err(explain(&transaction, batch, &type_name, credential, error));
            }
        }
        Ok(transaction.commit()?)
    }

    /// The rows of a batch that are recorded, by row.
    pub fn rows_of(&self, batch: BatchId) -> Result<Vec<IssuedRow>, RegisterError> {
        rows_of(&self.connection, batch)
    }

    /// The type of a batch that is finished; none while it is not, or when there is no such batch.
    pub fn finished(&self, batch: BatchId) -> Result<Option<String>, RegisterError> {
        let sql = "SELECT type FROM batches WHERE id = ?1 AND finished IS NOT NULL";
        Ok(self.connection.query_row(sql, [batch], |row| row.get(0)).optional()?)
    }

    /// Closes a batch, and says how many credentials it has. Closing it twice changes nothing.
    pub fn finish_batch(&mut self, batch: BatchId, now: Timestamp) -> Result<u32, RegisterError> {
        let transaction = self.write()?;
        let found = transaction.execute(
            "UPDATE batches SET finished = coalesce(finished, ?2) WHERE id = ?1",
            params![batch, now.as_second()],
        )?;
        if found == 0 {
            return Err(RegisterError::UnknownBatch { batch });
        }
        let recorded =
            transaction.query_row("SELECT count(*) FROM credentials WHERE batch = ?1", [batch], |row| row.get(0))?;
        transaction.commit()?;
        Ok(recorded)
    }

    /// The batches that were begun and not finished, oldest first.
    pub fn unfinished_batches(&self) -> Result<Vec<OpenBatch>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, type, output, planned, started, (SELECT count(*) FROM credentials WHERE batch = batches.id)
             FROM batches WHERE finished IS NULL ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut batches = Vec::new();
        while let Some(row) = rows.next()? {
            batches.push(OpenBatch {
                id: row.get(0)?,
                type_name: row.get(1)?,
                output: row.get(2)?,
                planned: row.get(3)?,
                started: time_at(row, 4)?,
                recorded: row.get(5)?,
            });
        }
        Ok(batches)
    }
}

fn rows_of(connection: &Connection, batch: BatchId) -> Result<Vec<IssuedRow>, RegisterError> {
    let mut statement =
        connection.prepare_cached("SELECT list_row, serial FROM credentials WHERE batch = ?1 ORDER BY list_row")?;
    let mut rows = statement.query([batch])?;
    let mut done = Vec::new();
    while let Some(row) = rows.next()? {
        done.push(IssuedRow { row: row.get(0)?, serial: serial_at(row, 1)? });
    }
    Ok(done)
}

/// Makes room for `credential`: `old` stops being current, and says so in its history.
fn retire(
    connection: &Connection,
    type_name: &str,
    credential: &NewCredential,
    old: Serial,
) -> Result<(), RegisterError> {
    let current = query::holder(connection, type_name, &credential.subject)?;
    if current.is_none_or(|holder| holder.serial != old) {
        return Err(RegisterError::CannotSupersede { row: credential.row, serial: old });
    }
    let reason = format!("replaced by {}", credential.serial);
    status::change(connection, old, Status::Superseded, &reason, credential.issued)?;
    Ok(())
}

fn insert(
    connection: &Connection,
    batch: BatchId,
    type_name: &str,
    credential: &NewCredential,
) -> Result<(), rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO credentials (serial, batch, list_row, type, subject, name_key, name, search, issued, expires,
            status_list, status_index, wire, kid, envelope, record, photo, supersedes, copy, status, current)
         VALUES (:serial, :batch, :list_row, :type, :subject, :name_key, :name, :search, :issued, :expires,
            :status_list, :status_index, :wire, :kid, :envelope, :record, :photo, :supersedes, :copy, 'valid', 1)",
    )?;
    let c = credential;
    statement.execute(named_params! {
        ":serial": c.serial.as_bytes(),
        ":batch": batch,
        ":list_row": c.row,
        ":type": type_name,
        ":subject": c.subject,
        ":name_key": c.name_key,
        ":name": c.name,
        ":search": query::searchable(c),
        ":issued": c.issued.as_second(),
        ":expires": c.expires.map(Timestamp::as_second),
        ":status_list": c.slot.map(|slot| slot.list),
        ":status_index": c.slot.map(|slot| slot.index),
        ":wire": c.wire,
        ":kid": c.kid,
        ":envelope": c.envelope,
        ":record": c.record,
        ":photo": c.photo,
        ":supersedes": c.supersedes.as_ref().map(Serial::as_bytes),
        ":copy": c.copy,
    })?;
    Ok(())
}

/// Which rule `credential` broke. The rules stand in the schema; this only finds the words.
fn explain(
    connection: &Connection,
    batch: BatchId,
    type_name: &str,
    credential: &NewCredential,
    error: rusqlite::Error,
) -> RegisterError {
    if !is_constraint(&error) {
        return error.into();
    }
    let NewCredential { row, serial, .. } = *credential;
    let known = broken_rule(connection, batch, type_name, credential);
    known.unwrap_or_else(|failure| Some(failure.into())).unwrap_or(RegisterError::Unfit { row, serial, source: error })
}

fn broken_rule(
    connection: &Connection,
    batch: BatchId,
    type_name: &str,
    credential: &NewCredential,
) -> Result<Option<RegisterError>, rusqlite::Error> {
    let NewCredential { row, serial, slot, .. } = *credential;
    let recorded: Option<[u8; 5]> = connection
        .query_row("SELECT serial FROM credentials WHERE batch = ?1 AND list_row = ?2", params![batch, row], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(bytes) = recorded {
        return Ok(Some(RegisterError::RowTaken { row, serial: Serial::from_bytes(bytes) }));
    }
    let exists = |sql: &str, values: &[&dyn ToSql]| connection.query_row(sql, values, |_| Ok(())).optional();
    if exists("SELECT 1 FROM credentials WHERE serial = ?1", &[serial.as_bytes()])?.is_some() {
        return Ok(Some(RegisterError::SerialTaken { row, serial }));
    }
    if let Ok(Some(holder)) = query::holder(connection, type_name, &credential.subject) {
        return Ok(Some(RegisterError::AlreadyHolds { row, serial: holder.serial }));
    }
    if let Some(StatusSlot { list, index }) = slot {
        let sql = "SELECT 1 FROM credentials WHERE status_list = ?1 AND status_index = ?2";
        if exists(sql, &[&list, &index])?.is_some() {
            return Ok(Some(RegisterError::SlotTaken { row, list, index }));
        }
    }
    Ok(None)
}
