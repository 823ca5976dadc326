//! `nansen issue --read-back`: the page of a credential is read, as after printing and scanning, before it is written.

use super::Failure;
use crate::cli::Exit;
use crate::print::{Certificate, Printer};
use crate::readback::{Expected, ReadBackError, check};

/// Reads the sheets of one credential back; `dots_per_inch` are the printer's.
pub fn read_back(
    printer: Printer<'_>,
    certificate: &Certificate,
    row: u64,
    texts: &[String],
    dots_per_inch: f32,
) -> Result<(), Failure> {
    let sheets = printer.sheets(std::slice::from_ref(certificate)).map_err(|unprintable| {
        Failure::new(format!("the page of {} cannot be laid out: {unprintable}", certificate.serial))
            .hint("the credential is recorded; correct the template, then run the same command again")
    })?;
    let expected = Expected { row, serial: &certificate.serial, texts };
    check(&sheets, &[expected], dots_per_inch.round() as u32).map_err(refused)
}

/// A page that does not read stops the batch, and nothing of its file is left.
fn refused(error: ReadBackError) -> Failure {
    let hint = match &error {
        ReadBackError::NotRead { .. } => {
            "nothing of this file was written. Give the symbol larger modules: another --layout, a larger symbol box in the \
             template, shorter texts or a smaller photo; then run the same command again"
        }
        ReadBackError::Stranger { .. } => {
            "nothing of this file was written; look for a symbol in the template's background"
        }
        _ => "nothing of this file was written; check the template with `nansen template check`",
    };
    Failure::new(error).hint(hint).exit_with(Exit::NotValid)
}
