//! The same serial once more, as a copy whose number is printed and signed; or a new serial that supersedes the old one.
//!
//! A copy says what its original said and the number of the copy, under a new signature of the same key: verifiers judge
//! it by the same rules, and whoever reads it sees which of the papers it is. Order of things: sign, compose, write the
//! PDF under a temporary name, record, publish what changed, and only then give the PDF its name.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::issue::{as_recorded, compose, credential_of, entry, printed_name, rooms, signed_face};
use super::output::{Output, clear_abandoned, folder_of};
use super::register::{self, day, failure};
use super::templates::{self, Resolution, Template};
use super::{Desk, DeskLock, Failure, Kind, Publisher, Told, keys, trust};
use crate::credential::country::Country;
use crate::credential::{Credential, Serial, StatusRef};
use crate::format::{Format, Issuer};
use crate::issue::attach;
use crate::issue::paper::{self, IssuerName};
use crate::issue::reprint::record_from_json;
use crate::issue::sign::{Draft, SignError, Signed, Signing, draw};
use crate::print::{Book, BookMeta, Certificate, Fonts, Layout, Printer};
use crate::register::{BatchId, BatchPlan, NewPrint, Place, Register, RegisterError, Status, Stored};
use crate::seal::{Kid, SigningKey};
use crate::status::native_uri;
use crate::symbol::Room;

/// Papers that are printed once more.
#[derive(Clone, Debug)]
pub struct Reprint {
    /// Which.
    pub serials: Vec<Serial>,
    /// The PDF to write.
    pub output: PathBuf,
    /// Layout of the page.
    pub layout: String,
    /// The printer, when it is another than the layout's own.
    pub printer: Option<Resolution>,
    /// The template folder that they were issued with, when it is none of the data folder's.
    pub template: Option<PathBuf>,
    /// Under new serials that supersede the old ones.
    pub replace: bool,
}

/// What one paper became.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reprinted {
    /// A copy of it was printed.
    Copy {
        /// The credential.
        serial: Serial,
        /// The number of the copy.
        copy: u32,
    },
    /// A new credential has taken its place.
    Replaced {
        /// The old credential.
        old: Serial,
        /// The new one.
        new: Serial,
    },
}

/// Prints credentials again. Those that are named twice are printed once.
///
/// # Errors
/// When one is unknown or withdrawn, a key cannot be opened, or something cannot be written; nothing was printed then.
pub fn reprint(desk: Desk<'_>, order: &Reprint) -> Result<Vec<Reprinted>, Failure> {
    let mut register = register::open(desk.home)?;
    let _held = DeskLock::to_issue(desk.home)?;
    clear_abandoned(folder_of(&order.output));
    let press = Press::open(desk, order)?;
    let mut serials = order.serials.clone();
    let mut seen = std::collections::HashSet::new();
    serials.retain(|serial| seen.insert(*serial));
    let found = serials.iter().map(|serial| find(&register, *serial)).collect::<Result<Vec<_>, _>>()?;
    if order.replace { press.replace(&mut register, &found) } else { press.copy(&mut register, &found) }
}

fn find(register: &Register, serial: Serial) -> Result<Stored, Failure> {
    let found = register.find(serial).map_err(failure)?;
    found.ok_or_else(|| failure(RegisterError::UnknownSerial { serial }))
}

/// What a credential is printed with.
struct Press<'a> {
    order: &'a Reprint,
    desk: Desk<'a>,
    issuer: IssuerName,
    fonts: Fonts,
}

/// For the register: what stands in the symbol of a copy, and the name of the key that signed it.
type SignedAnew = Option<(Vec<u8>, Vec<u8>)>;

/// A stored credential with all that its page and its signature need.
struct Original {
    template: Template,
    layout: Layout,
    rooms: Vec<Room>,
    format: Format,
    credential: Credential,
}

/// A paper that is about to be laid out.
struct Page {
    type_name: String,
    layout: Layout,
    certificate: Certificate,
}

impl<'a> Press<'a> {
    fn open(desk: Desk<'a>, order: &'a Reprint) -> Result<Self, Failure> {
        let issuer = printed_name(desk.home)?;
        Ok(Self { order, desk, issuer, fonts: Fonts::embedded().map_err(Failure::new)? })
    }

    /// The same credentials, as copies.
    fn copy(&self, register: &mut Register, found: &[Stored]) -> Result<Vec<Reprinted>, Failure> {
        let mut pages = Vec::new();
        let mut prints = Vec::new();
        for stored in found {
            let serial = stored.entry.serial;
            if stored.entry.status != Status::Valid {
                return Err(withdrawn(register, stored, "printed again"));
            }
            let mut original = self.original(stored)?;
            let copy = register.next_copy(serial).map_err(failure)?;
            original.credential.copy = u16::try_from(copy).ok().filter(|copy| *copy > 1);
            let (signed, anew) = self.sign_copy(&original, stored)?;
            pages.push(self.page(&original, &signed)?);
            prints.push(NewPrint { serial, copy, sheet: 0, signed: anew });
        }
        let (output, sheets) = self.write(&pages)?;
        prints.iter_mut().zip(sheets).for_each(|(print, sheet)| print.sheet = sheet);
        let shown = self.order.output.display().to_string();
        register.record_prints(&prints, &shown, self.desk.now).map_err(failure)?;
        output.commit()?;
        Ok(prints.iter().map(|print| Reprinted::Copy { serial: print.serial, copy: print.copy }).collect())
    }

    /// Signs the copy by the key that signed the original; a format that has no place for a copy number keeps its
    /// symbol. Returns also what the register has to keep of a new signature.
    fn sign_copy(&self, original: &Original, stored: &Stored) -> Result<(Signed, SignedAnew), Failure> {
        let serial = stored.entry.serial;
        if original.format != Format::Nansen || original.credential.copy.is_none() {
            if original.credential.copy.is_some() {
                self.desk.observer.tell(Told::Note(format!(
                    "{} has no place for a copy number: {serial} has it printed, not signed",
                    original.format
                )));
            }
            return Ok((as_recorded(stored, original.credential.clone())?, None));
        }
        let key = self.key_of(stored)?;
        // A paper that opens in any telephone does so as a copy, too.
        let address = address_of(&stored.envelope);
        let signing = self.signing(original, &key, address.as_deref());
        let copy = original.credential.clone();
        let signed = signing.sign_whole(copy).map_err(|error| too_large(serial, error))?;
        let kept = (signed.texts.join("\n").into_bytes(), key.kid().as_bytes().to_vec());
        Ok((signed, Some(kept)))
    }

    /// The key that signed the original, as long as anybody believes it.
    fn key_of(&self, stored: &Stored) -> Result<SigningKey, Failure> {
        let serial = stored.entry.serial;
        let new_one = "issue a new serial that takes its place: the same command with --replace";
        let kid: [u8; 8] =
            stored.kid.as_slice().try_into().map_err(|_| {
                Failure::new(format!("the register does not say which key signed {serial}")).hint(new_one)
            })?;
        let kid = Kid::from_bytes(kid);
        if !trust::own::trusts(self.desk.home, kid)? {
            return Err(Failure::new(format!(
                "{serial} was signed with {kid}, which the own trust list no longer has: nobody would believe a copy"
            ))
            .hint(new_one)
            .of(Kind::Conflict));
        }
        keys::load_key(self.desk.home, kid, self.desk.unlock).map_err(|error| {
            let (told, hint) = (error.told(), error.next().unwrap_or(new_one));
            Failure::new(format!("a copy of {serial} is signed with {kid}, as the first one was: {told}"))
                .hint(hint)
                .of(error.kind())
        })
    }

    /// New credentials in place of the old ones.
    fn replace(&self, register: &mut Register, found: &[Stored]) -> Result<Vec<Reprinted>, Failure> {
        let publisher = Publisher::open(self.desk, register)?;
        let in_use = keys::load_issuer(self.desk.home, self.desk.unlock)?;
        let shown = self.order.output.display().to_string();
        let (mut pages, mut done) = (Vec::new(), Vec::new());
        for stored in found {
            let (original, signed, batch) = self.replacement(register, stored, &in_use.key, &shown)?;
            pages.push(self.page(&original, &signed)?);
            done.push((stored.entry.serial, signed.credential.serial, batch));
        }
        let (output, sheets) = self.write(&pages)?;
        for ((_, serial, batch), sheet) in done.iter().zip(sheets) {
            register
                .record_volume(*batch, 1, &shown, &[Place { serial: *serial, sheet }], self.desk.now)
                .map_err(failure)?;
        }
        publisher.publish(self.desk, register)?;
        output.commit()?;
        let mut replaced = Vec::with_capacity(done.len());
        for (old, new, batch) in done {
            register.close_volume(batch, 1, self.desk.now).map_err(failure)?;
            register.finish_batch(batch, self.desk.now).map_err(failure)?;
            replaced.push(Reprinted::Replaced { old, new });
        }
        Ok(replaced)
    }

    /// One new credential, recorded as a batch of one: a run that was killed after that prints what it has recorded.
    fn replacement(
        &self,
        register: &mut Register,
        stored: &Stored,
        key: &SigningKey,
        shown: &str,
    ) -> Result<(Original, Signed, BatchId), Failure> {
        let old = stored.entry.serial;
        let digest = replacement_digest(old);
        let type_name = &stored.entry.type_name;
        let begun = register.interrupted(type_name, &digest).map_err(failure)?.first().copied();
        if begun.is_none() && (!stored.entry.current || stored.superseded_by.is_some()) {
            return Err(Failure::new(format!("{old} is {}: its holder has a newer one", stored.entry.status))
                .hint("replace the newer one; `nansen register show` names it")
                .of(Kind::Conflict));
        }
        if begun.is_none() && stored.entry.status != Status::Valid {
            return Err(withdrawn(register, stored, "replaced"));
        }
        let plan = BatchPlan { digest, type_name, output: shown, rows: 1 };
        let batch = register.begin_batch(&plan, self.desk.now).map_err(failure)?.id();
        if let Some(row) = begun {
            let new = find(register, row.serial)?;
            let original = self.original(&new)?;
            let signed = as_recorded(&new, original.credential.clone())?;
            return Ok((original, signed, batch));
        }
        let original = self.original(stored)?;
        let mut random = self.desk.random;
        let reserved = register.reserve(1, &mut random).map_err(failure)?[0];
        let address = address_of(&stored.envelope);
        let signing = self.signing(&original, key, address.as_deref());
        let draft = Draft {
            record: original.credential.record.clone(),
            photo: original.credential.photo.clone(),
            serial: reserved.serial,
            status: Some(StatusRef { uri: native_uri(reserved.slot.list), index: reserved.slot.index.into() }),
            supersedes: Some(old),
            copy: None,
        };
        let signed = signing.sign(draft).map_err(|error| too_large(old, error))?;
        let kept = [entry(&signed, 1, reserved.slot, &signing)];
        register.record(batch, &kept).map_err(failure)?;
        Ok((original, signed, batch))
    }

    fn original(&self, found: &Stored) -> Result<Original, Failure> {
        let entry = &found.entry;
        let template = templates::find(self.desk.home.path(), &entry.type_name, self.order.template.as_deref())?;
        let layout = template.layout_for(&self.order.layout, self.order.printer)?.with_microprint(&self.issuer.name);
        let json = serde_json::from_str(&found.record).map_err(Failure::new)?;
        let record = record_from_json(&json, &template.made).ok_or_else(|| {
            Failure::new(format!("the type {} no longer has all fields of {}", template.made.name, entry.serial))
                .hint("name the template that it was issued with: --template DIR")
        })?;
        let credential = credential_of(found, record);
        let format = entry.wire.parse().map_err(Failure::new)?;
        Ok(Original { rooms: rooms(&layout), template, layout, format, credential })
    }

    fn signing<'s>(&'s self, original: &'s Original, key: &'s SigningKey, address: Option<&'s str>) -> Signing<'s> {
        let country = self.issuer.country.as_deref().and_then(|code| Country::parse(code).ok());
        Signing {
            key,
            issuer: Issuer { name: &self.issuer.name, country },
            made: &original.template.made,
            format: original.format,
            now: self.desk.now,
            expires: original.credential.expires,
            address,
            rooms: &original.rooms,
        }
    }

    fn page(&self, original: &Original, signed: &Signed) -> Result<Page, Failure> {
        let room = original.rooms[signed.texts.len().clamp(1, original.rooms.len()) - 1];
        let symbols = draw(&signed.texts, room).map_err(Failure::new)?;
        let made = &original.template.made;
        let credential = &signed.credential;
        let language = paper::language(&credential.record, made);
        let picture = signed_face(credential.photo.as_ref());
        let mut page = paper::certificate(credential, made, &self.issuer, &language, symbols, picture);
        page.attachments = vec![attach::attachment(credential.serial, signed.message.clone())];
        Ok(Page { type_name: made.name.clone(), layout: original.layout.clone(), certificate: page })
    }

    /// Writes the pages under a temporary name, and says on which sheet each begins.
    fn write(&self, pages: &[Page]) -> Result<(Output, Vec<u32>), Failure> {
        let meta = BookMeta {
            title: format!("Reprint – {}", self.issuer.name),
            language: "en".to_owned(),
            right_to_left: false,
            author: self.issuer.name.clone(),
            created: self.desk.now,
        };
        let mut book = Book::new(Output::create(&self.order.output)?, &meta).map_err(Failure::new)?;
        let mut numbers = Vec::with_capacity(pages.len());
        let mut sheets_before = 0;
        // Papers of one type that follow one another have one layout, and share their sheets.
        for same in pages.chunk_by(|one, other| one.type_name == other.type_name) {
            let printer = Printer::new(&same[0].layout, &self.fonts);
            let certificates: Vec<Certificate> = same.iter().map(|page| page.certificate.clone()).collect();
            book.add(&compose(printer, &certificates)?).map_err(Failure::new)?;
            let a_sheet = printer.certificates_a_sheet().max(1);
            numbers.extend((0..same.len()).map(|at| sheet_number(sheets_before + at / a_sheet)));
            sheets_before += same.len().div_ceil(a_sheet);
        }
        Ok((book.finish().map_err(Failure::new)?, numbers))
    }
}

fn sheet_number(sheets_before: usize) -> u32 {
    u32::try_from(sheets_before + 1).unwrap_or(u32::MAX)
}

/// A credential that somebody has withdrawn gets no new paper before somebody has thought about it.
fn withdrawn(register: &Register, stored: &Stored, done: &str) -> Failure {
    let (serial, status) = (stored.entry.serial, stored.entry.status);
    let why = match register.status_history(serial) {
        Ok(events) => events.into_iter().rfind(|event| event.status == status),
        Err(error) => return failure(error),
    };
    let why = why.map_or_else(String::new, |event| format!(" since {} ({:?})", day(event.at), event.reason));
    let hint = match status {
        Status::Superseded => {
            "its holder has a newer one, which `nansen register show` names: print that one".to_owned()
        }
        _ => format!(
            "if it should hold again: `nansen reinstate {serial}`, then the same command; otherwise issue a new one \
             from a list, with `nansen issue … --reissue`"
        ),
    };
    Failure::new(format!("{serial} is {status}{why}, and is not {done}")).hint(hint).of(Kind::Conflict)
}

fn too_large(serial: Serial, error: SignError) -> Failure {
    Failure::new(format!("{serial}: {}", Failure::new(error))).hint("print it with a larger --layout")
}

/// The same replacement is the same work.
fn replacement_digest(old: Serial) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(b"replacement of ");
    sha.update(old.as_bytes());
    sha.finalize().into()
}

/// The address in front of a symbol's digits, for papers that were issued with one.
fn address_of(envelope: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(envelope).ok()?.lines().next()?;
    let (address, _) = text.split_once('#').filter(|(address, _)| address.starts_with("http"))?;
    Some(address.to_owned())
}
