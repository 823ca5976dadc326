//! Verdicts, until the register has counted them by day: who asked and about what is not kept.

use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;

use crate::desk::Home;
use crate::register::{Register, RegisterError};

/// Verdicts that are kept in memory at most; what cannot be written is forgotten rather than piled up.
const MOST: usize = 100_000;

/// A verdict of a day.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The day (UTC).
    pub day: Date,
    /// `valid`, `invalid`, `undecided` or `unreadable`.
    pub verdict: String,
    /// Why; empty when there is none.
    pub reason: String,
    /// Time that it took on a core, in milliseconds.
    pub ms: u64,
}

/// Verdicts that the register has not counted yet.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Vec<Verdict>>);

impl Counts {
    /// Keeps a verdict until the next [`Self::flush`].
    pub fn add(&self, verdict: Verdict) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST {
            waiting.push(verdict);
        }
    }

    /// Gives what waits to the register, when there is one.
    pub fn flush(&self, home: &Home) {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.is_empty() || !home.register().exists() {
            return;
        }
        // What cannot be counted now is forgotten: a number less is no reason to stop.
        if let Err(error) = count(home, &waiting) {
            eprintln!("warning: {} papers that were verified are not counted: {error}", waiting.len());
        }
    }
}

fn count(home: &Home, verdicts: &[Verdict]) -> Result<(), RegisterError> {
    let mut register = Register::open_existing(&home.register())?;
    register.count_all_verified(verdicts.iter().map(|one| (one.day, &*one.verdict, &*one.reason, one.ms)))
}
