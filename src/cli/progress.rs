//! Progress on stderr: a bar with rate and remaining time, only on a terminal.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that is drawn on a terminal and nowhere else.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for `total` steps; without a known total pass 0 and it only counts.
    pub fn new(what: &'static str, total: u64) -> Self {
        let target =
            if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target((total > 0).then_some(total), target);
        let template = if total > 0 {
            "{msg:<10} [{bar:30}] {pos}/{len}  {per_sec:.0}  {eta} left"
        } else {
            "{msg:<10} {pos} rows  {per_sec:.0}"
        };
        bar.set_style(ProgressStyle::with_template(template).expect("a fixed template").progress_chars("=> "));
        bar.set_message(what);
        Self(bar)
    }

    /// So many steps further.
    pub fn advance(&self, steps: u64) {
        self.0.inc(steps);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
