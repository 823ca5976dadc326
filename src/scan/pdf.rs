//! A PDF document in, grey pages out (ISO 32000).
//!
//! hayro opens and draws (`drawing`, `embedded`): on a thread of its own (`aside`), in a process of its own (`apart`), or in a
//! module of its own (`elsewhere`).

#[cfg(not(target_arch = "wasm32"))]
mod apart;
#[cfg(not(target_arch = "wasm32"))]
mod aside;
#[cfg(not(target_arch = "wasm32"))]
mod document;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
pub(super) mod drawing;
#[cfg(any(test, target_arch = "wasm32"))]
mod elsewhere;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod embedded;

#[cfg(not(target_arch = "wasm32"))]
pub use apart::{draw_apart, draw_for_another};
#[cfg(not(target_arch = "wasm32"))]
pub(super) use document::Document;
#[cfg(target_arch = "wasm32")]
pub(super) use elsewhere::Document;

use super::grey::GreyImage;

/// A page that was drawn.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct DrawnPage {
    /// The drawing; `None` when hayro could not draw the page.
    pub(super) image: Option<GreyImage>,
    /// Resolution in dots per inch that was used.
    pub(super) dpi: u32,
    /// Whether an image of a scanner is on it.
    pub(super) is_picture: bool,
}
