//! `nansen register list`.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::table::{Table, clean};
use super::{Failure, Stop};
use crate::desk::register::{day, entry_json, state};
use crate::register::{Entry, Filter, Register, Status};

/// What to list, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this credential type
    #[arg(long = "type", value_name = "TYPE")]
    type_name: Option<String>,
    /// Only names, ids and serials with this text; case and accents do not matter
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only this status: valid, suspended, revoked or superseded
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// Only issued on this day or later (UTC)
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Only issued on this day or earlier (UTC)
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// At most so many, the newest
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// What the answer looks like
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// A table
    Text,
    /// One JSON object a line
    Json,
    /// A spreadsheet
    Csv,
}

pub(super) fn run(args: &Args, register: &Register, now: Timestamp, out: &mut dyn Write) -> Result<(), Stop> {
    let entries = register.list(filter(args).map_err(Stop::Usage)?);
    match args.format {
        Format::Text => text(entries, now, out),
        Format::Json => json(entries, now, out),
        Format::Csv => csv(entries, now, out),
    }
}

fn filter(args: &Args) -> Result<Filter, Failure> {
    if let (Some(from), Some(until)) = (args.from, args.until)
        && from > until
    {
        return Err(Failure::new(format!("--from {from} is later than --until {until}")).hint("swap the two dates"));
    }
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    Ok(Filter {
        type_name: args.type_name.clone(),
        text: args.search.clone(),
        status: args.status,
        from: args.from.map(midnight).transpose()?,
        // The last day counts whole. After the calendar's last day nothing is issued, so no limit is needed there.
        until: args.until.and_then(|date| date.tomorrow().ok()).map(midnight).transpose()?,
        limit: args.limit,
        ..Filter::default()
    })
}

type Entries<'a> = crate::register::Listing<'a>;

fn text(entries: Entries<'_>, now: Timestamp, out: &mut dyn Write) -> Result<(), Stop> {
    // The name is last: in a script of unknown width, or from right to left, it can push no other column aside.
    let mut table = Table::new(["SERIAL", "ISSUED", "EXPIRES", "STATUS", "PRINTS", "TYPE", "ID", "NAME"]);
    for entry in entries {
        let entry = entry?;
        let row = [
            entry.serial.to_string(),
            day(entry.issued),
            entry.expires.map_or_else(|| "-".into(), day),
            state(&entry, now).into(),
            entry.prints.to_string(),
            clean(&entry.type_name),
            clean(&entry.subject),
            clean(&entry.name),
        ];
        table.push(row, out)?;
    }
    Ok(table.end(out)?)
}

fn json(entries: Entries<'_>, now: Timestamp, out: &mut dyn Write) -> Result<(), Stop> {
    for entry in entries {
        writeln!(out, "{}", serde_json::Value::Object(entry_json(&entry?, now)))?;
    }
    Ok(())
}

fn csv(entries: Entries<'_>, now: Timestamp, out: &mut dyn Write) -> Result<(), Stop> {
    let mut sheet = csv::Writer::from_writer(out);
    let header =
        ["serial", "type", "subject", "name", "issued", "expires", "status", "printed", "supersedes", "batch", "row"];
    sheet.write_record(header).map_err(written)?;
    for entry in entries {
        sheet.write_record(cells(&entry?, now)).map_err(written)?;
    }
    Ok(sheet.flush()?)
}

fn cells(entry: &Entry, now: Timestamp) -> [String; 11] {
    [
        entry.serial.to_string(),
        harmless(&entry.type_name),
        harmless(&entry.subject),
        harmless(&entry.name),
        entry.issued.to_string(),
        entry.expires.map_or_else(String::new, |expires| expires.to_string()),
        state(entry, now).into(),
        entry.prints.to_string(),
        entry.supersedes.map_or_else(String::new, |serial| serial.to_string()),
        entry.batch.to_string(),
        entry.row.to_string(),
    ]
}

/// A cell that a spreadsheet shows and does not run: an apostrophe goes before what would start a formula.
fn harmless(cell: &str) -> String {
    let starts_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '=', '+', '-', '@']);
    if starts_formula { format!("'{cell}") } else { cell.to_owned() }
}

fn written(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
