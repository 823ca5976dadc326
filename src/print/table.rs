//! A table: columns as wide as their texts ask for, smaller and then wrapped when the page is too narrow.
//!
//! A narrow page may give it fewer columns than it has: its rows, the head too, then go on on further lines.

use std::sync::Arc;

use super::certificate::Table;
use super::compose::{Canvas, factors, scaled, span};
use super::font::Weight;
use super::layout::{Align, Area, LayoutBox, Style};
use super::page::{Block, Item, Role};
use super::paragraph::{Fitted, MM_PER_POINT, Paragraph};

/// Lines that a cell may take.
const LINES_AT_MOST: usize = 6;
/// Space beside the text of a cell, in mm.
const PADDING: f32 = 1.6;
/// Space above and below the text of a cell, in mm at full size.
const ROW_SPACE: f32 = 1.1;
/// Thickness of the line under a row, in mm.
const HAIRLINE: f32 = 0.12;
/// Thickness of the line under the head, in mm.
const HEAD_LINE: f32 = 0.35;

/// A row of paragraphs, one a column.
type Cells<'a> = Vec<Vec<(Paragraph<'a>, Style)>>;

impl<'a> Canvas<'a> {
    pub(super) fn table(&mut self, one: &LayoutBox, area: Area) {
        let certificate = self.certificate;
        let Some(table) = certificate.table.as_ref().filter(|table| !table.head.is_empty()) else { return };
        let rows = self.table_rows(one, table);
        let columns = if one.columns > 1 { one.columns.min(table.head.len()) } else { table.head.len() };
        for factor in factors([one.style, one.second].iter()) {
            let Some(widths) = widths(&rows, columns, area.width, factor) else { continue };
            let Some((fitted, height)) = fit_rows(&rows, &widths, factor) else { continue };
            if height <= area.height {
                self.draw_table(area, &widths, fitted, ROW_SPACE * factor);
                return;
            }
        }
        self.overflow(one, area, format!("table of {} rows", table.rows.len()), one.style.fit.smallest);
    }

    /// The table over as many pages as it needs, each with the head again: the blocks of each page and where it ends, in mm.
    pub(super) fn paged_table(&mut self, one: &LayoutBox, first: Area, next: Area) -> Vec<(Vec<Block>, f32)> {
        let certificate = self.certificate;
        let Some(table) = certificate.table.as_ref().filter(|table| !table.head.is_empty()) else { return Vec::new() };
        let rows = self.table_rows(one, table);
        for factor in factors([one.style, one.second].iter()) {
            let Some(widths) = widths(&rows, table.head.len(), next.width, factor) else { continue };
            let Some((fitted, _)) = fit_rows(&rows, &widths, factor) else { continue };
            let Some(pages) = pages_of(fitted, first.height, next.height) else { continue };
            let mut drawn = Vec::new();
            for (number, rows) in pages.into_iter().enumerate() {
                let area = if number == 0 { first } else { next };
                let bottom = area.y + rows.iter().map(|row| row.height).sum::<f32>();
                self.draw_table(area, &widths, rows, ROW_SPACE * factor);
                drawn.push((std::mem::take(&mut self.blocks), bottom));
            }
            return drawn;
        }
        self.overflow(one, next, format!("table of {} rows", table.rows.len()), one.style.fit.smallest);
        Vec::new()
    }

    /// The head, each cell one or two texts under each other, and then the rows.
    fn table_rows(&mut self, one: &LayoutBox, table: &Table) -> Vec<Cells<'a>> {
        let mut bold = one.second;
        bold.face.weight = Weight::Bold;
        let mut head = Vec::new();
        for words in &table.head {
            let first = self.local(words.first(), &bold);
            let mut texts = vec![(self.paragraph(vec![first], "table head"), bold)];
            if let Some(second) = words.second() {
                let second = self.in_second(second, &one.second);
                texts.push((self.paragraph(vec![second], "table head"), one.second));
            }
            head.push(texts);
        }
        let mut rows = vec![head];
        for (number, row) in table.rows.iter().enumerate() {
            let mut cells = Vec::new();
            for (place, words) in table.head.iter().enumerate() {
                let cell = row.get(place).cloned().unwrap_or_default();
                let language: Option<Arc<str>> = cell.language.as_deref().map(Arc::from);
                let span = span(&cell.text, &one.style, cell.direction, language.as_ref());
                let field = format!("row {} {}", number + 1, words.first());
                cells.push(vec![(self.paragraph(vec![span], &field), one.style)]);
            }
            rows.push(cells);
        }
        rows
    }

    fn draw_table(&mut self, area: Area, widths: &[f32], rows: Vec<FittedRow>, space: f32) {
        let mut y = area.y;
        for row in rows {
            let mut x = if self.right_to_left { area.x + area.width } else { area.x };
            for (column, (texts, width)) in row.cells.into_iter().zip(widths).enumerate() {
                let column = row.first_column + column;
                if self.right_to_left {
                    x -= width;
                }
                // All the padding stands at the end: the first column is flush with the rest of the page.
                let start = if self.right_to_left { x + 2.0 * PADDING } else { x };
                let cell = Area { x: start, width: width - 2.0 * PADDING, ..area };
                self.begin(Role::Cell { row: row.number, column });
                let mut top = y + space + row.baseline - first_baseline(&texts);
                for text in texts {
                    let height = text.height;
                    self.lines(text, cell, top, Align::Start);
                    top += height;
                }
                if !self.right_to_left {
                    x += width;
                }
            }
            y += row.height;
            if !row.is_whole {
                continue;
            }
            let (height, lighter) = if row.number == 0 { (HEAD_LINE, 0) } else { (HAIRLINE, 3) };
            let colour = self.layout.ink.map(|channel| channel.saturating_add((255 - channel) / 4 * lighter));
            self.decoration(Item::Fill { area: Area { y: y - height, height, ..area }, colour });
        }
    }
}

/// Deals rows out to pages, the head to each; `None` when a row is higher than a page.
fn pages_of(rows: Vec<FittedRow>, first: f32, next: f32) -> Option<Vec<Vec<FittedRow>>> {
    let mut rows = rows.into_iter();
    let head = rows.next()?;
    let mut pages = vec![vec![head.clone()]];
    let mut left = first - head.height;
    for row in rows {
        if row.height > left {
            pages.push(vec![head.clone()]);
            left = next - head.height;
        }
        left -= row.height;
        if left < 0.0 {
            return None;
        }
        pages.last_mut()?.push(row);
    }
    Some(pages)
}

/// A line of a row.
#[derive(Clone)]
struct FittedRow {
    /// Which row of the table this is, the head being the first.
    number: usize,
    /// The column that its first cell belongs to.
    first_column: usize,
    /// Whether nothing of the row comes after it.
    is_whole: bool,
    cells: Vec<Vec<Fitted>>,
    /// Distance of the first baseline from the top of the row, the same for all cells.
    baseline: f32,
    height: f32,
}

fn first_baseline(texts: &[Fitted]) -> f32 {
    texts.first().and_then(|text| text.baselines.first()).copied().unwrap_or_default()
}

fn whole(text: &Paragraph<'_>) -> f32 {
    text.width()
}

fn unbreakable(text: &Paragraph<'_>) -> f32 {
    text.widest_part()
}

/// Column widths in mm that sum up to `total`: what the texts ask for, or, when that is too much, at least what the longest
/// parts that cannot be broken need. `None` when even that is too much.
fn widths(rows: &[Cells<'_>], columns: usize, total: f32, factor: f32) -> Option<Vec<f32>> {
    let widest = |column: usize, measure: fn(&Paragraph<'_>) -> f32| {
        let texts = rows.iter().flat_map(|row| row.iter().skip(column).step_by(columns)).flatten();
        let width = |(text, style): &(Paragraph<'_>, Style)| measure(text) * scaled(style, factor).size * MM_PER_POINT;
        texts.map(width).fold(0.0, f32::max) + 2.0 * PADDING + 0.1
    };
    let wanted: Vec<f32> = (0..columns).map(|column| widest(column, whole)).collect();
    let sum: f32 = wanted.iter().sum();
    if sum <= total {
        let share = (total - sum) / columns as f32;
        return Some(wanted.into_iter().map(|width| width + share).collect());
    }
    let least: Vec<f32> = (0..columns).map(|column| widest(column, unbreakable)).collect();
    let least_sum: f32 = least.iter().sum();
    if least_sum > total {
        return None;
    }
    let give = (total - least_sum) / (sum - least_sum).max(0.01);
    Some(wanted.iter().zip(&least).map(|(wanted, least)| least + (wanted - least) * give).collect())
}

fn fit_rows(rows: &[Cells<'_>], widths: &[f32], factor: f32) -> Option<(Vec<FittedRow>, f32)> {
    let mut sum = 0.0;
    let mut fitted_rows = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for (line, cells) in row.chunks(widths.len()).enumerate() {
            let first_column = line * widths.len();
            let is_whole = first_column + cells.len() == row.len();
            let cells = fit_cells(cells, widths, factor)?;
            let baseline = cells.iter().map(|cell| first_baseline(cell)).fold(0.0, f32::max);
            let below = |cell: &Vec<Fitted>| cell.iter().map(|text| text.height).sum::<f32>() - first_baseline(cell);
            let spaces = if is_whole { 2.0 } else { 1.0 };
            let height = baseline + cells.iter().map(below).fold(0.0, f32::max) + spaces * ROW_SPACE * factor;
            sum += height;
            fitted_rows.push(FittedRow { number, first_column, is_whole, cells, baseline, height });
        }
    }
    Some((fitted_rows, sum))
}

fn fit_cells(cells: &[Vec<(Paragraph<'_>, Style)>], widths: &[f32], factor: f32) -> Option<Vec<Vec<Fitted>>> {
    let fit_cell = |(texts, width): (&Vec<(Paragraph<'_>, Style)>, &f32)| {
        let fit = |(text, style): &(Paragraph<'_>, Style)| {
            text.fit(scaled(style, factor).wrapping_only(), width - 2.0 * PADDING, f32::MAX, LINES_AT_MOST)
        };
        texts.iter().map(fit).collect()
    };
    cells.iter().zip(widths).map(fit_cell).collect()
}
