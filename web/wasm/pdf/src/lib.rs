//! The module of readers that others wrote, of PDFs and of Data Matrix: one document at a time.
//!
//! What it exports and how it is asked stands in the crate `nansen-gate`. Natively there is nothing in it: the same readers are behind
//! a wall of another kind there.
#![cfg(target_arch = "wasm32")]

#[path = "../../src/exports.rs"]
mod exports;
#[path = "../../src/memory.rs"]
mod memory;

pub use exports::{nansen_alloc, nansen_call, nansen_free};

use std::cell::RefCell;

use nansen::scan::Server;

thread_local! {
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

/// Answers a question.
fn answer(question: &[u8]) -> Option<Vec<Vec<u8>>> {
    SERVER.with(|server| Some(vec![server.try_borrow_mut().ok()?.get_or_insert_default().answer(question)]))
}
