//! One desk, one process that issues: serials, status lists and papers of two would cross.

use std::fs::{File, OpenOptions, TryLockError};

use crate::desk::output::cannot_write;
use crate::desk::{Failure, Home, Kind};

/// Holds the desk until it is dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct DeskLock {
    _file: File,
}

impl DeskLock {
    /// Takes the lock of the desk, or says that another process has it.
    ///
    /// # Errors
    /// When it is held, or the file of the lock cannot be made.
    pub fn take(home: &Home) -> Result<Self, Failure> {
        let path = home.path().join("issue.lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| cannot_write(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::new("another nansen is issuing here")
                .hint("wait until it is done, then run this again")
                .of(Kind::Busy)),
            Err(TryLockError::Error(error)) => Err(cannot_write(&path, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_held_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let held = DeskLock::take(&home).unwrap();
        let told = DeskLock::take(&home).unwrap_err().to_string();
        assert_eq!(told, "another nansen is issuing here\n  next: wait until it is done, then run this again");
        drop(held);
        DeskLock::take(&home).unwrap();
    }
}
