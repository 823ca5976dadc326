//! The layout of a page: boxes in millimetres.

use std::ops::RangeInclusive;
use std::sync::Arc;

use serde::Deserialize;

use super::background::Background;
use super::blocks;
use super::font::Weight;
use super::layout_error::LayoutError;
use super::layout_file;
use super::matrix;
use super::microprint;
use super::paragraph::Fit;
use super::sheet::SheetPlan;
use super::text::Face;
use super::words::WordList;
use crate::symbol::Room;

/// Least distance of a symbol's quiet zone from the edge of the page, in mm: printers, folds and "fit to page" take the edge.
pub(super) const SYMBOL_FROM_EDGE: f32 = 10.0;

/// The same on cards and rolls, which are cut to size and never fitted to a page: what a cut may be off, and the sheet's
/// registration.
pub(super) const SYMBOL_FROM_CUT: f32 = 1.5;

/// Dots in an inch that a printer may have.
pub(super) const RESOLUTIONS: RangeInclusive<f32> = 150.0..=2400.0;

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
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
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
    /// How many members the table has, and that the symbol lists them: for papers that have no room for the table.
    MemberCount,
    /// Number of the sheet in its batch, on papers that are numbered.
    SheetNumber,
    /// A line of letters too small for a copier.
    Microprint,
}

/// A side of the paper, or a panel of a folded one, in the order in which they are read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// What one sees first.
    #[default]
    Front,
    /// Left after opening.
    InsideLeft,
    /// Right after opening.
    InsideRight,
    /// The other side.
    Back,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Front => "front",
            Self::InsideLeft => "inside-left",
            Self::InsideRight => "inside-right",
            Self::Back => "back",
        })
    }
}

/// A line of [`Show::Particulars`].
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
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

/// When a box is there at all: always, unless a condition says otherwise.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct When {
    /// Only with a photo, or only without.
    pub photo: Option<bool>,
    /// Only with a table, or only without.
    pub table: Option<bool>,
}

impl When {
    /// Whether two boxes can be on one page.
    pub fn meets(self, other: Self) -> bool {
        let differ = |one: Option<bool>, other: Option<bool>| one.zip(other).is_some_and(|(one, other)| one != other);
        !differ(self.photo, other.photo) && !differ(self.table, other.table)
    }

    /// Whether the box is on a page with, or without, photo and table.
    pub fn holds(self, photo: bool, table: bool) -> bool {
        self.meets(Self { photo: Some(photo), table: Some(table) })
    }
}

/// Where a line stands in its box.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
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
    /// The side that it is on.
    pub side: Side,
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
    /// Space between rows at full size, in mm; `None`: what suits the style.
    pub row_gap: Option<f32>,
    /// Hairlines between rows.
    pub ruled: bool,
    /// Lines of [`Show::Particulars`].
    pub items: Vec<Particular>,
    /// Largest side of a symbol with its quiet zone, in mm; length of a scale mark.
    pub largest: f32,
}

impl Style {
    /// Letters of a weight and colour (red, green, blue), of `size` points, and no smaller than `smallest`.
    pub(super) fn plain(size: f32, smallest: f32, weight: Weight, colour: [u8; 3]) -> Self {
        let face = Face { weight, colour, scale: 1.0, ..Face::default() };
        Self { face, fit: Fit { size, smallest, leading: 1.25 } }
    }
}

impl LayoutBox {
    /// A box that stands in no file: of a page that looks the same for everybody.
    pub(super) fn fixed(name: &str, show: Show, area: Area, style: Style, second: Style) -> Self {
        Self {
            name: name.to_owned(),
            line: 0,
            show,
            side: Side::Front,
            when: When::default(),
            area,
            style,
            second,
            align: Align::Start,
            columns: 4,
            gap: 5.0,
            row_gap: None,
            ruled: false,
            items: Vec::new(),
            largest: 90.0,
        }
    }
}

/// A page as boxes in millimetres. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Width of the page, in mm.
    pub width: f32,
    /// Height of the page, in mm; of a roll, the most that it may take.
    pub height: f32,
    /// Dots in an inch of the printer that symbols are sized for.
    pub dots_per_inch: f32,
    /// Colour of rules and of the scale mark.
    pub ink: [u8; 3],
    /// Whether the paper comes from a roll: boxes take only the height that they need, and the paper ends with them.
    pub roll: bool,
    /// The boxes, from the first drawn to the last.
    pub boxes: Arc<[LayoutBox]>,
    /// How pages come to lie on larger sheets, when they do.
    pub sheet: Option<Arc<SheetPlan>>,
    pub(super) background: Option<Arc<Background>>,
    /// For the sides that have lines of microprint: the ground with them.
    pub(super) microprint: Vec<(Side, Arc<Background>)>,
    pub(super) words: Arc<WordList>,
}

/// A file of a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TemplateFile {
    /// Where it is, for people.
    pub shown: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Looks a file of a template up by its plain name.
pub type Files<'a> = &'a dyn Fn(&str) -> Option<TemplateFile>;

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

    /// The place for each of `count` symbols, on the printer of this layout.
    pub fn room(&self, count: usize) -> Room {
        let side = f64::from(self.symbol_side(count));
        let dpi = self.dots_per_inch.round() as u32;
        Room::new(dpi, side).with_least_dots(matrix::fewest_dots(self.dots_per_inch))
    }

    /// The same layout on another printer; `None` when its resolution is not 150 to 2400 dots per inch.
    #[must_use]
    pub fn for_printer(self, dots_per_inch: f32) -> Option<Self> {
        RESOLUTIONS.contains(&dots_per_inch).then_some(Self { dots_per_inch, ..self })
    }

    /// The same layout with `words` in its lines of microprint, such as the issuer's name. Letters and digits of ASCII can be
    /// engraved; where nothing of the words is left, a fixed phrase stands.
    #[must_use]
    pub fn with_microprint(mut self, words: &str) -> Self {
        self.microprint = microprint::grounds(&self, words);
        self
    }

    /// What lies under a side.
    pub(super) fn ground(&self, side: Side) -> Option<Arc<Background>> {
        let engraved = self.microprint.iter().find(|(one, _)| *one == side).map(|(_, ground)| Arc::clone(ground));
        engraved.or_else(|| self.background.clone())
    }

    /// The sides that have boxes, in the order in which they are read.
    pub fn sides(&self) -> Vec<Side> {
        if self.sheet.as_ref().is_some_and(|sheet| sheet.is_folded()) {
            return vec![Side::Front, Side::InsideLeft, Side::InsideRight, Side::Back];
        }
        let mut sides: Vec<Side> = self.boxes.iter().map(|one| one.side).chain([Side::Front]).collect();
        sides.sort_unstable();
        sides.dedup();
        sides
    }

    /// Reads a layout file that needs no others.
    pub fn from_toml(text: &str) -> Result<Self, LayoutError> {
        layout_file::read(text, &|_| None)
    }

    /// Reads the layout file `name` and the files that it names in turn.
    pub fn from_files(name: &str, files: Files<'_>) -> Result<Self, LayoutError> {
        layout_file::read_named(name, files)
    }
}
