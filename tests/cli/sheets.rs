//! Trust lists on paper: printed, scanned with a symbol covered, taken in.

use nansen::scan::{GreyImage, Options, draw, scan_image};

use super::desk::{Desk, err, out, shown};

/// The first sheet as a scanner sees it.
fn scan(desk: &Desk) -> GreyImage {
    draw(&std::fs::read(desk.path("sheets.pdf")).unwrap(), 1, 200).unwrap()
}

/// The symbols on a scan, each with its place.
fn places(image: &GreyImage) -> Vec<[(f32, f32); 4]> {
    let found = scan_image(image, &Options::default()).remove(0).found;
    found.iter().map(|symbol| symbol.corners.unwrap()).collect()
}

/// A scan on which a coffee cup stands on each of these symbols.
fn covered(image: &GreyImage, places: &[[(f32, f32); 4]]) -> Vec<u8> {
    let is_covered = |x: u32, y: u32| {
        places.iter().any(|corners| {
            let (left, top) = corners.iter().fold((f32::MAX, f32::MAX), |(x, y), at| (x.min(at.0), y.min(at.1)));
            let (right, bottom) = corners.iter().fold((0.0_f32, 0.0_f32), |(x, y), at| (x.max(at.0), y.max(at.1)));
            (left..right).contains(&(x as f32)) && (top..bottom).contains(&(y as f32))
        })
    };
    let (width, height) = (image.width(), image.height());
    let mut file = format!("P5 {width} {height} 255\n").into_bytes();
    for y in 0..height {
        file.extend(image.row(y).iter().zip(0..).map(|(pixel, x)| if is_covered(x, y) { 90 } else { *pixel }));
    }
    file
}

fn printed() -> Desk {
    let desk = Desk::new();
    desk.issue_two();
    let done = desk.run(&["trust", "export", "--sheets", "sheets.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(out(&done).contains("1 sheet\n"), "{}", out(&done));
    desk
}

#[test]
fn a_list_on_paper_is_taken_in_although_a_symbol_is_covered() {
    let (desk, gate) = (printed(), Desk::empty());
    let page = scan(&desk);
    let symbols = places(&page);
    assert!(symbols.len() > 2, "{}", symbols.len());
    gate.write("scan.pgm", covered(&page, &symbols[1..2]));
    let done = gate.run(&["trust", "import", "scan.pgm"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(err(&done).contains("compare the fingerprint"), "{}", err(&done));
    assert_eq!(gate.verify(&[&shown(&desk.path("two.pdf"))]).0, Some(0));
    let again = gate.run(&["trust", "import", &shown(&desk.path("sheets.pdf"))]);
    assert_eq!(again.status.code(), Some(0), "the PDF itself: {}", err(&again));
}

#[test]
fn sheets_come_scan_by_scan_and_what_is_missing_is_told() {
    let (desk, gate) = (printed(), Desk::empty());
    let page = scan(&desk);
    let symbols = places(&page);
    let first = covered(&page, &symbols[1..]);
    gate.write("first.pgm", &first);
    gate.write("second.pgm", covered(&page, &symbols[..1]));
    let refused = gate.run(&["trust", "import", "first.pgm"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("1 of 3 symbols of the trust list were read, 2 are needed"), "{}", err(&refused));
    let done = gate.run(&["trust", "import", "first.pgm", "second.pgm"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    gate.write("none.pgm", covered(&page, &symbols));
    let refused = gate.run(&["trust", "import", "none.pgm"]);
    assert!(err(&refused).contains("no symbol of a trust list"), "{}", err(&refused));
}

#[test]
fn a_sheet_is_no_paper_and_an_older_one_does_not_come_back() {
    let desk = printed();
    let (code, found) = desk.verify(&["sheets.pdf"]);
    assert_eq!(
        (code, &found[0]["format"], &found[0]["reason"]),
        (Some(3), &"nansen trust list".into(), &"unsigned".into())
    );
    assert_eq!(desk.run(&["trust", "sign"]).status.code(), Some(0));
    let refused = desk.run(&["trust", "import", "sheets.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("is older than list"), "{}", err(&refused));
}

#[test]
fn a_list_that_is_larger_than_sheets_says_what_to_leave_out() {
    let desk = Desk::new();
    // Descriptions that cannot be compressed: labels of letters that nothing repeats.
    let mut state = 7_u64;
    let mut letters = |count: usize| -> String {
        let mut letter = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."[(state >> 58) as usize])
        };
        (0..count).map(|_| letter()).collect()
    };
    let mut arguments = vec!["trust".to_owned(), "sign".to_owned()];
    for number in 0..2 {
        let text = format!(
            "name = \"permit{number}\"\nwire = \"nansen\"\nsubject = \"number\"\ntitle = {{ en = \"{}\" }}\n[[field]]\nname = \
             \"number\"\nkey = 0\nkind = \"identifier\"\nlabel = {{ en = \"Number\" }}\n",
            letters(60_000)
        );
        arguments.extend(["--type".to_owned(), shown(&desk.write(&format!("{number}.toml"), text))]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let signed = desk.run(&arguments);
    assert_eq!(signed.status.code(), Some(0), "{}", err(&signed));
    let refused = desk.run(&["trust", "export", "--sheets", "sheets.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    for wanted in ["where sheets hold 58", "its descriptions of types 120", "fewer descriptions of types"] {
        assert!(err(&refused).contains(wanted), "{wanted}: {}", err(&refused));
    }
    assert!(!desk.path("sheets.pdf").exists());
}
