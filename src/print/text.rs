//! Spans of text → shaped runs, in visual order.
//!
//! Directions by UAX #9 with every value isolated, scripts by UAX #24, a font for each cluster from the stack of its script,
//! shaping by harfrust. All measures here are in em: the size comes later, so that a text is shaped once however often its
//! size changes while it is being fitted.

use std::ops::Range;
use std::sync::Arc;

use harfrust::{Buffer, GlyphId, ShapeOptions, ShaperFont, shape};
use unicode_bidi::{BidiInfo, Level};
use unicode_script::{Script, UnicodeScript};

use super::certificate::Direction;
use super::font::{Family, FontId, Fonts, Look, Weight, features, shaping_script};

/// How a span looks, apart from its size in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Face {
    /// With or without serifs.
    pub family: Family,
    /// Stroke weight.
    pub weight: Weight,
    /// Red, green, blue.
    pub colour: [u8; 3],
    /// Extra space after every letter, in em; scripts whose letters join or stack get none.
    pub tracking: f32,
    /// Size relative to the paragraph's.
    pub scale: f32,
}

/// A piece of text with one look. Each span is isolated from its neighbours (UAX #9 §2.5).
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Its look.
    pub face: Face,
    /// Its direction.
    pub direction: Direction,
    /// Its BCP 47 language.
    pub language: Option<Arc<str>>,
}

/// A glyph, measured in em of its run.
#[derive(Clone, Debug, PartialEq)]
pub struct Glyph {
    /// Number in the font.
    pub id: u32,
    /// Bytes of the run's text that this glyph, with those of the same range, stands for.
    pub range: Range<usize>,
    /// Advance.
    pub advance: f32,
    /// Shift right.
    pub dx: f32,
    /// Shift up.
    pub dy: f32,
}

/// Glyphs of one font and direction, left to right as they are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The font.
    pub font: FontId,
    /// Look of the span.
    pub face: Face,
    /// The text that the run stands for.
    pub text: String,
    /// Its BCP 47 language, where it is known.
    pub language: Option<Arc<str>>,
    /// Place in its line in the order of reading, from 0.
    pub place: usize,
    /// Glyphs from left to right.
    pub glyphs: Vec<Glyph>,
    /// Width in em of the paragraph (the span's scale included).
    pub width: f32,
    /// Ink above the baseline, in em of the paragraph.
    pub above: f32,
    /// Ink below the baseline, in em of the paragraph.
    pub below: f32,
}

/// A stretch of text of one level, script, font and span.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) range: Range<usize>,
    pub(super) level: Level,
    script: Script,
    font: FontId,
    pub(super) span: usize,
}

/// A text split into items; see [`itemize`].
#[derive(Clone, Debug)]
pub(super) struct Itemized {
    /// The spans' texts one after the other, with isolates around them.
    pub(super) text: String,
    pub(super) items: Vec<Item>,
    /// Level of the paragraph.
    pub(super) base: Level,
    /// Characters that no font has a glyph for.
    pub(super) missing: Vec<char>,
}

/// Whether a character only steers the layout and has no glyph of its own.
fn is_steering(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a font need not cover a character: the shaper hides it.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{200B}'..='\u{200D}' | '\u{2060}')
}

/// Whether letters of a script may be moved apart without breaking words.
fn may_be_tracked(script: Script) -> bool {
    matches!(script, Script::Latin | Script::Cyrillic | Script::Greek | Script::Ethiopic | Script::Han | Script::Common)
}

/// Splits spans by direction, script and font; `right_to_left` is the direction of what stands around them.
pub(super) fn itemize(fonts: &Fonts, spans: &[Span], right_to_left: bool) -> Itemized {
    let (text, places) = isolate(spans);
    let base = if right_to_left { Level::rtl() } else { Level::ltr() };
    let bidi = BidiInfo::new(&text, Some(base));
    let mut items: Vec<Item> = Vec::new();
    let mut missing = Vec::new();
    for (span, place) in places.iter().enumerate() {
        let mut stacks: Stacks = Vec::new();
        let scripts = scripts(&text[place.clone()]);
        let mut at = place.start;
        for (cluster, script) in clusters(&text[place.clone()], &scripts) {
            let range = at..at + cluster.len();
            at = range.end;
            if cluster.chars().all(is_steering) {
                continue;
            }
            let font = choose(fonts, &mut stacks, cluster, script, &spans[span], &mut missing);
            let level = bidi.levels[range.start];
            match items.last_mut() {
                Some(last)
                    if last.range.end == range.start
                        && (last.level, last.script, last.font, last.span) == (level, script, font, span) =>
                {
                    last.range.end = range.end;
                }
                _ => items.push(Item { range, level, script, font, span }),
            }
        }
    }
    Itemized { text, items, base, missing }
}

/// Puts isolates around every span and says where each span's own text lies.
fn isolate(spans: &[Span]) -> (String, Vec<Range<usize>>) {
    const FIRST_STRONG: char = '\u{2068}';
    const LEFT_TO_RIGHT: char = '\u{2066}';
    const END: char = '\u{2069}';
    let mut text = String::new();
    let places = spans
        .iter()
        .map(|span| {
            text.push(match span.direction {
                Direction::Auto => FIRST_STRONG,
                Direction::LeftToRight => LEFT_TO_RIGHT,
            });
            let start = text.len();
            text.push_str(&span.text);
            let end = text.len();
            text.push(END);
            start..end
        })
        .collect();
    (text, places)
}

/// The script of every character; common and inherited ones take their neighbour's (UAX #24 §5.1).
fn scripts(text: &str) -> Vec<Script> {
    let is_real = |script: &Script| !matches!(script, Script::Common | Script::Inherited | Script::Unknown);
    let mut scripts: Vec<Script> = text.chars().map(|c| c.script()).collect();
    let mut current = scripts.iter().copied().find(is_real).unwrap_or(Script::Latin);
    for (script, c) in scripts.iter_mut().zip(text.chars()) {
        if is_real(script) {
            current = *script;
        } else if !c.is_ascii_digit() {
            *script = current;
        } else if current != Script::Latin && !matches!(current, Script::Cyrillic | Script::Greek) {
            // European digits look alike everywhere on a page when one font sets them all.
            *script = Script::Latin;
        } else {
            *script = current;
        }
    }
    // A dot between two languages stands with its spaces in the one font that both have beside them.
    let chars: Vec<char> = text.chars().collect();
    for place in 1..chars.len().saturating_sub(1) {
        if chars[place - 1..=place + 1] == [' ', '·', ' '] {
            scripts[place - 1..=place + 1].fill(Script::Latin);
        }
    }
    scripts
}

/// Base characters with the marks and joiners after them, and their script.
fn clusters<'a>(text: &'a str, scripts: &'a [Script]) -> impl Iterator<Item = (&'a str, Script)> {
    let mut rest = text;
    let mut place = 0;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, first) = chars.next()?;
        let script = *scripts.get(place)?;
        place += 1;
        let mut end = first.len_utf8();
        for (start, c) in chars {
            let joins = !is_steering(c)
                && !is_steering(first)
                && (c.script() == Script::Inherited || matches!(c, '\u{200C}' | '\u{200D}'));
            if !joins {
                break;
            }
            place += 1;
            end = start + c.len_utf8();
        }
        let (cluster, after) = rest.split_at(end);
        rest = after;
        Some((cluster, script))
    })
}

/// The fonts to ask, by script, of one span.
type Stacks = Vec<(Script, Arc<[FontId]>)>;

fn choose(
    fonts: &Fonts,
    stacks: &mut Stacks,
    cluster: &str,
    script: Script,
    span: &Span,
    missing: &mut Vec<char>,
) -> FontId {
    let index = stacks.iter().position(|(known, _)| *known == script).unwrap_or_else(|| {
        let stack = fonts.stack(script, span.language.as_deref(), span.face.family, span.face.weight);
        stacks.push((script, stack));
        stacks.len() - 1
    });
    let stack = &stacks[index].1;
    let base = cluster.chars().next().unwrap_or(' ');
    let covers = |font: FontId, c: char| match c {
        // A selector that the font does not know would be ignored without a word.
        '\u{FE00}'..='\u{FE0F}' => fonts.get(font).covers_variant(base, c),
        _ => is_hidden(c) || is_steering(c) || fonts.get(font).covers(c),
    };
    if let Some(font) = stack.iter().copied().find(|&font| cluster.chars().all(|c| covers(font, c))) {
        return font;
    }
    for c in cluster.chars() {
        if !missing.contains(&c) && !stack.iter().any(|&font| covers(font, c)) {
            missing.push(c);
        }
    }
    stack.iter().copied().find(|&font| covers(font, base)).unwrap_or(stack[0])
}

/// Shapes a part of an item.
pub(super) fn shape_item(fonts: &Fonts, spans: &[Span], itemized: &Itemized, item: &Item, part: Range<usize>) -> Run {
    let span = &spans[item.span];
    let text = itemized.text[part].to_owned();
    let font = fonts.get(item.font);
    let tracking = if may_be_tracked(item.script) { span.face.tracking } else { 0.0 };
    let look = Look { right_to_left: item.level.is_rtl(), tracked: tracking > 0.0 };
    let plan = font.plan(look, item.script, span.language.as_ref());
    let mut buffer = Buffer::new();
    buffer.push_str(&text);
    buffer.set_direction(plan.direction());
    buffer.set_script(shaping_script(item.script));
    buffer.set_language(plan.language().cloned());
    let shaper = ShaperFont::new(font.shaping());
    let options = ShapeOptions::new().plan(Some(&plan)).features(features(look));
    let shaped = shape(&shaper, &mut buffer, options);
    debug_assert!(shaped.is_ok(), "plan and buffer agree");
    let em = font.units_per_em();
    let mut run = Run {
        font: item.font,
        face: span.face,
        glyphs: Vec::with_capacity(buffer.len()),
        text,
        language: span.language.clone(),
        place: 0,
        width: 0.0,
        above: 0.0,
        below: 0.0,
    };
    let ends = cluster_ends(&buffer, run.text.len());
    for ((info, position), end) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()).zip(ends) {
        if let Some(ink) = shaper.glyph_extents(GlyphId::new(info.glyph_id)) {
            let top = ink.y_bearing + position.y_offset;
            run.above = run.above.max(top as f32 / em);
            run.below = run.below.max(-(top + ink.height) as f32 / em);
        }
        let advance = position.x_advance as f32 / em + if position.x_advance > 0 { tracking } else { 0.0 };
        run.width += advance;
        run.glyphs.push(Glyph {
            id: info.glyph_id,
            range: info.cluster as usize..end,
            advance,
            dx: position.x_offset as f32 / em,
            dy: position.y_offset as f32 / em,
        });
    }
    // Scripts that look small beside Latin at one size are set larger.
    run.face.scale *= font.scale();
    run.width *= run.face.scale;
    run.above *= run.face.scale;
    run.below *= run.face.scale;
    run
}

/// For each glyph, where the text of its cluster ends: at the start of the next cluster in logical order.
fn cluster_ends(buffer: &Buffer, len: usize) -> Vec<usize> {
    let mut starts: Vec<usize> = buffer.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    let own = starts.clone();
    starts.sort_unstable();
    starts.dedup();
    own.into_iter()
        .map(|start| match starts.binary_search(&start) {
            Ok(place) => starts.get(place + 1).copied().unwrap_or(len),
            Err(_) => len,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, direction: Direction) -> Span {
        let face = Face { scale: 1.0, ..Face::default() };
        Span { text: text.to_owned(), face, direction, language: None }
    }

    #[test]
    fn a_date_keeps_its_order_between_arabic_words() {
        let fonts = Fonts::embedded().unwrap();
        let spans = [span("صدر", Direction::Auto), span("2024-05-01", Direction::LeftToRight)];
        let itemized = itemize(&fonts, &spans, true);
        let date: Vec<_> = itemized.items.iter().filter(|item| item.span == 1).collect();
        assert_eq!(date.len(), 1, "the date is one piece, in one direction");
        assert!(date[0].level.is_ltr());
    }

    #[test]
    fn digits_beside_arabic_letters_are_set_in_the_same_font_as_everywhere() {
        let fonts = Fonts::embedded().unwrap();
        let mixed = itemize(&fonts, &[span("رقم 12", Direction::Auto)], true);
        let alone = itemize(&fonts, &[span("12", Direction::LeftToRight)], true);
        assert_eq!(mixed.items.last().map(|item| item.font), alone.items.last().map(|item| item.font));
    }

    #[test]
    fn a_mark_stays_in_the_font_of_its_letter() {
        let fonts = Fonts::embedded().unwrap();
        let itemized = itemize(&fonts, &[span("e\u{301}e\u{301}", Direction::Auto)], false);
        assert_eq!(itemized.items.len(), 1);
        assert!(itemized.missing.is_empty());
    }

    #[test]
    fn an_uncovered_letter_is_reported_once() {
        let fonts = Fonts::embedded().unwrap();
        let itemized = itemize(&fonts, &[span("A\u{13000}\u{13000}", Direction::Auto)], false);
        assert_eq!(itemized.missing, ['\u{13000}']);
    }

    #[test]
    fn the_clusters_of_a_run_cover_its_text_without_holes() {
        let fonts = Fonts::embedded().unwrap();
        for text in ["نجیب\u{200C}الله", "ကိုကိုအောင်", "ዳዊት ወልዴ", "সিরাজুল ইসলাম", "சிவகுமார்", "Ґалаґан"]
        {
            let spans = [span(text, Direction::Auto)];
            let itemized = itemize(&fonts, &spans, false);
            for item in &itemized.items {
                let run = shape_item(&fonts, &spans, &itemized, item, item.range.clone());
                let mut ranges: Vec<_> = run.glyphs.iter().map(|glyph| (glyph.range.start, glyph.range.end)).collect();
                ranges.sort_unstable();
                ranges.dedup();
                assert_eq!(ranges.first().map(|range| range.0), Some(0), "{text}");
                assert!(ranges.windows(2).all(|pair| pair[0].1 == pair[1].0), "{text}");
                assert_eq!(ranges.last().map(|range| range.1), Some(run.text.len()), "{text}");
            }
        }
    }
}
