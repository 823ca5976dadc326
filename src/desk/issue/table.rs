//! Rows of a form ↔ the bytes of a list, and the cells of a list as they stand, so that they can be mended in place.

use std::collections::{BTreeMap, HashMap};

use crate::credential::kind::Kind;
use crate::credential::types::CredentialType;
use crate::issue::list::PHOTO_CROP;
use crate::issue::source::Source;

/// A row of a form: column → cell.
pub type Cells = BTreeMap<String, String>;

/// The columns that the list of a type may have, in order.
pub fn columns(made: &CredentialType) -> Vec<String> {
    let fields = made.fields.iter().chain(&made.members).filter(|field| field.kind != Kind::Members);
    let mut names: Vec<String> = Vec::new();
    for name in fields.map(|field| field.name.clone()).chain([PHOTO_CROP.to_owned()]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The list that a form's rows make: with every column of the type, and none that the type has not. A row without any
/// cell is left out, as in any list.
pub fn csv_of(rows: &[Cells], made: &CredentialType) -> Vec<u8> {
    let columns = columns(made);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let written = "memory takes every row";
    csv.write_record(&columns).expect(written);
    for row in rows {
        csv.write_record(columns.iter().map(|column| row.get(column).map_or("", String::as_str))).expect(written);
    }
    csv.into_inner().expect(written)
}

/// The columns of a form's rows that the type has not.
pub fn strangers(rows: &[Cells], made: &CredentialType) -> Vec<String> {
    let known = columns(made);
    let mut found: Vec<String> = rows.iter().flat_map(BTreeMap::keys).cloned().collect();
    found.sort();
    found.dedup();
    found.retain(|column| !known.contains(column));
    found
}

/// The cells of a list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    /// The first line.
    pub columns: Vec<String>,
    /// The rows of data; their numbers are their places from 1.
    pub rows: Vec<TableRow>,
    /// Whether there are more rows than were asked for.
    pub more: bool,
}

/// One row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableRow {
    /// Line of the list on which it begins, from 1.
    pub line: u64,
    /// The cells, as they stand.
    pub cells: Vec<String>,
}

impl Table {
    /// Reads at most so many rows. What is not UTF-8 is replaced, and what cannot be read ends the table: the check of
    /// the list says why.
    pub fn read(bytes: &[u8], most: usize) -> Self {
        let mut table = Self::default();
        let Ok(source) = Source::open(bytes) else { return table };
        let mut csv =
            csv::ReaderBuilder::new().delimiter(source.separator).flexible(true).has_headers(false).from_reader(source);
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        let mut raw = csv::ByteRecord::new();
        while matches!(csv.read_byte_record(&mut raw), Ok(true)) {
            csv.get_mut().row_ended();
            let line = raw.position().map_or(0, csv::Position::line);
            if table.columns.is_empty() {
                table.columns = raw.iter().map(text).collect();
                continue;
            }
            if raw.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) {
                continue;
            }
            if table.rows.len() == most {
                table.more = true;
                break;
            }
            table.rows.push(TableRow { line, cells: raw.iter().map(text).collect() });
        }
        table
    }

    /// The numbers of the rows by the lines on which they begin.
    pub fn numbers(&self) -> HashMap<u64, u64> {
        (1..).zip(&self.rows).map(|(number, row)| (row.line, number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = include_str!("../../../templates/registration/type.toml");

    fn cells(cells: &[(&str, &str)]) -> Cells {
        cells.iter().map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned())).collect()
    }

    #[test]
    fn a_forms_rows_come_back_from_the_list_that_they_make() {
        let made = CredentialType::parse(TYPE).unwrap();
        let rows = [
            cells(&[("individual_id", "A,1"), ("full_name", "one\r\ntwo \"three\"")]),
            cells(&[("full_name", " ")]),
            cells(&[("individual_id", "B-2"), ("shoe_size", "44")]),
        ];
        let table = Table::read(&csv_of(&rows, &made), 10);
        let column = |name: &str| table.columns.iter().position(|column| column == name).unwrap();
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(table.rows[0].cells[column("individual_id")], "A,1");
        assert_eq!(table.rows[1].cells[column("individual_id")], "B-2");
        assert_eq!(table.numbers()[&5], 2);
        assert_eq!(strangers(&rows, &made), ["shoe_size"]);
        assert!(Table::read(&csv_of(&rows, &made), 1).more);
    }

    #[test]
    fn what_is_no_list_has_no_cells() {
        for bytes in [&b""[..], b"PK\x03\x04", b"\xff\xfea", b"\0\0"] {
            assert_eq!(Table::read(bytes, 10), Table::default());
        }
    }
}
