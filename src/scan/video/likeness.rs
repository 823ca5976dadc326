//! Two pictures of modules in, whether they are of one symbol out.
//!
//! A frame of another symbol must not get into a sum: of blocks (ISO/IEC 18004 §7.5) that were read each from another symbol, a
//! text could be put together that nobody wrote. Three things stand in the way.

use crate::scan::qr::{Blocks, Decoded, Patterns, Version};

/// Standard deviations by which the correlation of two pictures must differ from that of modules without relation. A comparison of
/// unrelated modules gets there once in 10¹⁵; a camera that compares 16 pairs in each of 30 frames a second needs 60,000 years.
const LEAST_DEVIATIONS: f32 = 8.0;
/// Two pictures must agree on data at least by so much of what they agree with the function patterns, one multiplied by the other.
/// Papers of one issuer have a head in common, which is less than half of their modules.
const LEAST_SHARE: f32 = 0.5;
/// Error correction codewords make the end of every symbol, at least this part of it (table 9: 18 % in 9-L). They differ wherever
/// anything in their block does, so two symbols that share a head are not alike here. Two with more than half of
/// their blocks in common are not told apart before they are read; [`bear_out`] stands behind this.
const END: f32 = 0.18;
/// The end must agree at least by so much of what the whole does.
const LEAST_AT_END: f32 = 0.65;

/// A picture of modules, and how far it can be trusted.
#[derive(Debug)]
pub(super) struct Seen {
    /// Expected colour of each data module, 1 is dark and −1 light, in the order of the codewords.
    data: Vec<f32>,
    /// Correlation with the function patterns.
    agreement: f32,
}

impl Seen {
    /// Takes log-likelihood ratios of all modules.
    pub(super) fn new(version: Version, values: &[f32]) -> Self {
        let patterns = Patterns::of(version);
        let expected = |at: usize| values.get(at).map_or(0.0, |value| (value / 2.0).tanh());
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0_f32);
        for (at, known) in patterns.known.iter().enumerate() {
            let Some(dark) = known else { continue };
            let value = expected(at);
            sum += if *dark { value } else { -value };
            squares += value * value;
            count += 1.0;
        }
        let agreement = sum / (squares * count).sqrt().max(1e-6);
        Self { data: patterns.data.iter().map(|at| expected(usize::from(*at))).collect(), agreement }
    }
}

/// Whether two pictures are of one symbol.
pub(super) fn is_same(a: &Seen, b: &Seen) -> bool {
    if a.data.len() != b.data.len() || a.agreement <= 0.0 || b.agreement <= 0.0 {
        return false;
    }
    let end = (a.data.len() as f32 * (1.0 - END)) as usize;
    let whole = Correlation::of(&a.data, &b.data);
    let tail = Correlation::of(&a.data[end..], &b.data[end..]);
    let expected = a.agreement * b.agreement;
    whole.deviations() >= LEAST_DEVIATIONS
        && whole.value() >= LEAST_SHARE * expected
        && tail.value() >= LEAST_AT_END * whole.value()
}

/// Sums over pairs of values.
struct Correlation {
    products: f32,
    squares: [f32; 2],
    both: f32,
}

impl Correlation {
    fn of(a: &[f32], b: &[f32]) -> Self {
        let mut all = Self { products: 0.0, squares: [0.0; 2], both: 0.0 };
        for (a, b) in a.iter().zip(b) {
            all.products += a * b;
            all.squares[0] += a * a;
            all.squares[1] += b * b;
            all.both += (a * b).powi(2);
        }
        all
    }

    fn value(&self) -> f32 {
        self.products / (self.squares[0] * self.squares[1]).sqrt().max(1e-6)
    }

    /// How many standard deviations from nothing, if colours were drawn anew.
    fn deviations(&self) -> f32 {
        self.products / self.both.sqrt().max(1e-6)
    }
}

/// Whether frames bear out what was read from their sum, block by block alike.
///
/// In a frame of the symbol that was read, every block agrees as much as the others. If blocks were read from different symbols,
/// each frame agrees with some blocks and less with others: a block differs from any other word in more than its error correction
/// codewords. The sum of squares of what is left over is compared with that of chance, with room for damage that is not even.
pub(super) fn bear_out(frames: &[Vec<f32>], decoded: &Decoded) -> bool {
    let (patterns, blocks) = (Patterns::of(decoded.version), Blocks::of(decoded.version, decoded.format.level));
    if blocks.count() < 2 {
        return true;
    }
    let mut squares = 0.0;
    for frame in frames {
        let agreements: Vec<(f32, f32)> = (0..blocks.count())
            .map(|block| {
                let (mut sum, mut weight, mut variance) = (0.0, 0.0_f32, 0.0);
                for bit in blocks.codewords(block).iter().flat_map(|codeword| (0..8).map(move |bit| 8 * codeword + bit))
                {
                    let (block_place, mirrored) = (usize::from(patterns.data[usize::from(bit)]), decoded.mirrored);
                    let at = if mirrored { transposed(block_place, patterns.width) } else { block_place };
                    let value = (frame[at] / 2.0).tanh();
                    sum += if decoded.modules[at] { value } else { -value };
                    weight += value.abs();
                    variance += value * value;
                }
                (sum / weight.max(1e-6), variance / weight.max(1e-6).powi(2))
            })
            .collect();
        let mean = agreements.iter().map(|(value, _)| value).sum::<f32>() / agreements.len() as f32;
        squares += agreements.iter().map(|(value, variance)| (value - mean).powi(2) / variance.max(1e-6)).sum::<f32>();
    }
    let expected = frames.len() as f32 * (blocks.count() - 1) as f32;
    squares <= 1.5 * expected + 6.0 * (2.0 * expected).sqrt()
}

fn transposed(at: usize, width: usize) -> usize {
    at % width * width + at / width
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::qr::{Depth, Outcome, SoftModules, decode};
    use crate::symbol::{EcLevel, Matrix, encode};

    fn text(length: usize, from: usize, seed: usize) -> String {
        let letter =
            |at: usize| char::from(b'A' + (at * 7919 + at * at * 31 + if at < from { 0 } else { seed }) as u8 % 26);
        (0..length).map(letter).collect()
    }

    /// Modules of which so many of a hundred are wrong.
    fn modules(matrix: &Matrix, wrong: usize, seed: usize) -> Vec<f32> {
        let width = matrix.width();
        let mut state = seed as u64 + 1;
        (0..width * width)
            .map(|at| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let dark = matrix.is_dark(at % width, at / width) != ((state >> 33) % 100 < wrong as u64);
                if dark { 2.0 } else { -2.0 }
            })
            .collect()
    }

    fn same(a: &[f32], b: &[f32], version: u8) -> bool {
        let version = Version::new(version).unwrap();
        is_same(&Seen::new(version, a), &Seen::new(version, b))
    }

    #[test]
    fn noisy_pictures_of_one_symbol_are_alike_and_those_of_two_are_not() {
        let a = encode(&text(600, 0, 1), 15, EcLevel::L).unwrap();
        let b = encode(&text(600, 0, 2), 15, EcLevel::L).unwrap();
        assert!(same(&modules(&a, 25, 1), &modules(&a, 25, 2), 15));
        assert!(!same(&modules(&a, 2, 1), &modules(&b, 2, 2), 15));
    }

    #[test]
    fn symbols_that_begin_alike_are_not_taken_for_one() {
        for alike in [100, 200, 300] {
            let a = encode(&text(600, alike, 1), 15, EcLevel::L).unwrap();
            let b = encode(&text(600, alike, 2), 15, EcLevel::L).unwrap();
            assert!(!same(&modules(&a, 10, 1), &modules(&b, 10, 2), 15), "{alike}");
        }
    }

    #[test]
    fn frames_of_two_symbols_do_not_bear_out_a_text_of_both() {
        let a = encode(&text(600, 0, 1), 15, EcLevel::L).unwrap();
        let soft = SoftModules::new(a.width(), modules(&a, 0, 1)).unwrap();
        let Some(Outcome::Read(decoded)) = decode(&soft, Version::new(15).unwrap(), Depth::Quick) else {
            panic!("a clean symbol is read");
        };
        let of_one: Vec<Vec<f32>> = (0..8).map(|seed| modules(&a, 20, seed)).collect();
        assert!(bear_out(&of_one, &decoded));
        // Half of the frames show another symbol in three of six blocks.
        let (patterns, blocks) = (Patterns::of(decoded.version), Blocks::of(decoded.version, decoded.format.level));
        let mut of_two = of_one;
        for frame in of_two.iter_mut().step_by(2) {
            let codewords = (0..blocks.count() / 2).flat_map(|block| blocks.codewords(block));
            for bit in codewords.flat_map(|codeword| (0..8).map(move |bit| usize::from(8 * codeword + bit))) {
                frame[usize::from(patterns.data[bit])] *= if bit % 3 == 0 { -1.0 } else { 1.0 };
            }
        }
        assert!(!bear_out(&of_two, &decoded));
    }
}
