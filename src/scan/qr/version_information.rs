//! Brightness of the version information in, the version that it states out (ISO/IEC 18004:2015 §7.10).
//!
//! A copy is held against all 34 words of the (18,6) code by correlation, so that neither the light nor single spoilt modules matter.

use super::correlation::correlation;
use super::patterns::Version;

/// x¹² + x¹¹ + x¹⁰ + x⁹ + x⁸ + x⁵ + x² + 1 (§7.10, Annex D).
const GENERATOR: u32 = 0x1F25;
/// Bits of a copy.
pub(super) const BITS: usize = 18;
/// Correlation from which a copy is believed: three of its modules may be wrong.
const BELIEVED: f32 = 0.72;

/// The 18 bits that state a version, without regard to whether the version does.
pub(super) fn word(version: u8) -> u32 {
    let data = u32::from(version);
    let rest = (0..12).fold(data, |rest, _| (rest << 1) ^ ((rest >> 11 & 1) * GENERATOR));
    data << 12 | rest & 0xFFF
}

/// How much a copy, the brightness of its modules with bit 0 first, looks like that of a version: 1 is perfect, 0 is chance.
pub(super) fn likeness(copy: &[f32; BITS], version: Version) -> f32 {
    if !version.has_information() {
        return 0.0;
    }
    let word = word(version.number());
    correlation(copy.iter().enumerate().map(|(bit, value)| (*value, word >> bit & 1 == 1)))
}

/// The version that a copy states, if it can be believed.
pub(super) fn read(copy: &[f32; BITS]) -> Option<Version> {
    let versions = (1..=Version::MAX).filter_map(Version::new);
    let (score, best) =
        versions.map(|version| (likeness(copy, version), version)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score > BELIEVED).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(word: u32) -> [f32; BITS] {
        std::array::from_fn(|bit| if word >> bit & 1 == 1 { 60.0 } else { 130.0 })
    }

    #[test]
    fn version_seven_is_stated_as_in_annex_d() {
        assert_eq!(word(7), 0b00_0111_1100_1001_0100);
    }

    #[test]
    fn every_version_that_states_itself_is_read_with_a_bit_wrong_and_two_unclear() {
        for version in (7..=Version::MAX).filter_map(Version::new) {
            let mut copy = printed(word(version.number()) ^ 0b100);
            (copy[7], copy[12]) = (95.0, 95.0);
            assert_eq!(read(&copy), Some(version));
        }
    }

    #[test]
    fn paper_states_no_version() {
        assert_eq!(read(&[200.0; BITS]), None);
        assert_eq!(read(&printed(0b10_1010_1010_1010_1010)), None);
        assert!(likeness(&printed(word(6)), Version::new(6).unwrap()).abs() < 0.01);
    }
}
