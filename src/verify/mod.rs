//! The decision about a paper: signature, trust, time, status.
//!
//! The bytes of a symbol come in and a [`Finding`] goes out. What the trust list and the status lists know is asked
//! through [`Trust`]; the clock is an argument. Not knowing is an answer of its own: a paper is called forged only when a
//! key that the trust list names was asked and did not sign it.
//!
//! What a damaged symbol may say is neither: only a signature makes a symbol of it ([`prove()`]), and without one the symbol
//! stays unread.

mod compare;
mod decide;
mod examine;
mod finding;
mod pile;
mod prove;
mod reason;
mod sequence;
mod store;

pub use compare::{Compared, Comparison};
pub use decide::{CLOCK_TOLERANCE, Signer, StatusKnown, decide};
pub use examine::{Known, Trust, examine, examine_found, examine_message, examine_symbol};
pub use finding::{Finding, Issuer, TrustUsed};
pub use pile::Pile;
pub use prove::prove;
pub use reason::{Reason, Verdict};
pub use sequence::Missing;
pub use store::Gate;
