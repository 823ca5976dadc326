//! Pages → one PDF 1.7 file, through krilla. Each font is embedded once, as the subset that the pages use.

use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::graphic::Graphic;
use krilla::image::{BitsPerComponent, CustomImage, Image, ImageColorspace};
use krilla::metadata::{DateTime, Metadata, TextDirection};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::{Location, Surface};
use krilla::text::GlyphId;

use super::background::{Background, Segment};
use super::certificate::Picture;
use super::font::Fonts;
use super::layout::Area;
use super::outline::outlines;
use super::page::{Item, Placed, Sheet};
use super::paragraph::MM_PER_POINT;
use super::text::{Glyph, Run};
use crate::symbol::Matrix;

/// What the file says about itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BookMeta {
    /// Title of the file.
    pub title: String,
    /// BCP 47 language of the file.
    pub language: String,
    /// Whether the file's main language runs from right to left.
    pub right_to_left: bool,
    /// Who issued what is in it.
    pub author: String,
    /// The date that the file carries. The clock is never asked.
    pub created: jiff::Timestamp,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The PDF writer refused.
    #[error("the PDF cannot be written: {0:?}")]
    Write(krilla::error::KrillaError),
    /// The sink does not take the bytes.
    #[error("the PDF cannot be written")]
    Io(#[from] std::io::Error),
    /// A page of no size.
    #[error("a page of {width} × {height} mm cannot be written")]
    PageSize {
        /// In mm.
        width: f32,
        /// In mm.
        height: f32,
    },
}

/// A PDF file in the making, written to `W`.
pub struct Book<W> {
    out: W,
    document: Document,
    backgrounds: HashMap<usize, (Arc<Background>, Graphic)>,
}

impl<W> std::fmt::Debug for Book<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Book")
    }
}

impl<W: Write> Book<W> {
    /// An empty file.
    pub fn new(out: W, meta: &BookMeta) -> Result<Self, BookError> {
        let mut document = Document::new();
        let direction = if meta.right_to_left { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
        let metadata = Metadata::new()
            .title(meta.title.clone())
            .language(meta.language.clone())
            .authors(vec![meta.author.clone()])
            .creator(concat!("nansen ", env!("CARGO_PKG_VERSION")).to_owned())
            .creation_date(date(meta.created))
            .text_direction(direction);
        document.set_metadata(metadata);
        Ok(Self { out, document, backgrounds: HashMap::new() })
    }

    /// Adds sheets at the end, in their order.
    pub fn add(&mut self, sheets: &[Sheet]) -> Result<(), BookError> {
        sheets.iter().try_for_each(|sheet| self.sheet(sheet))
    }

    fn sheet(&mut self, sheet: &Sheet) -> Result<(), BookError> {
        let Sheet { width, height, .. } = *sheet;
        let settings = PageSettings::from_wh(width / MM_PER_POINT, height / MM_PER_POINT)
            .ok_or(BookError::PageSize { width, height })?;
        let mut target = self.document.start_page_with(settings);
        let mut surface = target.surface();
        for Placed { x, y, page, .. } in &sheet.faces {
            surface.push_transform(&Transform::from_translate(points(*x), points(*y)));
            if let Some(background) = &page.background {
                let key = Arc::as_ptr(background) as usize;
                let (_, graphic) = self
                    .backgrounds
                    .entry(key)
                    .or_insert_with(|| (Arc::clone(background), graphic(&mut surface, background)));
                surface.draw_graphic(graphic.clone());
            }
            for item in page.items() {
                draw(&mut surface, &page.fonts, item);
            }
            surface.pop();
        }
        surface.finish();
        target.finish();
        Ok(())
    }

    /// Writes what is left and gives the sink back.
    pub fn finish(mut self) -> Result<W, BookError> {
        let bytes = self.document.finish().map_err(BookError::Write)?;
        self.out.write_all(&bytes)?;
        Ok(self.out)
    }
}

fn date(time: jiff::Timestamp) -> DateTime {
    let time = time.to_zoned(jiff::tz::TimeZone::UTC);
    DateTime::new(time.year().max(0) as u16)
        .month(time.month() as u8)
        .day(time.day() as u8)
        .hour(time.hour() as u8)
        .minute(time.minute() as u8)
        .second(time.second() as u8)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn points(mm: f32) -> f32 {
    mm / MM_PER_POINT
}

fn colour([red, green, blue]: [u8; 3]) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, item: &Item) {
    match item {
        Item::Text { x, y, size, run } => text(surface, fonts, (points(*x), points(*y)), *size, run),
        Item::Fill { area, colour } => fill(surface, area, *colour),
        Item::Symbol { x, y, module, matrix } => symbol(surface, (points(*x), points(*y)), points(*module), matrix),
        Item::Picture { area, picture } => image(surface, area, picture),
    }
}

fn fill(surface: &mut Surface<'_>, area: &Area, ink: [u8; 3]) {
    let Some(rect) = Rect::from_xywh(points(area.x), points(area.y), points(area.width), points(area.height)) else {
        return;
    };
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    let Some(path) = path.finish() else { return };
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: colour(ink).into(), ..Fill::default() }));
    surface.draw_path(&path);
}

/// One path in whole numbers under one transform: no seams between modules, whatever renders it.
fn symbol(surface: &mut Surface<'_>, (x, y): (f32, f32), module: f32, matrix: &Matrix) {
    let mut path = PathBuilder::new();
    for outline in outlines(matrix) {
        let mut corners = outline.into_iter().map(|(x, y)| (x as f32, y as f32));
        if let Some((x, y)) = corners.next() {
            path.move_to(x, y);
        }
        for (x, y) in corners {
            path.line_to(x, y);
        }
        path.close();
    }
    let Some(path) = path.finish() else { return };
    surface.push_transform(&Transform::from_row(module, 0.0, 0.0, module, x, y));
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: colour([0; 3]).into(), ..Fill::default() }));
    surface.draw_path(&path);
    surface.pop();
}

impl krilla::text::Glyph for Glyph {
    fn glyph_id(&self) -> GlyphId {
        GlyphId::new(self.id)
    }
    fn text_range(&self) -> Range<usize> {
        self.range.clone()
    }
    fn x_advance(&self, size: f32) -> f32 {
        self.advance * size
    }
    fn x_offset(&self, size: f32) -> f32 {
        self.dx * size
    }
    fn y_offset(&self, size: f32) -> f32 {
        self.dy * size
    }
    fn y_advance(&self, _size: f32) -> f32 {
        0.0
    }
    fn location(&self) -> Option<Location> {
        None
    }
}

fn text(surface: &mut Surface<'_>, fonts: &Fonts, (x, y): (f32, f32), size: f32, run: &Run) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: colour(run.face.colour).into(), ..Fill::default() }));
    let font = fonts.get(run.font).writing().clone();
    surface.draw_glyphs(Point::from_xy(x, y), &run.glyphs, font, &run.text, size, false);
}

/// Pixels as krilla wants to see them; a clone shares them.
#[derive(Clone, Hash)]
struct Pixels(Arc<Picture>);

impl CustomImage for Pixels {
    fn color_channel(&self) -> &[u8] {
        self.0.rgb()
    }
    fn alpha_channel(&self) -> Option<&[u8]> {
        None
    }
    fn bits_per_component(&self) -> BitsPerComponent {
        BitsPerComponent::Eight
    }
    fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }
    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }
    fn color_space(&self) -> ImageColorspace {
        ImageColorspace::Rgb
    }
}

fn image(surface: &mut Surface<'_>, area: &Area, picture: &Arc<Picture>) {
    let Ok(image) = Image::from_custom(Pixels(Arc::clone(picture)), true) else { return };
    let Some(size) = Size::from_wh(points(area.width), points(area.height)) else { return };
    surface.push_transform(&Transform::from_translate(points(area.x), points(area.y)));
    surface.draw_image(image, size);
    surface.pop();
}

/// Unit of the background's coordinates, in mm.
const HUNDREDTH: f32 = 0.01;

fn graphic(surface: &mut Surface<'_>, background: &Background) -> Graphic {
    let mut builder = surface.stream_builder();
    let mut inner = builder.surface();
    // Whole hundredths of a millimetre under one transform: a third of the bytes that fractions of points take.
    let at = |[x, y]: [f32; 2]| ((x / HUNDREDTH).round(), (y / HUNDREDTH).round());
    let scale = points(HUNDREDTH);
    inner.push_transform(&Transform::from_scale(scale, scale));
    for one in &background.paths {
        let mut path = PathBuilder::new();
        for segment in &one.segments {
            match *segment {
                Segment::Move(to) => path.move_to(at(to).0, at(to).1),
                Segment::Line(to) => path.line_to(at(to).0, at(to).1),
                Segment::Cubic([first, second, end]) => {
                    let ((x1, y1), (x2, y2), (x, y)) = (at(first), at(second), at(end));
                    path.cubic_to(x1, y1, x2, y2, x, y);
                }
                Segment::Close => path.close(),
            }
        }
        let Some(path) = path.finish() else { continue };
        let rule = if one.even_odd { FillRule::EvenOdd } else { FillRule::NonZero };
        inner.set_fill(one.fill.map(|ink| Fill { paint: colour(ink).into(), rule, ..Fill::default() }));
        let stroke = |(ink, width)| Stroke { paint: colour(ink).into(), width: width / HUNDREDTH, ..Stroke::default() };
        inner.set_stroke(one.stroke.map(stroke));
        inner.draw_path(&path);
    }
    inner.pop();
    inner.finish();
    Graphic::new(builder.finish(), false)
}
