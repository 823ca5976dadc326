//! The trust folder: the only part of `trust` that touches files.
//!
//! ```text
//! trust/<root kid>/root.spki     the pinned root key, DER
//!                  list.cose     its newest list
//!                  state.cbor    highest sequence number, digest of that list, latest time seen
//!                  status/*.cwt  status tokens
//!                  lock          held while writing
//! ```
//!
//! Files are written under a temporary name, synced and renamed. The list is written before the state: a crash between
//! the two leaves a list that is newer than what is remembered, which is in order.

mod root;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use self::root::{LIST, ROOT, RootFolder, STATUS, entries, io_error, read_file, write_file};
use super::bundle::{Bundle, MAX_BUNDLE_BYTES};
use super::policy::{Memory, Refusal, accept};
use super::store::{Fingerprint, HeldList, OpenBundleError, TrustStore, Warning};
use super::token::TokenError;
use crate::seal::Kid;

/// The clock is written down no more often than this: a sync for each paper at a gate would be felt.
const REMEMBER_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Why the trust folder cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// A file operation failed.
    #[error("{path} cannot be used")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bundle cannot be used.
    #[error(transparent)]
    Bundle(#[from] OpenBundleError),
    /// The rules refuse the list; the one in use stays in use.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The root is not the one that was named.
    #[error("the list's root has the fingerprint {found}, which is not the one given")]
    OtherRoot {
        /// Of the root in the bundle.
        found: Fingerprint,
    },
    /// The folder of this root holds another root's key.
    #[error("the folder of root {root} holds another or a damaged root key")]
    PinDamaged {
        /// The root in the bundle.
        root: Kid,
    },
    /// A pinned root whose list and memory are both gone: any old list would look new.
    #[error("list and memory of root {root} are lost, so that an old list could not be told from a new one")]
    HistoryLost {
        /// The root.
        root: Kid,
    },
    /// No list of this root is in use.
    #[error("no trust list of root {root} is in use")]
    NoList {
        /// The root.
        root: Kid,
    },
    /// The status token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// What an import did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Imported {
    /// The list's root.
    pub root: Kid,
    /// What to compare with its keeper.
    pub fingerprint: Fingerprint,
    /// Whether the root was unknown until now.
    pub first_time: bool,
    /// The list's sequence number.
    pub sequence: u64,
    /// Why status tokens of the bundle were left out.
    pub tokens_left_out: Vec<String>,
}

/// A trust folder.
#[derive(Clone, Debug)]
pub struct TrustFolder {
    dir: PathBuf,
}

impl TrustFolder {
    /// The folder at `dir`, which need not be there yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Reads every list of the folder. Lists that cannot be used become warnings. Writes nothing.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub fn open(&self) -> Result<TrustStore, CacheError> {
        let mut kids: Vec<Kid> = Vec::new();
        for path in entries(&self.dir)? {
            kids.extend(path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<Kid>().ok()));
        }
        let (mut held, mut warnings, mut latest) = (Vec::new(), Vec::new(), None);
        for kid in kids {
            let root = self.root(kid);
            let memory = root.read(&mut held, &mut warnings);
            latest = latest.max(memory.map(|memory| memory.latest));
        }
        Ok(TrustStore::new(held, warnings, latest))
    }

    /// Reads whatever trust `path` holds: a bundle, a folder of bundles, a trust folder, or a data folder with one in
    /// it. Writes nothing.
    ///
    /// # Errors
    /// When it cannot be read or is a file that is not a bundle.
    pub fn open_any(path: &Path) -> Result<TrustStore, CacheError> {
        if path.is_file() {
            let held = open_bundle(path)?;
            return Ok(TrustStore::new(vec![held], Vec::new(), None));
        }
        fs::read_dir(path).map_err(io_error(path))?;
        let inner = path.join("trust");
        let folder = if inner.is_dir() { inner } else { path.to_owned() };
        let store = Self::new(folder).open()?;
        let latest = store.latest_time();
        let (mut held, mut warnings) = store.into_parts();
        for file in entries(path)? {
            if !file.is_file() || !begins_like_a_bundle(&file) {
                continue;
            }
            match open_bundle(&file) {
                Ok(new) => take_newest(&mut held, new),
                Err(CacheError::Bundle(source)) => {
                    warnings.push(Warning::Bundle { path: file.display().to_string(), source });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(TrustStore::new(held, warnings, latest))
    }

    /// Takes in a bundle. A root that is new here is pinned; with `expected` only when it has that fingerprint.
    ///
    /// # Errors
    /// When the rules refuse the list, or a file cannot be written. The list in use stays in use.
    pub fn import(&self, bundle: &Bundle, expected: Option<&str>, now: Timestamp) -> Result<Imported, CacheError> {
        let (new, errors) = HeldList::from_bundle(bundle)?;
        let fingerprint = Fingerprint::of(new.root());
        if expected.is_some_and(|expected| !fingerprint.is_written(expected)) {
            return Err(CacheError::OtherRoot { found: fingerprint });
        }
        let root = self.root(new.root_kid());
        let first_time = !root.dir.join(ROOT).exists();
        fs::create_dir_all(root.dir.join(STATUS)).map_err(io_error(&root.dir))?;
        let _lock = root.lock()?;
        if !first_time && root.pinned().as_ref() != Some(new.root()) {
            return Err(CacheError::PinDamaged { root: root.kid });
        }
        let (mut held, mut warnings) = (Vec::new(), Vec::new());
        let memory = root.read(&mut held, &mut warnings);
        if !first_time && memory.is_none() && expected.is_none() {
            return Err(CacheError::HistoryLost { root: root.kid });
        }
        let memory = accept(memory.as_ref(), new.list().sequence, new.digest(), new.list().issued, now)?;
        let tokens = new.with_tokens_of(held.first());
        write_file(&root.dir.join(LIST), new.bytes())?;
        root.write_tokens(&tokens)?;
        root.write_memory(&memory)?;
        // Last, so that a first import that was cut short is a first import again.
        if first_time {
            write_file(&root.dir.join(ROOT), &new.root().to_spki_der())?;
        }
        Ok(Imported {
            root: root.kid,
            fingerprint,
            first_time,
            sequence: new.list().sequence,
            tokens_left_out: errors.iter().map(ToString::to_string).collect(),
        })
    }

    /// Puts a status token beside the list of `root`.
    ///
    /// # Errors
    /// When no key of that list signed it, or it cannot be written.
    pub fn put_token(&self, root: Kid, token: &[u8]) -> Result<(), CacheError> {
        let root = self.root(root);
        let _lock = root.lock()?;
        let (mut held, mut warnings) = (Vec::new(), Vec::new());
        root.read(&mut held, &mut warnings);
        let held = held.first_mut().ok_or(CacheError::NoList { root: root.kid })?;
        held.add_token(token)?;
        root.write_tokens(held)
    }

    /// Whether a root has a folder here, in order or not.
    pub fn holds(&self, root: Kid) -> bool {
        self.root(root).dir.is_dir()
    }

    /// The highest sequence number seen of a root, when it is remembered.
    pub fn highest_sequence(&self, root: Kid) -> Option<u64> {
        self.root(root).memory().map(|memory| memory.sequence)
    }

    /// Stops trusting a root and forgets what was remembered about it.
    ///
    /// # Errors
    /// When there is none of this name or its folder cannot be removed.
    pub fn forget(&self, root: Kid) -> Result<(), CacheError> {
        let root = self.root(root);
        if !root.dir.is_dir() {
            return Err(CacheError::NoList { root: root.kid });
        }
        fs::remove_dir_all(&root.dir).map_err(io_error(&root.dir))
    }

    /// Remembers that it has been `now` by the machine's clock. Only the true clock may come here, never the time of
    /// a question about another day.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remember(&self, now: Timestamp) -> Result<(), CacheError> {
        for path in entries(&self.dir)? {
            let Some(kid) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok()) else {
                continue;
            };
            let root = self.root(kid);
            let due = |memory: &Memory| now.duration_since(memory.latest) > REMEMBER_EVERY;
            // Looked at once without the lock, because nearly always there is nothing to do.
            if root.memory().as_ref().is_some_and(due) {
                let _lock = root.lock()?;
                if let Some(memory) = root.memory().filter(due) {
                    root.write_memory(&Memory { latest: now, ..memory })?;
                }
            }
        }
        Ok(())
    }

    /// Forgets the latest time seen, after the clock had once been wrong by years: from now on it is `now`, or the
    /// time of the list when that is later.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn reset_clock(&self, now: Timestamp) -> Result<(), CacheError> {
        for held in self.open()?.lists() {
            let root = self.root(held.root_kid());
            let _lock = root.lock()?;
            if let Some(memory) = root.memory() {
                root.write_memory(&Memory { latest: now.max(held.list().issued), ..memory })?;
            }
        }
        Ok(())
    }

    fn root(&self, kid: Kid) -> RootFolder {
        RootFolder { dir: self.dir.join(kid.to_string()), kid }
    }
}

fn take_newest(held: &mut Vec<HeldList>, new: HeldList) {
    match held.iter_mut().find(|held| held.root() == new.root()) {
        Some(old) if old.list().sequence > new.list().sequence => *old = old.with_tokens_of(Some(&new)),
        Some(old) => *old = new.with_tokens_of(Some(old)),
        None => held.push(new),
    }
}

fn open_bundle(path: &Path) -> Result<HeldList, CacheError> {
    let bytes = read_file(path, MAX_BUNDLE_BYTES).map_err(io_error(path))?;
    let bundle = Bundle::parse(&bytes).map_err(OpenBundleError::Bundle)?;
    let (held, _) = HeldList::from_bundle(&bundle)?;
    Ok(held)
}

fn begins_like_a_bundle(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(32).read_to_end(&mut head));
    read.is_ok() && Bundle::looks_like(&head)
}
