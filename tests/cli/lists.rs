//! Lists as desks really have them, and as nobody should have them.

use std::io::Write as _;

use super::desk::{Desk, TWO, err, shown};

#[test]
fn the_bad_list_is_told_row_by_row_and_only_the_good_rows_are_issued() {
    let Some(shared) = std::env::var_os("NANSEN_SHARED") else {
        eprintln!("skipped: NANSEN_SHARED is not set");
        return;
    };
    let data = std::path::PathBuf::from(shared).join("data");
    let list = shown(&data.join("registration-bad.csv"));
    let desk = Desk::new();
    let refused = desk.run(&["issue", "registration", &list, "-o", "bad.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(!desk.path("bad.pdf").exists());
    let told = err(&refused);
    let expected = std::fs::read_to_string(data.join("registration-bad.expected.csv")).unwrap();
    let mut good = 0;
    for row in expected.lines().skip(1) {
        let mut cells = row.splitn(3, ',');
        let (line, _, expect) = (cells.next().unwrap(), cells.next(), cells.next().unwrap());
        let about = |told: &&str| told.contains(&format!(": line {line},")) && !told.contains("warning");
        let lines: Vec<&str> = told.lines().filter(about).collect();
        if expect.starts_with("good") {
            good += 1;
            assert!(lines.is_empty(), "line {line} is good: {lines:?}");
        } else {
            assert!(!lines.is_empty(), "line {line} ({expect}) is not told in {told}");
        }
    }
    let kept = desk.run(&["issue", "registration", &list, "-o", "good.pdf", "--keep-going", "--symbols", "good.jsonl"]);
    assert_eq!(kept.status.code(), Some(0), "{}", err(&kept));
    assert_eq!(std::fs::read_to_string(desk.path("good.jsonl")).unwrap().lines().count(), good);
    let latin1 = desk.run(&["issue", "registration", &shown(&data.join("registration-latin1.csv")), "-o", "l.pdf"]);
    assert_eq!(latin1.status.code(), Some(2));
    assert!(err(&latin1).contains("line 2") && err(&latin1).contains("8859-1"), "{}", err(&latin1));
}

#[test]
fn what_is_not_a_list_or_not_a_place_is_refused_with_what_to_do() {
    let desk = Desk::new();
    let two = shown(&desk.write("two.csv", TWO));
    desk.write("empty.csv", "");
    desk.write("header.csv", TWO.lines().next().unwrap());
    desk.write("no-status.csv", "individual_id,given_names\nK-1,A\n");
    for (list, output, wanted) in [
        ("empty.csv", "o.pdf", "the list is empty"),
        ("header.csv", "o.pdf", "a header and no rows"),
        ("no-status.csv", "o.pdf", "no column legal_status"),
        ("nowhere.csv", "o.pdf", "cannot be read"),
        (".", "o.pdf", "is a folder"),
        (&two, "nowhere/o.pdf", "cannot be written"),
        (&two, ".", "is a folder"),
    ] {
        let refused = desk.run(&["issue", "registration", list, "-o", output]);
        assert_eq!(refused.status.code(), Some(2), "{list}");
        let told = err(&refused);
        assert!(told.contains(wanted) && told.contains("next: "), "{list} {output}: {told}");
    }
    let unknown = desk.run(&["issue", "passport", &two, "-o", "o.pdf"]);
    assert!(err(&unknown).contains("there are registration, diploma"), "{}", err(&unknown));
    assert_eq!(desk.run(&["register", "list", "--format", "json"]).stdout.len(), 0, "nothing was issued");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let refused = desk.run(&["issue", "registration", &list, "-o", "/dev/full/o.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    // A limit on the size of files makes the same error as a disk without room, for the PDF alone.
    let script = format!("ulimit -f 8; exec {} issue registration {list} -o o.pdf", env!("CARGO_BIN_EXE_nansen"));
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", &format!("trap '' XFSZ; {script}")])
        .env("NANSEN_HOME", desk.home())
        .current_dir(desk.path("."));
    let refused = command.output().unwrap();
    assert_ne!(refused.status.code(), Some(0));
    assert!(!desk.path("o.pdf").exists());
    let left: Vec<_> = std::fs::read_dir(desk.path(".")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".tmp")), "{left:?}");
    let done = desk.run(&["issue", "registration", &list, "-o", "o.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(desk.verify(&["o.pdf"]).0, Some(0));
}

#[test]
fn a_large_list_is_read_without_being_held() {
    let desk = Desk::new();
    let path = desk.path("large.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    writeln!(file, "individual_id,given_names,legal_status,address").unwrap();
    // Every row is bad, so that nothing is laid out: the reading alone is meant here.
    let filler = "x".repeat(300);
    for number in 0..200_000 {
        writeln!(file, "K-{number},Amina,vip,{filler}").unwrap();
    }
    drop(file);
    let refused = desk.run(&["issue", "registration", &shown(&path), "-o", "o.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    assert!(told.contains("200000 of 200000 rows cannot be issued"), "{}", &told[told.len() - 300..]);
    assert!(told.lines().count() < 1100, "a flood of faults is cut");
}

#[test]
fn no_file_of_a_run_is_written_over_another() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    std::fs::create_dir(desk.path("sub")).unwrap();
    for (output, symbols, wanted) in [
        ("two.csv", "s.jsonl", "the list and OUT are the same file"),
        ("o.pdf", "sub/../two.csv", "the list and --symbols are the same file"),
        ("o.pdf", "sub/../o.pdf", "OUT and --symbols are the same file"),
    ] {
        let refused = desk.run(&["issue", "registration", &list, "-o", output, "--symbols", symbols]);
        assert_eq!(refused.status.code(), Some(2), "{output} {symbols}");
        assert!(err(&refused).contains(wanted), "{}", err(&refused));
    }
    assert_eq!(std::fs::read_to_string(&list).unwrap(), TWO);
    assert_eq!(desk.issued(), 0);
}

#[test]
fn people_without_a_photo_are_told() {
    let desk = Desk::new();
    let list = shown(&desk.write("two.csv", TWO));
    let refused = desk.run(&["issue", "registration", &list, "-o", "o.pdf", "--photos", "two.csv"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("is not a folder of photos"), "{}", err(&refused));
    std::fs::create_dir(desk.path("faces")).unwrap();
    let face = image::RgbImage::from_fn(300, 400, |x, y| image::Rgb([(x / 2) as u8, (y / 2) as u8, 90]));
    face.save(desk.path("faces/KEN-2.png")).unwrap();
    let done = desk.run(&["issue", "registration", &list, "-o", "o.pdf", "--photos", "faces"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(err(&done).contains("photos: 1 of 2 people; none for line 2"), "{}", err(&done));
}

#[test]
fn what_a_cell_says_is_never_a_command() {
    let desk = Desk::new();
    let cells = [
        "=HYPERLINK(\"\"http://x.example\"\",\"\"go\"\")",
        "<script>alert(1)</script> &amp; <b>bold</b>",
        "@SUM(A1:A9)",
        "/JS (app.alert) ) >> endobj",
    ];
    let mut list = "individual_id,given_names,legal_status\n".to_owned();
    for (number, cell) in cells.iter().enumerate() {
        list.push_str(&format!("K-{number},\"{cell}\",refugee\n"));
    }
    let list = shown(&desk.write("formulas.csv", list));
    let done = desk.run(&["issue", "registration", &list, "-o", "f.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let (code, found) = desk.verify(&["f.pdf"]);
    assert_eq!((code, found.len()), (Some(0), cells.len()));
    for (found, cell) in found.iter().zip(cells) {
        assert_eq!(found["claims"]["given_names"], cell.replace("\"\"", "\""));
    }
    let pdf = std::fs::read(desk.path("f.pdf")).unwrap();
    for command in ["/URI", "/JavaScript", "/Launch", "/OpenAction"] {
        assert!(!pdf.windows(command.len()).any(|bytes| bytes == command.as_bytes()), "{command}");
    }
}

#[test]
fn hostile_cells_are_refused_by_line_and_column_and_the_others_issued() {
    let desk = Desk::new();
    let cells = [
        ("a text of ten thousand letters", "x".repeat(10_000)),
        ("a right-to-left override", "Amina\u{202e}fusuY".to_owned()),
        ("an isolate that is never closed", "Amina\u{2067}".to_owned()),
        ("a control character", "Amina\u{1b}[2J".to_owned()),
        ("a code that nobody has assigned", "Amina\u{e000}".to_owned()),
    ];
    let mut list = "individual_id,given_names,legal_status\n".to_owned();
    for (number, (_, cell)) in cells.iter().enumerate() {
        list.push_str(&format!("K-{number},{cell},refugee\n"));
    }
    list.push_str("K-99,Amina,refugee\n");
    let list = shown(&desk.write("hostile.csv", list));
    let refused = desk.run(&["issue", "registration", &list, "-o", "h.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    for (number, (what, _)) in cells.iter().enumerate() {
        let line = format!(": line {}", number + 2);
        assert!(told.lines().any(|told| told.contains(&line)), "{what}: {told}");
    }
    assert!(!told.contains('\u{202e}') && !told.contains('\u{1b}') && !told.contains(&"x".repeat(200)), "{told}");
    assert_eq!(desk.issued(), 0);
    let kept = desk.run(&["issue", "registration", &list, "-o", "h.pdf", "--keep-going"]);
    assert_eq!(kept.status.code(), Some(0), "{}", err(&kept));
    assert_eq!(desk.verify(&["h.pdf"]).1.len(), 1);
}

/// A picture whose left half is red and whose right half is blue.
fn halves(desk: &Desk, name: &str) {
    let picture =
        image::RgbImage::from_fn(400, 300, |x, _| image::Rgb(if x < 200 { [200, 0, 0] } else { [0, 0, 200] }));
    picture.save(desk.path(name)).unwrap();
}

#[test]
fn a_list_names_the_photo_and_the_part_of_it_that_shows_the_face() {
    let desk = Desk::new();
    halves(&desk, "left.png");
    let list = "individual_id,given_names,legal_status,photo,photo_crop\n\
        K-1,Amina,refugee,left.png,0 0 160 200\nK-2,Noëlla,refugee,./left.png,50% 0% 50% 100%\nK-3,Hirut,refugee,,\n";
    let list = shown(&desk.write("photos.csv", list));
    let done = desk.run(&["issue", "registration", &list, "-o", "p.pdf"]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(!err(&done).contains("left out"), "both columns are known: {}", err(&done));
    let (code, found) = desk.verify(&["p.pdf", "--photos", "seen"]);
    assert_eq!(code, Some(0), "{found:?}");
    assert_eq!(found[2]["photo"], serde_json::Value::Null);
    for (row, channel) in [(0, 0), (1, 2)] {
        let saved = desk.path(&format!("seen/{}.webp", found[row]["serial"].as_str().unwrap()));
        let face = image::open(saved).unwrap().to_rgb8();
        let middle = face.get_pixel(face.width() / 2, face.height() / 2).0;
        assert!(middle[channel] > 150 && middle[2 - channel] < 60, "row {row}: {middle:?}");
    }
}

#[test]
fn a_bad_photo_is_told_by_line_and_column() {
    let desk = Desk::new();
    halves(&desk, "good.png");
    desk.write("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    desk.write("text.png", "no picture");
    std::fs::File::create(desk.path("huge.png")).unwrap().set_len(50 * 1024 * 1024 + 1).unwrap();
    let rows = [
        ("nobody.png,", "line 2, photo: no such photo; found \"nobody.png\""),
        ("../good.png,", "line 3, photo: leads out of the folder of photos"),
        ("/etc/passwd,", "line 4, photo: leads out of the folder of photos"),
        ("phone.heic,", "line 5, photo: a HEIC picture, which cannot be read"),
        ("text.png,", "line 6, photo: not a picture that can be read"),
        (
            "good.png,300 0 160 200",
            "line 7, photo_crop: the rectangle reaches to 460 × 200, and the picture has 400 × 300 pixels; found \"300 0 160 200\"",
        ),
        ("good.png,0 0 20 20", "line 8, photo_crop: 20 × 20 pixels, where a face needs at least 40 × 50"),
        ("good.png,left", "line 9, photo_crop: not four numbers"),
        ("good.png,0 0 200 % 5%", "line 10, photo_crop: pixels and percent are mixed"),
        ("good.png,0 % 0 % 200 % 5 %", "line 11, photo_crop: \"200%\" is more than 100 %"),
        ("good.png,-5 0 100 100", "line 12, photo_crop: \"-5\" is below 0"),
        ("huge.png,", "line 13, photo: a file of 52428801 bytes, where a photo has at most 52428800"),
    ];
    let mut list = "individual_id,given_names,legal_status,photo,photo_crop\n".to_owned();
    for (number, (cells, _)) in rows.iter().enumerate() {
        list.push_str(&format!("K-{number},Amina {number},refugee,{cells}\n"));
    }
    let list = shown(&desk.write("photos.csv", list));
    let refused = desk.run(&["issue", "registration", &list, "-o", "p.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    for (_, wanted) in rows {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    assert_eq!(desk.issued(), 0);
}

#[test]
fn neither_list_nor_symbols_have_the_name_of_a_paper() {
    let desk = Desk::new();
    let people = "individual_id,given_names,legal_status\nK-1,Amina,refugee\n";
    let list = shown(&desk.write("list.csv", people));
    let odd = shown(&desk.write("k-004.pdf", people));
    std::fs::create_dir(desk.path("papers")).unwrap();
    let volumes = ["-o", "k.pdf", "--volume", "2"];
    let separate = ["-o", "papers", "--separate"];
    for (list, form, symbols, what) in [
        (&list, &volumes[..], "k-002.pdf", "--symbols has the name of a paper of this batch: k-002.pdf"),
        (&list, &separate[..], "papers/some.PDF", "--symbols has the name of a paper of this batch: papers/some.PDF"),
        (&odd, &volumes[..], "s.jsonl", "the list has the name of a paper of this batch"),
    ] {
        let args = ["issue", "registration", list, "--symbols", symbols];
        let refused = desk.run(&[&args[..], form].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(err(&refused).contains(what), "{what}: {}", err(&refused));
    }
    assert_eq!(desk.issued(), 0);
    assert_eq!(std::fs::read_to_string(desk.path("k-004.pdf")).unwrap(), people);
}

#[test]
fn what_the_page_cannot_show_is_told_by_line_and_column_like_any_fault() {
    let desk = Desk::new();
    let rows = [format!("K-1,Amina,refugee,\"{}\"", "long ".repeat(60)), "K-2,Noëlla,refugee,\u{1e900}".to_owned()];
    let list = format!("individual_id,given_names,legal_status,address\n{}\n", rows.join("\n"));
    let list = shown(&desk.write("page.csv", list));
    let refused = desk.run(&["issue", "registration", &list, "-o", "p.pdf"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = err(&refused);
    for line in ["line 2, address: ", "line 3, address: "] {
        assert!(told.contains(line), "{line}: {told}");
    }
}
