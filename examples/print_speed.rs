//! What printing costs: `cargo run --release --example print_speed -- [COUNT] [photo] [threads=N] [out=FILE.pdf]`.
//!
//! Times are given by the clock and in CPU seconds of all threads: the latter are what counts on a machine that has other work.
//! Memory is read from `/proc/self`, where there is one.

#[path = "../tests/support/print_people.rs"]
#[allow(dead_code)]
mod people;

use std::io::BufWriter;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use nansen::print::{Attachment, Book, BookMeta, Certificate, Fonts, Layout, Printer, SymbolPlan, preflight};

/// Certificates that are composed at once, as `nansen issue` does.
const AT_ONCE: usize = 128;

struct Clock {
    what: &'static str,
    started: Instant,
    cpu: f64,
}

/// CPU seconds of this process.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1e3
}

impl Clock {
    fn start(what: &'static str) -> Self {
        Self { what, started: Instant::now(), cpu: cpu() }
    }

    fn stop(self, count: usize) {
        let (clock, cpu) = (self.started.elapsed().as_secs_f64(), cpu() - self.cpu);
        let each = |seconds: f64| seconds * 1e3 / count as f64;
        let rate = count as f64 / clock;
        let what = self.what;
        println!(
            "{what:15} {:7.2} ms a document by the clock, {:6.2} ms of CPU, {rate:6.0} a second",
            each(clock),
            each(cpu)
        );
    }
}

fn certificates(with_photo: bool) -> Vec<Certificate> {
    let people = people::registrations().into_iter().map(|(_, certificate)| certificate);
    people
        .map(|mut certificate| {
            certificate.photo = certificate.photo.filter(|_| with_photo);
            certificate
        })
        .collect()
}

/// The certificate of a place in the list, with a signed credential of its own. No two people are the same.
fn numbered(people: &[Certificate], place: usize) -> Certificate {
    let mut certificate = people[place % people.len()].clone();
    certificate.serial = format!("K7QX-{place:04}");
    certificate.names.iter_mut().for_each(|name| name.text += &format!(" {}", own_name(place)));
    for field in &mut certificate.fields {
        match field.name.as_str() {
            "individual_id" => field.value = format!("KEN-82C{place:05}"),
            "household" => field.value = format!("HH-{place:05}"),
            "date_of_birth" => field.value = format!("19{:02}-04-{:02}", place % 97, 1 + place % 28),
            "address" => field.value = format!("Block {}-B, shelter {place}", place % 31),
            "place_of_birth" | "family_name" => field.value += &own_name(place),
            _ => {}
        }
    }
    let bytes = (0..330usize).map(|at| (at * 31 + place * 7 + (at * place) / 3) as u8).collect();
    certificate.attachments = vec![Arc::new(Attachment {
        name: format!("K7QX-{place:06}.cwt"),
        media_type: "application/cwt".to_owned(),
        description: "The signed credential".to_owned(),
        bytes,
    })];
    certificate
}

/// Letters for a number, so that every name is a new one.
fn own_name(mut number: usize) -> String {
    let mut name = String::new();
    while name.len() < 3 || number > 0 {
        name.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    name
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(500usize);
    let named = |name: &str| arguments.iter().find_map(|argument| argument.strip_prefix(name));
    if let Some(threads) = named("threads=").and_then(|threads| threads.parse().ok()) {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let clock = Clock::start("fonts, layout");
    let fonts = Fonts::embedded()?;
    let layout = Layout::from_toml(include_str!("../templates/registration/a4.toml"))?;
    clock.stop(1);
    let printer = Printer::new(&layout, &fonts);
    let people = certificates(arguments.iter().any(|argument| argument == "photo"));

    let few = count.min(200);
    let clock = Clock::start("preflight");
    for place in 0..few {
        let certificate = numbered(&people, place);
        preflight(&certificate, &layout, &fonts, Some(SymbolPlan::version(20))).map_err(|p| format!("{p:?}"))?;
    }
    clock.stop(few);

    let clock = Clock::start("one file");
    let temporary = tempfile::NamedTempFile::new()?;
    let mut book = Book::new(BufWriter::new(temporary), &BookMeta::default())?;
    let (mut composing, mut writing) = (0.0, 0.0);
    for start in (0..count).step_by(AT_ONCE) {
        let batch: Vec<_> = (start..count.min(start + AT_ONCE)).map(|place| numbered(&people, place)).collect();
        let before = cpu();
        let sheets = printer.sheets(&batch)?;
        composing += cpu() - before;
        let before = cpu();
        book.add(&sheets)?;
        writing += cpu() - before;
    }
    let file = book.finish()?.into_inner()?;
    clock.stop(count);
    let each = |seconds: f64| seconds * 1e3 / count as f64;
    println!("                {:.2} ms of CPU to compose, {:.2} to write", each(composing), each(writing));
    println!("size            {:7.2} KB a document", file.as_file().metadata()?.len() as f64 / 1e3 / count as f64);
    println!("memory          {:7.1} MB at the peak", peak_memory());
    if let Some(out) = named("out=") {
        std::fs::copy(file.path(), out)?;
    }

    let clock = Clock::start("separate files");
    let few = count.min(500);
    let places: Vec<usize> = (0..few).collect();
    let size = |place| separate(&printer, &numbered(&people, place)).expect("it went into one file before");
    let sizes: usize = places.into_par_iter().map(size).sum();
    clock.stop(few);
    println!("size            {:7.2} KB a document", sizes as f64 / 1e3 / few as f64);
    Ok(())
}

fn separate(printer: &Printer<'_>, certificate: &Certificate) -> Result<usize, Box<dyn std::error::Error>> {
    let sheets = printer.sheets(std::slice::from_ref(certificate))?;
    let mut book = Book::new(Vec::new(), &BookMeta::default())?;
    book.add(&sheets)?;
    Ok(book.finish()?.len())
}
