//! One chunk of rows: signed and recorded, or taken from the register when an earlier run has recorded them.

use std::collections::HashMap;

use rayon::prelude::*;

use super::batch::Batch;
use super::check::signed_face;
use super::write::{self, Paper};
use crate::credential::record::Record;
use crate::credential::{Credential, Photo, PhotoFormat, Serial, StatusRef};
use crate::desk::Failure;
use crate::desk::register::failure;
use crate::issue::attach;
use crate::issue::list::{Problem, Row};
use crate::issue::paper;
use crate::issue::photo::Face;
use crate::issue::sign::{Draft, Signed, draw};
use crate::issue::subject::{self, name_key};
use crate::print::Picture;
use crate::register::{BatchId, Holder, NewCredential, Register, Reserved, StatusSlot, Stored};
use crate::status::native_uri;

/// A credential that is in the register, and the picture for its page.
pub struct Recorded {
    pub row: u64,
    pub signed: Signed,
    language: String,
    picture: Option<Picture>,
}

impl Batch<'_> {
    /// Makes sure that every row of the chunk has a recorded credential.
    pub fn record(
        &self,
        register: &mut Register,
        id: BatchId,
        done: &HashMap<u32, Serial>,
        chunk: Vec<Row>,
    ) -> Result<Vec<Recorded>, Failure> {
        let (old, new): (Vec<Row>, Vec<Row>) =
            chunk.into_iter().partition(|row| done.contains_key(&(row.number as u32)));
        let mut recorded = Vec::with_capacity(old.len() + new.len());
        for row in old {
            recorded.push(self.restore(register, done[&(row.number as u32)], row)?);
        }
        let holders: HashMap<u64, Holder> =
            self.checker.held(register, &new)?.into_iter().map(|(row, holder)| (row.number, holder)).collect();
        let new: Vec<Row> =
            new.into_iter().filter(|row| self.order.reissue || !holders.contains_key(&row.number)).collect();
        if new.is_empty() {
            return Ok(recorded);
        }
        let mut random = self.desk.random;
        let reserved = register.reserve(new.len(), &mut random).map_err(failure)?;
        let signed = new
            .into_par_iter()
            .zip(reserved)
            .map(|(row, reserved)| self.sign(row, reserved, &holders))
            .collect::<Result<Vec<_>, Failure>>()?;
        let entries: Vec<NewCredential> = signed.iter().map(|(recorded, slot)| self.entry(recorded, *slot)).collect();
        register.record(id, &entries).map_err(failure)?;
        recorded.extend(signed.into_iter().map(|(recorded, _)| recorded));
        recorded.sort_by_key(|recorded| recorded.row);
        Ok(recorded)
    }

    fn sign(
        &self,
        row: Row,
        reserved: Reserved,
        holders: &HashMap<u64, Holder>,
    ) -> Result<(Recorded, StatusSlot), Failure> {
        let language = self.checker.language(&row);
        let face = self.checker.face(&row).map_err(|problem: Problem| Failure::new(problem.to_string()))?;
        let (photo, picture) = face.map_or((None, None), |Face { signed, printed }| (Some(signed), Some(printed)));
        let draft = Draft {
            record: row.record,
            photo,
            serial: reserved.serial,
            status: Some(StatusRef { uri: native_uri(reserved.slot.list), index: u64::from(reserved.slot.index) }),
            supersedes: holders.get(&row.number).map(|holder| holder.serial),
            copy: None,
        };
        let signed = self.signing.sign(draft).map_err(|error| {
            let told = Failure::new(error).to_string();
            Failure::new(format!("{}: line {}: {told}", self.order.list, row.line))
                .hint("shorten the texts of this row, use a smaller photo or a larger layout")
        })?;
        Ok((Recorded { row: row.number, signed, language, picture }, reserved.slot))
    }

    fn entry(&self, recorded: &Recorded, slot: StatusSlot) -> NewCredential {
        entry(&recorded.signed, recorded.row as u32, slot, self.signing)
    }

    /// A row that an earlier run has recorded: the same serial, the same symbol.
    fn restore(&self, register: &Register, serial: Serial, row: Row) -> Result<Recorded, Failure> {
        let stored = register
            .find(serial)
            .map_err(failure)?
            .ok_or_else(|| Failure::new(format!("the register has lost the credential {serial}")))?;
        let language = self.checker.language(&row);
        let face = self.checker.face(&row).ok().flatten();
        let credential = credential_of(&stored, row.record);
        let photo = credential.photo.as_ref();
        // The file may be another face by now: what is printed must be what was signed.
        let face = face.filter(|face| Some(&face.signed.bytes) == photo.map(|photo| &photo.bytes));
        let picture = face.map(|face| face.printed).or_else(|| signed_face(photo));
        let signed = as_recorded(&stored, credential)?;
        Ok(Recorded { row: row.number, signed, language, picture })
    }

    /// The page of a recorded credential.
    pub fn paper(&self, recorded: &Recorded) -> Result<Paper, Failure> {
        let Recorded { signed, language, picture, .. } = recorded;
        let symbols = draw(&signed.texts, self.signing.room(signed.texts.len())).map_err(Failure::new)?;
        let serial = signed.credential.serial;
        let mut certificate =
            paper::certificate(&signed.credential, self.signing.made, self.name, language, symbols, picture.clone());
        certificate.attachments = vec![attach::attachment(serial, signed.message.clone())];
        let texts = signed.texts.clone();
        let signed = write::Signed { row: recorded.row, serial: certificate.serial.clone(), texts };
        Ok(Paper { serial, certificate, signed })
    }
}

/// A credential as the register has it, with the record that its row or its JSON gives.
pub fn credential_of(stored: &Stored, record: Record) -> Credential {
    let entry = &stored.entry;
    Credential {
        type_name: entry.type_name.clone(),
        serial: entry.serial,
        issued: entry.issued,
        not_before: None,
        expires: entry.expires,
        status: entry.slot.map(|slot| StatusRef { uri: native_uri(slot.list), index: slot.index.into() }),
        copy: None,
        supersedes: entry.supersedes,
        record,
        photo: stored.photo.clone().map(|bytes| Photo { format: PhotoFormat::WebP, bytes }),
    }
}

/// A credential with the symbol that the register has of it.
pub fn as_recorded(stored: &Stored, credential: Credential) -> Result<Signed, Failure> {
    let texts: Vec<String> = String::from_utf8_lossy(&stored.envelope).lines().map(ToOwned::to_owned).collect();
    let message = attach::message(&texts)
        .ok_or_else(|| Failure::new(format!("the register's symbol of {} cannot be read", stored.entry.serial)))?;
    Ok(Signed { credential, message, texts, dropped: Vec::new() })
}

/// What the register keeps of a signed credential.
pub fn entry(signed: &Signed, row: u32, slot: StatusSlot, signing: &crate::issue::sign::Signing<'_>) -> NewCredential {
    let credential = &signed.credential;
    let record = &credential.record;
    NewCredential {
        row,
        serial: credential.serial,
        subject: record.text(&signing.made.subject),
        name_key: name_key(record).unwrap_or_default(),
        name: subject::shown_name(record),
        issued: credential.issued,
        expires: credential.expires,
        slot: credential.status.as_ref().map(|_| slot),
        wire: signing.format.to_string(),
        kid: signing.key.kid().as_bytes().to_vec(),
        envelope: signed.texts.join("\n").into_bytes(),
        record: record.to_json().to_string(),
        photo: credential.photo.as_ref().map(|photo| photo.bytes.clone()),
        supersedes: credential.supersedes,
        copy: u32::from(credential.copy.unwrap_or(0)),
    }
}
