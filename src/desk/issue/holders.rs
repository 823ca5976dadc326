//! Who holds a credential already: asked for the whole list before a batch is begun, and again for every chunk.

use std::collections::HashSet;

use super::batch::Batch;
use super::check::Checker;
use super::checked::Checked;
use crate::desk::register::failure;
use crate::desk::{Failure, Kind, Told};
use crate::issue::list::{Fault, Problem, Row};
use crate::issue::paper;
use crate::issue::subject::name_key;
use crate::register::{Holder, Register};

impl Batch<'_> {
    /// Refuses a list before anything is begun. With `--keep-going` people who already hold a credential are left out;
    /// without it they stop the batch. A list of which nothing is left is no batch: it would replace a good PDF by an
    /// empty one.
    pub fn worth_a_batch(&self, register: &Register, done: &HashSet<u32>, checked: &Checked) -> Result<usize, Failure> {
        let made = self.signing.made;
        let (mut refused, mut told, mut left) = (0u64, 0u64, 0u64);
        let mut take = |chunk: Vec<Row>, _: &mut Checked| {
            let mut rows = checked.without_left_out(chunk, |_| false);
            rows.retain(|row| !done.contains(&(row.number as u32)));
            left += rows.len() as u64;
            for (line, text) in self.checker.lookalikes(register, &rows)? {
                self.desk.observer.tell(Told::Warning { line: Some(line), text });
            }
            if self.order.reissue {
                return Ok(());
            }
            for (row, holder) in self.checker.held(register, &rows)? {
                refused += 1;
                told += 1;
                if told <= 1000 {
                    self.desk.observer.tell(Told::Problem(already_holds(&row, &holder, &made.subject)));
                }
            }
            Ok(())
        };
        self.checker.each_chunk(self.list, &mut take, &mut Checked::default())?;
        if refused > 0 && !self.order.keep_going {
            let already = nothing_was_issued(done.len());
            return Err(Failure::new(format!(
                "{refused} people already hold a credential of type {}; {already}",
                made.name
            ))
            .hint("replace theirs with --reissue, or leave them out with --keep-going")
            .of(Kind::Rows));
        }
        if left == refused && done.is_empty() {
            return Err(Failure::new("nothing is left to issue")
                .hint("correct the rows above, or replace credentials that people hold with --reissue")
                .of(Kind::Rows));
        }
        Ok((left - refused) as usize)
    }
}

impl Checker<'_> {
    /// The rows whose people hold a credential of the type, with that credential.
    pub fn held(&self, register: &Register, rows: &[Row]) -> Result<Vec<(Row, Holder)>, Failure> {
        let subject = &self.made.subject;
        let subjects: Vec<String> = rows.iter().map(|row| row.record.text(subject)).collect();
        let mut holders = register.holders_of(&self.made.name, &subjects).map_err(failure)?;
        let mut held = Vec::new();
        for (row, subject) in rows.iter().zip(subjects) {
            held.extend(holders.remove(&subject).map(|holder| (row.clone(), holder)));
        }
        Ok(held)
    }

    /// The lines of people who look like the holder of another credential, and what to say of each.
    pub fn lookalikes(&self, register: &Register, rows: &[Row]) -> Result<Vec<(u64, String)>, Failure> {
        let subject = &self.made.subject;
        let keys: Vec<String> = rows.iter().map(|row| name_key(&row.record).unwrap_or_default()).collect();
        let known = register.lookalikes(&self.made.name, &keys).map_err(failure)?;
        let other = |row: &Row, key: &String| {
            let own = row.record.text(subject);
            let other = known.get(key)?.iter().find(|holder| holder.subject != own)?;
            let told = format!("line {}: same name and date of birth as the holder of {}", row.line, other.serial);
            Some((row.line, told))
        };
        Ok(rows.iter().zip(&keys).filter_map(|(row, key)| other(row, key)).collect())
    }
}

/// How a refusal ends: a run that was interrupted may have recorded some of the list.
pub fn nothing_was_issued(done: usize) -> String {
    match done {
        0 => "nothing was issued".to_owned(),
        done => format!("{done} of this list are recorded by an interrupted run, nothing more was issued"),
    }
}

/// The fault of a row whose person has a credential.
pub fn already_holds(row: &Row, holder: &Holder, column: &str) -> Problem {
    Problem {
        line: row.line,
        column: Some(column.to_owned()),
        kind: Fault::Holds,
        fault: format!("already holds {}, issued on {}", holder.serial, paper::day(holder.issued)),
        found: String::new(),
        wanted: "a person without one, or --reissue".to_owned(),
    }
}
