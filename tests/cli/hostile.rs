//! Inputs that want to break the scanner: bounded time and memory, a clear error, exit code 2 or 4.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use flate2::{Compression, write::ZlibEncoder};
use nansen::scan::GreyImage;

use super::desk::{Desk, err, shown};
use super::scan_support::{commands, document, encode, pdf, qr, stream};

/// Runs `nansen verify -- ARG` with 3 GB of address space and a minute and a half, where the system can be asked for that.
fn verify(desk: &Desk, arg: &str) -> Output {
    let plain = desk.command();
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 3145728; exec timeout -k 1 90 \"$@\"", "sh"]).arg(plain.get_program());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(plain.get_current_dir().expect("the desk's folder")).stdin(Stdio::null());
        command
    } else {
        plain
    };
    command.args(["verify", "--", arg]).output().expect("nansen starts")
}

/// The input is refused, or nothing is found in it, in bounds and with a word about it.
fn is_refused(desk: &Desk, arg: &str, wanted: &str) {
    let output = verify(desk, arg);
    let (code, told) = (output.status.code(), err(&output));
    let said = [told.as_str(), &String::from_utf8_lossy(&output.stdout)].concat();
    assert!(matches!(code, Some(2 | 4)), "{arg}: {code:?} {said}");
    assert!(!told.contains("panicked") && !told.contains("overflow"), "{arg}: {told}");
    assert!(said.contains(wanted), "{arg}: {said}");
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// A PDF of one page with these objects from number 4 on.
fn one_page(page: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    let mut all = vec![
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        format!("<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page}>>").into_bytes(),
    ];
    all.extend_from_slice(objects);
    pdf(&all)
}

#[test]
fn hostile_files_are_refused_for_their_reason() {
    let desk = Desk::empty();
    let png_header = {
        let mut header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
        header.extend(30_000u32.to_be_bytes());
        header.extend(30_000u32.to_be_bytes());
        header.extend([8, 0, 0, 0, 0]);
        header.extend(0x434c_a766u32.to_be_bytes());
        header.extend(b"\x00\x00\x00\x04IDAT\x78\x9c\x00\x00\x00\x00\x00\x00");
        header
    };
    let cut_jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb".to_vec();
    for (name, bytes, wanted) in [
        ("zero.png", Vec::new(), "empty"),
        ("large.png", png_header, "30000"),
        ("cut.jpg", cut_jpeg, "cut.jpg"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<".to_vec(), "cut.pdf"),
        ("words.txt", b"these are words".to_vec(), "words.txt"),
        ("pages.pdf", document(&vec![String::new(); 10_000]), "10000 pages"),
    ] {
        is_refused(&desk, &shown(&desk.write(name, bytes)), wanted);
    }
    is_refused(&desk, &shown(&desk.path("pages.pdf")), "next: split the document");
    is_refused(&desk, ".", "is a folder");
    is_refused(&desk, "nowhere.png", "cannot be read");
    is_refused(&desk, "-", "empty");
}

#[test]
fn bombs_in_a_pdf_do_not_go_off() {
    let desk = Desk::empty();
    let zeros = deflated(&vec![0; 100 << 20]);
    let nested = deflated(&zeros);
    assert!(nested.len() < 32 << 10, "{} bytes for 100 MiB", nested.len());
    let content = stream("/Filter [/FlateDecode /FlateDecode]", &nested);
    let picture = |side: u32, filter: &str, data: &[u8]| {
        let dict = format!(
            "/Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceGray /BitsPerComponent 8 {filter}"
        );
        let objects = [stream("", b"500 0 0 500 0 0 cm /X Do"), stream(&dict, data)];
        one_page("/Contents 4 0 R /Resources <</XObject <</X 5 0 R>>>>", &objects)
    };
    let thousand = format!("/Contents [{}]", "4 0 R ".repeat(1000));
    for (name, bytes, wanted) in [
        ("content.pdf", one_page("/Contents 4 0 R", std::slice::from_ref(&content)), "page 1 cannot be drawn"),
        ("thousand.pdf", one_page(&thousand, &[content]), "page 1 cannot be drawn"),
        ("picture.pdf", picture(10_000, "/Filter /FlateDecode", &zeros), "no symbol was found"),
        ("claims.pdf", picture(1_000_000, "/Filter /FlateDecode", &zeros), "no symbol was found"),
    ] {
        is_refused(&desk, &shown(&desk.write(name, bytes)), wanted);
    }
}

#[test]
fn a_page_that_cannot_be_drawn_is_told_beside_papers_that_are_valid() {
    let desk = Desk::new();
    let text = desk.issue_two()[0]["text"][0].as_str().expect("a text").to_owned();
    let bomb = stream("/Filter /FlateDecode", &deflated(&vec![b' '; 16 << 20]));
    let bytes = pdf(&[
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 595 842]>>".to_vec(),
        b"<</Type /Page /Parent 2 0 R /Contents 5 0 R>>".to_vec(),
        format!("<</Type /Page /Parent 2 0 R /Contents [{}]>>", "6 0 R ".repeat(1000)).into_bytes(),
        stream("", commands(&qr(text.as_bytes()), 100.0, 300.0, 3.0).as_bytes()),
        bomb,
    ]);
    desk.write("both.pdf", bytes);
    let (code, found) = desk.verify(&["both.pdf"]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((code, &found[0]["verdict"]), (Some(4), &"valid".into()), "{found:?}");
    assert_eq!((&found[1]["verdict"], &found[1]["reason"]), (&"unreadable".into(), &"damaged".into()));
}

#[test]
fn files_that_end_too_early_are_refused() {
    let desk = Desk::new();
    let pixels = noise(600 * 600);
    let image = GreyImage::from_fn(600, 600, |x, y| pixels[(x / 3 + y / 3 * 600) as usize]);
    for (format, name) in [(image::ImageFormat::Jpeg, "jpg"), (image::ImageFormat::Png, "png")] {
        let bytes = encode(&image, format);
        for eighths in [1, 4, 7] {
            let path = desk.write(&format!("cut-{eighths}.{name}"), &bytes[..bytes.len() * eighths / 8]);
            // The decoder of JPEG fills up what is missing.
            let wanted = if name == "png" { "damaged PNG image" } else { "no symbol was found" };
            is_refused(&desk, &shown(&path), wanted);
        }
    }
    desk.issue_two();
    let paper = std::fs::read(desk.path("two.pdf")).expect("written");
    for eighths in [1, 4, 7] {
        let path = desk.write(&format!("cut-{eighths}.pdf"), &paper[..paper.len() * eighths / 8]);
        is_refused(&desk, &shown(&path), "damaged PDF, no page can be found");
    }
}

#[test]
fn random_bytes_behind_a_magic_number_are_refused() {
    let desk = Desk::empty();
    let heads: [(&str, &[u8]); 9] = [
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a.webp", b"RIFF\x00\x10\x00\x00WEBPVP8 "),
        ("le.tif", b"II*\0\x08\0\0\0"),
        ("be.tif", b"MM\0*\0\0\0\x08"),
        ("a.bmp", b"BM"),
        ("a.pgm", b"P5 40 40 255\n"),
        ("a.pam", b"P7\n"),
        ("a.pdf", b"%PDF-1.7\n"),
    ];
    for (name, head) in heads {
        let path = desk.write(name, [head, &noise(5000)].concat());
        is_refused(&desk, &shown(&path), name);
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_to_itself_is_refused() {
    let desk = Desk::empty();
    std::os::unix::fs::symlink("b.png", desk.path("a.png")).expect("the folder is ours");
    std::os::unix::fs::symlink("a.png", desk.path("b.png")).expect("the folder is ours");
    is_refused(&desk, "a.png", "cannot be read");
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
