//! How often something may be tried: passphrases by each peer and by all together, verifications by each peer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::peer::Peer;

/// Wrong passphrases that cost no waiting: people mistype.
const FREE: u32 = 5;
/// The longest wait between two attempts of one peer, in seconds.
const LONGEST_WAIT: u64 = 15 * 60;
/// Seconds after which attempts of a peer are forgotten.
const FORGOTTEN: i64 = 60 * 60;
/// Attempts of all peers together in a [`WINDOW`], those that have signed in before excepted.
const ALL: u32 = 200;
/// In seconds.
const WINDOW: i64 = 10 * 60;
/// Peers that are remembered; the one not seen for longest is forgotten first.
const PEERS: usize = 4096;

/// Attempts to sign in.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    peers: HashMap<Peer, Tries>,
    window: i64,
    in_window: u32,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    wrong: u32,
    last: i64,
    /// Whether this peer has signed in: others cannot lock it out.
    known: bool,
}

impl Attempts {
    /// Counts an attempt before it is looked at, so that attempts side by side count too.
    ///
    /// # Errors
    /// The seconds to wait, when it is too early for another.
    pub fn begin(&self, peer: Peer, now: Timestamp) -> Result<(), u64> {
        let now = now.as_second();
        let mut table = lock(&self.0);
        let mut tries = table.peers.get(&peer).copied().unwrap_or(Tries { wrong: 0, last: now, known: false });
        if (now - tries.last).abs() > FORGOTTEN {
            tries.wrong = 0;
        }
        let wait = tries.wrong.checked_sub(FREE).map_or(0, |n| 2_u64.saturating_pow(n).min(LONGEST_WAIT));
        let since = u64::try_from(now - tries.last).unwrap_or(0);
        if since < wait {
            return Err(wait - since);
        }
        if table.window != now / WINDOW {
            (table.window, table.in_window) = (now / WINDOW, 0);
        }
        if table.in_window >= ALL && !tries.known {
            return Err(u64::try_from(WINDOW - now.rem_euclid(WINDOW)).unwrap_or(1));
        }
        table.in_window = table.in_window.saturating_add(1);
        let next = Tries { wrong: tries.wrong.saturating_add(1), last: now, ..tries };
        make_room(&mut table.peers, |tries| tries.last);
        table.peers.insert(peer, next);
        Ok(())
    }

    /// Forgives a peer that knew the passphrase.
    pub fn succeeded(&self, peer: Peer, now: Timestamp) {
        let mut table = lock(&self.0);
        table.peers.insert(peer, Tries { wrong: 0, last: now.as_second(), known: true });
    }
}

/// So many at once, and in the long run so many a second, for each peer.
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<Peer, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: i64,
}

impl Rates {
    /// Takes one of the `burst` that a peer has, which come back at `rate` a second.
    ///
    /// # Errors
    /// The seconds to wait, when none is left.
    pub fn take(&self, peer: Peer, burst: u32, rate: f64, now: Timestamp) -> Result<(), u64> {
        let now = now.as_millisecond();
        let mut buckets = lock(&self.0);
        let before = buckets.get(&peer).copied().unwrap_or(Bucket { left: f64::from(burst), at: now });
        let back = (now - before.at).max(0) as f64 / 1000.0 * rate;
        let left = (before.left + back).min(f64::from(burst));
        if left < 1.0 {
            return Err(((1.0 - left) / rate).ceil() as u64);
        }
        make_room(&mut buckets, |bucket| bucket.at);
        buckets.insert(peer, Bucket { left: left - 1.0, at: now });
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is in the tables is in order after every line that changes them.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn make_room<K: Copy + Eq + Hash, V>(table: &mut HashMap<K, V>, last: impl Fn(&V) -> i64) {
    if table.len() >= PEERS
        && let Some(oldest) = table.iter().min_by_key(|(_, value)| last(value)).map(|(key, _)| *key)
    {
        table.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> Peer {
        Peer::new(std::net::IpAddr::from([192, 0, 2, last]))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn after_some_wrong_attempts_each_further_one_waits_twice_as_long() {
        let attempts = Attempts::default();
        for _ in 0..FREE {
            attempts.begin(peer(1), at(0)).unwrap();
        }
        assert_eq!(attempts.begin(peer(1), at(0)), Err(1));
        attempts.begin(peer(1), at(1)).unwrap();
        assert_eq!(attempts.begin(peer(1), at(1)), Err(2));
        attempts.begin(peer(1), at(3)).unwrap();
        assert_eq!(attempts.begin(peer(1), at(4)), Err(3));
        assert_eq!(attempts.begin(peer(2), at(4)), Ok(()), "another peer does not wait");
        attempts.begin(peer(1), at(7)).unwrap();
        attempts.succeeded(peer(1), at(7));
        assert_eq!(attempts.begin(peer(1), at(7)), Ok(()));
    }

    #[test]
    fn no_wait_is_longer_than_a_quarter_of_an_hour() {
        let attempts = Attempts::default();
        let mut now = 0;
        for _ in 0..40 {
            while attempts.begin(peer(1), at(now)).is_err() {
                now += 60;
            }
        }
        assert_eq!(attempts.begin(peer(1), at(now)), Err(LONGEST_WAIT));
    }

    #[test]
    fn many_peers_together_wait_and_do_not_lock_out_the_clerk() {
        let attempts = Attempts::default();
        attempts.begin(peer(1), at(0)).unwrap();
        attempts.succeeded(peer(1), at(0));
        for last in 2..=u8::MAX {
            let _ = attempts.begin(peer(last), at(0));
        }
        assert!(attempts.begin(Peer::new([198, 51, 100, 1].into()), at(0)).is_err());
        assert_eq!(attempts.begin(peer(1), at(0)), Ok(()));
        assert_eq!(attempts.begin(Peer::new([198, 51, 100, 1].into()), at(WINDOW)), Ok(()));
    }

    #[test]
    fn the_tables_do_not_grow_without_end() {
        let (attempts, rates) = (Attempts::default(), Rates::default());
        for number in 0..(2 * PEERS as u32) {
            let peer = Peer::new(std::net::Ipv4Addr::from_bits(number).into());
            let now = at(i64::from(number));
            let _ = attempts.begin(peer, now);
            rates.take(peer, 1, 1.0, now).unwrap();
        }
        assert!(lock(&attempts.0).peers.len() <= PEERS && lock(&rates.0).len() <= PEERS);
    }

    #[test]
    fn a_rate_gives_back_what_was_taken() {
        let rates = Rates::default();
        for _ in 0..3 {
            rates.take(peer(1), 3, 0.5, at(0)).unwrap();
        }
        assert_eq!(rates.take(peer(1), 3, 0.5, at(0)), Err(2));
        assert_eq!(rates.take(peer(1), 3, 0.5, at(2)), Ok(()));
        assert_eq!(rates.take(peer(1), 3, 0.5, at(2)), Err(2));
    }
}
