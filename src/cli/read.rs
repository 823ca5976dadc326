//! `nansen read`: the symbols in images and PDFs, judged by nothing, one JSON line per input.

use super::verdict_text::next_step;
use super::{Exit, Failure};
use crate::gate::json::hex;
use crate::scan::{
    AttachedFile, Content, Effort, Found, Options, PageResult, ReaderChoice, ScanError, Seen, StructuredAppend,
    scan_all,
};
use crate::verify::Reason;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Most bytes of an input.
const MOST_INPUT_BYTES: u64 = 256 << 20;

/// Reads the symbols in images and PDFs, and judges nothing
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Images and PDFs; `-` for one on stdin
    #[arg(value_name = "FILE", required_unless_present = "list")]
    files: Vec<PathBuf>,
    /// Takes further inputs from a file, one a line
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// How much time an image is worth
    #[arg(long, value_enum, default_value_t = EffortArg::Thorough)]
    effort: EffortArg,
    /// Which reader is asked
    #[arg(long, value_enum, default_value_t = ReaderArg::Own)]
    reader: ReaderArg,
    /// Most pages of a PDF
    #[arg(long, value_name = "N", default_value_t = Options::default().max_pages)]
    max_pages: u32,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum EffortArg {
    Fast,
    Thorough,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ReaderArg {
    Own,
    Rxing,
    Rqrr,
    All,
}

/// Runs `nansen read`.
///
/// # Errors
/// When the list of inputs cannot be read or stdout is closed. What is wrong with an input goes into its line.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let options = Options {
        effort: match args.effort {
            EffortArg::Fast => Effort::Fast,
            EffortArg::Thorough => Effort::Thorough,
        },
        reader: match args.reader {
            ReaderArg::Own => ReaderChoice::Own,
            ReaderArg::Rxing => ReaderChoice::Rxing,
            ReaderArg::Rqrr => ReaderChoice::Rqrr,
            ReaderArg::All => ReaderChoice::All,
        },
        max_pages: args.max_pages,
        ..Options::default()
    };
    let mut inputs = args.files.clone();
    if let Some(list) = &args.list {
        let text = std::fs::read_to_string(list)
            .map_err(|error| Failure::new(format!("{}: {error}", list.display())).hint("name a text file of paths"))?;
        inputs.extend(text.lines().filter(|line| !line.trim().is_empty()).map(PathBuf::from));
    }
    let mut out = std::io::stdout().lock();
    let mut exit = Exit::Done;
    for input in &inputs {
        let (line, end) = read(input, &options);
        exit = exit.worst(end);
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(exit)
}

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
enum InputError {
    #[error("a folder, not a file")]
    Folder,
    #[error("more than {MOST_INPUT_BYTES} bytes")]
    TooLong,
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl InputError {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder => Some("name the files in it, or put them into a file for --list"),
            Self::Scan(ScanError::UnknownType { .. }) => Some("give a PNG, JPEG, WebP, TIFF, BMP, PNM or PDF file"),
            Self::Scan(ScanError::TooLarge { .. } | ScanError::TooMuchMemory { .. }) => {
                Some("scan at a lower resolution")
            }
            Self::Scan(ScanError::TooManyPages { .. }) => Some("split the document, or allow more with --max-pages"),
            Self::Scan(ScanError::EncryptedPdf) => Some("remove the password first"),
            Self::Scan(ScanError::OutOfTime { .. }) => Some("split the document"),
            _ => None,
        }
    }
}

fn read(path: &Path, options: &Options) -> (Value, Exit) {
    let source = if path == Path::new("-") { "stdin".into() } else { path.to_string_lossy() };
    let start = Instant::now();
    let mut line = Line::new(&source, options);
    let result = bytes(path).and_then(|bytes| {
        let sink = &mut |seen: Seen| {
            match seen {
                Seen::Attached(attached) => line.attachments.extend(attached.files.iter().map(attachment)),
                Seen::Page(page) => line.add(&page),
            }
            ControlFlow::Continue(())
        };
        Ok(scan_all(&bytes, options, sink)?)
    });
    let error = result.err().map(|error| {
        let failure = match error.hint() {
            Some(hint) => Failure::from(error).hint(hint),
            None => Failure::from(error),
        };
        eprintln!("{source}: {failure}");
        // The line for machines has the error without the hint.
        failure.to_string().lines().next().unwrap_or_default().to_owned()
    });
    line.finish(error, start.elapsed().as_secs_f64() * 1000.0)
}

fn bytes(path: &Path) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MOST_INPUT_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(InputError::Folder);
        }
        file.take(MOST_INPUT_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MOST_INPUT_BYTES {
        return Err(InputError::TooLong);
    }
    Ok(bytes)
}

/// The line of one input while it grows.
struct Line {
    source: String,
    symbols: Vec<Value>,
    attachments: Vec<Value>,
    readers: Map<String, Value>,
    unread: usize,
    is_document: bool,
    all_readers: bool,
}

impl Line {
    fn new(source: &str, options: &Options) -> Self {
        Self {
            source: source.to_owned(),
            symbols: Vec::new(),
            attachments: Vec::new(),
            readers: Map::new(),
            unread: 0,
            is_document: false,
            all_readers: options.reader == ReaderChoice::All,
        }
    }

    fn add(&mut self, page: &PageResult) {
        self.is_document |= page.pages.is_some() || page.page > 1;
        let paged = self.is_document;
        self.symbols.extend(page.found().iter().map(|found| symbol(found, paged)));
        self.unread += page.unread();
        if self.all_readers {
            for reading in &page.readings {
                let entry = self.readers.entry(reading.reader).or_insert_with(|| json!({"symbols": [], "ms": 0.0}));
                if let Some(Value::Array(symbols)) = entry.get_mut("symbols") {
                    symbols.extend(reading.found.iter().map(|found| symbol(found, paged)));
                }
                let before = entry["ms"].as_f64().unwrap_or_default();
                entry["ms"] = milliseconds(before + reading.elapsed.as_secs_f64() * 1000.0);
            }
        }
        if page.looks.is_empty() {
            eprintln!("{}: page {} cannot be drawn", self.source, page.page);
        } else if page.found().is_empty() {
            eprintln!("{}: {}", self.source, nothing_found(page));
        }
    }

    fn finish(self, error: Option<String>, ms: f64) -> (Value, Exit) {
        let exit = match (&error, self.symbols.is_empty()) {
            (Some(_), _) => Exit::Usage,
            (None, true) => Exit::NoSymbol,
            (None, false) => Exit::Done,
        };
        let mut line = Map::new();
        line.insert("source".into(), self.source.into());
        line.insert("symbols".into(), self.symbols.into());
        if !self.attachments.is_empty() {
            line.insert("attachments".into(), self.attachments.into());
        }
        if self.unread > 0 {
            line.insert("unread".into(), self.unread.into());
        }
        if self.all_readers {
            line.insert("readers".into(), self.readers.into());
        }
        if let Some(error) = error {
            line.insert("error".into(), error.into());
        }
        line.insert("ms".into(), milliseconds(ms));
        (line.into(), exit)
    }
}

fn milliseconds(ms: f64) -> Value {
    json!((ms * 10.0).round() / 10.0)
}

/// "no symbol found on page 3 (looked at 300, 200, 400 dpi)"
fn nothing_found(page: &PageResult) -> String {
    let unread = page.unread() > 0;
    let mut text = String::from(if unread { "a symbol was seen and could not be read" } else { "no symbol found" });
    if page.pages.is_some() || page.page > 1 {
        let _ = write!(text, " on page {}", page.page);
    }
    let dpi: Vec<String> = page.looks.iter().filter_map(|look| look.dpi).map(|dpi| dpi.to_string()).collect();
    let _ = match (dpi.is_empty(), page.looks.first()) {
        (false, _) => write!(text, " (looked at {} dpi)", dpi.join(", ")),
        (true, Some(look)) => write!(text, " (looked at {} × {} pixels)", look.width, look.height),
        (true, None) => Ok(()),
    };
    if unread {
        let _ = write!(text, "\n  next: {}", next_step(Reason::Damaged));
    }
    text
}

/// An embedded file; only of those that say they are credentials are the bytes told.
fn attachment(file: &AttachedFile) -> Value {
    let bytes = match &file.content {
        Content::Credential(bytes) => Some(hex(bytes)),
        _ => None,
    };
    json!({"name": file.name, "media_type": file.media_type, "pages": file.pages, "bytes": bytes})
}

fn symbol(found: &Found, paged: bool) -> Value {
    let mut symbol = Map::new();
    if paged {
        symbol.insert("page".into(), found.page.into());
    }
    symbol.insert("kind".into(), found.kind.to_string().into());
    symbol.insert("version".into(), found.version.into());
    symbol.insert("ec_level".into(), found.ec_level.map(|level| level.to_string()).into());
    symbol.insert("bytes".into(), hex(&found.bytes).into());
    symbol.insert("errors_corrected".into(), found.errors_corrected.into());
    if let Some(StructuredAppend { index, total, parity }) = found.structured_append {
        symbol.insert("structured_append".into(), json!({"index": index, "total": total, "parity": parity}));
    }
    symbol.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_given_as_a_file_is_an_input_error() {
        let folder = tempfile::tempdir().unwrap();
        let (line, exit) = read(folder.path(), &Options::default());
        assert_eq!(line["error"], "a folder, not a file");
        assert_eq!(line["symbols"], json!([]));
        assert_eq!(exit, Exit::Usage);
    }

    #[test]
    fn a_missing_and_an_empty_file_are_input_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.png");
        assert_eq!(read(&path, &Options::default()).1, Exit::Usage);
        std::fs::write(&path, b"").unwrap();
        let (line, exit) = read(&path, &Options::default());
        assert_eq!((line["error"].as_str(), exit), (Some("empty input"), Exit::Usage));
    }

    #[test]
    fn an_image_without_a_symbol_is_not_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blank.pgm");
        std::fs::write(&path, [&b"P5 40 40 255\n"[..], &[255; 1600]].concat()).unwrap();
        let (line, exit) = read(&path, &Options::default());
        assert_eq!(exit, Exit::NoSymbol);
        assert!(line.get("error").is_none());
    }
}
