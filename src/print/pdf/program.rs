//! Font file → what a PDF says about the font (ISO 32000-1 §9.7, §9.8).

use std::sync::OnceLock;

use skrifa::prelude::{LocationRef, Size};
use skrifa::string::{LocalizedString, StringId};
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// Units of the em square of a PDF's fonts (§9.7.3).
pub(super) const EM: f32 = 1000.0;

/// A font file, read as far as a PDF needs it.
pub(in crate::print) struct Program {
    bytes: &'static [u8],
    font: FontRef<'static>,
    facts: OnceLock<Facts>,
}

/// Measures are in thousandths of an em.
pub(super) struct Facts {
    /// PostScript name, without the characters that a PDF name would have to escape.
    pub(super) name: String,
    /// By glyph.
    pub(super) widths: Vec<u16>,
    /// By glyph: the character that alone and unshaped gives the glyph.
    ordinary: Vec<Option<char>>,
    space: u16,
    end: u16,
    /// Left, bottom, right, top.
    pub(super) bounds: [f32; 4],
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) cap_height: f32,
    pub(super) italic_angle: f32,
    pub(super) weight: f32,
}

impl Program {
    /// Takes a font file; `None` when it is none.
    pub(in crate::print) fn new(bytes: &'static [u8]) -> Option<Self> {
        let font = FontRef::new(bytes).ok()?;
        Some(Self { bytes, font, facts: OnceLock::new() })
    }

    /// The file.
    pub(super) fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// What the file says; read when first asked for, because a page uses few of the fonts.
    pub(super) fn facts(&self) -> &Facts {
        self.facts.get_or_init(|| Facts::read(&self.font))
    }
}

impl Facts {
    /// Number of glyphs.
    pub(super) fn glyphs(&self) -> usize {
        self.widths.len()
    }

    /// Width of a glyph.
    pub(super) fn width(&self, glyph: u16) -> u16 {
        self.widths.get(usize::from(glyph)).copied().unwrap_or_default()
    }

    /// The glyph of a space.
    pub(super) fn space(&self) -> u16 {
        self.space
    }

    /// A glyph that shows nothing and takes no room; the space's where the font has none.
    pub(super) fn end(&self) -> u16 {
        self.end
    }

    /// Whether `text` is what a glyph stands for without any shaping.
    pub(super) fn is_ordinary(&self, glyph: u16, text: &str) -> bool {
        let mut chars = text.chars();
        let only = (chars.next(), chars.next());
        matches!((only, self.ordinary(glyph)), ((Some(found), None), Some(own)) if found == own)
    }

    /// The character that a glyph stands for without any shaping.
    pub(super) fn ordinary(&self, glyph: u16) -> Option<char> {
        self.ordinary.get(usize::from(glyph)).copied().flatten()
    }

    fn read(font: &FontRef<'static>) -> Self {
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        let advances = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let scale = EM / f32::from(metrics.units_per_em).max(1.0);
        let glyphs = metrics.glyph_count;
        let width = |glyph| (advances.advance_width(GlyphId::new(glyph)).unwrap_or_default() * scale).round() as u16;
        let glyph = |c: char| font.charmap().map(c).map(|glyph| glyph.to_u32() as u16);
        let bounds = metrics.bounds.unwrap_or_default();
        let name = font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first();
        let name: String = name.iter().flat_map(LocalizedString::chars).filter(|&c| is_plain(c)).collect();
        Self {
            name: if name.is_empty() { "Font".to_owned() } else { name },
            widths: (0..glyphs).map(width).collect(),
            ordinary: ordinary(font, glyphs as usize),
            space: glyph(' ').unwrap_or_default(),
            end: glyph('\u{200B}').or(glyph(' ')).unwrap_or_default(),
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|side| side * scale),
            ascent: metrics.ascent * scale,
            descent: metrics.descent * scale,
            cap_height: metrics.cap_height.unwrap_or(metrics.ascent) * scale,
            italic_angle: metrics.italic_angle,
            weight: font.attributes().weight.value(),
        }
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// The lowest character of each glyph that is one in its own right and not a shape of another.
fn ordinary(font: &FontRef<'static>, glyphs: usize) -> Vec<Option<char>> {
    let is_shape = |code: u32| matches!(code, 0xE000..=0xFAFF | 0xFB00..=0xFDFF | 0xFE00..=0xFEFF | 0xF0000..);
    let is_shown = |code: u32| code >= 0x20 && !matches!(code, 0x7F..=0x9F | 0xAD | 0x200B..=0x200F | 0x2028..=0x202E);
    let mut ordinary = vec![None; glyphs];
    let mut mappings: Vec<(u32, GlyphId)> = font.charmap().mappings().collect();
    mappings.sort_unstable_by_key(|&(code, _)| code);
    for (code, glyph) in mappings {
        let glyph = glyph.to_u32() as usize;
        if glyph == 0 || is_shape(code) || !is_shown(code) {
            continue;
        }
        if let Some(place @ None) = ordinary.get_mut(glyph) {
            *place = char::from_u32(code);
        }
    }
    ordinary
}
