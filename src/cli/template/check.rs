//! `nansen template check`: type, layouts and samples of a template, and what a printer and a paper have room for.

use std::path::PathBuf;

use jiff::Timestamp;

use super::plan;
use crate::cli::Failure;
use crate::cli::outcome::say;
use crate::cli::passphrase::random;
use crate::credential::types::Wire;
use crate::desk::issue::draft_of;
use crate::desk::templates::{self, Resolution, Template};
use crate::desk::{Home, sample};
use crate::issue::paper::{self, IssuerName};
use crate::print::{Fonts, Layout, SymbolPlan, preflight};

/// Check template folders, or all templates: type, layouts, a page of every sample, and what the symbols have room for
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders with a type.toml
    pub folders: Vec<PathBuf>,
    /// Printer that the symbols are planned for, such as 203dpi, 300dpi or 600dpi
    #[arg(long, value_name = "DPI")]
    pub printer: Option<Resolution>,
    /// Only the layouts of this paper: A4, Letter, ID-1, 58mm or 80mm
    #[arg(long, value_name = "PAPER")]
    pub paper: Option<String>,
}

/// Runs the subcommand.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<(), Failure> {
    let templates = if args.folders.is_empty() {
        templates::all(home.path())?
    } else {
        args.folders.iter().map(|folder| templates::from_folder(folder)).collect::<Result<_, _>>()?
    };
    let fonts = Fonts::embedded().map_err(Failure::new)?;
    let key = sample::key(random);
    templates.iter().try_for_each(|template| check(template, args, &fonts, &key, now))
}

fn check(
    template: &Template,
    args: &Args,
    fonts: &Fonts,
    key: &crate::seal::SigningKey,
    now: Timestamp,
) -> Result<(), Failure> {
    let made = &template.made;
    let names = template.layout_names();
    let mut layouts = Vec::new();
    for name in &names {
        let layout = template.layout_for(name, args.printer)?;
        if args.paper.as_ref().is_none_or(|paper| plan::is_paper(&layout, paper)) {
            layouts.push((name.as_str(), layout));
        }
    }
    if let (Some(paper), true) = (&args.paper, layouts.is_empty()) {
        return Err(Failure::new(format!("no layout of {} is for paper {paper:?}", made.name)).hint(
            "there are A4, Letter, ID-1 (cards), 58mm and 80mm (rolls); the layouts are files in the template's folder",
        ));
    }
    let (rows, mut faults) = sample::rows(template, now)?;
    for (name, layout) in &layouts {
        faults.extend(pages(template, name, layout, fonts, &rows));
    }
    if !faults.is_empty() {
        return Err(Failure::new(format!("{}:\n  {}", made.name, faults.join("\n  ")))
            .hint("correct the template, then check it again"));
    }
    let told = layouts.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    say!("{}: {} fields, layouts {told}, {} sample pages each: good", made.name, made.fields.len(), rows.len());
    if args.printer.is_some() || args.paper.is_some() {
        let bytes = sample::bytes(template, &rows, key)?;
        let parts = made.wire == Wire::Nansen;
        plan::table(&layouts, bytes, parts).iter().for_each(|line| say!("  {line}"));
        let refusals = plan::refusals(&layouts, bytes, parts);
        if !refusals.is_empty() {
            return Err(Failure::new(format!("{}:\n  {}", made.name, refusals.join("\n  ")))
                .hint("use a printer with more dots, a larger paper, or fewer and shorter fields"));
        }
    }
    Ok(())
}

/// Lays every sample out, with the largest symbol that there is room for.
fn pages(
    template: &Template,
    name: &str,
    layout: &Layout,
    fonts: &Fonts,
    rows: &[crate::issue::list::Row],
) -> Vec<String> {
    let made = &template.made;
    let Some(version) = layout.room(1).largest_version() else {
        return vec![format!("layout {name}: there is no room for any symbol at {} dpi", layout.dots_per_inch)];
    };
    let planned = SymbolPlan::version(version);
    let issuer = IssuerName { name: "Issuer".to_owned(), country: Some("KEN".to_owned()) };
    let mut faults = Vec::new();
    for row in rows {
        let draft = draft_of(row, made);
        let language = paper::language(&row.record, made);
        let page = paper::certificate(&draft, made, &issuer, &language, Vec::new(), None);
        if let Err(problems) = preflight(&page, layout, fonts, Some(planned)) {
            let told = problems.iter().map(|problem| format!("layout {name}, sample line {}: {problem}", row.line));
            faults.extend(told);
        }
    }
    faults
}
