//! Module matrix → the outlines of its dark areas.
//!
//! Fewer corners than a rectangle for every run of modules: a smaller file, and nothing inside an area that could show as a
//! seam. Outer outlines run clockwise and holes against it, so that the non-zero rule and the even-odd rule both fill them.

use crate::symbol::Matrix;

/// A corner between modules: column and row of the module to its lower right.
pub(super) type Corner = (usize, usize);

/// The closed outlines of all dark areas, each as its corners in order; straight edges have no corners between their ends.
pub(super) fn outlines(matrix: &Matrix) -> Vec<Vec<Corner>> {
    let width = matrix.width();
    let dark = |x: usize, y: usize| x < width && y < width && matrix.is_dark(x, y);
    // Upper edges, walked from left to right with the dark module below, that no outline has taken yet.
    let is_top = |x: usize, y: usize| dark(x, y) && !(y > 0 && dark(x, y - 1));
    let mut taken = vec![false; width * width];
    let mut outlines = Vec::new();
    for y in 0..width {
        for x in 0..width {
            // The first edge met of an outline is its highest, leftmost one: there it has a corner.
            if is_top(x, y) && !taken[y * width + x] {
                outlines.push(walk((x, y), width, &dark, &mut taken));
            }
        }
    }
    outlines
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Heading {
    East,
    South,
    West,
    North,
}

/// Walks around a dark area, which lies to the right of the way, from the left end of an upper edge.
fn walk(start: Corner, width: usize, dark: &impl Fn(usize, usize) -> bool, taken: &mut [bool]) -> Vec<Corner> {
    let (mut x, mut y) = start;
    let mut heading = Heading::East;
    let mut corners = Vec::new();
    loop {
        if heading == Heading::East {
            taken[y * width + x] = true;
        }
        (x, y) = match heading {
            Heading::East => (x + 1, y),
            Heading::South => (x, y + 1),
            Heading::West => (x - 1, y),
            Heading::North => (x, y - 1),
        };
        // The modules ahead, to the left and to the right of the way.
        // Wrapping below zero gives a place outside the matrix, which is light.
        let (west, north) = (x.wrapping_sub(1), y.wrapping_sub(1));
        let (left, right) = match heading {
            Heading::East => (dark(x, north), dark(x, y)),
            Heading::South => (dark(x, y), dark(west, y)),
            Heading::West => (dark(west, y), dark(west, north)),
            Heading::North => (dark(west, north), dark(x, north)),
        };
        // Areas that only touch at a corner stay apart: the way turns right there.
        let next = match (left, right) {
            (_, false) => turned_right(heading),
            (false, true) => heading,
            (true, true) => turned_left(heading),
        };
        if next != heading {
            corners.push((x, y));
            heading = next;
        }
        if (x, y) == start && heading == Heading::East {
            return corners;
        }
    }
}

fn turned_right(heading: Heading) -> Heading {
    match heading {
        Heading::East => Heading::South,
        Heading::South => Heading::West,
        Heading::West => Heading::North,
        Heading::North => Heading::East,
    }
}

fn turned_left(heading: Heading) -> Heading {
    match heading {
        Heading::East => Heading::North,
        Heading::North => Heading::West,
        Heading::West => Heading::South,
        Heading::South => Heading::East,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbol::EcLevel;
    use proptest::prelude::*;

    /// Fills outlines again by the even-odd rule: a module is dark when an odd number of edges lie to its left.
    fn filled(outlines: &[Vec<Corner>], width: usize) -> Vec<bool> {
        let mut crossings = vec![0usize; width * width];
        for outline in outlines {
            for (place, &(x, y)) in outline.iter().enumerate() {
                let (next_x, next_y) = outline[(place + 1) % outline.len()];
                assert!((x == next_x) != (y == next_y), "an edge runs along one axis");
                for row in y.min(next_y)..y.max(next_y) {
                    for column in x..width {
                        crossings[row * width + column] += 1;
                    }
                }
            }
        }
        crossings.into_iter().map(|count| count % 2 == 1).collect()
    }

    #[test]
    fn a_ring_has_an_outer_and_an_inner_outline() {
        let dark = [1, 1, 1, 1, 0, 1, 1, 1, 1].map(|dark| dark == 1);
        let outlines = outlines(&Matrix::new(3, dark.to_vec(), 1, EcLevel::M));
        assert_eq!(outlines.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4]);
    }

    #[test]
    fn nothing_dark_has_no_outline() {
        assert!(outlines(&Matrix::new(3, vec![false; 9], 1, EcLevel::M)).is_empty());
    }

    proptest! {
        #[test]
        fn filling_the_outlines_gives_the_modules_back(width in 1usize..24, bits in prop::collection::vec(any::<bool>(), 24 * 24)) {
            let dark = bits[..width * width].to_vec();
            let matrix = Matrix::new(width, dark.clone(), 1, EcLevel::M);
            prop_assert_eq!(filled(&outlines(&matrix), width), dark);
        }
    }
}
