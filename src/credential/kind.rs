//! What a field may hold: text from a list comes in, a checked [`Value`] goes out, and back.

use std::collections::BTreeMap;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization as _;

use super::country::Country;
use super::date::PartialDate;
use super::language;
use super::record::Value;

/// Longest name, in letters: what can be printed readably and carried in one symbol.
pub const NAME_MAX: usize = 120;
/// Longest text of any other kind, in letters, unless the type says less.
pub const TEXT_MAX: usize = 240;

/// Words by language (BCP 47 tag).
pub type Labels = BTreeMap<String, String>;

/// The label that best serves a reader of `tag`, if there is one.
pub fn label_for<'a>(labels: &'a Labels, tag: &str) -> Option<&'a str> {
    language::serving(tag).find_map(|tag| labels.get(tag)).map(String::as_str)
}

/// One value of a closed list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// As it stands in the list and in `claims`.
    pub name: String,
    /// The number that the native format carries.
    pub code: i64,
    /// The code that another issuer's format carries, when it is not `name`.
    pub wire: Option<String>,
    /// As it is printed.
    pub label: Labels,
}

/// The kind of a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Any text of at most so many letters.
    Text {
        /// Letters allowed.
        max: usize,
    },
    /// A person's name or a part of it.
    Name,
    /// Capital letters, digits and `- / .`, as in file and document numbers.
    Identifier,
    /// A date that may be known in part.
    Date {
        /// Whether it must not lie in the future.
        past: bool,
    },
    /// ISO 3166-1 alpha-3 or ICAO Doc 9303.
    Country,
    /// ISO 639 code or BCP 47 tag.
    Language,
    /// One of a closed list; sex is one as well (ICAO Doc 9303: F, M, X).
    Choice(Vec<Choice>),
    /// A whole number.
    Integer {
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: i64,
    },
    /// An `http` or `https` address.
    Url,
    /// The rows of a group, such as the members of a household. Never in a cell of a list.
    Members,
}

/// Why the text of a cell is not a value of its kind.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// See [`super::date::DateError`].
    #[error(transparent)]
    Date(#[from] super::date::DateError),
    /// Every day that the date can mean is still to come.
    #[error("in the future")]
    Future,
    /// Not in any list of country codes.
    #[error(transparent)]
    Country(#[from] super::country::UnknownCountry),
    /// Not one of the values of the closed list.
    #[error("unknown value")]
    UnknownChoice {
        /// The values that there are.
        known: String,
    },
    /// A character that has no business in a field.
    #[error("control character U+{code:04X}")]
    Control {
        /// The code point.
        code: u32,
    },
    /// A character that reorders what stands around it, and so makes a paper say what was not signed.
    #[error("bidi override U+{code:04X}")]
    BidiOverride {
        /// The code point.
        code: u32,
    },
    /// More letters than can be printed and carried.
    #[error("too long to print and to carry: {letters} letters")]
    TooLong {
        /// Letters found.
        letters: usize,
        /// Letters allowed.
        max: usize,
    },
    /// Not a whole number in the range.
    #[error("not a whole number from {min} to {max}")]
    Integer {
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: i64,
    },
    /// Not a language tag.
    #[error("not a language code")]
    Language,
    /// Not an address.
    #[error("not an http or https address")]
    Url,
    /// A field that a cell cannot hold.
    #[error("members stand in rows of their own, not in a cell")]
    Members,
}

impl ValueError {
    /// What was wanted instead, for the person at the desk.
    pub fn wanted(&self) -> String {
        match self {
            Self::Date(_) => "a date like 1987-03-14, 1987-03, 1987 or 1987~".to_owned(),
            Self::Future => "a date that is not after today".to_owned(),
            Self::Country(_) => "three letters like KEN, or XXA for a stateless person".to_owned(),
            Self::UnknownChoice { known } => format!("one of {known}"),
            Self::Control { .. } | Self::BidiOverride { .. } => "text without invisible control characters".to_owned(),
            Self::TooLong { max, .. } => format!("at most {max} letters"),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::Language => "a code like ar, my or rhg".to_owned(),
            Self::Url => "an address that begins with https:// or http://".to_owned(),
            Self::Members => "a row for each member".to_owned(),
        }
    }
}

impl Kind {
    /// Reads the text of a cell; `None` when the cell is empty. `today` is the day of issue.
    pub fn parse(&self, cell: &str, today: Date) -> Result<Option<Value>, ValueError> {
        let text = clean(cell)?;
        if text.is_empty() {
            return Ok(None);
        }
        let value = match self {
            Self::Text { max } => Value::Text(at_most(text, *max)?),
            Self::Name => Value::Text(at_most(text, NAME_MAX)?),
            Self::Identifier => Value::Text(at_most(text, 64)?),
            Self::Date { past } => {
                let date = PartialDate::parse(&text)?;
                if *past && date.is_after(today) {
                    return Err(ValueError::Future);
                }
                Value::Date(date)
            }
            Self::Country => Value::Country(Country::parse(&text)?),
            Self::Language => Value::Text(language_tag(&text)?),
            Self::Choice(choices) => Value::Choice(choose(choices, &text)?),
            Self::Integer { min, max } => match text.parse() {
                Ok(number) if (*min..=*max).contains(&number) => Value::Integer(number),
                _ => return Err(ValueError::Integer { min: *min, max: *max }),
            },
            Self::Url => Value::Text(url(text)?),
            Self::Members => return Err(ValueError::Members),
        };
        Ok(Some(value))
    }

    /// The words for `value` on paper: the label of a choice in `language`, everything else as it is.
    pub fn words(&self, value: &Value, language: &str) -> String {
        match (self, value) {
            (Self::Choice(choices), Value::Choice(name)) => choices
                .iter()
                .find(|choice| choice.name == *name)
                .and_then(|choice| label_for(&choice.label, language).or_else(|| label_for(&choice.label, "en")))
                .unwrap_or(name)
                .to_owned(),
            _ => value.to_string(),
        }
    }

    /// Whether values read left to right in any script: numbers, dates, codes.
    pub fn is_left_to_right(&self) -> bool {
        matches!(
            self,
            Self::Identifier | Self::Date { .. } | Self::Country | Self::Language | Self::Integer { .. } | Self::Url
        )
    }
}

/// Normalises to NFC, trims, turns no-break spaces into spaces, drops the marks that spreadsheets leave behind
/// (byte order mark, left-to-right and right-to-left marks), and refuses what reorders or hides text.
fn clean(cell: &str) -> Result<String, ValueError> {
    let mut text = String::with_capacity(cell.len());
    for c in cell.nfc() {
        match c {
            '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {}
            '\u{a0}' | '\u{202f}' => text.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                return Err(ValueError::BidiOverride { code: c as u32 });
            }
            c if is_control(c) => return Err(ValueError::Control { code: c as u32 }),
            c => text.push(c),
        }
    }
    Ok(text.trim().to_owned())
}

/// Control characters, line separators, interlinear annotation, tags, noncharacters and private use.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' | '\u{e000}'..='\u{f8ff}')
        || (c as u32 & 0xfffe) == 0xfffe
        || c as u32 >= 0xe_0000
}

fn at_most(text: String, max: usize) -> Result<String, ValueError> {
    let letters = text.chars().count();
    if letters > max { Err(ValueError::TooLong { letters, max }) } else { Ok(text) }
}

fn language_tag(text: &str) -> Result<String, ValueError> {
    let mut subtags = text.split('-');
    let primary = subtags.next().unwrap_or_default();
    let good = (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && text.len() <= 16
        && subtags.all(|s| (2..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !good {
        return Err(ValueError::Language);
    }
    Ok(text.replacen(primary, &primary.to_ascii_lowercase(), 1))
}

fn choose(choices: &[Choice], text: &str) -> Result<String, ValueError> {
    let same = |words: &str| words.eq_ignore_ascii_case(text) || words.to_lowercase() == text.to_lowercase();
    choices
        .iter()
        .find(|c| same(&c.name))
        .or_else(|| choices.iter().find(|c| c.label.values().any(|l| same(l)) || c.wire.as_deref() == Some(text)))
        .map(|choice| choice.name.clone())
        .ok_or_else(|| ValueError::UnknownChoice {
            known: choices.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "),
        })
}

fn url(text: String) -> Result<String, ValueError> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(ValueError::Url)?;
    if rest.is_empty() || text.len() > TEXT_MAX || text.chars().any(char::is_whitespace) {
        return Err(ValueError::Url);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 21);

    fn name(cell: &str) -> Result<Option<Value>, ValueError> {
        Kind::Name.parse(cell, TODAY)
    }

    #[test]
    fn decomposed_accents_are_composed_and_spreadsheet_marks_dropped() {
        assert_eq!(name("\u{feff} Noe\u{308}lla\u{200e}\u{a0}X "), Ok(Some(Value::Text("Noëlla X".into()))));
    }

    #[test]
    fn joiners_inside_a_persian_name_stay() {
        assert_eq!(name("نجیب\u{200c}الله"), Ok(Some(Value::Text("نجیب\u{200c}الله".into()))));
    }

    #[test]
    fn what_hides_or_reorders_text_is_refused() {
        assert_eq!(name("Ami\u{202e}na").unwrap_err().to_string(), "bidi override U+202E");
        assert_eq!(name("Ami\u{7}na").unwrap_err().to_string(), "control character U+0007");
        assert_eq!(name("Ami\u{e0041}na").unwrap_err().to_string(), "control character U+E0041");
    }

    #[test]
    fn a_formula_is_only_text() {
        assert_eq!(name("=HYPERLINK(\"x\")"), Ok(Some(Value::Text("=HYPERLINK(\"x\")".into()))));
    }

    #[test]
    fn a_name_that_no_paper_can_hold_is_refused() {
        assert_eq!(name(&"A".repeat(121)), Err(ValueError::TooLong { letters: 121, max: 120 }));
    }

    #[test]
    fn a_birth_in_the_future_is_refused() {
        let kind = Kind::Date { past: true };
        assert_eq!(kind.parse("2093-01-01", TODAY), Err(ValueError::Future));
        assert!(kind.parse("2026", TODAY).is_ok());
    }
}
