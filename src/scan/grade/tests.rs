//! Symbols that are damaged in one way each.

use super::*;
use crate::symbol::{EcLevel, encode};

const PITCH: f32 = 6.0;
const EDGE: f32 = 30.0;

fn matrix() -> Matrix {
    encode(&"NP1:K7QX2M9D".repeat(12), 10, EcLevel::M).unwrap()
}

/// A symbol of 6 pixels a module, `paint(u, v, grey)` having the last word at each place in modules.
fn drawn(matrix: &Matrix, paint: impl Fn(f32, f32, f32) -> f32) -> GreyImage {
    let side = (matrix.width() as f32 * PITCH + 2.0 * EDGE) as u32;
    let module = |at: f32| (at >= 0.0 && at < matrix.width() as f32).then_some(at as usize);
    GreyImage::from_fn(side, side, |x, y| {
        let (u, v) = ((x as f32 + 0.5 - EDGE) / PITCH, (y as f32 + 0.5 - EDGE) / PITCH);
        let dark = module(u).zip(module(v)).is_some_and(|(x, y)| matrix.is_dark(x, y));
        paint(u, v, if dark { 20.0 } else { 235.0 }).clamp(0.0, 255.0) as u8
    })
}

fn corners(matrix: &Matrix) -> [(f32, f32); 4] {
    let far = EDGE + matrix.width() as f32 * PITCH;
    [(EDGE, EDGE), (far, EDGE), (far, far), (EDGE, far)]
}

fn graded(matrix: &Matrix, paint: impl Fn(f32, f32, f32) -> f32) -> Quality {
    grade(&drawn(matrix, paint), corners(matrix), matrix).unwrap()
}

/// A mean over a square, as often as wanted: blur.
fn blurred(image: &GreyImage, reach: i32) -> GreyImage {
    let at = |x: i32, y: i32| {
        let place = |at: i32, side: u32| at.clamp(0, side as i32 - 1) as u32;
        u32::from(image.row(place(y, image.height()))[place(x, image.width()) as usize])
    };
    GreyImage::from_fn(image.width(), image.height(), |x, y| {
        let around = (-reach..=reach).flat_map(|dx| (-reach..=reach).map(move |dy| (dx, dy)));
        let sum: u32 = around.map(|(dx, dy)| at(x as i32 + dx, y as i32 + dy)).sum();
        (sum / ((2 * reach + 1) * (2 * reach + 1)) as u32) as u8
    })
}

#[test]
fn a_clean_symbol_has_the_best_grade_in_everything() {
    let matrix = matrix();
    let quality = graded(&matrix, |_, _, grey| grey);
    assert_eq!(quality.overall(), 4, "{quality:?}");
}

#[test]
fn limits_are_those_of_the_standard() {
    for (parameter, values) in [
        (Parameter::Contrast, [0.70, 0.55, 0.40, 0.20, 0.19]),
        (Parameter::Modulation, [0.50, 0.40, 0.30, 0.20, 0.19]),
        (Parameter::AxialUniformity, [0.06, 0.08, 0.10, 0.12, 0.13]),
        (Parameter::GridUniformity, [0.38, 0.50, 0.63, 0.75, 0.76]),
        (Parameter::UnusedCorrection, [0.62, 0.50, 0.37, 0.25, 0.24]),
        (Parameter::PrintGrowth, [-0.50, 0.70, -0.85, 1.00, 1.01]),
    ] {
        let grades: Vec<u8> = values.into_iter().map(|value| parameter.grade(value)).collect();
        assert_eq!(grades, [4, 3, 2, 1, 0], "{parameter:?}");
    }
    assert_eq!([4, 3, 2, 1, 0].map(Quality::letter), ['A', 'B', 'C', 'D', 'F']);
}

#[test]
fn paler_ink_has_less_contrast_and_nothing_else() {
    let matrix = matrix();
    let grades: Vec<Quality> =
        [20.0, 80.0, 120.0, 160.0, 200.0].map(|ink| graded(&matrix, |_, _, grey| grey.max(ink))).into();
    let contrast: Vec<u8> = grades.iter().map(|quality| quality.of(Parameter::Contrast)).collect();
    assert_eq!(contrast, [4, 3, 2, 1, 0]);
    assert!(grades.iter().all(|quality| quality.of(Parameter::Modulation) == 4), "{grades:?}");
}

#[test]
fn blur_takes_modulation_and_never_gives_it_back() {
    let matrix = matrix();
    let clean = drawn(&matrix, |_, _, grey| grey);
    let of = |reach| grade(&blurred(&clean, reach), corners(&matrix), &matrix).unwrap();
    let grades: Vec<u8> = [0, 1, 2, 3, 4, 5].into_iter().map(|reach| of(reach).of(Parameter::Modulation)).collect();
    assert!(grades.is_sorted_by(|a, b| a >= b), "{grades:?}");
    assert!(grades[0] == 4 && grades[5] <= 1, "{grades:?}");
}

#[test]
fn blots_take_error_correction_and_never_give_it_back() {
    let matrix = matrix();
    let of =
        |radius: f32| graded(&matrix, move |u, v, grey| if (u - 28.0).hypot(v - 28.0) < radius { 20.0 } else { grey });
    let grades: Vec<Quality> = [0.0, 3.0, 5.0, 7.0, 9.0, 11.0].map(of).into();
    let left: Vec<u8> = grades.iter().map(|quality| quality.of(Parameter::UnusedCorrection)).collect();
    assert!(left.is_sorted_by(|a, b| a >= b) && left[0] == 4 && left[5] == 0, "{left:?}");
    let overall: Vec<u8> = grades.iter().map(Quality::overall).collect();
    assert!(overall.is_sorted_by(|a, b| a >= b), "{overall:?}");
}

#[test]
fn a_scratch_through_a_finder_is_seen_in_the_fixed_patterns_only() {
    let matrix = matrix();
    let quality = graded(&matrix, |u, v, grey| if v < 8.0 && (3.0..4.0).contains(&u) { 235.0 } else { grey });
    assert_eq!((quality.of(Parameter::FixedPatterns), quality.of(Parameter::UnusedCorrection)), (0, 4), "{quality:?}");
}

#[test]
fn ink_that_spreads_is_growth_and_ink_that_shrinks_too() {
    let matrix = matrix();
    let dark = |u: f32, v: f32| {
        let inside = |at: f32| (at >= 0.0 && at < matrix.width() as f32).then_some(at as usize);
        inside(u).zip(inside(v)).is_some_and(|(x, y)| matrix.is_dark(x, y))
    };
    let near = |by: f32| [(by, 0.0), (-by, 0.0), (0.0, by), (0.0, -by), (by, by), (-by, -by), (by, -by), (-by, by)];
    let spread = |by| {
        graded(&matrix, move |u, v, grey| if near(by).iter().any(|d| dark(u + d.0, v + d.1)) { 20.0 } else { grey })
    };
    let shrunk = |by| {
        graded(&matrix, move |u, v, grey| if near(by).iter().any(|d| !dark(u + d.0, v + d.1)) { 235.0 } else { grey })
    };
    let value = |quality: &Quality| quality.measures[7].value;
    assert!(value(&spread(0.2)) > 0.8, "{:?}", spread(0.2));
    assert!(value(&shrunk(0.2)) < -0.8, "{:?}", shrunk(0.2));
    assert!(spread(0.2).of(Parameter::PrintGrowth) < 3);
    // Growth alone is told and does not decide.
    let told = |quality: &Quality| quality.measures[..7].iter().map(|measure| measure.grade).min();
    assert_eq!(told(&spread(0.2)), Some(spread(0.2).overall()));
}

#[test]
fn stretched_and_bent_prints_are_told_apart() {
    let matrix = matrix();
    let clean = drawn(&matrix, |_, _, grey| grey);
    let (w, h) = (clean.width(), clean.height());
    let stretched = GreyImage::from_fn(w, h * 112 / 100, |x, y| clean.row((y * 100 / 112).min(h - 1))[x as usize]);
    let far = |(x, y): (f32, f32)| (x, y * 1.12);
    let quality = grade(&stretched, corners(&matrix).map(far), &matrix).unwrap();
    assert!(quality.of(Parameter::AxialUniformity) <= 1, "{quality:?}");
    let bent = GreyImage::from_fn(w, h, |x, y| {
        let shift = 0.6 * PITCH * ((y as f32 - EDGE) / (h as f32 - 2.0 * EDGE) * std::f32::consts::PI).sin();
        let (left, part) = ((x as f32 + shift).floor(), (x as f32 + shift).fract());
        let at = |x: f32| f32::from(clean.row(y)[(x.max(0.0) as usize).min(w as usize - 1)]);
        (at(left) * (1.0 - part) + at(left + 1.0) * part) as u8
    });
    let quality = grade(&bent, corners(&matrix), &matrix).unwrap();
    assert!(quality.of(Parameter::GridUniformity) < 4 && quality.of(Parameter::AxialUniformity) == 4, "{quality:?}");
    assert!(quality.of(Parameter::UnusedCorrection) >= 3, "bent is not unreadable: {quality:?}");
}

#[test]
fn nonsense_corners_are_no_symbol_or_a_bad_one() {
    let matrix = matrix();
    let image = drawn(&matrix, |_, _, grey| grey);
    assert_eq!(grade(&image, [(f32::NAN, 0.0); 4], &matrix), None);
    for corners in [[(0.0, 0.0); 4], [(-1e9, 0.0), (1e9, 0.0), (1e9, 1e9), (0.0, 1e9)]] {
        assert!(grade(&image, corners, &matrix).is_none_or(|quality| quality.overall() <= 1));
    }
}
