//! A composed page: what is drawn where, in millimetres from the top left. Knows nothing of PDF.

use std::sync::Arc;

use super::background::Background;
use super::certificate::Picture;
use super::font::Fonts;
use super::layout::Area;
use super::text::Run;
use crate::symbol::Matrix;

/// A page, ready to be written.
#[derive(Clone, Debug)]
pub struct Page {
    /// Width in mm.
    pub width: f32,
    /// Height in mm.
    pub height: f32,
    /// What is drawn, from the bottom up.
    pub items: Vec<Item>,
    /// What many pages share and lies under everything else.
    pub(super) background: Option<Arc<Background>>,
    pub(super) fonts: Fonts,
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
