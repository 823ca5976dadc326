//! `nansen demo [DIR]`: a desk in a folder, one certificate of each type, a batch, and what a verifier says of them.
//!
//! Nothing is pretended: the lists are issued, printed and scanned back by the same code as everything else. Three papers
//! are spoilt on purpose: one has expired, one is revoked, and in the symbol of one a letter was changed.

use super::outcome::say;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::passphrase::PassphraseArgs;
use super::{Exit, Failure, init, issue, keys, revoke, trust, verify};
use crate::credential::Serial;
use crate::desk::issue::{Order, Source, printed_name, rooms};
use crate::desk::output::{cannot_write, write_whole};
use crate::desk::{Home, Kind, register, templates};
use crate::envelope::{SymbolText, to_text};
use crate::issue::attach;
use crate::issue::paper::{self, IssuerName};
use crate::issue::sign::draw;
use crate::print::{Book, BookMeta, Fonts, Printer};

/// Set up a demo desk, print certificates, scan them back, and show the verdicts
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the demo; it is made anew
    #[arg(default_value = "demo")]
    pub folder: PathBuf,
}

/// Rows of the batch.
const BATCH: usize = 20;
/// How long ago the expired paper was issued, in days.
const LONG_AGO: i64 = 400;

/// Runs the demo; exit code 0 means that every verdict is the one that it should be.
pub fn run(args: &Args, now: Timestamp) -> Result<Exit, Failure> {
    let folder = &args.folder;
    let home = fresh_home(folder)?;
    let before = now - SignedDuration::from_hours(24 * LONG_AGO);
    init::run(
        &init::Args {
            name: "Lakeside registration desk".to_owned(),
            country: Some("KEN".to_owned()),
            kind: keys::Kind::P256,
            passphrase: PassphraseArgs::known(None),
        },
        &home,
        before,
    )?;

    say!("\n— a paper that expired");
    let types = templates::all(home.path())?;
    let lists = Lists { folder, home: &home };
    let registration =
        types.iter().find(|t| t.made.name == "registration").ok_or_else(|| Failure::new("no registration type"))?;
    let sample = registration.sample().ok_or_else(|| Failure::new("the type has no sample"))?;
    lists.issue("registration", "expired", &renumber(&sample, "OLD", 1), before, Some(30))?;
    trust::sign(None, &[], &home, &PassphraseArgs::known(None), now)?;

    say!("\n— one certificate of each type");
    for template in &types {
        let Some(sample) = template.sample() else { continue };
        let rows = if template.made.group.is_some() { first_group(&sample) } else { head(&sample, 1) };
        lists.issue(&template.made.name, &template.made.name, &rows, now, None)?;
    }
    say!("\n— a batch of {BATCH}");
    lists.issue("registration", "batch", &renumber(&sample, "BATCH", BATCH), now, None)?;
    say!("\n— a paper that is revoked, and one that is forged");
    let symbols = lists.issue("registration", "revoked", &renumber(&sample, "REVOKED", 1), now, None)?;
    let serial: Serial = symbols[0].0.parse().map_err(Failure::new)?;
    let revocation = revoke::RevokeArgs {
        serials: vec![serial],
        reason: "demo".into(),
        suspend: false,
        passphrase: PassphraseArgs::known(None),
    };
    revoke::revoke(&revocation, &home, now)?;
    let symbols = lists.issue("registration", "forged", &renumber(&sample, "FORGED", 1), now, None)?;
    forge(folder, &home, &symbols[0].1, now)?;

    say!("\n— what a verifier says of the papers\n");
    verdicts(folder, &home, &types, now)
}

fn fresh_home(folder: &Path) -> Result<Home, Failure> {
    let home = folder.join("home");
    if home.exists() {
        std::fs::remove_dir_all(&home).map_err(|error| cannot_write(&home, &error))?;
    }
    std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    Ok(Home::at(home))
}

/// Where lists and papers of the demo go.
struct Lists<'a> {
    folder: &'a Path,
    home: &'a Home,
}

impl Lists<'_> {
    /// Writes a list, issues it, and returns serials and symbol texts.
    fn issue(
        &self,
        type_name: &str,
        name: &str,
        list: &str,
        now: Timestamp,
        days: Option<i64>,
    ) -> Result<Vec<(String, String)>, Failure> {
        let path = self.folder.join(format!("{name}.csv"));
        let symbols = self.folder.join(format!("{name}.jsonl"));
        write_whole(&path, list.as_bytes())?;
        let day = |days| (now + SignedDuration::from_hours(24 * days)).to_zoned(jiff::tz::TimeZone::UTC).date();
        let output = self.folder.join(format!("{name}.pdf"));
        let order = Order {
            symbols: Some(symbols.clone()),
            valid_until: days.map(day),
            ..Order::plain(type_name, Source::File(path), Some(output))
        };
        issue::carry_out(&order, &PassphraseArgs::known(None), self.home, now)?;
        let lines = std::fs::read_to_string(&symbols)?;
        let entry = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            Some((line["serial"].as_str()?.to_owned(), line["text"][0].as_str()?.to_owned()))
        };
        Ok(lines.lines().filter_map(entry).collect())
    }
}

/// The header and the first `rows` rows.
fn head(list: &str, rows: usize) -> String {
    list.lines().take(rows + 1).fold(String::new(), |all, line| all + line + "\n")
}

/// The header and the rows of the first group, which share their first cell.
fn first_group(list: &str) -> String {
    let group = list.lines().nth(1).and_then(|line| line.split(',').next()).unwrap_or_default();
    let kept = list.lines().enumerate().filter(|(n, line)| *n == 0 || line.split(',').next() == Some(group));
    kept.fold(String::new(), |all, (_, line)| all + line + "\n")
}

/// `rows` rows after the header, the sample's over and over, each person under a number of its own.
fn renumber(list: &str, prefix: &str, rows: usize) -> String {
    let mut lines = list.lines();
    let mut out = format!("{}\n", lines.next().unwrap_or_default());
    let rest: Vec<&str> = lines.collect();
    for (number, line) in rest.iter().cycle().take(rows).enumerate() {
        let cells = line.split_once(',').map_or("", |(_, cells)| cells);
        let _ = writeln!(out, "{prefix}-{number:03},{cells}");
    }
    out
}

/// Prints a page whose symbol says something that was never signed: one byte of the signed message is another.
fn forge(folder: &Path, home: &Home, text: &str, now: Timestamp) -> Result<(), Failure> {
    let template = templates::find(home.path(), "registration", None)?;
    let layout = template.layout("a4")?;
    let fonts = Fonts::embedded().map_err(Failure::new)?;
    let parsed = SymbolText::parse(text.as_bytes()).map_err(Failure::new)?;
    let mut envelope = parsed.envelope;
    // A byte of the signature: behind the codec byte and the eight bytes of the key identifier.
    envelope[20] ^= 1;
    let forged = to_text(&envelope).map_err(Failure::new)?;
    // A forger changes the attached file as well.
    let message = attach::message(std::slice::from_ref(&forged)).ok_or_else(|| Failure::new("no message"))?;
    let room = rooms(&layout)[0];
    let books = register::open(home)?;
    let filter = crate::register::Filter { limit: Some(1), ..Default::default() };
    let newest =
        books.list(filter).next().ok_or_else(|| Failure::new("nothing was issued"))?.map_err(register::failure)?;
    let stored = books.find(newest.serial).map_err(register::failure)?.ok_or_else(|| Failure::new("not found"))?;
    let json = serde_json::from_str(&stored.record).map_err(Failure::new)?;
    let record =
        crate::issue::reprint::record_from_json(&json, &template.made).ok_or_else(|| Failure::new("not the type"))?;
    let issuer: IssuerName = printed_name(home)?;
    let credential = crate::credential::Credential {
        type_name: template.made.name.clone(),
        serial: newest.serial,
        issued: newest.issued,
        not_before: None,
        expires: None,
        status: None,
        copy: None,
        supersedes: None,
        record,
        photo: None,
    };
    let symbols = draw(&[forged], room).map_err(Failure::new)?;
    let mut page = paper::certificate(&credential, &template.made, &issuer, "en", symbols, None);
    page.attachments = vec![attach::attachment(newest.serial, message)];
    let sheets = Printer::new(&layout, &fonts).sheets(&[page]).map_err(Failure::new)?;
    let meta = BookMeta {
        title: "Forged".into(),
        language: "en".into(),
        author: issuer.name,
        created: now,
        ..BookMeta::default()
    };
    let mut book = Book::new(Vec::new(), &meta).map_err(Failure::new)?;
    book.add(&sheets).map_err(Failure::new)?;
    write_whole(&folder.join("forged.pdf"), &book.finish().map_err(Failure::new)?)
}

/// Scans every PDF back and compares the exit codes with what they should be.
fn verdicts(folder: &Path, home: &Home, types: &[templates::Template], now: Timestamp) -> Result<Exit, Failure> {
    let mut names: Vec<(String, Exit)> = types.iter().map(|t| (t.made.name.clone(), Exit::Done)).collect();
    names.push(("batch".into(), Exit::Done));
    names.extend(["expired", "revoked", "forged"].map(|name| (name.to_owned(), Exit::NotValid)));
    let mut wrong = Vec::new();
    for (name, wanted) in names {
        let path = folder.join(format!("{name}.pdf"));
        if !path.exists() {
            continue;
        }
        let exit = verify::run(&verify::Args::plain(&path), home, now)?;
        if exit != wanted {
            wrong.push(format!("{name}.pdf: exit code {}, where {} was wanted", exit.code(), wanted.code()));
        }
    }
    if wrong.is_empty() {
        say!("The papers are in {}: open the PDFs, print one, photograph it, and run", folder.display());
        say!("  nansen --home {} verify PHOTO.jpg", home.path().display());
        return Ok(Exit::Done);
    }
    Err(Failure::new(wrong.join("; ")).of(Kind::NotGood))
}
