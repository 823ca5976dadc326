//! Whose turn it is: work for anybody, on the cores and in the memory that there are, by peers.
//!
//! A peer and the memory that its work needs come in, a turn goes out, which is over when it is dropped. While nobody else
//! waits, a peer has all cores. Else the one goes first that has fewest turns at the moment, and of those the one that has
//! had least of the cores' time (fair queueing: a clock runs on by each second of a core, divided by those who want one;
//! who is before it has had more than a share, and nobody is behind it, so nobody saves up and newcomers do not push in
//! before those who wait). Who goes first and needs more memory than is free waits for it, and the others behind: large work
//! does not starve. Work that needs none is let by.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::peer::Peer;

/// The turns that there are.
#[derive(Clone, Debug)]
pub struct Turns {
    table: Arc<Mutex<Table>>,
    memory: u64,
}

/// More memory is needed than there is for all work together.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("work that needs {needed} bytes, where all together may take {memory}")]
pub struct TooHeavy {
    /// Bytes that it needs.
    pub needed: u64,
    /// Bytes that there are.
    pub memory: u64,
}

#[derive(Debug)]
struct Table {
    /// Cores that are free.
    cores: usize,
    /// Bytes that are free.
    memory: u64,
    /// What everybody has had who has had a fair share.
    clock: Duration,
    /// The number of the next ticket.
    ticket: u64,
    peers: HashMap<Peer, Line>,
}

/// What one peer has and wants.
#[derive(Debug, Default)]
struct Line {
    /// Time of the cores that it has had.
    had: Duration,
    /// Its turns at the moment.
    running: usize,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    memory: u64,
    called: oneshot::Sender<()>,
}

impl Line {
    fn is_idle(&self) -> bool {
        self.running == 0 && self.waiting.is_empty()
    }
}

/// A turn, or a place in the line for one; over when it is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    peer: Peer,
    ticket: u64,
    memory: u64,
    /// When the work began. A turn that nobody came for costs nothing.
    begun: Option<Instant>,
}

impl Turns {
    /// So many cores, and so many bytes of memory for all work together.
    pub fn new(cores: usize, memory: u64) -> Self {
        let table = Table { cores: cores.max(1), memory, clock: Duration::ZERO, ticket: 0, peers: HashMap::new() };
        Self { table: Arc::new(Mutex::new(table)), memory }
    }

    /// Waits for a turn of this peer with so many bytes of memory.
    ///
    /// # Errors
    /// When there is not so much memory: no waiting would help.
    pub async fn take(&self, peer: Peer, memory: u64) -> Result<Turn, TooHeavy> {
        if memory > self.memory {
            return Err(TooHeavy { needed: memory, memory: self.memory });
        }
        let (mut turn, called) = self.line_up(peer, memory);
        // An error says that nobody can call any more, which the table does not do while there is a turn in it.
        let _ = called.await;
        turn.begun = Some(Instant::now());
        Ok(turn)
    }

    fn line_up(&self, peer: Peer, memory: u64) -> (Turn, oneshot::Receiver<()>) {
        let (called, call) = oneshot::channel();
        let mut table = self.table();
        let (ticket, clock) = (table.ticket, table.clock);
        table.ticket += 1;
        let line = table.peers.entry(peer).or_default();
        if line.is_idle() {
            line.had = line.had.max(clock);
        }
        line.waiting.push_back(Waiting { ticket, memory, called });
        table.call();
        (Turn { turns: self.clone(), peer, ticket, memory, begun: None }, call)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing between its lines panics.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Calls everybody whose turn it is.
    fn call(&mut self) {
        while let Some(peer) = self.next() {
            let Some(line) = self.peers.get_mut(&peer) else { return };
            let Some(waiting) = line.waiting.pop_front() else { return };
            line.running += 1;
            self.cores -= 1;
            self.memory -= waiting.memory;
            // Who has gone gives the turn back when it drops its ticket.
            let _ = waiting.called.send(());
        }
    }

    /// Who is next, when there is a core for it and the memory.
    fn next(&self) -> Option<Peer> {
        if self.cores == 0 {
            return None;
        }
        let first = |only_light: bool| {
            let fronts = self.peers.iter().filter_map(|(peer, line)| Some((peer, line, line.waiting.front()?)));
            let fronts = fronts.filter(|(.., front)| !only_light || front.memory == 0);
            fronts.min_by_key(|(_, line, front)| (line.running, line.had, front.ticket))
        };
        let (peer, _, front) = first(false)?;
        if front.memory <= self.memory {
            return Some(*peer);
        }
        first(true).map(|(peer, ..)| *peer)
    }

    /// Takes a ticket back: out of the line, or with what the turn had.
    fn give_back(&mut self, peer: Peer, ticket: u64, memory: u64, time: Duration) {
        let wanting = self.peers.values().filter(|line| !line.is_idle()).count();
        let Some(line) = self.peers.get_mut(&peer) else { return };
        if let Some(at) = line.waiting.iter().position(|waiting| waiting.ticket == ticket) {
            line.waiting.remove(at);
        } else {
            line.running = line.running.saturating_sub(1);
            line.had += time;
            self.cores += 1;
            self.memory += memory;
            self.clock += time / u32::try_from(wanting).unwrap_or(u32::MAX).max(1);
        }
        let clock = self.clock;
        let is_quiet = self.peers.values().all(Line::is_idle);
        // Of those who want nothing only they are remembered who have had more than their share, while others want something.
        self.peers.retain(|_, line| !line.is_idle() || (!is_quiet && line.had > clock));
        self.call();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let time = self.begun.map(|begun| begun.elapsed()).unwrap_or_default();
        self.turns.table().give_back(self.peer, self.ticket, self.memory, time);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use tokio::time::{advance, sleep, timeout};

    use super::*;

    fn peer(last: u8) -> Peer {
        Peer::new([192, 0, 2, last].into())
    }

    /// Work of so many seconds of a peer; its number is told when it begins.
    fn work(turns: &Turns, who: u8, memory: u64, seconds: u64, told: &Sender<u8>) {
        let (turns, told) = (turns.clone(), told.clone());
        tokio::spawn(async move {
            let turn = turns.take(peer(who), memory).await.unwrap();
            told.send(who).unwrap();
            sleep(Duration::from_secs(seconds)).await;
            drop(turn);
        });
    }

    async fn settle() {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    async fn after(seconds: u64) {
        settle().await;
        for _ in 0..seconds {
            advance(Duration::from_secs(1)).await;
            settle().await;
        }
    }

    fn begun(told: &Receiver<u8>) -> Vec<u8> {
        told.try_iter().collect()
    }

    fn papers_of(who: u8, begun: &[u8]) -> usize {
        begun.iter().map(|other| usize::from(*other == who)).sum()
    }

    #[tokio::test(start_paused = true)]
    async fn one_paper_of_another_does_not_wait_for_a_hundred_slow_ones() {
        let turns = Turns::new(2, 100);
        let (told, log) = channel();
        (0..100).for_each(|_| work(&turns, 1, 10, 10, &told));
        settle().await;
        assert_eq!(begun(&log), [1, 1], "alone it has both cores");
        work(&turns, 2, 0, 1, &told);
        after(10).await;
        assert_eq!(begun(&log), [2, 1], "the next core is that of the other peer");
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_the_cores_is_shared_and_not_the_number_of_turns() {
        let turns = Turns::new(1, 100);
        let (told, log) = channel();
        (0..10).for_each(|_| work(&turns, 1, 0, 10, &told));
        settle().await;
        (0..40).for_each(|_| work(&turns, 2, 0, 1, &told));
        after(40).await;
        let order = begun(&log);
        let slow = papers_of(1, &order);
        assert!((2..=3).contains(&slow) && order.len() - slow >= 15, "{order:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_had_much_waits_no_longer_than_a_share_for_newcomers() {
        let turns = Turns::new(1, 100);
        let (told, log) = channel();
        work(&turns, 1, 0, 10, &told);
        work(&turns, 2, 0, 1, &told);
        work(&turns, 1, 0, 1, &told);
        settle().await;
        for newcomer in 3..=200 {
            work(&turns, newcomer, 0, 1, &told);
            after(1).await;
        }
        assert_eq!(papers_of(1, &begun(&log)), 2, "newcomers without end do not keep it out");
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_never_given_twice_and_large_work_does_not_starve() {
        let turns = Turns::new(3, 100);
        let (told, log) = channel();
        work(&turns, 1, 60, 2, &told);
        settle().await;
        work(&turns, 2, 100, 1, &told);
        settle().await;
        work(&turns, 3, 10, 1, &told);
        work(&turns, 4, 0, 1, &told);
        settle().await;
        assert_eq!(begun(&log), [1, 4], "what needs no memory is let by, what needs some waits behind the large one");
        after(2).await;
        assert_eq!(begun(&log), [2]);
        after(1).await;
        assert_eq!(begun(&log), [3]);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_is_too_heavy_for_all_is_refused_and_what_just_fits_is_done() {
        let turns = Turns::new(1, 100);
        let refused = turns.take(peer(1), 101).await.unwrap_err();
        assert_eq!(refused, TooHeavy { needed: 101, memory: 100 });
        assert_eq!(turns.take(peer(1), u64::MAX).await.unwrap_err().needed, u64::MAX);
        drop(turns.take(peer(1), 100).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_leaves_nothing_behind() {
        let turns = Turns::new(1, 100);
        let held = turns.take(peer(1), 50).await.unwrap();
        let short = Duration::from_secs(1);
        assert!(timeout(short, turns.take(peer(2), 50)).await.is_err(), "went away while it waited");
        let (unclaimed, call) = turns.line_up(peer(3), 50);
        drop(held);
        call.await.unwrap();
        assert!(timeout(short, turns.take(peer(2), 0)).await.is_err(), "it is the turn of the third");
        drop(unclaimed);
        let last = timeout(short, turns.take(peer(2), 100)).await.unwrap().unwrap();
        assert_eq!(turns.table().peers.len(), 1);
        drop(last);
        let table = turns.table();
        assert_eq!((table.cores, table.memory, table.peers.len()), (1, 100, 0), "nobody is remembered");
    }
}
