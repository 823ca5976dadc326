//! Brightness and known colours in, how much they go together out.

/// Variance of the brightness that is no more than noise: two grey values.
const NOISE: f32 = 4.0;

/// Correlation of brightness with colours, `true` being dark: 1 is perfect, 0 is chance, −1 is the negative.
pub(super) fn correlation(values: impl Iterator<Item = (f32, bool)>) -> f32 {
    let (mut sums, mut count) = ([0.0_f32; 4], 0.0_f32);
    for (value, dark) in values {
        let sign = if dark { -1.0 } else { 1.0 };
        for (sum, term) in sums.iter_mut().zip([value, value * value, sign, value * sign]) {
            *sum += term;
        }
        count += 1.0;
    }
    let [value, squares, sign, product] = sums.map(|sum| sum / count.max(1.0));
    let spread = (squares - value * value).max(0.0) + NOISE;
    // Colours that are all alike say nothing about correlation.
    (product - value * sign) / spread.sqrt() / (1.0 - sign * sign).max(0.1).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_and_paper_correlate_whatever_the_light() {
        let printed = |dark: f32, light: f32| {
            correlation((0..20).map(move |at| (if at % 3 == 0 { dark } else { light }, at % 3 == 0)))
        };
        assert!(printed(10.0, 240.0) > 0.99 && printed(30.0, 50.0) > 0.97 && printed(200.0, 20.0) < -0.99);
        assert!(printed(100.0, 100.0).abs() < 0.01);
        assert!(correlation(std::iter::empty()).abs() < 0.01);
    }
}
