//! `nansen init`: an issuer, its key, the root key, and the own trust list that names the issuer.

use super::outcome::say;
use jiff::Timestamp;

use super::home::Home;
use super::keys::{self, KeyBook, Kind};
use super::passphrase::PassphraseArgs;
use super::register::failure;
use super::status::Publisher;
use super::{Exit, Failure, trust};
use crate::register::Register;
use crate::trust::Fingerprint;

/// Set up this machine as an issuer
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the issuer, as verifiers will read it
    #[arg(long)]
    pub name: String,
    /// Its country: ISO 3166 alpha-3 (KEN), or what passports use beside it (UNO)
    #[arg(long, value_name = "CCC")]
    pub country: Option<String>,
    /// Kind of key that signs credentials
    #[arg(long, value_enum, default_value_t = Kind::P256)]
    pub kind: Kind,
    /// Where the passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Runs `nansen init`.
///
/// # Errors
/// When there is an issuer already, or something cannot be written.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let name = trust::own::checked_name(&args.name)?;
    let country = args.country.as_deref().map(trust::own::checked_country).transpose()?;
    let mut book = KeyBook::load(home)?;
    if let Some(name) = &book.name {
        return Err(Failure::new(format!("{} has the issuer {name:?} already", home.path().display()))
            .hint("name another data folder with --home DIR, or make another key with `nansen key new`"));
    }
    home.create()?;
    let passphrase = args.passphrase.for_new()?;
    let issuer = args.kind.generate();
    keys::write_key(home, &issuer, passphrase)?;
    book.name = Some(name.clone());
    book.country.clone_from(&country);
    book.issuer = Some(issuer.kid());
    book.keys.push(issuer.kid());
    // A home that only trusted others until now has its root key already.
    let root = if let Some(root) = book.root {
        root
    } else {
        let root = Kind::P256.generate();
        keys::write_key(home, &root, passphrase)?;
        root.kid()
    };
    book.root = Some(root);
    book.save(home)?;
    // A list that is there already is held under another name than the issuer's.
    trust::own::edit(home, &args.passphrase, now, |list| {
        list.root_name.clone_from(&name);
        trust::own::add_issuer_key(list, &book.desk_name()?, &issuer.public());
        Ok(())
    })?;
    // The register, and the first status list: a verifier who gets the trust list now can check papers issued later.
    let register = Register::open(&home.register()).map_err(failure)?;
    Publisher::open(home, &register, &args.passphrase)?.publish(home, &register, now)?;
    if passphrase.is_none() {
        keys::warn_not_encrypted(home);
    }
    say!("issuer       {name}{}", country.map(|code| format!(" ({code})")).unwrap_or_default());
    say!("issuer key   {}", issuer.kid());
    say!("fingerprint  {}", Fingerprint::of(&keys::public_key(home, root)?));
    say!("data folder  {}", home.path().display());
    Ok(Exit::Done)
}
