//! The samples of a template, signed with a key that nobody keeps, so that their pages and sizes are the real ones.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::issue::draft_of;
use super::keys::KeyKind;
use super::templates::Template;
use super::{Failure, Random};
use crate::credential::Photo;
use crate::format::{self, Format, Issuer};
use crate::issue::list::{self, Item, Row};
use crate::issue::paper::{self, IssuerName};
use crate::issue::sign::{Draft, Signing, draw};
use crate::print::{Certificate, Picture};
use crate::seal::SigningKey;
use crate::symbol::Room;

/// Who issues samples.
const ISSUER: &str = "Sample issuer";

/// The good rows of a template's sample list, and what is wrong with the others.
pub fn rows(template: &Template, now: Timestamp) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let Some(sample) = template.sample() else { return Ok((rows, faults)) };
    let today = now.to_zoned(TimeZone::UTC).date();
    list::read(sample.as_bytes(), &template.made, today, &mut |item| {
        match item {
            Item::Row(row) => rows.push(row),
            Item::Bad(problems) => faults.extend(problems.iter().map(|problem| format!("sample {problem}"))),
            Item::Warning(warning) => faults.push(format!("sample {warning}")),
        }
        true
    })
    .map_err(|error| Failure::new(format!("sample.csv of {}: {}", template.made.name, Failure::new(error))))?;
    Ok((rows, faults))
}

/// A key that nobody keeps.
pub fn key(random: Random) -> SigningKey {
    KeyKind::P256.generate(random)
}

/// Bytes that the largest credential of the sample takes in a symbol, photo not included.
pub fn bytes(template: &Template, rows: &[Row], key: &SigningKey) -> Result<usize, Failure> {
    let format = Format::from(template.made.wire);
    let issuer = Issuer { name: ISSUER, country: crate::credential::country::Country::parse("KEN").ok() };
    let mut most = 0;
    for row in rows {
        let draft = draft_of(row, &template.made);
        let written = format::write(format, &draft, &template.made, &issuer).map_err(Failure::new)?;
        let text = format::to_text(format, &crate::seal::sign(&written.payload, key)).map_err(Failure::new)?;
        most = most.max(text.len().saturating_sub(4) * 2 / 3);
    }
    Ok(most)
}

/// The page of a row as it would be printed.
pub fn certificate(
    template: &Template,
    row: &Row,
    language: Option<&str>,
    face: Option<(Photo, Picture)>,
    rooms: &[Room],
    key: &SigningKey,
    now: Timestamp,
) -> Result<Certificate, Failure> {
    let made = &template.made;
    let signing = Signing {
        key,
        issuer: Issuer { name: ISSUER, country: crate::credential::country::Country::parse("KEN").ok() },
        made,
        format: Format::from(made.wire),
        now,
        expires: now.checked_add(jiff::SignedDuration::from_hours(24 * 730)).ok(),
        address: None,
        rooms,
    };
    let (photo, picture) = face.unzip();
    let draft = Draft {
        record: row.record.clone(),
        photo,
        serial: crate::credential::Serial::from_bytes([0x5a, 1, 2, 3, 4]),
        status: None,
        supersedes: None,
        copy: None,
    };
    let signed = signing.sign(draft).map_err(|error| {
        Failure::new(error).hint("nansen template check --printer … --paper … shows what a paper has room for")
    })?;
    let symbols = draw(&signed.texts, signing.room(signed.texts.len())).map_err(Failure::new)?;
    let issuer = IssuerName { name: ISSUER.to_owned(), country: Some("KEN".to_owned()) };
    let language = language.map_or_else(|| paper::language(&row.record, made), ToOwned::to_owned);
    Ok(paper::certificate(&signed.credential, made, &issuer, &language, symbols, picture))
}
