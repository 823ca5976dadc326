//! Inputs that want to break the scanner: bounded time and memory, a clear error, exit code 2 or 4.

use super::desk::{Desk, err, shown};

#[test]
fn hostile_files_are_refused_for_their_reason() {
    let desk = Desk::new();
    let png_header = {
        let mut header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
        header.extend(30_000u32.to_be_bytes());
        header.extend(30_000u32.to_be_bytes());
        header.extend([8, 0, 0, 0, 0]);
        header.extend(0x434c_a766u32.to_be_bytes());
        header.extend(b"\x00\x00\x00\x04IDAT\x78\x9c\x00\x00\x00\x00\x00\x00");
        header
    };
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("zero.png", Vec::new(), "empty"),
        ("large.png", png_header, "30000"),
        (
            "cut.jpg",
            b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb".to_vec(),
            "cut.jpg",
        ),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<".to_vec(), "cut.pdf"),
        ("words.txt", b"these are words".to_vec(), "words.txt"),
    ];
    for (name, bytes, wanted) in cases {
        let path = shown(&desk.write(name, bytes));
        let output = desk.run(&["verify", &path]);
        assert!(matches!(output.status.code(), Some(2 | 4)), "{name}: {:?} {}", output.status.code(), err(&output));
        assert!(err(&output).contains(wanted), "{name}: {}", err(&output));
    }
    let folder = desk.run(&["verify", "."]);
    assert_eq!(folder.status.code(), Some(2));
    assert!(err(&folder).contains("is a folder"), "{}", err(&folder));
    assert_eq!(desk.run(&["verify", "nowhere.png"]).status.code(), Some(2));
}

#[test]
fn a_page_without_a_symbol_is_not_read_rather_than_refused() {
    let desk = Desk::new();
    image::GrayImage::from_pixel(400, 400, image::Luma([230])).save(desk.path("blank.png")).unwrap();
    let (code, found) = desk.verify(&["blank.png"]);
    assert_eq!((code, &found[0]["verdict"], &found[0]["reason"]), (Some(4), &"unreadable".into(), &"no-symbol".into()));
}

#[test]
fn a_bad_input_among_good_ones_does_not_hide_their_verdicts() {
    let desk = Desk::new();
    desk.issue_two();
    let (code, found) = desk.verify(&["nowhere.png", "two.pdf"]);
    assert_eq!(code, Some(2));
    assert_eq!(found.iter().filter(|one| one["verdict"] == "valid").count(), 2);
}
