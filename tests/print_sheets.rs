//! All layouts for all kinds of people, and where pages come to lie on sheets.

#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;

use nansen::print::page::{Item, Placed, Turn};
use nansen::print::{Certificate, Fonts, Layout, LayoutError, Printer, Sheet, TemplateFile};

const LAYOUTS: [&str; 7] = ["card", "cards", "cards-fold", "label", "label80", "letter", "foldout"];
const TYPES: [&str; 5] = ["registration", "diploma", "training", "household", "vaccination"];

fn template(file: &str) -> Option<TemplateFile> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(file);
    Some(TemplateFile { shown: file.to_owned(), bytes: std::fs::read(path).ok()? })
}

fn layout(name: &str) -> Layout {
    Layout::from_files(&format!("{name}.toml"), &template).unwrap_or_else(|error| panic!("{error}"))
}

fn with(sheet: &str) -> Result<Layout, LayoutError> {
    Layout::from_files("test.toml", &|name| match name {
        "test.toml" => Some(TemplateFile { shown: name.to_owned(), bytes: sheet.as_bytes().to_vec() }),
        other => template(other),
    })
}

fn everybody() -> Vec<(String, Certificate)> {
    let mut all = people::registrations();
    all.push(("long names".to_owned(), people::long_names()));
    let mut plain = people::long_names();
    plain.photo = None;
    all.push(("long names, no photo".to_owned(), plain));
    for language in ["en", "ar"] {
        all.push((format!("household {language}"), people::household(8, language)));
    }
    all
}

fn sheets(layout: &Layout, certificates: &[Certificate]) -> Vec<Sheet> {
    let fonts = Fonts::embedded().unwrap();
    Printer::new(layout, &fonts).sheets(certificates).unwrap_or_else(|error| panic!("{error}"))
}

/// A certificate with a symbol that every layout has room for.
fn small(mut certificate: Certificate) -> Certificate {
    certificate.symbols = vec![people::symbol(10, "NP1:6BF+70790T9WJWG")];
    certificate
}

#[test]
fn every_layout_holds_everybody() {
    let fonts = Fonts::embedded().unwrap();
    for name in LAYOUTS {
        let layout = layout(name);
        for (person, certificate) in everybody() {
            let found = Printer::new(&layout, &fonts).faces(&small(certificate));
            assert!(found.is_ok(), "{name}, {person}: {}", found.unwrap_err()[0]);
        }
    }
    for made in TYPES {
        layout(&format!("{made}/a4"));
    }
}

#[test]
fn nothing_leaves_its_page() {
    let fonts = Fonts::embedded().unwrap();
    for name in LAYOUTS {
        let layout = layout(name);
        for (person, certificate) in everybody() {
            for page in Printer::new(&layout, &fonts).faces(&small(certificate)).unwrap() {
                for item in page.items() {
                    let (right, bottom) = match item {
                        Item::Text { x, y, run, size } => (x + run.width / run.face.scale * size * 25.4 / 72.0, *y),
                        Item::Fill { area, .. } | Item::Picture { area, .. } => {
                            (area.x + area.width, area.y + area.height)
                        }
                        Item::Symbol { x, y, module, matrix } => {
                            (x + module * matrix.width() as f32, y + module * matrix.width() as f32)
                        }
                    };
                    assert!(right <= page.width + 0.01 && bottom <= page.height + 0.01, "{name}, {person}: {item:?}");
                }
            }
        }
    }
}

/// Corners of a card on the sheet, as seen with the sheet's front up: the card's own left top first, then right top.
fn corners(placed: &Placed) -> [(f32, f32); 2] {
    let (width, height) = (placed.page.width, placed.page.height);
    match placed.turn {
        Turn::None => [(placed.x, placed.y), (placed.x + width, placed.y)],
        Turn::Half => [(placed.x + width, placed.y + height), (placed.x, placed.y + height)],
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_back_lies_upright_behind_its_front_however_the_printer_turns_the_sheet() {
    let certificates: Vec<_> = everybody().into_iter().take(7).map(|(_, one)| small(one)).collect();
    for (paper, duplex, about_vertical) in [
        ("\"A4\"", "long-edge", true),
        ("\"A4\"", "short-edge", false),
        ("[297, 210]", "long-edge", false),
        ("[297, 210]", "short-edge", true),
    ] {
        let (columns, rows) = if paper == "\"A4\"" { (2, 4) } else { (3, 3) };
        let text = format!(
            "[sheet]\nlayout = \"card\"\npaper = {paper}\ncolumns = {columns}\nrows = {rows}\nduplex = \"{duplex}\"\n"
        );
        let found = sheets(&with(&text).unwrap(), &certificates);
        assert_eq!(found.len(), 2, "the last sheet is partly filled");
        let (front, back) = (&found[0], &found[1]);
        assert_eq!((front.faces.len(), back.faces.len()), (7, 7));
        for (one, other) in front.faces.iter().zip(&back.faces) {
            let [left, right] = corners(one);
            // Turned over like a page, the card's right top on the front is the left top of its back.
            for (seen, on_back) in [right, left].into_iter().zip(corners(other)) {
                let through = if about_vertical {
                    (front.width - on_back.0, on_back.1)
                } else {
                    (on_back.0, front.height - on_back.1)
                };
                let off = (through.0 - seen.0).hypot(through.1 - seen.1);
                assert!(off < 25.4 / 300.0 * 1.5, "{paper} {duplex}: {seen:?} {through:?}");
            }
        }
    }
}

#[test]
fn a_back_offset_moves_all_backs() {
    let card = [small(people::long_names())];
    let text = |offset: &str| {
        format!(
            "[sheet]\nlayout = \"card\"\npaper = \"A4\"\ncolumns = 2\nrows = 5\nduplex = \"long-edge\"\nback-offset = {offset}\n"
        )
    };
    let place = |offset: &str| {
        let found = sheets(&with(&text(offset)).unwrap(), &card);
        (found[1].faces[0].x, found[1].faces[0].y)
    };
    let (plain, moved) = (place("[0, 0]"), place("[1.5, -0.5]"));
    assert!((moved.0 - plain.0 - 1.5).abs() < 0.09 && (moved.1 - plain.1 + 0.5).abs() < 0.09);
    assert!(with(&text("[99, 0]")).is_err());
}

#[test]
fn one_sided_printers_get_backs_beside_their_fronts() {
    let cards: Vec<_> = everybody().into_iter().take(7).map(|(_, one)| small(one)).collect();
    let found = sheets(&layout("cards-fold"), &cards);
    assert_eq!(found.iter().map(|sheet| sheet.faces.len()).collect::<Vec<_>>(), [10, 4]);
    for pair in found[0].faces.chunks(2) {
        assert!((pair[1].x - pair[0].x - 85.6).abs() < 0.1 && (pair[1].y - pair[0].y).abs() < 1e-3);
    }
}

#[test]
fn batches_are_cut_into_sheets_of_ten_and_numbered() {
    let fonts = Fonts::embedded().unwrap();
    let layout = layout("cards");
    let printer = Printer::new(&layout, &fonts);
    assert_eq!((printer.certificates_a_sheet(), printer.sheet_count(21)), (10, 3));
    let cards = vec![small(people::long_names()); 11];
    let texts = |sheet: &Sheet| -> String {
        let text = |item: &Item| if let Item::Text { run, .. } = item { run.text.clone() } else { String::new() };
        sheet.marks.iter().map(text).collect()
    };
    let plain = printer.sheets(&cards).unwrap();
    assert_eq!(plain.len(), 4, "two fronts and two backs");
    assert!(!texts(&plain[0]).contains('/'), "single papers have no numbers");
    let numbered = printer.numbered(4, 250).sheets(&cards).unwrap();
    assert!(texts(&numbered[0]).ends_with("4 / 250") && texts(&numbered[2]).ends_with("5 / 250"));
}

#[test]
fn symbols_lie_on_whole_dots_of_the_sheet() {
    for name in LAYOUTS {
        for dpi in [203.0, 300.0, 600.0] {
            let layout = layout(name).for_printer(dpi).unwrap();
            let dot = 25.4 / dpi;
            for (_, certificate) in everybody().into_iter().take(4) {
                for sheet in sheets(&layout, &[small(certificate)]) {
                    for placed in &sheet.faces {
                        let [origin, _] = corners(placed);
                        for item in placed.page.items() {
                            let Item::Symbol { x, y, module, .. } = item else { continue };
                            let side = if placed.turn == Turn::Half { -1.0 } else { 1.0 };
                            for length in [*module, origin.0 + side * x, origin.1 + side * y] {
                                let dots = length / dot;
                                assert!((dots - dots.round()).abs() < 0.02, "{name} {dpi}: {dots}");
                            }
                            assert!(module / dot > 3.99, "{name} {dpi}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_folded_sheet_reads_as_a_booklet() {
    let layout = layout("foldout");
    let find = |certificate: Certificate| {
        let mut found = sheets(&layout, &[small(certificate)]);
        assert_eq!((found.len(), found[0].faces.len()), (1, 4));
        found.remove(0).faces.iter().map(|face| (face.x > 1.0, face.y > 1.0, face.turn)).collect::<Vec<_>>()
    };
    let (lower, upper) = (Turn::None, Turn::Half);
    let english = find(people::household(2, "en"));
    assert_eq!(english, [(true, true, lower), (true, false, upper), (false, false, upper), (false, true, lower)]);
    let arabic = find(people::household(2, "ar"));
    assert_eq!(arabic, [(false, true, lower), (false, false, upper), (true, false, upper), (true, true, lower)]);
}

#[test]
fn paper_from_a_roll_is_as_long_as_it_must_be() {
    let layout = layout("label");
    let height = |certificate: Certificate| sheets(&layout, &[small(certificate)])[0].height;
    let mut short = people::long_names();
    short.fields.truncate(2);
    short.names.truncate(1);
    assert!(height(short) + 60.0 < height(people::long_names()));
    assert!(height(people::long_names()) < 400.0);
}

#[test]
fn a_paper_without_room_for_the_table_says_how_many_it_leaves_to_the_symbol() {
    let fonts = Fonts::embedded().unwrap();
    let layout = layout("card");
    let pages = Printer::new(&layout, &fonts).faces(&small(people::household(8, "en"))).unwrap();
    let text: String = pages[0]
        .items()
        .map(|item| if let Item::Text { run, .. } = item { run.text.clone() } else { String::new() })
        .collect();
    assert!(text.contains("Members8The symbol lists them by name"), "{text}");
}

#[test]
fn sheets_that_cannot_be_are_refused_in_words() {
    let wrong = |text: &str| with(text).unwrap_err().to_string();
    let card = "[sheet]\nlayout = \"card\"\npaper = \"A4\"\n";
    assert_eq!(
        wrong(&format!("{card}columns = 3\nrows = 5\nduplex = \"long-edge\"\n")),
        "test.toml: line 1: 3 columns and 5 rows take 233.4 × 283.5 mm, the paper has 210 × 297"
    );
    assert!(wrong(&format!("{card}columns = 1\nduplex = \"none\"\n")).contains("columns is even"));
    assert!(wrong("[sheet]\nlayout = \"cards\"\npaper = \"A4\"\n").contains("only single pages are put on sheets"));
    assert!(wrong("[sheet]\nlayout = \"test\"\npaper = \"A4\"\n").contains("only single pages are put on sheets"));
    assert!(wrong("[sheet]\nlayout = \"../card\"\npaper = \"A4\"\n").contains("not a plain file name"));
    assert!(wrong("[sheet]\npaper = \"A4\"\n").contains("names the layout that it repeats"));
    assert!(wrong("").contains("wanted [page] with boxes"));
    assert!(wrong(&format!("{card}origin = [nan, 0]\n")).contains("the paper has"));
    assert!(wrong(&format!("{card}columns = 200\n")).contains("columns is 200: wanted 1 to 20"));
}
