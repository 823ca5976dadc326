//! The proof type: a value that a signature stood for.

/// A value whose COSE signature has been checked. Only [`Sealed::open_with`](super::Sealed::open_with) makes one.
#[derive(Clone, Debug)]
pub struct Authentic<T>(T);

impl<T> Authentic<T> {
    /// The one place where the proof is made; visible to `seal` alone.
    pub(super) fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// The value without its proof.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// What follows from the value alone is as authentic as the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Authentic<U> {
        Authentic(f(self.0))
    }

    /// Like [`map`](Self::map), for a step that can fail, as reading a payload can.
    ///
    /// # Errors
    /// Whatever `f` answers.
    pub fn try_map<U, E>(self, f: impl FnOnce(T) -> Result<U, E>) -> Result<Authentic<U>, E> {
        f(self.0).map(Authentic)
    }
}
