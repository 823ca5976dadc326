//! The opened keys of the desk, in memory while somebody is signed in.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::passphrase::Secret;
use super::problem::Problem;
use super::sign_in::DeskOf;
use crate::desk::keys::KeyBook;
use crate::desk::{Desk, Home, Kind, OpenKeys, Passphrase, Silent, revoke};

/// Keeps the keys open between requests.
#[derive(Debug, Default)]
pub struct KeyVault(Mutex<Option<Arc<OpenKeys>>>);

impl KeyVault {
    /// The opened keys, for whoever signs. Jobs may go on with them after they have been locked.
    ///
    /// # Errors
    /// 423 when they are locked.
    pub fn open(&self) -> Result<Arc<OpenKeys>, Problem> {
        self.held().clone().ok_or_else(|| {
            Problem::new(StatusCode::LOCKED, "the keys of the desk are locked")
                .next("unlock them with the passphrase of the keys: POST /api/v1/key/unlock")
        })
    }

    /// Whether they are open.
    pub fn is_open(&self) -> bool {
        self.held().is_some()
    }

    /// Opens the keys of the data folder; slow, because guessing must be.
    ///
    /// # Errors
    /// When there are none, or the passphrase is another.
    pub fn unlock(&self, home: &Home, passphrase: &Secret) -> Result<(), Problem> {
        let passphrase = Passphrase::new(passphrase.reveal().to_owned());
        let opened = OpenKeys::open(home, &Some(passphrase))?;
        *self.held() = Some(Arc::new(opened));
        Ok(())
    }

    /// Opens keys that are kept without a passphrase.
    pub fn unlock_unencrypted(&self, home: &Home) {
        if let Ok(opened) = OpenKeys::open(home, &None) {
            *self.held() = Some(Arc::new(opened));
        }
    }

    /// Lets go of them.
    pub fn lock(&self) {
        *self.held() = None;
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Arc<OpenKeys>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Publishes what was recorded and could not be published, now that somebody can sign it: until then a paper that was
/// withdrawn is called valid.
pub fn publish(app: &App) {
    let Ok(keys) = app.keys.open() else { return };
    let desk = Desk { home: &app.home, unlock: &*keys, random: app.random, now: app.now(), observer: &Silent };
    match revoke::publish(desk) {
        Err(failure) if failure.kind() != Kind::NotSetUp => {
            eprintln!("warning: the statuses of the register are not published: {failure}");
        }
        _ => {}
    }
}

/// The keys that sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// There are none.
    Absent,
    /// They need their passphrase.
    Locked,
    /// They sign.
    Open,
}

/// Whose desk it is, and its keys.
///
/// # Errors
/// When the data folder cannot be read.
pub fn desk_and_key(app: &App) -> Result<(Option<DeskOf>, KeyState), Problem> {
    let book = KeyBook::load(&app.home)?;
    let key = match (book.issuer, app.keys.is_open()) {
        (None, _) => KeyState::Absent,
        (Some(_), false) => KeyState::Locked,
        (Some(_), true) => KeyState::Open,
    };
    let kid = book.issuer.map(|kid| kid.to_string());
    Ok((book.name.map(|name| DeskOf { name, country: book.country, kid }), key))
}
