//! `nansen template preview`: the real PDF of a sample row, drawn by hayro as PNG pictures.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::Failure;
use crate::cli::outcome::say;
use crate::cli::passphrase::random;
use crate::desk::output::write_whole;
use crate::desk::preview::draw;
use crate::desk::templates::{self, Resolution};
use crate::desk::{Home, issue, sample};
use crate::issue::photo::{self, PHOTO_BYTES};
use crate::print::{Book, BookMeta, Fonts, Printer};

/// Draw a sample of a template as PNG pictures: OUT.png, and OUT-2.png and so on for further sides
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A credential type, or a folder with a type.toml
    #[arg(value_name = "TYPE|FOLDER")]
    pub template: String,
    /// Layout of the page
    #[arg(long, default_value = "a4")]
    pub layout: String,
    /// The picture to write
    #[arg(short, long, value_name = "OUT.png")]
    pub output: PathBuf,
    /// Pixels of an inch
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(36..=1200))]
    pub dpi: u32,
    /// Language of the fixed words, instead of the sample's own
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Row of the sample list, from 1
    #[arg(long, default_value_t = 1)]
    pub row: usize,
    /// A photo of a face to print
    #[arg(long, value_name = "FILE")]
    pub photo: Option<PathBuf>,
    /// Printer that the symbol is planned for, such as 203dpi
    #[arg(long, value_name = "DPI")]
    pub printer: Option<Resolution>,
}

/// Runs the subcommand.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<(), Failure> {
    let folder = Path::new(&args.template);
    let template = if folder.join("type.toml").is_file() {
        templates::from_folder(folder)?
    } else {
        templates::find(home.path(), &args.template, None)?
    };
    let layout = template.layout_for(&args.layout, args.printer)?;
    let (rows, faults) = sample::rows(&template, now)?;
    let row = args.row.checked_sub(1).and_then(|row| rows.get(row)).ok_or_else(|| {
        let why = faults.first().map(|fault| format!(": {fault}")).unwrap_or_default();
        Failure::new(format!("the sample list has {} good rows, and row {} is wanted{why}", rows.len(), args.row))
            .hint("sample.csv lies beside type.toml")
    })?;
    let face = args.photo.as_deref().map(face).transpose()?;
    let rooms = issue::rooms(&layout);
    let page = sample::certificate(&template, row, args.language.as_deref(), face, &rooms, &sample::key(random), now)?;
    let fonts = Fonts::embedded().map_err(Failure::new)?;
    let sheets = Printer::new(&layout, &fonts)
        .sheets(&[page])
        .map_err(|error| Failure::new(format!("the page cannot be laid out: {error}")).hint("correct the layout"))?;
    let meta =
        BookMeta { title: template.made.name.clone(), language: "en".to_owned(), created: now, ..BookMeta::default() };
    let mut book = Book::new(Vec::new(), &meta).map_err(Failure::new)?;
    book.add(&sheets).map_err(Failure::new)?;
    let pictures = draw(book.finish().map_err(Failure::new)?, args.dpi)?;
    for (number, picture) in pictures.iter().enumerate() {
        let path = numbered(&args.output, number);
        write_whole(&path, picture)?;
        say!("{}", path.display());
    }
    Ok(())
}

fn face(path: &Path) -> Result<(crate::credential::Photo, crate::print::Picture), Failure> {
    let file = std::fs::read(path)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())).hint("check the name"))?;
    let face = photo::face(&file, PHOTO_BYTES, None).map_err(Failure::new)?;
    Ok((face.signed, face.printed))
}

/// `OUT.png`, `OUT-2.png`, `OUT-3.png`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    if number == 0 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{}.{ending}", number + 1))
}
