//! Credential types and layouts: those in the binary, those of the data folder, and one named by `--template`.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::Failure;
use crate::credential::types::{CredentialType, TYPE_TEXT_MAX, Types};
use crate::print::Layout;

/// The folder `templates/` as it was when the program was built.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// One credential type and where its files are.
#[derive(Clone, Debug)]
pub struct Template {
    /// The type.
    pub made: CredentialType,
    folder: Option<PathBuf>,
}

impl Template {
    /// The layout of this name, such as `a4`.
    pub fn layout(&self, name: &str) -> Result<Layout, Failure> {
        let file = format!("{name}.toml");
        let (text, shown) = match &self.folder {
            Some(folder) => {
                let path = folder.join(&file);
                (read_text(&path)?, path.display().to_string())
            }
            None => {
                let path = format!("{}/{file}", self.made.name);
                let text = BUILT_IN.get_file(&path).and_then(|file| file.contents_utf8()).ok_or_else(|| {
                    Failure::new(format!("the type {} has no layout {name}", self.made.name))
                        .hint("use --layout a4, or a template folder of your own with --template")
                })?;
                (text.to_owned(), format!("templates/{path}"))
            }
        };
        Layout::from_toml(&text).map_err(|error| Failure::new(error.in_file(shown)))
    }

    /// Where the files are, for people.
    pub fn place(&self) -> String {
        self.folder.as_ref().map_or_else(|| "built in".to_owned(), |folder| folder.display().to_string())
    }

    /// The sample list that lies beside the type, when there is one.
    pub fn sample(&self) -> Option<String> {
        match &self.folder {
            Some(folder) => std::fs::read_to_string(folder.join("sample.csv")).ok(),
            None => {
                let file = BUILT_IN.get_file(format!("{}/sample.csv", self.made.name));
                file.and_then(|file| file.contents_utf8()).map(ToOwned::to_owned)
            }
        }
    }
}

/// All templates: those in `home/templates` first, so that an organisation can change a built-in type by a copy of it.
pub fn all(home: &Path) -> Result<Vec<Template>, Failure> {
    let mut found: Vec<Template> = Vec::new();
    let own = home.join("templates");
    if own.is_dir() {
        let entries = std::fs::read_dir(&own).map_err(|error| cannot_read(&own, &error))?;
        let mut folders: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        folders.sort();
        for folder in folders.into_iter().filter(|folder| folder.join("type.toml").is_file()) {
            found.push(from_folder(&folder)?);
        }
    }
    let mut built_in: Vec<Template> = BUILT_IN
        .dirs()
        .filter_map(|folder| BUILT_IN.get_file(folder.path().join("type.toml"))?.contents_utf8())
        .map(|text| CredentialType::parse(text).map(|made| Template { made, folder: None }).map_err(Failure::new))
        .collect::<Result<_, _>>()?;
    built_in.sort_by_key(|template| template.made.id);
    built_in.retain(|template| found.iter().all(|own| own.made.name != template.made.name));
    found.extend(built_in);
    Ok(found)
}

/// The template of a type, or the one in the folder that was named.
pub fn find(home: &Path, type_name: &str, named: Option<&Path>) -> Result<Template, Failure> {
    let templates = match named {
        Some(folder) => vec![from_folder(folder)?],
        None => all(home)?,
    };
    let known = templates.iter().map(|template| template.made.name.clone()).collect::<Vec<_>>().join(", ");
    templates.into_iter().find(|template| template.made.name == type_name).ok_or_else(|| {
        Failure::new(format!("there is no credential type {type_name:?}; there are {known}"))
            .hint("nansen template list shows what there is; a new type is a new folder, see --template")
    })
}

/// All types, for naming the fields of what is verified.
pub fn types(home: &Path) -> Result<Types, Failure> {
    let mut types = Types::new();
    all(home)?.into_iter().for_each(|template| types.add(template.made));
    Ok(types)
}

/// The template in `folder`.
pub fn from_folder(folder: &Path) -> Result<Template, Failure> {
    let path = folder.join("type.toml");
    let text = read_text(&path)?;
    let made = CredentialType::parse(&text).map_err(|error| {
        let shown = Failure::new(error).to_string();
        Failure::new(format!("{}: {shown}", path.display()))
    })?;
    Ok(Template { made, folder: Some(folder.to_owned()) })
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path).map_err(|error| cannot_read(path, &error))?.len();
    if size > TYPE_TEXT_MAX as u64 {
        return Err(Failure::new(format!("{} has {size} bytes; wanted at most {TYPE_TEXT_MAX}", path.display())));
    }
    std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}", path.display())).hint("check the name and who may read it")
}
