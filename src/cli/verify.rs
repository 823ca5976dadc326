//! `nansen verify FILE…`: papers, photographs, PDFs, films and texts, each with its verdict.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::ops::ControlFlow::{self, Break, Continue};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::camera::Symbols;
use super::home::Home;
use super::input::{read_input, what_next, without_line_end};
use super::verdict_text::{Style, text};
use super::{Exit, Failure, photos, templates, trust};
use crate::credential::Types;
use crate::gate::{Answer, Basis, Note, Origin, Session, TEXT_MAX, Told, json, text_too_long, thorough};
use crate::verify::{Gate, Reason, Verdict};

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
    let basis = Basis { gate: &gate, types: &types, now: at };
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let printer = Printer { args, types: &types, style: Style { colour }, exit: Exit::Done, stopped: None };
    let mut run = Run { args, basis, session: Session::new(), printer };
    run.look()?;
    run.missing_parts()?;
    Ok(run.printer.exit)
}

/// One run of the command.
struct Run<'a> {
    args: &'a Args,
    basis: Basis<'a>,
    session: Session,
    printer: Printer<'a>,
}

impl Run<'_> {
    fn look(&mut self) -> Result<(), Failure> {
        if let Some(number) = self.args.camera {
            return super::camera::watch(number, &mut |symbols| {
                let is_read = self.symbols(&format!("camera {number}"), symbols)?;
                // A document of several symbols is held before the camera symbol by symbol.
                Ok(is_read && self.session.progress().is_empty())
            });
        }
        if let Some(film) = &self.args.frames {
            return self.film(film);
        }
        for (number, input) in self.args.inputs.iter().enumerate() {
            if self.args.text {
                self.texts(input)?;
            } else {
                self.session.next_input(number);
                self.file(input)?;
            }
        }
        Ok(())
    }

    /// One file; a file that cannot be read is told, and the next is taken.
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let source = path.display().to_string();
        let bytes = match read_input(path) {
            Ok(bytes) => bytes,
            Err(failure) => return self.printer.input_error(&source, &failure),
        };
        let Self { basis, session, printer, .. } = self;
        let outcome = session.file(basis, &source, bytes, &thorough(), &mut |told| printer.take(&source, told));
        printer.stopped()?;
        let Err(error) = outcome else { return Ok(()) };
        let hint = what_next(&error);
        let told = Failure::new(format!("{source}: {}", Failure::new(error)));
        printer.input_error(&source, &told.hint(hint))
    }

    /// A film from its beginning to its end.
    fn film(&mut self, path: &Path) -> Result<(), Failure> {
        let source = path.display().to_string();
        let mut is_empty = true;
        let is_unread = super::camera::play(path, &mut |symbols| {
            is_empty &= !self.symbols(&source, symbols)?;
            Ok(false)
        })?;
        if is_empty { self.printer.answer(&Session::empty_film(&source, is_unread)) } else { Ok(()) }
    }

    /// Symbols of a frame of a film; says whether one was read, or proved, that was not before.
    fn symbols(&mut self, source: &str, symbols: Symbols) -> Result<bool, Failure> {
        let Self { basis, session, printer, .. } = self;
        let Symbols { found, doubtful } = symbols;
        let is_read = session.symbols(basis, source, found, doubtful, &mut |told| printer.take(source, told));
        printer.stopped()?;
        Ok(is_read)
    }

    /// The text of a symbol.
    fn text(&mut self, text: &[u8]) -> Result<(), Failure> {
        let Self { basis, session, printer, .. } = self;
        let _ = session.text(basis, text, &mut |told| printer.take("text", told));
        printer.stopped()
    }

    fn texts(&mut self, input: &Path) -> Result<(), Failure> {
        if input.as_os_str() != "-" {
            return self.text(without_line_end(input.to_string_lossy().as_bytes()));
        }
        let mut lines = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            // One byte more than a symbol can hold tells a text that is too long without keeping all of it.
            let taken = (&mut lines).take(TEXT_MAX as u64 + 1).read_until(b'\n', &mut line)?;
            if taken == 0 {
                return Ok(());
            }
            let line = without_line_end(&line);
            if line.len() > TEXT_MAX {
                self.printer.answer(&text_too_long())?;
                lines.skip_until(b'\n')?;
            } else if !line.is_empty() {
                self.text(line)?;
            }
        }
    }

    fn missing_parts(&mut self) -> Result<(), Failure> {
        for (input, finding) in self.session.missing() {
            let source = self.args.inputs.get(input).map(|path| path.display().to_string()).unwrap_or_default();
            self.printer.answer(&Answer { finding, origin: Origin::of(&source) })?;
        }
        Ok(())
    }
}

/// Prints answers, and keeps the worst of them.
struct Printer<'a> {
    args: &'a Args,
    types: &'a Types,
    style: Style,
    exit: Exit,
    /// Why nothing more could be printed.
    stopped: Option<Failure>,
}

impl Printer<'_> {
    /// What the session tells.
    fn take(&mut self, source: &str, told: Told) -> ControlFlow<()> {
        let done = match told {
            Told::Answer(answer) => self.answer(&answer),
            Told::Note(note) => {
                eprintln!("{source}: {note}");
                if matches!(note, Note::Unread { .. }) {
                    eprintln!("  next: {}", super::verdict_text::next_step(Reason::Damaged));
                }
                Ok(())
            }
        };
        match done {
            Ok(()) => Continue(()),
            Err(failure) => {
                self.stopped = Some(failure);
                Break(())
            }
        }
    }

    fn stopped(&mut self) -> Result<(), Failure> {
        self.stopped.take().map_or(Ok(()), Err)
    }

    fn answer(&mut self, answer: &Answer) -> Result<(), Failure> {
        let finding = &answer.finding;
        self.exit = self.exit.worst(match finding.verdict() {
            Verdict::Valid => Exit::Done,
            Verdict::Invalid => Exit::NotValid,
            Verdict::Undecided => Exit::Undecided,
            Verdict::Unreadable => Exit::NoSymbol,
        });
        let mut out = std::io::stdout().lock();
        match self.args.format {
            Format::Json => writeln!(out, "{}", json::object(answer))?,
            Format::Text => {
                writeln!(out, "{}", text(finding, &answer.origin, self.types, self.style))?;
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
            let answer = Answer::refused(Reason::NoSymbol, first, Origin::of(source));
            writeln!(std::io::stdout().lock(), "{}", json::object(&answer))?;
        }
        Ok(())
    }
}
