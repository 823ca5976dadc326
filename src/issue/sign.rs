//! Record → signed symbol text.
//!
//! A checked record, its type, and the serial and status place that the register has reserved come in; the signed
//! message, the text of each symbol and the matrices to print go out. Nothing is recorded and nothing is written here.

use jiff::Timestamp;

use super::carrier::Carrier;
use crate::credential::{Credential, CredentialType, Photo, Record, Serial, StatusRef};
use crate::envelope::{PartError, TextError};
use crate::format::{self, Format, WriteError};
use crate::seal::{SigningKey, sign};
use crate::symbol::{self, Matrix, Plan, PlanError, Room};

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
        Ok(Signed { texts: self.carrier().texts(&cose)?, message: cose, credential, dropped: written.dropped })
    }

    /// How the message gets onto the paper.
    pub fn carrier(&self) -> Carrier<'_> {
        Carrier { format: self.format, address: self.address, rooms: self.rooms }
    }

    /// The place for each of `count` symbols.
    pub fn room(&self, count: usize) -> Room {
        self.carrier().room(count)
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
