//! The own trust list: made, changed and signed on this machine.

use jiff::{SignedDuration, Timestamp};

use super::cache_failure;
use crate::credential::CredentialType;
use crate::desk::keys::{self, DeskName, KeyBook, KeyKind};
use crate::desk::{Desk, DeskLock, Failure, Home};
use crate::seal::{Kid, PublicKey, SigningKey};
use crate::status::{Status, StatusClaims, StatusList, native_uri};
use crate::trust::{
    Bundle, DEFAULT_STALE_AFTER_DAYS, HeldList, Imported, Issuer, IssuerKey, KeyFormat, StatusToken, TrustFolder,
    TrustList,
};

/// Name of the list of a machine that issues nothing itself.
const VERIFIER_NAME: &str = "this machine";

/// Changes the own list and signs it anew, with the next number and the present time; a change that changes nothing
/// leaves it as it is. A machine without a root key gets one.
///
/// # Errors
/// When the change is refused, the root key cannot be opened, or the list cannot be written.
pub fn edit(desk: Desk<'_>, change: impl FnOnce(&mut TrustList) -> Result<(), Failure>) -> Result<Imported, Failure> {
    // Before the lock: somebody may have to type a passphrase, and others wait for the lock in vain meanwhile.
    let opened = open_root(desk)?;
    let held = DeskLock::to_publish(desk.home)?;
    let root = opened.root.kid();
    let Some(before) = current(desk.home, root)? else { return resign_held(&held, desk, &opened, change) };
    let mut after = before.clone();
    change(&mut after)?;
    if after == before {
        let fingerprint = crate::trust::Fingerprint::of(&keys::public_key(desk.home, root)?);
        let tokens_left_out = Vec::new();
        return Ok(Imported { root, sequence: before.sequence, fingerprint, first_time: false, tokens_left_out });
    }
    resign_held(&held, desk, &opened, |list| {
        *list = after;
        Ok(())
    })
}

/// Changes the own list and signs it anew, even when the change changes nothing: a new signature is fresh.
///
/// # Errors
/// As for [`edit`].
pub fn resign(desk: Desk<'_>, change: impl FnOnce(&mut TrustList) -> Result<(), Failure>) -> Result<Imported, Failure> {
    let opened = open_root(desk)?;
    resign_held(&DeskLock::to_publish(desk.home)?, desk, &opened, change)
}

/// The root key, and the book that names it.
struct Opened {
    book: KeyBook,
    root: SigningKey,
}

fn open_root(desk: Desk<'_>) -> Result<Opened, Failure> {
    let book = with_root(desk)?;
    let root = keys::load_root(desk.home, &book, desk.unlock)?;
    Ok(Opened { book, root })
}

fn resign_held(
    _held: &DeskLock,
    desk: Desk<'_>,
    Opened { book, root }: &Opened,
    change: impl FnOnce(&mut TrustList) -> Result<(), Failure>,
) -> Result<Imported, Failure> {
    let folder = TrustFolder::new(desk.home.trust());
    let mut list = match current(desk.home, root.kid())? {
        Some(list) => list,
        None => first_list(desk.home, book, desk.now)?,
    };
    change(&mut list)?;
    list.sequence = folder.highest_sequence(root.kid()).unwrap_or(0).max(list.sequence) + 1;
    list.issued = desk.now;
    let bytes = list.sign(root).map_err(|error| {
        Failure::new(error).hint("check names (up to 200 characters), key identifiers and type files (up to 64 kB)")
    })?;
    let bundle = Bundle { root_spki: root.public().to_spki_der(), list: bytes, tokens: Vec::new() };
    // The own root is known by its private key: that is more than any fingerprint.
    let fingerprint = crate::trust::Fingerprint::of(&root.public()).to_string();
    folder.import(&bundle, Some(&fingerprint), desk.now).map_err(cache_failure)
}

/// The own list in use.
pub fn current(home: &Home, root: Kid) -> Result<Option<TrustList>, Failure> {
    let store = TrustFolder::new(home.trust()).open().map_err(cache_failure)?;
    Ok(store.lists().iter().find(|held| held.root_kid() == root).map(|held| held.list().clone()))
}

/// Whether the own list in use names a key.
pub fn trusts(home: &Home, kid: Kid) -> Result<bool, Failure> {
    let Some(root) = KeyBook::load(home)?.root else { return Ok(false) };
    Ok(current(home, root)?.is_some_and(|list| list.keys().any(|(_, key)| key.key.kid() == kid)))
}

fn with_root(desk: Desk<'_>) -> Result<KeyBook, Failure> {
    let mut book = KeyBook::load(desk.home)?;
    if book.root.is_none() {
        desk.home.create()?;
        let root = KeyKind::P256.generate(desk.random);
        let passphrase = desk.unlock.for_new()?;
        keys::write_key(desk, &root, passphrase)?;
        if passphrase.is_none() {
            keys::tell_not_encrypted(desk);
        }
        book.root = Some(root.kid());
        book.save(desk.home)?;
    }
    Ok(book)
}

/// A list of the desk's own keys: the first one, or what a lost list can be made of again.
fn first_list(home: &Home, book: &KeyBook, now: Timestamp) -> Result<TrustList, Failure> {
    let mut list = TrustList {
        sequence: 0,
        issued: now,
        stale_after_days: DEFAULT_STALE_AFTER_DAYS,
        root_name: book.name.clone().unwrap_or_else(|| VERIFIER_NAME.to_owned()),
        issuers: Vec::new(),
        types: Vec::new(),
        unusable_keys: 0,
    };
    for kid in &book.keys {
        add_issuer_key(&mut list, &book.desk_name()?, &keys::public_key(home, *kid)?);
    }
    Ok(list)
}

/// Names an issuer key of this desk in the list, for every type.
pub fn add_issuer_key(list: &mut TrustList, desk: &DeskName, key: &PublicKey) {
    // HCERT and Claim 169 papers of this desk are signed with the same key.
    for format in KeyFormat::ALL {
        let kid = key.kid().as_bytes().to_vec();
        let key = IssuerKey { kid, key: key.clone(), format, types: Vec::new(), valid_from: None, valid_until: None };
        add_key(list, &desk.name, desk.country.as_deref(), key);
    }
}

/// Puts the description of a type into the list, in the place of an older one of the same name.
pub fn add_type(list: &mut TrustList, made: &CredentialType) {
    let same_name = |text: &String| CredentialType::parse(text).is_ok_and(|other| other.name == made.name);
    match list.types.iter().position(same_name) {
        Some(at) => list.types[at].clone_from(&made.source),
        None => list.types.push(made.source.clone()),
    }
}

/// Puts a key into the list under its issuer in the place of its twin there. One key may stand there under several
/// identifiers: an HCERT certificate that is renewed for the same key brings another. What stands under another issuer
/// stays: who brings a key takes it from nobody.
pub fn add_key(list: &mut TrustList, name: &str, country: Option<&str>, key: IssuerKey) {
    let same_kid = |other: &IssuerKey| other.kid == key.kid || other.kid.is_empty() || key.kid.is_empty();
    let twin = |other: &IssuerKey| other.key == key.key && other.format == key.format && same_kid(other);
    let same = |issuer: &&mut Issuer| issuer.name == name && issuer.country.as_deref() == country;
    if let Some(issuer) = list.issuers.iter_mut().find(same) {
        let place = issuer.keys.iter().position(twin).unwrap_or(issuer.keys.len());
        issuer.keys.retain(|other| !twin(other));
        issuer.keys.insert(place, key);
    } else {
        let (name, country) = (name.to_owned(), country.map(str::to_owned));
        list.issuers.push(Issuer { name, country, keys: vec![key] });
    }
}

/// Signs status list `number` of this desk and puts it beside the own trust list. Entries that are not given are
/// valid.
///
/// # Errors
/// When an entry lies outside the list, the key is not in the own trust list, or it cannot be written.
pub fn publish_status(
    desk: Desk<'_>,
    key: &SigningKey,
    number: u32,
    entries: impl IntoIterator<Item = (u64, Status)>,
) -> Result<(), Failure> {
    let mut list = StatusList::new();
    for (index, status) in entries {
        list.set(index, status)?;
    }
    put_status(
        desk.home,
        key,
        StatusClaims { uri: native_uri(number), issued: desk.now, expires: None, ttl: None, list },
    )
}

/// Signs every status list of this desk anew, so that it is as fresh as the trust list that it travels with.
///
/// # Errors
/// When a key cannot be opened or a list cannot be written.
pub fn refresh_status(desk: Desk<'_>) -> Result<usize, Failure> {
    let _held = DeskLock::to_publish(desk.home)?;
    let book = KeyBook::load(desk.home)?;
    let store = TrustFolder::new(desk.home.trust()).open().map_err(cache_failure)?;
    let mut refreshed = 0;
    let own = store.lists().iter().filter(|held| Some(held.root_kid()) == book.root);
    for token in own.flat_map(HeldList::tokens) {
        let kid = token.key().kid();
        if !book.keys.contains(&kid) {
            continue;
        }
        let claims = StatusClaims::read(token.payload().clone())?.into_inner();
        put_status(
            desk.home,
            &keys::load_key(desk.home, kid, desk.unlock)?,
            StatusClaims { issued: desk.now, ..claims },
        )?;
        refreshed += 1;
    }
    Ok(refreshed)
}

fn put_status(home: &Home, key: &SigningKey, claims: StatusClaims) -> Result<(), Failure> {
    let root = KeyBook::load(home)?.root.ok_or_else(|| {
        Failure::new("this data folder has no trust list of its own").hint("run `nansen init --name \"…\"` first")
    })?;
    let folder = TrustFolder::new(home.trust());
    let store = folder.open().map_err(cache_failure)?;
    store.check_clock(claims.issued).map_err(|refusal| cache_failure(refusal.into()))?;
    let held = store.lists().iter().find(|held| held.root_kid() == root);
    let before = held.into_iter().flat_map(HeldList::tokens);
    let before = before.filter(|token| *token.key() == key.public() && token.uri() == claims.uri);
    // Verifiers keep the newer of two tokens: each must be newer than the last, on a slow clock too.
    let after = |token: &StatusToken| token.issued().checked_add(SignedDuration::from_secs(1)).ok();
    let issued = before.filter_map(after).fold(claims.issued, Ord::max);
    let days = held.map_or(DEFAULT_STALE_AFTER_DAYS, |held| held.list().stale_after_days);
    let expires = issued.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok();
    let token = StatusClaims { issued, expires, ..claims }.sign(key);
    folder.put_token(root, &token).map_err(cache_failure)
}

/// A name that verifiers can be shown.
///
/// # Errors
/// When it is empty, too long or steers the terminal.
pub fn checked_name(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    if crate::trust::is_name(name) {
        return Ok(name.to_owned());
    }
    let found: String = name.chars().take(40).collect();
    Err(Failure::new(format!("{found:?} cannot be a name"))
        .hint("give 1 to 200 characters without line ends or control characters"))
}

/// A country code.
///
/// # Errors
/// When it is none.
pub fn checked_country(code: &str) -> Result<String, Failure> {
    let upper = code.trim().to_ascii_uppercase();
    if crate::trust::is_country(&upper) {
        return Ok(upper);
    }
    let found: String = code.chars().take(40).collect();
    Err(Failure::new(format!("{found:?} is not a country code"))
        .hint("give three letters of ISO 3166, such as KEN, or UNO for the United Nations"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Silent;

    fn list() -> TrustList {
        TrustList {
            sequence: 1,
            issued: Timestamp::UNIX_EPOCH,
            stale_after_days: DEFAULT_STALE_AFTER_DAYS,
            root_name: "desk".to_owned(),
            issuers: Vec::new(),
            types: Vec::new(),
            unusable_keys: 0,
        }
    }

    fn random(bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }

    fn key() -> IssuerKey {
        let key = KeyKind::Ed25519.generate(random).public();
        let kid = key.kid().as_bytes().to_vec();
        IssuerKey { kid, key, format: KeyFormat::Nansen, types: Vec::new(), valid_from: None, valid_until: None }
    }

    #[test]
    fn a_key_is_taken_from_no_other_issuer() {
        let (mut list, key) = (list(), key());
        add_key(&mut list, "A", None, key.clone());
        add_key(&mut list, "B", Some("KEN"), key.clone());
        let names: Vec<_> = list.keys().map(|(issuer, _)| issuer.name.as_str()).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn a_key_that_comes_again_changes_nothing() {
        let (mut list, first, second) = (list(), key(), key());
        add_key(&mut list, "A", None, first.clone());
        add_key(&mut list, "A", None, second);
        let before = list.clone();
        add_key(&mut list, "A", None, first.clone());
        assert_eq!(list, before);
        let shorter = IssuerKey { valid_until: Some(Timestamp::UNIX_EPOCH), ..first };
        add_key(&mut list, "A", None, shorter.clone());
        assert_eq!((list.issuers[0].keys.len(), &list.issuers[0].keys[0]), (2, &shorter));
    }

    #[test]
    fn an_edit_that_changes_nothing_keeps_the_number() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        let desk = Desk { home: &home, unlock: &None, random, now, observer: &Silent };
        let key = key();
        let add = || {
            edit(desk, |list| {
                add_key(list, "A", None, key.clone());
                Ok(())
            })
            .unwrap()
            .sequence
        };
        let first = add();
        assert_eq!(add(), first);
        assert_eq!(resign(desk, |_| Ok(())).unwrap().sequence, first + 1);
    }
}
