//! `nansen verify FILE…`: papers, photographs, PDFs, films and texts, each with its verdict.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::camera::Symbols;
use super::input::{read_input, what_next, without_line_end};
use super::verdict_json::{Origin, object};
use super::verdict_text::{Style, text};
use super::{Exit, Failure, photos, trust};
use crate::credential::Types;
use crate::desk::{Home, templates};
use crate::format;
use crate::scan::{self, Attached, AttachedFile, Content, Doubtful, Effort, Found, Options, Seen};
use crate::verify::{
    Compared, Comparison, Finding, Gate, Pile, Reason, Verdict, examine_found, examine_message, examine_symbol, prove,
};

/// Check papers: scans, photographs, PDFs, or the text of a symbol
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Images, PDFs and signed files (.cwt); - for one on standard input; with --text the text of a symbol
    #[arg(required_unless_present_any = ["camera", "frames"])]
    pub inputs: Vec<PathBuf>,
    /// The arguments are texts of symbols (- reads one a line from standard input)
    #[arg(long)]
    pub text: bool,
    /// Look through a camera, the first one if no number is given
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "0")]
    pub camera: Option<u32>,
    /// Look at a film: a .y4m or .mjpeg file, or a folder of pictures
    #[arg(long, value_name = "PATH", conflicts_with_all = ["camera", "inputs"])]
    pub frames: Option<PathBuf>,
    /// Decide by the trust lists in this folder, and by no others
    #[arg(long, value_name = "DIR")]
    pub trust: Option<PathBuf>,
    /// Decide as of this time, such as 2027-01-31T12:00:00Z
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
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
            frames: None,
            trust: None,
            at: None,
            format: Format::Text,
            photos: None,
        }
    }
}

/// A moment, or the beginning of a day.
fn moment(text: &str) -> Result<Timestamp, String> {
    let day = |text: &str| {
        let day: jiff::civil::Date = text.parse().ok()?;
        Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    let moment = text.parse().ok().or_else(|| day(text));
    moment.ok_or_else(|| "wanted a time like 2027-01-31T12:00:00Z, or a day like 2027-01-31".to_owned())
}

/// How to answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Places with unproved messages that are kept until the end of a document.
const MOST_DOUBTFUL: usize = 64;
/// Longest text of a symbol that is looked at; the largest symbol holds 7,089 digits.
const TEXT_MAX: u64 = 64 * 1024;

/// Examines every input and answers on stdout.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let store = trust::load_store(home, args.trust.as_deref(), now)?;
    if let (Some(folder), true) = (&args.trust, store.lists().is_empty()) {
        eprintln!(
            "warning: {} holds no trust list\n  next: name a folder with bundles from `nansen trust export FILE`",
            folder.display()
        );
    }
    let types = templates::types(home.path())?;
    let at = args.at.unwrap_or_else(|| store.decision_time(now));
    let gate = Gate::new(store, &types, now);
    let style =
        Style { colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) };
    let mut session = Session {
        args,
        gate: &gate,
        types: &types,
        now: at,
        style,
        pile: Pile::new(),
        proved: Vec::new(),
        comparison: None,
        of_several: false,
        exit: Exit::Done,
    };
    if let Some(number) = args.camera {
        super::camera::watch(number, &mut |symbols| {
            let is_read = session.symbols(&format!("camera {number}"), symbols)?;
            // A document of several symbols is held before the camera symbol by symbol.
            Ok(is_read && session.pile.missing().is_empty())
        })?;
    } else if let Some(film) = &args.frames {
        session.film(film)?;
    } else if args.text {
        for input in &args.inputs {
            session.texts(input)?;
        }
    } else {
        for (number, input) in args.inputs.iter().enumerate() {
            session.pile.next_input(number);
            session.file(input)?;
        }
    }
    session.missing_parts()?;
    Ok(session.exit)
}

/// One run: what is decided by, and the worst that was met.
struct Session<'a> {
    args: &'a Args,
    gate: &'a Gate,
    types: &'a Types,
    now: Timestamp,
    style: Style,
    /// Parts may stand on different pages and in different files.
    pile: Pile,
    /// What was read or proved in a film: each once.
    proved: Vec<Vec<u8>>,
    /// The attachments of the document that is being read.
    comparison: Option<Comparison<Origin>>,
    /// Whether that document has several pages.
    of_several: bool,
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
        if format::is_message(&bytes) {
            return self.bare_message(&source, bytes);
        }
        self.of_several = false;
        let options = Options { effort: Effort::Thorough, ..Options::default() };
        let mut seen = Pages::default();
        let mut stopped = None;
        let outcome = scan::scan_all(&bytes, &options, &mut |one| match self.seen(&source, one, &mut seen) {
            Ok(()) => ControlFlow::Continue(()),
            Err(failure) => {
                stopped = Some(failure);
                ControlFlow::Break(())
            }
        });
        if let Some(failure) = stopped {
            return Err(failure);
        }
        self.prove_late(&source, &mut seen)?;
        let by_file = self.end_of_document(&source)?;
        if let Err(error) = outcome {
            let hint = what_next(&error);
            let told = Failure::new(format!("{source}: {}", Failure::new(error)));
            return self.input_error(&source, &told.hint(hint));
        }
        self.pages_without_symbol(&source, &seen, by_file)
    }

    /// A page, or what is attached to the document before its first page.
    fn seen(&mut self, source: &str, seen: Seen, pages: &mut Pages) -> Result<(), Failure> {
        let page = match seen {
            Seen::Attached(Attached { files, more }) => {
                if more {
                    eprintln!(
                        "{source}: warning: not all of the files attached to it were looked at, there are too many"
                    );
                }
                self.comparison = Some(Comparison::new(files, self.gate, self.types, self.now));
                return Ok(());
            }
            Seen::Page(page) => page,
        };
        self.of_several = page.pages.is_some_and(|pages| pages > 1);
        pages.count += 1;
        if page.looks.is_empty() {
            return self.undrawn(source, page.page);
        }
        let found = page.found();
        let (mut unread, mut is_empty) = (page.unread(), found.is_empty());
        self.page(source, page.page, found)?;
        for place in page.doubtful() {
            if self.prove(source, page.page, &place)? {
                (unread, is_empty) = (unread.saturating_sub(1), false);
            } else if pages.doubtful.len() < MOST_DOUBTFUL {
                pages.doubtful.push((page.page, place));
            }
        }
        if is_empty {
            pages.empty.push(page.page);
        }
        if unread > 0 {
            pages.unread.push((page.page, unread));
        }
        Ok(())
    }

    /// A damaged symbol is judged as if it had been read when a signature proves what it says; says whether one does.
    fn prove(&mut self, source: &str, page: u32, place: &[Doubtful]) -> Result<bool, Failure> {
        let Some(symbol) = prove(place, &self.pile, self.gate, self.now) else { return Ok(false) };
        let origin = Origin { proved: true, ..self.origin(source, page) };
        self.found(symbol, origin)?;
        Ok(true)
    }

    /// What no signature proved alone may be the part that others of the document still needed.
    fn prove_late(&mut self, source: &str, pages: &mut Pages) -> Result<(), Failure> {
        for (page, place) in std::mem::take(&mut pages.doubtful) {
            if self.prove(source, page, &place)? {
                pages.empty.retain(|empty| *empty != page);
                pages.unread.iter_mut().filter(|(unread, _)| *unread == page).for_each(|(_, symbols)| {
                    *symbols = symbols.saturating_sub(1);
                });
            }
        }
        pages.unread.retain(|(_, symbols)| *symbols > 0);
        Ok(())
    }

    fn origin(&self, source: &str, page: u32) -> Origin {
        Origin { source: source.to_owned(), page: Some(page), of_several: self.of_several, ..Origin::default() }
    }

    /// The symbols and attachments that have not found each other; says how many credentials were attached only.
    fn end_of_document(&mut self, source: &str) -> Result<usize, Failure> {
        let Some(comparison) = self.comparison.take() else { return Ok(0) };
        let mut by_file = 0;
        for Compared { finding, symbol, attachment } in comparison.end() {
            by_file += usize::from(symbol.is_none());
            let page = attachment.as_ref().and_then(|file| file.pages.first().copied());
            let of_several = self.of_several;
            let bare = || Origin { source: source.to_owned(), page, of_several, ..Origin::default() };
            let origin = symbol.unwrap_or_else(bare);
            self.answer(&finding, &Origin { attachment, ..origin })?;
        }
        Ok(by_file)
    }

    /// A file that is a signed message itself, such as one that was saved from a PDF.
    fn bare_message(&mut self, source: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let finding = examine_message(&bytes, self.gate, self.types, self.now);
        let content = Content::Credential(bytes);
        let file = AttachedFile { name: source.to_owned(), media_type: None, pages: Vec::new(), content };
        self.answer(&finding, &Origin { source: source.to_owned(), attachment: Some(file), ..Origin::default() })
    }

    /// A file without any symbol is not read; single pages without one, such as backs of sheets, are pointed out. A page on
    /// which the only symbol could not be read must not pass in silence beside pages that are valid.
    fn pages_without_symbol(&mut self, source: &str, seen: &Pages, by_file: usize) -> Result<(), Failure> {
        for (page, _) in seen.unread.iter().filter(|(page, _)| by_file > 0 || !seen.empty.contains(page)) {
            eprintln!("{source}: a symbol on page {page} was seen and could not be read");
            eprintln!("  next: {}", super::verdict_text::next_step(Reason::Damaged));
        }
        let is_unread = |page: u32| by_file == 0 && seen.unread.iter().any(|(unread, _)| *unread == page);
        for page in seen.empty.iter().copied().filter(|page| is_unread(*page)) {
            let detail = "a symbol was seen and is too damaged to be read".to_owned();
            let origin = self.origin(source, page);
            self.answer(&Finding::refused(Reason::Damaged, Some(detail)), &origin)?;
        }
        let empty: Vec<u32> = seen.empty.iter().copied().filter(|page| !is_unread(*page)).collect();
        if empty.is_empty() && seen.count > 0 {
            return Ok(());
        }
        if empty.len() < seen.count || by_file > 0 {
            let list = empty.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            eprintln!("{source}: no symbol on page {list} of {}", seen.count);
            return Ok(());
        }
        let detail = match seen.count {
            1 => "no symbol was found in the picture".to_owned(),
            many => format!("no symbol was found on any of {many} pages"),
        };
        let origin = Origin { source: source.to_owned(), page: Some(1), ..Origin::default() };
        self.answer(&Finding::refused(Reason::NoSymbol, Some(detail)), &origin)
    }

    /// A page of which nobody can say whether a paper is on it; it must not pass in silence beside pages that are valid.
    fn undrawn(&mut self, source: &str, page: u32) -> Result<(), Failure> {
        let finding = Finding::refused(Reason::Damaged, Some(format!("page {page} cannot be drawn")));
        let origin = self.origin(source, page);
        self.answer(&finding, &origin)
    }

    fn page(&mut self, source: &str, page: u32, found: Vec<Found>) -> Result<(), Failure> {
        found.into_iter().try_for_each(|symbol| self.found(symbol, self.origin(source, page)))
    }

    /// A film from its beginning to its end.
    fn film(&mut self, path: &Path) -> Result<(), Failure> {
        let source = path.display().to_string();
        let mut is_empty = true;
        let is_unread = super::camera::play(path, &mut |symbols| {
            is_empty &= !self.symbols(&source, symbols)?;
            Ok(false)
        })?;
        if is_empty {
            let (reason, detail) = if is_unread {
                (Reason::Damaged, "a symbol was seen in the film and could not be read")
            } else {
                (Reason::NoSymbol, "no symbol was found in the film")
            };
            let finding = Finding::refused(reason, Some(detail.to_owned()));
            self.answer(&finding, &Origin { source, ..Origin::default() })?;
        }
        Ok(())
    }

    /// Symbols of a frame of a film; says whether one was read, or proved, that was not before.
    fn symbols(&mut self, source: &str, symbols: Symbols) -> Result<bool, Failure> {
        let mut is_read = false;
        for symbol in symbols.found {
            // It may have been proved before it was read.
            if symbol.is_piece() || !self.proved.contains(&symbol.bytes) {
                self.proved.push(symbol.bytes.clone());
                self.found(symbol, self.origin(source, 1))?;
            }
            is_read = true;
        }
        for place in Doubtful::by_place(symbols.doubtful) {
            // A damaged symbol is in the next frame too.
            let symbol = prove(&place, &self.pile, self.gate, self.now);
            if let Some(symbol) = symbol.filter(|symbol| !self.proved.contains(&symbol.bytes)) {
                self.proved.push(symbol.bytes.clone());
                self.found(symbol, Origin { proved: true, ..self.origin(source, 1) })?;
                is_read = true;
            }
        }
        Ok(is_read)
    }

    /// A symbol of a picture.
    fn found(&mut self, symbol: Found, origin: Origin) -> Result<(), Failure> {
        let findings = examine_found(&symbol, &mut self.pile, self.gate, self.types, self.now);
        self.findings(findings, &Origin { symbol: Some(symbol), ..origin })
    }

    /// The text of a symbol.
    fn symbol(&mut self, bytes: &[u8], origin: &Origin) -> Result<(), Failure> {
        let findings = examine_symbol(bytes, &mut self.pile, self.gate, self.types, self.now);
        self.findings(findings, origin)
    }

    fn findings(&mut self, findings: Vec<Finding>, origin: &Origin) -> Result<(), Failure> {
        for finding in findings {
            let Some(comparison) = &mut self.comparison else {
                self.answer(&finding, origin)?;
                continue;
            };
            if let Some(compared) = comparison.symbol(origin.page.unwrap_or(1), finding, origin.clone()) {
                let attachment = compared.attachment;
                self.answer(&compared.finding, &Origin { attachment, ..origin.clone() })?;
            }
        }
        Ok(())
    }

    fn texts(&mut self, input: &Path) -> Result<(), Failure> {
        let origin = Origin { source: "text".to_owned(), ..Origin::default() };
        if input.as_os_str() != "-" {
            return self.symbol(without_line_end(input.to_string_lossy().as_bytes()), &origin);
        }
        let mut lines = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            // One byte more than a symbol can hold tells a text that is too long without keeping all of it.
            let taken = (&mut lines).take(TEXT_MAX + 1).read_until(b'\n', &mut line)?;
            if taken == 0 {
                return Ok(());
            }
            let line = without_line_end(&line);
            if line.len() as u64 > TEXT_MAX {
                let detail = format!("a text of more than {TEXT_MAX} bytes, where a symbol holds at most 7,089 digits");
                self.answer(&Finding::refused(Reason::Malformed, Some(detail)), &origin)?;
                lines.skip_until(b'\n')?;
            } else if !line.is_empty() {
                self.symbol(line, &origin)?;
            }
        }
    }

    fn missing_parts(&mut self) -> Result<(), Failure> {
        for (input, finding) in self.pile.missing() {
            let source = self.args.inputs.get(input).map(|path| path.display().to_string()).unwrap_or_default();
            self.answer(&finding, &Origin { source, ..Origin::default() })?;
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
            photos::save(folder, finding.kid.as_deref().unwrap_or_default(), said.get())?;
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
            let origin = Origin { source: source.to_owned(), ..Origin::default() };
            writeln!(std::io::stdout().lock(), "{}", object(&finding, &origin))?;
        }
        Ok(())
    }
}

/// The pages of a document.
#[derive(Default)]
struct Pages {
    count: usize,
    /// Those on which nothing was read.
    empty: Vec<u32>,
    /// Those with symbols that were seen and not read, and how many.
    unread: Vec<(u32, usize)>,
    /// What such symbols may say, by place.
    doubtful: Vec<(u32, Vec<Doubtful>)>,
}
