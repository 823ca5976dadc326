//! From the bytes of a symbol to a finding.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::credential::{StatusRef, Types};
use crate::envelope::{EnvelopeError, TextError};
use crate::format::{self, Format, FormatError, Presented, Recognised, Statement, Why, nansen};
use crate::scan::Found;
use crate::seal::{Authentic, OpenError, PublicKey, Sealed};

use super::decide::{Signer, StatusKnown, decide};
use super::finding::{Finding, Issuer, TrustUsed};
use super::pile::Pile;
use super::prove::is_signed;
use super::reason::{Reason, Verdict};

/// A key that a trust list names, with what the list says of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// The key.
    pub key: PublicKey,
    /// Whether the message names this key; one that is only tried says nothing when it does not fit.
    pub named: bool,
    /// Whose key it is.
    pub issuer: Issuer,
    /// Types that it may sign; empty when it may sign all.
    pub types: Vec<String>,
    /// When it came into use.
    pub valid_from: Option<Timestamp>,
    /// From when it was no longer in use.
    pub valid_until: Option<Timestamp>,
    /// The list that names it.
    pub list: TrustUsed,
    /// The key that signed that list.
    pub root: Vec<u8>,
    /// Whether that list is too old to decide by.
    pub list_is_stale: bool,
}

/// What is known of issuers and of withdrawn credentials. Answered by the trust store.
pub trait Trust {
    /// Every key that a list names by this identifier for this format (several certificates may share one), and those
    /// that are tried because issuer or message names no key.
    fn keys(&self, kid: Option<&[u8]>, format: Format, now: Timestamp) -> Vec<Known>;

    /// The credential types that the list which names the key describes, in front of those known otherwise.
    fn types(&self, _: &Known) -> Option<&Types> {
        None
    }

    /// What the status list of the issuer with this key says.
    fn status(&self, signer: &PublicKey, status: &StatusRef, now: Timestamp) -> StatusKnown;
}

/// Examines a symbol that was read from a picture: what [`examine_symbol`] does, with symbols that carry one message
/// together (ISO/IEC 18004 §8) joined first.
pub fn examine_found(found: &Found, pile: &mut Pile, trust: &dyn Trust, types: &Types, now: Timestamp) -> Vec<Finding> {
    let Some(place) = found.structured_append.filter(|_| found.is_piece()) else {
        return examine_symbol(&found.bytes, pile, trust, types, now);
    };
    let joined = pile.piece(place, &found.bytes, &|text| is_signed(text, trust, now));
    joined.map_or_else(Vec::new, |text| examine_symbol(&text, pile, trust, types, now))
}

/// Examines the bytes of one symbol. A part of a longer document goes onto the pile, and gives a finding when it completes one.
pub fn examine_symbol(
    symbol: &[u8],
    pile: &mut Pile,
    trust: &dyn Trust,
    types: &Types,
    now: Timestamp,
) -> Vec<Finding> {
    match format::recognise(symbol) {
        Ok(Recognised::Sealed(presented)) => vec![examine(&presented, trust, types, now)],
        Ok(Recognised::Part { part, bytes }) => match pile.part(part.set, &bytes).map(nansen::open) {
            Some(Ok(presented)) => vec![examine(&presented, trust, types, now)],
            Some(Err(error)) => vec![unopened(&error)],
            None => Vec::new(),
        },
        Ok(Recognised::Known { name, why }) => vec![known_by_name(name, why)],
        Ok(Recognised::Unknown) => {
            vec![Finding::refused(Reason::Unsigned, Some("a symbol of no format that nansen knows".to_owned()))]
        }
        Err(error) => vec![unopened(&error)],
    }
}

/// Examines a message: whose key, whether it signed, and whether the paper is in force.
pub fn examine(presented: &Presented, trust: &dyn Trust, types: &Types, now: Timestamp) -> Finding {
    let format = presented.format;
    let kid = presented.sealed.kid_bytes();
    if presented.sealed.signature().is_empty() {
        let finding = Finding::refused(Reason::Unsigned, Some("the signature is empty".to_owned()));
        return unvouched(finding, presented, types);
    }
    let keys = trust.keys(kid, format, now);
    let mut vouchers = Vec::new();
    let mut unreadable = None;
    for known in &keys {
        match presented.sealed.open_with(&known.key) {
            Ok(payload) => vouchers.push(vouched(&payload, known, format, trust, types, now)),
            Err(error) if known.named && is_beyond_us(&error) => unreadable = Some(error),
            Err(_) => {}
        }
    }
    // One key may stand in several lists, or twice in one for different times: the best answer is the true one.
    let best = vouchers.into_iter().min_by_key(|finding| match finding.verdict() {
        Verdict::Valid => 0,
        Verdict::Undecided => 1,
        Verdict::Invalid | Verdict::Unreadable => 2,
    });
    let mut finding = match (best, unreadable, keys.iter().find(|known| known.named)) {
        (Some(finding), _, _) => finding,
        (None, Some(error), _) => {
            let finding = Finding::refused(Reason::NotVerifiableOffline, Some(with_causes(&error)));
            unvouched(finding, presented, types)
        }
        (None, None, Some(known)) => not_signed(known, &keys, format),
        (None, None, None) => {
            let detail = kid.is_none().then(|| "the message does not say whose key signed it".to_owned());
            unvouched(Finding::refused(Reason::UnknownIssuer, detail), presented, types)
        }
    };
    finding.kid = kid.map(<[u8]>::to_vec);
    finding.message = Some(digest(&presented.sealed));
    finding
}

/// Examines a bare message: the file attached to a document, or a file of its own.
pub fn examine_message(bytes: &[u8], trust: &dyn Trust, types: &Types, now: Timestamp) -> Finding {
    match format::message(bytes) {
        Ok(presented) => examine(&presented, trust, types, now),
        Err(error) => unopened(&error),
    }
}

/// What the signature covers, and the signature.
fn digest(sealed: &Sealed) -> [u8; 32] {
    let mut sha = Sha256::new();
    for part in [sealed.protected_bytes(), sealed.unverified_payload(), sealed.signature()] {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    sha.finalize().into()
}

/// What a newer program could check and this one cannot: that is not a forgery.
fn is_beyond_us(error: &OpenError) -> bool {
    matches!(error, OpenError::AlgorithmUnsupported { .. } | OpenError::CriticalHeader { .. })
}

/// The message names a key that did not sign it. Under a list that is too old this may be the list's fault.
fn not_signed(known: &Known, keys: &[Known], format: Format) -> Finding {
    let named_keys = || keys.iter().filter(|known| known.named);
    let stale = named_keys().any(|known| known.list_is_stale);
    let reason = if stale { Reason::StaleTrust } else { Reason::BadSignature };
    let mut finding = Finding::refused(reason, Some(not_signed_by(known, named_keys().count())));
    finding.trust = Some(known.list.clone());
    named(finding, format)
}

fn vouched(
    payload: &Authentic<Vec<u8>>,
    known: &Known,
    format: Format,
    trust: &dyn Trust,
    types: &Types,
    now: Timestamp,
) -> Finding {
    let types = trust.types(known).unwrap_or(types);
    let mut finding = match format::read(format, payload, types) {
        Ok(said) => {
            let status = said.get().status.as_ref().map_or(StatusKnown::NotKept, |s| trust.status(&known.key, s, now));
            let signer = Signer {
                types: &known.types,
                valid_from: known.valid_from,
                valid_until: known.valid_until,
                list_is_stale: known.list_is_stale,
            };
            let reason = decide(&said, &signer, status, now);
            let detail = reason.and_then(|reason| particulars(reason, said.get(), known));
            let mut finding = Finding::about(said, reason);
            finding.detail = detail;
            finding
        }
        Err(error) => Finding::refused(Reason::Malformed, Some(with_causes(&error))),
    };
    finding.issuer = Some(known.issuer.clone());
    finding.trust = Some(known.list.clone());
    described(named(finding, format), types)
}

/// A message that nobody at hand vouches for: its content is shown as such.
fn unvouched(mut finding: Finding, presented: &Presented, types: &Types) -> Finding {
    match format::preview(presented.format, presented.sealed.unverified_payload(), types) {
        Ok(said) => finding.unverified = Some(said),
        // Whatever key there may be: our own format has no such content.
        Err(error) if presented.format == Format::Nansen => {
            finding = Finding::refused(Reason::Malformed, Some(with_causes(&error)));
        }
        Err(error) => finding.detail = Some(with_causes(&error)),
    }
    described(named(finding, presented.format), types)
}

/// Adds what is known of the paper's type.
fn described(mut finding: Finding, types: &Types) -> Finding {
    let made = finding.statement().and_then(|said| types.by_name(said.type_name.as_deref()?));
    finding.made = made.cloned();
    finding
}

fn not_signed_by(known: &Known, keys: usize) -> String {
    match keys {
        1 => format!("the paper names a key of {}, which did not sign it", known.issuer.name),
        many => format!("the paper names {many} keys of the trust list, none of which signed it"),
    }
}

fn particulars(reason: Reason, said: &Statement, known: &Known) -> Option<String> {
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    match reason {
        Reason::Expired => text(said.expires).map(|at| format!("expired at {at}")),
        Reason::NotYetValid => text(said.not_before.or(said.issued)).map(|at| format!("valid from {at}")),
        Reason::IssuerNotAuthorised => Some(format!("this key may sign {} only", known.types.join(", "))),
        Reason::KeyNotValidThen => Some(match (text(known.valid_from), text(known.valid_until)) {
            (from, Some(until)) => format!("the key was in use from {} until {until}", from.unwrap_or_default()),
            (from, None) => format!("the key is in use from {}", from.unwrap_or_default()),
        }),
        Reason::StaleTrust => Some(format!("the trust list is {} days old", known.list.age_days)),
        _ => None,
    }
}

fn known_by_name(name: &'static str, why: Why) -> Finding {
    let reason = match why {
        Why::NetworkOnly => Reason::NetworkOnly,
        Why::NotVerifiableOffline => Reason::NotVerifiableOffline,
        Why::Unsigned | Why::NotAPaper => Reason::Unsigned,
        Why::Encrypted => Reason::Sealed,
    };
    let mut finding = Finding::refused(reason, Some(format!("{name}: {why}")));
    finding.format = Some(name.to_owned());
    finding
}

/// A format that was recognised and does not open: newer than this program, or not what any issuer makes.
fn unopened(error: &FormatError) -> Finding {
    let newer = matches!(
        error,
        FormatError::Text(TextError::NewerVersion { .. })
            | FormatError::HcertContext { .. }
            | FormatError::Envelope(EnvelopeError::UnknownDictionary { .. } | EnvelopeError::UnknownLayout { .. })
    ) || matches!(error, FormatError::Cose(cause) if is_beyond_us(cause));
    let reason = if newer { Reason::NotVerifiableOffline } else { Reason::Malformed };
    Finding::refused(reason, Some(with_causes(error)))
}

pub(super) fn named(mut finding: Finding, format: Format) -> Finding {
    finding.format = Some(format.to_string());
    finding
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
