//! The file attached to a PDF and the symbol printed in it: alone, together, and against each other.

use nansen::envelope::{SymbolText, unpack};

use super::desk::{Desk, err, out, shown};
use super::scan_support::{commands, pdf, qr, references, stream};

/// One page: what is printed, and which of the attached files belong to it.
struct Sheet<'a> {
    symbol: Option<&'a str>,
    files: &'a [usize],
}

fn sheet<'a>(symbol: Option<&'a str>, files: &'a [usize]) -> Sheet<'a> {
    Sheet { symbol, files }
}

/// The signed message in the text of a symbol.
fn message(text: &str) -> Vec<u8> {
    unpack(&SymbolText::parse(text.as_bytes()).unwrap().envelope).unwrap().cose
}

/// A document with sheets, with files in its name tree, each of which may belong to pages.
fn document(sheets: &[Sheet<'_>], files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let first_file = 3 + 2 * sheets.len();
    let names = files.iter().enumerate().map(|(i, (name, _))| format!("({name}) {} 0 R ", first_file + 2 * i));
    let names = names.collect::<String>();
    let kids = references((0..sheets.len()).map(|i| 3 + 2 * i));
    let mut objects = vec![
        format!("<</Type /Catalog /Pages 2 0 R /Names <</EmbeddedFiles <</Names [{names}]>>>>>>").into_bytes(),
        format!("<</Type /Pages /Kids [{kids}] /Count {}>>", sheets.len()).into_bytes(),
    ];
    for (i, sheet) in sheets.iter().enumerate() {
        let own = references(sheet.files.iter().map(|file| first_file + 2 * file));
        let content = sheet.symbol.map_or_else(String::new, |text| commands(&qr(text.as_bytes()), 150.0, 300.0, 4.0));
        objects.push(
            format!("<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R /AF [{own}]>>", 4 + 2 * i)
                .into_bytes(),
        );
        objects.push(stream("", content.as_bytes()));
    }
    for (i, (name, bytes)) in files.iter().enumerate() {
        let specification =
            format!("<</Type /Filespec /F ({name}) /UF ({name}) /EF <</F {} 0 R>>>>", first_file + 2 * i + 1);
        objects.push(specification.into_bytes());
        objects.push(stream("/Type /EmbeddedFile /Subtype /application#2Fcwt", bytes));
    }
    pdf(&objects)
}

/// A desk with two credentials: their texts, their serials, their messages.
fn two() -> (Desk, [String; 2], [String; 2], [Vec<u8>; 2]) {
    let desk = Desk::new();
    let lines = desk.issue_two();
    let text = |i: usize| lines[i]["text"][0].as_str().unwrap().to_owned();
    let serial = |i: usize| lines[i]["serial"].as_str().unwrap().to_owned();
    let texts = [text(0), text(1)];
    let messages = [message(&texts[0]), message(&texts[1])];
    (desk, texts, [serial(0), serial(1)], messages)
}

/// `(exit code, [(page, verdict, reason, kind)])`.
fn verdicts(desk: &Desk, bytes: &[u8]) -> (Option<i32>, Vec<[String; 4]>) {
    desk.write("made.pdf", bytes);
    let (code, found) = desk.verify(&["made.pdf"]);
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let rows = found.iter().map(|f| [&f["page"], &f["verdict"], &f["reason"], &f["source_kind"]].map(text));
    (code, rows.collect())
}

fn row(page: &str, verdict: &str, reason: &str, kind: &str) -> [String; 4] {
    [page, verdict, reason, kind].map(ToOwned::to_owned)
}

#[test]
fn a_symbol_and_its_own_attachment_are_one_paper() {
    let (desk, texts, serials, messages) = two();
    let name = format!("{}.cwt", serials[0]);
    let files = [(name.as_str(), messages[0].clone())];
    for own in [&[0][..], &[]] {
        let made = document(&[sheet(Some(&texts[0]), own)], &files);
        assert_eq!(verdicts(&desk, &made), (Some(0), vec![row("1", "valid", "null", "both")]));
    }
    let (_, found) = desk.verify(&["made.pdf"]);
    assert_eq!(found[0]["attachment"]["name"], name);
    assert_eq!(found[0]["attachment"]["media_type"], "application/cwt");
    assert_eq!(found[0]["symbol"]["kind"], "qr");
    let told = out(&desk.run(&["verify", "made.pdf"]));
    assert!(told.contains("which are the same"), "{told}");
}

#[test]
fn a_page_without_a_readable_symbol_is_judged_by_the_attachment() {
    let (desk, _, serials, messages) = two();
    let made = document(&[sheet(None, &[0])], &[("a.cwt", messages[0].clone())]);
    assert_eq!(verdicts(&desk, &made), (Some(0), vec![row("1", "valid", "null", "attachment")]));
    let (_, found) = desk.verify(&["made.pdf"]);
    assert_eq!((&found[0]["serial"], &found[0]["symbol"]), (&serials[0].as_str().into(), &serde_json::Value::Null));
    let told = desk.run(&["verify", "made.pdf"]);
    assert!(out(&told).contains("no symbol of it was read"), "{}", out(&told));
    assert!(err(&told).contains("no symbol on page 1 of 1"), "{}", err(&told));
}

#[test]
fn a_symbol_and_the_attachment_of_another_are_altered_both() {
    let (desk, texts, serials, messages) = two();
    for own in [&[0][..], &[]] {
        let made = document(&[sheet(Some(&texts[0]), own)], &[("a.cwt", messages[1].clone())]);
        let (code, found) = verdicts(&desk, &made);
        assert_eq!(code, Some(1));
        let page = if own.is_empty() { "null" } else { "1" };
        assert_eq!(found, [row("1", "invalid", "altered", "symbol"), row(page, "invalid", "altered", "attachment")]);
        let (_, found) = desk.verify(&["made.pdf"]);
        for one in found {
            let expect = format!(
                "the attached credential and the printed symbol differ: serial {} is attached, serial {} is printed",
                serials[1], serials[0]
            );
            assert_eq!(one["detail"], expect);
        }
    }
}

#[test]
fn a_file_of_the_document_does_not_excuse_a_page_from_its_own() {
    let (desk, texts, _, messages) = two();
    let files = [("a.cwt", messages[0].clone()), ("b.cwt", messages[1].clone())];
    let (code, found) = verdicts(&desk, &document(&[sheet(Some(&texts[1]), &[0])], &files));
    assert_eq!(code, Some(1), "{found:?}");
    assert_eq!(found[0], row("1", "invalid", "altered", "symbol"));
    assert!(found.contains(&row("1", "invalid", "altered", "attachment")), "{found:?}");
    assert!(found.iter().all(|one| one[3] != "both"), "{found:?}");
}

#[test]
fn a_file_hidden_behind_the_symbol_of_another_is_not_valid() {
    let (desk, texts, _, messages) = two();
    let files = [("a.cwt", messages[0].clone()), ("b.cwt", messages[1].clone())];
    let (code, found) = verdicts(&desk, &document(&[sheet(Some(&texts[0]), &[0, 1])], &files));
    assert_eq!(code, Some(4));
    assert_eq!(found, [row("1", "valid", "null", "both"), row("1", "unreadable", "damaged", "attachment")]);
    let (_, found) = desk.verify(&["made.pdf"]);
    assert_eq!(found[1]["detail"], "the attached credential was not found in print: page 1 shows another");
}

#[test]
fn a_file_alone_says_that_the_page_was_not_checked() {
    let (desk, texts, _, messages) = two();
    let files = [("a.cwt", messages[0].clone()), ("b.cwt", messages[1].clone())];
    desk.write("made.pdf", document(&[sheet(Some(&texts[0]), &[0]), sheet(None, &[1])], &files));
    let (code, found) = desk.verify(&["made.pdf"]);
    let warning = "the page was not checked: what it shows may be something else (page 2)";
    assert_eq!((code, &found[0]["detail"], &found[1]["detail"]), (Some(0), &serde_json::Value::Null, &warning.into()));
    let told = out(&desk.run(&["verify", "made.pdf"]));
    assert!(told.contains("made.pdf, page 1") && told.contains("made.pdf, page 2"), "{told}");
    assert!(told.contains(warning) && told.contains("hold the page against what is said here"), "{told}");
}

#[test]
fn an_attachment_that_is_no_credential_spoils_a_good_symbol() {
    let (desk, texts, _, messages) = two();
    let mut changed = messages[0].clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for bytes in [changed, b"not a message".to_vec(), Vec::new()] {
        let made = document(&[sheet(Some(&texts[0]), &[])], &[("a.cwt", bytes)]);
        let (code, found) = verdicts(&desk, &made);
        assert_eq!((code, &found[0]), (Some(1), &row("1", "invalid", "altered", "symbol")));
        assert_eq!(found[1][1], "invalid");
    }
    // What does not say that it is a credential is not compared.
    let made = document(&[sheet(Some(&texts[0]), &[])], &[]);
    assert_eq!(verdicts(&desk, &made).0, Some(0));
}

#[test]
fn in_a_volume_every_page_is_held_against_its_own_attachment() {
    let (desk, texts, _, messages) = two();
    let files = [("a.cwt", messages[0].clone()), ("b.cwt", messages[1].clone())];
    let (a, b) = (Some(texts[0].as_str()), Some(texts[1].as_str()));
    let right = document(&[sheet(a, &[0]), sheet(b, &[1])], &files);
    let both = |page| row(page, "valid", "null", "both");
    assert_eq!(verdicts(&desk, &right), (Some(0), vec![both("1"), both("2")]));
    let loose = document(&[sheet(b, &[]), sheet(a, &[])], &files);
    assert_eq!(verdicts(&desk, &loose), (Some(0), vec![both("1"), both("2")]), "files of the document, in any order");
    let exchanged = document(&[sheet(b, &[0]), sheet(a, &[1])], &files);
    let (code, found) = verdicts(&desk, &exchanged);
    assert_eq!(code, Some(1), "{found:?}");
    assert!(found.iter().all(|one| one[2] == "altered"), "{found:?}");
    let misplaced = document(&[sheet(a, &[0]), sheet(b, &[]), sheet(None, &[])], &[files[1].clone()]);
    let (code, found) = verdicts(&desk, &misplaced);
    assert_eq!(
        (code, &found[0][2]),
        (Some(1), &"altered".to_owned()),
        "the second's file on the first's page: {found:?}"
    );
    let other_side = document(&[sheet(None, &[0]), sheet(a, &[])], &files[..1]);
    assert_eq!(
        verdicts(&desk, &other_side),
        (Some(0), vec![both("2")]),
        "the file on the front, the symbol on the back"
    );
    let unread = document(&[sheet(a, &[0]), sheet(None, &[1])], &files);
    assert_eq!(verdicts(&desk, &unread), (Some(0), vec![both("1"), row("2", "valid", "null", "attachment")]));
    let one_attached = document(&[sheet(a, &[0]), sheet(b, &[])], &files[..1]);
    assert_eq!(verdicts(&desk, &one_attached), (Some(0), vec![both("1"), row("2", "valid", "null", "symbol")]));
}

#[test]
fn a_signed_file_alone_is_verified_inspected_and_read_from() {
    let (desk, texts, serials, messages) = two();
    let path = shown(&desk.write("k.cwt", &messages[0]));
    let (code, found) = desk.verify(&[&path]);
    assert_eq!(
        (code, &found[0]["serial"], &found[0]["source_kind"]),
        (Some(0), &serials[0].as_str().into(), &"file".into())
    );
    assert_eq!(found[0]["page"], serde_json::Value::Null);
    let told = desk.run(&["inspect", &path]);
    assert_eq!(told.status.code(), Some(0), "{}", err(&told));
    assert!(out(&told).contains("format: nansen") && out(&told).contains("NOT CHECKED"), "{}", out(&told));

    desk.write("made.pdf", document(&[sheet(Some(&texts[0]), &[0])], &[("k.cwt", messages[0].clone())]));
    let told = out(&desk.run(&["inspect", "made.pdf"]));
    assert!(told.contains("made.pdf, page 1: attached \"k.cwt\"") && told.contains("made.pdf, page 1: qr"), "{told}");
    let told = desk.run(&["read", "made.pdf"]);
    let line: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(line["attachments"][0]["name"], "k.cwt");
    assert_eq!(line["attachments"][0]["pages"], serde_json::json!([1]));
    assert_eq!(line["attachments"][0]["bytes"].as_str().unwrap().len(), 2 * messages[0].len());

    let mut changed = messages[0].clone();
    let end = changed.len() - 1;
    changed[end] ^= 1;
    desk.write("k.cwt", changed);
    let (code, found) = desk.verify(&[&path]);
    assert_eq!((code, &found[0]["reason"]), (Some(1), &"bad-signature".into()));
}
