//! Where a payload repeats the dictionary or itself: the matches deflate may refer to (RFC 1951 §2).

use super::huffman::{MAX_DISTANCE, MAX_MATCH, MIN_MATCH};

const HASH_BITS: u32 = 14;
const NONE: u16 = u16::MAX;

/// Candidates looked at for one position. Payloads are short; this only bounds what a contrived one can cost.
const MAX_CANDIDATES: usize = 1024;

/// For each three-byte string, the positions where it begins, nearest to the end first.
#[derive(Debug)]
pub(super) struct Index {
    last: Vec<u16>,
    before: Vec<u16>,
}

impl Index {
    /// Indexes all of `bytes`, at most 32 KiB.
    pub fn new(bytes: &[u8]) -> Self {
        let mut index = Self::empty(bytes.len());
        for at in 0..bytes.len() {
            index.insert(bytes, at, at);
        }
        index
    }

    fn empty(length: usize) -> Self {
        Self { last: vec![NONE; 1 << HASH_BITS], before: vec![NONE; length] }
    }

    /// Notes the string at `at` under the number `entry`.
    fn insert(&mut self, bytes: &[u8], at: usize, entry: usize) {
        if let Some(hash) = hash(&bytes[at..]) {
            self.before[entry] = std::mem::replace(&mut self.last[hash], entry as u16);
        }
    }

    fn positions(&self, hash: usize) -> impl Iterator<Item = usize> {
        let mut next = self.last[hash];
        std::iter::from_fn(move || {
            let here = (next != NONE).then_some(usize::from(next))?;
            next = self.before[here];
            Some(here)
        })
    }
}

fn hash(bytes: &[u8]) -> Option<usize> {
    let &[a, b, c] = bytes.first_chunk()?;
    let key = u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
    Some((key.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize)
}

/// A reference back: every length from 3 up to `length` may be taken at this distance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub length: usize,
    pub distance: usize,
}

/// Finds the matches of a payload, position by position.
pub(super) struct Finder<'a> {
    /// The dictionary and the payload behind it, as inflation will see them.
    all: Vec<u8>,
    start: usize,
    dictionary: &'a Index,
    own: Index,
}

impl<'a> Finder<'a> {
    /// `index` must be the one of `dictionary`; the payload is shorter than 32 KiB.
    pub fn new(dictionary: &[u8], index: &'a Index, payload: &[u8]) -> Self {
        let all = [dictionary, payload].concat();
        Self { all, start: dictionary.len(), dictionary: index, own: Index::empty(payload.len()) }
    }

    /// The matches at `position`, which must be visited in order: each longer and further than the one before it, so
    /// that for every length the nearest one is the first that reaches it.
    pub fn at(&mut self, position: usize, found: &mut Vec<Match>) {
        found.clear();
        let here = self.start + position;
        let Some(hash) = hash(&self.all[here..]) else { return };
        let most = MAX_MATCH.min(self.all.len() - here);
        let own = self.own.positions(hash).map(|entry| self.start + entry);
        let mut longest = MIN_MATCH - 1;
        for candidate in own.chain(self.dictionary.positions(hash)).take(MAX_CANDIDATES) {
            if here - candidate > MAX_DISTANCE {
                break;
            }
            let length = common(&self.all[candidate..], &self.all[here..], most);
            if length > longest {
                longest = length;
                found.push(Match { length, distance: here - candidate });
                if length == most {
                    break;
                }
            }
        }
        self.own.insert(&self.all, here, position);
    }
}

fn common(a: &[u8], b: &[u8], most: usize) -> usize {
    a.iter().zip(b).take(most).take_while(|(a, b)| a == b).count()
}
