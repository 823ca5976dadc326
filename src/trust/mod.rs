//! Who may issue what, and until when.
//!
//! A trust list names issuers and their keys; a *root* key signs it (`docs/TRUST.md` has the format). Bytes of lists,
//! bundles and status tokens come in, and a [`TrustStore`] goes out, which answers two questions: which keys may a
//! signature be tried with ([`TrustStore::candidates`]), and which status token speaks for a key
//! ([`TrustStore::status_token`]). [`cache`] alone touches files; `policy` says which list may follow which.

mod bundle;
#[cfg(not(target_arch = "wasm32"))]
pub mod cache;
mod list;
mod policy;
pub mod sheets;
mod store;
mod token;

#[cfg(test)]
mod tests;

pub use bundle::{Bundle, BundleError, MAX_BUNDLE_BYTES};
#[cfg(not(target_arch = "wasm32"))]
pub use cache::{CacheError, Imported, TrustFolder};
pub use list::{Issuer, IssuerKey, KeyFormat, ListError, TrustList, is_country, is_name};
pub use policy::{AgeState, CLOCK_TOLERANCE, DEFAULT_STALE_AFTER_DAYS, Memory, Refusal, accept, age_days, age_state};
pub use store::{Candidate, Fingerprint, HeldList, TrustStore, Warning};
pub use token::{StatusToken, TokenError};
