//! Trust lists on paper: a bundle as symbols on sheets to be printed, and scans of such sheets taken in.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli::Failure;
use crate::cli::input::what_next;
use crate::desk::output::write_whole;
use crate::print::{Book, BookMeta, Fonts, SymbolSheets, symbol_sheets};
use crate::scan::{Effort, Options, ScanError, scan_bytes};
use crate::symbol::encode;
use crate::trust::sheets::{LEVEL, SheetCollector, SheetError, SheetTexts, to_texts};
use crate::trust::{Fingerprint, HeldList};

/// Paper: A4, in mm.
const PAPER: (f32, f32) = (210.0, 297.0);

/// Sheets of a list as a PDF; gives how many there are.
///
/// # Errors
/// When the bundle is larger than sheets hold, or the file cannot be written.
pub fn export(held: &HeldList, file: &Path) -> Result<usize, Failure> {
    let types = held.list().types.iter().map(String::len).sum();
    let SheetTexts { texts, need, version } = to_texts(&held.bundle(), types).map_err(too_large)?;
    let symbols = texts.iter().map(|text| encode(text, version, LEVEL)).collect::<Result<Vec<_>, _>>()?;
    let list = held.list();
    let days = SignedDuration::from_hours(24 * i64::from(list.stale_after_days));
    let end = list.issued.saturating_add(days).unwrap_or(list.issued);
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date().to_string();
    let sheets = SymbolSheets {
        language: "en".to_owned(),
        owner: list.root_name.clone(),
        title: format!("Trust list {}", list.sequence),
        fields: vec![
            ("Signed on".to_owned(), day(list.issued)),
            ("Usable until".to_owned(), day(end)),
            ("Issuers · symbols".to_owned(), format!("{} · {}", list.issuers.len(), texts.len())),
        ],
        compared: (
            "Fingerprint: compare it with the keeper of the list, by telephone or in person, before you take it in"
                .to_owned(),
            Fingerprint::of(held.root()).to_string(),
        ),
        explanation: format!(
            "Scan or photograph all sheets: nansen trust import SCAN.pdf, or show them to the gate's camera. Any {need} of the \
             {} symbols are enough. Nothing on these sheets is secret, and nothing on them is trusted before its signature is \
             checked.",
            texts.len()
        ),
        sheet: "Sheet".to_owned(),
        symbols,
    };
    let fonts = Fonts::embedded()?;
    let composed = symbol_sheets(&sheets, PAPER, &fonts).map_err(|problems| {
        let told = problems.first().map(ToString::to_string).unwrap_or_default();
        Failure::new(format!("the sheets cannot be composed: {told}")).hint("give the list a name that can be printed")
    })?;
    let meta = BookMeta {
        title: format!("{}: {}", sheets.owner, sheets.title),
        language: sheets.language,
        right_to_left: false,
        author: sheets.owner,
        created: list.issued,
    };
    let mut bytes = Vec::new();
    let mut book = Book::new(&mut bytes, &meta)?;
    book.add(&composed)?;
    book.finish()?;
    write_whole(file, &bytes)?;
    Ok(composed.len())
}

fn too_large(error: SheetError) -> Failure {
    let hint = match &error {
        SheetError::TooLarge { statuses, types, .. } if statuses >= types => {
            "leave the status lists out with --without-statuses, and carry them as a file"
        }
        SheetError::TooLarge { .. } => {
            "have the list signed with fewer descriptions of types (nansen trust sign --type), or carry it as a file"
        }
        _ => "carry the list as a file: nansen trust export FILE",
    };
    Failure::new(error).hint(hint)
}

/// Scans of sheets, whichever comes first.
#[derive(Debug, Default)]
pub struct Scans {
    collector: SheetCollector,
    problem: Option<SheetError>,
    /// Whether the list whose symbol came last is complete.
    is_complete: bool,
}

impl Scans {
    /// The bundles that the symbols of a scan complete; `None` for a file that is no picture and no PDF.
    ///
    /// # Errors
    /// When the scan cannot be looked at, or has no symbol of a trust list.
    pub fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<Option<Vec<Vec<u8>>>, Failure> {
        let (mut texts, mut pages) = (Vec::new(), 0);
        let options = Options { effort: Effort::Thorough, ..Options::default() };
        let outcome = scan_bytes(bytes, &options, &mut |page| {
            pages += 1;
            texts.extend(page.found().into_iter().map(|found| found.bytes));
            ControlFlow::Continue(())
        });
        match outcome {
            Err(ScanError::UnknownType { .. }) => return Ok(None),
            Err(error) => {
                let hint = what_next(&error);
                return Err(Failure::new(format!("{}: {}", path.display(), Failure::new(error))).hint(hint));
            }
            Ok(_) => {}
        }
        let (mut bundles, mut symbols) = (Vec::new(), 0);
        for text in &texts {
            match self.collector.add(text) {
                Err(SheetError::NotASheet) => continue,
                Err(error) => self.problem = Some(error),
                Ok(bundle) => {
                    self.is_complete |= bundle.is_some();
                    bundles.extend(bundle);
                }
            }
            symbols += 1;
        }
        if symbols == 0 {
            return Err(Failure::new(format!("{}: no symbol of a trust list on {pages} page(s)", path.display()))
                .hint("scan the sheets of `nansen trust export --sheets` whole, at 300 dpi"));
        }
        Ok(Some(bundles))
    }

    /// Says when scans have not made a list.
    ///
    /// # Errors
    /// When there were some and they have not.
    pub fn end(self) -> Result<(), Failure> {
        match (self.problem, self.collector.progress()) {
            (_, Some(parts)) if !self.is_complete && parts.have < parts.need => Err(Failure::new(format!(
                "{} of {} symbols of the trust list were read, {} are needed",
                parts.have, parts.of, parts.need
            ))
            .hint("scan the other sheets too, and name all scans in one command")),
            (Some(problem), _) if !self.is_complete => {
                Err(Failure::new(problem).hint("scan the sheets again, all from one print"))
            }
            _ => Ok(()),
        }
    }
}
