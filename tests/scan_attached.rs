//! Files embedded in PDFs that nobody meant well: trees that bite their own tail, files that grow, names without end.

#[path = "scan_support/mod.rs"]
mod support;

use std::io::Write as _;
use std::ops::ControlFlow;

use nansen::scan::{Attached, Content, Options, Seen, scan_all};
use support::{pdf, references, stream};

/// What is embedded in a document whose catalogue, page and further objects (from 4) are these.
fn attached(catalogue: &str, page: &str, more: &[Vec<u8>]) -> Attached {
    let mut objects = vec![
        format!("<</Type /Catalog /Pages 2 0 R {catalogue}>>").into_bytes(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        format!("<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] {page}>>").into_bytes(),
    ];
    objects.extend_from_slice(more);
    let mut found = Attached::default();
    scan_all(&pdf(&objects), &Options::default(), &mut |seen| {
        if let Seen::Attached(attached) = seen {
            found = attached;
        }
        ControlFlow::Continue(())
    })
    .expect("the document opens");
    found
}

fn file(name: &str, stream: usize) -> Vec<u8> {
    format!("<</Type /Filespec /UF ({name}) /EF <</F {stream} 0 R>>>>").into_bytes()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    stream("/Type /EmbeddedFile /Filter /FlateDecode", &encoder.finish().expect("memory takes it"))
}

#[test]
fn files_are_found_in_every_place_and_each_once() {
    let found = attached(
        "/Names <</EmbeddedFiles <</Kids [4 0 R]>>>> /AF [5 0 R 8 0 R]",
        "/AF [5 0 R]",
        &[
            b"<</Limits [(a) (b)] /Names [(a) 5 0 R (b) 7 0 R]>>".to_vec(),
            file("a.cwt", 6),
            packed(b"credential"),
            b"<</UF <FEFF06270031002E006300770074> /EF <</UF 9 0 R>>>>".to_vec(),
            file("list.csv", 10),
            stream("/Subtype /application#2Fcwt", b"two"),
            stream("/Subtype /text#2Fcsv", b"1,2"),
        ],
    );
    assert!(!found.more);
    let names: Vec<_> = found.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a.cwt", "\u{627}1.cwt", "list.csv"]);
    assert_eq!(found.files[0].pages, [1]);
    assert_eq!(found.files[0].content, Content::Credential(b"credential".to_vec()));
    assert_eq!(found.files[1].content, Content::Credential(b"two".to_vec()));
    assert_eq!(found.files[1].media_type.as_deref(), Some("application/cwt"));
    assert_eq!((&found.files[2].content, &found.files[2].pages), (&Content::Other, &Vec::new()));
}

#[test]
fn a_tree_that_bites_its_own_tail_is_walked_once() {
    let found = attached(
        "/Names <</EmbeddedFiles 4 0 R>>",
        "",
        &[
            b"<</Kids [4 0 R 5 0 R 4 0 R]>>".to_vec(),
            b"<</Kids [4 0 R] /Names [(a) 6 0 R]>>".to_vec(),
            file("a.cwt", 7),
            packed(b"x"),
        ],
    );
    assert_eq!((found.files.len(), found.more), (1, false));
}

#[test]
fn a_tree_without_a_bottom_is_left() {
    let mut deep: Vec<_> = (5..105).map(|next| format!("<</Kids [{next} 0 R]>>").into_bytes()).collect();
    deep.push(b"<</Names [(a) 106 0 R]>>".to_vec());
    deep.extend([file("a.cwt", 107), packed(b"x")]);
    let found = attached("/Names <</EmbeddedFiles 4 0 R>>", "", &deep);
    assert_eq!((found.files.len(), found.more), (0, true));
}

#[test]
fn what_grows_beyond_any_credential_is_not_unpacked() {
    let found = attached(
        "/AF [4 0 R 6 0 R 8 0 R 10 0 R]",
        "",
        &[
            file("zip.cwt", 5),
            packed(&vec![0; 60_000_000]),
            file("long.cwt", 7),
            stream("", &vec![0; 300_000]),
            file("bad.cwt", 9),
            stream("/Filter /FlateDecode", b"no deflate"),
            file("gone.cwt", 99),
        ],
    );
    let contents: Vec<_> = found.files.iter().map(|file| &file.content).collect();
    assert_eq!(contents[..2], [&Content::TooLarge, &Content::TooLarge]);
    assert!(!matches!(contents[2], Content::Credential(bytes) if !bytes.is_empty()), "{contents:?}");
    assert_eq!(contents.len(), 3, "a file without a stream is none");
}

#[test]
fn more_files_than_anyone_attaches_are_not_all_listed() {
    let count = 6000;
    let specifications = references((0..count).map(|i| 4 + 2 * i));
    let files = (0..count).flat_map(|i| [file("a.cwt", 5 + 2 * i), stream("", b"x")]).collect::<Vec<_>>();
    let found = attached(&format!("/AF [{specifications}]"), "", &files);
    assert_eq!((found.files.len(), found.more), (5000, true));
}

#[test]
fn files_that_together_are_more_than_anyone_attaches_are_not_all_kept() {
    let count = 700;
    let specifications = references((0..count).map(|i| 4 + 2 * i));
    let large = packed(&vec![0; 32 << 10]);
    let files = (0..count).flat_map(|i| [file("a.cwt", 5 + 2 * i), large.clone()]).collect::<Vec<_>>();
    let found = attached(&format!("/AF [{specifications}]"), "", &files);
    let size = |content: &Content| if let Content::Credential(bytes) = content { bytes.len() } else { 0 };
    let kept: usize = found.files.iter().map(|file| size(&file.content)).sum();
    assert!(found.more && kept <= (16 << 20) + (32 << 10), "{kept} bytes are kept");
}

#[test]
fn nonsense_where_files_should_be_is_no_file() {
    for catalogue in [
        "/Names 7",
        "/Names <</EmbeddedFiles [1 2]>>",
        "/Names <</EmbeddedFiles <</Names [1 2 (a) (b) (c)]>>>>",
        "/AF 4 0 R",
        "/AF [null 5 <</EF <</F 1 0 R>>>> <</EF 3>>]",
        "/AF 1 0 R",
    ] {
        assert_eq!(attached(catalogue, "/AF [2 0 R 3 0 R]", &[]).files, [], "{catalogue}");
    }
}
