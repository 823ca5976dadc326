//! Finder patterns from many looks at one image → the sets of three that no single look saw together.
//!
//! A stain hides one finder pattern from the threshold that sees the others, lost ink hides another from all thresholds but one.
//! Their places are the same in every look, so a look may borrow those that others saw.

use rxing::common::cpp_essentials::ConcentricPattern;

/// Most patterns that a look borrows; noise has more, and those that most looks saw come first.
const MOST: usize = 12;
/// Most patterns that are remembered.
const MOST_REMEMBERED: usize = 400;

/// The finder patterns of one image, in its pixels.
#[derive(Debug, Default)]
pub(super) struct Pool(Vec<Seen>);

#[derive(Debug)]
struct Seen {
    finder: ConcentricPattern,
    times: u32,
}

impl Pool {
    /// Adds what a look saw in an image that is smaller by `factor`.
    pub(super) fn add(&mut self, finders: &[ConcentricPattern], factor: f32) {
        for finder in finders.iter().map(|finder| scaled(*finder, factor)) {
            let is_same = |seen: &&mut Seen| {
                let (dx, dy) = (seen.finder.p.x - finder.p.x, seen.finder.p.y - finder.p.y);
                dx.hypot(dy) < 0.3 * finder.size as f32
                    && seen.finder.size.abs_diff(finder.size) * 3 < seen.finder.size as u32
            };
            let known = self.0.iter_mut().find(is_same).map(|seen| seen.times += 1);
            if known.is_none() && self.0.len() < MOST_REMEMBERED {
                self.0.push(Seen { finder, times: 1 });
            }
        }
    }

    /// The patterns that most looks saw, for an image that is smaller by `factor`.
    pub(super) fn best(&self, factor: f32) -> Vec<ConcentricPattern> {
        let mut seen: Vec<&Seen> = self.0.iter().collect();
        seen.sort_by_key(|seen| std::cmp::Reverse(seen.times));
        seen.into_iter().take(MOST).map(|seen| scaled(seen.finder, 1.0 / factor)).collect()
    }

    /// Forgets everything: what was seen may have been read and painted over.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

fn scaled(finder: ConcentricPattern, factor: f32) -> ConcentricPattern {
    ConcentricPattern { p: finder.p * factor, size: (finder.size as f32 * factor).round() as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(x: f32, size: i32) -> ConcentricPattern {
        ConcentricPattern { p: rxing::point(x, 50.0), size }
    }

    #[test]
    fn the_same_pattern_in_two_scales_is_one_and_comes_first() {
        let mut pool = Pool::default();
        pool.add(&[finder(300.0, 35), finder(100.0, 35)], 1.0);
        pool.add(
            &[finder(51.0, 17), finder(90.0, 17)]
                .map(|one| ConcentricPattern { p: rxing::point(one.p.x, 25.0), ..one }),
            2.0,
        );
        let best = pool.best(1.0);
        assert_eq!(best.len(), 3);
        assert_eq!(best[0], finder(100.0, 35));
        assert_eq!(pool.best(2.0)[0].size, 18);
        pool.clear();
        assert!(pool.best(1.0).is_empty());
    }

    #[test]
    fn noise_is_not_remembered_without_end() {
        let mut pool = Pool::default();
        let noise: Vec<_> = (0..10_000).map(|at| finder(at as f32 * 9.0, 7)).collect();
        pool.add(&noise, 1.0);
        assert_eq!((pool.0.len(), pool.best(1.0).len()), (MOST_REMEMBERED, MOST));
    }
}
