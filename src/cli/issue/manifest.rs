//! The manifest of a batch: what the register says stands on which sheet, on paper.

use std::path::Path;

use super::Failure;
use super::batch::Batch;
use super::write::meta;
use crate::cli::output::Output;
use crate::cli::register::failure;
use crate::gate::json::hex;
use crate::print::{Book, Manifest, ManifestRow, Words, manifest};
use crate::register::{BatchId, PlacedRow, Register};

/// Rows that are composed at once, as a list of their own: a batch of any length needs no more memory.
const ROWS_AT_ONCE: usize = 1000;

/// A4, in mm.
const PAPER: (f32, f32) = (210.0, 297.0);

/// Writes the manifest of a batch whose files all have their names, a list for each file.
pub fn write(register: &Register, id: BatchId, batch: &Batch<'_>, file: &Path) -> Result<(), Failure> {
    let started = register.batch_started(id).map_err(failure)?;
    let places = register.places_of(id).map_err(failure)?;
    let mut book = Book::new(Output::create(file)?, &meta(batch.name, batch.signing.made, started))?;
    for volume in register.volumes_of(id).map_err(failure)? {
        let rows: Vec<&PlacedRow> = places.iter().filter(|place| place.volume == volume.number).collect();
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let (first, last) = (rows.first().map_or(0, |row| row.sheet), rows.last().map_or(0, |row| row.sheet));
            let list = Manifest {
                language: batch.args.language.clone().unwrap_or_else(|| "en".to_owned()),
                papers: Words::one(batch.signing.made.title_in("en")),
                issuer: batch.name.name.clone(),
                kid: batch.signing.key.kid().to_string(),
                batch: format!("{id} · {}", file_name(&volume.file)),
                date: started.to_string(),
                sheets: (last + 1 - first) as usize,
                rows: rows.iter().map(|row| line(row)).collect(),
            };
            let sheets = manifest(&list, PAPER, batch.checker.fonts).map_err(|problems| {
                let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
                Failure::new(format!("the manifest cannot be laid out: {}", told.join("; ")))
                    .hint("everything is issued and printed; run the same command again without --manifest")
            })?;
            book.add(&sheets)?;
        }
    }
    book.finish()?.commit()
}

/// The end of a path, as much of it as the head of a list has room for.
fn file_name(path: &str) -> String {
    let name = Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn line(row: &PlacedRow) -> ManifestRow {
    ManifestRow {
        sheet: row.sheet as usize,
        serial: row.serial.to_string(),
        name: None,
        signed_by: format!("{}, {}", hex(&row.kid), row.issued),
        copy: u16::try_from(row.copy).ok().filter(|copy| *copy > 1),
    }
}
