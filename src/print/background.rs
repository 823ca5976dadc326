//! What many pages share and lies under everything else: a border of interlaced waves, as vectors.

/// Paths, from the first drawn to the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Background {
    pub paths: Vec<VectorPath>,
}

/// Lines and curves that are painted together. Opaque: PDF/A viewers on old printers blend badly.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct VectorPath {
    pub segments: Vec<Segment>,
    /// Red, green, blue of what lies inside.
    pub fill: Option<[u8; 3]>,
    /// Whether "inside" goes by the even-odd rule, else by the non-zero rule (ISO 32000-1 §8.5.3.3).
    pub even_odd: bool,
    /// Red, green, blue of the line and its width in mm.
    pub stroke: Option<([u8; 3], f32)>,
}

/// A step of a path; places in mm from the top left of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Segment {
    /// Begins a new part of the path.
    Move([f32; 2]),
    /// A straight line from where the path is.
    Line([f32; 2]),
    /// A cubic Bézier curve: two control points and the end.
    Cubic([[f32; 2]; 3]),
    /// Back to where this part began.
    Close,
}

/// A start, and Bézier segments from there.
struct Curve {
    start: [f32; 2],
    segments: Vec<[[f32; 2]; 3]>,
}

/// Stroke width of the border, in mm.
const STROKE: f32 = 0.12;
/// Distance of the border's outer edge from the edge of the page, in mm.
const MARGIN: f32 = 6.0;
/// Width of the border, in mm.
const BAND: f32 = 4.0;
/// Wanted length of a wave, in mm.
const WAVE: f32 = 8.0;
/// Strands of the border.
const STRANDS: usize = 4;
/// Bézier segments of one wave.
const SEGMENTS_A_WAVE: usize = 2;
/// Petals of a corner rosette.
const PETALS: f32 = 6.0;
/// Bézier segments of a corner rosette.
const ROSETTE_SEGMENTS: usize = 48;

impl Background {
    /// A border of interlaced waves around the page, with a rosette in every corner.
    pub(super) fn guilloche(width: f32, height: f32, colour: [u8; 3]) -> Self {
        let (near, far) = (MARGIN + BAND / 2.0, MARGIN + BAND);
        let (right, bottom) = (width - near, height - near);
        let sides = [
            ([far, near], [width - far, near]),
            ([far, bottom], [width - far, bottom]),
            ([near, far], [near, height - far]),
            ([right, far], [right, height - far]),
        ];
        let strand = |(from, to)| (0..STRANDS).map(move |strand| wave(from, to, strand));
        let mut curves: Vec<Curve> = sides.into_iter().flat_map(strand).collect();
        let mut frames = Vec::new();
        for centre in [[near, near], [right, near], [near, bottom], [right, bottom]] {
            curves.push(rosette(centre, 0.0));
            curves.push(rosette(centre, std::f32::consts::PI / PETALS));
            let half = BAND / 2.0;
            frames.extend(rectangle(centre[0] - half, centre[1] - half, centre[0] + half, centre[1] + half));
        }
        for inset in [MARGIN, MARGIN + BAND] {
            frames.extend(rectangle(inset, inset, width - inset, height - inset));
        }
        let steps = curves.into_iter().flat_map(Curve::steps).chain(frames);
        let path = VectorPath { segments: steps.collect(), stroke: Some((colour, STROKE)), ..VectorPath::default() };
        Self { paths: vec![path] }
    }
}

impl Curve {
    fn steps(self) -> impl Iterator<Item = Segment> {
        std::iter::once(Segment::Move(self.start)).chain(self.segments.into_iter().map(Segment::Cubic))
    }
}

fn rectangle(left: f32, top: f32, right: f32, bottom: f32) -> [Segment; 5] {
    let line = |x, y| Segment::Line([x, y]);
    [Segment::Move([left, top]), line(right, top), line(right, bottom), line(left, bottom), Segment::Close]
}

/// A closed curve of petals around a centre.
fn rosette(centre: [f32; 2], turned: f32) -> Curve {
    let (middle, swing) = (BAND * 0.3, BAND * 0.16);
    let end = std::f32::consts::TAU;
    smooth(end, ROSETTE_SEGMENTS, |t| {
        let (radius, growth) = (middle + swing * (PETALS * t).cos(), -swing * PETALS * (PETALS * t).sin());
        let (sine, cosine) = (t + turned).sin_cos();
        let place = [centre[0] + radius * cosine, centre[1] + radius * sine];
        (place, [growth * cosine - radius * sine, growth * sine + radius * cosine])
    })
}

/// A sine wave from one point to another; the strands of one side differ by a part of the wave.
fn wave(from: [f32; 2], to: [f32; 2], strand: usize) -> Curve {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy).max(WAVE);
    let waves = (length / WAVE).round();
    let (along, across) = ([dx / length, dy / length], [-dy / length, dx / length]);
    let phase = std::f32::consts::TAU * strand as f32 / STRANDS as f32;
    let turn = std::f32::consts::TAU * waves / length;
    smooth(length, waves as usize * SEGMENTS_A_WAVE, |t| {
        let (sine, cosine) = (turn * t + phase).sin_cos();
        let (height, slope) = (BAND / 2.0 * sine, BAND / 2.0 * turn * cosine);
        let place = |axis: usize| from[axis] + along[axis] * t + across[axis] * height;
        let heading = |axis: usize| along[axis] + across[axis] * slope;
        ([place(0), place(1)], [heading(0), heading(1)])
    })
}

/// A curve through `point(t)`, which gives place and derivative, for `t` from 0 to `end`.
fn smooth(end: f32, segments: usize, point: impl Fn(f32) -> ([f32; 2], [f32; 2])) -> Curve {
    let step = end / segments as f32;
    let third = step / 3.0;
    let (start, _) = point(0.0);
    let segments = (0..segments)
        .map(|segment| {
            let (from, leaving) = point(segment as f32 * step);
            let (to, arriving) = point((segment + 1) as f32 * step);
            let ahead = |axis: usize| from[axis] + leaving[axis] * third;
            let behind = |axis: usize| to[axis] - arriving[axis] * third;
            [[ahead(0), ahead(1)], [behind(0), behind(1)], to]
        })
        .collect();
    Curve { start, segments }
}
