//! Dark and light in, places of finder patterns out (ISO/IEC 18004 §6.3.3.1, §12 step b).
//!
//! Lines in up to four directions are searched for dark and light in the ratio 1:1:3:1:1. One direction is enough to be
//! noticed: motion smears a pattern across one direction and leaves the one along it. What several neighbouring lines say
//! counts as one candidate; how many lines and directions agree is its strength, and nothing is refused here for being weak.

use super::geometry::Point;
use crate::scan::binarisation::Binary;

/// A place that could be the centre of a finder pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Finder {
    /// Centre in pixels.
    pub(super) centre: Point,
    /// Side of a module in pixels, somewhat too large for turned patterns.
    pub(super) module: f32,
    /// How much of the core the lines that agree cover, summed over directions: 4 is perfect.
    pub(super) strength: f32,
}

/// Which lines are searched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lines {
    /// Rows, and columns through what they found. Every so many rows.
    Rows {
        /// 1 is every row.
        every: usize,
    },
    /// All rows, columns and diagonals.
    All,
}

/// Most hits that are remembered; more is texture.
const MOST_HITS: usize = 60_000;
/// Most candidates.
const MOST_FINDERS: usize = 400;
/// Side of the cells in which neighbours are looked for, in pixels.
const CELL: usize = 24;

/// One line through a candidate.
#[derive(Clone, Copy, Debug)]
struct Hit {
    centre: Point,
    module: f32,
    direction: usize,
}

/// The steps from pixel to pixel: rows, columns, both diagonals.
const STEPS: [(isize, isize); 4] = [(1, 0), (0, 1), (1, 1), (-1, 1)];

/// Finds all candidates, the strongest first.
pub(super) fn find(binary: &Binary, lines: Lines) -> Vec<Finder> {
    let mut hits = Vec::new();
    match lines {
        Lines::Rows { every } => {
            for y in (every / 2..binary.height).step_by(every.max(1)) {
                search(binary, (0, y), 0, &mut hits);
            }
            hits = hits.iter().filter_map(|hit| across(binary, hit)).flatten().collect();
        }
        Lines::All => {
            (0..binary.height).for_each(|y| search(binary, (0, y), 0, &mut hits));
            (0..binary.width).for_each(|x| search(binary, (x, 0), 1, &mut hits));
            (0..binary.width).for_each(|x| search(binary, (x, 0), 2, &mut hits));
            (1..binary.height).for_each(|y| search(binary, (0, y), 2, &mut hits));
            (0..binary.width).for_each(|x| search(binary, (x, 0), 3, &mut hits));
            (1..binary.height).for_each(|y| search(binary, (binary.width - 1, y), 3, &mut hits));
        }
    }
    let every = if let Lines::Rows { every } = lines { every } else { 1 };
    gather(&hits, (binary.width, binary.height), every as f32)
}

/// Searches one line from `start` to the edge of the image.
fn search(binary: &Binary, start: (usize, usize), direction: usize, hits: &mut Vec<Hit>) {
    let (dx, dy) = STEPS[direction];
    let reach = |at: usize, step: isize, size: usize| match step {
        0 => usize::MAX,
        1 => size - at,
        _ => at + 1,
    };
    let length = reach(start.0, dx, binary.width).min(reach(start.1, dy, binary.height));
    let step = dy * binary.width as isize + dx;
    let mut at = (start.1 * binary.width + start.0) as isize;
    // Ends of the last six runs: five runs lie between them.
    let mut ends = [0_u32; 6];
    let mut runs = 0_u32;
    let mut colour = binary.dark[at as usize];
    for position in 1..=length as u32 {
        at += step;
        let next = if position as usize == length { 2 } else { binary.dark[at as usize] };
        if next == colour {
            continue;
        }
        ends.rotate_left(1);
        ends[5] = position;
        runs += 1;
        if colour == 1
            && runs >= 5
            && let Some((middle, module)) = ratio(&ends)
        {
            if hits.len() >= MOST_HITS {
                return;
            }
            let unit = if dx != 0 && dy != 0 { std::f32::consts::SQRT_2 } else { 1.0 };
            let (x, y) = (start.0 as f32 + 0.5, start.1 as f32 + 0.5);
            let centre = Point::new(
                x + dx as f32 * (middle - if dx == 0 { 0.0 } else { 0.5 }),
                y + dy as f32 * (middle - if dy == 0 { 0.0 } else { 0.5 }),
            );
            hits.push(Hit { centre, module: module * unit, direction });
        }
        colour = next;
    }
}

/// Whether five runs, dark first, are as 1:1:3:1:1; their middle and the length of a module.
///
/// Distances between edges of the same kind do not depend on how much the ink has spread, so these are compared.
fn ratio(ends: &[u32; 6]) -> Option<(f32, f32)> {
    let [a, b, c, d, e] = std::array::from_fn(|at| (ends[at + 1] - ends[at]) as f32);
    let module = (a + 2.0 * b + 2.0 * c + 2.0 * d + e) / 12.0;
    let slack = 0.5 * module + 0.7;
    let fits = |length: f32, modules: f32| (length - modules * module).abs() <= slack;
    let near = fits(a + b, 2.0) && fits(d + e, 2.0) && fits(b + c, 4.0) && fits(c + d, 4.0);
    let least = 0.25 * module;
    let whole = a >= least && b >= least && d >= least && e >= least && c >= 1.3 * module && c <= 4.6 * module;
    (near && whole).then(|| ((ends[2] + ends[3]) as f32 / 2.0, module))
}

/// The column through a hit in a row, if it has the same ratio there. Through the middle of a finder pattern diagonals have it
/// too, which tells it from data modules that look alike in two directions.
fn across(binary: &Binary, hit: &Hit) -> Option<[Hit; 2]> {
    let (middle, module) = along(binary, hit.centre, (0, 1), hit.module)?;
    let alike = module < 1.6 * hit.module && hit.module < 1.6 * module;
    let centre = Point::new(hit.centre.x, hit.centre.y + middle);
    let found = Hit { centre, module: f32::midpoint(module, hit.module), direction: 0 };
    let is_crossed = [(1, 1), (-1, 1)].iter().any(|step| along(binary, centre, *step, hit.module).is_some());
    alike.then_some([found, Hit { direction: if is_crossed { 2 } else { 0 }, ..found }])
}

/// The middle of the five runs around `centre` along a line, in steps from it, and the length of a module in steps.
fn along(binary: &Binary, centre: Point, (dx, dy): (isize, isize), module: f32) -> Option<(f32, f32)> {
    let (x, y) = (centre.x as isize, centre.y as isize);
    let dark = |steps: isize| {
        let (x, y) = (x + dx * steps, y + dy * steps);
        let inside = x >= 0 && y >= 0 && x < binary.width as isize && y < binary.height as isize;
        inside.then(|| binary.dark[y as usize * binary.width + x as usize] == 1)
    };
    if dark(0) != Some(true) {
        return None;
    }
    let reach = (module * 9.0) as isize + 3;
    let walk = |sign: isize| {
        let (mut ends, mut found, mut colour) = ([0_isize; 3], 0, true);
        for step in 1..=reach {
            let next = dark(sign * step);
            if next == Some(colour) {
                continue;
            }
            ends[found] = step;
            found += 1;
            if found == 3 {
                return Some(ends);
            }
            colour = !colour;
            next?;
        }
        None
    };
    let (before, after) = (walk(-1)?, walk(1)?);
    // Ends of runs, counted from the first of them; a run before the centre ends one step nearer.
    let first = before[2] - 1;
    let ends = [-before[2] + 1, -before[1] + 1, -before[0] + 1, after[0], after[1], after[2]];
    let (middle, module) = ratio(&ends.map(|end| (end + first) as u32))?;
    // The centre of the pixel that the walk began in lies half a step on.
    let offset = if dy == 0 { centre.x.fract() } else { centre.y.fract() };
    Some((middle - first as f32 - offset, module))
}

/// Hits that belong together.
#[derive(Clone, Copy, Debug, Default)]
struct Cluster {
    sum: Point,
    module: f32,
    count: f32,
    lines: [f32; 4],
    size: [f32; 4],
}

impl Cluster {
    fn centre(&self) -> Point {
        self.sum * (1.0 / self.count)
    }

    fn module(&self) -> f32 {
        self.module / self.count
    }
}

fn gather(hits: &[Hit], (width, height): (usize, usize), every: f32) -> Vec<Finder> {
    let (columns, rows) = (width / CELL + 1, height / CELL + 1);
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); columns * rows];
    let mut clusters: Vec<Cluster> = Vec::new();
    for hit in hits {
        let (x, y) = ((hit.centre.x as usize / CELL).min(columns - 1), (hit.centre.y as usize / CELL).min(rows - 1));
        let reach = ((hit.module * 1.6) as usize / CELL + 1).min(3);
        let near = (y.saturating_sub(reach)..=(y + reach).min(rows - 1))
            .flat_map(|row| cells[row * columns..][x.saturating_sub(reach)..=(x + reach).min(columns - 1)].iter());
        let known = near.flatten().copied().find(|&at| {
            let (centre, module) = (clusters[at].centre(), clusters[at].module());
            centre.distance(hit.centre) < 1.6 * module && hit.module < 1.5 * module && module < 1.5 * hit.module
        });
        let at = known.unwrap_or_else(|| {
            clusters.push(Cluster::default());
            cells[y * columns + x].push(clusters.len() - 1);
            clusters.len() - 1
        });
        let cluster = &mut clusters[at];
        cluster.sum = cluster.sum + hit.centre;
        cluster.module += hit.module;
        cluster.count += 1.0;
        cluster.lines[hit.direction] += 1.0;
        cluster.size[hit.direction] += hit.module;
    }
    let mut finders: Vec<Finder> = clusters.iter().map(|cluster| finder(cluster, every)).collect();
    finders.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    finders.truncate(MOST_FINDERS);
    finders
}

fn finder(cluster: &Cluster, every: f32) -> Finder {
    // Along a side of the pattern a line measures true, across corners too long: the shortest is nearest.
    let sizes = (0..4).filter(|&at| cluster.lines[at] * 3.0 >= cluster.lines.iter().fold(0.0, |a: f32, &b| a.max(b)));
    let module = sizes.map(|at| cluster.size[at] / cluster.lines[at]).fold(f32::MAX, f32::min);
    let module = if module < f32::MAX { module } else { cluster.module() };
    let strength = cluster.lines.iter().map(|lines| (lines * every / (3.0 * module)).min(1.0)).sum();
    Finder { centre: cluster.centre(), module, strength }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws a finder pattern with its separator, turned by some degrees, and everything else light.
    fn pattern(size: usize, centre: Point, module: f32, degrees: f32) -> Binary {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let dark = (0..size * size).map(|at| {
            let d = Point::new((at % size) as f32 + 0.5, (at / size) as f32 + 0.5) - centre;
            let (u, v) = ((d.x * cos + d.y * sin) / module, (d.y * cos - d.x * sin) / module);
            let ring = u.abs().max(v.abs());
            u8::from(ring < 1.5 || (2.5..3.5).contains(&ring))
        });
        Binary { width: size, height: size, dark: dark.collect() }
    }

    #[test]
    fn a_pattern_is_found_at_any_angle() {
        for degrees in [0.0, 5.0, 20.0, 45.0, 70.0, 90.0, 133.0] {
            let centre = Point::new(51.3, 48.7);
            let found = find(&pattern(100, centre, 4.0, degrees), Lines::All);
            let best = found[0];
            assert!(best.centre.distance(centre) < 1.0, "{degrees}°: {best:?}");
            assert!((3.6..5.2).contains(&best.module), "{degrees}°: {best:?}");
            assert!(best.strength > 1.0, "{degrees}°: {best:?}");
        }
    }

    #[test]
    fn rows_alone_find_it_too_and_faster() {
        let centre = Point::new(60.0, 40.0);
        let found = find(&pattern(100, centre, 5.0, 8.0), Lines::Rows { every: 3 });
        assert!(found[0].centre.distance(centre) < 1.0, "{found:?}");
    }

    #[test]
    fn paper_ink_and_stripes_have_no_pattern() {
        let image = |dark: fn(usize) -> bool| Binary {
            width: 60,
            height: 60,
            dark: (0..3600).map(|at| u8::from(dark(at))).collect(),
        };
        for binary in [image(|_| false), image(|_| true), image(|at| at % 60 / 4 % 2 == 0)] {
            assert!(find(&binary, Lines::All).is_empty());
        }
    }
}
