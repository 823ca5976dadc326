//! The word lists in `docs/dictionary`.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// A name in Latin letters and, where the people write another script, in that.
pub struct Name {
    pub latin: String,
    pub native: String,
}

/// The names of one people or group of peoples.
pub struct People {
    /// ISO 639 code, empty when the list mixes languages in Latin letters.
    pub language: String,
    /// How often it is met, against the other lists.
    pub weight: u32,
    /// Countries, repeated in proportion.
    pub countries: Vec<String>,
    pub given: Vec<Name>,
    pub family: Vec<Name>,
}

/// All lists.
pub struct Lists {
    pub peoples: Vec<People>,
    /// Towns by country.
    pub places: BTreeMap<String, Vec<String>>,
    /// Lists of phrases by file name.
    phrases: BTreeMap<String, Vec<String>>,
}

impl Lists {
    pub fn read(folder: &Path) -> Result<Self> {
        let mut peoples = Vec::new();
        for path in files(&folder.join("names"), "tsv")? {
            let language = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let people = people(language, &std::fs::read_to_string(&path)?);
            peoples.push(people.ok_or_else(|| Error::new(ErrorKind::InvalidData, path.display().to_string()))?);
        }
        let mut phrases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in files(folder, "txt")? {
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            phrases.insert(name, std::fs::read_to_string(&path)?.lines().map(str::to_owned).collect());
        }
        let places = phrases.remove("places").unwrap_or_default().iter().filter_map(|line| places(line)).collect();
        Ok(Self { peoples, places, phrases })
    }

    /// The phrases of `name.txt`, the commoner first. A space at an end belongs to the phrase: another word follows.
    pub fn phrases(&self, name: &str) -> &[String] {
        self.phrases.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

fn files(folder: &Path, extension: &str) -> Result<Vec<std::path::PathBuf>> {
    let mut found: Vec<_> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    found.retain(|path| path.extension().is_some_and(|e| e == extension));
    found.sort();
    Ok(found)
}

fn people(language: &str, text: &str) -> Option<People> {
    let language = if language == "other" { "" } else { language };
    let mut people =
        People { language: language.to_owned(), weight: 0, countries: vec![], given: vec![], family: vec![] };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (kind, first) = (cells.next()?, cells.next()?.to_owned());
        let native = cells.next().unwrap_or_default().to_owned();
        match kind {
            "weight" => people.weight = first.parse().ok()?,
            "countries" => people.countries = first.split(' ').map(str::to_owned).collect(),
            "given" => people.given.push(Name { latin: first, native }),
            "family" => people.family.push(Name { latin: first, native }),
            _ => return None,
        }
    }
    Some(people)
}

/// `SYR 16: Aleppo; Homs`.
fn places(line: &str) -> Option<(String, Vec<String>)> {
    let (country, towns) = line.split_once(": ")?;
    Some((country.split(' ').next()?.to_owned(), towns.split("; ").map(str::to_owned).collect()))
}
