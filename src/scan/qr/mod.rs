//! Our own reader of QR symbols (ISO/IEC 18004:2015), each module a step of the reference algorithm.

mod blocks;
mod codewords;
mod correction;
mod decode;
mod evidence;
mod format_information;
mod galois;
mod message;
mod patterns;
mod reed_solomon;
mod segments;
mod soft;
mod stains;
mod version_information;
