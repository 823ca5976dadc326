//! Every script on paper: what `HarfBuzz` would set, what a reader copies, where lines end, and names that are very long.
//!
//! The comparison with `HarfBuzz` needs `uharfbuzz` in the Python that `NANSEN_PYTHON` names, the copying needs `pdftotext`.

#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;
#[path = "support/print_scripts.rs"]
mod scripts;

use std::io::Write as _;
use std::process::{Command, Stdio};

use nansen::print::page::{Item, Page};
use nansen::print::text::Run;
use nansen::print::{Book, BookMeta, Certificate, Direction, FieldLine, Fonts, Layout, NameLine, Printer, Words};
use scripts::{SAMPLES, Sample};

fn registration_layout() -> Layout {
    Layout::from_toml(scripts::layout("registration")).unwrap()
}

fn page(certificate: &Certificate, layout: &Layout, fonts: &Fonts) -> Page {
    let pages = Printer::new(layout, fonts).faces(certificate);
    pages.unwrap_or_else(|problems| panic!("{:?}: {problems:?}", certificate.names)).remove(0)
}

fn runs(page: &Page) -> impl Iterator<Item = &Run> {
    page.items().filter_map(|item| if let Item::Text { run, .. } = item { Some(run) } else { None })
}

/// The words that are hard to set, each the value of a field.
fn hard_words(sample: &Sample) -> Certificate {
    let mut certificate = scripts::registration(sample);
    let field = |word: &&str| FieldLine {
        label: Words::one("Word"),
        value: (*word).to_owned(),
        language: Some(sample.own_language.to_owned()),
        name: "word".to_owned(),
        ..FieldLine::default()
    };
    certificate.fields = sample.hard.iter().map(field).collect();
    certificate
}

fn with_long_name(sample: &Sample) -> Certificate {
    let mut certificate = scripts::registration(sample);
    let name = |text: &str| NameLine {
        text: text.to_owned(),
        language: Some(sample.own_language.to_owned()),
        column: Some("native_name"),
    };
    certificate.names = vec![name(sample.long), name(SAMPLES[0].long)];
    certificate
}

#[test]
fn names_of_sixty_letters_are_printed_in_every_script() {
    let (fonts, layout) = (Fonts::embedded().unwrap(), registration_layout());
    for sample in &SAMPLES {
        assert!(sample.long.chars().count() >= 60, "{}: {}", sample.script, sample.long.chars().count());
        let page = page(&with_long_name(sample), &layout, &fonts);
        let printed: String = runs(&page).map(|run| run.text.as_str()).collect();
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let (printed, wanted) = (letters(&printed), letters(sample.long));
        // Runs stand in the order of reading; a name on two lines is not interrupted by anything else.
        assert!(printed.contains(&wanted), "{}: {wanted} in {printed}", sample.script);
    }
}

#[test]
fn every_run_is_set_as_harfbuzz_would_set_it() {
    let Some(python) = std::env::var_os("NANSEN_PYTHON") else {
        eprintln!("skipped: NANSEN_PYTHON is not set");
        return;
    };
    let has = Command::new(&python).args(["-c", "import uharfbuzz"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|status| status.success()) {
        eprintln!("skipped: uharfbuzz is not there");
        return;
    }
    let (fonts, layout) = (Fonts::embedded().unwrap(), registration_layout());
    let mut lines = String::new();
    for sample in &SAMPLES {
        for certificate in [scripts::registration(sample), hard_words(sample), with_long_name(sample)] {
            for run in runs(&page(&certificate, &layout, &fonts)) {
                lines += &line(run, &fonts);
                lines.push('\n');
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(python)
        .arg(root.join("tests/support/shape.py"))
        .arg(root.join("fonts"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let differences = String::from_utf8(output.stdout).unwrap();
    assert!(differences.is_empty(), "{differences}");
}

/// A run as `support/shape.py` reads it.
fn line(run: &Run, fonts: &Fonts) -> String {
    let backwards = run.glyphs.windows(2).any(|pair| pair[0].range.start > pair[1].range.start);
    let arabic = run.text.chars().any(|c| matches!(c, '\u{600}'..='\u{6FF}' | '\u{10D00}'..='\u{10D3F}'));
    let digits = run.text.chars().all(|c| c.is_ascii() || c.is_numeric());
    let right_to_left = backwards || arabic && !digits;
    let tracked = run.face.tracking > 0.0;
    let tracking = |advance: f32| if advance > 0.0 && tracked { run.face.tracking } else { 0.0 };
    let glyph = |glyph: &nansen::print::text::Glyph| {
        serde_json::json!([glyph.id, glyph.range.start, glyph.advance - tracking(glyph.advance), glyph.dx, glyph.dy])
    };
    serde_json::json!({
        "font": fonts.file(run.font),
        "text": run.text,
        "language": run.language.as_deref(),
        "direction": if right_to_left { "rtl" } else { "ltr" },
        "tracked": tracked,
        "glyphs": run.glyphs.iter().map(glyph).collect::<Vec<_>>(),
    })
    .to_string()
}

/// What is there, whatever the spaces between.
fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'))
        .collect()
}

#[test]
fn hard_words_and_sentences_copy_as_they_were_given() {
    let (fonts, layout) = (Fonts::embedded().unwrap(), registration_layout());
    let certificates: Vec<_> =
        SAMPLES.iter().flat_map(|sample| [scripts::registration(sample), hard_words(sample)]).collect();
    let mut book = Book::new(Vec::new(), &BookMeta::default()).unwrap();
    book.add(&Printer::new(&layout, &fonts).sheets(&certificates).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("scripts.pdf");
    std::fs::write(&pdf, book.finish().unwrap()).unwrap();
    let Ok(output) = Command::new("pdftotext").arg(&pdf).arg("-").output() else {
        eprintln!("skipped: pdftotext is not there");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lost = Vec::new();
    for (page, certificate) in text.split('\u{c}').zip(&certificates) {
        let page = squeezed(page);
        let names = certificate.names.iter().map(|name| &name.text);
        for value in names.chain(certificate.fields.iter().map(|field| &field.value)) {
            if !has_words(&page, value) {
                lost.push(format!("{value}: {:?}", certificate.names[0].text));
            }
        }
    }
    assert!(lost.is_empty(), "{} do not copy: {lost:#?}", lost.len());
}

/// Whether every word is there whole; of a long one without spaces, which may stand on two lines, every piece but one.
fn has_words(page: &str, value: &str) -> bool {
    let words = value.split(|c: char| c.is_whitespace() || "،,.。，؛".contains(c));
    words.map(squeezed).all(|word| {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() < 24 {
            return page.contains(&word);
        }
        let pieces = letters.chunks(4).map(|piece| piece.iter().collect::<String>());
        pieces.filter(|piece| !page.contains(piece)).count() <= 2
    })
}

#[test]
fn no_line_begins_inside_a_syllable_or_with_a_full_stop() {
    let (fonts, layout) = (Fonts::embedded().unwrap(), registration_layout());
    for sample in &SAMPLES {
        let mut certificate = scripts::registration(sample);
        certificate.fields.retain(|field| field.name == "address");
        certificate.fields[0].value = [sample.sentence; 4].join(" ");
        let page = page(&certificate, &layout, &fonts);
        let mut last = None;
        let mut lines = 0;
        for item in page.items() {
            let Item::Text { y, run, .. } = item else { continue };
            if run.face.colour == [0, 0, 0] && last.replace(*y) != Some(*y) {
                lines += 1;
                let first = run.text.trim_start().chars().next().unwrap_or('A');
                let forbidden = "。，、；：？！）】」』”，၊။፣፡،؛.,)";
                assert!(!forbidden.contains(first), "{}: a line begins with {first:?}", sample.script);
                let mark = unicode_normalization::char::is_combining_mark(first);
                assert!(!mark, "{}: a line begins with {first:?}", sample.script);
            }
        }
        assert!(lines > 4, "{}: {lines} lines", sample.script);
    }
}

#[test]
fn a_long_identifier_or_address_is_broken_and_a_long_word_refused() {
    let (fonts, layout) = (Fonts::embedded().unwrap(), registration_layout());
    let mut certificate = scripts::registration(&SAMPLES[3]);
    let address =
        "http://data.europa.eu/esco/skill/b6e1b1d1b0c24b3a9c1f0a9a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6";
    certificate.fields[0].value = address.to_owned();
    certificate.fields[0].direction = Direction::LeftToRight;
    let printed: String = runs(&page(&certificate, &layout, &fonts)).map(|run| run.text.as_str()).collect();
    assert!(printed.contains(address));
    certificate.fields[0].value = "W".repeat(120);
    certificate.fields[0].direction = Direction::Auto;
    let problems = Printer::new(&layout, &fonts).faces(&certificate).unwrap_err();
    assert!(problems[0].to_string().contains("individual_id does not fit"), "{problems:?}");
}

#[test]
fn codes_formulas_and_markup_are_inert_text() {
    let (fonts, layout) = (Fonts::embedded().unwrap(), registration_layout());
    let texts = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "<b>&amp;</b>",
        "\\u202E {0} %s $(id)",
        "-2+3",
    ];
    let mut certificate = scripts::registration(&SAMPLES[0]);
    for (field, text) in certificate.fields.iter_mut().zip(texts) {
        text.clone_into(&mut field.value);
        field.direction = Direction::Auto;
    }
    let page = page(&certificate, &layout, &fonts);
    let printed: String = runs(&page).map(|run| run.text.as_str()).collect();
    for text in texts {
        assert!(squeezed(&printed).contains(&squeezed(text)), "{text}");
    }
}

#[test]
fn households_and_all_other_types_are_printed_in_every_language() {
    let fonts = Fonts::embedded().unwrap();
    let languages: Vec<String> = registration_layout().languages().map(ToOwned::to_owned).collect();
    let household = Layout::from_toml(scripts::layout("household")).unwrap();
    let vaccination = Layout::from_toml(scripts::layout("vaccination")).unwrap();
    for language in &languages {
        page(&scripts::household(language), &household, &fonts);
        let cells = [
            ("vaccination_number", "KKM/000101"),
            ("given_names", "Hiwet"),
            ("family_name", "Desta"),
            ("date_of_birth", "1991-04"),
            ("disease", "covid-19"),
            ("vaccine", "recombinant-spike-protein"),
            ("product", "vacina-adsorvida-covid-19-inativada"),
            (
                "manufacturer",
                "chumakov-federal-scientific-center-for-research-and-development-of-immune-and-biological-products",
            ),
            ("dose", "2"),
            ("doses", "2"),
            ("date", "2022-03-14"),
            ("country", "COD"),
            ("certificate_issuer", "Ministry of Health"),
        ];
        page(&scripts::of_type("vaccination", language, &cells), &vaccination, &fonts);
    }
}
