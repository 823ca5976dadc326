//! A received block → the words of the code that may have been printed.
//!
//! First the errors alone are corrected. Where that fails, the least reliable codewords are erased in growing numbers (generalised
//! minimum distance decoding, Forney 1966), and then the least reliable bits are turned around as well (Chase 1972). Each try is
//! bounded, their number too, and what speaks for a word is judged by [`evidence`] and not by how it was found.

use super::codewords::Received;
use super::evidence;
use super::reed_solomon::{MOST_EC, Syndromes};

/// Evidence, in bits, with which a block is taken as read and no other word is looked for.
///
/// Once in a million blocks that are beyond repair a wrong word reaches it.
pub(super) const SURE: f32 = 20.0;

/// Words for which less evidence speaks are not worth a look: an information set alone has about -6 bits.
const LEAST: f32 = -12.0;

/// The most words kept for a block.
const MOST_WORDS: usize = 16;

/// The longest block (table 9).
const MOST_CODEWORDS: usize = 153;

/// Bits, or pairs of bits, of a codeword that may be turned around.
const MOST_FLIPS: usize = 20;

/// Numbers of erasures that are tried with each pattern of turned bits.
const LEVELS_PER_PATTERN: usize = 2;

/// Number of erasures that are tried in a quick search.
const QUICK_LEVELS: usize = 3;

/// A quick search gives up when the errors exceed what can be corrected by so many standard deviations.
const HOPELESS: f32 = -4.0;

/// A word of the code that may have been printed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Solution {
    /// Its codewords.
    pub(super) word: Vec<u8>,
    /// What speaks for it, in bits, by the received modules alone.
    pub(super) evidence: f32,
    /// The same with what was known beforehand.
    pub(super) rank: f32,
    /// Codewords that differ from the most likely ones, erasures not counted.
    pub(super) errors: u32,
    /// Codewords that were erased.
    pub(super) erasures: u32,
}

/// Tries to find the word that was printed; the best comes first.
pub(super) struct Search<'a> {
    /// What was received.
    received: Received<'a>,
    /// The same, with what is known beforehand.
    informed: Received<'a>,
    /// Error correction codewords that may be used.
    most: usize,
    /// Reed–Solomon decodings that may still be tried.
    tries: u32,
    found: Vec<Solution>,
}

impl<'a> Search<'a> {
    /// A search in `informed`, judged by `received`.
    pub(super) fn new(received: Received<'a>, informed: Received<'a>) -> Self {
        Self { received, informed, most: received.ec, tries: u32::MAX, found: Vec::new() }
    }

    /// Corrects errors alone, leaving `protection` error correction codewords unused, or erases what looks worst.
    pub(super) fn quick(mut self, protection: usize) -> Vec<Solution> {
        let hard = self.informed.hard;
        let syndromes = Syndromes::of(hard, self.informed.ec);
        self.most -= protection;
        if self.attempt(hard, &syndromes, &[]) {
            return self.found;
        }
        let order = self.by_reliability();
        for (margin, erasures) in self.levels(&order).into_iter().take(QUICK_LEVELS) {
            if margin < HOPELESS || self.attempt(hard, &syndromes, &order[..erasures]) {
                break;
            }
        }
        self.found
    }

    /// Erases all numbers of codewords, then turns bits around; at most `tries` decodings. Also says how many it took.
    pub(super) fn deep(mut self, tries: u32) -> (Vec<Solution>, u32) {
        self.tries = tries;
        let order = self.by_reliability();
        let levels = self.levels(&order);
        let hard = self.informed.hard;
        let syndromes = Syndromes::of(hard, self.informed.ec);
        for &(_, erasures) in &levels {
            if self.attempt(hard, &syndromes, &order[..erasures]) {
                return (self.found, tries - self.tries);
            }
        }
        self.turn_bits(&order, &levels, &syndromes);
        (self.found, tries - self.tries)
    }

    /// Positions of the block, the least reliable first.
    fn by_reliability(&self) -> Vec<u8> {
        let right = self.informed.right;
        let mut order: Vec<u8> = (0..right.len()).map(|at| at as u8).collect();
        order.sort_by(|a, b| right[usize::from(*a)].total_cmp(&right[usize::from(*b)]));
        order
    }

    /// Numbers of erasures, the most promising first, with the standard deviations by which correction exceeds the errors that
    /// are to be expected outside them.
    fn levels(&self, order: &[u8]) -> Vec<(f32, usize)> {
        let (mut mean, mut variance) = (0.0, 0.0);
        let mut outside = vec![(0.0, 0.0); order.len() + 1];
        for (at, position) in order.iter().enumerate().rev() {
            let right = self.informed.right[usize::from(*position)];
            mean += 1.0 - right;
            variance += right * (1.0 - right);
            outside[at] = (mean, variance);
        }
        let margin = |erasures: usize| {
            let (mean, variance) = outside[erasures];
            (((self.most - erasures) / 2) as f32 - mean) / (variance + 0.25_f32).sqrt()
        };
        let mut levels: Vec<(f32, usize)> = (0..=self.most / 2)
            .map(|errors| self.most - 2 * errors)
            .map(|erasures| (margin(erasures), erasures))
            .collect();
        levels.sort_by(|a, b| b.0.total_cmp(&a.0));
        levels
    }

    /// Turns the least reliable bits around, in the order of how likely they were wrong together.
    fn turn_bits(&mut self, order: &[u8], levels: &[(f32, usize)], syndromes: &Syndromes) {
        let flips = self.flips();
        let mut word = self.informed.hard.to_vec();
        let mut erasures = [0; MOST_CODEWORDS];
        for pattern in Patterns::new(&flips) {
            let turned = || flips.iter().enumerate().filter(|(at, _)| pattern >> at & 1 == 1).map(|(_, flip)| flip);
            word.copy_from_slice(self.informed.hard);
            let mut changed = *syndromes;
            for flip in turned() {
                word[usize::from(flip.position)] ^= flip.bits;
                changed = changed.after(flip.position, flip.bits);
            }
            let mut count = 0;
            for &position in
                order.iter().filter(|position| turned().all(|flip| flip.position != **position)).take(MOST_EC)
            {
                erasures[count] = position;
                count += 1;
            }
            for &(_, level) in levels.iter().take(LEVELS_PER_PATTERN) {
                if self.tries == 0 || self.attempt(&word, &changed, &erasures[..level.min(count)]) {
                    return;
                }
            }
        }
    }

    /// The likeliest ways in which a codeword is wrong by one or two bits.
    fn flips(&self) -> Vec<Flip> {
        let mut flips = Vec::with_capacity(3 * self.informed.soft.len());
        for (position, soft) in self.informed.soft.iter().enumerate() {
            let (mut first, mut second) = ((f32::MAX, 0), (f32::MAX, 0));
            for (bit, value) in soft.iter().enumerate() {
                let here = (value.abs(), 0x80_u8 >> bit);
                if here.0 < first.0 {
                    (first, second) = (here, first);
                } else if here.0 < second.0 {
                    second = here;
                }
            }
            let flip = |cost, bits| Flip { cost, position: position as u8, bits };
            flips.extend([
                flip(first.0, first.1),
                flip(second.0, second.1),
                flip(first.0 + second.0, first.1 | second.1),
            ]);
        }
        flips.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        flips.truncate(MOST_FLIPS);
        flips
    }

    /// One decoding. Says whether the search may end.
    fn attempt(&mut self, word: &[u8], syndromes: &Syndromes, erasures: &[u8]) -> bool {
        let Some(tries) = self.tries.checked_sub(1) else { return true };
        self.tries = tries;
        let Some(correction) = syndromes.correct(erasures, self.most) else { return false };
        let mut word = word.to_vec();
        for &(position, change) in correction.changes() {
            word[usize::from(position)] ^= change;
        }
        if self.found.iter().any(|solution| solution.word == word) {
            return false;
        }
        let data = word.len() - self.received.ec;
        let rank = evidence::of(self.informed, &word, data);
        if rank < LEAST {
            return false;
        }
        let is_informed = !std::ptr::eq(self.informed.soft, self.received.soft);
        let evidence = if is_informed { evidence::of(self.received, &word, data) } else { rank };
        let is_error = |at: &usize| word[*at] != self.received.hard[*at] && !erasures.contains(&(*at as u8));
        let errors = (0..word.len()).filter(is_error).count() as u32;
        let at = self.found.partition_point(|solution| solution.rank >= rank);
        self.found.insert(at, Solution { word, evidence, rank, errors, erasures: erasures.len() as u32 });
        self.found.truncate(MOST_WORDS);
        rank >= SURE
    }
}

/// Bits of a codeword to turn around.
#[derive(Clone, Copy, Debug)]
struct Flip {
    /// By how much, as a natural logarithm, the codeword is then less likely.
    cost: f32,
    position: u8,
    bits: u8,
}

/// Sets of flips of different codewords, as bits of a number, the likeliest first.
struct Patterns<'a> {
    flips: &'a [Flip],
    waiting: std::collections::BinaryHeap<(std::cmp::Reverse<u32>, u32)>,
}

impl<'a> Patterns<'a> {
    fn new(flips: &'a [Flip]) -> Self {
        let mut patterns = Self { flips, waiting: std::collections::BinaryHeap::new() };
        if !flips.is_empty() {
            patterns.push(1);
        }
        patterns
    }

    fn push(&mut self, pattern: u32) {
        let chosen = self.flips.iter().enumerate().filter(|(at, _)| pattern >> at & 1 == 1);
        // In thousandths, so that they can be compared.
        let cost = chosen.map(|(_, flip)| (1000.0 * flip.cost) as u32).fold(0, u32::saturating_add);
        self.waiting.push((std::cmp::Reverse(cost), pattern));
    }

    fn is_possible(&self, pattern: u32) -> bool {
        let chosen = || (0..self.flips.len()).filter(move |at| pattern >> at & 1 == 1);
        chosen().all(|a| chosen().all(|b| a == b || self.flips[a].position != self.flips[b].position))
    }
}

impl Iterator for Patterns<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            let (_, pattern) = self.waiting.pop()?;
            // Each set comes from one other: the flip after its last one is added, or takes the place of the last.
            let last = pattern.ilog2();
            if (last as usize) + 1 < self.flips.len() {
                self.push(pattern | 2 << last);
                self.push(pattern ^ 3 << last);
            }
            if self.is_possible(pattern) {
                return Some(pattern);
            }
        }
    }
}
