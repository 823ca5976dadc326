//! Finder patterns in, sets of three that could belong to one symbol out, the most plausible first.

use super::finder::Finder;
use super::geometry::Point;

/// Three finder patterns in their places. Seen in a mirror, "right" and "below" are exchanged; that is for the decoder to find out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Three {
    pub(super) top_left: Finder,
    pub(super) top_right: Finder,
    pub(super) bottom_left: Finder,
    /// The less, the more plausible.
    pub(super) cost: f32,
}

impl Three {
    /// Modules from centre to centre, by the sizes of the patterns.
    pub(super) fn modules(&self) -> f32 {
        let leg = |a: &Finder, b: &Finder| a.centre.distance(b.centre) / f32::midpoint(a.module, b.module);
        f32::midpoint(leg(&self.top_left, &self.top_right), leg(&self.top_left, &self.bottom_left))
    }
}

/// Modules between the centres of two finder patterns: version 1 has 14, version 40 has 170.
const FEWEST: f32 = 14.0 * 0.6;
const MOST: f32 = 170.0 * 1.35;

/// Finds the sets of three among the strongest `among` patterns.
pub(super) fn threes(finders: &[Finder], among: usize, most: usize) -> Vec<Three> {
    let finders = &finders[..finders.len().min(among)];
    let mut all = Vec::new();
    for i in 0..finders.len() {
        for j in i + 1..finders.len() {
            if !alike(&finders[i], &finders[j]) {
                continue;
            }
            for k in j + 1..finders.len() {
                if alike(&finders[i], &finders[k]) && alike(&finders[j], &finders[k]) {
                    all.extend(three([finders[i], finders[j], finders[k]]));
                }
            }
        }
    }
    all.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    all.truncate(most);
    all
}

/// Of sizes that one symbol can show at two of its corners.
pub(super) fn alike(a: &Finder, b: &Finder) -> bool {
    let ratio = a.module / b.module;
    let modules = a.centre.distance(b.centre) / f32::midpoint(a.module, b.module);
    (0.5..2.0).contains(&ratio) && (FEWEST..MOST * 1.5).contains(&modules)
}

fn three(finders: [Finder; 3]) -> Option<Three> {
    // The top left pattern lies where the angle is nearest to a right one.
    let cosine = |at: usize| {
        let (a, b) =
            (finders[(at + 1) % 3].centre - finders[at].centre, finders[(at + 2) % 3].centre - finders[at].centre);
        a.dot(b) / (a.length() * b.length()).max(1e-6)
    };
    let corner = (0..3).min_by(|&a, &b| cosine(a).abs().total_cmp(&cosine(b).abs()))?;
    let (top_left, mut right, mut below) = (finders[corner], finders[(corner + 1) % 3], finders[(corner + 2) % 3]);
    if (right.centre - top_left.centre).cross(below.centre - top_left.centre) < 0.0 {
        std::mem::swap(&mut right, &mut below);
    }
    let leg = |other: &Finder| {
        let distance = top_left.centre.distance(other.centre);
        (distance, distance / f32::midpoint(top_left.module, other.module))
    };
    let ((a, modules_a), (b, modules_b)) = (leg(&right), leg(&below));
    let skew = cosine(corner).abs();
    let legs = (modules_a / modules_b).ln().abs();
    if skew > 0.8 || legs > 0.9 || modules_a.max(modules_b) > MOST || (a / b).ln().abs() > 1.2 {
        return None;
    }
    let sizes = [top_left, right, below].map(|finder| finder.module);
    let spread = (sizes.iter().fold(0.0_f32, |x, &y| x.max(y)) / sizes.iter().fold(f32::MAX, |x, &y| x.min(y))).ln();
    let strength = top_left.strength + right.strength + below.strength;
    let weakest = top_left.strength.min(right.strength).min(below.strength);
    let cost = skew + legs + spread - 0.12 * strength - 0.3 * weakest.min(1.0);
    Some(Three { top_left, top_right: right, bottom_left: below, cost })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, y: f32) -> Finder {
        Finder { centre: Point::new(x, y), module: 4.0, strength: 3.0 }
    }

    #[test]
    fn the_right_angle_tells_the_corner_however_they_are_ordered() {
        let (a, b, c) = (at(100.0, 100.0), at(300.0, 110.0), at(90.0, 300.0));
        for finders in [[a, b, c], [c, a, b], [b, c, a], [c, b, a]] {
            let three = threes(&finders, 9, 9)[0];
            assert_eq!((three.top_left, three.top_right, three.bottom_left), (a, b, c));
            assert!((three.modules() - 50.0).abs() < 1.0);
        }
    }

    #[test]
    fn sizes_that_cannot_belong_together_make_no_set() {
        let small = Finder { module: 1.0, ..at(90.0, 300.0) };
        assert!(threes(&[at(100.0, 100.0), at(300.0, 110.0), small], 9, 9).is_empty());
        assert!(threes(&[at(100.0, 100.0), at(110.0, 100.0), at(100.0, 110.0)], 9, 9).is_empty());
        assert!(threes(&[at(100.0, 100.0), at(200.0, 100.0), at(300.0, 101.0)], 9, 9).is_empty());
    }
}
