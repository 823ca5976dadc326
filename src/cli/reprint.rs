//! `nansen register reprint SERIAL… -o OUT.pdf`: the same serial and the same symbol once more, marked as a copy.

use std::path::PathBuf;

use jiff::Timestamp;

use super::home::Home;
use super::issue::{DeskLock, signed_face};
use super::outcome::say;
use super::output::Output;
use super::register::failure;
use super::{Exit, Failure, templates};
use crate::credential::{Credential, Photo, PhotoFormat, Serial};
use crate::issue::paper::{self, IssuerName};
use crate::issue::reprint::record_from_json;
use crate::issue::sign::draw;
use crate::print::{Book, BookMeta, Fonts, Printer};
use crate::register::{Register, RegisterError, Status, Stored};
use crate::symbol::Room;

/// Print credentials once more, with the copy number on the page
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Serials, such as K7QX-2M9D
    #[arg(required = true)]
    pub serials: Vec<Serial>,
    /// The PDF to write
    #[arg(short, long, value_name = "OUT.pdf")]
    pub output: PathBuf,
    /// Layout of the page
    #[arg(long, default_value = "a4")]
    pub layout: String,
}

/// Prints the credentials again.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let mut register = Register::open_existing(&home.register()).map_err(failure)?;
    let _held = DeskLock::take(home)?;
    let issuer = super::issue::printed_name(home)?;
    let fonts = Fonts::embedded().map_err(Failure::new)?;
    let mut stored = Vec::new();
    for serial in &args.serials {
        let found = register.find(*serial).map_err(failure)?;
        let found = found.ok_or_else(|| failure(RegisterError::UnknownSerial { serial: *serial }))?;
        if found.entry.status != Status::Valid {
            return Err(Failure::new(format!("{serial} is {}, and is not printed again", found.entry.status))
                .hint("issue a new one with --reissue, or reinstate it first"));
        }
        stored.push(found);
    }
    let meta = BookMeta {
        title: format!("Reprint – {}", issuer.name),
        language: "en".to_owned(),
        right_to_left: false,
        author: issuer.name.clone(),
        created: now,
    };
    let mut output = Output::create(&args.output)?;
    let mut book = Book::new(&mut output, &meta).map_err(Failure::new)?;
    for found in &stored {
        let template = templates::find(home.path(), &found.entry.type_name, None)?;
        let layout = template.layout(&args.layout)?;
        let page = certificate(found, &template.made, &issuer, &super::issue::rooms(&layout))?;
        let sheets = Printer::new(&layout, &fonts).sheets(&[page]).map_err(|unprintable| {
            Failure::new(format!("the page of {} cannot be laid out: {unprintable}", found.entry.serial))
        })?;
        book.add(&sheets).map_err(Failure::new)?;
    }
    book.finish().map_err(Failure::new)?;
    let shown = args.output.display().to_string();
    let copies = register.record_prints(&args.serials, &shown, now).map_err(failure)?;
    output.commit()?;
    for (serial, copy) in args.serials.iter().zip(copies) {
        say!("{serial}: copy {copy}, {shown}");
    }
    Ok(Exit::Done)
}

fn certificate(
    found: &Stored,
    made: &crate::credential::CredentialType,
    issuer: &IssuerName,
    rooms: &[Room],
) -> Result<crate::print::Certificate, Failure> {
    let entry = &found.entry;
    let json = serde_json::from_str(&found.record).map_err(Failure::new)?;
    let record = record_from_json(&json, made).ok_or_else(|| {
        Failure::new(format!("the type {} no longer has all fields of {}", made.name, entry.serial))
            .hint("put back the template that it was issued with")
    })?;
    let texts: Vec<String> = String::from_utf8_lossy(&found.envelope).lines().map(ToOwned::to_owned).collect();
    let symbols = draw(&texts, rooms[texts.len().clamp(1, rooms.len()) - 1]).map_err(Failure::new)?;
    let photo = found.photo.clone().map(|bytes| Photo { format: PhotoFormat::WebP, bytes });
    let language = paper::language(&record, made);
    let picture = signed_face(photo.as_ref());
    let credential = Credential {
        type_name: entry.type_name.clone(),
        serial: entry.serial,
        issued: entry.issued,
        not_before: None,
        expires: entry.expires,
        status: None,
        // Visible on the page; the symbol is the same, so every copy is checked the same way.
        copy: u16::try_from(entry.prints + 1).ok().filter(|copy| *copy > 1),
        supersedes: entry.supersedes,
        record,
        photo,
    };
    Ok(paper::certificate(&credential, made, issuer, &language, symbols, picture))
}
