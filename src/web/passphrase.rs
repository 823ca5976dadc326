//! The passphrase of the desk, as a hash (Argon2id, RFC 9106) in `web/passphrase`, and the token that sets it once.
//!
//! The passphrase is compared as NFKC (NIST SP 800-63B §3.1.1.2): the same letters typed on another keyboard are the
//! same passphrase.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::{SignedDuration, Timestamp};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::app::Random;
use super::files;
use super::problem::Problem;
use crate::desk::Failure;
use crate::desk::Home;

const FILE: &str = "passphrase";
/// Memory for one hash, in kiB: 19 MiB (OWASP Password Storage Cheat Sheet, 2024).
const MEMORY: u32 = 19 * 1024;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Letters of a passphrase at least.
pub const MIN_LETTERS: usize = 12;
/// Bytes of a passphrase at most.
pub const MAX_BYTES: usize = 1024;
/// A setup token can be used for this long.
pub const SETUP_TIME: SignedDuration = SignedDuration::from_mins(30);
/// Letters of a setup token: 80 bits. None looks like another.
const SETUP_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Something that must not be shown: wiped from memory when dropped.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_string`, which repeats numbers in its error.
        deserializer.deserialize_any(Text)
    }
}

/// Takes a text. What stands in its place is not repeated in the error: it may be the secret.
struct Text;

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::custom("wanted a text"))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom("wanted a text"))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom("wanted a text"))
    }
}

/// Why a new passphrase is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Weak {
    /// Few letters.
    #[error("{letters} letters")]
    Short {
        /// As many as there are.
        letters: usize,
    },
    /// Many bytes.
    #[error("more than {MAX_BYTES} bytes")]
    Long,
    /// The same letter again and again.
    #[error("one letter again and again")]
    Same,
}

/// Whether a passphrase may be set.
///
/// # Errors
/// When it is too short to stand up to guessing.
pub fn check_new(passphrase: &Secret) -> Result<(), Weak> {
    let letters = passphrase.reveal().chars().count();
    let first = passphrase.reveal().chars().next();
    match letters {
        _ if passphrase.reveal().len() > MAX_BYTES => Err(Weak::Long),
        letters if letters < MIN_LETTERS => Err(Weak::Short { letters }),
        _ if passphrase.reveal().chars().all(|c| Some(c) == first) => Err(Weak::Same),
        _ => Ok(()),
    }
}

struct Setup {
    digest: [u8; 32],
    until: Timestamp,
}

/// The passphrase of the desk.
pub struct DeskPassphrase {
    hash: Mutex<Option<String>>,
    setup: Mutex<Option<Setup>>,
    changing: Mutex<()>,
    /// The token itself, until it has been shown.
    shown: Mutex<Option<Secret>>,
}

impl fmt::Debug for DeskPassphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskPassphrase(…)")
    }
}

impl DeskPassphrase {
    /// What is kept in the data folder; when there is none, a token to set one with.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn load(home: &Home, random: Random, now: Timestamp) -> Result<Self, Failure> {
        let damaged = || {
            Failure::new(format!("{} is damaged", files::folder(home).join(FILE).display()))
                .hint("put it back from a backup, or remove it to set a new passphrase")
        };
        let hash = match files::read(home, FILE)? {
            Some(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| damaged())?.trim().to_owned();
                PasswordHash::new(&text).map_err(|_| damaged())?;
                Some(text)
            }
            None => None,
        };
        let (mut setup, mut shown) = (None, None);
        if hash.is_none() {
            let token = setup_token(random);
            setup = Some(Setup { digest: token_digest(token.reveal()), until: now + SETUP_TIME });
            shown = Some(token);
        }
        Ok(Self {
            hash: Mutex::new(hash),
            setup: Mutex::new(setup),
            shown: Mutex::new(shown),
            changing: Mutex::default(),
        })
    }

    /// Whether there is a passphrase.
    pub fn is_set(&self) -> bool {
        self.hash().is_some()
    }

    /// The setup token, once: for the terminal that the server was started in.
    pub fn take_setup_token(&self) -> Option<Secret> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether `token` may set the passphrase now.
    pub fn is_setup_token(&self, token: &Secret, now: Timestamp) -> bool {
        let setup = self.setup.lock().unwrap_or_else(PoisonError::into_inner);
        let said = token_digest(token.reveal());
        setup.as_ref().is_some_and(|setup| bool::from(setup.digest.ct_eq(&said)) && now < setup.until)
    }

    /// Whether `token` may set up this desk now.
    ///
    /// # Errors
    /// 403 when it may not, 409 when the desk is set up.
    pub fn check_setup(&self, token: &Secret, now: Timestamp) -> Result<(), Problem> {
        if self.is_set() {
            return Err(Problem::conflict("this desk is set up already").next("sign in: POST /api/v1/session"));
        }
        if self.is_setup_token(token, now) {
            return Ok(());
        }
        Err(Problem::forbidden("this is not the setup token, or it is too old")
            .wanted("what nansen serve wrote when it was started, within half an hour")
            .next("look there, or start nansen serve again for a new one"))
    }

    /// Held by whoever sets up the desk.
    pub fn one_at_a_time(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the passphrase and ends the setup token. Takes a core for some 50 ms.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set(&self, home: &Home, passphrase: &Secret, random: Random) -> Result<(), Failure> {
        let mut salt = [0; 16];
        random(&mut salt);
        let hash = hasher()?
            .hash_password_with_salt(normal(passphrase).as_bytes(), &salt)
            .map_err(|error| Failure::new(format!("the passphrase cannot be hashed: {error}")))?
            .to_string();
        files::write(home, FILE, format!("{hash}\n").as_bytes())?;
        *self.hash.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash);
        *self.setup.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.take_setup_token();
        Ok(())
    }

    /// Whether this is the passphrase. Takes a core for some 50 ms.
    pub fn is(&self, passphrase: &Secret) -> bool {
        let Some(hash) = self.hash() else { return false };
        let (Ok(hash), Ok(hasher)) = (PasswordHash::new(&hash), hasher()) else { return false };
        passphrase.reveal().len() <= MAX_BYTES && hasher.verify_password(normal(passphrase).as_bytes(), &hash).is_ok()
    }

    fn hash(&self) -> Option<String> {
        self.hash.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn hasher() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(MEMORY, PASSES, 1, None)
        .map_err(|error| Failure::new(format!("the passphrase cannot be hashed: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn normal(passphrase: &Secret) -> Zeroizing<String> {
    Zeroizing::new(passphrase.reveal().nfkc().collect())
}

/// `k7f2-9qxm-…`: four groups of four.
fn setup_token(random: Random) -> Secret {
    let mut bytes = Zeroizing::new([0; 16]);
    random(&mut *bytes);
    let letter = |byte: &u8| char::from(SETUP_LETTERS[usize::from(byte & 31)]);
    let groups: Vec<String> = bytes.chunks(4).map(|four| four.iter().map(letter).collect()).collect();
    Secret::new(groups.join("-"))
}

/// Of the letters alone, so that hyphens, spaces and capitals do not count.
fn token_digest(token: &str) -> [u8; 32] {
    let letters: Zeroizing<String> =
        Zeroizing::new(token.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect());
    Sha256::digest(letters.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::app::tests::counting;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn the_passphrase_is_kept_as_a_hash_that_only_its_owner_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let desk = DeskPassphrase::load(&home, counting, Timestamp::UNIX_EPOCH).unwrap();
        assert!(!desk.is_set() && !desk.is(&secret("")));
        desk.set(&home, &secret("Fram over the ﬁeld"), counting).unwrap();
        let again = DeskPassphrase::load(&home, counting, Timestamp::UNIX_EPOCH).unwrap();
        assert!(again.is(&secret("Fram over the field")), "compared as NFKC");
        assert!(!again.is(&secret("Fram over the fields")));
        assert!(again.take_setup_token().is_none());
        let path = files::folder(&home).join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777,
            0o600
        );
    }

    #[test]
    fn a_setup_token_works_once_and_not_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let now = Timestamp::UNIX_EPOCH;
        let desk = DeskPassphrase::load(&home, counting, now).unwrap();
        let token = desk.take_setup_token().unwrap();
        assert!(desk.take_setup_token().is_none(), "it is shown once");
        assert_eq!(token.reveal().len(), 19);
        assert!(desk.is_setup_token(&token, now));
        assert!(desk.is_setup_token(&secret(&token.reveal().to_uppercase().replace('-', " ")), now));
        assert!(!desk.is_setup_token(&secret("0000-0000-0000-0000"), now));
        assert!(!desk.is_setup_token(&token, now + SETUP_TIME));
        desk.set(&home, &secret("Fram over the field"), counting).unwrap();
        assert!(!desk.is_setup_token(&token, now));
    }

    #[test]
    fn weak_passphrases_are_told_why() {
        assert_eq!(check_new(&secret("elevenchars")), Err(Weak::Short { letters: 11 }));
        assert_eq!(check_new(&secret("aaaaaaaaaaaaa")), Err(Weak::Same));
        assert_eq!(check_new(&secret(&"ab".repeat(600))), Err(Weak::Long));
        assert_eq!(check_new(&secret("фрамфрамфрам")), Ok(()));
    }

    #[test]
    fn secrets_are_not_shown() {
        let parsed: Result<Secret, _> = serde_json::from_str("12345678");
        let told = parsed.unwrap_err().to_string();
        assert!(told.starts_with("wanted a text") && !told.contains("1234"), "{told}");
        assert_eq!(format!("{:?}", secret("x")), "Secret(…)");
    }
}
