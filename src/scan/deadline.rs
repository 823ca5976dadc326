//! A budget of time, in and out as a moment: readers look at it between their steps and stop when it has passed.

use super::clock::Instant;
use std::time::Duration;

/// The moment at which a reader has to stop with what it has.
///
/// This is a budget and never part of a decision about a credential, so it may come from the machine's clock, and where
/// there is none, from the work that was done.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// The moment that lies `budget` from now.
    pub fn after(budget: Duration) -> Self {
        Self(Instant::now().checked_add(budget))
    }

    /// No limit.
    pub fn never() -> Self {
        Self(None)
    }

    /// Whether it is time to stop.
    pub fn has_passed(self) -> bool {
        self.0.is_some_and(|at| Instant::now() >= at)
    }

    /// What is left, at most `most`.
    pub fn remaining(self, most: Duration) -> Duration {
        self.0.map_or(most, |at| at.saturating_duration_since(Instant::now()).min(most))
    }

    /// The moment that lies `reserve` before this one.
    #[must_use]
    pub fn earlier(self, reserve: Duration) -> Self {
        Self(self.0.map(|at| at.checked_sub(reserve).unwrap_or(at)))
    }

    /// The earlier of this deadline and the moment that lies `budget` from now.
    #[must_use]
    pub fn at_most(self, budget: Duration) -> Self {
        let other = Self::after(budget);
        match (self.0, other.0) {
            (Some(a), Some(b)) => Self(Some(a.min(b))),
            (a, b) => Self(a.or(b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_of_nothing_has_passed_at_once() {
        assert!(Deadline::after(Duration::ZERO).has_passed());
        assert_eq!(Deadline::after(Duration::ZERO).remaining(Duration::from_secs(1)), Duration::ZERO);
    }

    #[test]
    fn never_does_not_pass_and_can_be_shortened() {
        assert!(!Deadline::never().has_passed());
        assert_eq!(Deadline::never().remaining(Duration::from_secs(1)), Duration::from_secs(1));
        assert!(Deadline::never().at_most(Duration::ZERO).has_passed());
        assert!(!Deadline::never().earlier(Duration::from_secs(1)).has_passed());
        assert!(Deadline::after(Duration::from_secs(1)).earlier(Duration::from_secs(1)).has_passed());
    }
}
