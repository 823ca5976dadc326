//! Films of symbols of which no frame can be read: their frames together can, and never as something else.

#[path = "support/films.rs"]
mod films;

use films::{Damage, GOOD, Shot, frame, symbol};
use nansen::scan::{Effort, GreyImage, Hint, Options, Video, scan_image};
use nansen::symbol::EcLevel;
use std::time::Duration;

/// Time for a frame, generous so that a slow machine finds the same.
const BUDGET: Duration = Duration::from_secs(5);

fn video() -> Video {
    Video::new(Options { effort: Effort::Fast, image_budget: BUDGET, ..Options::default() })
}

/// The texts that a film tells, with the number of the frame that told each.
fn texts(video: &mut Video, film: impl IntoIterator<Item = GreyImage>) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    for (number, image) in film.into_iter().enumerate() {
        for found in video.add(&image).all() {
            all.push((number, String::from_utf8(found.bytes).expect("letters were encoded")));
        }
    }
    all
}

#[test]
fn frames_of_which_none_can_be_read_are_read_together() {
    let (matrix, text) = symbol(10, EcLevel::M, 1);
    let damage = Damage { noise: 200.0, ..GOOD };
    let film: Vec<GreyImage> =
        (0..20).map(|number| frame(&matrix, Shot::around(&matrix, 5.0), damage, number)).collect();
    let thorough = Options::default();
    for image in film.iter().take(3) {
        assert!(scan_image(image, &thorough).iter().all(|reading| reading.found.is_empty()));
    }
    let told = texts(&mut video(), film);
    assert_eq!(told.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), [text]);
}

#[test]
fn a_symbol_is_handed_over_once_until_it_is_forgotten_or_asked_for() {
    let (matrix, text) = symbol(4, EcLevel::M, 2);
    let image = |number| frame(&matrix, Shot::around(&matrix, 5.0), GOOD, number);
    let mut once = video();
    assert_eq!(texts(&mut once, (0..8).map(image)), [(0, text.clone())]);
    once.forget();
    assert_eq!(texts(&mut once, (8..10).map(image)), [(0, text.clone())]);
    let empty = (0..40).map(|_| GreyImage::from_fn(200, 200, |_, _| 200));
    assert!(texts(&mut once, empty).is_empty());
    assert_eq!(texts(&mut once, (10..12).map(image)), [(0, text)]);
    assert_eq!(texts(&mut video().with_repeats(true), (0..5).map(image)).len(), 5);
}

#[test]
fn two_symbols_in_turns_are_never_mixed() {
    let ((a, text_a), (b, text_b)) = (symbol(6, EcLevel::L, 3), symbol(6, EcLevel::L, 4));
    let damage = Damage { noise: 200.0, ..GOOD };
    let film = (0..40).map(|number| {
        let matrix = if number % 2 == 0 { &a } else { &b };
        frame(matrix, Shot::around(matrix, 5.0), damage, number)
    });
    let mut told: Vec<String> = texts(&mut video(), film).into_iter().map(|(_, text)| text).collect();
    told.sort();
    let mut wanted = [text_a, text_b];
    wanted.sort();
    assert!(told.iter().all(|text| wanted.contains(text)), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn a_glare_that_wanders_over_a_symbol_hides_none_of_it_for_long() {
    let (matrix, text) = symbol(10, EcLevel::L, 5);
    let damage = Damage { noise: 90.0, glare: 14.0, ..GOOD };
    let film = (0..16).map(|number| frame(&matrix, Shot::around(&matrix, 5.0), damage, number));
    let told = texts(&mut video(), film);
    assert_eq!(told.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), [text]);
}

/// The hint at the end of a film of a symbol.
fn hint(version: u8, shot: Shot, damage: Damage) -> Option<Hint> {
    let (matrix, _) = symbol(version, EcLevel::L, 6);
    let mut video = video();
    (0..16).filter_map(|number| video.add(&frame(&matrix, shot, damage, number)).hint).last()
}

#[test]
fn a_hint_says_what_is_wrong_and_nothing_when_nothing_is() {
    let shot = Shot { size: (640, 560), pitch: 5.0, tilt: 0.0, at: (0.0, 0.0) };
    assert_eq!(hint(20, shot, GOOD), None);
    let given = hint(20, shot, Damage { light: 0.05, noise: 6.0, ..GOOD });
    assert!(matches!(given, Some(Hint::TooDark { brightest: 10..=40 })), "{given:?}");
    let given = hint(20, shot, Damage { blur: 0.9, ..GOOD });
    assert!(matches!(given, Some(Hint::OutOfFocus { .. })), "{given:?}");
    let given = hint(20, shot, Damage { blur: 0.3, smear: 2.6, sway: (0.3, 1.0), ..GOOD });
    assert!(matches!(given, Some(Hint::Moving { .. })), "{given:?}");
    let given = hint(20, Shot { at: (60.0, 0.0), pitch: 4.0, ..shot }, GOOD);
    assert_eq!(given, Some(Hint::CutOff));
    let given = hint(20, Shot { pitch: 1.8, ..shot }, Damage { glare: 28.0, glare_at: Some((5.0, 5.0)), ..GOOD });
    assert!(matches!(given, Some(Hint::TooSmall { .. })), "{given:?}");
    let given = hint(20, shot, Damage { glare: 28.0, glare_at: Some((5.0, 5.0)), ..GOOD });
    assert!(matches!(given, Some(Hint::Glare { .. })), "{given:?}");
    let given = hint(20, shot, Damage { noise: 220.0, ..GOOD });
    assert!(matches!(given, Some(Hint::Hold { frames: 2.. })), "{given:?}");
}

#[test]
fn a_film_without_a_symbol_says_so() {
    let mut video = video();
    let hints =
        (0..8).map(|_| video.add(&GreyImage::from_fn(320, 240, |x, _| if x / 16 % 2 == 0 { 40 } else { 200 })).hint);
    assert_eq!(hints.last(), Some(Some(Hint::NoSymbol)));
}
