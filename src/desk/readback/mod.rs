//! Printed papers that were scanned before they are handed over: whose they are, and how well they read.
//!
//! Scans come in; an [`Event`] for each symbol, page or file goes out, and the register learns which papers were read.

pub mod words;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;

use super::register::{self, failure};
use super::{Failure, Home, templates};
use crate::credential::{Serial, Types};
use crate::envelope::Set;
use crate::format::{self, Recognised};
use crate::register::{ReadBack, Register, Status, Unread};
use crate::scan::{self, Content, Effort, Found, GreyImage, Measure, Options, PageResult, Quality, Seen, grade};
use crate::symbol;
use crate::trust::TrustStore;
use crate::verify::{Finding, Gate, Pile, examine_symbol};

/// Time for a page: nobody waits in front of this one, and a paper that is given up is printed again.
const READING: Duration = Duration::from_secs(15);

/// What came of one symbol, page or file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A paper of this desk was read.
    Read(Paper),
    /// No symbol on a page.
    NoSymbol {
        /// The page.
        page: u32,
    },
    /// The file that a paper was printed from, which says nothing about the paper.
    NotAScan {
        /// How it was told.
        why: String,
    },
    /// A symbol that is none of this desk.
    Stranger {
        /// The page.
        page: u32,
    },
    /// A symbol that was read and not graded.
    NotGraded {
        /// The page.
        page: u32,
    },
    /// The file cannot be looked at.
    Unreadable(Failure),
}

/// A paper that was read back.
#[derive(Clone, Debug)]
pub struct Paper {
    /// What the register keeps of it.
    pub read: ReadBack,
    /// Page of the scan.
    pub page: u32,
    /// How well its worst symbol reads.
    pub quality: Quality,
    /// The status of its credential.
    pub status: Status,
    /// Whether its credential has run out.
    pub expired: bool,
    /// Whether it may be handed over.
    pub good: bool,
    /// The papers that have the same symbol.
    pub copies: Vec<u32>,
}

impl Paper {
    /// The measure that decides the grade, unless all are of the best.
    pub fn worst(&self) -> Option<Measure> {
        self.quality.measures.iter().min_by_key(|measure| measure.grade).filter(|worst| worst.grade < 4).copied()
    }
}

/// Hears what is found in the file of this name, while it is read.
pub type Sink<'s> = &'s mut dyn FnMut(&str, Event);

/// A number of scans that are read together: papers in several symbols may lie on several of them.
pub struct Scans {
    register: Register,
    gate: Gate,
    types: Types,
    now: Timestamp,
    least: u8,
    pile: Pile,
    inputs: usize,
    /// The worst grade of the parts that were seen of each document.
    parts: HashMap<Set, Quality>,
    read: Vec<ReadBack>,
}

impl Scans {
    /// Begins; `store` is what the signatures are believed by, and `least` the worst grade that may be handed over, from
    /// 0 (F) to 4 (A).
    ///
    /// # Errors
    /// When the desk has no register, or a template cannot be read.
    pub fn begin(home: &Home, store: TrustStore, least: u8, now: Timestamp) -> Result<Self, Failure> {
        let register = register::open(home)?;
        let types = templates::types(home.path())?;
        let gate = Gate::new(store, &types, now);
        let (pile, parts, read) = (Pile::new(), HashMap::new(), Vec::new());
        Ok(Self { register, gate, types, now, least, pile, inputs: 0, parts, read })
    }

    /// Looks at the bytes of one scan, under the name that the register will have of it.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub fn scan(&mut self, source: &str, bytes: &[u8], sink: Sink<'_>) -> Result<(), Failure> {
        self.pile.next_input(self.inputs);
        self.inputs += 1;
        let options =
            Options { effort: Effort::Thorough, keep_images: true, image_budget: READING, ..Options::default() };
        let mut stopped = None;
        let outcome = scan::scan_all(bytes, &options, &mut |seen| {
            let page = match seen {
                Seen::Attached(attached) if attached.files.iter().all(|file| file.content == Content::Other) => {
                    return ControlFlow::Continue(());
                }
                Seen::Attached(_) => {
                    sink(source, Event::NotAScan { why: "credentials are attached to it".to_owned() });
                    return ControlFlow::Break(());
                }
                Seen::Page(page) => page,
            };
            match self.page(source, &page, sink) {
                Ok(()) => ControlFlow::Continue(()),
                Err(failure) => {
                    stopped = Some(failure);
                    ControlFlow::Break(())
                }
            }
        });
        if let Some(failure) = stopped {
            return Err(failure);
        }
        if let Err(error) = outcome {
            sink(source, Event::Unreadable(Failure::new(error)));
        }
        Ok(())
    }

    /// Records what was read, and says which papers of the same batches were never scanned back.
    ///
    /// # Errors
    /// When the register cannot be written to.
    pub fn finish(mut self) -> Result<Vec<Unread>, Failure> {
        self.register.record_read_backs(&self.read).map_err(failure)?;
        let serials: Vec<Serial> = self.read.iter().map(|one| one.serial).collect();
        let mut left = self.register.not_read_back(self.least, Some(&serials)).map_err(failure)?;
        left.retain(|unread| unread.grade.is_none());
        Ok(left)
    }

    fn page(&mut self, source: &str, page: &PageResult, sink: Sink<'_>) -> Result<(), Failure> {
        let found = page.found();
        if found.is_empty() {
            sink(source, Event::NoSymbol { page: page.page });
        } else if !page.is_picture {
            let why = format!("the symbol on page {} is drawn, not a picture", page.page);
            sink(source, Event::NotAScan { why });
            return Ok(());
        }
        for found in found {
            let quality = page.image.as_ref().and_then(|image| quality(image, &found));
            if let Some(event) = self.symbol(source, page.page, &found, quality)? {
                sink(source, event);
            }
        }
        Ok(())
    }

    fn symbol(
        &mut self,
        source: &str,
        page: u32,
        found: &Found,
        quality: Option<Quality>,
    ) -> Result<Option<Event>, Failure> {
        let part = match format::recognise(&found.bytes) {
            Ok(Recognised::Part { part, .. }) => Some(part.set),
            _ => None,
        };
        let (whose, quality) = match (part, quality) {
            // A part that was not graded is not put on the pile, so that its paper stays unread.
            (Some(_), None) => return Ok(Some(Event::NotGraded { page })),
            (Some(set), Some(quality)) => {
                let worst = self.worst_of(set, quality);
                (self.whose(found)?, Some(worst))
            }
            (None, quality) => (self.whose(found)?, quality),
        };
        let (serial, copies, status, expired, quality) = match (whose, quality) {
            (Whose::Incomplete, _) => return Ok(None),
            (Whose::Stranger, _) => return Ok(Some(Event::Stranger { page })),
            (Whose::Known { .. }, None) => return Ok(Some(Event::NotGraded { page })),
            (Whose::Known { serial, copies, status, expired }, Some(quality)) => {
                (serial, copies, status, expired, quality)
            }
        };
        let copy = self.copy_of(serial, &copies)?;
        let read = ReadBack { serial, copy, at: self.now, grade: quality.overall(), file: source.to_owned() };
        let good = read.grade >= self.least && status == Status::Valid && !expired;
        self.read.push(read.clone());
        Ok(Some(Event::Read(Paper { read, page, quality, status, expired, good, copies })))
    }

    /// A paper in parts is as good as its worst symbol.
    fn worst_of(&mut self, set: Set, quality: Quality) -> Quality {
        let worst = self.parts.entry(set).or_insert_with(|| quality.clone());
        if quality.overall() < worst.overall() {
            *worst = quality;
        }
        worst.clone()
    }

    /// Whose paper a symbol is: that of the serial in it, when it is the very text that was signed and stored for it.
    fn whose(&mut self, found: &Found) -> Result<Whose, Failure> {
        let findings = examine_symbol(&found.bytes, &mut self.pile, &self.gate, &self.types, self.now);
        if findings.is_empty() {
            return Ok(Whose::Incomplete);
        }
        let serial = findings.iter().filter_map(Finding::statement).find_map(|said| said.serial.as_ref()?.parse().ok());
        let Some(serial) = serial else { return Ok(Whose::Stranger) };
        let Some(stored) = self.register.find(serial).map_err(failure)? else { return Ok(Whose::Stranger) };
        let copies = self.register.papers_with_symbol(serial, &found.bytes).map_err(failure)?;
        let status = stored.entry.status;
        let expired = stored.entry.expires.is_some_and(|expires| self.now >= expires);
        Ok(if copies.is_empty() { Whose::Stranger } else { Whose::Known { serial, copies, status, expired } })
    }

    /// Which of the papers with one symbol is meant: the latest that was not scanned back.
    fn copy_of(&self, serial: Serial, copies: &[u32]) -> Result<u32, Failure> {
        let latest = copies.last().copied().unwrap_or(1);
        if copies.len() < 2 {
            return Ok(latest);
        }
        let mut read = self.register.read_backs_of(serial).map_err(failure)?;
        read.extend(self.read.iter().filter(|one| one.serial == serial).cloned());
        let unread = copies.iter().rev().find(|copy| read.iter().all(|one| one.copy != **copy));
        Ok(unread.copied().unwrap_or(latest))
    }
}

/// Whose a symbol is.
enum Whose {
    /// Of these papers of a credential of this desk, which have the same symbol.
    Known { serial: Serial, copies: Vec<u32>, status: Status, expired: bool },
    /// Of a document of which other symbols are still to be seen.
    Incomplete,
    /// Of nobody here.
    Stranger,
}

/// Grades a symbol against the modules that its text makes at this desk.
fn quality(image: &GreyImage, found: &Found) -> Option<Quality> {
    let text = std::str::from_utf8(&found.bytes).ok()?;
    let matrix = symbol::encode(text, found.version?, found.ec_level?).ok()?;
    let [a, b, c, d] = found.corners?;
    // A mirrored symbol has its top right and bottom left corners exchanged.
    grade(image, if found.mirrored { [a, d, c, b] } else { [a, b, c, d] }, &matrix)
}
