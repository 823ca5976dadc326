//! What went wrong at a desk, what kind of thing that is, and what the person at the command line does next.

use std::fmt;

/// What kind of failure it is, for shells that are not the command line and say what to do in words of their own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// What was given cannot be used.
    #[default]
    Input,
    /// Something was examined and is not good, such as a page that does not read back.
    NotGood,
    /// No symbol was found.
    NoSymbol,
    /// This data folder has no issuer yet.
    NotSetUp,
    /// This data folder has an issuer already.
    SetUpAlready,
    /// A key is encrypted, and nobody has given its passphrase.
    Locked,
    /// The passphrase opens no key.
    WrongPassphrase,
    /// Another process or job holds the desk.
    Busy,
    /// There is no such type, layout, serial, batch or list.
    Unknown,
    /// It cannot be done to this credential as it stands: withdrawn, replaced, held already.
    Conflict,
    /// Rows of a list cannot be issued; each was told.
    Rows,
    /// Somebody asked for the end.
    Cancelled,
    /// It is in the register, and verifiers have not been told.
    NotPublished,
    /// The disk, the register or the trust folder does not do what is asked of it.
    Storage,
}

/// Work that could not be done.
#[derive(Debug)]
pub struct Failure {
    error: Box<dyn std::error::Error + Send + Sync>,
    hint: Option<String>,
    kind: Kind,
}

impl Failure {
    /// A failure of the kind [`Kind::Input`].
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { error: error.into(), hint: None, kind: Kind::Input }
    }

    /// Adds what the person at the command line should do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what kind it is.
    #[must_use]
    pub fn of(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// What kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The error and its causes in one line, without what to do next.
    pub fn told(&self) -> String {
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
        told
    }

    /// What to do next, in the words of the command line.
    pub fn next(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Whether the reader of our answers has gone away.
    pub fn is_broken_pipe(&self) -> bool {
        let io = self.error.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    /// The error, its causes, and on a line of its own what to do next.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told())?;
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
        assert_eq!(
            (failure.told().as_str(), failure.next()),
            ("cannot be decoded: not enough bytes", Some("scan again"))
        );
    }
}
