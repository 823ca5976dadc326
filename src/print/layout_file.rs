//! Layout files: TOML → [`Layout`], with the line and the box of every mistake.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::background::Background;
use super::box_file::{self, BoxTable, Paper, StyleTable};
use super::engraving;
use super::layout::{Files, Layout, RESOLUTIONS, SYMBOL_FROM_CUT, SYMBOL_FROM_EDGE, TemplateFile};
use super::layout_error::{LayoutError, LayoutProblem};
use super::sheet::SheetPlan;
use super::sheet_file::SheetTable;
use super::svg;
use super::words::WordList;

/// Most bytes of a layout file.
const BYTES_AT_MOST: usize = 256 * 1024;

/// Longest short side of a card in mm: what is larger is a page.
const CARD: f32 = 60.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    page: Option<PageTable>,
    #[serde(default)]
    style: BTreeMap<String, Spanned<StyleTable>>,
    #[serde(default, rename = "box")]
    boxes: Vec<BoxTable>,
    sheet: Option<Spanned<SheetTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PageTable {
    size: Spanned<Size>,
    #[serde(default = "three_hundred")]
    dots_per_inch: Spanned<f32>,
    #[serde(default = "black")]
    ink: Spanned<String>,
    #[serde(default = "plain")]
    background: Spanned<String>,
    #[serde(default = "pale")]
    background_ink: Spanned<String>,
    symbol_from_edge: Option<Spanned<f32>>,
    #[serde(default)]
    roll: bool,
}

/// A size by its name, or in mm.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Size {
    Named(String),
    Millimetres([f32; 2]),
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
fn plain() -> Spanned<String> {
    Spanned::new(0..0, "plain".to_owned())
}
/// The colour of what has none.
pub(super) fn black_name() -> String {
    "#000000".to_owned()
}

/// Where in the file we are, for errors.
pub(super) struct Place<'a> {
    text: &'a str,
    pub(super) box_name: Option<String>,
}

impl Place<'_> {
    pub(super) fn line(&self, offset: usize) -> usize {
        self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
    }

    pub(super) fn error(&self, offset: usize, problem: LayoutProblem) -> LayoutError {
        LayoutError { file: None, line: self.line(offset), box_name: self.box_name.clone(), problem }
    }

    pub(super) fn range(
        &self,
        offset: usize,
        what: &'static str,
        found: f32,
        least: f32,
        most: f32,
    ) -> Result<f32, LayoutError> {
        if (least..=most).contains(&found) {
            Ok(found)
        } else {
            Err(self.error(offset, LayoutProblem::Range { what, found, least, most }))
        }
    }

    pub(super) fn colour(&self, offset: usize, text: &str) -> Result<[u8; 3], LayoutError> {
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

/// Reads the layout file `name`, and names the file in every error.
pub(super) fn read_named(name: &str, files: Files<'_>) -> Result<Layout, LayoutError> {
    read_at(name, files, true)
}

fn read_at(name: &str, files: Files<'_>, outermost: bool) -> Result<Layout, LayoutError> {
    let missing = |name: &str| LayoutError {
        file: None,
        line: 1,
        box_name: None,
        problem: LayoutProblem::NoFile { name: name.to_owned() },
    };
    let TemplateFile { shown, bytes } = files(name).ok_or_else(|| missing(name))?;
    let wrong = |problem| LayoutError { file: None, line: 1, box_name: None, problem }.in_file(shown.clone());
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| wrong(LayoutProblem::Syntax { message: format!("not UTF-8: {error}") }))?;
    read_text(text, files, outermost)
        .map_err(|error| if error.file.is_some() { error } else { error.in_file(shown.clone()) })
}

/// Reads a layout file.
pub(super) fn read(text: &str, files: Files<'_>) -> Result<Layout, LayoutError> {
    read_text(text, files, true)
}

/// Only the outermost file may put another layout on sheets: files that name each other must come to an end.
fn read_text(text: &str, files: Files<'_>, outermost: bool) -> Result<Layout, LayoutError> {
    let mut place = Place { text, box_name: None };
    if text.len() > BYTES_AT_MOST {
        return Err(place.error(0, LayoutProblem::TooLong { found: text.len(), most: BYTES_AT_MOST }));
    }
    let file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        place.error(offset, LayoutProblem::Syntax { message: error.message().to_owned() })
    })?;
    let Some(page) = file.page else {
        if !outermost {
            return Err(place.error(0, LayoutProblem::Sheet { what: ONLY_PAGES }));
        }
        return imposed(&place, file.sheet, !file.boxes.is_empty(), files);
    };
    let (width, height) = page_size(&place, &page.size)?;
    let at = page.dots_per_inch.span().start;
    let (least, most) = (*RESOLUTIONS.start(), *RESOLUTIONS.end());
    let dots_per_inch = place.range(at, "dots-per-inch", *page.dots_per_inch.get_ref(), least, most)?;
    let ink = place.colour(page.ink.span().start, page.ink.get_ref())?;
    let pale = place.colour(page.background_ink.span().start, page.background_ink.get_ref())?;
    let sheet = file.sheet.map(|table| SheetPlan::read(&place, table, (width, height))).transpose()?;
    let paper = Paper {
        width,
        height,
        symbol_from_edge: symbol_from_edge(&place, &page, (width, height))?,
        roll: page.roll,
        folded: sheet.as_ref().is_some_and(SheetPlan::is_folded),
    };
    if page.roll && sheet.is_some() {
        return Err(place.error(0, LayoutProblem::Roll { what: "sheet" }));
    }
    let styles = box_file::styles(&place, &file.style)?;
    let boxes = box_file::boxes(&mut place, file.boxes, &styles, &paper)?;
    let words =
        WordList::embedded().map_err(|error| place.error(0, LayoutProblem::Words { message: error.to_string() }))?;
    let background = background(&place, &page.background, (width, height), pale, files)?;
    Ok(Layout {
        width,
        height,
        dots_per_inch,
        ink,
        roll: page.roll,
        boxes: boxes.into(),
        sheet: sheet.map(Arc::new),
        background: background.map(Arc::new),
        microprint: Vec::new(),
        words: Arc::new(words),
    }
    .with_microprint(""))
}

const ONLY_PAGES: &str = "only single pages are put on sheets";

/// The pages of another layout on sheets.
fn imposed(
    place: &Place<'_>,
    sheet: Option<Spanned<SheetTable>>,
    has_boxes: bool,
    files: Files<'_>,
) -> Result<Layout, LayoutError> {
    let wrong = |what| place.error(0, LayoutProblem::Sheet { what });
    let Some(sheet) = sheet else {
        return Err(wrong("wanted [page] with boxes, or [sheet] with the layout of a card"));
    };
    let Some(name) = sheet.get_ref().layout.clone() else {
        return Err(wrong("[sheet] without [page] names the layout that it repeats: layout = \"card\""));
    };
    if has_boxes {
        return Err(wrong("boxes belong to a [page], and this file has none"));
    }
    plain_name(place, name.span().start, name.get_ref())?;
    let layout = read_at(&format!("{}.toml", name.get_ref()), files, false)?;
    if layout.sheet.is_some() || layout.roll {
        return Err(place.error(name.span().start, LayoutProblem::Sheet { what: ONLY_PAGES }));
    }
    let plan = SheetPlan::read(place, sheet, (layout.width, layout.height))?;
    Ok(Layout { sheet: Some(Arc::new(plan)), ..layout })
}

/// Refuses names with folders in them.
fn plain_name(place: &Place<'_>, at: usize, name: &str) -> Result<(), LayoutError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(plain) {
        return Ok(());
    }
    Err(place.error(at, LayoutProblem::FileName { name: name.to_owned() }))
}

fn symbol_from_edge(place: &Place<'_>, page: &PageTable, (width, height): (f32, f32)) -> Result<f32, LayoutError> {
    let Some(asked) = &page.symbol_from_edge else { return Ok(SYMBOL_FROM_EDGE) };
    let (at, found) = (asked.span().start, *asked.get_ref());
    let found = place.range(at, "symbol-from-edge", found, SYMBOL_FROM_CUT, 100.0)?;
    if found < SYMBOL_FROM_EDGE && width.min(height) > CARD && !page.roll {
        return Err(place.error(at, LayoutProblem::EdgeOfAPage { found, least: SYMBOL_FROM_EDGE }));
    }
    Ok(found)
}

fn background(
    place: &Place<'_>,
    name: &Spanned<String>,
    (width, height): (f32, f32),
    pale: [u8; 3],
    files: Files<'_>,
) -> Result<Option<Background>, LayoutError> {
    let at = name.span().start;
    Ok(match name.get_ref().as_str() {
        "plain" => None,
        "guilloche" => Some(Background::guilloche(width, height, pale)),
        "rosette" => Some(engraving::rosette(width, height, pale)),
        file => {
            plain_name(place, at, file)?;
            let missing = || place.error(at, LayoutProblem::NoFile { name: file.to_owned() });
            let TemplateFile { shown, bytes } = files(file).ok_or_else(missing)?;
            let drawn = svg::background(&bytes, width, height).map_err(|error| LayoutError {
                file: Some(shown),
                line: error.line,
                box_name: None,
                problem: error.problem.into(),
            })?;
            Some(drawn)
        }
    })
}

/// A name of a page or paper size, or two numbers in mm.
pub(super) fn page_size(place: &Place<'_>, size: &Spanned<Size>) -> Result<(f32, f32), LayoutError> {
    let at = size.span().start;
    match size.get_ref() {
        Size::Named(name) => match name.as_str() {
            "A4" => Ok((210.0, 297.0)),
            "A5" => Ok((148.0, 210.0)),
            "A6" => Ok((105.0, 148.0)),
            "Letter" => Ok((215.9, 279.4)),
            "ID-1" => Ok((85.6, 54.0)),
            _ => Err(place.error(at, LayoutProblem::PageSize { found: name.clone() })),
        },
        Size::Millimetres([width, height]) => Ok((
            place.range(at, "page width", *width, 20.0, 1200.0)?,
            place.range(at, "page height", *height, 20.0, 1200.0)?,
        )),
    }
}
