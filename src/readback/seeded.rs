//! A seed in, numbers that look random out: always the same for the same seed, so that a page that fails once fails again.

/// `SplitMix64` (Steele, Lea, Flood 2014): not for secrets.
#[derive(Clone, Debug)]
pub(super) struct Seeded(u64);

impl Seeded {
    /// Numbers that belong to this seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly between `from` and `to`.
    pub(super) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * ((self.bits() >> 40) as f32 / (1_u32 << 24) as f32)
    }

    /// Around zero with a standard deviation of one, by the sum of eight even numbers; never further out than 4.9.
    pub(super) fn normal(&mut self) -> f32 {
        let (a, b) = (self.bits(), self.bits());
        let sum: u64 = [a, a >> 16, a >> 32, a >> 48, b, b >> 16, b >> 32, b >> 48].iter().map(|n| n & 0xffff).sum();
        // Eight numbers below 2¹⁶ have a mean of 4 · 65,535 and a variance of 8 · 2³² / 12.
        (sum as f32 - 4.0 * 65_535.0) / (65_536.0 * 0.816_496_6)
    }

    /// An angle in radians, anywhere in the circle.
    pub(super) fn direction(&mut self) -> f32 {
        self.between(0.0, std::f32::consts::TAU)
    }
}

/// A seed from bytes (FNV-1a).
pub(super) fn seed_of(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_the_mean_and_the_spread_that_they_claim() {
        let mut seeded = Seeded::new(7);
        let numbers: Vec<f32> = (0..20_000).map(|_| seeded.normal()).collect();
        let mean = numbers.iter().sum::<f32>() / 20_000.0;
        let spread = numbers.iter().map(|n| (n - mean) * (n - mean)).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (spread - 1.0).abs() < 0.03, "{mean} {spread}");
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let of = |seed| {
            let mut seeded = Seeded::new(seed);
            [seeded.bits(), seeded.bits()]
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert_ne!(seed_of(*b"ab"), seed_of(*b"ba"));
    }
}
