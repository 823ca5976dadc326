//! A new desk: an issuer, its key, the root key, and the own trust list that names the issuer.

use super::keys::{self, KeyBook, KeyKind};
use super::register::failure;
use super::{Desk, Failure, Home, Kind, Publisher, trust};
use crate::register::Register;
use crate::seal::Kid;
use crate::trust::Fingerprint;

/// What was set up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SetUp {
    /// Name of the issuer, as verifiers will read it.
    pub name: String,
    /// Its country.
    pub country: Option<String>,
    /// The key that signs credentials.
    pub issuer: Kid,
    /// The fingerprint of the root key, to be read out to verifiers.
    pub fingerprint: String,
}

/// Whether a desk is set up to its end: by then its first status list is published. A desk with anything in its register
/// is, whatever has become of its lists.
///
/// # Errors
/// When the data folder cannot be read.
pub fn is_done(home: &Home) -> Result<bool, Failure> {
    let book = KeyBook::load(home)?;
    let (Some(_), Some(root), Some(_)) = (&book.name, book.root, book.issuer) else { return Ok(false) };
    let published = trust::store(home)?.lists().iter().any(|list| list.root_kid() == root && !list.tokens().is_empty());
    if published || !home.register().exists() {
        return Ok(published);
    }
    let register = Register::open_existing(&home.register()).map_err(failure)?;
    Ok(!register.counts().map_err(failure)?.is_empty())
}

/// Sets up a desk: keys, trust list, register, and the first status list. What a run that broke off has made is used.
///
/// # Errors
/// When there is an issuer already, or something cannot be written.
pub fn init(desk: Desk<'_>, name: &str, country: Option<&str>, kind: KeyKind) -> Result<SetUp, Failure> {
    let home = desk.home;
    let name = trust::own::checked_name(name)?;
    let country = country.map(trust::own::checked_country).transpose()?;
    let (done, mut book) = (is_done(home)?, KeyBook::load(home)?);
    if let Some(name) = book.name.as_ref().filter(|_| done) {
        return Err(Failure::new(format!("{} has the issuer {name:?} already", home.path().display()))
            .hint("name another data folder with --home DIR, or make another key with `nansen key new`")
            .of(Kind::SetUpAlready));
    }
    // What was said before a run broke off need not be said again.
    let country = country.or_else(|| book.country.clone());
    home.create()?;
    let new_key = |kind: KeyKind| {
        let passphrase = desk.unlock.for_new()?;
        let key = kind.generate(desk.random);
        keys::write_key(desk, &key, passphrase)?;
        Ok::<_, Failure>((key.kid(), passphrase.is_some()))
    };
    // Keys of a run that broke off have signed nothing that anybody has seen.
    let (issuer, encrypted) = book.issuer.map_or_else(|| new_key(kind), |kid| Ok((kid, true)))?;
    // A home that only trusted others until now has its root key already.
    let (root, _) = book.root.map_or_else(|| new_key(KeyKind::P256), |kid| Ok((kid, true)))?;
    book.name = Some(name.clone());
    book.country.clone_from(&country);
    book.issuer = Some(issuer);
    book.root = Some(root);
    if !book.keys.contains(&issuer) {
        book.keys.push(issuer);
    }
    book.save(home)?;
    let public = keys::public_key(home, issuer)?;
    // A list that is there already is held under another name than the issuer's.
    trust::own::edit(desk, |list| {
        list.root_name.clone_from(&name);
        // Under the name of a run that broke off, perhaps.
        list.issuers.iter_mut().for_each(|other| other.keys.retain(|key| key.key != public));
        list.issuers.retain(|other| !other.keys.is_empty());
        trust::own::add_issuer_key(list, &book.desk_name()?, &public);
        Ok(())
    })?;
    // The register, and the first status list: a verifier who gets the trust list now can check papers issued later.
    let register = Register::open(&home.register()).map_err(failure)?;
    Publisher::open(desk, &register)?.publish(desk, &register)?;
    if !encrypted {
        keys::tell_not_encrypted(desk);
    }
    let fingerprint = Fingerprint::of(&keys::public_key(home, root)?).to_string();
    Ok(SetUp { name, country, issuer, fingerprint })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{Passphrase, Silent};

    fn random(bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }

    #[test]
    fn a_setup_that_broke_off_is_taken_up_with_the_keys_that_it_made() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("desk"));
        let unlock = Some(Passphrase::new("over the polar sea".to_owned()));
        let now = "2026-11-22T09:00:00Z".parse().unwrap();
        let desk = Desk { home: &home, unlock: &unlock, random, now, observer: &Silent };
        // A register that cannot be opened, as on a full disk: keys and list are written by then.
        home.create().unwrap();
        std::fs::create_dir(home.register()).unwrap();
        init(desk, "Lakeside", Some("KEN"), KeyKind::P256).unwrap_err();
        let begun = KeyBook::load(&home).unwrap();
        assert!(begun.issuer.is_some());
        std::fs::remove_dir(home.register()).unwrap();
        assert!(!is_done(&home).unwrap());
        let done = init(desk, "Lakeside desk", None, KeyKind::P256).unwrap();
        assert_eq!(done.country.as_deref(), Some("KEN"));
        assert_eq!((Some(done.issuer), done.name.as_str()), (begun.issuer, "Lakeside desk"));
        assert!(is_done(&home).unwrap());
        let list = trust::own::current(&home, begun.root.unwrap()).unwrap().unwrap();
        let issuers: Vec<_> = list.issuers.iter().map(|issuer| issuer.name.as_str()).collect();
        assert_eq!(issuers, ["Lakeside desk"], "the name of the first try is in nobody's list");
        assert_eq!(init(desk, "Another", None, KeyKind::P256).unwrap_err().kind(), Kind::SetUpAlready);
    }
}
