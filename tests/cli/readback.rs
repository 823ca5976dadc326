//! Pages that are read back before they are written, and papers that are scanned back before they are handed over.

use nansen::scan::{GreyImage, draw};

use super::desk::{Desk, TWO, err, json_lines, out, shown};
use super::scan_support::{page, pgm, qr};

/// A desk with two printed papers: their serials, and the first page as a scanner at 300 dpi would see it.
fn printed() -> (Desk, [String; 2], GreyImage) {
    let desk = Desk::new();
    let lines = desk.issue_two();
    let serials = [0, 1].map(|i: usize| lines[i]["serial"].as_str().unwrap().to_owned());
    let first = draw(&std::fs::read(desk.path("two.pdf")).unwrap(), 1, 300).unwrap();
    (desk, serials, first)
}

fn toned(image: &GreyImage, black: u32) -> GreyImage {
    let tone = |pixel: u8| (black + u32::from(pixel) * (255 - black) / 255) as u8;
    GreyImage::from_fn(image.width(), image.height(), |x, y| tone(image.row(y)[x as usize]))
}

#[test]
fn pages_that_read_are_written_with_read_back_as_without() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let done = desk.run(&["issue", "registration", &list, "-o", "two.pdf", "--read-back"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(desk.verify(&["two.pdf"]).0, Some(0));
}

#[test]
fn a_scanned_paper_is_graded_and_its_neighbour_is_missed() {
    let (desk, serials, first) = printed();
    let scan = shown(&desk.write("one.pgm", pgm(&first)));
    let done = desk.run(&["register", "readback", &scan, "--format", "json"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let found = json_lines(&done.stdout);
    assert_eq!((&found[0]["serial"], &found[0]["copy"]), (&serials[0].as_str().into(), &1.into()));
    assert!(["A", "B"].contains(&found[0]["grade"].as_str().unwrap()), "{found:?}");
    assert_eq!((&found[0]["good"], &found[0]["measures"]["symbol_contrast"]["grade"]), (&true.into(), &4.into()));
    assert!(err(&done).contains(&format!("1 papers: {} copy 1", serials[1])), "{}", err(&done));

    let missing = desk.run(&["register", "readback", "--missing"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(out(&missing).starts_with(&serials[1]) && !out(&missing).contains(&serials[0]), "{}", out(&missing));
}

#[test]
fn a_pale_paper_is_named_with_what_to_do_and_not_good() {
    let (desk, serials, first) = printed();
    let scan = shown(&desk.write("pale.pgm", pgm(&toned(&first, 180))));
    let done = desk.run(&["register", "readback", &scan]);
    assert_eq!(done.status.code(), Some(1), "{}", err(&done));
    let told = out(&done);
    assert!(told.starts_with(&format!("{}  copy 1  grade D", serials[0])), "{told}");
    assert!(told.contains("too pale: contrast 29 %") && told.contains("next: change the toner"), "{told}");
    assert_eq!(desk.run(&["register", "readback", &scan, "--least", "D"]).status.code(), Some(0));
    // It was read, though not well enough to be handed over.
    let missing = desk.run(&["register", "readback", "--missing"]);
    assert!(out(&missing).contains("at best D"), "{}", out(&missing));
}

#[test]
fn what_is_not_a_paper_of_this_desk_is_not_recorded() {
    let (desk, _, _) = printed();
    let foreign = shown(&desk.write("foreign.pgm", pgm(&page(&qr(b"HELLO"), 6.0, 0.0))));
    let done = desk.run(&["register", "readback", &foreign]);
    assert_eq!((done.status.code(), out(&done)), (Some(1), String::new()));
    assert!(err(&done).contains("none of this desk"), "{}", err(&done));
    let blank = shown(&desk.write("blank.pgm", pgm(&GreyImage::from_fn(90, 90, |_, _| 255))));
    assert_eq!(desk.run(&["register", "readback", &blank]).status.code(), Some(4));
    assert_eq!(desk.run(&["register", "readback", "gone.png"]).status.code(), Some(2));
    assert_eq!(desk.run(&["register", "readback"]).status.code(), Some(2));
    assert_eq!(desk.run(&["register", "readback", &blank, "--least", "E"]).status.code(), Some(2));
}
