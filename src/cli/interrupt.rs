//! Ctrl-C: the first ends a batch after what is in hand, the second ends the process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a shell says of a process that Ctrl-C ended: 128 and the signal's number.
const ENDED_BY_INTERRUPT: i32 = 130;

/// Whether somebody wants the batch to end.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C and the polite kill from now on. Where the system has no such signals, nobody asks.
    pub fn watch() -> Self {
        static ASKED: OnceLock<Interrupt> = OnceLock::new();
        ASKED
            .get_or_init(|| {
                let asked = Arc::new(AtomicBool::new(false));
                for signal in [SIGINT, SIGTERM] {
                    // In this order: the second signal finds the flag that the first has set.
                    let _ = flag::register_conditional_shutdown(signal, ENDED_BY_INTERRUPT, Arc::clone(&asked));
                    let _ = flag::register(signal, Arc::clone(&asked));
                }
                Self(asked)
            })
            .clone()
    }

    /// Whether it was asked for.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
