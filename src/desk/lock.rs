//! What keeps processes of one desk from crossing each other: locks on files of the data folder, which end with the
//! process that holds them, in whatever way it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::thread::sleep;
use std::time::Duration;

use super::output::cannot_write;
use super::{Failure, Home, Kind};

/// Publishing takes moments; who waits for longer than this is told.
const PATIENCE: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(20);

/// Holds one part of the desk until it is dropped.
#[derive(Debug)]
pub struct DeskLock {
    _file: File,
}

impl DeskLock {
    /// For whoever issues or prints again: serials, copies and files of two would cross. Held as long as the work takes.
    ///
    /// # Errors
    /// When another process has it, or the file of the lock cannot be made.
    pub fn to_issue(home: &Home) -> Result<Self, Failure> {
        Self::at_once(home, "issue.lock")?.ok_or_else(|| {
            Failure::new("another nansen is issuing here")
                .hint("wait until it is done, then run this again")
                .of(Kind::Busy)
        })
    }

    /// For whoever signs the own trust list or the status lists: their numbers and times would cross. Held for moments and
    /// waited for, so that a paper can be withdrawn while a long batch is issued.
    ///
    /// # Errors
    /// When another process has it for too long, or the file of the lock cannot be made.
    pub fn to_publish(home: &Home) -> Result<Self, Failure> {
        home.create()?;
        let mut waited = Duration::ZERO;
        loop {
            if let Some(held) = Self::at_once(home, "publish.lock")? {
                return Ok(held);
            }
            if waited >= PATIENCE {
                return Err(Failure::new("another nansen is signing the trust list here")
                    .hint("wait until it is done, then run this again")
                    .of(Kind::Busy));
            }
            sleep(STEP);
            waited += STEP;
        }
    }

    /// For a server: two would not know of each other's sessions, jobs and open keys. None where nothing can be written:
    /// a gate on a read-only disk crosses nobody.
    ///
    /// # Errors
    /// When another process has it.
    pub fn to_serve(home: &Home) -> Result<Option<Self>, Failure> {
        match home.create().and_then(|()| Self::at_once(home, "serve.lock")) {
            Ok(Some(held)) => Ok(Some(held)),
            Ok(None) => Err(Failure::new(format!("another nansen serves {} already", home.path().display()))
                .hint("end it first, or name another data folder with --home DIR")
                .of(Kind::Busy)),
            Err(_) => Ok(None),
        }
    }

    fn at_once(home: &Home, name: &str) -> Result<Option<Self>, Failure> {
        let path = home.path().join(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| cannot_write(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(cannot_write(&path, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_held_by_one_who_issues_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let held = DeskLock::to_issue(&home).unwrap();
        let told = DeskLock::to_issue(&home).unwrap_err().to_string();
        assert_eq!(told, "another nansen is issuing here\n  next: wait until it is done, then run this again");
        DeskLock::to_publish(&home).unwrap();
        drop(held);
        DeskLock::to_issue(&home).unwrap();
    }

    #[test]
    fn who_wants_to_publish_waits_for_the_one_who_does() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let held = DeskLock::to_publish(&home).unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| DeskLock::to_publish(&home).map(drop));
            sleep(STEP * 3);
            assert!(!waits.is_finished());
            drop(held);
            waits.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_folder_is_served_by_one_server() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("new"));
        let _held = DeskLock::to_serve(&home).unwrap().unwrap();
        let told = DeskLock::to_serve(&home).unwrap_err().to_string();
        assert!(told.contains("already") && told.contains("--home DIR"), "{told}");
    }
}
