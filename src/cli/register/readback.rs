//! `nansen register readback SCAN…`: which printed papers were scanned back, how well they read, and which were not.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::failure;
use super::readback_words::{name, next, why};
use crate::cli::home::Home;
use crate::cli::input::read_input;
use crate::cli::outcome::say;
use crate::cli::{Exit, Failure, templates, trust};
use crate::credential::{Serial, Types};
use crate::envelope::Set;
use crate::format::{self, Recognised};
use crate::register::{ReadBack, Register, Status, Unread};
use crate::scan::{self, Content, Effort, Found, GreyImage, Options, PageResult, Quality, Seen, grade};
use crate::symbol;
use crate::verify::{Finding, Gate, Pile, examine_symbol};

/// Unread papers that are named at the end; of the rest only the number is.
const NAMED: usize = 20;

/// Time for a page: nobody waits in front of this one, and a paper that is given up is printed again.
const READING: Duration = Duration::from_secs(15);

/// Scan printed papers back: mark them as read, and grade how well they read
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scans of printed papers, at 300 dpi: images and PDFs
    #[arg(value_name = "SCAN", required_unless_present = "missing")]
    pub scans: Vec<PathBuf>,
    /// The worst grade that may be handed over: A, B, C, D or F
    #[arg(long, value_name = "GRADE", default_value = "C", value_parser = least)]
    pub least: u8,
    /// List every printed paper that was not scanned back with that grade
    #[arg(long)]
    pub missing: bool,
    /// How to answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How to answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

fn least(letter: &str) -> Result<u8, String> {
    let grades = [("A", 4), ("B", 3), ("C", 2), ("D", 1), ("F", 0)];
    let known = grades.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(letter));
    known.map(|(_, grade)| grade).ok_or_else(|| "wanted A, B, C, D or F".to_owned())
}

/// Reads the scans, records what was read, and tells it on stdout.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let mut register = Register::open_existing(&home.register()).map_err(failure)?;
    if args.scans.is_empty() {
        return missing(args, &register);
    }
    let types = templates::types(home.path())?;
    let gate = Gate::new(trust::load_store(home, None, now)?, &types, now);
    let desk = Desk { register: &register, gate: &gate, types: &types, now };
    let mut session =
        Session { args, desk: &desk, pile: Pile::new(), parts: HashMap::new(), read: Vec::new(), exit: None };
    for (number, path) in args.scans.iter().enumerate() {
        session.pile.next_input(number);
        session.file(path)?;
    }
    let Session { read, exit, .. } = session;
    register.record_read_backs(&read).map_err(failure)?;
    let serials: Vec<Serial> = read.iter().map(|one| one.serial).collect();
    let left = register.not_read_back(args.least, Some(&serials)).map_err(failure)?;
    let left: Vec<&Unread> = left.iter().filter(|unread| unread.grade.is_none()).collect();
    if !left.is_empty() {
        let named: Vec<String> =
            left.iter().take(NAMED).map(|one| format!("{} copy {}", one.serial, one.copy)).collect();
        let more = if left.len() > NAMED { ", …" } else { "" };
        eprintln!("not scanned back of the same batches: {} papers: {}{more}", left.len(), named.join(", "));
        eprintln!("  next: scan them too, or list them with `nansen register readback --missing`");
    }
    Ok(exit.unwrap_or(Exit::NoSymbol))
}

/// Every paper that nobody has scanned back well enough.
fn missing(args: &Args, register: &Register) -> Result<Exit, Failure> {
    let left = register.not_read_back(args.least, None).map_err(failure)?;
    for one in &left {
        let grade = one.grade.map(Quality::letter);
        match args.format {
            Format::Json => say!(
                "{}",
                json!({"serial": one.serial.to_string(), "copy": one.copy, "file": one.file,
                       "grade": grade.map(|letter| letter.to_string())})
            ),
            Format::Text => {
                let told = grade.map_or_else(|| "not scanned back".to_owned(), |letter| format!("at best {letter}"));
                say!("{}  copy {}  {told}  {}", one.serial, one.copy, super::table::clean(&one.file));
            }
        }
    }
    Ok(if left.is_empty() { Exit::Done } else { Exit::NotValid })
}

/// What is known at this desk.
struct Desk<'a> {
    register: &'a Register,
    gate: &'a Gate,
    types: &'a Types,
    now: Timestamp,
}

/// One run over the scans.
struct Session<'a> {
    args: &'a Args,
    desk: &'a Desk<'a>,
    pile: Pile,
    /// The worst grade of the parts that were seen of each document.
    parts: HashMap<Set, Quality>,
    read: Vec<ReadBack>,
    exit: Option<Exit>,
}

impl Session<'_> {
    fn file(&mut self, path: &std::path::Path) -> Result<(), Failure> {
        let source = path.display().to_string();
        let bytes = match read_input(path) {
            Ok(bytes) => bytes,
            Err(failure) => {
                eprintln!("error: {failure}");
                self.ended(Exit::Usage);
                return Ok(());
            }
        };
        let options =
            Options { effort: Effort::Thorough, keep_images: true, image_budget: READING, ..Options::default() };
        let mut stopped = None;
        let outcome = scan::scan_all(&bytes, &options, &mut |seen| {
            let page = match seen {
                Seen::Attached(attached) if attached.files.iter().all(|file| file.content == Content::Other) => {
                    return ControlFlow::Continue(());
                }
                Seen::Attached(_) => {
                    self.not_a_scan(&source, "credentials are attached to it");
                    return ControlFlow::Break(());
                }
                Seen::Page(page) => page,
            };
            match self.page(&source, &page) {
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
            let told = Failure::new(format!("{source}: {}", Failure::new(error)));
            eprintln!("error: {}", told.hint("give scans of printed papers: images or PDFs, at 300 dpi"));
            self.ended(Exit::Usage);
        }
        Ok(())
    }

    fn page(&mut self, source: &str, page: &PageResult) -> Result<(), Failure> {
        let found = page.found();
        if found.is_empty() {
            eprintln!("{source}: no symbol on page {}", page.page);
            eprintln!("  next: if a symbol is printed on it, scan it again, flat, clean and at 300 dpi");
        } else if !page.is_picture {
            self.not_a_scan(source, &format!("the symbol on page {} is drawn, not a picture", page.page));
            return Ok(());
        }
        for found in found {
            let quality = page.image.as_ref().and_then(|image| quality(image, &found));
            self.symbol(source, page.page, &found, quality)?;
        }
        Ok(())
    }

    /// The file that a paper was printed from says nothing about the paper.
    fn not_a_scan(&mut self, source: &str, why: &str) {
        eprintln!("error: {source}: this is the file, not a scan of the paper: {why}");
        eprintln!("  next: print it, scan the paper at 300 dpi, and give the scan");
        self.ended(Exit::Usage);
    }

    fn symbol(&mut self, source: &str, page: u32, found: &Found, quality: Option<Quality>) -> Result<(), Failure> {
        let part = match format::recognise(&found.bytes) {
            Ok(Recognised::Part { part, .. }) => Some(part.set),
            _ => None,
        };
        let (paper, quality) = match (part, quality) {
            // A part that was not graded is not put on the pile, so that its paper stays unread.
            (Some(_), None) => {
                self.not_graded(source, page);
                return Ok(());
            }
            (Some(set), Some(quality)) => {
                let worst = self.worst_of(set, quality);
                (self.paper(found)?, Some(worst))
            }
            (None, quality) => (self.paper(found)?, quality),
        };
        let (serial, copies, status) = match (paper, &quality) {
            (Paper::Incomplete, _) => return Ok(()),
            (Paper::Stranger, _) => {
                eprintln!("{source}: a symbol on page {page} is none of this desk");
                eprintln!("  next: take the paper out, or name the desk that issued it with --home");
                self.ended(Exit::NotValid);
                return Ok(());
            }
            (Paper::Known { .. }, None) => {
                self.not_graded(source, page);
                return Ok(());
            }
            (Paper::Known { serial, copies, status }, Some(_)) => (serial, copies, status),
        };
        let Some(quality) = quality else { return Ok(()) };
        let copy = self.copy_of(serial, &copies)?;
        let read = ReadBack { serial, copy, at: self.desk.now, grade: quality.overall(), file: source.to_owned() };
        let good = read.grade >= self.args.least && status == Status::Valid;
        self.ended(if good { Exit::Done } else { Exit::NotValid });
        match self.args.format {
            Format::Json => say!("{}", line_json(&read, page, &quality, status, good, &copies)),
            Format::Text => line_text(&read, page, &quality, status, good, &copies),
        }
        self.read.push(read);
        Ok(())
    }

    /// A paper in parts is as good as its worst symbol.
    fn worst_of(&mut self, set: Set, quality: Quality) -> Quality {
        let worst = self.parts.entry(set).or_insert_with(|| quality.clone());
        if quality.overall() < worst.overall() {
            *worst = quality;
        }
        worst.clone()
    }

    fn not_graded(&mut self, source: &str, page: u32) {
        eprintln!("{source}: a symbol on page {page} was read and could not be graded");
        eprintln!("  next: scan again at 300 dpi, with the whole symbol and its white border on the scan");
        self.ended(Exit::NotValid);
    }

    /// Whose paper a symbol is: that of the serial in it, when it is the very text that was signed and stored for it.
    fn paper(&mut self, found: &Found) -> Result<Paper, Failure> {
        let findings = examine_symbol(&found.bytes, &mut self.pile, self.desk.gate, self.desk.types, self.desk.now);
        if findings.is_empty() {
            return Ok(Paper::Incomplete);
        }
        let serial = findings.iter().filter_map(Finding::statement).find_map(|said| said.serial.as_ref()?.parse().ok());
        let Some(serial) = serial else { return Ok(Paper::Stranger) };
        let Some(stored) = self.desk.register.find(serial).map_err(failure)? else { return Ok(Paper::Stranger) };
        let copies = self.desk.register.papers_with_symbol(serial, &found.bytes).map_err(failure)?;
        let status = stored.entry.status;
        Ok(if copies.is_empty() { Paper::Stranger } else { Paper::Known { serial, copies, status } })
    }

    /// Which of the papers with one symbol is meant: the latest that was not scanned back.
    fn copy_of(&self, serial: Serial, copies: &[u32]) -> Result<u32, Failure> {
        let latest = copies.last().copied().unwrap_or(1);
        if copies.len() < 2 {
            return Ok(latest);
        }
        let mut read = self.desk.register.read_backs_of(serial).map_err(failure)?;
        read.extend(self.read.iter().filter(|one| one.serial == serial).cloned());
        let unread = copies.iter().rev().find(|copy| read.iter().all(|one| one.copy != **copy));
        Ok(unread.copied().unwrap_or(latest))
    }

    fn ended(&mut self, exit: Exit) {
        self.exit = Some(self.exit.map_or(exit, |before| before.worst(exit)));
    }
}

/// Whose a symbol is.
enum Paper {
    /// Of these papers of a credential of this desk, which have the same symbol.
    Known { serial: Serial, copies: Vec<u32>, status: Status },
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

fn line_text(read: &ReadBack, page: u32, quality: &Quality, status: Status, good: bool, copies: &[u32]) {
    let letter = Quality::letter(read.grade);
    let place = format!("{}, page {page}", super::table::clean(&read.file));
    say!("{}  copy {}  grade {letter}  {place}", read.serial, read.copy);
    if copies.len() > 1 {
        let all = copies.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        say!("    copies {all} have the same symbol: marked as copy {}, the latest that was unread", read.copy);
    }
    if status != Status::Valid {
        say!("    this credential is {status}: do not hand it over");
    }
    if let Some(worst) = quality.measures.iter().min_by_key(|measure| measure.grade).filter(|worst| worst.grade < 4) {
        say!("    {}", why(*worst));
        if !good {
            say!("    next: {}", next(*worst));
        }
    }
}

fn line_json(read: &ReadBack, page: u32, quality: &Quality, status: Status, good: bool, copies: &[u32]) -> Value {
    let measures: serde_json::Map<String, Value> = quality
        .measures
        .iter()
        .map(|measure| {
            let value = f64::from((measure.value * 1000.0).round()) / 1000.0;
            (name(measure.parameter).to_owned(), json!({"value": value, "grade": measure.grade}))
        })
        .collect();
    let worst = quality.measures.iter().min_by_key(|measure| measure.grade).filter(|worst| worst.grade < 4);
    json!({
        "source": read.file, "page": page, "serial": read.serial.to_string(), "copy": read.copy,
        "same_symbol": copies,
        "grade": Quality::letter(read.grade).to_string(), "score": read.grade, "good": good,
        "status": status.to_string(), "why": worst.copied().map(why), "measures": measures,
    })
}
