//! Samples in, soft modules out: a linear filter, trained on modules whose colour is known.
//!
//! Defocus and motion mix a module with its neighbours. The function patterns of the symbol are known, so the filter that
//! undoes the mixing is found by least squares, and what it leaves undone tells how far its answers can be trusted.

use super::geometry::solve;
use super::light::Light;
use super::sampling::Samples;
use super::soft::SoftModules;

/// How many half modules around a centre the filter sees.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Taps {
    /// 3 × 3, for the smallest symbols.
    Nine,
    /// 5 × 5: one module to each side.
    TwentyFive,
    /// 7 × 7: one and a half, for strong motion.
    FortyNine,
}

/// Log-likelihood ratio of a module whose centre is as dark as ink, or as light as paper.
const CERTAINTY: f32 = 8.0;
/// How much the filter is held towards the centre sample alone: per example, and in all.
const HOLD: (f64, f64) = (0.004, 0.5);
/// Least variance of what the filter leaves: nothing is known better.
const LEAST_VARIANCE: f32 = 0.06;

/// Soft modules by the brightness of their centres alone.
pub(super) fn plain(samples: &Samples, light: &Light) -> Option<SoftModules> {
    let modules = samples.modules();
    let values = modules.iter().enumerate().map(|(at, value)| {
        let (y, trust) = (normal(light, at, *value), trust(light, at));
        y * CERTAINTY * trust
    });
    SoftModules::new(samples.width, values.collect())
}

/// Brightness on the scale where ink is 1 and paper is −1.
fn normal(light: &Light, at: usize, value: f32) -> f32 {
    let middle = f32::midpoint(light.paper[at], light.ink[at]);
    // Where there is no contrast, what looks like one is noise and not enlarged.
    let half = (light.paper[at] - light.ink[at]) / 2.0 / light.contrast[at].clamp(0.05, 1.0).sqrt();
    ((middle - value) / half.max(1.0)).clamp(-2.5, 2.5)
}

/// How far a module can be trusted by the contrast around it.
fn trust(light: &Light, at: usize) -> f32 {
    let contrast = light.contrast[at].clamp(0.0, 1.0);
    contrast * contrast * if light.flat[at] { 0.08 } else { 1.0 }
}

/// Soft modules by a filter trained on the modules that are `known`; `None` when these are too few or too damaged.
pub(super) fn equalise(samples: &Samples, light: &Light, known: &[Option<bool>], taps: Taps) -> Option<SoftModules> {
    match taps {
        Taps::Nine => trained::<10, 11>(samples, light, known, 1),
        Taps::TwentyFive => trained::<26, 27>(samples, light, known, 2),
        Taps::FortyNine => trained::<50, 51>(samples, light, known, 3),
    }
}

fn features<const N: usize>(samples: &Samples, light: &Light, at: usize, reach: isize) -> [f32; N] {
    let (x, y) = (at % samples.width, at / samples.width);
    let mut row = [1.0; N];
    let mut tap = 0;
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            row[tap] = normal(light, at, samples.near(x, y, dx, dy));
            tap += 1;
        }
    }
    row
}

fn trained<const N: usize, const M: usize>(
    samples: &Samples,
    light: &Light,
    known: &[Option<bool>],
    reach: isize,
) -> Option<SoftModules> {
    let examples: Vec<([f32; N], f32)> = known
        .iter()
        .enumerate()
        .filter(|(at, _)| light.contrast[*at] > 0.4 && !light.flat[*at])
        .filter_map(|(at, colour)| {
            colour.map(|dark| (features(samples, light, at, reach), if dark { 1.0 } else { -1.0 }))
        })
        .collect();
    if examples.len() < 3 * N {
        return None;
    }
    let mut weights = fit::<N, M>(examples.iter())?;
    // A stain on a finder pattern must not teach: examples that are far off are left out the second time.
    let good: Vec<&([f32; N], f32)> =
        examples.iter().filter(|(row, truth)| (answer(&weights, row) - truth).abs() < 1.1).collect();
    if good.len() < 2 * N {
        return None;
    }
    weights = fit::<N, M>(good.iter().copied())?;
    let sum: f32 = good.iter().map(|(row, truth)| (answer(&weights, row) - truth).powi(2)).sum();
    let variance = (sum / (good.len() - N).max(N) as f32).max(LEAST_VARIANCE);
    let values = (0..known.len()).map(|at| {
        let y = answer(&weights, &features(samples, light, at, reach));
        2.0 * y / variance * trust(light, at)
    });
    SoftModules::new(samples.width, values.collect())
}

fn answer<const N: usize>(weights: &[f32; N], row: &[f32; N]) -> f32 {
    weights.iter().zip(row).map(|(a, b)| a * b).sum()
}

/// Least squares, held a little towards the centre sample alone.
fn fit<'a, const N: usize, const M: usize>(examples: impl Iterator<Item = &'a ([f32; N], f32)>) -> Option<[f32; N]> {
    let mut rows = [[0.0_f64; M]; N];
    let mut count = 0.0;
    for (row, truth) in examples {
        count += 1.0;
        for i in 0..N {
            let value = f64::from(row[i]);
            for (cell, other) in rows[i][..=i].iter_mut().zip(row) {
                *cell += value * f64::from(*other);
            }
            rows[i][N] += value * f64::from(*truth);
        }
    }
    for i in 0..N {
        let (above, below) = rows.split_at_mut(i + 1);
        for (j, row) in below.iter().enumerate() {
            above[i][i + 1 + j] = row[i];
        }
        above[i][i] += HOLD.0 * count + HOLD.1;
    }
    rows[(N - 1) / 2][N] += HOLD.0 * count + HOLD.1;
    Some(solve::<N, M>(rows)?.map(|weight| weight as f32))
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::super::geometry::{Homography, Point};
    use super::super::patterns::{Patterns, Version};
    use super::super::sampling::Grid;
    use super::*;
    use crate::scan::grey::GreyImage;
    use crate::symbol::EcLevel;

    /// Pixels of a module.
    const SCALE: f32 = 5.0;

    /// Smears an image over so many pixels to the right.
    fn smeared(image: &GreyImage, pixels: u32) -> GreyImage {
        GreyImage::from_fn(image.width(), image.height(), |x, y| {
            let around = (0..pixels).map(|step| image.row(y)[(x + step).min(image.width() - 1) as usize]);
            (around.map(u32::from).sum::<u32>() / pixels) as u8
        })
    }

    #[test]
    fn a_filter_trained_on_the_function_patterns_undoes_motion() {
        let (_, matrix) = drawing::symbol(14, EcLevel::M);
        let image = smeared(&drawing::flat(&matrix, SCALE), 9);
        let shift = Point::new(5.0 * SCALE - 4.0, 5.0 * SCALE);
        let plane = Homography::affine(shift, Point::new(SCALE, 0.0), Point::new(0.0, SCALE));
        let samples = Samples::take(&image, &Grid::Plane(plane), matrix.width());
        let light = Light::measure(&samples.modules(), samples.width);
        let wrong = |soft: SoftModules| {
            let dark = |at: usize| matrix.is_dark(at % matrix.width(), at / matrix.width());
            soft.values.iter().enumerate().filter(|(at, value)| (**value > 0.0) != dark(*at)).count()
        };
        let known = &Patterns::of(Version::new(14).unwrap()).known;
        let before = wrong(plain(&samples, &light).unwrap());
        let after = wrong(equalise(&samples, &light, known, Taps::TwentyFive).unwrap());
        assert!(before > 300 && after * 8 < before, "{before} modules wrong before, {after} after");
    }

    #[test]
    fn too_few_known_modules_train_nothing() {
        let samples = Samples::take(
            &GreyImage::from_fn(60, 60, |x, y| (x * 7 + y * 13) as u8),
            &Grid::Plane(Homography::affine(Point::default(), Point::new(2.0, 0.0), Point::new(0.0, 2.0))),
            21,
        );
        let light = Light::measure(&samples.modules(), 21);
        assert!(equalise(&samples, &light, &[None; 441], Taps::TwentyFive).is_none());
    }
}
