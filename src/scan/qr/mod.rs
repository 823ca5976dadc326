//! Our own reader of QR symbols (ISO/IEC 18004:2015), each module a step of the reference algorithm.

mod blocks;
mod patterns;
mod soft;
mod version_information;
