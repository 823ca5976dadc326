//! Places of bytes, and bytes as ours.

use std::alloc::{Layout, alloc};

/// Bytes of a length.
const LENGTH: usize = 4;

/// Memory for `len` bytes; null when there is none left, or for none.
pub(crate) fn place(len: usize) -> *mut u8 {
    match Layout::from_size_align(len, 1) {
        // SAFETY: the layout's size is not zero.
        Ok(layout) if len > 0 => unsafe { alloc(layout) },
        _ => std::ptr::null_mut(),
    }
}

/// The bytes at a place.
///
/// # Safety
///
/// `ptr` is null, or `len` bytes that were allocated with the global allocator for that length and alignment 1, are written, and
/// are nobody else's.
pub(crate) unsafe fn taken(ptr: *mut u8, len: usize) -> Box<[u8]> {
    if ptr.is_null() || len == 0 {
        return Box::default();
    }
    // SAFETY: a boxed slice of bytes is memory of the global allocator with its length as size and alignment 1.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr, len)) }
}

/// The place of an answer: the length of its parts together, and the parts. `None` when the length is not of 32 bits, or there is no
/// memory for it.
pub(crate) fn given(parts: &[Vec<u8>]) -> Option<*mut u8> {
    let total = parts.iter().try_fold(0_usize, |sum, part| sum.checked_add(part.len()))?;
    let told = u32::try_from(total).ok()?;
    let mut all = Vec::new();
    all.try_reserve_exact(total.checked_add(LENGTH)?).ok()?;
    all.extend_from_slice(&told.to_le_bytes());
    for part in parts {
        all.extend_from_slice(part);
    }
    Some(Box::into_raw(all.into_boxed_slice()).cast())
}

/// The bytes of an answer at a place, without their length.
///
/// # Safety
///
/// `ptr` is what [`given`] gave, or memory of [`place`] that has been written in the same form, and nobody else's.
#[cfg_attr(not(test), allow(dead_code, reason = "only who asks another module is answered"))]
pub(crate) unsafe fn received(ptr: *mut u8) -> Box<[u8]> {
    // SAFETY: an answer begins with its length.
    let length = unsafe { ptr.cast::<[u8; LENGTH]>().read() };
    let total = u32::from_le_bytes(length) as usize + LENGTH;
    // SAFETY: the memory is that of the length and of as many bytes as it says.
    let all = unsafe { taken(ptr, total) };
    all[LENGTH..].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_received() {
        let place = given(&[b"head".to_vec(), Vec::new(), b"body".to_vec()]).unwrap();
        // SAFETY: it was given just now.
        assert_eq!(&unsafe { received(place) }[..], b"headbody");
    }

    #[test]
    fn nothing_is_at_no_place() {
        assert!(place(0).is_null());
        // SAFETY: null is nothing.
        assert!(unsafe { taken(std::ptr::null_mut(), 9) }.is_empty());
    }
}
