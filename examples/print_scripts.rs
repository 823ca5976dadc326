//! Prints a certificate of every type, every script and every layout into a folder: `cargo run --example print_scripts -- DIR`.
//! `docs/gallery.py` makes pictures of them.

#[path = "../tests/support/print_people.rs"]
#[allow(dead_code)]
mod people;
#[path = "../tests/support/print_scripts.rs"]
#[allow(dead_code)]
mod scripts;

use std::path::Path;

use nansen::print::{
    Book, BookMeta, Certificate, Fonts, Layout, Manifest, ManifestRow, Printer, Sheet, TemplateFile, Words, manifest,
};

type Papers = Vec<(String, &'static str, Certificate)>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "scripts".to_owned());
    std::fs::create_dir_all(&folder)?;
    let fonts = Fonts::embedded()?;
    let registration =
        |sample| (format!("script-{}", sample_name(sample)), "registration", scripts::registration(sample));
    let mut papers: Papers = scripts::SAMPLES.iter().map(registration).collect();
    papers.extend(types());
    for (name, of, certificate) in papers {
        let layout = Layout::from_toml(scripts::layout(of))?;
        let sheets = Printer::new(&layout, &fonts).sheets(std::slice::from_ref(&certificate))?;
        write(&folder, &name, &sheets)?;
    }
    for (name, certificates) in layouts() {
        let sheets = Printer::new(&shared_layout(name)?, &fonts).sheets(&certificates)?;
        write(&folder, &format!("layout-{name}"), &sheets)?;
    }
    let sheets = manifest(&batch(), (210.0, 297.0), &fonts).map_err(|problems| format!("{problems:?}"))?;
    write(&folder, "layout-manifest", &sheets)
}

fn write(folder: &str, name: &str, sheets: &[Sheet]) -> Result<(), Box<dyn std::error::Error>> {
    let mut book = Book::new(Vec::new(), &BookMeta::default())?;
    book.add(sheets)?;
    Ok(std::fs::write(Path::new(folder).join(format!("{name}.pdf")), book.finish()?)?)
}

/// A layout that all types share.
fn shared_layout(name: &str) -> Result<Layout, Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files =
        |name: &str| Some(TemplateFile { shown: name.to_owned(), bytes: std::fs::read(folder.join(name)).ok()? });
    Ok(Layout::from_files(&format!("{name}.toml"), &files)?)
}

/// Papers of the layouts, with small symbols where large ones would hide how they lie.
fn layouts() -> Vec<(&'static str, Vec<Certificate>)> {
    let of = |script: &str| {
        let sample = scripts::SAMPLES.iter().find(|sample| sample.script == script).unwrap_or(&scripts::SAMPLES[0]);
        let mut paper = scripts::registration(sample);
        paper.symbols = vec![people::symbol(14, "NP1:6BF+70790T9WJWG")];
        paper
    };
    let ten = ["latin", "arabic", "tigrinya", "urdu", "burmese", "dari", "tamil", "cyrillic", "khmer", "chinese"];
    vec![
        ("card", vec![of("arabic")]),
        ("cards", ten.map(of).into()),
        ("foldout", vec![scripts::household("fr")]),
        ("label", vec![of("tigrinya")]),
        ("letter", vec![of("burmese")]),
    ]
}

/// The list of the sheets of a batch.
fn batch() -> Manifest {
    let row = |number: usize| ManifestRow {
        sheet: number / 10 + 1,
        serial: format!("K7QX-{:04}", number * 37 % 9000 + 1000),
        name: None,
        signed_by: "0f3a91c2d4e5b607".to_owned(),
        copy: (number % 7 == 3).then_some(2),
    };
    Manifest {
        language: "ar".to_owned(),
        papers: Words::new("شهادة تسجيل", Some("Certificate of registration".to_owned())),
        issuer: "Lakeside registration desk".to_owned(),
        kid: "0f3a91c2d4e5b607".to_owned(),
        batch: "2026-11-21/3".to_owned(),
        date: "2026-11-21".to_owned(),
        sheets: 2,
        rows: (0..18).map(row).collect(),
    }
}

fn sample_name(sample: &scripts::Sample) -> &'static str {
    sample.script
}

/// A paper of each type, and one in a pair of languages without English.
fn types() -> Papers {
    let person = |cells: &[(&'static str, &'static str)]| {
        let mut all = vec![
            ("individual_id", "KEN-20C00001"),
            ("given_names", "Rania"),
            ("family_name", "Haddad"),
            ("native_name", "رانيا حداد"),
            ("native_language", "ar"),
            ("date_of_birth", "1988-10-19"),
        ];
        all.extend(cells);
        all
    };
    let diploma = person(&[
        ("title", "Bachelor of Laws"),
        ("awarding_body", "جامعة الفرات"),
        ("awarding_country", "SYR"),
        ("awarded_on", "2011-06"),
        ("eqf_level", "6"),
        ("ects_credits", "240"),
        ("isced_f", "0421"),
        ("grade", "very good"),
        ("diploma_number", "L-2011-1180"),
    ]);
    let training = person(&[
        ("achievement", "Community health worker, level 2"),
        ("provider", "Kakuma Skills Hub"),
        ("started_on", "2026-01-12"),
        ("completed_on", "2026-05-29"),
        ("hours", "240"),
        ("eqf_level", "4"),
        ("esco_skill", "http://data.europa.eu/esco/skill/b6e1b1d1-b0c2-4b3a-9c1f-0a9a1b2c3d4e"),
        ("role", "trainee"),
    ]);
    let vaccination = [
        ("vaccination_number", "KKM/000101"),
        ("given_names", "Hiwet"),
        ("family_name", "Desta"),
        ("date_of_birth", "1991-04-17"),
        ("disease", "covid-19"),
        ("vaccine", "mrna"),
        ("product", "comirnaty"),
        ("manufacturer", "biontech-manufacturing-gmbh"),
        ("dose", "2"),
        ("doses", "2"),
        ("date", "2022-03-14"),
        ("country", "KEN"),
        ("certificate_issuer", "Ministry of Health"),
    ];
    vec![
        ("type-registration".to_owned(), "registration", scripts::registration(&scripts::SAMPLES[15])),
        ("type-diploma".to_owned(), "diploma", scripts::of_type("diploma", "ar", &diploma)),
        ("type-training".to_owned(), "training", scripts::of_type("training", "es", &training)),
        ("type-household".to_owned(), "household", scripts::household("sw")),
        ("type-vaccination".to_owned(), "vaccination", scripts::of_type("vaccination", "ti", &vaccination)),
    ]
}
