//! Spans → lines that fit a box: shrink, then wrap, then refuse (UAX #14).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use unicode_bidi::BidiInfo;
use unicode_normalization::char::is_combining_mark;

use super::certificate::Direction;
use super::font::Fonts;
use super::text::{Item, Itemized, Run, Span, itemize, shape_item};

/// Millimetres in a typographic point.
pub const MM_PER_POINT: f32 = 25.4 / 72.0;

/// Each try is this much smaller than the one before.
const SHRINK_STEP: f32 = 0.96;

/// Share of the line height that lies above the baseline.
const ABOVE: f32 = 0.755;

/// Space kept between ink and the next line, in em.
const CLEARANCE: f32 = 0.03;

/// Lines that a box may be asked to hold; more text than that is refused before it costs time.
const LINES_AT_MOST: usize = 200;

/// Ways of wrapping one text that are kept.
const WRAPS_KEPT: usize = 12;

static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_dictionary(LineBreakOptions::default()));

/// A line: runs from left to right, measured in em of the paragraph.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Runs from left to right.
    pub runs: Vec<Run>,
    /// Sum of the runs' widths.
    pub width: f32,
    /// Ink above the baseline.
    pub above: f32,
    /// Ink below the baseline.
    pub below: f32,
}

/// A paragraph, shaped once.
#[derive(Debug)]
pub struct Paragraph<'a> {
    fonts: &'a Fonts,
    shaped: Arc<Shaped>,
}

/// Spans split and shaped: all that does not depend on the box, and what was lately asked for.
#[derive(Debug)]
pub(super) struct Shaped {
    spans: Vec<Span>,
    right_to_left: bool,
    itemized: Itemized,
    runs: Vec<Run>,
    width: f32,
    /// Where each cluster starts, in logical order, and the sum of the advances before it, in em.
    starts: Vec<(usize, f64)>,
    breaks: OnceLock<Vec<usize>>,
    widest_part: OnceLock<f32>,
    wraps: Mutex<Vec<(Wrapping, Option<Vec<Line>>)>>,
}

/// What decides where lines end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wrapping {
    /// In em.
    width: f32,
    /// Whether an identifier may end a line after any of its characters.
    anywhere: bool,
}

/// How a paragraph may be fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Wanted size in points.
    pub size: f32,
    /// Smallest size in points.
    pub smallest: f32,
    /// Line height in em.
    pub leading: f32,
}

impl Fit {
    /// The same size for all texts of a block: what is too long wraps and does not shrink on its own.
    #[must_use]
    pub fn wrapping_only(self) -> Self {
        Self { smallest: self.size, ..self }
    }
}

/// A paragraph that fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// Size in points.
    pub size: f32,
    /// Lines from top to bottom.
    pub lines: Vec<Line>,
    /// For each line, the distance of its baseline from the top, in mm.
    pub baselines: Vec<f32>,
    /// Height of all lines, in mm.
    pub height: f32,
}

impl<'a> Paragraph<'a> {
    /// Splits and shapes the spans; `right_to_left` is the direction of the page.
    pub fn new(fonts: &'a Fonts, spans: Vec<Span>, right_to_left: bool) -> Self {
        let is = |shaped: &Shaped, spans: &Vec<Span>| shaped.right_to_left == right_to_left && shaped.spans == *spans;
        let cost = |shaped: &Shaped| shaped.starts.len() + shaped.spans.len();
        let make = |spans| Shaped::new(fonts, spans, right_to_left);
        let shaped = fonts.shaped().get(hash(&spans, right_to_left), spans, is, cost, make);
        Self { fonts, shaped }
    }

    /// Characters that no font has a glyph for.
    pub fn missing(&self) -> &[char] {
        &self.shaped.itemized.missing
    }

    /// The spans that it is made of.
    pub fn spans(&self) -> &[Span] {
        &self.shaped.spans
    }

    /// Width of the whole text on one line, in em.
    pub fn width(&self) -> f32 {
        self.shaped.width
    }

    /// Width of the widest part that cannot be broken, in em.
    pub fn widest_part(&self) -> f32 {
        *self.shaped.widest_part.get_or_init(|| self.widest_between(self.breaks()))
    }

    fn widest_between(&self, breaks: &[usize]) -> f32 {
        let mut last = 0;
        let mut widest = 0.0_f32;
        for &end in breaks {
            widest = widest.max(self.width_between(last, self.trimmed(last, end)));
            last = end;
        }
        widest
    }

    /// The whole text as one line.
    pub fn line(&self) -> Line {
        let Shaped { itemized, runs, .. } = &*self.shaped;
        self.order(itemized.items.iter().zip(runs.iter().cloned()))
    }

    /// The text in lines of at most `width` em; `None` when a part cannot be broken enough.
    pub fn wrap(&self, width: f32) -> Option<Vec<Line>> {
        self.wrapped(Wrapping { width, anywhere: false })
    }

    fn wrapped(&self, how: Wrapping) -> Option<Vec<Line>> {
        if self.width() <= how.width {
            return Some(vec![self.line()]);
        }
        let kept = || self.shaped.wraps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, lines)) = kept().iter().find(|(of, _)| *of == how) {
            return lines.clone();
        }
        let lines = self.break_lines(how);
        let mut kept = kept();
        if kept.len() < WRAPS_KEPT {
            kept.push((how, lines.clone()));
        }
        lines
    }

    fn break_lines(&self, Wrapping { width, anywhere }: Wrapping) -> Option<Vec<Line>> {
        let more;
        let breaks = if anywhere {
            more = self.breaks_anywhere();
            &more[..]
        } else if self.widest_part() > width {
            return None;
        } else {
            self.breaks()
        };
        let mut lines = Vec::new();
        let mut start = 0;
        let mut next = 0;
        while next < breaks.len() {
            if lines.len() == LINES_AT_MOST {
                return None;
            }
            let fits = |&end: &usize| self.width_between(start, self.trimmed(start, end)) <= width;
            let mut taken = next + breaks[next..].partition_point(fits);
            // Shaping anew at the break can change widths a little; then one part fewer goes on the line.
            let line = loop {
                if taken == next {
                    return None;
                }
                let line = self.part(start..self.trimmed(start, breaks[taken - 1]));
                if line.width <= width {
                    break line;
                }
                taken -= 1;
            };
            lines.push(line);
            start = breaks[taken - 1];
            next = taken;
        }
        Some(lines)
    }

    /// Shrinks onto one line, then wraps, then gives up.
    pub fn fit(&self, fit: Fit, width: f32, height: f32, most_lines: usize) -> Option<Fitted> {
        let single = self.width();
        for size in sizes(fit) {
            if single * size * MM_PER_POINT <= width {
                return Some(stack(vec![self.line()], size, fit.leading)).filter(|fitted| fitted.height <= height);
            }
        }
        if most_lines < 2 {
            return None;
        }
        let wrapped = |anywhere| {
            sizes(fit).find_map(|size| {
                let width = width / (size * MM_PER_POINT);
                // Spaces at the ends of lines take no room; beyond that, too much text is too much.
                if single > (width + 1.0) * most_lines as f32 {
                    return None;
                }
                let lines = self.wrapped(Wrapping { width, anywhere })?;
                let fitted = stack(lines, size, fit.leading);
                (fitted.lines.len() <= most_lines && fitted.height <= height).then_some(fitted)
            })
        };
        wrapped(false).or_else(|| if self.has_identifiers() { wrapped(true) } else { None })
    }

    fn trimmed(&self, start: usize, end: usize) -> usize {
        let line = &self.shaped.itemized.text[start..end];
        start + line.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{2069}').len()
    }

    /// Where a line may end (UAX #14, and dictionaries for scripts without spaces).
    fn breaks(&self) -> &[usize] {
        self.shaped.breaks.get_or_init(|| {
            let text = &self.shaped.itemized.text;
            SEGMENTER.segment_str(text).filter(|&place| place > 0 && is_between_clusters(text, place)).collect()
        })
    }

    fn has_identifiers(&self) -> bool {
        self.shaped.spans.iter().any(|span| span.direction == Direction::LeftToRight)
    }

    /// [`Self::breaks`], and between any two characters of numbers, identifiers and addresses.
    fn breaks_anywhere(&self) -> Vec<usize> {
        let Shaped { itemized, spans, .. } = &*self.shaped;
        let mut breaks = self.breaks().to_vec();
        for item in itemized.items.iter().filter(|item| spans[item.span].direction == Direction::LeftToRight) {
            let text = &itemized.text[item.range.clone()];
            let places = text.char_indices().skip(1).map(|(place, _)| item.range.start + place);
            breaks.extend(places.filter(|&place| is_between_clusters(&itemized.text, place)));
        }
        breaks.sort_unstable();
        breaks.dedup();
        breaks
    }

    fn width_between(&self, start: usize, end: usize) -> f32 {
        let starts = &self.shaped.starts;
        let sum = |place| {
            let index = starts.partition_point(|&(start, _)| start < place);
            starts.get(index).map_or(f64::from(self.shaped.width), |&(_, sum)| sum)
        };
        (sum(end) - sum(start)) as f32
    }

    fn part(&self, range: Range<usize>) -> Line {
        let Shaped { spans, itemized, runs: whole, .. } = &*self.shaped;
        let mut runs = Vec::new();
        for (item, shaped) in itemized.items.iter().zip(whole) {
            let part = item.range.start.max(range.start)..item.range.end.min(range.end);
            if part.is_empty() {
                continue;
            }
            let run =
                if part == item.range { shaped.clone() } else { shape_item(self.fonts, spans, itemized, item, part) };
            runs.push((item, run));
        }
        self.order(runs.into_iter())
    }

    /// Runs in logical order → visual order (UAX #9, rule L2).
    fn order<'r>(&self, logical: impl Iterator<Item = (&'r Item, Run)>) -> Line {
        let mut levels = Vec::new();
        let mut runs: Vec<Option<Run>> = Vec::new();
        let mut span = None;
        for (item, mut run) in logical {
            if span.replace(item.span).is_some_and(|before| before != item.span) {
                // The isolates between two spans have no glyphs, but keep the spans apart in the order.
                levels.push(self.shaped.itemized.base);
                runs.push(None);
            }
            levels.push(item.level);
            run.place = runs.len();
            runs.push(Some(run));
        }
        let order = BidiInfo::reorder_visual(&levels);
        let runs: Vec<Run> = order.into_iter().filter_map(|place| runs.get_mut(place)?.take()).collect();
        let widest = |measure: fn(&Run) -> f32| runs.iter().map(measure).fold(0.0, f32::max);
        Line {
            width: runs.iter().map(|run| run.width).sum(),
            above: widest(|run| run.above),
            below: widest(|run| run.below),
            runs,
        }
    }
}

impl Shaped {
    fn new(fonts: &Fonts, spans: Vec<Span>, right_to_left: bool) -> Self {
        let itemized = itemize(fonts, &spans, right_to_left);
        let shape = |item| shape_item(fonts, &spans, &itemized, item, Range::clone(&item.range));
        let runs: Vec<Run> = itemized.items.iter().map(shape).collect();
        let mut advances: Vec<(usize, f32)> = Vec::new();
        for (item, run) in itemized.items.iter().zip(&runs) {
            let place = |start| item.range.start + start;
            advances.extend(run.glyphs.iter().map(|g| (place(g.range.start), g.advance * run.face.scale)));
        }
        advances.sort_by_key(|&(start, _)| start);
        let mut sum = 0.0;
        let mut starts: Vec<(usize, f64)> = Vec::with_capacity(advances.len());
        for (start, advance) in advances {
            if starts.last().is_none_or(|&(last, _)| last != start) {
                starts.push((start, sum));
            }
            sum += f64::from(advance);
        }
        Self {
            width: runs.iter().map(|run| run.width).sum(),
            spans,
            right_to_left,
            itemized,
            runs,
            starts,
            breaks: OnceLock::new(),
            widest_part: OnceLock::new(),
            wraps: Mutex::default(),
        }
    }
}

fn hash(spans: &[Span], right_to_left: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    right_to_left.hash(&mut hasher);
    for Span { text, face, direction, language } in spans {
        (text, direction, language, face.family, face.weight, face.colour).hash(&mut hasher);
        (face.tracking.to_bits(), face.scale.to_bits()).hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether a place of a text lies between two clusters: not before a mark or a joiner, and not after a sign that stacks the
/// next consonant (Burmese U+1039, Khmer U+17D2).
fn is_between_clusters(text: &str, place: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..place), text.get(place..)) else { return false };
    let stacks = before.ends_with(['\u{1039}', '\u{17D2}', '\u{200D}']);
    !stacks && !after.starts_with(|c: char| is_combining_mark(c) || matches!(c, '\u{200C}' | '\u{200D}'))
}

/// Sizes to try, from the wanted one down to the smallest.
pub fn sizes(fit: Fit) -> impl Iterator<Item = f32> {
    let smallest = fit.smallest.min(fit.size);
    let mut next = Some(fit.size);
    std::iter::from_fn(move || {
        let size = next?;
        next = (size > smallest).then(|| (size * SHRINK_STEP).max(smallest));
        Some(size)
    })
}

/// Puts lines under each other: as far apart as the leading says, further where their ink asks for it.
pub fn stack(lines: Vec<Line>, size: f32, leading: f32) -> Fitted {
    let em = size * MM_PER_POINT;
    let mut height = 0.0;
    let baselines = lines
        .iter()
        .map(|line| {
            let above = (leading * ABOVE).max(line.above + CLEARANCE) * em;
            let below = (leading * (1.0 - ABOVE)).max(line.below + CLEARANCE) * em;
            let baseline = height + above;
            height = baseline + below;
            baseline
        })
        .collect();
    Fitted { size, lines, baselines, height }
}

#[cfg(test)]
mod tests;
