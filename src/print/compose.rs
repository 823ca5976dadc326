//! Certificate + layout → page in millimetres.

use std::sync::Arc;

use unicode_bidi::get_base_direction;

use super::certificate::{Certificate, Direction, Words};
use super::font::Fonts;
use super::layout::{Align, Area, Layout, LayoutBox, Show, Side, Style};
use super::page::{Block, Item, Page, Role};
use super::paragraph::{Fit, Fitted, Paragraph};
use super::preflight::{Overflow, Problem, SymbolPlan, check_texts};
use super::roll::{Cuts, Used};
use super::sheet::Faces;
use super::text::Span;
use super::words::{FixedWords, Languages};

/// Each try of a whole block is this much smaller than the one before.
const BLOCK_SHRINK: f32 = 0.96;

/// Lines that a single text may take.
const LINES_AT_MOST: usize = 40;

/// Composes all sides; without symbols, room is kept for the planned ones.
pub(super) fn compose(
    certificate: &Certificate,
    layout: &Layout,
    fonts: &Fonts,
    planned: Option<SymbolPlan>,
) -> Result<Faces, Vec<Problem>> {
    compose_numbered(certificate, layout, fonts, planned, None)
}

/// The same, on a sheet that says which of how many it is.
pub(super) fn compose_numbered(
    certificate: &Certificate,
    layout: &Layout,
    fonts: &Fonts,
    planned: Option<SymbolPlan>,
    number: Option<(usize, usize)>,
) -> Result<Faces, Vec<Problem>> {
    let problems = check_texts(certificate);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut canvas = Canvas::new(certificate, layout, fonts, planned);
    canvas.number = number;
    canvas.check_places();
    let sides = layout.sides();
    let pages: Vec<_> = sides.into_iter().map(|side| (side, canvas.side(side))).collect();
    if canvas.problems.is_empty() {
        Ok(Faces { pages, right_to_left: canvas.right_to_left })
    } else {
        Err(canvas.problems)
    }
}

/// One text of a block: spans, their style, the space above, and what to call it in an error.
pub(super) struct Part<'a> {
    pub(super) spans: Vec<Span>,
    pub(super) style: Style,
    pub(super) before: f32,
    pub(super) field: &'a str,
    /// Whether the text may shrink on its own before it wraps.
    pub(super) shrinks: bool,
    pub(super) role: Role,
}

/// A page while it is being composed.
pub(super) struct Canvas<'a> {
    pub(super) certificate: &'a Certificate,
    pub(super) layout: &'a Layout,
    pub(super) fonts: &'a Fonts,
    pub(super) planned: Option<SymbolPlan>,
    pub(super) right_to_left: bool,
    pub(super) blocks: Vec<Block>,
    pub(super) problems: Vec<Problem>,
    /// Lower end of what was drawn last, in mm.
    pub(super) bottom: Option<f32>,
    pub(super) number: Option<(usize, usize)>,
    language: Arc<str>,
    second: Arc<str>,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(
        certificate: &'a Certificate,
        layout: &'a Layout,
        fonts: &'a Fonts,
        planned: Option<SymbolPlan>,
    ) -> Self {
        let right_to_left = match layout.words.of(&certificate.language) {
            Some(words) => words.right_to_left,
            None => get_base_direction(certificate.title.first()) == unicode_bidi::Direction::Rtl,
        };
        Self {
            certificate,
            layout,
            fonts,
            planned,
            right_to_left,
            blocks: Vec::new(),
            problems: Vec::new(),
            bottom: None,
            number: None,
            language: certificate.language.as_str().into(),
            second: certificate.second_language.as_deref().unwrap_or("en").into(),
        }
    }

    /// What the certificate has must have a box: silently leaving something out would be a lie.
    fn check_places(&mut self) {
        let certificate = self.certificate;
        let wanted = [
            (&[Show::Table, Show::MemberCount][..], certificate.table.is_some(), "table"),
            (&[Show::Photo], certificate.photo.is_some(), "photo"),
            (&[Show::Fields], !certificate.fields.is_empty(), "fields"),
            (&[Show::Names], !certificate.names.is_empty(), "names"),
        ];
        for (shows, needed, what) in wanted {
            if needed && !self.layout.boxes.iter().any(|one| shows.contains(&one.show) && self.is_there(one)) {
                self.problems.push(Problem::NoBox { what });
            }
        }
        if certificate.symbols.is_empty() && self.planned.is_none() {
            self.problems.push(Problem::NoSymbol);
        }
    }

    pub(super) fn is_there(&self, one: &LayoutBox) -> bool {
        one.when.holds(self.certificate.photo.is_some(), self.certificate.table.is_some())
    }

    /// Composes a side of the paper.
    fn side(&mut self, side: Side) -> Page {
        let layout = self.layout;
        let boxes = layout.boxes.iter().filter(|one| one.side == side);
        let height = if layout.roll {
            self.on_a_roll(boxes)
        } else {
            boxes.for_each(|one| self.show(one));
            layout.height
        };
        Page {
            width: layout.width,
            height,
            dots_per_inch: layout.dots_per_inch,
            language: Arc::clone(&self.language),
            blocks: std::mem::take(&mut self.blocks),
            attachments: if side == Side::Front { self.certificate.attachments.clone() } else { Vec::new() },
            background: layout.ground(side),
            fonts: self.fonts.clone(),
        }
    }

    /// Draws the boxes, each moved up by what those above it left free, and returns the height of the page.
    fn on_a_roll<'b>(&mut self, boxes: impl Iterator<Item = &'b LayoutBox>) -> f32 {
        let mut used = Vec::new();
        let mut drawn = Vec::new();
        for one in boxes {
            self.bottom = None;
            self.show(one);
            used.push(Used { area: one.area, bottom: self.bottom });
            drawn.push((one.area.y, std::mem::take(&mut self.blocks)));
        }
        let cuts = Cuts::find(&used, 25.4 / self.layout.dots_per_inch);
        for (y, blocks) in drawn {
            let up = cuts.above(y);
            self.blocks.extend(blocks.into_iter().map(|block| moved_up(block, up)));
        }
        self.layout.height - cuts.height()
    }

    fn show(&mut self, one: &LayoutBox) {
        if !self.is_there(one) {
            return;
        }
        let area = if self.right_to_left { one.area.mirrored(self.layout.width) } else { one.area };
        match one.show {
            Show::Title => self.title(one, area),
            Show::Issuer => self.issuer(one, area),
            Show::Names => self.names(one, area),
            Show::Fields => self.fields(one, area),
            Show::Table => self.table(one, area),
            Show::Photo => self.photo(area),
            Show::Symbol => self.symbol(one, area),
            Show::Caption => self.caption(one, area),
            Show::Particulars => self.particulars(one, area),
            Show::HowToCheck => self.how_to_check(one, area),
            Show::ScaleMark => self.scale_mark(one, area),
            Show::Rule => self.decoration(Item::Fill { area, colour: self.layout.ink }),
            // Drawn with the ground, once for all pages.
            Show::Microprint => {}
            Show::MemberCount => self.member_count(one, area),
            Show::SheetNumber => self.sheet_number(one, area),
        }
    }

    /// A span in the document's language.
    pub(super) fn local(&self, text: &str, style: &Style) -> Span {
        span(text, style, Direction::Auto, Some(&self.language))
    }

    /// A span in the second language.
    pub(super) fn in_second(&self, text: &str, style: &Style) -> Span {
        span(text, style, Direction::Auto, Some(&self.second))
    }

    /// Both languages of the page.
    pub(super) fn languages(&self) -> Languages<'_> {
        Languages { first: &self.language, second: &self.second }
    }

    /// A fixed word, in both languages.
    pub(super) fn word(&self, word: impl Fn(&FixedWords) -> &str) -> Words {
        self.layout.words.pick(self.languages(), word)
    }

    /// A paragraph; characters that no font has become problems of `field`.
    pub(super) fn paragraph(&mut self, spans: Vec<Span>, field: &str) -> Paragraph<'a> {
        let paragraph = Paragraph::new(self.fonts, spans, self.right_to_left);
        for &character in paragraph.missing() {
            let place = paragraph.spans().iter().find_map(|span| span.text.chars().position(|c| c == character));
            let problem = Problem::Uncovered {
                field: field.to_owned(),
                character_number: place.unwrap_or_default() + 1,
                character,
                code: u32::from(character),
            };
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        paragraph
    }

    /// Texts under each other in one box, all shrunk by the same factor until they fit.
    pub(super) fn block(&mut self, one: &LayoutBox, area: Area, parts: Vec<Part<'_>>) {
        let (mut shaped, mut roles) = (Vec::new(), Vec::new());
        for part in parts {
            let paragraph = self.paragraph(part.spans, part.field);
            shaped.push((paragraph, part.style, part.before, part.field, part.shrinks));
            roles.push(part.role);
        }
        let mut too_wide = None;
        for factor in factors(shaped.iter().map(|(_, style, ..)| style)) {
            too_wide = None;
            let mut y = 0.0;
            let mut placed = Vec::new();
            for (paragraph, style, before, field, shrinks) in &shaped {
                let fit = scaled(style, factor);
                let fit = if *shrinks { fit } else { fit.wrapping_only() };
                let Some(fitted) = paragraph.fit(fit, area.width, f32::MAX, LINES_AT_MOST) else {
                    too_wide = Some(*field);
                    break;
                };
                y += if placed.is_empty() { 0.0 } else { *before * factor };
                placed.push((y, fitted));
                y += placed.last().map_or(0.0, |(_, fitted)| fitted.height);
            }
            if too_wide.is_none() && y <= area.height {
                for ((y, fitted), role) in placed.into_iter().zip(roles) {
                    self.begin(role);
                    self.lines(fitted, area, area.y + y, one.align);
                }
                return;
            }
        }
        let field = too_wide.or(shaped.first().map(|(_, _, _, field, _)| *field)).unwrap_or_default().to_owned();
        let smallest = shaped.iter().map(|(_, style, ..)| style.fit.smallest).fold(f32::MAX, f32::min);
        self.overflow(one, area, field, smallest);
    }

    /// Records that a box is too small.
    pub(super) fn overflow(&mut self, one: &LayoutBox, area: Area, field: String, smallest: f32) {
        let Area { width, height, .. } = area;
        self.problems.push(Overflow { box_name: one.name.clone(), field, width, height, smallest }.into());
    }

    /// Begins a block: what is put from now on belongs to it.
    pub(super) fn begin(&mut self, role: Role) {
        self.blocks.push(Block { role, items: Vec::new() });
    }

    /// Remembers how far down something was drawn.
    fn reach(&mut self, bottom: f32) {
        self.bottom = Some(self.bottom.map_or(bottom, |before| before.max(bottom)));
    }

    /// Draws something that belongs to the block begun last.
    pub(super) fn put(&mut self, item: Item) {
        if let Item::Fill { area, .. } | Item::Picture { area, .. } = &item {
            self.reach(area.y + area.height);
        }
        if self.blocks.is_empty() {
            self.begin(Role::Paragraph);
        }
        if let Some(block) = self.blocks.last_mut() {
            block.items.push(item);
        }
    }

    /// Draws something that is only to be seen.
    pub(super) fn decoration(&mut self, item: Item) {
        if let Item::Fill { area, .. } = &item {
            self.reach(area.y + area.height);
        }
        match self.blocks.last_mut() {
            Some(Block { role: Role::Decoration, items }) => items.push(item),
            _ => self.blocks.push(Block { role: Role::Decoration, items: vec![item] }),
        }
    }

    /// Draws lines from `top` down, into the block begun last.
    pub(super) fn lines(&mut self, fitted: Fitted, area: Area, top: f32, align: Align) {
        let em = fitted.size * super::paragraph::MM_PER_POINT;
        self.reach(top + fitted.height);
        for (line, baseline) in fitted.lines.into_iter().zip(fitted.baselines) {
            let free = area.width - line.width * em;
            let mut x = area.x
                + match (align, self.right_to_left) {
                    (Align::Centre, _) => free / 2.0,
                    (Align::Start, false) | (Align::End, true) => 0.0,
                    (Align::Start, true) | (Align::End, false) => free,
                };
            let mut placed = Vec::with_capacity(line.runs.len());
            for run in line.runs {
                let advance = run.width * em;
                let place = run.place;
                placed.push((place, Item::Text { x, y: top + baseline, size: fitted.size * run.face.scale, run }));
                x += advance;
            }
            // They are drawn where they stand, but written in the order in which they are read.
            placed.sort_by_key(|(place, _)| *place);
            placed.into_iter().for_each(|(_, item)| self.put(item));
        }
    }
}

/// A block nearer to the top of the page.
fn moved_up(block: Block, up: f32) -> Block {
    let moved = |mut item: Item| {
        match &mut item {
            Item::Text { y, .. } | Item::Symbol { y, .. } => *y -= up,
            Item::Fill { area, .. } | Item::Picture { area, .. } => area.y -= up,
        }
        item
    };
    Block { items: block.items.into_iter().map(moved).collect(), ..block }
}

/// A span of a style.
pub(super) fn span(text: &str, style: &Style, direction: Direction, language: Option<&Arc<str>>) -> Span {
    Span { text: text.to_owned(), face: style.face, direction, language: language.cloned() }
}

/// A style made smaller, but not smaller than it may be.
pub(super) fn scaled(style: &Style, factor: f32) -> Fit {
    let Fit { size, smallest, leading } = style.fit;
    Fit { size: (size * factor).max(smallest), smallest, leading }
}

/// Factors to try, from 1 down to where every style is at its smallest.
pub(super) fn factors<'s>(styles: impl Iterator<Item = &'s Style>) -> impl Iterator<Item = f32> {
    let least = styles.map(|style| style.fit.smallest / style.fit.size).fold(1.0, f32::min);
    let mut next = Some(1.0);
    std::iter::from_fn(move || {
        let factor = next?;
        next = (factor > least).then(|| (factor * BLOCK_SHRINK).max(least));
        Some(factor)
    })
}
