//! `nansen template list|check`: credential types and their layouts.

use super::outcome::say;
use std::path::PathBuf;

use super::home::Home;
use super::templates::{self, Template};
use super::{Exit, Failure};
use crate::credential::kind::Kind;
use crate::credential::types::Field;
use crate::issue::list::{self, Item};
use crate::issue::paper::{self, IssuerName};
use crate::print::{Fonts, SymbolPlan, preflight};

/// Credential types and their templates
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the types and the columns of their lists
    List {
        /// One type only
        type_name: Option<String>,
    },
    /// Check a template folder, or all templates: type, layout, and a page of every sample
    Check {
        /// Folders with a type.toml
        folders: Vec<PathBuf>,
    },
}

/// Runs the subcommand.
pub fn run(args: &Args, home: &Home, now: jiff::Timestamp) -> Result<Exit, Failure> {
    match &args.command {
        Command::List { type_name } => {
            for template in templates::all(home.path())? {
                if type_name.as_ref().is_none_or(|name| *name == template.made.name) {
                    show(&template);
                }
            }
            Ok(Exit::Done)
        }
        Command::Check { folders } if folders.is_empty() => {
            templates::all(home.path())?.iter().try_for_each(|template| check(template, now))?;
            Ok(Exit::Done)
        }
        Command::Check { folders } => {
            for folder in folders {
                check(&templates::from_folder(folder)?, now)?;
            }
            Ok(Exit::Done)
        }
    }
}

fn show(template: &Template) {
    let made = &template.made;
    say!("{}  {} ({}, {})", made.name, made.title_in("en"), made.wire, template.place());
    made.fields.iter().filter(|field| field.kind != Kind::Members).for_each(|field| column(field, ""));
    made.members.iter().for_each(|field| column(field, "each member: "));
    say!("");
}

fn column(field: &Field, whose: &str) {
    let kind = match &field.kind {
        Kind::Text { max } => format!("text of at most {max} letters"),
        Kind::Name => "name".to_owned(),
        Kind::Identifier => "number or code".to_owned(),
        Kind::Date { past: true } => "date that is not to come: 1987-03-14, 1987-03, 1987 or 1987~".to_owned(),
        Kind::Date { past: false } => "date: 1987-03-14, 1987-03, 1987 or 1987~".to_owned(),
        Kind::Country => "country: three letters, such as KEN".to_owned(),
        Kind::Language => "language, such as ar".to_owned(),
        Kind::Choice(choices) => choices.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "),
        Kind::Integer { min, max } => format!("whole number from {min} to {max}"),
        Kind::Url => "address".to_owned(),
        Kind::Members => "members".to_owned(),
    };
    say!("  {:<20} {whose}{}{kind}", field.name, if field.required { "required: " } else { "" });
}

/// Lays the sample of a template out, and says what is wrong with it.
fn check(template: &Template, now: jiff::Timestamp) -> Result<(), Failure> {
    let made = &template.made;
    let layout = template.layout("a4")?;
    let fonts = Fonts::embedded().map_err(Failure::new)?;
    let planned = SymbolPlan::version(super::issue::rooms(&layout)[0].largest_version().unwrap_or(1));
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut pages = 0;
    let mut faults = Vec::new();
    if let Some(sample) = template.sample() {
        list::read(sample.as_bytes(), made, today, &mut |item| {
            match item {
                Item::Row(row) => {
                    let draft = super::issue::draft_of(&row, made);
                    let language = paper::language(&row.record, made);
                    let issuer = IssuerName { name: "Issuer".to_owned(), country: Some("KEN".to_owned()) };
                    let page = paper::certificate(&draft, made, &issuer, &language, Vec::new(), None);
                    pages += 1;
                    if let Err(problems) = preflight(&page, &layout, &fonts, Some(planned)) {
                        faults.extend(problems.iter().map(|problem| format!("sample line {}: {problem}", row.line)));
                    }
                }
                Item::Bad(problems) => faults.extend(problems.iter().map(|problem| format!("sample {problem}"))),
                Item::Warning(warning) => faults.push(format!("sample {warning}")),
            }
            true
        })
        .map_err(Failure::new)?;
    }
    if faults.is_empty() {
        say!("{}: {} fields, layout a4, {pages} sample pages: good", made.name, made.fields.len());
        return Ok(());
    }
    Err(Failure::new(format!("{}:\n  {}", made.name, faults.join("\n  ")))
        .hint("correct the template, then check it again"))
}
