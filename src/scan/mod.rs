//! Image, PDF page or camera frame → the bytes of the symbols on it.
//!
//! In come the bytes of a file ([`scan_bytes`]) or a grey image ([`scan_image`]), out come [`Found`] symbols: QR Code (ISO/IEC
//! 18004) and Data Matrix (ISO/IEC 16022), byte by byte as they were encoded. What the bytes mean is not known here.
//!
//! The steps lie in the modules of their names: `load` and `pdf` make grey images, `filter` and `threshold` make them
//! black and white, `qr` finds and decodes QR symbols, `rxing` and `datamatrix` find and decode symbols, `cascade` repeats that in the order that pays most. A
//! camera is a [`FrameSource`]. Everything that comes from outside is capped before memory is taken for it, foreign code runs
//! behind a wall (`guard`) and under a [`Deadline`].

mod attached;
#[cfg(not(target_arch = "wasm32"))]
mod baselines;
mod binarisation;
mod cascade;
mod clock;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod datamatrix;
mod deadline;
mod doubtful;
mod elsewhere;
mod error;
mod file_type;
mod filter;
mod found;
#[cfg(not(target_arch = "wasm32"))]
mod frames;
#[cfg(not(target_arch = "wasm32"))]
mod grade;
mod grey;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod guard;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod inflated;
#[cfg(not(target_arch = "wasm32"))]
mod load;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod others;
mod pdf;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod picture;
mod qr;
mod readers;
#[cfg(not(target_arch = "wasm32"))]
mod rqrr;
#[cfg(not(target_arch = "wasm32"))]
mod rxing;
#[cfg(any(not(target_arch = "wasm32"), feature = "foreign"))]
mod threshold;
mod video;

pub use attached::{Attached, AttachedFile, Content};
#[cfg(not(target_arch = "wasm32"))]
pub use baselines::{Rqrr, Rxing};
pub use cascade::Cascade;
pub use deadline::Deadline;
pub use doubtful::Doubtful;
#[cfg(all(target_arch = "wasm32", feature = "foreign"))]
pub use elsewhere::Server;
#[cfg(target_arch = "wasm32")]
pub use elsewhere::{Elsewhere, read_elsewhere};
pub use error::ScanError;
pub use found::{Found, Kind, StructuredAppend};
#[cfg(feature = "camera")]
pub use frames::Camera;
#[cfg(not(target_arch = "wasm32"))]
pub use frames::{Folder, FrameError, FrameSource, Mjpeg, Y4m};
#[cfg(not(target_arch = "wasm32"))]
pub use grade::{Measure, Parameter, Quality, grade};
pub use grey::GreyImage;
#[cfg(not(target_arch = "wasm32"))]
pub use pdf::{draw_apart, draw_for_another};
pub use qr::Unread;
pub use readers::{Effort, ReaderChoice, Readings, SymbolReader};
pub use video::{Hint, Video, Watched};

use clock::Instant;
use file_type::{FileType, ImageType};
use std::ops::ControlFlow;
use std::time::Duration;

/// Resolutions in dots per inch at which a PDF page is drawn until a symbol is read.
const RESOLUTIONS: [u32; 3] = [300, 200, 400];
/// An image whose lightest and darkest pixel differ by less has nothing on it.
const LEAST_CONTRAST: u8 = 4;

/// What to spend, and on which reader.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much work an image is worth.
    pub effort: Effort,
    /// Which reader is asked.
    pub reader: ReaderChoice,
    /// Time for each image and each reader.
    pub image_budget: Duration,
    /// Time for a whole document.
    pub document_budget: Duration,
    /// Most pages of a document.
    pub max_pages: u32,
    /// Most pixels of an image.
    pub max_pixels: u64,
    /// Whether the pages that were looked at are handed over with what was found on them.
    pub keep_images: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            effort: Effort::Thorough,
            reader: ReaderChoice::Own,
            image_budget: Duration::from_millis(1500),
            document_budget: Duration::from_mins(15),
            max_pages: 2500,
            max_pixels: 100_000_000,
            keep_images: false,
        }
    }
}

/// What one reader made of a page.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Name of the reader.
    pub reader: &'static str,
    /// Its symbols.
    pub found: Vec<Found>,
    /// What symbols may say that were not read beyond doubt; see [`Readings::doubtful`].
    pub doubtful: Vec<Doubtful>,
    /// Symbols that were seen and not read.
    pub unread: Vec<Unread>,
    /// Time it took.
    pub elapsed: Duration,
}

/// One rendition of a page that was looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Look {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Dots per inch at which a PDF page was drawn; `None` for images.
    pub dpi: Option<u32>,
}

/// Everything about one page, or about an image.
#[derive(Clone, Debug)]
pub struct PageResult {
    /// Counted from 1.
    pub page: u32,
    /// Pages in the document, where that is known beforehand.
    pub pages: Option<u32>,
    /// What was looked at; empty when the page could not be drawn.
    pub looks: Vec<Look>,
    /// What each reader made of it.
    pub readings: Vec<Reading>,
    /// The image that the places of the symbols refer to, when it was to be kept.
    pub image: Option<GreyImage>,
    /// Whether it is a picture: an image file, or a page of a PDF with an image as large as that of a scanner.
    pub is_picture: bool,
}

impl PageResult {
    fn add(&mut self, reading: Reading) {
        match self.readings.iter_mut().find(|known| known.reader == reading.reader) {
            Some(known) => {
                known.elapsed += reading.elapsed;
                known.found.extend(reading.found);
                known.doubtful.extend(reading.doubtful);
                known.unread.extend(reading.unread);
            }
            None => self.readings.push(reading),
        }
    }

    /// All symbols, each once, whichever reader saw them.
    pub fn found(&self) -> Vec<Found> {
        let mut all = Vec::new();
        for reading in &self.readings {
            for found in &reading.found {
                found::merge(&mut all, found.clone());
            }
        }
        all
    }

    /// What symbols may say that nobody read: one list for each place.
    pub fn doubtful(&self) -> Vec<Vec<Doubtful>> {
        let found = self.places_read();
        let all = self.readings.iter().flat_map(|reading| &reading.doubtful);
        let unread = all.filter(|one| one.corners().is_some_and(|corners| !lie_in_any(&corners, &found)));
        Doubtful::by_place(unread.cloned())
    }

    /// How many symbols were seen and not read, or not beyond doubt.
    pub fn unread(&self) -> usize {
        let mut taken = self.places_read();
        let read = taken.len();
        let doubtful = self.doubtful().into_iter().filter_map(|place| place[0].corners());
        let unread = self.readings.iter().flat_map(|reading| &reading.unread).filter(|unread| unread.is_clear());
        for corners in doubtful.chain(unread.map(Unread::corners)) {
            if !lie_in_any(&corners, &taken) {
                taken.push(corners);
            }
        }
        taken.len() - read
    }

    fn places_read(&self) -> Vec<[(f32, f32); 4]> {
        self.readings.iter().flat_map(|reading| &reading.found).filter_map(|found| found.corners).collect()
    }

    /// Puts the places of what was not read into the scale of another look, which has so many times as many pixels in a row.
    fn scale_unread(&mut self, factor: f32) {
        for reading in &mut self.readings {
            reading.doubtful =
                std::mem::take(&mut reading.doubtful).into_iter().map(|one| one.scaled(factor)).collect();
            reading.unread = std::mem::take(&mut reading.unread).into_iter().map(|one| one.scaled(factor)).collect();
        }
    }
}

/// Whether one is the place of the other, whichever of the two is drawn larger.
fn lie_in_any(corners: &[(f32, f32); 4], places: &[[(f32, f32); 4]]) -> bool {
    places.iter().any(|place| found::lies_in(corners, place) || found::lies_in(place, corners))
}

/// What came of an input as a whole.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// Pages handed to the sink.
    pub pages: u32,
    /// Symbols on them.
    pub symbols: u32,
    /// Pages that could not be drawn or decoded although others could.
    pub unreadable_pages: u32,
}

/// Draws a page of a PDF document, counted from 1, as a printer of `dpi` dots per inch would.
///
/// # Errors
/// When the document cannot be opened or the page not be drawn at this resolution.
pub fn draw(bytes: &[u8], page: u32, dpi: u32) -> Result<GreyImage, ScanError> {
    let document = pdf::Document::open(bytes, Deadline::never())?;
    document.request(page, dpi);
    let drawn = document.receive(page, Deadline::never())?;
    drawn.image.filter(|_| drawn.dpi == dpi).ok_or(ScanError::NotDrawn { page, dpi })
}

/// Reads the symbols in a grey image, such as a camera frame.
pub fn scan_image(image: &GreyImage, options: &Options) -> Vec<Reading> {
    scan_page(image, 1, options, Deadline::never())
}

/// What is handed over while an input is being read.
#[derive(Clone, Debug)]
pub enum Seen {
    /// The files embedded in a PDF, before its first page. Not said of a document without any, nor of images.
    Attached(Attached),
    /// A page.
    Page(PageResult),
}

/// Reads the symbols in an image file or a PDF document and hands them over page by page; see [`scan_all`].
///
/// # Errors
/// Those of [`scan_all`].
pub fn scan_bytes(
    bytes: &[u8],
    options: &Options,
    sink: &mut dyn FnMut(PageResult) -> ControlFlow<()>,
) -> Result<Summary, ScanError> {
    scan_all(bytes, options, &mut |seen| match seen {
        Seen::Attached(_) => ControlFlow::Continue(()),
        Seen::Page(page) => sink(page),
    })
}

/// Reads the embedded files of a PDF document and the symbols in it or in an image file, page by page.
///
/// The type is told by the first bytes. The sink ends the scan early with [`ControlFlow::Break`].
///
/// # Errors
/// When the input is of no known type, damaged, or larger than the limits. Pages read before are with the sink already.
pub fn scan_all(
    bytes: &[u8],
    options: &Options,
    sink: &mut dyn FnMut(Seen) -> ControlFlow<()>,
) -> Result<Summary, ScanError> {
    let mut summary = Summary::default();
    let mut hand_over = |seen: Seen| {
        if let Seen::Page(result) = &seen {
            summary.pages += 1;
            summary.symbols += result.found().len() as u32;
            summary.unreadable_pages += u32::from(result.looks.is_empty());
        }
        sink(seen)
    };
    let deadline = Deadline::after(options.document_budget);
    match file_type::sniff(bytes)? {
        FileType::Image(kind) => scan_file(bytes, kind, options, deadline, &mut hand_over)?,
        FileType::Pdf => scan_document(bytes, options, deadline, &mut hand_over)?,
    }
    Ok(summary)
}

type Sink<'a> = &'a mut dyn FnMut(Seen) -> ControlFlow<()>;

#[cfg(not(target_arch = "wasm32"))]
fn scan_file(
    bytes: &[u8],
    kind: ImageType,
    options: &Options,
    deadline: Deadline,
    sink: Sink<'_>,
) -> Result<(), ScanError> {
    for (image, page) in load::images(bytes, kind, options.max_pixels).zip(1..) {
        // A damaged page further on does not take away what was read before it.
        let (looks, readings) = (Vec::new(), Vec::new());
        let mut result = PageResult { page, pages: None, looks, readings, image: None, is_picture: true };
        match image {
            Ok(image) => {
                result.looks.push(look(&image, None));
                result.readings = scan_page(&image, page, options, deadline);
                result.image = options.keep_images.then_some(image);
            }
            Err(error) if page == 1 => return Err(error),
            Err(_) => {}
        }
        if sink(Seen::Page(result)).is_break() {
            break;
        }
        if deadline.has_passed() {
            return Err(ScanError::OutOfTime { page });
        }
    }
    Ok(())
}

/// Browsers decode images themselves and hand over the pixels.
#[cfg(target_arch = "wasm32")]
fn scan_file(_: &[u8], kind: ImageType, _: &Options, _: Deadline, _: Sink<'_>) -> Result<(), ScanError> {
    Err(ScanError::NoDecoder { format: kind.name() })
}

fn scan_document(bytes: &[u8], options: &Options, deadline: Deadline, sink: Sink<'_>) -> Result<(), ScanError> {
    let mut document = pdf::Document::open(bytes, deadline)?;
    let pages = document.pages;
    if pages > options.max_pages {
        return Err(ScanError::TooManyPages { pages, limit: options.max_pages });
    }
    let attached = std::mem::take(&mut document.attached);
    if (attached.more || !attached.files.is_empty()) && sink(Seen::Attached(attached)).is_break() {
        return Ok(());
    }
    document.request(1, RESOLUTIONS[0]);
    let mut drawn = document.receive(1, deadline)?;
    for page in 1..=pages {
        let (looks, readings, is_picture) = (Vec::new(), Vec::new(), drawn.is_picture);
        let mut result = PageResult { page, pages: Some(pages), looks, readings, image: None, is_picture };
        // The next page is drawn while this one is read.
        if page < pages {
            document.request(page + 1, RESOLUTIONS[0]);
        }
        let unsuccessful = read_drawn(&drawn, options, deadline, &mut result);
        let next = if page < pages { Some(document.receive(page + 1, deadline)?) } else { None };
        if unsuccessful && options.effort == Effort::Thorough {
            read_again(&document, options, deadline, &mut result)?;
        }
        if sink(Seen::Page(result)).is_break() {
            break;
        }
        let Some(next) = next else { break };
        if deadline.has_passed() {
            return Err(ScanError::OutOfTime { page });
        }
        drawn = next;
    }
    Ok(())
}

/// Reads a drawn page; says whether there was something on it and nothing could be read.
fn read_drawn(drawn: &pdf::DrawnPage, options: &Options, deadline: Deadline, result: &mut PageResult) -> bool {
    let Some(image) = &drawn.image else { return false };
    if let Some(before) = result.looks.last() {
        result.scale_unread(image.width() as f32 / before.width.max(1) as f32);
    }
    result.looks.push(look(image, Some(drawn.dpi)));
    for reading in scan_page(image, result.page, options, deadline) {
        result.add(reading);
    }
    if options.keep_images {
        result.image = Some(image.clone());
    }
    !image.is_flat(LEAST_CONTRAST) && result.readings.iter().all(|reading| reading.found.is_empty())
}

/// Draws a page at the other resolutions and takes a short look at each: what beats sampling at one may not at another.
fn read_again(
    document: &pdf::Document,
    options: &Options,
    deadline: Deadline,
    result: &mut PageResult,
) -> Result<(), ScanError> {
    let short = Options { effort: Effort::Fast, ..options.clone() };
    for dpi in &RESOLUTIONS[1..] {
        document.request(result.page, *dpi);
        let drawn = document.receive(result.page, deadline)?;
        let is_new = result.looks.iter().all(|look| look.dpi != Some(drawn.dpi));
        if is_new && !read_drawn(&drawn, &short, deadline, result) {
            break;
        }
    }
    Ok(())
}

fn look(image: &GreyImage, dpi: Option<u32>) -> Look {
    Look { width: image.width(), height: image.height(), dpi }
}

fn scan_page(image: &GreyImage, page: u32, options: &Options, deadline: Deadline) -> Vec<Reading> {
    let blank = image.is_flat(LEAST_CONTRAST);
    let readers = readers::chosen(options.reader, options.effort);
    let read = |reader: Box<dyn SymbolReader>| {
        let start = Instant::now();
        let deadline = deadline.at_most(options.image_budget);
        let mut readings = if blank { Readings::default() } else { reader.read(image, deadline) };
        for found in readings.found.iter_mut().chain(&mut readings.doubtful) {
            found.page = page;
        }
        let Readings { found, doubtful, unread } = readings;
        let doubtful = doubtful.into_iter().map(Doubtful::new).collect();
        Reading { reader: reader.name(), found, doubtful, unread, elapsed: start.elapsed() }
    };
    readers.into_iter().map(read).collect()
}
