//! Lines of letters too small for a copier: words → strokes that lie in the ground of a page.
//!
//! The letters are engraved, one stroke wide, in an alphabet of our own: they are vectors and no text, so nobody copies them out
//! of the file by accident, and one phrase painted again and again takes a few hundred bytes for all pages together.

use std::sync::Arc;

use super::background::{Background, Segment, VectorPath};
use super::layout::{Area, Layout, Show, Side};

/// What stands where there is nothing better.
const PHRASE: &str = "SIGNED PAPER-SCAN TO CHECK";
/// Most letters of a phrase.
const LETTERS_AT_MOST: usize = 48;
/// Width of a stroke, in heights of a letter.
const STROKE: f32 = 0.12;
/// Units that a letter is wide, that it is high, and from one letter to the next.
const UNITS: [f32; 3] = [4.0, 6.0, 5.6];

/// The alphabet: strokes between points of a grid of 5 × 7, column and row from the left top.
const LETTERS: [(char, &str); 39] = [
    ('A', "06 20 46/14 34"),
    ('B', "00 30 41 42 33 03/33 44 45 36 06 00"),
    ('C', "41 30 10 01 05 16 36 45"),
    ('D', "00 20 42 44 26 06 00"),
    ('E', "40 00 06 46/03 33"),
    ('F', "40 00 06/03 33"),
    ('G', "41 30 10 01 05 16 36 45 43 23"),
    ('H', "00 06/40 46/03 43"),
    ('I', "20 26"),
    ('J', "40 45 36 16 05"),
    ('K', "00 06/40 03 46"),
    ('L', "00 06 46"),
    ('M', "06 00 23 40 46"),
    ('N', "06 00 46 40"),
    ('O', "10 30 41 45 36 16 05 01 10"),
    ('P', "06 00 30 41 42 33 03"),
    ('Q', "10 30 41 45 36 16 05 01 10/24 46"),
    ('R', "06 00 30 41 42 33 03/23 46"),
    ('S', "41 30 10 01 02 13 33 44 45 36 16 05"),
    ('T', "00 40/20 26"),
    ('U', "00 05 16 36 45 40"),
    ('V', "00 26 40"),
    ('W', "00 16 23 36 40"),
    ('X', "00 46/40 06"),
    ('Y', "00 23 40/23 26"),
    ('Z', "00 40 06 46"),
    ('0', "10 30 41 45 36 16 05 01 10"),
    ('1', "11 20 26"),
    ('2', "01 10 30 41 42 06 46"),
    ('3', "00 40 23 34 45 36 16 05"),
    ('4', "36 30 04 44"),
    ('5', "40 00 03 33 44 45 36 06"),
    ('6', "40 10 01 05 16 36 45 44 33 03"),
    ('7', "00 40 16"),
    ('8', "10 30 41 42 33 13 04 05 16 36 45 44 33/13 02 01 10"),
    ('9', "43 13 02 01 10 30 41 45 36 06"),
    ('-', "13 33"),
    ('.', "25 26"),
    (' ', ""),
];

fn strokes(letter: char) -> Option<&'static str> {
    LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, strokes)| *strokes)
}

/// For every side with microprint, its ground with the lines in it.
pub(super) fn grounds(layout: &Layout, words: &str) -> Vec<(Side, Arc<Background>)> {
    let phrase = phrase(words);
    // Paler than a rule: it must not draw the eye from names and symbol.
    let colour = layout.ink.map(|channel| channel.saturating_add((255 - channel) / 5 * 2));
    let lines = |side: Side| {
        let boxes = layout.boxes.iter().filter(move |one| one.show == Show::Microprint && one.side == side);
        boxes.filter_map(|one| line(one.area, &phrase, colour)).collect::<Vec<_>>()
    };
    let mut grounds = Vec::new();
    for side in layout.sides() {
        let lines = lines(side);
        if lines.is_empty() {
            continue;
        }
        let mut ground = layout.background.as_deref().cloned().unwrap_or_default();
        ground.paths.extend(lines);
        grounds.push((side, Arc::new(ground)));
    }
    grounds
}

/// What of the words can be engraved.
fn phrase(words: &str) -> String {
    let known = words.chars().map(|c| c.to_ascii_uppercase()).filter(|c| strokes(*c).is_some());
    let kept: String = known.take(LETTERS_AT_MOST).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let enough = kept.chars().filter(char::is_ascii_alphanumeric).count() >= 3;
    // No spaces around the hyphen: gaps would make a dashed line of it.
    format!("{}-", if enough { &kept } else { PHRASE })
}

/// A phrase again and again, so that whole ones fill the line.
fn line(area: Area, phrase: &str, colour: [u8; 3]) -> Option<VectorPath> {
    let [_, high, step] = UNITS;
    let unit = area.height / high;
    let length = phrase.chars().count() as f32 * step * unit;
    let times = (area.width / length).floor().max(1.0);
    // Whole hundredths of a millimetre, or the phrases would not be the same bytes.
    let stretched = (area.width / times * 100.0).floor() / 100.0;
    let across = unit * stretched / length;
    let mut segments = Vec::new();
    for (place, letter) in phrase.chars().enumerate() {
        for stroke in strokes(letter)?.split('/').filter(|stroke| !stroke.is_empty()) {
            for (number, point) in stroke.split(' ').enumerate() {
                let (column, row) = point.split_at_checked(1)?;
                let x = area.x + (place as f32 * step + column.parse::<f32>().ok()?) * across;
                let y = area.y + row.parse::<f32>().ok()? * unit;
                segments.push(if number == 0 { Segment::Move([x, y]) } else { Segment::Line([x, y]) });
            }
        }
    }
    let shifts = (0..times as usize).map(|number| [number as f32 * stretched, 0.0]).collect();
    let stroke = Some((colour, area.height * STROKE));
    Some(VectorPath { segments, stroke, shifts, ..VectorPath::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Area = Area { x: 20.0, y: 200.0, width: 170.0, height: 0.45 };

    #[test]
    fn every_letter_can_be_drawn_within_its_height() {
        let all: String = LETTERS.iter().map(|(letter, _)| *letter).collect();
        let path = line(LINE, &all, [0; 3]).unwrap();
        for segment in &path.segments {
            let (Segment::Move([x, y]) | Segment::Line([x, y])) = segment else { panic!("{segment:?}") };
            assert!((20.0..190.0).contains(x) && (199.99..200.46).contains(y), "{segment:?}");
        }
    }

    #[test]
    fn phrases_fill_the_line_and_do_not_leave_it() {
        for words in ["Kakuma desk", "UNHCR", "A very long name of an office that issues papers to many people"] {
            let path = line(LINE, &phrase(words), [0; 3]).unwrap();
            let last = path.shifts.last().unwrap()[0];
            let widest = path.segments.iter().fold(0.0, |widest: f32, segment| match segment {
                Segment::Move([x, _]) | Segment::Line([x, _]) => widest.max(*x),
                _ => widest,
            });
            assert!(widest + last <= 190.0, "{words}");
            assert!(widest + last > 186.0, "{words}: {}", widest + last);
        }
    }

    #[test]
    fn words_that_cannot_be_engraved_give_way_to_a_phrase() {
        assert_eq!(phrase("Kakuma  desk №1"), "KAKUMA DESK 1-");
        assert_eq!(phrase("مكتب"), format!("{PHRASE}-"));
        assert_eq!(phrase(""), format!("{PHRASE}-"));
    }
}
