//! A document, page by page: its symbols, the files attached to it, and what must not pass in silence.

use std::ops::ControlFlow::{self, Continue};

use super::answer::{Answer, Note, Origin};
use super::session::{Basis, Session, Sink, Told, answered};
use crate::scan::{self, Attached, Doubtful, Found, Options, PageResult, ScanError, Seen};
use crate::verify::{Compared, Comparison, Finding, Reason, examine_found, prove};

/// Places with unproved messages that are kept until the end of a document.
const MOST_DOUBTFUL: usize = 64;

/// A picture or a PDF.
pub(super) fn read(
    session: &mut Session,
    basis: &Basis<'_>,
    source: &str,
    bytes: &[u8],
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), ScanError> {
    let mut document = Document::new(session, basis, source, sink);
    let mut is_ended = false;
    let outcome = scan::scan_all(bytes, options, &mut |seen| {
        let flow = document.seen(seen);
        is_ended = flow.is_break();
        flow
    });
    if is_ended {
        return Ok(());
    }
    let _ = document.end(outcome.is_ok());
    outcome.map(|_| ())
}

/// A page that is a document of its own.
pub(super) fn read_page(
    session: &mut Session,
    basis: &Basis<'_>,
    source: &str,
    page: &PageResult,
    sink: Sink<'_>,
) -> ControlFlow<()> {
    let mut document = Document::new(session, basis, source, sink);
    document.page(page)?;
    document.end(true)
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

/// A document that is being read.
struct Document<'a> {
    session: &'a mut Session,
    basis: &'a Basis<'a>,
    source: &'a str,
    sink: Sink<'a>,
    /// The attachments.
    comparison: Option<Comparison<Origin>>,
    /// Whether it has several pages.
    of_several: bool,
    pages: Pages,
}

impl<'a> Document<'a> {
    fn new(session: &'a mut Session, basis: &'a Basis<'a>, source: &'a str, sink: Sink<'a>) -> Self {
        Self { session, basis, source, sink, comparison: None, of_several: false, pages: Pages::default() }
    }

    /// A page, or what is attached to the document before its first page.
    fn seen(&mut self, seen: Seen) -> ControlFlow<()> {
        match seen {
            Seen::Attached(Attached { files, more }) => {
                if more {
                    self.note(Note::AttachmentsLeftOut)?;
                }
                self.comparison = Some(Comparison::new(files, self.basis.gate, self.basis.types, self.basis.now));
                Continue(())
            }
            Seen::Page(page) => self.page(&page),
        }
    }

    fn page(&mut self, page: &PageResult) -> ControlFlow<()> {
        let number = page.page;
        self.of_several = page.pages.is_some_and(|pages| pages > 1);
        self.pages.count += 1;
        if page.looks.is_empty() {
            // Nobody can say whether a paper is on it; it must not pass in silence beside pages that are valid.
            return self.refuse(Reason::Damaged, format!("page {number} cannot be drawn"), self.origin(number));
        }
        let found = page.found();
        let (mut unread, mut is_empty) = (page.unread(), found.is_empty());
        for symbol in found {
            self.found(symbol, self.origin(number))?;
        }
        for place in page.doubtful() {
            if self.prove(number, &place)? {
                (unread, is_empty) = (unread.saturating_sub(1), false);
            } else if self.pages.doubtful.len() < MOST_DOUBTFUL {
                self.pages.doubtful.push((number, place));
            }
        }
        if is_empty {
            self.pages.empty.push(number);
        }
        if unread > 0 {
            self.pages.unread.push((number, unread));
        }
        Continue(())
    }

    /// What is left when all pages have been seen; `is_whole` unless the document could not be read to its end.
    fn end(&mut self, is_whole: bool) -> ControlFlow<()> {
        self.prove_late()?;
        let by_file = self.compared()?;
        if is_whole { self.without_symbol(by_file) } else { Continue(()) }
    }

    /// A damaged symbol is judged as if it had been read when a signature proves what it says; says whether one does.
    fn prove(&mut self, page: u32, place: &[Doubtful]) -> ControlFlow<(), bool> {
        let Some(symbol) = prove(place, &self.session.pile, self.basis.gate, self.basis.now) else {
            return Continue(false);
        };
        self.found(symbol, Origin { proved: true, ..self.origin(page) })?;
        Continue(true)
    }

    /// What no signature proved alone may be the part that others of the document still needed.
    fn prove_late(&mut self) -> ControlFlow<()> {
        for (page, place) in std::mem::take(&mut self.pages.doubtful) {
            if self.prove(page, &place)? {
                self.pages.empty.retain(|empty| *empty != page);
                self.pages.unread.iter_mut().filter(|(unread, _)| *unread == page).for_each(|(_, symbols)| {
                    *symbols = symbols.saturating_sub(1);
                });
            }
        }
        self.pages.unread.retain(|(_, symbols)| *symbols > 0);
        Continue(())
    }

    /// A symbol, held against what is attached.
    fn found(&mut self, symbol: Found, origin: Origin) -> ControlFlow<()> {
        let Basis { gate, types, now } = *self.basis;
        let findings = examine_found(&symbol, &mut self.session.pile, gate, types, now);
        let origin = Origin { symbol: Some(symbol), ..origin };
        for finding in findings {
            let Some(comparison) = &mut self.comparison else {
                self.answer(finding, origin.clone())?;
                continue;
            };
            if let Some(compared) = comparison.symbol(origin.page.unwrap_or(1), finding, origin.clone()) {
                self.answer(compared.finding, Origin { attachment: compared.attachment, ..origin.clone() })?;
            }
        }
        Continue(())
    }

    /// The symbols and attachments that have not found each other; says how many credentials were attached only.
    fn compared(&mut self) -> ControlFlow<(), usize> {
        let Some(comparison) = self.comparison.take() else { return Continue(0) };
        let mut by_file = 0;
        for Compared { finding, symbol, attachment } in comparison.end() {
            by_file += usize::from(symbol.is_none());
            let page = attachment.as_ref().and_then(|file| file.pages.first().copied());
            let origin = symbol.unwrap_or_else(|| Origin { page, ..self.origin(1) });
            self.answer(finding, Origin { attachment, ..origin })?;
        }
        Continue(by_file)
    }

    /// A file without any symbol is not read; single pages without one, such as backs of sheets, are pointed out. A page on
    /// which the only symbol could not be read must not pass in silence beside pages that are valid.
    fn without_symbol(&mut self, by_file: usize) -> ControlFlow<()> {
        let Pages { count, empty, unread, .. } = std::mem::take(&mut self.pages);
        for (page, _) in unread.iter().filter(|(page, _)| by_file > 0 || !empty.contains(page)) {
            self.note(Note::Unread { page: *page })?;
        }
        let is_unread = |page: u32| by_file == 0 && unread.iter().any(|(unread, _)| *unread == page);
        for page in empty.iter().copied().filter(|page| is_unread(*page)) {
            self.refuse(Reason::Damaged, "a symbol was seen and is too damaged to be read", self.origin(page))?;
        }
        let empty: Vec<u32> = empty.iter().copied().filter(|page| !is_unread(*page)).collect();
        if empty.is_empty() && count > 0 {
            return Continue(());
        }
        if empty.len() < count || by_file > 0 {
            return self.note(Note::Empty { pages: empty, of: count });
        }
        let detail = match count {
            1 => "no symbol was found in the picture".to_owned(),
            many => format!("no symbol was found on any of {many} pages"),
        };
        self.refuse(Reason::NoSymbol, detail, Origin { page: Some(1), ..Origin::of(self.source) })
    }

    fn origin(&self, page: u32) -> Origin {
        Origin { page: Some(page), of_several: self.of_several, ..Origin::of(self.source) }
    }

    fn refuse(&mut self, reason: Reason, detail: impl Into<String>, origin: Origin) -> ControlFlow<()> {
        (self.sink)(answered(Answer::refused(reason, detail, origin)))
    }

    fn answer(&mut self, finding: Finding, origin: Origin) -> ControlFlow<()> {
        (self.sink)(answered(Answer { finding, origin }))
    }

    fn note(&mut self, note: Note) -> ControlFlow<()> {
        (self.sink)(Told::Note(note))
    }
}

/// An error with its causes, each once.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !told.contains(text.trim_end()) {
            told = format!("{told}: {}", text.trim_end());
        }
        cause = error.source();
    }
    told
}
