//! Certificates on paper: what is refused, and that the same input gives the same bytes.

#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;

use nansen::print::page::Item;
use nansen::print::{
    Book, BookMeta, Certificate, Direction, Fonts, Layout, NameLine, Picture, Printer, Problem, SymbolPlan, preflight,
};

const REGISTRATION: &str = include_str!("../templates/registration/a4.toml");
const HOUSEHOLD: &str = include_str!("../templates/household/a4.toml");

fn registration() -> Certificate {
    people::registrations().remove(2).1
}

fn problems(certificate: &Certificate) -> Vec<Problem> {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    preflight(certificate, &layout, &fonts, Some(SymbolPlan::version(20))).unwrap_err()
}

fn bytes(certificates: &[Certificate], layout: &str) -> Vec<u8> {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(layout).unwrap();
    let mut book =
        Book::new(Vec::new(), &BookMeta { title: "Test".to_owned(), language: "en".to_owned(), ..BookMeta::default() })
            .unwrap();
    book.add(&Printer::new(&layout, &fonts).sheets(certificates).unwrap()).unwrap();
    book.finish().unwrap()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn every_sample_passes_preflight_before_it_has_a_symbol_and_prints_after() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    let long = ("long names".to_owned(), people::long_names());
    for (name, mut certificate) in people::registrations().into_iter().chain([long]) {
        Printer::new(&layout, &fonts).faces(&certificate).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        certificate.symbols.clear();
        preflight(&certificate, &layout, &fonts, Some(SymbolPlan::version(20))).unwrap();
    }
}

#[test]
fn households_of_one_to_twelve_members_fit() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(HOUSEHOLD).unwrap();
    for members in [1, 8, 12] {
        for language in ["en", "ar"] {
            Printer::new(&layout, &fonts).faces(&people::household(members, language)).unwrap();
        }
    }
}

#[test]
fn the_same_certificates_give_the_same_bytes_on_one_thread_and_on_two() {
    let certificates: Vec<_> = people::registrations().into_iter().map(|(_, certificate)| certificate).collect();
    let first = on_threads(1, || bytes(&certificates, REGISTRATION));
    assert!(first == on_threads(1, || bytes(&certificates, REGISTRATION)), "a second run differs");
    assert!(first == on_threads(2, || bytes(&certificates, REGISTRATION)), "two threads differ from one");
}

#[test]
fn an_uncovered_character_is_named_with_its_field() {
    let mut certificate = registration();
    certificate.fields[5].value = "Goma \u{13000}".to_owned();
    let found = problems(&certificate);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "place_of_birth: character 6 is '\u{13000}' (U+13000), which no font has");
}

#[test]
fn control_characters_and_bidi_overrides_are_refused() {
    for (text, code) in [
        ("Ali\u{202E}cod.exe", 0x202E),
        ("Ali\u{2067}", 0x2067),
        ("Ali\u{7}", 7),
        ("Ali\nBaba", 0x0A),
        ("Ali\0", 0),
        ("Ali\u{85}", 0x85),
        ("Ali\u{2028}", 0x2028),
        ("\u{FEFF}Ali", 0xFEFF),
        ("Al\u{FFFD}", 0xFFFD),
        ("Ali\u{E0041}", 0xE0041),
        ("Ali\u{E000}", 0xE000),
    ] {
        let mut certificate = registration();
        certificate.names[0] = NameLine { text: text.to_owned(), ..NameLine::default() };
        let found = problems(&certificate);
        assert!(
            matches!(&found[..], [Problem::Control { field, code: c, .. }] if *c == code && field == "name"),
            "{found:?}"
        );
    }
}

#[test]
fn joiners_that_spelling_needs_are_not_refused() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    let mut certificate = registration();
    certificate.names[0] =
        NameLine { text: "نجیب\u{200C}الله".to_owned(), language: Some("fa".to_owned()), column: None };
    certificate.names[1] =
        NameLine { text: "ক্\u{200D}ষ".to_owned(), language: Some("bn".to_owned()), column: None };
    preflight(&certificate, &layout, &fonts, Some(SymbolPlan::version(20))).unwrap();
}

#[test]
fn a_word_that_fits_at_no_size_is_an_error_naming_box_and_field() {
    let mut certificate = registration();
    certificate.fields[9].value = "W".repeat(400);
    let found = problems(&certificate);
    assert!(
        matches!(&found[..], [Problem::Overflow(overflow)] if overflow.box_name == "fields" && overflow.field == "address"),
        "{found:?}"
    );
}

#[test]
fn more_text_than_the_box_holds_is_an_error() {
    let mut certificate = registration();
    for field in &mut certificate.fields {
        field.value = "many words ".repeat(60);
    }
    assert!(matches!(&problems(&certificate)[..], [Problem::Overflow(_)]));
}

#[test]
fn a_field_of_ten_thousand_characters_is_refused_unread() {
    let mut certificate = registration();
    certificate.fields[0].value = "ي".repeat(10_000);
    assert!(matches!(&problems(&certificate)[..], [Problem::TooLong { found: 10_000, .. }]));
}

#[test]
fn a_symbol_too_large_for_its_box_says_what_it_needs() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    let mut certificate = registration();
    certificate.symbols.clear();
    let found = preflight(&certificate, &layout, &fonts, Some(SymbolPlan::version(40))).unwrap_err();
    assert!(matches!(&found[..], [Problem::SymbolTooLarge { modules: 177, .. }]), "{found:?}");
    let found = preflight(&certificate, &layout, &fonts, None).unwrap_err();
    assert_eq!(found, [Problem::NoSymbol]);
}

#[test]
fn what_has_no_box_is_refused_and_not_left_out() {
    let mut certificate = people::household(3, "en");
    certificate.photo = None;
    assert!(problems(&certificate).contains(&Problem::NoBox { what: "table" }));
}

#[test]
fn a_page_in_arabic_is_the_mirror_of_one_in_english() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    let symbol_at = |language: &str| {
        let mut certificate = registration();
        certificate.language = language.to_owned();
        let page = Printer::new(&layout, &fonts).faces(&certificate).unwrap().remove(0);
        page.items().find_map(|item| if let Item::Symbol { x, .. } = item { Some(*x) } else { None }).unwrap()
    };
    assert!(symbol_at("en") > 105.0);
    assert!(symbol_at("ar") < 105.0);
}

#[test]
fn a_date_is_drawn_from_left_to_right_on_an_arabic_page() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    let mut certificate = registration();
    certificate.fields[1].value = "1953-04-21".to_owned();
    certificate.fields[1].direction = Direction::LeftToRight;
    let page = Printer::new(&layout, &fonts).faces(&certificate).unwrap().remove(0);
    let whole = page.items().any(|item| {
        matches!(item, Item::Text { run, .. } if run.text == "1953-04-21"
            && run.glyphs.windows(2).all(|pair| pair[0].range.start < pair[1].range.start))
    });
    assert!(whole, "the date is one run, in the order of its digits");
}

#[test]
fn nothing_is_drawn_outside_the_page() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    let page = Printer::new(&layout, &fonts).faces(&people::long_names()).unwrap().remove(0);
    for item in page.items() {
        if let Item::Text { x, y, size, run } = item {
            let width: f32 = run.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() * size * 25.4 / 72.0;
            assert!(*x > 15.0 && x + width < 195.0, "{} at {x}, {width} wide", run.text);
            assert!(*y > 15.0 && *y < 290.0);
        }
    }
}

#[test]
fn a_picture_of_the_wrong_length_is_no_picture() {
    assert!(Picture::new(2, 2, vec![0; 12]).is_some());
    assert!(Picture::new(2, 2, vec![0; 11]).is_none());
    assert!(Picture::new(0, 2, vec![]).is_none());
    assert!(Picture::new(u32::MAX, u32::MAX, vec![]).is_none());
}
