//! Signing, recording and printing, chunk by chunk, so that a batch killed at any moment is taken up again.
//!
//! Order of things: reserve, sign, record (durably), compose; when all rows are recorded, the PDF is written under a
//! temporary name, the prints are recorded, the statuses are published, the PDF is renamed, the batch is closed. A second run of the same list finds
//! the recorded rows, takes their serials and symbols from the register, and goes on with the rest.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rayon::prelude::*;

use super::check::{Checked, Checker, signed_face};
use super::readback::read_back;
use super::write::{Papers, Symbols};
use super::{Args, Failure, List, bar};
use crate::cli::home::Home;
use crate::cli::outcome::say;
use crate::cli::register::failure;
use crate::cli::status::Publisher;
use crate::cli::{Exit, trust};
use crate::credential::{Credential, Photo, PhotoFormat, Serial, StatusRef};
use crate::format::Format;
use crate::issue::list::{Problem, Row};
use crate::issue::paper::{self, IssuerName};
use crate::issue::photo::Face;
use crate::issue::sign::{Draft, Signed, Signing, draw};
use crate::issue::subject::{self, name_key};
use crate::print::{Certificate, Picture, Printer};
use crate::register::{Batch as Open, BatchId, BatchPlan, Holder, NewCredential, Register, Reserved, StatusSlot};
use crate::status::native_uri;

/// One run of `issue`, after its list was found good.
pub struct Batch<'a> {
    pub args: &'a Args,
    pub home: &'a Home,
    pub signing: &'a Signing<'a>,
    pub checker: &'a Checker<'a>,
    pub name: &'a IssuerName,
    pub list: &'a List,
    pub digest: [u8; 32],
    /// Whether verifiers have to be told of the type.
    pub own_type: bool,
    pub now: Timestamp,
}

/// A credential that is in the register, and the picture for its page.
struct Recorded {
    row: u64,
    signed: Signed,
    language: String,
    picture: Option<Picture>,
}

impl Batch<'_> {
    /// Signs, records and prints the whole list.
    pub fn run(&self, checked: &Checked) -> Result<Exit, Failure> {
        let output = self.args.output.as_deref().ok_or_else(|| Failure::new("no place to write to"))?;
        let made = self.signing.made;
        let mut register = Register::open(&self.home.register()).map_err(failure)?;
        let shown = output.display().to_string();
        let before = register.interrupted(&made.name, &self.digest).map_err(failure)?;
        let before: HashSet<u32> = before.iter().map(|row| row.row).collect();
        let planned = checked.planned(|row| before.contains(&row));
        let rows = u32::try_from(planned).map_err(Failure::new)?;
        self.worth_a_batch(&register, &before, checked)?;
        let plan = BatchPlan { digest: self.digest, type_name: &made.name, output: &shown, rows };
        // The keys first: what cannot be published must not be issued.
        let publisher = Publisher::open(self.home, &register, &self.args.passphrase)?;
        let open = register.begin_batch(&plan, self.now).map_err(failure)?;
        let done: HashMap<u32, Serial> = open.done().iter().map(|row| (row.row, row.serial)).collect();
        if let Open::Resumed { .. } = open {
            eprintln!("taking up the interrupted batch: {} of {planned} are recorded already", done.len());
        }
        let mut papers = Papers::new(output, self.args.separate, self.name, made, self.now)?;
        let mut symbols = self.args.symbols.as_deref().map(Symbols::create).transpose()?;
        let progress = bar("issuing", planned);
        let mut issued = 0u64;
        let mut dropped = Vec::new();
        self.checker.each_chunk(
            self.list,
            &mut |chunk, _| {
                let chunk = checked.without_left_out(chunk, |row| done.contains_key(&row));
                let mut recorded = self.chunk(&mut register, open.id(), &done, chunk)?;
                issued += recorded.len() as u64;
                recorded.iter_mut().for_each(|r| dropped.append(&mut r.signed.dropped));
                let certificates = self.certificates(&recorded)?;
                if self.args.separate {
                    register.record_first_prints(open.id(), &shown, self.now).map_err(failure)?;
                }
                self.print(&recorded, &certificates, &mut papers, symbols.as_mut())?;
                progress.advance(recorded.len() as u64);
                Ok(())
            },
            &mut Checked::default(),
        )?;
        drop(progress);
        self.describe_type()?;
        papers.close(|| {
            register.record_first_prints(open.id(), &shown, self.now).map_err(failure)?;
            publisher.publish(self.home, &register, self.now)
        })?;
        if let Some(symbols) = symbols {
            symbols.commit()?;
        }
        register.finish_batch(open.id(), self.now).map_err(failure)?;
        warn_dropped(dropped, self.signing.format);
        say!("{issued} credentials of type {} issued: {shown}", made.name);
        Ok(Exit::Done)
    }

    /// Puts a type that is not built in into the own trust list, so that verifiers can name its fields.
    fn describe_type(&self) -> Result<(), Failure> {
        if !self.own_type {
            return Ok(());
        }
        trust::own::edit(self.home, &self.args.passphrase, self.now, |list| {
            trust::own::add_type(list, self.signing.made);
            Ok(())
        })
        .map(drop)
    }

    /// Refuses a list before anything is begun. With `--keep-going` people who already hold a credential are left out;
    /// without it they stop the batch. A list of which nothing is left is no batch: it would replace a good PDF by an
    /// empty one.
    fn worth_a_batch(&self, register: &Register, done: &HashSet<u32>, checked: &Checked) -> Result<(), Failure> {
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
        Ok(())
    }

    fn held(&self, register: &Register, rows: &[Row]) -> Result<Vec<(Row, Holder)>, Failure> {
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

    /// Makes sure that every row of the chunk has a recorded credential.
    fn chunk(
        &self,
        register: &mut Register,
        id: BatchId,
        done: &HashMap<u32, Serial>,
        chunk: Vec<Row>,
    ) -> Result<Vec<Recorded>, Failure> {
        let (old, new): (Vec<Row>, Vec<Row>) =
            chunk.into_iter().partition(|row| done.contains_key(&(row.number as u32)));
        let mut recorded = Vec::with_capacity(old.len() + new.len());
        for row in old {
            recorded.push(self.restore(register, done[&(row.number as u32)], row)?);
        }
        let holders: HashMap<u64, Holder> =
            self.held(register, &new)?.into_iter().map(|(row, holder)| (row.number, holder)).collect();
        let new: Vec<Row> =
            new.into_iter().filter(|row| self.args.reissue || !holders.contains_key(&row.number)).collect();
        let reserved = register.reserve(new.len(), &mut random).map_err(failure)?;
        let signed = new
            .into_par_iter()
            .zip(reserved)
            .map(|(row, reserved)| self.sign(row, reserved, &holders))
            .collect::<Result<Vec<_>, Failure>>()?;
        let entries: Vec<NewCredential> = signed.iter().map(|(recorded, slot)| self.entry(recorded, *slot)).collect();
        if !entries.is_empty() {
            register.record(id, &entries).map_err(failure)?;
        }
        recorded.extend(signed.into_iter().map(|(recorded, _)| recorded));
        recorded.sort_by_key(|recorded| recorded.row);
        Ok(recorded)
    }

    fn sign(
        &self,
        row: Row,
        reserved: Reserved,
        holders: &HashMap<u64, Holder>,
    ) -> Result<(Recorded, StatusSlot), Failure> {
        let language = self.checker.language(&row);
        let face = self.checker.face(&row).map_err(|problem: Problem| Failure::new(problem.to_string()))?;
        let (photo, picture) = face.map_or((None, None), |Face { signed, printed }| (Some(signed), Some(printed)));
        let draft = Draft {
            record: row.record,
            photo,
            serial: reserved.serial,
            status: Some(StatusRef { uri: native_uri(reserved.slot.list), index: u64::from(reserved.slot.index) }),
            supersedes: holders.get(&row.number).map(|holder| holder.serial),
            copy: None,
        };
        let signed = self.signing.sign(draft).map_err(|error| {
            let told = Failure::new(error).to_string();
            Failure::new(format!("{}: line {}: {told}", self.args.list.display(), row.line))
                .hint("shorten the texts of this row, use a smaller photo or a larger layout")
        })?;
        Ok((Recorded { row: row.number, signed, language, picture }, reserved.slot))
    }

    fn entry(&self, recorded: &Recorded, slot: StatusSlot) -> NewCredential {
        let credential = &recorded.signed.credential;
        let record = &credential.record;
        NewCredential {
            row: recorded.row as u32,
            serial: credential.serial,
            subject: record.text(&self.signing.made.subject),
            name_key: name_key(record).unwrap_or_default(),
            name: subject::shown_name(record),
            issued: credential.issued,
            expires: credential.expires,
            slot: credential.status.as_ref().map(|_| slot),
            wire: self.signing.format.to_string(),
            kid: self.signing.key.kid().as_bytes().to_vec(),
            envelope: recorded.signed.texts.join("\n").into_bytes(),
            record: record.to_json().to_string(),
            photo: credential.photo.as_ref().map(|photo| photo.bytes.clone()),
            supersedes: credential.supersedes,
            copy: u32::from(credential.copy.unwrap_or(0)),
        }
    }

    /// A row that an earlier run has recorded: the same serial, the same symbol.
    fn restore(&self, register: &Register, serial: Serial, row: Row) -> Result<Recorded, Failure> {
        let stored = register
            .find(serial)
            .map_err(failure)?
            .ok_or_else(|| Failure::new(format!("the register has lost the credential {serial}")))?;
        let language = self.checker.language(&row);
        let face = self.checker.face(&row).ok().flatten();
        let photo = stored.photo.map(|bytes| Photo { format: PhotoFormat::WebP, bytes });
        // The file may be another face by now: what is printed must be what was signed.
        let face = face.filter(|face| Some(&face.signed.bytes) == photo.as_ref().map(|photo| &photo.bytes));
        let picture = face.map(|face| face.printed).or_else(|| signed_face(photo.as_ref()));
        let texts = String::from_utf8_lossy(&stored.envelope).lines().map(ToOwned::to_owned).collect();
        let credential = Credential {
            type_name: self.signing.made.name.clone(),
            serial,
            issued: stored.entry.issued,
            not_before: None,
            expires: stored.entry.expires,
            status: stored.entry.slot.map(|slot| StatusRef { uri: native_uri(slot.list), index: slot.index.into() }),
            copy: None,
            supersedes: stored.entry.supersedes,
            record: row.record,
            photo,
        };
        Ok(Recorded { row: row.number, signed: Signed { credential, texts, dropped: Vec::new() }, language, picture })
    }

    fn certificates(&self, recorded: &[Recorded]) -> Result<Vec<Certificate>, Failure> {
        recorded.par_iter().map(|r| self.certificate(r)).collect()
    }

    fn print(
        &self,
        recorded: &[Recorded],
        certificates: &[Certificate],
        papers: &mut Papers,
        symbols: Option<&mut Symbols>,
    ) -> Result<(), Failure> {
        papers.add(self.checker.layout, self.checker.fonts, certificates)?;
        if let Some(symbols) = symbols {
            for r in recorded {
                symbols.add(r.signed.credential.serial, r.row, &r.signed.texts)?;
            }
        }
        Ok(())
    }

    fn certificate(&self, recorded: &Recorded) -> Result<Certificate, Failure> {
        let symbols =
            draw(&recorded.signed.texts, self.signing.room(recorded.signed.texts.len())).map_err(Failure::new)?;
        let credential = &recorded.signed.credential;
        let picture = recorded.picture.clone();
        let made = self.signing.made;
        let certificate = paper::certificate(credential, made, self.name, &recorded.language, symbols, picture);
        if self.args.read_back {
            let printer = Printer::new(self.checker.layout, self.checker.fonts);
            let texts = &recorded.signed.texts;
            read_back(printer, &certificate, recorded.row, texts, self.checker.layout.dots_per_inch)?;
        }
        Ok(certificate)
    }
}

/// Serials and places in a status list must not tell who came after whom, so they come from the system.
fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system has randomness");
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

fn warn_dropped(mut dropped: Vec<String>, format: Format) {
    dropped.sort();
    dropped.dedup();
    if !dropped.is_empty() {
        eprintln!("warning: {format} has no place for {}: printed, but not signed", dropped.join(", "));
    }
}
