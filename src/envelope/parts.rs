//! One envelope ↔ n parts for n symbols, of which any k are enough.
//!
//! A part is an envelope of its own: the codec byte `0x0F`, k, n, its index, the first four bytes of SHA-256 over the
//! complete envelope, the length of that in two bytes, and a shard. The first k shards are the complete envelope in
//! slices; the others follow from them as in a Reed–Solomon code, so that a lost symbol is not a lost paper.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::gf256::interpolate;

/// The codec byte of a part.
pub(super) const PART: u8 = 0x0f;
/// Bytes in front of the shard: codec, k, n, index, set id, length.
const HEADER: usize = 1 + 3 + 4 + 2;
/// The most parts of one envelope.
pub const MAX_PARTS: u8 = 32;

/// Which envelope a part belongs to: the first four bytes of SHA-256 over the complete one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SetId([u8; 4]);

impl SetId {
    /// The id of a complete envelope.
    pub fn of(envelope: &[u8]) -> Self {
        let digest = Sha256::digest(envelope);
        Self([digest[0], digest[1], digest[2], digest[3]])
    }
}

impl fmt::Display for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What all parts of one envelope have in common.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Set {
    /// Which envelope.
    pub id: SetId,
    /// How many parts are enough, 1 to n.
    pub k: u8,
    /// How many parts there are, 1 to [`MAX_PARTS`].
    pub n: u8,
    /// Bytes in the complete envelope, 1 to 65535.
    pub length: u16,
}

impl Set {
    /// Bytes in each shard.
    pub(super) fn shard(self) -> usize {
        usize::from(self.length).div_ceil(usize::from(self.k))
    }
}

/// One part, read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// What it shares with the others.
    pub set: Set,
    /// Which of them it is, from 0.
    pub index: u8,
    pub(super) shard: Vec<u8>,
}

/// Why an envelope cannot be split, or parts cannot be read or joined.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// Not 1 ≤ k ≤ n ≤ 32.
    #[error("{k} of {n} parts, where 1 ≤ k ≤ n ≤ 32 is wanted")]
    Counts {
        /// How many should be enough.
        k: u8,
        /// How many there should be.
        n: u8,
    },
    /// An empty envelope, a too long one, or one that is a part itself.
    #[error("an envelope of {length} bytes that is empty, too long or itself a part cannot be split")]
    Unsplittable {
        /// Its length in bytes.
        length: usize,
    },
    /// The envelope is a whole one.
    #[error("not a part")]
    NotAPart,
    /// Shorter than the fields in front of the shard.
    #[error("a part of {length} bytes, where its header alone takes {HEADER}")]
    Truncated {
        /// Bytes found.
        length: usize,
    },
    /// The index is not below n.
    #[error("part with index {index} of {n}")]
    Index {
        /// As found, from 0.
        index: u8,
        /// How many there are.
        n: u8,
    },
    /// The complete envelope would have no bytes.
    #[error("a part of nothing")]
    Nothing,
    /// The shard is not as long as k and the length of the whole make it.
    #[error("a shard of {found} bytes, where {wanted} are wanted")]
    ShardLength {
        /// Bytes found.
        found: usize,
        /// Bytes wanted.
        wanted: usize,
    },
    /// There are enough parts, but they do not make the envelope that they name.
    #[error("{have} parts of set {id} do not make one envelope: at least one of them is damaged or foreign")]
    Conflict {
        /// The set.
        id: SetId,
        /// How many parts are there, alternatives included.
        have: usize,
    },
    /// More documents, or more versions of one part, than anyone would lay under a scanner.
    #[error("too many sets of parts, or too many versions of one part")]
    TooMany,
}

/// Cuts an envelope into `n` parts of which any `k` are enough.
pub fn split(envelope: &[u8], k: u8, n: u8) -> Result<Vec<Vec<u8>>, PartError> {
    check_counts(k, n)?;
    let unsplittable = || PartError::Unsplittable { length: envelope.len() };
    let length = u16::try_from(envelope.len()).map_err(|_| unsplittable())?;
    if length == 0 || envelope[0] == PART {
        return Err(unsplittable());
    }
    let set = Set { id: SetId::of(envelope), k, n, length };
    let mut padded = envelope.to_vec();
    padded.resize(set.shard() * usize::from(k), 0);
    let slices: Vec<_> = (0..).zip(padded.chunks(set.shard())).collect();
    Ok((0..n).map(|index| Part { set, index, shard: interpolate(&slices, index) }.to_bytes()).collect())
}

fn check_counts(k: u8, n: u8) -> Result<(), PartError> {
    if k == 0 || k > n || n > MAX_PARTS {
        return Err(PartError::Counts { k, n });
    }
    Ok(())
}

/// Whether `envelope` is a part, judged by its codec byte.
pub fn is_part(envelope: &[u8]) -> bool {
    envelope.first() == Some(&PART)
}

impl Part {
    /// Reads a part.
    pub fn parse(envelope: &[u8]) -> Result<Self, PartError> {
        if !is_part(envelope) {
            return Err(PartError::NotAPart);
        }
        let Some((&[_, k, n, index, id @ .., high, low], shard)) = envelope.split_first_chunk::<HEADER>() else {
            return Err(PartError::Truncated { length: envelope.len() });
        };
        check_counts(k, n)?;
        if index >= n {
            return Err(PartError::Index { index, n });
        }
        let set = Set { id: SetId(id), k, n, length: u16::from_be_bytes([high, low]) };
        if set.length == 0 {
            return Err(PartError::Nothing);
        }
        if shard.len() != set.shard() {
            return Err(PartError::ShardLength { found: shard.len(), wanted: set.shard() });
        }
        Ok(Self { set, index, shard: shard.to_vec() })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let Set { id, k, n, length } = self.set;
        [&[PART, k, n, self.index], &id.0[..], &length.to_be_bytes(), &self.shard].concat()
    }
}

/// Joins k parts of one set, with k different indices; nothing comes back unless the result has the set's id.
pub(super) fn join(set: Set, shards: &[(u8, &[u8])]) -> Option<Vec<u8>> {
    let mut envelope: Vec<u8> = (0..set.k).flat_map(|index| interpolate(shards, index)).collect();
    let padding = envelope.split_off(usize::from(set.length));
    let whole = padding.iter().all(|&byte| byte == 0) && SetId::of(&envelope) == set.id && !is_part(&envelope);
    whole.then_some(envelope)
}

#[cfg(test)]
mod tests {
    use super::super::text::to_text;
    use super::*;

    #[test]
    fn the_worked_example_of_the_specification_comes_out() {
        let head = |index| [0x0f, 2, 3, index, 0x20, 0xac, 0x97, 0x34, 0, 7];
        let texts = ["NP1:H+13H0*5485J700K20CEC", "NP1:H+14H0*5485J700LQEZ+D", "NP1:H+15H0*5485J70056TK6G"];
        let shards = [b"\x00nan", b"sen\x00", &[0xe6, 0x78, 0x7f, 0xb2]];
        let parts = split(b"\x00nansen", 2, 3).unwrap();
        for (index, (shard, text)) in shards.into_iter().zip(texts).enumerate() {
            assert_eq!(parts[index], [&head(index as u8)[..], shard].concat());
            assert_eq!(to_text(&parts[index]).unwrap(), text);
        }
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        for (k, n) in [(0, 1), (2, 1), (1, 33), (33, 33)] {
            assert_eq!(split(b"\x00x", k, n), Err(PartError::Counts { k, n }));
        }
        let long = vec![0; 65_536];
        for envelope in [&b""[..], b"\x0fx", &long] {
            assert!(matches!(split(envelope, 1, 2), Err(PartError::Unsplittable { .. })));
        }
        assert_eq!(split(&long[1..], 32, 32).unwrap().len(), 32);
    }

    #[test]
    fn hostile_parts_are_refused_for_the_stated_reason() {
        let good = split(b"\x00nansen", 2, 3).unwrap().remove(1);
        assert_eq!(Part::parse(&good).unwrap().index, 1);
        let with = |at: usize, byte: u8| {
            let mut part = good.clone();
            part[at] = byte;
            part
        };
        for (part, expect) in [
            (vec![], "not a part"),
            (with(0, 0), "not a part"),
            (good[..9].to_vec(), "a part of 9 bytes, where its header alone takes 10"),
            (with(1, 0), "0 of 3 parts, where 1 ≤ k ≤ n ≤ 32 is wanted"),
            (with(1, 4), "4 of 3 parts, where 1 ≤ k ≤ n ≤ 32 is wanted"),
            (with(2, 33), "2 of 33 parts, where 1 ≤ k ≤ n ≤ 32 is wanted"),
            (with(3, 3), "part with index 3 of 3"),
            (with(9, 0), "a part of nothing"),
            (with(9, 9), "a shard of 4 bytes, where 5 are wanted"),
            (with(1, 3), "a shard of 4 bytes, where 3 are wanted"),
            (good[..13].to_vec(), "a shard of 3 bytes, where 4 are wanted"),
            ([&good[..], &[0]].concat(), "a shard of 5 bytes, where 4 are wanted"),
        ] {
            assert_eq!(Part::parse(&part).unwrap_err().to_string(), expect);
        }
    }
}
