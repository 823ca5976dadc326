//! Reed–Solomon decoding of errors and erasures (ISO/IEC 18004:2015 §7.5 and Annex A; Blahut's form of Berlekamp and Massey).
//!
//! In come the syndromes of a block and the positions that are known to say nothing; out comes what has to be added to make it
//! a word of the code. Nothing here decides whether that word is the one that was printed.

use super::galois::{ORDER, TIMES, divide, multiply, power};

/// The most error correction codewords of a block (table 9).
pub(super) const MOST_EC: usize = 30;

/// What the check equations of a block give: all zero for a word of the code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Syndromes {
    values: [u8; MOST_EC],
    /// Error correction codewords of the block.
    ec: usize,
    /// All codewords of the block.
    len: usize,
}

/// What makes a received block a word of the code.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Correction {
    count: usize,
    changes: [(u8, u8); MOST_EC],
}

impl Correction {
    /// Position in the block and what to add there; of an erasure it can be nothing.
    pub(super) fn changes(&self) -> &[(u8, u8)] {
        &self.changes[..self.count]
    }
}

impl Syndromes {
    /// Those of a block with `ec` error correction codewords at its end.
    pub(super) fn of(word: &[u8], ec: usize) -> Self {
        let mut values = [0; MOST_EC];
        for codeword in word {
            for (value, times) in values[..ec].iter_mut().zip(&TIMES) {
                *value = times[usize::from(*value)] ^ codeword;
            }
        }
        Self { values, ec, len: word.len() }
    }

    /// Whether the block is a word of the code.
    pub(super) fn are_zero(&self) -> bool {
        self.values[..self.ec].iter().all(|value| *value == 0)
    }

    /// The syndromes after `change` was added to the codeword at `position`.
    #[must_use]
    pub(super) fn after(mut self, position: u8, change: u8) -> Self {
        let locator = self.locator(position);
        let mut term = change;
        for value in &mut self.values[..self.ec] {
            *value ^= term;
            term = multiply(term, locator);
        }
        self
    }

    /// The correction that fills in `erasures` (distinct positions in the block) and changes as few other codewords as possible.
    ///
    /// `None` when there is none that costs at most `most` error correction codewords, two for an error and one for an erasure.
    pub(super) fn correct(&self, erasures: &[u8], most: usize) -> Option<Correction> {
        if self.are_zero() {
            return Some(Correction::default());
        }
        if erasures.len() > most {
            return None;
        }
        let (sigma, degree) = self.error_locator(erasures, most)?;
        let correction = self.magnitudes(&sigma, degree)?;
        // What was solved for are most of the equations; the rest have to hold as well.
        let after = correction.changes().iter().fold(*self, |rest, &(position, change)| rest.after(position, change));
        after.are_zero().then_some(correction)
    }

    /// α to the power that belongs to a position: the first codeword is the highest coefficient.
    fn locator(&self, position: u8) -> u8 {
        power(self.len - 1 - usize::from(position))
    }

    /// The polynomial whose roots are the inverse locators of errors and erasures, and its degree.
    fn error_locator(&self, erasures: &[u8], most: usize) -> Option<([u8; MOST_EC + 1], usize)> {
        let erased = erasures.len();
        let mut sigma = [0; MOST_EC + 1];
        sigma[0] = 1;
        for (degree, position) in erasures.iter().enumerate() {
            let locator = self.locator(*position);
            for at in (0..=degree).rev() {
                sigma[at + 1] ^= multiply(sigma[at], locator);
            }
        }
        let (mut before, mut degree) = (sigma, erased);
        for step in erased..self.ec {
            let discrepancy =
                (0..=degree.min(step)).fold(0, |sum, at| sum ^ multiply(sigma[at], self.values[step - at]));
            before.rotate_right(1);
            before[0] = 0;
            if discrepancy == 0 {
                continue;
            }
            let next = std::array::from_fn(|at| sigma[at] ^ multiply(discrepancy, before[at]));
            if 2 * degree <= step + erased {
                degree = step + 1 + erased - degree;
                before = sigma.map(|value| divide(value, discrepancy));
            }
            sigma = next;
            if 2 * degree > most + erased {
                return None;
            }
        }
        Some((sigma, degree))
    }

    /// Roots of the locator polynomial by trying all positions, and Forney's formula for each.
    fn magnitudes(&self, sigma: &[u8; MOST_EC + 1], degree: usize) -> Option<Correction> {
        let mut terms = *sigma;
        for (at, term) in terms.iter_mut().enumerate().take(degree + 1) {
            *term = multiply(*term, power(at * (ORDER + 1 - self.len)));
        }
        let mut correction = Correction::default();
        for position in 0..self.len {
            let (even, odd) = sums(&terms[..=degree]);
            if even == odd {
                if correction.count == degree || odd == 0 {
                    return None;
                }
                // The evaluator comes below, for the roots only.
                correction.changes[correction.count] = (position as u8, odd);
                correction.count += 1;
                if correction.count == degree {
                    break;
                }
            }
            for (term, times) in terms[..=degree].iter_mut().zip(&TIMES) {
                *term = times[usize::from(*term)];
            }
        }
        if correction.count != degree {
            return None;
        }
        let mut evaluator = [0; MOST_EC];
        for (at, value) in evaluator.iter_mut().enumerate().take(degree.min(self.ec)) {
            *value = (0..=at).fold(0, |sum, back| sum ^ multiply(sigma[back], self.values[at - back]));
        }
        for (position, change) in &mut correction.changes[..degree] {
            let inverse = power(ORDER + 1 + usize::from(*position) - self.len);
            let value = evaluator[..degree].iter().rev().fold(0, |sum, term| multiply(sum, inverse) ^ term);
            *change = divide(value, *change);
        }
        Some(correction)
    }
}

/// Sums of the even and of the odd terms.
fn sums(terms: &[u8]) -> (u8, u8) {
    terms.chunks(2).fold((0, 0), |(even, odd), pair| (even ^ pair[0], odd ^ pair.get(1).copied().unwrap_or(0)))
}

/// The `ec` error correction codewords of a block's data (§7.5.2).
pub(super) fn parity(data: &[u8], ec: usize) -> Vec<u8> {
    // Error correction codewords are what fills in erasures at their places.
    let mut word = data.to_vec();
    word.resize(data.len() + ec, 0);
    let erasures: Vec<u8> = (data.len()..word.len()).map(|at| at as u8).collect();
    if let Some(correction) = Syndromes::of(&word, ec).correct(&erasures, ec) {
        for &(position, change) in correction.changes() {
            word[usize::from(position)] ^= change;
        }
    }
    word.split_off(data.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fixed(word: &[u8], ec: usize, erasures: &[u8], most: usize) -> Option<Vec<u8>> {
        let correction = Syndromes::of(word, ec).correct(erasures, most)?;
        let mut word = word.to_vec();
        for &(position, change) in correction.changes() {
            word[usize::from(position)] ^= change;
        }
        Some(word)
    }

    #[test]
    fn parity_is_that_of_the_example_of_the_standard() {
        // Annex I: 01234567 in version 1-M.
        let data = [0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11];
        assert_eq!(parity(&data, 10), [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55]);
    }

    proptest! {
        #[test]
        fn errors_and_erasures_are_corrected_to_capacity(
            data in prop::collection::vec(any::<u8>(), 9..=123),
            ec in 7_usize..=MOST_EC,
            erased in 0_usize..=MOST_EC,
            places in any::<prop::sample::Index>(),
            changes in prop::collection::vec(1_u8..=255, MOST_EC),
        ) {
            let erased = erased.min(ec);
            let mut word = data.clone();
            word.extend(parity(&data, ec));
            prop_assert!(Syndromes::of(&word, ec).are_zero());
            let sent = word.clone();
            // Places are consecutive, wrapped.
            let first = places.index(word.len());
            let errors = (ec - erased) / 2;
            let mut erasures = Vec::new();
            for (at, change) in changes.iter().enumerate().take(erased + errors) {
                let place = (first + at) % word.len();
                word[place] ^= change * u8::from(at >= erased || at % 3 != 0);
                if at < erased {
                    erasures.push(place as u8);
                }
            }
            prop_assert_eq!(fixed(&word, ec, &erasures, ec), Some(sent));
        }

        #[test]
        fn whatever_is_corrected_is_a_word_of_the_code_and_within_bounds(
            word in prop::collection::vec(any::<u8>(), 26..=153),
            ec in 7_usize..=16,
            erased in 0_usize..=16,
            most in 0_usize..=16,
        ) {
            let (erased, most) = (erased.min(ec), most.min(ec));
            let erasures: Vec<u8> = (0..erased as u8).map(|at| at * 3 % word.len() as u8).collect();
            let distinct = erasures.iter().collect::<std::collections::BTreeSet<_>>().len() == erased;
            if distinct && let Some(found) = fixed(&word, ec, &erasures, most) {
                prop_assert!(Syndromes::of(&found, ec).are_zero());
                let changed = (0..word.len()).filter(|at| word[*at] != found[*at] && !erasures.contains(&(*at as u8)));
                prop_assert!(2 * changed.count() + erased <= most.max(erased));
            }
        }
    }
}
