//! What the papers of a batch look like, kept beside the register while the batch is unfinished: a run that takes it up
//! must not go on with another layout or language than the papers have that are printed already.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::PathBuf;

use super::Order;
use crate::desk::output::write_whole;
use crate::desk::{Failure, Home, Kind};
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
    pub fn agree(&self, order: &Order, printed: bool) -> Result<(), Failure> {
        let now = shown(order);
        let before = self.noted().filter(|before| *before != now);
        if let Some(before) = before.filter(|_| printed) {
            return Err(Failure::new(format!(
                "an interrupted run of this list has printed papers with {before}; this run has {now}"
            ))
            .hint(
                "run it with the same options as before; to print all anew with others, issue the list with --reissue",
            )
            .of(Kind::Conflict));
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
fn shown(order: &Order) -> String {
    let mut shown = format!("--layout {}", order.layout);
    if let Some(printer) = order.printer {
        let _ = write!(shown, " --printer {printer}");
    }
    for (option, tag) in [("--language", &order.language), ("--second-language", &order.second_language)] {
        if let Some(tag) = tag {
            let _ = write!(shown, " {option} {tag}");
        }
    }
    match order.volume {
        Some(sheets) => {
            let _ = write!(shown, " --volume {sheets}");
        }
        None if order.separate => shown.push_str(" --separate"),
        None => {}
    }
    shown
}
