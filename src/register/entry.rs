//! A recorded credential, as read back from the file.

use std::fmt;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use super::{BatchId, Register, RegisterError, Status, StatusSlot};
use crate::credential::serial::{SERIAL_LEN, Serial};

/// One line of the register.
#[derive(Clone, Eq, PartialEq)]
pub struct Entry {
    /// Place in the order of issue; the cursor of [`super::Filter::before`].
    pub number: i64,
    /// The serial.
    pub serial: Serial,
    /// The batch it was issued in.
    pub batch: BatchId,
    /// Row of that batch's list.
    pub row: u32,
    /// Credential type.
    pub type_name: String,
    /// The person's or household's id.
    pub subject: String,
    /// The holder's name, as a clerk wants to see it in a list.
    pub name: String,
    /// `iat`.
    pub issued: Timestamp,
    /// `exp`.
    pub expires: Option<Timestamp>,
    /// What the issuer says today.
    pub status: Status,
    /// Whether this is the one credential of this type that its holder has.
    pub current: bool,
    /// Place in the status list.
    pub slot: Option<StatusSlot>,
    /// Wire format.
    pub wire: String,
    /// The credential it replaced.
    pub supersedes: Option<Serial>,
    /// The copy number it carries.
    pub copy: u32,
    /// How often it was printed.
    pub prints: u32,
}

/// One line of the register, with all that a reprint needs.
#[derive(Clone, Eq, PartialEq)]
pub struct Stored {
    /// The line.
    pub entry: Entry,
    /// What people who may be the same person have in common.
    pub name_key: String,
    /// Name of the key that signed.
    pub kid: Vec<u8>,
    /// What stands in the symbol.
    pub envelope: Vec<u8>,
    /// The claims as printed, as JSON.
    pub record: String,
    /// The photo as signed.
    pub photo: Option<Vec<u8>>,
    /// The credential that replaced it.
    pub superseded_by: Option<Serial>,
}

impl fmt::Debug for Entry {
    /// Says which one it is, and nothing about the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("number", &self.number)
            .field("serial", &self.serial)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("entry", &self.entry).finish_non_exhaustive()
    }
}

/// The columns that [`entry_at`] reads, in its order.
pub(super) const ENTRY_COLUMNS: &str = "number, serial, batch, list_row, type, subject, name, issued, expires, status, \
     current, status_list, status_index, wire, supersedes, copy, \
     (SELECT count(*) FROM prints WHERE prints.serial = credentials.serial)";

/// How many columns [`ENTRY_COLUMNS`] names.
const ENTRY_WIDTH: usize = 17;

impl Register {
    /// Everything about one credential.
    pub fn find(&self, serial: Serial) -> Result<Option<Stored>, RegisterError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS}, name_key, kid, envelope, record, photo,
                (SELECT newer.serial FROM credentials AS newer WHERE newer.supersedes = credentials.serial)
             FROM credentials WHERE serial = ?1"
        ))?;
        let mut rows = statement.query([serial.as_bytes()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Stored {
            entry: entry_at(row)?,
            name_key: row.get(ENTRY_WIDTH)?,
            kid: row.get(ENTRY_WIDTH + 1)?,
            envelope: row.get(ENTRY_WIDTH + 2)?,
            record: row.get(ENTRY_WIDTH + 3)?,
            photo: row.get(ENTRY_WIDTH + 4)?,
            superseded_by: optional_serial_at(row, ENTRY_WIDTH + 5)?,
        }))
    }

    /// Whether a serial stands in the register.
    pub fn contains(&self, serial: Serial) -> Result<bool, RegisterError> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM credentials WHERE serial = ?1")?;
        Ok(statement.query_row([serial.as_bytes()], |_| Ok(())).optional()?.is_some())
    }
}

/// Reads the columns of [`ENTRY_COLUMNS`].
pub(super) fn entry_at(row: &Row<'_>) -> Result<Entry, RegisterError> {
    let list: Option<u32> = row.get(11)?;
    let index: Option<u16> = row.get(12)?;
    Ok(Entry {
        number: row.get(0)?,
        serial: serial_at(row, 1)?,
        batch: row.get(2)?,
        row: row.get(3)?,
        type_name: row.get(4)?,
        subject: row.get(5)?,
        name: row.get(6)?,
        issued: time_at(row, 7)?,
        expires: row.get::<_, Option<i64>>(8)?.map(time).transpose()?,
        status: row.get(9)?,
        current: row.get(10)?,
        slot: list.zip(index).map(|(list, index)| StatusSlot { list, index }),
        wire: row.get(13)?,
        supersedes: optional_serial_at(row, 14)?,
        copy: row.get(15)?,
        prints: row.get(16)?,
    })
}

/// A serial; the schema holds it to five bytes, and a damaged file is named instead of trusted.
pub(super) fn serial_at(row: &Row<'_>, column: usize) -> Result<Serial, RegisterError> {
    optional_serial_at(row, column)?.ok_or(RegisterError::Damaged { what: "a serial" })
}

fn optional_serial_at(row: &Row<'_>, column: usize) -> Result<Option<Serial>, RegisterError> {
    let bytes: Option<[u8; SERIAL_LEN]> = row.get(column).map_err(|_| RegisterError::Damaged { what: "a serial" })?;
    Ok(bytes.map(Serial::from_bytes))
}

/// A time in seconds.
pub(super) fn time_at(row: &Row<'_>, column: usize) -> Result<Timestamp, RegisterError> {
    time(row.get(column)?)
}

fn time(seconds: i64) -> Result<Timestamp, RegisterError> {
    Timestamp::from_second(seconds).map_err(|_| RegisterError::Damaged { what: "a time" })
}
