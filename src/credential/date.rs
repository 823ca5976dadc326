//! Dates that are only partly known, in the notation of EDTF (ISO 8601-2, level 1).
//!
//! Text such as `1987-03-14`, `1987-03`, `1987` or `1987~` comes in and a [`PartialDate`] goes out. A missing month or
//! day stays missing: nobody is given an invented 1 January.

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::Date;

use super::language::WordTable;

static WORDS: LazyLock<WordTable> = LazyLock::new(|| WordTable::read(include_str!("../../templates/dates.tsv")));

/// First year that a [`PartialDate`] can hold.
pub const FIRST_YEAR: i16 = 1800;
/// Last year that a [`PartialDate`] can hold.
pub const LAST_YEAR: i16 = 2999;

/// How sure the person or the clerk is of a date (ISO 8601-2 §8, EDTF level 1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Certainty {
    /// Written without a qualifier.
    #[default]
    Sure,
    /// `?`: the source is doubtful.
    Uncertain,
    /// `~`: an estimate.
    Approximate,
    /// `%`: doubtful and an estimate.
    Both,
}

impl Certainty {
    const SIGNS: [(Self, &'static str); 4] =
        [(Self::Sure, ""), (Self::Uncertain, "?"), (Self::Approximate, "~"), (Self::Both, "%")];

    fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(certainty, _)| *certainty == self).map_or("", |(_, sign)| sign)
    }
}

/// A year, perhaps with a month, perhaps with a day.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    certainty: Certainty,
}

/// Why a text is not a date.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// Slashes, dots, two-digit years, or the day before the month.
    #[error("day and month swapped or unknown layout")]
    Layout,
    /// The month does not have so many days.
    #[error("{day} {month} does not exist")]
    NoSuchDay {
        /// Day of the month as written.
        day: i8,
        /// English name of the month.
        month: &'static str,
    },
    /// A month over 12, or zero.
    #[error("there is no month {month}")]
    NoSuchMonth {
        /// Month as written.
        month: i8,
    },
    /// Before 1800 or after 2999.
    #[error("the year {year} is outside {FIRST_YEAR} to {LAST_YEAR}")]
    Year {
        /// Year as written.
        year: i16,
    },
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl PartialDate {
    /// Puts a date together and checks that it exists.
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>, certainty: Certainty) -> Result<Self, DateError> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            return Err(DateError::Year { year });
        }
        if let Some(month) = month {
            if !(1..=12).contains(&month) {
                return Err(DateError::NoSuchMonth { month });
            }
            if let Some(day) = day
                && Date::new(year, month, day).is_err()
            {
                return Err(DateError::NoSuchDay { day, month: MONTHS[month as usize - 1] });
            }
        } else if day.is_some() {
            return Err(DateError::Layout);
        }
        Ok(Self { year, month, day, certainty })
    }

    /// Reads the EDTF notation.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let (body, certainty) = Certainty::SIGNS
            .iter()
            .skip(1)
            .find_map(|(certainty, sign)| text.strip_suffix(sign).map(|body| (body, *certainty)))
            .unwrap_or((text, Certainty::Sure));
        let mut parts = body.split('-');
        let year = digits(parts.next(), 4)?.ok_or(DateError::Layout)?;
        let month = digits(parts.next(), 2)?;
        let day = digits(parts.next(), 2)?;
        if parts.next().is_some() {
            return Err(DateError::Layout);
        }
        Self::new(year, month.map(|m| m as i8), day.map(|d| d as i8), certainty)
    }

    /// The year.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// The month, 1 to 12, when it is known.
    pub fn month(&self) -> Option<i8> {
        self.month
    }

    /// The day of the month when it is known.
    pub fn day(&self) -> Option<i8> {
        self.day
    }

    /// How sure the date is.
    pub fn certainty(&self) -> Certainty {
        self.certainty
    }

    /// The calendar day when year, month and day are all known.
    pub fn full(&self) -> Option<Date> {
        Date::new(self.year, self.month?, self.day?).ok()
    }

    /// The earliest calendar day that the date can mean.
    pub fn earliest(&self) -> Date {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).expect("checked when it was made")
    }

    /// The date in the words of the language that serves a reader of `tag` (BCP 47): `about 1987`, `March 1987`. `None`
    /// when the notation says it all, or there are no words in that language.
    pub fn words_in(&self, tag: &str) -> Option<String> {
        let sure = self.certainty == Certainty::Sure;
        let known = match (self.month, self.day) {
            (Some(month), None) => {
                let month = WORDS.get(&month.to_string(), tag)?;
                let year = format!("{:04}", self.year);
                WORDS.get("month of a year", tag)?.replace("{month}", month).replace("{year}", &year)
            }
            _ if sure => return None,
            _ => Self { certainty: Certainty::Sure, ..*self }.to_string(),
        };
        let (about, perhaps) = (WORDS.get("about", tag)?, WORDS.get("perhaps", tag)?);
        Some(match self.certainty {
            Certainty::Sure => known,
            Certainty::Uncertain => format!("{perhaps} {known}"),
            Certainty::Approximate => format!("{about} {known}"),
            Certainty::Both => format!("{perhaps} {about} {known}"),
        })
    }

    /// Whether every day that the date can mean lies after `today`.
    pub fn is_after(&self, today: Date) -> bool {
        self.earliest() > today
    }
}

fn digits(part: Option<&str>, wanted: usize) -> Result<Option<i16>, DateError> {
    match part {
        None => Ok(None),
        Some(part) if part.len() == wanted && part.bytes().all(|b| b.is_ascii_digit()) => {
            part.parse().map(Some).map_err(|_| DateError::Layout)
        }
        Some(_) => Err(DateError::Layout),
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        f.write_str(self.certainty.sign())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_exactly_what_is_known() {
        for text in ["1987-03-14", "1987-03", "1987", "1987~", "1987-03?", "2024-02-29", "1950%"] {
            assert_eq!(PartialDate::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_date_that_is_known_in_part_is_put_into_words() {
        let words = |text: &str, tag| PartialDate::parse(text).unwrap().words_in(tag);
        assert_eq!(words("1987-03-14", "en"), None);
        assert_eq!(words("1987", "en"), None);
        assert_eq!(words("1987~", "en").as_deref(), Some("about 1987"));
        assert_eq!(words("1987-03", "en").as_deref(), Some("March 1987"));
        assert_eq!(words("1987-03%", "en").as_deref(), Some("perhaps about March 1987"));
        assert_eq!(words("1987-03-14?", "en").as_deref(), Some("perhaps 1987-03-14"));
        assert_eq!(words("1987-03", "es-MX").as_deref(), Some("marzo de 1987"));
        assert_eq!(words("1987-03", "zh").as_deref(), Some("1987年3月"));
        assert_eq!(words("1987~", "xx"), None);
    }

    #[test]
    fn what_is_not_a_date_is_named() {
        for (text, expect) in [
            ("1990-02-30", "30 February does not exist"),
            ("2023-02-29", "29 February does not exist"),
            ("13/27/1990", "day and month swapped or unknown layout"),
            ("27-03-1990", "day and month swapped or unknown layout"),
            ("1990-13-01", "there is no month 13"),
            ("1990-3-1", "day and month swapped or unknown layout"),
            ("0990-03-01", "the year 990 is outside 1800 to 2999"),
            ("1990-03-01-02", "day and month swapped or unknown layout"),
            ("", "day and month swapped or unknown layout"),
            ("~", "day and month swapped or unknown layout"),
        ] {
            assert_eq!(PartialDate::parse(text).unwrap_err().to_string(), expect, "{text}");
        }
    }

    #[test]
    fn a_year_lies_in_the_future_only_when_all_of_it_does() {
        let today = Date::constant(2026, 11, 21);
        assert!(!PartialDate::parse("2026").unwrap().is_after(today));
        assert!(PartialDate::parse("2026-12").unwrap().is_after(today));
        assert!(!PartialDate::parse("2026-11-21").unwrap().is_after(today));
    }
}
