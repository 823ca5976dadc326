//! `nansen key`: the private keys of this desk, and which of them are in use.
//!
//! `keys/<kid>.pem` is a private key (PKCS#8, mode 0600), `keys/<kid>.pub.pem` its public half, and `keys/keys.toml`
//! says who issues and which key is for what.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::home::Home;
use super::outcome::say;
use super::passphrase::{Passphrase, PassphraseArgs};
use super::{Exit, Failure, trust};
use crate::seal::{KeyFileError, Kid, PublicKey, SigningKey, is_encrypted_pem};

const BOOK: &str = "keys.toml";

/// The keys that issue and sign lists.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make another issuer key and name it in the own trust list
    New {
        /// Issue with it from now on
        #[arg(long = "use")]
        in_use: bool,
        /// Kind of key
        #[arg(long, value_enum, default_value_t = Kind::P256)]
        kind: Kind,
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Issue with another key of this desk from now on
    Use {
        /// The key, as `nansen key list` shows it
        kid: Kid,
    },
    /// Show the keys
    List,
    /// Print the public half of a key
    Export {
        /// The public half; private keys leave only as copies of their files
        #[arg(long, required = true)]
        public: bool,
        /// As PEM (SPKI), which is the default
        #[arg(long)]
        pem: bool,
        /// Another key than the issuer key in use
        #[arg(long, value_name = "KID")]
        kid: Option<Kid>,
        /// The root key instead of the issuer key
        #[arg(long, conflicts_with = "kid")]
        root: bool,
    },
}

/// Kinds of key that are made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Kind {
    /// ECDSA on P-256, which every reader of other formats knows too.
    P256,
    /// Ed25519.
    Ed25519,
}

impl Kind {
    /// A new key of this kind.
    pub fn generate(self) -> SigningKey {
        let mut random = UnwrapErr(SysRng);
        match self {
            Self::P256 => SigningKey::generate_p256(&mut random),
            Self::Ed25519 => SigningKey::generate_ed25519(&mut random),
        }
    }
}

/// Runs `nansen key`.
///
/// # Errors
/// When a key cannot be read, made or written.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    match &args.command {
        Command::New { in_use, kind, passphrase } => new(home, *kind, *in_use, passphrase, now),
        Command::Use { kid } => use_key(home, *kid),
        Command::List => list(home),
        Command::Export { kid, root, .. } => {
            let book = KeyBook::load(home)?;
            let kid = match (kid, root) {
                (Some(kid), _) => *kid,
                (None, true) => book.root.ok_or_else(no_keys)?,
                (None, false) => book.issuer.ok_or_else(no_keys)?,
            };
            let _ = write!(io::stdout(), "{}", public_key(home, kid)?.to_pem());
            Ok(Exit::Done)
        }
    }
}

fn new(home: &Home, kind: Kind, in_use: bool, passphrase: &PassphraseArgs, now: Timestamp) -> Result<Exit, Failure> {
    let mut book = KeyBook::load(home)?;
    let root = book.root.ok_or_else(no_keys)?;
    // The root first: with a wrong passphrase nothing is made.
    load_key(home, root, passphrase)?;
    let passphrase_text = if is_encrypted(home, root)? { passphrase.of_existing()? } else { passphrase.for_new()? };
    let key = kind.generate();
    write_key(home, &key, passphrase_text)?;
    // The trust list first: a key must not be in use before it is believed.
    let desk = book.desk_name()?;
    trust::own::edit(home, passphrase, now, |list| {
        trust::own::add_issuer_key(list, &desk, &key.public());
        Ok(())
    })?;
    book.keys.push(key.kid());
    if in_use {
        book.issuer = Some(key.kid());
    }
    book.save(home)?;
    say!("{}", key.kid());
    let use_it = if in_use { String::new() } else { format!(", then issue with it: nansen key use {}", key.kid()) };
    eprintln!("hand out the trust list before papers signed with the new key: nansen trust export FILE{use_it}");
    Ok(Exit::Done)
}

fn use_key(home: &Home, kid: Kid) -> Result<Exit, Failure> {
    let mut book = KeyBook::load(home)?;
    let root = book.root.ok_or_else(no_keys)?;
    if !book.keys.contains(&kid) {
        return Err(Failure::new(format!("{kid} is no issuer key of this desk"))
            .hint("`nansen key list` shows them; `nansen key new` makes another"));
    }
    let list = trust::own::current(home, root)?;
    if !list.is_some_and(|list| list.keys().any(|(_, key)| key.key.kid() == kid)) {
        return Err(Failure::new(format!("{kid} is not in the own trust list: nobody would believe its papers"))
            .hint("issue with a key that is: `nansen key new --use` makes one"));
    }
    book.issuer = Some(kid);
    book.save(home)?;
    say!("{kid}");
    eprintln!(
        "papers are signed with it from now on; verifiers need a trust list that names it: nansen trust export FILE"
    );
    Ok(Exit::Done)
}

fn list(home: &Home) -> Result<Exit, Failure> {
    let book = KeyBook::load(home)?;
    for kid in book.all() {
        let task = match kid {
            kid if book.issuer == Some(kid) => "issuer, in use",
            kid if book.root == Some(kid) => "root",
            _ => "issuer",
        };
        let lock = if is_encrypted(home, kid)? { "encrypted" } else { "not encrypted" };
        say!("{kid}  {:8} {task:15} {lock}", public_key(home, kid)?.kind());
    }
    Ok(Exit::Done)
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
pub fn load_issuer(home: &Home, passphrase: &PassphraseArgs) -> Result<Issuer, Failure> {
    let book = KeyBook::load(home)?;
    let DeskName { name, country } = book.desk_name()?;
    let key = load_key(home, book.issuer.ok_or_else(no_keys)?, passphrase)?;
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
pub(super) fn load_root(home: &Home, book: &KeyBook, passphrase: &PassphraseArgs) -> Result<SigningKey, Failure> {
    load_key(home, book.root.ok_or_else(no_keys)?, passphrase)
}

/// Which keys are for what.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyBook {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
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
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::new(format!("{} cannot be read: {error}", path.display()))),
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

fn no_keys() -> Failure {
    Failure::new("this data folder has no issuer yet")
        .hint("run `nansen init --name \"…\"` first, or name the right data folder with --home DIR")
}

fn private_path(home: &Home, kid: Kid) -> PathBuf {
    home.keys().join(format!("{kid}.pem"))
}

fn public_path(home: &Home, kid: Kid) -> PathBuf {
    home.keys().join(format!("{kid}.pub.pem"))
}

/// The public half of a key of this desk.
pub(super) fn public_key(home: &Home, kid: Kid) -> Result<PublicKey, Failure> {
    let path = public_path(home, kid);
    let text = read_key_file(&path)?;
    PublicKey::from_pem(&text)
        .ok()
        .filter(|key| key.kid() == kid)
        .ok_or_else(|| Failure::new(format!("{} is damaged", path.display())).hint("put it back from a backup"))
}

/// A private key of this desk.
pub(super) fn load_key(home: &Home, kid: Kid, passphrase: &PassphraseArgs) -> Result<SigningKey, Failure> {
    let path = private_path(home, kid);
    let text = read_key_file(&path)?;
    let passphrase = if is_encrypted_pem(&text) { passphrase.of_existing()? } else { None };
    let failure = |error: KeyFileError| {
        let hint = match error {
            KeyFileError::PassphraseNeeded => "give it in NANSEN_PASSPHRASE or with --passphrase-file FILE",
            KeyFileError::WrongPassphrase => "try again; nothing was changed",
            _ => "put it back from a backup",
        };
        Failure::new(format!("the key {} cannot be used: {error}", path.display())).hint(hint)
    };
    let key = SigningKey::from_pem(&text, passphrase.map(Passphrase::as_str)).map_err(failure)?;
    if key.kid() == kid {
        Ok(key)
    } else {
        Err(Failure::new(format!("{} holds another key, {}", path.display(), key.kid()))
            .hint("put it back from a backup"))
    }
}

fn is_encrypted(home: &Home, kid: Kid) -> Result<bool, Failure> {
    Ok(is_encrypted_pem(&read_key_file(&private_path(home, kid))?))
}

fn read_key_file(path: &Path) -> Result<zeroize::Zeroizing<String>, Failure> {
    fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(|error| {
        Failure::new(format!("the key {} cannot be read: {error}", path.display()))
            .hint("put it back from a backup, or name the right data folder with --home DIR")
    })
}

/// Writes both halves of a new key; without a passphrase the private one is protected by its mode alone.
pub(super) fn write_key(home: &Home, key: &SigningKey, passphrase: Option<&Passphrase>) -> Result<(), Failure> {
    let text = match passphrase {
        Some(passphrase) => key.to_encrypted_pem(passphrase.as_str(), &mut UnwrapErr(SysRng)),
        None => key.to_pem(),
    };
    write_private(&private_path(home, key.kid()), text.as_bytes())?;
    write_private(&public_path(home, key.kid()), key.public().to_pem().as_bytes())
}

/// Tells that new keys were written without a passphrase.
pub(super) fn warn_not_encrypted(home: &Home) {
    eprintln!(
        "warning: the keys in {} are not encrypted; who can read them can sign in this name\n  \
         next: keep the disk encrypted, or start a new data folder with NANSEN_PASSPHRASE or --passphrase-file FILE",
        home.keys().display()
    );
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
    })
}
