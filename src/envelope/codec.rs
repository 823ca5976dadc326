//! The envelope: one codec byte, then the message whole, deflated, or taken apart into what varies.
//!
//! A message of the usual shape is the same few bytes around a key name, a payload and a signature. The split
//! layouts carry only those three and stand for exactly one message, so that a signature over the received bytes
//! stays valid.

use super::deflate::{InflateError, deflate_raw, inflate_raw};
use super::dictionary::{self, Dictionary};

/// Longest message taken out of an envelope, in bytes.
pub const MAX_MESSAGE: usize = 64 * 1024;

const KID: usize = 8;
const SIGNATURE: usize = 64;

/// What stands before the kid: tag 18, an array of four, 13 bytes of protected header {1: alg, 4: kid}
/// (RFC 9052 §4.2). The algorithm follows.
const BEFORE_ALGORITHM: [u8; 5] = [0xd2, 0x84, 0x4d, 0xa2, 0x01];
/// Between algorithm and kid: label 4, eight bytes.
const BEFORE_KID: [u8; 2] = [0x04, 0x48];
/// The empty unprotected header.
const BEFORE_PAYLOAD: u8 = 0xa0;
/// 64 bytes of signature.
const BEFORE_SIGNATURE: [u8; 2] = [0x58, 0x40];
/// Everything of a split message but its payload, with the longest length in front of that.
const AROUND_PAYLOAD: usize = BEFORE_ALGORITHM.len() + 1 + BEFORE_KID.len() + KID + 1 + 5 + 2 + SIGNATURE;

/// How the body of an envelope holds the message: the low half of the codec byte.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Layout {
    /// 0: the message as it is.
    Stored,
    /// 1: the whole message deflated.
    Deflated,
    /// 2: kid, signature and payload of an ES256 message (COSE algorithm −7).
    SplitEs256,
    /// 3: the same of an `EdDSA` message (COSE algorithm −8) with a signature of 64 bytes.
    SplitEdDsa,
    /// 15: one of several parts of a longer envelope, see [`super::parts`].
    Part,
}

impl Layout {
    const ALL: [Self; 5] = [Self::Stored, Self::Deflated, Self::SplitEs256, Self::SplitEdDsa, Self::Part];

    const fn number(self) -> u8 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 1,
            Self::SplitEs256 => 2,
            Self::SplitEdDsa => 3,
            Self::Part => 15,
        }
    }

    /// The algorithm's byte in a split message.
    const fn algorithm(self) -> Option<u8> {
        match self {
            Self::SplitEs256 => Some(0x26),
            Self::SplitEdDsa => Some(0x27),
            _ => None,
        }
    }

    const fn goes_with_dictionary(self, dictionary: u8) -> bool {
        match self {
            Self::Stored | Self::Part => dictionary == 0,
            Self::Deflated => dictionary != 0,
            Self::SplitEs256 | Self::SplitEdDsa => true,
        }
    }
}

/// The first byte of an envelope.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Codec {
    /// How the body holds the message.
    pub layout: Layout,
    /// Number of the preset dictionary, 0 for none: nothing is deflated then.
    pub dictionary: u8,
}

impl Codec {
    /// The byte itself: dictionary in the high half, layout in the low one.
    pub fn byte(self) -> u8 {
        self.dictionary << 4 | self.layout.number()
    }

    /// Reads the byte; what this version does not know has a name, and is never guessed.
    pub fn from_byte(byte: u8) -> Result<Self, EnvelopeError> {
        let (dictionary, number) = (byte >> 4, byte & 15);
        if dictionary != 0 && dictionary::numbered(dictionary).is_none() {
            return Err(EnvelopeError::UnknownDictionary { number: dictionary });
        }
        let layout = Layout::ALL
            .into_iter()
            .find(|layout| layout.number() == number)
            .ok_or(EnvelopeError::UnknownLayout { number })?;
        if !layout.goes_with_dictionary(dictionary) {
            return Err(EnvelopeError::NoSuchPair { layout: number, dictionary });
        }
        Ok(Self { layout, dictionary })
    }
}

/// Why bytes are not an envelope.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// There is not even a codec byte.
    #[error("an empty envelope")]
    Empty,
    /// Written by a newer version, or not by this program.
    #[error("preset dictionary {number} is not known")]
    UnknownDictionary {
        /// The high half of the codec byte.
        number: u8,
    },
    /// Written by a newer version, or not by this program.
    #[error("envelope layout {number} is not known")]
    UnknownLayout {
        /// The low half of the codec byte.
        number: u8,
    },
    /// Both halves of the codec byte are known, but nobody writes them together.
    #[error("envelope layout {layout} does not go with preset dictionary {dictionary}")]
    NoSuchPair {
        /// The low half of the codec byte.
        layout: u8,
        /// The high half.
        dictionary: u8,
    },
    /// A part of a longer envelope, which has to be put together first.
    #[error("one part of an envelope, not a whole one")]
    IsPart,
    /// A split layout without its fixed fields.
    #[error("{length} bytes after the codec byte, where kid and signature alone take {least}")]
    Truncated {
        /// Bytes found.
        length: usize,
        /// Bytes wanted at least.
        least: usize,
    },
    /// The message is longer than any credential needs.
    #[error("a message of {length} bytes, where {most} are allowed")]
    TooLong {
        /// Bytes found.
        length: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// The deflated bytes are damaged, incomplete or far too much.
    #[error("the envelope does not inflate")]
    Inflate(#[from] InflateError),
}

/// What an envelope held.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unpacked {
    /// The `COSE_Sign1` message, byte by byte as it was signed.
    pub cose: Vec<u8>,
    /// How it was packed.
    pub codec: Codec,
}

/// Packs a message into the smallest envelope there is for it.
///
/// A message longer than [`MAX_MESSAGE`] is stored, and refused when it is written as text.
pub fn pack(cose: &[u8]) -> Vec<u8> {
    let mut best = assemble(Codec { layout: Layout::Stored, dictionary: 0 }, &[cose]);
    if cose.len() > MAX_MESSAGE {
        return best;
    }
    let mut offer = |layout, dictionary, pieces: &[&[u8]]| {
        let envelope = assemble(Codec { layout, dictionary }, pieces);
        if (envelope.len(), envelope[0]) < (best.len(), best[0]) {
            best = envelope;
        }
    };
    let dictionary = dictionary::current();
    offer(Layout::Deflated, dictionary.number(), &[&deflate_raw(cose, dictionary)]);
    if let Some((layout, Split { kid, payload, signature })) = Split::of(cose) {
        offer(layout, 0, &[kid, signature, payload]);
        offer(layout, dictionary.number(), &[kid, signature, &deflate_raw(payload, dictionary)]);
    }
    best
}

/// Takes the message out of an envelope.
pub fn unpack(envelope: &[u8]) -> Result<Unpacked, EnvelopeError> {
    let (&byte, body) = envelope.split_first().ok_or(EnvelopeError::Empty)?;
    let codec = Codec::from_byte(byte)?;
    let dictionary = dictionary::numbered(codec.dictionary);
    let cose = match (codec.layout, dictionary) {
        (Layout::Part, _) => return Err(EnvelopeError::IsPart),
        (Layout::SplitEs256 | Layout::SplitEdDsa, dictionary) => join(codec.layout, dictionary, body)?,
        (_, Some(dictionary)) => inflate_raw(body, dictionary, MAX_MESSAGE)?,
        (_, None) => capped(body, MAX_MESSAGE)?.to_vec(),
    };
    Ok(Unpacked { cose, codec })
}

fn assemble(codec: Codec, pieces: &[&[u8]]) -> Vec<u8> {
    [&[codec.byte()], pieces.concat().as_slice()].concat()
}

fn capped(bytes: &[u8], most: usize) -> Result<&[u8], EnvelopeError> {
    if bytes.len() > most {
        return Err(EnvelopeError::TooLong { length: bytes.len(), most });
    }
    Ok(bytes)
}

fn join(layout: Layout, dictionary: Option<&Dictionary>, body: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let truncated = || EnvelopeError::Truncated { length: body.len(), least: KID + SIGNATURE };
    let (kid, rest) = body.split_at_checked(KID).ok_or_else(truncated)?;
    let (signature, rest) = rest.split_at_checked(SIGNATURE).ok_or_else(truncated)?;
    let most = MAX_MESSAGE - AROUND_PAYLOAD;
    let inflated = dictionary.map(|dictionary| inflate_raw(rest, dictionary, most)).transpose()?;
    let payload = match &inflated {
        Some(payload) => payload,
        None => capped(rest, most)?,
    };
    Ok(Split { kid, payload, signature }.message(layout))
}

/// What varies in a message of the usual shape.
#[derive(Clone, Copy)]
struct Split<'a> {
    kid: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Split<'a> {
    /// Takes `cose` apart if one of the split layouts stands for exactly these bytes.
    fn of(cose: &'a [u8]) -> Option<(Layout, Self)> {
        let rest = cose.strip_prefix(&BEFORE_ALGORITHM)?;
        let (&algorithm, rest) = rest.split_first()?;
        let layout = Layout::ALL.into_iter().find(|layout| layout.algorithm() == Some(algorithm))?;
        let (kid, rest) = rest.strip_prefix(&BEFORE_KID)?.split_at_checked(KID)?;
        let rest = rest.strip_prefix(&[BEFORE_PAYLOAD])?;
        let (rest, signature) = rest.split_at_checked(rest.len().checked_sub(SIGNATURE)?)?;
        let rest = rest.strip_suffix(&BEFORE_SIGNATURE)?;
        let head = match rest.first()? {
            0x40..=0x57 => 1,
            0x58 => 2,
            0x59 => 3,
            0x5a => 5,
            _ => return None,
        };
        let split = Self { kid, payload: rest.get(head..)?, signature };
        // The length in front of the payload may lie, or be longer than it need be: only what we would write counts.
        (split.message(layout) == cose).then_some((layout, split))
    }

    fn message(&self, layout: Layout) -> Vec<u8> {
        let algorithm = layout.algorithm().expect("only split layouts are taken apart");
        let mut cose = Vec::with_capacity(AROUND_PAYLOAD + self.payload.len());
        cose.extend_from_slice(&BEFORE_ALGORITHM);
        cose.push(algorithm);
        cose.extend_from_slice(&BEFORE_KID);
        cose.extend_from_slice(self.kid);
        cose.push(BEFORE_PAYLOAD);
        push_bytes_head(self.payload.len(), &mut cose);
        cose.extend_from_slice(self.payload);
        cose.extend_from_slice(&BEFORE_SIGNATURE);
        cose.extend_from_slice(self.signature);
        cose
    }
}

/// The head of a CBOR byte string in its shortest form (RFC 8949 §4.2.1).
fn push_bytes_head(length: usize, out: &mut Vec<u8>) {
    let be = (length as u32).to_be_bytes();
    match length {
        0..24 => out.push(0x40 + length as u8),
        24..0x100 => out.extend([0x58, be[3]]),
        0x100..0x1_0000 => out.extend([0x59, be[2], be[3]]),
        _ => out.extend([0x5a, be[0], be[1], be[2], be[3]]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::dictionary::current;
    use super::super::text::{to_text, to_url};
    use super::*;

    fn message(algorithm: u8, payload: &[u8]) -> Vec<u8> {
        let layout = if algorithm == 0x26 { Layout::SplitEs256 } else { Layout::SplitEdDsa };
        let signature: Vec<u8> = (0..64).map(|n| (n * 151 + 7) as u8).collect();
        Split { kid: b"\x8aKEYNAME", payload, signature: &signature }.message(layout)
    }

    #[test]
    fn a_usual_message_is_split_and_comes_back_byte_by_byte() {
        // What the dictionary says compresses, whichever dictionary it is.
        let payload = &current().bytes()[20..60];
        for (algorithm, codec) in [(0x26, 0x12), (0x27, 0x13)] {
            let cose = message(algorithm, payload);
            assert_eq!(cose[..8], [0xd2, 0x84, 0x4d, 0xa2, 0x01, algorithm, 0x04, 0x48]);
            let envelope = pack(&cose);
            assert_eq!(envelope[0], codec);
            assert_eq!(unpack(&envelope).unwrap().cose, cose);
        }
    }

    #[test]
    fn the_worked_example_of_the_specification_comes_out() {
        let signature: Vec<u8> = (0..64).collect();
        let payload = [0xa1, 0x07, 0x45, 0x9f, 0x01, 0x22, 0x80, 0xfe];
        let envelope = [&[2, 1, 2, 3, 4, 5, 6, 7, 8][..], &signature, &payload].concat();
        let cose = unpack(&envelope).unwrap().cose;
        let head = [0xd2, 0x84, 0x4d, 0xa2, 1, 0x26, 4, 0x48, 1, 2, 3, 4, 5, 6, 7, 8, 0xa0, 0x48];
        assert_eq!(cose, [&head[..], &payload, &[0x58, 0x40], &signature].concat());
        assert_eq!(
            to_text(&envelope).unwrap(),
            "NP1:IB0KB0*M0DY0N01X507H0QS00+0J61%H1CT1V+1572OI2/T2H-2 73AJ3TU33.3M84-J4FV4Y.4895RK51W5K/5*96DL6WW66:\
             6PA7:L7IX7:18G-0P4KCG4T5"
        );
        assert_eq!(
            to_url("https://v.example/", &envelope).unwrap(),
            "https://v.example/#005640581055787580197912094690586001414002152901131033920537539422900537010535498344907\
             34815695602460809326208557065767113042601581069261328231175914808515260363360189244172384165848201270019\
             038462"
        );
    }

    #[test]
    fn what_does_not_compress_is_stored() {
        let payload: Vec<u8> = (0u32..40).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(pack(&message(0x26, &payload))[0], 0x02);
        assert_eq!(pack(&payload)[0], 0x00);
        assert_eq!(pack(b""), [0x00]);
    }

    #[test]
    fn an_unusual_message_is_not_split() {
        let usual = message(0x26, b"payload");
        assert!(Split::of(&usual).is_some());
        for at in (0..8).chain([16, 17]).chain(25..27) {
            let mut unusual = usual.clone();
            unusual[at] ^= 0x40;
            assert!(Split::of(&unusual).is_none(), "{at}");
            assert_eq!(unpack(&pack(&unusual)).unwrap().cose, unusual);
        }
        let long_head = [&usual[..17], &[0x58, 7], &usual[18..]].concat();
        assert!(Split::of(&long_head).is_none());
        assert!(Split::of(&usual[..usual.len() - 1]).is_none());
        assert!(Split::of(&[&usual[..], &[0]].concat()).is_none());
    }

    #[test]
    fn every_length_of_payload_has_its_shortest_head() {
        for length in [0, 1, 23, 24, 255, 256, 65_000] {
            let cose = message(0x27, &vec![0x61; length]);
            assert!(Split::of(&cose).is_some(), "{length}");
            assert_eq!(unpack(&pack(&cose)).unwrap().cose, cose);
        }
    }

    #[test]
    fn hostile_envelopes_are_refused_for_the_stated_reason() {
        let split = |codec: u8, n: usize| [vec![codec], vec![7; n]].concat();
        for (envelope, expect) in [
            (vec![], "an empty envelope"),
            (vec![0x21, 0], "preset dictionary 2 is not known"),
            (vec![0xff, 0], "preset dictionary 15 is not known"),
            (vec![0x14, 0], "envelope layout 4 is not known"),
            (vec![0x0e, 0], "envelope layout 14 is not known"),
            (vec![0x01, 0], "envelope layout 1 does not go with preset dictionary 0"),
            (vec![0x10, 0], "envelope layout 0 does not go with preset dictionary 1"),
            (vec![0x1f, 0], "envelope layout 15 does not go with preset dictionary 1"),
            (vec![0x0f, 0], "one part of an envelope, not a whole one"),
            (split(0x12, 71), "71 bytes after the codec byte, where kid and signature alone take 72"),
            (split(0x03, 7), "7 bytes after the codec byte, where kid and signature alone take 72"),
            (split(0x12, 72), "the envelope does not inflate"),
            (split(0x00, MAX_MESSAGE + 1), "a message of 65537 bytes, where 65536 are allowed"),
            (split(0x02, MAX_MESSAGE), "a message of 65464 bytes, where 65448 are allowed"),
            (pack(&vec![0; MAX_MESSAGE + 1]), "a message of 65537 bytes, where 65536 are allowed"),
        ] {
            assert_eq!(unpack(&envelope).unwrap_err().to_string(), expect);
        }
    }

    #[test]
    fn a_bomb_is_refused_in_every_deflated_layout() {
        let bomb = deflate_raw(&vec![0; 10_000_000], current());
        let split = [&[0x12][..], &[0; 72], &bomb].concat();
        for envelope in [[&[0x11][..], &bomb].concat(), split] {
            assert!(matches!(unpack(&envelope), Err(EnvelopeError::Inflate(InflateError::TooLong { .. }))));
        }
    }

    proptest! {
        #[test]
        fn any_message_survives_its_envelope(cose in proptest::collection::vec(any::<u8>(), 0..400)) {
            let envelope = pack(&cose);
            prop_assert!(envelope.len() <= cose.len() + 1);
            prop_assert_eq!(unpack(&envelope).unwrap().cose, cose);
        }

        #[test]
        fn any_usual_message_survives_its_envelope(
            payload in proptest::collection::vec(any::<u8>(), 0..400),
            algorithm in 0x26..0x28_u8,
        ) {
            let cose = message(algorithm, &payload);
            let envelope = pack(&cose);
            prop_assert!(envelope.len() <= 1 + 72 + payload.len());
            prop_assert_eq!(unpack(&envelope).unwrap().cose, cose);
        }
    }
}
