//! `nansen template new`: a folder to begin a credential type of one's own with.

use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::cli::outcome::say;
use crate::desk::output::cannot_write;
use crate::desk::{Home, templates};

/// Write a folder with a credential type to begin with: its fields, its page, and a sample list
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the type and of the folder, such as membership; in small letters
    pub name: String,
    /// Begin with a copy of this type
    #[arg(long, value_name = "TYPE")]
    pub from: Option<String>,
    /// Where the folder is made, instead of here
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
}

static TYPE: &str = include_str!("new_type.toml");
static SAMPLE: &str = include_str!("new_sample.csv");
static HEAD: &str = include_str!("new_head.toml");
/// The type that a page is taken from.
const PAGE_OF: &str = "registration";
/// Longest name.
const LETTERS_AT_MOST: usize = 40;

/// Runs the subcommand.
pub fn run(args: &Args, home: &Home) -> Result<(), Failure> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let good = args.name.starts_with(|c: char| c.is_ascii_lowercase())
        && args.name.len() <= LETTERS_AT_MOST
        && args.name.chars().all(plain);
    if !good {
        return Err(Failure::new(format!("{:?} is not a name for a type", args.name))
            .hint("use small letters, digits and hyphens, such as membership or ration-card"));
    }
    if templates::all(home.path())?.iter().any(|template| template.made.name == args.name) {
        return Err(Failure::new(format!("there is a type {} already", args.name))
            .hint("choose another name; the signed credentials carry it"));
    }
    let folder = args.into.as_deref().unwrap_or(Path::new(".")).join(&args.name);
    std::fs::create_dir_all(folder.parent().unwrap_or(Path::new(".")))
        .map_err(|error| cannot_write(&folder, &error))?;
    // Never over what is there: making the folder is the test, so that nothing can come between.
    std::fs::create_dir(&folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(format!("{} is there already", folder.display()))
            .hint("nothing was changed; choose another name, or remove the folder first"),
        _ => cannot_write(&folder, &error),
    })?;
    for (name, text) in files(args, home)? {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| cannot_write(&path, &error))?;
        say!("{}", path.display());
    }
    say!("next: open type.toml in any editor, then run: nansen template check {}", folder.display());
    Ok(())
}

fn files(args: &Args, home: &Home) -> Result<Vec<(&'static str, String)>, Failure> {
    let source = templates::find(home.path(), args.from.as_deref().unwrap_or(PAGE_OF), None)?;
    let page = source.text("a4.toml")?;
    let (type_text, sample) = if args.from.is_some() {
        let text = renamed(&source.text("type.toml")?, &args.name);
        (format!("{HEAD}\n{text}"), source.sample().unwrap_or_default())
    } else {
        (format!("{HEAD}\n{}", TYPE.replace("NAME", &args.name)), SAMPLE.to_owned())
    };
    Ok(vec![("type.toml", type_text), ("a4.toml", page), ("sample.csv", sample)])
}

/// The text of a type under another name, and without the number, which is the old type's for ever.
fn renamed(text: &str, name: &str) -> String {
    let mut named = false;
    let line = |line: &str| {
        if !named && line.starts_with("name = ") {
            named = true;
            return format!("name = \"{name}\"\n");
        }
        if line.starts_with("id = ") { String::new() } else { format!("{line}\n") }
    };
    text.lines().map(line).collect()
}
