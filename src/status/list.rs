//! The list itself: statuses of 1, 2, 4 or 8 bits, the lowest bits of a byte first, compressed with zlib (§4 of the
//! draft).

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::bufread::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// Entries in a list of our own. Always all of them: the length of a list says nothing about its issuer.
pub const CAPACITY: u32 = 65_536;

/// Bytes that a list of any issuer may have after inflation: 16 million entries of 8 bits.
pub const MAX_LIST_BYTES: usize = 16 * 1024 * 1024;

/// What a list says of one credential (§7.1 of the draft).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Status {
    /// `VALID`, 0.
    #[default]
    Valid,
    /// `INVALID`, 1: revoked for good.
    Invalid,
    /// `SUSPENDED`, 2: not valid for now.
    Suspended,
    /// 3, which the draft leaves to applications. In our lists: a later print of the credential has taken its place.
    /// In the list of another issuer it means what that issuer says.
    Superseded,
    /// A value that the draft reserves or leaves to applications.
    Other(u8),
}

impl Status {
    /// The status of a value in a list.
    pub fn from_value(value: u8) -> Self {
        match value {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            3 => Self::Superseded,
            other => Self::Other(other),
        }
    }

    /// The value in a list.
    pub fn value(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
            Self::Superseded => 3,
            Self::Other(value) => value,
        }
    }
}

/// Bits of one entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BitWidth {
    /// Valid or not.
    One,
    /// The four statuses that we write.
    Two,
    /// Sixteen.
    Four,
    /// All.
    Eight,
}

impl BitWidth {
    /// The width of `bits` in a list, when it is one.
    pub fn from_bits(bits: i128) -> Option<Self> {
        match bits {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            4 => Some(Self::Four),
            8 => Some(Self::Eight),
            _ => None,
        }
    }

    /// Bits of an entry.
    pub fn bits(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    fn per_byte(self) -> usize {
        8 / usize::from(self.bits())
    }

    fn mask(self) -> u8 {
        0xff >> (8 - self.bits())
    }
}

/// Why a list cannot be read or does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The credential points behind the end: the list is not one it belongs to.
    #[error("status number {index} in a list of {len} entries")]
    OutOfRange {
        /// Where the credential points.
        index: u64,
        /// Entries in the list.
        len: u64,
    },
    /// A value that does not fit the width of the list.
    #[error("status {value} does not fit into {bits} bits")]
    TooWide {
        /// The value.
        value: u8,
        /// The width.
        bits: u8,
    },
    /// Not a zlib stream (RFC 1950).
    #[error("the list is not a zlib stream")]
    NotZlib(#[source] std::io::Error),
    /// More bytes than any list needs.
    #[error("the list inflates to more than {MAX_LIST_BYTES} bytes")]
    TooLong,
    /// Something hides behind the stream.
    #[error("{extra} bytes follow the zlib stream")]
    BytesAfterEnd {
        /// How many.
        extra: usize,
    },
}

/// Statuses by their number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatusList {
    width: BitWidth,
    bytes: Vec<u8>,
}

impl StatusList {
    /// A list of our own: two bits an entry, [`CAPACITY`] entries, all valid.
    pub fn new() -> Self {
        Self::with(BitWidth::Two, CAPACITY)
    }

    /// A list of `entries`, all valid; rounded up to whole bytes.
    pub fn with(width: BitWidth, entries: u32) -> Self {
        Self { width, bytes: vec![0; (entries as usize).div_ceil(width.per_byte())] }
    }

    /// Bits of an entry.
    pub fn width(&self) -> BitWidth {
        self.width
    }

    /// Entries in the list.
    pub fn len(&self) -> u64 {
        (self.bytes.len() * self.width.per_byte()) as u64
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The status of entry `index`.
    ///
    /// # Errors
    /// When the list ends before it.
    pub fn get(&self, index: u64) -> Result<Status, ListError> {
        let (at, shift) = self.place(index)?;
        Ok(Status::from_value(self.bytes[at] >> shift & self.width.mask()))
    }

    /// Sets the status of entry `index`.
    ///
    /// # Errors
    /// When the list ends before it, or its entries are too narrow.
    pub fn set(&mut self, index: u64, status: Status) -> Result<(), ListError> {
        let (at, shift) = self.place(index)?;
        let (value, mask) = (status.value(), self.width.mask());
        if value > mask {
            return Err(ListError::TooWide { value, bits: self.width.bits() });
        }
        self.bytes[at] = self.bytes[at] & !(mask << shift) | value << shift;
        Ok(())
    }

    fn place(&self, index: u64) -> Result<(usize, usize), ListError> {
        if index >= self.len() {
            return Err(ListError::OutOfRange { index, len: self.len() });
        }
        let per_byte = self.width.per_byte();
        let index = index as usize;
        Ok((index / per_byte, index % per_byte * usize::from(self.width.bits())))
    }

    /// The bytes of `lst`.
    ///
    /// # Panics
    /// Never: memory takes all that is written to it.
    pub fn compress(&self) -> Vec<u8> {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(&self.bytes).and_then(|()| zlib.finish()).expect("memory takes what is written to it")
    }

    /// Reads the bytes of `lst`.
    ///
    /// # Errors
    /// When they are not one zlib stream of at most [`MAX_LIST_BYTES`].
    pub fn decompress(width: BitWidth, lst: &[u8]) -> Result<Self, ListError> {
        let mut zlib = ZlibDecoder::new(lst);
        let mut bytes = Vec::new();
        zlib.by_ref().take(MAX_LIST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(ListError::NotZlib)?;
        if bytes.len() > MAX_LIST_BYTES {
            return Err(ListError::TooLong);
        }
        match lst.len().saturating_sub(zlib.total_in() as usize) {
            0 => Ok(Self { width, bytes }),
            extra => Err(ListError::BytesAfterEnd { extra }),
        }
    }
}

impl Default for StatusList {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_lowest_bits_of_a_byte_come_first() {
        // The example of §4.1 of the draft: 16 statuses of one bit, in bytes 0xb9 0xa3.
        let mut list = StatusList::with(BitWidth::One, 16);
        for index in [0, 3, 4, 5, 7, 8, 9, 13, 15] {
            list.set(index, Status::Invalid).unwrap();
        }
        assert_eq!(list.bytes, [0xb9, 0xa3]);
    }

    #[test]
    fn an_empty_list_of_ours_is_small_on_the_wire() {
        assert_eq!(StatusList::new().len(), u64::from(CAPACITY));
        assert!(StatusList::new().compress().len() < 50);
    }

    #[test]
    fn a_number_behind_the_end_is_refused() {
        let list = StatusList::new();
        assert_eq!(list.get(65_535).unwrap(), Status::Valid);
        assert_eq!(list.get(65_536).unwrap_err().to_string(), "status number 65536 in a list of 65536 entries");
        assert!(list.get(u64::MAX).is_err());
        assert!(StatusList::with(BitWidth::Two, 0).get(0).is_err());
    }

    #[test]
    fn a_status_too_wide_for_the_list_is_refused() {
        let mut list = StatusList::with(BitWidth::One, 8);
        assert_eq!(list.set(0, Status::Suspended).unwrap_err().to_string(), "status 2 does not fit into 1 bits");
    }

    #[test]
    fn a_bomb_a_tail_and_a_torn_stream_are_refused() {
        let bomb = StatusList { width: BitWidth::Eight, bytes: vec![0; MAX_LIST_BYTES + 1] }.compress();
        assert!(matches!(StatusList::decompress(BitWidth::Eight, &bomb), Err(ListError::TooLong)));
        let good = StatusList::new().compress();
        assert!(matches!(
            StatusList::decompress(BitWidth::Two, &[&good[..], b"x"].concat()),
            Err(ListError::BytesAfterEnd { extra: 1 })
        ));
        for torn in [&good[..good.len() - 1], &good[..2], b"", b"hello"] {
            assert!(matches!(StatusList::decompress(BitWidth::Two, torn), Err(ListError::NotZlib(_))), "{torn:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_set_is_read_back_and_nothing_else_changes(
            width in prop_oneof![Just(BitWidth::One), Just(BitWidth::Two), Just(BitWidth::Four), Just(BitWidth::Eight)],
            index in 0u64..64, other in 0u64..64, value: u8,
        ) {
            let mut list = StatusList::with(width, 64);
            let status = Status::from_value(value & width.mask());
            list.set(index, status).unwrap();
            prop_assert_eq!(list.get(index).unwrap(), status);
            if other != index {
                prop_assert_eq!(list.get(other).unwrap(), Status::Valid);
            }
            prop_assert_eq!(StatusList::decompress(width, &list.compress()).unwrap(), list);
        }
    }
}
