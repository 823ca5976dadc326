//! Symbols that are damaged so much that only a signature tells what they say, and symbols that carry one message together.

use nansen::envelope::{SymbolText, pack, split, to_text, unpack};
use nansen::scan::GreyImage;
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, Module};
use qrcode::{Color, EcLevel, QrCode, Version};
use serde_json::Value;

use super::desk::{Desk, err, json_lines, out, shown};
use super::scan_support::{commands, document, page, paint, pgm};

/// Version 15-M: ten blocks, 41 data codewords in each of the first, 24 error correction codewords in each
/// (ISO/IEC 18004 table 9).
const VERSION: Version = Version::Normal(15);
const BLOCKS: usize = 10;
const CORRECTIONS: usize = 24;

fn symbol(text: &[u8]) -> Vec<Vec<bool>> {
    let code = QrCode::with_version(text, VERSION, EcLevel::M).unwrap();
    let dark: Vec<bool> = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    dark.chunks(code.width()).map(<[bool]>::to_vec).collect()
}

/// The modules of the first `codewords` codewords of the first block.
fn modules_of_first_block(codewords: usize) -> Vec<Vec<bool>> {
    let bits = Bits::new(VERSION);
    let (data, ec) =
        qrcode::ec::construct_codewords(&vec![0; bits.max_len(EcLevel::M).unwrap() / 8], VERSION, EcLevel::M).unwrap();
    let mut marked = vec![0; data.len()];
    (0..codewords).for_each(|at| marked[at * BLOCKS] = 0xFF);
    let mut canvas = Canvas::new(VERSION, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&marked, &vec![0; ec.len()]);
    let width = VERSION.width();
    let is_marked = |x, y| matches!(canvas.get(x, y), Module::Unmasked(Color::Dark));
    (0..width).map(|y| (0..width).map(|x| is_marked(x, y)).collect()).collect()
}

/// A picture of a symbol in which so many codewords of the first block are neither dark nor light.
fn picture(text: &[u8], erased: usize) -> Vec<u8> {
    const PIXELS: usize = 6;
    const QUIET_ZONE: usize = 6;
    let (dark, erased) = (symbol(text), modules_of_first_block(erased));
    let side = ((dark.len() + 2 * QUIET_ZONE) * PIXELS) as u32;
    let at = |modules: &[Vec<bool>], x: u32, y: u32| {
        let module = |at: u32| (at as usize / PIXELS).checked_sub(QUIET_ZONE);
        let row = module(y).and_then(|y| modules.get(y));
        row.zip(module(x)).and_then(|(row, x)| row.get(x).copied()).unwrap_or(false)
    };
    pgm(&GreyImage::from_fn(side, side, |x, y| match (at(&erased, x, y), at(&dark, x, y)) {
        (true, _) => 135,
        (false, true) => 35,
        (false, false) => 235,
    }))
}

fn read(desk: &Desk, name: &str) -> Value {
    json_lines(&desk.run(&["read", name]).stdout).remove(0)
}

/// The text of a paper that the desk has issued.
fn issued(desk: &Desk) -> String {
    desk.issue_two()[0]["text"][0].as_str().unwrap().to_owned()
}

/// Erasures after which Reed–Solomon decoding still gives a word, and nothing of it vouches for that word.
const DOUBTFUL: usize = CORRECTIONS - 2;

#[test]
fn a_symbol_that_only_its_signature_vouches_for_is_judged_as_if_it_had_been_read() {
    let desk = Desk::new();
    let text = issued(&desk);
    let intact = desk.write("intact.pgm", picture(text.as_bytes(), 8));
    let damaged = desk.write("damaged.pgm", picture(text.as_bytes(), DOUBTFUL));
    let (code, found) = desk.verify(&[&shown(&intact)]);
    assert_eq!((code, &found[0]["verdict"], &found[0]["symbol"]["read"]), (Some(0), &"valid".into(), &Value::Null));
    let (code, proved) = desk.verify(&[&shown(&damaged)]);
    assert_eq!((code, proved.len()), (Some(0), 1), "{proved:?}");
    assert_eq!(proved[0]["symbol"]["read"], "proved by its signature");
    for key in ["verdict", "reason", "issuer", "serial", "claims", "trust", "source_kind"] {
        assert_eq!(proved[0][key], found[0][key], "{key}");
    }
    let told = out(&desk.run(&["verify", "damaged.pgm"]));
    assert!(told.contains("VALID") && told.contains("a damaged symbol; its signature proves"), "{told}");
    // What is judged by nothing is not told.
    let line = read(&desk, "damaged.pgm");
    assert_eq!((&line["symbols"], &line["unread"]), (&Value::Array(Vec::new()), &1.into()));
    assert_eq!(desk.run(&["read", "damaged.pgm"]).status.code(), Some(4));
}

#[test]
fn a_proved_symbol_is_refused_for_whatever_its_paper_is_refused_for() {
    let desk = Desk::new();
    let lines = desk.issue_two();
    let text = lines[0]["text"][0].as_str().unwrap();
    let damaged = shown(&desk.write("damaged.pgm", picture(text.as_bytes(), DOUBTFUL)));
    let revoked = desk.run(&["revoke", lines[0]["serial"].as_str().unwrap(), "--reason", "lost"]);
    assert_eq!(revoked.status.code(), Some(0), "{}", err(&revoked));
    let (code, found) = desk.verify(&[&damaged]);
    assert_eq!((code, &found[0]["reason"]), (Some(1), &"revoked".into()), "{found:?}");
    assert_eq!(found[0]["symbol"]["read"], "proved by its signature");
}

/// Another message under the signature of this one.
fn with_another_content(text: &str) -> String {
    let mut message = unpack(&SymbolText::parse(text.as_bytes()).unwrap().envelope).unwrap().cose;
    let at = message.windows(10).position(|ten| ten == b"Najibullah").expect("the name stands in the message");
    message[at] = b'H';
    to_text(&pack(&message)).unwrap()
}

#[test]
fn what_no_known_key_has_signed_is_unread_and_neither_forged_nor_unsigned() {
    let (desk, stranger) = (Desk::new(), Desk::new());
    let text = issued(&desk);
    let cases = [
        ("a stranger's", issued(&stranger), "unknown-issuer"),
        ("another content under the signature", with_another_content(&text), "bad-signature"),
        ("unsigned", "JUST A TEXT THAT ANYBODY CAN PRINT ".repeat(9), "unsigned"),
        ("no paper of ours", "NP1:THIS IS NOT ENOUGH ".repeat(12), "malformed"),
    ];
    for (name, text, reason) in cases {
        let intact = shown(&desk.write("intact.pgm", picture(text.as_bytes(), 8)));
        assert_eq!(desk.verify(&[&intact]).1[0]["reason"], reason, "{name}");
        let damaged = shown(&desk.write("damaged.pgm", picture(text.as_bytes(), DOUBTFUL)));
        let (code, found) = desk.verify(&[&damaged]);
        assert_eq!((code, found.len()), (Some(4), 1), "{name}: {found:?}");
        assert_eq!((&found[0]["verdict"], &found[0]["reason"]), (&"unreadable".into(), &"damaged".into()), "{name}");
        assert_eq!(found[0]["detail"], "a symbol was seen and is too damaged to be read", "{name}");
        assert_eq!((&found[0]["symbol"], &found[0]["kid"]), (&Value::Null, &Value::Null), "{name}");
    }
    let told = out(&desk.run(&["verify", "damaged.pgm"]));
    assert!(told.contains("NOT READ") && told.contains("flatten and clean the paper"), "{told}");
}

#[test]
fn beside_a_symbol_that_was_read_a_damaged_one_is_pointed_out() {
    let desk = Desk::new();
    let line = desk.issue_two();
    let text = |at: usize| line[at]["text"][0].as_str().unwrap();
    let hopeless = picture(&b"JUST A TEXT THAT ANYBODY CAN PRINT ".repeat(9), DOUBTFUL);
    let both = beside(&picture(text(0).as_bytes(), 8), &hopeless);
    desk.write("both.pgm", both);
    let output = desk.run(&["verify", "both.pgm"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("a symbol on page 1 was seen and could not be read"), "{}", err(&output));
}

/// A sheet with a symbol in which so many codewords of the first block are neither dark nor light.
fn sheet(text: &[u8], erased: usize) -> String {
    let (dark, erased) = (symbol(text), modules_of_first_block(erased));
    let grey = commands(&erased, 120.0, 300.0, 4.0).replacen("0 g", "0.5 g", 1);
    commands(&dark, 120.0, 300.0, 4.0) + &grey
}

#[test]
fn a_damaged_part_is_proved_by_the_document_that_it_completes() {
    let desk = Desk::new();
    let envelope = SymbolText::parse(issued(&desk).as_bytes()).unwrap().envelope;
    let parts: Vec<String> = split(&envelope, 2, 3).unwrap().iter().map(|part| to_text(part).unwrap()).collect();
    let (damaged, intact) = (sheet(parts[0].as_bytes(), DOUBTFUL), sheet(parts[2].as_bytes(), 0));
    // Of a damaged one that comes first nothing can be said before the other has been seen.
    for (page, sheets) in [(1, [damaged.clone(), intact.clone()]), (2, [intact, damaged])] {
        let file = shown(&desk.write("parts.pdf", document(&sheets)));
        let (code, found) = desk.verify(&[&file]);
        assert_eq!((code, found.len(), &found[0]["verdict"]), (Some(0), 1, &"valid".into()), "{page}: {found:?}");
        assert_eq!((&found[0]["page"], &found[0]["symbol"]["read"]), (&page.into(), &"proved by its signature".into()));
    }
    // A part of another document completes nothing.
    let other = SymbolText::parse(issued(&Desk::new()).as_bytes()).unwrap().envelope;
    let other = to_text(&split(&other, 2, 3).unwrap()[0]).unwrap();
    let sheets = [sheet(other.as_bytes(), DOUBTFUL), sheet(parts[1].as_bytes(), 0)];
    let file = shown(&desk.write("parts.pdf", document(&sheets)));
    let (code, found) = desk.verify(&[&file]);
    let reasons: Vec<&Value> = found.iter().map(|one| &one["reason"]).collect();
    assert_eq!((code, reasons), (Some(3), vec![&"damaged".into(), &"incomplete".into()]), "{found:?}");
}

/// Two pictures of one size, one beside the other.
fn beside(left: &[u8], right: &[u8]) -> Vec<u8> {
    let [left, right] = [left, right].map(|bytes| image::load_from_memory(bytes).unwrap().to_luma8());
    let width = left.width();
    pgm(&GreyImage::from_fn(2 * width, left.height(), |x, y| {
        if x < width { left.get_pixel(x, y)[0] } else { right.get_pixel(x - width, y)[0] }
    }))
}

/// A text over several symbols (ISO/IEC 18004 §8), each with its place, in byte mode.
fn sequence(text: &[u8], total: usize) -> Vec<Vec<Vec<bool>>> {
    let parity = text.iter().fold(0, |parity, byte| parity ^ byte);
    let length = text.len().div_ceil(total);
    text.chunks(length).enumerate().map(|(index, piece)| in_sequence(piece, index, total, parity)).collect()
}

fn in_sequence(piece: &[u8], index: usize, total: usize, parity: u8) -> Vec<Vec<bool>> {
    let mut bits = Vec::new();
    let mut push = |number: usize, length: usize| bits.extend((0..length).rev().map(|bit| number >> bit & 1));
    for (number, length) in
        [(0b0011, 4), (index, 4), (total - 1, 4), (parity.into(), 8), (0b0100, 4), (piece.len(), 16)]
    {
        push(number, length);
    }
    piece.iter().for_each(|byte| push((*byte).into(), 8));
    push(0, 4);
    let mut data: Vec<u8> = bits
        .chunks(8)
        .map(|byte| (0..8).fold(0, |all, at| all << 1 | byte.get(at).copied().unwrap_or(0) as u8))
        .collect();
    let capacity = Bits::new(VERSION).max_len(EcLevel::M).unwrap() / 8;
    let padding = (0..capacity - data.len()).map(|at| if at % 2 == 0 { 0xEC } else { 0x11 });
    data.extend(padding);
    let (data, ec) = qrcode::ec::construct_codewords(&data, VERSION, EcLevel::M).unwrap();
    let mut canvas = Canvas::new(VERSION, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &ec);
    let colors = canvas.apply_best_mask().into_colors();
    colors.chunks(VERSION.width() as usize).map(|row| row.iter().map(|c| *c == Color::Dark).collect()).collect()
}

#[test]
fn symbols_of_one_message_are_joined_within_a_picture_and_over_files() {
    let desk = Desk::new();
    let text = issued(&desk);
    let three = sequence(text.as_bytes(), 3);
    for (at, modules) in three.iter().enumerate() {
        desk.write(&format!("{}.pgm", at + 1), pgm(&page(modules, 4.0, 0.0)));
    }
    for order in [["1.pgm", "2.pgm", "3.pgm"], ["3.pgm", "1.pgm", "2.pgm"]] {
        let (code, found) = desk.verify(&order);
        assert_eq!((code, found.len(), &found[0]["verdict"]), (Some(0), 1, &"valid".into()), "{found:?}");
    }
    let (code, found) = desk.verify(&["1.pgm", "2.pgm", "2.pgm", "3.pgm"]);
    assert_eq!((code, found.len()), (Some(0), 1), "a symbol that comes twice is no news: {found:?}");
    let places = [(250.0, 250.0), (700.0, 250.0), (250.0, 700.0)];
    let placed = [0, 1, 2].map(|at| (&three[2 - at][..], places[at], 4.0, 0.0));
    desk.write("all.pgm", pgm(&paint(950, 950, &placed)));
    let (code, found) = desk.verify(&["all.pgm"]);
    assert_eq!((code, found.len(), &found[0]["verdict"]), (Some(0), 1, &"valid".into()), "{found:?}");
    let parity = text.bytes().fold(0, |parity, byte| parity ^ byte);
    let expect = serde_json::json!({"index": 1, "total": 3, "parity": parity});
    assert_eq!(read(&desk, "2.pgm")["symbols"][0]["structured_append"], expect);
}

#[test]
fn symbols_of_a_message_that_are_missing_are_named() {
    let desk = Desk::new();
    let text = issued(&desk);
    let five = sequence(text.as_bytes(), 5);
    for (at, modules) in five.iter().enumerate() {
        desk.write(&format!("{}.pgm", at + 1), pgm(&page(modules, 4.0, 0.0)));
    }
    let (code, found) = desk.verify(&["5.pgm", "1.pgm", "3.pgm"]);
    assert_eq!((code, found.len(), &found[0]["reason"]), (Some(3), 1, &"incomplete".into()), "{found:?}");
    assert_eq!(found[0]["detail"], "symbols 2 and 4 of 5 are still needed");
    let parity = text.bytes().fold(0, |parity, byte| parity ^ byte);
    let wrong = in_sequence(b"NOT OF THIS MESSAGE", 3, 5, parity);
    desk.write("wrong.pgm", pgm(&page(&wrong, 4.0, 0.0)));
    let (code, found) = desk.verify(&["1.pgm", "2.pgm", "3.pgm", "wrong.pgm", "5.pgm"]);
    assert_eq!((code, &found[0]["reason"]), (Some(3), &"incomplete".into()), "{found:?}");
    let detail = found[0]["detail"].as_str().unwrap();
    assert!(detail.contains("do not make one text"), "{detail}");
    let (code, found) = desk.verify(&["1.pgm", "2.pgm", "3.pgm", "wrong.pgm", "5.pgm", "4.pgm"]);
    assert_eq!((code, found.len(), &found[0]["verdict"]), (Some(0), 1, &"valid".into()), "{found:?}");
}
