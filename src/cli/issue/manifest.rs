//! The manifest of a batch: what the register says stands on which sheet, on paper.

use std::path::Path;

use super::Failure;
use super::batch::Batch;
use super::write::meta;
use crate::cli::output::Output;
use crate::cli::register::failure;
use crate::cli::verdict_json::hex;
use crate::print::{Book, Manifest, ManifestRow, ROWS_A_PAGE, manifest};
use crate::register::{BatchId, PlacedRow, Register};

/// Pages that are composed at once: a list of any length needs no more memory.
const PAGES_AT_ONCE: usize = 32;

/// Writes the manifest of a batch whose files all have their names.
pub fn write(register: &Register, id: BatchId, batch: &Batch<'_>, file: &Path) -> Result<(), Failure> {
    let started = register.batch_started(id).map_err(failure)?;
    let places = register.places_of(id).map_err(failure)?;
    let mut book = Book::new(Output::create(file)?, &meta(batch.name, batch.signing.made, started))?;
    for volume in register.volumes_of(id).map_err(failure)? {
        let rows: Vec<&PlacedRow> = places.iter().filter(|place| place.volume == volume.number).collect();
        let pages = rows.len().div_ceil(ROWS_A_PAGE);
        for (part, rows) in rows.chunks(ROWS_A_PAGE * PAGES_AT_ONCE).enumerate() {
            let made = Manifest {
                title: batch.signing.made.title_in("en").to_owned(),
                issuer: batch.name.name.clone(),
                kid: batch.signing.key.kid().to_string(),
                batch: id.to_string(),
                file: file_name(&volume.file),
                made: started.to_string(),
                credentials: volume.credentials as usize,
                pages: (part * PAGES_AT_ONCE + 1, pages),
                rows: rows.iter().map(|row| line(row)).collect(),
            };
            book.add(&manifest(&made, batch.checker.fonts)?)?;
        }
    }
    book.finish()?.commit()
}

fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn line(row: &PlacedRow) -> ManifestRow {
    ManifestRow {
        sheet: row.sheet,
        serial: row.serial.to_string(),
        signed_by: hex(&row.kid),
        signed_at: row.issued.to_string(),
        copy: row.copy,
    }
}
