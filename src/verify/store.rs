//! The trust store as the source of what is known about keys and statuses.

use jiff::Timestamp;

use crate::credential::StatusRef;
use crate::format::Format;
use crate::seal::PublicKey;
use crate::status::{Status, StatusClaims};
use crate::trust::{AgeState, DEFAULT_STALE_AFTER_DAYS, KeyFormat, TrustStore, age_state};

use super::decide::StatusKnown;
use super::examine::{Known, Trust};
use super::finding::{Issuer, TrustUsed};
use super::reason::Reason;

impl Trust for TrustStore {
    fn keys(&self, kid: Option<&[u8]>, format: Format, now: Timestamp) -> Vec<Known> {
        let known = |candidate: crate::trust::Candidate<'_>| Known {
            key: candidate.key.key.clone(),
            named: candidate.named,
            issuer: Issuer { name: candidate.issuer.to_owned(), country: candidate.country.map(ToOwned::to_owned) },
            types: candidate.key.types.clone(),
            valid_from: candidate.key.valid_from,
            valid_until: candidate.key.valid_until,
            list: TrustUsed {
                root: candidate.root_name.to_owned(),
                sequence: candidate.sequence,
                age_days: candidate.age_days,
                state: candidate.state.name(),
            },
            list_is_stale: candidate.state == AgeState::Stale,
        };
        self.candidates(kid, key_format(format), now).into_iter().map(known).collect()
    }

    fn status(&self, signer: &PublicKey, status: &StatusRef, now: Timestamp) -> StatusKnown {
        let tokens = self.lists().iter().flat_map(crate::trust::HeldList::tokens);
        let newest = tokens
            .filter(|token| token.key() == signer && token.uri() == status.uri)
            .max_by_key(|token| token.issued());
        let Some(token) = newest else { return StatusKnown::Missing };
        let Ok(claims) = StatusClaims::read(token.payload().clone()) else { return StatusKnown::Missing };
        let claims = claims.get();
        match claims.list.get(status.index) {
            Ok(Status::Valid) => {}
            Ok(Status::Suspended) => return StatusKnown::Withdrawn(Reason::Suspended),
            Ok(Status::Superseded) => return StatusKnown::Withdrawn(Reason::Superseded),
            // Whatever else an issuer says of a credential, it is not that it is in force.
            Ok(_) => return StatusKnown::Withdrawn(Reason::Revoked),
            // draft-ietf-oauth-status-list §8.3: an index outside of the list is a refusal.
            Err(_) => return StatusKnown::Withdrawn(Reason::Malformed),
        }
        let over = claims.expires.is_some_and(|end| now >= end);
        let old = age_state(claims.issued, DEFAULT_STALE_AFTER_DAYS, now) == AgeState::Stale;
        if over || old { StatusKnown::InForceLongAgo } else { StatusKnown::InForce }
    }
}

fn key_format(format: Format) -> KeyFormat {
    match format {
        Format::Nansen => KeyFormat::Nansen,
        Format::Hcert => KeyFormat::Hcert,
        Format::Claim169 => KeyFormat::Claim169,
    }
}
