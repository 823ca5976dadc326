//! The behaviour of the binary, as a desk, a gate and a killer of processes meet it.

mod attached;
mod batches;
mod damaged;
mod desk;
mod gate;
mod hostile;
mod issue;
mod kill;
mod lists;
mod readback;
mod reprints;
#[path = "../scan_support/mod.rs"]
mod scan_support;
mod serve;
mod sheets;
mod template;
mod transcripts;
