//! What one desk does: it keeps keys, issues and prints, reads back, withdraws, and answers from its register.
//!
//! Orders come in as plain values, with the time, the randomness and the keys ([`Desk`]); documents, answers and changed
//! files of the data folder go out. Nothing here reads arguments, the environment, the clock or a terminal: the shells do
//! (`cli`, `web`), and an [`Observer`] tells them what happens meanwhile.

mod failure;
mod home;
pub mod init;
pub mod issue;
pub mod keys;
mod lock;
mod observer;
pub mod output;
pub mod passphrase;
pub mod preview;
pub mod readback;
pub mod register;
pub mod reprint;
pub mod revoke;
pub mod sample;
mod status;
pub mod templates;
pub mod trust;

use jiff::Timestamp;

pub use failure::{Failure, Kind};
pub use home::Home;
pub use lock::DeskLock;
pub use observer::{Observer, Silent, Stage, Told};
pub use passphrase::{OpenKeys, Passphrase, Unlock};
pub use status::Publisher;

/// Fills bytes at random: keys, serials and places in status lists come from it.
pub type Random = fn(&mut [u8]);

/// A desk at one moment: where it is, who opens its keys, and what time it is.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The data folder.
    pub home: &'a Home,
    /// Opens keys, when one is needed.
    pub unlock: &'a dyn Unlock,
    /// The system's randomness.
    pub random: Random,
    /// The time.
    pub now: Timestamp,
    /// Hears what happens.
    pub observer: &'a dyn Observer,
}
