//! Spans → lines that fit a box: shrink, then wrap, then refuse (UAX #14).

use std::ops::Range;

use icu_segmenter::LineSegmenter;
use icu_segmenter::options::LineBreakOptions;
use unicode_bidi::BidiInfo;

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
    spans: Vec<Span>,
    itemized: Itemized,
    shaped: Vec<Run>,
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
        let itemized = itemize(fonts, &spans, right_to_left);
        let shape = |item| shape_item(fonts, &spans, &itemized, item, Range::clone(&item.range));
        let shaped = itemized.items.iter().map(shape).collect();
        Self { fonts, spans, itemized, shaped }
    }

    /// Characters that no font has a glyph for.
    pub fn missing(&self) -> &[char] {
        &self.itemized.missing
    }

    /// Width of the whole text on one line, in em.
    pub fn width(&self) -> f32 {
        self.shaped.iter().map(|run| run.width).sum()
    }

    /// Width of the widest part that cannot be broken, in em.
    pub fn widest_part(&self) -> f32 {
        let advances = self.advances();
        let mut last = 0;
        let mut widest = 0.0_f32;
        for end in self.breaks() {
            let shown = last + self.itemized.text[last..end].trim_end().len();
            widest = widest.max(width_between(&advances, last, shown));
            last = end;
        }
        widest
    }

    /// The whole text as one line.
    pub fn line(&self) -> Line {
        self.order(self.itemized.items.iter().zip(self.shaped.iter().cloned()))
    }

    /// The text in lines of at most `width` em; `None` when a part cannot be broken enough.
    pub fn wrap(&self, width: f32) -> Option<Vec<Line>> {
        if self.width() <= width {
            return Some(vec![self.line()]);
        }
        let advances = self.advances();
        let breaks = self.breaks();
        let mut lines = Vec::new();
        let mut start = 0;
        let mut next = 0;
        while next < breaks.len() {
            if lines.len() == LINES_AT_MOST {
                return None;
            }
            let mut taken = next;
            while taken < breaks.len() && width_between(&advances, start, self.trimmed(start, breaks[taken])) <= width {
                taken += 1;
            }
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
        sizes(fit).find_map(|size| {
            let lines = self.wrap(width / (size * MM_PER_POINT))?;
            let fitted = stack(lines, size, fit.leading);
            (fitted.lines.len() <= most_lines && fitted.height <= height).then_some(fitted)
        })
    }

    fn trimmed(&self, start: usize, end: usize) -> usize {
        let line = &self.itemized.text[start..end];
        start + line.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{2069}').len()
    }

    fn breaks(&self) -> Vec<usize> {
        let segmenter = LineSegmenter::new_dictionary(LineBreakOptions::default());
        segmenter.segment_str(&self.itemized.text).filter(|&place| place > 0).collect()
    }

    /// Start and advance of every cluster, in logical order.
    fn advances(&self) -> Vec<(usize, f32)> {
        let mut advances: Vec<(usize, f32)> = Vec::new();
        for (item, run) in self.itemized.items.iter().zip(&self.shaped) {
            let place = |start| item.range.start + start;
            advances.extend(run.glyphs.iter().map(|g| (place(g.range.start), g.advance * run.face.scale)));
        }
        advances.sort_by_key(|&(start, _)| start);
        advances
    }

    fn part(&self, range: Range<usize>) -> Line {
        let mut runs = Vec::new();
        for (item, shaped) in self.itemized.items.iter().zip(&self.shaped) {
            let part = item.range.start.max(range.start)..item.range.end.min(range.end);
            if part.is_empty() {
                continue;
            }
            let run = if part == item.range {
                shaped.clone()
            } else {
                shape_item(self.fonts, &self.spans, &self.itemized, item, part)
            };
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
                levels.push(self.itemized.base);
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

fn width_between(advances: &[(usize, f32)], start: usize, end: usize) -> f32 {
    let from = advances.partition_point(|&(place, _)| place < start);
    let to = advances.partition_point(|&(place, _)| place < end);
    advances.get(from..to).unwrap_or_default().iter().map(|&(_, advance)| advance).sum()
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
mod tests {
    use super::*;
    use crate::print::certificate::Direction;
    use crate::print::text::Face;
    use proptest::prelude::*;

    const FIT: Fit = Fit { size: 12.0, smallest: 8.0, leading: 1.3 };

    fn paragraph<'a>(fonts: &'a Fonts, texts: &[&str], right_to_left: bool) -> Paragraph<'a> {
        let span = |text: &&str| Span {
            text: (*text).to_owned(),
            face: Face { scale: 1.0, ..Face::default() },
            direction: Direction::Auto,
            language: None,
        };
        Paragraph::new(fonts, texts.iter().map(span).collect(), right_to_left)
    }

    fn visual(line: &Line) -> Vec<&str> {
        line.runs.iter().map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn a_text_shrinks_before_it_wraps_and_wraps_before_it_is_refused() {
        let fonts = Fonts::embedded().unwrap();
        let text = paragraph(&fonts, &["Abdulrahman Mohammad Al-Ahmad"], false);
        let whole = text.width() * 12.0 * MM_PER_POINT;
        let fit = |share: f32, height: f32| text.fit(FIT, whole * share, height, 4);
        let fitted = fit(1.01, 99.0).unwrap();
        assert!(fitted.size > 11.9 && fitted.lines.len() == 1);
        let fitted = fit(0.8, 99.0).unwrap();
        assert!(fitted.size < 12.0 && fitted.lines.len() == 1);
        let fitted = fit(0.6, 99.0).unwrap();
        assert!(fitted.size > 11.0 && fitted.lines.len() > 1);
        assert_eq!(fit(0.6, 4.0), None);
        assert_eq!(fit(0.05, 99.0), None);
    }

    #[test]
    fn spans_of_one_direction_keep_their_order_on_a_page_of_the_other() {
        let fonts = Fonts::embedded().unwrap();
        let line = paragraph(&fonts, &["رقم", "Number", "12"], true).line();
        assert_eq!(visual(&line), ["12", "Number", "رقم"]);
        let line = paragraph(&fonts, &["Number", "رقم", "عدد"], false).line();
        assert_eq!(visual(&line), ["Number", "رقم", "عدد"]);
    }

    #[test]
    fn burmese_breaks_between_words_though_it_has_no_spaces() {
        let fonts = Fonts::embedded().unwrap();
        let text = paragraph(&fonts, &["ဤစာရွက်ကိုစစ်ဆေးရန်စကင်ဖတ်ပါအမည်နှင့်ဓာတ်ပုံကိုနှိုင်းယှဉ်ပါ"], false);
        assert!(text.wrap(text.width() / 2.0).unwrap().len() > 1);
    }

    #[test]
    fn ink_that_is_taller_than_the_leading_moves_lines_apart() {
        let fonts = Fonts::embedded().unwrap();
        let height = |text: &str| stack(vec![paragraph(&fonts, &[text], false).line()], 10.0, 1.0).height;
        assert!(height("မြွှေို") > height("Abc"));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked_and_no_word_is_lost(
            words in prop::collection::vec("[a-zA-Zء-ي]{1,12}", 1..20),
            width in 4.0f32..40.0,
        ) {
            let fonts = Fonts::embedded().unwrap();
            let text = words.join(" ");
            let paragraph = paragraph(&fonts, &[&text], false);
            if let Some(lines) = paragraph.wrap(width) {
                let mut wanted: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
                let mut found: Vec<char> =
                    lines.iter().flat_map(|line| line.runs.iter().flat_map(|run| run.text.chars())).filter(|c| *c != ' ').collect();
                wanted.sort_unstable();
                found.sort_unstable();
                prop_assert_eq!(wanted, found);
                for line in &lines {
                    prop_assert!(line.width <= width);
                }
            } else {
                prop_assert!(paragraph.widest_part() > width * 0.9);
            }
        }
    }
}
