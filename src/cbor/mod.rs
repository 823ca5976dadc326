//! CBOR items (RFC 8949) in and out, over `cbor4ii`.
//!
//! Bytes come in and a [`Value`] goes out, or the other way round. What we write is always deterministic (§4.2.1).
//! What we read is held to the same rules by [`decode_strict`], for our own formats, or only to the rules that
//! keep a reader safe by [`decode_lenient`], for the formats of others.

mod diagnostic;

use cbor4ii::core::dec::{Decode as _, Read, Reference};
use cbor4ii::core::enc::Encode as _;
use cbor4ii::core::error::DecodeError;
use cbor4ii::core::utils::{BufWriter, SliceReader};

pub use cbor4ii::core::Value;
pub use diagnostic::diagnostic;

/// Nesting allowed in our own formats.
pub const OWN_DEPTH: usize = 8;

/// Nesting allowed in the formats of others; the deepest vector seen has 7.
pub const FOREIGN_DEPTH: usize = 24;

/// Why bytes are not the CBOR that was wanted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// Not well-formed, or nested too deeply (RFC 8949 §5.3).
    #[error("not a CBOR item of at most {depth} levels: reading stopped at byte {at}")]
    NotCbor {
        /// Where reading stopped.
        at: usize,
        /// How many levels were allowed.
        depth: usize,
        /// What the reader met.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Well-formed, but nested more deeply than any credential needs.
    #[error("nested more than {depth} levels deep")]
    TooDeep {
        /// How many levels were allowed.
        depth: usize,
    },
    /// The item ends before the bytes do.
    #[error("{extra} bytes follow the CBOR item, which ends at byte {at}")]
    BytesAfterEnd {
        /// Where the item ends.
        at: usize,
        /// How many bytes are left.
        extra: usize,
    },
    /// A key stands twice in one map (RFC 8949 §5.6).
    #[error("a map holds the key {key} twice")]
    DuplicateKey {
        /// The key, in a short diagnostic form.
        key: String,
    },
    /// Not the deterministic encoding (RFC 8949 §4.2.1).
    #[error("not deterministically encoded CBOR: first difference at byte {at}")]
    NotDeterministic {
        /// First byte that differs from the deterministic encoding.
        at: usize,
    },
    /// Our own formats hold no floating-point numbers.
    #[error("a floating-point number, where only integers may stand")]
    Float,
}

/// Reads exactly one item that is deterministically encoded, holds no float and is at most [`OWN_DEPTH`] deep.
///
/// # Errors
/// Every way in which the bytes can differ from that.
pub fn decode_strict(bytes: &[u8]) -> Result<Value, CborError> {
    let value = decode_one(bytes, OWN_DEPTH)?;
    check(&value, true)?;
    // Shortest integers, definite lengths and sorted keys all come down to this: our encoder would write the same.
    let again = encode(&value);
    if again != bytes {
        let at =
            again.iter().zip(bytes).position(|(ours, theirs)| ours != theirs).unwrap_or(again.len().min(bytes.len()));
        return Err(CborError::NotDeterministic { at });
    }
    Ok(value)
}

/// Reads exactly one item of another issuer's format: any order of keys and any encoding of lengths, but no duplicate
/// keys, nothing after the end, and at most [`FOREIGN_DEPTH`] levels.
pub fn decode_lenient(bytes: &[u8]) -> Result<Value, CborError> {
    let value = decode_one(bytes, FOREIGN_DEPTH)?;
    check(&value, false)?;
    Ok(value)
}

/// Writes `value` with the shortest lengths and with map keys sorted by their encoded bytes (RFC 8949 §4.2.1).
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = BufWriter::new(Vec::new());
    sorted(value).encode(&mut out).expect("writing to memory does not fail");
    out.into_inner()
}

/// The entry of `map` under the integer `key`.
pub fn get(map: &[(Value, Value)], key: i64) -> Option<&Value> {
    map.iter().find(|(k, _)| *k == Value::Integer(i128::from(key))).map(|(_, v)| v)
}

/// The entry of `map` under the text `key`.
pub fn get_text<'a>(map: &'a [(Value, Value)], key: &str) -> Option<&'a Value> {
    map.iter().find(|(k, _)| matches!(k, Value::Text(k) if k == key)).map(|(_, v)| v)
}

/// An integer item.
pub fn int(number: impl Into<i128>) -> Value {
    Value::Integer(number.into())
}

/// A text item.
pub fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().map(|(k, v)| (encode(k), sorted(k), sorted(v))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Map(entries.into_iter().map(|(_, k, v)| (k, v)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Tag(tag, inner) => Value::Tag(*tag, Box::new(sorted(inner))),
        other => other.clone(),
    }
}

fn check(value: &Value, strict: bool) -> Result<(), CborError> {
    match value {
        Value::Float(_) if strict => Err(CborError::Float),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, strict)),
        Value::Tag(_, inner) => check(inner, strict),
        Value::Map(entries) => {
            let mut keys: Vec<_> = entries.iter().map(|(k, _)| encode(k)).collect();
            keys.sort();
            if let Some(pair) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
                let (key, _) = entries.iter().find(|(k, _)| encode(k) == pair[0]).expect("it came from here");
                return Err(CborError::DuplicateKey { key: short(key) });
            }
            entries.iter().try_for_each(|(k, v)| check(k, strict).and_then(|()| check(v, strict)))
        }
        _ => Ok(()),
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::Integer(i) => i.to_string(),
        Value::Text(t) => format!("{:?}", t.chars().take(24).collect::<String>()),
        _ => "of an unusual kind".to_owned(),
    }
}

fn levels(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
        Value::Map(entries) => 1 + entries.iter().map(|(k, v)| levels(k).max(levels(v))).max().unwrap_or(0),
        Value::Tag(_, inner) => 1 + levels(inner),
        _ => 1,
    }
}

fn decode_one(bytes: &[u8], depth: usize) -> Result<Value, CborError> {
    let mut reader = Limited { inner: SliceReader::new(bytes), at: 0, levels_left: 2 * depth + 2 };
    match Value::decode(&mut reader) {
        Ok(value) if levels(&value) > depth => Err(CborError::TooDeep { depth }),
        Ok(value) if reader.at == bytes.len() => Ok(value),
        Ok(_) => Err(CborError::BytesAfterEnd { at: reader.at, extra: bytes.len() - reader.at }),
        Err(error) => Err(CborError::NotCbor { at: reader.at, depth, source: boxed(&error) }),
    }
}

fn boxed<E: std::fmt::Debug>(error: &DecodeError<E>) -> Box<dyn std::error::Error + Send + Sync> {
    error.to_string().into()
}

/// Counts the bytes taken and the levels entered, so that errors have a place and nesting an end.
struct Limited<'a> {
    inner: SliceReader<'a>,
    at: usize,
    /// `cbor4ii` steps in up to twice per level: once for the item, once for its list.
    levels_left: usize,
}

impl<'de> Read<'de> for Limited<'de> {
    type Error = <SliceReader<'de> as Read<'de>>::Error;

    fn fill<'short>(&'short mut self, want: usize) -> Result<Reference<'de, 'short>, Self::Error> {
        self.inner.fill(want)
    }

    fn advance(&mut self, n: usize) {
        self.at += n;
        self.inner.advance(n);
    }

    fn step_in(&mut self) -> bool {
        match self.levels_left.checked_sub(1) {
            Some(left) => {
                self.levels_left = left;
                true
            }
            None => false,
        }
    }

    fn step_out(&mut self) {
        self.levels_left += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn map_keys_are_written_in_the_order_of_their_bytes() {
        let map = Value::Map(vec![(int(-1), int(0)), (text("a"), int(1)), (int(10), int(2)), (int(24), int(3))]);
        assert_eq!(encode(&map), [0xa4, 0x0a, 0x02, 0x18, 0x18, 0x03, 0x20, 0x00, 0x61, 0x61, 0x01]);
    }

    #[test]
    fn what_is_not_deterministic_is_refused_with_its_place() {
        for (bytes, expect) in [
            (&[0x18, 0x01][..], "not deterministically encoded CBOR: first difference at byte 0"),
            (&[0xa2, 0x02, 0x00, 0x01, 0x00], "not deterministically encoded CBOR: first difference at byte 1"),
            (&[0x9f, 0x01, 0xff], "not deterministically encoded CBOR: first difference at byte 0"),
            (&[0xa2, 0x01, 0x00, 0x01, 0x00], "a map holds the key 1 twice"),
            (&[0x01, 0x01], "1 bytes follow the CBOR item, which ends at byte 1"),
            (
                &[0xfb, 0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18],
                "a floating-point number, where only integers may stand",
            ),
            (&[0xf7], "not deterministically encoded CBOR: first difference at byte 0"),
            (&[0x62, 0x61], "not a CBOR item of at most 8 levels: reading stopped at byte 2"),
        ] {
            assert_eq!(decode_strict(bytes).unwrap_err().to_string(), expect, "{bytes:02x?}");
        }
    }

    #[test]
    fn a_hundred_thousand_levels_are_refused_without_recursion() {
        let deep = vec![0x81; 100_000];
        assert!(matches!(decode_strict(&deep), Err(CborError::NotCbor { .. })));
        assert!(matches!(decode_lenient(&deep), Err(CborError::NotCbor { .. })));
    }

    #[test]
    fn a_length_that_lies_does_not_reserve_memory() {
        for head in [0x5b, 0x7b, 0x9b, 0xbb] {
            let lie = [head, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
            assert!(decode_lenient(&lie).is_err(), "{head:02x}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = decode_strict(&bytes) {
                prop_assert_eq!(encode(&value), bytes);
            }
        }
    }
}
