//! How a command ends: an exit code of the contract, or a failure that says what to do next.

use std::fmt;

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

/// A command that could not do its work.
#[derive(Debug)]
pub struct Failure {
    error: Box<dyn std::error::Error + Send + Sync>,
    hint: Option<String>,
    exit: Exit,
}

impl Failure {
    /// A usage or input error (exit code 2).
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { error: error.into(), hint: None, exit: Exit::Usage }
    }

    /// Adds what the person should do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Ends with another exit code than 2.
    #[must_use]
    pub fn exit_with(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Whether the reader of our answers has gone away.
    pub fn is_broken_pipe(&self) -> bool {
        let io = self.error.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    /// The error, its causes, and on a line of its own what to do next.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = self.error.to_string();
        let mut cause = self.error.source();
        while let Some(error) = cause {
            // Some libraries repeat their cause in their own words.
            let text = error.to_string();
            // And some end in an empty line.
            let text = text.trim_end();
            if !told.contains(text) {
                told = format!("{told}: {text}");
            }
            cause = error.source();
        }
        f.write_str(&told)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  next: {hint}")?;
        }
        Ok(())
    }
}

impl<E> From<E> for Failure
where
    E: std::error::Error + Send + Sync + 'static,
{
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot be decoded")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("not enough bytes\n")]
    struct Inner;

    #[test]
    fn a_cause_that_ends_in_an_empty_line_does_not_part_the_error_from_its_hint() {
        let failure = Failure::new(Outer(Inner)).hint("scan again");
        assert_eq!(failure.to_string(), "cannot be decoded: not enough bytes\n  next: scan again");
    }
}
