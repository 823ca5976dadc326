//! Readers that others wrote, in a module of their own: in a browser nothing else keeps a panic of theirs from ending ours. A server
//! gives them a process of their own (`pdf::apart`), because nothing else keeps them from taking all memory.
//!
//! Questions go out and answers come back, in the bytes of `wire`; `serve` answers there. The other module may be loaded later, and
//! it may be gone after any question: another one takes its place, which knows nothing of what was asked before.

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod serve;
pub(super) mod wire;

#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
pub use serve::Server;

#[cfg(target_arch = "wasm32")]
use super::{deadline::Deadline, found::Found, grey::GreyImage};
#[cfg(any(test, target_arch = "wasm32"))]
use std::sync::OnceLock;
#[cfg(any(test, target_arch = "wasm32"))]
use wire::Request;

#[cfg(any(test, target_arch = "wasm32"))]
/// Hands a question to the other module, and gives its answer; `None` when there is no such module, or it gave none.
pub type Elsewhere = fn(&[u8]) -> Option<Vec<u8>>;

#[cfg(any(test, target_arch = "wasm32"))]
static OTHER: OnceLock<Elsewhere> = OnceLock::new();

#[cfg(any(test, target_arch = "wasm32"))]
/// Says how the other module is asked. The first way stays.
pub fn read_elsewhere(other: Elsewhere) {
    OTHER.get_or_init(|| other);
}

#[cfg(any(test, target_arch = "wasm32"))]
pub(super) fn ask(request: Request<'_>) -> Option<Vec<u8>> {
    OTHER.get()?(&request.to_bytes())
}

/// What is likely and cheap when our own reader's first looks have found nothing, as `others::first`.
#[cfg(target_arch = "wasm32")]
pub(super) fn first(image: &GreyImage, _: Deadline) -> Vec<Found> {
    look(image, false)
}

/// What is left when our own reader has given up, as `others::last`.
#[cfg(target_arch = "wasm32")]
pub(super) fn last(image: &GreyImage, _: Deadline) -> Vec<Found> {
    look(image, true)
}

#[cfg(target_arch = "wasm32")]
fn look(image: &GreyImage, last: bool) -> Vec<Found> {
    ask(Request::Look { image, last }).and_then(|answer| wire::found(&answer)).unwrap_or_default()
}
