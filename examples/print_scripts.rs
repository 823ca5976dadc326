//! Prints a certificate of every type and every script into a folder: `cargo run --example print_scripts -- DIR`.
//! `docs/gallery.py` makes pictures of them.

#[path = "../tests/support/print_people.rs"]
#[allow(dead_code)]
mod people;
#[path = "../tests/support/print_scripts.rs"]
#[allow(dead_code)]
mod scripts;

use std::path::Path;

use nansen::print::{Book, BookMeta, Certificate, Fonts, Layout, Printer};

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
        let mut book = Book::new(Vec::new(), &BookMeta::default())?;
        book.add(&sheets)?;
        std::fs::write(Path::new(&folder).join(format!("{name}.pdf")), book.finish()?)?;
    }
    Ok(())
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
