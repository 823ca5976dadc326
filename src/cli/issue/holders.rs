//! Who holds a credential already: asked for the whole list before a batch is begun, and again for every chunk.

use std::collections::HashSet;

use super::Failure;
use super::batch::Batch;
use super::check::Checked;
use crate::cli::register::failure;
use crate::issue::list::Row;
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
            self.point_out_lookalikes(register, &rows)?;
            if self.args.reissue {
                return Ok(());
            }
            for (row, holder) in self.held(register, &rows)? {
                refused += 1;
                told += 1;
                if told <= 1000 {
                    eprintln!("{}: {}", self.args.list.display(), already_holds(&row, &holder, &made.subject));
                }
            }
            Ok(())
        };
        self.checker.each_chunk(self.list, &mut take, &mut Checked::default())?;
        if refused > 0 && !self.args.keep_going {
            let already = nothing_was_issued(done.len());
            return Err(Failure::new(format!(
                "{refused} people already hold a credential of type {}; {already}",
                made.name
            ))
            .hint("replace theirs with --reissue, or leave them out with --keep-going"));
        }
        if left == refused && done.is_empty() {
            return Err(Failure::new("nothing is left to issue")
                .hint("correct the rows above, or replace credentials that people hold with --reissue"));
        }
        Ok((left - refused) as usize)
    }

    /// The rows whose people hold a credential of the type, with that credential.
    pub fn held(&self, register: &Register, rows: &[Row]) -> Result<Vec<(Row, Holder)>, Failure> {
        let subject = &self.signing.made.subject;
        let subjects: Vec<String> = rows.iter().map(|row| row.record.text(subject)).collect();
        let mut holders = register.holders_of(&self.signing.made.name, &subjects).map_err(failure)?;
        let mut held = Vec::new();
        for (row, subject) in rows.iter().zip(subjects) {
            held.extend(holders.remove(&subject).map(|holder| (row.clone(), holder)));
        }
        Ok(held)
    }

    fn point_out_lookalikes(&self, register: &Register, rows: &[Row]) -> Result<(), Failure> {
        let subject = &self.signing.made.subject;
        let keys: Vec<String> = rows.iter().map(|row| name_key(&row.record).unwrap_or_default()).collect();
        let known = register.lookalikes(&self.signing.made.name, &keys).map_err(failure)?;
        for (row, key) in rows.iter().zip(&keys) {
            let own = row.record.text(subject);
            if let Some(other) = known.get(key).and_then(|holders| holders.iter().find(|h| h.subject != own)) {
                eprintln!(
                    "{}: warning: line {}: same name and date of birth as the holder of {}",
                    self.args.list.display(),
                    row.line,
                    other.serial
                );
            }
        }
        Ok(())
    }
}

/// How a refusal ends: a run that was interrupted may have recorded some of the list.
pub fn nothing_was_issued(done: usize) -> String {
    match done {
        0 => "nothing was issued".to_owned(),
        done => format!("{done} of this list are recorded by an interrupted run, nothing more was issued"),
    }
}

fn already_holds(row: &Row, holder: &Holder, column: &str) -> String {
    format!(
        "line {}, {column}: already holds {}, issued on {}; wanted a person without one, or --reissue",
        row.line,
        holder.serial,
        paper::day(holder.issued)
    )
}
