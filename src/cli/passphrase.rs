//! Passphrases of keys: from a file, from `NANSEN_PASSPHRASE`, or from the person at the terminal. Never from an
//! argument, which other users of the machine can see, and never in a message.

use std::fs::File;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::Failure;
use super::terminal::Terminal;
use crate::desk::{Desk, Home, Passphrase, Unlock};

/// Gives the passphrase where nobody can type it.
const PASSPHRASE_VARIABLE: &str = "NANSEN_PASSPHRASE";

/// Hears what commands tell that work on no list.
static TERMINAL: OnceLock<Terminal> = OnceLock::new();

/// Bytes of a passphrase file at most.
const MAX_FILE_BYTES: u64 = 4096;

/// Where the passphrase comes from.
#[derive(Debug, Default, clap::Args)]
pub struct PassphraseArgs {
    /// Read the passphrase of the keys from the first line of this file (default: the variable `NANSEN_PASSPHRASE`, else a prompt)
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Asked for once a run.
    #[arg(skip)]
    known: OnceLock<Option<Passphrase>>,
}

impl PassphraseArgs {
    /// A passphrase that is known already, for commands that run others.
    pub fn known(passphrase: Option<String>) -> Self {
        let known = OnceLock::from(passphrase.map(Passphrase::new));
        Self { passphrase_file: None, known }
    }

    /// The desk in `home` at this moment, whose keys this opens, and which tells what happens on the terminal.
    pub fn desk<'a>(&'a self, home: &'a Home, now: Timestamp) -> Desk<'a> {
        self.desk_told(home, now, TERMINAL.get_or_init(Terminal::default))
    }

    /// The same, for commands that tell it in a way of their own.
    pub fn desk_told<'a>(&'a self, home: &'a Home, now: Timestamp, observer: &'a Terminal) -> Desk<'a> {
        Desk { home, unlock: self, random, now, observer }
    }

    fn once(&self, ask: impl FnOnce() -> Result<Option<Passphrase>, Failure>) -> Result<Option<&Passphrase>, Failure> {
        if let Some(known) = self.known.get() {
            return Ok(known.as_ref());
        }
        let found = if let Some(path) = &self.passphrase_file {
            Some(first_line(path)?)
        } else if let Some(text) = std::env::var(PASSPHRASE_VARIABLE).ok().filter(|text| !text.is_empty()) {
            Some(Passphrase::new(text))
        } else if std::io::stdin().is_terminal() {
            ask()?
        } else {
            None
        };
        Ok(self.known.get_or_init(|| found).as_ref())
    }
}

impl Unlock for PassphraseArgs {
    fn of_existing(&self) -> Result<Option<&Passphrase>, Failure> {
        self.once(|| prompt("Passphrase of the keys: ").map(Some))
    }

    fn for_new(&self) -> Result<Option<&Passphrase>, Failure> {
        self.once(|| {
            let first = prompt("Passphrase for the new keys (empty for none): ")?;
            if first.as_str().is_empty() {
                return Ok(None);
            }
            if prompt("Once more: ")?.as_str() != first.as_str() {
                return Err(Failure::new("the two passphrases differ").hint("start again"));
            }
            Ok(Some(first))
        })
    }
}

/// The randomness of the system.
pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system has randomness");
}

fn prompt(text: &str) -> Result<Passphrase, Failure> {
    match rpassword::prompt_password(text) {
        Ok(answer) => Ok(Passphrase::new(answer)),
        Err(error) => Err(Failure::new(format!("the passphrase cannot be read from the terminal: {error}"))
            .hint(format!("give it in {PASSPHRASE_VARIABLE} or with --passphrase-file FILE"))),
    }
}

/// The first line of a passphrase file.
///
/// # Errors
/// When it cannot be read or the line is empty.
pub(super) fn first_line(path: &Path) -> Result<Passphrase, Failure> {
    let wrong = |what: String| {
        Failure::new(format!("the passphrase file {} {what}", path.display()))
            .hint("give a text file whose first line is the passphrase")
    };
    let mut text = Zeroizing::new(String::new());
    let file = File::open(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Passphrase::new(line.to_owned())),
        _ => Err(wrong("is empty".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_file_gives_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        let args = || PassphraseArgs { passphrase_file: Some(path.clone()), ..PassphraseArgs::default() };
        for (text, expect) in [("one\n", "one"), ("one\r\ntwo\n", "one"), (" a b ", " a b ")] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(args().of_existing().unwrap().unwrap().as_str(), expect);
            assert_eq!(args().for_new().unwrap().unwrap().as_str(), expect);
        }
        for text in [&b""[..], b"\nsecond", b"\xff\xfe"] {
            std::fs::write(&path, text).unwrap();
            assert!(args().of_existing().unwrap_err().to_string().contains("first line is the passphrase"));
        }
    }

    #[test]
    fn a_passphrase_is_never_shown() {
        let args = PassphraseArgs::known(Some("Fram".to_owned()));
        assert_eq!(args.of_existing().unwrap().unwrap().as_str(), "Fram");
        assert!(!format!("{args:?}").contains("Fram"));
    }
}
