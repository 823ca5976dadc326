//! Why the register could not do what it was asked.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::{BatchId, Status};
use crate::credential::serial::Serial;

/// Refusals and failures of the register. None of them carries a name or another word about a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// There is no file of this name.
    #[error("there is no register at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file can be neither found nor made.
    #[error("cannot open a register at {}", path.display())]
    NoFile {
        /// Where it should stand.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file cannot be opened: a folder, or no permission.
    #[error("cannot open the register")]
    CannotOpen(#[source] rusqlite::Error),
    /// The file has another content than a database.
    #[error("the register's file is not a database")]
    NotADatabase(#[source] rusqlite::Error),
    /// The file is a database of another program.
    #[error("the file is a database, but not a register: application id {found:#010x}, wanted {wanted:#010x}")]
    Foreign {
        /// As it stands in the file.
        found: i32,
        /// What a register has there.
        wanted: i32,
    },
    /// A newer nansen wrote the file.
    #[error("the register has schema {found}, and this nansen knows schemas up to {known}")]
    Newer {
        /// `user_version` of the file.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// The file system cannot hold a write-ahead log, without which a power cut may lose records.
    #[error("the register cannot keep a write-ahead log here: journal mode is {found:?}, wanted \"wal\"")]
    NoWriteAheadLog {
        /// The journal mode that the database settled for.
        found: String,
    },
    /// Pages of the file contradict each other.
    #[error("the register's file is corrupt")]
    Corrupt(#[source] rusqlite::Error),
    /// A value stands in the file that this program would never have written.
    #[error("the register's file is damaged: {what} is not as it was written")]
    Damaged {
        /// Which value.
        what: &'static str,
    },
    /// Another process holds the register, and did not let go in time.
    #[error("another process is writing to the register")]
    Busy(#[source] rusqlite::Error),
    /// No room for the record. Nothing of the transaction was kept.
    #[error("no room left for the register; nothing of this step was recorded")]
    Full(#[source] rusqlite::Error),
    /// The file or its folder cannot be written.
    #[error("the register cannot be written")]
    ReadOnly(#[source] rusqlite::Error),
    /// The disk failed.
    #[error("reading or writing the register's file failed")]
    Disk(#[source] rusqlite::Error),
    /// Anything else that the database said.
    #[error("the register's database refused a statement")]
    Database(#[source] rusqlite::Error),

    /// The person of this row holds a credential of this type already.
    #[error("row {row}: this person already holds {serial}")]
    AlreadyHolds {
        /// Row of the list.
        row: u32,
        /// The credential that is current.
        serial: Serial,
    },
    /// The serial is taken.
    #[error("row {row}: serial {serial} was issued before")]
    SerialTaken {
        /// Row of the list.
        row: u32,
        /// The serial that was to be used.
        serial: Serial,
    },
    /// The row was recorded already, by this process or by another one working on the same list.
    #[error("row {row} of this batch is recorded already, as {serial}")]
    RowTaken {
        /// Row of the list.
        row: u32,
        /// The credential that stands for it.
        serial: Serial,
    },
    /// The place in the status list is taken.
    #[error("row {row}: place {index} of status list {list} is taken")]
    SlotTaken {
        /// Row of the list.
        row: u32,
        /// Status list.
        list: u32,
        /// Place in it.
        index: u16,
    },
    /// What is to be superseded is another person's, of another type, or already superseded.
    #[error("row {row}: {serial} is not a current credential of this person and type, so it cannot be superseded")]
    CannotSupersede {
        /// Row of the list.
        row: u32,
        /// The credential that was to be superseded.
        serial: Serial,
    },
    /// A field is too long, too short or otherwise outside what the register keeps.
    #[error("row {row}: the record of {serial} breaks a rule of the register")]
    Unfit {
        /// Row of the list.
        row: u32,
        /// The credential.
        serial: Serial,
        /// The rule.
        #[source]
        source: rusqlite::Error,
    },
    /// No batch has this number.
    #[error("there is no batch {batch}")]
    UnknownBatch {
        /// As asked for.
        batch: BatchId,
    },
    /// The file has its name, and takes nothing more.
    #[error("file {number} of batch {batch} is finished")]
    VolumeClosed {
        /// The batch.
        batch: BatchId,
        /// Number of the file.
        number: u32,
    },
    /// Another process has printed the same copy meanwhile.
    #[error("copy {copy} of {serial} is recorded already")]
    CopyTaken {
        /// The credential.
        serial: Serial,
        /// The copy that was to be recorded.
        copy: u32,
    },
    /// The batch is closed, and takes no more credentials.
    #[error("batch {batch} is finished")]
    BatchFinished {
        /// As asked for.
        batch: BatchId,
    },
    /// The register has no credential of this serial.
    #[error("no credential {serial} was issued here")]
    UnknownSerial {
        /// As asked for.
        serial: Serial,
    },
    /// The status cannot change in this way.
    #[error("{serial} is {from}, and cannot become {to}")]
    NotFromHere {
        /// The credential.
        serial: Serial,
        /// Its status.
        from: Status,
        /// The status asked for.
        to: Status,
    },
    /// Another credential took its place, so this one cannot be valid again.
    #[error("{serial} was replaced by {by}, and cannot become valid again")]
    Replaced {
        /// The older credential.
        serial: Serial,
        /// The one in its place.
        by: Serial,
    },
    /// The reason is empty or too long.
    #[error("the reason has {found} letters, wanted 1 to {most}")]
    Reason {
        /// Letters in it.
        found: usize,
        /// The most that the register keeps.
        most: usize,
    },
    /// The source of randomness repeats itself.
    #[error("the source of randomness gave {tries} serials in a row that are taken")]
    NotRandom {
        /// How often it was asked.
        tries: u32,
    },
}

impl From<rusqlite::Error> for RegisterError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(error),
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error),
            Some(ErrorCode::CannotOpen) => Self::CannotOpen(error),
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(error),
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt(error),
            _ => Self::Database(error),
        }
    }
}

/// Whether a rule of the schema was broken, as against a disk or a lock that failed.
pub(super) fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
