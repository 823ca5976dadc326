//! The credentials attached to a document, held against the symbols printed in it.
//!
//! Symbols come in page by page with what was found of each, and go out together with the attachment that is the same
//! credential: the same signed bytes under the same signature. A signed copy and a paper signed again are other papers, even
//! under the same serial. What is printed and what is attached may each stand alone, since older papers have no attachment
//! and a coarse picture has no readable symbol; but where both are left without their like, neither is valid.

use std::collections::HashMap;

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
        let mut all =
            Self { attached: Vec::new(), by_message: HashMap::new(), by_page: HashMap::new(), waiting: Vec::new() };
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
        let own = self.by_page.get(&page).cloned().unwrap_or_default();
        let same = self.by_message.get(&message).cloned().unwrap_or_default();
        // A page with attachments of its own must show one of them: symbols of two sheets may have been exchanged.
        let fits = |at: &&usize| own.is_empty() || own.contains(at) || self.attached[**at].file.pages.is_empty();
        if let Some(&at) = same.iter().find(fits) {
            let file = self.attached[at].file.clone();
            // A file attached twice to the same pages is one credential.
            for twin in same {
                self.attached[twin].seen |= self.attached[twin].file.pages == file.pages;
            }
            return Some(Compared { finding, symbol: Some(symbol), attachment: Some(file) });
        }
        self.waiting.push((page, finding, symbol));
        None
    }

    /// Whether credentials are attached.
    pub fn is_empty(&self) -> bool {
        self.attached.is_empty()
    }

    /// What is left: symbols without their attachment and attachments without their symbol. Where both are, they differ.
    pub fn end(mut self) -> Vec<Compared<T>> {
        let mut all = Vec::new();
        let mut against: HashMap<usize, String> = HashMap::new();
        for (page, mut finding, symbol) in std::mem::take(&mut self.waiting) {
            let could_be = |one: &Enclosed| !one.seen && (one.file.pages.is_empty() || one.file.pages.contains(&page));
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
            }
            all.push(Compared { finding, symbol: None, attachment: Some(file) });
        }
        all
    }
}

fn serial(finding: &Finding) -> Option<&str> {
    finding.statement().and_then(|said| said.serial.as_deref())
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
