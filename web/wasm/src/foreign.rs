//! The module of readers that others wrote: one document at a time.

use std::cell::RefCell;

use nansen::scan::Server;

thread_local! {
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

/// Answers a question.
pub(crate) fn answer(question: &[u8]) -> Option<Vec<Vec<u8>>> {
    SERVER.with(|server| Some(vec![server.try_borrow_mut().ok()?.get_or_insert_default().answer(question)]))
}
