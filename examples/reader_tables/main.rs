//! How much the reader reads, beside rxing and rqrr in the same run:
//!
//! ```text
//! cargo run --release --example reader_tables -- stress DIR [DIR…]
//! cargo run --release --example reader_tables -- shared DIR
//! ```
//!
//! `stress` takes folders with a `manifest.tsv` (image, damage, place of the strength, strength, code, text) and says for every
//! damage at which strength a reader begins to read less than half. `shared` takes a folder with `scans/index.tsv`, photographs
//! with known content. More words:
//!
//! ```text
//! --readers own,fast,rxing,rqrr   which readers; own is thorough, fast as for a camera frame
//! --only crumple,crease           which damages, or which sets of photographs
//! --codes 20M,25M                 which codes of the stress set
//! --rates                         every rate in per cent instead of the strength
//! --threads N                     images at once; with more than one, times are not comparable
//! --jsonl FILE                    a JSON line for each image and reader
//! --misses FILE                   names of the images that the first reader did not read
//! ```
//!
//! Times are those by the clock, less those in which the thread had to wait for a core (Linux only).

mod cases;
mod measure;
#[path = "../../tests/support/scans.rs"]
#[allow(dead_code)]
mod scans;
#[path = "../../tests/support/stopwatch.rs"]
mod stopwatch;
mod tables;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use cases::Case;
use measure::{Outcome, Reader};
use tables::Row;

const USAGE: &str = "usage: reader_tables stress DIR [DIR…] | shared DIR, and see the head of its source";

/// What was asked for.
struct Request {
    shared: bool,
    folders: Vec<PathBuf>,
    readers: Vec<Reader>,
    only: Vec<String>,
    codes: Vec<String>,
    rates: bool,
    threads: usize,
    jsonl: Option<Mutex<File>>,
    misses: Option<File>,
}

impl Request {
    fn parse(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let shared = match words.next()?.as_str() {
            "stress" => false,
            "shared" => true,
            _ => return None,
        };
        let (folders, readers) = (Vec::new(), Reader::ALL.to_vec());
        let (only, codes, rates, threads) = (Vec::new(), Vec::new(), false, 1);
        let mut request = Self { shared, folders, readers, only, codes, rates, threads, jsonl: None, misses: None };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--readers" => {
                    request.readers = list(&words.next()?).iter().map(|n| reader(n)).collect::<Option<_>>()?;
                }
                "--only" => request.only = list(&words.next()?),
                "--codes" => request.codes = list(&words.next()?),
                "--rates" => request.rates = true,
                "--threads" => request.threads = words.next()?.parse().ok()?,
                "--jsonl" => request.jsonl = Some(Mutex::new(create(&words.next()?))),
                "--misses" => request.misses = Some(create(&words.next()?)),
                option if option.starts_with("--") => return None,
                folder => request.folders.push(PathBuf::from(folder)),
            }
        }
        (!request.folders.is_empty() && !request.readers.is_empty()).then_some(request)
    }

    fn cases(&self, folder: &Path) -> Vec<Case> {
        if self.shared { Case::of_shared(folder, &self.only) } else { Case::of_stress(folder, &self.only, &self.codes) }
    }

    /// All readings, in the order of the cases.
    fn measure<'a>(&self, cases: &'a [Case]) -> Vec<Row<'a>> {
        let done = AtomicUsize::new(0);
        let measure = |case: &'a Case| {
            let image = case.load();
            let outcomes: Vec<Outcome> = self.readers.iter().map(|reader| reader.read(&image, case)).collect();
            for (outcome, reader) in outcomes.iter().zip(&self.readers) {
                if let Some(file) = &self.jsonl {
                    writeln!(file.lock().expect("no writer panics"), "{}", outcome.json(case, *reader))
                        .expect("the file of JSON lines can be written");
                }
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(100) {
                eprintln!("{done} of {}", cases.len());
            }
            (case, outcomes)
        };
        if self.threads == 1 {
            return cases.iter().map(measure).collect();
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().expect("threads can be started");
        pool.install(|| cases.par_iter().map(measure).collect())
    }

    fn print(&self, rows: &[Row<'_>]) {
        if self.threads > 1 {
            println!("{} threads: the times are not comparable", self.threads);
        }
        if self.shared {
            tables::print_shared(rows, &self.readers);
        } else {
            tables::print_stress(rows, &self.readers, self.rates);
        }
    }
}

fn main() {
    let Some(mut request) = Request::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    let cases: Vec<Vec<Case>> = request.folders.iter().map(|folder| request.cases(folder)).collect();
    let mut all = Vec::new();
    for (folder, cases) in request.folders.iter().zip(&cases) {
        let rows = request.measure(cases);
        println!("\n{}: {} images", folder.display(), rows.len());
        request.print(&rows);
        all.extend(rows);
    }
    if request.folders.len() > 1 {
        println!("\ntogether: {} images", all.len());
        request.print(&all);
    }
    for (case, outcomes) in &all {
        for (outcome, reader) in outcomes.iter().zip(&request.readers).filter(|(outcome, _)| outcome.wrong) {
            let texts: Vec<_> = outcome.texts.iter().map(|text| String::from_utf8_lossy(text)).collect();
            println!("wrong text: {} {} {texts:?}", reader.name(), case.path.display());
        }
    }
    if let Some(file) = &mut request.misses {
        for (case, _) in all.iter().filter(|(case, outcomes)| case.has_symbols() && !outcomes[0].read) {
            writeln!(file, "{}", case.path.display()).expect("the file of misses can be written");
        }
    }
}

fn list(words: &str) -> Vec<String> {
    words.split(',').map(str::to_owned).collect()
}

fn reader(name: &str) -> Option<Reader> {
    Reader::ALL.into_iter().find(|reader| reader.name() == name)
}

fn create(path: &str) -> File {
    File::create(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
