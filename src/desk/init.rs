//! A new desk: an issuer, its key, the root key, and the own trust list that names the issuer.

use super::keys::{self, KeyBook, KeyKind};
use super::register::failure;
use super::{Desk, Failure, Kind, Publisher, trust};
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

/// Sets up a desk: keys, trust list, register, and the first status list.
///
/// # Errors
/// When there is an issuer already, or something cannot be written.
pub fn init(desk: Desk<'_>, name: &str, country: Option<&str>, kind: KeyKind) -> Result<SetUp, Failure> {
    let home = desk.home;
    let name = trust::own::checked_name(name)?;
    let country = country.map(trust::own::checked_country).transpose()?;
    let mut book = KeyBook::load(home)?;
    if let Some(name) = &book.name {
        return Err(Failure::new(format!("{} has the issuer {name:?} already", home.path().display()))
            .hint("name another data folder with --home DIR, or make another key with `nansen key new`")
            .of(Kind::SetUpAlready));
    }
    home.create()?;
    let passphrase = desk.unlock.for_new()?;
    let issuer = kind.generate(desk.random);
    keys::write_key(desk, &issuer, passphrase)?;
    book.name = Some(name.clone());
    book.country.clone_from(&country);
    book.issuer = Some(issuer.kid());
    book.keys.push(issuer.kid());
    // A home that only trusted others until now has its root key already.
    let root = if let Some(root) = book.root {
        root
    } else {
        let root = KeyKind::P256.generate(desk.random);
        keys::write_key(desk, &root, passphrase)?;
        root.kid()
    };
    book.root = Some(root);
    book.save(home)?;
    // A list that is there already is held under another name than the issuer's.
    trust::own::edit(desk, |list| {
        list.root_name.clone_from(&name);
        trust::own::add_issuer_key(list, &book.desk_name()?, &issuer.public());
        Ok(())
    })?;
    // The register, and the first status list: a verifier who gets the trust list now can check papers issued later.
    let register = Register::open(&home.register()).map_err(failure)?;
    Publisher::open(desk, &register)?.publish(desk, &register)?;
    if passphrase.is_none() {
        keys::tell_not_encrypted(desk);
    }
    let fingerprint = Fingerprint::of(&keys::public_key(home, root)?).to_string();
    Ok(SetUp { name, country, issuer: issuer.kid(), fingerprint })
}
