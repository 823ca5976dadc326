//! Signing, recording and printing, chunk by chunk, so that a batch that was killed at any moment is taken up again.
//!
//! Order of things: reserve, sign, record (durably), compose and write; when a file of the batch is full, what stands in
//! it is recorded, the statuses are published, the file gets its name, and the register closes it. A second run of the
//! same list finds the recorded rows, takes their serials and symbols from the register, writes the file again that was
//! noted and not closed, leaves those alone that were closed, and goes on with the rest.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::check::Checker;
use super::checked::Checked;
use super::options::Options;
use super::places::check_free;
use super::recorded::Recorded;
use super::write::{Form, Papers, Symbols, meta};
use super::{Issued, List, Order, manifest};
use crate::credential::Serial;
use crate::desk::output::{clear_abandoned, folder_of};
use crate::desk::register::{self, failure};
use crate::desk::{Desk, Failure, Home, Kind, Publisher, Stage, Told, trust};
use crate::issue::list::Row;
use crate::issue::paper::IssuerName;
use crate::issue::sign::Signing;
use crate::print::Printer;
use crate::register::{Batch as Begun, BatchId, BatchPlan, Register};

/// One run of `issue`, after its list was found good.
pub struct Batch<'a> {
    pub order: &'a Order,
    pub desk: Desk<'a>,
    pub signing: &'a Signing<'a>,
    pub checker: &'a Checker<'a>,
    pub name: &'a IssuerName,
    pub list: &'a List,
    pub digest: [u8; 32],
    /// Whether verifiers have to be told of the type.
    pub own_type: bool,
}

impl Batch<'_> {
    /// Signs, records and prints the whole list.
    pub fn run(&self, checked: &Checked) -> Result<Issued, Failure> {
        let output = self.order.output.as_deref().ok_or_else(|| Failure::new("no place to write to"))?;
        let made = self.signing.made;
        let mut register = Register::open(&self.desk.home.register()).map_err(failure)?;
        let before = register.interrupted(&made.name, &self.digest).map_err(failure)?;
        let before: HashSet<u32> = before.iter().map(|row| row.row).collect();
        let planned = checked.planned(|row| before.contains(&row));
        let rows = u32::try_from(planned).map_err(Failure::new)?;
        let fresh = self.worth_a_batch(&register, &before, checked)?;
        let own = register.volumes_of_interrupted(&made.name, &self.digest).map_err(failure)?;
        check_free(self.order, output, &own)?;
        self.options().agree(self.order, !own.is_empty())?;
        clear_abandoned(self.order.form().folder(output));
        self.order.symbols.iter().for_each(|symbols| clear_abandoned(folder_of(symbols)));
        let shown = output.display().to_string();
        let plan = BatchPlan { digest: self.digest, type_name: &made.name, output: &shown, rows };
        // The keys first: what cannot be published must not be issued.
        let publisher = Publisher::open(self.desk, &register)?;
        self.desk.observer.may_cancel();
        let begun = register.begin_batch(&plan, self.desk.now).map_err(failure)?;
        self.desk.observer.begun(begun.id())?;
        let earlier = Earlier::of(&register, &begun)?;
        if let Begun::Resumed { .. } = begun {
            self.desk.observer.tell(Told::Resumed { done: earlier.done.len() as u64, planned });
        }
        self.describe_type()?;
        let started = register.batch_started(begun.id()).map_err(failure)?;
        let printer = Printer::new(self.checker.layout, self.checker.fonts);
        let next = earlier.open.unwrap_or(earlier.closed + 1);
        let mut press = Press {
            batch: self,
            id: begun.id(),
            publisher,
            papers: Papers::new(output, self.order.form(), printer, meta(self.name, made, started), next)
                .reading_back(self.order.read_back.then_some(self.checker.layout.dots_per_inch)),
            symbols: self.order.symbols.as_deref().map(Symbols::create).transpose()?,
            planned,
            fresh,
            recorded: earlier.done.len(),
            register,
            earlier,
            waiting: Vec::new(),
            again: false,
            issued: 0,
            dropped: Vec::new(),
            serials: Vec::new(),
            published: false,
        };
        self.desk.observer.begin(Stage::Issuing, planned);
        let done = press.all(checked).and_then(|()| press.end(output));
        self.desk.observer.end();
        let (issued, dropped) = done?;
        warn_dropped(dropped, self);
        Ok(issued)
    }

    fn options(&self) -> Options {
        Options::of(self.desk.home, &self.digest)
    }

    /// Puts a type that is not built in into the own trust list, so that verifiers can name its fields.
    fn describe_type(&self) -> Result<(), Failure> {
        if !self.own_type {
            return Ok(());
        }
        trust::own::edit(self.desk, |list| {
            trust::own::add_type(list, self.signing.made);
            Ok(())
        })
        .map(drop)
    }
}

/// What an interrupted run of the same list has left in the register.
struct Earlier {
    /// The rows that are recorded.
    done: HashMap<u32, Serial>,
    /// The rows that stand in a file, and whether that file has its name.
    placed: HashMap<u32, bool>,
    /// How many files have their names.
    closed: u32,
    /// The file that was noted and has perhaps no name.
    open: Option<u32>,
}

impl Earlier {
    fn of(register: &Register, begun: &Begun) -> Result<Self, Failure> {
        let volumes = register.volumes_of(begun.id()).map_err(failure)?;
        let places = register.places_of(begun.id()).map_err(failure)?;
        Ok(Self {
            done: begun.done().iter().map(|row| (row.row, row.serial)).collect(),
            placed: places.iter().map(|place| (place.row, place.closed)).collect(),
            closed: volumes.iter().filter(|volume| volume.closed).map(|volume| volume.number).max().unwrap_or(0),
            open: volumes.iter().find(|volume| !volume.closed).map(|volume| volume.number),
        })
    }

    /// Whether the row's file is finished (`Some(true)`), was begun to be named (`Some(false)`), or is not known.
    fn place(&self, row: &Row) -> Option<bool> {
        self.placed.get(&(row.number as u32)).copied()
    }
}

/// A batch at work.
struct Press<'a> {
    batch: &'a Batch<'a>,
    register: Register,
    id: BatchId,
    publisher: Publisher,
    papers: Papers<'a>,
    symbols: Option<Symbols>,
    planned: u64,
    /// Credentials that are not recorded yet.
    fresh: usize,
    earlier: Earlier,
    /// Recorded, and not printed yet.
    waiting: Vec<Recorded>,
    /// A file is being made again that an interrupted run has noted.
    again: bool,
    /// Credentials that have a paper by now, those of earlier runs included.
    issued: u64,
    /// Credentials that are in the register.
    recorded: usize,
    dropped: Vec<String>,
    /// Serials of the batch, in the order of its rows.
    serials: Vec<Serial>,
    published: bool,
}

impl Press<'_> {
    /// Takes the list through: first what an interrupted run was about to hand over, as it was; then the rest.
    fn all(&mut self, checked: &Checked) -> Result<(), Failure> {
        if self.earlier.open.is_some() {
            self.again = true;
            self.papers.expect(self.earlier.placed.values().filter(|closed| !**closed).count(), true);
            self.pass(checked, |place| place == Some(false))?;
            self.again = false;
            // One file for all takes the rest as well.
            if self.batch.order.form() != Form::Whole {
                self.print_waiting()?;
                self.close_file()?;
            }
        }
        self.papers.expect(self.fresh + self.earlier.done.len().saturating_sub(self.earlier.placed.len()), false);
        self.pass(checked, |place| place != Some(false))?;
        self.close_full_files()?;
        self.print_waiting()?;
        self.close_file()
    }

    fn pass(&mut self, checked: &Checked, wanted: fn(Option<bool>) -> bool) -> Result<(), Failure> {
        let batch = self.batch;
        let mut take = |chunk: Vec<Row>, _: &mut Checked| {
            let mut rows = checked.without_left_out(chunk, |row| self.earlier.done.contains_key(&row));
            rows.retain(|row| wanted(self.earlier.place(row)));
            let (finished, rows) = rows.into_iter().partition(|row| self.earlier.place(row) == Some(true));
            self.pass_over(finished)?;
            self.chunk(rows)
        };
        batch.checker.each_chunk(batch.list, &mut take, &mut Checked::default()).map(drop)
    }

    /// Rows whose file an earlier run has finished: it stays as it is, and only their symbols are told again.
    fn pass_over(&mut self, rows: Vec<Row>) -> Result<(), Failure> {
        self.issued += rows.len() as u64;
        self.serials.extend(rows.iter().filter_map(|row| self.earlier.done.get(&(row.number as u32))));
        self.batch.desk.observer.advance(rows.len() as u64);
        if self.symbols.is_none() || rows.is_empty() {
            return Ok(());
        }
        let recorded = self.batch.record(&mut self.register, self.id, &self.earlier.done, rows)?;
        self.tell_symbols(&recorded)
    }

    /// Signs and records rows, while those before them are composed and written.
    fn chunk(&mut self, rows: Vec<Row>) -> Result<(), Failure> {
        if self.batch.desk.observer.cancelled() {
            return Err(self.interrupted());
        }
        self.close_full_files()?;
        let ready = std::mem::take(&mut self.waiting);
        let Self { batch, register, id, earlier, papers, .. } = self;
        let (batch, id, done) = (*batch, *id, &earlier.done);
        // The papers stay on this thread; the register may wait for the disk on the other.
        let (recorded, printed) = std::thread::scope(|scope| {
            let recording = scope.spawn(|| batch.record(register, id, done, rows));
            let papers_of = ready.par_iter().map(|one| batch.paper(one)).collect::<Result<_, Failure>>();
            let printed = papers_of.and_then(|ready| papers.add(ready));
            (recording.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), printed)
        });
        let mut recorded = recorded?;
        self.recorded += recorded.iter().filter(|one| !self.earlier.done.contains_key(&(one.row as u32))).count();
        printed?;
        self.tell_symbols(&recorded)?;
        self.issued += recorded.len() as u64;
        self.batch.desk.observer.advance(recorded.len() as u64);
        recorded.iter_mut().for_each(|one| self.dropped.append(&mut one.signed.dropped));
        self.serials.extend(recorded.iter().map(|one| one.signed.credential.serial));
        self.waiting = recorded;
        Ok(())
    }

    /// Cuts what waits at the end of the file in the making. A file that is made again is as long as it was.
    fn close_full_files(&mut self) -> Result<(), Failure> {
        while !self.again && self.waiting.len() >= self.papers.room() {
            let rest = self.waiting.split_off(self.papers.room());
            self.print_waiting()?;
            self.close_file()?;
            self.waiting = rest;
        }
        Ok(())
    }

    fn print_waiting(&mut self) -> Result<(), Failure> {
        let ready = std::mem::take(&mut self.waiting);
        let papers = ready.par_iter().map(|one| self.batch.paper(one)).collect::<Result<_, Failure>>()?;
        self.papers.add(papers)
    }

    fn tell_symbols(&mut self, recorded: &[Recorded]) -> Result<(), Failure> {
        let Some(symbols) = &mut self.symbols else { return Ok(()) };
        recorded.iter().try_for_each(|one| symbols.add(one.signed.credential.serial, one.row, &one.signed.texts))
    }

    /// Gives the file in the making its name: what stands in it is recorded and its status can be looked up by then.
    fn close_file(&mut self) -> Result<(), Failure> {
        let now = self.batch.desk.now;
        let Some(finished) = self.papers.finish()? else { return Ok(()) };
        let number = finished.number;
        let shown = finished.file.display().to_string();
        self.register.record_volume(self.id, number, &shown, &finished.places, now).map_err(failure)?;
        self.publish()?;
        finished.name()?;
        self.register.close_volume(self.id, number, now).map_err(failure)
    }

    fn publish(&mut self) -> Result<(), Failure> {
        self.published = true;
        self.publisher.publish(self.batch.desk, &self.register)
    }

    fn end(mut self, output: &Path) -> Result<(Issued, Vec<String>), Failure> {
        let batch = self.batch;
        if !self.published {
            self.publish()?;
        }
        let mut files = files_of(&self.register, self.id)?;
        if batch.order.wants_manifest() {
            let file = batch.order.form().manifest(output);
            manifest::write(&self.register, self.id, batch, &file)?;
            files.push(file.display().to_string());
        }
        if let Some(symbols) = self.symbols.take() {
            symbols.commit()?;
        }
        self.register.finish_batch(self.id, batch.desk.now).map_err(failure)?;
        batch.options().forget();
        let type_name = batch.signing.made.name.clone();
        Ok((Issued { issued: self.issued, type_name, files, serials: self.serials, batch: self.id }, self.dropped))
    }

    fn interrupted(&self) -> Failure {
        let printed = match self.register.volumes_of(self.id) {
            Ok(volumes) => volumes.iter().filter(|volume| volume.closed).map(|volume| volume.credentials).sum(),
            Err(_) => 0,
        };
        Failure::new(format!(
            "interrupted: {} of {} credentials are recorded, {printed} of them are in finished files",
            self.recorded, self.planned
        ))
        .hint("run the same command again: it goes on where it stopped, and nobody is issued twice")
        .of(Kind::Cancelled)
    }
}

/// What came of a batch that an earlier run has finished; none when it is not finished.
///
/// # Errors
/// When the register cannot be read.
pub fn finished(home: &Home, batch: BatchId) -> Result<Option<Issued>, Failure> {
    let register = register::open(home)?;
    let Some(type_name) = register.finished(batch).map_err(failure)? else { return Ok(None) };
    let serials: Vec<Serial> = register.rows_of(batch).map_err(failure)?.iter().map(|row| row.serial).collect();
    let files = files_of(&register, batch)?;
    Ok(Some(Issued { issued: serials.len() as u64, type_name, files, serials, batch }))
}

fn files_of(register: &Register, batch: BatchId) -> Result<Vec<String>, Failure> {
    let mut files: Vec<String> =
        register.volumes_of(batch).map_err(failure)?.into_iter().map(|volume| volume.file).collect();
    files.dedup();
    Ok(files)
}

fn warn_dropped(mut dropped: Vec<String>, batch: &Batch<'_>) {
    dropped.sort();
    dropped.dedup();
    if !dropped.is_empty() {
        let (format, dropped) = (batch.signing.format, dropped.join(", "));
        batch.desk.observer.tell(Told::Note(format!("{format} has no place for {dropped}: printed, but not signed")));
    }
}
