//! Soft modules of the format information → level and mask, best first (ISO/IEC 18004:2015 §7.9).
//!
//! Both copies together are held against all 32 words of the (15,5) code.

use super::patterns::Patterns;
use super::soft::SoftModules;
use crate::symbol::EcLevel;

/// x¹⁰ + x⁸ + x⁵ + x⁴ + x² + x + 1 (§7.9.1, Annex C).
const GENERATOR: u16 = 0x537;

/// What is added so that no word is empty (§7.9.1).
const MASK: u16 = 0x5412;

/// How often a module of the format information is taken to be spoilt, whatever its log-likelihood ratio says.
const SPOILT: f32 = 1.0 / 16.0;

/// Level of error correction and mask pattern of a symbol.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::scan) struct Format {
    /// Level of error correction.
    pub(in crate::scan) level: EcLevel,
    /// Mask pattern, 0 to 7.
    pub(in crate::scan) mask: u8,
}

/// A format that the format information may state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::scan) struct FormatCandidate {
    /// The format.
    pub(in crate::scan) format: Format,
    /// Sum of the log-likelihood ratios of its modules, those that disagree counted against it.
    pub(in crate::scan) score: f32,
    /// Score less that of the best other format: by so much its likelihood, as a natural logarithm, is larger, doubled.
    pub(in crate::scan) margin: f32,
    /// -log₂ of the chance that modules without meaning agree as well with any of the formats.
    pub(in crate::scan) evidence: f32,
}

impl Format {
    /// The 15 bits that state this format, mask applied.
    pub(super) fn word(self) -> u16 {
        let level = match self.level {
            EcLevel::L => 1,
            EcLevel::M => 0,
            EcLevel::Q => 3,
            EcLevel::H => 2,
        };
        let data = level << 3 | u16::from(self.mask);
        let rest = (0..10).fold(data, |rest, _| (rest << 1) ^ ((rest >> 9 & 1) * GENERATOR));
        (data << 10 | rest & 0x3FF) ^ MASK
    }

    fn all() -> impl Iterator<Item = Self> {
        super::blocks::LEVELS.into_iter().flat_map(|level| (0..8).map(move |mask| Self { level, mask }))
    }
}

/// Formats in the order of their likelihood, from the log-likelihood ratios (dark to light) of both copies, bit 0 first.
pub(in crate::scan) fn candidates(copies: &[[f32; 15]; 2]) -> Vec<FormatCandidate> {
    let towards = |word: u16, bit: usize, value: f32| if word >> bit & 1 == 1 { value } else { -value };
    let sum = |word: u16, of: &dyn Fn(f32) -> f32| {
        copies.iter().map(|copy| (0..15).map(|bit| of(towards(word, bit, copy[bit]))).sum::<f32>()).sum::<f32>()
    };
    let mut all: Vec<FormatCandidate> = Format::all()
        .map(|format| FormatCandidate { format, score: sum(format.word(), &|value| value), margin: 0.0, evidence: 0.0 })
        .collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    let (first, second) = (all[0].score, all[1].score);
    for (at, candidate) in all.iter_mut().enumerate() {
        candidate.margin = candidate.score - if at == 0 { second } else { first };
        let bits = sum(candidate.format.word(), &|value| {
            ((1.0 - SPOILT) * 2.0 / (1.0 + (-value).exp()) + SPOILT * 2.0 * 0.5).log2()
        });
        // 32 formats, upright and mirrored.
        candidate.evidence = (bits - 6.0).max(0.0);
    }
    all
}

/// The soft values of both copies, as [`candidates`] wants them.
pub(in crate::scan) fn copies(soft: &SoftModules, patterns: &Patterns) -> [[f32; 15]; 2] {
    patterns.format.map(|copy| copy.map(|place| soft.values.get(usize::from(place)).copied().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soft(word: u16) -> [f32; 15] {
        std::array::from_fn(|bit| if word >> bit & 1 == 1 { 3.0 } else { -3.0 })
    }

    #[test]
    fn level_m_with_mask_5_is_stated_as_in_the_example_of_the_standard() {
        assert_eq!(Format { level: EcLevel::M, mask: 5 }.word(), 0b100_0000_1100_1110);
    }

    #[test]
    fn a_format_is_read_with_three_bits_wrong_in_each_copy() {
        for format in Format::all() {
            let copy = soft(format.word() ^ 0b001_0000_0100_0001);
            let best = candidates(&[copy, copy])[0];
            assert_eq!(best.format, format);
            assert!(best.margin > 0.0);
        }
    }

    #[test]
    fn a_format_is_read_when_one_copy_is_lost() {
        for format in Format::all() {
            let best = candidates(&[soft(format.word()), [0.0; 15]])[0];
            assert_eq!(best.format, format);
            assert!(best.evidence < 10.0);
        }
    }

    #[test]
    fn modules_that_say_nothing_give_no_evidence() {
        assert!(candidates(&[[0.0; 15]; 2]).iter().all(|candidate| candidate.evidence == 0.0));
    }
}
