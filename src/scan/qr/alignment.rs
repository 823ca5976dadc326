//! A guess in, the place of an alignment or finder pattern out (ISO/IEC 18004 §6.3.3, §6.3.6), with how much it looks like one.

use super::geometry::Point;
use super::sampling::brightness;
use crate::scan::grey::GreyImage;

/// Where something was found, and its correlation with what was looked for: 1 is perfect, 0 is chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
    pub(super) centre: Point,
    pub(super) score: f32,
}

/// The steps of one module to the right and down, in pixels.
pub(super) type Axes = (Point, Point);

/// A pattern of square rings around a module.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pattern {
    /// 5 × 5 modules.
    Alignment,
    /// 7 × 7 modules, and the light ones around them.
    Finder,
}

impl Pattern {
    /// Rings around the centre.
    fn rings(self) -> i32 {
        match self {
            Self::Alignment => 2,
            Self::Finder => 4,
        }
    }

    fn is_dark(self, ring: i32) -> bool {
        match self {
            Self::Alignment => ring != 1,
            Self::Finder => ring != 2 && ring != 4,
        }
    }

    /// Dark modules, and all.
    fn counts(self) -> (f32, f32) {
        match self {
            Self::Alignment => (17.0, 25.0),
            Self::Finder => (33.0, 81.0),
        }
    }
}

/// Correlation of the corners of modules, as a part of that of their centres, from which they are believed.
const SHARP: f32 = 0.8;

/// Correlation of the image around `centre` with a pattern.
fn score(image: &GreyImage, pattern: Pattern, centre: Point, axes: Axes) -> f32 {
    let (mut sum, mut squares, mut dark) = (0.0, 0.0, 0.0);
    let rings = pattern.rings();
    for v in -rings..=rings {
        for u in -rings..=rings {
            let value = brightness(image, centre + axes.0 * u as f32 + axes.1 * v as f32);
            sum += value;
            squares += value * value;
            if pattern.is_dark(u.abs().max(v.abs())) {
                dark += value;
            }
        }
    }
    let (darks, count) = pattern.counts();
    likeness(sum, squares, dark, darks, count)
}

/// Correlation of `count` values with a pattern of which `darks` are dark: `dark` is the sum of the values there.
fn likeness(sum: f32, squares: f32, dark: f32, darks: f32, count: f32) -> f32 {
    let variance = squares / count - (sum / count).powi(2);
    let share = darks / count;
    let covariance = share * sum / count - dark / count;
    // Two grey values of noise are no pattern.
    covariance / ((share * (1.0 - share)).sqrt() * (variance.max(0.0) + 4.0).sqrt())
}

/// Looks around `guess`, up to `reach` modules away. Of places that fit alike the nearest is taken.
pub(super) fn find(image: &GreyImage, pattern: Pattern, guess: Point, axes: Axes, reach: f32) -> Match {
    let steps = (reach * 2.0).ceil() as i32;
    let mut best = (f32::MIN, Match { centre: guess, score: -1.0 });
    for dv in -steps..=steps {
        for du in -steps..=steps {
            let (u, v) = (du as f32 / 2.0, dv as f32 / 2.0);
            let centre = guess + axes.0 * u + axes.1 * v;
            let score = score(image, pattern, centre, axes);
            let preference = score - 0.03 * u.hypot(v);
            if preference > best.0 {
                best = (preference, Match { centre, score });
            }
        }
    }
    refine(image, pattern, best.1, axes)
}

/// Moves a match to where the modules fit best: their corners too, unless ink has spread or motion has smeared them.
fn refine(image: &GreyImage, pattern: Pattern, found: Match, axes: Axes) -> Match {
    let plain = |centre: Point| score(image, pattern, centre, axes);
    // Centres of modules alone fit anywhere within half a module.
    let corners = |centre: Point| {
        let around = [(-0.35, -0.35), (0.35, -0.35), (-0.35, 0.35), (0.35, 0.35)];
        around.iter().map(|(u, v)| plain(centre + axes.0 * *u + axes.1 * *v)).sum::<f32>() / 4.0
    };
    let best = climb(found.centre, axes, plain);
    let sharp = climb(best.centre, axes, corners);
    if sharp.score >= SHARP * best.score {
        Match { score: plain(sharp.centre).max(found.score), ..sharp }
    } else {
        best
    }
}

/// The best place near `start`, in ever smaller steps.
fn climb(start: Point, axes: Axes, score: impl Fn(Point) -> f32) -> Match {
    let mut best = Match { centre: start, score: score(start) };
    for step in [0.25, 0.125, 0.06] {
        let start = best.centre;
        for (u, v) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
            let centre = start + axes.0 * (step * u as f32) + axes.1 * (step * v as f32);
            let score = score(centre);
            if score > best.score {
                best = Match { centre, score };
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::*;
    use crate::symbol::EcLevel;

    #[test]
    fn patterns_are_found_where_they_are_and_not_where_they_are_not() {
        let (_, matrix) = drawing::symbol(7, EcLevel::M);
        let image = drawing::flat(&matrix, 4.0);
        let axes = (Point::new(4.0, 0.0), Point::new(0.0, 4.0));
        let place = |u: f32, v: f32| Point::new((u + 5.0) * 4.0, (v + 5.0) * 4.0);
        // Centres of version 7 lie at 6, 22 and 38 (Annex E).
        let alignment = find(&image, Pattern::Alignment, place(24.1, 21.0), axes, 3.0);
        assert!(alignment.centre.distance(place(22.5, 22.5)) < 0.8 && alignment.score > 0.95, "{alignment:?}");
        let finder = find(&image, Pattern::Finder, place(40.9, 3.9), axes, 1.0);
        assert!(finder.centre.distance(place(41.5, 3.5)) < 0.8 && finder.score > 0.95, "{finder:?}");
        assert!(find(&image, Pattern::Alignment, place(30.0, 30.0), axes, 2.0).score < 0.75);
    }
}
