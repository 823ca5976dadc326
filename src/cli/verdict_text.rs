//! A finding as a border official reads it: the verdict first, in colour, shape and word; then who; then why.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::credential::Types;
use crate::credential::date::Certainty;
use crate::credential::kind::Kind;
use crate::credential::record::{Record, Value};
use crate::format::Statement;
use crate::issue::paper::day;
use crate::verify::{Finding, Reason, Verdict};

use crate::gate::Origin;
use crate::gate::json::hex;

/// How the text is dressed.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colours may be used: on a terminal, and when `NO_COLOR` is not set.
    pub colour: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The text for one finding, ending with a line break.
pub fn text(finding: &Finding, origin: &Origin, types: &Types, style: Style) -> String {
    let mut out = String::new();
    let place = match origin.page {
        Some(page) if page > 1 || origin.of_several => format!("{}, page {page}", origin.source),
        _ => origin.source.clone(),
    };
    let _ = writeln!(out, "{}  {}", headline(finding, style), style.paint("2", &printable(&place)));
    if let Some(said) = finding.statement() {
        if finding.said.is_none() {
            let _ =
                writeln!(out, "  {}", style.paint("33", "What follows is NOT CHECKED: nobody at hand vouches for it."));
        }
        statement(&mut out, said, types);
    }
    issuer(&mut out, finding);
    if let Some(read_from) = read_from(finding, origin) {
        line(&mut out, "Read from", &read_from);
    }
    if let Some(detail) = &finding.detail {
        line(&mut out, "Detail", detail);
    }
    if let Some(reason) = finding.reason() {
        line(&mut out, "Next", next_step(reason));
    } else if origin.kind() == Some("attachment") {
        line(&mut out, "Next", "hold the page against what is said here, or scan its symbol.");
    }
    out
}

/// Where a credential comes from that is not, or not only, in a symbol.
fn read_from(finding: &Finding, origin: &Origin) -> Option<String> {
    if origin.proved {
        return Some("a damaged symbol; its signature proves that it was read right".to_owned());
    }
    let name = &origin.attachment.as_ref()?.name;
    Some(match origin.kind() {
        Some("both") => format!("the symbol and the attached file {name}, which are the same"),
        Some("file") => "the file itself; no paper was looked at".to_owned(),
        _ if finding.reason() == Some(Reason::Altered) => {
            format!("the attached file {name}, which is not what is printed")
        }
        _ => format!("the attached file {name}; no symbol of it was read on the page"),
    })
}

/// The verdict in shape, word and colour.
fn headline(finding: &Finding, style: Style) -> String {
    let (code, shape, word) = match finding.verdict() {
        Verdict::Valid => ("1;30;42", "✔", "VALID"),
        Verdict::Invalid => ("1;37;41", "✘", "NOT VALID"),
        Verdict::Undecided => ("1;30;43", "?", "CANNOT BE DECIDED"),
        Verdict::Unreadable => ("1;30;47", "○", "NOT READ"),
    };
    let why = finding.reason().map(|reason| format!(": {}", plain(reason))).unwrap_or_default();
    style.paint(code, &format!(" {shape} {word}{why} "))
}

/// Text of a paper or of a list that nobody checked must not steer the terminal: it could paint its own verdict.
fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}')
            || c as u32 >= 0xe_0000
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

fn line(out: &mut String, label: &str, value: &str) {
    let _ = writeln!(out, "  {:<24} {}", printable(label), printable(value));
}

fn statement(out: &mut String, said: &Statement, types: &Types) {
    let made = said.type_name.as_ref().and_then(|name| types.by_name(name));
    let title = made.map(|made| made.title_in("en").to_owned()).or_else(|| said.type_name.clone());
    if let Some(title) = title {
        line(out, "Document", &title);
    }
    let names = names(&said.record);
    if !names.is_empty() {
        line(out, "Name", &names.join("  ·  "));
    }
    for (column, value) in said.record.iter() {
        if NAME_COLUMNS.contains(&column) {
            continue;
        }
        let field = made.and_then(|made| made.field(column));
        let label = field.map_or_else(|| column.replace('_', " "), |field| field.label_in("en").to_owned());
        match value {
            Value::Members(members) => {
                line(out, &label, &format!("{}", members.len()));
                members.iter().for_each(|member| line(out, "", &one_line(member)));
            }
            value => line(out, &label, &field.map_or_else(|| value.to_string(), |f| spoken(&f.kind, value))),
        }
    }
    if let Some(photo) = &said.photo {
        line(out, "Photo", &format!("{} bytes; compare the face (--photos DIR saves it)", photo.bytes.len()));
    }
    if let Some(serial) = &said.serial {
        let copy = said.copy.map(|copy| format!(", copy {copy}")).unwrap_or_default();
        line(out, "Serial", &format!("{serial}{copy}"));
    }
    if let Some(older) = &said.supersedes {
        line(out, "Replaces", older);
    }
    line(out, "Issued", &said.issued.map_or_else(|| "not said".to_owned(), day));
    line(out, "Valid until", &said.expires.map_or_else(|| "no end".to_owned(), last_day));
    for departure in said.departures.iter().take(5) {
        line(out, "Note", &departure.to_string());
    }
}

fn issuer(out: &mut String, finding: &Finding) {
    let kid = finding.kid.as_deref().map(hex).unwrap_or_default();
    match &finding.issuer {
        Some(issuer) => {
            let country = issuer.country.as_deref().map(|country| format!(" ({country})")).unwrap_or_default();
            line(out, "Issuer", &format!("{}{country}, key {kid}", issuer.name));
        }
        None if !kid.is_empty() && finding.reason() == Some(Reason::UnknownIssuer) => {
            line(out, "Key", &format!("{kid}, in no trust list at hand"));
        }
        None => {}
    }
    if let Some(trust) = &finding.trust {
        let age = match trust.age_days {
            0 => "signed today".to_owned(),
            1 => "1 day old".to_owned(),
            days => format!("{days} days old"),
        };
        line(out, "Trust list", &format!("{} no. {}, {age}, {}", trust.root, trust.sequence, trust.state));
    }
}

/// `exp` is the first second that is no longer valid; people are told the last day that is.
fn last_day(end: Timestamp) -> String {
    day(end.saturating_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(end))
}

const NAME_COLUMNS: [&str; 5] = ["full_name", "given_names", "family_name", "native_name", "native_language"];

fn names(record: &Record) -> Vec<String> {
    let latin = ["given_names", "family_name"].map(|column| record.text(column)).join(" ").trim().to_owned();
    let latin = if latin.is_empty() { record.text("full_name") } else { latin };
    [latin, record.text("native_name")].into_iter().filter(|name| !name.is_empty()).collect()
}

fn one_line(member: &Record) -> String {
    let rest = member.iter().filter(|(column, _)| !NAME_COLUMNS.contains(column)).map(|(_, value)| value.to_string());
    std::iter::once(names(member).join(" · ")).chain(rest).collect::<Vec<_>>().join(", ")
}

/// A value in words: a date that is not sure says so.
fn spoken(kind: &Kind, value: &Value) -> String {
    match value {
        Value::Date(date) => match date.certainty() {
            Certainty::Sure => date.to_string(),
            Certainty::Approximate => format!("about {}", date.to_string().trim_end_matches('~')),
            Certainty::Uncertain => format!("perhaps {}", date.to_string().trim_end_matches('?')),
            Certainty::Both => format!("perhaps about {}", date.to_string().trim_end_matches('%')),
        },
        value => kind.words(value, "en"),
    }
}

/// A reason in plain words.
fn plain(reason: Reason) -> &'static str {
    match reason {
        Reason::BadSignature => "the signature is false",
        Reason::Altered => "the attached file and the printed symbol differ",
        Reason::Malformed => "not what an issuer signs",
        Reason::Expired => "expired",
        Reason::NotYetValid => "not yet valid",
        Reason::Revoked => "revoked by the issuer",
        Reason::Suspended => "suspended by the issuer",
        Reason::Superseded => "replaced by a newer paper",
        Reason::IssuerNotAuthorised => "the issuer may not sign this kind of paper",
        Reason::KeyNotValidThen => "the key was not in use when it was signed",
        Reason::UnknownIssuer => "unknown issuer",
        Reason::StaleTrust => "the trust list is too old",
        Reason::StaleStatus => "the list of revocations is too old",
        Reason::NoStatus => "no list of revocations at hand",
        Reason::NotVerifiableOffline => "this kind of paper cannot be checked here",
        Reason::Incomplete => "symbols are missing",
        Reason::Sealed => "only the holder can open it",
        Reason::NetworkOnly => "the symbol only points to a website",
        Reason::Unsigned => "the symbol carries no signature",
        Reason::NoSymbol => "no symbol found",
        Reason::Damaged => "the symbol or its page is damaged",
    }
}

/// What the person at the counter should do.
pub fn next_step(reason: Reason) -> &'static str {
    match reason {
        Reason::BadSignature => "do not accept it; it was altered or forged. Keep a copy and ask a supervisor.",
        Reason::Altered => "do not accept it: somebody put two papers into one. Ask for the paper as it was issued.",
        Reason::Malformed => "do not accept it as it is; scan once more, then ask the issuer.",
        Reason::Expired => "ask the holder for a newer paper; the content was true when it was signed.",
        Reason::NotYetValid => "check the date of this device; otherwise the paper is valid from the date above.",
        Reason::Revoked => "do not accept it; the issuer can say why.",
        Reason::Suspended => "ask the issuer whether it is in force again.",
        Reason::Superseded => "ask the holder for the newer paper.",
        Reason::IssuerNotAuthorised => "do not accept it; ask whoever gave you the trust list.",
        Reason::KeyNotValidThen => "do not accept it; ask whoever gave you the trust list.",
        Reason::UnknownIssuer => {
            "this says nothing against the paper. Get a trust list that names the issuer: nansen trust import FILE"
        }
        Reason::StaleTrust => "this says nothing against the paper. Get a newer trust list: nansen trust import FILE",
        Reason::StaleStatus | Reason::NoStatus => {
            "this says nothing against the paper. Get the issuer's newest bundle: nansen trust import FILE"
        }
        Reason::NotVerifiableOffline => {
            "this says nothing against it. Update nansen, or use the verifier of that kind of paper."
        }
        Reason::Incomplete => "scan the other symbols of the same paper together with this one.",
        Reason::Sealed => "ask the holder for the PIN, if the holder wants to show it.",
        Reason::NetworkOnly => "a website is no proof; ask for a signed paper.",
        Reason::Unsigned => "anyone can print such a symbol; ask for a signed paper.",
        Reason::NoSymbol => {
            "flatten the paper, avoid glare, hold still, and scan the whole symbol with its white border."
        }
        Reason::Damaged => {
            "flatten and clean the paper, then scan or photograph it again in even light; of a file, get it again."
        }
    }
}
