//! Why a paper cannot be read as its format, or a credential not be written in one.

use crate::cbor::CborError;
use crate::credential::Credential;
use crate::cwt::{DecodeError, EncodeError};
use crate::envelope::base45::Base45Error;
use crate::envelope::deflate::InflateError;
use crate::envelope::{EnvelopeError, PartError, TextError};
use crate::seal::OpenError;

/// Why the bytes of a symbol, or a payload, are not what their format says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Our own prefix or address, but what follows is damaged or newer.
    #[error("damaged, or of a newer version")]
    Text(#[source] TextError),
    /// The envelope of our own format does not open.
    #[error("the envelope does not open")]
    Envelope(#[source] EnvelopeError),
    /// A part of a longer envelope that is none.
    #[error("damaged part of a longer document")]
    Part(#[source] PartError),
    /// Longer than any symbol holds.
    #[error("{length} bytes, where a symbol holds at most {most}")]
    TooLong {
        /// Bytes found.
        length: usize,
        /// The most that a symbol holds.
        most: usize,
    },
    /// A bare message longer than any that is read.
    #[error("a message of {found} bytes, where at most {limit} are read")]
    MessageTooLong {
        /// Its length.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Another context than `HC1:`.
    #[error("HCERT context {found}, where HC1 was wanted")]
    HcertContext {
        /// The letters before the colon.
        found: String,
    },
    /// An HCERT whose `HC1:` is missing.
    #[error("an HCERT without its HC1: in front")]
    HcertPrefixMissing,
    /// Not Base45.
    #[error("not Base45")]
    Base45(#[source] Base45Error),
    /// Not a zlib stream, or one with bytes after its end.
    #[error("not compressed as the format wants")]
    Inflate(#[source] InflateError),
    /// Not a signed COSE message.
    #[error("not a signed COSE message")]
    Cose(#[source] OpenError),
    /// The payload of our own format breaks its rules.
    #[error("not the claims of a credential")]
    Nansen(#[source] DecodeError),
    /// The payload is not CBOR.
    #[error("the claims are not CBOR")]
    Cbor(#[source] CborError),
    /// Claims of nansen's own format in the wrapping of another: the same signature, other words.
    #[error("the claims are those of a nansen paper, put into the wrapping of another format")]
    OwnClaims,
    /// The payload is not a map.
    #[error("the claims are not a map")]
    NotAMap,
    /// A claim without which the format says nothing.
    #[error("claim {claim} is missing")]
    Missing {
        /// Its label.
        claim: i64,
    },
    /// A claim that holds another kind of item than its specification says.
    #[error("claim {claim} holds {found}, where {wanted} was wanted")]
    BadClaim {
        /// Its label.
        claim: i64,
        /// The kind of item found.
        found: &'static str,
        /// The kind wanted.
        wanted: &'static str,
    },
    /// Claim −260 holds another health certificate than a DCC.
    #[error("health certificate {found} in claim -260, where 1 (DCC) was wanted")]
    OtherHealthCertificate {
        /// The keys found.
        found: String,
    },
    /// A DCC without exactly one of vaccination, test and recovery.
    #[error("{found} groups of vaccination, test and recovery, where one was wanted")]
    Groups {
        /// How many were found.
        found: usize,
    },
}

/// Why a credential cannot be written in a format.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Our own format.
    #[error(transparent)]
    Nansen(#[from] EncodeError),
    /// The type has no field that the format could carry.
    #[error("the type {type_name} has no field with a key of the format {format}")]
    TypeDoesNotFit {
        /// The type.
        type_name: String,
        /// The format.
        format: super::Format,
    },
    /// A column that the format cannot do without.
    #[error("{column} is empty, and the format needs it")]
    Missing {
        /// The column.
        column: String,
    },
    /// The issuer has no country, which HCERT puts into claim 1.
    #[error("the issuer has no country with a code of two letters")]
    IssuerCountry,
    /// A country without a code of two letters.
    #[error("{column}: {found} has no code of two letters (ISO 3166-1 alpha-2)")]
    NoAlpha2 {
        /// The column.
        column: String,
        /// The code of three letters.
        found: String,
    },
    /// A date that is known in part, where the format wants the day.
    #[error("{column}: {found} is not a whole date")]
    NotAWholeDate {
        /// The column.
        column: String,
        /// As in the list.
        found: String,
    },
    /// A name in a script that ICAO Doc 9303 has no table for.
    #[error("{column}: {found:?} cannot be written in Latin letters by the tables of ICAO Doc 9303")]
    NotLatin {
        /// The column.
        column: String,
        /// The name.
        found: String,
    },
    /// More letters than the format allows.
    #[error("{column}: {letters} letters, where the format allows {most}")]
    TooLong {
        /// The column.
        column: String,
        /// Letters found.
        letters: usize,
        /// Letters allowed.
        most: usize,
    },
    /// A number with a character that the certificate identifier of HCERT cannot hold.
    #[error("{column}: {found:?} has a character other than A-Z, 0-9 and /")]
    NotInUvci {
        /// The column.
        column: String,
        /// The number.
        found: String,
    },
    /// The finished DCC departs from its own schema.
    #[error("not what the DCC schema allows: {0}")]
    Schema(super::Departure),
}

/// What a foreign format leaves out of `credential` besides its fields.
pub(super) fn dropped_beside_fields(credential: &Credential) -> Vec<String> {
    let mut dropped = Vec::new();
    dropped.extend(credential.copy.map(|_| "copy".to_owned()));
    dropped.extend(credential.supersedes.map(|_| "supersedes".to_owned()));
    dropped
}
