//! (glyph, text it stands for) → character identifier (CID) of the PDF's font (ISO 32000-1 §9.7.4).
//!
//! Readers copy text by a table from CID to text (`ToUnicode`, §9.10.3), so a glyph that stands for different texts at
//! different places (a Burmese syllable's first part, the second glyph of any cluster) needs a CID for each. A glyph that stands
//! for its own character has its own number for a CID; every other pair gets one above the font's last glyph, by a hash of the
//! pair: it does not depend on what else is in the file, unless two pairs collide.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::program::Facts;
use crate::print::font::{FontId, Fonts};

/// What a glyph that has no text of its own is copied as: a space of no width. It must be *something* (ISO 19005-3 §6.2.11.7).
pub(super) const NOTHING: &str = "\u{200B}";

/// Identifiers above the glyphs' that the hash chooses from: few, so that the table from CID to glyph stays short.
const SLOTS: u32 = 1 << 14;

/// A glyph with a text that no identifier stands for yet.
pub(super) struct Need {
    font: FontId,
    glyph: u16,
    /// `None`: the glyph's own character.
    text: Option<Box<str>>,
}

/// More forms of text than a font of a PDF can tell apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::print) struct Full;

/// The identifiers given out so far, of all fonts.
#[derive(Default)]
pub(in crate::print) struct Codes {
    fonts: BTreeMap<FontId, FontCodes>,
}

/// The identifiers of one font.
#[derive(Default)]
pub(in crate::print) struct FontCodes {
    own: HashSet<u16>,
    nothing: HashMap<u16, u16>,
    texts: HashMap<Box<str>, Vec<(u16, u16)>>,
    /// Identifiers above the font's glyphs, with their glyphs and texts.
    others: BTreeMap<u16, (u16, Box<str>)>,
}

impl Codes {
    /// The identifier of a glyph that stands for `text`, when it has one.
    pub(super) fn get(&self, facts: &Facts, font: FontId, glyph: u16, text: &str) -> Option<u16> {
        let codes = self.fonts.get(&font)?;
        if facts.is_ordinary(glyph, text) {
            return codes.own.contains(&glyph).then_some(glyph);
        }
        codes.other(glyph, text)
    }

    /// What is missing for a glyph that stands for `text`.
    pub(super) fn need(facts: &Facts, font: FontId, glyph: u16, text: &str) -> Need {
        let text = (!facts.is_ordinary(glyph, text)).then(|| text.into());
        Need { font, glyph, text }
    }

    /// Gives an identifier to a pair that has none.
    pub(super) fn add(&mut self, fonts: &Fonts, need: Need) -> Result<(), Full> {
        let facts = fonts.get(need.font).program().facts();
        let codes = self.fonts.entry(need.font).or_default();
        let Some(text) = need.text else {
            codes.own.insert(need.glyph);
            return Ok(());
        };
        if codes.other(need.glyph, &text).is_some() {
            return Ok(());
        }
        let first = facts.glyphs() as u32 + hash(need.glyph, &text) % SLOTS;
        let is_free = |code: &u16| !codes.others.contains_key(code);
        let code =
            (first..=u32::from(u16::MAX)).filter_map(|code| u16::try_from(code).ok()).find(is_free).ok_or(Full)?;
        if &*text == NOTHING {
            codes.nothing.insert(need.glyph, code);
        } else {
            codes.texts.entry(text.clone()).or_default().push((need.glyph, code));
        }
        codes.others.insert(code, (need.glyph, text));
        Ok(())
    }

    /// The fonts in use, in the order of their names.
    pub(in crate::print) fn fonts(&self) -> impl Iterator<Item = FontId> {
        self.fonts.keys().copied()
    }

    /// What is used of a font that is in use.
    pub(super) fn of(&self, font: FontId) -> &FontCodes {
        &self.fonts[&font]
    }
}

impl FontCodes {
    fn other(&self, glyph: u16, text: &str) -> Option<u16> {
        if text == NOTHING {
            return self.nothing.get(&glyph).copied();
        }
        self.texts.get(text)?.iter().find(|(own, _)| *own == glyph).map(|&(_, code)| code)
    }

    /// Identifier, glyph and text of all that is used, by identifier.
    pub(super) fn all(&self, facts: &Facts) -> Vec<(u16, u16, String)> {
        let own = self.own.iter().map(|&glyph| (glyph, glyph, facts.ordinary(glyph).into_iter().collect()));
        let others = self.others.iter().map(|(&code, (glyph, text))| (code, *glyph, text.to_string()));
        let mut all: Vec<(u16, u16, String)> = own.chain(others).collect();
        all.sort_unstable();
        all
    }
}

/// FNV-1a: the same on every machine and in every version, which the standard library's hash is not.
fn hash(glyph: u16, text: &str) -> u32 {
    glyph
        .to_be_bytes()
        .into_iter()
        .chain(text.bytes())
        .fold(0x811C_9DC5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
