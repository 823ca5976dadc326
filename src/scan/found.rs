//! What a reader found: the bytes of one symbol, and what is known about how it was printed.

use crate::symbol::EcLevel;
use std::fmt;

/// A symbology that is read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// QR Code model 2 (ISO/IEC 18004).
    Qr,
    /// Data Matrix ECC 200 (ISO/IEC 16022).
    DataMatrix,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Qr => "qr",
            Self::DataMatrix => "datamatrix",
        })
    }
}

/// The place of a symbol among those that carry one message (ISO/IEC 18004 §8.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StructuredAppend {
    /// Counted from 0.
    pub index: u8,
    /// Symbols of the message, 1 to 16.
    pub total: u8,
    /// Exclusive or of all bytes of the whole message.
    pub parity: u8,
}

/// One symbol that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its symbology.
    pub kind: Kind,
    /// Its message, byte by byte as encoded: no character set has been guessed.
    pub bytes: Vec<u8>,
    /// QR version, 1 to 40.
    pub version: Option<u8>,
    /// QR error correction level.
    pub ec_level: Option<EcLevel>,
    /// Codewords that Reed–Solomon decoding put right.
    pub errors_corrected: Option<u32>,
    /// Codewords that were too spoilt to be read and were filled in.
    pub erasures: Option<u32>,
    /// Which part of a message it is, when the message is spread over several symbols (ISO/IEC 18004 §8).
    pub structured_append: Option<StructuredAppend>,
    /// Top left, top right, bottom right and bottom left of the symbol in pixels of the image that was read. For a QR symbol
    /// they may be the centres of the finder patterns instead, when its reader knows no better.
    pub corners: Option<[(f32, f32); 4]>,
    /// Page, counted from 1; 1 for images.
    pub page: u32,
    /// The symbol was printed or photographed as in a mirror.
    pub mirrored: bool,
    /// The symbol was light on dark.
    pub inverted: bool,
}

impl Found {
    /// Whether its bytes are only a piece of a message: one of several symbols that carry it (ISO/IEC 18004 §8).
    pub fn is_piece(&self) -> bool {
        self.structured_append.is_some_and(|part| part.total > 1)
    }

    /// Whether both are the same print: equal bytes at the same place.
    pub fn is_same_print(&self, other: &Self) -> bool {
        if self.kind != other.kind || self.bytes != other.bytes || self.page != other.page {
            return false;
        }
        match (self.corners, other.corners) {
            (Some(a), Some(b)) => {
                let ((ax, ay), (bx, by)) = (centre(&a), centre(&b));
                (ax - bx).hypot(ay - by) < 0.5 * diagonal(&a).max(diagonal(&b))
            }
            _ => true,
        }
    }

    /// Corners in another scale.
    pub(super) fn scaled(mut self, factor: f32) -> Self {
        if let Some(corners) = &mut self.corners {
            for (x, y) in corners {
                *x *= factor;
                *y *= factor;
            }
        }
        self
    }
}

/// Adds `new` unless the same print is there already; says whether it was added.
pub(super) fn merge(all: &mut Vec<Found>, new: Found) -> bool {
    if all.iter().any(|old| old.is_same_print(&new)) {
        return false;
    }
    all.push(new);
    true
}

/// Whether the middle of a symbol lies within another.
pub(super) fn lies_in(inner: &[(f32, f32); 4], outer: &[(f32, f32); 4]) -> bool {
    contains(outer, centre(inner))
}

/// Whether a place lies within a symbol, whichever way round its corners are named.
pub(super) fn contains(corners: &[(f32, f32); 4], at: (f32, f32)) -> bool {
    let side = |side: usize| {
        let ((ax, ay), (bx, by)) = (corners[side], corners[(side + 1) % 4]);
        (bx - ax) * (at.1 - ay) - (by - ay) * (at.0 - ax)
    };
    (0..4).all(|at| side(at) >= 0.0) || (0..4).all(|at| side(at) <= 0.0)
}

fn centre(corners: &[(f32, f32); 4]) -> (f32, f32) {
    let (x, y) = corners.iter().fold((0.0, 0.0), |(x, y), c| (x + c.0, y + c.1));
    (x / 4.0, y / 4.0)
}

fn diagonal(corners: &[(f32, f32); 4]) -> f32 {
    (corners[0].0 - corners[2].0).hypot(corners[0].1 - corners[2].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32) -> Found {
        Found {
            kind: Kind::Qr,
            bytes: b"A".to_vec(),
            version: None,
            ec_level: None,
            errors_corrected: None,
            erasures: None,
            structured_append: None,
            corners: Some([(x, 0.0), (x + 10.0, 0.0), (x + 10.0, 10.0), (x, 10.0)]),
            page: 1,
            mirrored: false,
            inverted: false,
        }
    }

    #[test]
    fn the_same_bytes_at_the_same_place_are_one_print() {
        let mut all = vec![at(0.0)];
        assert!(!merge(&mut all, at(2.0)));
        assert!(merge(&mut all, at(50.0)));
        assert!(merge(&mut all, Found { page: 2, ..at(0.0) }));
        assert!(!merge(&mut all, Found { corners: None, ..at(0.0) }));
        assert_eq!(all.len(), 3);
    }
}
