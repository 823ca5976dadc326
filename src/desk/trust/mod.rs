//! The trust lists of a desk: its own, which it signs, and those of others, which it takes in.

pub mod own;

use std::path::PathBuf;

use super::keys::KeyBook;
use super::register::failure as register_failure;
use super::{Desk, Failure, Home, Kind, Publisher};
use crate::register::Register;
use crate::seal::Kid;
use crate::trust::{Bundle, CacheError, Fingerprint, HeldList, Imported, Refusal, TrustFolder, TrustStore};

/// Every list that is held, and what is wrong with those that cannot be used.
///
/// # Errors
/// When the trust folder cannot be read.
pub fn store(home: &Home) -> Result<TrustStore, Failure> {
    TrustFolder::new(home.trust()).open().map_err(cache_failure)
}

/// The list of a root, or the own one, or the only one: what `trust export` gives.
///
/// # Errors
/// When there is none, or several and none is named.
pub fn held<'s>(store: &'s TrustStore, home: &Home, root: Option<Kid>) -> Result<&'s HeldList, Failure> {
    let wanted = root.or(KeyBook::load(home)?.root);
    let found: Vec<&HeldList> =
        store.lists().iter().filter(|held| wanted.is_none_or(|wanted| held.root_kid() == wanted)).collect();
    match found.as_slice() {
        [held] => Ok(held),
        [] => Err(Failure::new("there is no such trust list")
            .hint("`nansen trust list` shows those in use; `nansen init` or `nansen trust add` makes one")
            .of(Kind::Unknown)),
        _ => Err(Failure::new("several trust lists are in use").hint("name one with --root KID")),
    }
}

/// Takes in the list of a root. A root that is new here must not call itself by a name that another list has, unless its
/// `fingerprint` was compared and is given.
///
/// # Errors
/// When it is no bundle, or the rules refuse it.
pub fn import(desk: Desk<'_>, bundle: &[u8], fingerprint: Option<&str>) -> Result<Imported, Failure> {
    let bundle = Bundle::parse(bundle)
        .map_err(|error| Failure::new(error).hint("have the file made again with `nansen trust export FILE`"))?;
    if fingerprint.is_none() {
        refuse_borrowed_names(&bundle, desk.home)?;
    }
    desk.home.create()?;
    TrustFolder::new(desk.home.trust()).import(&bundle, fingerprint, desk.now).map_err(cache_failure)
}

/// A root that is not known yet and calls itself, or an issuer of its list, by a name that another root's list has: that
/// is how a stranger's bundle would be passed off as an update.
fn refuse_borrowed_names(bundle: &Bundle, home: &Home) -> Result<(), Failure> {
    let Ok((new, _)) = HeldList::from_bundle(bundle) else { return Ok(()) };
    let store = store(home)?;
    let Some(borrowed) = store.borrowed_name(&new) else { return Ok(()) };
    let fingerprint = Fingerprint::of(new.root());
    Err(Failure::new(format!(
        "the bundle is signed by a root that is not known here, and names {borrowed:?}, which another root's list has already"
    ))
    .hint(format!("ask the keeper for the fingerprint; if it is {fingerprint}, import with --root and these digits"))
    .of(Kind::Conflict))
}

/// Signs the own list and the status lists anew: all or nothing.
///
/// # Errors
/// When a key cannot be opened or something cannot be written.
pub fn sign(desk: Desk<'_>, stale_after: Option<u32>, types: &[PathBuf]) -> Result<Imported, Failure> {
    let texts = types
        .iter()
        .map(|path| {
            std::fs::read_to_string(path)
                .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())))
        })
        .collect::<Result<Vec<_>, _>>()?;
    // The register, when there is one, knows the statuses; the keys first, so that all is signed or nothing.
    let books = if desk.home.register().exists() {
        let register = Register::open_existing(&desk.home.register()).map_err(register_failure)?;
        let publisher = Publisher::open(desk, &register)?;
        Some((register, publisher))
    } else {
        None
    };
    let done = own::resign(desk, |list| {
        if let Some(days) = stale_after {
            list.stale_after_days = days;
        }
        if !texts.is_empty() {
            list.types = texts;
        }
        Ok(())
    })?;
    match &books {
        Some((register, publisher)) => publisher.publish(desk, register)?,
        None => drop(own::refresh_status(desk)?),
    }
    Ok(done)
}

/// What a person does about a trust folder that does not do what was asked.
pub fn cache_failure(error: CacheError) -> Failure {
    let kind = match &error {
        CacheError::Refused(_) | CacheError::OtherRoot { .. } => Kind::Conflict,
        CacheError::Bundle(_) | CacheError::Token(_) => Kind::Input,
        CacheError::NoList { .. } => Kind::Unknown,
        _ => Kind::Storage,
    };
    let hint = match &error {
        CacheError::Refused(refusal) => clock_hint(refusal)
            .unwrap_or("the list in use stays in use; ask the keeper of the list for its newest export".to_owned()),
        CacheError::OtherRoot { .. } => "do not use this list; ask its keeper for the fingerprint once more".to_owned(),
        CacheError::PinDamaged { root } => {
            format!("`nansen trust remove {root}`, then import the list again with --root FINGERPRINT")
        }
        CacheError::HistoryLost { .. } => "import the newest list with --root FINGERPRINT".to_owned(),
        CacheError::NoList { .. } => "`nansen trust sign` makes the own list again".to_owned(),
        CacheError::Bundle(_) => "have the file made again with `nansen trust export FILE`".to_owned(),
        CacheError::Token(_) => "`nansen key list` shows the keys of this desk".to_owned(),
        _ => "check the path and who may read and write there".to_owned(),
    };
    Failure::new(error).hint(hint).of(kind)
}

/// What a person does about a clock that is wrong.
pub fn clock_hint(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::ClockTurnedBack { .. } | Refusal::FromTheFuture { .. } => {
            Some("set the clock of this machine; if it was once years ahead, `nansen trust reset-clock`".to_owned())
        }
        _ => None,
    }
}
