//! Which list may follow which, and how old one may be. After the rules of TUF (The Update Framework §5), for a
//! machine that sees no network: what is remembered is all there is against an old list and a clock turned back.

use jiff::{SignedDuration, Timestamp};

/// Days after which a list should not be relied on, unless it says otherwise.
pub const DEFAULT_STALE_AFTER_DAYS: u32 = 90;

/// How far the clock may stand behind what was seen before: a clock set by hand, or to the wrong zone, is wrong by
/// less than a day.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// How much a list's age matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AgeState {
    /// In the first third of its time: 30 of 90 days.
    Fresh,
    /// Usable, but a newer one should be fetched.
    Ageing,
    /// Older than it allows itself to be.
    Stale,
}

impl AgeState {
    /// The word in the JSON of `verify`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Ageing => "ageing",
            Self::Stale => "stale",
        }
    }
}

/// Whole days between `issued` and `at`; zero when `at` lies before.
pub fn age_days(issued: Timestamp, at: Timestamp) -> u32 {
    u32::try_from(at.duration_since(issued).as_hours().div_euclid(24)).unwrap_or(0)
}

/// The state at `at` of something issued at `issued`. The last second of day 30 is fresh, of day 90 ageing.
pub fn age_state(issued: Timestamp, stale_after_days: u32, at: Timestamp) -> AgeState {
    let age = at.duration_since(issued);
    let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
    if age <= days(stale_after_days / 3) {
        AgeState::Fresh
    } else if age <= days(stale_after_days) {
        AgeState::Ageing
    } else {
        AgeState::Stale
    }
}

/// What is remembered of the lists of one root.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Memory {
    /// The highest sequence number seen.
    pub sequence: u64,
    /// SHA-256 of that list's bytes.
    pub digest: [u8; 32],
    /// The latest time seen, on the clock or in a list.
    pub latest: Timestamp,
}

/// Why a list is not taken. The one in use stays in use.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// An older list than one seen before.
    #[error("trust list {found} is older than list {seen}, which was seen before")]
    LowerSequence {
        /// Its sequence number.
        found: u64,
        /// The highest seen.
        seen: u64,
    },
    /// Two lists under one number: the root signed twice, or its key is in other hands too.
    #[error("another trust list with number {sequence} was seen before")]
    SameSequence {
        /// Their sequence number.
        sequence: u64,
    },
    /// The clock stands before a time that has been.
    #[error("the clock says {now}, but {latest} has been seen before")]
    ClockTurnedBack {
        /// What it says.
        now: Timestamp,
        /// What it has said.
        latest: Timestamp,
    },
    /// The list was signed after what the clock calls now.
    #[error("the clock says {now}, but the trust list was signed at {issued}")]
    FromTheFuture {
        /// What the clock says.
        now: Timestamp,
        /// When the list was signed.
        issued: Timestamp,
    },
}

/// Whether the clock can be right, given the latest time seen.
///
/// # Errors
/// When it stands more than [`CLOCK_TOLERANCE`] behind.
pub fn check_clock(now: Timestamp, latest: Timestamp) -> Result<(), Refusal> {
    if latest.duration_since(now) > CLOCK_TOLERANCE { Err(Refusal::ClockTurnedBack { now, latest }) } else { Ok(()) }
}

/// Whether a list may take the place of what is remembered, and what to remember then.
///
/// # Errors
/// When it may not; see [`Refusal`].
pub fn accept(
    memory: Option<&Memory>,
    sequence: u64,
    digest: [u8; 32],
    issued: Timestamp,
    now: Timestamp,
) -> Result<Memory, Refusal> {
    if let Some(seen) = memory {
        check_clock(now, seen.latest)?;
        if sequence < seen.sequence {
            return Err(Refusal::LowerSequence { found: sequence, seen: seen.sequence });
        }
        if sequence == seen.sequence && digest != seen.digest {
            return Err(Refusal::SameSequence { sequence });
        }
    }
    if issued.duration_since(now) > CLOCK_TOLERANCE {
        return Err(Refusal::FromTheFuture { now, issued });
    }
    let latest = memory.map_or(now, |seen| seen.latest).max(now).max(issued);
    Ok(Memory { sequence, digest, latest })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    #[test]
    fn a_list_is_fresh_for_a_third_of_its_days_and_stale_after_the_last() {
        for (seconds, days, state) in [
            (-DAY, 0, AgeState::Fresh),
            (0, 0, AgeState::Fresh),
            (30 * DAY, 30, AgeState::Fresh),
            (30 * DAY + 1, 30, AgeState::Ageing),
            (90 * DAY, 90, AgeState::Ageing),
            (90 * DAY + 1, 90, AgeState::Stale),
        ] {
            assert_eq!(age_days(time(0), time(seconds)), days, "{seconds}");
            assert_eq!(age_state(time(0), DEFAULT_STALE_AFTER_DAYS, time(seconds)), state, "{seconds}");
        }
    }

    #[test]
    fn a_list_that_may_not_follow_is_refused_for_its_reason() {
        let seen = Memory { sequence: 5, digest: [5; 32], latest: time(0) };
        let refuse = |sequence, digest, issued, now| {
            accept(Some(&seen), sequence, [digest; 32], time(issued), time(now)).unwrap_err().to_string()
        };
        assert_eq!(refuse(4, 4, 0, 0), "trust list 4 is older than list 5, which was seen before");
        assert_eq!(refuse(5, 4, 0, 0), "another trust list with number 5 was seen before");
        let text = refuse(6, 6, 0, -DAY - 1);
        assert!(text.starts_with("the clock says 2026-09-20") && text.ends_with("has been seen before"), "{text}");
        assert!(refuse(6, 6, 2 * DAY, 0).contains("but the trust list was signed at 2026-09-23"));
    }

    #[test]
    fn a_list_that_may_follow_moves_what_is_remembered_and_never_back() {
        let seen = Memory { sequence: 5, digest: [5; 32], latest: time(0) };
        let later = accept(Some(&seen), 7, [7; 32], time(10), time(20)).unwrap();
        assert_eq!(later, Memory { sequence: 7, digest: [7; 32], latest: time(20) });
        // A clock that is an hour slow is forgiven, and what it says is not remembered.
        let slow = accept(Some(&seen), 5, [5; 32], time(-10), time(-3_600)).unwrap();
        assert_eq!(slow, seen);
        assert_eq!(accept(None, 1, [1; 32], time(30), time(20)).unwrap().latest, time(30));
    }
}
