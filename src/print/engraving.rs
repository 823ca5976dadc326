//! Engraved grounds for small papers, as vectors: a rosette such as banknotes have.

use super::background::{Background, Segment, VectorPath};

/// Stroke width in mm.
const STROKE: f32 = 0.1;
/// Curves of the rosette.
const RINGS: usize = 7;
/// Petals of a curve.
const PETALS: f32 = 9.0;
/// Straight pieces of a curve: at this size nobody sees corners.
const PIECES: usize = 144;

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
    let point = |piece: usize| {
        let t = std::f32::consts::TAU * piece as f32 / PIECES as f32;
        let length = radius * (0.72 + 0.28 * (PETALS * (t + turned)).cos());
        [centre[0] + length * t.cos() * 1.35, centre[1] + length * t.sin()]
    };
    let mut segments = vec![Segment::Move(point(0))];
    segments.extend((1..PIECES).map(|piece| Segment::Line(point(piece))));
    segments.push(Segment::Close);
    segments
}
