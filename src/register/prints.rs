//! How often a credential was put on paper.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::entry::time_at;
use super::error::is_constraint;
use super::{Register, RegisterError};
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
    /// The sheet of paper in that file, from 1; unknown for prints of older versions.
    pub sheet: Option<u32>,
    /// Name of the key that signed this copy anew; none when it has the symbol of the first.
    pub kid: Option<Vec<u8>>,
}

/// A copy that is about to be handed over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewPrint {
    /// The credential.
    pub serial: Serial,
    /// Its copy number, from [`Register::next_copy`].
    pub copy: u32,
    /// The sheet of paper, from 1.
    pub sheet: u32,
    /// What stands in its symbol and the name of the key that signed it, when it was signed anew.
    pub signed: Option<(Vec<u8>, Vec<u8>)>,
}

impl Register {
    /// The number of the next copy of a credential: 1 when it was never printed.
    pub fn next_copy(&self, serial: Serial) -> Result<u32, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 + max(copy, coalesce((SELECT max(prints.copy) FROM prints WHERE serial = ?1), 0))
             FROM credentials WHERE serial = ?1",
        )?;
        let found = statement.query_row([serial.as_bytes()], |row| row.get(0)).optional()?;
        found.ok_or(RegisterError::UnknownSerial { serial })
    }

    /// Notes that these copies are about to be handed over in `file`, all or none.
    pub fn record_prints(&mut self, prints: &[NewPrint], file: &str, now: Timestamp) -> Result<(), RegisterError> {
        let transaction = self.write()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO prints (serial, copy, at, file, sheet, envelope, kid)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            let mut known = transaction.prepare_cached("SELECT 1 FROM credentials WHERE serial = ?1")?;
            for NewPrint { serial, copy, sheet, signed } in prints {
                let (envelope, kid) = signed.as_ref().map(|(envelope, kid)| (envelope, kid)).unzip();
                let done =
                    statement.execute(params![serial.as_bytes(), copy, now.as_second(), file, sheet, envelope, kid]);
                match done {
                    Ok(_) => {}
                    Err(error) if !is_constraint(&error) => return Err(error.into()),
                    Err(_) if !known.exists([serial.as_bytes()])? => {
                        return Err(RegisterError::UnknownSerial { serial: *serial });
                    }
                    Err(_) => return Err(RegisterError::CopyTaken { serial: *serial, copy: *copy }),
                }
            }
        }
        Ok(transaction.commit()?)
    }

    /// The prints of a credential, oldest first.
    pub fn prints_of(&self, serial: Serial) -> Result<Vec<Print>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT prints.copy, at, coalesce(volumes.file, prints.file), sheet, kid
             FROM prints LEFT JOIN volumes ON volumes.id = prints.volume WHERE serial = ?1 ORDER BY prints.copy",
        )?;
        let mut rows = statement.query([serial.as_bytes()])?;
        let mut prints = Vec::new();
        while let Some(row) = rows.next()? {
            prints.push(Print {
                copy: row.get(0)?,
                at: time_at(row, 1)?,
                file: row.get(2)?,
                sheet: row.get(3)?,
                kid: row.get(4)?,
            });
        }
        Ok(prints)
    }
}
