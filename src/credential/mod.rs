//! People, names, partial dates, codes, credential types and their fields. Knows no bytes.

pub mod serial;

pub use serial::Serial;
