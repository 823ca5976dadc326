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
