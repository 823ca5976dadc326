//! Fonts as far as they are used: subset, widths, and the way back from glyph to text (ISO 32000-1 §9.7, §9.10.3).

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Rect, Ref, Str};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use super::codes::FontCodes;
use super::objects::Pieces;
use super::program::Program;

/// Objects that a font takes.
pub(in crate::print) const OBJECTS_A_FONT: usize = 6;

const ADOBE_IDENTITY: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes a font as [`OBJECTS_A_FONT`] objects numbered from `first`, which is the font itself.
pub(in crate::print) fn write(program: &Program, codes: &FontCodes, first: Ref) -> Result<Pieces, subsetter::Error> {
    let [font, descendant, descriptor, to_unicode, to_glyph, file] =
        [0, 1, 2, 3, 4, 5].map(|place| Ref::new(first.get() + place));
    let facts = program.facts();
    let all = codes.all(facts);
    let mut glyphs: Vec<u16> = all.iter().map(|&(_, glyph, _)| glyph).collect();
    glyphs.sort_unstable();
    let mapper = GlyphRemapper::new_from_glyphs_sorted(&glyphs);
    let subset = subsetter::subset(program.bytes(), 0, &mapper)?;
    let name = format!("{}+{}", tag(&subset, &all), facts.name);
    let name = Name(name.as_bytes());
    let mut pieces = Pieces::new();

    pieces
        .small(font)
        .type0_font(font)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(to_unicode);

    let mut cid_font = pieces.small(descendant).cid_font(descendant);
    cid_font.subtype(CidFontType::Type2).base_font(name).system_info(ADOBE_IDENTITY).font_descriptor(descriptor);
    cid_font.default_width(0.0).cid_to_gid_map_stream(to_glyph);
    let mut widths = cid_font.widths();
    for run in all.chunk_by(|(code, ..), (next, ..)| code + 1 == *next) {
        widths.consecutive(run[0].0, run.iter().map(|&(_, glyph, _)| f32::from(facts.width(glyph))));
    }
    widths.finish();
    cid_font.finish();

    let [left, bottom, right, top] = facts.bounds;
    let mut flags = FontFlags::SYMBOLIC;
    flags.set(FontFlags::SERIF, facts.name.contains("Serif"));
    flags.set(FontFlags::ITALIC, facts.italic_angle != 0.0);
    pieces
        .small(descriptor)
        .font_descriptor(descriptor)
        .name(name)
        .flags(flags)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(facts.italic_angle)
        .ascent(facts.ascent)
        .descent(facts.descent)
        .cap_height(facts.cap_height)
        // No font file says how thick its stems are; this is what its weight usually means (50 to 220).
        .stem_v(10.0 + 0.244 * (facts.weight - 50.0))
        .font_file2(file);

    let mut map = UnicodeCmap::new(Name(b"Custom"), ADOBE_IDENTITY);
    for (code, _, text) in &all {
        map.pair_with_multiple(*code, text.chars());
    }
    pieces.stream(to_unicode, &map.finish(), |_| ());

    let last = all.last().map_or(0, |&(code, ..)| usize::from(code));
    let mut table = vec![0u8; (last + 1) * 2];
    for &(code, glyph, _) in &all {
        let new = mapper.get(glyph).unwrap_or_default();
        table[usize::from(code) * 2..][..2].copy_from_slice(&new.to_be_bytes());
    }
    pieces.stream(to_glyph, &table, |_| ());
    let packed = super::flate::deflate(&subset);
    let mut stream = pieces.whole(file).stream(file, &packed);
    stream.filter(Filter::FlateDecode).pair(Name(b"Length1"), subset.len() as i32);
    stream.finish();
    Ok(pieces)
}

/// Six letters that tell subsets of one font apart (§9.6.4), the same for the same subset.
fn tag(subset: &[u8], all: &[(u16, u16, String)]) -> String {
    let mut digest = Sha256::new();
    digest.update(subset);
    for (code, glyph, text) in all {
        digest.update(code.to_be_bytes());
        digest.update(glyph.to_be_bytes());
        digest.update(text);
    }
    digest.finalize().iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}
