//! What every shell asks: pictures, documents, frames of a camera and texts of symbols come in, answers go out.
//!
//! Nothing here knows files, a terminal or a clock. A [`Session`] is one run of looking at papers: it keeps the parts of documents that are spread over several
//! symbols and gives each [`Answer`] to its caller as soon as there is one. What it decides by is a [`Basis`], given with every
//! question. [`json`] is an answer as the JSON object of the command line's contract, and [`Core`] the same for a browser:
//! messages in, messages out, with the trust store in memory.

mod answer;
mod core;
mod document;
pub mod json;
mod session;
mod shown;

pub use self::core::{Core, Reply};
pub use answer::{Answer, Note, Origin};
pub use session::{Answers, Basis, Session, Sink, TEXT_MAX, Told, text_too_long, thorough};
