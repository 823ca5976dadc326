//! The moment that budgets are counted from: the machine's clock, or in a browser the work that was done.
//!
//! WebAssembly by itself has no clock, so there a moment is the work that was done until then. Readers say what a step of theirs
//! takes ([`spend`]), and each time that they ask how late it is counts a little, too.

#[cfg(not(target_arch = "wasm32"))]
pub(super) use std::time::Instant;
#[cfg(target_arch = "wasm32")]
pub(super) use work::{Instant, spend};

/// Counts work that takes about so long; where there is a clock, that counts it.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn spend(_: std::time::Duration) {}

#[cfg(any(test, target_arch = "wasm32"))]
mod work {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    /// What lies between two questions how late it is, when nothing else is said: as long as a set of finder patterns is weighed.
    const STEP: Duration = Duration::from_micros(150);

    /// Microseconds of work.
    static DONE: AtomicU64 = AtomicU64::new(0);

    /// Counts work that takes about so long.
    pub(in crate::scan) fn spend(work: Duration) {
        DONE.fetch_add(work.as_micros() as u64, Ordering::Relaxed);
    }

    /// A moment, as the time that the work before it stands for.
    #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
    pub(in crate::scan) struct Instant(Duration);

    impl Instant {
        /// This moment, a step after the one before.
        pub(in crate::scan) fn now() -> Self {
            spend(STEP);
            Self(Duration::from_micros(DONE.load(Ordering::Relaxed)))
        }

        /// The moment so much later.
        pub(in crate::scan) fn checked_add(self, time: Duration) -> Option<Self> {
            self.0.checked_add(time).map(Self)
        }

        /// The moment so much earlier.
        pub(in crate::scan) fn checked_sub(self, time: Duration) -> Option<Self> {
            self.0.checked_sub(time).map(Self)
        }

        /// The time from an earlier moment to this one, none when it was later.
        pub(in crate::scan) fn saturating_duration_since(self, earlier: Self) -> Duration {
            self.0.saturating_sub(earlier.0)
        }

        /// The time from this moment to now.
        pub(in crate::scan) fn elapsed(self) -> Duration {
            Self::now().saturating_duration_since(self)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn without_a_clock_a_budget_is_used_up_by_work_and_by_asking() {
            let end = Instant::now().checked_add(STEP * 10).unwrap();
            let asked = (0..1000).take_while(|_| Instant::now() < end).count();
            assert!((1..10).contains(&asked), "{asked}");
            assert!(Instant::now().elapsed() >= STEP);
            let before = Instant::now();
            spend(Duration::from_secs(7));
            assert!(before.elapsed() >= Duration::from_secs(7));
            assert_eq!(end.checked_sub(Duration::MAX), None);
            assert_eq!(end.saturating_duration_since(Instant::now()), Duration::ZERO);
        }
    }
}
