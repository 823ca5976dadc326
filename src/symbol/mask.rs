//! The choice of the mask (ISO/IEC 18004 §7.8): the same penalties as everywhere, on whole rows of bits at once.
//!
//! A drawn but unmasked symbol comes in, a finished matrix goes out. One by one, module for module, this choice takes
//! most of the time that a symbol costs; any mask can be read, but a good one is read from worse paper.

use std::ops::{BitAnd, BitOr, BitXor, Not};
use std::sync::LazyLock;

use qrcode::canvas::{Canvas, Module};

use super::{EcLevel, Matrix, modules};

/// Light modules kept before each row, as part of the quiet zone; as many follow the longest row.
const MARGIN: usize = 4;

/// How often the masks repeat, in both directions.
const PERIOD: usize = 12;

/// A row or column of modules, dark is 1, from bit [`MARGIN`] on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Line([u64; 3]);

impl Line {
    fn get(self, at: usize) -> bool {
        let at = at + MARGIN;
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    fn set(&mut self, at: usize, dark: bool) {
        let at = at + MARGIN;
        self.0[at / 64] &= !(1 << (at % 64));
        self.0[at / 64] |= u64::from(dark) << (at % 64);
    }

    /// The module `steps` further on, 1 to 63, moved to each place.
    fn next(self, steps: u32) -> Self {
        let [a, b, c] = self.0;
        Self([a >> steps | b << (64 - steps), b >> steps | c << (64 - steps), c >> steps])
    }

    /// The module `steps` before, 1 to 63, moved to each place.
    fn before(self, steps: u32) -> Self {
        let [a, b, c] = self.0;
        Self([a << steps, b << steps | a >> (64 - steps), c << steps | b >> (64 - steps)])
    }

    fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Ones in the first `width` places.
    fn ones(width: usize) -> Self {
        let mut line = Self::default();
        (0..width).for_each(|at| line.set(at, true));
        line
    }
}

impl BitAnd for Line {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }
}

impl BitOr for Line {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }
}

impl BitXor for Line {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] ^ other.0[i]))
    }
}

impl Not for Line {
    type Output = Self;
    fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }
}

/// Whether mask `number` turns the module in `row` and `column` round (ISO/IEC 18004 table 10).
fn turns(number: usize, row: usize, column: usize) -> bool {
    let product = row * column;
    match number {
        0 => (row + column).is_multiple_of(2),
        1 => row.is_multiple_of(2),
        2 => column.is_multiple_of(3),
        3 => (row + column).is_multiple_of(3),
        4 => (row / 2 + column / 3).is_multiple_of(2),
        5 => product % 2 + product % 3 == 0,
        6 => (product % 2 + product % 3).is_multiple_of(2),
        _ => ((row + column) % 2 + product % 3).is_multiple_of(2),
    }
}

/// Per mask: the first rows, and the first columns.
static MASKS: LazyLock<[[[Line; PERIOD]; 2]; 8]> = LazyLock::new(|| {
    let line = |turns: &dyn Fn(usize) -> bool| {
        let mut line = Line::default();
        (0..modules(super::MAX_VERSION)).for_each(|at| line.set(at, turns(at)));
        line
    };
    std::array::from_fn(|number| {
        [
            std::array::from_fn(|row| line(&|column| turns(number, row, column))),
            std::array::from_fn(|column| line(&|row| turns(number, row, column))),
        ]
    })
});

/// A symbol of which only the mask is not chosen yet.
pub(super) struct Masks {
    version: u8,
    level: EcLevel,
    width: usize,
    /// Rows and columns before masking.
    dark: [Vec<Line>; 2],
    /// What a mask may turn round.
    free: [Vec<Line>; 2],
}

impl Masks {
    /// Takes a symbol with all patterns and data drawn, but no mask.
    pub fn new(canvas: &Canvas, version: u8, level: EcLevel) -> Self {
        let width = modules(version);
        let empty = || [vec![Line::default(); width], vec![Line::default(); width]];
        let (mut dark, mut free) = (empty(), empty());
        for y in 0..width {
            for x in 0..width {
                let module = canvas.get(x as i16, y as i16);
                if module.is_dark() {
                    dark[0][y].set(x, true);
                    dark[1][x].set(y, true);
                }
                if !matches!(module, Module::Masked(_)) {
                    free[0][y].set(x, true);
                    free[1][x].set(y, true);
                }
            }
        }
        Self { version, level, width, dark, free }
    }

    /// The matrix with the least penalty.
    pub fn best(&self) -> Matrix {
        let masked = (0..8).map(|number| self.masked(number)).min_by_key(|lines| penalty(lines, self.width));
        self.matrix(&masked.unwrap_or_else(|| self.masked(0)))
    }

    /// Rows and columns under mask `number`, format information included.
    fn masked(&self, number: usize) -> [Vec<Line>; 2] {
        let mut lines: [Vec<Line>; 2] = std::array::from_fn(|direction| {
            let (dark, free) = (&self.dark[direction], &self.free[direction]);
            let masks = &MASKS[number][direction];
            (0..self.width).map(|at| dark[at] ^ (free[at] & masks[at % PERIOD])).collect()
        });
        for (x, y, dark) in format_modules(self.level, number, self.width) {
            lines[0][y].set(x, dark);
            lines[1][x].set(y, dark);
        }
        lines
    }

    fn matrix(&self, lines: &[Vec<Line>; 2]) -> Matrix {
        let dark = lines[0].iter().flat_map(|row| (0..self.width).map(|x| row.get(x))).collect();
        Matrix::new(self.width, dark, self.version, self.level)
    }

    /// The matrix under one mask, for tests that read all eight.
    #[cfg(test)]
    pub fn with(&self, number: usize) -> Matrix {
        self.matrix(&self.masked(number))
    }
}

/// Column, row and colour of the format information (ISO/IEC 18004 §7.9): twice the same 15 bits.
fn format_modules(level: EcLevel, mask: usize, width: usize) -> impl Iterator<Item = (usize, usize, bool)> {
    let level = match level {
        EcLevel::L => 1,
        EcLevel::M => 0,
        EcLevel::Q => 3,
        EcLevel::H => 2,
    };
    let data = (level << 3 | mask) as u32;
    // BCH (15, 5) with the generator x¹⁰+x⁸+x⁵+x⁴+x²+x+1, and the pattern that keeps it from being all light.
    let rest = (0..10).fold(data, |rest, _| (rest << 1) ^ ((rest >> 9 & 1) * 0x537));
    let bits = (data << 10 | rest) ^ 0x5412;
    (0..15).flat_map(move |bit| {
        let dark = bits >> bit & 1 == 1;
        let first = match bit {
            0..=5 => (8, bit),
            6 | 7 => (8, bit + 1),
            8 => (7, 8),
            _ => (14 - bit, 8),
        };
        let second = if bit < 8 { (width - 1 - bit, 8) } else { (8, width - 15 + bit) };
        [(first.0, first.1, dark), (second.0, second.1, dark)]
    })
}

/// The penalty of ISO/IEC 18004 table 11; what lies outside the symbol is light.
fn penalty(lines: &[Vec<Line>; 2], width: usize) -> u32 {
    let pairs = Line::ones(width - 1);
    // Where a module looks like the next one in its line.
    let same = |line: Line| !(line ^ line.next(1)) & pairs;
    let in_lines: u32 = lines.iter().flatten().map(|&line| runs(same(line)) + finders(line)).sum();
    let blocks = lines[0].windows(2).map(|rows| same(rows[0]) & same(rows[1]) & !(rows[0] ^ rows[1]));
    let blocks: u32 = 3 * blocks.map(Line::count).sum::<u32>();
    let dark: u32 = lines[0].iter().map(|row| row.count()).sum();
    let all = (width * width) as u32;
    let imbalance = (dark * 20).abs_diff(all * 10) / all;
    in_lines + blocks + 10 * imbalance
}

/// Five or more of one colour in a line: 3, and 1 for each more. `same` has a one less per run.
fn runs(same: Line) -> u32 {
    let five = same & same.next(1) & same.next(2) & same.next(3);
    let begins = five & !five.before(1);
    five.count() + 2 * begins.count()
}

/// What looks like a finder pattern with four light modules before or after it: 40.
fn finders(line: Line) -> u32 {
    let pattern = line & !line.next(1) & line.next(2) & line.next(3) & line.next(4) & !line.next(5) & line.next(6);
    let light = !(line | line.next(1) | line.next(2) | line.next(3));
    40 * (pattern & (light.before(4) | light.next(7))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(modules: &str) -> Line {
        let mut line = Line::default();
        modules.bytes().enumerate().for_each(|(at, module)| line.set(at, module == b'#'));
        line
    }

    #[test]
    fn runs_count_from_five_on() {
        let score = |modules: &str| {
            let line = line(modules);
            runs(!(line ^ line.next(1)) & Line::ones(modules.len() - 1))
        };
        assert_eq!(score("####.####."), 0);
        assert_eq!(score("#####.#.#"), 3);
        assert_eq!(score("#.#......"), 4);
        assert_eq!(score(".....######."), 3 + 4);
        assert_eq!(score(&".".repeat(177)), 175);
    }

    #[test]
    fn finder_like_patterns_need_four_light_modules_beside_them() {
        assert_eq!(finders(line("#.###.#....#")), 40);
        assert_eq!(finders(line("##.###.#...#")), 0);
        assert_eq!(finders(line("#....#.###.##")), 40);
        assert_eq!(finders(line("#.###.#...#")), 40, "the quiet zone is light");
        assert_eq!(finders(line("##.#.###.#.##")), 0);
        assert_eq!(finders(line(&format!("{}#.###.#", "#".repeat(170)))), 40, "at the far edge too");
        assert_eq!(finders(line(&format!("{}#.###.##", "#".repeat(169)))), 0);
    }

    #[test]
    fn masks_repeat_after_twelve_modules() {
        for number in 0..8 {
            for (row, column) in (0..48).flat_map(|row| (0..48).map(move |column| (row, column))) {
                assert_eq!(turns(number, row, column), turns(number, row % PERIOD, column % PERIOD));
            }
        }
    }
}
