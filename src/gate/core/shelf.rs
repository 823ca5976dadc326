//! The trust store of a machine without files: bundles and what is remembered of them come in with messages and go out again, and
//! the page keeps both.
//!
//! The rules are those of `trust::cache`: [`accept`] says which list may follow which; a root that is not known is taken in only
//! when the person has compared its fingerprint; and none is that borrows a name which another list has.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::request::{Fault, Request, milliseconds};
use crate::credential::Types;
use crate::gate::document::with_causes;
use crate::gate::json::hex;
use crate::seal::Kid;
use crate::trust::{Bundle, Fingerprint, HeldList, MAX_BUNDLE_BYTES, Memory, Refusal, TrustStore, accept, age_days};
use crate::verify::Gate;

/// Lists at most.
const MOST_LISTS: usize = 100;

/// Trust lists, and what is remembered of each root.
#[derive(Debug)]
pub(super) struct Shelf {
    gate: Gate,
    /// Roots whose list is not in use are remembered too.
    memories: Vec<(Kid, Memory)>,
    latest: Option<Timestamp>,
}

impl Shelf {
    /// An empty one.
    pub(super) fn new(types: &Types) -> Self {
        let gate = Gate::new(TrustStore::default(), types, Timestamp::UNIX_EPOCH);
        Self { gate, memories: Vec::new(), latest: None }
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The moment to decide by: the clock's, or the latest time seen when the clock has been turned back behind it.
    pub(super) fn decision_time(&mut self, now: Timestamp) -> Timestamp {
        self.gate.set_clock(now);
        self.gate.store().decision_time(now)
    }

    /// Opens the store from what the page kept.
    pub(super) fn open(&mut self, request: &Request, payload: &[u8], types: &Types) -> Result<Value, Fault> {
        let now = request.now()?;
        let kept = kept_lists(request, payload)?;
        let (mut held, mut memories, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        for kept in kept {
            if let (Some(root), Some(memory)) = (kept.root, kept.memory) {
                remember(&mut memories, root, memory);
            }
            match opened(kept.bytes) {
                Ok((list, left_out)) => {
                    let root = list.root_kid();
                    match followed(kept.memory.or_else(|| of(&memories, root)), &list) {
                        Ok((memory, is_lost)) => {
                            remember(&mut memories, root, memory);
                            if is_lost {
                                let text = format!(
                                    "what was remembered about the trust lists of root {root} is lost; the one found is used"
                                );
                                warnings.push(warning("memory-lost", &text));
                            }
                            take(&mut held, list);
                        }
                        Err((refusal, memory)) => {
                            remember(&mut memories, root, memory);
                            let text = format!("the trust list of root {root} is not used: {refusal}");
                            warnings.push(warning("not-used", &text));
                        }
                    }
                    warnings.extend(left_out.iter().map(|text| warning("status-left-out", text)));
                }
                Err(error) => {
                    warnings.push(warning("not-used", &format!("a trust list that was kept is not used: {error}")));
                }
            }
        }
        let seen = memories.iter().map(|(_, memory)| memory.latest).max();
        let latest = seen.max(request.get("latest").and_then(milliseconds));
        if let Err(refusal) = TrustStore::new(Vec::new(), Vec::new(), latest).check_clock(now) {
            warnings.push(warning("clock", &format!("{refusal}; the later time is used")));
        }
        self.memories = memories;
        self.set(held, latest.max(Some(now)), now, types);
        let lists = self.lists(now);
        Ok(json!({"lists": lists, "warnings": warnings, "latest": self.latest.map(Timestamp::as_millisecond)}))
    }

    /// Takes in a bundle; hands it out again with the status lists that were there and are still the newest.
    pub(super) fn import(
        &mut self,
        request: &Request,
        payload: &[u8],
        types: &Types,
    ) -> Result<(Value, Vec<u8>), Fault> {
        let now = request.now()?;
        let expected = request.text("expected_fingerprint");
        match self.taken(payload, expected, request.is_set("accept"), now) {
            Ok(Taken { list, memory, state, left_out }) => {
                let root = list.root_kid();
                let bundle = list.bundle().to_bytes();
                remember(&mut self.memories, root, memory);
                let mut held = self.gate.store().lists().to_vec();
                held.retain(|held| held.root_kid() != root);
                held.push(list);
                self.set(held, self.latest.max(Some(memory.latest)), now, types);
                let list = self.lists(now).pop();
                let latest = self.latest.map(Timestamp::as_millisecond);
                Ok((json!({"list": list, "state": state, "latest": latest, "left_out": left_out}), bundle))
            }
            Err(refused) => Ok((refused.to_json(), Vec::new())),
        }
    }

    fn taken(
        &self,
        payload: &[u8],
        expected: Option<&str>,
        accepted: bool,
        now: Timestamp,
    ) -> Result<Taken, Box<Refused>> {
        let (new, left_out) = opened(payload).map_err(|error| {
            Box::new(Refused {
                reason: "not-a-bundle",
                found: error,
                wanted: "a trust bundle".to_owned(),
                next: "have the file made again with `nansen trust export FILE`".to_owned(),
                fingerprint: None,
            })
        })?;
        let root = new.root_kid();
        let fingerprint = Fingerprint::of(new.root());
        let store = self.gate.store();
        let old = store.lists().iter().find(|held| held.root_kid() == root);
        let memory = of(&self.memories, root);
        if let Some(expected) = expected
            && !fingerprint.is_written(expected)
        {
            return Err(Box::new(Refused::other_root(fingerprint, expected)));
        }
        if expected.is_none() && old.is_none() && memory.is_none() {
            if let Some(name) = store.borrowed_name(&new) {
                return Err(Box::new(Refused::borrowed(fingerprint, &name)));
            }
            if !accepted {
                return Err(Box::new(Refused::unknown(fingerprint, &new.list().root_name)));
            }
        }
        let accepted = accept(memory.as_ref(), new.list().sequence, new.digest(), new.list().issued, now);
        let memory = accepted.map_err(|refusal| Box::new(Refused::by_rule(&refusal, fingerprint)))?;
        let state = match old {
            Some(old) if old.digest() == new.digest() => "same",
            Some(_) => "newer",
            None => "new",
        };
        Ok(Taken { list: new.with_tokens_of(old), memory, state, left_out })
    }

    fn set(&mut self, held: Vec<HeldList>, latest: Option<Timestamp>, now: Timestamp, types: &Types) {
        self.latest = latest;
        self.gate = Gate::new(TrustStore::new(held, Vec::new(), latest), types, now);
    }

    fn lists(&self, now: Timestamp) -> Vec<Value> {
        self.gate.store().lists().iter().map(|held| described(held, of(&self.memories, held.root_kid()), now)).collect()
    }
}

/// A warning: a code, for which the page has words of its own, and what it is about in English.
fn warning(code: &str, text: &str) -> Value {
    json!({"warning": code, "text": text})
}

/// A list that may be used.
struct Taken {
    list: HeldList,
    memory: Memory,
    state: &'static str,
    left_out: Vec<String>,
}

/// Why a list is not taken in.
struct Refused {
    reason: &'static str,
    found: String,
    wanted: String,
    next: String,
    fingerprint: Option<Fingerprint>,
}

impl Refused {
    fn unknown(fingerprint: Fingerprint, name: &str) -> Self {
        Self {
            reason: "unknown-root",
            found: format!("a list of {name}, whose root is not known here"),
            wanted: "a root that is known, or one whose fingerprint was compared".to_owned(),
            next: format!("ask its keeper, by telephone or in person, whether the fingerprint is {fingerprint}"),
            fingerprint: Some(fingerprint),
        }
    }

    fn other_root(fingerprint: Fingerprint, expected: &str) -> Self {
        Self {
            reason: "other-root",
            found: fingerprint.to_string(),
            wanted: expected.chars().take(100).collect(),
            next: "do not use this list; ask its keeper for the fingerprint once more".to_owned(),
            fingerprint: Some(fingerprint),
        }
    }

    fn borrowed(fingerprint: Fingerprint, name: &str) -> Self {
        Self {
            reason: "borrowed-name",
            found: format!(
                "a root that is not known here, with the name {name:?}, which another root's list has already"
            ),
            wanted: "a name of its own, or the fingerprint that its keeper gives".to_owned(),
            next: format!("ask the keeper for the fingerprint, and type it; this one is {fingerprint}"),
            fingerprint: Some(fingerprint),
        }
    }

    fn by_rule(refusal: &Refusal, fingerprint: Fingerprint) -> Self {
        let clock = "set the clock of this device";
        let newest = "the list in use stays in use; ask the keeper of the list for its newest export";
        let (reason, wanted, next) = match refusal {
            Refusal::LowerSequence { seen, .. } => ("lower-sequence", format!("list {seen} or a newer one"), newest),
            Refusal::SameSequence { .. } => ("same-sequence", "one list of each number".to_owned(), newest),
            Refusal::ClockTurnedBack { latest, .. } => ("clock", format!("a clock that says {latest} or later"), clock),
            Refusal::FromTheFuture { issued, .. } => {
                ("from-the-future", format!("a clock that says {issued} or later"), clock)
            }
        };
        let next = next.to_owned();
        Self { reason, found: refusal.to_string(), wanted, next, fingerprint: Some(fingerprint) }
    }

    fn to_json(&self) -> Value {
        json!({"refused": {
            "reason": self.reason,
            "found": self.found,
            "wanted": self.wanted,
            "next": self.next,
            "fingerprint": self.fingerprint.map(|fingerprint| fingerprint.to_string()),
        }})
    }
}

/// A list as it was kept.
struct Kept<'a> {
    bytes: &'a [u8],
    memory: Option<Memory>,
    root: Option<Kid>,
}

fn kept_lists<'a>(request: &Request, payload: &'a [u8]) -> Result<Vec<Kept<'a>>, Fault> {
    let wrong =
        |found: &str| Fault::new(found, "lists with their lengths, which make the payload", "load the page anew");
    let lists = request.get("lists").and_then(Value::as_array).ok_or_else(|| wrong("no lists"))?;
    if lists.len() > MOST_LISTS {
        let wanted = format!("at most {MOST_LISTS}");
        return Err(Fault::new(format!("{} trust lists", lists.len()), wanted, "remove those that are not needed"));
    }
    let mut rest = payload;
    let mut kept = Vec::with_capacity(lists.len());
    for list in lists {
        let length = list["bytes"].as_u64().and_then(|length| usize::try_from(length).ok());
        let split = length.and_then(|length| rest.split_at_checked(length));
        let (bytes, after) = split.ok_or_else(|| wrong("a list without its bytes"))?;
        rest = after;
        let root = list["root"].as_str().and_then(|root| root.parse().ok());
        kept.push(Kept { bytes, memory: memory_of(&list["memory"]), root });
    }
    if rest.is_empty() { Ok(kept) } else { Err(wrong("more bytes than the lists have")) }
}

fn opened(bytes: &[u8]) -> Result<(HeldList, Vec<String>), String> {
    if bytes.len() > MAX_BUNDLE_BYTES {
        return Err(format!("a file of {} bytes, where a trust bundle has at most {MAX_BUNDLE_BYTES}", bytes.len()));
    }
    let bundle = Bundle::parse(bytes).map_err(|error| with_causes(&error))?;
    let (held, errors) = HeldList::from_bundle(&bundle).map_err(|error| with_causes(&error))?;
    let left_out = errors
        .iter()
        .map(|error| format!("a status list of the bundle was left out: {}", with_causes(error)))
        .collect();
    Ok((held, left_out))
}

/// What is remembered once a kept list is in use again, and whether that was lost. The clock is not asked: a list that is in use
/// stays in use.
fn followed(memory: Option<Memory>, list: &HeldList) -> Result<(Memory, bool), (Refusal, Memory)> {
    let (sequence, digest, issued) = (list.list().sequence, list.digest(), list.list().issued);
    let Some(memory) = memory else { return Ok((Memory { sequence, digest, latest: issued }, true)) };
    match accept(Some(&memory), sequence, digest, issued, memory.latest.max(issued)) {
        Ok(known) => Ok((known, false)),
        Err(refusal) => Err((refusal, memory)),
    }
}

/// A root kept twice has the newer list.
fn take(held: &mut Vec<HeldList>, new: HeldList) {
    match held.iter_mut().find(|held| held.root_kid() == new.root_kid()) {
        Some(old) if old.list().sequence > new.list().sequence => *old = old.with_tokens_of(Some(&new)),
        Some(old) => *old = new.with_tokens_of(Some(old)),
        None => held.push(new),
    }
}

fn of(memories: &[(Kid, Memory)], root: Kid) -> Option<Memory> {
    memories.iter().find(|(known, _)| *known == root).map(|(_, memory)| *memory)
}

fn remember(memories: &mut Vec<(Kid, Memory)>, root: Kid, memory: Memory) {
    match memories.iter_mut().find(|(known, _)| *known == root) {
        Some((_, known)) if known.sequence > memory.sequence => {}
        Some((_, known)) => *known = memory,
        None => memories.push((root, memory)),
    }
}

fn memory_of(value: &Value) -> Option<Memory> {
    let digits = value["digest"].as_str().filter(|digits| digits.len() == 64 && digits.is_ascii())?;
    let mut digest = [0; 32];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(Memory { sequence: value["sequence"].as_u64()?, digest, latest: milliseconds(&value["latest"])? })
}

/// The object for one list.
fn described(held: &HeldList, memory: Option<Memory>, now: Timestamp) -> Value {
    let list = held.list();
    let issuer = |issuer: &crate::trust::Issuer| json!({"name": issuer.name, "country": issuer.country, "keys": issuer.keys.len()});
    json!({
        "root": held.root_kid().to_string(),
        "fingerprint": Fingerprint::of(held.root()).to_string(),
        "name": list.root_name,
        "sequence": list.sequence,
        "issued": list.issued.to_string(),
        "age_days": age_days(list.issued, now),
        "state": held.state(now).name(),
        "stale_after_days": list.stale_after_days,
        "issuers": list.issuers.iter().map(issuer).collect::<Vec<_>>(),
        "statuses": held.tokens().len(),
        "memory": memory.map(|memory| json!({
            "sequence": memory.sequence,
            "digest": hex(&memory.digest),
            "latest": memory.latest.as_millisecond(),
        })),
    })
}
