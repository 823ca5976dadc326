//! Questions a clerk and the issuing of a new list ask.

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

use super::entry::{ENTRY_COLUMNS, entry_at, serial_at, time_at};
use super::{BatchId, Entry, NewCredential, Register, RegisterError, Status};
use crate::credential::serial::Serial;

/// A current credential of a person.
#[derive(Clone, Eq, PartialEq)]
pub struct Holder {
    /// The credential.
    pub serial: Serial,
    /// The person's or household's id.
    pub subject: String,
    /// When it was issued.
    pub issued: Timestamp,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
    /// A revoked credential stays its holder's until a new one supersedes it.
    pub status: Status,
}

impl fmt::Debug for Holder {
    /// Says which credential it is, and nothing about the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("serial", &self.serial).finish_non_exhaustive()
    }
}

/// Which lines of the register are wanted: those that meet all that is set.
#[derive(Clone, Default)]
pub struct Filter {
    /// Of this type.
    pub type_name: Option<String>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// Issued at this second or later.
    pub from: Option<Timestamp>,
    /// Issued before this second.
    pub until: Option<Timestamp>,
    /// With this text in the name, the id or the name key, accents and case aside; or with this serial.
    pub text: Option<String>,
    /// With this status.
    pub status: Option<Status>,
    /// Issued earlier than the entry of this [`Entry::number`]: the next page after it.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: Option<u32>,
}

/// How many credentials of one type have one status.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Count {
    /// Credential type.
    pub type_name: String,
    /// Status.
    pub status: Status,
    /// Credentials.
    pub credentials: u32,
}

impl Register {
    /// Those of `subjects` who hold a current credential of the type.
    pub fn holders_of<S: AsRef<str>>(
        &self,
        type_name: &str,
        subjects: &[S],
    ) -> Result<HashMap<String, Holder>, RegisterError> {
        // One read transaction: the answer is that of one moment, and the file is locked once instead of for every row.
        let transaction = self.connection.unchecked_transaction()?;
        let mut holders = HashMap::new();
        for subject in subjects {
            if let Some(holder) = holder(&transaction, type_name, subject.as_ref())? {
                holders.insert(holder.subject.clone(), holder);
            }
        }
        Ok(holders)
    }

    /// For each of `name_keys` that is known: who has a current credential of the type under it. Whether the same
    /// person is meant, a clerk has to say.
    pub fn lookalikes<S: AsRef<str>>(
        &self,
        type_name: &str,
        name_keys: &[S],
    ) -> Result<HashMap<String, Vec<Holder>>, RegisterError> {
        let transaction = self.connection.unchecked_transaction()?;
        let mut statement = transaction.prepare_cached(
            "SELECT serial, subject, issued, expires, status FROM credentials
             WHERE type = ?1 AND name_key = ?2 AND current = 1 ORDER BY number",
        )?;
        let mut found = HashMap::new();
        for name_key in name_keys {
            let name_key = name_key.as_ref();
            // An empty key says that nothing is known, which is no likeness.
            if name_key.is_empty() || found.contains_key(name_key) {
                continue;
            }
            let mut rows = statement.query([type_name, name_key])?;
            let mut holders = Vec::new();
            while let Some(row) = rows.next()? {
                holders.push(holder_at(row)?);
            }
            if !holders.is_empty() {
                found.insert(name_key.to_owned(), holders);
            }
        }
        Ok(found)
    }

    /// All credentials of a person or household, newest first.
    pub fn find_by_subject(&self, subject: &str) -> Result<Vec<Entry>, RegisterError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS} FROM credentials WHERE subject = ?1 ORDER BY number DESC"
        ))?;
        let mut rows = statement.query([subject])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(entry_at(row)?);
        }
        Ok(entries)
    }

    /// The lines that meet `filter`, newest first, read from the file page by page.
    pub fn list(&self, filter: Filter) -> Listing<'_> {
        let text = filter.text.as_deref().map(fold).filter(|text| !text.is_empty());
        let serial = filter.text.as_deref().and_then(|text| text.parse().ok());
        let left = filter.limit.unwrap_or(u32::MAX);
        Listing { register: self, before: filter.before, filter, text, serial, left, page: Vec::new().into_iter() }
    }

    /// How many credentials there are, by type and status.
    pub fn counts(&self) -> Result<Vec<Count>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT type, status, count(*) FROM credentials GROUP BY type, status ORDER BY type, status",
        )?;
        let counts = statement
            .query_map([], |row| Ok(Count { type_name: row.get(0)?, status: row.get(1)?, credentials: row.get(2)? }))?;
        Ok(counts.collect::<Result<_, _>>()?)
    }
}

/// Lines of the register, as asked for with [`Register::list`]. After an error it ends.
pub struct Listing<'a> {
    register: &'a Register,
    filter: Filter,
    text: Option<String>,
    serial: Option<Serial>,
    before: Option<i64>,
    left: u32,
    page: std::vec::IntoIter<Entry>,
}

impl Listing<'_> {
    /// Entries fetched at once: few enough that a register of millions needs no memory.
    const PAGE: u32 = 500;

    fn next_page(&self) -> Result<Vec<Entry>, RegisterError> {
        let mut statement = self.register.connection.prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS} FROM credentials
             WHERE (:before IS NULL OR number < :before)
               AND (:type IS NULL OR type = :type)
               AND (:batch IS NULL OR batch = :batch)
               AND (:from IS NULL OR issued >= :from)
               AND (:until IS NULL OR issued < :until)
               AND (:status IS NULL OR status = :status)
               AND (:text IS NULL OR instr(search, :text) > 0 OR serial = :serial)
             ORDER BY number DESC LIMIT :limit"
        ))?;
        let mut rows = statement.query(named_params! {
            ":before": self.before,
            ":type": self.filter.type_name,
            ":batch": self.filter.batch,
            ":from": self.filter.from.map(Timestamp::as_second),
            ":until": self.filter.until.map(Timestamp::as_second),
            ":status": self.filter.status,
            ":text": self.text,
            ":serial": self.serial.as_ref().map(Serial::as_bytes),
            ":limit": self.left.min(Self::PAGE),
        })?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(entry_at(row)?);
        }
        Ok(entries)
    }
}

impl Iterator for Listing<'_> {
    type Item = Result<Entry, RegisterError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        if self.page.len() == 0 {
            match self.next_page() {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => {
                    self.left = 0;
                    return Some(Err(error));
                }
            }
        }
        let entry = self.page.next();
        self.left = if entry.is_some() { self.left - 1 } else { 0 };
        let entry = entry?;
        self.before = Some(entry.number);
        Some(Ok(entry))
    }
}

/// The current credential of one person.
pub(super) fn holder(connection: &Connection, type_name: &str, subject: &str) -> Result<Option<Holder>, RegisterError> {
    let mut statement = connection.prepare_cached(
        "SELECT serial, subject, issued, expires, status FROM credentials
         WHERE type = ?1 AND subject = ?2 AND current = 1",
    )?;
    let mut rows = statement.query([type_name, subject])?;
    rows.next()?.map(holder_at).transpose()
}

fn holder_at(row: &Row<'_>) -> Result<Holder, RegisterError> {
    let expires: Option<i64> = row.get(3)?;
    Ok(Holder {
        serial: serial_at(row, 0)?,
        subject: row.get(1)?,
        issued: time_at(row, 2)?,
        expires: expires.map(|_| time_at(row, 3)).transpose()?,
        status: row.get(4)?,
    })
}

/// What a search looks through.
pub(super) fn searchable(credential: &NewCredential) -> String {
    fold(&format!("{}\n{}\n{}", credential.name, credential.subject, credential.name_key))
}

/// A text without case and without accents, so that `jose` finds `José`.
///
/// Marks that are letters of their own, such as the vowel signs of Burmese, stay.
pub fn fold(text: &str) -> String {
    text.trim()
        .nfkd()
        .filter(|&c| canonical_combining_class(c) == 0)
        .flat_map(char::to_lowercase)
        .filter(|&c| canonical_combining_class(c) == 0)
        .collect()
}
