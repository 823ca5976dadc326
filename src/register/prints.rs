//! How often a credential was put on paper.

use jiff::Timestamp;
use rusqlite::params;

use super::entry::time_at;
use super::error::is_constraint;
use super::{BatchId, Register, RegisterError};
use crate::credential::serial::Serial;

/// One print of one credential.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Print {
    /// 1 for the first paper, 2 for the second, and so on.
    pub copy: u32,
    /// When.
    pub at: Timestamp,
    /// The PDF it was written to.
    pub file: String,
}

impl Register {
    /// Notes that these credentials are about to be handed over in `file`, all or none. Gives the copy number of each.
    pub fn record_prints(&mut self, serials: &[Serial], file: &str, now: Timestamp) -> Result<Vec<u32>, RegisterError> {
        let transaction = self.write()?;
        let mut copies = Vec::with_capacity(serials.len());
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO prints (serial, copy, at, file)
                 VALUES (?1, 1 + coalesce((SELECT max(copy) FROM prints WHERE serial = ?1), 0), ?2, ?3)
                 RETURNING copy",
            )?;
            let mut known = transaction.prepare_cached("SELECT 1 FROM credentials WHERE serial = ?1")?;
            for &serial in serials {
                let copy = statement.query_row(params![serial.as_bytes(), now.as_second(), file], |row| row.get(0));
                match copy {
                    Ok(copy) => copies.push(copy),
                    Err(error) if is_constraint(&error) && !known.exists([serial.as_bytes()])? => {
                        return Err(RegisterError::UnknownSerial { serial });
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        transaction.commit()?;
        Ok(copies)
    }

    /// Notes the first print of each credential of a batch that has none yet, and says how many these are.
    ///
    /// For the PDF of a batch: called again after a kill between this and the PDF's final name, it adds nothing, so that
    /// a paper that never left the desk is not counted.
    pub fn record_first_prints(&mut self, batch: BatchId, file: &str, now: Timestamp) -> Result<u32, RegisterError> {
        let added = self.connection.execute(
            "INSERT INTO prints (serial, copy, at, file)
             SELECT serial, 1, ?2, ?3 FROM credentials
             WHERE batch = ?1 AND NOT EXISTS (SELECT 1 FROM prints WHERE prints.serial = credentials.serial)",
            params![batch, now.as_second(), file],
        )?;
        Ok(u32::try_from(added).unwrap_or(u32::MAX))
    }

    /// The prints of a credential, oldest first.
    pub fn prints_of(&self, serial: Serial) -> Result<Vec<Print>, RegisterError> {
        let mut statement =
            self.connection.prepare_cached("SELECT copy, at, file FROM prints WHERE serial = ?1 ORDER BY copy")?;
        let mut rows = statement.query([serial.as_bytes()])?;
        let mut prints = Vec::new();
        while let Some(row) = rows.next()? {
            prints.push(Print { copy: row.get(0)?, at: time_at(row, 1)?, file: row.get(2)? });
        }
        Ok(prints)
    }
}
