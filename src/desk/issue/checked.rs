//! What came of checking a list: how many rows are good, and what is wrong with the others.

use std::collections::HashSet;

use crate::desk::{Observer, Told};
use crate::issue::list::{Problem, Row};

/// Faults and warnings that are told one by one; of the rest only the number is.
const TOLD_AT_MOST: u64 = 1000;

/// What came of checking a list.
#[derive(Default)]
pub struct Checked {
    /// Rows of data in the list.
    pub rows: u64,
    /// Credentials that can be issued.
    pub good: u64,
    /// Rows or groups with a fault.
    pub bad_rows: u64,
    /// Faults.
    pub problems: u64,
    told: Vec<Told>,
    warnings: u64,
    /// Rows that were read well and cannot be signed or printed.
    left_out: HashSet<u64>,
    photos: Option<Photos>,
}

/// How many of the good rows have a photo.
#[derive(Default)]
struct Photos {
    found: u64,
    missing: u64,
    /// The first lines without one.
    lines: Vec<u64>,
}

impl Checked {
    /// The rows that can be issued, and those that `keep` wants in any case.
    pub fn without_left_out(&self, rows: Vec<Row>, keep: impl Fn(u32) -> bool) -> Vec<Row> {
        let good = |row: &Row| !self.left_out.contains(&row.number) || keep(row.number as u32);
        rows.into_iter().filter(good).collect()
    }

    /// How many credentials the batch has: those that can be issued, and those that an earlier run has recorded although
    /// they could no longer be.
    pub fn planned(&self, is_done: impl Fn(u32) -> bool) -> u64 {
        self.good + self.left_out.iter().filter(|row| is_done(**row as u32)).count() as u64
    }

    /// Counts a good row by whether it has a photo.
    pub(super) fn photo(&mut self, line: u64, found: bool) {
        let photos = self.photos.get_or_insert_default();
        if found {
            photos.found += 1;
            return;
        }
        photos.missing += 1;
        if photos.lines.len() < 10 {
            photos.lines.push(line);
        }
    }

    /// Tells who has no photo, when there is a folder of them.
    pub fn report_photos(&self, observer: &dyn Observer) {
        if let Some(Photos { found, missing, lines }) = &self.photos {
            observer.tell(Told::Photos { found: *found, missing: *missing, lines: lines.clone() });
        }
    }

    /// A row that was read well and cannot be signed or printed.
    pub(super) fn leave_out(&mut self, row: &Row, problems: &[Problem]) {
        self.left_out.insert(row.number);
        self.fault(problems);
    }

    /// The faults of a row.
    pub(super) fn fault(&mut self, problems: &[Problem]) {
        self.bad_rows += 1;
        for problem in problems {
            self.problems += 1;
            if self.problems <= TOLD_AT_MOST {
                self.told.push(Told::Problem(problem.clone()));
            }
        }
    }

    /// Something to look at; the reader of lists says the line in words.
    pub(super) fn warn(&mut self, text: String) {
        self.warnings += 1;
        if self.warnings <= TOLD_AT_MOST {
            let line = text.strip_prefix("line ").and_then(|rest| rest.split(':').next()?.parse().ok());
            self.told.push(Told::Warning { line, text });
        }
    }

    /// Tells the faults and warnings.
    pub fn report(&self, observer: &dyn Observer) {
        for told in self.told() {
            observer.tell(told);
        }
    }

    /// The faults and warnings, and how many more there are.
    pub fn told(&self) -> impl Iterator<Item = Told> {
        let more = [(self.problems, "faults"), (self.warnings, "warnings")].into_iter();
        let more = more.filter(|(number, _)| *number > TOLD_AT_MOST);
        let more = more.map(|(number, what)| Told::More { number: number - TOLD_AT_MOST, what });
        self.told.iter().cloned().chain(more)
    }
}
