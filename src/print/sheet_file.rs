//! The `[sheet]` table of a layout file → [`SheetPlan`].

use serde::Deserialize;
use toml::Spanned;

use super::layout_error::{LayoutError, LayoutProblem};
use super::layout_file::{Place, Size, page_size};
use super::sheet::{Arrangement, Duplex, Grid, SheetPlan};

/// How pages lie on a sheet of paper.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SheetTable {
    /// The layout whose pages are put on the sheet.
    pub(super) layout: Option<Spanned<String>>,
    paper: Spanned<Size>,
    fold: Option<Fold>,
    columns: Option<u8>,
    rows: Option<u8>,
    origin: Option<[f32; 2]>,
    #[serde(default)]
    gap: [f32; 2],
    #[serde(default)]
    crop_marks: bool,
    #[serde(default)]
    duplex: DuplexName,
    #[serde(default)]
    back_offset: [f32; 2],
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Fold {
    Quarter,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DuplexName {
    LongEdge,
    ShortEdge,
    #[default]
    None,
}

/// Most columns and rows.
const CELLS_AT_MOST: f32 = 20.0;
/// Most that a printer's back may be off, in mm.
const OFFSET_AT_MOST: f32 = 10.0;

impl SheetPlan {
    /// Reads the table; `page` is the size of a page in mm.
    pub(super) fn read(place: &Place<'_>, table: Spanned<SheetTable>, page: (f32, f32)) -> Result<Self, LayoutError> {
        let at = table.span().start;
        let table = table.into_inner();
        let (width, height) = page_size(place, &table.paper)?;
        let wrong = |what| place.error(at, LayoutProblem::Sheet { what });
        if let Some(Fold::Quarter) = table.fold {
            if table.columns.is_some() || table.rows.is_some() || table.layout.is_some() {
                return Err(wrong("a folded sheet has neither columns nor rows nor another layout"));
            }
            let is_quarter = (page.0 * 2.0 - width).abs() < 1.0 && (page.1 * 2.0 - height).abs() < 1.0;
            if !is_quarter {
                return Err(wrong("with fold = \"quarter\" the page is half as wide and half as high as the paper"));
            }
            return Ok(Self { width, height, page, arrangement: Arrangement::Quarter });
        }
        let columns = place.range(at, "columns", f32::from(table.columns.unwrap_or(1)), 1.0, CELLS_AT_MOST)? as usize;
        let rows = place.range(at, "rows", f32::from(table.rows.unwrap_or(1)), 1.0, CELLS_AT_MOST)? as usize;
        let mut gap = [0.0; 2];
        let mut back_offset = [0.0; 2];
        for axis in 0..2 {
            gap[axis] = place.range(at, "gap", table.gap[axis], 0.0, 100.0)?;
            back_offset[axis] =
                place.range(at, "back-offset", table.back_offset[axis], -OFFSET_AT_MOST, OFFSET_AT_MOST)?;
        }
        let duplex = match table.duplex {
            DuplexName::LongEdge => Duplex::LongEdge,
            DuplexName::ShortEdge => Duplex::ShortEdge,
            DuplexName::None => Duplex::None,
        };
        let grid = Grid { columns, rows, origin: [0.0; 2], gap, crop_marks: table.crop_marks, duplex, back_offset };
        let taken = grid.taken(page);
        let origin = table.origin.unwrap_or([(width - taken.0) / 2.0, (height - taken.1) / 2.0]);
        let (right, bottom) = (origin[0] + taken.0, origin[1] + taken.1);
        let fits = origin[0] >= 0.0 && origin[1] >= 0.0 && right <= width && bottom <= height;
        if !fits {
            return Err(place.error(
                at,
                LayoutProblem::SheetTooSmall {
                    columns,
                    rows,
                    wanted_width: right,
                    wanted_height: bottom,
                    width,
                    height,
                },
            ));
        }
        if duplex == Duplex::None && !columns.is_multiple_of(2) {
            return Err(wrong("with duplex = \"none\" backs stand right of their fronts: columns is even"));
        }
        Ok(Self { width, height, page, arrangement: Arrangement::Grid(Grid { origin, ..grid }) })
    }
}
