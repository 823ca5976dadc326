//! Deflate in and out: raw with a preset dictionary for our own envelope (RFC 1951), in a zlib frame for the formats
//! of others (RFC 1950).
//!
//! Inflation stops at a cap given by the caller and takes exactly one stream: nothing missing, nothing after its end.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::dictionary::Dictionary;
use super::optimal;

/// Why bytes do not inflate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InflateError {
    /// The stream breaks the rules of deflate, or its checksum is wrong.
    #[error("not a deflate stream")]
    Corrupt(#[source] flate2::DecompressError),
    /// The bytes end before the stream does.
    #[error("the deflate stream ends too early")]
    Truncated,
    /// The stream ends before the bytes do.
    #[error("{extra} bytes follow the deflate stream")]
    BytesAfterEnd {
        /// How many.
        extra: usize,
    },
    /// More comes out than a credential can need.
    #[error("the deflate stream holds more than {cap} bytes")]
    TooLong {
        /// The most that was allowed, in bytes.
        cap: usize,
    },
}

/// Inflates one raw stream that was written behind `dictionary`, to at most `cap` bytes.
pub fn inflate_raw(bytes: &[u8], dictionary: &Dictionary, cap: usize) -> Result<Vec<u8>, InflateError> {
    let mut inflate = Decompress::new(false);
    inflate.set_dictionary(dictionary.bytes()).map_err(InflateError::Corrupt)?;
    run(inflate, bytes, cap)
}

/// Inflates one zlib stream, to at most `cap` bytes.
pub fn inflate_zlib(bytes: &[u8], cap: usize) -> Result<Vec<u8>, InflateError> {
    run(Decompress::new(true), bytes, cap)
}

fn run(mut inflate: Decompress, bytes: &[u8], cap: usize) -> Result<Vec<u8>, InflateError> {
    // One byte of room beyond the cap tells a stream that ends there from one that goes on.
    let mut out = Vec::with_capacity((bytes.len() * 4 + 64).min(cap.saturating_add(1)));
    loop {
        let taken = inflate.total_in() as usize;
        let status =
            inflate.decompress_vec(&bytes[taken..], &mut out, FlushDecompress::None).map_err(InflateError::Corrupt)?;
        if out.len() > cap {
            return Err(InflateError::TooLong { cap });
        }
        if status == Status::StreamEnd {
            break;
        }
        if out.len() < out.capacity() {
            return Err(InflateError::Truncated);
        }
        let more = out.capacity().min(cap.saturating_add(1) - out.len());
        out.reserve_exact(more);
    }
    match bytes.len() - inflate.total_in() as usize {
        0 => Ok(out),
        extra => Err(InflateError::BytesAfterEnd { extra }),
    }
}

/// The smallest raw stream we find for `payload` behind `dictionary`.
pub fn deflate_raw(payload: &[u8], dictionary: &Dictionary) -> Vec<u8> {
    let ordinary = deflate_raw_ordinary(payload, dictionary);
    if !(1..=optimal::MAX_PAYLOAD).contains(&payload.len()) {
        return ordinary;
    }
    let ours = optimal::deflate(dictionary.bytes(), dictionary.index(), payload);
    if ours.len() <= ordinary.len() { ours } else { ordinary }
}

fn deflate_raw_ordinary(payload: &[u8], dictionary: &Dictionary) -> Vec<u8> {
    let mut deflate = Compress::new(Compression::best(), false);
    deflate.set_dictionary(dictionary.bytes()).expect("a raw stream takes a dictionary before its first byte");
    finish(deflate, payload)
}

/// A zlib stream of `bytes` at level 9, as HCERT and Claim 169 want it.
pub fn deflate_zlib(bytes: &[u8]) -> Vec<u8> {
    finish(Compress::new(Compression::best(), true), bytes)
}

fn finish(mut deflate: Compress, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 128);
    loop {
        let taken = deflate.total_in() as usize;
        let status = deflate
            .compress_vec(&bytes[taken..], &mut out, FlushCompress::Finish)
            .expect("compression into memory does not fail");
        if status == Status::StreamEnd {
            return out;
        }
        out.reserve(out.capacity().max(128));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::super::dictionary::{MAX_DICTIONARY, current};
    use super::*;

    const CAP: usize = 64 * 1024;

    fn reason(bytes: &[u8], cap: usize) -> String {
        inflate_raw(bytes, current(), cap).unwrap_err().to_string()
    }

    #[test]
    fn a_stream_must_be_whole_and_alone() {
        let stream = deflate_raw(b"Bachelor of Sciences, household", current());
        assert_eq!(inflate_raw(&stream, current(), CAP).unwrap(), b"Bachelor of Sciences, household");
        for end in 0..stream.len() {
            assert_eq!(reason(&stream[..end], CAP), "the deflate stream ends too early", "{end}");
        }
        assert_eq!(reason(&[&stream[..], b"xy"].concat(), CAP), "2 bytes follow the deflate stream");
        assert_eq!(reason(&[0xff; 9], CAP), "not a deflate stream");
        assert_eq!(reason(&stream, 30), "the deflate stream holds more than 30 bytes");
        assert_eq!(inflate_raw(&stream, current(), 31).unwrap().len(), 31);
    }

    #[test]
    fn a_zlib_stream_must_be_whole_and_alone() {
        let mut stream = deflate_zlib(b"Refugee Refugee Refugee");
        assert_eq!(inflate_zlib(&stream, 23).unwrap(), b"Refugee Refugee Refugee");
        assert!(matches!(inflate_zlib(&stream, 22), Err(InflateError::TooLong { cap: 22 })));
        assert!(matches!(inflate_zlib(&stream[..stream.len() - 1], CAP), Err(InflateError::Truncated)));
        stream.push(0);
        assert!(matches!(inflate_zlib(&stream, CAP), Err(InflateError::BytesAfterEnd { extra: 1 })));
        stream.pop();
        *stream.last_mut().unwrap() ^= 1;
        assert!(matches!(inflate_zlib(&stream, CAP), Err(InflateError::Corrupt(_))));
    }

    #[test]
    fn ten_megabytes_in_ten_kilobytes_are_refused_at_the_cap() {
        let zeros = vec![0; 10_000_000];
        let bomb = deflate_zlib(&zeros);
        assert!(bomb.len() < 11_000, "{}", bomb.len());
        assert!(matches!(inflate_zlib(&bomb, 1 << 20), Err(InflateError::TooLong { .. })));
        let bomb = deflate_raw(&zeros, current());
        assert!(matches!(inflate_raw(&bomb, current(), CAP), Err(InflateError::TooLong { .. })));
    }

    #[test]
    fn the_first_byte_of_the_longest_dictionary_is_within_reach_of_the_first_of_a_payload() {
        let payload = LONGEST.bytes()[..200].to_vec();
        let packed = deflate_raw(&payload, &LONGEST);
        assert!(packed.len() <= 6, "{}", packed.len());
        assert_eq!(inflate_raw(&packed, &LONGEST, CAP).unwrap(), payload);
    }

    #[test]
    fn a_long_text_in_another_script_gets_a_code_of_its_own() {
        let letters: Vec<char> = ('က'..='အ').collect();
        let text: String =
            noise(11).take(400).map(|byte| letters[usize::from(byte) * usize::from(byte) / 2048]).collect();
        let packed = deflate_raw(text.as_bytes(), current());
        // The second bit says fixed code, the third a code of its own.
        assert_eq!(packed[0] & 0b110, 0b100);
        assert!(packed.len() <= deflate_raw_ordinary(text.as_bytes(), current()).len());
        assert_eq!(inflate_raw(&packed, current(), CAP).unwrap(), text.as_bytes());
    }

    #[test]
    fn a_photo_inside_costs_its_bytes_and_little_more() {
        let photo: Vec<u8> = noise(7).take(800).collect();
        let payload = [&current().bytes()[40..80], &photo, &current().bytes()[10..40]].concat();
        let packed = deflate_raw(&payload, current());
        assert!(packed.len() <= 800 + 30, "{}", packed.len());
        assert_eq!(inflate_raw(&packed, current(), CAP).unwrap(), payload);
    }

    /// Bytes that do not compress (xorshift64).
    fn noise(mut seed: u64) -> impl Iterator<Item = u8> {
        std::iter::from_fn(move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            Some((seed >> 32) as u8)
        })
    }

    /// As long as a dictionary can be, so that its first bytes are out of reach further on in the payload.
    static LONGEST: LazyLock<Dictionary> = LazyLock::new(|| {
        let words = current().bytes().iter().copied().cycle();
        let mixed = words.zip(noise(3)).map(|(word, noise)| if noise < 40 { noise } else { word });
        Dictionary::new(15, mixed.take(MAX_DICTIONARY).collect::<Vec<_>>().leak())
    });

    /// Short keys, words of the dictionary whole and in pieces, repetitions, noise.
    fn like_cbor(words: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            (0..words.len(), 1..40_usize).prop_map(|(at, n)| words[at..(at + n).min(words.len())].to_vec()),
            proptest::collection::vec(any::<u8>(), 1..12),
            (any::<u8>(), 1..300_usize).prop_map(|(byte, n)| vec![byte; n]),
            (any::<u64>(), 1..400_usize).prop_map(|(seed, n)| noise(seed | 1).take(n).collect()),
            "[A-Za-z ]{1,20}".prop_map(String::into_bytes),
        ];
        proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn what_is_deflated_inflates_to_itself_and_is_never_larger_than_zlib_makes_it(payload in like_cbor(current().bytes())) {
            prop_assume!(!payload.is_empty());
            let ours = optimal::deflate(current().bytes(), current().index(), &payload);
            prop_assert_eq!(&inflate_raw(&ours, current(), CAP).unwrap(), &payload);
            let packed = deflate_raw(&payload, current());
            prop_assert!(packed.len() <= deflate_raw_ordinary(&payload, current()).len());
        }

        #[test]
        fn the_longest_dictionary_is_reached_to_its_ends(payload in like_cbor(LONGEST.bytes())) {
            let packed = deflate_raw(&payload, &LONGEST);
            prop_assert_eq!(&inflate_raw(&packed, &LONGEST, CAP).unwrap(), &payload);
            prop_assert!(packed.len() <= deflate_raw_ordinary(&payload, &LONGEST).len());
        }

        #[test]
        fn any_bytes_inflate_within_the_cap_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(out) = inflate_raw(&bytes, current(), 1000) {
                prop_assert!(out.len() <= 1000);
            }
            if let Ok(out) = inflate_zlib(&bytes, 1000) {
                prop_assert!(out.len() <= 1000);
            }
        }
    }
}
