//! What a symbol may say, and how it becomes what the symbol says.
//!
//! The decoder finds words that are near what was seen and cannot tell that they were printed. A [`Doubtful`] message is none
//! until something else proves it; its bytes are shown to nobody but the one who looks for that proof.

use super::found::{Found, lies_in};
use crate::seal::Authentic;

/// What a symbol may say.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubtful(Found);

impl Doubtful {
    pub(super) fn new(found: Found) -> Self {
        Self(found)
    }

    /// The symbol as if it had been read without doubt, when `opened` finds its bytes signed.
    ///
    /// `opened` answers with what the signature stood for: nothing else can stand as a proof. A piece of a message that is
    /// spread over several symbols is not signed by itself, and so not proved.
    pub fn prove<T>(self, opened: impl FnOnce(&[u8]) -> Option<Authentic<T>>) -> Option<Found> {
        if self.0.is_piece() {
            return None;
        }
        opened(&self.0.bytes).map(|_| self.0)
    }

    /// Where it lies, as in [`Found::corners`].
    pub fn corners(&self) -> Option<[(f32, f32); 4]> {
        self.0.corners
    }

    /// One list for each place; what has no place is left out.
    pub fn by_place(all: impl IntoIterator<Item = Self>) -> Vec<Vec<Self>> {
        let mut places: Vec<Vec<Self>> = Vec::new();
        for one in all {
            let Some(corners) = one.corners() else { continue };
            let same = |place: &&mut Vec<Self>| place[0].corners().is_some_and(|other| lies_in(&corners, &other));
            match places.iter_mut().find(same) {
                Some(place) if place.iter().any(|known| known.0.bytes == one.0.bytes) => {}
                Some(place) => place.push(one),
                None => places.push(vec![one]),
            }
        }
        places
    }

    pub(super) fn scaled(self, factor: f32) -> Self {
        Self(self.0.scaled(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Kind, StructuredAppend};
    use crate::seal::{Sealed, SigningKey, sign};

    fn doubtful(bytes: Vec<u8>, structured_append: Option<StructuredAppend>) -> Doubtful {
        Doubtful(Found {
            kind: Kind::Qr,
            bytes,
            version: None,
            ec_level: None,
            errors_corrected: None,
            erasures: None,
            structured_append,
            corners: None,
            page: 1,
            mirrored: false,
            inverted: false,
        })
    }

    #[test]
    fn a_doubtful_message_is_found_only_with_what_a_signature_stood_for() {
        let key = SigningKey::from_pem(include_str!("../../tests/data/vectors-ed25519.pem"), None).unwrap();
        let message = sign(b"what it says", &key);
        let opened = |bytes: &[u8]| Sealed::parse_strict(bytes).ok()?.open_with(&key.public()).ok();
        assert_eq!(doubtful(message.clone(), None).prove(opened).unwrap().bytes, message);
        let mut changed = message.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(doubtful(changed, None).prove(opened), None);
        let piece = StructuredAppend { index: 0, total: 2, parity: 0 };
        assert_eq!(doubtful(message, Some(piece)).prove(opened), None);
    }
}
