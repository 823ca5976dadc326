//! What the handlers share: the data folder, the clock, who is signed in, the opened key, the limits.

use std::fmt;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use getrandom::SysRng;
use getrandom::rand_core::{Rng as _, UnwrapErr};
use jiff::Timestamp;
use tokio::sync::watch;

use super::assets::Assets;
use super::attempts::{Attempts, Rates};
use super::counts::Counts;
use super::desk::jobs::Jobs;
use super::files;
use super::guard::Hosts;
use super::key::KeyVault;
use super::metrics::Metrics;
use super::passphrase::DeskPassphrase;
use super::peer::Peer;
use super::problem::Problem;
use super::session::Sessions;
use super::trust::Judges;
use super::work::{Lane, Limits, Work};
use crate::desk::Failure;
use crate::desk::Home;

/// Tells the time. The machine's, except in tests.
pub trait Clock: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;
}

/// Fills bytes with what nobody can guess. The machine's, except in tests.
pub type Random = fn(&mut [u8]);

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct Machine;

/// The machine's randomness.
pub fn machine_random(bytes: &mut [u8]) {
    UnwrapErr(SysRng).fill_bytes(bytes);
}

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The names that it answers to.
    pub hosts: Hosts,
    /// Whether browsers reach it by HTTPS.
    pub secure: bool,
    /// Whether another server on this machine is in front, which says whom it asks for.
    pub behind_another: bool,
    /// Whether each request is told on stderr.
    pub log: bool,
    /// Serve the pages from this folder, which has `gate`, `desk` and `built`, instead of those in the program.
    pub assets: Option<PathBuf>,
    /// How much at a time.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hosts: Hosts::loopback(),
            secure: false,
            behind_another: false,
            log: false,
            assets: None,
            limits: Limits::default(),
        }
    }
}

/// What the handlers share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The parts of [`App`].
pub struct Shared {
    /// The data folder.
    pub home: Home,
    /// What the server was started with.
    pub options: Options,
    /// Who is signed in.
    pub sessions: Sessions,
    /// Whether somebody has signed in since the last session ended.
    pub somebody: AtomicBool,
    /// How often signing in was tried.
    pub attempts: Attempts,
    /// How often each peer asked for a verification.
    pub verifications: Rates,
    /// The trust lists that papers are decided by.
    pub trust: Judges,
    /// Verdicts that the register has not counted yet.
    pub counts: Counts,
    /// The opened keys of the desk.
    pub keys: KeyVault,
    /// What is counted.
    pub metrics: Metrics,
    /// The passphrase of the desk.
    pub passphrase: DeskPassphrase,
    /// Uploads and work in progress.
    pub work: Work,
    /// What is being issued.
    pub jobs: Jobs,
    /// The pages.
    pub assets: Assets,
    /// The source of what nobody can guess.
    pub random: Random,
    clock: Box<dyn Clock>,
    closing: watch::Sender<bool>,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("home", &self.home.path()).finish_non_exhaustive()
    }
}

impl App {
    /// A server on this data folder.
    ///
    /// # Errors
    /// When the folder or the pages cannot be read.
    pub fn new(home: Home, options: Options, clock: impl Clock + 'static, random: Random) -> Result<Self, Failure> {
        let assets = Assets::load(options.assets.as_deref())?;
        files::clear_papers(&home, clock.now());
        Ok(Self(Arc::new(Shared {
            passphrase: DeskPassphrase::load(&home, random, clock.now())?,
            sessions: Sessions::default(),
            somebody: AtomicBool::new(false),
            attempts: Attempts::default(),
            verifications: Rates::default(),
            trust: Judges::default(),
            counts: Counts::default(),
            keys: KeyVault::default(),
            metrics: Metrics::default(),
            jobs: Jobs::default(),
            work: Work::new(&options.limits),
            assets,
            clock: Box::new(clock),
            random,
            closing: watch::channel(false).0,
            home,
            options,
        })))
    }

    /// Does work that keeps a core busy or reads files, when it is its turn in its lane.
    ///
    /// # Errors
    /// 503 when its turn does not come for too long, 500 when it panics.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let app = self.clone();
        self.work.run(lane, move || work(&app)).await
    }

    /// Looks at a paper of anybody, when it is the turn of this peer, with so many bytes of memory.
    ///
    /// # Errors
    /// 413 when so much memory is never free, 503 when its turn does not come for too long, 500 when it panics.
    pub async fn look<T: Send + 'static>(
        &self,
        peer: Peer,
        memory: u64,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let app = self.clone();
        self.work.look(peer, memory, move || work(&app)).await
    }
}

impl Shared {
    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Removes what is too old; locks the keys and removes the papers when the last session has ended.
    ///
    /// Papers that were finished while nobody was here, or before the server was started, wait for the next clerk: they
    /// are recorded as printed, and whoever has lost them prints each again as a copy.
    pub fn lock_when_nobody_is_here(&self) {
        self.jobs.sweep(self);
        if self.sessions.count(self.now()) > 0 {
            return;
        }
        if self.somebody.swap(false, Ordering::SeqCst) {
            self.jobs.remove_documents(self);
        }
        self.keys.lock();
    }

    /// Tells jobs, and answers that go on, such as events of a job, to end.
    pub fn close(&self) {
        self.jobs.cancel_all();
        self.closing.send_replace(true);
    }

    /// Waits until the server is told to end.
    pub async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        // An error says that the sender is gone, and with it the server.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

    use super::*;

    /// A clock that stands until it is set.
    #[derive(Clone, Debug)]
    pub struct Standing(Arc<AtomicI64>);

    impl Standing {
        pub fn at(text: &str) -> Self {
            Self(Arc::new(AtomicI64::new(text.parse::<Timestamp>().unwrap().as_second())))
        }

        pub fn forward(&self, seconds: i64) {
            self.0.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
        }
    }

    /// Bytes that differ from call to call.
    pub fn counting(bytes: &mut [u8]) {
        use sha2::Digest as _;
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let digest = sha2::Sha256::digest(CALLS.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        bytes.iter_mut().zip(digest.iter().cycle()).for_each(|(byte, random)| *byte = *random);
    }
}
