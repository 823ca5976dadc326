//! A deflate code of its own for one block (RFC 1951 §3.2.7): counts of symbols in, Huffman code and header out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::huffman::{Code, DISTANCES, END_OF_BLOCK, Words};

/// Symbols for literals and lengths that a block may give a word.
const USED_LITERALS: usize = 286;
/// Longest word for a literal, length or distance.
const MAX_WORD: u8 = 15;
/// Longest word for a word length.
const MAX_LENGTH_WORD: u8 = 7;
/// Symbols for word lengths: 0 to 15, and three for repetitions.
const LENGTH_SYMBOLS: usize = 19;
/// The order in which the header lists the lengths of their words.
const LENGTH_ORDER: [usize; LENGTH_SYMBOLS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// How often each symbol is written.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    pub literals: [u32; USED_LITERALS],
    pub distances: [u32; DISTANCES],
}

impl Counts {
    /// Nothing but the end of the block.
    pub fn new() -> Self {
        let mut literals = [0; USED_LITERALS];
        literals[END_OF_BLOCK] = 1;
        Self { literals, distances: [0; DISTANCES] }
    }
}

impl Code {
    /// The code that writes these symbols with the fewest bits.
    pub fn of_counts(counts: &Counts) -> Self {
        let literals = lengths(&counts.literals, MAX_WORD);
        let mut distances = lengths(&counts.distances, MAX_WORD);
        if distances.iter().all(|&bits| bits == 0) {
            // One word that is never used, for readers which do not accept an empty code.
            distances[0] = 1;
        }
        let header = header(&literals, &distances);
        Self { header, literals: Words::new(literals), distances: Words::new(distances) }
    }
}

/// Huffman word lengths of at most `limit` bits; 0 for what does not occur.
fn lengths(counts: &[u32], limit: u8) -> Vec<u8> {
    let mut counts = counts.to_vec();
    loop {
        let lengths = unlimited_lengths(&counts);
        if lengths.iter().all(|&bits| bits <= limit) {
            return lengths;
        }
        // Evening out the counts makes the longest words shorter, at the price of a fraction of a bit.
        for count in &mut counts {
            *count = count.div_ceil(2);
        }
    }
}

fn unlimited_lengths(counts: &[u32]) -> Vec<u8> {
    let mut lengths = vec![0; counts.len()];
    let occurring = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut heap: BinaryHeap<_> = occurring.map(|(symbol, &count)| Reverse((count, symbol))).collect();
    let mut parents = vec![usize::MAX; counts.len()];
    if let (1, Some(&Reverse((_, only)))) = (heap.len(), heap.peek()) {
        lengths[only] = 1;
        return lengths;
    }
    while let (Some(Reverse((a, one))), Some(Reverse((b, other)))) = (heap.pop(), heap.pop()) {
        let parent = parents.len();
        parents.push(usize::MAX);
        parents[one] = parent;
        parents[other] = parent;
        heap.push(Reverse((a + b, parent)));
        if heap.len() == 1 {
            break;
        }
    }
    for (symbol, length) in lengths.iter_mut().enumerate() {
        let mut node = symbol;
        while parents[node] != usize::MAX {
            node = parents[node];
            *length += 1;
        }
    }
    lengths
}

/// A piece of the list of word lengths: its symbol, and what follows it plainly.
#[derive(Clone, Copy)]
struct Piece {
    symbol: usize,
    extra: u32,
    extra_bits: u32,
}

/// What stands in front of the block: kind, sizes, and the word lengths, themselves in a Huffman code.
fn header(literals: &[u8], distances: &[u8]) -> Vec<(u32, u32)> {
    let used =
        |bits: &[u8], least: usize| bits.iter().rposition(|&bits| bits > 0).map_or(least, |at| least.max(at + 1));
    let (literal_count, distance_count) = (used(literals, 257), used(distances, 1));
    let all = [&literals[..literal_count], &distances[..distance_count]].concat();
    let pieces = run_lengths(&all);
    let mut counts = [0; LENGTH_SYMBOLS];
    for piece in &pieces {
        counts[piece.symbol] += 1;
    }
    let bits = lengths(&counts, MAX_LENGTH_WORD);
    let listed = LENGTH_ORDER.iter().rposition(|&symbol| bits[symbol] > 0).map_or(4, |at| 4.max(at + 1));
    let mut header =
        vec![(0b10, 2), (literal_count as u32 - 257, 5), (distance_count as u32 - 1, 5), (listed as u32 - 4, 4)];
    header.extend(LENGTH_ORDER[..listed].iter().map(|&symbol| (u32::from(bits[symbol]), 3)));
    let words = Words::new(bits);
    for Piece { symbol, extra, extra_bits } in pieces {
        header.push(words.word(symbol));
        header.push((extra, extra_bits));
    }
    header
}

fn run_lengths(lengths: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let plain = Piece { symbol: usize::from(run[0]), extra: 0, extra_bits: 0 };
        let mut left = run.len();
        if run[0] > 0 {
            pieces.push(plain);
            left -= 1;
        }
        while left > 0 {
            let (symbol, least, most, extra_bits) = match (run[0], left) {
                (0, 11..) => (18, 11, 138, 7),
                (0, 3..) => (17, 3, 10, 3),
                (1.., 3..) => (16, 3, 6, 2),
                _ => {
                    pieces.push(plain);
                    left -= 1;
                    continue;
                }
            };
            let taken = left.min(most);
            pieces.push(Piece { symbol, extra: (taken - least) as u32, extra_bits });
            left -= taken;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum of 2^-length over all words: 1 means that no bit pattern is left over.
    fn kraft(lengths: &[u8]) -> f64 {
        lengths.iter().filter(|&&bits| bits > 0).map(|&bits| 0.5f64.powi(i32::from(bits))).sum()
    }

    #[test]
    fn frequent_symbols_have_short_words_and_no_pattern_is_left_over() {
        assert_eq!(lengths(&[5, 0, 1, 1, 2], 15), [1, 0, 3, 3, 2]);
        assert_eq!(lengths(&[0, 7], 15), [0, 1]);
        assert_eq!(lengths(&[0, 0], 15), [0, 0]);
        let fibonacci: Vec<u32> = (0..19)
            .scan((1, 1), |s, _| {
                *s = (s.1, s.0 + s.1);
                Some(s.0)
            })
            .collect();
        for limit in [7, 15] {
            let lengths = lengths(&fibonacci, limit);
            assert!(lengths.iter().all(|bits| (1..=limit).contains(bits)), "{lengths:?}");
            assert!((kraft(&lengths) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn runs_of_word_lengths_are_written_short() {
        let symbols = |lengths: &[u8]| {
            run_lengths(lengths).into_iter().map(|piece| (piece.symbol, piece.extra)).collect::<Vec<_>>()
        };
        assert_eq!(symbols(&[0; 150]), [(18, 127), (18, 1)]);
        assert_eq!(symbols(&[0; 140]), [(18, 127), (0, 0), (0, 0)]);
        assert_eq!(symbols(&[0; 10]), [(17, 7)]);
        assert_eq!(symbols(&[8; 12]), [(8, 0), (16, 3), (16, 2)]);
        assert_eq!(symbols(&[8, 8, 8, 9]), [(8, 0), (8, 0), (8, 0), (9, 0)]);
    }
}
