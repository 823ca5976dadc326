//! `nansen register readback SCAN…`: which printed papers were scanned back, how well they read, and which were not.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::input::read_input;
use crate::cli::outcome::say;
use crate::cli::{Exit, Failure, trust};
use crate::desk::Home;
use crate::desk::readback::words::{name, next, why};
use crate::desk::readback::{Event, Paper, Scans};
use crate::desk::register::{self, failure};
use crate::register::{Register, Status};
use crate::scan::Quality;

/// Unread papers that are named at the end; of the rest only the number is.
const NAMED: usize = 20;

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
    if args.scans.is_empty() {
        return missing(args, &register::open(home)?);
    }
    // The register first: without one there is nothing to hold the scans against.
    register::open(home)?;
    let mut scans = Scans::begin(home, trust::load_store(home, None, now)?, args.least, now)?;
    let mut ended = None;
    let mut end = |exit: Exit| ended = Some(ended.map_or(exit, |before: Exit| before.worst(exit)));
    for path in &args.scans {
        match read_input(path) {
            Ok(bytes) => {
                let source = path.display().to_string();
                scans.scan(&source, &bytes, &mut |source, event| {
                    if let Some(exit) = told(args, source, &event) {
                        end(exit);
                    }
                })?;
            }
            Err(failure) => {
                eprintln!("error: {failure}");
                end(Exit::Usage);
            }
        }
    }
    let left = scans.finish()?;
    if !left.is_empty() {
        let named: Vec<String> =
            left.iter().take(NAMED).map(|one| format!("{} copy {}", one.serial, one.copy)).collect();
        let more = if left.len() > NAMED { ", …" } else { "" };
        eprintln!("not scanned back of the same batches: {} papers: {}{more}", left.len(), named.join(", "));
        eprintln!("  next: scan them too, or list them with `nansen register readback --missing`");
    }
    Ok(ended.unwrap_or(Exit::NoSymbol))
}

/// Tells what came of a symbol, a page or a file, and how the command ends for it.
fn told(args: &Args, source: &str, event: &Event) -> Option<Exit> {
    match event {
        Event::Read(paper) => {
            match args.format {
                Format::Json => say!("{}", line_json(paper)),
                Format::Text => line_text(paper),
            }
            return Some(if paper.good { Exit::Done } else { Exit::NotValid });
        }
        Event::NoSymbol { page } => {
            eprintln!("{source}: no symbol on page {page}");
            eprintln!("  next: if a symbol is printed on it, scan it again, flat, clean and at 300 dpi");
            return None;
        }
        Event::NotAScan { why } => {
            eprintln!("error: {source}: this is the file, not a scan of the paper: {why}");
            eprintln!("  next: print it, scan the paper at 300 dpi, and give the scan");
        }
        Event::Stranger { page } => {
            eprintln!("{source}: a symbol on page {page} is none of this desk");
            eprintln!("  next: take the paper out, or name the desk that issued it with --home");
            return Some(Exit::NotValid);
        }
        Event::NotGraded { page } => {
            eprintln!("{source}: a symbol on page {page} was read and could not be graded");
            eprintln!("  next: scan again at 300 dpi, with the whole symbol and its white border on the scan");
            return Some(Exit::NotValid);
        }
        Event::Unreadable(failure) => {
            let told = Failure::new(format!("{source}: {}", failure.told()));
            eprintln!("error: {}", told.hint("give scans of printed papers: images or PDFs, at 300 dpi"));
        }
    }
    Some(Exit::Usage)
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

fn line_text(paper: &Paper) {
    let Paper { read, page, status, expired, good, copies, .. } = paper;
    let letter = Quality::letter(read.grade);
    let place = format!("{}, page {page}", super::table::clean(&read.file));
    say!("{}  copy {}  grade {letter}  {place}", read.serial, read.copy);
    if copies.len() > 1 {
        let all = copies.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        say!("    copies {all} have the same symbol: marked as copy {}, the latest that was unread", read.copy);
    }
    if *status != Status::Valid {
        say!("    this credential is {status}: do not hand it over");
    } else if *expired {
        say!("    this credential has run out: do not hand it over");
    }
    if let Some(worst) = paper.worst() {
        say!("    {}", why(worst));
        if !good {
            say!("    next: {}", next(worst));
        }
    }
}

fn line_json(paper: &Paper) -> Value {
    let Paper { read, page, quality, status, expired, good, copies } = paper;
    let measures: serde_json::Map<String, Value> = quality
        .measures
        .iter()
        .map(|measure| {
            let value = f64::from((measure.value * 1000.0).round()) / 1000.0;
            (name(measure.parameter).to_owned(), json!({"value": value, "grade": measure.grade}))
        })
        .collect();
    json!({
        "source": read.file, "page": page, "serial": read.serial.to_string(), "copy": read.copy,
        "same_symbol": copies,
        "grade": Quality::letter(read.grade).to_string(), "score": read.grade, "good": good,
        "status": status.to_string(), "expired": expired, "why": paper.worst().map(why), "measures": measures,
    })
}
