//! The moment that budgets are counted from: the machine's clock, or in a browser the work that was done.
//!
//! WebAssembly by itself has no clock, so there a moment is the number of times that one was asked for. Readers ask between their
//! steps, and a step takes about as long as the next: [`STEP`] was measured over the sample scans (docs/WEB.md).

#[cfg(not(target_arch = "wasm32"))]
pub(super) use std::time::Instant;
#[cfg(target_arch = "wasm32")]
pub(super) use work::Instant;

#[cfg(any(test, target_arch = "wasm32"))]
mod work {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    /// What a step counts as.
    const STEP: Duration = Duration::from_micros(250);

    static STEPS: AtomicU32 = AtomicU32::new(0);

    /// A moment, as the time that the work before it stands for.
    #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
    pub(in crate::scan) struct Instant(Duration);

    impl Instant {
        /// This moment, one step after the one before.
        pub(in crate::scan) fn now() -> Self {
            Self(STEP * STEPS.fetch_add(1, Ordering::Relaxed))
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
        fn without_a_clock_a_budget_is_used_up_by_asking() {
            let end = Instant::now().checked_add(STEP * 10).unwrap();
            let asked = (0..1000).take_while(|_| Instant::now() < end).count();
            assert!((1..10).contains(&asked), "{asked}");
            assert!(Instant::now().elapsed() >= STEP);
            assert_eq!(end.checked_sub(Duration::MAX), None);
            assert_eq!(end.saturating_duration_since(Instant::now()), Duration::ZERO);
        }
    }
}
