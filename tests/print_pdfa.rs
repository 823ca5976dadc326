//! What PDF/A-3a and PDF/UA-1 ask of a file, held against the raw objects of printed ones; and, where they are installed, what
//! `qpdf`, `pdffonts` and a veraPDF named by `NANSEN_VERAPDF` say.

#[path = "support/pdf.rs"]
mod pdf;
#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Arc;

use nansen::print::{Attachment, Book, BookMeta, Certificate, Fonts, Layout, Printer};
use pdf::{File, Value, operations};

const REGISTRATION: &str = include_str!("../templates/registration/a4.toml");
const HOUSEHOLD: &str = include_str!("../templates/household/a4.toml");

fn attachment(number: usize) -> Arc<Attachment> {
    Arc::new(Attachment {
        name: format!("K7QX-{number:04}.cwt"),
        media_type: "application/cwt".to_owned(),
        description: "The signed credential".to_owned(),
        bytes: (0..300).map(|at| (at * 37 + number) as u8).collect(),
    })
}

fn meta() -> BookMeta {
    BookMeta {
        title: "Certificates & <more>".to_owned(),
        language: "en".to_owned(),
        right_to_left: false,
        author: "Department of Refugee Services".to_owned(),
        created: "2026-11-21T09:00:00Z".parse().unwrap(),
    }
}

fn registrations() -> Vec<Certificate> {
    let people = people::registrations().into_iter().enumerate();
    people
        .map(|(number, (_, mut certificate))| {
            certificate.attachments = vec![attachment(number)];
            certificate
        })
        .collect()
}

fn book(certificates: &[Certificate], layout: &str, meta: &BookMeta) -> Vec<u8> {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(layout).unwrap();
    let mut book = Book::new(Vec::new(), meta).unwrap();
    for certificates in certificates.chunks(5) {
        book.add(&Printer::new(&layout, &fonts).sheets(certificates).unwrap()).unwrap();
    }
    book.finish().unwrap()
}

fn samples() -> [Vec<u8>; 2] {
    let households: Vec<_> = ["en", "ar"].map(|language| people::household(7, language)).to_vec();
    [book(&registrations(), REGISTRATION, &meta()), book(&households, HOUSEHOLD, &meta())]
}

#[test]
fn every_object_that_is_named_is_there_and_every_object_is_named() {
    for bytes in samples() {
        let file = File::read(&bytes);
        let mut seen = BTreeSet::new();
        let mut open = Vec::new();
        file.trailer.references(&mut |id| open.push(id));
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                file.follow(&Value::Ref(id)).references(&mut |id| open.push(id));
            }
        }
        let streams = |value: &Value| matches!(value.get("Type").name(), "ObjStm" | "XRef");
        let all: BTreeSet<_> = file.objects.iter().filter(|(_, value)| !streams(value)).map(|(id, _)| *id).collect();
        assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&usize>::new(), "objects that nothing names");
    }
}

#[test]
fn the_catalog_says_what_the_standards_ask() {
    for (right_to_left, direction) in [(false, ""), (true, "R2L")] {
        let meta = BookMeta { right_to_left, ..meta() };
        let bytes = book(&registrations()[..1], REGISTRATION, &meta);
        assert!(bytes.starts_with(b"%PDF-1.7\n%"));
        let file = File::read(&bytes);
        let catalog = file.catalog();
        assert_eq!(catalog.get("MarkInfo").get("Marked"), &Value::Bool(true));
        assert_eq!(catalog.get("Lang").text(), "en");
        assert_eq!(catalog.get("ViewerPreferences").get("DisplayDocTitle"), &Value::Bool(true));
        assert_eq!(catalog.get("ViewerPreferences").get("Direction").name(), direction);
        assert_eq!(file.trailer.get("ID").array().len(), 2);
        let intent = &catalog.get("OutputIntents").array()[0];
        assert_eq!(intent.get("S").name(), "GTS_PDFA1");
        let profile = file.get(intent, "DestOutputProfile");
        assert_eq!((profile.get("N").number(), &profile.data()[36..40]), (3.0, &b"acsp"[..]));
        assert_eq!(
            catalog.get("AF").array().len(),
            1,
            "one certificate: the file is associated with the whole document"
        );
    }
}

#[test]
fn the_metadata_claim_the_standards_and_agree_with_the_information_dictionary() {
    let file = File::read(&samples()[0]);
    let packet = file.get(file.catalog(), "Metadata");
    assert_eq!(packet.get("Filter"), &Value::Null);
    let packet = String::from_utf8(packet.data()).unwrap();
    for wanted in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "Certificates &amp; &lt;more&gt;",
        "<rdf:li>en</rdf:li>",
        "<xmp:CreateDate>2026-11-21T09:00:00+00:00</xmp:CreateDate>",
        "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>",
    ] {
        assert!(packet.contains(wanted), "{wanted}");
    }
    let info = file.get(&file.trailer, "Info");
    assert_eq!(info.get("Title").text(), "Certificates & <more>");
    assert_eq!(info.get("CreationDate").text(), "D:20261121090000Z");
}

#[test]
fn nothing_is_drawn_that_is_neither_content_nor_artifact_and_the_parent_tree_knows_all_content() {
    for bytes in samples() {
        let file = File::read(&bytes);
        let parents = parent_tree(&file);
        for (number, (id, page)) in file.pages().into_iter().enumerate() {
            assert_eq!(page.get("StructParents").number() as usize, number);
            assert_eq!(page.get("Tabs").name(), "S");
            let marks = marks(&file.get(page, "Contents").data());
            let owners = file.follow(&parents[&number]).array();
            assert_eq!(marks, (0..owners.len()).collect::<Vec<_>>());
            for (mark, owner) in owners.iter().enumerate() {
                let owner = file.follow(owner);
                assert_eq!(owner.get("Pg"), &Value::Ref(id));
                assert!(owner.get("K").array().contains(&Value::Number(mark as f64)), "{owner:?}");
            }
        }
    }
}

fn parent_tree(file: &File) -> BTreeMap<usize, Value> {
    let tree = file.get(file.get(file.catalog(), "StructTreeRoot"), "ParentTree");
    let leaves = tree.get("Kids").array().iter().map(|leaf| file.follow(leaf));
    let entries = leaves.flat_map(|leaf| leaf.get("Nums").array().chunks(2));
    entries.map(|pair| (pair[0].number() as usize, pair[1].clone())).collect()
}

/// The numbers of marked content; fails on what is painted outside of any.
fn marks(content: &[u8]) -> Vec<usize> {
    let (mut depth, mut saved, mut marks) = (0, 0, Vec::new());
    for (operator, operands) in operations(content) {
        match operator.as_str() {
            "BDC" | "BMC" => {
                depth += 1;
                if let Some(Value::Number(mark)) = operands.get(1).map(|list| list.get("MCID")) {
                    assert_eq!(depth, 1, "content lies in other content");
                    marks.push(*mark as usize);
                }
            }
            "EMC" => depth -= 1,
            "q" => saved += 1,
            "Q" => saved -= 1,
            "Tj" | "TJ" | "f" | "f*" | "S" | "B" | "B*" | "Do" | "re" => {
                assert!(depth > 0, "{operator} outside of marks");
            }
            "gs" | "sh" => panic!("{operator} could be transparent"),
            _ => {}
        }
        assert!(depth >= 0 && saved >= 0);
    }
    assert_eq!((depth, saved), (0, 0));
    marks.sort_unstable();
    marks
}

#[test]
fn the_structure_tree_is_made_of_standard_elements_in_their_places() {
    for bytes in samples() {
        let file = File::read(&bytes);
        let document = file.follow(&file.get(file.catalog(), "StructTreeRoot").get("K").array()[0]);
        assert_eq!(document.get("S").name(), "Document");
        let mut kinds = BTreeMap::new();
        elements(&file, document, &mut kinds);
        assert_eq!(kinds["Sect"], file.pages().len());
        assert_eq!(kinds["H1"], file.pages().len());
        assert!(kinds["LI"] >= 12 && kinds["Lbl"] == kinds["LI"] && kinds["LBody"] == kinds["LI"], "{kinds:?}");
        assert!(kinds["Figure"] >= file.pages().len(), "every page has a symbol");
    }
    let file = File::read(&samples()[1]);
    let document = file.follow(&file.get(file.catalog(), "StructTreeRoot").get("K").array()[0]);
    let mut kinds = BTreeMap::new();
    elements(&file, document, &mut kinds);
    assert_eq!([kinds["Table"], kinds["TR"], kinds["TH"], kinds["TD"]], [2, 16, 12, 84]);
}

fn elements(file: &File, element: &Value, kinds: &mut BTreeMap<String, usize>) {
    let kind = element.get("S").name();
    *kinds.entry(kind.to_owned()).or_default() += 1;
    let allowed: &[&str] = match kind {
        "Document" => &["Sect"],
        "Sect" => &["H1", "P", "L", "Table", "Figure"],
        "L" => &["LI"],
        "LI" => &["Lbl", "LBody"],
        "Table" => &["TR"],
        "TR" => &["TH", "TD"],
        "H1" | "P" | "Lbl" | "LBody" | "TH" | "TD" | "Figure" => &[],
        other => panic!("{other} is not expected"),
    };
    if kind == "Figure" {
        assert!(!element.get("Alt").text().is_empty(), "a figure without words");
        let place: Vec<f64> = element.get("A").array()[0].get("BBox").array().iter().map(Value::number).collect();
        assert!(place[0] > 0.0 && place[1] > 0.0 && place[2] > place[0] && place[3] > place[1], "{place:?}");
    }
    if kind == "TH" {
        assert_eq!(element.get("A").array()[0].get("Scope").name(), "Column");
    }
    for kid in element.get("K").array() {
        if let Value::Ref(_) = kid {
            let kid = file.follow(kid);
            assert!(allowed.contains(&kid.get("S").name()), "{} in {kind}", kid.get("S").name());
            elements(file, kid, kinds);
        }
    }
}

#[test]
fn every_font_is_embedded_and_says_widths_glyphs_and_text_of_all_that_is_shown() {
    for bytes in samples() {
        let file = File::read(&bytes);
        let mut shown: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
        for (_, page) in file.pages() {
            used_codes(&file.get(page, "Contents").data(), &mut shown);
        }
        let fonts = file.get(file.get(file.pages()[0].1, "Resources"), "Font");
        for (name, codes) in shown {
            let font = file.get(fonts, &name);
            let descendant = file.follow(&file.get(font, "DescendantFonts").array()[0]);
            assert_eq!(font.get("Encoding").name(), "Identity-H");
            let program = file.get(file.get(descendant, "FontDescriptor"), "FontFile2");
            assert_eq!(program.data().len(), program.get("Length1").number() as usize);
            let to_unicode = String::from_utf8(file.get(font, "ToUnicode").data()).unwrap().to_uppercase();
            let to_glyph = file.get(descendant, "CIDToGIDMap").data();
            let widths = widths(descendant.get("W").array());
            for code in codes {
                assert!(to_unicode.contains(&format!("<{code:04X}>")), "{name}: {code} has no text");
                let glyph = &to_glyph[usize::from(code) * 2..][..2];
                let advance = advance(&program.data(), u16::from_be_bytes([glyph[0], glyph[1]]));
                assert!((widths[&code] - f64::from(advance)).abs() < 1e-3, "{name}: {code}");
            }
        }
    }
}

fn used_codes(content: &[u8], shown: &mut BTreeMap<String, BTreeSet<u16>>) {
    let mut font = String::new();
    for (operator, operands) in operations(content) {
        let strings: &[Value] = match operator.as_str() {
            "Tf" => {
                operands[0].name().clone_into(&mut font);
                continue;
            }
            "Tj" => &operands,
            "TJ" => operands[0].array(),
            _ => continue,
        };
        for string in strings {
            if let Value::Text(bytes) = string {
                let codes = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                shown.entry(font.clone()).or_default().extend(codes);
            }
        }
    }
}

fn widths(list: &[Value]) -> BTreeMap<u16, f64> {
    let runs = list.chunks(2);
    runs.flat_map(|run| (run[0].number() as u16..).zip(run[1].array().iter().map(Value::number))).collect()
}

/// Advance of a glyph by the font's own `hmtx`; the fonts have 1,000 units to the em.
fn advance(font: &[u8], glyph: u16) -> u16 {
    let two = |at: usize| u16::from_be_bytes([font[at], font[at + 1]]);
    let four = |at: usize| usize::from(two(at)) << 16 | usize::from(two(at + 2));
    let table = |tag: &[u8]| {
        let entries = (0..usize::from(two(4))).map(|number| 12 + 16 * number);
        entries.filter(|at| &font[*at..at + 4] == tag).map(|at| four(at + 8)).next().unwrap()
    };
    assert_eq!(two(table(b"head") + 18), 1000);
    let long = two(table(b"hhea") + 34);
    two(table(b"hmtx") + 4 * usize::from(glyph.min(long - 1)))
}

#[test]
fn attachments_come_out_as_they_went_in_and_belong_to_their_pages() {
    let file = File::read(&samples()[0]);
    // A page that is cut out of a file must not carry everybody's data along.
    for key in ["AF", "Names"] {
        assert_eq!(
            file.catalog().get(key),
            &Value::Null,
            "several certificates: each belongs to its page, and only there"
        );
    }
    for (number, (_, page)) in file.pages().into_iter().enumerate() {
        let wanted = attachment(number);
        let specification = file.follow(&page.get("AF").array()[0]);
        assert_eq!(specification.get("UF").text(), wanted.name);
        assert_eq!(specification.get("AFRelationship").name(), "Data");
        let stream = file.get(specification.get("EF"), "F");
        assert_eq!(stream.get("Subtype").name(), "application/cwt");
        assert_eq!(stream.get("Params").get("Size").number() as usize, wanted.bytes.len());
        assert_eq!(stream.get("Params").get("ModDate").text(), "D:20261121090000Z");
        assert_eq!(stream.data(), wanted.bytes);
    }
}

#[test]
fn the_attachment_of_a_single_certificate_belongs_to_the_file() {
    let file = File::read(&book(&registrations()[..1], REGISTRATION, &meta()));
    let tree = file.get(file.catalog().get("Names"), "EmbeddedFiles");
    let names = tree.get("Names").array();
    assert_eq!((names.len(), names[0].text()), (2, attachment(0).name.clone()));
    let specification = file.follow(&file.catalog().get("AF").array()[0]);
    assert_eq!(specification.get("UF").text(), attachment(0).name);
}

#[test]
fn a_page_has_the_same_content_at_any_place_in_a_file() {
    let mut certificates = registrations();
    let contents = |bytes: Vec<u8>| {
        let file = File::read(&bytes);
        file.pages().iter().map(|(_, page)| file.get(page, "Contents").data()).collect::<Vec<_>>()
    };
    let there = contents(book(&certificates, REGISTRATION, &meta()));
    certificates.reverse();
    let mut back = contents(book(&certificates, REGISTRATION, &meta()));
    back.reverse();
    assert!(there == back);
}

#[test]
fn a_file_is_the_same_however_its_sheets_are_handed_over() {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(REGISTRATION).unwrap();
    let sheets = Printer::new(&layout, &fonts).sheets(&registrations()).unwrap();
    let written = |at_once: usize| {
        let mut book = Book::new(Vec::new(), &meta()).unwrap();
        sheets.chunks(at_once).for_each(|sheets| book.add(sheets).unwrap());
        book.finish().unwrap()
    };
    assert!(written(1) == written(100));
}

#[test]
fn tools_that_are_installed_find_nothing_wrong() {
    let folder = tempfile::tempdir().unwrap();
    for (number, bytes) in samples().iter().enumerate() {
        let path = folder.path().join(format!("{number}.pdf"));
        std::fs::write(&path, bytes).unwrap();
        match Command::new("qpdf").arg("--check").arg(&path).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
            Err(_) => eprintln!("skipped: qpdf is not there"),
        }
        match Command::new("pdffonts").arg(&path).output() {
            Ok(output) => {
                let list = String::from_utf8(output.stdout).unwrap();
                assert!(list.lines().skip(2).all(|line| line.contains("yes yes yes")), "{list}");
            }
            Err(_) => eprintln!("skipped: pdffonts is not there"),
        }
        match std::env::var_os("NANSEN_VERAPDF") {
            Some(program) => {
                let output = Command::new(program).arg(&path).args(["3a", "ua1"]).output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            }
            None => eprintln!("skipped: NANSEN_VERAPDF does not say where veraPDF is"),
        }
    }
}
