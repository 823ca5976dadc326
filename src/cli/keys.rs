//! `nansen key`: the private keys of this desk, and which of them are in use.

use std::io::{self, Write as _};

use jiff::Timestamp;

use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::{Exit, Failure};
use crate::desk::Home;
use crate::desk::keys::{self, KeyBook, KeyKind, is_encrypted, no_keys, public_key};
use crate::seal::Kid;

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

impl From<Kind> for KeyKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::P256 => Self::P256,
            Kind::Ed25519 => Self::Ed25519,
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
    let kid = keys::new_key(passphrase.desk(home, now), kind.into(), in_use)?;
    say!("{kid}");
    let use_it = if in_use { String::new() } else { format!(", then issue with it: nansen key use {kid}") };
    eprintln!("hand out the trust list before papers signed with the new key: nansen trust export FILE{use_it}");
    Ok(Exit::Done)
}

fn use_key(home: &Home, kid: Kid) -> Result<Exit, Failure> {
    keys::use_key(home, kid)?;
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
