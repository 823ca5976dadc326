//! Numbers without people: how many papers were issued, printed, withdrawn and verified on which day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{named_params, params};

use super::{Register, RegisterError};

/// Classes of time for each doubling: the end of a class is 2^(class/4) ms, so that a median is right within a tenth.
const CLASSES_A_DOUBLING: f64 = 4.0;
/// The last class: half an hour and more.
const CLASS_MAX: u8 = 84;

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Counted {
    /// Credentials that were signed.
    Issued,
    /// Papers that were printed, copies included.
    Printed,
    /// Credentials that were revoked, suspended, superseded, or came back into force.
    StatusChanged,
    /// Papers that were verified.
    Verified,
}

impl Counted {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Printed => "printed",
            Self::StatusChanged => "status",
            Self::Verified => "verified",
        }
    }
}

/// One line of the numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Number {
    /// The day, in UTC.
    pub day: Date,
    /// What is counted.
    pub counted: Counted,
    /// The credential type, or the verdict.
    pub of: String,
    /// The reason of the verdict, or the new status; empty when there is none.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// The time that half of the verifications took at most, in ms.
    pub median_ms: Option<u64>,
}

impl Register {
    /// Counts a paper that was verified in so many milliseconds.
    pub fn count_verified(&mut self, day: Date, verdict: &str, reason: &str, ms: u64) -> Result<(), RegisterError> {
        self.count_all_verified(std::iter::once((day, verdict, reason, ms)))
    }

    /// Counts papers that were verified: day, verdict, reason, milliseconds.
    pub fn count_all_verified<'a>(
        &mut self,
        papers: impl IntoIterator<Item = (Date, &'a str, &'a str, u64)>,
    ) -> Result<(), RegisterError> {
        let transaction = self.connection.transaction()?;
        for (day, verdict, reason, ms) in papers {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO verifications (day, verdict, reason, class, papers) VALUES (?1, ?2, ?3, ?4, 1)
                 ON CONFLICT DO UPDATE SET papers = papers + 1",
            )?;
            statement.execute(params![day.to_string(), verdict, reason, class_of(ms)])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The numbers of the days from `from` to `to`, both included, by day.
    pub fn numbers(&self, from: Date, to: Date) -> Result<Vec<Number>, RegisterError> {
        let mut numbers = Vec::new();
        let queries = [
            (
                Counted::Issued,
                "SELECT date(issued, 'unixepoch') AS day, type, '', count(*) FROM credentials
                 WHERE issued >= :from AND issued < :to GROUP BY day, type",
            ),
            (
                Counted::Printed,
                "SELECT date(at, 'unixepoch') AS day, type, '', count(*) FROM prints JOIN credentials USING (serial)
                 WHERE at >= :from AND at < :to GROUP BY day, type",
            ),
            (
                Counted::StatusChanged,
                "SELECT date(at, 'unixepoch') AS day, type, c.status, count(*)
                 FROM status_changes AS c JOIN credentials USING (serial)
                 WHERE at >= :from AND at < :to GROUP BY day, type, c.status",
            ),
        ];
        let second = |day: Option<Date>| {
            let begins = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
            begins.map_or(i64::MAX, |begins| begins.timestamp().as_second())
        };
        let (first, end) = (second(Some(from)), second(to.tomorrow().ok()));
        for (counted, query) in queries {
            let mut statement = self.connection.prepare_cached(query)?;
            let mut rows = statement.query(named_params! {":from": first, ":to": end})?;
            while let Some(row) = rows.next()? {
                let (of, reason, count) = (row.get(1)?, row.get(2)?, u64::from(row.get::<_, u32>(3)?));
                numbers.push(Number {
                    day: day(&row.get::<_, String>(0)?)?,
                    counted,
                    of,
                    reason,
                    count,
                    median_ms: None,
                });
            }
        }
        numbers.append(&mut self.verified(from, to)?);
        numbers.sort_by(|a, b| (a.day, a.counted, &a.of, &a.reason).cmp(&(b.day, b.counted, &b.of, &b.reason)));
        Ok(numbers)
    }

    fn verified(&self, from: Date, to: Date) -> Result<Vec<Number>, RegisterError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT day, verdict, reason, class, papers FROM verifications
             WHERE day BETWEEN ?1 AND ?2 ORDER BY day, verdict, reason, class",
        )?;
        let mut rows = statement.query([from.to_string(), to.to_string()])?;
        let mut groups: Vec<(Number, Vec<(u8, u64)>)> = Vec::new();
        while let Some(row) = rows.next()? {
            let day = day(&row.get::<_, String>(0)?)?;
            let (of, reason): (String, String) = (row.get(1)?, row.get(2)?);
            let class = (row.get(3)?, u64::from(row.get::<_, u32>(4)?));
            match groups.last_mut() {
                Some((last, classes)) if last.day == day && last.of == of && last.reason == reason => {
                    classes.push(class);
                }
                _ => {
                    let number = Number { day, counted: Counted::Verified, of, reason, count: 0, median_ms: None };
                    groups.push((number, vec![class]));
                }
            }
        }
        let number = |(number, classes): (Number, Vec<(u8, u64)>)| Number {
            count: classes.iter().map(|(_, papers)| papers).sum(),
            median_ms: median(&classes),
            ..number
        };
        Ok(groups.into_iter().map(number).collect())
    }
}

fn day(text: &str) -> Result<Date, RegisterError> {
    text.parse().map_err(|_| RegisterError::Damaged { what: "a day" })
}

fn class_of(ms: u64) -> u8 {
    let class = ((ms.max(1) as f64).log2() * CLASSES_A_DOUBLING).ceil();
    (class as u8).min(CLASS_MAX)
}

/// The end of the class in which the middle one lies.
fn median(classes: &[(u8, u64)]) -> Option<u64> {
    let middle = classes.iter().map(|(_, papers)| papers).sum::<u64>().div_ceil(2);
    let mut before = 0;
    let (class, _) = classes.iter().find(|(_, papers)| {
        before += papers;
        before >= middle
    })?;
    Some((f64::from(*class) / CLASSES_A_DOUBLING).exp2().round() as u64)
}
