//! Layout files: TOML → [`Layout`], with the line and the box of every mistake.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::background::Background;
use super::font::{Family, Weight};
use super::layout::{
    Align, Area, Layout, LayoutBox, LayoutError, LayoutProblem, Particular, SYMBOL_FROM_EDGE, Show, Style, When,
};
use super::paragraph::Fit;
use super::text::Face;
use super::words::WordList;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    page: PageTable,
    style: BTreeMap<String, Spanned<StyleTable>>,
    #[serde(rename = "box")]
    boxes: Vec<BoxTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PageTable {
    size: Spanned<Size>,
    #[serde(default = "three_hundred")]
    dots_per_inch: Spanned<f32>,
    #[serde(default = "black")]
    ink: Spanned<String>,
    #[serde(default)]
    background: Ground,
    #[serde(default = "pale")]
    background_ink: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Size {
    Named(String),
    Millimetres([f32; 2]),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ground {
    #[default]
    Plain,
    Guilloche,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct StyleTable {
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
struct BoxTable {
    name: Spanned<String>,
    show: ShowName,
    #[serde(default)]
    when: WhenName,
    at: Spanned<[f32; 2]>,
    size: Spanned<[f32; 2]>,
    style: Option<Spanned<String>>,
    second: Option<Spanned<String>>,
    #[serde(default)]
    align: AlignName,
    columns: Option<Spanned<u8>>,
    #[serde(default = "usual_gap")]
    gap: f32,
    #[serde(default)]
    ruled: bool,
    #[serde(default)]
    items: Vec<ParticularName>,
    largest: Option<f32>,
}

/// The spellings of a file for the values of an enum.
macro_rules! spelled {
    ($name:ident => $target:ident { $($variant:ident),+ $(,)? }) => {
        #[derive(Clone, Copy, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum $name { $($variant),+ }
        impl From<$name> for $target {
            fn from(name: $name) -> Self {
                match name { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

spelled!(ShowName => Show {
    Title, Issuer, Names, Fields, Table, Photo, Symbol, Caption, Particulars, HowToCheck, ScaleMark, Rule,
});
spelled!(ParticularName => Particular { Serial, Issued, ValidUntil, Copy, Supersedes, Issuer });
spelled!(WhenName => When { Always, Photo, NoPhoto });
spelled!(AlignName => Align { Start, Centre, End });

#[allow(clippy::derivable_impls)]
impl Default for WhenName {
    fn default() -> Self {
        Self::Always
    }
}

#[allow(clippy::derivable_impls)]
impl Default for AlignName {
    fn default() -> Self {
        Self::Start
    }
}

fn three_hundred() -> Spanned<f32> {
    Spanned::new(0..0, 300.0)
}
fn black() -> Spanned<String> {
    Spanned::new(0..0, black_name())
}
fn pale() -> Spanned<String> {
    Spanned::new(0..0, "#d5dde6".to_owned())
}
fn black_name() -> String {
    "#000000".to_owned()
}
fn usual_leading() -> f32 {
    1.3
}
fn usual_gap() -> f32 {
    6.0
}

/// Where in the file we are, for errors.
struct Place<'a> {
    text: &'a str,
    box_name: Option<String>,
}

impl Place<'_> {
    fn line(&self, offset: usize) -> usize {
        self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
    }

    fn error(&self, offset: usize, problem: LayoutProblem) -> LayoutError {
        LayoutError { file: None, line: self.line(offset), box_name: self.box_name.clone(), problem }
    }

    fn range(&self, offset: usize, what: &'static str, found: f32, least: f32, most: f32) -> Result<f32, LayoutError> {
        if (least..=most).contains(&found) {
            Ok(found)
        } else {
            Err(self.error(offset, LayoutProblem::Range { what, found, least, most }))
        }
    }

    fn colour(&self, offset: usize, text: &str) -> Result<[u8; 3], LayoutError> {
        let parse = || {
            let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
            Some([red, green, blue])
        };
        parse().ok_or_else(|| self.error(offset, LayoutProblem::Colour { found: text.to_owned() }))
    }
}

/// Reads a layout file. A page without a symbol proves nothing.
pub(super) fn read(text: &str) -> Result<Layout, LayoutError> {
    let layout = read_plain(text)?;
    if layout.boxes.iter().any(|one| one.show == Show::Symbol) {
        return Ok(layout);
    }
    Err(Place { text, box_name: None }.error(0, LayoutProblem::NoSymbol))
}

/// Reads the layout of a page that is no credential.
pub(super) fn read_plain(text: &str) -> Result<Layout, LayoutError> {
    let mut place = Place { text, box_name: None };
    let file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        place.error(offset, LayoutProblem::Syntax { message: error.message().to_owned() })
    })?;
    let page = file.page;
    let (width, height) = page_size(&place, &page.size)?;
    let at = page.dots_per_inch.span().start;
    let dots_per_inch = place.range(at, "dots-per-inch", *page.dots_per_inch.get_ref(), 150.0, 2400.0)?;
    let ink = place.colour(page.ink.span().start, page.ink.get_ref())?;
    let pale = place.colour(page.background_ink.span().start, page.background_ink.get_ref())?;
    let styles = styles(&place, &file.style)?;
    let mut boxes: Vec<LayoutBox> = Vec::new();
    for table in file.boxes {
        place.box_name = Some(table.name.get_ref().clone());
        let offset = table.name.span().start;
        let one = layout_box(&place, table, &styles)?;
        check(&place, offset, &one, &boxes, (width, height))?;
        boxes.push(one);
    }
    place.box_name = None;
    let words =
        WordList::embedded().map_err(|error| place.error(0, LayoutProblem::Words { message: error.to_string() }))?;
    let background = match page.background {
        Ground::Plain => None,
        Ground::Guilloche => Some(Arc::new(Background::guilloche(width, height, pale))),
    };
    Ok(Layout { width, height, dots_per_inch, ink, boxes: boxes.into(), background, words: Arc::new(words) })
}

fn page_size(place: &Place, size: &Spanned<Size>) -> Result<(f32, f32), LayoutError> {
    let at = size.span().start;
    match size.get_ref() {
        Size::Named(name) => match name.as_str() {
            "A4" => Ok((210.0, 297.0)),
            "Letter" => Ok((215.9, 279.4)),
            _ => Err(place.error(at, LayoutProblem::PageSize { found: name.clone() })),
        },
        Size::Millimetres([width, height]) => Ok((
            place.range(at, "page width", *width, 20.0, 1200.0)?,
            place.range(at, "page height", *height, 20.0, 1200.0)?,
        )),
    }
}

fn styles<'a>(
    place: &Place,
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

fn layout_box(place: &Place, table: BoxTable, styles: &BTreeMap<&str, Style>) -> Result<LayoutBox, LayoutError> {
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
    Ok(LayoutBox {
        name: table.name.into_inner(),
        line,
        show: table.show.into(),
        when: table.when.into(),
        area,
        style,
        second,
        align: table.align.into(),
        columns,
        gap: place.range(at, "gap", table.gap, 0.0, 100.0)?,
        ruled: table.ruled,
        items: table.items.into_iter().map(Particular::from).collect(),
        largest: place.range(at, "largest", table.largest.unwrap_or(60.0), 10.0, 200.0)?,
    })
}

fn check(
    place: &Place,
    offset: usize,
    one: &LayoutBox,
    before: &[LayoutBox],
    (width, height): (f32, f32),
) -> Result<(), LayoutError> {
    let Area { x, y, .. } = one.area;
    let (right, bottom) = (x + one.area.width, y + one.area.height);
    let on_page = x >= 0.0 && y >= 0.0 && right <= width && bottom <= height;
    if !on_page {
        return Err(place.error(offset, LayoutProblem::OffPage { width, height }));
    }
    let edge = SYMBOL_FROM_EDGE;
    if one.show == Show::Symbol && (x < edge || y < edge || right > width - edge || bottom > height - edge) {
        return Err(place.error(offset, LayoutProblem::NearEdge { least: edge }));
    }
    for other in before {
        if other.name == one.name {
            return Err(place.error(offset, LayoutProblem::TwiceTheName { first: other.line }));
        }
        if other.when.meets(one.when) && other.area.overlaps(&one.area) {
            return Err(place.error(offset, LayoutProblem::Overlap { other: other.name.clone() }));
        }
    }
    Ok(())
}
