//! The folder of one root, file by file.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::super::list::MAX_LIST_BYTES;
use super::super::policy::{Memory, accept};
use super::super::store::{HeldList, Warning};
use super::super::token::MAX_TOKEN_BYTES;
use super::CacheError;
use crate::cbor::{self, Value};
use crate::seal::{Kid, PublicKey};

pub(super) const ROOT: &str = "root.spki";
pub(super) const LIST: &str = "list.cose";
const STATE: &str = "state.cbor";
pub(super) const STATUS: &str = "status";
const LOCK: &str = "lock";

const STATE_SEQUENCE: i64 = 1;
const STATE_DIGEST: i64 = 2;
const STATE_LATEST: i64 = 3;

/// The folder of one root.
pub(super) struct RootFolder {
    pub dir: PathBuf,
    pub kid: Kid,
}

impl RootFolder {
    pub fn lock(&self) -> Result<File, CacheError> {
        let path = self.dir.join(LOCK);
        let file = File::create(&path).map_err(io_error(&path))?;
        file.lock().map_err(io_error(&path))?;
        Ok(file)
    }

    pub fn pinned(&self) -> Option<PublicKey> {
        let spki = read_file(&self.dir.join(ROOT), 16 * 1024).ok()?;
        PublicKey::from_spki_der(&spki).ok().filter(|key| key.kid() == self.kid)
    }

    /// Adds the list to `held` when it may be used, and answers what is remembered: from the state, or when that is
    /// lost from the list itself, which is then the least that can be asked of the next one.
    pub fn read(&self, held: &mut Vec<HeldList>, warnings: &mut Vec<Warning>) -> Option<Memory> {
        let memory = self.memory();
        let Some(root) = self.pinned() else {
            if self.dir.join(ROOT).exists() || self.dir.join(LIST).exists() {
                warnings.push(Warning::Root { root: self.kid.to_string() });
            }
            return memory;
        };
        let list = match read_file(&self.dir.join(LIST), MAX_LIST_BYTES) {
            Ok(bytes) => HeldList::open(root, bytes).map_err(Some),
            Err(_) => Err(None),
        };
        let mut list = match list {
            Ok(list) => list,
            Err(source) => {
                warnings.push(Warning::List { root: self.kid, source });
                return memory;
            }
        };
        let (sequence, digest, issued) = (list.list().sequence, list.digest(), list.list().issued);
        let known = if let Some(memory) = memory {
            // The clock is not asked here: a list that is in use stays in use.
            match accept(Some(&memory), sequence, digest, issued, memory.latest.max(issued)) {
                Ok(known) => known,
                Err(source) => {
                    warnings.push(Warning::Refused { root: self.kid, source });
                    return Some(memory);
                }
            }
        } else {
            warnings.push(Warning::MemoryLost { root: self.kid });
            Memory { sequence, digest, latest: issued }
        };
        for path in entries(&self.dir.join(STATUS)).unwrap_or_default() {
            match read_file(&path, MAX_TOKEN_BYTES) {
                Ok(bytes) => {
                    if let Err(source) = list.add_token(&bytes) {
                        warnings.push(Warning::Token { root: self.kid, source });
                    }
                }
                Err(source) => warnings.push(Warning::Unreadable { path: path.display().to_string(), source }),
            }
        }
        held.push(list);
        Some(known)
    }

    /// `None` when it is lost or damaged.
    pub fn memory(&self) -> Option<Memory> {
        let bytes = read_file(&self.dir.join(STATE), 1024).ok()?;
        let Ok(Value::Map(entries)) = cbor::decode_strict(&bytes) else { return None };
        let number = |label| match cbor::get(&entries, label) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        };
        let Some(Value::Bytes(digest)) = cbor::get(&entries, STATE_DIGEST) else { return None };
        Some(Memory {
            sequence: u64::try_from(number(STATE_SEQUENCE)?).ok()?,
            digest: digest.as_slice().try_into().ok()?,
            latest: Timestamp::from_second(i64::try_from(number(STATE_LATEST)?).ok()?).ok()?,
        })
    }

    pub fn write_memory(&self, memory: &Memory) -> Result<(), CacheError> {
        let entries = [
            (STATE_SEQUENCE, cbor::int(memory.sequence)),
            (STATE_DIGEST, Value::Bytes(memory.digest.to_vec())),
            (STATE_LATEST, cbor::int(memory.latest.as_second())),
        ];
        let state = Value::Map(entries.map(|(label, value)| (cbor::int(label), value)).to_vec());
        write_file(&self.dir.join(STATE), &cbor::encode(&state))
    }

    pub fn write_tokens(&self, held: &HeldList) -> Result<(), CacheError> {
        let folder = self.dir.join(STATUS);
        fs::create_dir_all(&folder).map_err(io_error(&folder))?;
        for token in held.tokens() {
            // A URI may hold anything; a digest is a file name everywhere.
            let name = Kid::of_spki(&[&token.key().to_spki_der(), token.uri().as_bytes()].concat());
            let path = folder.join(format!("{name}.cwt"));
            if fs::read(&path).ok().as_deref() != Some(token.bytes()) {
                write_file(&path, token.bytes())?;
            }
        }
        Ok(())
    }
}

/// The entries of a folder by name; none when it is not there.
pub(super) fn entries(dir: &Path) -> Result<Vec<PathBuf>, CacheError> {
    let folder = match fs::read_dir(dir) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error(dir)(error)),
    };
    let mut paths =
        folder.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(io_error(dir))?;
    paths.sort();
    Ok(paths)
}

/// A whole file of at most `max` bytes.
pub(super) fn read_file(path: &Path, max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(max as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > max { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Writes under a temporary name, syncs, renames.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The rename itself lasts only once the folder is synced; not every system lets a folder be opened.
        File::open(folder).and_then(|folder| folder.sync_all()).or(Ok(()))
    };
    write().map_err(io_error(path))
}

pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    move |source| CacheError::Io { path: path.to_owned(), source }
}
