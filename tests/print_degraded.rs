//! Every type in every layout, printed at every resolution, carried and photographed: each symbol is read, byte by byte.

#[path = "support/papers.rs"]
mod papers;
#[path = "support/samples.rs"]
mod samples;

use nansen::print::Fonts;
use nansen::readback::{Expected, Mix, check, degrade, printed, read, symbols};
use nansen::scan::grade;
use nansen::symbol::encode;
use rayon::prelude::*;

/// Resolutions of printers in dots per inch: receipts, offices, print shops.
const PRINTERS: [u32; 3] = [203, 300, 600];
/// What a paper has to survive: an ordinary telephone in a bad light, and a short life in a wallet.
const LIVES: [(Mix, f32); 2] = [(Mix::Phone, 3.0), (Mix::Wallet, 1.0)];
/// Different lives of each kind; the example `degraded` takes more.
const SEEDS: u64 = 2;

#[test]
fn every_layout_from_every_printer_is_read_after_a_telephone_and_a_wallet() {
    let fonts = Fonts::embedded().unwrap();
    let jobs = papers::papers(&fonts, &PRINTERS);
    let unread: Vec<String> = jobs
        .par_iter()
        .flat_map_iter(|paper| {
            let dpi = &paper.dpi;
            let mut unread = Vec::new();
            let mut seen = 0;
            for sheet in paper.sheets.iter().filter(|sheet| !symbols(sheet).is_empty()) {
                let raster = printed(sheet, *dpi).unwrap();
                for place in symbols(sheet) {
                    let text = &paper.texts[seen];
                    seen += 1;
                    for (mix, severity) in LIVES {
                        for seed in 0..SEEDS {
                            let image = degrade(&raster, place.on_raster(*dpi), mix, severity, seed);
                            if read(&image) != [text.as_bytes()] {
                                unread.push(format!("{} {} {dpi} dpi {mix:?} {seed}", paper.type_name, paper.layout));
                            }
                        }
                    }
                }
            }
            assert_eq!(seen, paper.texts.len(), "{} {}: a symbol is not on the sheets", paper.type_name, paper.layout);
            unread
        })
        .collect();
    assert!(unread.is_empty(), "not read:\n{}", unread.join("\n"));
}

#[test]
fn a_clean_print_of_every_layout_from_every_printer_is_graded_a_or_b() {
    let fonts = Fonts::embedded().unwrap();
    let jobs: Vec<_> =
        papers::papers(&fonts, &PRINTERS).into_iter().filter(|one| one.type_name == "vaccination").collect();
    let grades: Vec<String> = jobs
        .par_iter()
        .filter_map(|paper| {
            let sheet = paper.sheets.iter().find(|sheet| !symbols(sheet).is_empty()).unwrap();
            let place = symbols(sheet)[0].on_raster(paper.dpi);
            let far = |at: f32| at + place.module * place.modules as f32;
            let corners =
                [(place.x, place.y), (far(place.x), place.y), (far(place.x), far(place.y)), (place.x, far(place.y))];
            let matrix = encode(&paper.texts[0], ((place.modules - 17) / 4) as u8, paper.level).unwrap();
            let page = printed(sheet, paper.dpi).unwrap();
            // A folded sheet has pages upside down.
            let ways = [corners, [corners[2], corners[3], corners[0], corners[1]]];
            let graded = ways.into_iter().filter_map(|corners| grade(&page, corners, &matrix));
            let quality = graded.max_by_key(nansen::scan::Quality::overall).unwrap();
            (quality.overall() < 3).then(|| format!("{} {} dpi: {:?}", paper.layout, paper.dpi, quality.measures))
        })
        .collect();
    assert!(grades.is_empty(), "graded worse than B:\n{}", grades.join("\n"));
}

#[test]
fn a_sheet_is_read_back_or_named() {
    let fonts = Fonts::embedded().unwrap();
    let layout = papers::layouts("training").remove(0);
    let paper = papers::paper("training", layout, 300, &fonts).unwrap();
    let expected = |texts| [Expected { row: 12, serial: &paper.serial, texts }];
    check(&paper.sheets, &expected(&paper.texts), 300).unwrap();
    let other = ["NP1:OTHER".to_owned()];
    let error = check(&paper.sheets, &expected(&other), 300).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!(
            "row 12, {}: symbol 1 of 1 is not read back at 300 dots per inch, its",
            paper.serial
        )),
        "{error}"
    );
    let error = check(&paper.sheets, &[], 300).unwrap_err().to_string();
    assert!(error.starts_with("a symbol is read back that is none of theirs"), "{error}");
}
