//! How large a symbol has to be: text, printer and room on paper → version, level, dots per module.
//!
//! A module must be a whole number of printer dots, or its edges wander. Four dots are the least that survives
//! printing and a telephone's camera: 0.34 mm at 300 dpi, 0.5 mm on a 203 dpi receipt printer.

use super::encode::{bits_needed, capacity};
use super::{EcLevel, MAX_VERSION, modules};

/// Light modules around a symbol (ISO/IEC 18004 §6.3.8).
pub const QUIET_ZONE: usize = 4;

const MM_PER_INCH: f64 = 25.4;

/// Levels in the order of preference: what a fold or a stain takes away, Q gives back.
const PREFERRED: [EcLevel; 3] = [EcLevel::Q, EcLevel::M, EcLevel::L];

/// The printer, and the square on paper that the symbol may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Printer dots per inch.
    pub dpi: u32,
    /// Side of the square in millimetres, quiet zone included.
    pub side_mm: f64,
    /// Printer dots that a module must have on each side.
    pub least_dots: u32,
}

/// A symbol that fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// QR version, 1 to 40.
    pub version: u8,
    /// Error correction level.
    pub level: EcLevel,
    /// Printer dots on each side of a module: as many as there is room for.
    pub dots_per_module: u32,
    /// Side of the printed symbol in millimetres, quiet zone included.
    pub side_mm: f64,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The room is too small for this text, even at level L.
    #[error("the text needs version {needed} ({needed_mm:.1} mm), but there is room for {}", room(*.largest))]
    NoRoom {
        /// Smallest version that holds the text, at level L.
        needed: u8,
        /// The side that this takes at this printer, quiet zone included.
        needed_mm: f64,
        /// Largest version that there is room for, if any.
        largest: Option<u8>,
    },
    /// No single symbol holds the text.
    #[error("the text takes {bits} bits, and the largest symbol holds {most}")]
    TooLong {
        /// Bits that the text takes.
        bits: usize,
        /// Bits in version 40 at level L.
        most: usize,
    },
}

fn room(largest: Option<u8>) -> String {
    largest.map_or_else(|| "none".to_owned(), |version| format!("version {version}"))
}

impl Room {
    /// A square of `side_mm` at a printer of `dpi`, four dots a module.
    pub fn new(dpi: u32, side_mm: f64) -> Self {
        Self { dpi, side_mm, least_dots: 4 }
    }

    /// The same, but at least `least_dots` a module.
    #[must_use]
    pub fn with_least_dots(self, least_dots: u32) -> Self {
        Self { least_dots: least_dots.max(1), ..self }
    }

    /// Whole printer dots on the side of the square.
    fn dots(self) -> u32 {
        // A side given as 40 mm may lie a hair below 40 mm in binary.
        (self.side_mm.max(0.0) * f64::from(self.dpi) / MM_PER_INCH + 1e-6) as u32
    }

    /// The largest version that there is room for.
    pub fn largest_version(self) -> Option<u8> {
        (1..=MAX_VERSION).rev().find(|&version| self.dots_per_module(version) >= self.least_dots)
    }

    fn dots_per_module(self, version: u8) -> u32 {
        self.dots() / with_quiet_zone(version)
    }

    fn mm(self, version: u8, dots_per_module: u32) -> f64 {
        f64::from(with_quiet_zone(version) * dots_per_module) * MM_PER_INCH / f64::from(self.dpi)
    }
}

fn with_quiet_zone(version: u8) -> u32 {
    (modules(version) + 2 * QUIET_ZONE) as u32
}

/// Chooses the smallest symbol for `text` at the best level for which there is room: Q, else M, else L.
pub fn plan(text: &str, room: Room) -> Result<Plan, PlanError> {
    let largest = room.largest_version();
    let needs = Needs::new(text);
    for level in PREFERRED {
        let Some(version) = needs.smallest_version(level) else { continue };
        if Some(version) <= largest {
            let dots_per_module = room.dots_per_module(version);
            return Ok(Plan { version, level, dots_per_module, side_mm: room.mm(version, dots_per_module) });
        }
    }
    match needs.smallest_version(EcLevel::L) {
        Some(needed) => Err(PlanError::NoRoom { needed, needed_mm: room.mm(needed, room.least_dots), largest }),
        None => Err(PlanError::TooLong { bits: needs.bits(MAX_VERSION), most: capacity(MAX_VERSION, EcLevel::L) }),
    }
}

/// Bits that a text takes, for each group of versions that agree on them.
struct Needs([usize; 3]);

impl Needs {
    /// The last version of each group (ISO/IEC 18004 table 3).
    const GROUPS: [u8; 3] = [9, 26, MAX_VERSION];

    fn new(text: &str) -> Self {
        Self(Self::GROUPS.map(|version| bits_needed(text, version)))
    }

    fn bits(&self, version: u8) -> usize {
        self.0[Self::GROUPS.iter().filter(|&&last| version > last).count()]
    }

    fn smallest_version(&self, level: EcLevel) -> Option<u8> {
        (1..=MAX_VERSION).find(|&version| self.bits(version) <= capacity(version, level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As long as `bytes` are in Base45.
    fn text(bytes: usize) -> String {
        format!("NP1:{}", "K7".repeat(bytes).split_at((bytes * 3).div_ceil(2)).0)
    }

    #[test]
    fn the_rooms_of_common_papers_hold_what_was_computed_for_them() {
        // The printable width of a 58 mm roll is 48 mm, of an 80 mm roll 72 mm.
        for (dpi, side_mm, version) in [(203, 48.0, 17), (300, 40.0, 23), (300, 46.0, 27)] {
            assert_eq!(Room::new(dpi, side_mm).largest_version(), Some(version), "{side_mm} mm at {dpi} dpi");
        }
        assert_eq!(Room::new(300, 9.0).largest_version(), None);
        assert_eq!(Room::new(600, 200.0).largest_version(), Some(40));
    }

    #[test]
    fn the_groups_of_versions_agree_on_the_bits() {
        for text in ["NP1:K7", "https://v.example/#01234567890123456789", "0123", "np1"] {
            let needs = Needs::new(text);
            for version in 1..=MAX_VERSION {
                assert_eq!(needs.bits(version), bits_needed(text, version), "{text} {version}");
            }
        }
    }

    #[test]
    fn level_q_is_taken_where_there_is_room_for_it_and_less_where_not() {
        let room = Room::new(300, 40.0);
        for (bytes, level) in [(300, EcLevel::Q), (590, EcLevel::Q), (600, EcLevel::M), (840, EcLevel::L)] {
            let plan = plan(&text(bytes), room).unwrap();
            assert_eq!(plan.level, level, "{bytes} bytes");
            assert!(plan.version <= 23);
            assert!(plan.side_mm <= 40.0);
        }
    }

    #[test]
    fn the_room_is_used_up_by_whole_dots() {
        let plan = plan(&text(40), Room::new(300, 40.0)).unwrap();
        assert_eq!((plan.version, plan.dots_per_module), (4, 11));
        assert!((plan.side_mm - 451.0 * 25.4 / 300.0).abs() < 1e-9);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        let error = plan(&text(1000), Room::new(203, 48.0)).unwrap_err();
        assert_eq!(error.to_string(), "the text needs version 23 (58.6 mm), but there is room for version 17");
        let error = plan(&text(10), Room::new(203, 5.0)).unwrap_err();
        assert_eq!(error.to_string(), "the text needs version 1 (14.5 mm), but there is room for none");
        let error = plan(&text(3000), Room::new(600, 300.0)).unwrap_err();
        assert_eq!(error.to_string(), "the text takes 24789 bits, and the largest symbol holds 23648");
    }

    #[test]
    fn nonsense_rooms_hold_nothing() {
        for side_mm in [-1.0, 0.0, f64::NAN] {
            assert_eq!(Room::new(300, side_mm).largest_version(), None);
        }
        assert_eq!(Room::new(0, 40.0).largest_version(), None);
    }
}
