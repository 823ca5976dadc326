//! A table with aligned columns for a terminal.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

/// Rows whose widths decide how wide the columns begin; more are not kept in memory.
const LOOK_AHEAD: usize = 1000;

/// Aligned columns, two blanks apart. Rows are written as they come once the widths of the first ones are known.
pub(super) struct Table<const COLUMNS: usize> {
    widths: [usize; COLUMNS],
    waiting: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(super) fn new(header: [&str; COLUMNS]) -> Self {
        let mut table = Self { widths: [0; COLUMNS], waiting: Vec::new() };
        table.wait(header.map(str::to_owned));
        table
    }

    pub(super) fn push(&mut self, row: [String; COLUMNS], out: &mut dyn Write) -> io::Result<()> {
        self.wait(row);
        if self.waiting.len() > LOOK_AHEAD { self.write(out) } else { Ok(()) }
    }

    pub(super) fn end(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write(out)
    }

    fn wait(&mut self, row: [String; COLUMNS]) {
        for (width, cell) in self.widths.iter_mut().zip(&row) {
            *width = cell.width().max(*width);
        }
        self.waiting.push(row);
    }

    fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        for row in self.waiting.drain(..) {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(self.widths) {
                line += cell;
                // Not `{:width$}`, which counts letters: a combining mark takes no place, an ideograph takes two.
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Text that can neither steer a terminal nor reorder the line around it.
pub(super) fn clean(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
