//! Prints the samples of the tests in a layout, for looking at: `sheet_pdf LAYOUT OUT.pdf`.

#[path = "../tests/support/print_people.rs"]
#[allow(dead_code)]
mod people;

use nansen::print::{Book, BookMeta, Fonts, Layout, Printer, TemplateFile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let layout = arguments.next().ok_or("wanted a layout file, such as templates/card.toml")?;
    let out = arguments.next().ok_or("wanted the PDF to write")?;
    let folder = std::path::Path::new(&layout).parent().ok_or("wanted a file in a folder")?.to_owned();
    let files = |name: &str| {
        let path = folder.join(name);
        Some(TemplateFile { shown: path.display().to_string(), bytes: std::fs::read(path).ok()? })
    };
    let name = std::path::Path::new(&layout).file_name().and_then(|name| name.to_str()).ok_or("not a name")?;
    let layout = Layout::from_files(name, &files)?;
    let fonts = Fonts::embedded()?;
    let mut certificates: Vec<_> = people::registrations().into_iter().map(|(_, certificate)| certificate).collect();
    certificates.push(people::long_names());
    certificates.push(people::household(8, "ar"));
    certificates.push(people::household(3, "en"));
    let version = layout.room(1).largest_version().unwrap_or(1).min(14);
    for certificate in &mut certificates {
        certificate.symbols = vec![people::symbol(version, "NP1:6BF+70790T9WJWG")];
    }
    let count = Printer::new(&layout, &fonts).sheet_count(certificates.len());
    let meta = BookMeta { title: "Samples".to_owned(), language: "en".to_owned(), ..BookMeta::default() };
    let mut book = Book::new(Vec::new(), &meta)?;
    for (number, certificate) in certificates.iter().enumerate() {
        let printer = Printer::new(&layout, &fonts);
        if let Err(problems) = printer.faces(certificate) {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            eprintln!("{number} {}: {}", certificate.language, problems.join("; "));
        }
    }
    certificates.retain(|certificate| Printer::new(&layout, &fonts).faces(certificate).is_ok());
    book.add(&Printer::new(&layout, &fonts).numbered(1, count).sheets(&certificates)?)?;
    std::fs::write(&out, book.finish()?)?;
    Ok(())
}
