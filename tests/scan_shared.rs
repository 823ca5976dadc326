//! Photographs and scans with known content: what is read, against rxing alone, and that nothing is read where nothing is.

#[path = "support/scans.rs"]
#[allow(dead_code)]
mod scans;

use nansen::scan::{Effort, GreyImage, Kind, Options, ReaderChoice, scan_image};
use rayon::prelude::*;
use scans::Scan;
use std::time::Duration;

fn load(case: &Scan) -> GreyImage {
    let grey = image::open(&case.path).unwrap().into_luma8();
    let (width, height) = grey.dimensions();
    GreyImage::new(width, height, grey.into_raw()).unwrap()
}

#[derive(Default)]
struct Count {
    images: u32,
    own: u32,
    rxing: u32,
    fast: u32,
    wrong: Vec<String>,
    ms: Vec<f64>,
}

#[test]
fn photographs_are_read_at_least_as_often_as_by_rxing_alone_and_never_wrongly() {
    let Some(cases) = Scan::all() else { return };
    let read = |image: &GreyImage, reader, effort| {
        // Ten times the budget: the machine that tests may be busy, and this test counts.
        let options = Options { reader, effort, image_budget: Duration::from_secs(15), ..Options::default() };
        scan_image(image, &options).remove(0)
    };
    let results: Vec<_> = cases
        .par_iter()
        .filter(|case| case.symbols > 0)
        .map(|case| {
            let image = load(case);
            let own = read(&image, ReaderChoice::Own, Effort::Thorough);
            let fast = read(&image, ReaderChoice::Own, Effort::Fast);
            let rxing = read(&image, ReaderChoice::Rxing, Effort::Thorough);
            (case, own, fast, rxing)
        })
        .collect();
    let mut counts = std::collections::BTreeMap::<&str, Count>::new();
    for (case, own, fast, rxing) in &results {
        if case.content.is_none() {
            continue;
        }
        let is_read = |found: &nansen::scan::Found| case.holds(&found.bytes);
        for set in [&case.set, "all"] {
            let count = counts.entry(set).or_default();
            count.images += 1;
            count.own += u32::from(own.found.iter().any(is_read));
            count.fast += u32::from(fast.found.iter().any(is_read));
            count.rxing += u32::from(rxing.found.iter().any(is_read));
            count.ms.push(own.elapsed.as_secs_f64() * 1000.0);
            let wrong = own.found.iter().filter(|found| !is_read(found));
            count.wrong.extend(wrong.map(|found| {
                format!("{}: {} {}", case.path.display(), found.kind, String::from_utf8_lossy(&found.bytes))
            }));
        }
    }
    println!("set        images  rxing  fast  thorough   median ms     p95 ms");
    for (set, count) in &mut counts {
        count.ms.sort_by(f64::total_cmp);
        let at = |share: f64| count.ms[(((count.ms.len() - 1) as f64) * share) as usize];
        println!(
            "{set:10} {:6} {:6} {:5} {:9} {:11.1} {:10.1}",
            count.images,
            count.rxing,
            count.fast,
            count.own,
            at(0.5),
            at(0.95)
        );
    }
    let all = &counts["all"];
    assert!(all.wrong.is_empty(), "{:#?}", all.wrong);
    for (set, count) in &counts {
        assert!(count.own >= count.rxing, "{set}");
    }
}

#[test]
fn nothing_is_read_where_there_is_nothing() {
    let Some(cases) = Scan::all() else { return };
    let found: Vec<_> = cases
        .par_iter()
        .filter(|case| case.symbols == 0)
        .flat_map_iter(|case| {
            let mut readings = scan_image(&load(case), &Options::default());
            readings.remove(0).found.into_iter().map(|found| (case.path.clone(), found))
        })
        .collect();
    let images = cases.iter().filter(|case| case.symbols == 0).count();
    let of = |kind| found.iter().filter(|(_, found)| found.kind == kind).count();
    println!("{images} images without a symbol: {} qr, {} datamatrix", of(Kind::Qr), of(Kind::DataMatrix));
    assert!(found.is_empty(), "{found:#?}");
}
