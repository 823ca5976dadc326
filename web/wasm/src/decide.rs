//! The module that decides: one gate for as long as the module lives.

use std::cell::RefCell;

use nansen::gate::Core;

use super::message;

thread_local! {
    static CORE: RefCell<Option<Core>> = const { RefCell::new(None) };
}

/// Answers a message; `None` when the gate is at work already.
pub(crate) fn answer(message: &[u8]) -> Option<Vec<Vec<u8>>> {
    CORE.with(|core| {
        let mut core = core.try_borrow_mut().ok()?;
        let core = core.get_or_insert_with(begin);
        Some(message::answer(message, |header, payload| {
            let reply = core.call(header, payload);
            (reply.header, reply.payload)
        }))
    })
}

#[cfg(not(target_arch = "wasm32"))]
fn begin() -> Core {
    Core::new()
}

#[cfg(target_arch = "wasm32")]
fn begin() -> Core {
    nansen::scan::read_elsewhere(elsewhere::ask);
    Core::new()
}

#[cfg(target_arch = "wasm32")]
mod elsewhere {
    use crate::memory;

    #[link(wasm_import_module = "nansen")]
    unsafe extern "C" {
        /// Asks the module of readers that others wrote; what is at `ptr` is only read.
        fn elsewhere(ptr: *const u8, len: usize) -> *mut u8;
    }

    pub(super) fn ask(question: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: the place and length are those of bytes that are ours until the function comes back.
        let answer = unsafe { elsewhere(question.as_ptr(), question.len()) };
        // SAFETY: whoever answers has taken the memory with `nansen_alloc`, and written an answer there.
        (!answer.is_null()).then(|| unsafe { memory::received(answer) }.into_vec())
    }
}
