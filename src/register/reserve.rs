//! Serials and places in a status list that nobody has yet.
//!
//! Both are random, so that neither tells how many people were registered or in which order they came.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Register, RegisterError};
use crate::credential::serial::{SERIAL_LEN, Serial};

/// Places in one status list: a 16-bit index.
pub const LIST_SLOTS: u32 = 1 << 16;

/// A list that has this many places handed out takes no more (three quarters): a free one must be quick to hit blindly.
const LIST_FULL_AT: u32 = LIST_SLOTS / 4 * 3;

/// So many taken serials in a row do not happen by chance (2⁻⁴⁰ × credentials issued, each).
const SERIAL_TRIES: u32 = 32;

/// A place in a status list.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StatusSlot {
    /// Number of the list.
    pub list: u32,
    /// Place in the list.
    pub index: u16,
}

/// What one new credential needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reserved {
    /// Not recorded for any credential.
    pub serial: Serial,
    /// Never handed out before, and never again.
    pub slot: StatusSlot,
}

/// A status list and how full it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StatusListUse {
    /// Number of the list.
    pub list: u32,
    /// Places handed out.
    pub used: u32,
}

impl Register {
    /// Serials and status slots for `count` credentials.
    ///
    /// Slots are taken off the list at once and durably: two processes never get the same, and those of a process that
    /// was killed are lost, not reused. Serials are compared with all recorded ones.
    pub fn reserve(&mut self, count: usize, random: &mut dyn FnMut(&mut [u8])) -> Result<Vec<Reserved>, RegisterError> {
        let transaction = self.write()?;
        let serials = fresh_serials(&transaction, count, random)?;
        let slots = take_slots(&transaction, count, random)?;
        transaction.commit()?;
        Ok(serials.into_iter().zip(slots).map(|(serial, slot)| Reserved { serial, slot }).collect())
    }

    /// The status lists, by number.
    pub fn status_lists(&self) -> Result<Vec<StatusListUse>, RegisterError> {
        let mut statement = self.connection.prepare_cached("SELECT list, used FROM status_lists ORDER BY list")?;
        let lists = statement.query_map([], |row| Ok(StatusListUse { list: row.get(0)?, used: row.get(1)? }))?;
        Ok(lists.collect::<Result<_, _>>()?)
    }
}

fn fresh_serials(
    connection: &Connection,
    count: usize,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Vec<Serial>, RegisterError> {
    let mut recorded = connection.prepare_cached("SELECT 1 FROM credentials WHERE serial = ?1")?;
    let mut seen = HashSet::new();
    let mut serials = Vec::new();
    let mut tries = 0;
    while serials.len() < count {
        if tries == SERIAL_TRIES {
            return Err(RegisterError::NotRandom { tries });
        }
        tries += 1;
        let mut bytes = [0; SERIAL_LEN];
        random(&mut bytes);
        if !recorded.exists([bytes])? && seen.insert(bytes) {
            serials.push(Serial::from_bytes(bytes));
            tries = 0;
        }
    }
    Ok(serials)
}

/// One bit for each place of a list: set when it was handed out.
struct List {
    number: u32,
    used: u32,
    taken: Vec<u8>,
}

impl List {
    fn empty(number: u32) -> Self {
        Self { number, used: 0, taken: vec![0; LIST_SLOTS as usize / 8] }
    }

    /// The newest list, which is the only one that still has places.
    fn newest(connection: &Connection) -> Result<Self, RegisterError> {
        let newest = connection
            .query_row("SELECT list, used, taken FROM status_lists ORDER BY list DESC LIMIT 1", [], |row| {
                Ok(Self { number: row.get(0)?, used: row.get(1)?, taken: row.get(2)? })
            })
            .optional()?
            .unwrap_or_else(|| Self::empty(0));
        let bits: u32 = newest.taken.iter().map(|byte| byte.count_ones()).sum();
        if newest.taken.len() != LIST_SLOTS as usize / 8 || bits != newest.used {
            return Err(RegisterError::Damaged { what: "the map of a status list" });
        }
        Ok(newest)
    }

    fn save(&self, connection: &Connection) -> Result<(), RegisterError> {
        connection.execute(
            "INSERT INTO status_lists (list, used, taken) VALUES (?1, ?2, ?3)
             ON CONFLICT (list) DO UPDATE SET used = excluded.used, taken = excluded.taken",
            params![self.number, self.used, self.taken],
        )?;
        Ok(())
    }

    /// Takes a random free place; there is one, because a list is left at three quarters.
    fn take(&mut self, random: &mut dyn FnMut(&mut [u8])) -> u16 {
        const BLIND_TRIES: usize = 64;
        let mut index = 0;
        for _ in 0..BLIND_TRIES {
            let mut bytes = [0; 2];
            random(&mut bytes);
            index = u16::from_be_bytes(bytes);
            if !self.is_taken(index) {
                break;
            }
        }
        // Chance brings nobody here with a taken place (0.75⁶⁴ ≈ 10⁻⁸); a broken source of randomness must still end.
        while self.is_taken(index) {
            index = index.wrapping_add(1);
        }
        self.taken[usize::from(index / 8)] |= 1 << (index % 8);
        self.used += 1;
        index
    }

    fn is_taken(&self, index: u16) -> bool {
        self.taken[usize::from(index / 8)] >> (index % 8) & 1 == 1
    }
}

fn take_slots(
    connection: &Connection,
    count: usize,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Vec<StatusSlot>, RegisterError> {
    let mut list = List::newest(connection)?;
    let mut slots = Vec::new();
    while slots.len() < count {
        if list.used >= LIST_FULL_AT {
            list.save(connection)?;
            let next =
                list.number.checked_add(1).ok_or(RegisterError::Damaged { what: "the number of a status list" })?;
            list = List::empty(next);
        }
        slots.push(StatusSlot { list: list.number, index: list.take(random) });
    }
    list.save(connection)?;
    Ok(slots)
}
