//! What many pages share and lies under everything else: a border of interlaced waves, as vectors.

use super::layout::Area;

/// Curves drawn with one thin stroke, in mm.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Background {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) colour: [u8; 3],
    /// Stroke width in mm.
    pub(super) stroke: f32,
    /// Each curve: a start and cubic segments (two control points and an end).
    pub(super) curves: Vec<Curve>,
}

/// A start, and Bézier segments from there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    pub(super) start: [f32; 2],
    pub(super) segments: Vec<[[f32; 2]; 3]>,
}

/// Distance of the border's outer edge from the edge of the page, in mm.
const MARGIN: f32 = 6.0;
/// Width of the border, in mm.
const BAND: f32 = 4.0;
/// Wanted length of a wave, in mm.
const WAVE: f32 = 8.0;
/// Strands of the border.
const STRANDS: usize = 4;

impl Background {
    /// A border of interlaced waves around the page.
    pub(super) fn guilloche(width: f32, height: f32, colour: [u8; 3]) -> Self {
        let middle = MARGIN + BAND / 2.0;
        let frame = Area { x: middle, y: middle, width: width - 2.0 * middle, height: height - 2.0 * middle };
        let mut curves: Vec<Curve> = (0..STRANDS).flat_map(|strand| waves(frame, strand)).collect();
        for inset in [MARGIN, MARGIN + BAND] {
            curves.push(rectangle(inset, width, height));
        }
        Self { width, height, colour, stroke: 0.12, curves }
    }
}

fn rectangle(inset: f32, width: f32, height: f32) -> Curve {
    let (right, bottom) = (width - inset, height - inset);
    let corners = [[inset, inset], [right, inset], [right, bottom], [inset, bottom], [inset, inset]];
    let segments = corners.windows(2).map(|pair| [pair[0], pair[1], pair[1]]).collect();
    Curve { start: corners[0], segments }
}

/// One strand along the four sides; strands of one side differ by a part of the wave.
fn waves(frame: Area, strand: usize) -> [Curve; 4] {
    let Area { x, y, width, height } = frame;
    let (right, bottom) = (x + width, y + height);
    [
        wave([x, y], [right, y], strand),
        wave([right, y], [right, bottom], strand),
        wave([right, bottom], [x, bottom], strand),
        wave([x, bottom], [x, y], strand),
    ]
}

/// A sine wave from one point to another, a cubic for each quarter of a wave.
fn wave(from: [f32; 2], to: [f32; 2], strand: usize) -> Curve {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy);
    let waves = (length / WAVE).round().max(1.0);
    let quarters = waves as usize * 4;
    let (along, across) = ([dx / length, dy / length], [-dy / length, dx / length]);
    let phase = std::f32::consts::TAU * strand as f32 / STRANDS as f32;
    let amplitude = BAND / 2.0;
    let step = length / quarters as f32;
    let turn = std::f32::consts::TAU * waves / length;
    let point = |t: f32, offset: f32| {
        [from[0] + along[0] * t + across[0] * offset, from[1] + along[1] * t + across[1] * offset]
    };
    let height = |t: f32| amplitude * (turn * t + phase).sin();
    let slope = |t: f32| amplitude * turn * (turn * t + phase).cos();
    let segments = (0..quarters)
        .map(|quarter| {
            let (a, b) = (quarter as f32 * step, (quarter + 1) as f32 * step);
            let third = step / 3.0;
            [
                point(a + third, height(a) + slope(a) * third),
                point(b - third, height(b) - slope(b) * third),
                point(b, height(b)),
            ]
        })
        .collect();
    Curve { start: point(0.0, height(0.0)), segments }
}
