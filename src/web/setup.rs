//! The first start: the passphrase of the desk, and an issuer when the data folder has none.

use super::app::App;
use super::problem::Problem;
use super::sign_in::SetUp;
use crate::cli::init;
use crate::cli::keys::{self, Kind};
use crate::cli::passphrase::PassphraseArgs;

/// Makes the issuer, sets the passphrase, and opens the keys.
///
/// # Errors
/// 422 when the name or the country cannot be used.
pub fn set_up(app: &App, order: &SetUp) -> Result<(), Problem> {
    let has_issuer = keys::issuer_name(&app.home).is_ok();
    if !has_issuer {
        let name = order.name.clone().ok_or_else(|| {
            Problem::unusable("the desk has no name").wanted("the name of the issuer, as verifiers will read it")
        })?;
        let passphrase = PassphraseArgs::known(Some(order.passphrase.reveal().to_owned()));
        let args = init::Args { name, country: order.country.clone(), kind: Kind::P256, passphrase };
        init::run(&args, &app.home, app.now())
            .map_err(|failure| Problem::unusable("the desk cannot be set up").found(failure.to_string()))?;
    }
    app.passphrase.set(&app.home, &order.passphrase, app.random).map_err(|failure| Problem::internal(&failure))?;
    // Keys of an issuer that was there before may have another passphrase.
    let _ = app.keys.unlock(&app.home, Some(&order.passphrase));
    Ok(())
}
