//! Text ↔ module matrix (ISO/IEC 18004).

mod matrix;
pub use matrix::{EcLevel, Matrix};
