//! What both modules export. A crate that has this module says how it answers, in a function `answer`.

use crate::{answer, memory};

/// Memory for `len` bytes; null when there is none left, or for none.
#[unsafe(no_mangle)]
pub extern "C" fn nansen_alloc(len: usize) -> *mut u8 {
    memory::place(len)
}

/// Gives back memory that this module has handed out. Null is nothing.
///
/// # Safety
///
/// `ptr` is what [`nansen_alloc`] gave for the same `len`, or what [`nansen_call`] gave, with `len` four more than the length
/// that stands there; and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nansen_free(ptr: *mut u8, len: usize) {
    // SAFETY: the same is asked of our caller.
    drop(unsafe { memory::taken(ptr, len) });
}

/// Answers a question and takes its memory. Null only when there is no memory for the answer.
///
/// # Safety
///
/// `ptr` is what [`nansen_alloc`] gave for the same `len`, all of it has been written, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nansen_call(ptr: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: the same is asked of our caller.
    let question = unsafe { memory::taken(ptr, len) };
    let answer = answer(&question);
    drop(question);
    answer.and_then(|parts| memory::given(&parts)).unwrap_or(std::ptr::null_mut())
}
