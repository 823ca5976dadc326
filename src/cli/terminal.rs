//! What a desk tells while it works, on stderr, with a bar and Ctrl-C where work takes its time.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::interrupt::Interrupt;
use super::progress::Progress;
use crate::desk::{Observer, Stage, Told};

/// Tells a person at the terminal.
#[derive(Default)]
pub struct Terminal {
    /// The list that faults and warnings are of.
    list: Option<PathBuf>,
    progress: Mutex<Option<Progress>>,
    interrupt: OnceLock<Interrupt>,
}

impl Terminal {
    /// Names the list before each of its faults.
    pub fn for_list(list: PathBuf) -> Self {
        Self { list: Some(list), ..Self::default() }
    }

    fn of_list(&self, told: &str) {
        match &self.list {
            Some(list) => eprintln!("{}: {told}", list.display()),
            None => eprintln!("{told}"),
        }
    }
}

impl Observer for Terminal {
    fn tell(&self, told: Told) {
        match told {
            Told::Problem(problem) => self.of_list(&problem.to_string()),
            Told::Warning { text, .. } => self.of_list(&format!("warning: {text}")),
            Told::More { number, what } => self.of_list(&format!("and {number} more {what}")),
            Told::Resumed { done, planned } => {
                eprintln!("taking up the interrupted batch: {done} of {planned} are recorded already");
            }
            Told::Photos { found, missing, lines } => {
                let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
                let more = if missing > lines.len() as u64 { " …" } else { "" };
                let none = match missing {
                    0 => String::new(),
                    _ => format!("; none for line {}{more}", lines.join(", ")),
                };
                eprintln!("photos: {found} of {} people{none}", found + missing);
            }
            Told::Note(text) => eprintln!("warning: {text}"),
            Told::NotEncrypted { folder } => eprintln!(
                "warning: the keys in {folder} are not encrypted; who can read them can sign in this name\n  \
                 next: keep the disk encrypted, or start a new data folder with NANSEN_PASSPHRASE or --passphrase-file FILE"
            ),
        }
    }

    fn begin(&self, stage: Stage, total: u64) {
        let what = match stage {
            Stage::Checking => "checking",
            Stage::Issuing => "issuing",
        };
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(Progress::new(what, total));
    }

    fn advance(&self, steps: u64) {
        if let Some(progress) = &*self.progress.lock().unwrap_or_else(PoisonError::into_inner) {
            progress.advance(steps);
        }
    }

    fn end(&self) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn may_cancel(&self) {
        let _ = self.interrupt.set(Interrupt::watch());
    }

    fn cancelled(&self) -> bool {
        self.interrupt.get().is_some_and(Interrupt::asked)
    }
}
