//! Pages that are read back before they are written, and papers that are scanned back before they are handed over.

use nansen::scan::{GreyImage, draw};

use super::desk::{Desk, TWO, err, json_lines, out, shown};
use super::scan_support::{commands, page, pdf, pgm, qr, stream};

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

/// A ground with a symbol on it, as one would have it from a designer who knows no better.
fn ground_with_a_symbol() -> String {
    let symbol = qr(b"HELLO");
    let rows =
        symbol.iter().enumerate().flat_map(|(y, row)| row.iter().enumerate().map(move |(x, dark)| (x, y, *dark)));
    let dark = rows.filter(|(.., dark)| *dark);
    let squares: String = dark.map(|(x, y, _)| format!("M{} {}h1v1h-1z", 20 + x, 250 + y)).collect();
    format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297"><path d="{squares}"/></svg>"#)
}

#[test]
fn a_page_that_does_not_read_leaves_no_file_and_is_named_with_row_serial_and_reason() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let made = desk.run(&["template", "new", "refugee", "--from", "registration"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let layout = std::fs::read_to_string(desk.path("refugee/a4.toml")).unwrap();
    let spoilt: String = layout
        .lines()
        .map(|line| if line.starts_with("background =") { "background = \"ground.svg\"" } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    desk.write("refugee/a4.toml", &spoilt);
    desk.write("refugee/ground.svg", ground_with_a_symbol());
    let files = || {
        let mut names: Vec<_> =
            std::fs::read_dir(desk.path(".")).unwrap().map(|one| one.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    let issue =
        ["issue", "refugee", &list, "--template", "refugee", "-o", "r.pdf", "--symbols", "r.jsonl", "--read-back"];
    for _ in 0..2 {
        let done = desk.run(&issue);
        assert_eq!(done.status.code(), Some(1), "{}", err(&done));
        let told = err(&done);
        // Rows are those of the list with its head, as a spreadsheet counts them.
        let listed = desk.run(&["register", "list", "--format", "json"]);
        let serials: Vec<String> =
            json_lines(&listed.stdout).iter().map(|one| one["serial"].as_str().unwrap().to_owned()).collect();
        let named = |serial: &String| told.contains(&format!("row 2, {serial}: on its sheet a symbol is read back"));
        assert!(serials.iter().any(named), "{told}");
        assert!(told.contains("HELLO") && told.contains("next: nothing of this file was written"), "{told}");
        assert_eq!(files(), before, "something is left");
    }
    // With the template put right the same list goes on, and nobody is issued twice.
    desk.write("refugee/a4.toml", layout);
    let done = desk.run(&issue);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(desk.issued(), 2);
    assert!(desk.verify(&["r.pdf"]).1.iter().all(|found| found["verdict"] == "valid"));
}

#[test]
fn cards_are_read_back_on_the_sheets_that_they_are_printed_on() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let args = ["issue", "registration", &list, "-o", "two.pdf", "--layout", "cards", "--read-back"];
    let done = desk.run(&args);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(desk.verify(&["two.pdf"]).1.iter().filter(|found| found["verdict"] == "valid").count(), 2);
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
    let nothing = desk.run(&["register", "readback", &blank]);
    assert_eq!(nothing.status.code(), Some(4));
    assert!(err(&nothing).contains("no symbol on page 1\n  next: "), "{}", err(&nothing));
    assert_eq!(desk.run(&["register", "readback", "gone.png"]).status.code(), Some(2));
    assert_eq!(desk.run(&["register", "readback"]).status.code(), Some(2));
    assert_eq!(desk.run(&["register", "readback", &blank, "--least", "E"]).status.code(), Some(2));
}

#[test]
fn the_file_that_a_paper_was_printed_from_is_no_scan_of_it() {
    let (desk, serials, _) = printed();
    let refused = desk.run(&["register", "readback", "two.pdf"]);
    assert_eq!((refused.status.code(), out(&refused)), (Some(2), String::new()));
    let told = err(&refused);
    assert!(told.contains("this is the file, not a scan of the paper: credentials are attached to it"), "{told}");
    assert!(told.contains("next: print it, scan the paper"), "{told}");
    let missing = out(&desk.run(&["register", "readback", "--missing"]));
    assert!(serials.iter().all(|serial| missing.contains(serial)), "{missing}");
}

#[test]
fn a_drawn_symbol_in_a_file_without_attachments_is_no_scan_either() {
    let desk = Desk::new();
    let text = desk.issue_two()[0]["text"][0].as_str().unwrap().to_owned();
    let content = commands(&qr(text.as_bytes()), 150.0, 300.0, 4.0);
    let drawn = pdf(&[
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R>>".to_vec(),
        stream("", content.as_bytes()),
    ]);
    desk.write("drawn.pdf", drawn);
    let refused = desk.run(&["register", "readback", "drawn.pdf"]);
    assert_eq!((refused.status.code(), out(&refused)), (Some(2), String::new()));
    assert!(err(&refused).contains("the symbol on page 1 is drawn, not a picture"), "{}", err(&refused));
}

#[test]
fn a_scan_that_a_scanner_put_into_a_pdf_is_graded_and_shown_with_the_credential() {
    let (desk, serials, first) = printed();
    let (width, height) = (first.width(), first.height());
    let pixels: Vec<u8> = (0..height).flat_map(|y| first.row(y).to_vec()).collect();
    let head = format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 8"
    );
    let scan = pdf(&[
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] /Contents 4 0 R /Resources <</XObject <</I 5 0 R>>>>>>"
            .to_vec(),
        stream("", b"595.276 0 0 841.89 0 0 cm /I Do"),
        stream(&head, &pixels),
    ]);
    desk.write("scan.pdf", scan);
    let done = desk.run(&["register", "readback", "scan.pdf"]);
    assert!(out(&done).starts_with(&format!("{}  copy 1  grade ", serials[0])), "{} {}", out(&done), err(&done));
    let shown = out(&desk.run(&["register", "show", &serials[0]]));
    assert!(shown.contains("scanned back") && shown.contains("scan.pdf"), "{shown}");
    let line = json_lines(&desk.run(&["register", "show", &serials[0], "--format", "json"]).stdout).remove(0);
    assert_eq!((&line["readbacks"][0]["copy"], &line["readbacks"][0]["file"]), (&1.into(), &"scan.pdf".into()));
}

#[test]
fn copies_with_one_symbol_are_marked_from_the_latest_and_signed_copies_by_their_own() {
    for (wire, expect) in [("claim169", [2, 1]), ("nansen", [1, 1])] {
        let file = format!("{wire}.pdf");
        let lines = format!("{wire}.jsonl");
        let desk = Desk::new();
        desk.write("two.csv", TWO);
        let done = desk.run(&["issue", "registration", "two.csv", "-o", &file, "--symbols", &lines, "--wire", wire]);
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        let serial = json_lines(&std::fs::read(desk.path(&lines)).unwrap())[0]["serial"].as_str().unwrap().to_owned();
        assert_eq!(desk.run(&["register", "reprint", &serial, "-o", "copy.pdf"]).status.code(), Some(0));
        let first = draw(&std::fs::read(desk.path(&file)).unwrap(), 1, 300).unwrap();
        desk.write("first.pgm", pgm(&first));
        for copy in expect {
            let done = desk.run(&["register", "readback", "first.pgm", "--format", "json"]);
            assert_eq!(json_lines(&done.stdout)[0]["copy"], copy, "{wire} {}", err(&done));
        }
        let told = out(&desk.run(&["register", "readback", "first.pgm"]));
        assert_eq!(told.contains("copies 1, 2 have the same symbol: marked as copy 2"), wire == "claim169", "{told}");
    }
}
