//! What belongs together and comes one after the other: parts of our own documents (docs/FORMAT.md), and symbols that carry
//! one message (ISO/IEC 18004 §8), from different places of a picture, pages and files.

use crate::envelope::{Added, Collector, Progress, Set};
use crate::format::Format;
use crate::scan::StructuredAppend;

use super::examine::named;
use super::finding::Finding;
use super::reason::Reason;
use super::sequence::{Missing, Sequences};

/// Parts of documents that are spread over several symbols, pages or files.
#[derive(Debug, Default)]
pub struct Pile {
    collector: Collector,
    /// Documents that have had their finding in this input.
    answered: Vec<Set>,
    /// Where the first part of each document was seen.
    origins: Vec<(Set, usize)>,
    sequences: Sequences,
    input: usize,
}

impl Pile {
    /// A pile without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The parts that follow come from another input: a document that is seen there once more is answered once more.
    pub fn next_input(&mut self, input: usize) {
        self.input = input;
        self.answered.clear();
    }

    /// Takes a part of one of our own documents; gives the envelope when it is complete and has not been answered.
    pub(super) fn part(&mut self, set: Set, bytes: &[u8]) -> Option<&[u8]> {
        if !self.origins.iter().any(|(known, _)| *known == set) {
            self.origins.push((set, self.input));
        }
        // Parts that contradict each other are judged at the end, when all have been seen.
        let _ = self.collector.add(bytes);
        let envelope = self.collector.completed(set).filter(|_| !self.answered.contains(&set))?;
        self.answered.push(set);
        Some(envelope)
    }

    /// The envelope that a part would complete, if it did; nothing is added.
    pub(super) fn with_part(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self.collector.clone().add(bytes) {
            Ok(Added::Completed(envelope)) => Some(envelope),
            _ => None,
        }
    }

    /// Takes one symbol of a message that is spread over several; gives the message when it is complete and has not been
    /// answered in this input.
    pub(super) fn piece(
        &mut self,
        place: StructuredAppend,
        bytes: &[u8],
        is_signed: &dyn Fn(&[u8]) -> bool,
    ) -> Option<Vec<u8>> {
        self.sequences.add(place, bytes, self.input, is_signed)
    }

    /// The same for each document of which parts are missing, in numbers.
    pub fn progress(&self) -> Vec<Missing> {
        let parts = self.collector.missing().into_iter().map(|progress| Missing {
            have: progress.have.len() as u8,
            need: progress.set.k,
            of: progress.set.n,
            absent: progress.missing.iter().map(|index| index + 1).collect(),
            damaged: progress.damaged,
        });
        parts.chain(self.sequences.progress()).collect()
    }

    /// A finding for each document of which parts are missing, with the input in which its first part was seen.
    pub fn missing(&self) -> Vec<(usize, Finding)> {
        let told = |progress: &Progress| {
            if progress.damaged {
                return Finding::refused(Reason::Malformed, Some("the parts do not make a document".to_owned()));
            }
            let list =
                |places: &[u8]| places.iter().map(|place| (place + 1).to_string()).collect::<Vec<_>>().join(", ");
            let detail = format!(
                "{} of {} symbols, {} are needed; symbols {} were not seen",
                progress.have.len(),
                progress.set.n,
                progress.set.k,
                list(&progress.missing)
            );
            Finding::refused(Reason::Incomplete, Some(detail))
        };
        let findings = self.collector.missing();
        let origin = |set: Set| self.origins.iter().find(|(known, _)| *known == set).map_or(0, |(_, input)| *input);
        let parts = findings.iter().map(|found| (origin(found.set), named(told(found), Format::Nansen)));
        let refused = |(input, detail)| (input, Finding::refused(Reason::Incomplete, Some(detail)));
        parts.chain(self.sequences.missing().into_iter().map(refused)).collect()
    }
}
