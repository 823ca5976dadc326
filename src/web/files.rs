//! The folder `web/` of the data folder: what the server keeps for itself, readable by its owner only.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::desk::{Failure, Home, Kind};

/// The folder.
pub fn folder(home: &Home) -> PathBuf {
    home.path().join("web")
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
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        // Made with mode 0600, which the rename keeps.
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        io::Result::Ok(())
    };
    write().map_err(|error| {
        Failure::new(format!("{} cannot be written: {error}", path.display()))
            .hint("check the space on the disk and who may write there")
            .of(Kind::Storage)
    })
}
