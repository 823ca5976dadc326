//! The pages that go with a stack of printed sheets: which credential stands on which, and who signed it.
//!
//! The data come in and sheets go out, set like any other page. The clerk who takes the stack from the printer, and the
//! auditor who asks later, count by it.

use super::certificate::{Cell, Certificate, Direction, FieldLine, Table, Words};
use super::compose::compose;
use super::font::Fonts;
use super::layout::LayoutError;
use super::layout_file::read_plain;
use super::page::Sheet;
use super::preflight::{Problem, SymbolPlan};

static LAYOUT: &str = include_str!("manifest.toml");

/// Rows of the table on one page.
pub const ROWS_A_PAGE: usize = 40;

/// What a file of a batch holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Manifest {
    /// What the credentials are.
    pub title: String,
    /// Who issues.
    pub issuer: String,
    /// The key in use.
    pub kid: String,
    /// Number of the batch in the register.
    pub batch: String,
    /// The file that the sheets are in.
    pub file: String,
    /// When the batch was begun.
    pub made: String,
    /// Credentials in the file, which may have more rows than are given here.
    pub credentials: usize,
    /// Number of the first of its pages that these rows make, and of the last page of all.
    pub pages: (usize, usize),
    /// The credentials, by sheet.
    pub rows: Vec<ManifestRow>,
}

/// One credential of a file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ManifestRow {
    /// The sheet of paper, from 1.
    pub sheet: u32,
    /// The serial as printed.
    pub serial: String,
    /// Name of the key that signed.
    pub signed_by: String,
    /// When it was signed.
    pub signed_at: String,
    /// Copy number.
    pub copy: u32,
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The layout is none.
    #[error("the layout of the manifest is damaged")]
    Layout(#[from] LayoutError),
    /// A text that cannot be printed.
    #[error("the manifest cannot be laid out: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unprintable(Vec<Problem>),
}

/// Composes the pages of a manifest.
pub fn manifest(manifest: &Manifest, fonts: &Fonts) -> Result<Vec<Sheet>, ManifestError> {
    let layout = read_plain(LAYOUT)?;
    // A manifest has no symbol, and no box for one: the plan only says that none is missing.
    let no_symbol = Some(SymbolPlan::version(1));
    let page = |(number, rows): (usize, &[ManifestRow])| {
        let certificate = page_of(manifest, manifest.pages.0 + number, rows);
        compose(&certificate, &layout, fonts, no_symbol).map_err(ManifestError::Unprintable)
    };
    let mut sheets = Vec::new();
    for rows in manifest.rows.chunks(ROWS_A_PAGE).enumerate() {
        sheets.extend(page(rows)?.pages.into_iter().map(|(_, page)| Sheet::from(page)));
    }
    Ok(sheets)
}

fn page_of(manifest: &Manifest, number: usize, rows: &[ManifestRow]) -> Certificate {
    let field = |label: &str, value: String| FieldLine {
        label: Words::one(label),
        value,
        direction: Direction::Auto,
        language: None,
        name: label.to_lowercase(),
    };
    let cell = |text: String| Cell { text, direction: Direction::LeftToRight, language: None };
    let row = |row: &ManifestRow| {
        let copy = if row.copy > 1 { row.copy.to_string() } else { String::new() };
        [row.sheet.to_string(), row.serial.clone(), row.signed_by.clone(), row.signed_at.clone(), copy]
            .map(cell)
            .to_vec()
    };
    Certificate {
        language: "en".to_owned(),
        title: Words::one(format!("Manifest: {}", manifest.title)),
        fields: vec![
            field("File", manifest.file.clone()),
            field("Batch", manifest.batch.clone()),
            field("Page", format!("{number} / {}", manifest.pages.1)),
            field("Credentials", manifest.credentials.to_string()),
            field("Begun", manifest.made.clone()),
            field("Key in use", manifest.kid.clone()),
        ],
        table: Some(Table {
            head: ["Sheet", "Serial", "Signed by key", "Signed at", "Copy"].map(Words::one).to_vec(),
            rows: rows.iter().map(row).collect(),
        }),
        issuer: manifest.issuer.clone(),
        ..Certificate::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::page::Item;

    #[test]
    fn every_sheet_stands_in_the_manifest_with_its_serial_and_its_key() {
        let rows: Vec<ManifestRow> = (1..=95)
            .map(|sheet| ManifestRow {
                sheet,
                serial: format!("K7QX-{sheet:04}"),
                signed_by: "0f3a0f3a0f3a0f3a".into(),
                signed_at: "2026-11-21 09:00:00Z".into(),
                copy: 1,
            })
            .collect();
        let made = Manifest {
            title: "Registration".into(),
            issuer: "Lakeside desk".into(),
            file: "a-very-long-folder/with/another/long-folder/in-it/registrations-of-november-2026-001.pdf".into(),
            credentials: 95,
            pages: (1, 3),
            rows,
            ..Manifest::default()
        };
        let sheets = manifest(&made, &Fonts::embedded().unwrap()).unwrap();
        assert_eq!(sheets.len(), 3);
        let texts: Vec<String> = sheets
            .iter()
            .flat_map(|sheet| &sheet.faces)
            .flat_map(|face| face.page.items())
            .filter_map(|item| if let Item::Text { run, .. } = item { Some(run.text.clone()) } else { None })
            .collect();
        for wanted in ["K7QX-0001", "K7QX-0095", "0f3a0f3a0f3a0f3a", "3 / 3"] {
            assert!(texts.iter().any(|text| text.contains(wanted)), "{wanted}");
        }
    }
}
