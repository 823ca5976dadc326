//! Sheets → one PDF file, written as they come: what stays in memory of a page is where its objects are.

use std::io::Write;

use rayon::prelude::*;

use super::font::{FontError, Fonts};
use super::page::Sheet;
use super::pdf::font::OBJECTS_A_FONT;
use super::pdf::objects::Objects;
use super::pdf::sheet::{Numbered, Plan, State};
use super::pdf::structure::is_language;
use super::pdf::tails::{self, Fixed};

/// What the file says about itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BookMeta {
    /// Title of the file.
    pub title: String,
    /// BCP 47 language of the file.
    pub language: String,
    /// Whether the file's main language runs from right to left.
    pub right_to_left: bool,
    /// Who issued what is in it.
    pub author: String,
    /// The date that the file carries. The clock is never asked.
    pub created: jiff::Timestamp,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The sink does not take the bytes.
    #[error("the PDF cannot be written")]
    Io(#[from] std::io::Error),
    /// A page that no PDF can have.
    #[error("a page of {width} × {height} mm cannot be written")]
    PageSize {
        /// In mm.
        width: f32,
        /// In mm.
        height: f32,
    },
    /// More combinations of letters than one file can tell apart.
    #[error("the pages have more combinations of letters than one PDF can hold")]
    TooManyForms,
    /// The program's own fonts cannot be read.
    #[error("the fonts cannot be read")]
    Fonts(#[from] FontError),
    /// A font cannot be cut down to what is used of it.
    #[error("a font cannot be put into the PDF")]
    Subset(#[from] subsetter::Error),
}

/// What BCP 47 calls a language that is not known: a file must say some language (ISO 14289-1 §7.2).
const UNKNOWN_LANGUAGE: &str = "und";

/// Sheets that are in memory as bytes before they are written.
const SHEETS_A_ROUND: usize = 64;

/// A PDF file in the making, written to `W`.
pub struct Book<W> {
    objects: Objects<W>,
    fixed: Fixed,
    meta: BookMeta,
    /// From the first sheet on.
    state: Option<State>,
}

impl<W> std::fmt::Debug for Book<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Book")
    }
}

impl<W: Write> Book<W> {
    /// An empty file.
    pub fn new(out: W, meta: &BookMeta) -> Result<Self, BookError> {
        let mut objects = Objects::new(out)?;
        let fixed = Fixed::new(objects.reserve(Fixed::COUNT));
        let mut meta = meta.clone();
        if !is_language(&meta.language) {
            UNKNOWN_LANGUAGE.clone_into(&mut meta.language);
        }
        Ok(Self { objects, fixed, meta, state: None })
    }

    /// Adds sheets at the end, in their order. All cores take part; the bytes do not depend on how many there are.
    pub fn add(&mut self, sheets: &[Sheet]) -> Result<(), BookError> {
        sheets.chunks(SHEETS_A_ROUND).try_for_each(|round| self.round(round))
    }

    fn round(&mut self, sheets: &[Sheet]) -> Result<(), BookError> {
        let mut state = self.take_state(sheets)?;
        let result = self.write_round(sheets, &mut state);
        self.state = Some(state);
        result
    }

    fn write_round(&mut self, sheets: &[Sheet], state: &mut State) -> Result<(), BookError> {
        let page_size = |sheet: &Sheet| BookError::PageSize { width: sheet.width, height: sheet.height };
        let plan = |sheet| Plan::of(sheet, state).ok_or_else(|| page_size(sheet));
        let plans = sheets.par_iter().map(plan).collect::<Result<Vec<_>, _>>()?;
        let mut numbered = Vec::with_capacity(plans.len());
        for plan in plans {
            let sheet = state.number(plan, |count| self.objects.reserve(count));
            numbered.push(sheet.map_err(|_| BookError::TooManyForms)?);
        }
        let state = &*state;
        let packed: Vec<_> = numbered.into_par_iter().map(|sheet: Numbered<'_>| sheet.encode(state)).collect();
        packed.iter().try_for_each(|packed| self.objects.write(packed)).map_err(BookError::Io)
    }

    /// All fonts of the program are the same ones; the first page's are as good as any.
    fn take_state(&mut self, sheets: &[Sheet]) -> Result<State, BookError> {
        if let Some(state) = self.state.take() {
            return Ok(state);
        }
        let mut faces = sheets.iter().flat_map(|sheet| &sheet.faces);
        let fonts = match faces.next() {
            Some(placed) => placed.page.fonts.clone(),
            None => Fonts::embedded()?,
        };
        Ok(State::new(self.meta.clone(), fonts, self.fixed.document, self.fixed.font_list))
    }

    /// Writes what is left and gives the sink back.
    pub fn finish(mut self) -> Result<W, BookError> {
        let state = self.take_state(&[])?;
        let used: Vec<_> = state.codes.fonts().map(|font| (font, self.objects.reserve(OBJECTS_A_FONT))).collect();
        let fonts: Vec<_> = used.par_iter().map(|&(font, first)| tails::font(&state, font, first)).collect();
        for font in fonts {
            self.objects.write_pieces(font?)?;
        }
        let tails = self.fixed.write(&state, &used, |count| self.objects.reserve(count));
        self.objects.write_pieces(tails)?;
        Ok(self.objects.finish(self.fixed.catalog, self.fixed.info)?)
    }
}
