//! The list, on the disk or in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::order::Source;
use crate::desk::{Failure, Kind};

/// The list's file, read as often as needed: from memory when it is small, from the disk when it is not.
pub struct List {
    path: PathBuf,
    memory: Option<Arc<[u8]>>,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
}

/// Lists up to this size stay in memory, so that nobody can change them between checking and signing.
const IN_MEMORY: u64 = 64 * 1024 * 1024;

impl List {
    /// Opens a list and takes its digest.
    pub fn open(source: &Source) -> Result<Self, Failure> {
        match source {
            Source::File(path) => Self::open_file(path),
            Source::Memory(bytes) => {
                let mut list = Self { path: PathBuf::new(), memory: Some(bytes.clone()), digest: [0; 32] };
                list.digest = list.digest_now()?;
                Ok(list)
            }
        }
    }

    fn open_file(path: &Path) -> Result<Self, Failure> {
        let refuse = |error: &std::io::Error| {
            Failure::new(format!("{} cannot be read: {error}", path.display()))
                .hint("check the name of the list")
                .of(Kind::Unknown)
        };
        let metadata = std::fs::metadata(path).map_err(|error| refuse(&error))?;
        if metadata.is_dir() {
            return Err(Failure::new(format!("{} is a folder, where a list is wanted", path.display()))
                .hint("name the CSV file itself"));
        }
        let memory = if metadata.len() <= IN_MEMORY {
            Some(std::fs::read(path).map_err(|error| refuse(&error))?.into())
        } else {
            None
        };
        let mut list = Self { path: path.to_owned(), memory, digest: [0; 32] };
        list.digest = list.digest_now()?;
        Ok(list)
    }

    /// The bytes from the beginning.
    pub fn bytes(&self) -> Result<Box<dyn std::io::Read + '_>, Failure> {
        match &self.memory {
            Some(bytes) => Ok(Box::new(&bytes[..])),
            None => Ok(Box::new(std::fs::File::open(&self.path)?)),
        }
    }

    fn digest_now(&self) -> Result<[u8; 32], Failure> {
        let mut bytes = self.bytes()?;
        let mut sha = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match std::io::Read::read(&mut bytes, &mut buffer)? {
                0 => return Ok(sha.finalize().into()),
                taken => sha.update(&buffer[..taken]),
            }
        }
    }
}
