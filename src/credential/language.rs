//! Languages: which words serve a reader of a BCP 47 tag, and tables of words by language.

use std::collections::HashMap;

/// Languages without words of their own whose readers read another: Rohingya in Bengali letters, Dari, and Persian's and
/// Pashto's tags of ISO 639-3.
const READ_AS: [(&str, &str); 6] =
    [("rhg", "bn"), ("prs", "fa"), ("pes", "fa"), ("pbt", "ps"), ("pbu", "ps"), ("pst", "ps")];

/// The language subtag of a BCP 47 tag.
pub fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// The tags whose words serve a reader of `tag`, the best first: the tag itself, its language, and the language that its
/// readers read.
pub fn serving(tag: &str) -> impl Iterator<Item = &str> {
    let language = primary(tag);
    let other = READ_AS.iter().find(|(from, _)| *from == language).map(|(_, to)| *to);
    [Some(tag), Some(language), other].into_iter().flatten()
}

/// Words by key and language, read from tab-separated text: keys in the first column, languages in the first line.
#[derive(Debug)]
pub(super) struct WordTable {
    languages: Vec<&'static str>,
    rows: HashMap<&'static str, Vec<&'static str>>,
}

impl WordTable {
    /// Reads the text; lines that begin with `#` are for people.
    pub(super) fn read(text: &'static str) -> Self {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let languages = lines.next().unwrap_or_default().split('\t').skip(1).collect();
        let row = |line: &'static str| line.split_once('\t').map(|(key, words)| (key, words.split('\t').collect()));
        Self { languages, rows: lines.filter_map(row).collect() }
    }

    /// The words for `key` in the language that best serves a reader of `tag`.
    pub(super) fn get(&self, key: &str, tag: &str) -> Option<&'static str> {
        let row = self.rows.get(key)?;
        let of = |tag: &str| row.get(self.languages.iter().position(|language| *language == tag)?).copied();
        serving(tag).filter_map(of).find(|words| !words.is_empty())
    }

    /// All words, with the language that they are in.
    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.rows.values().flat_map(|row| self.languages.iter().copied().zip(row.iter().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_a_script_and_a_relative_are_served_by_what_there_is() {
        assert_eq!(serving("fr-CD").collect::<Vec<_>>(), ["fr-CD", "fr"]);
        assert_eq!(serving("rhg-Rohg").collect::<Vec<_>>(), ["rhg-Rohg", "rhg", "bn"]);
        assert_eq!(serving("prs").collect::<Vec<_>>(), ["prs", "prs", "fa"]);
    }

    #[test]
    fn an_empty_place_of_a_table_is_no_word() {
        let table = WordTable::read("# for people\ncode\ten\tfr\nKEN\tKenya\t\nBRA\tBrazil\tBrésil\n");
        assert_eq!(table.get("BRA", "fr-CA"), Some("Brésil"));
        assert_eq!(table.get("KEN", "fr"), None);
        assert_eq!(table.get("KEN", "en"), Some("Kenya"));
        assert_eq!(table.get("XYZ", "en"), None);
        assert_eq!(table.all().count(), 4);
    }
}
