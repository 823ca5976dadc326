//! What came of examining one paper: the verdict, and everything a person needs to understand it.

use crate::credential::CredentialType;
use crate::format::Statement;
use crate::seal::Authentic;

use super::reason::{Reason, Verdict};

/// Who signed, by the trust list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issuer {
    /// Name in the trust list.
    pub name: String,
    /// Country in the trust list.
    pub country: Option<String>,
}

/// The trust list that was decided by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrustUsed {
    /// Who vouches: the name of the list's root.
    pub root: String,
    /// Sequence number of the list.
    pub sequence: u64,
    /// Whole days since the list was signed.
    pub age_days: u32,
    /// `fresh`, `ageing` or `stale`.
    pub state: &'static str,
}

/// The result for one credential, or for one symbol that is none.
#[derive(Debug)]
pub struct Finding {
    /// Why the verdict is not `valid`; `None` is valid, and only `super::examine` says so.
    reason: Option<Reason>,
    /// The particulars, such as a date or what could not be decoded.
    pub detail: Option<String>,
    /// `nansen`, `hcert`, `claim169`, or the name of another format.
    pub format: Option<String>,
    /// Key identifier as it stands in the message.
    pub kid: Option<Vec<u8>>,
    /// What was signed and by which signature, as one digest: the same for the same credential, however it came.
    pub message: Option<[u8; 32]>,
    /// Who signed, when the trust list knows the key.
    pub issuer: Option<Issuer>,
    /// The list that was decided by.
    pub trust: Option<TrustUsed>,
    /// What the paper says, when its signature was checked.
    pub said: Option<Authentic<Statement>>,
    /// The type of the paper, as the list that vouches for it describes it, or as it is known here.
    pub made: Option<CredentialType>,
    /// What the paper says although nobody at hand vouches for it. Never to be relied upon.
    pub unverified: Option<Statement>,
}

impl Finding {
    /// A finding that is not `valid`.
    pub fn refused(reason: Reason, detail: impl Into<Option<String>>) -> Self {
        Self {
            reason: Some(reason),
            detail: detail.into(),
            format: None,
            kid: None,
            message: None,
            issuer: None,
            trust: None,
            made: None,
            said: None,
            unverified: None,
        }
    }

    /// A finding about an authentic statement, with or without a reason against it.
    pub(super) fn about(said: Authentic<Statement>, reason: Option<Reason>) -> Self {
        let mut finding = Self::refused(Reason::Unsigned, None);
        finding.reason = reason;
        finding.said = Some(said);
        finding
    }

    /// Takes back what was not yet invalid: something else on the same paper says otherwise.
    pub(super) fn contradict(&mut self, detail: String) {
        if self.verdict() != Verdict::Invalid {
            self.reason = Some(Reason::Altered);
        }
        self.remark(detail);
    }

    /// Says that the paper should show this and was not seen to: its symbol may be there and unreadable, or may never have
    /// been there. Not knowing is not called forged, and not called valid.
    pub(super) fn not_seen(&mut self, detail: String) {
        if self.verdict() == Verdict::Valid {
            self.reason = Some(Reason::Damaged);
        }
        self.remark(detail);
    }

    /// Adds to the particulars.
    pub(super) fn remark(&mut self, detail: String) {
        self.detail = Some(match self.detail.take() {
            Some(before) => format!("{before}; {detail}"),
            None => detail,
        });
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.reason.map_or(Verdict::Valid, Reason::verdict)
    }

    /// The reason, when the verdict is not `valid`.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// What is known of the paper's content, checked or not.
    pub fn statement(&self) -> Option<&Statement> {
        self.said.as_ref().map(Authentic::get).or(self.unverified.as_ref())
    }
}
