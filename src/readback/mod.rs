//! Composed sheets in, and whether they will be read out: before a paper is handed over, it is read back.
//!
//! [`check`] writes each sheet as the PDF that the printer will get and draws it once at the printer's resolution. Around each
//! symbol it adds the modest damage of a real print and scan, reads as a verifier would, and compares the texts byte by byte
//! with what was signed; on the rest of the sheet, undamaged, it looks for symbols that nobody expects. [`degrade`] knows
//! harder lives, by which layouts are measured.

mod damage;
mod plane;
mod scanner;
mod seeded;

pub use damage::{Mix, Place, degrade};

use rayon::prelude::*;

use crate::print::page::{Item, Placed, Turn};
use crate::print::{Book, BookError, BookMeta, Sheet};
use crate::scan::{self, Effort, GreyImage, Options, ReaderChoice, ScanError};

/// Time for reading one page; a page that needs longer is a page that is not read.
const READING: std::time::Duration = std::time::Duration::from_secs(15);
/// Modules around a symbol that a reader gets to see: its quiet zone and what is printed beside it.
const AROUND: f32 = 10.0;
/// Resolution at which a sheet is searched for symbols that nobody expects, in dots per inch. A module of a third of a
/// millimetre, the least that is ever printed, still has two pixels.
const SEARCHED: u32 = 150;

/// What has to stand on the sheets.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Row of the list.
    pub row: u64,
    /// The serial as it is printed.
    pub serial: &'a str,
    /// The text of each symbol.
    pub texts: &'a [String],
}

/// A sheet that must not be handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadBackError {
    /// The sheet cannot be written as a PDF.
    #[error("the sheet cannot be written")]
    Book(#[from] BookError),
    /// The PDF cannot be drawn.
    #[error("the PDF of the sheet cannot be drawn")]
    Draw(#[source] ScanError),
    /// A symbol is not read from the sheets.
    #[error("row {row}, {serial}: symbol {symbol} of {symbols} is not read back at {dpi} dots per inch{}", beside(*.module))]
    NotRead {
        /// Row of the list.
        row: u64,
        /// The serial.
        serial: String,
        /// Which symbol, from 1.
        symbol: usize,
        /// How many the credential has.
        symbols: usize,
        /// The printer's resolution.
        dpi: u32,
        /// Side of the smallest module on the sheets in mm, when they have any symbol.
        module: Option<f32>,
    },
    /// A symbol on a sheet says what nobody signed for it.
    #[error("{}a symbol is read back that is none of theirs: {beginning:?}", whose(sheet.as_ref()))]
    Stranger {
        /// Row and serial of the first credential on the sheet, if it has any.
        sheet: Option<(u64, String)>,
        /// How it begins.
        beginning: String,
    },
}

fn beside(side: Option<f32>) -> String {
    side.map_or_else(|| "; the sheet has no symbol".to_owned(), |side| format!(", its modules are {side:.2} mm wide"))
}

fn whose(sheet: Option<&(u64, String)>) -> String {
    sheet.map_or_else(String::new, |(row, serial)| format!("row {row}, {serial}: on its sheet "))
}

/// Reads sheets back, on all cores.
///
/// # Errors
/// For the first credential of which a symbol is not read.
pub fn check(sheets: &[Sheet], expected: &[Expected<'_>], dpi: u32) -> Result<(), ReadBackError> {
    let seen: Vec<Seen> = sheets.par_iter().map(|sheet| Seen::on(sheet, dpi)).collect::<Result<_, _>>()?;
    let is_read = |text: &String| seen.iter().any(|sheet| sheet.damaged.iter().any(|found| found == text.as_bytes()));
    for one in expected {
        if let Some(symbol) = one.texts.iter().position(|text| !is_read(text)) {
            let modules = sheets.iter().flat_map(symbols).map(|symbol| symbol.module);
            return Err(ReadBackError::NotRead {
                row: one.row,
                serial: one.serial.to_owned(),
                symbol: symbol + 1,
                symbols: one.texts.len(),
                dpi,
                module: modules.reduce(f32::min),
            });
        }
    }
    seen.iter().find_map(|sheet| sheet.stranger(expected)).map_or(Ok(()), Err)
}

/// The texts that are read from one sheet.
#[derive(Default)]
struct Seen {
    /// Where its symbols are, once it is printed and scanned.
    damaged: Vec<Vec<u8>>,
    /// Anywhere else.
    elsewhere: Vec<Vec<u8>>,
}

impl Seen {
    fn on(sheet: &Sheet, dpi: u32) -> Result<Self, ReadBackError> {
        let places: Vec<Place> = symbols(sheet).into_iter().map(|place| place.on_raster(dpi)).collect();
        if places.is_empty() {
            return Ok(Self::default());
        }
        let mut page = printed(sheet, dpi)?;
        let seed = seed(sheet);
        let look = |(place, number): (&Place, u64)| {
            let [left, top, right, bottom] = place.square(AROUND).map(|edge| edge.round().max(0.0) as u32);
            let around = page.cut(left, top, right.saturating_sub(left), bottom.saturating_sub(top));
            read(&scanner::scanned(&around, dpi as f32, place.module, seed.wrapping_add(number)))
        };
        let damaged = places.iter().zip(0..).flat_map(look).collect();
        for place in &places {
            let [left, top, right, bottom] = place.square(0.5);
            page.erase(&[(left, top), (right, top), (right, bottom), (left, bottom)], 0.0);
        }
        let options = Options { effort: Effort::Fast, image_budget: READING, ..Options::default() };
        let elsewhere = read_with(&page.shrunk(dpi / SEARCHED), &options);
        Ok(Self { damaged, elsewhere })
    }

    /// The first symbol that is nobody's.
    fn stranger(&self, expected: &[Expected<'_>]) -> Option<ReadBackError> {
        let owner = |text: &Vec<u8>| expected.iter().find(|one| one.texts.iter().any(|known| known.as_bytes() == text));
        let mut all = self.damaged.iter().chain(&self.elsewhere);
        let stranger = all.find(|text| owner(text).is_none())?;
        let first = self.damaged.iter().find_map(owner);
        Some(ReadBackError::Stranger {
            sheet: first.map(|one| (one.row, one.serial.to_owned())),
            beginning: String::from_utf8_lossy(stranger).chars().take(24).collect(),
        })
    }
}

/// Draws a sheet from the PDF that a printer would get.
///
/// # Errors
/// When the sheet cannot be written or drawn.
pub fn printed(sheet: &Sheet, dpi: u32) -> Result<GreyImage, ReadBackError> {
    let mut book = Book::new(Vec::new(), &BookMeta { language: "en".to_owned(), ..BookMeta::default() })?;
    book.add(std::slice::from_ref(sheet))?;
    scan::draw(&book.finish()?, 1, dpi).map_err(ReadBackError::Draw)
}

/// The texts in an image, by the reader that verifies.
pub fn read(image: &GreyImage) -> Vec<Vec<u8>> {
    let options =
        Options { effort: Effort::Thorough, reader: ReaderChoice::Own, image_budget: READING, ..Options::default() };
    read_with(image, &options)
}

fn read_with(image: &GreyImage, options: &Options) -> Vec<Vec<u8>> {
    scan::scan_image(image, options).into_iter().flat_map(|reading| reading.found).map(|found| found.bytes).collect()
}

const MM_PER_INCH: f32 = 25.4;

/// The symbols of a sheet, in mm of the sheet, in the order in which they are drawn.
pub fn symbols(sheet: &Sheet) -> Vec<Place> {
    let of_face = |face: &Placed| {
        let turned = |x: f32, y: f32, side: f32| {
            let (width, height) = (face.page.width, face.page.height);
            let (x, y) = match face.turn {
                Turn::None => (x, y),
                Turn::Quarter => (height - y - side, x),
                Turn::Half => (width - x - side, height - y - side),
                Turn::ThreeQuarters => (y, width - x - side),
            };
            (face.x + x, face.y + y)
        };
        let place = |item: &Item| match item {
            Item::Symbol { x, y, module, matrix } => {
                let (x, y) = turned(*x, *y, *module * matrix.width() as f32);
                Some(Place { x, y, module: *module, modules: matrix.width() })
            }
            _ => None,
        };
        face.page.items().filter_map(place).collect::<Vec<_>>()
    };
    sheet.faces.iter().flat_map(of_face).collect()
}

impl Place {
    /// The place in pixels of a raster, when `self` is in mm.
    #[must_use]
    pub fn on_raster(self, dpi: u32) -> Self {
        let scale = dpi as f32 / MM_PER_INCH;
        Self { x: self.x * scale, y: self.y * scale, module: self.module * scale, modules: self.modules }
    }

    /// Left, top, right and bottom of the symbol and so many modules around it.
    fn square(self, around: f32) -> [f32; 4] {
        let near = around * self.module;
        let far = (self.modules as f32 + around) * self.module;
        [self.x - near, self.y - near, self.x + far, self.y + far]
    }
}

/// What is printed decides how it is damaged, wherever in a batch it stands.
fn seed(sheet: &Sheet) -> u64 {
    let modules = sheet.faces.iter().flat_map(|face| face.page.items()).filter_map(|item| match item {
        Item::Symbol { matrix, .. } => Some(matrix),
        _ => None,
    });
    seeded::seed_of(modules.flat_map(|matrix| {
        let width = matrix.width();
        (0..width * width).map(move |at| u8::from(matrix.is_dark(at % width, at / width)))
    }))
}
