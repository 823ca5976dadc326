//! Credential → signed symbol, recorded.
pub mod list;
pub mod source;
pub mod subject;
