//! What the papers of a batch look like, kept beside the register while the batch is unfinished: a run that takes it up
//! must not go on with another layout or language than the papers have that are printed already.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::PathBuf;

use super::{Args, Failure};
use crate::cli::home::Home;
use crate::cli::output::write_whole;
use crate::gate::json::hex;

/// Bytes that are read back at most; what was written is far shorter.
const BYTES_MAX: u64 = 4096;

/// The options of one piece of work, in a file of the data folder.
pub struct Options {
    file: PathBuf,
}

impl Options {
    /// Those of the work that has this digest.
    pub fn of(home: &Home, digest: &[u8; 32]) -> Self {
        Self { file: home.path().join(format!("batch-{}.options", hex(&digest[..8]))) }
    }

    /// Notes the options of this run. Refused when an interrupted run had others and has `printed` files: the papers of
    /// one batch are to be alike. Before that a batch may change its looks, say after a page that could not be read.
    pub fn agree(&self, args: &Args, printed: bool) -> Result<(), Failure> {
        let now = shown(args);
        let before = self.noted().filter(|before| *before != now);
        if let Some(before) = before.filter(|_| printed) {
            return Err(Failure::new(format!(
                "an interrupted run of this list has printed papers with {before}; this run has {now}"
            ))
            .hint(
                "run it with the same options as before; to print all anew with others, issue the list with --reissue",
            ));
        }
        write_whole(&self.file, now.as_bytes())
    }

    fn noted(&self) -> Option<String> {
        let mut text = String::new();
        std::fs::File::open(&self.file).ok()?.take(BYTES_MAX).read_to_string(&mut text).ok()?;
        Some(text.chars().filter(|c| !c.is_control()).collect())
    }

    /// The batch is finished, and nobody takes it up.
    pub fn forget(&self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

/// The options that decide what the papers look like, as one would type them.
fn shown(args: &Args) -> String {
    let mut shown = format!("--layout {}", args.layout);
    if let Some(printer) = args.printer {
        let _ = write!(shown, " --printer {}dpi", printer.0);
    }
    for (option, tag) in [("--language", &args.language), ("--second-language", &args.second_language)] {
        if let Some(tag) = tag {
            let _ = write!(shown, " {option} {tag}");
        }
    }
    match args.volume {
        Some(sheets) => {
            let _ = write!(shown, " --volume {sheets}");
        }
        None if args.separate => shown.push_str(" --separate"),
        None => {}
    }
    shown
}
