//! Sealed bytes ↔ symbol text: compressed when that is smaller, Base45 or digits, size caps, k-of-n parts.
//!
//! A signed message (`COSE_Sign1`, RFC 9052) comes in; out goes the text of one QR symbol, or of several. An
//! *envelope* is what stands between the two: one codec byte, then a body. `docs/FORMAT.md` specifies all of it.
//!
//! ```
//! use nansen::envelope::{SymbolText, pack, to_text, unpack};
//!
//! let message = b"\xd2\x84\x43\xa1\x01\x26\xa0\x41\x01\x41\x02";
//! let text = to_text(&pack(message))?;
//! assert!(text.starts_with("NP1:"));
//!
//! let read = SymbolText::parse(text.as_bytes())?;
//! assert_eq!(unpack(&read.envelope)?.cose, message);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod base45;
mod codec;
mod collector;
pub mod deflate;
pub mod dictionary;
mod gf256;
mod huffman;
mod matches;
mod optimal;
pub mod parts;
mod text;

pub use codec::{Codec, EnvelopeError, Layout, MAX_MESSAGE, Unpacked, pack, unpack};
pub use collector::{Added, Collector, Progress};
pub use parts::{Part, PartError, Set, SetId, split};
pub use text::{AddressFault, MAX_ADDRESS, MAX_TEXT, SymbolText, TextError, TextForm, to_text, to_url};
