//! `nansen verify FILE…`: papers, photographs, PDFs, films and texts, each with its verdict.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::home::Home;
use super::verdict_json::{Origin, object};
use super::verdict_text::{Style, text};
use super::{Exit, Failure, photos, templates, trust};
use crate::credential::{CredentialType, Types};
use crate::scan::{self, Effort, Found, Options, PageResult, ScanError};
use crate::trust::TrustStore;
use crate::verify::{Finding, Pile, Reason, Verdict, examine_symbol};

/// Check papers: scans, photographs, PDFs, or the text of a symbol
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Images and PDFs; - for one on standard input; with --text the text of a symbol
    #[arg(required_unless_present = "camera")]
    pub inputs: Vec<PathBuf>,
    /// The arguments are texts of symbols (- reads one a line from standard input)
    #[arg(long)]
    pub text: bool,
    /// Look through a camera, the first one if no number is given
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "0")]
    pub camera: Option<u32>,
    /// Decide by the trust lists in this folder, and by no others
    #[arg(long, value_name = "DIR")]
    pub trust: Option<PathBuf>,
    /// Decide as of this time, such as 2027-01-31T12:00:00Z
    #[arg(long, value_name = "RFC3339")]
    pub at: Option<Timestamp>,
    /// How to answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Save the photo of each checked paper in this folder
    #[arg(long, value_name = "DIR")]
    pub photos: Option<PathBuf>,
}

impl Args {
    /// The arguments of `nansen verify PATH`.
    pub fn plain(path: &Path) -> Self {
        Self {
            inputs: vec![path.to_owned()],
            text: false,
            camera: None,
            trust: None,
            at: None,
            format: Format::Text,
            photos: None,
        }
    }
}

/// How to answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Largest file that is read.
const FILE_MAX: u64 = 256 * 1024 * 1024;
/// Longest text of a symbol that is looked at; the largest symbol holds 7,089 digits.
const TEXT_MAX: usize = 64 * 1024;

/// Examines every input and answers on stdout.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let store = trust::load_store(home, args.trust.as_deref(), now)?;
    let mut types = templates::types(home.path())?;
    // What the signed lists carry is for naming fields; one that this program cannot read names none.
    store.types().into_iter().filter_map(|text| CredentialType::parse(text).ok()).for_each(|made| types.add(made));
    let style =
        Style { colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) };
    let mut session = Session {
        args,
        store: &store,
        types: &types,
        now: args.at.unwrap_or_else(|| store.decision_time(now)),
        style,
        pile: Pile::new(),
        exit: Exit::Done,
    };
    if let Some(number) = args.camera {
        super::camera::watch(number, &mut |found| session.symbols(&format!("camera {number}"), found))?;
    } else if args.text {
        for input in &args.inputs {
            session.texts(input)?;
        }
    } else {
        for input in &args.inputs {
            session.file(input)?;
        }
    }
    session.missing_parts()?;
    Ok(session.exit)
}

/// One run: what is decided by, and the worst that was met.
struct Session<'a> {
    args: &'a Args,
    store: &'a TrustStore,
    types: &'a Types,
    now: Timestamp,
    style: Style,
    /// Parts may stand on different pages and in different files.
    pile: Pile,
    exit: Exit,
}

impl Session<'_> {
    /// One file; a file that cannot be read is told, and the next is taken.
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let source = path.display().to_string();
        let bytes = match read_input(path) {
            Ok(bytes) => bytes,
            Err(failure) => {
                self.input_error(&source, &failure)?;
                return Ok(());
            }
        };
        let options = Options { effort: Effort::Thorough, ..Options::default() };
        let mut pages = Vec::new();
        let mut stopped = None;
        let outcome = scan::scan_bytes(&bytes, &options, &mut |page: PageResult| {
            let (drawn, found) = (!page.looks.is_empty(), page.found());
            pages.push((drawn, found.is_empty()));
            let told = if drawn { self.page(&source, page.page, found) } else { self.undrawn(&source, page.page) };
            if let Err(failure) = told {
                stopped = Some(failure);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        if let Some(failure) = stopped {
            return Err(failure);
        }
        if let Err(error) = outcome {
            let hint = what_next(&error);
            let told = Failure::new(format!("{source}: {}", Failure::new(error)));
            return self.input_error(&source, &told.hint(hint));
        }
        let drawn = pages.iter().filter(|(drawn, _)| *drawn).count();
        // Of pages that were not drawn each has had its answer.
        if pages.iter().all(|(_, empty)| *empty) && (drawn > 0 || pages.is_empty()) {
            let detail = match drawn {
                1 => "no symbol was found in the picture".to_owned(),
                many => format!("no symbol was found on any of {many} pages"),
            };
            let finding = Finding::refused(Reason::NoSymbol, Some(detail));
            self.answer(&finding, &Origin { source, page: Some(1), symbol: None })?;
        }
        Ok(())
    }

    /// A page of which nobody can say whether a paper is on it; it must not pass in silence beside pages that are valid.
    fn undrawn(&mut self, source: &str, page: u32) -> Result<(), Failure> {
        let finding = Finding::refused(Reason::Damaged, Some(format!("page {page} cannot be drawn")));
        self.answer(&finding, &Origin { source: source.to_owned(), page: Some(page), symbol: None })
    }

    fn page(&mut self, source: &str, page: u32, found: Vec<Found>) -> Result<(), Failure> {
        for symbol in found {
            let origin = Origin { source: source.to_owned(), page: Some(page), symbol: Some(symbol.clone()) };
            self.symbol(&symbol.bytes, &origin)?;
        }
        Ok(())
    }

    /// Symbols of a frame of a film.
    fn symbols(&mut self, source: &str, found: Vec<Found>) -> Result<(), Failure> {
        self.page(source, 1, found)
    }

    fn symbol(&mut self, bytes: &[u8], origin: &Origin) -> Result<(), Failure> {
        for finding in examine_symbol(bytes, &mut self.pile, self.store, self.types, self.now) {
            self.answer(&finding, origin)?;
        }
        Ok(())
    }

    fn texts(&mut self, input: &Path) -> Result<(), Failure> {
        let origin = Origin { source: "text".to_owned(), page: None, symbol: None };
        if input.as_os_str() != "-" {
            return self.symbol(input.to_string_lossy().as_bytes(), &origin);
        }
        for line in std::io::BufRead::split(std::io::stdin().lock(), b'\n') {
            let line = line?;
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            if line.len() > TEXT_MAX {
                let detail = format!("a text of {} bytes, where a symbol holds at most 7,089 digits", line.len());
                self.answer(&Finding::refused(Reason::Malformed, Some(detail)), &origin)?;
            } else if !line.is_empty() {
                self.symbol(line, &origin)?;
            }
        }
        Ok(())
    }

    fn missing_parts(&mut self) -> Result<(), Failure> {
        let source = self.args.inputs.first().map(|input| input.display().to_string()).unwrap_or_default();
        for finding in self.pile.missing() {
            self.answer(&finding, &Origin { source: source.clone(), page: None, symbol: None })?;
        }
        Ok(())
    }

    fn answer(&mut self, finding: &Finding, origin: &Origin) -> Result<(), Failure> {
        self.exit = self.exit.worst(match finding.verdict() {
            Verdict::Valid => Exit::Done,
            Verdict::Invalid => Exit::NotValid,
            Verdict::Undecided => Exit::Undecided,
            Verdict::Unreadable => Exit::NoSymbol,
        });
        let mut out = std::io::stdout().lock();
        match self.args.format {
            Format::Json => writeln!(out, "{}", object(finding, origin))?,
            Format::Text => {
                writeln!(out, "{}", text(finding, origin, self.types, self.style))?;
                if self.style.colour {
                    photos::show(&mut out, finding)?;
                }
            }
        }
        if let (Some(folder), Some(said)) = (&self.args.photos, finding.said.as_ref()) {
            photos::save(folder, said.get())?;
        }
        Ok(())
    }

    /// An input that is no picture: told on stderr, and as a line of JSON too, so that no input goes without an answer.
    fn input_error(&mut self, source: &str, failure: &Failure) -> Result<(), Failure> {
        self.exit = self.exit.worst(Exit::Usage);
        eprintln!("error: {failure}");
        if self.args.format == Format::Json {
            let first = failure.to_string().lines().next().unwrap_or_default().to_owned();
            let finding = Finding::refused(Reason::NoSymbol, Some(first));
            let origin = Origin { source: source.to_owned(), page: None, symbol: None };
            writeln!(std::io::stdout().lock(), "{}", object(&finding, &origin))?;
        }
        Ok(())
    }
}

/// What a person does about an input that cannot be looked at.
fn what_next(error: &ScanError) -> &'static str {
    match error {
        ScanError::TooLarge { .. } | ScanError::TooMuchMemory { .. } => "scan at a lower resolution, such as 300 dpi",
        ScanError::TooManyPages { .. } | ScanError::OutOfTime { .. } => "split the document",
        ScanError::EncryptedPdf => "remove the password first",
        _ => "check that it is an image or a PDF, and that it has arrived whole",
    }
}

/// The bytes of a file or of standard input, up to a limit.
pub fn read_input(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let fail = |error: &std::io::Error| {
        Failure::new(format!("{shown} cannot be read: {error}")).hint("check the name and who may read it")
    };
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    } else {
        if path.is_dir() {
            return Err(Failure::new(format!("{shown} is a folder, where an image or a PDF is wanted"))
                .hint(format!("name the files, such as {shown}/*")));
        }
        let file = std::fs::File::open(path).map_err(|error| fail(&error))?;
        file.take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    }
    if bytes.len() as u64 > FILE_MAX {
        return Err(Failure::new(format!("{shown} has more than {} MiB", FILE_MAX >> 20))
            .hint("scan at 300 dpi in grey, or split the PDF"));
    }
    Ok(bytes)
}
