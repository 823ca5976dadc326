//! Invented credentials in about the proportions that a desk meets, and their payloads.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use nansen::credential::record::{Record, Value};
use nansen::credential::types::Field;
use nansen::credential::{Credential, CredentialType, Serial, StatusRef};
use nansen::cwt;

use super::lists::{Lists, People};

/// Credentials of each type.
const ROWS: usize = 3000;

/// The built-in types whose papers the dictionary is for.
pub struct Templates(pub Vec<CredentialType>);

impl Templates {
    pub fn read(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let text = std::fs::read_to_string(folder.join(name).join("type.toml"))?;
            CredentialType::parse(&text).map_err(|error| Error::new(ErrorKind::InvalidData, error))
        };
        ["registration", "diploma", "training", "household"].into_iter().map(read).collect::<Result<_>>().map(Self)
    }
}

/// One payload and the place of its type among the templates.
pub struct Payload {
    pub made: usize,
    pub bytes: Vec<u8>,
}

/// Writes the corpus.
pub fn payloads(lists: &Lists, types: &Templates) -> Vec<Payload> {
    let mut writer = Writer::new(lists);
    let mut all = Vec::new();
    for row in 0..ROWS {
        for (made, of) in types.0.iter().enumerate() {
            // A household has several members, and fewer of them show as much.
            if of.members.is_empty() || row % 3 == 0 {
                let record = writer.record(of);
                let bytes = cwt::encode(&writer.credential(of, record), of).expect("values come through their kinds");
                all.push(Payload { made, bytes });
            }
        }
    }
    all
}

/// Numbers that look random and are the same every time (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n as u64) as usize
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Draws places of a list in proportion to their weights, each at least once a round.
struct Deck {
    cards: Vec<usize>,
    drawn: usize,
}

impl Deck {
    fn new(weights: impl Iterator<Item = usize>) -> Self {
        Self { cards: weights.enumerate().flat_map(|(n, weight)| vec![n; weight.max(1)]).collect(), drawn: 0 }
    }

    /// A list whose first entries are the commoner ones.
    fn ranked(length: usize) -> Self {
        Self::new((0..length).map(|rank| 240 / (rank + 24)))
    }

    fn draw(&mut self, dice: &mut Dice) -> usize {
        if self.drawn == 0 {
            for last in (1..self.cards.len()).rev() {
                self.cards.swap(last, dice.below(last + 1));
            }
        }
        let card = self.cards[self.drawn];
        self.drawn = (self.drawn + 1) % self.cards.len();
        card
    }
}

struct Phrases<'a> {
    entries: &'a [String],
    deck: Deck,
}

impl<'a> Phrases<'a> {
    fn new(lists: &'a Lists, name: &str) -> Self {
        let entries = lists.phrases(name);
        Self { entries, deck: Deck::ranked(entries.len()) }
    }

    /// A phrase; the ends that want another word get one from the same list.
    fn draw(&mut self, dice: &mut Dice) -> String {
        let mut text = self.entries[self.deck.draw(dice)].clone();
        for _ in 0..3 {
            let more = &self.entries[self.deck.draw(dice)];
            if text.ends_with(' ') && !more.starts_with([' ', ',']) {
                text.push_str(more);
            } else if text.starts_with(' ') && !more.ends_with(' ') {
                text.insert_str(0, more);
            }
        }
        text.trim().trim_start_matches([',', '/']).trim().to_owned()
    }
}

struct Writer<'a> {
    lists: &'a Lists,
    dice: Dice,
    peoples: Deck,
    given: Vec<Deck>,
    family: Vec<Deck>,
    titles: Phrases<'a>,
    institutions: Phrases<'a>,
    courses: Phrases<'a>,
    providers: Phrases<'a>,
    roles: Phrases<'a>,
    grades: Phrases<'a>,
    urls: Phrases<'a>,
    address: &'a [String],
    address_deck: Deck,
    households: usize,
}

impl<'a> Writer<'a> {
    fn new(lists: &'a Lists) -> Self {
        let decks = |of: fn(&People) -> usize| lists.peoples.iter().map(|p| Deck::ranked(of(p))).collect();
        let address = lists.phrases("address");
        Self {
            lists,
            dice: Dice(0x6e61_6e73_656e_3032),
            peoples: Deck::new(lists.peoples.iter().map(|people| people.weight as usize)),
            given: decks(|people| people.given.len()),
            family: decks(|people| people.family.len()),
            titles: Phrases::new(lists, "titles"),
            institutions: Phrases::new(lists, "institutions"),
            courses: Phrases::new(lists, "courses"),
            providers: Phrases::new(lists, "providers"),
            roles: Phrases::new(lists, "roles"),
            grades: Phrases::new(lists, "grades"),
            urls: Phrases::new(lists, "urls"),
            address,
            address_deck: Deck::ranked(address.len()),
            households: 0,
        }
    }

    fn credential(&mut self, made: &CredentialType, record: Record) -> Credential {
        let dice = &mut self.dice;
        // Signed between the end of 2026 and 2030, rather sooner than later: only the leading byte matters.
        let years = dice.below(4).min(dice.below(4));
        let issued = 1_795_200_000 + 31_556_952 * years as i64 + dice.below(31_556_952) as i64;
        let second = |seconds: i64| Timestamp::from_second(seconds).expect("a year of this century");
        Credential {
            type_name: made.name.clone(),
            serial: Serial::from_bytes(std::array::from_fn(|_| dice.below(256) as u8)),
            issued: second(issued),
            not_before: None,
            expires: dice.percent(25).then(|| second(issued + 31_556_952 * (1 + dice.below(5) as i64))),
            status: dice.percent(90).then(|| StatusRef { uri: "np:0".to_owned(), index: dice.below(1 << 17) as u64 }),
            copy: dice.percent(3).then_some(2),
            supersedes: None,
            record,
            photo: None,
        }
    }

    fn record(&mut self, made: &CredentialType) -> Record {
        let people = self.peoples.draw(&mut self.dice);
        let row = self.row(people);
        let mut record = record_of(&made.fields, &row);
        if made.members_field().is_some() {
            let size = 1 + self.dice.below(6);
            let members = (0..size).map(|n| self.member(made, people, n)).collect();
            record.set("members", Value::Members(members));
            record = made.fields.iter().filter_map(|f| Some((f.name.clone(), record.get(&f.name)?.clone()))).collect();
        }
        record
    }

    fn member(&mut self, made: &CredentialType, people: usize, number: usize) -> Record {
        let mut row = self.row(people);
        let relations = ["child", "child", "child", "sibling", "parent", "grandchild", "other-relative"];
        let relation = match number {
            0 => "principal",
            1 => "spouse",
            _ => self.dice.pick(&relations),
        };
        row.push(("relationship", relation.to_owned()));
        record_of(&made.members, &row)
    }

    /// The columns of one person, for whichever type.
    fn row(&mut self, number: usize) -> Vec<(&'static str, String)> {
        let people = &self.lists.peoples[number];
        let given = &people.given[self.given[number].draw(&mut self.dice)];
        let family = &people.family[self.family[number].draw(&mut self.dice)];
        let native = format!("{} {}", given.native, family.native).trim().to_owned();
        let has_native = !given.native.is_empty() && !family.native.is_empty();
        let dice = &mut self.dice;
        let country = dice.pick(&people.countries).clone();
        let stateless = people.language == "rhg" || dice.percent(3);
        let status = ["refugee", "refugee", "asylum-seeker", if stateless { "stateless" } else { "refugee" }];
        let status = if dice.percent(5) { "temporary-protection" } else { dice.pick(&status) };
        let towns = self.lists.places.get(&country).map(Vec::as_slice).unwrap_or_default();
        let town = if towns.is_empty() {
            String::new()
        } else {
            towns[dice.below(towns.len()).min(dice.below(towns.len()))].clone()
        };
        self.households += usize::from(dice.percent(30));
        let mut row = vec![
            ("individual_id", identifier(dice)),
            ("given_names", given.latin.clone()),
            ("family_name", family.latin.clone()),
            ("native_name", if has_native { native } else { String::new() }),
            ("native_language", if has_native { people.language.clone() } else { String::new() }),
            ("date_of_birth", birth(dice)),
            ("sex", (*dice.pick(&["F", "M", "F", "M", "F", "M", "X"])).to_owned()),
            ("nationality", if stateless { "XXA".to_owned() } else { country.clone() }),
            ("country_of_origin", country.clone()),
            ("place_of_birth", town),
            ("arrival_date", day(dice, 2019, 2030)),
            ("legal_status", status.to_owned()),
            ("household", format!("{}{:05}", dice.pick(&["HH-", "HH-", "H-", "F-", "FAM-"]), self.households)),
            ("address", String::new()),
        ];
        row[13].1 = self.address();
        self.diploma(&mut row, &country);
        self.training(&mut row);
        row
    }

    /// Two or three phrases with numbers or letters behind them.
    fn address(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..2 + self.dice.below(2) {
            let phrase = &self.address[self.address_deck.draw(&mut self.dice)];
            if text.ends_with(' ') || (!text.is_empty() && phrase.ends_with(' ') && !phrase.starts_with(',')) {
                continue;
            }
            text.push_str(phrase);
            if phrase.ends_with(' ') {
                text.push_str(&(1 + self.dice.below(300)).to_string());
                if self.dice.percent(30) {
                    text.push('-');
                    text.push(*self.dice.pick(&['A', 'B', 'C', 'D', 'E', 'F']));
                }
            }
        }
        text.trim().trim_start_matches(',').trim().to_owned()
    }

    fn diploma(&mut self, row: &mut Vec<(&'static str, String)>, country: &str) {
        let title = self.titles.draw(&mut self.dice);
        let body = self.institutions.draw(&mut self.dice);
        let grade = if self.dice.percent(60) { self.grades.draw(&mut self.dice) } else { String::new() };
        let dice = &mut self.dice;
        let awarded = match dice.below(3) {
            0 => (1990 + dice.below(37)).to_string(),
            1 => day(dice, 1990, 2026)[..7].to_owned(),
            _ => day(dice, 1990, 2026),
        };
        let (level, credits) = *dice.pick(&[
            ("6", "240"),
            ("6", "180"),
            ("7", "120"),
            ("5", "120"),
            ("6", "300"),
            ("7", "300"),
            ("4", "60"),
        ]);
        row.extend([
            ("title", title),
            ("awarding_body", body),
            ("awarding_country", country.to_owned()),
            ("awarded_on", awarded),
            ("eqf_level", level.to_owned()),
            ("ects_credits", credits.to_owned()),
            ("isced_f", (*dice.pick(&ISCED_F)).to_owned()),
            ("language", (*dice.pick(&["en", "en", "fr", "ar", "uk", "es", "fa", "ru"])).to_owned()),
            ("grade", grade),
            (
                "diploma_number",
                format!("{}-{}-{:04}", dice.pick(&["D", "DIP", "U"]), dice.below(30), dice.below(10_000)),
            ),
        ]);
    }

    fn training(&mut self, row: &mut Vec<(&'static str, String)>) {
        let mut url = if self.dice.percent(30) { self.urls.draw(&mut self.dice) } else { String::new() };
        if url.ends_with('/') {
            let mut digits = |n: u32| format!("{:0w$x}", self.dice.below(1 << (4 * n)), w = n as usize);
            url.push_str(&[digits(7) + "1", digits(4), digits(4), digits(4), digits(6) + &digits(6)].join("-"));
        }
        let hours = ["40", "60", "80", "90", "120", "120", "160", "200", "240", "320", "360", "480", "600"];
        row.extend([
            ("achievement", self.courses.draw(&mut self.dice)),
            ("provider", self.providers.draw(&mut self.dice)),
            ("started_on", day(&mut self.dice, 2024, 2029)),
            ("completed_on", day(&mut self.dice, 2024, 2029)),
            ("hours", (*self.dice.pick(&hours)).to_owned()),
            ("esco_skill", url),
            ("role", self.roles.draw(&mut self.dice)),
        ]);
    }
}

/// Fields of education that are commonest (UNESCO ISCED-F 2013).
const ISCED_F: [&str; 36] = [
    "0913", "0421", "0732", "0111", "0113", "0916", "0912", "0911", "0311", "0411", "0413", "0613", "0612", "0611",
    "0713", "0714", "0715", "0231", "0232", "0313", "0314", "0312", "0321", "0511", "0531", "0541", "0811", "0841",
    "0731", "0922", "0923", "0114", "0112", "0222", "0221", "1013",
];

fn identifier(dice: &mut Dice) -> String {
    let desk = *dice.pick(&[
        "KEN", "KEN", "UGA", "ETH", "JOR", "LBN", "BGD", "TUR", "SDN", "COD", "POL", "COL", "THA", "TCD", "RWA", "TZA",
        "PAK", "IRN", "IRQ", "EGY", "NER", "CMR", "GRC", "MLI",
    ]);
    match dice.below(8) {
        0 => format!("{:03}-{:02}C{:05}", dice.below(1000), dice.below(100), dice.below(100_000)),
        1 => format!("{desk}{:08}", dice.below(100_000_000)),
        _ => format!("{desk}-{:02}C{:05}", dice.below(100), dice.below(100_000)),
    }
}

fn day(dice: &mut Dice, from: usize, to: usize) -> String {
    format!("{}-{:02}-{:02}", from + dice.below(to - from), 1 + dice.below(12), 1 + dice.below(28))
}

/// A birth that is known by its day, its month, its year, or not even that.
fn birth(dice: &mut Dice) -> String {
    let whole = day(dice, 1938, 2027);
    match dice.below(100) {
        0..70 => whole,
        70..78 => whole[..7].to_owned(),
        78..92 => whole[..4].to_owned(),
        _ => format!("{}~", &whole[..4]),
    }
}

/// The values of those columns that are fields, each through the check of its kind.
fn record_of(fields: &[Field], row: &[(&str, String)]) -> Record {
    let today = Date::constant(2031, 1, 1);
    let value = |field: &Field| {
        let (_, text) = row.iter().find(|(column, _)| *column == field.name)?;
        let value = field.kind.parse(text, today).unwrap_or_else(|error| panic!("{}: {text}: {error}", field.name))?;
        Some((field.name.clone(), value))
    };
    fields.iter().filter_map(value).collect()
}
