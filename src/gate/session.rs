//! One run of looking at papers, and what it is decided by.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::answer::{Answer, Note, Origin};
use super::document;
use crate::credential::Types;
use crate::format;
use crate::scan::{
    AttachedFile, Content, Doubtful, Effort, Found, GreyImage, Look, Options, PageResult, ScanError, scan_image,
};
use crate::verify::{Finding, Gate, Missing, Pile, Reason, examine_found, examine_message, examine_symbol, prove};

/// Longest text of a symbol that is looked at, in bytes; the largest symbol holds 7,089 digits.
pub const TEXT_MAX: usize = 64 * 1024;

/// Symbols of a film that are remembered.
const MOST_SEEN: usize = 1024;

/// What papers are decided by.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// The trust lists.
    pub gate: &'a Gate,
    /// The credential types that are known without a trust list.
    pub types: &'a Types,
    /// The moment as of which is decided.
    pub now: Timestamp,
}

/// What a session tells while it works.
#[derive(Debug)]
pub enum Told {
    /// An answer.
    Answer(Box<Answer>),
    /// What people should hear beside the answers.
    Note(Note),
}

/// Takes what a session tells; it ends its work early on `Break`.
pub type Sink<'a> = &'a mut dyn FnMut(Told) -> ControlFlow<()>;

/// Everything that a session has told of one question, and what it still waits for.
#[derive(Debug, Default)]
pub struct Answers {
    /// At least one, except of a frame of a film.
    pub answers: Vec<Answer>,
    /// What people should hear beside them.
    pub notes: Vec<Note>,
    /// Documents of which symbols are missing.
    pub missing: Vec<Missing>,
}

impl Answers {
    /// Takes what a session tells.
    pub fn take(&mut self, told: Told) -> ControlFlow<()> {
        match told {
            Told::Answer(answer) => self.answers.push(*answer),
            Told::Note(note) => self.notes.push(note),
        }
        ControlFlow::Continue(())
    }
}

/// One run: what it keeps between its questions.
#[derive(Debug, Default)]
pub struct Session {
    /// Parts may stand on different pages and in different files.
    pub(super) pile: Pile,
    /// What was read or proved in a film: each once.
    proved: Vec<Vec<u8>>,
    /// Questions so far.
    asked: usize,
}

impl Session {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What follows comes from another input, of this number: a document that is seen there once more is answered once more.
    pub fn next_input(&mut self, number: usize) {
        self.asked = number;
        self.pile.next_input(number);
    }

    /// The bytes of a file: a picture, a PDF, or a signed message itself.
    ///
    /// # Errors
    /// When it is none of these or larger than the limits. What was found before has been told.
    pub fn file(
        &mut self,
        basis: &Basis<'_>,
        source: &str,
        bytes: Vec<u8>,
        options: &Options,
        sink: Sink<'_>,
    ) -> Result<(), ScanError> {
        if format::is_message(&bytes) {
            let _ = sink(answered(bare_message(basis, source, bytes)));
            return Ok(());
        }
        document::read(self, basis, source, &bytes, options, sink)
    }

    /// One still picture.
    pub fn picture(
        &mut self,
        basis: &Basis<'_>,
        source: &str,
        image: &GreyImage,
        options: &Options,
        sink: Sink<'_>,
    ) -> ControlFlow<()> {
        let page = PageResult {
            page: 1,
            pages: None,
            looks: vec![Look { width: image.width(), height: image.height(), dpi: None }],
            readings: scan_image(image, options),
            image: None,
            is_picture: true,
        };
        document::read_page(self, basis, source, &page, sink)
    }

    /// The text of a symbol.
    pub fn text(&mut self, basis: &Basis<'_>, text: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
        if text.len() > TEXT_MAX {
            return sink(answered(text_too_long()));
        }
        let findings = examine_symbol(text, &mut self.pile, basis.gate, basis.types, basis.now);
        findings.into_iter().try_for_each(|finding| {
            let origin = Origin::of("text");
            sink(answered(Answer { finding, origin }))
        })
    }

    /// Symbols of a frame of a film, and what others may say; says whether one was read, or proved, that was not before.
    pub fn symbols(
        &mut self,
        basis: &Basis<'_>,
        source: &str,
        found: Vec<Found>,
        doubtful: Vec<Doubtful>,
        sink: Sink<'_>,
    ) -> bool {
        let mut is_read = false;
        let origin = Origin { page: Some(1), ..Origin::of(source) };
        for symbol in found {
            is_read = true;
            // It may have been proved before it was read.
            let is_news = symbol.is_piece() || self.is_news(&symbol);
            if is_news && self.found(basis, &symbol, &origin, sink).is_break() {
                return true;
            }
        }
        for place in Doubtful::by_place(doubtful) {
            // A damaged symbol is in the next frame too.
            let symbol = prove(&place, &self.pile, basis.gate, basis.now);
            if let Some(symbol) = symbol.filter(|symbol| self.is_news(symbol)) {
                is_read = true;
                let origin = Origin { proved: true, ..origin.clone() };
                if self.found(basis, &symbol, &origin, sink).is_break() {
                    return true;
                }
            }
        }
        is_read
    }

    /// Whether a symbol of a film was not seen before; it has been seen from now on.
    fn is_news(&mut self, symbol: &Found) -> bool {
        if self.proved.contains(&symbol.bytes) {
            return false;
        }
        if self.proved.len() == MOST_SEEN {
            self.proved.remove(0);
        }
        self.proved.push(symbol.bytes.clone());
        true
    }

    /// The answer to a film in which nothing was read.
    pub fn empty_film(source: &str, is_unread: bool) -> Answer {
        let (reason, detail) = if is_unread {
            (Reason::Damaged, "a symbol was seen in the film and could not be read")
        } else {
            (Reason::NoSymbol, "no symbol was found in the film")
        };
        Answer::refused(reason, detail, Origin::of(source))
    }

    /// A finding for each document of which parts are missing, with the number of the input in which its first part was seen.
    pub fn missing(&self) -> Vec<(usize, Finding)> {
        self.pile.missing()
    }

    /// The same in numbers.
    pub fn progress(&self) -> Vec<Missing> {
        self.pile.progress()
    }

    /// Everything that is to be said of a file. One that cannot be looked at is answered too.
    pub fn ask_file(
        &mut self,
        basis: &Basis<'_>,
        source: &str,
        bytes: Vec<u8>,
        options: &Options,
    ) -> (Answers, Option<ScanError>) {
        let mut error = None;
        let mut all = self.ask(source, |session, sink| {
            error = session.file(basis, source, bytes, options, sink).err();
            error.is_none()
        });
        if let Some(error) = &error {
            // What was said of the pages before it stays.
            all.answers.retain(|answer| answer.finding.reason() != Some(Reason::NoSymbol));
            all.answers.push(Answer::refused(Reason::NoSymbol, document::with_causes(error), Origin::of(source)));
        }
        (all, error)
    }

    /// Everything that is to be said of a picture.
    pub fn ask_picture(&mut self, basis: &Basis<'_>, source: &str, image: &GreyImage, options: &Options) -> Answers {
        self.ask(source, |session, sink| session.picture(basis, source, image, options, sink).is_continue())
    }

    /// Everything that is to be said of the text of a symbol.
    pub fn ask_text(&mut self, basis: &Basis<'_>, text: &[u8]) -> Answers {
        self.ask("text", |session, sink| session.text(basis, text, sink).is_continue())
    }

    /// One question, which says whether all was looked at, with all of its answers: documents that it has brought symbols of,
    /// and not all, are answered as incomplete.
    fn ask(&mut self, source: &str, question: impl FnOnce(&mut Self, Sink<'_>) -> bool) -> Answers {
        self.next_input(self.asked + 1);
        let before: Vec<Option<String>> = self.missing().into_iter().map(|(_, finding)| finding.detail).collect();
        let mut all = Answers::default();
        let is_whole = question(self, &mut |told| all.take(told));
        let missing = self.missing();
        let is_new = |finding: &Finding| !before.contains(&finding.detail);
        let origin = Origin::of(source);
        // Of a part that was there already there is no news, but there is an answer.
        let any = is_whole && all.answers.is_empty() && !missing.iter().any(|(_, finding)| is_new(finding));
        for (_, finding) in missing.into_iter().filter(|(_, finding)| any || is_new(finding)) {
            all.answers.push(Answer { finding, origin: origin.clone() });
        }
        if all.answers.is_empty() {
            all.answers.push(Answer::refused(Reason::NoSymbol, "no symbol was found", origin));
        }
        all.missing = self.progress();
        all
    }

    /// A symbol of a picture.
    fn found(&mut self, basis: &Basis<'_>, symbol: &Found, origin: &Origin, sink: Sink<'_>) -> ControlFlow<()> {
        let findings = examine_found(symbol, &mut self.pile, basis.gate, basis.types, basis.now);
        findings.into_iter().try_for_each(|finding| {
            let origin = Origin { symbol: Some(symbol.clone()), ..origin.clone() };
            sink(answered(Answer { finding, origin }))
        })
    }
}

/// How a picture or a document is looked at that lies still.
pub fn thorough() -> Options {
    Options { effort: Effort::Thorough, ..Options::default() }
}

/// An answer, told.
pub(super) fn answered(answer: Answer) -> Told {
    Told::Answer(Box::new(answer))
}

/// The answer to a text that no symbol can hold.
pub fn text_too_long() -> Answer {
    let detail = format!("a text of more than {TEXT_MAX} bytes, where a symbol holds at most 7,089 digits");
    Answer::refused(Reason::Malformed, detail, Origin::of("text"))
}

/// A file that is a signed message itself, such as one that was saved from a PDF.
fn bare_message(basis: &Basis<'_>, source: &str, bytes: Vec<u8>) -> Answer {
    let finding = examine_message(&bytes, basis.gate, basis.types, basis.now);
    let content = Content::Credential(bytes);
    let file = AttachedFile { name: source.to_owned(), media_type: None, pages: Vec::new(), content };
    Answer { finding, origin: Origin { attachment: Some(file), ..Origin::of(source) } }
}
