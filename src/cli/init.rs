//! `nansen init`: an issuer, its key, the root key, and the own trust list that names the issuer.

use jiff::Timestamp;

use super::keys::Kind;
use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::{Exit, Failure};
use crate::desk::Home;
use crate::desk::init::{self, SetUp};

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
    let done = init::init(args.passphrase.desk(home, now), &args.name, args.country.as_deref(), args.kind.into())?;
    let SetUp { name, country, issuer, fingerprint } = done;
    say!("issuer       {name}{}", country.map(|code| format!(" ({code})")).unwrap_or_default());
    say!("issuer key   {issuer}");
    say!("fingerprint  {fingerprint}");
    say!("data folder  {}", home.path().display());
    Ok(Exit::Done)
}
