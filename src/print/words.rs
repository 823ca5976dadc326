//! The fixed words of a printed page, by language: `templates/words.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::certificate::Words;
use super::font::primary;

static FILE: &str = include_str!("../../templates/words.toml");

/// The fixed words in one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FixedWords {
    /// Whether the language is written from right to left.
    #[serde(default)]
    pub(super) right_to_left: bool,
    pub(super) serial: String,
    pub(super) issued: String,
    pub(super) valid_until: String,
    pub(super) issuer: String,
    pub(super) copy: String,
    pub(super) replaces: String,
    /// What the symbol is for.
    pub(super) caption: String,
    /// Head of the block that follows.
    pub(super) how: String,
    /// How to check the paper, a sentence each.
    pub(super) steps: Vec<String>,
    /// What the scale mark says.
    pub(super) scale: String,
    /// What the symbol is, for whoever does not see it; empty: as in English.
    #[serde(default)]
    pub(super) symbol: String,
    /// What the photo is, for whoever does not see it; empty: as in English.
    #[serde(default)]
    pub(super) photo: String,
    /// Label of the number of members.
    #[serde(default)]
    pub(super) members: String,
    /// Where the members are when the paper has no room for them.
    #[serde(default)]
    pub(super) members_inside: String,
    /// What the list of a batch's sheets says.
    #[serde(default)]
    pub(super) manifest: ManifestWords,
}

/// The fixed words of the list of a batch's sheets; empty: as in English.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ManifestWords {
    pub(super) title: String,
    pub(super) batch: String,
    pub(super) key: String,
    pub(super) date: String,
    pub(super) sheets: String,
    pub(super) papers: String,
    pub(super) sheet: String,
    pub(super) signed_by: String,
    pub(super) name: String,
    pub(super) handed_over: String,
    pub(super) received: String,
}

/// All languages that the program knows fixed words in.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct WordList(BTreeMap<String, FixedWords>);

/// A words file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum WordsError {
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    #[error("English is missing")]
    NoEnglish,
}

impl WordList {
    /// The words that the program carries.
    pub(super) fn embedded() -> Result<Self, WordsError> {
        let list: Self = toml::from_str(FILE)?;
        if list.0.contains_key("en") { Ok(list) } else { Err(WordsError::NoEnglish) }
    }

    /// The words of a language, when there are any: the whole tag first, then its language alone.
    pub(super) fn of(&self, language: &str) -> Option<&FixedWords> {
        self.0.get(language).or_else(|| self.0.get(primary(language)))
    }

    fn english(&self) -> Option<&FixedWords> {
        self.0.get("en")
    }

    /// One of the words, in the language of the document and in English.
    pub(super) fn pick(&self, language: &str, word: impl Fn(&FixedWords) -> &str) -> Words {
        let english = self.english().map(|words| word(words).to_owned()).unwrap_or_default();
        let local = self
            .of(language)
            .map(|words| word(words).to_owned())
            .filter(|local| !local.is_empty() && *local != english);
        Words { local, english }
    }

    /// The sentences on checking, in the document's language and, when that is not English, in English.
    pub(super) fn steps(&self, language: &str) -> (Vec<String>, Vec<String>) {
        let steps = |words: Option<&FixedWords>| words.map(|words| words.steps.clone()).unwrap_or_default();
        match (self.of(language), primary(language)) {
            (None, _) | (_, "en") => (steps(self.english()), Vec::new()),
            (local, _) => (steps(local), steps(self.english())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::certificate::Direction;
    use crate::print::font::Fonts;
    use crate::print::text::{Face, Span, itemize};

    #[test]
    fn every_fixed_word_can_be_printed() {
        let fonts = Fonts::embedded().unwrap();
        let list = WordList::embedded().unwrap();
        for (language, words) in &list.0 {
            let short = [&words.serial, &words.issued, &words.valid_until, &words.issuer, &words.copy];
            let long = [&words.replaces, &words.caption, &words.how, &words.scale];
            for text in short.into_iter().chain(long).chain(&words.steps) {
                assert!(!text.trim().is_empty(), "{language}");
                let face = Face { scale: 1.0, ..Face::default() };
                let language = Some(language.as_str().into());
                let span = Span { text: text.clone(), face, direction: Direction::Auto, language };
                assert!(itemize(&fonts, &[span], false).missing.is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn a_region_uses_the_words_of_its_language() {
        let list = WordList::embedded().unwrap();
        assert_eq!(list.pick("fr-CD", |words| &words.copy).local.as_deref(), Some("Copie"));
        assert_eq!(list.pick("xx", |words| &words.copy).local, None);
        assert_eq!(list.pick("en-GB", |words| &words.copy).local, None);
    }
}
