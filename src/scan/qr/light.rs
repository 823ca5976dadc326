//! Brightness of the modules in, the light on paper and ink around each out.
//!
//! Paper is the morphological closing of the symbol (dark things smaller than the window vanish), ink its opening. Both keep
//! the hard edge of a shadow, which means would smear. A place where paper and ink are alike has lost its modules.

/// Paper and ink around each module, row by row.
#[derive(Clone, Debug)]
pub(super) struct Light {
    pub(super) paper: Vec<f32>,
    pub(super) ink: Vec<f32>,
    /// How much of the usual contrast there is, 0 to 1 and a little more.
    pub(super) contrast: Vec<f32>,
    /// Modules in a patch of one brightness, larger than the mask leaves any: a stain, a sticker, a hole.
    pub(super) flat: Vec<bool>,
}

/// Windows reach so many modules to each side: five dark modules in a row are common, seven times seven are not.
const REACH: usize = 3;
/// A patch of so many modules squared in one colour is by chance once in 32,768 windows.
const PATCH: usize = 4;
/// Least difference between paper and ink, in grey values, that is more than noise.
const LEAST: f32 = 3.0;

impl Light {
    /// Takes the brightness of `width × width` modules.
    pub(super) fn measure(modules: &[f32], width: usize) -> Self {
        let paper = slide(&slide(modules, width, REACH, larger), width, REACH, smaller);
        let ink = slide(&slide(modules, width, REACH, smaller), width, REACH, larger);
        // Paper and ink both scale with the light, so their usual ratio tells a shadow from a stain.
        let mut ratios: Vec<f32> = paper.iter().zip(&ink).map(|(paper, ink)| (paper - ink) / paper.max(1.0)).collect();
        let usual = {
            let middle = ratios.len() * 6 / 10;
            *ratios.select_nth_unstable_by(middle, f32::total_cmp).1
        };
        let usual_at = |paper: f32| (usual * paper).max(LEAST);
        let contrast = paper.iter().zip(&ink).map(|(paper, ink)| (paper - ink) / usual_at(*paper)).collect();
        let flat = flat(modules, width, |at| 0.3 * usual_at(paper[at]));
        Self { paper, ink, contrast, flat }
    }
}

// Plain comparisons, of which the compiler makes wide ones; no module's brightness is without a number.
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The extreme over a window that reaches `reach` modules to each side.
fn slide(values: &[f32], width: usize, reach: usize, choose: impl Fn(f32, f32) -> f32 + Copy) -> Vec<f32> {
    let mut lines = Vec::with_capacity(values.len());
    for row in values.chunks_exact(width) {
        for x in 0..width {
            let window = &row[x.saturating_sub(reach)..=(x + reach).min(width - 1)];
            lines.push(window.iter().copied().fold(row[x], choose));
        }
    }
    let mut all = Vec::with_capacity(values.len());
    for y in 0..width {
        let rows = y.saturating_sub(reach)..=(y + reach).min(width - 1);
        let mut extremes = lines[y * width..][..width].to_vec();
        for row in rows {
            for (extreme, value) in extremes.iter_mut().zip(&lines[row * width..][..width]) {
                *extreme = choose(*extreme, *value);
            }
        }
        all.append(&mut extremes);
    }
    all
}

/// Marks every module that lies in a window of `PATCH × PATCH` modules whose brightness differs by less than `least`.
fn flat(modules: &[f32], width: usize, least: impl Fn(usize) -> f32) -> Vec<bool> {
    let mut flat = vec![false; modules.len()];
    for y in 0..=width.saturating_sub(PATCH) {
        for x in 0..=width.saturating_sub(PATCH) {
            let (mut low, mut high) = (f32::MAX, f32::MIN);
            for row in y..y + PATCH {
                for &value in &modules[row * width + x..][..PATCH] {
                    low = low.min(value);
                    high = high.max(value);
                }
            }
            if high - low < least((y + PATCH / 2) * width + x + PATCH / 2) {
                for row in y..y + PATCH {
                    flat[row * width + x..][..PATCH].fill(true);
                }
            }
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(x: usize, y: usize) -> bool {
        (x * 7919 + y * 104_729 + x * y * 31) % 97 < 48
    }

    #[test]
    fn a_shadow_keeps_its_contrast_and_a_sticker_has_none() {
        let modules: Vec<f32> = (0..40 * 40)
            .map(|at| {
                let (x, y) = (at % 40, at / 40);
                let light = if x < 20 { 1.0 } else { 0.2 };
                if x < 12 && y < 12 {
                    110.0
                } else if noise(x, y) {
                    20.0 * light
                } else {
                    230.0 * light
                }
            })
            .collect();
        let light = Light::measure(&modules, 40);
        let at = |x: usize, y: usize| y * 40 + x;
        assert!(light.contrast[at(30, 30)] > 0.9 && light.contrast[at(5, 30)] > 0.9);
        assert!((light.paper[at(5, 30)] - 230.0).abs() < 1.0 && (light.paper[at(35, 30)] - 46.0).abs() < 1.0);
        assert!(light.flat[at(4, 4)] && light.flat[at(0, 11)] && !light.flat[at(20, 30)]);
        assert!(light.contrast[at(4, 4)] < 0.1);
    }
}
