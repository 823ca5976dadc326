//! `nansen revoke SERIAL… --reason R` and `nansen reinstate SERIAL…`: the status of credentials.

use jiff::Timestamp;

use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::{Exit, Failure};
use crate::credential::Serial;
use crate::desk::{Home, revoke};
use crate::register::Change;

/// Withdraw credentials, for good or for the time being
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// Serials, such as K7QX-2M9D
    #[arg(required = true)]
    pub serials: Vec<Serial>,
    /// Why, in a few words; stays in the register, is not published
    #[arg(long)]
    pub reason: String,
    /// Only suspend them: they may come back into force
    #[arg(long)]
    pub suspend: bool,
    /// Where the passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Put credentials back into force
#[derive(Debug, clap::Args)]
pub struct ReinstateArgs {
    /// Serials, such as K7QX-2M9D
    #[arg(required = true)]
    pub serials: Vec<Serial>,
    /// Why, in a few words
    #[arg(long, default_value = "reinstated")]
    pub reason: String,
    /// Where the passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Revokes or suspends, all or none, and signs the status lists anew.
///
/// # Errors
/// When a serial is unknown, a key cannot be opened, or the statuses cannot be published.
pub fn revoke(args: &RevokeArgs, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let desk = args.passphrase.desk(home, now);
    let work = if args.suspend { revoke::suspend } else { revoke::revoke };
    told(&work(desk, &args.serials, &args.reason)?);
    Ok(Exit::Done)
}

/// Reinstates, all or none, and signs the status lists anew.
///
/// # Errors
/// As for [`revoke()`].
pub fn reinstate(args: &ReinstateArgs, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    told(&revoke::reinstate(args.passphrase.desk(home, now), &args.serials, &args.reason)?);
    Ok(Exit::Done)
}

fn told(changes: &[Change]) {
    for change in changes {
        if change.before == change.after {
            say!("{}: was {} already", change.serial, change.after);
        } else {
            say!("{}: {}, was {}", change.serial, change.after, change.before);
        }
    }
    eprintln!("verifiers learn of it with the next bundle: nansen trust export FILE");
}
