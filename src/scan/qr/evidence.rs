//! How surely a decoded block is what was printed, as -log₂ of the chance that modules without meaning decode as well.
//!
//! Under a model of the print, a received codeword is so many times as likely when a given codeword was printed as it is when
//! anything was. The mean of that ratio over modules whose colours mean nothing is 1, so a given word reaches a product of 2ˣ
//! with a chance of at most 2⁻ˣ, and any of the 2⁸ᵏ words of a code with one of at most 2⁸ᵏ⁻ˣ, however many of them are tried. An
//! unused error correction codeword thus counts 8 bits, an erasure none, a weak module what it says, and a wrong codeword as
//! much less as it was thought sure. A model is a scale for the log-likelihood ratios and a share of codewords that are spoilt and
//! say nothing: the best of a few models counts, and their number is taken off.

use super::codewords::{Received, SoftCodeword, logistic};
use super::soft::MOST;

/// Shares of codewords that say nothing.
const SPOILT: [f64; 3] = [1.0 / 4.0, 1.0 / 16.0, 1.0 / 64.0];

/// Scales of the log-likelihood ratios: samplers judge themselves too well or too badly.
const SCALES: [Option<f32>; 4] = [None, Some(0.5), Some(2.0), Some(4.0)];

/// log₂ of the number of models, for up to four looks at the same modules with and without their stains.
const MODELS: f32 = 5.585;

/// Evidence so large or so small by the first scale needs no others, in bits.
const CLEAR: std::ops::Range<f32> = -60.0..40.0;

/// Bits by which what was received speaks for `word`, as against any colours at all.
///
/// Less 8 bits for each codeword that is free to be anything, this is the evidence of the head of this module.
pub(super) fn of(received: Received<'_>, word: &[u8], free: usize) -> f32 {
    let free = 8.0 * free as f32 + MODELS;
    let mut best = f32::MIN;
    for scale in SCALES {
        best = best.max(under_scale(received, word, scale) - free);
        if !CLEAR.contains(&best) {
            break;
        }
    }
    best
}

fn under_scale(received: Received<'_>, word: &[u8], scale: Option<f32>) -> f32 {
    let mut sums = [0.0; SPOILT.len()];
    let mut products = [1.0_f64; SPOILT.len()];
    for (at, codeword) in word.iter().enumerate() {
        let ratio = if scale.is_none() && received.hard[at] == *codeword {
            256.0 * f64::from(received.right[at])
        } else {
            ratio(&received.soft[at], *codeword, scale.unwrap_or(1.0))
        };
        for (product, spoilt) in products.iter_mut().zip(SPOILT) {
            *product *= spoilt + (1.0 - spoilt) * ratio;
        }
        // A factor lies between 2⁻⁶ and 2⁸: a logarithm for many of them does.
        if at % 64 == 63 || at + 1 == word.len() {
            for (sum, product) in sums.iter_mut().zip(&mut products) {
                *sum += product.log2();
                *product = 1.0;
            }
        }
    }
    sums.into_iter().fold(f64::MIN, f64::max) as f32
}

/// How many times as likely the soft bits are when this codeword was printed as when anything was.
fn ratio(soft: &SoftCodeword, codeword: u8, scale: f32) -> f64 {
    let logistic = logistic();
    let bit = |at: usize| {
        let towards = if codeword >> (7 - at) & 1 == 1 { soft[at] } else { -soft[at] };
        2.0 * logistic.of((scale * towards).clamp(-MOST, MOST))
    };
    f64::from((0..8).map(bit).product::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(values: &[f32], flipped: usize, free: usize) -> f32 {
        let soft: Vec<SoftCodeword> = values.iter().map(|value| [*value; 8]).collect();
        let word: Vec<u8> = (0..values.len()).map(|at| if at < flipped { 0 } else { 255 }).collect();
        let hard = vec![255; values.len()];
        let right: Vec<f32> = values.iter().map(|value| logistic().of(*value).powi(8)).collect();
        of(Received { soft: &soft, hard: &hard, right: &right, ec: values.len() - free }, &word, free)
    }

    #[test]
    fn an_unused_error_correction_codeword_counts_eight_bits() {
        let clean = evidence(&[12.0; 26], 0, 16);
        assert!((73.0..80.0).contains(&clean), "{clean}");
    }

    #[test]
    fn erasures_count_nothing() {
        let mut values = [12.0; 26];
        values[..10].fill(0.0);
        let filled = evidence(&values, 0, 16);
        assert!((-10.0..0.0).contains(&filled), "{filled}");
    }

    #[test]
    fn a_wrong_codeword_costs_more_than_an_erasure_and_no_more_than_two() {
        let (none, four) = (evidence(&[12.0; 26], 0, 9), evidence(&[12.0; 26], 4, 9));
        assert!((4.0 * 8.0..4.0 * 16.0).contains(&(none - four)), "{none} {four}");
    }

    #[test]
    fn weak_values_that_are_all_right_are_believed() {
        assert!(evidence(&[1.5; 60], 0, 40) > 80.0);
    }
}
