//! Soft modules that look sure and are not: where paper is covered, all modules have one colour.
//!
//! Two signs give such places away. Masked data hardly ever has a solid area of one colour (ISO/IEC 18004:2015 §7.8), and codewords
//! are spread over the symbol, so that blocks which were read tell where others were spoilt. In come the sampled modules, out come
//! the same with those places made uncertain.

use super::soft::SoftModules;

/// Side of a square of one colour that data is not thought to have: one in 600,000 has it by chance.
const SOLID: usize = 5;
/// Modules of the other colour in it.
const SPECKS: i32 = 1;
/// Side of the squares of one colour by which a solid area grows.
const GROWTH: usize = 3;
/// Modules that such a square has in the area already.
const OVERLAP: i32 = 3;
/// Squares out from where an area began.
const ROUNDS: usize = 3;

/// Modules that are looked at around each, to either side.
const AROUND: usize = 3;
/// Wrong modules among them that make a place suspicious.
const LEAST_WRONG: i32 = 2;
/// Where so large a part is wrong, nothing is known.
const NOTHING_KNOWN: f32 = 0.25;

/// The modules with solid areas of one colour unknown; `None` when there are no such areas.
pub(super) fn without_solid_areas(soft: &SoftModules) -> Option<SoftModules> {
    let width = soft.width;
    // Dark modules count 1, light ones -1.
    let colours = Sums::of(width, |at| i32::from(soft.values[at] > 0.0) - i32::from(soft.values[at] < 0.0));
    let is_solid =
        |x, y, side: usize, specks: i32| colours.square(x, y, side).abs() >= (side * side) as i32 - 2 * specks;
    let mut covered = vec![false; width * width];
    let squares = |side: usize| {
        let corners = 0..=width.saturating_sub(side);
        corners.clone().flat_map(move |y| corners.clone().map(move |x| (x, y)))
    };
    for (x, y) in squares(SOLID).filter(|&(x, y)| is_solid(x, y, SOLID, SPECKS)) {
        cover(&mut covered, width, x, y, SOLID);
    }
    if !covered.contains(&true) {
        return None;
    }
    let patches: Vec<(usize, usize)> = squares(GROWTH).filter(|&(x, y)| is_solid(x, y, GROWTH, 0)).collect();
    for _ in 0..ROUNDS {
        let before = Sums::of(width, |at| i32::from(covered[at]));
        for &(x, y) in patches.iter().filter(|&&(x, y)| before.square(x, y, GROWTH) >= OVERLAP) {
            cover(&mut covered, width, x, y, GROWTH);
        }
    }
    let values = soft.values.iter().zip(&covered).map(|(value, covered)| if *covered { 0.0 } else { *value });
    Some(SoftModules { width, values: values.collect() })
}

/// The modules made uncertain where modules whose true colour is known are wrong; `None` when they are wrong nowhere in numbers.
pub(super) fn learned(soft: &SoftModules, known: &[Option<bool>]) -> Option<SoftModules> {
    let width = soft.width;
    let is_wrong = |at: usize| known[at].is_some_and(|dark| soft.values[at] != 0.0 && (soft.values[at] > 0.0) != dark);
    let wrong = Sums::of(width, |at| i32::from(is_wrong(at)));
    let all = Sums::of(width, |at| i32::from(known[at].is_some()));
    let mut learned = None;
    for at in 0..width * width {
        let (x, y) = ((at % width).saturating_sub(AROUND), (at / width).saturating_sub(AROUND));
        let wrong = wrong.square(x, y, 2 * AROUND + 1);
        if wrong >= LEAST_WRONG {
            let part = wrong as f32 / all.square(x, y, 2 * AROUND + 1) as f32;
            let most = ((1.0 - part) / part).ln().max(0.0);
            let value = (soft.values[at] * (1.0 - part / NOTHING_KNOWN).max(0.0)).clamp(-most, most);
            learned.get_or_insert_with(|| soft.clone()).values[at] = value;
        }
    }
    learned
}

fn cover(covered: &mut [bool], width: usize, x: usize, y: usize, side: usize) {
    for row in y..y + side {
        covered[row * width + x..row * width + x + side].fill(true);
    }
}

/// Sums over rectangles from the top left.
struct Sums {
    width: usize,
    sums: Vec<i32>,
}

impl Sums {
    fn of(width: usize, count: impl Fn(usize) -> i32) -> Self {
        let stride = width + 1;
        let mut sums = vec![0; stride * stride];
        for y in 0..width {
            let mut row = 0;
            for x in 0..width {
                row += count(y * width + x);
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
            }
        }
        Self { width, sums }
    }

    /// The sum over a square, cut off at the edges of the symbol.
    fn square(&self, x: usize, y: usize, side: usize) -> i32 {
        let at = |x: usize, y: usize| self.sums[y.min(self.width) * (self.width + 1) + x.min(self.width)];
        at(x + side, y + side) + at(x, y) - at(x + side, y) - at(x, y + side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 29;

    /// Modules that look random.
    fn soft() -> SoftModules {
        let value = |at: usize| if ((at * at * 40503) >> 7).is_multiple_of(2) { 5.0 } else { -5.0 };
        SoftModules::new(WIDTH, (0..WIDTH * WIDTH).map(value).collect()).unwrap()
    }

    fn blot(soft: &mut SoftModules, value: f32) -> Vec<usize> {
        let places: Vec<usize> = (0..49).map(|at| (10 + at / 7) * WIDTH + 12 + at % 7).collect();
        for place in &places {
            soft.values[*place] = value;
        }
        places
    }

    #[test]
    fn a_blot_is_found_and_made_unknown() {
        for value in [5.0, -5.0] {
            let mut soft = soft();
            assert_eq!(without_solid_areas(&soft), None);
            let places = blot(&mut soft, value);
            let cleaned = without_solid_areas(&soft).unwrap();
            assert!(places.iter().all(|place| cleaned.values[*place] == 0.0));
            let lost = cleaned.values.iter().filter(|value| **value == 0.0).count();
            assert!(lost < places.len() + 30, "{lost}");
        }
    }

    #[test]
    fn what_other_blocks_know_makes_a_blot_uncertain_and_nothing_else() {
        let truth = soft();
        let known: Vec<Option<bool>> =
            truth.values.iter().enumerate().map(|(at, value)| (at % 3 == 0).then_some(*value > 0.0)).collect();
        let mut stained = truth.clone();
        let places = blot(&mut stained, 5.0);
        let learned = learned(&stained, &known).unwrap();
        assert_eq!(super::learned(&truth, &known), None);
        assert!(places.iter().all(|place| learned.values[*place] < 3.0));
        assert_eq!(learned.values[..5 * WIDTH], truth.values[..5 * WIDTH]);
    }
}
