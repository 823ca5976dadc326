//! Signed message → the texts of symbols that have room on the paper; and how much room they leave for a photo.

use super::photo::{LEAST_PHOTO_BYTES, PHOTO_BYTES};
use super::sign::SignError;
use crate::envelope::{self, TextError};
use crate::format::{self, Format};
use crate::symbol::{self, EcLevel, Room};

/// Most symbols that one credential is spread over.
pub const PARTS_MAX: u8 = 8;

/// What a photo adds to a message beside its own bytes: two keys, its length and format, and what compression loses.
const AROUND_PHOTO: usize = 24;

/// More bytes than any symbol holds (version 40 at level L: 4,296 characters, ISO/IEC 18004 table 7).
const BEYOND_ANY: usize = 2900;

/// The format, and the places on the paper.
#[derive(Clone, Copy, Debug)]
pub struct Carrier<'a> {
    /// The format that the message travels in.
    pub format: Format,
    /// For our own format: the address that the symbol opens in any telephone, instead of `NP1:`.
    pub address: Option<&'a str>,
    /// Printer and place on paper, for one symbol, for two, and so on.
    pub rooms: &'a [Room],
}

/// Bytes of a packed message that one symbol holds on this paper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Holds {
    /// At level Q.
    pub quartile: usize,
    /// At level M or better.
    pub medium: usize,
    /// At any level.
    pub low: usize,
}

impl Carrier<'_> {
    /// One text when it fits into one symbol; otherwise as few parts as possible and one more, so that a lost symbol is
    /// not a lost paper.
    pub fn texts(&self, cose: &[u8]) -> Result<Vec<String>, SignError> {
        if self.format != Format::Nansen {
            let text = format::to_text(self.format, cose)?;
            symbol::plan(&text, self.room(1)).map_err(SignError::Plan)?;
            return Ok(vec![text]);
        }
        let envelope = envelope::pack(cose);
        let whole = self.text(&envelope)?;
        match symbol::plan(&whole, self.room(1)) {
            Ok(_) => Ok(vec![whole]),
            Err(too_large) => self.parts(&envelope)?.ok_or(SignError::Plan(too_large)),
        }
    }

    /// The texts of the fewest parts that have room.
    fn parts(&self, envelope: &[u8]) -> Result<Option<Vec<String>>, SignError> {
        for needed in 2..PARTS_MAX {
            let parts = envelope::split(envelope, needed, needed + 1)?;
            let texts = parts.iter().map(|part| self.text(part)).collect::<Result<Vec<_>, _>>()?;
            if texts.iter().all(|text| symbol::plan(text, self.room(texts.len())).is_ok()) {
                return Ok(Some(texts));
            }
        }
        Ok(None)
    }

    /// The place for each of `count` symbols.
    pub fn room(&self, count: usize) -> Room {
        self.rooms[count.clamp(1, self.rooms.len()) - 1]
    }

    fn text(&self, envelope: &[u8]) -> Result<String, TextError> {
        match self.address {
            Some(address) => envelope::to_url(address, envelope),
            None => envelope::to_text(envelope),
        }
    }

    /// How long a message may be for a single symbol.
    pub fn holds(&self) -> Holds {
        // Any text of that length takes the same bits: three characters are two bytes, seventeen digits seven.
        let text = |bytes: usize| match (self.format, self.address) {
            (Format::Nansen, Some(address)) => format!("{address}#{}", "0".repeat((bytes * 17).div_ceil(7))),
            (Format::Claim169, _) => "A".repeat((bytes * 3).div_ceil(2)),
            _ => format!("NP1:{}", "A".repeat((bytes * 3).div_ceil(2))),
        };
        let reaches = |bytes: usize, levels: &[EcLevel]| {
            symbol::plan(&text(bytes), self.room(1)).is_ok_and(|plan| levels.contains(&plan.level))
        };
        let most = |levels: &[EcLevel]| {
            let (mut fits, mut too_long) = (0, BEYOND_ANY);
            while fits + 1 < too_long {
                let middle = usize::midpoint(fits, too_long);
                if reaches(middle, levels) { fits = middle } else { too_long = middle }
            }
            fits
        };
        Holds {
            quartile: most(&[EcLevel::H, EcLevel::Q]),
            medium: most(&[EcLevel::H, EcLevel::Q, EcLevel::M]),
            low: most(&[EcLevel::H, EcLevel::Q, EcLevel::M, EcLevel::L]),
        }
    }

    /// Bytes for the photo of a message that takes `rest` packed bytes without it: what level Q leaves, or M, or L, as
    /// long as a face can be recognised; else what parts can carry. `Err` has the bytes that are left.
    pub fn photo_bytes(&self, holds: Holds, rest: usize) -> Result<usize, usize> {
        let left = |holds: usize| holds.saturating_sub(rest + AROUND_PHOTO);
        let enough = [holds.quartile, holds.medium, holds.low].map(left).into_iter().find(|l| *l >= LEAST_PHOTO_BYTES);
        if let Some(left) = enough {
            return Ok(left.min(PHOTO_BYTES));
        }
        let whole = vec![0; rest + AROUND_PHOTO + LEAST_PHOTO_BYTES];
        if self.format == Format::Nansen && matches!(self.parts(&whole), Ok(Some(_))) {
            return Ok(LEAST_PHOTO_BYTES);
        }
        Err(left(holds.low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_holds_what_was_computed_for_its_paper() {
        // paper.md: raw bytes in Base45, of which our prefix takes three.
        for (dpi, side, expect) in [(203, 48.0, [354, 489, 625]), (300, 46.0, [781, 1091, 1421])] {
            let rooms = [Room::new(dpi, side)];
            let holds = Carrier { format: Format::Claim169, address: None, rooms: &rooms }.holds();
            let found = [holds.quartile, holds.medium, holds.low];
            assert!(found.iter().zip(expect).all(|(found, wanted)| found.abs_diff(wanted) <= 3), "{found:?}");
        }
    }

    #[test]
    fn a_photo_gets_what_the_paper_leaves_and_no_more_than_it_needs() {
        let carrier = |rooms| Carrier { format: Format::Claim169, address: None, rooms };
        let a4 = [Room::new(300, 60.0)];
        assert_eq!(carrier(&a4).photo_bytes(carrier(&a4).holds(), 200), Ok(PHOTO_BYTES));
        let card = [Room::new(300, 46.0)];
        let holds = carrier(&card).holds();
        let left = carrier(&card).photo_bytes(holds, 200).unwrap();
        assert_eq!(left, holds.quartile - 200 - AROUND_PHOTO, "level Q still leaves enough");
        assert_eq!(carrier(&card).photo_bytes(holds, 400), Ok(holds.medium - 400 - AROUND_PHOTO), "level M does");
        let label = [Room::new(203, 48.0)];
        assert_eq!(carrier(&label).photo_bytes(carrier(&label).holds(), 200), Err(left_at(&label)));
    }

    fn left_at(rooms: &[Room]) -> usize {
        Carrier { format: Format::Claim169, address: None, rooms }.holds().low - 200 - AROUND_PHOTO
    }

    #[test]
    fn a_photo_that_no_single_symbol_holds_travels_in_parts_of_our_own_format() {
        let label = [Room::new(203, 48.0); 8];
        let own = Carrier { format: Format::Nansen, address: None, rooms: &label };
        assert_eq!(own.photo_bytes(own.holds(), 200), Ok(LEAST_PHOTO_BYTES));
    }
}
