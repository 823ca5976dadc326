//! The first start: the passphrase of the desk, and an issuer when the data folder has none.

use super::app::App;
use super::problem::Problem;
use super::sign_in::SetUp;
use crate::desk::keys::{KeyBook, KeyKind};
use crate::desk::{Desk, Passphrase, Silent, init};

/// Makes the issuer, sets the passphrase, and opens the keys.
///
/// # Errors
/// 403 when the token may not do it, 409 when it is done, 422 when the name or the country cannot be used.
pub fn set_up(app: &App, order: &SetUp) -> Result<(), Problem> {
    let now = app.now();
    // Of two who come with the token at once, the second finds it used.
    let _one = app.passphrase.one_at_a_time();
    app.passphrase.check_setup(&order.token, now)?;
    if !init::is_done(&app.home)? {
        let begun = KeyBook::load(&app.home)?.name;
        let name = order.name.as_deref().or(begun.as_deref()).ok_or_else(|| {
            Problem::unusable("the desk has no name").wanted("the name of the issuer, as verifiers will read it")
        })?;
        let unlock = Some(Passphrase::new(order.passphrase.reveal().to_owned()));
        let desk = Desk { home: &app.home, unlock: &unlock, random: app.random, now, observer: &Silent };
        init::init(desk, name, order.country.as_deref(), KeyKind::P256)?;
    }
    app.passphrase.set(&app.home, &order.passphrase, app.random)?;
    // Keys of an issuer that was there before may have another passphrase; then they stay locked.
    let _ = app.keys.unlock(&app.home, &order.passphrase);
    Ok(())
}
