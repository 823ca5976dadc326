//! Which papers were scanned back after they were printed, and how well they read.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::entry::{serial_at, time_at};
use super::error::is_constraint;
use super::{Register, RegisterError};
use crate::credential::serial::Serial;

/// A paper that was scanned back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReadBack {
    /// The credential.
    pub serial: Serial,
    /// Which of its papers, from 1.
    pub copy: u32,
    /// When.
    pub at: Timestamp,
    /// From 4 (best) to 0.
    pub grade: u8,
    /// The scan.
    pub file: String,
}

/// A paper that was printed and not scanned back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unread {
    /// The credential.
    pub serial: Serial,
    /// Which of its papers, from 1.
    pub copy: u32,
    /// The PDF that it was printed from.
    pub file: String,
    /// The best grade of a scan that was not good enough, when there was one.
    pub grade: Option<u8>,
}

impl Register {
    /// Notes papers that were scanned back, all or none.
    pub fn record_read_backs(&mut self, read: &[ReadBack]) -> Result<(), RegisterError> {
        let transaction = self.write()?;
        {
            let mut statement = transaction
                .prepare_cached("INSERT INTO readbacks (serial, copy, at, grade, file) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            let mut known = transaction.prepare_cached("SELECT 1 FROM credentials WHERE serial = ?1")?;
            for one in read {
                let row = params![one.serial.as_bytes(), one.copy, one.at.as_second(), one.grade, one.file];
                match statement.execute(row) {
                    Ok(_) => {}
                    Err(error) if is_constraint(&error) && !known.exists([one.serial.as_bytes()])? => {
                        return Err(RegisterError::UnknownSerial { serial: one.serial });
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(transaction.commit()?)
    }

    /// The scans of a credential's papers, oldest first.
    pub fn read_backs_of(&self, serial: Serial) -> Result<Vec<ReadBack>, RegisterError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT copy, at, grade, file FROM readbacks WHERE serial = ?1 ORDER BY id")?;
        let mut rows = statement.query([serial.as_bytes()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (copy, at) = (row.get(0)?, time_at(row, 1)?);
            found.push(ReadBack { serial, copy, at, grade: row.get(2)?, file: row.get(3)? });
        }
        Ok(found)
    }

    /// Papers of credentials in force that were printed and of which no scan had this grade or a better one, in the order
    /// of printing; with `like` only those of the batches of these credentials.
    pub fn not_read_back(&self, least: u8, like: Option<&[Serial]>) -> Result<Vec<Unread>, RegisterError> {
        let batches = like.map(|serials| self.batches_of(serials)).transpose()?;
        let mut statement = self.connection.prepare_cached(
            "SELECT p.serial, p.copy, p.file, c.batch,
                    (SELECT max(grade) FROM readbacks r WHERE r.serial = p.serial AND r.copy = p.copy) AS best
             FROM prints p JOIN credentials c ON c.serial = p.serial
             WHERE c.status = 'valid' AND coalesce(best, -1) < ?1
             ORDER BY c.number, p.copy",
        )?;
        let mut rows = statement.query([least])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let batch: i64 = row.get(3)?;
            if batches.as_ref().is_none_or(|batches| batches.contains(&batch)) {
                let (serial, copy) = (serial_at(row, 0)?, row.get(1)?);
                found.push(Unread { serial, copy, file: row.get(2)?, grade: row.get(4)? });
            }
        }
        Ok(found)
    }

    /// The papers of a credential on which this text stands in a symbol, in order. Several when copies were printed
    /// again with the same bytes; none when the text is not what was signed here.
    pub fn papers_with_symbol(&self, serial: Serial, text: &[u8]) -> Result<Vec<u32>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT max(copy, 1), envelope FROM credentials WHERE serial = ?1
             UNION SELECT p.copy, coalesce(p.envelope, c.envelope)
             FROM prints p JOIN credentials c ON c.serial = p.serial WHERE p.serial = ?1 ORDER BY 1",
        )?;
        let mut rows = statement.query([serial.as_bytes()])?;
        let mut papers: Vec<u32> = Vec::new();
        while let Some(row) = rows.next()? {
            let (copy, envelope): (u32, Vec<u8>) = (row.get(0)?, row.get(1)?);
            // The texts of the symbols of one paper stand below each other.
            if envelope.split(|byte| *byte == b'\n').any(|line| line == text) && papers.last() != Some(&copy) {
                papers.push(copy);
            }
        }
        Ok(papers)
    }

    fn batches_of(&self, serials: &[Serial]) -> Result<Vec<i64>, RegisterError> {
        let mut statement = self.connection.prepare_cached("SELECT batch FROM credentials WHERE serial = ?1")?;
        let mut batches = Vec::new();
        for serial in serials {
            batches.extend(statement.query_row([serial.as_bytes()], |row| row.get::<_, i64>(0)).optional()?);
        }
        Ok(batches)
    }
}
