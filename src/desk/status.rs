//! The register's statuses, signed and put beside the own trust list, so that every export carries them.

use super::keys::{self, KeyBook};
use super::register::failure;
use super::{Desk, DeskLock, Failure, trust};
use crate::register::{Register, Status};
use crate::seal::{Kid, SigningKey};
use crate::status::Status as Published;

/// The keys that statuses are signed with. A verifier looks for a status list of the key that signed the paper, so
/// every key that has papers signs, not only the one in use.
pub struct Publisher {
    keys: Vec<SigningKey>,
}

impl Publisher {
    /// Opens the key in use and every issuer key that has credentials in the register. Keys that were taken out of the
    /// own trust list are left out: nobody believes their papers any more.
    pub fn open(desk: Desk<'_>, register: &Register) -> Result<Self, Failure> {
        let book = KeyBook::load(desk.home)?;
        let trusted = match book.root {
            Some(root) => trust::own::current(desk.home, root)?,
            None => None,
        };
        let is_trusted =
            |kid: &Kid| trusted.as_ref().is_some_and(|list| list.keys().any(|(_, key)| key.key.kid() == *kid));
        let recorded = register.kids().map_err(failure)?;
        let recorded = recorded.iter().filter_map(|kid| Some(Kid::from_bytes(kid.as_slice().try_into().ok()?)));
        let mut wanted: Vec<Kid> = recorded.filter(is_trusted).chain(book.issuer).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let open = |kid: Kid| {
            keys::load_key(desk.home, kid, desk.unlock).map_err(|error| {
                if book.issuer == Some(kid) {
                    return error;
                }
                let (told, kind) = (error.told(), error.kind());
                Failure::new(format!("papers of this desk are signed with {kid}, which must sign their status: {told}"))
                    .of(kind)
                    .hint(format!(
                        "if that key is lost for good, `nansen trust remove {kid}` ends the trust in its papers"
                    ))
            })
        };
        Ok(Self { keys: wanted.into_iter().map(open).collect::<Result<_, _>>()? })
    }

    /// Signs all status lists of this desk anew, and the next one that is not yet in use: a verifier who has it can
    /// check papers that are issued later.
    pub fn publish(&self, desk: Desk<'_>, register: &Register) -> Result<(), Failure> {
        // The register is read with the lock held: nobody publishes after this what was recorded before.
        let _held = DeskLock::to_publish(desk.home)?;
        let used = register.status_lists().map_err(failure)?.iter().map(|list| list.list).max();
        for list in 0..=used.map_or(0, |last| last + 1) {
            let entries = register.status_entries(list).map_err(failure)?;
            for key in &self.keys {
                let entries = entries.iter().map(|(index, status)| (u64::from(*index), published(*status)));
                trust::own::publish_status(desk, key, list, entries)?;
            }
        }
        Ok(())
    }
}

fn published(status: Status) -> Published {
    match status {
        Status::Valid => Published::Valid,
        Status::Revoked => Published::Invalid,
        Status::Suspended => Published::Suspended,
        Status::Superseded => Published::Superseded,
    }
}
