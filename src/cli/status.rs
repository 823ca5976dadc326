//! The register's statuses, signed and put beside the own trust list, so that every export carries them.

use jiff::Timestamp;

use super::home::Home;
use super::register::failure;
use super::{Failure, trust};
use crate::register::{Register, Status};
use crate::seal::SigningKey;
use crate::status::Status as Published;

/// Signs all status lists of this desk anew, and the next one that is not yet in use: a verifier who has it can check
/// papers that are issued later.
pub fn publish(home: &Home, register: &Register, key: &SigningKey, now: Timestamp) -> Result<(), Failure> {
    let used = register.status_lists().map_err(failure)?.iter().map(|list| list.list).max();
    for list in 0..=used.map_or(0, |last| last + 1) {
        let entries = register.status_entries(list).map_err(failure)?;
        let entries = entries.into_iter().map(|(index, status)| (u64::from(index), published(status)));
        trust::own::publish_status(home, key, list, entries, now)?;
    }
    Ok(())
}

fn published(status: Status) -> Published {
    match status {
        Status::Valid => Published::Valid,
        Status::Revoked => Published::Invalid,
        Status::Suspended => Published::Suspended,
        Status::Superseded => Published::Superseded,
    }
}
