//! Time that does not grow when the machine has other work.

use std::time::Instant;

/// Started when it is made.
pub struct Stopwatch {
    started: Instant,
    waited_ms: f64,
}

impl Stopwatch {
    /// Begins now.
    pub fn start() -> Self {
        Self { waited_ms: waited_ms(), started: Instant::now() }
    }

    /// Milliseconds by the clock.
    pub fn wall_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1e3
    }

    /// Milliseconds, without those in which this thread was ready and another had the core; elsewhere than on Linux, with them.
    ///
    /// Better than the CPU time of the thread, which would not see what a reader does on another.
    pub fn ms(&self) -> f64 {
        let wall_ms = self.wall_ms();
        (wall_ms - (waited_ms() - self.waited_ms)).max(0.0)
    }
}

/// Milliseconds that this thread has spent ready but without a core; 0 where the system does not tell.
fn waited_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().nth(1).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default() / 1e6
}
