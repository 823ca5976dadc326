//! `nansen serve`: the desk and the gate in a browser.
//!
//! In come HTTP requests, out go the pages of `web/` and the answers of the API (`/api/v1`, described by its own
//! `openapi.json`). This floor reads the clock, the network and the data folder; what is decided, issued and printed
//! is decided, issued and printed by the floors below it.
//!
//! ```text
//! listen → tls → guard (Host, Origin) → route → who (session, CSRF) → extract → handler → Problem | answer → headers
//! ```

#![allow(clippy::result_large_err, reason = "a problem is made once, for a request that is refused")]

pub mod app;
pub mod assets;
pub mod attempts;
pub mod counts;
pub mod crowd;
pub mod declared;
pub mod desk;
pub mod extract;
pub mod files;
pub mod guard;
pub mod headers;
pub mod key;
pub mod listen;
pub mod metrics;
pub mod openapi;
pub mod pace;
pub mod passphrase;
pub mod patient;
pub mod peer;
pub mod problem;
pub mod public;
pub mod router;
pub mod session;
pub mod setup;
pub mod shares;
pub mod sign_in;
pub mod tls;
pub mod trust;
pub mod turns;
pub mod verify;
pub mod weight;
pub mod work;

pub use app::{App, Clock, Options};
pub use extract::{Json, Path, Query};
pub use problem::Problem;
pub use router::router;
pub use session::SignedIn;

#[cfg(test)]
mod tests;
