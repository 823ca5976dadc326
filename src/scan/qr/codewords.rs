//! Soft modules and a format → codewords with what is known of their bits, block by block (ISO/IEC 18004:2015 §7.6 to §7.8).
//!
//! The mask is taken off, the blocks are taken apart; each codeword keeps the log-likelihood ratios of its eight bits.

use std::sync::OnceLock;

use super::blocks::Blocks;
use super::format_information::Format;
use super::patterns::{MASK_PERIOD, Patterns, Version};
use super::soft::{MOST, SoftModules};

/// Steps of the logistic function's table for a log-likelihood ratio of one.
const STEPS: f32 = 16.0;

/// Log-likelihood ratios (1 to 0) of the bits of a codeword, most significant bit first.
pub(super) type SoftCodeword = [f32; 8];

/// The codewords of a symbol in the order of its blocks.
#[derive(Clone, Debug)]
pub(super) struct Codewords {
    /// How the symbol is divided.
    pub(super) blocks: &'static Blocks,
    soft: Vec<SoftCodeword>,
    hard: Vec<u8>,
    right: Vec<f32>,
}

/// The codewords of one block: data, then error correction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received<'a> {
    /// What is known of the bits.
    pub(super) soft: &'a [SoftCodeword],
    /// The most likely codewords.
    pub(super) hard: &'a [u8],
    /// How likely those are right.
    pub(super) right: &'a [f32],
    /// Error correction codewords.
    pub(super) ec: usize,
}

impl Codewords {
    /// Those of a symbol with this format.
    pub(super) fn new(soft: &SoftModules, version: Version, format: Format) -> Self {
        let (patterns, blocks) = (Patterns::of(version), Blocks::of(version, format.level));
        let mask = mask(format.mask);
        let mut all = Self { blocks, soft: Vec::new(), hard: Vec::new(), right: Vec::new() };
        all.soft.reserve_exact(patterns.codewords());
        for codeword in (0..blocks.count()).flat_map(|block| blocks.codewords(block)) {
            let start = usize::from(*codeword) * 8;
            let (places, phases) = (&patterns.data[start..start + 8], &patterns.phase[start..start + 8]);
            all.soft.push(std::array::from_fn(|bit| {
                let value = soft.values[usize::from(places[bit])];
                if mask[usize::from(phases[bit])] { -value } else { value }
            }));
        }
        all.decide();
        all
    }

    /// The codewords of a block.
    pub(super) fn block(&self, block: usize) -> Received<'_> {
        let ec = self.blocks.ec_per_block;
        let start = self.blocks.data_before(block) + block * ec;
        let range = start..start + self.blocks.data_len(block) + ec;
        Received { soft: &self.soft[range.clone()], hard: &self.hard[range.clone()], right: &self.right[range], ec }
    }

    /// Takes the most likely codewords.
    fn decide(&mut self) {
        let logistic = logistic();
        let decided = self.soft.iter().map(|soft| {
            soft.iter().fold((0, 1.0), |(byte, right), value| {
                (byte << 1 | u8::from(*value > 0.0), right * logistic.of(value.abs()))
            })
        });
        (self.hard, self.right) = decided.unzip();
    }
}

/// The colours of a symbol's modules that carry these codewords, given in the order of the blocks; `None` where a codeword is
/// not known, and for everything but data.
pub(super) fn modules(version: Version, format: Format, codewords: &[Option<u8>]) -> Vec<Option<bool>> {
    let (patterns, blocks) = (Patterns::of(version), Blocks::of(version, format.level));
    let mask = mask(format.mask);
    let mut modules = vec![None; patterns.width * patterns.width];
    let order = (0..blocks.count()).flat_map(|block| blocks.codewords(block));
    for (number, codeword) in order.zip(codewords) {
        let Some(codeword) = codeword else { continue };
        for bit in 0..8 {
            let at = usize::from(*number) * 8 + bit;
            let dark = (codeword >> (7 - bit) & 1 == 1) != mask[usize::from(patterns.phase[at])];
            modules[usize::from(patterns.data[at])] = Some(dark);
        }
    }
    // Remainder bits are zero before masking (§7.7.3).
    for at in patterns.codewords() * 8..patterns.data.len() {
        modules[usize::from(patterns.data[at])] = Some(mask[usize::from(patterns.phase[at])]);
    }
    modules
}

/// Where a mask pattern changes colours, in its first period, row by row (§7.8.2, table 10).
fn mask(pattern: u8) -> [bool; MASK_PERIOD * MASK_PERIOD] {
    std::array::from_fn(|at| {
        let (i, j) = (at / MASK_PERIOD, at % MASK_PERIOD);
        match pattern {
            0 => (i + j) % 2 == 0,
            1 => i % 2 == 0,
            2 => j % 3 == 0,
            3 => (i + j) % 3 == 0,
            4 => (i / 2 + j / 3) % 2 == 0,
            5 => i * j % 2 + i * j % 3 == 0,
            6 => (i * j % 2 + i * j % 3) % 2 == 0,
            _ => ((i + j) % 2 + i * j % 3) % 2 == 0,
        }
    })
}

/// 1 / (1 + e⁻ˣ) in steps, for x from -[`MOST`] to [`MOST`].
#[derive(Debug)]
pub(super) struct Logistic(Vec<f32>);

impl Logistic {
    /// How likely a bit is right whose log-likelihood ratio speaks for it by so much.
    pub(super) fn of(&self, value: f32) -> f32 {
        // Clipped values stay within the table; the cast saturates for any other.
        self.0[(((value + MOST) * STEPS + 0.5) as usize).min(self.0.len() - 1)]
    }
}

/// The table of the logistic function.
pub(super) fn logistic() -> &'static Logistic {
    static TABLE: OnceLock<Logistic> = OnceLock::new();
    TABLE.get_or_init(|| {
        let last = (2.0 * MOST * STEPS) as usize;
        Logistic((0..=last).map(|step| 1.0 / (1.0 + (MOST - step as f32 / STEPS).exp())).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbol::EcLevel;

    const FORMAT: Format = Format { level: EcLevel::Q, mask: 6 };

    #[test]
    fn codewords_are_found_again_where_they_were_put() {
        for version in [1, 5, 7, 14, 40].into_iter().filter_map(Version::new) {
            let total = Patterns::of(version).codewords();
            let codewords: Vec<Option<u8>> = (0..total).map(|at| Some(((at * 31) >> 2) as u8)).collect();
            let dark: Vec<bool> = modules(version, FORMAT, &codewords).iter().map(|dark| *dark == Some(true)).collect();
            let soft = SoftModules::certain(version.modules(), &dark).unwrap();
            let read = Codewords::new(&soft, version, FORMAT);
            assert_eq!(read.hard.iter().copied().map(Some).collect::<Vec<_>>(), codewords);
            assert!(read.right.iter().all(|right| *right > 0.999));
        }
    }

    #[test]
    fn the_table_is_that_of_the_logistic_function() {
        for value in [-12.0_f32, -3.3, 0.0, 0.7, 12.0, 99.0] {
            let wanted = 1.0 / (1.0 + (-value.min(MOST)).exp());
            assert!((logistic().of(value) - wanted).abs() < 0.01, "{value}");
        }
    }
}
