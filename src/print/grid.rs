//! Labelled values in columns.

use super::certificate::{Direction, FieldLine};
use super::compose::{Canvas, factors, scaled};
use super::font::Weight;
use super::layout::{Align, Area, LayoutBox, Particular, Style};
use super::page::Item;
use super::paragraph::{Fitted, Paragraph};
use super::words::FixedWords;

/// Lines that a label or a value may take.
const LINES_AT_MOST: usize = 12;
/// Space between rows, in mm at full size.
const BETWEEN_ROWS: f32 = 3.0;
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
    pub(super) fn fields(&mut self, one: &LayoutBox, area: Area) {
        let certificate = self.certificate;
        let entries = certificate.fields.iter().map(|field| self.entry(one, field, one.style)).collect();
        self.grid(one, area, entries);
    }

    pub(super) fn particulars(&mut self, one: &LayoutBox, area: Area) {
        let entries = one.items.iter().filter_map(|item| self.particular(one, *item)).collect();
        self.grid(one, area, entries);
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
        Some(self.entry(one, &FieldLine { label, value, direction, name: name.to_owned() }, style))
    }

    fn entry(&mut self, one: &LayoutBox, field: &FieldLine, value_style: Style) -> Entry<'a> {
        let label = self.label(&field.label, &one.second);
        let value = self.span(&field.value, &value_style, field.direction, None);
        Entry {
            label: self.paragraph(label, &field.name),
            value: self.paragraph(vec![value], &field.name),
            value_style,
            field: field.name.clone(),
        }
    }

    /// Draws entries row by row in the columns of the box, all smaller until they fit.
    fn grid(&mut self, one: &LayoutBox, area: Area, entries: Vec<Entry<'_>>) {
        let columns = one.columns.clamp(1, entries.len().max(1));
        let column = (area.width - one.gap * (columns - 1) as f32) / columns as f32;
        let mut too_wide = None;
        for factor in factors([one.style, one.second].iter()) {
            match rows(&entries, columns, column, &one.second, factor) {
                Err(field) => too_wide = Some(field),
                Ok((rows, height)) if height <= area.height => {
                    self.draw_grid(one, area, column, rows);
                    return;
                }
                Ok(_) => too_wide = None,
            }
        }
        let field = too_wide.or_else(|| entries.last().map(|entry| entry.field.clone())).unwrap_or_default();
        self.overflow(one, area, field, one.style.fit.smallest);
    }

    fn draw_grid(&mut self, one: &LayoutBox, area: Area, column: f32, rows: Vec<Row>) {
        let last = rows.len();
        for (number, row) in rows.into_iter().enumerate() {
            for (place, (label, value)) in row.cells.into_iter().enumerate() {
                let shift = place as f32 * (column + one.gap);
                let x = if self.right_to_left { area.x + area.width - column - shift } else { area.x + shift };
                let cell = Area { x, width: column, ..area };
                let under = area.y + row.top + label.height;
                self.lines(label, cell, area.y + row.top, Align::Start);
                self.lines(value, cell, under, Align::Start);
            }
            if one.ruled && number + 1 < last {
                let y = area.y + row.top + row.height + row.gap / 2.0;
                let line = Area { y, height: HAIRLINE, ..area };
                let colour = self.layout.ink.map(|channel| channel.saturating_add((255 - channel) / 4 * 3));
                self.items.push(Item::Fill { area: line, colour });
            }
        }
    }
}

struct Row {
    top: f32,
    height: f32,
    gap: f32,
    cells: Vec<(Fitted, Fitted)>,
}

/// Fits all entries at one factor; the error names the field that is too wide.
fn rows(
    entries: &[Entry<'_>],
    columns: usize,
    width: f32,
    label_style: &Style,
    factor: f32,
) -> Result<(Vec<Row>, f32), String> {
    let gap = BETWEEN_ROWS * factor;
    let mut top = 0.0;
    let mut rows = Vec::new();
    for entries in entries.chunks(columns) {
        let mut cells = Vec::new();
        let mut height = 0.0_f32;
        for entry in entries {
            let fit = |text: &Paragraph, style| text.fit(scaled(style, factor), width, f32::MAX, LINES_AT_MOST);
            let pair = fit(&entry.label, label_style).zip(fit(&entry.value, &entry.value_style));
            let (label, value) = pair.ok_or_else(|| entry.field.clone())?;
            height = height.max(label.height + value.height);
            cells.push((label, value));
        }
        rows.push(Row { top, height, gap, cells });
        top += height + gap;
    }
    Ok((rows, (top - gap).max(0.0)))
}
