//! The lists in use, and the answers they give.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::bundle::{Bundle, BundleError};
use super::list::{IssuerKey, KeyFormat, ListError, TrustList};
use super::policy::{AgeState, Refusal, age_days, age_state, check_clock};
use super::token::{StatusToken, TokenError};
use crate::seal::{Authentic, KeyError, Kid, PublicKey};

/// What people compare on the telephone before they trust a root: SHA-256 over its DER `SubjectPublicKeyInfo`,
/// written as sixteen groups of four hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Digits that must be given to name a root: the half of them, 128 bits, cannot be imitated.
    pub const MIN_DIGITS: usize = 32;

    /// The fingerprint of a root key.
    pub fn of(root: &PublicKey) -> Self {
        Self(Sha256::digest(root.to_spki_der()).into())
    }

    /// Whether `text` gives this fingerprint, or its first [`MIN_DIGITS`](Self::MIN_DIGITS) digits at least. Spaces,
    /// hyphens, colons and the case of letters do not count.
    pub fn is_written(&self, text: &str) -> bool {
        let said: String = text.chars().filter(|c| !matches!(c, '-' | ':') && !c.is_whitespace()).collect();
        said.len() >= Self::MIN_DIGITS && self.to_string().replace(' ', "").starts_with(&said.to_lowercase())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<String> = self.0.chunks(2).map(|two| format!("{:02x}{:02x}", two[0], two[1])).collect();
        f.write_str(&groups.join(" "))
    }
}

/// Something about a list that people should hear of. The list is not in use, unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The root's key is damaged or not the one of its folder.
    #[error("the root key of trust list {root} is missing or damaged")]
    Root {
        /// The folder's name.
        root: String,
    },
    /// The list is damaged or not signed by its root.
    #[error("the trust list of root {root} is missing or damaged")]
    List {
        /// The root.
        root: Kid,
        /// Why, when there is a list.
        #[source]
        source: Option<ListError>,
    },
    /// An older list was put in the place of a newer one.
    #[error("the trust list of root {root} is not used")]
    Refused {
        /// The root.
        root: Kid,
        /// Why.
        #[source]
        source: Refusal,
    },
    /// What was remembered is lost: the list is in use, but an older one could have been put in its place.
    #[error("what was remembered about the trust lists of root {root} is lost; the one found is used")]
    MemoryLost {
        /// The root.
        root: Kid,
    },
    /// A status token that is not in use.
    #[error("a status list beside the trust list of root {root} is not used")]
    Token {
        /// The root.
        root: Kid,
        /// Why.
        #[source]
        source: TokenError,
    },
    /// A bundle that is not in use.
    #[error("{path} is not used")]
    Bundle {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: OpenBundleError,
    },
}

/// Why a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenBundleError {
    /// Not a bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Its root's key cannot be used.
    #[error("the root key cannot be used")]
    Root(#[source] KeyError),
    /// Its list is not signed by the root or not in order.
    #[error(transparent)]
    List(#[from] ListError),
}

/// A list in use.
#[derive(Clone, Debug)]
pub struct HeldList {
    root: PublicKey,
    kid: Kid,
    bytes: Vec<u8>,
    list: Authentic<TrustList>,
    tokens: Vec<StatusToken>,
}

impl HeldList {
    /// Opens a list with its root's key.
    ///
    /// # Errors
    /// When the root did not sign it or it is not in order.
    pub fn open(root: PublicKey, bytes: Vec<u8>) -> Result<Self, ListError> {
        let list = TrustList::open(&bytes, &root)?;
        Ok(Self { kid: root.kid(), root, bytes, list, tokens: Vec::new() })
    }

    /// Opens a bundle. Tokens that no key of the list signed are left out and returned as errors.
    ///
    /// # Errors
    /// When the list cannot be used.
    pub fn from_bundle(bundle: &Bundle) -> Result<(Self, Vec<TokenError>), OpenBundleError> {
        let root = PublicKey::from_spki_der(&bundle.root_spki).map_err(OpenBundleError::Root)?;
        let mut held = Self::open(root, bundle.list.clone())?;
        let errors = bundle.tokens.iter().filter_map(|token| held.add_token(token).err()).collect();
        Ok((held, errors))
    }

    /// Takes in a status token; an older one than the one held for the same list is left out.
    ///
    /// # Errors
    /// When no key of the list signed it.
    pub fn add_token(&mut self, bytes: &[u8]) -> Result<(), TokenError> {
        let token = StatusToken::open(bytes, self.list.get())?;
        let same = |held: &&mut StatusToken| held.key() == token.key() && held.uri() == token.uri();
        match self.tokens.iter_mut().find(same) {
            Some(held) if held.issued() > token.issued() => {}
            Some(held) => *held = token,
            None => self.tokens.push(token),
        }
        Ok(())
    }

    /// This list with its tokens and those of `other`; where they name the same list, the newer token, and of two of one
    /// second this one's.
    #[must_use]
    pub fn with_tokens_of(&self, other: Option<&Self>) -> Self {
        let mut merged = self.without_tokens();
        for token in other.into_iter().chain([self]).flat_map(Self::tokens) {
            // A token of a key that has left the list is no loss.
            let _ = merged.add_token(token.bytes());
        }
        merged
    }

    /// The list alone.
    #[must_use]
    pub fn without_tokens(&self) -> Self {
        Self { tokens: Vec::new(), ..self.clone() }
    }

    /// The root's key.
    pub fn root(&self) -> &PublicKey {
        &self.root
    }

    /// The identifier of the root's key.
    pub fn root_kid(&self) -> Kid {
        self.kid
    }

    /// What the list says.
    pub fn list(&self) -> &TrustList {
        self.list.get()
    }

    /// The list's bytes, as they were signed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the list's bytes.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The status tokens beside the list.
    pub fn tokens(&self) -> &[StatusToken] {
        &self.tokens
    }

    /// The list's age at `at`.
    pub fn state(&self, at: Timestamp) -> AgeState {
        age_state(self.list().issued, self.list().stale_after_days, at)
    }

    /// The bundle that carries list and tokens to another machine.
    pub fn bundle(&self) -> Bundle {
        Bundle {
            root_spki: self.root.to_spki_der(),
            list: self.bytes.clone(),
            tokens: self.tokens.iter().map(|token| token.bytes().to_vec()).collect(),
        }
    }
}

/// A key that a signature may be tried with, and what the list says of it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The issuer's name.
    pub issuer: &'a str,
    /// The issuer's country.
    pub country: Option<&'a str>,
    /// The key and its limits.
    pub key: &'a IssuerKey,
    /// Whether the message names this key. When not, the key is one that is tried for every message of its format,
    /// and a signature that does not match says nothing.
    pub named: bool,
    /// The list's sequence number.
    pub sequence: u64,
    /// The list's age in whole days.
    pub age_days: u32,
    /// The list's age, judged.
    pub state: AgeState,
    /// Who keeps the list.
    pub root_name: &'a str,
    /// The identifier of the key that signed the list.
    pub root: Kid,
}

/// The trust lists in use.
#[derive(Debug, Default)]
pub struct TrustStore {
    held: Vec<HeldList>,
    warnings: Vec<Warning>,
    latest: Option<Timestamp>,
}

impl TrustStore {
    /// A store of these lists, which remembers that `latest` has been.
    pub fn new(held: Vec<HeldList>, warnings: Vec<Warning>, latest: Option<Timestamp>) -> Self {
        Self { held, warnings, latest }
    }

    /// The lists in use.
    pub fn lists(&self) -> &[HeldList] {
        &self.held
    }

    /// What people should hear of.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The latest time seen, on the clock or in a list.
    pub fn latest_time(&self) -> Option<Timestamp> {
        self.latest
    }

    /// Whether the clock can be right.
    ///
    /// # Errors
    /// When it stands before a time that has been.
    pub fn check_clock(&self, now: Timestamp) -> Result<(), Refusal> {
        self.latest.map_or(Ok(()), |latest| check_clock(now, latest))
    }

    /// The time to decide by: the clock's, or the latest time seen when the clock has been turned back behind it.
    pub fn decision_time(&self, now: Timestamp) -> Timestamp {
        match (self.check_clock(now), self.latest) {
            (Err(_), Some(latest)) => latest,
            _ => now,
        }
    }

    /// The keys that a message of `format` with this `kid` may be signed with: those of that name, of which there
    /// may be several, then those that are tried for every message of the format.
    pub fn candidates(&self, kid: Option<&[u8]>, format: KeyFormat, at: Timestamp) -> Vec<Candidate<'_>> {
        let mut found = Vec::new();
        for held in &self.held {
            let list = held.list();
            for (issuer, key) in list.keys().filter(|(_, key)| key.format == format) {
                let named = kid.is_some_and(|kid| !kid.is_empty() && kid == key.kid);
                // Without a name in the message every key of the format is as likely as the next.
                if !named && !key.kid.is_empty() && kid.is_some_and(|kid| !kid.is_empty()) {
                    continue;
                }
                found.push(Candidate {
                    issuer: &issuer.name,
                    country: issuer.country.as_deref(),
                    key,
                    named,
                    sequence: list.sequence,
                    age_days: age_days(list.issued, at),
                    state: held.state(at),
                    root_name: &list.root_name,
                    root: held.kid,
                });
            }
        }
        found.sort_by_key(|candidate| !candidate.named);
        found
    }

    /// A name that a list of a root which is not known here borrows: that root's own or an issuer's, and another root's list has
    /// it already. That is how a stranger's bundle would be passed off as an update.
    pub fn borrowed_name(&self, new: &HeldList) -> Option<String> {
        if self.held.iter().any(|held| held.kid == new.kid) {
            return None;
        }
        let names = |held: &HeldList| {
            let list = held.list();
            let issuers = list.issuers.iter().map(|issuer| issuer.name.to_lowercase());
            std::iter::once(list.root_name.to_lowercase()).chain(issuers).collect::<Vec<_>>()
        };
        let known: Vec<String> = self.held.iter().flat_map(names).collect();
        names(new).into_iter().find(|name| known.contains(name))
    }

    /// The descriptions of credential types in all lists, each once.
    pub fn types(&self) -> Vec<&str> {
        let mut types: Vec<&str> = Vec::new();
        for text in self.held.iter().flat_map(|held| &held.list().types) {
            if !types.contains(&text.as_str()) {
                types.push(text);
            }
        }
        types
    }

    /// The newest status token that `key` signed for the list at `uri`.
    pub fn status_token(&self, key: &IssuerKey, uri: &str) -> Option<&StatusToken> {
        self.held
            .iter()
            .flat_map(|held| &held.tokens)
            .filter(|token| *token.key() == key.key && token.uri() == uri)
            .max_by_key(|token| token.issued())
    }
}

impl TrustStore {
    /// The lists and the warnings, for a store that is made from more than one place.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn into_parts(self) -> (Vec<HeldList>, Vec<Warning>) {
        (self.held, self.warnings)
    }
}
