//! Words of the blocks → messages, in the order of what speaks for them.
//!
//! A message whose segments are broken is none. Pad codewords that are as they must be (ISO/IEC 18004:2015 §7.4.10) are not free
//! to be anything, and so speak for the block that has them. Blocks that come after the end of the message need not be read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::codewords::Codewords;
use super::correction::{SURE, Solution};
use super::evidence;
use super::patterns::Version;
use super::reed_solomon::parity;
use super::segments::{self, Message, PADDING};

/// Bits of evidence that the whole symbol needs, format information included.
///
/// A false symbol passes with a chance of one in 2³⁶, so that one appears in a billion images with dozens of false symbols each.
const SURE_IN_ALL: f32 = 36.0;

/// Less evidence than this against an unread block of padding is no sign that it is something else.
const LEAST_FOR_PADDING: f32 = -8.0;

/// The most messages of one symbol.
pub(super) const MOST_MESSAGES: usize = 16;

/// Combinations of words that are looked at.
const MOST_COMBINATIONS: usize = 64;

/// A message that a symbol may have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// The message.
    pub(super) message: Message,
    /// All codewords, in the order of the blocks.
    pub(super) codewords: Vec<u8>,
    /// What speaks for the whole symbol, in bits.
    pub(super) assurance: f32,
    /// What speaks for the block that is least sure, in bits.
    pub(super) weakest: f32,
    /// Codewords that were put right, erasures not counted.
    pub(super) errors: u32,
    /// Codewords that were filled in.
    pub(super) erasures: u32,
}

impl Reading {
    /// Whether the message needs no other proof.
    pub(super) fn is_sure(&self) -> bool {
        self.weakest >= SURE && self.assurance >= SURE_IN_ALL
    }
}

/// Messages from the words of each block (best first, none where a block was not read), the likeliest first.
pub(super) fn readings(received: &Codewords, words: &[Vec<Solution>], version: Version, format: f32) -> Vec<Reading> {
    let solved = words.iter().take_while(|words| !words.is_empty()).count();
    let mut readings = Vec::new();
    for choice in Combinations::new(&words[..solved]).take(MOST_COMBINATIONS) {
        let chosen: Vec<&Solution> = words.iter().zip(&choice).map(|(words, at)| &words[*at]).collect();
        if let Some(reading) = reading(received, &chosen, words, version, format) {
            let is_sure = reading.is_sure();
            readings.push(reading);
            if is_sure || readings.len() == MOST_MESSAGES {
                break;
            }
        }
    }
    readings.sort_by(|a, b| b.assurance.total_cmp(&a.assurance));
    readings
}

fn reading(
    received: &Codewords,
    chosen: &[&Solution],
    words: &[Vec<Solution>],
    version: Version,
    format: f32,
) -> Option<Reading> {
    let blocks = received.blocks;
    let mut data = Vec::with_capacity(blocks.data_codewords());
    for (block, solution) in chosen.iter().enumerate() {
        data.extend(&solution.word[..blocks.data_len(block)]);
    }
    let parsed = segments::parse(&data, blocks.data_codewords(), version).ok()?;
    let is_padded = parsed.is_terminated
        && data.iter().skip(parsed.used).enumerate().all(|(at, codeword)| *codeword == PADDING[at % 2]);
    let is_empty = parsed.message == Message::default();
    if (is_empty || chosen.len() < words.len()) && !is_padded {
        return None;
    }
    let mut reading = Reading {
        message: parsed.message,
        codewords: Vec::new(),
        assurance: format,
        weakest: f32::MAX,
        errors: chosen.iter().map(|solution| solution.errors).sum(),
        erasures: chosen.iter().map(|solution| solution.erasures).sum(),
    };
    for (block, solution) in chosen.iter().enumerate() {
        let len = blocks.data_len(block);
        let free = if is_padded { parsed.used.saturating_sub(blocks.data_before(block)).min(len) } else { len };
        let mut evidence = solution.evidence;
        if free < len {
            // The message could end in other places as well.
            let ends = (blocks.data_codewords() as f32).log2();
            evidence = evidence.max(evidence::of(received.block(block), &solution.word, free) - ends);
        }
        reading.assurance += evidence;
        reading.weakest = reading.weakest.min(evidence);
        reading.codewords.extend(&solution.word);
    }
    for block in chosen.len()..words.len() {
        let word = padding(received, block, parsed.used);
        let evidence = evidence::of(received.block(block), &word, 0);
        if evidence < LEAST_FOR_PADDING {
            return None;
        }
        reading.assurance += evidence.max(0.0);
        reading.erasures += word.len() as u32;
        reading.codewords.extend(word);
    }
    Some(reading)
}

/// A block that has nothing but padding, in a message of so many codewords.
fn padding(received: &Codewords, block: usize, used: usize) -> Vec<u8> {
    let blocks = received.blocks;
    let before = blocks.data_before(block);
    let mut word: Vec<u8> =
        (0..blocks.data_len(block)).map(|at| PADDING[(before.saturating_sub(used) + at) % 2]).collect();
    word.extend(parity(&word, blocks.ec_per_block));
    word
}

/// Choices of one word for each block, the likeliest first.
struct Combinations<'a> {
    words: &'a [Vec<Solution>],
    waiting: BinaryHeap<Choice>,
}

/// By how much less likely it is than the best, in thousandths of a bit; the words; the last block with another word than its best.
type Choice = (Reverse<u64>, Vec<usize>, usize);

impl<'a> Combinations<'a> {
    fn new(words: &'a [Vec<Solution>]) -> Self {
        let mut waiting = BinaryHeap::new();
        if !words.is_empty() {
            waiting.push((Reverse(0), vec![0; words.len()], 0));
        }
        Self { words, waiting }
    }

    fn loss(&self, choice: &[usize]) -> u64 {
        let loss = |(words, at): (&Vec<Solution>, &usize)| (1000.0 * (words[0].evidence - words[*at].evidence)) as u64;
        self.words.iter().zip(choice).map(loss).sum()
    }
}

impl Iterator for Combinations<'_> {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let (_, choice, last) = self.waiting.pop()?;
        for block in last..self.words.len() {
            // Where the best word is sure there is no other.
            if choice[block] + 1 < self.words[block].len() && self.words[block][0].evidence < SURE {
                let mut other = choice.clone();
                other[block] += 1;
                self.waiting.push((Reverse(self.loss(&other)), other, block));
            }
        }
        Some(choice)
    }
}
