//! Files that are either whole or not there: written under another name, flushed to the disk, then renamed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Failure, Kind};

/// How the names of temporary files begin; the number of the process follows.
const BEGINNING: &str = ".nansen-";

/// How they end.
const ENDING: &str = ".tmp";

/// A file in the making. Dropped without [`Output::commit`] it leaves nothing behind.
pub struct Output {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Output {
    /// Opens a temporary file beside `path`, in the same folder so that renaming is one step.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let folder = folder_of(path);
        if path.is_dir() {
            return Err(Failure::new(format!("{} is a folder, where a file is to be written", path.display()))
                .hint("name a file, such as OUT.pdf"));
        }
        let file = tempfile::Builder::new()
            .prefix(&format!("{BEGINNING}{}-", std::process::id()))
            .suffix(ENDING)
            .tempfile_in(folder)
            .map_err(|error| cannot_write(path, &error))?;
        // Held as long as the file is written; where a folder knows no locks, nobody clears it either.
        let _ = file.as_file().try_lock();
        Ok(Self { file, path: path.to_owned() })
    }

    /// Puts the file under its name, replacing what was there.
    pub fn commit(self) -> Result<(), Failure> {
        Ready::commit_all(vec![self.ready()?])
    }

    /// Flushes the file to the disk, and leaves it without its name.
    pub fn ready(mut self) -> Result<Ready, Failure> {
        let path = self.path;
        let done = self.file.flush().and_then(|()| self.file.as_file().sync_all());
        done.map_err(|error| cannot_write(&path, &error))?;
        readable(self.file.path());
        Ok(Ready { file: self.file.into_temp_path(), path })
    }
}

/// A whole file that waits for its name. Dropped without it, it leaves nothing behind.
pub struct Ready {
    file: tempfile::TempPath,
    path: PathBuf,
}

impl Ready {
    /// Puts files under their names, replacing what was there.
    pub fn commit_all(files: Vec<Self>) -> Result<(), Failure> {
        let mut last = None;
        for Self { file, path } in files {
            file.persist(&path).map_err(|error| cannot_write(&path, &error.error))?;
            last = Some(path);
        }
        last.iter().for_each(|path| sync_folder(path));
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes temporary files in `folder` that a process has left which was killed: they may show people's data. For callers
/// who hold the desk; files of a process that lives, or that are locked, are left alone, and so is what cannot be removed.
pub fn clear_abandoned(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let inner = name.to_str().and_then(|name| name.strip_prefix(BEGINNING)?.strip_suffix(ENDING));
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let Some(inner) = inner.filter(|_| is_file) else { continue };
        let process = inner.split_once('-').and_then(|(process, _)| process.parse::<u32>().ok());
        if process.is_some_and(lives) {
            continue;
        }
        let path = entry.path();
        let unlocked = std::fs::File::options().write(true).open(&path).is_ok_and(|file| file.try_lock().is_ok());
        if unlocked {
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// Whether the process still runs, as far as the system tells without being asked by name.
fn lives(process: u32) -> bool {
    process == std::process::id() || Path::new("/proc").join(process.to_string()).exists()
}

/// The folder of a file, that of a bare name too.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes `bytes` to `path`, all or nothing.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output.write_all(bytes).map_err(|error| cannot_write(path, &error))?;
    output.commit()
}

/// The failure of writing to `path`.
pub fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some room on the disk, then run this again",
        io::ErrorKind::NotFound => "make the folder first, or name another one",
        _ => "check who may write in this folder, or name another one",
    };
    Failure::new(format!("{} cannot be written: {error}", path.display())).hint(hint).of(Kind::Storage)
}

/// Temporary files are the owner's alone; a finished paper is read by whoever may read the folder.
#[cfg(unix)]
fn readable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable(_: &Path) {}

/// Makes the renaming itself survive a power cut, where the system can.
fn sync_folder(path: &Path) {
    let folder = folder_of(path);
    let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.pdf");
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        write_whole(&path, b"whole").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let error = write_whole(Path::new("/nowhere/at/all/out.pdf"), b"").unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/at/all/out.pdf cannot be written") && error.contains("next: "), "{error}");
    }
    #[test]
    fn what_a_killed_process_has_left_is_cleared_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // No system has a process of the largest number.
        for name in [".nansen-4294967295-abc.tmp", ".nansen-old.tmp", "nansen.tmp", ".nansen-notes.txt"] {
            std::fs::write(at(name), b"people").unwrap();
        }
        std::fs::create_dir(at(".nansen-folder.tmp")).unwrap();
        let held = Output::create(&at("out.pdf")).unwrap();
        let ready = Output::create(&at("two.pdf")).unwrap().ready().unwrap();
        clear_abandoned(folder.path());
        assert!(!at(".nansen-4294967295-abc.tmp").exists() && !at(".nansen-old.tmp").exists());
        assert!(["nansen.tmp", ".nansen-notes.txt", ".nansen-folder.tmp"].iter().all(|name| at(name).exists()));
        held.commit().unwrap();
        Ready::commit_all(vec![ready]).unwrap();
    }
}
