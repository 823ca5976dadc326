//! The tables: damages against readers, or sets of photographs against readers.

use std::collections::BTreeMap;

use crate::cases::Case;
use crate::measure::{Outcome, Reader};

/// Damage, its words for a title, and the unit of its strength; the order of the rows.
const DAMAGES: &str = include_str!("damages.tsv");

/// A case, and what each of the readers made of it.
pub type Row<'a> = (&'a Case, Vec<Outcome>);

/// How much of every damage is read: the first strength at which it is less than half, or every rate.
pub fn print_stress(rows: &[Row<'_>], readers: &[Reader], rates: bool) {
    print_head("damage", "unit", readers);
    let known: Vec<Vec<&str>> = DAMAGES.lines().map(|line| line.split('\t').collect()).collect();
    let unknown = rows.iter().map(|(case, _)| case.group.as_str()).filter(|group| known.iter().all(|d| d[0] != *group));
    let unknown: std::collections::BTreeSet<&str> = unknown.collect();
    let damages = known.iter().map(|d| (d[0], d[2])).chain(unknown.into_iter().map(|name| (name, "")));
    for (damage, unit) in damages {
        let of_damage: Vec<&Row<'_>> = rows.iter().filter(|(case, _)| case.group == damage).collect();
        if of_damage.is_empty() {
            continue;
        }
        let cells = (0..readers.len()).map(|place| {
            let (strengths, read): (Vec<f64>, Vec<f64>) = read_rates(&of_damage, place).into_iter().unzip();
            if rates {
                read.iter().map(|rate| format!("{:.0}", rate * 100.0)).collect::<Vec<_>>().join("/")
            } else if damage == "rotate" {
                // In a circle there is no strongest.
                format!("{:.0}%", 100.0 * read.iter().sum::<f64>() / read.len() as f64)
            } else {
                threshold(&strengths, &read)
            }
        });
        print_line(damage, unit, cells);
    }
    let share = |place: usize| {
        let read = rows.iter().filter(|(_, outcomes)| outcomes[place].read).count();
        format!("{:.1}", 100.0 * read as f64 / rows.len().max(1) as f64)
    };
    print_line("read", "% of all", (0..readers.len()).map(share));
    print_times(rows, readers);
}

/// How many photographs of every set are read, and in how many something is read where nothing is.
pub fn print_shared(rows: &[Row<'_>], readers: &[Reader]) {
    print_head("set", "images", readers);
    let mut sets = BTreeMap::<&str, Vec<&Row<'_>>>::new();
    for row in rows.iter().filter(|(case, _)| case.has_symbols()) {
        sets.entry(&row.0.group).or_default().push(row);
        // Sorts after the names of the sets.
        sets.entry("~all").or_default().push(row);
    }
    for (set, rows) in sets {
        let read = |place: usize| rows.iter().filter(|(_, outcomes)| outcomes[place].read).count().to_string();
        print_line(set.trim_start_matches('~'), &rows.len().to_string(), (0..readers.len()).map(read));
    }
    let empty: Vec<&Row<'_>> = rows.iter().filter(|(case, _)| !case.has_symbols()).collect();
    let found = |place: usize| empty.iter().filter(|(_, outcomes)| outcomes[place].wrong).count().to_string();
    print_line("nothing to read", &empty.len().to_string(), (0..readers.len()).map(found));
    print_times(rows, readers);
}

fn print_times(rows: &[Row<'_>], readers: &[Reader]) {
    let times = |place: usize, time: fn(&Outcome) -> f64| {
        let mut all: Vec<f64> = rows.iter().map(|(_, outcomes)| time(&outcomes[place])).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let ms = |share: f64| move |place: usize| format!("{:.1}", quantile(&times(place, |outcome| outcome.ms), share));
    let places = || 0..readers.len();
    print_line("median", "ms", places().map(ms(0.5)));
    print_line("p95", "ms", places().map(ms(0.95)));
    print_line("max", "ms", places().map(ms(1.0)));
    let wall = |place: usize| format!("{:.1}", quantile(&times(place, |outcome| outcome.wall_ms), 1.0));
    print_line("max by the clock", "ms", places().map(wall));
    let count = |is: fn(&Outcome) -> bool| {
        move |place: usize| rows.iter().filter(|(_, outcomes)| is(&outcomes[place])).count().to_string()
    };
    print_line("wrong text", "images", places().map(count(|outcome| outcome.wrong)));
    print_line("panic", "images", places().map(count(|outcome| outcome.panicked)));
}

fn print_head(what: &str, unit: &str, readers: &[Reader]) {
    print_line(what, unit, readers.iter().map(|reader| reader.name().to_owned()));
}

fn print_line(what: &str, unit: &str, cells: impl Iterator<Item = String>) {
    println!("{what}\t{unit}\t{}", cells.collect::<Vec<_>>().join("\t"));
}

/// Every strength of one damage, and the share that the reader in this place reads.
fn read_rates(rows: &[&Row<'_>], place: usize) -> Vec<(f64, f64)> {
    let mut counts = BTreeMap::<usize, (f64, u32, u32)>::new();
    for (case, outcomes) in rows {
        let Some((number, strength)) = case.strength else { continue };
        let (_, read, all) = counts.entry(number).or_insert((strength, 0, 0));
        *read += u32::from(outcomes[place].read);
        *all += 1;
    }
    counts.into_values().map(|(strength, read, all)| (strength, f64::from(read) / f64::from(all))).collect()
}

/// The first strength at which less than half is read, between two strengths on the straight line through their rates.
fn threshold(strengths: &[f64], rates: &[f64]) -> String {
    let first = rates.iter().position(|rate| *rate < 0.5);
    match first {
        None => "all".to_owned(),
        Some(0) => {
            let falls = strengths.len() > 1 && strengths[1] < strengths[0];
            format!("{}{}", if falls { '>' } else { '<' }, strengths[0])
        }
        Some(at) => {
            let t = (rates[at - 1] - 0.5) / (rates[at - 1] - rates[at]);
            three_digits(strengths[at - 1] + t * (strengths[at] - strengths[at - 1]))
        }
    }
}

/// Three digits that count, without zeros at the end.
fn three_digits(value: f64) -> String {
    let decimals = (2 - value.abs().max(1e-9).log10().floor() as i32).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Between two values on the straight line through them, as everywhere.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = last as f64 * share;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + (above - below) * at.fract()
}
