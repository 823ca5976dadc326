//! Composed pages and sheets: what is drawn where, in millimetres from the top left, and what it is for. Knows nothing of
//! PDF.

use std::sync::Arc;

use super::background::Background;
use super::certificate::Picture;
use super::font::Fonts;
use super::layout::Area;
use super::text::Run;
use crate::symbol::Matrix;

/// A sheet of paper, ready to be written: one page, or several side by side.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Width in mm.
    pub width: f32,
    /// Height in mm.
    pub height: f32,
    /// The pages on it, in reading order.
    pub faces: Vec<Placed>,
    /// Crop marks, fold lines and page numbers: drawn in the sheet's own millimetres, over the pages.
    pub marks: Vec<Item>,
}

impl From<Page> for Sheet {
    fn from(page: Page) -> Self {
        let Page { width, height, .. } = page;
        Self { width, height, faces: vec![Placed { x: 0.0, y: 0.0, turn: Turn::None, page }], marks: Vec::new() }
    }
}

/// A page on a sheet.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Left edge of the page's place after turning, in mm from the left of the sheet.
    pub x: f32,
    /// Top edge of the page's place after turning, in mm from the top of the sheet.
    pub y: f32,
    /// How the page is turned in its place.
    pub turn: Turn,
    /// The page.
    pub page: Page,
}

/// Turns clockwise.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Turn {
    /// Upright.
    #[default]
    None,
    /// By 90°.
    Quarter,
    /// By 180°: what stands above a fold.
    Half,
    /// By 270°.
    ThreeQuarters,
}

/// A page, ready to be written.
#[derive(Clone, Debug)]
pub struct Page {
    /// Width in mm.
    pub width: f32,
    /// Height in mm.
    pub height: f32,
    /// Dots in an inch of the printer that the page's symbols were sized for.
    pub dots_per_inch: f32,
    /// BCP 47 language of the page.
    pub language: Arc<str>,
    /// What is drawn, in reading order and from the bottom up.
    pub blocks: Vec<Block>,
    /// Files that belong to the page: the signed credential itself.
    pub attachments: Vec<Arc<Attachment>>,
    /// What many pages share and lies under everything else.
    pub(super) background: Option<Arc<Background>>,
    pub(super) fonts: Fonts,
}

impl Page {
    /// Everything that is drawn, whatever it is for.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.blocks.iter().flat_map(|block| &block.items)
    }
}

/// A file inside the PDF (PDF/A-3: an associated file).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Attachment {
    /// File name, the same for the same credential.
    pub name: String,
    /// Media type, such as `application/cwt`.
    pub media_type: String,
    /// What it is, in a sentence.
    pub description: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What belongs together for whoever hears the page instead of seeing it: one element of the structure tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// What it is.
    pub role: Role,
    /// What is drawn: the runs of a line in the order in which they are read.
    pub items: Vec<Item>,
}

/// What a block is (the standard structure types of ISO 32000-1 §14.8.4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Role {
    /// Rules, frames and grounds: nothing to be read out.
    Decoration,
    /// The title of the document (`H1`).
    Title,
    /// A text of its own (`P`).
    Paragraph,
    /// The label of the value that follows (`LI` with `Lbl`).
    Label,
    /// A value (`LBody` of the same `LI`).
    Value,
    /// A cell of a table (`TH` in row 0, else `TD`).
    Cell {
        /// Row, from 0, which is the head.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// A picture with words that stand for it (`Figure`).
    Figure {
        /// The words, in the document's language.
        alternative: String,
    },
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Glyphs on a baseline.
    Text {
        /// Left end of the baseline.
        x: f32,
        /// The baseline.
        y: f32,
        /// Size in points, the span's own scale included.
        size: f32,
        /// The glyphs.
        run: Run,
    },
    /// A filled rectangle.
    Fill {
        /// Where.
        area: Area,
        /// Red, green, blue.
        colour: [u8; 3],
    },
    /// The dark modules of a symbol.
    Symbol {
        /// Left edge of the first module.
        x: f32,
        /// Top edge of the first module.
        y: f32,
        /// Side of a module, in mm.
        module: f32,
        /// The modules.
        matrix: Arc<Matrix>,
    },
    /// A photo.
    Picture {
        /// Where.
        area: Area,
        /// The pixels.
        picture: Arc<Picture>,
    },
}
