//! A received block → the words of the code that may have been printed.
//!
//! First the errors alone are corrected. Where that fails, the least reliable codewords are erased, in numbers that promise most
//! (generalised minimum distance decoding, Forney 1966), and then bits are turned around as well, drawn as often as they are wrong
//! (Chase 1972; stochastic Chase decoding, Leroux and others 2010). The draws are the same every time and their number is bounded;
//! what speaks for a word is judged by [`evidence`] and not by how it was found.

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

/// Bits of a block that may be turned around; more dilute the draws.
const TURNED_BITS: usize = 32;
/// Of bits that are wrong so many are turned: each one turned in vain costs twice what an erasure costs.
const TURNED: f32 = 0.6;
/// How far, as a natural logarithm, draws depart from the order of reliability.
const SPREAD: f32 = 0.2;
/// Codewords less doubtful than this are erased by no draw.
const NO_DOUBT: f32 = -9.0;
/// Numbers of erasures that are drawn for.
const DRAWN_LEVELS: usize = 3;
/// Any number but zero.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

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
    /// Codewords that differ from the most likely ones, erasures not counted.
    pub(super) errors: u32,
    /// Codewords that were erased.
    pub(super) erasures: u32,
}

/// Tries to find the word that was printed; the best comes first.
pub(super) struct Search<'a> {
    /// What was received.
    received: Received<'a>,
    /// Error correction codewords that may be used.
    most: usize,
    /// Reed–Solomon decodings that may still be tried.
    tries: u32,
    found: Vec<Solution>,
}

impl<'a> Search<'a> {
    /// A search in what was received.
    pub(super) fn new(received: Received<'a>) -> Self {
        Self { received, most: received.ec, tries: u32::MAX, found: Vec::new() }
    }

    /// Corrects errors alone, leaving `protection` error correction codewords unused, or erases what looks worst.
    pub(super) fn quick(mut self, protection: usize) -> Vec<Solution> {
        let hard = self.received.hard;
        let syndromes = Syndromes::of(hard, self.received.ec);
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
        let hard = self.received.hard;
        let syndromes = Syndromes::of(hard, self.received.ec);
        for &(_, erasures) in &levels {
            if self.attempt(hard, &syndromes, &order[..erasures]) {
                return (self.found, tries - self.tries);
            }
        }
        self.draw(&levels, &syndromes);
        (self.found, tries - self.tries)
    }

    /// Positions of the block, the least reliable first.
    fn by_reliability(&self) -> Vec<u8> {
        let right = self.received.right;
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
            let right = self.received.right[usize::from(*position)];
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

    /// Decodes what may have been printed: least reliable bits are turned as often as they are wrong, and what then looks least
    /// reliable, a little at random, is erased.
    fn draw(&mut self, levels: &[(f32, usize)], syndromes: &Syndromes) {
        let mut random = Random(SEED);
        let bits = self.least_reliable_bits();
        let doubts: Vec<(f32, u8)> = (0..).zip(self.received.right).map(|(at, right)| (doubt(*right), at)).collect();
        let mut by_doubt = Vec::with_capacity(doubts.len());
        let mut word = self.received.hard.to_vec();
        for (_, level) in levels.iter().take(DRAWN_LEVELS).cycle() {
            if self.tries == 0 {
                break;
            }
            by_doubt.clear();
            let doubtful = doubts.iter().filter(|(doubt, _)| *doubt > NO_DOUBT);
            by_doubt.extend(doubtful.map(|&(doubt, at)| (doubt - SPREAD * (-random.next().ln()).ln(), at)));
            by_doubt.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
            by_doubt.truncate(*level);
            let mut erasures = [0; MOST_EC];
            for (erasure, (_, at)) in erasures.iter_mut().zip(&by_doubt) {
                *erasure = *at;
            }
            let erasures = &erasures[..by_doubt.len()];
            word.copy_from_slice(self.received.hard);
            let mut changed = *syndromes;
            for bit in &bits {
                if random.next() < bit.chance && !erasures.contains(&bit.position) {
                    word[usize::from(bit.position)] ^= bit.mask;
                    changed = changed.after(bit.position, bit.mask);
                }
            }
            if self.attempt(&word, &changed, erasures) {
                break;
            }
        }
    }

    fn least_reliable_bits(&self) -> Vec<Bit> {
        let bit = |position: usize, at: usize, value: f32| Bit {
            position: position as u8,
            mask: 0x80 >> at,
            chance: TURNED / (1.0 + value.abs().exp()),
        };
        let all = self
            .received
            .soft
            .iter()
            .enumerate()
            .flat_map(|(position, soft)| soft.iter().enumerate().map(move |(at, value)| bit(position, at, *value)));
        let mut bits: Vec<Bit> = all.collect();
        bits.sort_by(|a, b| b.chance.total_cmp(&a.chance));
        bits.truncate(TURNED_BITS);
        bits
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
        let evidence = evidence::of(self.received, &word, data);
        if evidence < LEAST {
            return false;
        }
        let is_error = |at: &usize| word[*at] != self.received.hard[*at] && !erasures.contains(&(*at as u8));
        let errors = (0..word.len()).filter(is_error).count() as u32;
        let at = self.found.partition_point(|solution| solution.evidence >= evidence);
        self.found.insert(at, Solution { word, evidence, errors, erasures: erasures.len() as u32 });
        self.found.truncate(MOST_WORDS);
        evidence >= SURE
    }
}

/// A bit that may be turned around.
#[derive(Clone, Copy, Debug)]
struct Bit {
    position: u8,
    mask: u8,
    /// How often it is.
    chance: f32,
}

/// By how much, as a natural logarithm, a codeword is likelier to be wrong than right.
fn doubt(right: f32) -> f32 {
    ((1.0 - right).max(f32::EPSILON) / right.max(f32::EPSILON)).ln()
}

/// Numbers between 0 and 1 that are the same every time (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 41) as f32 + 0.5) / (1_u64 << 23) as f32
    }
}
