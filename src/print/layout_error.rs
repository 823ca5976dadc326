//! What is wrong with a layout file, and where: file, line and box.

use super::layout::Side;
use super::svg::SvgProblem;

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
    #[error("{found:?} is not a page size: wanted A4, A5, A6, Letter, ID-1 or two numbers in mm")]
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
    /// A distance from the edge that only cards and rolls may go below.
    #[error("symbol-from-edge is {found}: below {least} mm only on a card or a roll, which are cut to size")]
    EdgeOfAPage {
        /// As found, in mm.
        found: f32,
        /// The least on a page, in mm.
        least: f32,
    },
    /// More boxes than a page can sensibly have.
    #[error("{found} boxes: at most {most} are read")]
    TooManyBoxes {
        /// As found.
        found: usize,
        /// Allowed.
        most: usize,
    },
    /// A file too long to be a layout.
    #[error("{found} bytes: a layout has at most {most}")]
    TooLong {
        /// As found.
        found: usize,
        /// Allowed.
        most: usize,
    },
    /// A box on a side that the page does not have.
    #[error("the page has no side {side}: inside-left and inside-right are for a sheet with fold = \"quarter\"")]
    NoSide {
        /// As found.
        side: Side,
    },
    /// Microprint that would not be where it is on pages that run the other way.
    #[error("microprint is as far from the left edge as from the right: it is the same on pages of both directions")]
    Lopsided,
    /// Something that a box on a roll cannot be.
    #[error("a roll has one side, and no {what}")]
    Roll {
        /// What it has.
        what: &'static str,
    },
    /// Keys that do not belong together, or lack each other.
    #[error("{what}")]
    Sheet {
        /// In a sentence.
        what: &'static str,
    },
    /// Cards that do not fit on their sheet.
    #[error(
        "{columns} columns and {rows} rows take {wanted_width} × {wanted_height} mm, the paper has {width} × {height}"
    )]
    SheetTooSmall {
        /// Columns.
        columns: usize,
        /// Rows.
        rows: usize,
        /// From the left of the paper to the right of the last column, in mm.
        wanted_width: f32,
        /// From the top of the paper to the bottom of the last row, in mm.
        wanted_height: f32,
        /// In mm.
        width: f32,
        /// In mm.
        height: f32,
    },
    /// A file that the layout names and that is not there.
    #[error("there is no file {name:?} in the template's folder")]
    NoFile {
        /// As found.
        name: String,
    },
    /// A name that could lead out of the template's folder.
    #[error("{name:?} is not a plain file name")]
    FileName {
        /// As found.
        name: String,
    },
    /// A background that is not what may be printed.
    #[error(transparent)]
    Svg(#[from] SvgProblem),
    /// The fixed words that the program carries cannot be read.
    #[error("the program's own words.toml cannot be read: {message}")]
    Words {
        /// The parser's words.
        message: String,
    },
}
