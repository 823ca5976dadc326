//! Composed sheets in, and whether they will be read out: before a paper is handed over, it is read back.
//!
//! [`check`] writes each sheet as the PDF that the printer will get, draws it at the printer's resolution, adds the modest
//! damage of a real print and scan, reads it as a verifier would, and compares the texts byte by byte with what was signed.
//! [`degrade`] knows harder lives, by which layouts are measured.

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
    /// A symbol on the sheets says what nobody signed for them.
    #[error("a symbol is read back that none of the credentials of these sheets has: {beginning:?}")]
    Stranger {
        /// How it begins.
        beginning: String,
    },
}

fn beside(side: Option<f32>) -> String {
    side.map_or_else(|| "; the sheet has no symbol".to_owned(), |side| format!(", its modules are {side:.2} mm wide"))
}

/// Reads sheets back, on all cores.
///
/// # Errors
/// For the first credential of which a symbol is not read.
pub fn check(sheets: &[Sheet], expected: &[Expected<'_>], dpi: u32) -> Result<(), ReadBackError> {
    let found: Vec<Vec<Vec<u8>>> = sheets.par_iter().map(|sheet| texts(sheet, dpi)).collect::<Result<_, _>>()?;
    let found: Vec<Vec<u8>> = found.into_iter().flatten().collect();
    for one in expected {
        for (text, symbol) in one.texts.iter().zip(1..) {
            if !found.iter().any(|found| found == text.as_bytes()) {
                let modules = sheets.iter().flat_map(symbols).map(|symbol| symbol.module);
                return Err(ReadBackError::NotRead {
                    row: one.row,
                    serial: one.serial.to_owned(),
                    symbol,
                    symbols: one.texts.len(),
                    dpi,
                    module: modules.reduce(f32::min),
                });
            }
        }
    }
    let known = |text: &Vec<u8>| expected.iter().any(|one| one.texts.iter().any(|known| known.as_bytes() == text));
    match found.iter().find(|text| !known(text)) {
        Some(text) => {
            Err(ReadBackError::Stranger { beginning: String::from_utf8_lossy(text).chars().take(24).collect() })
        }
        None => Ok(()),
    }
}

/// The texts that are read from a sheet once it is printed and scanned.
fn texts(sheet: &Sheet, dpi: u32) -> Result<Vec<Vec<u8>>, ReadBackError> {
    let symbols = symbols(sheet);
    let Some(module) = symbols.iter().map(|symbol| symbol.module).reduce(f32::min) else { return Ok(Vec::new()) };
    let page = printed(sheet, dpi)?;
    let dots = module * dpi as f32 / MM_PER_INCH;
    let seen = scanner::scanned(&page, dpi as f32, dots, seed(sheet));
    Ok(read(&seen))
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
    scan::scan_image(image, &options).into_iter().flat_map(|reading| reading.found).map(|found| found.bytes).collect()
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
