//! A bounded store of what was made lately and may be wanted again: the fixed words of a page above all.
//!
//! Two generations: what is asked for moves into the young one; when that is full it becomes the old one, and the old one
//! goes. So what every page needs stays, what only one page needed goes, and nothing has to be counted.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Things by the hash of what they were made of. Two things of one hash take turns; the caller compares.
pub(super) struct Recent<T> {
    generations: RwLock<Generations<T>>,
    /// What a generation may cost before the next one begins.
    budget: usize,
}

struct Generations<T> {
    young: HashMap<u64, Arc<T>>,
    old: HashMap<u64, Arc<T>>,
    spent: usize,
}

impl<T> Recent<T> {
    /// An empty store that keeps at most twice `budget`.
    pub(super) fn new(budget: usize) -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new(), spent: 0 };
        Self { generations: RwLock::new(generations), budget }
    }

    /// What is kept under `hash`, if it `is` what is `wanted`, or else what `make` makes of that.
    pub(super) fn get<W>(
        &self,
        hash: u64,
        wanted: W,
        is: impl Fn(&T, &W) -> bool,
        cost: impl Fn(&T) -> usize,
        make: impl FnOnce(W) -> T,
    ) -> Arc<T> {
        let old = {
            let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
            match generations.young.get(&hash) {
                Some(kept) if is(kept, &wanted) => return Arc::clone(kept),
                Some(_) => None,
                None => generations.old.get(&hash).filter(|kept| is(kept, &wanted)).cloned(),
            }
        };
        let made = old.unwrap_or_else(|| Arc::new(make(wanted)));
        let cost = cost(&made);
        // One thing must not push out all others.
        if cost <= self.budget / 8 {
            let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
            if generations.spent + cost > self.budget {
                generations.old = std::mem::take(&mut generations.young);
                generations.spent = 0;
            }
            generations.spent += cost;
            generations.young.insert(hash, Arc::clone(&made));
        }
        made
    }

    #[cfg(test)]
    fn kept(&self) -> usize {
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        generations.young.len() + generations.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(store: &Recent<u64>, wanted: u64) -> bool {
        let mut made = false;
        let make = |wanted| {
            made = true;
            wanted
        };
        let found = store.get(wanted % 1000, wanted, |kept, wanted| kept == wanted, |_| 1, make);
        assert_eq!(*found, wanted);
        made
    }

    #[test]
    fn what_is_asked_for_often_stays_and_the_rest_goes() {
        let store = Recent::new(100);
        assert!(made(&store, 1));
        for other in 2..900 {
            made(&store, other);
            assert!(!made(&store, 1));
        }
        assert!(made(&store, 2), "long gone");
        assert!(store.kept() <= 200);
    }

    #[test]
    fn two_things_of_one_hash_are_never_taken_for_each_other() {
        let store = Recent::new(100);
        assert!(made(&store, 7));
        assert!(made(&store, 1007));
        assert!(made(&store, 7));
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let store = Recent::new(80);
        store.get(1, 1, |_, _| true, |_| 11, |wanted| wanted);
        assert_eq!(store.kept(), 0);
    }
}
