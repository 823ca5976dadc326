//! Which fragments to take, and in which order.

use std::collections::BinaryHeap;

use super::corpus::Payload;
use super::items::Fragment;
use super::price::Index;

/// Bits of a match while the places are still open: 7 for a short length, and a distance of some thousands.
const MATCH: u32 = 22;

/// A fragment's worth: bits saved in the corpus for each 1024 bytes of dictionary.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Worth {
    worth: u64,
    fragment: usize,
    /// Fragments taken when it was weighed.
    taken: usize,
}

/// Takes the fragments that save most, each weighed against what has been taken before, until they fill `length`.
pub fn choose(fragments: &[Fragment], length: usize) -> Vec<Vec<u8>> {
    let mut text = Index::default();
    let weigh = |text: &Index, number: usize| {
        let Fragment { bytes, count } = &fragments[number];
        let saved = text.flat(bytes, MATCH).saturating_sub(MATCH);
        u64::from(saved) * u64::from(*count) * 1024 / bytes.len() as u64
    };
    let mut heap: BinaryHeap<_> =
        (0..fragments.len()).map(|fragment| Worth { worth: weigh(&text, fragment), fragment, taken: 0 }).collect();
    let mut chosen: Vec<Vec<u8>> = Vec::new();
    while let Some(top) = heap.pop() {
        // Some of what is taken turns out to be unused later on and makes room.
        if top.worth == 0 || text.bytes.len() > length * 5 / 4 {
            break;
        }
        if top.taken == chosen.len() {
            text.push(&fragments[top.fragment].bytes);
            chosen.push(fragments[top.fragment].bytes.clone());
        } else {
            let worth = weigh(&text, top.fragment);
            heap.push(Worth { worth, taken: chosen.len(), ..top });
        }
    }
    chosen
}

/// Orders the fragments by use, the oftenest used last, and drops what is not used.
pub fn arrange(mut entries: Vec<Vec<u8>>, payloads: &[Payload], length: usize) -> Vec<u8> {
    // What was taken first saves most; that is the order to begin with.
    entries.reverse();
    for round in 0.. {
        let (text, starts) = join(&entries);
        let uses = count(&text, payloads);
        let mut order: Vec<(u64, usize)> = Vec::new();
        for (n, entry) in entries.iter().enumerate() {
            let used: u64 = uses[starts[n]..starts[n] + entry.len()].iter().map(|&u| u64::from(u)).sum();
            let most = uses[starts[n]..starts[n] + entry.len()].iter().max().copied().unwrap_or(0);
            let _ = used;
            order.push((u64::from(most) * 1024 / entry.len() as u64, n));
        }
        order.retain(|(density, _)| *density > 0);
        order.sort_unstable();
        let mut sorted: Vec<Vec<u8>> = order.iter().map(|&(_, n)| entries[n].clone()).collect();
        if round >= 3 {
            while join(&sorted).0.bytes.len() > length {
                sorted.remove(0);
            }
        }
        entries = sorted;
        if round == 5 {
            return join(&entries).0.bytes;
        }
    }
    unreachable!("the last round returns")
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

/// How often each byte of the text is referred to, over the whole corpus.
fn count(text: &Index, payloads: &[Payload]) -> Vec<u32> {
    let mut uses = vec![0; text.bytes.len()];
    let mut bits = 0u64;
    for payload in payloads {
        let (cost, taken) = text.parse(&payload.bytes);
        bits += u64::from(cost);
        for (at, length) in taken {
            uses[at..at + length].iter_mut().for_each(|n| *n += 1);
        }
    }
    if std::env::var_os("DICTIONARY_STATISTICS").is_some() {
        let bytes: usize = payloads.iter().map(|p| p.bytes.len()).sum();
        eprintln!("{} bytes of dictionary: {bytes} → {} bytes", text.bytes.len(), bits / 8);
    }
    uses
}
