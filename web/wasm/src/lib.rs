//! The gate of nansen as a WebAssembly module without imports.
//!
//! A message, in both directions, is the length of its header, the header (JSON, UTF-8) and the payload; what a header may say
//! stands in [`nansen::gate::Core`]. Whoever calls takes memory with [`nansen_alloc`], writes a message there, and hands it over
//! with [`nansen_call`], which gives the answer's place: the length of all that follows, then the message. [`nansen_free`] takes
//! the answer's memory back. Lengths are 32 bits, least significant byte first.
//!
//! This is the only crate with `unsafe` in it: a pointer is all that comes in.

mod message;

use std::alloc::{Layout, alloc};
use std::cell::RefCell;

use nansen::gate::Core;

thread_local! {
    static CORE: RefCell<Option<Core>> = const { RefCell::new(None) };
}

/// Memory for a message of `len` bytes; null when there is none left, or for none.
#[unsafe(no_mangle)]
pub extern "C" fn nansen_alloc(len: usize) -> *mut u8 {
    match Layout::from_size_align(len, 1) {
        // SAFETY: the layout's size is not zero.
        Ok(layout) if len > 0 => unsafe { alloc(layout) },
        _ => std::ptr::null_mut(),
    }
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
    drop(unsafe { taken(ptr, len) });
}

/// Answers a message and takes its memory. Null only when there is no memory for the answer.
///
/// # Safety
///
/// `ptr` is what [`nansen_alloc`] gave for the same `len`, all of it has been written, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nansen_call(ptr: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: the same is asked of our caller.
    let request = unsafe { taken(ptr, len) };
    let answer = CORE.with(|core| match core.try_borrow_mut() {
        Ok(mut core) => message::answer(&request, |header, payload| {
            let reply = core.get_or_insert_with(Core::new).call(header, payload);
            (reply.header, reply.payload)
        }),
        Err(_) => None,
    });
    drop(request);
    answer.map_or(std::ptr::null_mut(), |answer| Box::into_raw(answer).cast())
}

/// The bytes at a place, as ours.
///
/// # Safety
///
/// `ptr` is null, or `len` bytes that were allocated with the global allocator for that length and alignment 1, are written, and
/// are nobody else's.
unsafe fn taken(ptr: *mut u8, len: usize) -> Box<[u8]> {
    if ptr.is_null() || len == 0 {
        return Box::default();
    }
    // SAFETY: a boxed slice of bytes is memory of the global allocator with its length as size and alignment 1.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr, len)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(request: &[u8]) -> Vec<u8> {
        let place = nansen_alloc(request.len());
        // SAFETY: the places are those that the module gave, for these lengths.
        unsafe {
            if !place.is_null() {
                place.copy_from_nonoverlapping(request.as_ptr(), request.len());
            }
            let answer = nansen_call(place, request.len());
            assert!(!answer.is_null());
            let length = u32::from_le_bytes(answer.cast::<[u8; 4]>().read()) as usize;
            let all = std::slice::from_raw_parts(answer.add(4), length).to_vec();
            nansen_free(answer, 4 + length);
            all
        }
    }

    #[test]
    fn a_question_is_answered_through_pointers() {
        let header = br#"{"do":"about"}"#;
        let answer = call(&[&(header.len() as u32).to_le_bytes()[..], header].concat());
        let (header, payload) = message::split(&answer).unwrap();
        assert!(header.starts_with(br#"{"version":""#), "{}", String::from_utf8_lossy(header));
        assert!(payload.is_empty());
    }

    #[test]
    fn no_message_at_all_is_answered_too() {
        for nothing in [&b""[..], b"\x01", b"\xff\xff\xff\xff"] {
            assert!(String::from_utf8_lossy(&call(nothing)).contains("\"error\""));
        }
        // SAFETY: null is nothing.
        unsafe { nansen_free(std::ptr::null_mut(), 7) };
        assert!(nansen_alloc(usize::MAX).is_null());
    }
}
