//! What this desk issued, printed and revoked.
//!
//! In come signed credentials, prints and changes of status; out come serials and status slots that nobody has yet,
//! the batch that a power cut interrupted, and everything a clerk asks about a paper. Held in one `SQLite` file in WAL
//! mode with `synchronous = FULL`: what a method has acknowledged survives a killed process and a cut cable.
//!
//! The order that makes a batch safe to kill at any moment:
//!
//! 1. [`Register::begin_batch`] says whether this list is new or was interrupted, and which rows are done;
//! 2. [`Register::reserve`] hands out serials and status slots for the next few rows;
//! 3. the caller signs them, and [`Register::record`] writes them down, all or none;
//! 4. a file of them is written under a temporary name, [`Register::record_volume`] notes what stands on which of its
//!    sheets, it gets its name, and [`Register::close_volume`] says so;
//! 5. when the last file stands, [`Register::finish_batch`] closes the batch.
//!
//! That nobody is issued twice is a rule of the database (a partial unique index), not of this code alone.
//! Names of people are personal data: they stand in no error message and in no `Debug` output of this module.

mod batch;
mod entry;
mod error;
mod numbers;
mod prints;
mod query;
mod readbacks;
mod reserve;
mod schema;
mod status;
#[cfg(test)]
mod tests;
mod volumes;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior};

pub use batch::{Batch, BatchId, BatchPlan, IssuedRow, NewCredential, OpenBatch};
pub use entry::{Entry, Stored};
pub use error::RegisterError;
pub use numbers::{Counted, Number};
pub use prints::{NewPrint, Print};
pub use query::{Count, Filter, Holder, Listing, fold};
pub use readbacks::{ReadBack, Unread};
pub use reserve::{LIST_SLOTS, Reserved, StatusListUse, StatusSlot};
pub use status::{Change, Status, StatusEvent};
pub use volumes::{Place, PlacedRow, Volume};

/// How long a method waits for another process that is writing before it gives up with [`RegisterError::Busy`].
pub const BUSY_WAIT: Duration = Duration::from_secs(10);

/// The register of one desk: an open database.
#[derive(Debug)]
pub struct Register {
    connection: Connection,
}

impl Register {
    /// Opens the register at `path`, making it when there is none. A new file is readable by its owner only.
    pub fn open(path: &Path) -> Result<Self, RegisterError> {
        create_private(path)?;
        Self::open_existing(path)
    }

    /// Opens the register at `path`, and refuses when there is none.
    pub fn open_existing(path: &Path) -> Result<Self, RegisterError> {
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return Err(RegisterError::Missing { path: path.into() }),
            Err(source) => return Err(RegisterError::NoFile { path: path.into(), source }),
        }
        // Without SQLITE_OPEN_URI, so that a path is a path even when it begins with "file:".
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::prepare(Connection::open_with_flags(path, flags)?)
    }

    /// A register that lives as long as the value: for dry runs and tests.
    pub fn open_in_memory() -> Result<Self, RegisterError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    /// Waits this long for another writer instead of [`BUSY_WAIT`].
    pub fn set_busy_wait(&mut self, wait: Duration) -> Result<(), RegisterError> {
        Ok(self.connection.busy_timeout(wait)?)
    }

    /// Reads the whole file and says whether it is sound. Takes seconds for a large register.
    pub fn check(&self) -> Result<(), RegisterError> {
        let verdict: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(RegisterError::Damaged { what: "the pages of the file" });
        }
        let orphan = self.connection.query_row("PRAGMA foreign_key_check", [], |_| Ok(())).optional()?;
        if orphan.is_some() {
            return Err(RegisterError::Damaged { what: "a record that points to nothing" });
        }
        Ok(())
    }

    /// A note kept beside the records, such as the number of the last status list that was signed.
    pub fn meta(&self, key: &str) -> Result<Option<String>, RegisterError> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Keeps or replaces a note.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), RegisterError> {
        self.connection.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )?;
        Ok(())
    }

    fn prepare(mut connection: Connection) -> Result<Self, RegisterError> {
        connection.busy_timeout(BUSY_WAIT)?;
        schema::prepare(&mut connection)?;
        // The statements of one command; the default of 16 would compile some of them again for every row.
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection })
    }

    /// A transaction that is the only writer from its first statement, so that what it reads stays true until it ends.
    fn write(&mut self) -> Result<rusqlite::Transaction<'_>, RegisterError> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// Makes an empty file that only its owner may read; the database gives its `-wal` and `-shm` files the same mode.
fn create_private(path: &Path) -> Result<(), RegisterError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(RegisterError::NoFile { path: path.into(), source }),
    }
}
