//! Files that are either whole or not there: written under another name, flushed to the disk, then renamed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Failure;

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
            .prefix(".nansen-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(|error| cannot_write(path, &error))?;
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
    Failure::new(format!("{} cannot be written: {error}", path.display())).hint(hint)
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
}
