//! Photographs and scans with known content: what is read, against rxing alone, and that nothing is read where nothing is.

mod scan_support;

use base64_lines::decode;
use nansen::scan::{Effort, GreyImage, Kind, Options, ReaderChoice, scan_image};
use rayon::prelude::*;
use std::path::PathBuf;
use std::time::Duration;

/// Base64 (RFC 4648 §4) for the index, so that no crate is needed for it.
mod base64_lines {
    pub fn decode(text: &str) -> Vec<u8> {
        let value = |byte: u8| match byte {
            b'A'..=b'Z' => Some(byte - b'A'),
            b'a'..=b'z' => Some(byte - b'a' + 26),
            b'0'..=b'9' => Some(byte - b'0' + 52),
            b'+' => Some(62),
            b'/' => Some(63),
            _ => None,
        };
        let digits: Vec<u8> = text.bytes().filter_map(value).collect();
        let mut out = Vec::new();
        for group in digits.chunks(4) {
            let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)) << (6 * (4 - group.len()));
            out.extend(&bits.to_be_bytes()[1..group.len()]);
        }
        out
    }
}

struct Case {
    set: String,
    path: PathBuf,
    symbols: u32,
    content: Option<Vec<u8>>,
}

fn cases() -> Option<Vec<Case>> {
    let Some(shared) = std::env::var_os("NANSEN_SHARED") else {
        eprintln!("skipped: NANSEN_SHARED is not set");
        return None;
    };
    let folder = PathBuf::from(shared).join("scans");
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let case = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        Case {
            set: fields[0].split('/').next().unwrap().to_owned(),
            path: folder.join(fields[0]),
            symbols: fields[2].parse().unwrap(),
            content: fields.get(3).filter(|text| !text.is_empty()).map(|text| decode(text)),
        }
    };
    Some(index.lines().skip(1).map(case).collect())
}

fn load(case: &Case) -> GreyImage {
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
    let Some(cases) = cases() else { return };
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
        let Some(content) = &case.content else { continue };
        for set in [&case.set, "all"] {
            let count = counts.entry(set).or_default();
            count.images += 1;
            count.own += u32::from(own.found.iter().any(|found| found.bytes == *content));
            count.fast += u32::from(fast.found.iter().any(|found| found.bytes == *content));
            count.rxing += u32::from(rxing.found.iter().any(|found| found.bytes == *content));
            count.ms.push(own.elapsed.as_secs_f64() * 1000.0);
            let wrong = own.found.iter().filter(|found| found.bytes != *content);
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
    let Some(cases) = cases() else { return };
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
