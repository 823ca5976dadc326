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

/// Answers a message, in parts; one that is none is answered with an error.
pub(crate) fn answer(message: &[u8], call: impl FnOnce(&[u8], &[u8]) -> (Vec<u8>, Vec<u8>)) -> Vec<Vec<u8>> {
    let (header, payload) = match split(message) {
        Ok((header, payload)) => call(header, payload),
        Err(broken) => {
            let wanted = "a length of four bytes, a header of that length, a payload";
            let told = format!(r#"{{"error":{{"found":"{broken}","wanted":"{wanted}","next":"load the page anew"}}}}"#);
            (told.into_bytes(), Vec::new())
        }
    };
    // No header is longer than memory, which 32 bits address.
    let length = u32::try_from(header.len()).unwrap_or(u32::MAX);
    vec![length.to_le_bytes().to_vec(), header, payload]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_split_again() {
        for (header, payload) in [(&b"{}"[..], &b"picture"[..]), (b"", b""), (b"{\"a\":1}", b""), (b"", b"x")] {
            let all = answer(&[0; 4], |_, _| (header.to_vec(), payload.to_vec())).concat();
            assert_eq!(split(&all), Ok((header, payload)));
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
        let told = answer(b"\x09\0\0\0{}", |_, _| unreachable!("it is no message")).concat();
        let (header, payload) = split(&told).unwrap();
        assert!(String::from_utf8_lossy(header).starts_with(r#"{"error":{"found":"2 bytes for a header of 9""#));
        assert!(payload.is_empty());
    }
}
