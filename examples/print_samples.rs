//! Prints sample certificates into a folder: `cargo run --example print_samples -- /tmp/samples`.

#[path = "../tests/support/print_people.rs"]
mod people;

use std::path::Path;

use nansen::print::{Book, BookMeta, Certificate, Fonts, Layout, Printer};

const REGISTRATION: &str = include_str!("../templates/registration/a4.toml");
const HOUSEHOLD: &str = include_str!("../templates/household/a4.toml");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "samples".to_owned());
    std::fs::create_dir_all(&folder)?;
    let fonts = Fonts::embedded()?;
    let mut samples = people::registrations();
    samples.push(("long".to_owned(), people::long_names()));
    let mut parts = people::registrations().remove(0).1;
    parts.symbols = (0..3).map(|part| people::symbol(8, &format!("NP1:{part}"))).collect();
    samples.push(("parts".to_owned(), parts));
    let layout = Layout::from_toml(REGISTRATION)?;
    for (name, certificate) in samples {
        write(Path::new(&folder), &name, &certificate, &layout, &fonts)?;
    }
    let layout = Layout::from_toml(HOUSEHOLD)?;
    for (name, certificate) in [
        ("household", people::household(8, "en")),
        ("household-ar", people::household(8, "ar")),
        ("household-12", people::household(12, "en")),
    ] {
        write(Path::new(&folder), name, &certificate, &layout, &fonts)?;
    }
    Ok(())
}

fn write(
    folder: &Path,
    name: &str,
    certificate: &Certificate,
    layout: &Layout,
    fonts: &Fonts,
) -> Result<(), Box<dyn std::error::Error>> {
    let meta = BookMeta {
        title: certificate.title.first().to_owned(),
        language: certificate.language.clone(),
        right_to_left: certificate.language == "ar",
        author: certificate.issuer.clone(),
        created: "2026-11-21T09:00:00Z".parse()?,
    };
    match Printer::new(layout, fonts).sheets(std::slice::from_ref(certificate)) {
        Ok(sheets) => {
            let mut book = Book::new(Vec::new(), &meta)?;
            book.add(&sheets)?;
            std::fs::write(folder.join(format!("{name}.pdf")), book.finish()?)?;
        }
        Err(unprintable) => {
            for problem in unprintable.problems {
                eprintln!("{name}: {problem}");
            }
        }
    }
    Ok(())
}
