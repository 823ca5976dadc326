//! How well a symbol is printed, in the manner of ISO/IEC 15415:2011 §7.8 (and ISO/IEC 18004 annex G for its fixed patterns).
//!
//! In come a grey image, the corners that a reader gave and the modules that should be there; out comes a grade from 4 to 0
//! for each parameter. It is no verifier's laboratory: reflectance is what the scanner says it is, light comes from the
//! scanner's side, and the aperture is 0.8 of a module. What the limits are cited for, and what they do to the overall grade
//! (the lowest counts), is the standard's; where the limits were checked is in docs/DESIGN.md. Not graded: format and version
//! information, the quiet zone beyond its effect on contrast, and the angle of distortion.

mod codewords;
mod geometry;

use super::grey::GreyImage;
use crate::symbol::Matrix;
use codewords::Blocks;
use geometry::{Grid, sample};

/// Side of the aperture in modules (ISO/IEC 15415 §7.3.3 wants 80 % of the smallest module).
const APERTURE: f32 = 0.8;
/// Samples across the aperture.
const ACROSS: usize = 5;
/// Light modules around a symbol that belong to it (ISO/IEC 18004 §6.3.8).
const QUIET_ZONE: isize = 4;

/// What is graded.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Parameter {
    /// Lightest less darkest reflectance (§7.8.3).
    Contrast,
    /// How clearly modules are either light or dark (§7.8.4).
    Modulation,
    /// The same, with wrong modules counted as unclear (§7.8.4.3).
    Margin,
    /// Finder, timing and alignment patterns (§7.8.5; ISO/IEC 18004 annex G).
    FixedPatterns,
    /// Whether modules are as wide as they are high (§7.8.6).
    AxialUniformity,
    /// How far places lie from an even grid, in modules (§7.8.7).
    GridUniformity,
    /// Error correction that is left (§7.8.8).
    UnusedCorrection,
    /// By how much dark modules are too large, of the tolerance (ISO/IEC 16022 annex M). Reported, and no part of the overall
    /// grade (ISO/IEC 15415 §7.8.9).
    PrintGrowth,
}

impl Parameter {
    /// The smallest value, or for those that should be small the largest, for the grades 4, 3, 2 and 1.
    fn limits(self) -> ([f32; 4], bool) {
        match self {
            // ISO/IEC 15415 table 5.
            Self::Contrast => ([0.70, 0.55, 0.40, 0.20], true),
            // ISO/IEC 15415 table 6.
            Self::Modulation | Self::Margin => ([0.50, 0.40, 0.30, 0.20], true),
            // A grade already, from the number of damaged modules.
            Self::FixedPatterns => ([4.0, 3.0, 2.0, 1.0], true),
            // ISO/IEC 15415 table 7.
            Self::AxialUniformity => ([0.06, 0.08, 0.10, 0.12], false),
            // ISO/IEC 15415 table 8.
            Self::GridUniformity => ([0.38, 0.50, 0.63, 0.75], false),
            // ISO/IEC 15415 table 9.
            Self::UnusedCorrection => ([0.62, 0.50, 0.37, 0.25], true),
            // ISO/IEC 16022 table M.2.
            Self::PrintGrowth => ([0.50, 0.70, 0.85, 1.00], false),
        }
    }

    /// The grade of a value.
    pub fn grade(self, value: f32) -> u8 {
        let (limits, is_large_good) = self.limits();
        let value = if matches!(self, Self::PrintGrowth) { value.abs() } else { value };
        // The value is measured; a hundred-thousandth is no difference.
        let fits = |limit: &f32| if is_large_good { value >= limit - 1e-5 } else { value <= limit + 1e-5 };
        4 - limits.iter().position(fits).unwrap_or(4) as u8
    }
}

/// One parameter of a symbol.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Which.
    pub parameter: Parameter,
    /// What was measured. Of a modulation or margin, and of the fixed patterns, the grade.
    pub value: f32,
    /// From 4 (best) to 0.
    pub grade: u8,
}

/// Everything that was measured of one symbol.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// The parameters.
    pub measures: Vec<Measure>,
}

impl Quality {
    /// The overall grade: that of the worst parameter (ISO/IEC 15415 §7.9). Print growth does no harm but through the others.
    pub fn overall(&self) -> u8 {
        let counted = self.measures.iter().filter(|measure| measure.parameter != Parameter::PrintGrowth);
        counted.map(|measure| measure.grade).min().unwrap_or(0)
    }

    /// The grade of one parameter.
    pub fn of(&self, parameter: Parameter) -> u8 {
        self.measures.iter().find(|measure| measure.parameter == parameter).map_or(0, |measure| measure.grade)
    }

    /// The letter of a grade.
    pub fn letter(grade: u8) -> char {
        match grade {
            4 => 'A',
            3 => 'B',
            2 => 'C',
            1 => 'D',
            _ => 'F',
        }
    }
}

/// Grades the symbol with these corners (top left, top right, bottom right, bottom left); `None` when no symbol of that size
/// can be there.
pub fn grade(image: &GreyImage, corners: [(f32, f32); 4], matrix: &Matrix) -> Option<Quality> {
    if corners.iter().any(|(x, y)| !(x.is_finite() && y.is_finite())) {
        return None;
    }
    let blocks = Blocks::of(matrix)?;
    let grid = Grid::fit(image, corners, matrix);
    let seen = Modules::measure(image, &grid, matrix);
    let codewords = seen.codewords(&blocks, matrix);
    let (across, down) = grid.sides();
    let value = |parameter, value| Measure { parameter, value, grade: Parameter::grade(parameter, value) };
    let graded = |parameter, grade: u8| Measure { parameter, value: f32::from(grade), grade };
    let measures = vec![
        value(Parameter::Contrast, seen.lightest - seen.darkest),
        graded(Parameter::Modulation, modulation(&codewords, &blocks, |codeword| codeword.modulation)),
        graded(Parameter::Margin, modulation(&codewords, &blocks, |codeword| codeword.margin)),
        graded(Parameter::FixedPatterns, fixed_patterns(&seen, &blocks, matrix)),
        value(Parameter::AxialUniformity, (across - down).abs() / across.midpoint(down)),
        value(Parameter::GridUniformity, grid.largest_shift()),
        value(Parameter::UnusedCorrection, unused(&codewords, &blocks, |codeword| codeword.margin == 0.0)),
        value(Parameter::PrintGrowth, growth(image, &grid, &seen, matrix)),
    ];
    Some(Quality { measures })
}

/// The reflectance of every module, from 0 to 1.
struct Modules {
    width: usize,
    values: Vec<f32>,
    lightest: f32,
    darkest: f32,
}

/// How clear a module is, or a codeword by its worst module.
struct Clarity {
    modulation: f32,
    margin: f32,
}

impl Modules {
    fn measure(image: &GreyImage, grid: &Grid, matrix: &Matrix) -> Self {
        let width = matrix.width();
        let at = |x: isize, y: isize| aperture(image, grid, x as f32 + 0.5, y as f32 + 0.5);
        let values: Vec<f32> = (0..width * width).map(|i| at((i % width) as isize, (i / width) as isize)).collect();
        // One module in from the edge of the quiet zone, where another print may begin.
        let (near, far) = (1 - QUIET_ZONE, width as isize + QUIET_ZONE - 2);
        let quiet = (near..=far).flat_map(|along| [at(along, near), at(along, far), at(near, along), at(far, along)]);
        let lightest = values.iter().copied().chain(quiet).fold(0.0, f32::max);
        let darkest = values.iter().copied().fold(1.0, f32::min);
        Self { width, values, lightest, darkest }
    }

    /// Half-way between lightest and darkest: what is below is dark (§7.8.3).
    fn threshold(&self) -> f32 {
        self.lightest.midpoint(self.darkest)
    }

    fn is_wrong(&self, matrix: &Matrix, x: usize, y: usize) -> bool {
        (self.values[y * self.width + x] < self.threshold()) != matrix.is_dark(x, y)
    }

    /// How far a module is from the threshold; its margin is 0 when it is on the wrong side.
    fn clarity(&self, matrix: &Matrix, x: usize, y: usize) -> Clarity {
        let contrast = (self.lightest - self.darkest).max(1e-6);
        let modulation = 2.0 * (self.values[y * self.width + x] - self.threshold()).abs() / contrast;
        Clarity { modulation, margin: if self.is_wrong(matrix, x, y) { 0.0 } else { modulation } }
    }

    /// The least clear module of each codeword.
    fn codewords(&self, blocks: &Blocks, matrix: &Matrix) -> Vec<Clarity> {
        let worst = |modules: &Vec<(usize, usize)>| {
            let clear = Clarity { modulation: 1.0, margin: 1.0 };
            modules.iter().map(|(x, y)| self.clarity(matrix, *x, *y)).fold(clear, |worst, one| Clarity {
                modulation: worst.modulation.min(one.modulation),
                margin: worst.margin.min(one.margin),
            })
        };
        blocks.codewords.iter().map(worst).collect()
    }
}

/// Mean reflectance in the aperture around a place.
fn aperture(image: &GreyImage, grid: &Grid, u: f32, v: f32) -> f32 {
    let offset = |at: usize| APERTURE * ((at as f32 + 0.5) / ACROSS as f32 - 0.5);
    let (mid_x, mid_y) = grid.pixel(u, v);
    let (right_x, right_y) = grid.pixel(u + 0.5, v);
    let (below_x, below_y) = grid.pixel(u, v + 0.5);
    let mut sum = 0.0;
    for part in 0..ACROSS * ACROSS {
        let (du, dv) = (2.0 * offset(part % ACROSS), 2.0 * offset(part / ACROSS));
        let x = mid_x + du * (right_x - mid_x) + dv * (below_x - mid_x);
        let y = mid_y + du * (right_y - mid_y) + dv * (below_y - mid_y);
        sum += sample(image, x, y);
    }
    sum / (ACROSS * ACROSS) as f32 / 255.0
}

/// The share of the correction of the worst block that is left when these codewords are errors (§7.8.8).
fn unused(codewords: &[Clarity], blocks: &Blocks, is_error: impl Fn(&Clarity) -> bool) -> f32 {
    let mut errors = vec![0_u32; blocks.count];
    for (codeword, block) in codewords.iter().zip(&blocks.block) {
        errors[*block] += u32::from(is_error(codeword));
    }
    let most = errors.into_iter().max().unwrap_or(0);
    1.0 - 2.0 * most as f32 / blocks.correction as f32
}

/// What unclear codewords cost, were they errors (§7.8.4.2): the best of the grades at which that and they agree.
fn modulation(codewords: &[Clarity], blocks: &Blocks, of: fn(&Clarity) -> f32) -> u8 {
    let at = |level: u8| {
        let left = unused(codewords, blocks, |codeword| Parameter::Modulation.grade(of(codeword)) < level);
        level.min(Parameter::UnusedCorrection.grade(left))
    };
    (1..=4).map(at).max().unwrap_or(0)
}

/// The grade of the worst of six segments: three finder patterns, two timing patterns, all alignment patterns. Wrong modules
/// are counted; the standard counts those that are only unclear too, which a scanner's sampling would be blamed for.
fn fixed_patterns(seen: &Modules, blocks: &Blocks, matrix: &Matrix) -> u8 {
    let width = matrix.width();
    let count = |modules: &mut dyn Iterator<Item = (usize, usize)>| {
        modules.filter(|(x, y)| seen.is_wrong(matrix, *x, *y)).count()
    };
    // A finder pattern with its separator; ISO/IEC 18004 annex G.3: 1, 2, 3 and more damaged modules.
    let finder = |left: usize, top: usize| {
        let damaged = count(&mut (0..64).map(|at| (left + at % 8, top + at / 8)));
        4 - damaged.min(4) as u8
    };
    let finders = [finder(0, 0), finder(width - 8, 0), finder(0, width - 8)];
    // ISO/IEC 18004 annex G.4: up to 7, 11 and 14 % of a timing pattern.
    let track = 8..width - 8;
    let across = count(&mut track.clone().map(|at| (at, 6)));
    let down = count(&mut track.clone().map(|at| (6, at)));
    let timing = [across, down].map(|damaged| share(damaged, track.len(), [0.07, 0.11, 0.14]));
    // ISO/IEC 18004 annex G.4: up to 10, 20 and 30 % of the alignment patterns.
    let last = blocks.alignment.last().copied().unwrap_or(0);
    let centres = blocks.alignment.iter().flat_map(|x| blocks.alignment.iter().map(move |y| (*x, *y)));
    let centres: Vec<_> = centres.filter(|at| ![(6, 6), (6, last), (last, 6)].contains(at)).collect();
    let is_hurt = |(x, y): &&(usize, usize)| count(&mut (0..25).map(|at| (x - 2 + at % 5, y - 2 + at / 5))) > 0;
    let alignment = share(centres.iter().filter(is_hurt).count(), centres.len(), [0.10, 0.20, 0.30]);
    finders.into_iter().chain(timing).chain([alignment]).min().unwrap_or(0)
}

/// 4 without damage, then by the limits for 3, 2 and 1.
fn share(damaged: usize, all: usize, limits: [f32; 3]) -> u8 {
    if damaged == 0 {
        return 4;
    }
    let share = damaged as f32 / all.max(1) as f32;
    3 - limits.iter().position(|limit| share <= *limit).unwrap_or(3) as u8
}

/// By how much the dark modules of the timing patterns are too wide: 0 as they should be, ±1 at 0.35 and 0.65 of a pair.
fn growth(image: &GreyImage, grid: &Grid, seen: &Modules, matrix: &Matrix) -> f32 {
    const FINE: usize = 16;
    let (mut dark, mut all) = (0_u32, 0_u32);
    // From the middle of one light module to that of another, so that there are as many dark as light ones.
    let (start, end) = (7.5, matrix.width() as f32 - 7.5);
    for at in 0..((end - start) as usize * FINE) {
        let along = start + (at as f32 + 0.5) / FINE as f32;
        for (u, v) in [(along, 6.5), (6.5, along)] {
            let (x, y) = grid.pixel(u, v);
            dark += u32::from(sample(image, x, y) / 255.0 < seen.threshold());
            all += 1;
        }
    }
    (dark as f32 / all.max(1) as f32 - 0.5) / 0.15
}

#[cfg(test)]
mod tests;
