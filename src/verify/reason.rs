//! Verdicts and the reasons for them, in the words of the command line's contract.

use std::fmt;

/// What is decided about a paper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Signed by a trusted issuer, in force, not revoked.
    Valid,
    /// Something is wrong, and it is known what.
    Invalid,
    /// Nothing is wrong, but something is not known.
    Undecided,
    /// No symbol could be read.
    Unreadable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Undecided => "undecided",
            Self::Unreadable => "unreadable",
        })
    }
}

/// Why a verdict is not `valid`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Reason {
    /// A trusted issuer is named, and the signature is not that issuer's.
    BadSignature,
    /// Two credentials stand where one should: the file attached to a document and the symbol printed in it.
    Altered,
    /// The paper cannot be what any issuer signs.
    Malformed,
    /// The time that the issuer set is over.
    Expired,
    /// The time that the issuer set has not begun.
    NotYetValid,
    /// Withdrawn by the issuer.
    Revoked,
    /// Withdrawn by the issuer for the time being.
    Suspended,
    /// Replaced by a newer paper.
    Superseded,
    /// The trust list does not let this key sign this type.
    IssuerNotAuthorised,
    /// The key was not in use when the paper was signed.
    KeyNotValidThen,
    /// No trust list at hand names the issuer.
    UnknownIssuer,
    /// The trust list is too old to decide by.
    StaleTrust,
    /// The status list is too old to decide by.
    StaleStatus,
    /// The paper names a status list that is not at hand.
    NoStatus,
    /// A format that cannot be checked without a network, or not by this version.
    NotVerifiableOffline,
    /// Symbols of the paper are missing.
    Incomplete,
    /// Only the holder can open it.
    Sealed,
    /// The symbol only points to a website.
    NetworkOnly,
    /// The symbol carries no signature.
    Unsigned,
    /// No symbol was found.
    NoSymbol,
    /// A symbol was found and could not be read, or a page could not be drawn.
    Damaged,
}

impl Reason {
    /// The verdict that goes with the reason.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::BadSignature
            | Self::Altered
            | Self::Malformed
            | Self::Expired
            | Self::NotYetValid
            | Self::Revoked
            | Self::Suspended
            | Self::Superseded
            | Self::IssuerNotAuthorised
            | Self::KeyNotValidThen => Verdict::Invalid,
            Self::UnknownIssuer
            | Self::StaleTrust
            | Self::StaleStatus
            | Self::NoStatus
            | Self::NotVerifiableOffline
            | Self::Incomplete
            | Self::Sealed
            | Self::NetworkOnly
            | Self::Unsigned => Verdict::Undecided,
            Self::NoSymbol | Self::Damaged => Verdict::Unreadable,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadSignature => "bad-signature",
            Self::Altered => "altered",
            Self::Malformed => "malformed",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
            Self::IssuerNotAuthorised => "issuer-not-authorised",
            Self::KeyNotValidThen => "key-not-valid-then",
            Self::UnknownIssuer => "unknown-issuer",
            Self::StaleTrust => "stale-trust",
            Self::StaleStatus => "stale-status",
            Self::NoStatus => "no-status",
            Self::NotVerifiableOffline => "not-verifiable-offline",
            Self::Incomplete => "incomplete",
            Self::Sealed => "sealed",
            Self::NetworkOnly => "network-only",
            Self::Unsigned => "unsigned",
            Self::NoSymbol => "no-symbol",
            Self::Damaged => "damaged",
        })
    }
}
