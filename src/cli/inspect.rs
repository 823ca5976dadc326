//! `nansen inspect FILE|-`: every layer of a paper, down to the bytes, with no judgement.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::home::Home;
use super::input::{read_input, without_line_end};

use super::{Exit, Failure, templates};
use crate::cbor;
use crate::credential::Types;
use crate::envelope::parts::{self, Part};
use crate::envelope::{SymbolText, unpack};
use crate::format::{self, Presented, Recognised};
use crate::gate::json::hex;
use crate::scan::{self, AttachedFile, Content, Options, Seen};

/// Show every layer and byte of a paper, judging nothing
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An image, a PDF, a signed file (.cwt), or a text file with the text of a symbol; - for standard input
    #[arg(required_unless_present = "text")]
    pub input: Option<PathBuf>,
    /// The text of a symbol
    #[arg(long, conflicts_with = "input")]
    pub text: Option<String>,
}

/// Shows the layers on stdout.
pub fn run(args: &Args, home: &Home) -> Result<Exit, Failure> {
    let types = templates::types(home.path())?;
    let mut shown = 0;
    let mut files = 0;
    let mut show = |title: &str, bytes: &[u8]| -> Result<(), Failure> {
        shown += 1;
        Ok(std::io::stdout().lock().write_all(layers(title, bytes, &types).as_bytes())?)
    };
    if let Some(text) = &args.text {
        show("text", without_line_end(text.as_bytes()))?;
        return Ok(Exit::Done);
    }
    let path = args.input.clone().unwrap_or_else(|| PathBuf::from("-"));
    let bytes = read_input(&path)?;
    if is_symbol_text(&bytes) {
        show(&path.display().to_string(), without_line_end(&bytes))?;
        return Ok(Exit::Done);
    }
    if format::is_message(&bytes) {
        let told = file_layers(&path.display().to_string(), &bytes, &types);
        std::io::stdout().lock().write_all(told.as_bytes())?;
        return Ok(Exit::Done);
    }
    let mut stopped = Ok(());
    scan::scan_all(&bytes, &Options::default(), &mut |seen| {
        let page = match seen {
            Seen::Page(page) => page,
            Seen::Attached(attached) => {
                for file in &attached.files {
                    let pages = file.pages.iter().map(|page| format!(", page {page}")).collect::<String>();
                    let title = format!("{}{pages}: attached {:?}", path.display(), file.name);
                    let told = match &file.content {
                        Content::Credential(bytes) => file_layers(&title, bytes, &types),
                        Content::Other => format!("== {title}\nno credential ({})\n", media_type(file)),
                        Content::TooLarge => format!("== {title}\nlarger than any credential\n"),
                        Content::Damaged => format!("== {title}\ncannot be unpacked\n"),
                    };
                    files += 1;
                    stopped = std::io::stdout().lock().write_all(told.as_bytes()).map_err(Failure::from);
                    if stopped.is_err() {
                        return ControlFlow::Break(());
                    }
                }
                return ControlFlow::Continue(());
            }
        };
        for found in page.found() {
            let version = found.version.map(|version| format!(" version {version}")).unwrap_or_default();
            let level = found.ec_level.map(|level| format!("-{level}")).unwrap_or_default();
            let title = format!("{}, page {}: {}{version}{level}", path.display(), page.page, found.kind);
            stopped = show(&title, &found.bytes);
            if stopped.is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })
    .map_err(|error| {
        Failure::new(format!("{}: {}", path.display(), Failure::new(error))).hint("give an image, a PDF, or a text")
    })?;
    stopped?;
    if shown + files == 0 {
        return Err(Failure::new(format!("no symbol was found in {}", path.display()))
            .hint("scan it again, flat and sharp")
            .exit_with(Exit::NoSymbol));
    }
    Ok(Exit::Done)
}

/// A file of printable ASCII is the text of a symbol, not a picture.
fn is_symbol_text(bytes: &[u8]) -> bool {
    let bytes = without_line_end(bytes);
    !bytes.is_empty()
        && bytes.len() <= 8192
        && bytes.iter().all(|byte| (0x20..0x7f).contains(byte))
        && !bytes.starts_with(b"%PDF")
}

fn layers(title: &str, symbol: &[u8], types: &Types) -> String {
    let mut out = format!("== {title}\n");
    let _ = writeln!(out, "symbol: {} bytes\n{}", symbol.len(), dump(symbol));
    if let Ok(text) = SymbolText::parse(symbol) {
        let _ = writeln!(
            out,
            "text form: {:?}\nenvelope: {} bytes\n{}",
            text.form,
            text.envelope.len(),
            dump(&text.envelope)
        );
        if parts::is_part(&text.envelope) {
            match Part::parse(&text.envelope) {
                Ok(part) => drop(writeln!(out, "a part: {part:#?}")),
                Err(error) => drop(writeln!(out, "not a whole part: {}", Failure::new(error))),
            }
        } else {
            match unpack(&text.envelope) {
                Ok(unpacked) => drop(writeln!(out, "codec 0x{:02x}: {:?}", unpacked.codec.byte(), unpacked.codec)),
                Err(error) => drop(writeln!(out, "the envelope does not open: {}", Failure::new(error))),
            }
        }
    }
    match format::recognise(symbol) {
        Ok(Recognised::Sealed(presented)) => message(&mut out, &presented, types),
        Ok(Recognised::Known { name, why }) => drop(writeln!(out, "format: {name} ({why})")),
        Ok(Recognised::Part { .. }) => {}
        Ok(Recognised::Unknown) => drop(writeln!(out, "format: none that nansen knows")),
        Err(error) => drop(writeln!(out, "format: {}", Failure::new(error))),
    }
    out
}

/// The layers of a file that is a bare message.
fn file_layers(title: &str, bytes: &[u8], types: &Types) -> String {
    let mut out = format!("== {title}\nfile: {} bytes\n{}\n", bytes.len(), dump(bytes));
    match format::message(bytes) {
        Ok(presented) => message(&mut out, &presented, types),
        Err(error) => drop(writeln!(out, "format: {}", Failure::new(error))),
    }
    out
}

fn media_type(file: &AttachedFile) -> &str {
    file.media_type.as_deref().unwrap_or("no media type")
}

fn message(out: &mut String, presented: &Presented, types: &Types) {
    let sealed = &presented.sealed;
    let _ = writeln!(out, "format: {}", presented.format);
    for (name, headers) in [("protected", sealed.protected()), ("unprotected", sealed.unprotected())] {
        let _ = writeln!(out, "{name} header: {}", cbor::diagnostic(&cbor::Value::Map(headers.to_vec())));
    }
    let payload = sealed.unverified_payload();
    let _ = writeln!(out, "payload: {} bytes, NOT CHECKED\n{}", payload.len(), dump(payload));
    match cbor::decode_lenient(payload) {
        Ok(claims) => drop(writeln!(out, "claims: {}", cbor::diagnostic(&claims))),
        Err(error) => drop(writeln!(out, "claims: {}", Failure::new(error))),
    }
    match format::preview(presented.format, payload, types) {
        Ok(said) => drop(writeln!(out, "fields: {:#}", said.record.to_json())),
        Err(error) => drop(writeln!(out, "fields: {}", Failure::new(error))),
    }
    let _ = writeln!(out, "signature: {} bytes, NOT CHECKED\n{}", sealed.signature().len(), hex(sealed.signature()));
}

/// Sixteen bytes a line: offset, hexadecimal, and what is printable.
fn dump(bytes: &[u8]) -> String {
    let line = |(number, chunk): (usize, &[u8])| {
        let digits: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let letters: String = chunk.iter().map(|b| if (0x20..0x7f).contains(b) { *b as char } else { '.' }).collect();
        format!("  {:04x}  {:<47}  {letters}", number * 16, digits.join(" "))
    };
    bytes.chunks(16).enumerate().map(line).collect::<Vec<_>>().join("\n")
}
