//! The private keys of a desk, and which of them are in use.
//!
//! `keys/<kid>.pem` is a private key (PKCS#8, mode 0600), `keys/<kid>.pub.pem` its public half, and `keys/keys.toml`
//! says who issues and which key is for what.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use pkcs8::rand_core::{Infallible, TryCryptoRng, TryRng};
use serde::{Deserialize, Serialize};

use super::passphrase::{Passphrase, Unlock};
use super::{Desk, Failure, Home, Kind, Random, Told, trust};
use crate::seal::{KeyFileError, Kid, PublicKey, SigningKey, is_encrypted_pem};

const BOOK: &str = "keys.toml";

/// Kinds of key that are made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyKind {
    /// ECDSA on P-256, which every reader of other formats knows too.
    P256,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// A new key of this kind.
    pub fn generate(self, random: Random) -> SigningKey {
        let mut random = Filled(random);
        match self {
            Self::P256 => SigningKey::generate_p256(&mut random),
            Self::Ed25519 => SigningKey::generate_ed25519(&mut random),
        }
    }
}

/// The caller's randomness in the form that the makers of keys want.
struct Filled(Random);

impl TryRng for Filled {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Filled {}

/// Makes another issuer key, names it in the own trust list, and issues with it from now on when that is wanted.
///
/// # Errors
/// When the passphrase does not open the root key, or something cannot be written.
pub fn new_key(desk: Desk<'_>, kind: KeyKind, in_use: bool) -> Result<Kid, Failure> {
    let mut book = KeyBook::load(desk.home)?;
    let root = book.root.ok_or_else(no_keys)?;
    // The root first: with a wrong passphrase nothing is made.
    load_key(desk.home, root, desk.unlock)?;
    let passphrase = if is_encrypted(desk.home, root)? { desk.unlock.of_existing()? } else { desk.unlock.for_new()? };
    let key = kind.generate(desk.random);
    write_key(desk, &key, passphrase)?;
    // The trust list first: a key must not be in use before it is believed.
    let name = book.desk_name()?;
    trust::own::edit(desk, |list| {
        trust::own::add_issuer_key(list, &name, &key.public());
        Ok(())
    })?;
    book.keys.push(key.kid());
    if in_use {
        book.issuer = Some(key.kid());
    }
    book.save(desk.home)?;
    Ok(key.kid())
}

/// Issues with another key of this desk from now on.
///
/// # Errors
/// When it is none, or nobody would believe it.
pub fn use_key(home: &Home, kid: Kid) -> Result<(), Failure> {
    let mut book = KeyBook::load(home)?;
    let root = book.root.ok_or_else(no_keys)?;
    if !book.keys.contains(&kid) {
        return Err(Failure::new(format!("{kid} is no issuer key of this desk"))
            .hint("`nansen key list` shows them; `nansen key new` makes another")
            .of(Kind::Unknown));
    }
    let list = trust::own::current(home, root)?;
    if !list.is_some_and(|list| list.keys().any(|(_, key)| key.key.kid() == kid)) {
        return Err(Failure::new(format!("{kid} is not in the own trust list: nobody would believe its papers"))
            .hint("issue with a key that is: `nansen key new --use` makes one")
            .of(Kind::Conflict));
    }
    book.issuer = Some(kid);
    book.save(home)
}

/// Who issues.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeskName {
    /// For people.
    pub name: String,
    /// Country code, when it has one.
    pub country: Option<String>,
}

/// Who issues, with the key in use.
#[derive(Debug)]
pub struct Issuer {
    /// Signs credentials and status lists.
    pub key: SigningKey,
    /// For people.
    pub name: String,
    /// Country code, when it has one.
    pub country: Option<String>,
}

/// The issuer of this desk and its key in use.
///
/// # Errors
/// When there is none, or the passphrase does not open it.
pub fn load_issuer(home: &Home, unlock: &dyn Unlock) -> Result<Issuer, Failure> {
    let book = KeyBook::load(home)?;
    let DeskName { name, country } = book.desk_name()?;
    let key = load_key(home, book.issuer.ok_or_else(no_keys)?, unlock)?;
    Ok(Issuer { key, name, country })
}

/// The issuer of this desk, when no key is needed.
///
/// # Errors
/// When there is none.
pub fn issuer_name(home: &Home) -> Result<DeskName, Failure> {
    KeyBook::load(home)?.desk_name()
}

/// Name of the key in use, when there is one.
///
/// # Errors
/// When the book of keys is damaged.
pub fn kid_in_use(home: &Home) -> Result<Option<Kid>, Failure> {
    Ok(KeyBook::load(home)?.issuer)
}

/// The key that signs the own trust list.
pub fn load_root(home: &Home, book: &KeyBook, unlock: &dyn Unlock) -> Result<SigningKey, Failure> {
    load_key(home, book.root.ok_or_else(no_keys)?, unlock)
}

/// Which keys are for what.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeyBook {
    /// Who issues, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Country code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The issuer key in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Kid>,
    /// The root key of the own trust list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Kid>,
    /// Every issuer key of this desk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Kid>,
}

impl KeyBook {
    /// Reads the book; an empty one when there is none.
    pub fn load(home: &Home) -> Result<Self, Failure> {
        let path = home.keys().join(BOOK);
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                Failure::new(format!("{} is damaged: {}", path.display(), error.message()))
                    .hint("put it back from a backup")
                    .of(Kind::Storage)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::new(format!("{} cannot be read: {error}", path.display())).of(Kind::Storage)),
        }
    }

    /// Writes the book.
    pub fn save(&self, home: &Home) -> Result<(), Failure> {
        let text = toml::to_string(self).map_err(Failure::new)?;
        write_private(&home.keys().join(BOOK), text.as_bytes())
    }

    /// Every key, the issuer's first.
    pub fn all(&self) -> impl Iterator<Item = Kid> {
        self.keys.iter().copied().chain(self.root)
    }

    /// Who issues.
    pub fn desk_name(&self) -> Result<DeskName, Failure> {
        let name = self.name.clone().ok_or_else(no_keys)?;
        Ok(DeskName { name, country: self.country.clone() })
    }
}

/// The failure of a data folder without an issuer.
pub fn no_keys() -> Failure {
    Failure::new("this data folder has no issuer yet")
        .hint("run `nansen init --name \"…\"` first, or name the right data folder with --home DIR")
        .of(Kind::NotSetUp)
}

fn private_path(home: &Home, kid: Kid) -> PathBuf {
    home.keys().join(format!("{kid}.pem"))
}

fn public_path(home: &Home, kid: Kid) -> PathBuf {
    home.keys().join(format!("{kid}.pub.pem"))
}

/// The public half of a key of this desk.
pub fn public_key(home: &Home, kid: Kid) -> Result<PublicKey, Failure> {
    let path = public_path(home, kid);
    let text = read_key_file(&path)?;
    PublicKey::from_pem(&text).ok().filter(|key| key.kid() == kid).ok_or_else(|| {
        let damaged = format!("{} is damaged", path.display());
        Failure::new(damaged).hint("put it back from a backup").of(Kind::Storage)
    })
}

/// A private key of this desk.
pub fn load_key(home: &Home, kid: Kid, unlock: &dyn Unlock) -> Result<SigningKey, Failure> {
    if let Some(key) = unlock.open_key(kid) {
        return Ok(key);
    }
    let path = private_path(home, kid);
    let text = read_key_file(&path)?;
    let passphrase = if is_encrypted_pem(&text) { unlock.of_existing()? } else { None };
    let failure = |error: KeyFileError| {
        let (hint, kind) = match error {
            KeyFileError::PassphraseNeeded => {
                ("give it in NANSEN_PASSPHRASE or with --passphrase-file FILE", Kind::Locked)
            }
            KeyFileError::WrongPassphrase => ("try again; nothing was changed", Kind::WrongPassphrase),
            _ => ("put it back from a backup", Kind::Storage),
        };
        Failure::new(format!("the key {} cannot be used: {error}", path.display())).hint(hint).of(kind)
    };
    let key = decrypted(&text, passphrase).map_err(failure)?;
    if key.kid() == kid {
        Ok(key)
    } else {
        Err(Failure::new(format!("{} holds another key, {}", path.display(), key.kid()))
            .hint("put it back from a backup")
            .of(Kind::Storage))
    }
}

fn decrypted(text: &str, passphrase: Option<&Passphrase>) -> Result<SigningKey, KeyFileError> {
    let Some(passphrase) = passphrase else { return SigningKey::from_pem(text, None) };
    let mut told = KeyFileError::WrongPassphrase;
    for form in passphrase.forms() {
        match SigningKey::from_pem(text, Some(form)) {
            Err(error @ KeyFileError::WrongPassphrase) => told = error,
            other => return other,
        }
    }
    Err(told)
}

/// Whether a private key of this desk is encrypted.
///
/// # Errors
/// When its file cannot be read.
pub fn is_encrypted(home: &Home, kid: Kid) -> Result<bool, Failure> {
    Ok(is_encrypted_pem(&read_key_file(&private_path(home, kid))?))
}

fn read_key_file(path: &Path) -> Result<zeroize::Zeroizing<String>, Failure> {
    fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(|error| {
        Failure::new(format!("the key {} cannot be read: {error}", path.display()))
            .hint("put it back from a backup, or name the right data folder with --home DIR")
            .of(Kind::Storage)
    })
}

/// Writes both halves of a new key; without a passphrase the private one is protected by its mode alone.
pub fn write_key(desk: Desk<'_>, key: &SigningKey, passphrase: Option<&Passphrase>) -> Result<(), Failure> {
    let text = match passphrase {
        Some(passphrase) => key.to_encrypted_pem(passphrase.as_str(), &mut Filled(desk.random)),
        None => key.to_pem(),
    };
    write_private(&private_path(desk.home, key.kid()), text.as_bytes())?;
    write_private(&public_path(desk.home, key.kid()), key.public().to_pem().as_bytes())
}

/// Tells that new keys were written without a passphrase.
pub fn tell_not_encrypted(desk: Desk<'_>) {
    desk.observer.tell(Told::NotEncrypted { folder: desk.home.keys().display().to_string() });
}

/// Writes a file that only its owner may read, under a temporary name first.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        // Made with mode 0600, which the rename keeps.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        io::Result::Ok(())
    };
    write().map_err(|error| {
        Failure::new(format!("{} cannot be written: {error}", path.display()))
            .hint("check the space on the disk and who may write there")
            .of(Kind::Storage)
    })
}
