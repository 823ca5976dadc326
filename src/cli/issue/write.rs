//! What a batch writes: one PDF or many, and the texts of the symbols.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;

use super::Failure;
use crate::cli::output::{Output, cannot_write, write_whole};
use crate::credential::Serial;
use crate::credential::types::CredentialType;
use crate::issue::paper::IssuerName;
use crate::print::{Book, BookMeta, Certificate, Fonts, Layout, Printer, Unprintable};

/// Refuses a place that cannot be written to before any work is done.
pub fn check_writable(output: &Path, separate: bool) -> Result<(), Failure> {
    if separate {
        std::fs::create_dir_all(output).map_err(|error| cannot_write(output, &error))?;
        return Output::create(&output.join("probe.pdf")).map(drop);
    }
    Output::create(output).map(drop)
}

/// The pages of a batch on their way to the disk.
pub struct Papers {
    output: PathBuf,
    meta: BookMeta,
    /// One book for all, or `None` for a file each.
    book: Option<Book<Output>>,
}

impl Papers {
    /// Papers that go to `output`: a file, or a folder when they are separate.
    pub fn new(
        output: &Path,
        separate: bool,
        issuer: &IssuerName,
        made: &CredentialType,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let meta = BookMeta {
            title: format!("{} – {}", made.title_in("en"), issuer.name),
            language: "en".to_owned(),
            right_to_left: false,
            author: issuer.name.clone(),
            created: now,
        };
        let book = if separate { None } else { Some(Book::new(Output::create(output)?, &meta).map_err(Failure::new)?) };
        Ok(Self { output: output.to_owned(), meta, book })
    }

    /// Adds pages in order.
    pub fn add(&mut self, layout: &Layout, fonts: &Fonts, certificates: &[Certificate]) -> Result<(), Failure> {
        let printer = Printer::new(layout, fonts);
        let unprintable = |unprintable: Unprintable, certificates: &[Certificate]| {
            let serial = certificates.get(unprintable.index).map_or("?", |certificate| &certificate.serial);
            Failure::new(format!("the page of {serial} cannot be laid out: {unprintable}"))
                .hint("the credential is recorded; correct the template, then run the same command again")
        };
        if let Some(book) = &mut self.book {
            let sheets = printer.sheets(certificates).map_err(|error| unprintable(error, certificates))?;
            return book.add(&sheets).map_err(Failure::new);
        }
        for certificate in certificates {
            let one = std::slice::from_ref(certificate);
            let sheets = printer.sheets(one).map_err(|error| unprintable(error, one))?;
            let language = certificate.language.clone();
            let meta = BookMeta { title: certificate.title.first().to_owned(), language, ..self.meta.clone() };
            let mut book = Book::new(Vec::new(), &meta).map_err(Failure::new)?;
            book.add(&sheets).map_err(Failure::new)?;
            let path = self.output.join(format!("{}.pdf", certificate.serial));
            write_whole(&path, &book.finish().map_err(Failure::new)?)?;
        }
        Ok(())
    }

    /// Writes the book under a temporary name, lets `record` note the prints, and only then gives it its name.
    pub fn close(self, record: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let Some(book) = self.book else { return record() };
        let output = book.finish().map_err(Failure::new)?;
        record()?;
        output.commit()
    }
}

/// The JSON lines of `--symbols`.
pub struct Symbols {
    output: Output,
    path: PathBuf,
}

impl Symbols {
    /// Lines that go to `path`.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        Ok(Self { output: Output::create(path)?, path: path.to_owned() })
    }

    /// The line of one credential.
    pub fn add(&mut self, serial: Serial, row: u64, texts: &[String]) -> Result<(), Failure> {
        let line = json!({"serial": serial.to_string(), "row": row, "text": texts});
        writeln!(self.output, "{line}").map_err(|error| cannot_write(&self.path, &error))
    }

    /// Gives the file its name.
    pub fn commit(self) -> Result<(), Failure> {
        self.output.commit()
    }
}
