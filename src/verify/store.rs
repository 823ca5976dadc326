//! The trust store as the source of what is known about keys and statuses.

use jiff::Timestamp;

use crate::credential::types::CredentialType;
use crate::credential::{StatusRef, Types};
use crate::format::Format;
use crate::seal::{Kid, PublicKey};
use crate::status::{Status, StatusClaims};
use crate::trust::{AgeState, CLOCK_TOLERANCE, DEFAULT_STALE_AFTER_DAYS, HeldList, KeyFormat, TrustStore, age_state};

use super::decide::StatusKnown;
use super::examine::{Known, Trust};
use super::finding::{Issuer, TrustUsed};
use super::reason::Reason;

/// The trust store, with the credential types that each of its lists describes.
///
/// A list names the fields of the papers of its own issuers only: what another root says of a type of the same name does
/// not change what stands on these papers.
#[derive(Debug)]
pub struct Gate {
    store: TrustStore,
    types: Vec<(Kid, Types)>,
    /// Whoever has a retired key could sign a status list of the year 2100, which no honest one would ever replace.
    not_after: Timestamp,
}

impl Gate {
    /// A gate that decides by `store`; `known` are the types that are built in or at home here, `clock` is the
    /// machine's.
    pub fn new(store: TrustStore, known: &Types, clock: Timestamp) -> Self {
        let of_list = |list: &HeldList| {
            let mut types = Types::new();
            // Built-in types are frozen; a list can add to them and not change them.
            known.iter().filter(|made| made.id.is_some()).for_each(|made| types.add(made.clone()));
            let described = list.list().types.iter().filter_map(|text| CredentialType::parse(text).ok());
            described.filter(|made| made.id.is_none()).for_each(|made| types.add(made));
            known.iter().for_each(|made| types.add(made.clone()));
            (list.root_kid(), types)
        };
        let types = store.lists().iter().map(of_list).collect();
        let not_after = clock.saturating_add(CLOCK_TOLERANCE).unwrap_or(clock);
        Self { store, types, not_after }
    }

    /// The trust store that is decided by.
    pub fn store(&self) -> &TrustStore {
        &self.store
    }

    /// Tells a gate that is in use for long what the machine's clock says now.
    pub fn set_clock(&mut self, clock: Timestamp) {
        self.not_after = clock.saturating_add(CLOCK_TOLERANCE).unwrap_or(clock);
    }
}

impl Trust for Gate {
    fn types(&self, signer: &Known) -> Option<&Types> {
        self.types.iter().find(|(root, _)| root.as_bytes()[..] == signer.root[..]).map(|(_, types)| types)
    }

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
            root: candidate.root.as_bytes().to_vec(),
            list_is_stale: candidate.state == AgeState::Stale,
        };
        self.store.candidates(kid, key_format(format), now).into_iter().map(known).collect()
    }

    fn status(&self, signer: &PublicKey, status: &StatusRef, now: Timestamp) -> StatusKnown {
        let tokens = self.store.lists().iter().flat_map(HeldList::tokens);
        let newest = tokens
            .filter(|token| token.key() == signer && token.uri() == status.uri && token.issued() <= self.not_after)
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
