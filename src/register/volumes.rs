//! The files of a batch: what stands on which sheet of which, so that each can be written again as it was.

use std::fmt;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::entry::{serial_at, time_at};
use super::{BatchId, Register, RegisterError};
use crate::credential::serial::Serial;

/// A file of a batch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Volume {
    /// 1 for the first file of the batch.
    pub number: u32,
    /// Where it was written.
    pub file: String,
    /// Whether it has its name: nothing more is done to it.
    pub closed: bool,
    /// Credentials in it.
    pub credentials: u32,
    /// The number of its last sheet, 0 when none is known.
    pub sheets: u32,
}

/// Where a credential stands in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The credential.
    pub serial: Serial,
    /// The sheet of paper, from 1.
    pub sheet: u32,
}

/// A credential of a batch and the sheet that it stands on.
#[derive(Clone, Eq, PartialEq)]
pub struct PlacedRow {
    /// Row of the list.
    pub row: u32,
    /// The credential.
    pub serial: Serial,
    /// Number of the file.
    pub volume: u32,
    /// Whether that file is finished.
    pub closed: bool,
    /// The sheet of paper, from 1.
    pub sheet: u32,
    /// Copy number of the print.
    pub copy: u32,
    /// Name of the key that signed.
    pub kid: Vec<u8>,
    /// When it was signed.
    pub issued: Timestamp,
}

impl fmt::Debug for PlacedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlacedRow")
            .field("serial", &self.serial)
            .field("volume", &self.volume)
            .field("sheet", &self.sheet)
            .finish_non_exhaustive()
    }
}

impl Register {
    /// When a batch was begun: the date that its files carry, however often they are written.
    pub fn batch_started(&self, batch: BatchId) -> Result<Timestamp, RegisterError> {
        let mut statement = self.connection.prepare_cached("SELECT started FROM batches WHERE id = ?1")?;
        let mut rows = statement.query([batch])?;
        let row = rows.next()?.ok_or(RegisterError::UnknownBatch { batch })?;
        time_at(row, 0)
    }

    /// Notes a file that is about to get its name, with what stands in it: the first print of each credential. All or
    /// none; noted again after a kill it adds nothing.
    pub fn record_volume(
        &mut self,
        batch: BatchId,
        number: u32,
        file: &str,
        places: &[Place],
        now: Timestamp,
    ) -> Result<(), RegisterError> {
        let transaction = self.write()?;
        let known: Option<(i64, bool)> = transaction
            .query_row(
                "SELECT id, closed IS NOT NULL FROM volumes WHERE batch = ?1 AND number = ?2",
                params![batch, number],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let volume = match known {
            Some((_, true)) => return Err(RegisterError::VolumeClosed { batch, number }),
            Some((id, false)) => {
                transaction.execute("UPDATE volumes SET file = ?2 WHERE id = ?1", params![id, file])?;
                id
            }
            None => {
                let made = "INSERT INTO volumes (batch, number, file) VALUES (?1, ?2, ?3)";
                transaction.execute(made, params![batch, number, file])?;
                transaction.last_insert_rowid()
            }
        };
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO prints (serial, copy, at, file, volume, sheet)
                 SELECT serial, 1, ?3, ?4, ?5, ?6 FROM credentials WHERE batch = ?1 AND serial = ?2
                 AND NOT EXISTS (SELECT 1 FROM prints WHERE prints.serial = credentials.serial)",
            )?;
            for Place { serial, sheet } in places {
                statement.execute(params![batch, serial.as_bytes(), now.as_second(), file, volume, sheet])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Notes that a file has its name. Closing it twice changes nothing.
    pub fn close_volume(&mut self, batch: BatchId, number: u32, now: Timestamp) -> Result<(), RegisterError> {
        self.connection.execute(
            "UPDATE volumes SET closed = ?3 WHERE batch = ?1 AND number = ?2 AND closed IS NULL",
            params![batch, number, now.as_second()],
        )?;
        Ok(())
    }

    /// The files of a batch, by number.
    pub fn volumes_of(&self, batch: BatchId) -> Result<Vec<Volume>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT number, volumes.file, closed IS NOT NULL, count(prints.serial), coalesce(max(sheet), 0)
             FROM volumes LEFT JOIN prints ON prints.volume = volumes.id
             WHERE batch = ?1 GROUP BY volumes.id ORDER BY number",
        )?;
        let volumes = statement.query_map([batch], |row| {
            Ok(Volume {
                number: row.get(0)?,
                file: row.get(1)?,
                closed: row.get(2)?,
                credentials: row.get(3)?,
                sheets: row.get(4)?,
            })
        })?;
        Ok(volumes.collect::<Result<_, _>>()?)
    }

    /// The files of the unfinished batch of this digest and type, by number; none when there is none.
    pub fn volumes_of_interrupted(&self, type_name: &str, digest: &[u8; 32]) -> Result<Vec<Volume>, RegisterError> {
        let sql = "SELECT id FROM batches WHERE type = ?1 AND digest = ?2 AND finished IS NULL";
        let id = self.connection.query_row(sql, params![type_name, digest], |row| row.get(0)).optional()?;
        id.map_or(Ok(Vec::new()), |id| self.volumes_of(id))
    }

    /// What stands on which sheet of the files of a batch, in that order.
    pub fn places_of(&self, batch: BatchId) -> Result<Vec<PlacedRow>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT list_row, credentials.serial, volumes.number, closed IS NOT NULL, sheet, prints.copy,
                coalesce(prints.kid, credentials.kid), issued
             FROM volumes JOIN prints ON prints.volume = volumes.id JOIN credentials USING (serial)
             WHERE volumes.batch = ?1 AND sheet IS NOT NULL ORDER BY volumes.number, sheet, list_row",
        )?;
        let mut rows = statement.query([batch])?;
        let mut places = Vec::new();
        while let Some(row) = rows.next()? {
            places.push(PlacedRow {
                row: row.get(0)?,
                serial: serial_at(row, 1)?,
                volume: row.get(2)?,
                closed: row.get(3)?,
                sheet: row.get(4)?,
                copy: row.get(5)?,
                kid: row.get(6)?,
                issued: time_at(row, 7)?,
            });
        }
        Ok(places)
    }
}
