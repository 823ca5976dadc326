//! `nansen issue TYPE LIST.csv -o OUT.pdf`: a list of people becomes signed, printed, recorded credentials.
//!
//! The whole list is checked before anything is signed; every credential is in the register before its PDF has a name.

mod args;
mod batch;
mod check;
mod holders;
mod interrupt;
mod list_file;
mod lock;
mod manifest;
mod options;
mod photos;
mod places;
mod readback;
mod recorded;
mod write;

pub use args::Args;
pub use check::{draft_of, signed_face};
pub use lock::DeskLock;
pub use recorded::{as_recorded, credential_of, entry, random};
pub use write::compose;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};

use super::home::Home;
use super::outcome::say;
use super::progress::Progress;
use super::register::failure;
use super::{Exit, Failure, keys, templates};
use crate::credential::country::Country;
use crate::credential::kind::label_for;
use crate::credential::types::{CredentialType, Key};
use crate::format::{Format, Issuer};
use crate::issue::carrier::{Carrier, PARTS_MAX};
use crate::issue::paper::IssuerName;
use crate::issue::sign::Signing;
use crate::print::{Fonts, Layout};
use crate::register::Register;
use crate::symbol::Room;
use list_file::List;
use places::check_places;

/// Issues the list.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let mut template = templates::find(home.path(), &args.type_name, args.template.as_deref())?;
    let desk = keys::issuer_name(home).ok();
    let words = desk.as_ref().map_or("", |desk| desk.name.as_str());
    let layout = template.layout_for(&args.layout, args.printer)?.with_microprint(words);
    check_languages(args, &template.made, &layout)?;
    if let Some(second) = &args.second_language {
        template.made.second_language.clone_from(second);
    }
    let fonts = Fonts::embedded().map_err(Failure::new)?;
    let made = &template.made;
    let today = now.to_zoned(TimeZone::UTC).date();
    let expires = args.valid_until.map(|day| end_of(day, today)).transpose()?;
    let rooms = rooms(&layout);
    let list = List::open(&args.list)?;
    check_places(args)?;
    let format = Format::from(args.wire.unwrap_or(made.wire));
    check_travels(made, format, desk.as_ref())?;
    // A dry run may come before there is a desk.
    let desk = desk.unwrap_or_else(|| keys::DeskName { name: String::new(), country: Some("KEN".to_owned()) });
    let country = desk.country.as_deref().and_then(|code| Country::parse(code).ok());
    let issuer = Issuer { name: &desk.name, country };
    let carrier = Carrier { format, address: args.address.as_deref(), rooms: &rooms };
    let checker = check::Checker {
        args,
        made,
        layout: &layout,
        fonts: &fonts,
        today,
        carrier,
        holds: carrier.holds(),
        probe: keys::Kind::Ed25519.generate(),
        issuer,
        now,
        expires,
    };
    if let (Some(output), false) = (&args.output, args.dry_run) {
        write::check_writable(output, args.form())?;
    }

    checker.issuer_fits()?;
    let checked = checker.list(&list)?;
    checked.report(&args.list);
    if checked.problems > 0 && !args.keep_going {
        let already = holders::nothing_was_issued(if args.dry_run { 0 } else { recorded(args, home, made, &list)? });
        return Err(Failure::new(format!("{} of {} rows cannot be issued; {already}", checked.bad_rows, checked.rows))
            .hint("correct the rows above, or leave them out with --keep-going"));
    }
    if args.dry_run {
        say!("{} credentials of type {} could be issued", checked.good, made.name);
        return Ok(Exit::Done);
    }
    let own_type = template.place() != "built in";
    sign_and_print(&checker, &checked, &list, home, own_type)
}

/// Issues a list that was found good.
fn sign_and_print(
    checker: &check::Checker<'_>,
    checked: &check::Checked,
    list: &List,
    home: &Home,
    own_type: bool,
) -> Result<Exit, Failure> {
    let check::Checker { args, made, carrier, expires, now, .. } = *checker;
    let issuer = keys::load_issuer(home, &args.passphrase)?;
    let name = IssuerName { name: issuer.name.clone(), country: issuer.country.clone() };
    let signing = Signing {
        key: &issuer.key,
        issuer: Issuer { name: &issuer.name, country: checker.issuer.country },
        made,
        format: carrier.format,
        now,
        expires,
        address: carrier.address,
        rooms: carrier.rooms,
    };
    let _held = DeskLock::take(home)?;
    let digest = work_digest(args, &list.digest, made.source.as_bytes(), issuer.key.kid().as_bytes());
    let batch = batch::Batch { own_type, args, home, signing: &signing, checker, name: &name, list, digest, now };
    let done = batch.run(checked)?;
    checked.report_photos();
    Ok(done)
}

/// Refuses a language that neither the fixed words nor the type has words in.
fn check_languages(args: &Args, made: &CredentialType, layout: &Layout) -> Result<(), Failure> {
    for (option, tag) in [("--language", &args.language), ("--second-language", &args.second_language)] {
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
fn recorded(args: &Args, home: &Home, made: &CredentialType, list: &List) -> Result<usize, Failure> {
    let Some(kid) = keys::kid_in_use(home)?.filter(|_| home.register().exists()) else { return Ok(0) };
    let digest = work_digest(args, &list.digest, made.source.as_bytes(), kid.as_bytes());
    let register = Register::open_existing(&home.register()).map_err(failure)?;
    Ok(register.interrupted(&made.name, &digest).map_err(failure)?.len())
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
fn work_digest(args: &Args, list: &[u8; 32], type_text: &[u8], kid: &[u8]) -> [u8; 32] {
    let options =
        format!("{:?} {:?} {} {:?} {:?}", args.wire, args.valid_until, args.reissue, args.address, args.photos);
    let mut sha = Sha256::new();
    for part in [&list[..], type_text, kid, options.as_bytes()] {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    sha.finalize().into()
}

/// The issuer as it is printed, when no key is needed.
pub fn printed_name(home: &Home) -> Result<IssuerName, Failure> {
    let desk = keys::issuer_name(home)?;
    Ok(IssuerName { name: desk.name, country: desk.country })
}

/// A progress bar for one pass over the list.
fn bar(what: &'static str, rows: u64) -> Progress {
    Progress::new(what, rows)
}
