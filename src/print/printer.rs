//! Certificates → sheets of paper, on all cores.

use rayon::prelude::*;

use super::certificate::Certificate;
use super::compose::{compose, compose_numbered};
use super::font::Fonts;
use super::layout::Layout;
use super::page::{Page, Sheet};
use super::preflight::Problem;
use super::sheet::Press;

/// Composes pages. Can be shared between threads.
#[derive(Clone, Copy, Debug)]
pub struct Printer<'a> {
    layout: &'a Layout,
    fonts: &'a Fonts,
    /// Number of the next sheet, and of all.
    numbers: Option<(usize, usize)>,
}

impl<'a> Printer<'a> {
    /// A printer of one layout.
    pub fn new(layout: &'a Layout, fonts: &'a Fonts) -> Self {
        Self { layout, fonts, numbers: None }
    }

    /// The same, but every sheet says which of `total` it is; the first is number `first`.
    ///
    /// Single papers have no numbers: the same certificate is then the same page in whatever batch it is printed.
    #[must_use]
    pub fn numbered(self, first: usize, total: usize) -> Self {
        Self { numbers: Some((first, total)), ..self }
    }

    /// Composes the pages of one certificate: all its sides, the front first.
    pub fn faces(&self, certificate: &Certificate) -> Result<Vec<Page>, Vec<Problem>> {
        let faces = compose(certificate, self.layout, self.fonts, None)?;
        Ok(faces.pages.into_iter().map(|(_, page)| page).collect())
    }

    /// Whether papers in a language (BCP 47) run from right to left.
    pub fn right_to_left(&self, language: &str) -> bool {
        self.layout.words.of(language).is_some_and(|words| words.right_to_left)
    }

    /// Certificates that share a sheet of paper: batches are best cut at multiples of it.
    pub fn certificates_a_sheet(&self) -> usize {
        self.layout.sheet.as_ref().map_or(1, |sheet| sheet.certificates(self.layout.sides().len()))
    }

    /// Sheets of paper that so many certificates take; both sides are one sheet.
    pub fn sheet_count(&self, certificates: usize) -> usize {
        certificates.div_ceil(self.certificates_a_sheet())
    }

    /// Composes sheets on all cores, in the order of the certificates. Of two-sided paper, the front comes before its back.
    pub fn sheets(&self, certificates: &[Certificate]) -> Result<Vec<Sheet>, Unprintable> {
        let shared = self.certificates_a_sheet();
        let number = |index: usize| self.numbers.map(|(first, total)| (first + index / shared, total));
        let faces: Vec<_> = certificates
            .par_iter()
            .enumerate()
            .map(|(index, one)| compose_numbered(one, self.layout, self.fonts, None, number(index)))
            .collect();
        let mut sheets = Vec::with_capacity(faces.len());
        let mut group = Vec::new();
        let last = faces.len().saturating_sub(1);
        for (index, faces) in faces.into_iter().enumerate() {
            let faces = faces.map_err(|problems| Unprintable { index, problems })?;
            let Some(plan) = &self.layout.sheet else {
                sheets.extend(faces.pages.into_iter().map(|(_, page)| Sheet::from(page)));
                continue;
            };
            group.push(faces);
            if group.len() == shared || index == last {
                let dot = 25.4 / self.layout.dots_per_inch;
                let press = Press { dot, fonts: self.fonts, number: number(index) };
                sheets.extend(plan.impose(std::mem::take(&mut group), press));
            }
        }
        Ok(sheets)
    }
}

/// A certificate of a batch that cannot be printed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Unprintable {
    /// Which certificate, from 0.
    pub index: usize,
    /// All reasons.
    pub problems: Vec<Problem>,
}
