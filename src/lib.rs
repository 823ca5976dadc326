//! **nansen**: signed credentials on paper, and the scanner that checks them without a network.
//!
//! The data's way is one line down and one line up:
//!
//! ```text
//! CSV row → credential → cwt → seal → envelope → symbol → print → paper
//! paper → scan → envelope → seal (open) → cwt → credential → verify → decision
//! ```
//!
//! In a browser (`web/wasm`) only the way up is there: what issues, prints and keeps is left out, and so is whatever opens files.
//!
//! The floors and the rules between them stand in `docs/ARCHITECTURE.md`; the wire format in `docs/FORMAT.md`.

pub mod cbor;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod credential;
pub mod cwt;
#[cfg(not(target_arch = "wasm32"))]
pub mod desk;
pub mod envelope;
pub mod format;
pub mod gate;
#[cfg(not(target_arch = "wasm32"))]
pub mod issue;
#[cfg(not(target_arch = "wasm32"))]
pub mod print;
#[cfg(not(target_arch = "wasm32"))]
pub mod readback;
#[cfg(not(target_arch = "wasm32"))]
pub mod register;
pub mod scan;
pub mod seal;
pub mod status;
pub mod symbol;
pub mod trust;
pub mod verify;
#[cfg(not(target_arch = "wasm32"))]
pub mod web;
