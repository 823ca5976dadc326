//! A list that is checked and not issued: every fault and warning, by row, line and column, with the cells.

use std::collections::HashMap;

use super::holders::already_holds;
use super::table::Table;
use super::{Checked, Order, Prepared, Source};
use crate::credential::Serial;
use crate::desk::{Desk, Failure, Told, register};
use crate::issue::list::{Problem, Row};
use crate::register::Register;

/// Rows of the table that are given back for mending; longer lists are mended where they were made.
pub const TABLE_ROWS_MAX: usize = 5000;

/// A fault, and the row that has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RowProblem {
    /// Number of the row of data, from 1; none for the header.
    pub row: Option<u64>,
    /// The fault.
    pub problem: Problem,
}

/// Something to look at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RowWarning {
    /// Number of the row of data, from 1; none for the header.
    pub row: Option<u64>,
    /// Line on which the row begins.
    pub line: Option<u64>,
    /// In words.
    pub text: String,
    /// The credential that this person holds already: without `reissue` the row is refused.
    pub holds: Option<Serial>,
}

/// What came of a check.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// Rows of data.
    pub rows: u64,
    /// Credentials that could be issued.
    pub good: u64,
    /// Faults; the first thousand.
    pub problems: Vec<RowProblem>,
    /// Warnings; the first thousand.
    pub warnings: Vec<RowWarning>,
    /// Faults and warnings beyond those.
    pub more: u64,
    /// The cells of a list that is in memory.
    pub table: Table,
}

/// Checks a list as [`Prepared::issue`] would, and says who holds a credential already.
///
/// # Errors
/// When the list cannot be read at all, or the order cannot be carried out with any list.
pub fn check(desk: Desk<'_>, order: &Order) -> Result<Report, Failure> {
    let order = Order { dry_run: true, ..order.clone() };
    let prepared = Prepared::new(desk, &order)?;
    let checker = prepared.checker();
    checker.issuer_fits()?;
    let checked = checker.list(&prepared.list)?;
    let table = match &order.list {
        Source::Memory(bytes) => Table::read(bytes, TABLE_ROWS_MAX),
        Source::File(_) => Table::default(),
    };
    let numbers = table.numbers();
    let mut report = Report { rows: checked.rows, good: checked.good, table, ..Report::default() };
    for told in checked.told() {
        report.add(told, &numbers);
    }
    if desk.home.register().exists() {
        let register = register::open(desk.home)?;
        report.people(&prepared, &register, &numbers)?;
    }
    Ok(report)
}

impl Report {
    fn add(&mut self, told: Told, numbers: &HashMap<u64, u64>) {
        match told {
            Told::Problem(problem) => {
                self.problems.push(RowProblem { row: numbers.get(&problem.line).copied(), problem });
            }
            Told::Warning { line, text } => {
                let row = line.and_then(|line| numbers.get(&line).copied());
                self.warnings.push(RowWarning { row, line, text, holds: None });
            }
            Told::More { number, .. } => self.more += number,
            _ => {}
        }
    }

    /// Who of the list holds a credential already, or looks like somebody who does.
    fn people(
        &mut self,
        prepared: &Prepared<'_>,
        register: &Register,
        numbers: &HashMap<u64, u64>,
    ) -> Result<(), Failure> {
        let checker = prepared.checker();
        let mut found = Vec::new();
        let mut take = |rows: Vec<Row>, _: &mut Checked| {
            for (row, holder) in checker.held(register, &rows)? {
                let text = already_holds(&row, &holder, &checker.made.subject).fault;
                found.push((row.line, text, Some(holder.serial)));
            }
            found.extend(checker.lookalikes(register, &rows)?.into_iter().map(|(line, text)| (line, text, None)));
            Ok(())
        };
        checker.each_chunk(&prepared.list, &mut take, &mut Checked::default())?;
        let warning =
            |(line, text, holds)| RowWarning { row: numbers.get(&line).copied(), line: Some(line), text, holds };
        self.warnings.extend(found.into_iter().map(warning));
        Ok(())
    }
}
