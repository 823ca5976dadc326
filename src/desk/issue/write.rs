//! What a batch writes: one PDF, several volumes or a file each, and the texts of the symbols.
//!
//! Signed certificates come in, in order; they are composed on all cores, read back, and written under temporary names as
//! they come. A file gets its name only when [`Finished::name`] is called: when the register knows what stands in it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;
use serde_json::json;

use super::readback::read_back;
use crate::credential::Serial;
use crate::credential::types::CredentialType;
use crate::desk::Failure;
use crate::desk::output::{Output, Ready, cannot_write, folder_of};
use crate::issue::paper::IssuerName;
use crate::print::{Book, BookMeta, Certificate, Printer, Sheet, Unprintable};
use crate::register::Place;

/// Files of their own that get their names together.
const SEPARATE_AT_ONCE: usize = 256;

/// How the papers of a batch are divided into files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// All in one.
    Whole,
    /// So many sheets of paper in each.
    Volumes(u32),
    /// A file for each credential.
    Separate,
}

impl Form {
    /// The name of file `number` of a batch whose output is `output`.
    pub fn file(self, output: &Path, number: u32) -> PathBuf {
        match self {
            Self::Volumes(_) => beside(output, &format!("{number:03}")),
            Self::Whole | Self::Separate => output.to_owned(),
        }
    }

    /// Whether `path` has the name of a file of such a batch, however many there will be.
    pub fn owns(self, output: &Path, path: &Path) -> bool {
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        match self {
            Self::Whole => path.file_name() == output.file_name(),
            Self::Separate => text(path.extension()).eq_ignore_ascii_case("pdf"),
            Self::Volumes(_) => {
                let beginning = format!("{}-", text(output.file_stem()));
                let number = text(path.file_stem()).strip_prefix(&beginning).map(ToOwned::to_owned);
                path.extension() == output.extension()
                    && number.is_some_and(|number| number.len() >= 3 && number.bytes().all(|b| b.is_ascii_digit()))
            }
        }
    }

    /// The folder in which its files lie.
    pub fn folder(self, output: &Path) -> &Path {
        match self {
            Self::Separate => output,
            _ => folder_of(output),
        }
    }

    /// The name of the list of what was printed.
    pub fn manifest(self, output: &Path) -> PathBuf {
        if self == Self::Separate { output.join("manifest.pdf") } else { beside(output, "manifest") }
    }
}

/// `OUT.pdf` → `OUT-what.pdf`.
fn beside(output: &Path, what: &str) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    let ending = output.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    output.with_file_name(format!("{stem}-{what}{ending}"))
}

/// Refuses a place that cannot be written to before any work is done.
pub fn check_writable(output: &Path, form: Form) -> Result<(), Failure> {
    if form == Form::Separate {
        std::fs::create_dir_all(output).map_err(|error| cannot_write(output, &error))?;
    }
    Output::create(&form.manifest(output)).and_then(|_| match form {
        Form::Separate => Output::create(&output.join("probe.pdf")).map(drop),
        _ => Output::create(&form.file(output, 1)).map(drop),
    })
}

/// What a file of this issuer and type says about itself.
pub fn meta(issuer: &IssuerName, made: &CredentialType, created: Timestamp) -> BookMeta {
    BookMeta {
        title: format!("{} – {}", made.title_in("en"), issuer.name),
        language: "en".to_owned(),
        right_to_left: false,
        author: issuer.name.clone(),
        created,
    }
}

/// A certificate and the credential that it shows.
pub struct Paper {
    pub serial: Serial,
    pub certificate: Certificate,
    pub signed: Signed,
}

/// What has to be read from a paper.
pub struct Signed {
    /// Row of the list.
    pub row: u64,
    /// The serial as it is printed.
    pub serial: String,
    /// The text of each symbol.
    pub texts: Vec<String>,
}

/// The pages of a batch on their way to the disk.
pub struct Papers<'a> {
    output: &'a Path,
    form: Form,
    printer: Printer<'a>,
    meta: BookMeta,
    /// Whether sheets are read back before they are written, and for a printer of how many dots an inch.
    read_back: Option<f32>,
    /// Number of the next file.
    next: u32,
    /// Certificates that are still to be added, and whether they all go into one file.
    coming: usize,
    into_one: bool,
    open: Option<Open>,
}

/// A file in the making, or several that get their names together.
struct Open {
    body: Body,
    places: Vec<Place>,
    /// Not yet composed: too few for a sheet.
    waiting: Vec<Paper>,
    /// Certificates that are composed.
    composed: usize,
    /// Certificates that the file will have.
    total: usize,
}

enum Body {
    Book(Box<Book<Output>>),
    Files(Vec<Ready>),
}

impl<'a> Papers<'a> {
    /// Papers that go to `output`, the first file under number `next`.
    pub fn new(output: &'a Path, form: Form, printer: Printer<'a>, meta: BookMeta, next: u32) -> Self {
        Self { output, form, printer, meta, read_back: None, next, coming: 0, into_one: false, open: None }
    }

    /// The same, but every sheet is read back, as a printer of so many dots an inch would print it, before it is written.
    pub fn reading_back(self, dots_per_inch: Option<f32>) -> Self {
        Self { read_back: dots_per_inch, ..self }
    }

    /// Says how many certificates will be added, so that each sheet of a volume can say of how many it is. A file that is
    /// written `again` is as long as it was.
    pub fn expect(&mut self, certificates: usize, again: bool) {
        (self.coming, self.into_one) = (certificates, again);
    }

    /// How many more certificates the file in the making takes.
    pub fn room(&self) -> usize {
        let most = match self.form {
            Form::Whole => usize::MAX,
            Form::Volumes(sheets) => (sheets as usize).saturating_mul(self.printer.certificates_a_sheet()),
            Form::Separate => SEPARATE_AT_ONCE,
        };
        most.saturating_sub(self.open.as_ref().map_or(0, |open| open.places.len()))
    }

    /// Adds certificates in order.
    pub fn add(&mut self, papers: Vec<Paper>) -> Result<(), Failure> {
        if papers.is_empty() {
            return Ok(());
        }
        let a_sheet = self.printer.certificates_a_sheet().max(1);
        let file = self.form.file(self.output, self.next);
        let total = if self.into_one { self.coming } else { self.coming.min(self.room()) };
        self.coming = self.coming.saturating_sub(papers.len());
        let open = match &mut self.open {
            Some(open) => open,
            closed => {
                let body = match self.form {
                    Form::Separate => Body::Files(Vec::new()),
                    _ => Body::Book(Box::new(
                        Book::new(Output::create(&file)?, &self.meta).map_err(|e| cannot_be_written(&file, e))?,
                    )),
                };
                closed.insert(Open { body, places: Vec::new(), waiting: Vec::new(), composed: 0, total })
            }
        };
        let first = open.places.len();
        let sheet = |place: usize| match self.form {
            Form::Separate => 1,
            _ => u32::try_from(place / a_sheet + 1).unwrap_or(u32::MAX),
        };
        let places = papers.iter().enumerate();
        open.places.extend(places.map(|(at, paper)| Place { serial: paper.serial, sheet: sheet(first + at) }));
        open.waiting.extend(papers);
        let whole = open.waiting.len() / a_sheet * a_sheet;
        let rest = open.waiting.split_off(whole);
        let full = std::mem::replace(&mut open.waiting, rest);
        self.write(full)
    }

    /// Composes sheets, reads them back when that is wanted, and writes them.
    fn write(&mut self, papers: Vec<Paper>) -> Result<(), Failure> {
        let Some(open) = self.open.as_mut().filter(|_| !papers.is_empty()) else { return Ok(()) };
        let (certificates, signed): (Vec<_>, Vec<_>) =
            papers.into_iter().map(|paper| (paper.certificate, paper.signed)).unzip();
        match &mut open.body {
            Body::Book(book) => {
                let first = open.composed / self.printer.certificates_a_sheet().max(1) + 1;
                // Sheets of a stack are counted. The sheets of one file for all are the same whatever comes before them.
                let printer = match self.form {
                    Form::Volumes(_) => self.printer.numbered(first, self.printer.sheet_count(open.total)),
                    _ => self.printer,
                };
                open.composed += certificates.len();
                let sheets = compose(printer, &certificates)?;
                self.read_back.map_or(Ok(()), |dpi| read_back(&sheets, &signed, dpi))?;
                let file = self.form.file(self.output, self.next);
                book.add(&sheets).map_err(|error| cannot_be_written(&file, error))
            }
            Body::Files(files) => {
                let (printer, meta, folder) = (self.printer, &self.meta, self.output);
                let one = |(certificate, signed)| {
                    let sheets = compose(printer, std::slice::from_ref(certificate))?;
                    self.read_back.map_or(Ok(()), |dpi| read_back(&sheets, std::slice::from_ref(signed), dpi))?;
                    let right_to_left = printer.right_to_left(&certificate.language);
                    separate(&sheets, BookMeta { right_to_left, ..meta.clone() }, folder, certificate)
                };
                let written: Vec<Ready> =
                    certificates.par_iter().zip(&signed).map(one).collect::<Result<_, Failure>>()?;
                files.extend(written);
                Ok(())
            }
        }
    }

    /// Ends the file in the making: it is on the disk and has no name yet. `None` when nothing was added.
    pub fn finish(&mut self) -> Result<Option<Finished>, Failure> {
        let rest = self.open.as_mut().map(|open| std::mem::take(&mut open.waiting)).unwrap_or_default();
        self.write(rest)?;
        let Some(open) = self.open.take() else { return Ok(None) };
        let file = self.form.file(self.output, self.next);
        let ready = match open.body {
            Body::Book(book) => vec![book.finish().map_err(|error| cannot_be_written(&file, error))?.ready()?],
            Body::Files(files) => files,
        };
        let number = self.next;
        self.next += 1;
        Ok(Some(Finished { number, file, places: open.places, ready }))
    }
}

fn cannot_be_written(file: &Path, error: crate::print::BookError) -> Failure {
    match error {
        crate::print::BookError::Io(error) => cannot_write(file, &error),
        other => Failure::new(other),
    }
}

/// The sheets of certificates that are recorded.
pub fn compose(printer: Printer<'_>, certificates: &[Certificate]) -> Result<Vec<Sheet>, Failure> {
    printer.sheets(certificates).map_err(|unprintable: Unprintable| {
        let serial = certificates.get(unprintable.index).map_or("?", |certificate| &certificate.serial);
        Failure::new(format!("the page of {serial} cannot be laid out: {unprintable}"))
            .hint("the credential is recorded; correct the template, then run the same command again")
    })
}

/// Writes the file of one credential under a temporary name.
fn separate(sheets: &[Sheet], meta: BookMeta, folder: &Path, certificate: &Certificate) -> Result<Ready, Failure> {
    let (title, language) = (certificate.title.first().to_owned(), certificate.language.clone());
    let file = folder.join(format!("{}.pdf", certificate.serial));
    let meta = BookMeta { title, language, ..meta };
    let mut book = Book::new(Output::create(&file)?, &meta).map_err(|error| cannot_be_written(&file, error))?;
    book.add(sheets).map_err(|error| cannot_be_written(&file, error))?;
    book.finish().map_err(|error| cannot_be_written(&file, error))?.ready()
}

/// A file that is on the disk and waits for its name.
pub struct Finished {
    /// Number of the file.
    pub number: u32,
    /// The name that it will have; of separate files their folder.
    pub file: PathBuf,
    /// What stands on its sheets.
    pub places: Vec<Place>,
    ready: Vec<Ready>,
}

impl Finished {
    /// Gives it its name.
    pub fn name(self) -> Result<(), Failure> {
        Ready::commit_all(self.ready)
    }
}

/// The JSON lines of `--symbols`.
pub struct Symbols {
    output: std::io::BufWriter<Output>,
    path: PathBuf,
}

impl Symbols {
    /// Lines that go to `path`.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        Ok(Self { output: std::io::BufWriter::new(Output::create(path)?), path: path.to_owned() })
    }

    /// The line of one credential.
    pub fn add(&mut self, serial: Serial, row: u64, texts: &[String]) -> Result<(), Failure> {
        let line = json!({"serial": serial.to_string(), "row": row, "text": texts});
        writeln!(self.output, "{line}").map_err(|error| cannot_write(&self.path, &error))
    }

    /// Gives the file its name.
    pub fn commit(self) -> Result<(), Failure> {
        let output = self.output.into_inner().map_err(|error| cannot_write(&self.path, error.error()))?;
        output.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_stand_beside_the_output_and_count_from_one() {
        let named = |form: Form, output: &str| form.file(Path::new(output), 7).display().to_string();
        assert_eq!(named(Form::Volumes(250), "lists/batch.pdf"), "lists/batch-007.pdf");
        assert_eq!(named(Form::Volumes(250), "batch"), "batch-007");
        assert_eq!(named(Form::Whole, "batch.pdf"), "batch.pdf");
        assert_eq!(Form::Whole.manifest(Path::new("b/batch.pdf")), Path::new("b/batch-manifest.pdf"));
        assert_eq!(Form::Separate.manifest(Path::new("papers")), Path::new("papers/manifest.pdf"));
    }
}
