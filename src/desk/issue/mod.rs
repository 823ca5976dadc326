//! A list of people becomes signed, printed, recorded credentials.
//!
//! The whole list is checked before anything is signed; every credential is in the register before its PDF has a name.

mod batch;
mod check;
mod checked;
mod holders;
mod list_file;
mod manifest;
mod options;
mod order;
mod photos;
mod places;
mod readback;
mod recorded;
pub mod report;
pub mod table;
mod write;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};

use super::templates::Template;
use super::{Desk, DeskLock, Failure, Home, Kind, keys, register, templates};
use crate::credential::Serial;
use crate::credential::country::Country;
use crate::credential::kind::label_for;
use crate::credential::types::{CredentialType, Key};
use crate::format::{Format, Issuer};
use crate::issue::carrier::{Carrier, PARTS_MAX};
use crate::issue::paper::IssuerName;
use crate::issue::sign::Signing;
use crate::print::{Fonts, Layout};
use crate::register::BatchId;
use crate::symbol::Room;
use places::check_places;

pub use batch::finished;
pub use check::{Checker, draft_of, signed_face};
pub use checked::Checked;
pub use list_file::List;
pub use order::{Order, Photos, Source};
pub use recorded::{as_recorded, credential_of, entry};
pub use write::{Form, compose};

/// What came of an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issued {
    /// Credentials that have a paper by now, those of an interrupted run included.
    pub issued: u64,
    /// Their type.
    pub type_name: String,
    /// The files that were written, in order.
    pub files: Vec<String>,
    /// The serials, in the order of the rows.
    pub serials: Vec<Serial>,
    /// The batch in the register.
    pub batch: BatchId,
}

/// An order with all that its rows are checked by.
pub struct Prepared<'a> {
    order: &'a Order,
    desk: Desk<'a>,
    template: Template,
    layout: Layout,
    fonts: Fonts,
    rooms: Vec<Room>,
    list: List,
    format: Format,
    issuer: keys::DeskName,
    today: Date,
    expires: Option<Timestamp>,
}

impl<'a> Prepared<'a> {
    /// Opens the list, the template and the layout, and refuses what cannot be done with any row.
    ///
    /// # Errors
    /// When the order itself cannot be carried out.
    pub fn new(desk: Desk<'a>, order: &'a Order) -> Result<Self, Failure> {
        let mut template = templates::find(desk.home.path(), &order.type_name, order.template.as_deref())?;
        let issuer = keys::issuer_name(desk.home).ok();
        let words = issuer.as_ref().map_or("", |issuer| issuer.name.as_str());
        let layout = template.layout_for(&order.layout, order.printer)?.with_microprint(words);
        check_languages(order, &template.made, &layout)?;
        if let Some(second) = &order.second_language {
            template.made.second_language.clone_from(second);
        }
        let fonts = Fonts::embedded().map_err(Failure::new)?;
        let today = desk.now.to_zoned(TimeZone::UTC).date();
        let expires = order.valid_until.map(|day| end_of(day, today)).transpose()?;
        let rooms = rooms(&layout);
        let list = List::open(&order.list)?;
        check_places(order)?;
        let format = Format::from(order.wire.unwrap_or(template.made.wire));
        check_travels(&template.made, format, issuer.as_ref())?;
        // A check may come before there is a desk.
        let issuer = issuer.unwrap_or_else(|| keys::DeskName { name: String::new(), country: Some("KEN".to_owned()) });
        if let (Some(output), false) = (&order.output, order.dry_run) {
            write::check_writable(output, order.form())?;
        }
        Ok(Self { order, desk, template, layout, fonts, rooms, list, format, issuer, today, expires })
    }

    /// What the rows are checked by.
    pub fn checker(&self) -> Checker<'_> {
        let country = self.issuer.country.as_deref().and_then(|code| Country::parse(code).ok());
        let carrier = self.carrier();
        Checker {
            order: self.order,
            observer: self.desk.observer,
            made: &self.template.made,
            layout: &self.layout,
            fonts: &self.fonts,
            today: self.today,
            carrier,
            holds: carrier.holds(),
            probe: keys::KeyKind::Ed25519.generate(self.desk.random),
            issuer: Issuer { name: &self.issuer.name, country },
            now: self.desk.now,
            expires: self.expires,
        }
    }

    /// The list.
    pub fn list(&self) -> &List {
        &self.list
    }

    fn carrier(&self) -> Carrier<'_> {
        Carrier { format: self.format, address: self.order.address.as_deref(), rooms: &self.rooms }
    }

    /// Checks the list, and refuses it when a row is bad, unless the order leaves bad rows out.
    ///
    /// # Errors
    /// When the list cannot be read, or rows cannot be issued; each is told to the observer.
    pub fn check(&self, checker: &Checker<'_>) -> Result<Checked, Failure> {
        checker.issuer_fits()?;
        let checked = checker.list(&self.list)?;
        checked.report(self.desk.observer);
        if checked.problems > 0 && !self.order.keep_going {
            let done =
                if self.order.dry_run { 0 } else { recorded(self.order, self.desk.home, checker.made, &self.list)? };
            let already = holders::nothing_was_issued(done);
            return Err(Failure::new(format!(
                "{} of {} rows cannot be issued; {already}",
                checked.bad_rows, checked.rows
            ))
            .hint("correct the rows above, or leave them out with --keep-going")
            .of(Kind::Rows));
        }
        Ok(checked)
    }

    /// Issues a list that was found good.
    ///
    /// # Errors
    /// When a key cannot be opened, people already hold a credential, somebody asks for the end, or the disk is at one.
    pub fn issue(&self, checker: &Checker<'_>, checked: &Checked) -> Result<Issued, Failure> {
        let (order, desk, made) = (self.order, self.desk, &self.template.made);
        let issuer = keys::load_issuer(desk.home, desk.unlock)?;
        let name = IssuerName { name: issuer.name.clone(), country: issuer.country.clone() };
        let signing = Signing {
            key: &issuer.key,
            issuer: Issuer { name: &issuer.name, country: checker.issuer.country },
            made,
            format: self.format,
            now: desk.now,
            expires: self.expires,
            address: order.address.as_deref(),
            rooms: &self.rooms,
        };
        let _held = DeskLock::to_issue(desk.home)?;
        let digest = work_digest(order, &self.list.digest, made.source.as_bytes(), issuer.key.kid().as_bytes());
        let own_type = self.template.place() != "built in";
        let batch =
            batch::Batch { own_type, order, desk, signing: &signing, checker, name: &name, list: &self.list, digest };
        let done = batch.run(checked)?;
        checked.report_photos(desk.observer);
        Ok(done)
    }
}

/// Refuses a language that neither the fixed words nor the type has words in.
fn check_languages(order: &Order, made: &CredentialType, layout: &Layout) -> Result<(), Failure> {
    for (option, tag) in [("--language", &order.language), ("--second-language", &order.second_language)] {
        let Some(tag) = tag else { continue };
        if !layout.speaks(tag) && label_for(&made.title, tag).is_none() {
            let mut known: Vec<&str> = layout.languages().chain(made.title.keys().map(String::as_str)).collect();
            known.sort_unstable();
            known.dedup();
            return Err(Failure::new(format!("{option} {tag}: no words in this language"))
                .hint(format!("use one of {}", known.join(", "))));
        }
    }
    Ok(())
}

/// How many rows of this list an interrupted run has recorded.
fn recorded(order: &Order, home: &Home, made: &CredentialType, list: &List) -> Result<usize, Failure> {
    let Some(kid) = keys::kid_in_use(home)?.filter(|_| home.register().exists()) else { return Ok(0) };
    let digest = work_digest(order, &list.digest, made.source.as_bytes(), kid.as_bytes());
    let books = register::open(home)?;
    Ok(books.interrupted(&made.name, &digest).map_err(register::failure)?.len())
}

/// Refuses a format that has no place for what every credential of the type must say.
fn check_travels(made: &CredentialType, format: Format, desk: Option<&keys::DeskName>) -> Result<(), Failure> {
    let has_place = |key: &Key| match format {
        Format::Nansen => true,
        Format::Claim169 => matches!(key, Key::Identity(_)),
        Format::Hcert => matches!(key, Key::Hcert(_)),
    };
    let lost = made.fields.iter().filter(|field| field.required && !has_place(&field.key));
    let lost: Vec<&str> = lost.map(|field| field.name.as_str()).collect();
    if !lost.is_empty() {
        return Err(Failure::new(format!(
            "{} cannot travel as {format}: {} {} no place in it",
            made.name,
            lost.join(", "),
            if lost.len() == 1 { "has" } else { "have" }
        ))
        .hint(format!("issue it without --wire: {} says itself how it travels", made.name)));
    }
    let alpha2 = |desk: &keys::DeskName| desk.country.as_deref().is_some_and(|code| alpha2_code(code).is_some());
    if format == Format::Hcert && desk.is_some_and(|desk| !alpha2(desk)) {
        return Err(Failure::new(format!(
            "{format} names the issuer's country by two letters, and this desk has none"
        ))
        .hint("set up a desk with `nansen init --country CCC`"));
    }
    Ok(())
}

fn alpha2_code(code: &str) -> Option<&'static str> {
    Country::parse(code).ok().and_then(crate::format::alpha2_of)
}

/// The place that the layout has for one symbol, for each of two, and so on.
pub fn rooms(layout: &Layout) -> Vec<Room> {
    (1..=usize::from(PARTS_MAX)).map(|count| layout.room(count)).collect()
}

/// The end of the last day of validity.
fn end_of(day: Date, today: Date) -> Result<Timestamp, Failure> {
    if day < today {
        return Err(Failure::new(format!("--valid-until {day} is in the past")).hint("give a day from today on"));
    }
    let next = day.checked_add(1.day()).map_err(Failure::new)?;
    Ok(next.to_zoned(TimeZone::UTC).map_err(Failure::new)?.timestamp())
}

/// The same digest is the same work: a batch that was interrupted is taken up again by it.
fn work_digest(order: &Order, list: &[u8; 32], type_text: &[u8], kid: &[u8]) -> [u8; 32] {
    let folder = order.photos.folder();
    let options = format!("{:?} {:?} {} {:?} {folder:?}", order.wire, order.valid_until, order.reissue, order.address);
    let mut sha = Sha256::new();
    for part in [&list[..], type_text, kid, options.as_bytes()] {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    if let Photos::Rows(photos) = &order.photos {
        for (row, photo) in photos {
            sha.update(row.to_be_bytes());
            sha.update(Sha256::digest(photo));
        }
    }
    sha.finalize().into()
}

/// The issuer as it is printed, when no key is needed.
///
/// # Errors
/// When there is none.
pub fn printed_name(home: &Home) -> Result<IssuerName, Failure> {
    let desk = keys::issuer_name(home)?;
    Ok(IssuerName { name: desk.name, country: desk.country })
}
