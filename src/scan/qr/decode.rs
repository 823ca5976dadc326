//! Soft modules of a symbol of known version → its message (ISO/IEC 18004:2015 §12, steps from the format information on).
//!
//! The likeliest formats are tried, upright and mirrored; the first that gives a message with enough evidence is the answer. What
//! has less evidence is handed out as doubtful: it needs a proof from outside, such as a signature, and is no text until then.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::codewords::{self, Codewords};
use super::correction::{SURE, Search, Solution};
use super::format_information::{self, Format, FormatCandidate};
use super::message::{self, MOST_MESSAGES, Reading};
use super::patterns::{Patterns, Version};
pub(in crate::scan) use super::segments::Message;
use super::soft::SoftModules;
use super::stains;
use crate::scan::found::{Found, Kind};

/// Formats that are tried.
const QUICK_FORMATS: usize = 2;
/// Formats that are tried in a deep search.
const DEEP_FORMATS: usize = 4;

/// Formats with a score by so much less than the best are not tried: e²⁰ times less likely.
const QUICK_SCORES: f32 = 40.0;
/// The same for a deep search; stains make modules of the wrong colour that look sure.
const DEEP_SCORES: f32 = 120.0;

/// Reed–Solomon decodings that the likeliest format is worth in a deep search.
const DEEP_TRIES: u32 = 1800;
/// The same for each other format.
const OTHER_TRIES: u32 = 200;

/// How often blocks that were read tell where others are spoilt.
const ROUNDS: usize = 4;

/// Where so many blocks have failed, and none was read, a quick search looks at no others.
const QUICK_BLOCKS: usize = 5;

/// How much is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::scan) enum Depth {
    /// Errors, and a few numbers of erasures: well under a millisecond.
    Quick,
    /// All numbers of erasures, and draws of turned bits: about ten milliseconds when nothing is found.
    Deep,
}

/// What became of a symbol.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::scan) enum Outcome {
    /// It was read.
    Read(Box<Decoded>),
    /// It may say one of these, the likeliest first; at most 16. To be believed only when something else proves it. Beside them
    /// what is known without doubt.
    Doubtful(Vec<Decoded>, Box<Failed>),
    /// It was not read.
    Failed(Box<Failed>),
}

/// A symbol that was read.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::scan) struct Decoded {
    /// What it says.
    pub(in crate::scan) message: Message,
    /// Its version.
    pub(in crate::scan) version: Version,
    /// Its level and mask.
    pub(in crate::scan) format: Format,
    /// Rows and columns were exchanged.
    pub(in crate::scan) mirrored: bool,
    /// Codewords that were put right.
    pub(in crate::scan) errors_corrected: u32,
    /// Codewords that were filled in.
    pub(in crate::scan) erasures: u32,
    /// -log₂ of the chance that modules without meaning are read as well.
    pub(in crate::scan) assurance: f32,
    /// The same for the block that is least sure.
    pub(in crate::scan) weakest_block: f32,
    /// The colours (`true` is dark) of all modules, in the orientation of the modules that came in.
    pub(in crate::scan) modules: Vec<bool>,
}

impl Decoded {
    /// The symbol as it is handed out, with its corners in pixels.
    pub(in crate::scan) fn found(self, corners: [(f32, f32); 4]) -> Found {
        Found {
            kind: Kind::Qr,
            bytes: self.message.bytes,
            version: Some(self.version.number()),
            ec_level: Some(self.format.level),
            errors_corrected: Some(self.errors_corrected),
            erasures: Some(self.erasures),
            structured_append: self.message.structured_append,
            corners: Some(corners),
            page: 1,
            mirrored: self.mirrored,
            inverted: false,
        }
    }
}

/// What is known of a symbol that was not read.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::scan) struct Failed {
    /// The colours of the data modules of those blocks that were read, and then of the format information as well, in the
    /// orientation of the modules that came in.
    pub(in crate::scan) solved: Vec<Option<bool>>,
    /// Blocks that were read.
    pub(in crate::scan) blocks_solved: usize,
    /// Blocks of the symbol.
    pub(in crate::scan) blocks: usize,
    /// Level and mask by which they were read, or the likeliest.
    pub(in crate::scan) format: Format,
    /// Whether rows and columns were exchanged for that.
    pub(in crate::scan) mirrored: bool,
}

/// Reads a symbol. `None` when the modules are not as many as the version has.
pub(in crate::scan) fn decode(soft: &SoftModules, version: Version, depth: Depth) -> Option<Outcome> {
    if soft.width != version.modules() || soft.values.len() != soft.width * soft.width {
        return None;
    }
    let mut attempts = Vec::new();
    let unstained = OnceCell::new();
    for hypothesis in hypotheses(soft, version, depth) {
        let mut attempt = Attempt::new(soft, &unstained, version, hypothesis);
        attempt.search(None);
        if let Some(read) = attempt.sure_reading() {
            return Some(Outcome::Read(Box::new(read)));
        }
        if attempt.blocks_solved() > 0 {
            // Only the true format reads a block.
            attempts = vec![attempt];
            break;
        }
        attempts.push(attempt);
    }
    if depth == Depth::Deep {
        for (number, attempt) in attempts.iter_mut().enumerate() {
            attempt.search(Some(if number == 0 { DEEP_TRIES } else { OTHER_TRIES }));
            if let Some(read) = attempt.sure_reading() {
                return Some(Outcome::Read(Box::new(read)));
            }
        }
    }
    let failed = Box::new(attempts.iter().max_by_key(|attempt| attempt.blocks_solved())?.failed());
    let mut doubtful: Vec<Decoded> = attempts.iter().flat_map(Attempt::readings).collect();
    doubtful.sort_by(|a, b| b.assurance.total_cmp(&a.assurance));
    doubtful.truncate(MOST_MESSAGES);
    Some(if doubtful.is_empty() { Outcome::Failed(failed) } else { Outcome::Doubtful(doubtful, failed) })
}

/// An orientation and a format.
#[derive(Clone, Copy, Debug)]
struct Hypothesis {
    mirrored: bool,
    candidate: FormatCandidate,
}

/// The likeliest orientations and formats.
fn hypotheses(soft: &SoftModules, version: Version, depth: Depth) -> Vec<Hypothesis> {
    let upright = format_information::copies(soft, Patterns::of(version));
    let width = soft.width;
    let mirrored = Patterns::of(version)
        .format
        .map(|copy| copy.map(|place| soft.values[usize::from(place) % width * width + usize::from(place) / width]));
    let of = |copies, mirrored| {
        format_information::candidates(copies).into_iter().map(move |candidate| Hypothesis { mirrored, candidate })
    };
    let mut all: Vec<Hypothesis> = of(&upright, false).chain(of(&mirrored, true)).collect();
    all.sort_by(|a, b| b.candidate.score.total_cmp(&a.candidate.score));
    let (most, scores) =
        if depth == Depth::Quick { (QUICK_FORMATS, QUICK_SCORES) } else { (DEEP_FORMATS, DEEP_SCORES) };
    let least = all[0].candidate.score - scores;
    all.retain(|hypothesis| hypothesis.candidate.score >= least);
    all.truncate(most);
    all
}

/// The modules without solid areas, if there are any and once they were asked for.
type Unstained = OnceCell<Option<SoftModules>>;

/// Modules that came in, in the orientation of the hypothesis.
fn upright(soft: &SoftModules, hypothesis: Hypothesis) -> Cow<'_, SoftModules> {
    if hypothesis.mirrored { Cow::Owned(soft.transposed()) } else { Cow::Borrowed(soft) }
}

/// A symbol under one hypothesis.
struct Attempt<'a> {
    version: Version,
    hypothesis: Hypothesis,
    soft: &'a SoftModules,
    unstained: &'a Unstained,
    codewords: Codewords,
    words: Vec<Vec<Solution>>,
}

impl<'a> Attempt<'a> {
    fn new(soft: &'a SoftModules, unstained: &'a Unstained, version: Version, hypothesis: Hypothesis) -> Self {
        let codewords = Codewords::new(&upright(soft, hypothesis), version, hypothesis.candidate.format);
        let words = vec![Vec::new(); codewords.blocks.count()];
        Self { version, hypothesis, soft, unstained, codewords, words }
    }

    fn format(&self) -> Format {
        self.hypothesis.candidate.format
    }

    fn is_solved(words: &[Solution]) -> bool {
        words.first().is_some_and(|best| best.evidence >= SURE)
    }

    fn blocks_solved(&self) -> usize {
        self.words.iter().filter(|words| Self::is_solved(words)).count()
    }

    fn is_read(&self) -> bool {
        self.blocks_solved() == self.words.len()
    }

    /// Searches for blocks that are not read yet: in the modules as they are, and without stains.
    /// A deep search has so many `tries`; without them it is quick.
    fn search(&mut self, tries: Option<u32>) {
        let mut left = tries;
        let mut look = self.codewords.clone();
        if tries.is_none() {
            self.search_in(&look, &mut left);
        }
        if self.is_read() {
            return;
        }
        let mut soft = upright(self.soft, self.hypothesis);
        let mut is_new = tries.is_some();
        if let Some(unstained) = self.unstained.get_or_init(|| stains::without_solid_areas(self.soft)) {
            (soft, is_new) = (upright(unstained, self.hypothesis), true);
            look = Codewords::new(&soft, self.version, self.format());
        }
        for _ in 0..ROUNDS {
            let before = self.blocks_solved();
            if before > 0
                && let Some(learned) = stains::learned(&soft, &self.solved())
            {
                (soft, is_new) = (Cow::Owned(learned), true);
                look = Codewords::new(&soft, self.version, self.format());
            }
            if is_new {
                self.search_in(&look, &mut left);
            }
            is_new = false;
            if self.is_read() || self.blocks_solved() == before {
                break;
            }
        }
    }

    fn search_in(&mut self, received: &Codewords, tries: &mut Option<u32>) {
        let unsolved: Vec<usize> =
            (0..self.words.len()).filter(|block| !Self::is_solved(&self.words[*block])).collect();
        for (number, &block) in unsolved.iter().enumerate() {
            if tries.is_none() && number >= QUICK_BLOCKS && self.blocks_solved() == 0 {
                return;
            }
            let search = Search::new(received.block(block));
            let found = match tries {
                None => search.quick(self.codewords.blocks.protection),
                Some(left) => {
                    // What this look leaves is for others.
                    let share = *left / (unsolved.len() - number + 1) as u32;
                    let (found, used) = search.deep(share);
                    *left -= used;
                    found
                }
            };
            merge(&mut self.words[block], found);
        }
    }

    fn sure_reading(&self) -> Option<Decoded> {
        // Nothing can be sure as long as the first block is not read.
        self.words.first().filter(|words| !words.is_empty())?;
        let readings =
            message::readings(&self.codewords, &self.words, self.version, self.hypothesis.candidate.evidence);
        readings.into_iter().find(Reading::is_sure).map(|reading| self.decoded(reading))
    }

    fn readings(&self) -> Vec<Decoded> {
        let readings =
            message::readings(&self.codewords, &self.words, self.version, self.hypothesis.candidate.evidence);
        readings.into_iter().map(|reading| self.decoded(reading)).collect()
    }

    fn decoded(&self, reading: Reading) -> Decoded {
        let all: Vec<Option<u8>> = reading.codewords.into_iter().map(Some).collect();
        let known = &Patterns::of(self.version).known;
        let modules = self.coloured(&all).into_iter().zip(known).map(|(data, known)| data.or(*known) == Some(true));
        Decoded {
            message: reading.message,
            version: self.version,
            format: self.format(),
            mirrored: self.hypothesis.mirrored,
            errors_corrected: reading.errors,
            erasures: reading.erasures,
            assurance: reading.assurance,
            weakest_block: reading.weakest,
            modules: self.oriented(modules.collect()),
        }
    }

    fn failed(&self) -> Failed {
        Failed {
            solved: self.oriented(self.solved()),
            blocks_solved: self.blocks_solved(),
            blocks: self.words.len(),
            format: self.format(),
            mirrored: self.hypothesis.mirrored,
        }
    }

    /// The colours of the modules of blocks that were read, in the upright symbol.
    fn solved(&self) -> Vec<Option<bool>> {
        if self.blocks_solved() == 0 {
            return vec![None; self.version.modules().pow(2)];
        }
        let mut all = Vec::with_capacity(Patterns::of(self.version).codewords());
        for (block, words) in self.words.iter().enumerate() {
            match words.first().filter(|best| best.evidence >= SURE) {
                Some(best) => all.extend(best.word.iter().copied().map(Some)),
                None => all.extend(vec![None; self.codewords.block(block).hard.len()]),
            }
        }
        self.coloured(&all)
    }

    /// The colours of data modules and format information.
    fn coloured(&self, codewords: &[Option<u8>]) -> Vec<Option<bool>> {
        let mut modules = codewords::modules(self.version, self.format(), codewords);
        let word = self.format().word();
        for copy in &Patterns::of(self.version).format {
            for (bit, place) in copy.iter().enumerate() {
                modules[usize::from(*place)] = Some(word >> bit & 1 == 1);
            }
        }
        modules
    }

    /// Modules of the upright symbol in the orientation in which they came in.
    fn oriented<T: Copy>(&self, modules: Vec<T>) -> Vec<T> {
        if !self.hypothesis.mirrored {
            return modules;
        }
        let width = self.version.modules();
        (0..modules.len()).map(|at| modules[at % width * width + at / width]).collect()
    }
}

/// Adds words that are not there yet; the best stay first.
fn merge(words: &mut Vec<Solution>, found: Vec<Solution>) {
    for solution in found {
        if words.iter().all(|other| other.word != solution.word) {
            let at = words.partition_point(|other| other.evidence >= solution.evidence);
            words.insert(at, solution);
        }
    }
    words.truncate(MOST_MESSAGES);
}

#[cfg(test)]
mod tests;
