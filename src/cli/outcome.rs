//! How a command ends: an exit code of the contract, or a failure that says what to do next.

use crate::desk::{Failure, Kind};

/// A line on stdout. A reader who has seen enough (`| head`) is no fault, where `println!` would panic.
macro_rules! say {
    ($($told:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($told)*);
    }};
}

pub(crate) use say;

/// Exit codes, the same for every command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Done, or everything that was examined is valid.
    Done,
    /// Something was examined and is not valid.
    NotValid,
    /// Usage or input error.
    Usage,
    /// Nothing is wrong, but something cannot be decided.
    Undecided,
    /// No symbol could be read.
    NoSymbol,
}

impl Exit {
    /// The number handed to the shell.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NotValid => 1,
            Self::Usage => 2,
            Self::Undecided => 3,
            Self::NoSymbol => 4,
        }
    }

    /// The worse of two ends, in the order 2, 1, 3, 4, 0.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Usage => 4,
            Self::NotValid => 3,
            Self::Undecided => 2,
            Self::NoSymbol => 1,
            Self::Done => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<&Failure> for Exit {
    fn from(failure: &Failure) -> Self {
        match failure.kind() {
            Kind::NotGood => Self::NotValid,
            Kind::NoSymbol => Self::NoSymbol,
            _ => Self::Usage,
        }
    }
}
