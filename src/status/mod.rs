//! Revocation: Token Status Lists in their CWT form (IETF draft-ietf-oauth-status-list).
//!
//! A list of statuses comes in and a signed status token goes out ([`StatusClaims::sign`]); the payload of a token
//! whose signature was checked comes in and the list goes out ([`StatusClaims::read`]). A credential points into a
//! list by a number and the list's URI; our own URIs are `np:<number>`, list `<number>` of the issuer whose key signed
//! the credential.

mod list;
mod token;

pub use list::{BitWidth, CAPACITY, ListError, MAX_LIST_BYTES, Status, StatusList};
pub use token::{StatusClaims, TokenError, native_uri, native_uri_number};
