//! Reading back: sheets are read, as after printing and scanning, before they are written.

use super::write::Signed;
use crate::desk::{Failure, Kind};
use crate::print::Sheet;
use crate::readback::{Expected, ReadBackError, check};

/// Reads sheets back as they were composed; `dots_per_inch` are the printer's.
pub fn read_back(sheets: &[Sheet], signed: &[Signed], dots_per_inch: f32) -> Result<(), Failure> {
    let expected: Vec<Expected<'_>> =
        signed.iter().map(|one| Expected { row: one.row, serial: &one.serial, texts: &one.texts }).collect();
    check(sheets, &expected, dots_per_inch.round() as u32).map_err(refused)
}

/// A page that does not read stops the batch, and nothing of its file is left.
fn refused(error: ReadBackError) -> Failure {
    // A credential is in the register before its page is composed.
    let recorded = "nothing of this file was written, but the serials of its rows are recorded: after a change of the \
                    template the same command prints these again; a list that was changed is issued with --reissue";
    let hint = match &error {
        ReadBackError::NotRead { .. } => format!(
            "{recorded}. Give the symbol larger modules: another --layout, a larger symbol box in the template, shorter texts or a \
             smaller photo"
        ),
        ReadBackError::Stranger { .. } => format!("{recorded}. Look for a symbol in the template's background"),
        _ => format!("{recorded}. Check the template with `nansen template check`"),
    };
    Failure::new(error).hint(hint).of(Kind::NotGood)
}
