//! `nansen issue TYPE LIST.csv -o OUT.pdf`: a list of people becomes signed, printed, recorded credentials.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::terminal::Terminal;
use super::{Exit, Failure};
use crate::credential::types::Wire;
use crate::desk::Home;
use crate::desk::issue::{Order, Photos, Prepared, Source};
use crate::desk::templates::Resolution;

/// Make a signed, printed credential of every row of a list
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Credential type, such as registration or diploma (see `nansen template list`)
    #[arg(value_name = "TYPE")]
    pub type_name: String,
    /// The list: CSV in UTF-8, one person a row
    pub list: PathBuf,
    /// The PDF to write, or with --separate the folder
    #[arg(short, long, value_name = "OUT.pdf", required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,
    /// Layout of the page
    #[arg(long, default_value = "a4")]
    pub layout: String,
    /// Resolution of the printer, such as 203dpi or 600dpi, instead of the layout's own
    #[arg(long, value_name = "DPI")]
    pub printer: Option<Resolution>,
    /// A template folder of your own, with type.toml and the layouts
    #[arg(long, value_name = "DIR")]
    pub template: Option<PathBuf>,
    /// A PDF for each credential, named by its serial
    #[arg(long)]
    pub separate: bool,
    /// Sheets of paper in a file: OUT-001.pdf, OUT-002.pdf … and a manifest, instead of one file
    #[arg(long, value_name = "SHEETS", conflicts_with = "separate", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub volume: Option<u32>,
    /// Also write OUT-manifest.pdf: which credential stands on which sheet, and who signed it
    #[arg(long)]
    pub manifest: bool,
    /// Folder of photos, named by the first column's number: KEN-1.jpg
    #[arg(long, value_name = "DIR")]
    pub photos: Option<PathBuf>,
    /// Last day of validity, such as 2027-12-31
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub valid_until: Option<Date>,
    /// Wire format, instead of the type's own
    #[arg(long, value_parser = wire)]
    pub wire: Option<Wire>,
    /// Check the list and the paper, issue nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Replace the credential that a person already holds
    #[arg(long)]
    pub reissue: bool,
    /// Also write the text of every symbol, a JSON line a credential
    #[arg(long, value_name = "OUT.jsonl")]
    pub symbols: Option<PathBuf>,
    /// Leave bad rows out and issue the good ones
    #[arg(long)]
    pub keep_going: bool,
    /// Read every page back, as printed and scanned, before it is written
    #[arg(long)]
    pub read_back: bool,
    /// Language of the fixed words, instead of the holder's own
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Second language of the fixed words, instead of the type's own, which is English
    #[arg(long, value_name = "TAG")]
    pub second_language: Option<String>,
    /// Address that any telephone opens: the credential goes behind its #, which no browser sends
    #[arg(long, value_name = "https://…")]
    pub address: Option<String>,
    /// Where the passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

impl Args {
    /// The order that they make.
    pub fn order(&self) -> Order {
        Order {
            type_name: self.type_name.clone(),
            list: Source::File(self.list.clone()),
            output: self.output.clone(),
            layout: self.layout.clone(),
            printer: self.printer,
            template: self.template.clone(),
            separate: self.separate,
            volume: self.volume,
            manifest: self.manifest,
            photos: self.photos.clone().map_or(Photos::Beside, Photos::Folder),
            valid_until: self.valid_until,
            wire: self.wire,
            dry_run: self.dry_run,
            reissue: self.reissue,
            symbols: self.symbols.clone(),
            keep_going: self.keep_going,
            read_back: self.read_back,
            language: self.language.clone(),
            second_language: self.second_language.clone(),
            address: self.address.clone(),
        }
    }
}

/// Issues the list.
///
/// # Errors
/// When the list cannot be issued as it is, or something cannot be written.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    carry_out(&args.order(), &args.passphrase, home, now)
}

/// Issues what is ordered, and tells of it.
///
/// # Errors
/// As for [`run`].
pub fn carry_out(order: &Order, passphrase: &PassphraseArgs, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let terminal = Terminal::for_list(order.list.path().unwrap_or(Path::new("-")).to_owned());
    let prepared = Prepared::new(passphrase.desk_told(home, now, &terminal), order)?;
    let checker = prepared.checker();
    let checked = prepared.check(&checker)?;
    if order.dry_run {
        say!("{} credentials of type {} could be issued", checked.good, checker.made.name);
        return Ok(Exit::Done);
    }
    let done = prepared.issue(&checker, &checked)?;
    say!("{} credentials of type {} issued: {}", done.issued, done.type_name, told(&done.files));
    Ok(Exit::Done)
}

/// Files as they are told: all of a few, the first and the last of many.
fn told(files: &[String]) -> String {
    match files {
        [first, .., last, manifest] if files.len() > 4 => format!("{first} … {last}, {manifest}"),
        files => files.join(", "),
    }
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "wanted a day like 2027-12-31".to_owned())
}

fn wire(text: &str) -> Result<Wire, String> {
    match text {
        "nansen" => Ok(Wire::Nansen),
        "claim169" => Ok(Wire::Claim169),
        "hcert" => Ok(Wire::Hcert),
        _ => Err("wanted nansen, claim169 or hcert".to_owned()),
    }
}
