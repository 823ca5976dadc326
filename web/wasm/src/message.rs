//! The bytes of a message in, header and payload out, and the other way round.

use std::fmt;

/// Bytes of a length.
const LENGTH: usize = 4;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Broken {
    /// Too few bytes for a length.
    Short(usize),
    /// A header that would go on behind the end.
    Header {
        /// The length that was given.
        wanted: u32,
        /// The bytes that are there.
        found: usize,
    },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(found) => write!(f, "a message of {found} bytes"),
            Self::Header { wanted, found } => write!(f, "{found} bytes for a header of {wanted}"),
        }
    }
}

/// Header and payload of a message.
pub(crate) fn split(message: &[u8]) -> Result<(&[u8], &[u8]), Broken> {
    let (length, rest) = message.split_first_chunk::<LENGTH>().ok_or(Broken::Short(message.len()))?;
    let wanted = u32::from_le_bytes(*length);
    let broken = Broken::Header { wanted, found: rest.len() };
    usize::try_from(wanted).ok().and_then(|length| rest.split_at_checked(length)).ok_or(broken)
}

/// The length of a message and the message, in memory of exactly that size; `None` when its lengths are not of 32 bits, or there
/// is no memory for it.
fn join(header: &[u8], payload: &[u8]) -> Option<Box<[u8]>> {
    let total = LENGTH.checked_add(header.len())?.checked_add(payload.len())?;
    let (total_told, header_told) = (u32::try_from(total).ok()?, u32::try_from(header.len()).ok()?);
    let mut all = Vec::new();
    all.try_reserve_exact(total.checked_add(LENGTH)?).ok()?;
    all.extend_from_slice(&total_told.to_le_bytes());
    all.extend_from_slice(&header_told.to_le_bytes());
    all.extend_from_slice(header);
    all.extend_from_slice(payload);
    Some(all.into_boxed_slice())
}

/// Answers a message; one that is none is answered with an error.
pub(crate) fn answer(message: &[u8], call: impl FnOnce(&[u8], &[u8]) -> (Vec<u8>, Vec<u8>)) -> Option<Box<[u8]>> {
    let (header, payload) = match split(message) {
        Ok((header, payload)) => call(header, payload),
        Err(broken) => (
            format!(
                r#"{{"error":{{"found":"{broken}","wanted":"a length of four bytes, a header of that length, a payload","next":"load the page anew"}}}}"#
            )
            .into_bytes(),
            Vec::new(),
        ),
    };
    join(&header, &payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_split_again() {
        for (header, payload) in [(&b"{}"[..], &b"picture"[..]), (b"", b""), (b"{\"a\":1}", b""), (b"", b"x")] {
            let all = join(header, payload).unwrap();
            assert_eq!(u32::from_le_bytes(all[..4].try_into().unwrap()) as usize, all.len() - 4);
            assert_eq!(split(&all[4..]), Ok((header, payload)));
        }
    }

    #[test]
    fn a_header_may_not_go_on_behind_the_end() {
        for length in 0..4 {
            assert_eq!(split(&[0; 4][..length]), Err(Broken::Short(length)));
        }
        assert_eq!(split(&[3, 0, 0, 0, b'{', b'}']), Err(Broken::Header { wanted: 3, found: 2 }));
        assert_eq!(split(&[255; 9]), Err(Broken::Header { wanted: u32::MAX, found: 5 }));
        assert_eq!(split(&[2, 0, 0, 0, b'{', b'}']), Ok((&b"{}"[..], &b""[..])));
    }

    #[test]
    fn what_is_no_message_is_told_so() {
        let told = answer(b"\x09\0\0\0{}", |_, _| unreachable!("it is no message")).unwrap();
        let (header, payload) = split(&told[4..]).unwrap();
        assert!(String::from_utf8_lossy(header).starts_with(r#"{"error":{"found":"2 bytes for a header of 9""#));
        assert!(payload.is_empty());
    }
}
