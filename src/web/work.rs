//! How much at a time: bytes that are being uploaded, and work on the cores.
//!
//! A body is read only when there is room for all of it, and work starts only when a core is free, and for the papers of
//! anybody, the memory that it needs; who waits for too long is told when to come back. So a crowd costs waiting, not memory.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use super::pace::Pace;
use super::peer::Peer;
use super::problem::Problem;
use super::shares::{Part, Shares};
use super::turns::{TooHeavy, Turns};

/// One unit of the budget of bytes.
const UNIT: usize = 16 * 1024;
/// One peer holds at most one part of so many of the budget of bytes.
const SHARES: usize = 4;
/// Passphrases that are looked at at a time, each in 19 MiB.
const HASHES: usize = 2;
/// Reads of small files at a time.
const FILES: usize = 16;
/// When one who waited in vain should come back, in seconds.
const COME_BACK: u64 = 15;

/// How much at a time, and for how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of uploads that are held in memory at a time: those of papers that anybody has checked, of which one peer has
    /// a quarter at most, and as many again of all others.
    pub uploads: usize,
    /// Bytes of memory that looking at the papers of anybody takes at a time, all together.
    pub memory: u64,
    /// Jobs on the cores at a time.
    pub cores: usize,
    /// A request waits this long for its turn.
    pub queue: Duration,
    /// A body may come slowly for so long.
    pub grace: Duration,
    /// After that so many bytes of it have to come in a second, in the mean.
    pub slowest: u64,
    /// A body has arrived this long after the grace, and half of it after half of that: large ones have to be faster.
    pub body: Duration,
    /// No pause within a body is longer than this.
    pub pause: Duration,
    /// Something of an answer is taken within this time.
    pub answer: Duration,
    /// The head of a request has arrived after this long, the next one on the same connection too.
    pub head: Duration,
    /// Connections at a time.
    pub connections: usize,
    /// Verifications that one peer may ask for at once.
    pub verify_burst: u32,
    /// Verifications that one peer may ask for each second, in the long run.
    pub verify_rate: f64,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, Into::into);
        Self {
            uploads: 128 << 20,
            memory: (cores as u64).max(2) * (256 << 20),
            cores,
            queue: Duration::from_mins(2),
            grace: Duration::from_secs(5),
            slowest: 4000,
            body: Duration::from_mins(2),
            pause: Duration::from_secs(10),
            answer: Duration::from_mins(1),
            head: Duration::from_secs(15),
            connections: 768,
            verify_burst: 2_000,
            verify_rate: 20.0,
        }
    }
}

/// Work of one lane does not wait for work of another, nor for the papers of anybody: a crowd at the gate does not stop the
/// desk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lane {
    /// Work for who has signed in.
    Desk,
    /// Passphrases, which cost memory on purpose.
    Hash,
    /// Small files, no work to speak of.
    Files,
}

/// Uploads and work in progress.
#[derive(Debug)]
pub struct Work {
    /// Of papers that anybody has checked.
    public_bytes: Shares,
    /// Of everything else: a crowd at the gate keeps nobody from signing in.
    desk_bytes: Shares,
    /// Of papers that anybody has checked.
    turns: Turns,
    lanes: [Arc<Semaphore>; 3],
    limits: Limits,
}

/// A body, with its place in the budget, which is free again when this is dropped.
pub struct Upload {
    bytes: Vec<u8>,
    place: Part,
}

impl Upload {
    /// The bytes, and the place in the budget, which is to be held as long as they are.
    pub fn into_parts(self) -> (Vec<u8>, Part) {
        (self.bytes, self.place)
    }

    /// The bytes, which may be changed and do not become more.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Deref for Upload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({} bytes)", self.bytes.len())
    }
}

impl Work {
    /// Nothing in progress.
    pub fn new(limits: &Limits) -> Self {
        let units = limits.uploads.div_ceil(UNIT);
        Self {
            public_bytes: Shares::new(units, units / SHARES),
            desk_bytes: Shares::new(units, units),
            turns: Turns::new(limits.cores, limits.memory),
            lanes: [limits.cores, HASHES, FILES].map(|places| Arc::new(Semaphore::new(places.max(1)))),
            limits: limits.clone(),
        }
    }

    /// Reads a body of `most` bytes at most, as soon as there is room for it among those of the desk.
    ///
    /// # Errors
    /// 413 when it is larger, 408 when it comes too slowly, 503 when there is no room for too long.
    pub async fn read(&self, _: Lane, headers: &HeaderMap, body: Body, most: usize) -> Result<Upload, Problem> {
        self.read_into(&self.desk_bytes, None, headers, body, most).await
    }

    /// The same for a paper of anybody, as soon as there is room for it among those, and among those of this peer.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub async fn read_paper(
        &self,
        peer: Peer,
        headers: &HeaderMap,
        body: Body,
        most: usize,
    ) -> Result<Upload, Problem> {
        self.read_into(&self.public_bytes, Some(peer), headers, body, most).await
    }

    async fn read_into(
        &self,
        budget: &Shares,
        peer: Option<Peer>,
        headers: &HeaderMap,
        body: Body,
        most: usize,
    ) -> Result<Upload, Problem> {
        let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let expected = said.or_else(|| body.size_hint().exact().and_then(|size| usize::try_from(size).ok()));
        if let Some(size) = expected.filter(|size| *size > most) {
            return Err(too_large(size, most));
        }
        let size = expected.unwrap_or(most);
        let place = budget.take(peer, size.div_ceil(UNIT).max(1));
        let Ok(Some(place)) = timeout(self.limits.queue, place).await else {
            return Err(Problem::busy("too many uploads at a time", COME_BACK));
        };
        let Limits { grace, slowest, body: longest, pause, .. } = self.limits;
        let pace = Pace::new(size, grace, slowest, longest, pause);
        let bytes = collect(body, size, most, &pace).await?;
        Ok(Upload { bytes, place })
    }

    /// Looks at a paper of anybody, when it is the turn of this peer, with so many bytes of memory. It is done to its end,
    /// even when the one who asked has gone.
    ///
    /// # Errors
    /// 413 when so much memory is never free, 503 when its turn does not come for too long, 500 when it panics.
    pub async fn look<T: Send + 'static>(
        &self,
        peer: Peer,
        memory: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = match timeout(self.limits.queue, self.turns.take(peer, memory)).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(too_heavy)) => return Err(heavy(too_heavy)),
            Err(_) => return Err(Problem::busy("too many requests are waiting", COME_BACK)),
        };
        on_a_core(turn, work).await
    }

    /// Does work that keeps a core busy or reads files, when it is its turn in its lane. It is done to its end, even when
    /// the one who asked has gone.
    ///
    /// # Errors
    /// 503 when its turn does not come for too long, 500 when it panics.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.lanes[lane as usize]).acquire_owned();
        let Ok(Ok(turn)) = timeout(self.limits.queue, turn).await else {
            return Err(Problem::busy("too many requests are waiting", COME_BACK));
        };
        on_a_core(turn, work).await
    }
}

/// Works off the threads that answer, and gives the turn back at the end, also of a panic.
async fn on_a_core<T: Send + 'static>(
    turn: impl Send + 'static,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|error| Problem::internal(&error))
}

async fn collect(mut body: Body, size: usize, most: usize, pace: &Pace) -> Result<Vec<u8>, Problem> {
    let begun = Instant::now();
    // As large as the place that was given: growing by doubling would take twice as much.
    let mut bytes = Vec::with_capacity(size);
    loop {
        let Ok(frame) = timeout_at(pace.due(bytes.len()), body.frame()).await else {
            return Err(too_slow(bytes.len(), begun.elapsed(), pace.speed()));
        };
        let Some(frame) = frame else { return Ok(bytes) };
        let frame = frame.map_err(|_| Problem::bad_request("the body of the request ends too early"))?;
        if let Ok(data) = frame.into_data() {
            if bytes.len() + data.len() > most {
                return Err(too_large(bytes.len() + data.len(), most));
            }
            bytes.extend_from_slice(&data);
        }
    }
}

fn too_slow(bytes: usize, time: Duration, speed: u64) -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "the body of the request came too slowly")
        .found(format!("{bytes} bytes in {} s", time.as_secs()))
        .wanted(format!("at least {} kB each second, with a Content-Length", speed.div_ceil(1000)))
        .next("send it again over a better connection, or make the picture smaller")
}

/// 413: more memory than there is for all papers together.
fn heavy(too_heavy: TooHeavy) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the picture is too large")
        .found(format!("one that takes {} MB of memory to look at", too_heavy.needed.div_ceil(1_000_000)))
        .wanted(format!("at most {} MB", too_heavy.memory / 1_000_000))
        .next("send it in 8 bits a colour, or with fewer pixels; a photograph of a paper needs no more than 12 million")
}

fn too_large(size: usize, most: usize) -> Problem {
    let wanted = if most < 1 << 20 { format!("{} kB", most / 1024) } else { format!("{} MiB", most >> 20) };
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body of the request is too large")
        .found(format!("{size} bytes or more"))
        .wanted(format!("at most {wanted}"))
        .next("send less; a photograph of a paper needs no more than 12 million pixels")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Work {
        let limits = Limits {
            uploads: 8 * UNIT,
            memory: 100,
            queue: Duration::from_millis(20),
            cores: 1,
            grace: Duration::from_secs(5),
            slowest: 1000,
            body: Duration::from_secs(20),
            pause: Duration::from_secs(10),
            ..Limits::default()
        };
        Work::new(&limits)
    }

    fn peer(last: u8) -> Peer {
        Peer::new([192, 0, 2, last].into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_waits_for_room_and_is_refused_when_none_comes() {
        let work = small();
        let none = HeaderMap::new();
        let read = |who: u8, size: usize| work.read_paper(peer(who), &none, Body::from(vec![1; size]), 4 * UNIT);
        let first = read(1, 2 * UNIT).await.unwrap();
        assert_eq!(first.len(), 2 * UNIT);
        assert_eq!(read(1, 1).await.unwrap_err().status, 503, "one peer holds a quarter");
        let others = [read(2, 2 * UNIT).await.unwrap(), read(3, UNIT).await.unwrap(), read(4, 2 * UNIT).await.unwrap()];
        assert_eq!(read(5, 2 * UNIT).await.unwrap_err().status, 503, "all together hold the whole");
        let last = read(5, UNIT).await.unwrap();
        assert_eq!(read(3, UNIT).await.unwrap_err().status, 503);
        let sign_in = work.read(Lane::Desk, &none, Body::from(vec![1]), UNIT).await;
        assert_eq!(sign_in.unwrap().len(), 1, "who signs in does not wait for those at the gate");
        drop((first, others, last));
        assert_eq!(read(1, 1).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_refused_before_and_while_it_is_read() {
        let work = small();
        let known = work.read(Lane::Desk, &HeaderMap::new(), Body::from(vec![1; 101]), 100).await;
        assert_eq!(known.unwrap_err().status, 413);
        let chunks = Body::new(Chunks(4));
        assert_eq!(work.read(Lane::Desk, &HeaderMap::new(), chunks, 100).await.unwrap_err().status, 413);
    }

    /// Chunks of 50 bytes, of which nobody says beforehand how many.
    struct Chunks(u8);

    impl axum::body::HttpBody for Chunks {
        type Data = axum::body::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
            self.0 = self.0.saturating_sub(1);
            let frame = hyper::body::Frame::data(axum::body::Bytes::from_static(&[0; 50]));
            std::task::Poll::Ready((self.0 > 0).then_some(Ok(frame)))
        }
    }

    /// What comes of a body of `size` bytes that comes with `speed` bytes a second, and after how many seconds.
    async fn dripped(size: usize, speed: usize) -> (Result<usize, u16>, u64) {
        let (mut drip, body) = http_body_util::channel::Channel::<axum::body::Bytes>::new(1);
        let mut said = HeaderMap::new();
        said.insert(CONTENT_LENGTH, size.into());
        tokio::spawn(async move {
            let mut left = size;
            while left > 0 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let some = left.min(speed);
                left -= some;
                if drip.send_data(axum::body::Bytes::from(vec![0; some])).await.is_err() {
                    return;
                }
            }
        });
        let (work, begun) = (small(), Instant::now());
        let read = work.read_paper(peer(1), &said, Body::new(body), 1 << 20).await;
        let came = (read.map(|upload| upload.len()).map_err(|problem| problem.status), begun.elapsed().as_secs());
        let next = work.read_paper(peer(1), &HeaderMap::new(), Body::from("x"), 1 << 20).await;
        assert!(next.is_ok(), "the room is free");
        came
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_gives_its_room_back_soon() {
        assert_eq!(dripped(18_000, 1001).await, (Ok(18_000), 18), "a bad connection");
        assert_eq!(dripped(18_000, 100).await, (Err(408), 5), "on purpose");
        assert_eq!(dripped(18_000, 800).await.0, Err(408));
        assert_eq!(dripped(100_000, 1001).await, (Err(408), 6), "who wants more room has to be faster");
        assert_eq!(dripped(100_000, 5100).await.0, Ok(100_000));
    }

    #[tokio::test]
    async fn work_waits_for_a_core_and_a_panic_is_an_answer() {
        let work = small();
        assert_eq!(work.run(Lane::Desk, || 7).await.unwrap(), 7);
        let panicked = work.run(Lane::Desk, || panic!("a bug")).await;
        assert_eq!(panicked.unwrap_err().status, 500);
        let held = Arc::clone(&work.lanes[0]).acquire_owned().await.unwrap();
        assert_eq!(work.run(Lane::Desk, || 7).await.unwrap_err().status, 503);
        assert_eq!(work.look(peer(1), 0, || 7).await.unwrap(), 7);
        drop(held);
        assert_eq!(work.run(Lane::Desk, || 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn papers_wait_for_a_core_and_the_memory_and_a_panic_gives_both_back() {
        let work = small();
        let panicked = work.look(peer(1), 100, || panic!("a bug")).await;
        assert_eq!(panicked.unwrap_err().status, 500);
        assert_eq!(work.look(peer(1), 100, || 7).await.unwrap(), 7);
        let heavy = work.look(peer(1), 101, || 7).await.unwrap_err();
        assert!(heavy.status == 413 && heavy.found.is_some() && heavy.wanted.is_some() && heavy.next.is_some());
        let held = work.turns.take(peer(1), 0).await.unwrap();
        assert_eq!(work.look(peer(2), 0, || 7).await.unwrap_err().status, 503);
        assert_eq!(work.run(Lane::Desk, || 7).await.unwrap(), 7, "the desk does not wait for the gate");
        drop(held);
        assert_eq!(work.look(peer(2), 0, || 7).await.unwrap(), 7);
    }
}
