//! How much at a time: bytes that are being uploaded, and work on the cores.
//!
//! A body is read only when there is room for all of it, and work starts only when a core is free; who waits for too
//! long is told when to come back. So a crowd costs waiting, not memory.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use super::problem::Problem;

/// One permit of the budget of bytes.
const UNIT: usize = 16 * 1024;
/// Passphrases that are looked at at a time, each in 19 MiB.
const HASHES: usize = 2;
/// Reads of small files at a time.
const FILES: usize = 16;
/// When one who waited in vain should come back, in seconds.
const COME_BACK: u64 = 15;

/// How much at a time, and for how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of uploads that are held in memory at a time: those of papers that anybody has checked, and as many again
    /// of all others.
    pub uploads: usize,
    /// Jobs on the cores at a time.
    pub cores: usize,
    /// A request waits this long for its turn.
    pub queue: Duration,
    /// A body has arrived after this long.
    pub body: Duration,
    /// No pause within a body is longer than this.
    pub pause: Duration,
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
        Self {
            uploads: 128 << 20,
            cores: std::thread::available_parallelism().map_or(2, Into::into),
            queue: Duration::from_mins(2),
            body: Duration::from_mins(1),
            pause: Duration::from_secs(10),
            head: Duration::from_secs(15),
            connections: 768,
            verify_burst: 2_000,
            verify_rate: 20.0,
        }
    }
}

/// Work of one lane does not wait for work of another: a crowd at the gate does not stop the desk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lane {
    /// Verifications for anybody.
    Public,
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
    public_bytes: Arc<Semaphore>,
    /// Of everything else: a crowd at the gate keeps nobody from signing in.
    desk_bytes: Arc<Semaphore>,
    lanes: [Arc<Semaphore>; 4],
    limits: Limits,
}

/// A body, with its place in the budget, which is free again when this is dropped.
pub struct Upload {
    bytes: Vec<u8>,
    place: OwnedSemaphorePermit,
}

impl Upload {
    /// The bytes, and the place in the budget, which is to be held as long as they are.
    pub fn into_parts(self) -> (Vec<u8>, OwnedSemaphorePermit) {
        (self.bytes, self.place)
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
        let bytes = || Arc::new(Semaphore::new(limits.uploads.div_ceil(UNIT)));
        Self {
            public_bytes: bytes(),
            desk_bytes: bytes(),
            lanes: [limits.cores, limits.cores, HASHES, FILES].map(|places| Arc::new(Semaphore::new(places.max(1)))),
            limits: limits.clone(),
        }
    }

    /// Reads a body of `most` bytes at most, as soon as there is room for it among those of its lane.
    ///
    /// # Errors
    /// 413 when it is larger, 408 when it comes too slowly, 503 when there is no room for too long.
    pub async fn read(&self, lane: Lane, headers: &HeaderMap, body: Body, most: usize) -> Result<Upload, Problem> {
        let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let expected = said.or_else(|| body.size_hint().exact().and_then(|size| usize::try_from(size).ok()));
        if let Some(size) = expected.filter(|size| *size > most) {
            return Err(too_large(size, most));
        }
        let units = expected.unwrap_or(most).min(self.limits.uploads).div_ceil(UNIT).max(1);
        let bytes = if lane == Lane::Public { &self.public_bytes } else { &self.desk_bytes };
        let place = Arc::clone(bytes).acquire_many_owned(u32::try_from(units).unwrap_or(u32::MAX));
        let Ok(Ok(place)) = timeout(self.limits.queue, place).await else {
            return Err(Problem::busy("too many uploads at a time", COME_BACK));
        };
        let bytes = self.collect(body, expected.unwrap_or_default(), most).await?;
        Ok(Upload { bytes, place })
    }

    async fn collect(&self, mut body: Body, expected: usize, most: usize) -> Result<Vec<u8>, Problem> {
        let end = Instant::now() + self.limits.body;
        // As large as was said: growing by doubling would take twice the place that was given.
        let mut bytes = Vec::with_capacity(expected);
        loop {
            let pause = end.min(Instant::now() + self.limits.pause);
            let frame = timeout_at(pause, body.frame()).await.map_err(|_| {
                Problem::new(StatusCode::REQUEST_TIMEOUT, "the body of the request came too slowly")
                    .found(format!("{} bytes", bytes.len()))
                    .next("send it again over a better connection, or make the picture smaller")
            })?;
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
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| Problem::internal(&error))
    }
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
        let limits = Limits { uploads: 2 * UNIT, queue: Duration::from_millis(20), cores: 1, ..Limits::default() };
        Work::new(&limits)
    }

    #[tokio::test]
    async fn a_body_waits_for_room_and_is_refused_when_none_comes() {
        let work = small();
        let none = HeaderMap::new();
        let read = |size: usize| work.read(Lane::Public, &none, Body::from(vec![1; size]), 4 * UNIT);
        let first = read(2 * UNIT).await.unwrap();
        assert_eq!(first.len(), 2 * UNIT);
        assert_eq!(read(1).await.unwrap_err().status, 503);
        let sign_in = work.read(Lane::Desk, &none, Body::from(vec![1]), UNIT).await;
        assert_eq!(sign_in.unwrap().len(), 1, "who signs in does not wait for those at the gate");
        drop(first);
        assert_eq!(read(1).await.unwrap().len(), 1);
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

    #[tokio::test]
    async fn work_waits_for_a_core_and_a_panic_is_an_answer() {
        let work = small();
        assert_eq!(work.run(Lane::Public, || 7).await.unwrap(), 7);
        let panicked = work.run(Lane::Public, || panic!("a bug")).await;
        assert_eq!(panicked.unwrap_err().status, 500);
        let held = Arc::clone(&work.lanes[0]).acquire_owned().await.unwrap();
        assert_eq!(work.run(Lane::Public, || 7).await.unwrap_err().status, 503);
        assert_eq!(work.run(Lane::Desk, || 7).await.unwrap(), 7);
        drop(held);
        assert_eq!(work.run(Lane::Public, || 7).await.unwrap(), 7);
    }
}
