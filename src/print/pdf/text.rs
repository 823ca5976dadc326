//! Runs → text-showing operators (ISO 32000-1 §9.4), and which glyph stands for which part of the text.

use std::ops::Range;

use unicode_bidi::{BidiClass, bidi_class};

use super::codes::{Codes, NOTHING};
use super::content::Content;
use super::program::{EM, Facts};
use crate::print::text::{Glyph, Run};

/// Glyphs are moved only when they would stand further than this from their place, in thousandths of an em.
const TOLERANCE: f32 = 1.5;

/// For each glyph of a run, the text that it is copied as.
pub(super) fn meanings(run: &Run) -> Vec<&str> {
    let right_to_left = run.text.chars().any(|c| matches!(bidi_class(c), BidiClass::R | BidiClass::AL));
    let mut meanings = Vec::with_capacity(run.glyphs.len());
    for cluster in run.glyphs.chunk_by(|glyph, next| glyph.range == next.range) {
        let text = run.text.get(Range::clone(&cluster[0].range)).filter(|text| !text.is_empty()).unwrap_or(NOTHING);
        let carrier = carrier(cluster, right_to_left);
        meanings.extend((0..cluster.len()).map(|place| if place == carrier { text } else { NOTHING }));
    }
    meanings
}

/// Which glyph of a cluster carries its text.
fn carrier(cluster: &[Glyph], right_to_left: bool) -> usize {
    if right_to_left { cluster.len() - 1 } else { 0 }
}

/// Shows a run whose font and place are set already; `size` is in points.
pub(super) fn show(content: &mut Content, run: &Run, size: f32, facts: &Facts, codes: &Codes) {
    let mut line = Line { content, codes: Vec::with_capacity(run.glyphs.len()), is_array: false };
    let (mut wanted, mut reached, mut rise) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (glyph, text) in run.glyphs.iter().zip(meanings(run)) {
        let id = glyph.id as u16;
        if glyph.dy != rise {
            line.end();
            rise = glyph.dy;
            line.content.number(f64::from(rise * size)).op("Ts");
        }
        let off = wanted + glyph.dx * EM - reached;
        if off.abs() > TOLERANCE {
            let off = off.round();
            line.shift(off);
            reached += off;
        }
        line.codes.push(codes.get(facts, run.font, id, text).unwrap_or_default());
        reached += f32::from(facts.width(id));
        wanted += glyph.advance * EM;
    }
    line.end();
    if rise != 0.0 {
        content.integer(0).op("Ts");
    }
}

/// A string, or an array of strings and shifts, being gathered.
struct Line<'c> {
    content: &'c mut Content,
    codes: Vec<u16>,
    is_array: bool,
}

impl Line<'_> {
    fn shift(&mut self, right: f32) {
        if !self.is_array {
            self.content.raw(b"[");
            self.is_array = true;
        }
        self.flush();
        self.content.integer(-right as i64);
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
        if self.is_array {
            self.content.raw(b"]TJ\n");
            self.is_array = false;
        } else {
            self.content.raw(b"Tj\n");
        }
    }
}
