//! HCERT: the EU Digital COVID Certificate and WHO's GDHCN (eHN "Electronic Health Certificate Specification" 1.0.5).
//!
//! The text of a symbol comes in (`HC1:`, Base45, zlib, `COSE_Sign1`) and a message goes out; of its payload, claims
//! 1, 4, 6 and −260 → {1: DCC}, a statement. Downwards a vaccination becomes a DCC of schema version 1.3.0.

mod columns;
mod schema;
mod uvci;
mod write;

use std::fmt;

use crate::cbor::{Value as Cbor, get};
use crate::credential::Types;
use crate::envelope::{MAX_MESSAGE, base45, deflate};
use crate::seal::Sealed;

use super::claims::{Claims, bad};
use super::{Format, FormatError, Presented, Statement};

pub use schema::{Departure, departures};
pub(super) use write::write;

/// What stands in front of the Base45.
pub const PREFIX: &str = "HC1:";

/// `hcert`: the claim of health certificates (eHN specification §3.3.1).
pub const HCERT: i64 = -260;

/// The EU DCC in [`HCERT`].
const DCC: i64 = 1;

/// What a DCC certifies. A signer's certificate may allow only some of them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Group {
    /// `t`.
    Test,
    /// `v`.
    Vaccination,
    /// `r`.
    Recovery,
    /// Another health certificate than a DCC.
    Other,
}

impl Group {
    const ALL: [Self; 3] = [Self::Test, Self::Vaccination, Self::Recovery];

    /// Its key in the DCC.
    pub fn key(self) -> &'static str {
        match self {
            Self::Test => "t",
            Self::Vaccination => "v",
            Self::Recovery => "r",
            Self::Other => "",
        }
    }

    /// Last arc of the object identifier that allows it.
    fn arc(self) -> Option<&'static str> {
        match self {
            Self::Test => Some("1"),
            Self::Vaccination => Some("2"),
            Self::Recovery => Some("3"),
            Self::Other => None,
        }
    }

    /// Whether a certificate with this extended key usage may sign it.
    ///
    /// A certificate that names none of the three usages may sign all (eHN "X.509 Certificate Profile" §3.1). Both
    /// the right and the widely used wrong spelling of the object identifiers count.
    pub fn may_be_signed_with(self, extended_key_usage: &[String]) -> bool {
        const SPELLINGS: [&str; 2] = ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."];
        let mut allowed = extended_key_usage
            .iter()
            .filter_map(|oid| SPELLINGS.iter().find_map(|stem| oid.strip_prefix(stem)))
            .filter(|arc| matches!(*arc, "1" | "2" | "3"))
            .peekable();
        allowed.peek().is_none() || allowed.any(|arc| self.arc() == Some(arc))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Test => "test",
            Self::Vaccination => "vaccination",
            Self::Recovery => "recovery",
            Self::Other => "other",
        })
    }
}

/// The symbol's text without its prefix.
///
/// # Errors
/// When another context, or none, stands in front.
pub fn strip_prefix(text: &[u8]) -> Result<&[u8], FormatError> {
    text.strip_prefix(PREFIX.as_bytes()).ok_or_else(|| match text.iter().take(4).position(|&byte| byte == b':') {
        Some(at) => FormatError::HcertContext { found: String::from_utf8_lossy(&text[..at]).into_owned() },
        None => FormatError::HcertPrefixMissing,
    })
}

/// Unpacks the text of a symbol. Nothing is verified.
///
/// # Errors
/// When a layer is not what it should be.
pub fn unpack(text: &[u8]) -> Result<Presented, FormatError> {
    let compressed = base45::decode(strip_prefix(text)?).map_err(FormatError::Base45)?;
    let cose = deflate::inflate_zlib(&compressed, MAX_MESSAGE).map_err(FormatError::Inflate)?;
    let sealed = Sealed::parse_lenient(&cose).map_err(FormatError::Cose)?;
    Ok(Presented { format: Format::Hcert, sealed })
}

/// What a payload says. Nothing of it is verified here.
///
/// # Errors
/// When it is not the payload of an HCERT with one DCC.
pub(super) fn statement(payload: &[u8], types: &Types) -> Result<Statement, FormatError> {
    let claims = Claims::parse(payload)?;
    let dcc = dcc(&claims.all)?;
    let group = group(dcc)?;
    let read = columns::read(dcc, group, types);
    Ok(Statement {
        type_name: Some(read.type_name),
        serial: read.serial,
        said_issuer: claims.issuer,
        issued: claims.issued,
        not_before: claims.not_before,
        expires: claims.expires,
        status: claims.status,
        record: read.record,
        usage: Some(group),
        departures: departures(dcc),
        ..Statement::empty(Format::Hcert)
    })
}

fn dcc(claims: &[(Cbor, Cbor)]) -> Result<&[(Cbor, Cbor)], FormatError> {
    let certificates = match get(claims, HCERT) {
        None => return Err(FormatError::Missing { claim: HCERT }),
        Some(Cbor::Map(certificates)) => certificates,
        Some(other) => return Err(bad(HCERT, other, "a map")),
    };
    match get(certificates, DCC) {
        Some(Cbor::Map(dcc)) => Ok(dcc),
        Some(other) => Err(bad(HCERT, other, "a map for the DCC")),
        None => {
            let keys = certificates.iter().map(|(key, _)| match key {
                Cbor::Integer(number) => number.to_string(),
                _ => "unknown".to_owned(),
            });
            Err(FormatError::OtherHealthCertificate { found: keys.take(8).collect::<Vec<_>>().join(", ") })
        }
    }
}

/// The one group that has an entry. Early issuers wrote `null` or an empty list for the others.
fn group(dcc: &[(Cbor, Cbor)]) -> Result<Group, FormatError> {
    let present: Vec<_> = Group::ALL.into_iter().filter(|group| columns::entry(dcc, *group).is_some()).collect();
    match present[..] {
        [group] => Ok(group),
        _ => Err(FormatError::Groups { found: present.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_for_tests_signs_no_vaccination() {
        let usage = |oids: &[&str]| oids.iter().map(ToString::to_string).collect::<Vec<_>>();
        for oids in [["1.3.6.1.4.1.1847.2021.1.1"], ["1.3.6.1.4.1.0.1847.2021.1.1"]] {
            assert!(Group::Test.may_be_signed_with(&usage(&oids)));
            assert!(!Group::Vaccination.may_be_signed_with(&usage(&oids)));
            assert!(!Group::Other.may_be_signed_with(&usage(&oids)));
        }
        for oids in [&[][..], &["1.3.6.1.5.5.7.3.1"]] {
            assert!(Group::Recovery.may_be_signed_with(&usage(oids)));
        }
    }

    #[test]
    fn another_context_is_named() {
        for (text, expect) in [
            ("HC2:6BF", "HCERT context HC2, where HC1 was wanted"),
            ("HL0:6BF", "HCERT context HL0, where HC1 was wanted"),
            ("6BFOXN", "an HCERT without its HC1: in front"),
            ("HC1:a", "not Base45"),
            ("HC1:00", "not compressed as the format wants"),
        ] {
            assert_eq!(unpack(text.as_bytes()).unwrap_err().to_string(), expect, "{text}");
        }
    }
}
