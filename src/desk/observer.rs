//! What a shell hears of work that takes its time, and how it ends the work early.

use super::Failure;
use crate::issue::list::Problem;
use crate::register::BatchId;

/// A pass over a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// Every row is checked and laid out; how many there are is not known yet.
    Checking,
    /// Credentials are signed, recorded and printed.
    Issuing,
}

/// Something a person should know, which stops nothing by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Told {
    /// A fault of a row.
    Problem(Problem),
    /// Something to look at in a row of the list, or in its header.
    Warning {
        /// Line of the list on which the row begins.
        line: Option<u64>,
        /// In words.
        text: String,
    },
    /// Faults or warnings that are not told one by one.
    More {
        /// How many.
        number: u64,
        /// Of what.
        what: &'static str,
    },
    /// An interrupted batch is taken up.
    Resumed {
        /// Credentials that are recorded already.
        done: u64,
        /// Credentials of the batch.
        planned: u64,
    },
    /// How many people have a photo.
    Photos {
        /// With one.
        found: u64,
        /// Without.
        missing: u64,
        /// The first lines without one.
        lines: Vec<u64>,
    },
    /// A warning about the whole of the work.
    Note(String),
    /// New keys were written without a passphrase.
    NotEncrypted {
        /// The folder that they lie in.
        folder: String,
    },
}

/// Hears what happens. Called from several threads.
pub trait Observer: Sync {
    /// Something a person should know.
    fn tell(&self, told: Told);

    /// A stage begins, of so many steps; 0 when their number is not known.
    fn begin(&self, stage: Stage, total: u64) {
        let _ = (stage, total);
    }

    /// So many steps further.
    fn advance(&self, steps: u64) {
        let _ = steps;
    }

    /// The stage has ended, in whatever way.
    fn end(&self) {}

    /// The batch has this number in the register, and nothing of this run is signed yet: whoever may be asked later what
    /// became of it keeps the number.
    ///
    /// # Errors
    /// When it cannot be kept; then nothing is issued.
    fn begun(&self, batch: BatchId) -> Result<(), Failure> {
        let _ = batch;
        Ok(())
    }

    /// From now on [`Observer::cancelled`] is asked.
    fn may_cancel(&self) {}

    /// Whether the work should end after what is in hand.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn tell(&self, _: Told) {}
}
