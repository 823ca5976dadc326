//! What is drawn on a sheet beside its pages: crop marks, folds, a bar of known length, the number of the sheet.

use super::certificate::Direction;
use super::font::Fonts;
use super::layout::Area;
use super::page::Item;
use super::paragraph::{MM_PER_POINT, Paragraph};
use super::sheet::Grid;
use super::text::{Face, Span};

/// Colour of marks.
const GREY: [u8; 3] = [0x70; 3];
/// Thickness of a mark, in mm.
const HAIRLINE: f32 = 0.12;
/// Length of a crop mark, in mm.
const CROP: f32 = 4.0;
/// Between the page and its crop mark, in mm: what a cut may be off without leaving a trace.
const FROM_PAGE: f32 = 1.5;
/// Length of a fold's mark at the edge of the sheet, in mm.
const FOLD: f32 = 9.0;
/// Length of the bar that shows whether the sheet was printed at 100 %, in mm.
const SCALE: f32 = 50.0;
/// Size of numbers on a sheet, in points.
const SIZE: f32 = 6.0;
/// Least margin that marks with text are put into, in mm.
const MARGIN: f32 = 9.0;

fn bar(x: f32, y: f32, width: f32, height: f32) -> Item {
    Item::Fill { area: Area { x, y, width, height }, colour: GREY }
}

/// Marks around the grid, in line with every edge of its pages.
pub(super) fn crops(grid: &Grid, page: (f32, f32)) -> Vec<Item> {
    let (width, height) = grid.taken(page);
    let [left, top] = grid.origin;
    let mut marks = Vec::new();
    for x in edges(left, page.0, grid.gap[0], grid.columns) {
        for y in [top - FROM_PAGE - CROP, top + height + FROM_PAGE] {
            marks.push(bar(x - HAIRLINE / 2.0, y, HAIRLINE, CROP));
        }
    }
    for y in edges(top, page.1, grid.gap[1], grid.rows) {
        for x in [left - FROM_PAGE - CROP, left + width + FROM_PAGE] {
            marks.push(bar(x, y - HAIRLINE / 2.0, CROP, HAIRLINE));
        }
    }
    marks
}

/// Both edges of each of `count` pages in a row; where there is no gap, one for two neighbours.
fn edges(start: f32, side: f32, gap: f32, count: usize) -> Vec<f32> {
    let pages = (0..count).flat_map(|n| {
        let near = start + (side + gap) * n as f32;
        [near, near + side]
    });
    let mut edges: Vec<f32> = pages.collect();
    edges.dedup_by(|a, b| (*a - *b).abs() < 0.01);
    edges
}

/// Marks at the edges of a sheet that is folded at half its width and height, and a cross where the folds meet.
pub(super) fn folds(width: f32, height: f32) -> Vec<Item> {
    let (x, y) = (width / 2.0 - HAIRLINE / 2.0, height / 2.0 - HAIRLINE / 2.0);
    let cross = FOLD / 3.0;
    vec![
        bar(x, 0.0, HAIRLINE, FOLD),
        bar(x, height - FOLD, HAIRLINE, FOLD),
        bar(0.0, y, FOLD, HAIRLINE),
        bar(width - FOLD, y, FOLD, HAIRLINE),
        bar(x, y - cross / 2.0, HAIRLINE, cross),
        bar(x - cross / 2.0, y, cross, HAIRLINE),
    ]
}

/// What stands under a grid of pages, when there is room: the bar at the left, the sheet's number at the right.
pub(super) fn foot(fonts: &Fonts, foot: Area, number: Option<(usize, usize)>) -> Vec<Item> {
    let mut marks = Vec::new();
    if foot.height < MARGIN {
        return marks;
    }
    let y = foot.y + FROM_PAGE + CROP + 1.0;
    if foot.width >= SCALE * 2.0 {
        marks.push(bar(foot.x, y, SCALE, HAIRLINE));
        for x in [foot.x, foot.x + SCALE - HAIRLINE] {
            marks.push(bar(x, y - 0.9, HAIRLINE, 1.8));
        }
        marks.extend(text(fonts, "100 % = 50 mm", foot.x + SCALE + 2.0, y + 0.7));
    }
    if let Some((number, total)) = number {
        let shown = format!("{number} / {total}");
        let x = foot.x + foot.width - width(fonts, &shown);
        marks.extend(text(fonts, &shown, x, y + 0.7));
    }
    marks
}

fn paragraph<'a>(fonts: &'a Fonts, shown: &str) -> Paragraph<'a> {
    let face = Face { colour: GREY, scale: 1.0, ..Face::default() };
    let direction = Direction::LeftToRight;
    Paragraph::new(fonts, vec![Span { text: shown.to_owned(), face, direction, language: None }], false)
}

fn width(fonts: &Fonts, shown: &str) -> f32 {
    paragraph(fonts, shown).width() * SIZE * MM_PER_POINT
}

/// Digits and signs on a baseline.
fn text(fonts: &Fonts, shown: &str, x: f32, y: f32) -> Vec<Item> {
    let mut x = x;
    let runs = paragraph(fonts, shown).line().runs.into_iter();
    runs.map(|run| {
        let start = x;
        x += run.width * SIZE * MM_PER_POINT;
        Item::Text { x: start, y, size: SIZE * run.face.scale, run }
    })
    .collect()
}
