//! Credential → signed symbol, ready to be recorded and printed.
//!
//! The rows of a list become records ([`list`]), a record becomes a signed symbol ([`sign`]) and a page ([`paper`]).

pub mod attach;
pub mod carrier;
pub mod list;
pub mod paper;
pub mod photo;
pub mod reprint;
pub mod sign;
pub mod source;
pub mod subject;
