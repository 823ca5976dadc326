//! `nansen revoke SERIAL… --reason R` and `nansen reinstate SERIAL…`: the status of credentials.

use jiff::Timestamp;

use super::home::Home;
use super::issue::DeskLock;
use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::register::failure;
use super::status::Publisher;
use super::{Exit, Failure};
use crate::credential::Serial;
use crate::register::{Change, Register};

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
pub fn revoke(args: &RevokeArgs, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    change(home, &args.passphrase, now, |register| {
        if args.suspend {
            register.suspend(&args.serials, &args.reason, now)
        } else {
            register.revoke(&args.serials, &args.reason, now)
        }
    })
}

/// Reinstates, all or none, and signs the status lists anew.
pub fn reinstate(args: &ReinstateArgs, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    change(home, &args.passphrase, now, |register| register.reinstate(&args.serials, &args.reason, now))
}

fn change(
    home: &Home,
    passphrase: &PassphraseArgs,
    now: Timestamp,
    work: impl FnOnce(&mut Register) -> Result<Vec<Change>, crate::register::RegisterError>,
) -> Result<Exit, Failure> {
    // The keys first: a status that cannot be published must not be in the register alone.
    let mut register = Register::open_existing(&home.register()).map_err(failure)?;
    let _held = DeskLock::take(home)?;
    let publisher = Publisher::open(home, &register, passphrase)?;
    let changes = work(&mut register).map_err(failure)?;
    publisher.publish(home, &register, now).map_err(|error| {
        let told = error.to_string();
        let told = told.split("\n  next: ").next().unwrap_or_default();
        Failure::new(format!("recorded in the register, but not published: {told}"))
            .hint("`nansen trust sign` publishes it; until then verifiers do not learn of it")
    })?;
    for change in &changes {
        if change.before == change.after {
            say!("{}: was {} already", change.serial, change.after);
        } else {
            say!("{}: {}, was {}", change.serial, change.after, change.before);
        }
    }
    eprintln!("verifiers learn of it with the next bundle: nansen trust export FILE");
    Ok(Exit::Done)
}
