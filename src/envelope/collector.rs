//! Parts in, in any order and of any documents; complete envelopes out.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::parts::{Part, PartError, Set, join};

/// Incomplete documents kept apart at one time; when one more begins, the oldest is given up.
const MAX_WAITING: usize = 1024;
/// Different shards kept under one index: the right one and what claims to be it.
const MAX_VERSIONS: usize = 4;
/// Ways of choosing k parts that are tried when one more has come.
const MAX_CHOICES: usize = 1024;
/// Field multiplications spent on those tries, which bounds the time of large hostile sets.
const MAX_WORK: usize = 1 << 25;

/// What a part that was just added has done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Added {
    /// Its set needs more.
    Waiting,
    /// It was there already, or its set is complete without it.
    NotNeeded,
    /// Its set is complete: the envelope.
    Completed(Vec<u8>),
}

/// What is there of a set, and what is not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Progress {
    /// The set: its id, k and n.
    pub set: Set,
    /// Indices seen, from 0.
    pub have: Vec<u8>,
    /// Indices not seen. Any `k − have` of them are enough, unless the set is damaged.
    pub missing: Vec<u8>,
    /// There are k parts or more, but no k of them make the envelope.
    pub damaged: bool,
}

/// Puts parts together.
///
/// Parts belong together when their id, k, n and length are the same, so that a foreign part cannot spoil a set.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    /// In the order in which their first parts came.
    sets: Vec<(Set, State)>,
}

#[derive(Clone, Debug)]
enum State {
    Waiting(BTreeMap<u8, BTreeSet<Vec<u8>>>),
    Complete(Vec<u8>),
}

impl Collector {
    /// One without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the bytes of one part.
    ///
    /// # Errors
    /// When they are no part, or when there are now enough parts but they do not make the envelope which they name;
    /// in that case further parts may still complete the set.
    pub fn add(&mut self, part: &[u8]) -> Result<Added, PartError> {
        let Part { set, index, shard } = Part::parse(part)?;
        let state = self.state(set);
        let State::Waiting(shards) = state else { return Ok(Added::NotNeeded) };
        let versions = shards.entry(index).or_default();
        if versions.contains(&shard) {
            return Ok(Added::NotNeeded);
        }
        if versions.len() == MAX_VERSIONS {
            return Err(PartError::TooMany);
        }
        versions.insert(shard.clone());
        if shards.len() < usize::from(set.k) {
            return Ok(Added::Waiting);
        }
        let Some(envelope) = join_with(set, shards, (index, &shard)) else {
            return Err(PartError::Conflict { id: set.id, have: shards.values().map(BTreeSet::len).sum() });
        };
        *state = State::Complete(envelope.clone());
        Ok(Added::Completed(envelope))
    }

    /// The envelopes that are complete, in the order in which their first parts came.
    pub fn complete(&self) -> Vec<Vec<u8>> {
        self.sets
            .iter()
            .filter_map(|(_, state)| match state {
                State::Complete(envelope) => Some(envelope.clone()),
                State::Waiting(_) => None,
            })
            .collect()
    }

    /// What is there of each set that is not complete.
    pub fn missing(&self) -> Vec<Progress> {
        self.sets
            .iter()
            .filter_map(|(set, state)| match state {
                State::Complete(_) => None,
                State::Waiting(shards) => Some(Progress {
                    set: *set,
                    have: shards.keys().copied().collect(),
                    missing: (0..set.n).filter(|index| !shards.contains_key(index)).collect(),
                    damaged: shards.len() >= usize::from(set.k),
                }),
            })
            .collect()
    }

    /// Hostile symbols that begin documents without end must not keep out the papers that follow.
    fn give_up_oldest(&mut self) {
        let waiting = |state: &State| matches!(state, State::Waiting(_));
        if self.sets.iter().filter(|(_, state)| waiting(state)).count() >= MAX_WAITING
            && let Some(oldest) = self.sets.iter().position(|(_, state)| waiting(state))
        {
            self.sets.remove(oldest);
        }
    }

    /// The envelope of a set that is complete.
    pub fn completed(&self, set: Set) -> Option<&[u8]> {
        self.sets.iter().find_map(|(known, state)| match state {
            State::Complete(envelope) if *known == set => Some(envelope.as_slice()),
            _ => None,
        })
    }

    fn state(&mut self, set: Set) -> &mut State {
        let place = match self.sets.iter().position(|(known, _)| *known == set) {
            Some(place) => place,
            None => {
                self.give_up_oldest();
                self.sets.push((set, State::Waiting(BTreeMap::new())));
                self.sets.len() - 1
            }
        };
        &mut self.sets[place].1
    }
}

/// Broken off with the envelope, or with nothing when enough choices were tried.
type Tried = ControlFlow<Option<Vec<u8>>>;

/// Tries the choices of k parts that `newest` belongs to; those without it have been tried before.
fn join_with(set: Set, shards: &BTreeMap<u8, BTreeSet<Vec<u8>>>, newest: (u8, &[u8])) -> Option<Vec<u8>> {
    let k = usize::from(set.k);
    let others: Vec<(u8, &[u8])> = shards
        .iter()
        .filter(|(index, _)| **index != newest.0)
        .flat_map(|(index, versions)| versions.iter().map(|shard| (*index, shard.as_slice())))
        .collect();
    let work = k * k * set.shard();
    let mut choices = (MAX_WORK / work).clamp(1, MAX_CHOICES);
    let tried = choose(&others, k - 1, &mut vec![newest], &mut |chosen| {
        choices -= 1;
        match join(set, chosen) {
            None if choices > 0 => ControlFlow::Continue(()),
            found => ControlFlow::Break(found),
        }
    });
    tried.break_value().flatten()
}

/// Calls `attempt` with every choice of `more` of `from`, no index twice, added to `chosen`, until it breaks off.
fn choose<'a>(
    from: &[(u8, &'a [u8])],
    more: usize,
    chosen: &mut Vec<(u8, &'a [u8])>,
    attempt: &mut impl FnMut(&[(u8, &[u8])]) -> Tried,
) -> Tried {
    if more == 0 {
        return attempt(chosen);
    }
    for (place, &shard) in from.iter().enumerate() {
        if from.len() - place < more {
            break;
        }
        if chosen.iter().any(|(index, _)| *index == shard.0) {
            continue;
        }
        chosen.push(shard);
        let tried = choose(&from[place + 1..], more - 1, chosen, attempt);
        chosen.pop();
        tried?;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parts::split;
    use super::*;

    fn envelope(seed: u8, length: usize) -> Vec<u8> {
        let rest = (0..length).map(|n| (n as u8).wrapping_mul(73).wrapping_add(seed));
        std::iter::once(0x12).chain(rest).collect()
    }

    #[test]
    fn any_k_parts_in_any_order_are_enough() {
        let whole = envelope(1, 100);
        let parts = split(&whole, 3, 5).unwrap();
        for a in 0..5 {
            for b in 0..5 {
                for c in 0..5 {
                    let mut collector = Collector::new();
                    for index in [a, b, c] {
                        let _ = collector.add(&parts[index]).unwrap();
                    }
                    let different = BTreeSet::from([a, b, c]).len();
                    assert_eq!(collector.complete().len(), usize::from(different == 3), "{a} {b} {c}");
                    assert!(collector.complete().iter().all(|envelope| *envelope == whole));
                    assert_eq!(collector.missing().len(), usize::from(different < 3));
                }
            }
        }
    }

    #[test]
    fn parts_of_different_documents_are_kept_apart() {
        let (one, two) = (envelope(1, 99), envelope(2, 99));
        let (ones, twos) = (split(&one, 2, 3).unwrap(), split(&two, 3, 3).unwrap());
        let mut collector = Collector::new();
        for part in [&twos[0], &ones[2], &twos[2], &ones[2]] {
            assert!(!matches!(collector.add(part).unwrap(), Added::Completed(_)));
        }
        let progress = collector.missing();
        assert_eq!((&progress[0].have[..], &progress[0].missing[..]), (&[0, 2][..], &[1][..]));
        assert_eq!((&progress[1].have[..], &progress[1].missing[..]), (&[2][..], &[0, 1][..]));
        assert_eq!((progress[0].set.k, progress[0].set.n, progress[0].damaged), (3, 3, false));
        assert_eq!(collector.add(&ones[0]).unwrap(), Added::Completed(one.clone()));
        assert_eq!(collector.add(&ones[1]).unwrap(), Added::NotNeeded);
        assert_eq!(collector.add(&twos[1]).unwrap(), Added::Completed(two.clone()));
        assert_eq!(collector.complete(), [two, one]);
        assert!(collector.missing().is_empty());
    }

    #[test]
    fn a_damaged_part_is_left_out_when_there_are_enough_others() {
        let whole = envelope(3, 60);
        let parts = split(&whole, 3, 5).unwrap();
        let mut bad = parts[1].clone();
        bad[20] ^= 1;
        let mut collector = Collector::new();
        for part in [&bad, &parts[0]] {
            assert_eq!(collector.add(part).unwrap(), Added::Waiting);
        }
        let error = collector.add(&parts[4]).unwrap_err().to_string();
        assert!(error.starts_with("3 parts of set "), "{error}");
        assert!(error.ends_with(" do not make one envelope: at least one of them is damaged or foreign"), "{error}");
        assert!(collector.missing()[0].damaged);
        assert!(matches!(collector.clone().add(&parts[1]).unwrap(), Added::Completed(_)));
        assert_eq!(collector.add(&parts[3]).unwrap(), Added::Completed(whole));
    }

    #[test]
    fn a_part_with_another_header_cannot_spoil_a_set() {
        let whole = envelope(4, 60);
        let parts = split(&whole, 2, 4).unwrap();
        let mut foreign = parts[1].clone();
        foreign[2] = 5;
        let mut collector = Collector::new();
        for part in [&foreign, &parts[0]] {
            assert_eq!(collector.add(part).unwrap(), Added::Waiting);
        }
        assert_eq!(collector.add(&parts[3]).unwrap(), Added::Completed(whole));
        assert_eq!(collector.missing().len(), 1);
    }

    #[test]
    fn versions_of_one_part_and_sets_have_a_limit() {
        let part = split(&envelope(5, 60), 2, 4).unwrap().remove(0);
        let version = |at: usize, byte: u8| {
            let mut part = part.clone();
            part[at] = byte;
            part
        };
        let mut collector = Collector::new();
        for byte in 0..4 {
            assert_eq!(collector.add(&version(12, byte)), Ok(Added::Waiting));
        }
        assert_eq!(collector.add(&version(12, 9)), Err(PartError::TooMany));
        for number in 1..MAX_WAITING {
            let mut part = version(4, (number >> 8) as u8 ^ part[4] ^ 0x80);
            part[5] = number as u8;
            assert_eq!(collector.add(&part), Ok(Added::Waiting));
        }
        assert_eq!(collector.add(&version(2, 7)), Ok(Added::Waiting));
        assert_eq!(collector.missing().len(), MAX_WAITING, "the oldest was given up");
    }

    #[test]
    fn a_large_hostile_set_ends() {
        let mut collector = Collector::new();
        let parts = split(&envelope(6, 60_000), 16, 32).unwrap();
        let mut refused = 0;
        for (number, mut part) in parts.into_iter().enumerate() {
            part[100] ^= number as u8 + 1;
            refused += usize::from(collector.add(&part).is_err());
        }
        assert_eq!(refused, 17);
        assert!(collector.complete().is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn an_envelope_survives_its_parts(
            length in 0..500_usize,
            (k, n) in (1..12_u8).prop_flat_map(|k| (Just(k), k..16)),
            seed in any::<u64>(),
        ) {
            let whole = envelope(seed as u8, length);
            let mut parts = split(&whole, k, n).unwrap();
            // A shuffle by the seed; then the first k.
            for i in (1..parts.len()).rev() {
                parts.swap(i, (seed as usize >> (i % 13)) % (i + 1));
            }
            let mut collector = Collector::new();
            for part in &parts[..usize::from(k) - 1] {
                prop_assert_eq!(collector.add(part), Ok(Added::Waiting));
            }
            prop_assert_eq!(collector.add(&parts[usize::from(k) - 1]), Ok(Added::Completed(whole)));
        }
    }
}
