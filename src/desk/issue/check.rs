//! Everything that can be known before signing: the rows, the paper, the photos.

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::prelude::*;

use super::checked::Checked;
use super::{List, Order, photos};
use crate::credential::types::CredentialType;
use crate::credential::{Credential, Photo, Serial, StatusRef};
use crate::desk::{Failure, Kind, Observer, Stage};
use crate::envelope::deflate::deflate_zlib;
use crate::envelope::pack;
use crate::format::{self, Format, Issuer};
use crate::issue::carrier::{Carrier, Holds};
use crate::issue::list::{self, Fault, Item, PHOTO, Problem, Row};
use crate::issue::paper::{self, IssuerName};
use crate::issue::photo::{Face, LEAST_PHOTO_BYTES};
use crate::issue::sign::SignError;
use crate::print::{Certificate, Fonts, Layout, Overflow, Picture, Problem as Unprintable, SymbolPlan, preflight};
use crate::seal::{SigningKey, sign};
use crate::status::native_uri;
use crate::symbol::{self, Matrix, Room};

/// What stands in place of a serial, and in the symbol, of a page that is only looked at.
const SPECIMEN: &str = "SPECIMEN";

/// Rows that are checked and signed together.
pub const CHUNK: usize = 128;

/// More bytes than any format puts around a payload: headers, signature, what compression may lose.
const AROUND_PAYLOAD: usize = 128;

/// Bytes that compress as little as those of any serial.
const ANY_SERIAL: [u8; 5] = [0x9f, 0x01, 0x22, 0x80, 0xfe];

/// Checks rows before anything is signed.
pub struct Checker<'a> {
    /// What was asked for.
    pub order: &'a Order,
    /// Hears what happens.
    pub observer: &'a dyn Observer,
    /// The type.
    pub made: &'a CredentialType,
    /// The page.
    pub layout: &'a Layout,
    /// The letters that there are.
    pub fonts: &'a Fonts,
    /// The day of issue.
    pub today: Date,
    /// The format and the places on the paper.
    pub carrier: Carrier<'a>,
    /// What one symbol of the carrier holds.
    pub holds: Holds,
    /// A key of nobody: a message that it signs is as long as the one that will be signed.
    pub probe: SigningKey,
    /// As far as it is known before a key is opened.
    pub issuer: Issuer<'a>,
    /// When the credentials are issued.
    pub now: Timestamp,
    /// From when they are no longer valid.
    pub expires: Option<Timestamp>,
}

/// Takes a chunk of good rows, and may count faults of its own.
pub type Take<'a> = &'a mut dyn FnMut(Vec<Row>, &mut Checked) -> Result<(), Failure>;

impl Checker<'_> {
    /// Reads the whole list and lays every page out as it will be printed.
    pub fn list(&self, list: &List) -> Result<Checked, Failure> {
        let mut checked = Checked::default();
        self.observer.begin(Stage::Checking, 0);
        let rows = self.each_chunk(
            list,
            &mut |chunk, checked| {
                if self.observer.cancelled() {
                    return Err(Failure::new("interrupted while the list was checked: nothing was issued")
                        .hint("run the same command again")
                        .of(Kind::Cancelled));
                }
                self.observer.advance(chunk.len() as u64);
                let found: Vec<Result<bool, Vec<Problem>>> = chunk.par_iter().map(|row| self.paper(row)).collect();
                for (row, found) in chunk.iter().zip(found) {
                    match found {
                        Ok(photo) => {
                            checked.good += 1;
                            if self.order.photos.are_wanted() || row.photo.is_some() {
                                checked.photo(row.line, photo);
                            }
                        }
                        Err(faults) => {
                            checked.leave_out(row, &faults);
                        }
                    }
                }
                Ok(())
            },
            &mut checked,
        );
        self.observer.end();
        checked.rows = rows?;
        Ok(checked)
    }

    /// Hands the good rows of the list to `take`, a chunk at a time. Returns the number of rows of data.
    pub fn each_chunk(&self, list: &List, take: Take<'_>, checked: &mut Checked) -> Result<u64, Failure> {
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut stopped = None;
        let rows = list::read(list.bytes()?, self.made, self.today, &mut |item| {
            match item {
                Item::Row(row) => chunk.push(row),
                Item::Bad(problems) => checked.fault(&problems),
                Item::Warning(warning) => checked.warn(warning),
            }
            if chunk.len() < CHUNK {
                return true;
            }
            match take(std::mem::take(&mut chunk), checked) {
                Ok(()) => true,
                Err(failure) => {
                    stopped = Some(failure);
                    false
                }
            }
        })
        .map_err(|error| unreadable(self.order, error))?;
        match stopped {
            Some(failure) => Err(failure),
            None if chunk.is_empty() => Ok(rows),
            None => take(chunk, checked).map(|()| rows),
        }
    }

    /// Whether there is a photo; or what keeps this row from being signed and printed: a value that the format cannot
    /// say, a letter that no font has, a text that no box holds, a photo that is none, a symbol that has no room.
    fn paper(&self, row: &Row) -> Result<bool, Vec<Problem>> {
        let face = self.face(row).map_err(|problem| vec![problem])?;
        let has_face = face.is_some();
        let mut draft = self.draft(row);
        let (signed, printed) = face.map(|face| (face.signed, face.printed)).unzip();
        draft.photo = signed;
        let payload = self.payload(row, &draft).map_err(|problem| vec![problem])?;
        // What fits uncompressed fits; only what may not is packed and planned as it will be.
        if payload.len() + AROUND_PAYLOAD > self.holds.low
            && let Err(error) = self.carrier.texts(&sign(&payload, &self.probe))
        {
            let wanted = "shorter texts, a photo that is easier to compress, or a layout with more room for the symbol";
            return Err(vec![fault_of(row, Failure::new(error).to_string(), wanted)]);
        }
        let language = self.language(row);
        let page = paper::certificate(&draft, self.made, &self.printed_issuer(), &language, Vec::new(), printed);
        let Err(problems) = preflight(&page, self.layout, self.fonts, Some(self.planned())) else {
            return Ok(has_face);
        };
        Err(problems.iter().map(|fault| unprintable(row, self.made, fault)).collect())
    }

    /// The issuer as every page shows it.
    fn printed_issuer(&self) -> IssuerName {
        IssuerName { name: self.issuer.name.to_owned(), country: self.issuer.country.map(|code| code.to_string()) }
    }

    /// The largest symbol that the page may get.
    fn planned(&self) -> SymbolPlan {
        SymbolPlan::version(self.carrier.room(1).largest_version().unwrap_or(1))
    }

    /// Refuses a desk whose name no page of this layout can show, before any row is blamed for it.
    pub fn issuer_fits(&self) -> Result<(), Failure> {
        let issuer = self.printed_issuer();
        let page = Certificate {
            language: self.made.language.clone(),
            issuer: issuer.name,
            issuer_country: issuer.country,
            ..Certificate::default()
        };
        preflight(&page, self.layout, self.fonts, Some(self.planned())).map_err(|problems| {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Failure::new(format!(
                "the name of the desk, {:?}, cannot be printed: {}",
                self.issuer.name,
                told.join("; ")
            ))
            .hint("choose another --layout, or set up a desk with another name by `nansen --home DIR init`")
        })
    }

    /// The credential of a row, as long as it will be.
    fn draft(&self, row: &Row) -> Credential {
        let serial = Serial::from_bytes(ANY_SERIAL);
        Credential {
            serial,
            issued: Timestamp::from_second(self.now.as_second()).unwrap_or(self.now),
            expires: self.expires,
            status: Some(StatusRef { uri: native_uri(u32::from(u8::MAX)), index: u64::from(u16::MAX) }),
            supersedes: self.order.reissue.then_some(serial),
            ..draft_of(row, self.made)
        }
    }

    fn payload(&self, row: &Row, draft: &Credential) -> Result<Vec<u8>, Problem> {
        let format = self.carrier.format;
        let written = format::write(format, draft, self.made, &self.issuer).map_err(|error| {
            let wanted = format!("what a credential of the format {format} can say");
            Problem { kind: Fault::Other, ..fault_of(row, Failure::new(error).to_string(), &wanted) }
        })?;
        Ok(written.payload)
    }

    /// The language of the document for this row.
    pub fn language(&self, row: &Row) -> String {
        self.order.language.clone().unwrap_or_else(|| paper::language(&row.record, self.made))
    }

    /// Bytes that this row leaves for a photo in its symbol; `Err` has what is left when that is too little for a face.
    pub fn photo_room(&self, row: &Row) -> Result<Result<usize, usize>, Problem> {
        let message = sign(&self.payload(row, &self.draft(row))?, &self.probe);
        let rest = match self.carrier.format {
            Format::Nansen => pack(&message).len(),
            _ => deflate_zlib(&message).len(),
        };
        Ok(self.carrier.photo_bytes(self.holds, rest))
    }

    /// The face of this row's person, when the list or the folder of photos has one.
    pub fn face(&self, row: &Row) -> Result<Option<Face>, Problem> {
        let subject = row.record.text(&self.made.subject);
        let Some(found) = photos::find(self.order, row, &subject)? else { return Ok(None) };
        let budget = self.photo_room(row)?.map_err(|left| Problem {
            line: row.line,
            column: Some(PHOTO.to_owned()),
            kind: Fault::PhotoRoom,
            fault: format!("{left} bytes are left in the symbol, where a face needs {LEAST_PHOTO_BYTES}"),
            found: found.shown(),
            wanted: "shorter texts in this row, or a layout with more room for the symbol".to_owned(),
        })?;
        photos::face(&found, budget, row).map(Some)
    }

    /// The page of a row as it will be printed, but with a symbol that says only that it is a specimen: as large as the
    /// real one, signed by nobody, and without a word about the person.
    pub fn specimen(&self, row: &Row) -> Result<Certificate, Vec<Problem>> {
        self.paper(row)?;
        let one = |problem| vec![problem];
        let (signed, printed) = self.face(row).map_err(one)?.map(|face| (face.signed, face.printed)).unzip();
        let mut draft = self.draft(row);
        draft.photo = signed;
        let payload = self.payload(row, &draft).map_err(one)?;
        let told =
            |error| vec![fault_of(row, Failure::new(error).to_string(), "a layout with more room for the symbol")];
        let texts = self.carrier.texts(&sign(&payload, &self.probe)).map_err(told)?;
        let symbols = specimens(&texts, self.carrier.room(texts.len())).map_err(told)?;
        let (issuer, language) = (self.printed_issuer(), self.language(row));
        let page = paper::certificate(&draft, self.made, &issuer, &language, symbols, printed);
        Ok(Certificate { serial: SPECIMEN.to_owned(), supersedes: None, ..page })
    }
}

/// Symbols of the size of those with `texts`, which say nothing.
fn specimens(texts: &[String], room: Room) -> Result<Vec<Matrix>, SignError> {
    texts
        .iter()
        .map(|text| {
            let plan = symbol::plan(text, room).map_err(SignError::Plan)?;
            let said: String = match text.split_once('#') {
                Some((address, digits)) => format!("{address}#{}", "0".repeat(digits.len())),
                None => SPECIMEN.chars().cycle().take(text.chars().count()).collect(),
            };
            symbol::encode(&said, plan.version, plan.level).map_err(SignError::Draw)
        })
        .collect()
}

fn fault_of(row: &Row, fault: String, wanted: &str) -> Problem {
    Problem { line: row.line, column: None, kind: Fault::Room, fault, found: String::new(), wanted: wanted.to_owned() }
}

/// What the page cannot show, told like any other fault of a cell when one is to blame.
fn unprintable(row: &Row, made: &CredentialType, fault: &Unprintable) -> Problem {
    let told = fault_of(row, fault.to_string(), "text that the page can show");
    let field = match fault {
        Unprintable::Control { field, .. } | Unprintable::Uncovered { field, .. } => field,
        Unprintable::TooLong { field, .. } | Unprintable::Overflow(Overflow { field, .. }) => field,
        _ => return told,
    };
    if made.fields.iter().all(|known| known.name != *field) {
        return told;
    }
    let kind = match fault {
        Unprintable::Control { .. } => Fault::Invisible,
        Unprintable::Uncovered { .. } => Fault::NoLetter,
        Unprintable::TooLong { .. } => Fault::TooLong,
        _ => Fault::Room,
    };
    let beginning = format!("{field}: ");
    let fault = told.fault.strip_prefix(&beginning).unwrap_or(&told.fault).to_owned();
    Problem { column: Some(field.clone()), kind, fault, ..told }
}

/// The credential of a row before it has a serial.
pub fn draft_of(row: &Row, made: &CredentialType) -> Credential {
    Credential {
        type_name: made.name.clone(),
        serial: Serial::from_bytes([0; 5]),
        issued: jiff::Timestamp::UNIX_EPOCH,
        not_before: None,
        expires: None,
        status: None,
        copy: None,
        supersedes: None,
        record: row.record.clone(),
        photo: None::<Photo>,
    }
}

/// The picture that was signed, for papers that are printed again.
pub fn signed_face(photo: Option<&Photo>) -> Option<Picture> {
    photo.and_then(|photo| paper::signed_picture(photo.format, &photo.bytes))
}

fn unreadable(order: &Order, error: list::ListError) -> Failure {
    let hint = match &error {
        list::ListError::Encoding { .. } => "save the list as CSV UTF-8, then run this again",
        list::ListError::MissingColumns { .. } | list::ListError::ColumnTwice { .. } => {
            "correct the first line; `nansen template list` shows the columns of each type"
        }
        _ => "save the list as CSV UTF-8 with the column names in its first line",
    };
    let told = Failure::new(error).to_string();
    Failure::new(format!("{}: {told}", order.list)).hint(hint).of(Kind::Input)
}
