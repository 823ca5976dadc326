//! Imposition: pages → sheets of paper, so that what is cut, folded or turned over comes out right.
//!
//! The places are in mm from the top left of each side of the sheet. Behind a point `(x, y)` of a front lies `(width − x, y)`
//! of its back when the printer turns the sheet about its vertical axis, and `(x, height − y)` when about the horizontal one;
//! cards are then turned by half, so that a card that is cut out and turned over like a page shows its back upright.

use super::font::Fonts;
use super::layout::{Area, Side};
use super::marks;
use super::page::{Page, Placed, Sheet, Turn};

/// How the pages of a layout come to lie on larger sheets.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetPlan {
    /// Width of the paper, in mm.
    pub width: f32,
    /// Height of the paper, in mm.
    pub height: f32,
    /// Width and height of a page, in mm.
    pub(super) page: (f32, f32),
    pub(super) arrangement: Arrangement,
}

/// In which pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Arrangement {
    /// Four panels, printed on one side of the sheet, which is folded back at half its height and then like a book.
    Quarter,
    /// Rows and columns, to be cut.
    Grid(Grid),
}

/// Rows and columns of pages.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Left top of the first page, in mm.
    pub(super) origin: [f32; 2],
    /// Between columns and between rows, in mm.
    pub(super) gap: [f32; 2],
    pub(super) crop_marks: bool,
    pub(super) duplex: Duplex,
    /// How far the backs are moved right and down, in mm, against what the printer does wrong.
    pub(super) back_offset: [f32; 2],
}

/// How the printer turns the sheet for its other side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duplex {
    /// About its long edge, as the pages of a book in portrait.
    LongEdge,
    /// About its short edge, as those of a notepad.
    ShortEdge,
    /// Not at all: backs stand right of their fronts, to be folded behind them.
    None,
}

/// The pages of one certificate, in the order in which they are read.
#[derive(Debug)]
pub(super) struct Faces {
    pub(super) pages: Vec<(Side, Page)>,
    pub(super) right_to_left: bool,
}

/// The printer's grid of dots and the colour of marks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Press<'a> {
    /// Side of a printer dot, in mm.
    pub(super) dot: f32,
    pub(super) fonts: &'a Fonts,
    /// Number of the sheet and of all sheets.
    pub(super) number: Option<(usize, usize)>,
}

impl SheetPlan {
    /// Whether the sheet is folded to the size of its pages.
    pub fn is_folded(&self) -> bool {
        self.arrangement == Arrangement::Quarter
    }

    /// How the printer must turn the sheet; `None` for sheets that are folded or of one side.
    pub fn duplex(&self) -> Option<Duplex> {
        match &self.arrangement {
            Arrangement::Quarter => None,
            Arrangement::Grid(grid) => Some(grid.duplex),
        }
    }

    /// Certificates that share a sheet.
    pub(super) fn certificates(&self, sides: usize) -> usize {
        match &self.arrangement {
            Arrangement::Quarter => 1,
            Arrangement::Grid(grid) if grid.duplex == Duplex::None && sides > 1 => grid.columns / 2 * grid.rows,
            Arrangement::Grid(grid) => grid.columns * grid.rows,
        }
    }

    /// Puts the pages of at most [`Self::certificates`] certificates on a sheet, or on its two sides.
    pub(super) fn impose(&self, group: Vec<Faces>, press: Press<'_>) -> Vec<Sheet> {
        match &self.arrangement {
            Arrangement::Quarter => group.into_iter().map(|faces| self.quarter(faces, press.dot)).collect(),
            Arrangement::Grid(grid) => self.grid(grid, group, press),
        }
    }

    /// The front lies where the spine is right: bottom right for what is read from left to right. Folding the upper half
    /// back turns it upside down.
    fn quarter(&self, faces: Faces, dot: f32) -> Sheet {
        let (width, height) = self.page;
        let right_to_left = faces.right_to_left;
        let place = |(side, page): (Side, Page)| {
            let (right, top) = match side {
                Side::Front => (true, false),
                Side::Back => (false, false),
                Side::InsideLeft => (true, true),
                Side::InsideRight => (false, true),
            };
            // What is read from right to left has its spine at the right: everything changes sides.
            let x = if right == right_to_left { 0.0 } else { self.width - width };
            let (y, turn) = if top { (0.0, Turn::Half) } else { (self.height - height, Turn::None) };
            placed(x, y, turn, page, dot)
        };
        Sheet {
            width: self.width,
            height: self.height,
            faces: faces.pages.into_iter().map(place).collect(),
            marks: marks::folds(self.width, self.height),
        }
    }

    fn grid(&self, grid: &Grid, group: Vec<Faces>, press: Press<'_>) -> Vec<Sheet> {
        let mut front = Vec::new();
        let mut back = Vec::new();
        let beside = grid.duplex == Duplex::None && group.iter().any(|faces| faces.pages.len() > 1);
        for (number, faces) in group.into_iter().enumerate() {
            let cell = if beside { number * 2 } else { number };
            for (side, page) in faces.pages {
                let on_front = grid.place(cell, self.page);
                if side == Side::Front {
                    front.push(placed(on_front.0, on_front.1, Turn::None, page, press.dot));
                } else if beside {
                    let (x, y) = grid.place(cell + 1, self.page);
                    front.push(placed(x, y, Turn::None, page, press.dot));
                } else {
                    let (x, y, turn) = self.behind(grid, on_front);
                    let [right, down] = grid.back_offset;
                    back.push(placed(x + right, y + down, turn, page, press.dot));
                }
            }
        }
        let mut marks = if grid.crop_marks { marks::crops(grid, self.page) } else { Vec::new() };
        let (_, bottom) = grid.place(grid.columns * grid.rows - 1, self.page);
        let foot = Area {
            x: grid.origin[0],
            y: bottom + self.page.1,
            width: grid.taken(self.page).0,
            height: self.height - bottom - self.page.1,
        };
        marks.extend(marks::foot(press.fonts, foot, press.number));
        let sheet = |faces, marks| Sheet { width: self.width, height: self.height, faces, marks };
        let mut sheets = vec![sheet(front, marks)];
        if !back.is_empty() {
            sheets.push(sheet(back, Vec::new()));
        }
        sheets
    }

    /// Where the back of the page at `(x, y)` lies on the other side of the sheet.
    fn behind(&self, grid: &Grid, (x, y): (f32, f32)) -> (f32, f32, Turn) {
        let portrait = self.height >= self.width;
        let about_vertical = (grid.duplex == Duplex::LongEdge) == portrait;
        if about_vertical {
            (self.width - x - self.page.0, y, Turn::None)
        } else {
            (x, self.height - y - self.page.1, Turn::Half)
        }
    }
}

impl Grid {
    /// Width and height of all pages and the gaps between them, in mm.
    pub(super) fn taken(&self, page: (f32, f32)) -> (f32, f32) {
        let length = |side: f32, gap: f32, count: usize| (side + gap) * count as f32 - gap;
        (length(page.0, self.gap[0], self.columns), length(page.1, self.gap[1], self.rows))
    }

    /// Left top of a cell, row by row.
    pub(super) fn place(&self, cell: usize, page: (f32, f32)) -> (f32, f32) {
        let (column, row) = (cell % self.columns, cell / self.columns);
        (self.origin[0] + (page.0 + self.gap[0]) * column as f32, self.origin[1] + (page.1 + self.gap[1]) * row as f32)
    }
}

/// A page in its place, moved by less than a dot so that its own dots are dots of the sheet.
fn placed(x: f32, y: f32, turn: Turn, page: Page, dot: f32) -> Placed {
    let (width, height) = match turn {
        Turn::None | Turn::Half => (page.width, page.height),
        Turn::Quarter | Turn::ThreeQuarters => (page.height, page.width),
    };
    // From the place's left top to where the page's own left top comes to lie.
    let (across, down) = match turn {
        Turn::None => (0.0, 0.0),
        Turn::Quarter => (width, 0.0),
        Turn::Half => (width, height),
        Turn::ThreeQuarters => (0.0, height),
    };
    let snapped = |start: f32, shift: f32| ((start + shift) / dot).round() * dot - shift;
    Placed { x: snapped(x, across), y: snapped(y, down), turn, page }
}
