//! Engraved grounds for small papers, as vectors: a rosette such as banknotes have.

use super::background::{Background, Segment, VectorPath};

/// Stroke width in mm.
const STROKE: f32 = 0.1;
/// Curves of the rosette.
const RINGS: usize = 7;
/// Petals of a curve.
const PETALS: f32 = 9.0;
/// Bézier pieces of a curve: four of a petal.
const PIECES: usize = 36;
/// How much wider than high the rosette is.
const WIDER: f32 = 1.35;

/// A large pale rosette in the middle of the page.
pub(super) fn rosette(width: f32, height: f32, colour: [u8; 3]) -> Background {
    let radius = height.min(width) * 0.46;
    let centre = [width / 2.0, height / 2.0];
    let segments = (0..RINGS).flat_map(|ring| curve(centre, radius, ring)).collect();
    Background { paths: vec![VectorPath { segments, stroke: Some((colour, STROKE)), ..VectorPath::default() }] }
}

fn curve(centre: [f32; 2], radius: f32, ring: usize) -> Vec<Segment> {
    let share = ring as f32 / RINGS as f32;
    let turned = std::f32::consts::TAU * share / PETALS;
    // Place and derivative.
    let point = |piece: usize| {
        let t = std::f32::consts::TAU * piece as f32 / PIECES as f32;
        let (wave, slope) = ((PETALS * (t + turned)).cos(), -PETALS * (PETALS * (t + turned)).sin());
        let (length, growth) = (radius * (0.72 + 0.28 * wave), radius * 0.28 * slope);
        let (sine, cosine) = t.sin_cos();
        let place = [centre[0] + length * cosine * WIDER, centre[1] + length * sine];
        (place, [(growth * cosine - length * sine) * WIDER, growth * sine + length * cosine])
    };
    let third = std::f32::consts::TAU / PIECES as f32 / 3.0;
    let mut segments = vec![Segment::Move(point(0).0)];
    for piece in 0..PIECES {
        let ((from, leaving), (to, arriving)) = (point(piece), point(piece + 1));
        let first = [0, 1].map(|axis| from[axis] + leaving[axis] * third);
        let second = [0, 1].map(|axis| to[axis] - arriving[axis] * third);
        segments.push(Segment::Cubic([first, second, to]));
    }
    segments.push(Segment::Close);
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rosette_stays_on_its_card() {
        for segment in &rosette(85.6, 54.0, [200; 3]).paths[0].segments {
            let points: &[[f32; 2]] = match segment {
                Segment::Move(to) | Segment::Line(to) => std::slice::from_ref(to),
                Segment::Cubic(points) => points,
                Segment::Close => &[],
            };
            assert!(points.iter().all(|[x, y]| (0.0..85.6).contains(x) && (0.0..54.0).contains(y)), "{segment:?}");
        }
    }
}
