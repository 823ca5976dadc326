//! What a payload costs behind a dictionary, in bits: a shortest path under deflate's fixed code (RFC 1951 §3.2.6).

use std::collections::HashMap;

const MIN_MATCH: usize = 3;
const MAX_DISTANCE: usize = 32 * 1024;

/// Candidates looked at for one position.
const MAX_CANDIDATES: usize = 160;

/// Bits of one byte written plainly.
pub fn literal(byte: u8) -> u32 {
    if byte < 144 { 8 } else { 9 }
}

/// Bits of a match's length.
pub fn length(length: usize) -> u32 {
    let above = length - MIN_MATCH;
    let extra = if above < 8 { 0 } else { above.ilog2() - 2 };
    extra + if length < 115 { 7 } else { 8 }
}

/// Bits of a match's distance.
pub fn distance(distance: usize) -> u32 {
    5 + if distance <= 4 { 0 } else { (distance - 1).ilog2() - 1 }
}

/// Where each three-byte string stands in a growing text, the latest last.
#[derive(Default)]
pub struct Index {
    pub bytes: Vec<u8>,
    positions: HashMap<[u8; 3], Vec<u32>>,
}

impl Index {
    /// Adds `bytes` at the end.
    pub fn push(&mut self, bytes: &[u8]) {
        let from = self.bytes.len().saturating_sub(2);
        self.bytes.extend_from_slice(bytes);
        for at in from..self.bytes.len().saturating_sub(2) {
            let key = [self.bytes[at], self.bytes[at + 1], self.bytes[at + 2]];
            self.positions.entry(key).or_default().push(at as u32);
        }
    }

    fn candidates(&self, bytes: &[u8]) -> impl Iterator<Item = usize> {
        let found = bytes.first_chunk().and_then(|key: &[u8; 3]| self.positions.get(key));
        found.into_iter().flat_map(|p| p.iter().rev().take(MAX_CANDIDATES).map(|&at| at as usize))
    }

    /// Longest match for the start of `bytes`, wherever it stands.
    fn longest(&self, bytes: &[u8]) -> usize {
        self.candidates(bytes).map(|at| common(&self.bytes[at..], bytes)).max().unwrap_or(0)
    }

    /// Bits of `fragment` when every match costs `per_match`, whatever its distance.
    pub fn flat(&self, fragment: &[u8], per_match: u32) -> u32 {
        let mut best = vec![u32::MAX; fragment.len() + 1];
        best[0] = 0;
        for at in 0..fragment.len() {
            let here = best[at];
            best[at + 1] = best[at + 1].min(here + literal(fragment[at]));
            for length in MIN_MATCH..=self.longest(&fragment[at..]) {
                best[at + length] = best[at + length].min(here + per_match);
            }
        }
        best[fragment.len()]
    }

    /// The cheapest way to write `payload` behind the text, step by step.
    pub fn parse(&self, payload: &[u8]) -> Vec<Step> {
        let mut best = vec![Cell { bits: u32::MAX, length: 0, source: 0 }; payload.len() + 1];
        best[0].bits = 0;
        let mut nearest = [usize::MAX; 256];
        for at in 0..payload.len() {
            let here = best[at].bits;
            let mut offer = |length: usize, bits: u32, source: usize| {
                if bits < best[at + length].bits {
                    best[at + length] = Cell { bits, length, source };
                }
            };
            offer(1, here + literal(payload[at]), usize::MAX);
            let rest = &payload[at..];
            let mut longest = MIN_MATCH - 1;
            let mut candidate = |found: usize, source: usize| {
                let back = self.bytes.len() + at - source;
                if found > longest && back <= MAX_DISTANCE {
                    for taken in longest + 1..=found {
                        offer(taken, here + length(taken) + distance(back), source);
                    }
                    longest = found;
                }
            };
            if let Some([a, b, c]) = rest.first_chunk() {
                let bucket = &mut nearest[usize::from(a.wrapping_mul(31) ^ b.wrapping_mul(7) ^ c)];
                if let Some(before) = payload.get(*bucket..) {
                    candidate(common(before, rest), self.bytes.len() + *bucket);
                }
                *bucket = at;
            }
            for source in self.candidates(rest) {
                candidate(common(&self.bytes[source..], rest), source);
            }
        }
        let (mut end, mut steps) = (payload.len(), Vec::new());
        while end > 0 {
            let Cell { bits, length, source } = best[end];
            let start = end - length;
            let source = (source < self.bytes.len()).then_some(source);
            steps.push(Step { start, end, bits: bits - best[start].bits, source });
            end = start;
        }
        steps.reverse();
        steps
    }
}

/// A literal or a match of a payload.
pub struct Step {
    pub start: usize,
    pub end: usize,
    pub bits: u32,
    /// Where in the text the match stands, when it stands there.
    pub source: Option<usize>,
}

#[derive(Clone, Copy)]
struct Cell {
    bits: u32,
    length: usize,
    source: usize,
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
