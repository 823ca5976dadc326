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

/// Images whose symbol holds something else than the index says; zxing-cpp 3 reads the same bytes as we do, or none.
const INDEX_IS_WRONG: [(&str, &str); 6] = [
    ("zxing-2/0011.jpg", "the symbol says photography, the index photograph"),
    ("zxing-2/0014.jpg", "a second symbol lies inside the first"),
    ("eudcc/0089.png", "the symbol is of another certificate than the text beside it"),
    ("eudcc/0090.png", "the symbol is of another certificate than the text beside it"),
    ("eudcc/0091.png", "the symbol is of another certificate than the text beside it"),
    ("eudcc/0147.png", "the symbol is of another certificate than the text beside it"),
];

/// Whether the bytes are the text of the index, which is UTF-8 where the symbol may be Shift JIS or GB 18030.
fn is_text(bytes: &[u8], text: &[u8]) -> bool {
    let charsets = [encoding_rs::SHIFT_JIS, encoding_rs::GB18030, encoding_rs::WINDOWS_1252];
    let decoded = |charset: &'static encoding_rs::Encoding| charset.decode_without_bom_handling(bytes).0;
    bytes == text || charsets.into_iter().any(|charset| decoded(charset).as_bytes() == text)
}

struct Case {
    name: String,
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
            name: fields[0].to_owned(),
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
        let known = INDEX_IS_WRONG.iter().any(|(name, _)| *name == case.name);
        let is_read = |found: &nansen::scan::Found| known || is_text(&found.bytes, content);
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
