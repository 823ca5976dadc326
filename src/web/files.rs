//! The folder `web/` of the data folder: what the server keeps for itself, readable by its owner only.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::desk::{Failure, Home, Kind};

/// How the names of folders for one paper begin.
const PAPER: &str = "paper-";
/// No paper takes longer to be printed.
const PAPER_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// The folder.
pub fn folder(home: &Home) -> PathBuf {
    home.path().join("web")
}

/// Makes a folder for one paper, which goes with the value.
///
/// # Errors
/// When it cannot be made.
pub fn paper(home: &Home) -> io::Result<tempfile::TempDir> {
    let folder = folder(home);
    make(&folder)?;
    tempfile::Builder::new().prefix(PAPER).tempdir_in(folder)
}

/// Removes the folders of papers that a server has left which was killed: they show people's data.
pub fn clear_papers(home: &Home, now: Timestamp) {
    for entry in fs::read_dir(folder(home)).into_iter().flatten().flatten() {
        let is_paper = entry.file_name().to_str().is_some_and(|name| name.starts_with(PAPER));
        if is_paper && is_older(&entry, PAPER_KEPT, now) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether nothing was written to it for so long.
pub fn is_older(entry: &fs::DirEntry, age: SignedDuration, now: Timestamp) -> bool {
    let written = entry.metadata().and_then(|about| about.modified()).ok();
    let written = written.and_then(|time| Timestamp::try_from(time).ok());
    written.is_some_and(|written| now.duration_since(written) >= age)
}

/// Makes a folder that only its owner may enter.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Reads a file of the folder; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read(home: &Home, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    let path = folder(home).join(name);
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(format!("{} cannot be read: {error}", path.display()))
            .hint("check who may read it; it belongs to the one who runs nansen serve")
            .of(Kind::Storage)),
    }
}

/// Writes a file of the folder (mode 0600), under a temporary name first.
///
/// # Errors
/// When it cannot be written.
pub fn write(home: &Home, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let folder = folder(home);
    let path = folder.join(name);
    let write = || {
        make(&folder)?;
        // Made with mode 0600, which the rename keeps.
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        io::Result::Ok(())
    };
    write().map_err(|error| cannot_write(&path, &error))
}

/// What is told of a file that cannot be written.
pub fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be written: {error}", path.display()))
        .hint("check the space on the disk and who may write there")
        .of(Kind::Storage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_that_a_dead_server_has_left_go_and_those_at_work_stay() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let left = paper(&home).unwrap().keep();
        write(&home, "passphrase", b"hash").unwrap();
        clear_papers(&home, Timestamp::now());
        assert!(left.is_dir());
        clear_papers(&home, Timestamp::now() + PAPER_KEPT + PAPER_KEPT);
        assert!(!left.exists());
        assert!(read(&home, "passphrase").unwrap().is_some());
    }
}
