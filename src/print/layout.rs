//! The layout of a page: boxes in millimetres.

use std::sync::Arc;

use super::background::Background;
use super::blocks;
use super::layout_file;
use super::matrix;
use super::paragraph::Fit;
use super::text::Face;
use super::words::WordList;

/// Least distance of a symbol's quiet zone from the edge of the page, in mm.
pub(super) const SYMBOL_FROM_EDGE: f32 = 10.0;

/// A layout file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}line {line}: {}{problem}", file.as_ref().map(|f| format!("{f}: ")).unwrap_or_default(),
    box_name.as_ref().map(|b| format!("box {b:?}: ")).unwrap_or_default())]
pub struct LayoutError {
    /// The file, when the caller said which: see [`LayoutError::in_file`].
    pub file: Option<String>,
    /// Line of the file, from 1.
    pub line: usize,
    /// Name of the box concerned.
    pub box_name: Option<String>,
    /// What is wrong.
    #[source]
    pub problem: LayoutProblem,
}

impl LayoutError {
    /// Names the file that the text came from.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }
}

/// What is wrong with a layout.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutProblem {
    /// Not TOML, or a key that layouts do not have.
    #[error("{message}")]
    Syntax {
        /// The parser's words.
        message: String,
    },
    /// A page size that is neither a known name nor two numbers.
    #[error("{found:?} is not a page size: wanted A4, Letter or two numbers in mm")]
    PageSize {
        /// As found.
        found: String,
    },
    /// A number outside its range.
    #[error("{what} is {found}: wanted {least} to {most}")]
    Range {
        /// Which number.
        what: &'static str,
        /// As found.
        found: f32,
        /// Smallest allowed.
        least: f32,
        /// Largest allowed.
        most: f32,
    },
    /// A colour that is not `#rrggbb`.
    #[error("{found:?} is not a colour: wanted #rrggbb")]
    Colour {
        /// As found.
        found: String,
    },
    /// A style that the file does not define.
    #[error("style {found:?} is not defined in this file")]
    UnknownStyle {
        /// As found.
        found: String,
    },
    /// Two boxes of one name.
    #[error("the name is taken by the box of line {first}")]
    TwiceTheName {
        /// Line of the first one.
        first: usize,
    },
    /// A box that leaves the page.
    #[error("the box leaves the page of {width} × {height} mm")]
    OffPage {
        /// Page width in mm.
        width: f32,
        /// Page height in mm.
        height: f32,
    },
    /// Two boxes that would print over each other.
    #[error("the box overlaps box {other:?}")]
    Overlap {
        /// The other box.
        other: String,
    },
    /// A symbol nearer to the edge than printers and folds allow.
    #[error("a symbol stays at least {least} mm from the edge of the page")]
    NearEdge {
        /// The least distance in mm.
        least: f32,
    },
    /// A page without a symbol proves nothing.
    #[error("the layout has no box that shows the symbol")]
    NoSymbol,
    /// The fixed words that the program carries cannot be read.
    #[error("the program's own words.toml cannot be read: {message}")]
    Words {
        /// The parser's words.
        message: String,
    },
}

/// A rectangle on the page, in mm from the top left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// Whether two rectangles share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        const TOUCH: f32 = 0.01;
        self.x + TOUCH < other.x + other.width
            && other.x + TOUCH < self.x + self.width
            && self.y + TOUCH < other.y + other.height
            && other.y + TOUCH < self.y + self.height
    }

    /// The rectangle without a margin on all sides.
    #[must_use]
    pub fn inset(self, margin: f32) -> Self {
        let Self { x, y, width, height } = self;
        Self { x: x + margin, y: y + margin, width: width - 2.0 * margin, height: height - 2.0 * margin }
    }

    /// The same rectangle on a page that runs the other way.
    #[must_use]
    pub fn mirrored(self, page_width: f32) -> Self {
        Self { x: page_width - self.x - self.width, ..self }
    }
}

/// What a box shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Show {
    /// The title, in both languages.
    Title,
    /// The issuer and its country.
    Issuer,
    /// The holder's names.
    Names,
    /// The labelled values.
    Fields,
    /// The table.
    Table,
    /// The photo.
    Photo,
    /// The symbol or symbols.
    Symbol,
    /// The line that says what the symbol is for.
    Caption,
    /// Serial, dates and the like.
    Particulars,
    /// How to check the paper.
    HowToCheck,
    /// A bar of known length.
    ScaleMark,
    /// A thin line.
    Rule,
}

/// A line of [`Show::Particulars`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Particular {
    /// The serial.
    Serial,
    /// Date of issue.
    Issued,
    /// Last day of validity.
    ValidUntil,
    /// Number of the copy.
    Copy,
    /// Serial of the credential that this one replaces.
    Supersedes,
    /// The issuer.
    Issuer,
}

/// When a box is there at all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum When {
    /// Always.
    #[default]
    Always,
    /// When there is a photo.
    Photo,
    /// When there is none.
    NoPhoto,
}

impl When {
    /// Whether two boxes can be on one page.
    pub fn meets(self, other: Self) -> bool {
        !matches!((self, other), (Self::Photo, Self::NoPhoto) | (Self::NoPhoto, Self::Photo))
    }
}

/// Where a line stands in its box.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Align {
    /// Left on a page that runs left to right.
    #[default]
    Start,
    /// In the middle.
    Centre,
    /// Right on a page that runs left to right.
    End,
}

/// How a text looks and how far it may shrink.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Font and colour.
    pub face: Face,
    /// Sizes and line height.
    pub fit: Fit,
}

/// A box of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutBox {
    /// Its name, for error messages.
    pub name: String,
    /// Line in the layout file.
    pub line: usize,
    /// What it shows.
    pub show: Show,
    /// When it is there.
    pub when: When,
    /// Where, on a page that runs left to right.
    pub area: Area,
    /// Style of what matters most in the box.
    pub style: Style,
    /// Style of labels and second languages.
    pub second: Style,
    /// Where lines stand.
    pub align: Align,
    /// Columns of a field grid.
    pub columns: usize,
    /// Space between columns, in mm.
    pub gap: f32,
    /// Hairlines between rows.
    pub ruled: bool,
    /// Lines of [`Show::Particulars`].
    pub items: Vec<Particular>,
    /// Largest side of a symbol with its quiet zone, in mm.
    pub largest: f32,
}

/// A page as boxes in millimetres. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Width of the page, in mm.
    pub width: f32,
    /// Height of the page, in mm.
    pub height: f32,
    /// Dots in an inch of the printer that symbols are sized for.
    pub dots_per_inch: f32,
    /// Colour of rules and of the scale mark.
    pub ink: [u8; 3],
    /// The boxes, from the first drawn to the last.
    pub boxes: Arc<[LayoutBox]>,
    pub(super) background: Option<Arc<Background>>,
    pub(super) words: Arc<WordList>,
}

impl Layout {
    /// Side of the square that each of `count` symbols with its quiet zone may take, in mm.
    pub fn symbol_side(&self, count: usize) -> f32 {
        let boxes = self.boxes.iter().filter(|one| one.show == Show::Symbol);
        let side = |one: &LayoutBox| matrix::side(one.area.inset(blocks::OUTLINE_GAP), count, one.largest);
        boxes.map(side).fold(f32::INFINITY, f32::min)
    }

    /// The languages that the fixed words of a page are known in (BCP 47).
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.words.languages()
    }

    /// Whether there are fixed words for a reader of `tag`.
    pub fn speaks(&self, tag: &str) -> bool {
        self.words.of(tag).is_some()
    }

    /// Reads a layout file.
    pub fn from_toml(text: &str) -> Result<Self, LayoutError> {
        layout_file::read(text)
    }
}
