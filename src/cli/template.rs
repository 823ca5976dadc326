//! `nansen template list|new|check|preview`: credential types and their layouts.

mod check;
mod new;
mod plan;
mod preview;

use super::outcome::say;
use super::{Exit, Failure};
use crate::credential::kind::Kind;
use crate::credential::types::Field;
use crate::desk::Home;
use crate::desk::templates::{self, Template};

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
    New(new::Args),
    Check(check::Args),
    Preview(preview::Args),
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
        Command::New(args) => new::run(args, home).map(|()| Exit::Done),
        Command::Check(args) => check::run(args, home, now).map(|()| Exit::Done),
        Command::Preview(args) => preview::run(args, home, now).map(|()| Exit::Done),
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
