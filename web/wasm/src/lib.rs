//! The gate of nansen as two WebAssembly modules: this one decides, and the one of `pdf` is of readers that others wrote, of PDFs and
//! of Data Matrix.
//!
//! Whoever calls takes memory with [`nansen_alloc`], writes a question there, and hands it over with [`nansen_call`], which gives the
//! place of the answer: its length (32 bits, least significant byte first) and its bytes. [`nansen_free`] takes the answer's memory
//! back. Questions and answers of the module that decides are messages: the length of a header, the header (JSON, UTF-8), and a
//! payload; what a header may say stands in [`nansen::gate::Core`].
//!
//! The module of readers imports nothing. The one that decides imports a single function, `nansen.elsewhere`, by which it asks the
//! other one: a question's place and length go out, and the place of an answer of the same form as [`nansen_call`]'s comes back, in
//! memory that was taken with [`nansen_alloc`]; 0 when there is none.
//!
//! These two are the only crates with `unsafe` in them: pointers are all that comes in.

mod decide;
mod exports;
mod memory;
mod message;

use decide::answer;
pub use exports::{nansen_alloc, nansen_call, nansen_free};

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
            memory::received(answer).into_vec()
        }
    }

    #[test]
    fn a_question_is_answered_through_pointers() {
        let header = br#"{"do":"about"}"#;
        let length = u32::try_from(header.len()).unwrap();
        let answer = call(&[&length.to_le_bytes()[..], header].concat());
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
