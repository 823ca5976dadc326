//! `nansen issue TYPE LIST.csv -o OUT.pdf`: a list of people becomes signed, printed, recorded credentials.
//!
//! The whole list is checked before anything is signed; every credential is in the register before its PDF has a name.

mod batch;
mod check;
mod holders;
mod interrupt;
mod lock;
mod manifest;
mod photos;
mod readback;
mod recorded;
mod write;

pub use check::{draft_of, signed_face};
pub use lock::DeskLock;
pub use recorded::{entry, random};

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};

use super::home::Home;
use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::progress::Progress;
use super::register::failure;
use super::templates::Resolution;
use super::{Exit, Failure, keys, templates};
use crate::credential::country::Country;
use crate::credential::kind::label_for;
use crate::credential::types::{CredentialType, Key, Wire};
use crate::format::{Format, Issuer};
use crate::issue::carrier::{Carrier, PARTS_MAX};
use crate::issue::paper::IssuerName;
use crate::issue::sign::Signing;
use crate::print::{Fonts, Layout};
use crate::register::Register;
use crate::symbol::Room;
use write::Form;

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
    /// The arguments of `nansen issue TYPE LIST -o OUTPUT`.
    pub fn plain(type_name: &str, list: &Path, output: &Path) -> Self {
        Self {
            type_name: type_name.to_owned(),
            list: list.to_owned(),
            output: Some(output.to_owned()),
            layout: "a4".to_owned(),
            printer: None,
            template: None,
            separate: false,
            volume: None,
            manifest: false,
            photos: None,
            valid_until: None,
            wire: None,
            dry_run: false,
            reissue: false,
            symbols: None,
            keep_going: false,
            read_back: false,
            language: None,
            second_language: None,
            address: None,
            passphrase: PassphraseArgs::known(None),
        }
    }
}

impl Args {
    /// How the papers are divided into files.
    fn form(&self) -> Form {
        match self.volume {
            Some(sheets) => Form::Volumes(sheets),
            None if self.separate => Form::Separate,
            None => Form::Whole,
        }
    }

    fn wants_manifest(&self) -> bool {
        self.manifest || self.volume.is_some()
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

/// Issues the list.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let mut template = templates::find(home.path(), &args.type_name, args.template.as_deref())?;
    let desk = keys::issuer_name(home).ok();
    let words = desk.as_ref().map_or("", |desk| desk.name.as_str());
    let layout = template.layout_for(&args.layout, args.printer)?.with_microprint(words);
    check_languages(args, &template.made, &layout)?;
    if let Some(second) = &args.second_language {
        template.made.second_language.clone_from(second);
    }
    let fonts = Fonts::embedded().map_err(Failure::new)?;
    let made = &template.made;
    let today = now.to_zoned(TimeZone::UTC).date();
    let expires = args.valid_until.map(|day| end_of(day, today)).transpose()?;
    let rooms = rooms(&layout);
    let list = List::open(&args.list)?;
    check_places(args)?;
    let format = Format::from(args.wire.unwrap_or(made.wire));
    check_travels(made, format, desk.as_ref())?;
    // A dry run may come before there is a desk.
    let desk = desk.unwrap_or_else(|| keys::DeskName { name: String::new(), country: Some("KEN".to_owned()) });
    let country = desk.country.as_deref().and_then(|code| Country::parse(code).ok());
    let issuer = Issuer { name: &desk.name, country };
    let carrier = Carrier { format, address: args.address.as_deref(), rooms: &rooms };
    let checker = check::Checker {
        args,
        made,
        layout: &layout,
        fonts: &fonts,
        today,
        carrier,
        holds: carrier.holds(),
        probe: keys::Kind::Ed25519.generate(),
        issuer,
        now,
        expires,
    };
    if let (Some(output), false) = (&args.output, args.dry_run) {
        write::check_writable(output, args.form())?;
    }

    let checked = checker.list(&list)?;
    checked.report(&args.list);
    if checked.problems > 0 && !args.keep_going {
        let already = holders::nothing_was_issued(if args.dry_run { 0 } else { recorded(args, home, made, &list)? });
        return Err(Failure::new(format!("{} of {} rows cannot be issued; {already}", checked.bad_rows, checked.rows))
            .hint("correct the rows above, or leave them out with --keep-going"));
    }
    if args.dry_run {
        say!("{} credentials of type {} could be issued", checked.good, made.name);
        return Ok(Exit::Done);
    }

    let issuer = keys::load_issuer(home, &args.passphrase)?;
    let name = IssuerName { name: issuer.name.clone(), country: issuer.country.clone() };
    let signing = Signing {
        key: &issuer.key,
        issuer: Issuer { name: &issuer.name, country },
        made,
        format,
        now,
        expires,
        address: args.address.as_deref(),
        rooms: &rooms,
    };
    let _held = DeskLock::take(home)?;
    let digest = work_digest(args, &list.digest, made.source.as_bytes(), issuer.key.kid().as_bytes());
    let own_type = template.place() != "built in";
    let batch = batch::Batch {
        own_type,
        args,
        home,
        signing: &signing,
        checker: &checker,
        name: &name,
        list: &list,
        digest,
        now,
    };
    let done = batch.run(&checked)?;
    checked.report_photos();
    Ok(done)
}

/// Refuses a language that neither the fixed words nor the type has words in.
fn check_languages(args: &Args, made: &CredentialType, layout: &Layout) -> Result<(), Failure> {
    for (option, tag) in [("--language", &args.language), ("--second-language", &args.second_language)] {
        let Some(tag) = tag else { continue };
        if !layout.speaks(tag) && label_for(&made.title, tag).is_none() {
            let mut known: Vec<&str> = layout.languages().chain(made.title.keys().map(String::as_str)).collect();
            known.sort_unstable();
            known.dedup();
            return Err(Failure::new(format!("{option} {tag}: no words in this language"))
                .hint(format!("use one of {}", known.join(", "))));
        }
    }
    Ok(())
}

/// How many rows of this list an interrupted run has recorded.
fn recorded(args: &Args, home: &Home, made: &CredentialType, list: &List) -> Result<usize, Failure> {
    let Some(kid) = keys::kid_in_use(home)?.filter(|_| home.register().exists()) else { return Ok(0) };
    let digest = work_digest(args, &list.digest, made.source.as_bytes(), kid.as_bytes());
    let register = Register::open_existing(&home.register()).map_err(failure)?;
    Ok(register.interrupted(&made.name, &digest).map_err(failure)?.len())
}

/// Refuses a file that would be written over another of this run, and a folder of photos that is none.
fn check_places(args: &Args) -> Result<(), Failure> {
    let output = args.output.as_deref();
    let first = output.map(|output| args.form().file(output, 1));
    let manifest = output.filter(|_| args.wants_manifest()).map(|output| args.form().manifest(output));
    let places = [
        ("the list", Some(args.list.as_path())),
        ("OUT", first.as_deref()),
        ("the manifest", manifest.as_deref()),
        ("--symbols", args.symbols.as_deref()),
    ];
    let places: Vec<_> = places.into_iter().filter_map(|(what, path)| Some((what, path?))).collect();
    for (at, (what, path)) in places.iter().enumerate() {
        if let Some((other, _)) = places[..at].iter().find(|(_, other)| same_file(other, path)) {
            return Err(Failure::new(format!("{other} and {what} are the same file: {}", path.display()))
                .hint("give each a name of its own"));
        }
    }
    if let Some(folder) = args.photos.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::new(format!("{} is not a folder of photos", folder.display()))
            .hint("name the folder with --photos DIR; each photo in it is named by the first column, KEN-1.jpg"));
    }
    Ok(())
}

fn same_file(one: &Path, other: &Path) -> bool {
    // What is to be written need not be there yet, but its folder is.
    let whole = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        path.canonicalize()
            .or_else(|_| Ok::<_, std::io::Error>(folder.canonicalize()?.join(path.file_name().unwrap_or_default())))
    };
    one == other || matches!((whole(one), whole(other)), (Ok(one), Ok(other)) if one == other)
}

/// Refuses a format that has no place for what every credential of the type must say.
fn check_travels(made: &CredentialType, format: Format, desk: Option<&keys::DeskName>) -> Result<(), Failure> {
    let has_place = |key: &Key| match format {
        Format::Nansen => true,
        Format::Claim169 => matches!(key, Key::Identity(_)),
        Format::Hcert => matches!(key, Key::Hcert(_)),
    };
    let lost = made.fields.iter().filter(|field| field.required && !has_place(&field.key));
    let lost: Vec<&str> = lost.map(|field| field.name.as_str()).collect();
    if !lost.is_empty() {
        return Err(Failure::new(format!(
            "{} cannot travel as {format}: {} {} no place in it",
            made.name,
            lost.join(", "),
            if lost.len() == 1 { "has" } else { "have" }
        ))
        .hint(format!("issue it without --wire: {} says itself how it travels", made.name)));
    }
    let alpha2 = |desk: &keys::DeskName| desk.country.as_deref().is_some_and(|code| alpha2_code(code).is_some());
    if format == Format::Hcert && desk.is_some_and(|desk| !alpha2(desk)) {
        return Err(Failure::new(format!(
            "{format} names the issuer's country by two letters, and this desk has none"
        ))
        .hint("set up a desk with `nansen init --country CCC`"));
    }
    Ok(())
}

fn alpha2_code(code: &str) -> Option<&'static str> {
    Country::parse(code).ok().and_then(crate::format::alpha2_of)
}

/// The place that the layout has for one symbol, for each of two, and so on.
pub fn rooms(layout: &Layout) -> Vec<Room> {
    (1..=usize::from(PARTS_MAX)).map(|count| layout.room(count)).collect()
}

/// The end of the last day of validity.
fn end_of(day: Date, today: Date) -> Result<Timestamp, Failure> {
    if day < today {
        return Err(Failure::new(format!("--valid-until {day} is in the past")).hint("give a day from today on"));
    }
    let next = day.checked_add(1.day()).map_err(Failure::new)?;
    Ok(next.to_zoned(TimeZone::UTC).map_err(Failure::new)?.timestamp())
}

/// The same digest is the same work: a batch that was interrupted is taken up again by it.
fn work_digest(args: &Args, list: &[u8; 32], type_text: &[u8], kid: &[u8]) -> [u8; 32] {
    let options =
        format!("{:?} {:?} {} {:?} {:?}", args.wire, args.valid_until, args.reissue, args.address, args.photos);
    let mut sha = Sha256::new();
    for part in [&list[..], type_text, kid, options.as_bytes()] {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    sha.finalize().into()
}

/// The list's file, read as often as needed: from memory when it is small, from the disk when it is not.
pub struct List {
    path: PathBuf,
    memory: Option<Vec<u8>>,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
}

/// Lists up to this size stay in memory, so that nobody can change them between checking and signing.
const IN_MEMORY: u64 = 64 * 1024 * 1024;

impl List {
    fn open(path: &Path) -> Result<Self, Failure> {
        let refuse = |error: &std::io::Error| {
            Failure::new(format!("{} cannot be read: {error}", path.display())).hint("check the name of the list")
        };
        let metadata = std::fs::metadata(path).map_err(|error| refuse(&error))?;
        if metadata.is_dir() {
            return Err(Failure::new(format!("{} is a folder, where a list is wanted", path.display()))
                .hint("name the CSV file itself"));
        }
        let memory =
            if metadata.len() <= IN_MEMORY { Some(std::fs::read(path).map_err(|error| refuse(&error))?) } else { None };
        let mut list = Self { path: path.to_owned(), memory, digest: [0; 32] };
        list.digest = list.digest_now()?;
        Ok(list)
    }

    /// The bytes from the beginning.
    pub fn bytes(&self) -> Result<Box<dyn std::io::Read + '_>, Failure> {
        match &self.memory {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Ok(Box::new(std::fs::File::open(&self.path)?)),
        }
    }

    fn digest_now(&self) -> Result<[u8; 32], Failure> {
        let mut bytes = self.bytes()?;
        let mut sha = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match std::io::Read::read(&mut bytes, &mut buffer)? {
                0 => return Ok(sha.finalize().into()),
                taken => sha.update(&buffer[..taken]),
            }
        }
    }
}

/// The issuer as it is printed, when no key is needed.
pub fn printed_name(home: &Home) -> Result<IssuerName, Failure> {
    let desk = keys::issuer_name(home)?;
    Ok(IssuerName { name: desk.name, country: desk.country })
}

/// A progress bar for one pass over the list.
fn bar(what: &'static str, rows: u64) -> Progress {
    Progress::new(what, rows)
}
