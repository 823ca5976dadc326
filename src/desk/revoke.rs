//! Withdrawing credentials and putting them back into force: all or none, and every status list signed anew.

use super::register::failure;
use super::{Desk, Failure, Kind, Publisher};
use crate::credential::Serial;
use crate::register::{Change, Register, RegisterError};

/// Revokes credentials for good; `reason` stays in the register and is not published.
///
/// # Errors
/// When a serial is unknown or replaced, a key cannot be opened, or the statuses cannot be published.
pub fn revoke(desk: Desk<'_>, serials: &[Serial], reason: &str) -> Result<Vec<Change>, Failure> {
    change(desk, |register| register.revoke(serials, reason, desk.now))
}

/// Suspends credentials: they may come back into force.
///
/// # Errors
/// As for [`revoke`].
pub fn suspend(desk: Desk<'_>, serials: &[Serial], reason: &str) -> Result<Vec<Change>, Failure> {
    change(desk, |register| register.suspend(serials, reason, desk.now))
}

/// Puts credentials back into force.
///
/// # Errors
/// As for [`revoke`].
pub fn reinstate(desk: Desk<'_>, serials: &[Serial], reason: &str) -> Result<Vec<Change>, Failure> {
    change(desk, |register| register.reinstate(serials, reason, desk.now))
}

fn change(
    desk: Desk<'_>,
    work: impl FnOnce(&mut Register) -> Result<Vec<Change>, RegisterError>,
) -> Result<Vec<Change>, Failure> {
    // The keys first: a status that cannot be published must not be in the register alone.
    let mut register = Register::open_existing(&desk.home.register()).map_err(failure)?;
    let publisher = Publisher::open(desk, &register)?;
    let changes = work(&mut register).map_err(failure)?;
    publisher.publish(desk, &register).map_err(|error| {
        Failure::new(format!("recorded in the register, but not published: {}", error.told()))
            .hint("`nansen trust sign` publishes it; until then verifiers do not learn of it")
            .of(Kind::NotPublished)
    })?;
    Ok(changes)
}

/// Publishes the statuses as the register has them: what was recorded and could not be published, because the disk was
/// full or the power went, reaches verifiers from then on.
///
/// # Errors
/// When a key cannot be opened, another process publishes for too long, or something cannot be written.
pub fn publish(desk: Desk<'_>) -> Result<(), Failure> {
    let register = Register::open_existing(&desk.home.register()).map_err(failure)?;
    Publisher::open(desk, &register)?.publish(desk, &register)
}
