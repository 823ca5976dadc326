//! The styles and boxes of a layout file: TOML tables → [`Style`] and [`LayoutBox`], each mistake with its line and box.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::font::{Family, Weight};
use super::layout::{Align, Area, LayoutBox, Particular, Show, Side, Style, When};
use super::layout_error::{LayoutError, LayoutProblem};
use super::layout_file::{Place, black_name};
use super::paragraph::Fit;
use super::text::Face;

/// Most boxes of a layout: each is held against all others.
const BOXES_AT_MOST: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct StyleTable {
    #[serde(default)]
    family: Family,
    #[serde(default)]
    weight: Weight,
    size: f32,
    smallest: Option<f32>,
    #[serde(default = "usual_leading")]
    leading: f32,
    #[serde(default)]
    tracking: f32,
    #[serde(default = "black_name")]
    colour: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BoxTable {
    name: Spanned<String>,
    show: Show,
    #[serde(default)]
    side: Side,
    #[serde(default)]
    when: Conditions,
    at: Spanned<[f32; 2]>,
    size: Spanned<[f32; 2]>,
    style: Option<Spanned<String>>,
    second: Option<Spanned<String>>,
    #[serde(default)]
    align: Align,
    columns: Option<Spanned<u8>>,
    #[serde(default = "usual_gap")]
    gap: f32,
    row_gap: Option<f32>,
    #[serde(default)]
    ruled: bool,
    #[serde(default)]
    items: Vec<Particular>,
    largest: Option<f32>,
}

/// One condition, or several that must all hold.
#[derive(Deserialize)]
#[serde(untagged)]
enum Conditions {
    One(Condition),
    All(Vec<Condition>),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Condition {
    Always,
    Photo,
    NoPhoto,
    Table,
    NoTable,
}

impl Default for Conditions {
    fn default() -> Self {
        Self::One(Condition::Always)
    }
}

impl From<Conditions> for When {
    fn from(conditions: Conditions) -> Self {
        let all = match conditions {
            Conditions::One(one) => vec![one],
            Conditions::All(all) => all,
        };
        all.into_iter().fold(Self::default(), |when, condition| match condition {
            Condition::Always => when,
            Condition::Photo => Self { photo: Some(true), ..when },
            Condition::NoPhoto => Self { photo: Some(false), ..when },
            Condition::Table => Self { table: Some(true), ..when },
            Condition::NoTable => Self { table: Some(false), ..when },
        })
    }
}

fn usual_leading() -> f32 {
    1.3
}
fn usual_gap() -> f32 {
    6.0
}

/// The styles by name.
pub(super) fn styles<'a>(
    place: &Place<'_>,
    tables: &'a BTreeMap<String, Spanned<StyleTable>>,
) -> Result<BTreeMap<&'a str, Style>, LayoutError> {
    tables
        .iter()
        .map(|(name, spanned)| {
            let at = spanned.span().start;
            let table = spanned.get_ref();
            let size = place.range(at, "size", table.size, 4.0, 96.0)?;
            let smallest = place.range(at, "smallest", table.smallest.unwrap_or(size), 4.0, size)?;
            let leading = place.range(at, "leading", table.leading, 1.0, 3.0)?;
            let tracking = place.range(at, "tracking", table.tracking, 0.0, 1.0)?;
            let colour = place.colour(at, &table.colour)?;
            let face = Face { family: table.family, weight: table.weight, colour, tracking, scale: 1.0 };
            Ok((name.as_str(), Style { face, fit: Fit { size, smallest, leading } }))
        })
        .collect()
}

fn layout_box(place: &Place<'_>, table: BoxTable, styles: &BTreeMap<&str, Style>) -> Result<LayoutBox, LayoutError> {
    let plain = Style {
        face: Face { scale: 1.0, ..Face::default() },
        fit: Fit { size: 10.0, smallest: 8.0, leading: usual_leading() },
    };
    let find = |name: &Option<Spanned<String>>, otherwise: Style| match name {
        None => Ok(otherwise),
        Some(name) => styles.get(name.get_ref().as_str()).copied().ok_or_else(|| {
            place.error(name.span().start, LayoutProblem::UnknownStyle { found: name.get_ref().clone() })
        }),
    };
    let style = find(&table.style, plain)?;
    let second = find(&table.second, style)?;
    let columns = match &table.columns {
        None => 1,
        Some(columns) => {
            place.range(columns.span().start, "columns", f32::from(*columns.get_ref()), 1.0, 6.0)? as usize
        }
    };
    let [x, y] = *table.at.get_ref();
    let [width, height] = *table.size.get_ref();
    let at = table.size.span().start;
    let area = Area {
        x,
        y,
        width: place.range(at, "width", width, 0.1, 1200.0)?,
        height: place.range(at, "height", height, 0.1, 1200.0)?,
    };
    let line = place.line(table.name.span().start);
    let show = table.show;
    Ok(LayoutBox {
        name: table.name.into_inner(),
        line,
        show,
        side: table.side,
        when: table.when.into(),
        area,
        style,
        second,
        align: table.align,
        columns,
        gap: place.range(at, "gap", table.gap, 0.0, 100.0)?,
        row_gap: table.row_gap.map(|gap| place.range(at, "row-gap", gap, 0.0, 20.0)).transpose()?,
        ruled: table.ruled,
        items: table.items,
        largest: largest(place, at, show, table.largest, width)?,
    })
}

/// The largest side of a symbol, or the length of a scale mark, which must have room for itself.
fn largest(place: &Place<'_>, at: usize, show: Show, asked: Option<f32>, width: f32) -> Result<f32, LayoutError> {
    if show == Show::ScaleMark {
        return place.range(at, "length of the scale mark", asked.unwrap_or(50.0), 10.0, width.max(10.0));
    }
    place.range(at, "largest", asked.unwrap_or(60.0), 10.0, 200.0)
}

/// What all boxes are held against.
pub(super) struct Paper {
    pub(super) width: f32,
    pub(super) height: f32,
    /// Least distance of a symbol from the edge, in mm.
    pub(super) symbol_from_edge: f32,
    pub(super) roll: bool,
    pub(super) folded: bool,
}

/// The boxes, each on the paper and none over another.
pub(super) fn boxes(
    place: &mut Place<'_>,
    tables: Vec<BoxTable>,
    styles: &BTreeMap<&str, Style>,
    paper: &Paper,
) -> Result<Vec<LayoutBox>, LayoutError> {
    if tables.len() > BOXES_AT_MOST {
        return Err(place.error(0, LayoutProblem::TooManyBoxes { found: tables.len(), most: BOXES_AT_MOST }));
    }
    let mut boxes: Vec<LayoutBox> = Vec::new();
    for table in tables {
        place.box_name = Some(table.name.get_ref().clone());
        let offset = table.name.span().start;
        let one = layout_box(place, table, styles)?;
        check(place, offset, &one, &boxes, paper)?;
        boxes.push(one);
    }
    place.box_name = None;
    if boxes.iter().any(|one| one.show == Show::Symbol) {
        Ok(boxes)
    } else {
        Err(place.error(0, LayoutProblem::NoSymbol))
    }
}

fn check(
    place: &Place<'_>,
    offset: usize,
    one: &LayoutBox,
    before: &[LayoutBox],
    paper: &Paper,
) -> Result<(), LayoutError> {
    let Paper { width, height, symbol_from_edge: edge, .. } = *paper;
    let Area { x, y, .. } = one.area;
    let (right, bottom) = (x + one.area.width, y + one.area.height);
    // A box as wide as the page may end a hair beyond it in binary.
    let on_page = x >= 0.0 && y >= 0.0 && right <= width + HAIR && bottom <= height + HAIR;
    if !on_page {
        return Err(place.error(offset, LayoutProblem::OffPage { width, height }));
    }
    let near = x < edge - HAIR || y < edge - HAIR || right > width - edge + HAIR || bottom > height - edge + HAIR;
    if one.show == Show::Symbol && near {
        return Err(place.error(offset, LayoutProblem::NearEdge { least: edge }));
    }
    if !paper.folded && matches!(one.side, Side::InsideLeft | Side::InsideRight) {
        return Err(place.error(offset, LayoutProblem::NoSide { side: one.side }));
    }
    if paper.roll && one.side != Side::Front {
        return Err(place.error(offset, LayoutProblem::Roll { what: "back" }));
    }
    if one.show == Show::Microprint {
        place.range(offset, "height of microprint", one.area.height, 0.3, 0.6)?;
        if (x - (width - right)).abs() > 0.5 {
            return Err(place.error(offset, LayoutProblem::Lopsided));
        }
        if paper.roll {
            return Err(place.error(offset, LayoutProblem::Roll { what: "microprint" }));
        }
    }
    for other in before {
        if other.name == one.name {
            return Err(place.error(offset, LayoutProblem::TwiceTheName { first: other.line }));
        }
        if other.side == one.side && other.when.meets(one.when) && other.area.overlaps(&one.area) {
            return Err(place.error(offset, LayoutProblem::Overlap { other: other.name.clone() }));
        }
    }
    Ok(())
}

/// A millimetre more or less that is only rounding.
const HAIR: f32 = 1e-3;
