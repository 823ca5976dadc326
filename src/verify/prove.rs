//! Which of the things that a damaged symbol may say it does say: the one that a known key has signed.
//!
//! Beyond its capacity, Reed–Solomon decoding offers several messages for one symbol. The structure of the formats throws out
//! nearly all of them and costs nothing; a signature that verifies with a key of the trust list then settles it, for nobody
//! but the issuer could have made it. Without one there is no message: what is left is neither false nor unsigned, it is
//! unread.

use jiff::Timestamp;

use crate::format::{self, Presented, Recognised, nansen};
use crate::scan::{Doubtful, Found};
use crate::seal::Authentic;

use super::examine::Trust;
use super::pile::Pile;

/// Messages of one place that are looked at; the likeliest come first.
const MOST_MESSAGES: usize = 48;

/// The symbol of one place, when one of the messages that it may have is signed by a key of the trust list. It is then as
/// good as any that was read, and its verdict may be any.
///
/// A part of a longer document is proved by the document that it completes, with the parts on the `pile`; nothing is added
/// to the pile here.
pub fn prove(place: &[Doubtful], pile: &Pile, trust: &dyn Trust, now: Timestamp) -> Option<Found> {
    place.iter().take(MOST_MESSAGES).find_map(|message| message.clone().prove(|bytes| signed(bytes, pile, trust, now)))
}

/// Whether these bytes are a whole message that a key of the trust list has signed.
pub(super) fn is_signed(bytes: &[u8], trust: &dyn Trust, now: Timestamp) -> bool {
    match format::recognise(bytes) {
        Ok(Recognised::Sealed(Presented { format, sealed })) => {
            trust.keys(sealed.kid_bytes(), format, now).iter().any(|known| sealed.open_with(&known.key).is_ok())
        }
        _ => false,
    }
}

/// What a key of the trust list has signed in these bytes.
fn signed(bytes: &[u8], pile: &Pile, trust: &dyn Trust, now: Timestamp) -> Option<Authentic<Vec<u8>>> {
    let Presented { format, sealed } = match format::recognise(bytes).ok()? {
        Recognised::Sealed(presented) => presented,
        Recognised::Part { bytes, .. } => nansen::open(&pile.with_part(&bytes)?).ok()?,
        Recognised::Known { .. } | Recognised::Unknown => return None,
    };
    let keys = trust.keys(sealed.kid_bytes(), format, now);
    keys.iter().find_map(|known| sealed.open_with(&known.key).ok())
}
