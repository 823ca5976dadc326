//! Finder patterns in, sets of three that could belong to one symbol out, the most plausible first.

use super::finder::Finder;
use super::frame::Frame;
use super::geometry::Point;

/// A finder pattern with its shape, if that can be made out, in pixels of the whole image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) finder: Finder,
    pub(super) frame: Option<Frame>,
}

impl Seen {
    /// How much it looks like a finder pattern: lines of four directions, and the shape as much as two of them.
    fn weight(&self) -> f32 {
        self.finder.strength + 2.0 * self.frame.map_or(0.0, |frame| frame.fit)
    }
}

/// Three finder patterns in their places, as positions in the list they were taken from. Seen in a mirror, "right" and "below"
/// are exchanged; that is for the decoder to find out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Three {
    /// Top left, top right, bottom left.
    pub(super) corners: [usize; 3],
    /// The less, the more plausible.
    pub(super) cost: f32,
}

/// Modules between the centres of two finder patterns: version 1 has 14, version 40 has 170. Paper that is bent or tilted
/// changes what the size of the patterns says about it.
const FEWEST: f32 = 14.0 * 0.5;
const MOST: f32 = 170.0 * 1.6;
/// Sides of a symbol meet at an angle whose cosine is at most this, however it is seen.
const SHARPEST: f32 = 0.9;

/// Finds the sets of three among patterns that a view saw; at least one of each set must be `new`.
pub(super) fn threes(seen: &[Seen], among: usize, most: usize, is_new: impl Fn(usize) -> bool) -> Vec<Three> {
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by(|&a, &b| seen[b].weight().total_cmp(&seen[a].weight()));
    order.truncate(among);
    let mut all = Vec::new();
    for (at, &i) in order.iter().enumerate() {
        for (next, &j) in order.iter().enumerate().skip(at + 1) {
            if !alike(&seen[i].finder, &seen[j].finder) {
                continue;
            }
            for &k in &order[next + 1..] {
                let new = is_new(i) || is_new(j) || is_new(k);
                if new && alike(&seen[i].finder, &seen[k].finder) && alike(&seen[j].finder, &seen[k].finder) {
                    all.extend(three(seen, [i, j, k]));
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
    (0.36..2.8).contains(&ratio) && (FEWEST..MOST * 1.5).contains(&modules)
}

fn three(seen: &[Seen], of: [usize; 3]) -> Option<Three> {
    let finders = of.map(|at| seen[at].finder);
    // The top left pattern lies where the angle is nearest to a right one.
    let cosine = |at: usize| {
        let (a, b) =
            (finders[(at + 1) % 3].centre - finders[at].centre, finders[(at + 2) % 3].centre - finders[at].centre);
        a.dot(b) / (a.length() * b.length()).max(1e-6)
    };
    let corner = (0..3).min_by(|&a, &b| badness(seen, of, a, cosine(a)).total_cmp(&badness(seen, of, b, cosine(b))))?;
    let (a, mut b, mut c) = (corner, (corner + 1) % 3, (corner + 2) % 3);
    if (finders[b].centre - finders[a].centre).cross(finders[c].centre - finders[a].centre) < 0.0 {
        std::mem::swap(&mut b, &mut c);
    }
    let modules = |x: usize, y: usize| {
        finders[x].centre.distance(finders[y].centre) / f32::midpoint(finders[x].module, finders[y].module)
    };
    let (right, below) = (modules(a, b), modules(a, c));
    let (skew, legs) = (cosine(corner).abs(), (right / below).ln().abs());
    if skew > SHARPEST || legs > 1.2 || right.max(below) > MOST {
        return None;
    }
    let sizes = finders.map(|finder| finder.module);
    let spread = (sizes.iter().fold(0.0_f32, |x, &y| x.max(y)) / sizes.iter().fold(f32::MAX, |x, &y| x.min(y))).ln();
    let weights = of.map(|at| seen[at].weight());
    let weakest = weights.iter().fold(f32::MAX, |x, &y| x.min(y));
    let crooked = badness(seen, of, corner, 0.0);
    let cost = skew + legs + spread + crooked - 0.1 * weights.iter().sum::<f32>() - 0.2 * weakest.min(3.0);
    Some(Three { corners: [of[a], of[b], of[c]], cost })
}

/// How little the sides of the patterns go with the sides of a symbol that has its top left corner at `corner`.
fn badness(seen: &[Seen], of: [usize; 3], corner: usize, cosine: f32) -> f32 {
    let top_left = of[corner];
    let mut sum = cosine.abs();
    for other in [of[(corner + 1) % 3], of[(corner + 2) % 3]] {
        let leg = seen[other].finder.centre - seen[top_left].finder.centre;
        for end in [top_left, other] {
            if let Some(frame) = seen[end].frame.filter(|frame| frame.fit > 0.6) {
                let Point { x, y } = frame.components(leg);
                sum += 0.5 * (x.abs().min(y.abs()) / x.abs().max(y.abs()).max(1e-6) - 0.15).max(0.0);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, y: f32) -> Seen {
        Seen { finder: Finder { centre: Point::new(x, y), module: 4.0, strength: 3.0 }, frame: None }
    }

    #[test]
    fn the_right_angle_tells_the_corner_however_they_are_ordered() {
        let (a, b, c) = (at(100.0, 100.0), at(300.0, 110.0), at(90.0, 300.0));
        for seen in [[a, b, c], [c, a, b], [b, c, a], [c, b, a]] {
            let three = threes(&seen, 9, 9, |_| true)[0];
            assert_eq!(three.corners.map(|at| seen[at]), [a, b, c]);
        }
    }

    #[test]
    fn sizes_that_cannot_belong_together_make_no_set() {
        let mut small = at(90.0, 300.0);
        small.finder.module = 1.0;
        assert!(threes(&[at(100.0, 100.0), at(300.0, 110.0), small], 9, 9, |_| true).is_empty());
        assert!(threes(&[at(100.0, 100.0), at(110.0, 100.0), at(100.0, 110.0)], 9, 9, |_| true).is_empty());
        assert!(threes(&[at(100.0, 100.0), at(200.0, 100.0), at(300.0, 101.0)], 9, 9, |_| true).is_empty());
    }

    #[test]
    fn a_set_that_was_looked_at_before_is_not_looked_at_again() {
        let seen = [at(100.0, 100.0), at(300.0, 110.0), at(90.0, 300.0)];
        assert!(threes(&seen, 9, 9, |at| at > 2).is_empty());
        assert_eq!(threes(&seen, 9, 9, |at| at == 2).len(), 1);
    }
}
