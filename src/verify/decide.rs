//! The rules, read in order; the first that applies decides.
//!
//! Only an [`Authentic`] statement can be decided upon: what no key has vouched for does not get this far. What is
//! certain comes before what is not known, so that a revoked paper is revoked under an old trust list too.

use jiff::{SignedDuration, Timestamp};

use crate::format::Statement;
use crate::seal::Authentic;

use super::reason::Reason;

/// How far an issuer's clock may run ahead of the verifier's.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// What a trust list says of the key that signed.
#[derive(Clone, Debug)]
pub struct Signer<'a> {
    /// Types that the key may sign; empty when it may sign all.
    pub types: &'a [String],
    /// When the key came into use.
    pub valid_from: Option<Timestamp>,
    /// From when it was no longer in use.
    pub valid_until: Option<Timestamp>,
    /// Whether the list is too old to decide by.
    pub list_is_stale: bool,
}

/// What is known of the credential's status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StatusKnown {
    /// The credential names no status list.
    NotKept,
    /// The list it names is not at hand.
    Missing,
    /// In force, by a list of acceptable age.
    InForce,
    /// In force, by a list that is too old.
    InForceLongAgo,
    /// Withdrawn; a withdrawal does not grow old.
    Withdrawn(Reason),
}

/// Decides: `None` is valid.
pub fn decide(said: &Authentic<Statement>, signer: &Signer<'_>, status: StatusKnown, now: Timestamp) -> Option<Reason> {
    let said = said.get();
    if said.expires.is_some_and(|end| now >= end) {
        return Some(Reason::Expired);
    }
    let begins = said.not_before.or(said.issued);
    if begins.is_some_and(|begin| now + CLOCK_TOLERANCE < begin) {
        return Some(Reason::NotYetValid);
    }
    if let StatusKnown::Withdrawn(reason) = status {
        return Some(reason);
    }
    if signer.list_is_stale {
        return Some(Reason::StaleTrust);
    }
    if !may_sign(signer.types, said) {
        return Some(Reason::IssuerNotAuthorised);
    }
    if !in_use_when_signed(signer, said) {
        return Some(Reason::KeyNotValidThen);
    }
    match status {
        StatusKnown::Missing => Some(Reason::NoStatus),
        StatusKnown::InForceLongAgo => Some(Reason::StaleStatus),
        StatusKnown::NotKept | StatusKnown::InForce | StatusKnown::Withdrawn(_) => None,
    }
}

fn may_sign(types: &[String], said: &Statement) -> bool {
    if types.is_empty() {
        return true;
    }
    let names = [said.type_name.clone(), said.usage.map(|usage| usage.to_string())];
    names.iter().flatten().any(|name| types.contains(name))
}

/// A credential without a date of signing is judged by a key that has no end.
fn in_use_when_signed(signer: &Signer<'_>, said: &Statement) -> bool {
    match said.issued {
        Some(at) => {
            signer.valid_from.is_none_or(|from| at + CLOCK_TOLERANCE >= from)
                && signer.valid_until.is_none_or(|until| at < until)
        }
        None => signer.valid_until.is_none(),
    }
}
