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

/// What the largest symbol of a room holds at one level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// QR version, 1 to 40.
    pub version: u8,
    /// Error correction level.
    pub level: EcLevel,
    /// Printer dots on each side of a module.
    pub dots_per_module: u32,
    /// Side of a module in millimetres.
    pub module_mm: f64,
    /// Side of the symbol in millimetres, quiet zone included.
    pub side_mm: f64,
    /// Raw bytes that it holds in Base45.
    pub bytes: usize,
}

impl Room {
    /// What the largest symbol holds at `level`, behind `head` characters such as `NP1:`.
    pub fn capacity(self, level: EcLevel, head: usize) -> Option<Capacity> {
        let version = self.largest_version()?;
        let dots_per_module = self.dots_per_module(version);
        Some(Capacity {
            version,
            level,
            dots_per_module,
            module_mm: f64::from(dots_per_module) * MM_PER_INCH / f64::from(self.dpi),
            side_mm: self.mm(version, dots_per_module),
            bytes: bytes_that_fit(version, level, head),
        })
    }
}

/// Raw bytes that a symbol holds in Base45 (RFC 9285: three characters for two bytes) behind `head` characters.
pub fn bytes_that_fit(version: u8, level: EcLevel, head: usize) -> usize {
    // Mode and length first, then eleven bits for two characters, six for one (ISO/IEC 18004 §7.4.4).
    let length_bits = [9, 11, 13][Needs::GROUPS.iter().filter(|&&last| version > last).count()];
    let bits = capacity(version, level).saturating_sub(4 + length_bits);
    let characters = (bits / 11 * 2 + usize::from(bits % 11 >= 6)).saturating_sub(head);
    characters / 3 * 2 + usize::from(characters % 3 == 2)
}

/// How one message is spread over symbols.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How many symbols are enough to read it.
    pub needed: u8,
    /// How many are printed: one more than needed, unless one is enough.
    pub printed: u8,
    /// Each of them.
    pub plan: Plan,
}

/// Characters and bytes that stand before a message in a symbol.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heads {
    /// Characters before the Base45, such as those of `NP1:`.
    pub characters: usize,
    /// Bytes that each part of several has of its own.
    pub part: usize,
}

/// Chooses symbols for a message of so many bytes, whatever it will be: one where one has room, else as few parts as have, and
/// one more, so that a lost symbol is not a lost paper. `rooms` are the places for one symbol, for each of two, and so on.
pub fn spread(bytes: usize, heads: Heads, rooms: &[Room]) -> Result<Spread, PlanError> {
    let alone = rooms.first().copied().unwrap_or(Room::new(0, 0.0));
    let too_large = match plan(&of_length(bytes, heads.characters), alone) {
        Ok(plan) => return Ok(Spread { needed: 1, printed: 1, plan }),
        Err(error) => error,
    };
    for (printed, room) in (1u8..).zip(rooms).skip(2) {
        let needed = printed - 1;
        let part = bytes.div_ceil(usize::from(needed)) + heads.part;
        if let Ok(plan) = plan(&of_length(part, heads.characters), *room) {
            return Ok(Spread { needed, printed, plan });
        }
    }
    Err(too_large)
}

/// A text as long as that of a message of so many bytes, which never takes fewer bits than it.
fn of_length(bytes: usize, head: usize) -> String {
    // Far beyond any symbol the exact length no longer matters.
    "K".repeat((bytes.min(1 << 16) * 3).div_ceil(2) + head)
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
    fn the_capacities_are_those_that_papers_were_designed_by() {
        // design/paper.md counts the whole symbol as Base45; `NP1:` takes a little of it.
        for (dpi, side_mm, level, bytes) in [
            (203, 48.0, EcLevel::L, 625),
            (203, 48.0, EcLevel::M, 489),
            (203, 48.0, EcLevel::Q, 354),
            (300, 40.0, EcLevel::Q, 593),
            (300, 46.0, EcLevel::M, 1091),
        ] {
            let capacity = Room::new(dpi, side_mm).capacity(level, 0).unwrap();
            assert!(capacity.bytes.abs_diff(bytes) <= 4, "{side_mm} mm {level}: {} not {bytes}", capacity.bytes);
        }
    }

    #[test]
    fn q_is_preferred_to_m_at_a_higher_version() {
        let chosen = plan(&text(300), Room::new(300, 60.0)).unwrap();
        assert_eq!(chosen.level, EcLevel::Q);
        assert!(chosen.version > Needs::new(&text(300)).smallest_version(EcLevel::M).unwrap());
    }

    const HEADS: Heads = Heads { characters: 4, part: 10 };

    #[test]
    fn what_one_symbol_does_not_hold_is_spread_over_one_more_than_needed() {
        let rooms: Vec<Room> = [48.0, 48.0, 48.0, 48.0].map(|side_mm| Room::new(203, side_mm)).to_vec();
        assert_eq!(spread(300, HEADS, &rooms).map(|found| (found.needed, found.printed)), Ok((1, 1)));
        assert_eq!(spread(1000, HEADS, &rooms).map(|found| (found.needed, found.printed)), Ok((2, 3)));
        let error = spread(4000, HEADS, &rooms).unwrap_err();
        assert!(matches!(error, PlanError::NoRoom { .. } | PlanError::TooLong { .. }), "{error}");
        assert!(spread(1, HEADS, &[]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_is_said_to_fit_fits_and_a_byte_more_does_not(version in 1u8..=40, level in 0usize..3, head in 0usize..5) {
            let level = PREFERRED[level];
            let bytes = bytes_that_fit(version, level, head);
            let bits = |bytes: usize| {
                let text = "A".repeat(head + bytes / 2 * 3 + bytes % 2 * 2);
                bits_needed(&text, version)
            };
            proptest::prop_assert!(bytes == 0 || bits(bytes) <= capacity(version, level));
            proptest::prop_assert!(bits(bytes + 1) > capacity(version, level));
        }

        #[test]
        fn a_plan_fits_its_room_on_whole_dots(bytes in 1usize..1500, dpi in 150u32..1300, side in 10.0f64..120.0) {
            let room = Room::new(dpi, side);
            if let Ok(found) = plan(&text(bytes), room) {
                proptest::prop_assert!(found.side_mm <= side + 1e-6);
                proptest::prop_assert!(found.dots_per_module >= 4);
                let dots = found.side_mm * f64::from(dpi) / MM_PER_INCH;
                proptest::prop_assert!((dots - dots.round()).abs() < 1e-6);
                // No better level had room.
                let better = PREFERRED.iter().take_while(|level| **level != found.level);
                for level in better {
                    let version = Needs::new(&text(bytes)).smallest_version(*level);
                    proptest::prop_assert!(version.is_none() || version > room.largest_version());
                }
            }
        }

        #[test]
        fn more_room_never_means_less(side in 20.0f64..100.0, more in 0.0f64..40.0, dpi in 150u32..1300) {
            let bytes = |side| Room::new(dpi, side).capacity(EcLevel::Q, 4).map_or(0, |found| found.bytes);
            proptest::prop_assert!(bytes(side) <= bytes(side + more));
        }
    }

    #[test]
    fn nonsense_rooms_hold_nothing() {
        for side_mm in [-1.0, 0.0, f64::NAN] {
            assert_eq!(Room::new(300, side_mm).largest_version(), None);
        }
        assert_eq!(Room::new(0, 40.0).largest_version(), None);
    }
}
