//! Bytes → a zlib stream (RFC 1950, the `FlateDecode` of ISO 32000-1 §7.4.4).

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};

/// Measured on pages of certificates: the levels above cost more time than they save bytes.
const LEVEL: u32 = 6;

thread_local! {
    /// Its tables are larger than a page: they are set up once a thread and not once a stream.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), true));
}

/// Compresses; the same bytes give the same stream, whichever thread does it.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
        loop {
            let taken = compressor.total_in() as usize;
            let rest = bytes.get(taken..).unwrap_or_default();
            match compressor.compress_vec(rest, &mut out, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => return out,
                _ => out.reserve(out.capacity().max(64)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_compressed_comes_out_again_and_the_second_time_alike() {
        for length in [0, 1, 63, 10_000, 300_000] {
            let bytes: Vec<u8> = (0..length).map(|place: u32| (place.wrapping_mul(place) >> 7) as u8).collect();
            let packed = deflate(&bytes);
            assert_eq!(packed, deflate(&bytes));
            let mut back = Vec::new();
            flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut back).unwrap();
            assert_eq!(back, bytes);
        }
    }
}
