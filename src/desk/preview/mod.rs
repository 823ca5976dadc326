//! What a paper will look like, before anything is signed: drawn by hayro as PNG pictures.

mod specimen;

use std::io::Cursor;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::RgbImage;

use super::issue::{Checked, Order, Prepared};
use super::{Desk, Failure, Kind, Told};
use crate::issue::list::{Problem, Row};
use crate::print::{Book, BookMeta, Printer};

/// Points in an inch, the unit of a page.
const POINTS: f32 = 72.0;

/// A page that is only looked at.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The PDF: what will be printed, with SPECIMEN in place of the serial and in the symbol.
    pub pdf: Vec<u8>,
    /// Bytes that are left for a photo in the symbol; `Err` has what is left when that is too little for a face.
    pub photo_room: Result<usize, usize>,
}

/// What came of looking at a row.
#[derive(Clone, Debug)]
pub enum Looked {
    /// The page.
    Page(Preview),
    /// Why there is none.
    Problems(Vec<Problem>),
}

/// The page of the first row of the order's list. Nothing is signed with a key of the desk, nothing is recorded.
///
/// # Errors
/// When the order cannot be carried out with any row.
pub fn preview(desk: Desk<'_>, order: &Order) -> Result<Looked, Failure> {
    let order = Order { dry_run: true, ..order.clone() };
    let prepared = Prepared::new(desk, &order)?;
    let checker = prepared.checker();
    checker.issuer_fits()?;
    let mut first: Option<Row> = None;
    let mut take = |rows: Vec<Row>, _: &mut Checked| {
        first = first.take().or_else(|| rows.into_iter().next());
        Ok(())
    };
    let mut checked = Checked::default();
    checker.each_chunk(prepared.list(), &mut take, &mut checked)?;
    let Some(row) = first else {
        let problem = |told| if let Told::Problem(problem) = told { Some(problem) } else { None };
        return Ok(Looked::Problems(checked.told().filter_map(problem).collect()));
    };
    let (page, photo_room) = match (checker.specimen(&row), checker.photo_room(&row)) {
        (Ok(page), Ok(room)) => (page, room),
        (Err(problems), _) => return Ok(Looked::Problems(problems)),
        (_, Err(problem)) => return Ok(Looked::Problems(vec![problem])),
    };
    let sheets = Printer::new(checker.layout, checker.fonts)
        .sheets(&[page])
        .map_err(|error| Failure::new(format!("the page cannot be laid out: {error}")).hint("correct the layout"))?;
    let meta =
        BookMeta { title: "SPECIMEN".to_owned(), language: "en".to_owned(), created: desk.now, ..BookMeta::default() };
    let mut book = Book::new(Vec::new(), &meta)?;
    book.add(&sheets)?;
    Ok(Looked::Page(Preview { pdf: book.finish()?, photo_room }))
}

impl Preview {
    /// The first page as a PNG file in colour, with SPECIMEN written across it.
    ///
    /// # Errors
    /// When it cannot be drawn, which is a fault of the program.
    pub fn png(&self, dpi: u32) -> Result<Vec<u8>, Failure> {
        let mut pages = pixels(self.pdf.clone(), dpi, 1)?;
        let mut page = pages.pop().ok_or_else(|| Failure::new("the document has no page").of(Kind::Storage))?;
        specimen::write_across(&mut page);
        png(&page)
    }
}

/// Every page of our own PDF as a PNG file in colour.
///
/// # Errors
/// When it cannot be drawn, which is a fault of the program.
pub fn draw(pdf: Vec<u8>, dpi: u32) -> Result<Vec<Vec<u8>>, Failure> {
    pixels(pdf, dpi, usize::MAX)?.iter().map(png).collect()
}

/// The first pages of our own PDF as pictures in colour.
fn pixels(pdf: Vec<u8>, dpi: u32, most: usize) -> Result<Vec<RgbImage>, Failure> {
    let pdf = Pdf::new(pdf).map_err(|error| Failure::new(format!("the PDF cannot be drawn: {error:?}")))?;
    let scale = dpi as f32 / POINTS;
    let cache = RenderCache::new();
    let mut pictures = Vec::new();
    for page in pdf.pages().iter().take(most) {
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let pixmap =
            hayro::render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
        let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
        let rgb = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        pictures.push(RgbImage::from_raw(width, height, rgb).ok_or_else(|| Failure::new("the page has no pixels"))?);
    }
    Ok(pictures)
}

fn png(picture: &RgbImage) -> Result<Vec<u8>, Failure> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png)?;
    Ok(file.into_inner())
}
