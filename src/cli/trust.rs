//! `nansen trust`: whose papers are believed on this machine, and the list that says so to others.

mod import;
mod sheets;
mod show;

#[cfg(test)]
mod tests;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::{Exit, Failure};
use crate::desk::Home;
use crate::desk::keys::KeyBook;
use crate::desk::trust::{self, cache_failure, clock_hint, own};
use crate::seal::Kid;
use crate::trust::{Fingerprint, TrustFolder, TrustStore};

/// Whose papers are believed.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the trust lists in use
    List {
        /// How to answer
        #[arg(long, value_enum, default_value_t = Answer::Text)]
        format: Answer,
    },
    Add(import::AddArgs),
    /// Take a key or an issuer out of the own trust list, or stop trusting another root
    Remove {
        /// Key identifier or name of an issuer in the own list, or root of another list
        what: String,
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Sign the own trust list and its status lists anew
    Sign {
        /// Days after which the list should not be relied on
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3660))]
        stale_after: Option<u32>,
        /// Description of a credential type (type.toml) for verifiers without its template; replaces those of before
        #[arg(long = "type", value_name = "FILE")]
        types: Vec<PathBuf>,
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Write a trust list and its status lists into one file for another machine, or onto sheets to be printed
    Export {
        /// The file
        #[arg(required_unless_present = "sheets")]
        file: Option<PathBuf>,
        /// A PDF with the list as symbols, for machines that no file reaches: print it, and scan it there
        #[arg(long, value_name = "OUT.pdf")]
        sheets: Option<PathBuf>,
        /// Leave the status lists out: papers whose status is kept cannot be decided with this list alone
        #[arg(long)]
        without_statuses: bool,
        /// Another list than the own one
        #[arg(long, value_name = "KID")]
        root: Option<Kid>,
    },
    Import(import::ImportArgs),
    /// Forget the latest time seen, after the clock had once been years ahead
    ResetClock,
}

/// How to answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Answer {
    /// For people.
    Text,
    /// One object a list.
    Json,
}

/// Runs `nansen trust`.
///
/// # Errors
/// When a file cannot be used, a key cannot be opened, or the rules refuse a list.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    match &args.command {
        Command::List { format } => list(home, *format, now),
        Command::Add(args) => import::add(args, home, now),
        Command::Remove { what, passphrase } => remove(what, home, passphrase, now),
        Command::Sign { stale_after, types, passphrase } => sign(*stale_after, types, home, passphrase, now),
        Command::Export { file, sheets, without_statuses, root } => {
            export(file.as_deref(), sheets.as_deref(), *without_statuses, *root, home)
        }
        Command::Import(args) => import::import(args, home, now),
        Command::ResetClock => {
            TrustFolder::new(home.trust()).reset_clock(now).map_err(cache_failure)?;
            say!("the latest time seen is now {now}, or that of the newest trust list");
            Ok(Exit::Done)
        }
    }
}

/// The trust that `verify` decides by: that of `--trust`, of which nothing is written, else that of the data folder,
/// which remembers `now`. `now` is the machine's clock, never the time of `--at`.
///
/// # Errors
/// When it cannot be read.
pub fn load_store(home: &Home, trust: Option<&Path>, now: Timestamp) -> Result<TrustStore, Failure> {
    let store = match trust {
        Some(path) => TrustFolder::open_any(path).map_err(cache_failure)?,
        None => trust::store(home)?,
    };
    warn(&store);
    if let Err(refusal) = store.check_clock(now) {
        let hint = clock_hint(&refusal).unwrap_or_default();
        eprintln!("warning: {refusal}; the later time is used\n  next: {hint}");
    }
    if trust.is_none() {
        // A gate on a read-only disk still checks papers.
        if let Err(error) = TrustFolder::new(home.trust()).remember(now) {
            eprintln!("warning: the time cannot be remembered: {}", Failure::new(error));
        }
    }
    Ok(store)
}

fn warn(store: &TrustStore) {
    for warning in store.warnings() {
        let mut text = warning.to_string();
        let mut cause = std::error::Error::source(warning);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        eprintln!("warning: {text}\n  next: import the newest list of this root again, with --root FINGERPRINT");
    }
}

fn list(home: &Home, format: Answer, now: Timestamp) -> Result<Exit, Failure> {
    let store = trust::store(home)?;
    warn(&store);
    let own = KeyBook::load(home)?.root;
    match format {
        Answer::Text => say!("{}", show::text(&store, own, now)),
        Answer::Json => store.lists().iter().for_each(|held| say!("{}", show::json(held, own, now))),
    }
    Ok(Exit::Done)
}

fn remove(what: &str, home: &Home, passphrase: &PassphraseArgs, now: Timestamp) -> Result<Exit, Failure> {
    let book = KeyBook::load(home)?;
    let folder = TrustFolder::new(home.trust());
    if let Ok(kid) = what.parse::<Kid>()
        && book.root != Some(kid)
        && folder.holds(kid)
    {
        folder.forget(kid).map_err(cache_failure)?;
        say!("root {kid} is no longer trusted");
        return Ok(Exit::Done);
    }
    let nothing = || {
        Failure::new(format!("no key, issuer or root {what:?} is in the trust lists"))
            .hint("`nansen trust list` shows what there is; a key of another root's list only its keeper can remove")
    };
    let root = book.root.ok_or_else(nothing)?;
    let current = own::current(home, root)?.ok_or_else(nothing)?;
    let kid = what.parse::<Kid>().ok().map(|kid| kid.as_bytes().to_vec());
    let goes = |issuer: &str, key: &[u8]| issuer == what || kid.as_deref() == Some(key);
    if !current.keys().any(|(issuer, key)| goes(&issuer.name, &key.kid)) {
        return Err(nothing());
    }
    let done = own::edit(passphrase.desk(home, now), |list| {
        for issuer in &mut list.issuers {
            let name = issuer.name.clone();
            issuer.keys.retain(|key| !goes(&name, &key.kid));
        }
        list.issuers.retain(|issuer| !issuer.keys.is_empty());
        Ok(())
    })?;
    say!("{what} is not in trust list {} of root {}", done.sequence, done.root);
    eprintln!("verifiers learn of it with the next bundle: nansen trust export FILE");
    Ok(Exit::Done)
}

/// Runs `nansen trust sign`.
pub(super) fn sign(
    stale_after: Option<u32>,
    types: &[PathBuf],
    home: &Home,
    passphrase: &PassphraseArgs,
    now: Timestamp,
) -> Result<Exit, Failure> {
    let done = trust::sign(passphrase.desk(home, now), stale_after, types)?;
    say!("trust list {} of root {} is signed", done.sequence, done.root);
    Ok(Exit::Done)
}

fn export(
    file: Option<&Path>,
    sheets: Option<&Path>,
    without_statuses: bool,
    root: Option<Kid>,
    home: &Home,
) -> Result<Exit, Failure> {
    let store = trust::store(home)?;
    warn(&store);
    let held = trust::held(&store, home, root)?;
    let held = if without_statuses { &held.without_tokens() } else { held };
    let list = held.list();
    if let Some(file) = file {
        write_bundle(file, &held.bundle().to_bytes())?;
        say!("{}: trust list {} of {}", file.display(), list.sequence, list.root_name);
    }
    if let Some(file) = sheets {
        let count = sheets::export(held, file)?;
        let paper = if count == 1 { "1 sheet".to_owned() } else { format!("{count} sheets") };
        say!("{}: trust list {} of {}, {paper}", file.display(), list.sequence, list.root_name);
    }
    say!("fingerprint  {}", Fingerprint::of(held.root()));
    Ok(Exit::Done)
}

fn write_bundle(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut builder = tempfile::Builder::new();
        // Others are meant to read it; what the umask forbids stays forbidden.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut temporary = builder.tempfile_in(folder)?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        temporary.persist(file).map_err(|error| error.error)?;
        std::io::Result::Ok(())
    };
    write().map_err(|error| {
        Failure::new(format!("{} cannot be written: {error}", file.display()))
            .hint("check the folder, the space on the disk and who may write there")
    })
}
