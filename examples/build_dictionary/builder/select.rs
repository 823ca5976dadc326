//! Which fragments to take, and in which order.
//!
//! Round by round the whole corpus is written behind what has been taken so far. That shows how often each entry is
//! used, and how many bits each fragment would still save; the best are added, the unused go.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Corpus;
use super::items::each;
use super::price::{Index, Step, literal};

/// Bits of a match while the places are still open: 7 for a short length, and a distance of some thousands.
const MATCH: u32 = 24;

/// Rounds in which entries are added, and the most bytes added in one.
const ROUNDS: usize = 11;
const ADDED: usize = 6 * 1024;

/// Grows a dictionary of at most `length` bytes.
pub fn grow(corpus: &Corpus, length: usize) -> Vec<u8> {
    let mut entries: Vec<Vec<u8>> = Vec::new();
    for _ in 0..ROUNDS {
        let (text, starts) = join(&entries);
        let measured = Measured::of(corpus, &text, true);
        report(corpus, &text, &measured);
        // Once it is full, the least useful tenth makes room for what would save more.
        entries = arranged(&entries, &starts, &measured, length * 9 / 10);
        let room = length - join(&entries).0.bytes.len();
        entries = [additions(corpus, &measured.gains, room.min(ADDED)), entries].concat();
    }
    for _ in 0..2 {
        let (text, starts) = join(&entries);
        entries = arranged(&entries, &starts, &Measured::of(corpus, &text, false), length);
    }
    let (text, _) = join(&entries);
    report(corpus, &text, &Measured::of(corpus, &text, false));
    text.bytes
}

/// What writing the corpus showed.
#[derive(Default)]
struct Measured {
    bits: u64,
    /// For each place of the text the matches that begin there, and the bits they save against literals.
    matches: HashMap<usize, (u32, u32)>,
    /// Bits that each fragment would save beyond what is saved already, by its place among the fragments.
    gains: HashMap<usize, u64>,
}

impl Measured {
    fn of(corpus: &Corpus, text: &Index, with_gains: bool) -> Self {
        let places: HashMap<&[u8], usize> =
            corpus.fragments.iter().enumerate().map(|(n, fragment)| (fragment.as_slice(), n)).collect();
        let chunks = corpus.payloads.par_chunks(256).map(|chunk| {
            let mut measured = Self::default();
            for payload in chunk {
                let steps = text.parse(&payload.bytes);
                measured.note_matches(&steps, &payload.bytes);
                if with_gains {
                    let saved = Saved::new(&steps, payload.bytes.len());
                    each(payload, &corpus.types, &mut |from, until| {
                        let gain = saved.inside(from, until).saturating_sub(MATCH);
                        if gain > 0
                            && let Some(&place) = places.get(&payload.bytes[from..until])
                        {
                            *measured.gains.entry(place).or_default() += u64::from(gain);
                        }
                    });
                }
            }
            measured
        });
        chunks.reduce(Self::default, Self::and)
    }

    fn and(mut self, other: Self) -> Self {
        self.bits += other.bits;
        for (place, (count, saved)) in other.matches {
            let sum = self.matches.entry(place).or_default();
            *sum = (sum.0 + count, sum.1 + saved);
        }
        for (place, gain) in other.gains {
            *self.gains.entry(place).or_default() += gain;
        }
        self
    }

    fn note_matches(&mut self, steps: &[Step], payload: &[u8]) {
        for step in steps {
            self.bits += u64::from(step.bits);
            if let Some(source) = step.source {
                let plain: u32 = payload[step.start..step.end].iter().map(|&byte| literal(byte)).sum();
                let sum = self.matches.entry(source).or_default();
                *sum = (sum.0 + 1, sum.1 + plain - step.bits);
            }
        }
    }
}

/// Bits of the steps that lie between two places of a payload.
struct Saved {
    started_before: Vec<u32>,
    ended_until: Vec<u32>,
}

impl Saved {
    fn new(steps: &[Step], length: usize) -> Self {
        let (mut started_before, mut ended_until) = (vec![0; length + 2], vec![0; length + 2]);
        for step in steps {
            started_before[step.start + 1] += step.bits;
            ended_until[step.end] += step.bits;
        }
        for at in 1..length + 2 {
            started_before[at] += started_before[at - 1];
            ended_until[at] += ended_until[at - 1];
        }
        Self { started_before, ended_until }
    }

    fn inside(&self, from: usize, until: usize) -> u32 {
        self.ended_until[until].saturating_sub(self.started_before[from])
    }
}

/// The fragments that would save most for each byte, `room` bytes of them, none that the others make superfluous. The
/// best stand last.
fn additions(corpus: &Corpus, gains: &HashMap<usize, u64>, room: usize) -> Vec<Vec<u8>> {
    let worth = |(&place, &gain): (&usize, &u64)| (gain * 1024 / corpus.fragments[place].len() as u64, place);
    let mut best: Vec<_> = gains.iter().map(worth).collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let mut text = Index::default();
    let mut added = Vec::new();
    for (_, place) in best {
        let fragment = &corpus.fragments[place];
        let plain: u32 = fragment.iter().map(|&byte| literal(byte)).sum();
        // What another addition says in part will be weighed again in the next round.
        if text.flat(fragment, MATCH) * 4 < plain * 3 {
            continue;
        }
        if text.bytes.len() + fragment.len() > room {
            break;
        }
        text.push(fragment);
        added.push(fragment.clone());
    }
    added.reverse();
    added
}

/// The entries that are used, the oftenest used for their length last; of more than `length` bytes those are left out
/// that save least.
fn arranged(entries: &[Vec<u8>], starts: &[usize], measured: &Measured, length: usize) -> Vec<Vec<u8>> {
    let mut used: Vec<_> = Vec::new();
    for (n, entry) in entries.iter().enumerate() {
        let until = starts.get(n + 1).copied().unwrap_or(starts[n] + entry.len()).max(starts[n] + 1);
        let (mut count, mut saved) = (0u64, 0u64);
        for (more, bits) in (starts[n]..until).filter_map(|at| measured.matches.get(&at)) {
            count += u64::from(*more);
            saved += u64::from(*bits);
        }
        let per_byte = |sum: u64| sum * 1024 / entry.len() as u64;
        used.push((per_byte(saved), per_byte(count), n));
    }
    used.retain(|(saved, _, _)| *saved > 0);
    used.sort_unstable_by(|a, b| b.cmp(a));
    let mut total = 0;
    used.retain(|(_, _, n)| {
        total += entries[*n].len();
        total <= length
    });
    used.sort_unstable_by_key(|(_, count, n)| (*count, *n));
    used.into_iter().map(|(_, _, n)| entries[n].clone()).collect()
}

/// Puts the entries one after another, the end of one serving as the start of the next where they agree.
fn join(entries: &[Vec<u8>]) -> (Index, Vec<usize>) {
    let (mut bytes, mut starts): (Vec<u8>, Vec<usize>) = (Vec::new(), Vec::new());
    for entry in entries {
        let shared = (0..entry.len()).rev().find(|&n| bytes.ends_with(&entry[..n])).unwrap_or(0);
        starts.push(bytes.len() - shared);
        bytes.extend_from_slice(&entry[shared..]);
    }
    let mut text = Index::default();
    text.push(&bytes);
    (text, starts)
}

fn report(corpus: &Corpus, text: &Index, measured: &Measured) {
    let bytes: usize = corpus.payloads.iter().map(|payload| payload.bytes.len()).sum();
    if std::env::var_os("DICTIONARY_REPORT").is_some() {
        eprintln!("{} bytes of dictionary: {bytes} → {} bytes", text.bytes.len(), measured.bits / 8);
    }
}
