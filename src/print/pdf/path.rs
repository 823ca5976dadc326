//! Backgrounds and symbols → paths (ISO 32000-1 §8.5).

use pdf_writer::Rect;

use super::content::Content;
use crate::print::background::{Background, Segment, VectorPath};
use crate::print::outline::outlines;
use crate::symbol::Matrix;

/// Unit of a background's coordinates, in mm: whole hundredths take a third of the bytes that fractions of points take.
pub(super) const UNIT: f32 = 0.01;

/// The paths of a background, in hundredths of a millimetre from the top left and downwards.
pub(super) fn background(background: &Background) -> Content {
    let mut content = Content::default();
    for path in &background.paths {
        paint(&mut content, path);
    }
    content
}

fn paint(content: &mut Content, path: &VectorPath) {
    if path.segments.is_empty() {
        return;
    }
    if let Some(ink) = path.fill {
        colour(content, ink, ["g", "rg"]);
    }
    if let Some((ink, width)) = path.stroke {
        colour(content, ink, ["G", "RG"]);
        content.number(f64::from(width / UNIT)).op("w");
    }
    for segment in &path.segments {
        match segment {
            Segment::Move(to) => place(content, *to).op("m"),
            Segment::Line(to) => place(content, *to).op("l"),
            Segment::Cubic(points) => {
                for point in points {
                    place(content, *point);
                }
                content.op("c")
            }
            Segment::Close => content.op("h"),
        };
    }
    content.op(match (path.fill.is_some(), path.even_odd, path.stroke.is_some()) {
        (true, false, false) => "f",
        (true, true, false) => "f*",
        (true, false, true) => "B",
        (true, true, true) => "B*",
        (false, _, true) => "S",
        (false, _, false) => "n",
    });
}

fn place(content: &mut Content, [x, y]: [f32; 2]) -> &mut Content {
    let whole = |length: f32| (length / UNIT).round() as i64;
    content.integer(whole(x)).integer(whole(y))
}

/// Sets a colour by the shorter of the operators for grey and for red, green and blue.
pub(super) fn colour(content: &mut Content, ink: [u8; 3], [grey, rgb]: [&str; 2]) {
    const PLACES: f64 = 1000.0;
    let share = |channel: u8| (f64::from(channel) / 255.0 * PLACES).round() / PLACES;
    let [red, green, blue] = ink;
    if red == green && green == blue {
        content.exact(share(red)).op(grey);
    } else {
        content.exact(share(red)).exact(share(green)).exact(share(blue)).op(rgb);
    }
}

/// The dark modules as one path in whole modules from the top left and downwards: no seams, whatever renders it.
pub(super) fn symbol(content: &mut Content, matrix: &Matrix) {
    for outline in outlines(matrix) {
        for (number, (x, y)) in outline.into_iter().enumerate() {
            content.integer(x as i64).integer(y as i64).op(if number == 0 { "m" } else { "l" });
        }
    }
    content.op("f");
}

/// What a background takes up, in its own unit.
pub(super) fn bounds(background: &Background) -> Rect {
    let (mut least, mut most) = ([f32::MAX; 2], [f32::MIN; 2]);
    for path in &background.paths {
        let around = path.stroke.map_or(0.0, |(_, width)| width);
        let points = path.segments.iter().flat_map(|segment| match segment {
            Segment::Move(to) | Segment::Line(to) => std::slice::from_ref(to),
            Segment::Cubic(points) => points.as_slice(),
            Segment::Close => &[],
        });
        for point in points {
            for axis in 0..2 {
                least[axis] = least[axis].min(point[axis] - around);
                most[axis] = most[axis].max(point[axis] + around);
            }
        }
    }
    if least[0] > most[0] {
        return Rect::new(0.0, 0.0, 0.0, 0.0);
    }
    let [left, top] = least.map(|length| (length / UNIT).floor());
    let [right, bottom] = most.map(|length| (length / UNIT).ceil());
    Rect::new(left, top, right, bottom)
}
