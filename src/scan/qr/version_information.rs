//! Soft modules of the version information → versions, best first (ISO/IEC 18004:2015 §7.10).
//!
//! Both copies are held against all 34 words of the (18,6) code, so that no copy has to be right by itself.

use super::patterns::{Patterns, Version};
use super::soft::SoftModules;

/// x¹² + x¹¹ + x¹⁰ + x⁹ + x⁸ + x⁵ + x² + 1 (§7.10, Annex D).
const GENERATOR: u32 = 0x1F25;

/// Least version that states itself.
const FIRST: u8 = 7;

/// A version that the version information may state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::scan) struct VersionCandidate {
    /// The version.
    pub(in crate::scan) version: Version,
    /// Sum of the log-likelihood ratios of its modules, those that disagree counted against it.
    pub(in crate::scan) score: f32,
    /// Score less that of the best other version: by so much its likelihood, as a natural logarithm, is larger, doubled.
    pub(in crate::scan) margin: f32,
}

/// The 18 bits that state a version, without regard to whether the version does.
pub(super) fn word(version: u8) -> u32 {
    let data = u32::from(version);
    let rest = (0..12).fold(data, |rest, _| (rest << 1) ^ ((rest >> 11 & 1) * GENERATOR));
    data << 12 | rest & 0xFFF
}

/// Versions in the order of their likelihood, from the log-likelihood ratios (dark to light) of both copies, bit 0 first.
pub(in crate::scan) fn candidates(copies: &[[f32; 18]; 2]) -> Vec<VersionCandidate> {
    let sums: [f32; 18] = std::array::from_fn(|bit| copies[0][bit] + copies[1][bit]);
    let score = |word: u32| (0..18).map(|bit| if word >> bit & 1 == 1 { sums[bit] } else { -sums[bit] }).sum::<f32>();
    let versions = (FIRST..=Version::MAX).filter_map(Version::new);
    let mut all: Vec<VersionCandidate> = versions
        .map(|version| VersionCandidate { version, score: score(word(version.number())), margin: 0.0 })
        .collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    let (first, second) = (all[0].score, all[1].score);
    for (at, candidate) in all.iter_mut().enumerate() {
        candidate.margin = candidate.score - if at == 0 { second } else { first };
    }
    all
}

/// The soft values of both copies, as [`candidates`] wants them; `None` when a symbol of this width states no version.
pub(in crate::scan) fn copies(soft: &SoftModules) -> Option<[[f32; 18]; 2]> {
    let places = Patterns::of(Version::from_modules(soft.width)?).version_info?;
    Some(places.map(|copy| copy.map(|place| soft.values[usize::from(place)])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soft(word: u32) -> [f32; 18] {
        std::array::from_fn(|bit| if word >> bit & 1 == 1 { 3.0 } else { -3.0 })
    }

    #[test]
    fn version_seven_is_stated_as_in_annex_d() {
        assert_eq!(word(7), 0b00_0111_1100_1001_0100);
    }

    #[test]
    fn a_version_is_read_with_three_bits_wrong_in_each_copy() {
        for version in FIRST..=Version::MAX {
            let copy = soft(word(version) ^ 0b1_0000_0100_0010_0000);
            let best = candidates(&[copy, copy])[0];
            assert_eq!(best.version.number(), version);
            assert!(best.margin > 0.0);
        }
    }

    #[test]
    fn a_version_is_read_when_one_copy_is_lost() {
        for version in FIRST..=Version::MAX {
            assert_eq!(candidates(&[[0.0; 18], soft(word(version))])[0].version.number(), version);
        }
    }
}
