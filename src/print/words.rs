//! The fixed words of a printed page, by language: `templates/words.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::certificate::Words;
use crate::credential::language::serving;

/// Which step speaks of the photo.
const ON_THE_PHOTO: usize = 1;

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
    /// What stands in the place of the second step, which speaks of the photo, when there is none; empty: nothing.
    #[serde(default)]
    pub(super) without_photo: String,
    /// What the scale mark says.
    pub(super) scale: String,
    /// What the symbol is, for whoever does not see it.
    pub(super) symbol: String,
    /// What the photo is, for whoever does not see it.
    pub(super) photo: String,
    /// Label of the number of members.
    pub(super) members: String,
    /// Where the members are when the paper has no room for them.
    pub(super) members_inside: String,
    /// What the list of a batch's sheets says.
    pub(super) manifest: ManifestWords,
}

/// The fixed words of the list of a batch's sheets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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

    /// The words that serve a reader of a language, when there are any.
    pub(super) fn of(&self, language: &str) -> Option<&FixedWords> {
        serving(language).find_map(|tag| self.0.get(tag))
    }

    /// The languages that there are words in.
    pub(super) fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The words in the document's language and in the second one; in English where there are none.
    fn both(&self, languages: Languages<'_>) -> [Option<&FixedWords>; 2] {
        let second = self.of(languages.second).or_else(|| self.of("en"));
        [self.of(languages.first).or(second), second]
    }

    /// One of the words, in the language of the document and in the second one.
    pub(super) fn pick(&self, languages: Languages<'_>, word: impl Fn(&FixedWords) -> &str) -> Words {
        let [first, second] = self.both(languages).map(|words| words.map(&word).unwrap_or_default());
        match first {
            "" => Words::one(second),
            first => Words::new(first, Some(second.to_owned())),
        }
    }

    /// The sentences on checking, in the document's language and, when that is another one, in the second. A paper
    /// without a photo does not ask to compare one.
    pub(super) fn steps(&self, languages: Languages<'_>, photo: bool) -> [Vec<String>; 2] {
        let [first, second] = self.both(languages).map(|words| {
            let mut steps = words.map(|words| words.steps.clone()).unwrap_or_default();
            if let (false, Some(words), Some(step)) = (photo, words, steps.get_mut(ON_THE_PHOTO)) {
                step.clone_from(&words.without_photo);
            }
            steps.retain(|step| !step.is_empty());
            steps
        });
        if first == second { [first, Vec::new()] } else { [first, second] }
    }
}

/// The two languages of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Languages<'a> {
    /// The document's.
    pub(super) first: &'a str,
    /// The one beside it.
    pub(super) second: &'a str,
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
            let long = [&words.replaces, &words.caption, &words.how, &words.scale, &words.symbol, &words.photo];
            let inside = [&words.members, &words.members_inside, &words.without_photo];
            let fixed = short.into_iter().chain(long).chain(inside).chain(&words.steps);
            for text in fixed.chain(batch_words(&words.manifest)) {
                assert!(!text.trim().is_empty(), "{language}");
                let face = Face { scale: 1.0, ..Face::default() };
                let language = Some(language.as_str().into());
                let span = Span { text: text.clone(), face, direction: Direction::Auto, language };
                assert!(itemize(&fonts, &[span], false).missing.is_empty(), "{text}");
            }
        }
    }

    fn batch_words(words: &ManifestWords) -> [&String; 11] {
        let head = [&words.title, &words.batch, &words.key, &words.date, &words.sheets, &words.papers];
        let table = [&words.sheet, &words.signed_by, &words.name, &words.handed_over, &words.received];
        std::array::from_fn(|index| if index < 6 { head[index] } else { table[index - 6] })
    }

    #[test]
    fn the_scale_mark_says_its_length_in_digits_that_everyone_reads() {
        for (language, words) in &WordList::embedded().unwrap().0 {
            assert!(words.scale.contains("50"), "{language}");
            assert!(words.scale.contains("100 %"), "{language}");
        }
    }

    fn pick(list: &WordList, first: &str, second: &str) -> (String, Option<String>) {
        let words = list.pick(Languages { first, second }, |words| &words.copy);
        (words.first().to_owned(), words.second().map(ToOwned::to_owned))
    }

    #[test]
    fn a_paper_without_a_photo_does_not_ask_to_compare_one() {
        let list = WordList::embedded().unwrap();
        let steps = |first: &str, photo| list.steps(Languages { first, second: "en" }, photo);
        let ([with, _], [without, _]) = (steps("en", true), steps("en", false));
        assert!(with.iter().any(|step| step.contains("photo with")));
        assert!(!without.iter().any(|step| step.contains("photo with")), "{without:?}");
        for language in list.0.keys() {
            assert_eq!(steps(language, true)[0].len(), steps(language, false)[0].len(), "{language}");
        }
    }

    #[test]
    fn a_region_uses_the_words_of_its_language_and_an_unknown_one_the_second() {
        let list = WordList::embedded().unwrap();
        let words = |first: &str, second: Option<&str>| (first.to_owned(), second.map(ToOwned::to_owned));
        assert_eq!(pick(&list, "fr-CD", "en"), words("Copie", Some("Copy")));
        assert_eq!(pick(&list, "fr", "es"), words("Copie", Some("Copia")));
        assert_eq!(pick(&list, "en-GB", "en"), words("Copy", None));
        assert_eq!(pick(&list, "xx", "fr"), words("Copie", None));
        assert_eq!(pick(&list, "en", "fr"), words("Copy", Some("Copie")));
        assert_eq!(pick(&list, "rhg-Rohg", "en").0, pick(&list, "bn", "en").0);
    }
}
