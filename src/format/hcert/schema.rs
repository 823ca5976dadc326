//! What the DCC schema (eHN "Digital COVID Certificate" JSON schema, versions 1.0.0 to 1.3.3) asks of a DCC.
//!
//! A DCC comes in and every departure from the schema version that it names goes out. Papers in the field depart
//! from it in small ways (a time behind a date, an empty country), so a departure is something to show; whether a
//! paper is valid does not depend on it.

use jiff::Timestamp;

use crate::cbor::{Value as Cbor, get_text};
use crate::credential::date::PartialDate;
use crate::format::claims::{kind_of, shown};

/// A version of the schema.
type Version = [u16; 3];

/// One place where a DCC is not what its schema says.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Departure {
    /// A field that must be there.
    #[error("{path} is missing")]
    Missing {
        /// Where, such as `v.tg`.
        path: String,
    },
    /// Another kind of item.
    #[error("{path} holds {found}, where {wanted} was wanted")]
    Kind {
        /// Where.
        path: String,
        /// The kind found.
        found: &'static str,
        /// The kind wanted.
        wanted: &'static str,
    },
    /// Text of another form than the schema's pattern or format.
    #[error("{path} is {found:?}, where {wanted} was wanted")]
    Pattern {
        /// Where.
        path: String,
        /// The text, cut at 40 letters.
        found: String,
        /// What it should look like.
        wanted: &'static str,
    },
    /// Longer than allowed.
    #[error("{path} has {letters} letters, where {most} are allowed")]
    TooLong {
        /// Where.
        path: String,
        /// Letters found.
        letters: usize,
        /// Letters allowed.
        most: usize,
    },
    /// A number outside its range.
    #[error("{path} is {found}, where {least} to {most} was wanted")]
    Range {
        /// Where.
        path: String,
        /// The number.
        found: i128,
        /// Smallest allowed.
        least: i128,
        /// Largest allowed.
        most: i128,
    },
    /// Another number of groups than one.
    #[error("{found} groups of v, t and r, where one was wanted")]
    Groups {
        /// How many.
        found: usize,
    },
    /// Another number of entries in a group than one.
    #[error("{found} entries in {path}, where {wanted} was wanted")]
    Entries {
        /// The group.
        path: String,
        /// How many.
        found: usize,
        /// How many were wanted.
        wanted: &'static str,
    },
}

/// What a field may hold.
#[derive(Clone, Copy)]
enum Rule {
    /// Any text.
    Text,
    /// Text of at most 80 letters, 50 before version 1.3.0.
    Short,
    /// Like `Short`, and only A–Z and `<`.
    Mrz,
    /// `2021-11-21`.
    Date,
    /// RFC 3339 date and time.
    DateTime,
    /// Some capital letters.
    Country,
    /// A number of doses.
    Doses,
}

const V1_3_0: Version = [1, 3, 0];
const ALWAYS: Version = [0, 0, 0];
const NEVER: Version = [u16::MAX; 3];

/// A field: its name, its rule, and the versions from and before which it is required.
struct Field(&'static str, Rule, Version, Version);

const fn required(name: &'static str, rule: Rule) -> Field {
    Field(name, rule, ALWAYS, NEVER)
}

const fn optional(name: &'static str, rule: Rule) -> Field {
    Field(name, rule, NEVER, NEVER)
}

const VACCINATION: [Field; 10] = [
    required("tg", Rule::Text),
    required("vp", Rule::Text),
    required("mp", Rule::Text),
    required("ma", Rule::Text),
    required("dn", Rule::Doses),
    required("sd", Rule::Doses),
    required("dt", Rule::Date),
    required("co", Rule::Country),
    required("is", Rule::Short),
    required("ci", Rule::Short),
];

const TEST: [Field; 11] = [
    required("tg", Rule::Text),
    required("tt", Rule::Text),
    optional("nm", Rule::Short),
    optional("ma", Rule::Text),
    required("sc", Rule::DateTime),
    optional("dr", Rule::DateTime),
    required("tr", Rule::Text),
    Field("tc", Rule::Short, ALWAYS, V1_3_0),
    required("co", Rule::Country),
    required("is", Rule::Short),
    required("ci", Rule::Short),
];

const RECOVERY: [Field; 7] = [
    required("tg", Rule::Text),
    required("fr", Rule::Date),
    required("co", Rule::Country),
    required("is", Rule::Short),
    required("df", Rule::Date),
    required("du", Rule::Date),
    required("ci", Rule::Short),
];

const NAMES: [Field; 4] = [
    optional("fn", Rule::Short),
    Field("fnt", Rule::Mrz, ALWAYS, [1, 3, 2]),
    optional("gn", Rule::Short),
    optional("gnt", Rule::Mrz),
];

const GROUPS: [(&str, &[Field]); 3] = [("v", &VACCINATION), ("t", &TEST), ("r", &RECOVERY)];

/// Every departure of `dcc` from the schema version that it names, or from the latest when it names none.
pub fn departures(dcc: &[(Cbor, Cbor)]) -> Vec<Departure> {
    let mut check = Check { version: [1, 3, 3], found: Vec::new() };
    check.version(dcc);
    check.birth(dcc);
    match get_text(dcc, "nam") {
        None => check.missing("nam"),
        Some(Cbor::Map(names)) => {
            check.fields("nam", names, &NAMES);
            if check.version >= [1, 3, 2] && get_text(names, "fnt").is_none() && get_text(names, "gnt").is_none() {
                check.missing("nam.fnt");
            }
        }
        Some(other) => check.kind("nam", other, "a map"),
    }
    check.groups(dcc);
    check.found
}

/// The departures found so far.
struct Check {
    version: Version,
    found: Vec<Departure>,
}

impl Check {
    fn missing(&mut self, path: &str) {
        self.found.push(Departure::Missing { path: path.to_owned() });
    }

    fn kind(&mut self, path: &str, found: &Cbor, wanted: &'static str) {
        self.found.push(Departure::Kind { path: path.to_owned(), found: kind_of(found), wanted });
    }

    fn pattern(&mut self, path: &str, found: &str, wanted: &'static str) {
        let found = shown(found).chars().take(40).collect();
        self.found.push(Departure::Pattern { path: path.to_owned(), found, wanted });
    }

    fn version(&mut self, dcc: &[(Cbor, Cbor)]) {
        match get_text(dcc, "ver") {
            None => self.missing("ver"),
            Some(Cbor::Text(text)) => match version_of(text) {
                Some(version) => self.version = version,
                None => self.pattern("ver", text, "a version like 1.3.0"),
            },
            Some(other) => self.kind("ver", other, "text"),
        }
    }

    fn birth(&mut self, dcc: &[(Cbor, Cbor)]) {
        let text = match get_text(dcc, "dob") {
            None => return self.missing("dob"),
            Some(Cbor::Text(text)) => text,
            Some(other) => return self.kind("dob", other, "text"),
        };
        let in_range = text.starts_with("19") || text.starts_with("20");
        let layout = |lengths: &[usize]| {
            lengths.contains(&text.len())
                && text
                    .bytes()
                    .enumerate()
                    .all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
        };
        let (good, wanted) = match self.version {
            version if version < [1, 1, 0] => (in_range && is_date(text), "a date from 1900 to 2099"),
            version if version < V1_3_0 => (in_range && layout(&[4, 7, 10]), "a year or date from 1900 to 2099"),
            _ => (text.is_empty() || in_range && layout(&[4, 7, 10]), "a year or date from 1900 to 2099, or nothing"),
        };
        if !good {
            self.pattern("dob", text, wanted);
        }
    }

    fn groups(&mut self, dcc: &[(Cbor, Cbor)]) {
        let since_1_3 = self.version >= V1_3_0;
        let mut present = 0;
        for (name, fields) in GROUPS {
            let entries = match get_text(dcc, name) {
                None => continue,
                Some(Cbor::Array(entries)) => entries,
                Some(other) => {
                    self.kind(name, other, "a list");
                    continue;
                }
            };
            present += 1;
            if entries.is_empty() || since_1_3 && entries.len() > 1 {
                let wanted = if since_1_3 { "one" } else { "at least one" };
                self.found.push(Departure::Entries { path: name.to_owned(), found: entries.len(), wanted });
            }
            for entry in entries.iter().take(16) {
                match entry {
                    Cbor::Map(entry) => self.fields(name, entry, fields),
                    other => self.kind(name, other, "a map"),
                }
            }
        }
        if since_1_3 && present != 1 {
            self.found.push(Departure::Groups { found: present });
        }
    }

    fn fields(&mut self, group: &str, entry: &[(Cbor, Cbor)], fields: &[Field]) {
        for Field(name, rule, from, before) in fields {
            let path = format!("{group}.{name}");
            match get_text(entry, name) {
                Some(item) => self.field(&path, *rule, item),
                None if (*from..*before).contains(&self.version) => self.missing(&path),
                None => {}
            }
        }
    }

    fn field(&mut self, path: &str, rule: Rule, item: &Cbor) {
        if let Rule::Doses = rule {
            return self.doses(path, item);
        }
        let Cbor::Text(text) = item else { return self.kind(path, item, "text") };
        match rule {
            Rule::Short => self.short(path, text),
            Rule::Mrz => {
                self.short(path, text);
                if !text.bytes().all(|b| b.is_ascii_uppercase() || b == b'<') {
                    self.pattern(path, text, "only A-Z and <");
                }
            }
            Rule::Date if !is_date(text) => self.pattern(path, text, "a date like 2021-11-21"),
            Rule::DateTime if !is_date_time(text) => {
                self.pattern(path, text, "a date and time like 2021-11-21T09:00:00Z");
            }
            Rule::Country if !text.bytes().any(|b| b.is_ascii_uppercase()) => {
                self.pattern(path, text, "a country code");
            }
            _ => {}
        }
    }

    fn short(&mut self, path: &str, text: &str) {
        let most = if self.version < V1_3_0 { 50 } else { 80 };
        let letters = text.chars().count();
        if letters > most {
            self.found.push(Departure::TooLong { path: path.to_owned(), letters, most });
        }
    }

    fn doses(&mut self, path: &str, item: &Cbor) {
        let most = if self.version < V1_3_0 { 9 } else { i128::from(u32::MAX) };
        match item {
            Cbor::Integer(doses) if (1..=most).contains(doses) => {}
            Cbor::Integer(doses) => {
                self.found.push(Departure::Range { path: path.to_owned(), found: *doses, least: 1, most });
            }
            other => self.kind(path, other, "a whole number"),
        }
    }
}

fn version_of(text: &str) -> Option<Version> {
    let mut numbers =
        text.split('.').map(|number| number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse().ok()).flatten());
    let version = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(version)
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && PartialDate::parse(text).is_ok_and(|date| date.full().is_some())
}

fn is_date_time(text: &str) -> bool {
    text.as_bytes().get(10).is_some_and(|b| matches!(b, b'T' | b't')) && text.parse::<Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::{int, text};

    fn map(entries: Vec<(&str, Cbor)>) -> Cbor {
        Cbor::Map(entries.into_iter().map(|(key, item)| (text(key), item)).collect())
    }

    fn dcc(version: &str, birth: &str, doses: i64, day: &str) -> Vec<(Cbor, Cbor)> {
        let dose = map(vec![
            ("tg", text("840539006")),
            ("vp", text("1119349007")),
            ("mp", text("EU/1/20/1528")),
            ("ma", text("ORG-100030215")),
            ("dn", int(doses)),
            ("sd", int(2)),
            ("dt", text(day)),
            ("co", text("KE")),
            ("is", text("Ministry of Health")),
            ("ci", text("URN:UVCI:01:KE:A#B")),
        ]);
        let names = map(vec![("fn", text("Bekele")), ("fnt", text("BEKELE"))]);
        let Cbor::Map(dcc) =
            map(vec![("ver", text(version)), ("nam", names), ("dob", text(birth)), ("v", Cbor::Array(vec![dose]))])
        else {
            unreachable!()
        };
        dcc
    }

    fn named(dcc: &[(Cbor, Cbor)]) -> Vec<String> {
        departures(dcc).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_version_has_its_own_rules() {
        for (version, birth, good) in [
            ("1.0.0", "1979-04-14", true),
            ("1.0.0", "1979", false),
            ("1.1.0", "1979", true),
            ("1.1.0", "", false),
            ("1.3.0", "", true),
            ("1.3.0", "1815-08-24", false),
            ("1.3.3", "1979-04", true),
        ] {
            assert_eq!(named(&dcc(version, birth, 1, "2021-11-21")).is_empty(), good, "{version} {birth}");
        }
    }

    #[test]
    fn every_departure_is_named() {
        let mut several = dcc("1.3.0", "1979", 1, "2021-11-21");
        several.push((text("t"), Cbor::Array(vec![])));
        for (dcc, expect) in [
            (dcc("1.3", "1979", 1, "2021-11-21"), "ver is \"1.3\", where a version like 1.3.0 was wanted"),
            (dcc("1.3.0", "1979", 0, "2021-11-21"), "v.dn is 0, where 1 to 4294967295 was wanted"),
            (dcc("1.2.1", "1979", 10, "2021-11-21"), "v.dn is 10, where 1 to 9 was wanted"),
            (dcc("1.3.0", "1979", 1, "2021-02-30"), "v.dt is \"2021-02-30\", where a date like 2021-11-21 was wanted"),
            (several, "0 entries in t, where one was wanted; 2 groups of v, t and r, where one was wanted"),
            (vec![], "ver is missing; dob is missing; nam is missing; 0 groups of v, t and r, where one was wanted"),
        ] {
            assert_eq!(named(&dcc).join("; "), expect);
        }
    }
}
