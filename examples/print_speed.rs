//! What printing costs: `cargo run --release --example print_speed -- 500 [photo] [preflight] [OUT.pdf]`, on one core.
//! With `preflight` it stops after that, so that a profiler sees nothing else.

#[path = "../tests/support/print_people.rs"]
#[allow(dead_code)]
mod people;

use std::time::Instant;

use nansen::print::{Book, BookMeta, Fonts, Layout, Printer, SymbolPlan, preflight};

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
    let with_photo = arguments.iter().any(|argument| argument == "photo");
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;

    let started = Instant::now();
    let fonts = Fonts::embedded()?;
    let layout = Layout::from_toml(include_str!("../templates/registration/a4.toml"))?;
    println!("fonts and layout  {:8.2} ms", started.elapsed().as_secs_f64() * 1e3);

    let people: Vec<_> = people::registrations()
        .into_iter()
        .map(|(_, mut certificate)| {
            certificate.photo = certificate.photo.filter(|_| with_photo);
            certificate
        })
        .collect();
    // No two people are the same, as in a list.
    let certificates: Vec<_> = (0..count)
        .map(|place| {
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
            certificate
        })
        .collect();

    let report = |what: &str, started: Instant| {
        let each = started.elapsed().as_secs_f64() * 1e3 / count as f64;
        println!("{what:17} {each:8.2} ms a document");
    };
    let started = Instant::now();
    for certificate in &certificates {
        preflight(certificate, &layout, &fonts, Some(SymbolPlan::version(20)))
            .map_err(|problems| format!("{problems:?}"))?;
    }
    report("preflight", started);
    if arguments.iter().any(|argument| argument == "preflight") {
        return Ok(());
    }

    let printer = Printer::new(&layout, &fonts);
    let all = Instant::now();
    let mut book = Book::new(Vec::new(), &BookMeta::default())?;
    for certificate in &certificates {
        let sheets = printer.sheets(std::slice::from_ref(certificate))?;
        book.add(&sheets)?;
    }
    report("compose and add", all);
    let started = Instant::now();
    let bytes = book.finish()?;
    report("finish", started);
    report("one file", all);
    println!("size              {:8.2} KB a document", bytes.len() as f64 / 1e3 / count as f64);
    if let Some(file) = arguments.iter().skip(1).find(|argument| argument.contains(".pdf")) {
        std::fs::write(file, &bytes)?;
    }

    let started = Instant::now();
    let mut sizes = 0;
    for certificate in certificates.iter().take(100) {
        let sheets = printer.sheets(std::slice::from_ref(certificate))?;
        let mut book = Book::new(Vec::new(), &BookMeta::default())?;
        book.add(&sheets)?;
        sizes += book.finish()?.len();
    }
    let few = certificates.len().clamp(1, 100) as f64;
    let each = started.elapsed().as_secs_f64() * 1e3 / few;
    println!("separate files    {each:8.2} ms, {:.1} KB a document", sizes as f64 / 1e3 / few);
    Ok(())
}
