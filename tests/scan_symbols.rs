//! Symbols drawn here are read back, byte for byte, however they lie on the paper and whatever file they come in.

mod scan_support;

use std::time::Duration;

use image::ImageFormat;
use nansen::scan::{Effort, Folder, FrameSource, GreyImage, Kind, Mjpeg, Options, ReaderChoice, Y4m, scan_image};
use nansen::symbol::EcLevel;
use scan_support::{commands, document, encode, modules, page, paint, pgm, qr, scan, symbols};

const TEXT: &[u8] =
    b"NP1:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90$PC5$CUZC$$5Y$527B";

fn found(image: &GreyImage) -> Vec<nansen::scan::Found> {
    // What is read must not depend on what else the machine has to do.
    let patient = Options { image_budget: Duration::from_mins(1), ..Options::default() };
    scan_image(image, &patient).remove(0).found
}

#[test]
fn a_symbol_is_read_in_any_rotation() {
    let code = qr(TEXT);
    for degrees in [0.0, 17.0, 45.0, 90.0, 180.0, 270.0, 341.0] {
        let found = found(&page(&code, 4.0, degrees));
        assert_eq!(found.len(), 1, "{degrees}°");
        assert_eq!(found[0].bytes, TEXT, "{degrees}°");
        assert_eq!(found[0].errors_corrected, Some(0), "{degrees}°");
        assert_eq!((found[0].kind, found[0].ec_level), (Kind::Qr, Some(EcLevel::M)));
        assert_eq!(found[0].version, Some(((code.len() - 17) / 4) as u8));
        assert!(!found[0].mirrored && !found[0].inverted);
    }
}

#[test]
fn mirrored_and_inverted_symbols_are_read_and_said_to_be_so() {
    let code = qr(TEXT);
    let mirrored: Vec<Vec<bool>> = code.iter().map(|row| row.iter().rev().copied().collect()).collect();
    let found_mirrored = found(&page(&mirrored, 4.0, 5.0));
    assert_eq!(found_mirrored[0].bytes, TEXT);
    assert!(found_mirrored[0].mirrored);
    assert_eq!(found_mirrored[0].errors_corrected, Some(0));
    let found_inverted = found(&page(&code, 4.0, 5.0).inverted());
    assert_eq!(found_inverted[0].bytes, TEXT);
    assert!(found_inverted[0].inverted);
}

#[test]
fn every_byte_comes_back_whatever_character_set_it_looks_like() {
    let all: Vec<u8> = (0..=255).collect();
    let messages: [&[u8]; 6] = [
        &all,
        "Ünïcödé ﻙﻖ 日本".as_bytes(),
        b"\xe9\xe8 Latin-1 \xfc",
        b"\x93\xfa\x96\x7b\x8c\xea",
        b"0123456789012345678901234567890123456789",
        b"\xef\xbb\xbfBOM",
    ];
    for message in messages {
        let found = found(&page(&qr(message), 4.0, 0.0));
        assert_eq!(found[0].bytes, message);
    }
}

#[test]
fn all_symbols_of_a_page_are_found_and_each_once() {
    let codes: Vec<Vec<Vec<bool>>> =
        (0..6).map(|i| qr(format!("NP1:PART {i} OF 6 {}", "A".repeat(60)).as_bytes())).collect();
    let placed: Vec<_> = codes
        .iter()
        .zip(0..)
        .map(|(code, i)| {
            (&code[..], (200.0 + 350.0 * (i % 3) as f32, 220.0 + 380.0 * (i / 3) as f32), 5.0, 23.0 * i as f32)
        })
        .collect();
    let mut bytes: Vec<Vec<u8>> = found(&paint(1100, 820, &placed)).into_iter().map(|found| found.bytes).collect();
    bytes.sort();
    assert_eq!(bytes.len(), 6);
    bytes.dedup();
    assert_eq!(bytes.len(), 6);
}

#[test]
fn the_same_message_printed_twice_is_two_symbols() {
    let code = qr(TEXT);
    let image = paint(800, 420, &[(&code, (200.0, 210.0), 5.0, 0.0), (&code, (590.0, 210.0), 5.0, 0.0)]);
    assert_eq!(found(&image).len(), 2);
}

#[test]
fn noise_small_modules_and_faint_print_are_read() {
    let code = qr(TEXT);
    let noisy = |image: GreyImage, keep: i32| {
        let mut state = 7_u32;
        GreyImage::from_fn(image.width(), image.height(), |x, y| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 24) as i32 % 41 - 20;
            let value = 235 - (235 - i32::from(image.row(y)[x as usize])) * keep / 100;
            (value + noise * keep / 100).clamp(0, 255) as u8
        })
    };
    assert_eq!(found(&noisy(page(&code, 4.0, 3.0), 100))[0].bytes, TEXT);
    assert_eq!(found(&noisy(page(&code, 3.0, 0.0), 100))[0].bytes, TEXT);
    assert_eq!(found(&noisy(page(&code, 5.0, 9.0), 12))[0].bytes, TEXT);
    assert_eq!(found(&page(&code, 2.0, 0.0))[0].bytes, TEXT);
}

#[test]
fn data_matrix_symbols_are_read_byte_for_byte() {
    let binary = modules(&[
        "#.#.#.#.#.#.#.#.#.#.",
        "##..###..#.##....###",
        "#...#####...###.###.",
        "#.#####.#.#.#.##...#",
        "#..#.#....#..#......",
        "##.##..#.#..##.#...#",
        "#.##...#.####..##...",
        "###.##.#...##..##.##",
        "###.#####....#####..",
        "#.#....##.##.#.###.#",
        "#.....##.#.....#.#..",
        "#.#.#.#...#.#....#.#",
        "###...#..##.####.#..",
        "##....#.#.#.#.#...##",
        "##..##.###..#....##.",
        "##..###.......#.##.#",
        "##.##..#.###....#.#.",
        "#...#.#.##.##.#..#.#",
        "#..###.#.#.#.#.##.#.",
        "####################",
    ]);
    let expected = b"\xdc\x03\x00\xff\x80\x9fA\xe9\x7f\x81\x90\xa0\xbf\xc3(";
    for degrees in [0.0, 90.0, 12.0] {
        let found = found(&page(&binary, 6.0, degrees));
        assert_eq!(found.len(), 1, "{degrees}°");
        assert_eq!((found[0].kind, &found[0].bytes[..]), (Kind::DataMatrix, &expected[..]));
    }
    let inverted = found(&page(&binary, 6.0, 0.0).inverted());
    assert_eq!(inverted[0].bytes, expected);
}

#[test]
fn every_image_type_is_read() {
    let image = page(&qr(TEXT), 4.0, 0.0);
    for format in
        [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Tiff, ImageFormat::Bmp, ImageFormat::Pnm]
    {
        assert_eq!(symbols(&encode(&image, format))[0].bytes, TEXT, "{format:?}");
    }
}

#[test]
fn transparency_is_white_paper_and_sixteen_bits_are_fine() {
    let image = page(&qr(TEXT), 4.0, 0.0);
    let (w, h) = (image.width(), image.height());
    // Black everywhere: only the alpha channel tells ink from paper.
    let clear = image::RgbaImage::from_fn(w, h, |x, y| image::Rgba([0, 0, 0, 255 - image.row(y)[x as usize]]));
    let deep = image::ImageBuffer::from_fn(w, h, |x, y| image::Luma([u16::from(image.row(y)[x as usize]) * 257]));
    for picture in [image::DynamicImage::ImageRgba8(clear), image::DynamicImage::ImageLuma16(deep)] {
        let mut out = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Png).unwrap();
        assert_eq!(symbols(out.get_ref())[0].bytes, TEXT);
    }
}

#[test]
fn the_orientation_that_a_camera_recorded_is_applied() {
    // A symbol at the left edge of a wide picture; orientation n puts that edge elsewhere.
    let code = qr(TEXT);
    let image = paint(700, 300, &[(&code, (150.0, 150.0), 4.0, 0.0)]);
    let jpeg = encode(&image, ImageFormat::Jpeg);
    for orientation in 1..=8_u8 {
        let tiff = [&b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation, 0, 0, 0, 0, 0, 0, 0]]
            .concat();
        let length = (tiff.len() as u16 + 2).to_be_bytes();
        let tagged = [&jpeg[..2], &[0xFF, 0xE1], &length, &tiff, &jpeg[2..]].concat();
        let (pages, result) = scan(&tagged, &Options::default());
        result.unwrap();
        let turned = orientation >= 5;
        assert_eq!((pages[0].looks[0].width, pages[0].looks[0].height), if turned { (300, 700) } else { (700, 300) });
        let found = &pages[0].found()[0];
        assert_eq!(found.bytes, TEXT, "orientation {orientation}");
        let corners = found.corners.unwrap();
        let centre = (corners.iter().map(|c| c.0).sum::<f32>() / 4.0, corners.iter().map(|c| c.1).sum::<f32>() / 4.0);
        let expected = match orientation {
            2 | 3 => (550.0, 150.0),
            1 | 4 | 5 | 6 => (150.0, 150.0),
            _ => (150.0, 550.0),
        };
        assert!(
            (centre.0 - expected.0).abs() < 9.0 && (centre.1 - expected.1).abs() < 9.0,
            "{orientation}: {centre:?}"
        );
        assert_eq!(found.mirrored, [2, 4, 5, 7].contains(&orientation), "orientation {orientation}");
    }
}

#[test]
fn all_images_of_a_tiff_file_are_read() {
    let first = encode(&page(&qr(b"FIRST PAGE"), 4.0, 0.0), ImageFormat::Tiff);
    let second = encode(&page(&qr(b"SECOND PAGE"), 4.0, 0.0), ImageFormat::Tiff);
    // The second file's offsets move by the length of the first, so its directory is rewritten.
    let both = join_tiff(&first, &second);
    let found = symbols(&both);
    let pages: Vec<_> = found.iter().map(|found| (found.page, &found.bytes[..])).collect();
    assert_eq!(pages, [(1, &b"FIRST PAGE"[..]), (2, b"SECOND PAGE")]);
}

fn join_tiff(first: &[u8], second: &[u8]) -> Vec<u8> {
    let u16_at = |bytes: &[u8], at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let u32_at = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let shift = (first.len() + first.len() % 2) as u32;
    let mut moved = second.to_vec();
    let directory = u32_at(second, 4) as usize;
    for entry in 0..usize::from(u16_at(second, directory)) {
        let at = directory + 2 + entry * 12;
        let (tag, kind, count) = (u16_at(second, at), u16_at(second, at + 2), u32_at(second, at + 4));
        let size = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8][usize::from(kind)] * count as usize;
        let value = u32_at(second, at + 8);
        if size > 4 {
            moved[at + 8..at + 12].copy_from_slice(&(value + shift).to_le_bytes());
        }
        // StripOffsets
        if tag == 273 {
            let places: Vec<usize> =
                if size > 4 { (0..count as usize).map(|i| value as usize + 4 * i).collect() } else { vec![at + 8] };
            for place in places {
                let offset = u32_at(second, place) + shift;
                moved[place..place + 4].copy_from_slice(&offset.to_le_bytes());
            }
        }
    }
    let mut out = first.to_vec();
    out.resize(shift as usize, 0);
    let end = u32_at(first, 4) as usize + 2 + 12 * usize::from(u16_at(first, u32_at(first, 4) as usize));
    out[end..end + 4].copy_from_slice(&(directory as u32 + shift).to_le_bytes());
    out.extend(moved);
    out
}

#[test]
fn every_page_of_a_pdf_is_read_and_every_symbol_on_it() {
    let codes: Vec<_> = (0..4).map(|i| qr(format!("NP1:CERTIFICATE {i} {}", "Z".repeat(150)).as_bytes())).collect();
    let contents = vec![
        commands(&codes[0], 350.0, 60.0, 2.2),
        "BT ET".to_owned(),
        // Turned by 30 degrees, and a second symbol beside it.
        format!(
            "q 0.866 0.5 -0.5 0.866 200 200 cm {} Q {}",
            commands(&codes[1], 0.0, 0.0, 2.0),
            commands(&codes[2], 300.0, 600.0, 1.5)
        ),
        commands(&codes[3], 40.0, 700.0, 1.0),
    ];
    let (pages, result) = scan(&document(&contents), &Options::default());
    let summary = result.unwrap();
    assert_eq!((summary.pages, summary.symbols, summary.unreadable_pages), (4, 4, 0));
    assert_eq!(pages.iter().map(|page| page.found().len()).collect::<Vec<_>>(), [1, 0, 2, 1]);
    assert_eq!(pages[0].looks[0].dpi, Some(300));
    assert_eq!(pages[3].found()[0].page, 4);
    assert!(pages[3].found()[0].bytes.starts_with(b"NP1:CERTIFICATE 3"));
}

#[test]
fn a_page_without_a_symbol_says_what_was_looked_at() {
    let (pages, result) = scan(&document(&["100 100 200 300 re f".to_owned()]), &Options::default());
    result.unwrap();
    assert_eq!(pages[0].looks.iter().map(|look| look.dpi.unwrap()).collect::<Vec<_>>(), [300, 200, 400]);
}

#[test]
fn each_reader_can_be_asked_by_name() {
    let image = page(&qr(TEXT), 4.0, 0.0);
    let names = |reader| {
        let options = Options { reader, effort: Effort::Fast, ..Options::default() };
        scan_image(&image, &options)
            .into_iter()
            .map(|reading| {
                assert_eq!(reading.found[0].bytes, TEXT, "{}", reading.reader);
                reading.reader
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(names(ReaderChoice::Own), ["own"]);
    assert_eq!(names(ReaderChoice::Rxing), ["rxing"]);
    assert_eq!(names(ReaderChoice::Rqrr), ["rqrr"]);
    assert_eq!(names(ReaderChoice::All), ["own", "rxing", "rqrr"]);
}

#[test]
fn frames_from_folders_and_videos_are_read() {
    let image = page(&qr(TEXT), 4.0, 8.0);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1.pgm"), pgm(&image)).unwrap();
    let y4m =
        [format!("YUV4MPEG2 W{} H{} F25:1 Cmono\nFRAME\n", image.width(), image.height()).as_bytes(), image.pixels()]
            .concat();
    let jpeg = encode(&image, ImageFormat::Jpeg);
    let sources: [Box<dyn FrameSource>; 3] = [
        Box::new(Folder::open(folder.path()).unwrap()),
        Box::new(Y4m::new(&y4m[..]).unwrap()),
        Box::new(Mjpeg::new(&jpeg[..])),
    ];
    let fast = Options { effort: Effort::Fast, ..Options::default() };
    for mut source in sources {
        let frame = source.next_frame().unwrap().unwrap();
        assert_eq!(scan_image(&frame, &fast)[0].found[0].bytes, TEXT);
        assert!(source.next_frame().unwrap().is_none());
    }
}

#[test]
fn corners_go_round_the_symbol_from_the_top_left() {
    let modules = qr(&[b'A'; 200]);
    let image = page(&modules, 5.0, 0.0);
    let found = nansen::scan::scan_image(&image, &Options::default()).remove(0).found.remove(0);
    let (half, middle) = (modules.len() as f32 * 2.5, image.width() as f32 / 2.0);
    let expect = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    for ((x, y), (right, down)) in found.corners.unwrap().into_iter().zip(expect) {
        let off = (x - middle - right * half).hypot(y - middle - down * half);
        assert!(off < 2.5, "{:?}", found.corners);
    }
}
