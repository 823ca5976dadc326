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
