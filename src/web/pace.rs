//! How fast a body has to come: the bytes that have arrived in, the moment out at which that is too slow.
//!
//! After a time of grace a mean speed is wanted, which honest people reach on a bad connection. Whoever wants room for more
//! bytes than come in time at that speed has to be faster: the room is kept free for them, and others wait.

use std::time::Duration;

use tokio::time::Instant;

/// What is asked of a body.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From then on the speed counts.
    from: Instant,
    /// Bytes a second in the mean, at least.
    speed: u64,
    /// The longest pause.
    pause: Duration,
}

impl Pace {
    /// A body begins, for which room for `size` bytes is kept; all of it is there `longest` after the grace.
    pub fn new(size: usize, grace: Duration, slowest: u64, longest: Duration, pause: Duration) -> Self {
        let whole = (size as u64).div_ceil(longest.as_secs().max(1));
        Self { from: Instant::now() + grace, speed: slowest.max(whole).max(1), pause }
    }

    /// The moment at which more than these bytes must have come.
    pub fn due(&self, received: usize) -> Instant {
        let lasts = Duration::from_secs_f64(received as f64 / self.speed as f64);
        (self.from + lasts).min(Instant::now() + self.pause)
    }

    /// Bytes a second in the mean, at least.
    pub fn speed(&self) -> u64 {
        self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(5);

    fn pace(size: usize) -> Pace {
        Pace::new(size, GRACE, 4000, Duration::from_mins(2), Duration::from_secs(10))
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_come_gives_time_for_more() {
        let (pace, begun) = (pace(100_000), Instant::now());
        assert_eq!(pace.due(0), begun + GRACE);
        assert_eq!(pace.due(8000), begun + GRACE + Duration::from_secs(2));
        assert_eq!(pace.due(80_000), begun + Duration::from_secs(10), "a pause is not longer than it may be");
    }

    #[tokio::test(start_paused = true)]
    async fn who_wants_much_room_has_to_be_faster() {
        assert_eq!(pace(480_000).speed(), 4000);
        assert_eq!(pace(12_000_000).speed(), 100_000);
        assert!(Pace::new(usize::MAX, GRACE, 0, Duration::ZERO, GRACE).due(usize::MAX) <= Instant::now() + GRACE);
    }
}
