//! Text ↔ module matrix (ISO/IEC 18004), and how large a symbol must be to be read from paper.

mod encode;
mod mask;
mod matrix;
mod plan;

pub use encode::{EncodeError, bits_needed, capacity, encode};
pub use matrix::{EcLevel, Matrix};
pub use plan::{Capacity, Heads, Plan, PlanError, QUIET_ZONE, Room, Spread, bytes_that_fit, plan, spread};

/// The largest QR version.
pub const MAX_VERSION: u8 = 40;

/// Modules on one side of a symbol of this version, quiet zone not included (ISO/IEC 18004 §6.1).
pub fn modules(version: u8) -> usize {
    17 + 4 * usize::from(version)
}
