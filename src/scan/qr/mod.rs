//! Our own reader of QR symbols (ISO/IEC 18004:2015), each module a step of the reference algorithm.

mod alignment;
mod arrangement;
mod attempt;
mod blocks;
mod codewords;
mod correction;
mod correlation;
mod decode;
#[cfg(test)]
mod drawing;
mod equaliser;
mod evidence;
mod finder;
mod format_information;
mod frame;
mod galois;
mod geometry;
mod hypothesis;
mod landmarks;
mod lattice;
mod light;
mod message;
mod patterns;
mod pursuit;
mod pyramid;
mod reader;
mod rectified;
mod reed_solomon;
mod sampling;
mod segments;
mod soft;
mod stains;
mod version_information;
mod view;

pub use attempt::Unread;
pub(super) use blocks::Blocks;
pub(super) use decode::{Decoded, Depth, Outcome, decode};
pub(super) use patterns::{Patterns, Version};
pub(super) use pursuit::Outline;
pub(super) use reader::Search;
pub(super) use soft::SoftModules;
