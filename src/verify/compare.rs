//! The credentials attached to a document, held against the symbols printed in it.
//!
//! Symbols come in page by page with what was found of each, and go out together with the attachment that is the same
//! credential: the same signed bytes under the same signature. A signed copy and a paper signed again are other papers, even
//! under the same serial. What is printed and what is attached may each stand alone, since older papers have no attachment
//! and a coarse picture has no readable symbol; but where both are left without their like, neither is valid. Nor is an
//! attachment of a page on which other credentials were read, and not it.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::credential::Types;
use crate::scan::{AttachedFile, Content};

use super::examine::{Trust, examine_message};
use super::finding::Finding;
use super::reason::Reason;

/// A finding, and what it was read from: a symbol, an attachment, or both, which then agree.
#[derive(Debug)]
pub struct Compared<T> {
    /// The finding.
    pub finding: Finding,
    /// What the caller knows of the symbol, when there is one.
    pub symbol: Option<T>,
    /// The attachment, when there is one.
    pub attachment: Option<AttachedFile>,
}

/// The attachments of one document, and the symbols that have not found their like among them.
#[derive(Debug)]
pub struct Comparison<T> {
    attached: Vec<Enclosed>,
    /// Where each credential is attached.
    by_message: HashMap<[u8; 32], Vec<usize>>,
    /// Attachments of each page.
    by_page: HashMap<u32, Vec<usize>>,
    /// Whether there are attachments of the document, of which no page is known.
    of_document: bool,
    /// Pages on which a signed symbol was read.
    printed: HashSet<u32>,
    waiting: Vec<(u32, Finding, T)>,
}

#[derive(Debug)]
struct Enclosed {
    file: AttachedFile,
    finding: Finding,
    /// Whether its symbol was seen.
    seen: bool,
}

impl<T> Comparison<T> {
    /// Examines what is attached. Files that are no credentials, and do not say they are, are left aside.
    pub fn new(files: Vec<AttachedFile>, trust: &dyn Trust, types: &Types, now: Timestamp) -> Self {
        let mut all = Self {
            attached: Vec::new(),
            by_message: HashMap::new(),
            by_page: HashMap::new(),
            of_document: false,
            printed: HashSet::new(),
            waiting: Vec::new(),
        };
        for file in files {
            let refused = |why: &str| Finding::refused(Reason::Malformed, Some(format!("the attached file {why}")));
            let finding = match &file.content {
                Content::Other => continue,
                Content::Credential(bytes) => examine_message(bytes, trust, types, now),
                Content::TooLarge => refused("is larger than any credential"),
                Content::Damaged => refused("cannot be unpacked"),
            };
            all.enclose(file, finding);
        }
        all
    }

    fn enclose(&mut self, file: AttachedFile, finding: Finding) {
        let at = self.attached.len();
        if let Some(message) = finding.message {
            self.by_message.entry(message).or_default().push(at);
        }
        self.of_document |= file.pages.is_empty();
        for page in &file.pages {
            self.by_page.entry(*page).or_default().push(at);
        }
        self.attached.push(Enclosed { file, finding, seen: false });
    }

    /// Takes what was found of a symbol on a page. It comes back at once when its like is attached, or when nothing attached
    /// could be it; otherwise at the [end](Self::end), when all other symbols are known.
    pub fn symbol(&mut self, page: u32, finding: Finding, symbol: T) -> Option<Compared<T>> {
        let Some(message) = finding.message.filter(|_| !self.attached.is_empty()) else {
            return Some(Compared { finding, symbol: Some(symbol), attachment: None });
        };
        self.printed.insert(page);
        let same = self.by_message.get(&message).cloned().unwrap_or_default();
        if let Some(&at) = same.iter().find(|at| self.belongs(&self.attached[**at], page)) {
            return Some(self.agree(at, finding, symbol));
        }
        // What a page has of its own must be what it shows: symbols of two sheets may have been exchanged.
        if same.is_empty() && !self.by_page.contains_key(&page) && !self.of_document {
            return Some(Compared { finding, symbol: Some(symbol), attachment: None });
        }
        self.waiting.push((page, finding, symbol));
        None
    }

    /// Whether a file may be what is printed on this page. A page that has files of its own shows one of them: a file of the
    /// document would otherwise be a way around them.
    fn belongs(&self, enclosed: &Enclosed, page: u32) -> bool {
        let pages = &enclosed.file.pages;
        if self.by_page.contains_key(&page) { pages.contains(&page) } else { pages.is_empty() }
    }

    /// A symbol and an attachment that are the same. A file attached twice to the same pages, or to the document as well, is
    /// one credential.
    fn agree(&mut self, at: usize, finding: Finding, symbol: T) -> Compared<T> {
        let file = self.attached[at].file.clone();
        let message = self.attached[at].finding.message;
        for twin in self.attached.iter_mut().filter(|twin| twin.finding.message == message) {
            twin.seen |= twin.file.pages == file.pages || twin.file.pages.is_empty();
        }
        Compared { finding, symbol: Some(symbol), attachment: Some(file) }
    }

    /// The attachment of a sheet whose symbol stands on its other side: the same credential, on pages without a symbol.
    fn other_side(&self, page: u32, finding: &Finding) -> Option<usize> {
        let is_bare = |at: &&usize| self.attached[**at].file.pages.iter().all(|page| !self.printed.contains(page));
        let same = self.by_message.get(&finding.message?)?;
        same.iter().find(is_bare).copied().filter(|_| !self.by_page.contains_key(&page))
    }

    /// What is left: symbols without their attachment and attachments without their symbol. Where both are, they differ.
    pub fn end(mut self) -> Vec<Compared<T>> {
        let mut all = Vec::new();
        let mut against: HashMap<usize, String> = HashMap::new();
        for (page, mut finding, symbol) in std::mem::take(&mut self.waiting) {
            if let Some(at) = self.other_side(page, &finding) {
                all.push(self.agree(at, finding, symbol));
                continue;
            }
            let could_be = |one: &Enclosed| !one.seen && self.belongs(one, page);
            let left: Vec<_> = self.attached.iter().enumerate().filter(|(_, enclosed)| could_be(enclosed)).collect();
            // Of several the one with the same serial is meant.
            let meant = left.iter().find(|(_, e)| serial(&e.finding).is_some_and(|s| Some(s) == serial(&finding)));
            if let Some((_, enclosed)) = meant.or(left.first()) {
                let told = difference(&finding, enclosed);
                for (at, other) in &left {
                    against.entry(*at).or_insert_with(|| difference(&finding, other));
                }
                finding.contradict(told);
            }
            all.push(Compared { finding, symbol: Some(symbol), attachment: None });
        }
        let mut answered = Vec::new();
        for (at, enclosed) in self.attached.into_iter().enumerate().filter(|(_, enclosed)| !enclosed.seen) {
            let Enclosed { file, mut finding, .. } = enclosed;
            if finding.message.is_some() && answered.contains(&(finding.message, file.pages.clone())) {
                continue;
            }
            answered.push((finding.message, file.pages.clone()));
            if let Some(told) = against.remove(&at) {
                finding.contradict(told);
            } else if let Some(page) = file.pages.iter().find(|page| self.printed.contains(page)) {
                finding.not_seen(format!("the attached credential was not found in print: page {page} shows another"));
            } else {
                finding.remark(not_checked(&file));
            }
            all.push(Compared { finding, symbol: None, attachment: Some(file) });
        }
        all
    }
}

fn serial(finding: &Finding) -> Option<&str> {
    finding.statement().and_then(|said| said.serial.as_deref())
}

/// What a file says when nothing printed was read: nothing about the paper.
fn not_checked(file: &AttachedFile) -> String {
    let page = file.pages.first().map(|page| format!(" (page {page})")).unwrap_or_default();
    format!("the page was not checked: what it shows may be something else{page}")
}

/// In which way a printed credential is not the attached one.
fn difference(printed: &Finding, attached: &Enclosed) -> String {
    let (Some(print), Some(file)) = (printed.statement(), attached.finding.statement()) else {
        let name = &attached.file.name;
        return format!("the attached credential and the printed symbol differ: {name} is not what is printed");
    };
    let of = |serial: &Option<String>| serial.clone().unwrap_or_else(|| "none".to_owned());
    if print.serial != file.serial || print.serial.is_none() {
        return format!(
            "the attached credential and the printed symbol differ: serial {} is attached, serial {} is printed",
            of(&file.serial),
            of(&print.serial)
        );
    }
    let copy = |copy: Option<u16>| copy.map_or_else(|| "the first paper".to_owned(), |copy| format!("copy {copy}"));
    let serial = of(&print.serial);
    if print.copy != file.copy {
        return format!(
            "the attached credential and the printed symbol differ: both have the serial {serial}, but {} is attached and {} \
             is printed",
            copy(file.copy),
            copy(print.copy)
        );
    }
    format!(
        "the attached credential and the printed symbol differ: both have the serial {serial}, but were signed apart"
    )
}
