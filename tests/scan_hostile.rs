//! Hostile inputs are refused for the stated reason, within bounded time and memory.

mod scan_support;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use nansen::scan::{GreyImage, Options, ScanError, scan_image};
use scan_support::{commands, document, encode, page, pdf, qr, references, scan, stream};
use std::io::Write;

fn refusal(bytes: &[u8]) -> String {
    scan(bytes, &Options::default()).1.unwrap_err().to_string()
}

/// The header of a PNG file with four channels.
fn png_header(width: u32, height: u32, bits: u8) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([bits, 6, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&chunk);
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0d"[..], &chunk, &crc.sum().to_be_bytes(), b"\0\0\0\0IDAT\x35\xaf\x06\x1e"].concat()
}

#[test]
fn nothing_and_unknown_things_are_named() {
    assert_eq!(refusal(b""), "empty input");
    assert_eq!(refusal(b"PK\x03\x04 a zip file"), "unknown file type, it begins with 504b03042061207a");
}

#[test]
fn a_huge_image_is_refused_by_its_header() {
    assert_eq!(
        refusal(&png_header(30_000, 30_000, 8)),
        "image of 30000 × 30000 pixels is too large, the limit is 100000000 pixels"
    );
    assert!(refusal(b"P5 30000 30000 255\n").starts_with("image of 30000 × 30000 pixels is too large"));
    assert_eq!(
        refusal(&png_header(10_000, 10_000, 16)),
        "image of 10000 × 10000 pixels takes more than 671088640 bytes to decode"
    );
}

#[test]
fn truncated_images_are_damaged_images() {
    let image = page(&qr(b"TRUNCATED"), 4.0, 0.0);
    for (format, name) in [
        (image::ImageFormat::Jpeg, "JPEG"),
        (image::ImageFormat::Png, "PNG"),
        (image::ImageFormat::WebP, "WebP"),
        (image::ImageFormat::Tiff, "TIFF"),
        (image::ImageFormat::Bmp, "BMP"),
        (image::ImageFormat::Pnm, "PNM"),
    ] {
        let bytes = encode(&image, format);
        for length in [bytes.len() / 8, 12, 9] {
            let (pages, result) = scan(&bytes[..length], &Options::default());
            match result {
                // A JPEG decoder may fill up what is missing; then there is just nothing to read.
                Ok(_) => assert!(pages.iter().all(|page| page.found().is_empty()), "{name} cut to {length}"),
                Err(error) => {
                    assert!(error.to_string().contains(name) || length < 12, "{name} cut to {length}: {error}");
                }
            }
        }
    }
}

#[test]
fn garbage_after_a_magic_number_does_no_harm() {
    let mut state = 1_u32;
    let garbage: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(5000)
    .collect();
    let heads: [&[u8]; 9] = [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x00\x10\x00\x00WEBPVP8 ",
        b"II*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"BM",
        b"P5 40 40 255\n",
        b"P7\n",
        b"%PDF-1.7\n",
    ];
    for head in heads {
        let bytes = [head, &garbage].concat();
        if let Err(error) = scan(&bytes, &Options::default()).1 {
            assert!(
                matches!(
                    error,
                    ScanError::BadImage { .. }
                        | ScanError::BadPdf
                        | ScanError::TooLarge { .. }
                        | ScanError::TooMuchMemory { .. }
                ),
                "{error}"
            );
        }
    }
}

#[test]
fn a_tiff_whose_directories_run_in_a_circle_ends() {
    let mut bytes = encode(&page(&qr(b"CIRCLE"), 4.0, 0.0), image::ImageFormat::Tiff);
    let directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes([bytes[directory], bytes[directory + 1]]));
    let next = directory + 2 + entries * 12;
    bytes[next..next + 4].copy_from_slice(&(directory as u32).to_le_bytes());
    assert_eq!(refusal(&bytes), "damaged TIFF image");
}

#[test]
fn a_pdf_of_too_many_pages_is_refused_at_once() {
    let contents = vec![String::new(); 10_000];
    assert_eq!(refusal(&document(&contents)), "PDF of 10000 pages, at most 2500 are read");
}

#[test]
fn ten_thousand_empty_pages_end_when_they_are_allowed() {
    // A page of a square inch: what counts here is their number.
    let kids = references(3..10_003);
    let mut objects = vec![
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        format!("<</Type /Pages /Kids [{kids}] /Count 10000 /MediaBox [0 0 72 72]>>").into_bytes(),
    ];
    objects.extend((0..10_000).map(|_| b"<</Type /Page /Parent 2 0 R>>".to_vec()));
    let options = Options { max_pages: 10_000, ..Options::default() };
    let mut pages = 0;
    let sink = &mut |_| {
        pages += 1;
        std::ops::ControlFlow::Continue(())
    };
    let summary = nansen::scan::scan_bytes(&pdf(&objects), &options, sink).unwrap();
    assert_eq!((summary.pages, summary.symbols, pages), (10_000, 0, 10_000));
}

#[test]
fn a_document_that_takes_too_long_ends_with_what_was_read() {
    let text = commands(&qr(b"SLOW"), 100.0, 100.0, 3.0);
    let options = Options { document_budget: std::time::Duration::ZERO, ..Options::default() };
    let result = scan(&document(&[text.clone(), text]), &options).1;
    assert!(matches!(result, Err(ScanError::OutOfTime { .. })), "{result:?}");
}

#[test]
fn a_deflate_bomb_in_a_pdf_is_refused_before_it_is_unpacked() {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let block = vec![b' '; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&block).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 2 << 20);
    let bytes = pdf(&[
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R>>".to_vec(),
        stream("/Filter /FlateDecode", &bomb),
    ]);
    assert_eq!(refusal(&bytes), "PDF with a stream that unpacks to more than 469762048 bytes");
}

#[test]
fn a_page_that_names_one_long_stream_a_thousand_times_is_not_drawn() {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 16 << 20]).unwrap();
    let bytes = pdf(&[
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        format!("<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [{}]>>", "4 0 R ".repeat(1000))
            .into_bytes(),
        stream("/Filter /FlateDecode", &encoder.finish().unwrap()),
    ]);
    let (pages, result) = scan(&bytes, &Options::default());
    assert_eq!(result.unwrap().unreadable_pages, 1);
    assert!(pages[0].looks.is_empty());
}

#[test]
fn page_trees_in_a_circle_and_nested_deeply_end() {
    let circle = pdf(&[
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [2 0 R 3 0 R] /Count 2>>".to_vec(),
        b"<</Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 2>>".to_vec(),
    ]);
    assert_eq!(refusal(&circle), "damaged PDF, no page can be found");
    let mut objects = vec![b"<</Type /Catalog /Pages 2 0 R>>".to_vec()];
    objects.extend((2..20_000).map(|i| format!("<</Type /Pages /Kids [{} 0 R] /Count 1>>", i + 1).into_bytes()));
    objects.push(b"<</Type /Page /MediaBox [0 0 72 72]>>".to_vec());
    assert_eq!(scan(&pdf(&objects), &Options::default()).1.unwrap().pages, 1);
}

#[test]
fn deeply_nested_objects_do_not_exhaust_the_stack() {
    for (open, close) in [("[", "]"), ("<</A ", ">>")] {
        let nested = [open.repeat(200_000), "1".to_owned(), close.repeat(200_000)].concat();
        let bytes = pdf(&[
            b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
            format!("<</Type /Pages /Kids [3 0 R] /Count 1 /Extra {nested}>>").into_bytes(),
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] /Contents 4 0 R>>".to_vec(),
            stream("", format!("/Tag {nested} DP").as_bytes()),
        ]);
        // Whatever hayro makes of it, it comes back.
        let _ = scan(&bytes, &Options::default());
    }
}

#[test]
fn forms_that_call_each_other_ten_times_each_are_given_up() {
    let mut objects = vec![
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] /Contents 4 0 R /Resources <</XObject <</X 5 0 R>>>>>>"
            .to_vec(),
        stream("", b"/X Do"),
    ];
    for i in 5..25 {
        let dict =
            format!("/Type /XObject /Subtype /Form /BBox [0 0 72 72] /Resources <</XObject <</X {} 0 R>>>>", i + 1);
        objects.push(stream(&dict, "/X Do ".repeat(10).as_bytes()));
    }
    objects.push(stream("/Type /XObject /Subtype /Form /BBox [0 0 72 72]", b"0 0 9 9 re f"));
    // The budget of the document, so that the test is short; without one a page has 20 s.
    let options = Options { document_budget: std::time::Duration::from_secs(2), ..Options::default() };
    let result = scan(&pdf(&objects), &options).1;
    assert!(matches!(result, Err(ScanError::OutOfTime { page: 0 })), "{result:?}");
}

#[test]
fn absurd_page_sizes_are_drawn_small_or_not_at_all() {
    for media_box in [
        "0 0 1000000000 1000000000",
        "0 0 0.001 100000",
        "0 0 -5 -5",
        "9 9 9 9",
        "0 0 100000000000000000000000000000000000000 1",
        "0 0 14400 14400",
    ] {
        let bytes = pdf(&[
            b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
            format!("<</Type /Page /Parent 2 0 R /MediaBox [{media_box}]>>").into_bytes(),
        ]);
        let (pages, result) = scan(&bytes, &Options::default());
        result.unwrap();
        assert!(
            pages[0].looks.iter().all(|look| u64::from(look.width) * u64::from(look.height) < 40_000_000),
            "{media_box}"
        );
    }
}

#[test]
fn pictures_full_of_finder_patterns_end_within_the_budget() {
    let finder = |x: u32, y: u32| {
        let (x, y) = (x / 2 % 9, y / 2 % 9);
        let ring = x.abs_diff(3).max(y.abs_diff(3));
        x < 7 && y < 7 && ring != 2
    };
    let image = GreyImage::from_fn(1800, 1800, |x, y| if finder(x, y) { 0 } else { 255 });
    assert!(scan_image(&image, &Options::default())[0].found.is_empty());
}
