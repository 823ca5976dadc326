//! `nansen register reprint SERIAL… -o OUT.pdf`: the same serial once more, as a copy whose number is printed and signed;
//! or, with `--replace`, a new serial that supersedes the old one.

use std::path::PathBuf;

use jiff::Timestamp;

use super::outcome::say;
use super::passphrase::PassphraseArgs;
use super::{Exit, Failure};
use crate::credential::Serial;
use crate::desk::Home;
use crate::desk::reprint::{self, Reprint, Reprinted};
use crate::desk::templates::Resolution;

/// Print credentials once more, as copies with a signed copy number, or replace damaged ones
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
    /// Resolution of the printer, such as 203dpi or 600dpi, instead of the layout's own
    #[arg(long, value_name = "DPI")]
    pub printer: Option<Resolution>,
    /// The template folder that the credentials were issued with, when it is none of the data folder
    #[arg(long, value_name = "DIR")]
    pub template: Option<PathBuf>,
    /// Under a new serial that supersedes the old one: for papers that are damaged, lost or stolen
    #[arg(long)]
    pub replace: bool,
    /// Where the passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Prints the credentials again.
///
/// # Errors
/// When one is unknown or withdrawn, a key cannot be opened, or something cannot be written.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let order = Reprint {
        serials: args.serials.clone(),
        output: args.output.clone(),
        layout: args.layout.clone(),
        printer: args.printer,
        template: args.template.clone(),
        replace: args.replace,
    };
    let shown = args.output.display();
    for done in reprint::reprint(args.passphrase.desk(home, now), &order)? {
        match done {
            Reprinted::Copy { serial, copy } => say!("{serial}: copy {copy}, {shown}"),
            Reprinted::Replaced { old, new } => say!("{old}: replaced by {new}, {shown}"),
        }
    }
    Ok(Exit::Done)
}
