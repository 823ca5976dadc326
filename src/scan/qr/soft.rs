//! A sampled symbol: for each module how likely it is dark.
//!
//! Made by whoever samples an image, read by the decoder of format information, version information and codewords.

/// Log-likelihood ratios beyond this say nothing more: below it lie the accidents that no model of the print foresees.
pub(in crate::scan) const MOST: f32 = 12.0;

/// A square of modules, row by row from the top left, quiet zone not included.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::scan) struct SoftModules {
    /// Modules on a side.
    pub(in crate::scan) width: usize,
    /// ln(P(dark) / P(light)) of each module, at most [`MOST`] either way; 0 is unknown.
    pub(in crate::scan) values: Vec<f32>,
}

impl SoftModules {
    /// Takes `width × width` log-likelihood ratios; clips them, and takes what is no number as unknown. `None` when there are
    /// too many or too few.
    pub(in crate::scan) fn new(width: usize, mut values: Vec<f32>) -> Option<Self> {
        if width.checked_mul(width) != Some(values.len()) {
            return None;
        }
        for value in &mut values {
            *value = if value.is_nan() { 0.0 } else { value.clamp(-MOST, MOST) };
        }
        Some(Self { width, values })
    }

    /// Modules of known colour, all equally certain.
    #[cfg(test)]
    pub(in crate::scan) fn certain(width: usize, dark: &[bool]) -> Option<Self> {
        Self::new(width, dark.iter().map(|dark| if *dark { MOST } else { -MOST }).collect())
    }

    /// Rows as columns: what a mirrored symbol needs.
    #[must_use]
    pub(in crate::scan) fn transposed(&self) -> Self {
        let width = self.width;
        let at = |at: usize| self.values[at % width * width + at / width];
        Self { width, values: (0..width * width).map(at).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_clipped_and_what_is_no_number_is_unknown() {
        let soft = SoftModules::new(2, vec![f32::INFINITY, f32::NAN, -1e9, 0.5]).unwrap();
        assert_eq!(soft.values, [MOST, 0.0, -MOST, 0.5]);
        assert_eq!(SoftModules::new(2, vec![0.0; 3]), None);
        assert_eq!(SoftModules::new(usize::MAX, vec![]), None);
    }

    #[test]
    fn a_symbol_transposed_twice_is_itself() {
        let soft = SoftModules::new(2, vec![1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!(soft.transposed().values, [1.0, 3.0, 2.0, 4.0]);
        assert_eq!(soft.transposed().transposed(), soft);
    }
}
