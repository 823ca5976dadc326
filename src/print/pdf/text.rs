//! Runs → text-showing operators (ISO 32000-1 §9.4), and what readers are told that each glyph says.
//!
//! Readers differ in what they make of a page. Found by trying with poppler 22.12, mupdf 1.21 and 1.26 and pdfium:
//!
//! - A cluster's letters are given to its glyphs one by one, the rest to the last; glyphs that are left over say [`NOTHING`].
//! - Words whose clusters have several glyphs say besides what they are in one piece (`ActualText`, §14.9.4). Not so Arabic: all
//!   readers turn right-to-left text round themselves, that of `ActualText` too, where it was right.
//! - Letters from right to left stand in the order of the page, from left to right, as all but the older mupdf expect; those
//!   beyond the first 65,536 characters (Hanifi Rohingya) in the order of reading, because poppler turns only the others round.
//! - In Nastaliq each letter stands on a height of its own, and readers take that for lines; elsewhere a sign of vowels has no
//!   width, and they take that for a gap. A space on the baseline says what such a cluster is, the cluster itself says nothing,
//!   and a space of no width stands where it ends.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_bidi::{BidiClass, bidi_class};

use super::codes::{Codes, NOTHING};
use super::content::Content;
use super::program::{EM, Facts};
use crate::print::text::Run;

/// Glyphs are moved only when they would stand further than this from their place, in thousandths of an em.
const TOLERANCE: f32 = 1.5;

/// A letter further off the baseline than this, in em, stands in another line for readers.
const CASCADE: f32 = 0.08;

/// How readers are told what a run says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    /// By its glyphs, from left to right.
    LeftToRight,
    /// By its glyphs, from left to right, though it is read the other way; by marks where a cluster has several.
    Visual,
    /// From right to left, with the words in one piece besides.
    Logical,
    /// By marks on the baseline around each cluster.
    Cascade,
}

/// The glyphs of a cluster and the text that they say together.
struct Cluster<'r> {
    glyphs: Range<usize>,
    text: &'r str,
}

/// A run as readers are told it.
pub(super) struct Reading<'r> {
    run: &'r Run,
    way: Way,
    /// In the order in which they are written.
    clusters: Vec<Cluster<'r>>,
}

impl<'r> Reading<'r> {
    /// Looks at a run.
    pub(super) fn of(run: &'r Run) -> Self {
        let way = way(run);
        let mut clusters = Vec::with_capacity(run.glyphs.len());
        let mut start = 0;
        for glyphs in run.glyphs.chunk_by(|glyph, next| glyph.range == next.range) {
            let end = start + glyphs.len();
            clusters
                .push(Cluster { glyphs: start..end, text: run.text.get(glyphs[0].range.clone()).unwrap_or_default() });
            start = end;
        }
        if way == Way::Logical {
            clusters.reverse();
        }
        Self { run, way, clusters }
    }

    /// Every glyph with what it says, marks on the baseline included.
    pub(super) fn glyphs(&self, facts: &Facts) -> impl Iterator<Item = (u16, &'r str)> {
        let (space, end) = (facts.space(), facts.end());
        self.clusters.iter().flat_map(move |cluster| {
            let ids = self.run.glyphs[cluster.glyphs.clone()].iter().map(|glyph| glyph.id as u16);
            let marks = if self.is_marked(cluster) {
                [Some((space, said(cluster.text))), Some((end, NOTHING))]
            } else {
                [None; 2]
            };
            marks.into_iter().flatten().chain(ids.zip(self.shares(cluster)))
        })
    }

    /// Whether marks on the baseline say what a cluster says, and where it begins and ends.
    fn is_marked(&self, cluster: &Cluster<'_>) -> bool {
        let is_hard = match self.way {
            Way::LeftToRight | Way::Logical => false,
            Way::Visual => cluster.glyphs.len() > 1,
            Way::Cascade => true,
        };
        is_hard && !cluster.is_space()
    }

    /// What each glyph of a cluster says.
    fn shares(&self, cluster: &Cluster<'r>) -> impl Iterator<Item = &'r str> + use<'r> {
        let text = if self.is_marked(cluster) { "" } else { cluster.text };
        let glyphs = cluster.glyphs.len();
        let backwards = matches!(self.way, Way::Visual | Way::Logical);
        (0..glyphs).map(move |place| said(share(text, glyphs, if backwards { glyphs - 1 - place } else { place })))
    }

    /// The word that begins with a cluster, when the cluster's glyphs alone would not say it well.
    fn word(&self, from: usize) -> Option<Cow<'r, str>> {
        let word = self.clusters[from..].iter().take_while(|cluster| !cluster.is_space());
        match self.way {
            Way::Visual | Way::Cascade => {
                self.clusters.get(from).filter(|cluster| self.is_marked(cluster)).map(|_| self.turned(from))
            }
            Way::LeftToRight if word.clone().all(|cluster| cluster.glyphs.len() == 1) => None,
            _ => Some(word.map(|cluster| cluster.text).collect()),
        }
    }

    /// What a cluster says, from left to right. A sign at the edge of a word would be taken for one between words: a mark of
    /// direction (U+200F) beyond it holds it in its word.
    fn turned(&self, at: usize) -> Cow<'r, str> {
        let text = self.clusters[at].text;
        let is_letter = |cluster: &Cluster<'_>| cluster.text.contains(char::is_alphabetic);
        let is_last = at.checked_sub(1).is_none_or(|next| !is_letter(&self.clusters[next]));
        let hold = Some('\u{200F}').filter(|_| is_last && text.chars().nth(1).is_some());
        hold.into_iter().chain(text.chars().rev()).collect()
    }

    /// Whether a word ends with a cluster.
    fn ends(&self, at: usize) -> bool {
        matches!(self.way, Way::Visual | Way::Cascade) || self.clusters.get(at + 1).is_none_or(Cluster::is_space)
    }
}

impl Cluster<'_> {
    fn is_space(&self) -> bool {
        self.text.trim().is_empty()
    }
}

fn said(text: &str) -> &str {
    if text.is_empty() { NOTHING } else { text }
}

/// The letter of a cluster for the glyph at `place`; the last glyph has what is left.
fn share(text: &str, glyphs: usize, place: usize) -> &str {
    let mut rest = text.char_indices().map(|(start, _)| start).skip(place);
    let Some(start) = rest.next() else { return "" };
    let end = rest.next().filter(|_| place + 1 < glyphs).unwrap_or(text.len());
    &text[start..end]
}

fn way(run: &Run) -> Way {
    let is_turned = |c: &char| matches!(bidi_class(*c), BidiClass::R | BidiClass::AL);
    match run.text.chars().find(is_turned) {
        None => Way::LeftToRight,
        Some(c) if u32::from(c) > 0xFFFF => Way::Logical,
        Some(_) if run.glyphs.iter().any(|glyph| glyph.advance > 0.0 && glyph.dy.abs() > CASCADE) => Way::Cascade,
        Some(_) => Way::Visual,
    }
}

/// Shows a run whose font and place are set already; `size` is in points.
pub(super) fn show(content: &mut Content, run: &Run, size: f32, facts: &Facts, codes: &Codes) {
    let reading = Reading::of(run);
    let pens = pens(run);
    let mut line = Line::new(content, size);
    let mut in_word = false;
    for (number, cluster) in reading.clusters.iter().enumerate() {
        if !in_word && !cluster.is_space() {
            let word = reading.word(number);
            in_word = word.is_some();
            word.iter().for_each(|word| line.begin_word(word));
        }
        let code = |glyph, text| codes.get(facts, run.font, glyph, text).unwrap_or_default();
        let marked = reading.is_marked(cluster);
        if marked {
            let space = facts.space();
            line.glyph((pens[cluster.glyphs.start], 0.0), code(space, said(cluster.text)), facts.width(space));
        }
        for (index, text) in cluster.glyphs.clone().zip(reading.shares(cluster)) {
            let glyph = &run.glyphs[index];
            let id = glyph.id as u16;
            line.glyph((pens[index] + glyph.dx * EM, glyph.dy), code(id, text), facts.width(id));
        }
        if marked {
            let end = facts.end();
            line.glyph((pens[cluster.glyphs.end], 0.0), code(end, NOTHING), facts.width(end));
        }
        if in_word && reading.ends(number) {
            line.end_word();
            in_word = false;
        }
    }
    line.finish();
}

/// Where each glyph's advance begins, and the last one's ends, from the start of the run, in thousandths of an em.
fn pens(run: &Run) -> Vec<f32> {
    let mut pen = 0.0;
    let mut pens = vec![pen];
    for glyph in &run.glyphs {
        pen += glyph.advance;
        pens.push(pen * EM);
    }
    pens
}

/// A string, or an array of strings and shifts, being gathered.
struct Line<'c> {
    content: &'c mut Content,
    size: f32,
    codes: Vec<u16>,
    is_array: bool,
    /// Where the next glyph would stand, in thousandths of an em.
    pen: f32,
    rise: f32,
}

impl<'c> Line<'c> {
    fn new(content: &'c mut Content, size: f32) -> Self {
        Self { content, size, codes: Vec::new(), is_array: false, pen: 0.0, rise: 0.0 }
    }

    fn glyph(&mut self, (place, rise): (f32, f32), code: u16, width: u16) {
        self.rise(rise);
        let off = place - self.pen;
        if off.abs() > TOLERANCE {
            self.shift(off.round());
        }
        self.codes.push(code);
        self.pen += f32::from(width);
    }

    fn rise(&mut self, rise: f32) {
        if (rise - self.rise).abs() > f32::EPSILON {
            self.end();
            self.rise = rise;
            self.content.number(f64::from(rise * self.size)).op("Ts");
        }
    }

    fn shift(&mut self, right: f32) {
        if !self.is_array {
            self.content.raw(b"[");
            self.is_array = true;
        }
        self.flush();
        self.content.integer(-right as i64);
        self.pen += right;
    }

    fn begin_word(&mut self, word: &str) {
        self.end();
        let mut text = String::from("/Span<</ActualText<FEFF");
        for unit in word.encode_utf16() {
            let _ = write!(text, "{unit:04X}");
        }
        self.content.raw(text.as_bytes()).raw(b">>>BDC\n");
    }

    fn end_word(&mut self) {
        self.end();
        self.content.op("EMC");
    }

    fn flush(&mut self) {
        if !self.codes.is_empty() {
            self.content.string(&self.codes);
            self.codes.clear();
        }
    }

    fn end(&mut self) {
        if self.codes.is_empty() && !self.is_array {
            return;
        }
        self.flush();
        self.content.raw(if self.is_array { b"]TJ\n" } else { b"Tj\n" });
        self.is_array = false;
    }

    fn finish(mut self) {
        self.end();
        self.rise(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::certificate::Direction;
    use crate::print::font::Fonts;
    use crate::print::paragraph::Paragraph;
    use crate::print::text::{Face, Span};

    fn runs(text: &str, language: &str) -> Vec<Run> {
        let fonts = Fonts::embedded().unwrap();
        let face = Face { scale: 1.0, ..Face::default() };
        let span = Span { text: text.to_owned(), face, direction: Direction::Auto, language: Some(language.into()) };
        Paragraph::new(&fonts, vec![span], false).line().runs
    }

    #[test]
    fn letters_go_to_glyphs_one_by_one_and_the_last_has_the_rest() {
        let shares = |text, glyphs| (0..glyphs).map(|place| share(text, glyphs, place)).collect::<Vec<_>>();
        assert_eq!(shares("ကို", 3), ["က", "ိ", "ု"]);
        assert_eq!(shares("ကို", 2), ["က", "ို"]);
        assert_eq!(shares("fi", 1), ["fi"]);
        assert_eq!(shares("a", 3), ["a", "", ""]);
    }

    #[test]
    fn a_burmese_name_says_its_words_in_one_piece_and_a_latin_one_does_not() {
        let burmese = runs("ကိုကိုအောင် သန်း", "my");
        assert_eq!(Reading::of(&burmese[0]).word(0).as_deref(), Some("ကိုကိုအောင်"));
        assert_eq!(Reading::of(&runs("Ko Ko", "en")[0]).word(0), None);
    }

    #[test]
    fn every_letter_of_a_run_is_said_once() {
        let fonts = Fonts::embedded().unwrap();
        for (text, language) in
            [("নিবন্ধন সনদ", "bn"), ("محمد ایوب قریشی", "ur"), ("الأحمد", "ar"), ("𐴀𐴝𐴏𐴞𐴕", "rhg-Rohg")]
        {
            let mut said: Vec<char> = Vec::new();
            for run in runs(text, language) {
                let facts = fonts.get(run.font).program().facts();
                let reading = Reading::of(&run);
                let parts = reading.glyphs(facts).filter(|(_, said)| *said != NOTHING);
                said.extend(parts.flat_map(|(_, said)| said.chars()));
            }
            let mut wanted: Vec<char> = text.chars().collect();
            said.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(said, wanted, "{text}");
        }
    }
}
