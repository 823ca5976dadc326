//! Version → where everything lies in a symbol (ISO/IEC 18004:2015 §6.3, §7.7.3, §7.9, §7.10 and Annex E).
//!
//! In comes a [`Version`], out come the colours of the function patterns and the places of data, format information and
//! version information. All places are `y * width + x`, counted from the top left of an upright symbol.

use std::sync::OnceLock;

use super::version_information;

/// The column and the row of the timing patterns (§6.3.5).
pub(in crate::scan) const TIMING: usize = 6;

/// The masks repeat after as many modules, across and down (§7.8.2, table 10).
pub(super) const MASK_PERIOD: usize = 12;

/// A version of QR Code model 2, from 1 to 40.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::scan) struct Version(u8);

impl Version {
    /// The largest.
    pub(in crate::scan) const MAX: u8 = 40;

    /// The version of this number, if there is one.
    pub(in crate::scan) fn new(number: u8) -> Option<Self> {
        (1..=Self::MAX).contains(&number).then_some(Self(number))
    }

    /// The version that has so many modules on a side (§6.1), if there is one.
    #[cfg(test)]
    pub(in crate::scan) fn from_modules(modules: usize) -> Option<Self> {
        let steps = modules.checked_sub(17).filter(|steps| steps % 4 == 0)? / 4;
        u8::try_from(steps).ok().and_then(Self::new)
    }

    /// From 1 to 40.
    pub(in crate::scan) fn number(self) -> u8 {
        self.0
    }

    /// Modules on a side, quiet zone not included.
    pub(in crate::scan) fn modules(self) -> usize {
        17 + 4 * usize::from(self.0)
    }

    /// Whether the symbol states its version (§7.10).
    pub(in crate::scan) fn has_information(self) -> bool {
        self.0 >= 7
    }

    /// Columns (and rows) of the centres of alignment patterns, as Annex E tabulates them. None in version 1.
    ///
    /// They end 7 modules before the edge and lie an equal, even number of modules apart; only the first gap, after the timing
    /// pattern, takes what is left over.
    pub(in crate::scan) fn alignment(self) -> Vec<usize> {
        if self.0 == 1 {
            return Vec::new();
        }
        let gaps = usize::from(self.0) / 7 + 1;
        let last = self.modules() - 7;
        // Annex E departs from the rule in version 32.
        let step = if self.0 == 32 { 26 } else { (last - TIMING).div_ceil(2 * gaps) * 2 };
        std::iter::once(TIMING).chain((0..gaps).rev().map(|back| last - back * step)).collect()
    }

    /// Centres `x, y` of the alignment patterns that are there: not those that would lie under finder patterns.
    pub(in crate::scan) fn alignment_patterns(self) -> Vec<(usize, usize)> {
        let centres = self.alignment();
        let last = self.modules() - 7;
        let finders = [(TIMING, TIMING), (TIMING, last), (last, TIMING)];
        let pairs = centres.iter().flat_map(|&y| centres.iter().map(move |&x| (x, y)));
        pairs.filter(|centre| !finders.contains(centre)).collect()
    }
}

/// What the modules of a symbol of one version are for.
#[derive(Debug)]
pub(in crate::scan) struct Patterns {
    /// Modules on a side.
    pub(in crate::scan) width: usize,
    /// Colour (`true` is dark) of each module of finder patterns, separators, timing and alignment patterns, the dark module and
    /// the version information, row by row; `None` for format information and data.
    pub(in crate::scan) known: Vec<Option<bool>>,
    /// Places of the data modules in the order of their bits, most significant bit of the first codeword first (§7.7.3). The
    /// codeword of a data module is its index divided by 8; what is left over at the end are remainder bits.
    pub(in crate::scan) data: Vec<u16>,
    /// Places of both copies of the format information (§7.9.1, figure 25): bit 0, the least significant, first. The first copy
    /// lies at the finder pattern at the top left, the second is split between the two others.
    pub(in crate::scan) format: [[u16; 15]; 2],
    /// Places of both copies of the version information (§7.10, figure 28): bit 0, the least significant, first. The first copy
    /// lies at the top right, the second at the bottom left.
    pub(in crate::scan) version_info: Option<[[u16; 18]; 2]>,
    /// Of each data module its place in the period of the masks, `y % 12 * 12 + x % 12`.
    pub(super) phase: Vec<u8>,
}

impl Patterns {
    /// Those of a version; made once and kept.
    pub(in crate::scan) fn of(version: Version) -> &'static Self {
        static ALL: [OnceLock<Patterns>; Version::MAX as usize] = [const { OnceLock::new() }; Version::MAX as usize];
        ALL[usize::from(version.number()) - 1].get_or_init(|| Self::new(version))
    }

    /// How many codewords there are, data and error correction together.
    pub(in crate::scan) fn codewords(&self) -> usize {
        self.data.len() / 8
    }

    fn new(version: Version) -> Self {
        let width = version.modules();
        let mut drawing = Drawing { width, known: vec![None; width * width] };
        for (x, y) in [(3, 3), (width - 4, 3), (3, width - 4)] {
            drawing.finder_pattern(x, y);
        }
        for at in 8..width - 8 {
            drawing.set(at, TIMING, at % 2 == 0);
            drawing.set(TIMING, at, at % 2 == 0);
        }
        for (x, y) in version.alignment_patterns() {
            drawing.square(x, y, 2, |ring| ring != 1);
        }
        drawing.set(8, width - 8, true);
        let version_info = version.has_information().then(|| version_places(width));
        if let Some(copies) = version_info {
            let word = version_information::word(version.number());
            for (bit, place) in copies.iter().flat_map(|copy| copy.iter().enumerate()) {
                drawing.known[usize::from(*place)] = Some(word >> bit & 1 == 1);
            }
        }
        let known = drawing.known;
        let format = format_places(width);
        let data = data_places(width, |place| {
            known[usize::from(place)].is_some() || format.iter().any(|copy| copy.contains(&place))
        });
        let phase = |place: &u16| {
            let (x, y) = (usize::from(*place) % width, usize::from(*place) / width);
            (y % MASK_PERIOD * MASK_PERIOD + x % MASK_PERIOD) as u8
        };
        let phase = data.iter().map(phase).collect();
        Self { width, known, data, format, version_info, phase }
    }
}

/// A symbol in the making.
struct Drawing {
    width: usize,
    known: Vec<Option<bool>>,
}

impl Drawing {
    fn set(&mut self, x: usize, y: usize, dark: bool) {
        self.known[y * self.width + x] = Some(dark);
    }

    /// Square rings around a centre, clipped at the edge of the symbol; the colour depends on the number of the ring.
    fn square(&mut self, x: usize, y: usize, rings: usize, is_dark: impl Fn(usize) -> bool) {
        for row in y.saturating_sub(rings)..=(y + rings).min(self.width - 1) {
            for column in x.saturating_sub(rings)..=(x + rings).min(self.width - 1) {
                self.set(column, row, is_dark(row.abs_diff(y).max(column.abs_diff(x))));
            }
        }
    }

    /// A finder pattern with its separator (§6.3.3, §6.3.4).
    fn finder_pattern(&mut self, x: usize, y: usize) {
        self.square(x, y, 4, |ring| ring != 2 && ring != 4);
    }
}

fn place(width: usize, x: usize, y: usize) -> u16 {
    // The largest symbol has 177² modules.
    (y * width + x) as u16
}

fn format_places(width: usize) -> [[u16; 15]; 2] {
    let first = |bit: usize| match bit {
        0..=5 => (8, bit),
        6 | 7 => (8, bit + 1),
        8 => (7, 8),
        _ => (14 - bit, 8),
    };
    let second = |bit: usize| if bit < 8 { (width - 1 - bit, 8) } else { (8, width - 15 + bit) };
    let places = |at: &dyn Fn(usize) -> (usize, usize)| {
        std::array::from_fn(|bit| {
            let (x, y) = at(bit);
            place(width, x, y)
        })
    };
    [places(&first), places(&second)]
}

fn version_places(width: usize) -> [[u16; 18]; 2] {
    let (short, long) = (|bit: usize| bit / 3, |bit: usize| width - 11 + bit % 3);
    [
        std::array::from_fn(|bit| place(width, long(bit), short(bit))),
        std::array::from_fn(|bit| place(width, short(bit), long(bit))),
    ]
}

/// Columns in pairs from the right, up and down by turns, the timing pattern left out (§7.7.3).
fn data_places(width: usize, is_taken: impl Fn(u16) -> bool) -> Vec<u16> {
    let columns: Vec<usize> = (0..width).rev().filter(|x| *x != TIMING).collect();
    let mut places = Vec::with_capacity(width * width);
    for (number, pair) in columns.chunks(2).enumerate() {
        for step in 0..width {
            let y = if number % 2 == 0 { width - 1 - step } else { step };
            places.extend(pair.iter().map(|x| place(width, *x, y)).filter(|place| !is_taken(*place)));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::canvas::{Canvas, Module};

    fn versions() -> impl Iterator<Item = Version> {
        (1..=Version::MAX).filter_map(Version::new)
    }

    #[test]
    fn a_version_is_known_by_its_number_and_by_its_modules() {
        for version in versions() {
            assert_eq!(Version::from_modules(version.modules()), Some(version));
        }
        assert_eq!(Version::new(0), None);
        assert_eq!(Version::new(41), None);
        for modules in [0, 16, 17, 20, 22, 178, 181, usize::MAX] {
            assert_eq!(Version::from_modules(modules), None);
        }
    }

    #[test]
    fn alignment_patterns_lie_where_annex_e_says() {
        let centres = |number| Version::new(number).map(Version::alignment);
        assert_eq!(centres(1), Some(vec![]));
        assert_eq!(centres(2), Some(vec![6, 18]));
        assert_eq!(centres(7), Some(vec![6, 22, 38]));
        assert_eq!(centres(32), Some(vec![6, 34, 60, 86, 112, 138]));
        assert_eq!(centres(36), Some(vec![6, 24, 50, 76, 102, 128, 154]));
        assert_eq!(centres(40), Some(vec![6, 30, 58, 86, 114, 142, 170]));
        assert_eq!(Version::new(7).map(|version| version.alignment_patterns().len()), Some(6));
    }

    #[test]
    fn every_function_pattern_is_as_the_qrcode_crate_draws_it() {
        for version in versions() {
            let mut canvas = Canvas::new(qrcode::Version::Normal(version.number().into()), qrcode::EcLevel::L);
            canvas.draw_all_functional_patterns();
            let patterns = Patterns::of(version);
            let format: Vec<u16> = patterns.format.concat();
            for (at, known) in patterns.known.iter().enumerate() {
                let (x, y) = (at % patterns.width, at / patterns.width);
                let theirs = match canvas.get(x as i16, y as i16) {
                    Module::Masked(colour) if !format.contains(&(at as u16)) => Some(colour == qrcode::Color::Dark),
                    _ => None,
                };
                assert_eq!(*known, theirs, "version {} at {x}, {y}", version.number());
            }
        }
    }

    #[test]
    fn every_module_has_one_task() {
        for version in versions() {
            let patterns = Patterns::of(version);
            let mut tasks = patterns.known.iter().map(|known| u8::from(known.is_some())).collect::<Vec<_>>();
            for place in patterns.format.iter().flatten().chain(&patterns.data) {
                tasks[usize::from(*place)] += 1;
            }
            assert!(tasks.iter().all(|tasks| *tasks == 1), "version {}", version.number());
        }
    }
}
