//! What each peer may hold of a budget: one alone must not take all of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::peer::Peer;

/// A budget, and what each peer may hold of it.
#[derive(Debug)]
pub struct Shares {
    whole: Arc<Semaphore>,
    share: usize,
    of_peers: Mutex<HashMap<Peer, Weak<Semaphore>>>,
}

/// A part of a budget, free again when this is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "they are held as long as this")]
pub struct Part {
    whole: OwnedSemaphorePermit,
    of_peer: Option<OwnedSemaphorePermit>,
}

impl Shares {
    /// A budget of so many units, of which a peer holds `share` at most.
    pub fn new(units: usize, share: usize) -> Self {
        let units = units.clamp(1, Semaphore::MAX_PERMITS);
        let whole = Arc::new(Semaphore::new(units));
        Self { whole, share: share.clamp(1, units), of_peers: Mutex::default() }
    }

    /// Waits for a part of so many units, or for all that may be had when that is less. A peer waits for its own parts
    /// first, and only then with the others; those without a peer have the whole.
    pub async fn take(&self, peer: Option<Peer>, units: usize) -> Option<Part> {
        let units = units.min(self.share).try_into().unwrap_or(u32::MAX);
        let of_peer = match peer {
            Some(peer) => Some(self.of(peer).acquire_many_owned(units).await.ok()?),
            None => None,
        };
        let whole = Arc::clone(&self.whole).acquire_many_owned(units).await.ok()?;
        Some(Part { whole, of_peer })
    }

    fn of(&self, peer: Peer) -> Arc<Semaphore> {
        let mut of_peers = self.of_peers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = of_peers.get(&peer).and_then(Weak::upgrade) {
            return share;
        }
        // Nobody is remembered who holds nothing and waits for nothing.
        of_peers.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.share));
        of_peers.insert(peer, Arc::downgrade(&share));
        share
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn peer(last: u8) -> Peer {
        Peer::new([192, 0, 2, last].into())
    }

    #[tokio::test(start_paused = true)]
    async fn one_peer_does_not_hold_the_whole_budget() {
        let shares = Shares::new(8, 2);
        let take = |who: u8, units: usize| timeout(Duration::from_secs(1), shares.take(Some(peer(who)), units));
        let first = take(1, 1).await.unwrap();
        let _second = take(1, 1).await.unwrap();
        assert!(take(1, 1).await.is_err(), "it has its share");
        let others = [take(2, 2).await.unwrap(), take(3, 2).await.unwrap(), take(4, 100).await.unwrap()];
        assert!(take(5, 1).await.is_err(), "the budget is used up");
        drop(first);
        assert!(take(1, 1).await.is_ok(), "and who has gone waiting has left nothing behind");
        drop(others);
        assert!(take(5, 2).await.is_ok());
        assert!(shares.of_peers.lock().unwrap().len() <= 2, "nobody is remembered who holds nothing");
    }
}
