//! Record → signed symbol text.
//!
//! A checked record, its type, and the serial and status place that the register has reserved come in; the signed
//! message, the text of each symbol and the matrices to print go out. Nothing is recorded and nothing is written here.

use jiff::Timestamp;

use crate::credential::{Credential, CredentialType, Photo, Record, Serial, StatusRef};
use crate::envelope::{self, PartError, TextError};
use crate::format::{self, Format, WriteError};
use crate::seal::{SigningKey, sign};
use crate::symbol::{self, Matrix, Plan, PlanError, Room};

/// Most symbols that one credential is spread over.
pub const PARTS_MAX: u8 = 8;

/// Everything that decides how a batch is signed.
pub struct Signing<'a> {
    /// The issuer's key.
    pub key: &'a SigningKey,
    /// The issuer, for formats that name it in the payload.
    pub issuer: format::Issuer<'a>,
    /// The type of all credentials of the batch.
    pub made: &'a CredentialType,
    /// The format that they travel in.
    pub format: Format,
    /// When they are signed; whole seconds count.
    pub now: Timestamp,
    /// From when they are no longer valid.
    pub expires: Option<Timestamp>,
    /// For our own format: the address that the symbol opens in any telephone, instead of `NP1:`.
    pub address: Option<&'a str>,
    /// Printer and place on paper, for one symbol, for two, and so on.
    pub rooms: &'a [Room],
}

/// One credential, before it is signed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The fields.
    pub record: Record,
    /// The face.
    pub photo: Option<Photo>,
    /// Reserved by the register.
    pub serial: Serial,
    /// Reserved by the register.
    pub status: Option<StatusRef>,
    /// The credential that this one replaces.
    pub supersedes: Option<Serial>,
    /// Copy number, from 2.
    pub copy: Option<u16>,
}

/// One credential, signed.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What was signed.
    pub credential: Credential,
    /// The signed message, a `COSE_Sign1`.
    pub message: Vec<u8>,
    /// The text of each symbol.
    pub texts: Vec<String>,
    /// What the format had no place for.
    pub dropped: Vec<String>,
}

/// Why a credential cannot be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The format cannot say it.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// No text for it.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It does not divide into parts.
    #[error(transparent)]
    Part(#[from] PartError),
    /// No symbol of this size on this paper.
    #[error("the symbol does not fit on the paper")]
    Plan(#[source] PlanError),
    /// The planned symbol could not be drawn.
    #[error("the symbol cannot be drawn")]
    Draw(#[from] symbol::EncodeError),
}

impl Signing<'_> {
    /// Signs one credential.
    pub fn sign(&self, draft: Draft) -> Result<Signed, SignError> {
        self.sign_whole(Credential {
            type_name: self.made.name.clone(),
            serial: draft.serial,
            issued: Timestamp::from_second(self.now.as_second()).unwrap_or(self.now),
            not_before: None,
            expires: self.expires,
            status: draft.status,
            copy: draft.copy,
            supersedes: draft.supersedes,
            record: draft.record,
            photo: draft.photo,
        })
    }

    /// Signs a credential whose times are known: a copy says what its original said, and its number.
    pub fn sign_whole(&self, credential: Credential) -> Result<Signed, SignError> {
        let written = format::write(self.format, &credential, self.made, &self.issuer)?;
        let cose = sign(&written.payload, self.key);
        Ok(Signed { texts: self.texts(&cose)?, message: cose, credential, dropped: written.dropped })
    }

    /// One text when it fits into one symbol; otherwise as few parts as possible and one more, so that a lost symbol is
    /// not a lost paper.
    fn texts(&self, cose: &[u8]) -> Result<Vec<String>, SignError> {
        if self.format != Format::Nansen {
            let text = format::to_text(self.format, cose)?;
            symbol::plan(&text, self.room(1)).map_err(SignError::Plan)?;
            return Ok(vec![text]);
        }
        let envelope = envelope::pack(cose);
        let whole = self.text(&envelope)?;
        let Err(too_large) = symbol::plan(&whole, self.room(1)) else {
            return Ok(vec![whole]);
        };
        for needed in 2..PARTS_MAX {
            let parts = envelope::split(&envelope, needed, needed + 1)?;
            let texts = parts.iter().map(|part| self.text(part)).collect::<Result<Vec<_>, _>>()?;
            if texts.iter().all(|text| symbol::plan(text, self.room(texts.len())).is_ok()) {
                return Ok(texts);
            }
        }
        Err(SignError::Plan(too_large))
    }

    /// The place for each of `count` symbols.
    pub fn room(&self, count: usize) -> Room {
        self.rooms[count.clamp(1, self.rooms.len()) - 1]
    }

    fn text(&self, envelope: &[u8]) -> Result<String, TextError> {
        match self.address {
            Some(address) => envelope::to_url(address, envelope),
            None => envelope::to_text(envelope),
        }
    }
}

/// The matrices of the symbols with these texts, all of one size so that a page of parts looks orderly.
pub fn draw(texts: &[String], room: Room) -> Result<Vec<Matrix>, SignError> {
    let plan_of = |text: &String| symbol::plan(text, room).map_err(SignError::Plan);
    let plans: Vec<Plan> = texts.iter().map(plan_of).collect::<Result<_, _>>()?;
    texts
        .iter()
        .zip(&plans)
        .map(|(text, plan)| symbol::encode(text, plan.version, plan.level).map_err(SignError::Draw))
        .collect()
}
