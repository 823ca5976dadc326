//! Labelled values in columns.

use std::sync::Arc;

use super::certificate::{Direction, FieldLine};
use super::compose::{Canvas, factors, scaled, span};
use super::font::Weight;
use super::layout::{Align, Area, LayoutBox, Particular, Show, Style};
use super::page::{Item, Role};
use super::paragraph::{Fitted, Paragraph};
use super::words::FixedWords;

/// Lines that a label or a value may take.
const LINES_AT_MOST: usize = 12;
/// Space between rows, in mm a point of the values' size: 3 mm at 11 points.
const BETWEEN_ROWS: f32 = 3.0 / 11.0;
/// Space that may be added between rows when the box is not full, in mm a point.
const SPARE_AT_MOST: f32 = 2.5 / 11.0;
/// Thickness of the line between rows, in mm.
const HAIRLINE: f32 = 0.12;
/// Space between the letters of a serial, in em.
const SERIAL_TRACKING: f32 = 0.08;

/// A label and a value, shaped.
struct Entry<'a> {
    label: Paragraph<'a>,
    value: Paragraph<'a>,
    value_style: Style,
    field: String,
}

impl<'a> Canvas<'a> {
    /// The fields, or the share of them that this box has: they go on from one box to the next that shows fields.
    pub(super) fn fields(&mut self, one: &LayoutBox, area: Area) {
        let certificate = self.certificate;
        let entries: Vec<_> = certificate.fields.iter().map(|field| self.entry(one, field, one.style)).collect();
        let boxes: Vec<&LayoutBox> =
            self.layout.boxes.iter().filter(|other| other.show == Show::Fields && self.is_there(other)).collect();
        if boxes.len() < 2 {
            return self.grid(one, area, &entries, 1.0);
        }
        let (factor, ends) = shares(&boxes, &entries);
        let Some(place) = boxes.iter().position(|other| other.name == one.name) else { return };
        let start = if place == 0 { 0 } else { ends[place - 1] };
        // What found no place anywhere is the last box's to report.
        let end = if place + 1 == boxes.len() { entries.len() } else { ends[place] };
        self.grid(one, area, &entries[start..end], factor);
    }

    pub(super) fn particulars(&mut self, one: &LayoutBox, area: Area) {
        let entries: Vec<_> = one.items.iter().filter_map(|item| self.particular(one, *item)).collect();
        self.grid(one, area, &entries, 1.0);
    }

    fn particular(&mut self, one: &LayoutBox, item: Particular) -> Option<Entry<'a>> {
        let certificate = self.certificate;
        let mut style = one.style;
        let (word, value, name): (fn(&FixedWords) -> &str, _, _) = match item {
            Particular::Serial => (|words| &words.serial, certificate.serial.clone(), "serial"),
            Particular::Issued => (|words| &words.issued, certificate.issued.clone(), "issued"),
            Particular::ValidUntil => (|words| &words.valid_until, certificate.valid_until.clone()?, "valid until"),
            Particular::Copy => (|words| &words.copy, certificate.copy?.to_string(), "copy"),
            Particular::Supersedes => (|words| &words.replaces, certificate.supersedes.clone()?, "supersedes"),
            Particular::Issuer => (|words| &words.issuer, certificate.issuer.clone(), "issuer"),
        };
        let direction = if item == Particular::Issuer { Direction::Auto } else { Direction::LeftToRight };
        if matches!(item, Particular::Serial | Particular::Supersedes) {
            style.face.tracking = SERIAL_TRACKING;
        }
        if item == Particular::Serial {
            style.face.weight = Weight::Bold;
        }
        let label = self.word(word);
        Some(self.entry(one, &FieldLine { label, value, direction, language: None, name: name.to_owned() }, style))
    }

    fn entry(&mut self, one: &LayoutBox, field: &FieldLine, value_style: Style) -> Entry<'a> {
        let label = self.label(&field.label, &one.second);
        let language: Option<Arc<str>> = field.language.as_deref().map(Arc::from);
        let value = span(&field.value, &value_style, field.direction, language.as_ref());
        Entry {
            label: self.paragraph(label, &field.name),
            value: self.paragraph(vec![value], &field.name),
            value_style,
            field: field.name.clone(),
        }
    }

    /// Draws entries row by row in the columns of the box, all smaller until they fit.
    fn grid(&mut self, one: &LayoutBox, area: Area, entries: &[Entry<'_>], largest: f32) {
        let (columns, column) = columns(one, area, entries.len());
        let mut too_wide = None;
        for factor in factors([one.style, one.second].iter()).filter(|factor| *factor <= largest) {
            match rows(entries, columns, column, one, factor) {
                Err(field) => too_wide = Some(field),
                Ok((rows, height)) if height <= area.height => {
                    self.draw_grid(one, area, column, rows, height);
                    return;
                }
                Ok(_) => too_wide = None,
            }
        }
        let field = too_wide.or_else(|| entries.last().map(|entry| entry.field.clone())).unwrap_or_default();
        self.overflow(one, area, field, one.style.fit.smallest);
    }

    fn draw_grid(&mut self, one: &LayoutBox, area: Area, column: f32, rows: Vec<Row>, height: f32) {
        let last = rows.len();
        // Space that is left over opens the rows a little.
        let most = if self.layout.roll { 0.0 } else { one.row_gap.unwrap_or(SPARE_AT_MOST * one.style.fit.size) };
        let spare = ((area.height - height) / last.max(1) as f32).clamp(0.0, most);
        for (number, mut row) in rows.into_iter().enumerate() {
            row.top += spare * number as f32;
            row.gap += spare;
            for (place, (label, value)) in row.cells.into_iter().enumerate() {
                let shift = place as f32 * (column + one.gap);
                let x = if self.right_to_left { area.x + area.width - column - shift } else { area.x + shift };
                let cell = Area { x, width: column, ..area };
                // All labels of a row share a baseline, and all values.
                let label_top = area.y + row.top + row.label_baseline - first_baseline(&label);
                let value_top = area.y + row.top + row.value_baseline - first_baseline(&value);
                self.begin(Role::Label);
                self.lines(label, cell, label_top, Align::Start);
                self.begin(Role::Value);
                self.lines(value, cell, value_top, Align::Start);
            }
            if one.ruled && number + 1 < last {
                let y = area.y + row.top + row.height + row.gap / 2.0;
                let line = Area { y, height: HAIRLINE, ..area };
                let colour = self.layout.ink.map(|channel| channel.saturating_add((255 - channel) / 4 * 3));
                self.decoration(Item::Fill { area: line, colour });
            }
        }
    }
}

/// Number and width of the columns.
fn columns(one: &LayoutBox, area: Area, entries: usize) -> (usize, f32) {
    let columns = one.columns.clamp(1, entries.max(1));
    (columns, (area.width - one.gap * (columns - 1) as f32) / columns as f32)
}

/// Deals entries out to several boxes: the factor that all are shrunk by, and for each box the entry after its last.
fn shares(boxes: &[&LayoutBox], entries: &[Entry<'_>]) -> (f32, Vec<usize>) {
    let mut found = (1.0, vec![0; boxes.len()]);
    for factor in factors(boxes.iter().flat_map(|one| [&one.style, &one.second])) {
        let mut start = 0;
        let mut ends = Vec::with_capacity(boxes.len());
        for one in boxes {
            start += taken(one, &entries[start..], factor);
            ends.push(start);
        }
        found = (factor, ends);
        if start == entries.len() {
            break;
        }
    }
    found
}

/// How many entries a box holds at a factor, in whole rows.
fn taken(one: &LayoutBox, entries: &[Entry<'_>], factor: f32) -> usize {
    let (columns, column) = columns(one, one.area, entries.len());
    let mut held = 0;
    for end in (columns..entries.len() + columns).step_by(columns).map(|end| end.min(entries.len())) {
        match rows(&entries[..end], columns, column, one, factor) {
            Ok((_, height)) if height <= one.area.height => held = end,
            _ => break,
        }
    }
    held
}

fn first_baseline(text: &Fitted) -> f32 {
    text.baselines.first().copied().unwrap_or_default()
}

struct Row {
    top: f32,
    label_baseline: f32,
    value_baseline: f32,
    height: f32,
    gap: f32,
    cells: Vec<(Fitted, Fitted)>,
}

/// Fits all entries at one factor; the error names the field that is too wide.
fn rows(
    entries: &[Entry<'_>],
    columns: usize,
    width: f32,
    one: &LayoutBox,
    factor: f32,
) -> Result<(Vec<Row>, f32), String> {
    let gap = one.row_gap.unwrap_or(BETWEEN_ROWS * one.style.fit.size) * factor;
    let mut top = 0.0;
    let mut rows = Vec::new();
    for entries in entries.chunks(columns) {
        let mut cells = Vec::new();
        for entry in entries {
            let fit = |text: &Paragraph<'_>, style| text.fit(scaled(style, factor), width, f32::MAX, LINES_AT_MOST);
            let pair = fit(&entry.label, &one.second).zip(fit(&entry.value, &entry.value_style));
            cells.push(pair.ok_or_else(|| entry.field.clone())?);
        }
        let most = |measure: &dyn Fn(&(Fitted, Fitted)) -> f32| cells.iter().map(measure).fold(0.0, f32::max);
        let label_baseline = most(&|(label, _)| first_baseline(label));
        let labels = label_baseline + most(&|(label, _)| label.height - first_baseline(label));
        let value_baseline = labels + most(&|(_, value)| first_baseline(value));
        let height = value_baseline + most(&|(_, value)| value.height - first_baseline(value));
        rows.push(Row { top, label_baseline, value_baseline, height, gap, cells });
        top += height + gap;
    }
    Ok((rows, (top - gap).max(0.0)))
}
