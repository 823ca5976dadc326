//! Who opens the keys of a desk: somebody with a passphrase, or somebody who has opened them already.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::{Failure, Home, Kind, keys};
use crate::seal::{Kid, SigningKey};

/// A passphrase; wiped from memory when dropped, never shown.
#[derive(Clone)]
pub struct Passphrase {
    typed: Zeroizing<String>,
    text: Zeroizing<String>,
}

impl Passphrase {
    /// A passphrase with this text. Keyboards differ in how they compose letters: two that look the same are the same.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Self {
        let typed = text.into();
        let text = Zeroizing::new(typed.nfkc().collect());
        Self { typed, text }
    }

    /// The text in normal form (NFKC), for the one who encrypts.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What decrypts may have been encrypted with: the normal form; what was typed, when that is another text.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        let typed = Some(self.typed.as_str()).filter(|typed| *typed != self.as_str());
        std::iter::once(self.as_str()).chain(typed)
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Opens keys. Asked only when a key is needed.
pub trait Unlock: Sync {
    /// The passphrase of keys that are there. `None` when nobody can be asked.
    ///
    /// # Errors
    /// When it cannot be had.
    fn of_existing(&self) -> Result<Option<&Passphrase>, Failure>;

    /// The passphrase for new keys. `None` when nobody can be asked, or wants one.
    ///
    /// # Errors
    /// When it cannot be had.
    fn for_new(&self) -> Result<Option<&Passphrase>, Failure>;

    /// A key that is open already.
    fn open_key(&self, kid: Kid) -> Option<SigningKey> {
        let _ = kid;
        None
    }
}

/// A passphrase that is known, or the knowledge that there is none.
impl Unlock for Option<Passphrase> {
    fn of_existing(&self) -> Result<Option<&Passphrase>, Failure> {
        Ok(self.as_ref())
    }

    fn for_new(&self) -> Result<Option<&Passphrase>, Failure> {
        Ok(self.as_ref())
    }
}

/// All keys of a desk, opened once and kept by whoever serves it; wiped from memory when dropped.
#[derive(Clone, Default)]
pub struct OpenKeys(Vec<SigningKey>);

impl OpenKeys {
    /// Opens every key of the desk.
    ///
    /// # Errors
    /// When the desk is not set up, a key cannot be read, or the passphrase does not open it.
    pub fn open(home: &Home, unlock: &dyn Unlock) -> Result<Self, Failure> {
        let book = keys::KeyBook::load(home)?;
        book.desk_name()?;
        book.all().map(|kid| keys::load_key(home, kid, unlock)).collect::<Result<_, _>>().map(Self)
    }

    /// Names of the keys that are open.
    pub fn kids(&self) -> impl Iterator<Item = Kid> {
        self.0.iter().map(SigningKey::kid)
    }
}

impl fmt::Debug for OpenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

impl Unlock for OpenKeys {
    fn of_existing(&self) -> Result<Option<&Passphrase>, Failure> {
        Err(locked())
    }

    fn for_new(&self) -> Result<Option<&Passphrase>, Failure> {
        Err(locked())
    }

    fn open_key(&self, kid: Kid) -> Option<SigningKey> {
        self.0.iter().find(|key| key.kid() == kid).cloned()
    }
}

fn locked() -> Failure {
    Failure::new("the keys of this desk are locked").hint("unlock them with their passphrase").of(Kind::Locked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_never_shown() {
        let passphrase = Some(Passphrase::new("Fram".to_owned()));
        assert_eq!(passphrase.of_existing().unwrap().unwrap().as_str(), "Fram");
        assert!(!format!("{passphrase:?}").contains("Fram"));
    }
}
