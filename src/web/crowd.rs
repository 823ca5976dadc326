//! How many connections each peer has: one alone must not take all places.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::peer::Peer;

/// The connections that there are, by peer.
#[derive(Clone, Debug, Default)]
pub struct Crowd(Arc<Mutex<HashMap<Peer, usize>>>);

/// A connection; it leaves when this is dropped.
#[derive(Debug)]
pub struct Member {
    crowd: Crowd,
    peer: Peer,
}

impl Crowd {
    /// Lets a peer in that has fewer than `most` connections. This machine itself always comes in: behind another server
    /// everybody comes from there.
    pub fn enter(&self, peer: Peer, most: usize) -> Option<Member> {
        let mut held = self.held();
        let connections = held.entry(peer).or_default();
        if *connections >= most && !peer.is_this_machine() {
            return None;
        }
        *connections += 1;
        Some(Member { crowd: self.clone(), peer })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Peer, usize>> {
        // What is in the table is in order after every line that changes it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut held = self.crowd.held();
        if let Some(connections) = held.get_mut(&self.peer) {
            *connections = connections.saturating_sub(1);
            if *connections == 0 {
                held.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> Peer {
        Peer::new(text.parse().unwrap())
    }

    #[test]
    fn one_peer_does_not_take_all_places() {
        let crowd = Crowd::default();
        let first = crowd.enter(peer("192.0.2.1"), 2).unwrap();
        let _second = crowd.enter(peer("192.0.2.1"), 2).unwrap();
        assert!(crowd.enter(peer("192.0.2.1"), 2).is_none());
        let other = crowd.enter(peer("192.0.2.2"), 2);
        assert!(other.is_some());
        drop(first);
        assert!(crowd.enter(peer("192.0.2.1"), 2).is_some());
        let _here: Vec<Member> = (0..5).map(|_| crowd.enter(peer("127.0.0.1"), 2).unwrap()).collect();
        drop(other);
        assert!(!crowd.held().contains_key(&peer("192.0.2.2")), "nobody is remembered who has gone");
    }
}
