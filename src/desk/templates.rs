//! Credential types and layouts: those in the binary, those of the data folder, and one named by `--template`.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::{Failure, Kind};
use crate::credential::types::{CredentialType, TYPE_TEXT_MAX, Types};
use crate::print::{Layout, TemplateFile};

/// Most bytes of a file of a template, backgrounds included: a byte more than is allowed, so that the reader says so.
const BACKGROUND_MAX: u64 = (1 << 20) + 1;

/// Files beside the layouts that are none.
const NO_LAYOUTS: [&str; 2] = ["type", "words"];

/// Dots in an inch of a printer, as `--printer 203dpi`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Resolution(pub u32);

impl std::str::FromStr for Resolution {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_suffix("dpi").unwrap_or(text).trim();
        let dpi = digits.parse().ok().filter(|dpi| (150..=2400).contains(dpi));
        dpi.map(Self).ok_or_else(|| "wanted the dots of an inch, such as 203dpi, 300dpi or 600dpi".to_owned())
    }
}

impl std::fmt::Display for Resolution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}dpi", self.0)
    }
}

/// What desks have: printers for labels, cheap and old ones, laser printers, those of a print shop.
pub const RESOLUTIONS: [Resolution; 4] = [Resolution(203), Resolution(300), Resolution(600), Resolution(1200)];

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
    /// The layout of this name, such as `a4`: the type's own, or the one that all types share.
    pub fn layout(&self, name: &str) -> Result<Layout, Failure> {
        if !self.layout_names().iter().any(|known| known == name) {
            return Err(Failure::new(format!("the type {} has no layout {name:?}", self.made.name))
                .hint(format!("there are {}", self.layout_names().join(", ")))
                .of(Kind::Unknown));
        }
        let unreadable = std::cell::RefCell::new(None);
        let files = |file: &str| {
            self.file(file).unwrap_or_else(|failure| {
                unreadable.borrow_mut().get_or_insert(failure);
                None
            })
        };
        let layout = Layout::from_files(&format!("{name}.toml"), &files);
        match unreadable.take() {
            Some(failure) => Err(failure),
            None => layout.map_err(|error| Failure::new(error).hint("docs/TEMPLATES.md says what a layout may have")),
        }
    }

    /// The layout with its symbols planned for a printer of so many dots an inch.
    pub fn layout_for(&self, name: &str, printer: Option<Resolution>) -> Result<Layout, Failure> {
        let layout = self.layout(name)?;
        let Some(Resolution(dpi)) = printer else { return Ok(layout) };
        layout.for_printer(dpi as f32).ok_or_else(|| Failure::new(format!("a printer of {dpi} dpi is not known")))
    }

    /// The names of all layouts of this type, its own and those that all types share.
    pub fn layout_names(&self) -> Vec<String> {
        let own = match &self.folder {
            Some(folder) => names_in(folder),
            None => BUILT_IN.get_dir(&self.made.name).map(built_in_names).unwrap_or_default(),
        };
        let mut names: Vec<String> = own.into_iter().chain(built_in_names(&BUILT_IN)).collect();
        names.retain(|name| !NO_LAYOUTS.contains(&name.as_str()));
        names.sort();
        names.dedup();
        names
    }

    /// The text of a file of the template.
    pub fn text(&self, name: &str) -> Result<String, Failure> {
        let missing = || Failure::new(format!("the type {} has no {name}", self.made.name));
        let file = self.file(name)?.ok_or_else(missing)?;
        String::from_utf8(file.bytes).map_err(|_| Failure::new(format!("{} is not UTF-8", file.shown)))
    }

    /// A file of the template, or the one that all types share.
    fn file(&self, name: &str) -> Result<Option<TemplateFile>, Failure> {
        let own = self.folder.as_ref().map(|folder| folder.join(name)).filter(|path| path.is_file());
        if let Some(path) = own {
            let bytes = read_bytes(&path, BACKGROUND_MAX)?;
            return Ok(Some(TemplateFile { shown: path.display().to_string(), bytes }));
        }
        // A folder has nothing of a built-in type of the same name but what it copied.
        let own = self.folder.is_none().then(|| format!("{}/{name}", self.made.name));
        let found = own.into_iter().chain([name.to_owned()]).find_map(|path| {
            let bytes = BUILT_IN.get_file(&path)?.contents().to_vec();
            Some(TemplateFile { shown: format!("templates/{path}"), bytes })
        });
        Ok(found)
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

/// Sizes that people call by a name, in mm.
const PAPERS: [(&str, f32, f32); 5] =
    [("A4", 210.0, 297.0), ("A5", 148.0, 210.0), ("A6", 105.0, 148.0), ("Letter", 215.9, 279.4), ("ID-1", 85.6, 54.0)];

/// What the paper of a layout is called.
pub fn paper(layout: &Layout) -> String {
    if layout.roll {
        return format!("{:.0}mm", layout.width);
    }
    let (width, height) =
        layout.sheet.as_ref().map_or((layout.width, layout.height), |sheet| (sheet.width, sheet.height));
    let near = |one: f32, other: f32| (one - other).abs() < 0.6;
    let named = PAPERS.iter().find(|(_, w, h)| near(*w, width) && near(*h, height));
    named.map_or_else(|| format!("{width} × {height} mm"), |(name, ..)| (*name).to_owned())
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
            .of(Kind::Unknown)
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
        Failure::new(format!("{}: {shown}", path.display())).of(Kind::Storage)
    })?;
    Ok(Template { made, folder: Some(folder.to_owned()) })
}

/// The names of the TOML files in a folder.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let stem = |path: PathBuf| {
        let is_layout = path.extension().is_some_and(|ending| ending == "toml");
        is_layout.then(|| path.file_stem()?.to_str().map(ToOwned::to_owned)).flatten()
    };
    entries.filter_map(|entry| stem(entry.path())).collect()
}

fn built_in_names(folder: &Dir<'_>) -> Vec<String> {
    let toml = |path: &Path| path.extension().is_some_and(|ending| ending == "toml");
    let files = folder.files().map(include_dir::File::path).filter(|path| toml(path));
    files.filter_map(|path| path.file_stem()?.to_str().map(ToOwned::to_owned)).collect()
}

fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| cannot_read(path, &error))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(|error| cannot_read(path, &error))?;
    Ok(bytes)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path).map_err(|error| cannot_read(path, &error))?.len();
    if size > TYPE_TEXT_MAX as u64 {
        let large = format!("{} has {size} bytes; wanted at most {TYPE_TEXT_MAX}", path.display());
        return Err(Failure::new(large).of(Kind::Storage));
    }
    std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}", path.display()))
        .hint("check the name and who may read it")
        .of(Kind::Storage)
}
