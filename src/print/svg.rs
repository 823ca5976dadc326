//! An SVG drawing → the paths of a background (SVG 1.1, through usvg).
//!
//! Before usvg sees a file, all that is not plain drawing is refused by line and name: texts, images, references out of the
//! file, scripts, filters, masks, gradients, entities. A background is the same on every page and says nothing about a holder,
//! so there is no need for any of it, and a template may come from anywhere.
//!
//! Opacity is flattened against white: transparency prints with seams on old printers.

mod scan;

use usvg::tiny_skia_path::{LineCap, LineJoin, Path, PathSegment, Transform};
use usvg::{Group, Node, Paint, Tree};

use super::background::{Background, Segment, VectorPath};

/// Most bytes of a drawing.
const BYTES_AT_MOST: usize = 1 << 20;
/// Most lines and curves.
const SEGMENTS_AT_MOST: usize = 50_000;
/// How far the proportions of drawing and page may differ.
const PROPORTIONS: f32 = 0.01;
/// Groups within groups after usvg has resolved them.
const DEPTH_AT_MOST: usize = 64;

/// A drawing that cannot be a background.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(super) struct SvgError {
    /// Line of the file, from 1.
    pub(super) line: usize,
    /// What is wrong.
    #[source]
    pub(super) problem: SvgProblem,
}

/// What is wrong with a drawing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SvgProblem {
    /// A file too long.
    #[error("{found} bytes: a background has at most {most}")]
    TooLong {
        /// As found.
        found: usize,
        /// Allowed.
        most: usize,
    },
    /// Not XML in UTF-8, or not SVG.
    #[error("not SVG: {message}")]
    NotSvg {
        /// The parser's words.
        message: String,
    },
    /// Elements within elements within elements.
    #[error("elements are nested more than {most} deep")]
    TooDeep {
        /// Allowed.
        most: usize,
    },
    /// More of something than anyone draws.
    #[error("more than {most} {what}")]
    TooMany {
        /// What.
        what: &'static str,
        /// Allowed.
        most: usize,
    },
    /// An element that a background does not need.
    #[error("<{name}> is not allowed in a background: only paths, shapes and groups are")]
    Element {
        /// Its name.
        name: String,
    },
    /// An attribute that a background does not need.
    #[error("<{element} {name}=…> is not allowed in a background: {why}")]
    Attribute {
        /// Element that has it.
        element: String,
        /// Its name.
        name: String,
        /// Why.
        why: &'static str,
    },
    /// A style sheet with more than colours and widths in it.
    #[error("the style sheet has {found:?}: only plain rules without references are allowed")]
    StyleSheet {
        /// As found.
        found: &'static str,
    },
    /// Something that only shows after the file has been resolved.
    #[error("{what} are not allowed in a background")]
    Drawing {
        /// What.
        what: &'static str,
    },
    /// A drawing of another shape than the page.
    #[error(
        "the drawing is {found_width} × {found_height}, the page {width} × {height} mm: the proportions must be the same"
    )]
    Proportions {
        /// In the drawing's units.
        found_width: f32,
        /// In the drawing's units.
        found_height: f32,
        /// In mm.
        width: f32,
        /// In mm.
        height: f32,
    },
    /// Nothing to draw.
    #[error("the drawing is empty")]
    Empty,
}

fn whole_file(problem: SvgProblem) -> SvgError {
    SvgError { line: 1, problem }
}

/// Reads a drawing that covers a page of `width × height` mm.
pub(super) fn background(bytes: &[u8], width: f32, height: f32) -> Result<Background, SvgError> {
    if bytes.len() > BYTES_AT_MOST {
        return Err(whole_file(SvgProblem::TooLong { found: bytes.len(), most: BYTES_AT_MOST }));
    }
    let not_svg = |message: String| whole_file(SvgProblem::NotSvg { message });
    let text = std::str::from_utf8(bytes).map_err(|error| not_svg(error.to_string()))?;
    let document = scan::check(text)?;
    let tree = Tree::from_xmltree(&document, &usvg::Options::default()).map_err(|error| not_svg(error.to_string()))?;
    let (found_width, found_height) = (tree.size().width(), tree.size().height());
    if (found_width / found_height / (width / height) - 1.0).abs() > PROPORTIONS {
        return Err(whole_file(SvgProblem::Proportions { found_width, found_height, width, height }));
    }
    let mut drawing = Drawing {
        to_page: Transform::from_scale(width / found_width, height / found_height),
        left: SEGMENTS_AT_MOST,
        paths: Vec::new(),
    };
    drawing.group(tree.root(), 1.0, 0).map_err(whole_file)?;
    if drawing.paths.is_empty() {
        return Err(whole_file(SvgProblem::Empty));
    }
    Ok(Background { paths: drawing.paths })
}

/// Paths on their way from the drawing to the page.
struct Drawing {
    to_page: Transform,
    /// Segments that may still come.
    left: usize,
    paths: Vec<VectorPath>,
}

impl Drawing {
    fn group(&mut self, group: &Group, opacity: f32, depth: usize) -> Result<(), SvgProblem> {
        if depth == DEPTH_AT_MOST {
            return Err(SvgProblem::TooDeep { most: DEPTH_AT_MOST });
        }
        let refused = [
            ("clipping paths", group.clip_path().is_some()),
            ("masks", group.mask().is_some()),
            ("filters", !group.filters().is_empty()),
            ("blend modes", group.blend_mode() != usvg::BlendMode::Normal),
        ];
        if let Some((what, _)) = refused.into_iter().find(|(_, found)| *found) {
            return Err(SvgProblem::Drawing { what });
        }
        let opacity = opacity * group.opacity().get();
        group.children().iter().try_for_each(|node| match node {
            Node::Group(group) => self.group(group, opacity, depth + 1),
            Node::Path(path) => self.path(path, opacity),
            Node::Image(_) => Err(SvgProblem::Drawing { what: "images" }),
            Node::Text(_) => Err(SvgProblem::Drawing { what: "texts" }),
        })
    }

    fn path(&mut self, path: &usvg::Path, opacity: f32) -> Result<(), SvgProblem> {
        if !path.is_visible() {
            return Ok(());
        }
        let transform = path.abs_transform().post_concat(self.to_page);
        if let Some(fill) = path.fill() {
            let segments = self.segments(path.data(), transform)?;
            let colour = flat(fill.paint(), fill.opacity().get() * opacity)?;
            let even_odd = fill.rule() == usvg::FillRule::EvenOdd;
            self.paths.push(VectorPath { segments, fill: Some(colour), even_odd, ..VectorPath::default() });
        }
        let Some(stroke) = path.stroke() else { return Ok(()) };
        if stroke.dasharray().is_some() {
            return Err(SvgProblem::Drawing { what: "dashes" });
        }
        let colour = flat(stroke.paint(), stroke.opacity().get() * opacity)?;
        let plain = stroke.linecap() == usvg::LineCap::Butt && stroke.linejoin() == usvg::LineJoin::Miter;
        if let (Some(scale), true) = (uniform(transform), plain) {
            let segments = self.segments(path.data(), transform)?;
            let stroke = Some((colour, stroke.width().get() * scale));
            self.paths.push(VectorPath { segments, stroke, ..VectorPath::default() });
            return Ok(());
        }
        // Round ends, and lines that a transform makes thicker one way, are drawn as areas.
        let Some(outline) = path.data().stroke(&outline_of(stroke), 1.0) else { return Ok(()) };
        let segments = self.segments(&outline, transform)?;
        self.paths.push(VectorPath { segments, fill: Some(colour), ..VectorPath::default() });
        Ok(())
    }

    /// The segments in mm on the page.
    fn segments(&mut self, path: &Path, transform: Transform) -> Result<Vec<Segment>, SvgProblem> {
        let too_many = SvgProblem::TooMany { what: "lines and curves", most: SEGMENTS_AT_MOST };
        self.left = self.left.checked_sub(path.verbs().len()).ok_or(too_many)?;
        let Some(path) = path.clone().transform(transform) else { return Ok(Vec::new()) };
        let mut last = [0.0; 2];
        let between =
            |from: [f32; 2], to: [f32; 2], share: f32| [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * share);
        let mut start = [0.0; 2];
        let place = |point: usvg::tiny_skia_path::Point| [point.x, point.y];
        Ok(path
            .segments()
            .map(|segment| {
                let (segment, end) = match segment {
                    PathSegment::MoveTo(to) => {
                        start = place(to);
                        (Segment::Move(start), start)
                    }
                    PathSegment::LineTo(to) => (Segment::Line(place(to)), place(to)),
                    PathSegment::QuadTo(control, to) => {
                        let (control, to) = (place(control), place(to));
                        let (first, second) = (between(last, control, 2.0 / 3.0), between(to, control, 2.0 / 3.0));
                        (Segment::Cubic([first, second, to]), to)
                    }
                    PathSegment::CubicTo(first, second, to) => {
                        (Segment::Cubic([place(first), place(second), place(to)]), place(to))
                    }
                    PathSegment::Close => (Segment::Close, start),
                };
                last = end;
                segment
            })
            .collect())
    }
}

/// How much a transform enlarges, when it does so equally in all directions.
fn uniform(transform: Transform) -> Option<f32> {
    let (across, down) = transform.get_scale();
    let skew = transform.sx * transform.kx + transform.ky * transform.sy;
    ((across / down - 1.0).abs() < 0.02 && skew.abs() < 0.02 * across * down).then_some(f32::midpoint(across, down))
}

fn outline_of(stroke: &usvg::Stroke) -> usvg::tiny_skia_path::Stroke {
    usvg::tiny_skia_path::Stroke {
        width: stroke.width().get(),
        miter_limit: stroke.miterlimit().get(),
        line_cap: match stroke.linecap() {
            usvg::LineCap::Butt => LineCap::Butt,
            usvg::LineCap::Round => LineCap::Round,
            usvg::LineCap::Square => LineCap::Square,
        },
        line_join: match stroke.linejoin() {
            usvg::LineJoin::Miter => LineJoin::Miter,
            usvg::LineJoin::MiterClip => LineJoin::MiterClip,
            usvg::LineJoin::Round => LineJoin::Round,
            usvg::LineJoin::Bevel => LineJoin::Bevel,
        },
        dash: None,
    }
}

/// A colour as it looks on white paper.
fn flat(paint: &Paint, opacity: f32) -> Result<[u8; 3], SvgProblem> {
    let Paint::Color(colour) = paint else { return Err(SvgProblem::Drawing { what: "gradients and patterns" }) };
    let on_white = |channel: u8| (f32::from(channel) * opacity + 255.0 * (1.0 - opacity)).round() as u8;
    Ok([on_white(colour.red), on_white(colour.green), on_white(colour.blue)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inner: &str) -> Result<Background, SvgError> {
        let head = r#"<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="50mm" viewBox="0 0 200 100">"#;
        background(format!("{head}{inner}</svg>").as_bytes(), 100.0, 50.0)
    }

    #[test]
    fn shapes_come_out_in_millimetres() {
        let found = read(r##"<rect x="20" y="10" width="40" height="20" fill="#ff0000"/>"##).unwrap();
        let path = &found.paths[0];
        assert_eq!(path.fill, Some([255, 0, 0]));
        let Segment::Move([x, y]) = path.segments[0] else { panic!("{path:?}") };
        assert!((x - 10.0).abs() < 1e-3 && (y - 5.0).abs() < 1e-3, "{x} {y}");
    }

    #[test]
    fn opacity_is_flattened_against_white() {
        let found =
            read(r##"<g opacity="0.5"><rect width="9" height="9" fill="#000000" fill-opacity="0.5"/></g>"##).unwrap();
        assert_eq!(found.paths[0].fill, Some([191; 3]));
    }

    #[test]
    fn round_ends_become_areas_and_plain_strokes_stay_strokes() {
        let line = r#"<path d="M10 10 L90 10" fill="none" stroke="black" stroke-width="2""#;
        let plain = read(&format!("{line}/>")).unwrap();
        assert_eq!(plain.paths[0].stroke, Some(([0; 3], 1.0)));
        let round = read(&format!(r#"{line} stroke-linecap="round"/>"#)).unwrap();
        assert_eq!((round.paths[0].stroke, round.paths[0].fill), (None, Some([0; 3])));
    }

    #[test]
    fn a_drawing_of_another_shape_is_refused() {
        let text = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9v9z"/></svg>"#;
        let error = background(text.as_bytes(), 100.0, 50.0).unwrap_err();
        assert!(matches!(error.problem, SvgProblem::Proportions { .. }), "{error}");
    }

    #[test]
    fn a_shape_may_be_used_again() {
        let found =
            read(r##"<defs><circle id="c" r="3"/></defs><use href="#c" x="9"/><use href="#c" x="20"/>"##).unwrap();
        assert_eq!(found.paths.len(), 2);
    }
}
