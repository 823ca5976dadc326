//! What the boxes of a page show, apart from grids and tables.

use std::sync::Arc;

use super::certificate::{Direction, Words};
use super::compose::{Canvas, Part, span};
use super::font::Weight;
use super::layout::{Area, LayoutBox, Style};
use super::matrix;
use super::page::{Item, Role};
use super::preflight::Problem;
use super::text::Span;

const WHITE: [u8; 3] = [255; 3];

/// Length of the scale mark, in mm, that the fixed words speak of.
const SCALE_MARK: &str = "50";
/// Thickness of the scale mark and of the photo's frame, in mm.
const HAIRLINE: f32 = 0.2;
/// Space between the outline of a symbol's box and its quiet zone, in mm.
pub(super) const OUTLINE_GAP: f32 = 0.4;
/// So that a box of the symbol's own height holds it after rounding to dots, in mm.
const DOT_TO_SPARE: f32 = 0.13;
/// Height of the scale mark's ends, in mm.
const TICK: f32 = 2.0;

impl Canvas<'_> {
    pub(super) fn title(&mut self, one: &LayoutBox, area: Area) {
        let title = &self.certificate.title;
        let mut parts = vec![part(self.local(title.first(), &one.style), one.style, 0.0, "title")];
        parts[0].role = Role::Title;
        if let Some(second) = title.second() {
            parts.push(part(self.in_second(second, &one.second), one.second, 1.0, "title"));
        }
        self.block(one, area, parts);
    }

    pub(super) fn issuer(&mut self, one: &LayoutBox, area: Area) {
        let certificate = self.certificate;
        let mut parts =
            vec![part(span(&certificate.issuer, &one.style, Direction::Auto, None), one.style, 0.0, "issuer")];
        if let Some(country) = &certificate.issuer_country {
            parts.push(part(span(country, &one.second, Direction::Auto, None), one.second, 0.5, "issuer country"));
        }
        self.block(one, area, parts);
    }

    pub(super) fn names(&mut self, one: &LayoutBox, area: Area) {
        let mut parts = Vec::new();
        for (place, name) in self.certificate.names.iter().enumerate() {
            let style = if place == 0 { one.style } else { one.second };
            let language: Option<Arc<str>> = name.language.as_deref().map(Arc::from);
            let span = span(&name.text, &style, Direction::Auto, language.as_ref());
            parts.push(part(span, style, 1.5, name.column_name()));
        }
        self.block(one, area, parts);
    }

    pub(super) fn caption(&mut self, one: &LayoutBox, area: Area) {
        let words = self.word(|words| &words.caption);
        let spans = self.label(&words, &one.style);
        self.block(
            one,
            area,
            vec![Part { spans, style: one.style, before: 0.0, field: "caption", shrinks: true, role: Role::Paragraph }],
        );
    }

    pub(super) fn how_to_check(&mut self, one: &LayoutBox, area: Area) {
        let head = self.word(|words| &words.how);
        let [first, second] = self.layout.words.steps(self.languages(), self.certificate.photo.is_some());
        let bold = |style: Style| {
            let mut style = style;
            style.face.weight = Weight::Bold;
            style
        };
        let mut parts: Vec<Part<'_>> = Vec::new();
        parts.push(part(self.local(head.first(), &bold(one.style)), bold(one.style), 0.0, "how to check"));
        for step in first {
            parts.push(part(self.local(&step, &one.style), one.style, 0.6, "how to check"));
        }
        if let (Some(head), false) = (head.second(), second.is_empty()) {
            parts.push(part(self.in_second(head, &bold(one.second)), bold(one.second), 2.0, "how to check"));
            for step in second {
                parts.push(part(self.in_second(&step, &one.second), one.second, 0.5, "how to check"));
            }
        }
        for part in &mut parts {
            part.shrinks = false;
        }
        self.block(one, area, parts);
    }

    pub(super) fn scale_mark(&mut self, one: &LayoutBox, area: Area) {
        let colour = self.layout.ink;
        let length = one.largest;
        let left = if self.right_to_left { area.x + area.width - length } else { area.x };
        let bar = |x, y, width, height| Item::Fill { area: Area { x, y, width, height }, colour };
        self.decoration(bar(left, area.y + (TICK - HAIRLINE) / 2.0, length, HAIRLINE));
        self.decoration(bar(left, area.y, HAIRLINE, TICK));
        self.decoration(bar(left + length - HAIRLINE, area.y, HAIRLINE, TICK));
        let under = Area { y: area.y + TICK + 0.6, height: area.height - TICK - 0.6, ..area };
        let words = self.word(|words| &words.scale);
        // A paper narrower than the usual bar has a shorter one, and says so.
        let says = length.round().to_string();
        let said = |text: &str| text.replace(SCALE_MARK, &says);
        let words = Words::new(said(words.first()), words.second().map(said));
        let spans = self.label(&words, &one.style);
        self.block(
            one,
            under,
            vec![Part {
                spans,
                style: one.style,
                before: 0.0,
                field: "scale mark",
                shrinks: true,
                role: Role::Paragraph,
            }],
        );
    }

    /// The number of members, and where their names are: a paper without room for the table must not seem to be all.
    pub(super) fn member_count(&mut self, one: &LayoutBox, area: Area) {
        let Some(table) = &self.certificate.table else { return };
        let words = self.word(|words| &words.members);
        let head = self.label(&words, &one.second);
        let (count, style) = (table.rows.len().to_string(), one.style);
        let inside = self.word(|words| &words.members_inside);
        let inside = self.label(&inside, &one.second);
        let mut parts = vec![
            Part { spans: head, style: one.second, before: 0.0, field: "members", shrinks: true, role: Role::Label },
            part(span(&count, &style, Direction::LeftToRight, None), style, 0.0, "members"),
            Part {
                spans: inside,
                style: one.second,
                before: 0.3,
                field: "members",
                shrinks: true,
                role: Role::Paragraph,
            },
        ];
        parts[1].role = Role::Value;
        self.block(one, area, parts);
    }

    /// Which sheet of the batch this is, when sheets are numbered.
    pub(super) fn sheet_number(&mut self, one: &LayoutBox, area: Area) {
        let Some((number, total)) = self.number else { return };
        let shown = format!("{number} / {total}");
        let mut parts =
            vec![part(span(&shown, &one.style, Direction::LeftToRight, None), one.style, 0.0, "sheet number")];
        parts[0].role = Role::Decoration;
        self.block(one, area, parts);
    }

    pub(super) fn photo(&mut self, area: Area) {
        let Some(picture) = &self.certificate.photo else { return };
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let scale = (area.width / width).min(area.height / height);
        let (width, height) = (width * scale, height * scale);
        let x = area.x + (area.width - width) / 2.0;
        let framed = Area { x, y: area.y, width, height };
        let frame = Area {
            x: x - HAIRLINE,
            y: area.y - HAIRLINE,
            width: width + 2.0 * HAIRLINE,
            height: height + 2.0 * HAIRLINE,
        };
        self.decoration(Item::Fill { area: frame, colour: self.layout.ink });
        let words = self.word(|words| &words.photo);
        self.begin(Role::Figure { alternative: words.first().to_owned() });
        self.put(Item::Picture { area: framed, picture: Arc::new(picture.clone()) });
    }

    pub(super) fn symbol(&mut self, one: &LayoutBox, area: Area) {
        let symbols = &self.certificate.symbols;
        let plan = match (symbols.iter().map(crate::symbol::Matrix::width).max(), self.planned) {
            (Some(modules), _) => (symbols.len(), modules),
            (None, Some(planned)) => (planned.count.max(1), planned.modules),
            (None, None) => return,
        };
        let (count, modules) = plan;
        let inner = area.inset(OUTLINE_GAP);
        let (mut area, mut inner) = (area, inner);
        if let (true, Ok(placed)) =
            (self.layout.roll, &matrix::place(inner, count, modules, one.largest, self.layout.dots_per_inch))
        {
            inner.height = matrix::height(inner, count, placed) + DOT_TO_SPARE;
            area.height = inner.height + 2.0 * OUTLINE_GAP;
        }
        match matrix::place(inner, count, modules, one.largest, self.layout.dots_per_inch) {
            Err(matrix::TooSmall { wanted, found }) => {
                self.problems.push(Problem::SymbolTooLarge { box_name: one.name.clone(), modules, wanted, found });
            }
            Ok(places) => {
                self.decoration(Item::Fill { area, colour: WHITE });
                self.outline(area);
                let words = self.word(|words| &words.symbol);
                self.begin(Role::Figure { alternative: words.first().to_owned() });
                for (placed, matrix) in places.iter().zip(symbols) {
                    // A smaller part of a set keeps the module size of the largest, in the middle of its frame.
                    let spare = (modules - matrix.width()) / 2;
                    let shift = spare as f32 * placed.module;
                    self.put(Item::Symbol {
                        x: placed.x + shift,
                        y: placed.y + shift,
                        module: placed.module,
                        matrix: Arc::new(matrix.clone()),
                    });
                }
            }
        }
    }

    /// A hairline around an area, inside it.
    fn outline(&mut self, area: Area) {
        let colour = self.layout.ink.map(|channel| channel.saturating_add((255 - channel) / 4 * 3));
        let Area { x, y, width, height } = area;
        let (right, bottom) = (x + width - HAIRLINE, y + height - HAIRLINE);
        let sides = [
            (x, y, width, HAIRLINE),
            (x, bottom, width, HAIRLINE),
            (x, y, HAIRLINE, height),
            (right, y, HAIRLINE, height),
        ];
        for (x, y, width, height) in sides {
            self.decoration(Item::Fill { area: Area { x, y, width, height }, colour });
        }
    }

    /// A label in both languages: the document's first, the second after it and lighter.
    pub(super) fn label(&self, words: &Words, style: &Style) -> Vec<Span> {
        let mut spans = vec![self.local(words.first(), style)];
        if let Some(second) = words.second() {
            let mut lighter = *style;
            lighter.face.colour = style.face.colour.map(|channel| channel.saturating_add((255 - channel) / 4));
            lighter.face.weight = Weight::Regular;
            spans.push(self.in_second("  ·  ", &lighter));
            spans.push(self.in_second(second, &lighter));
        }
        spans
    }
}

fn part(span: Span, style: Style, before: f32, field: &str) -> Part<'_> {
    Part { spans: vec![span], style, before, field, shrinks: true, role: Role::Paragraph }
}
