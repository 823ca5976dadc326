//! Prints the list of a batch's sheets, for looking at: `manifest_pdf LANGUAGE ROWS OUT.pdf`.

use nansen::print::{Book, BookMeta, Fonts, Manifest, ManifestRow, Words, manifest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [language, rows, out] = arguments.as_slice() else { return Err("wanted LANGUAGE ROWS OUT.pdf".into()) };
    let rows: usize = rows.parse()?;
    let row = |number: usize| ManifestRow {
        sheet: number + 1,
        serial: format!("K7QX-{number:04}"),
        name: None,
        signed_by: "0f3a91c2d4e5b607".to_owned(),
        copy: (number % 7 == 3).then_some(2),
    };
    let batch = Manifest {
        language: language.clone(),
        papers: Words::one("Certificate of registration"),
        issuer: "Department of Refugee Services".to_owned(),
        kid: "0f3a91c2d4e5b607".to_owned(),
        batch: "2026-11-21/3".to_owned(),
        date: "2026-11-21".to_owned(),
        sheets: rows,
        rows: (0..rows).map(row).collect(),
    };
    let sheets = manifest(&batch, (210.0, 297.0), &Fonts::embedded()?).map_err(|problems| format!("{problems:?}"))?;
    let meta = BookMeta { title: "Manifest".to_owned(), language: language.clone(), ..BookMeta::default() };
    let mut book = Book::new(Vec::new(), &meta)?;
    book.add(&sheets)?;
    std::fs::write(out, book.finish()?)?;
    Ok(())
}
