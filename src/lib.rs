//! **nansen**: signed credentials on paper, and the scanner that checks them without a network.
//!
//! The data's way is one line down and one line up:
//!
//! ```text
//! CSV row → credential → cwt → seal → envelope → symbol → print → paper
//! paper → scan → envelope → seal (open) → cwt → credential → verify → decision
//! ```
//!
//! The floors and the rules between them stand in `docs/ARCHITECTURE.md`; the wire format in `docs/FORMAT.md`.

pub mod cbor;
pub mod cli;
pub mod credential;
pub mod cwt;
pub mod desk;
pub mod envelope;
pub mod format;
pub mod gate;
pub mod issue;
pub mod print;
pub mod readback;
pub mod register;
pub mod scan;
pub mod seal;
pub mod status;
pub mod symbol;
pub mod trust;
pub mod verify;
#[cfg(not(target_arch = "wasm32"))]
pub mod web;
