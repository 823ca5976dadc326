//! The codes of deflate (RFC 1951 §3.2): symbols of lengths and distances, Huffman codes, and the bits they become.

/// Shortest reference back (RFC 1951 §3.2.5).
pub(super) const MIN_MATCH: usize = 3;
/// Longest reference back.
pub(super) const MAX_MATCH: usize = 258;
/// Furthest reference back.
pub(super) const MAX_DISTANCE: usize = 32 * 1024;
/// The symbol that ends a block.
pub(super) const END_OF_BLOCK: usize = 256;
/// Symbols for literals and lengths; the fixed code knows two more, which never occur.
pub(super) const LITERALS: usize = 288;
/// Symbols for distances.
pub(super) const DISTANCES: usize = 30;

/// A symbol and the bits written plainly after it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Symbol {
    pub number: usize,
    pub extra_bits: u32,
    pub extra: u32,
}

/// The symbol of a match length, 3 to 258 (RFC 1951 §3.2.5).
pub(super) fn length_symbol(length: usize) -> Symbol {
    let above = (length - MIN_MATCH) as u32;
    match above {
        0..8 => Symbol { number: 257 + above as usize, extra_bits: 0, extra: 0 },
        255 => Symbol { number: 285, extra_bits: 0, extra: 0 },
        _ => {
            let bits = above.ilog2() - 2;
            let number = 257 + 4 * bits + (above >> bits);
            Symbol { number: number as usize, extra_bits: bits, extra: above & ((1 << bits) - 1) }
        }
    }
}

/// The symbol of a distance, 1 to 32768 (RFC 1951 §3.2.5).
pub(super) fn distance_symbol(distance: usize) -> Symbol {
    let above = distance as u32 - 1;
    if above < 4 {
        return Symbol { number: above as usize, extra_bits: 0, extra: 0 };
    }
    let bits = above.ilog2() - 1;
    Symbol { number: (2 * bits + (above >> bits)) as usize, extra_bits: bits, extra: above & ((1 << bits) - 1) }
}

/// Code words for one alphabet: how many bits, and which, already turned round for the writer.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub bits: Vec<u8>,
    words: Vec<u16>,
}

impl Words {
    /// A symbol's word and how many bits it has.
    pub fn word(&self, symbol: usize) -> (u32, u32) {
        (u32::from(self.words[symbol]), u32::from(self.bits[symbol]))
    }

    /// The canonical code with these lengths (RFC 1951 §3.2.2).
    pub fn new(bits: Vec<u8>) -> Self {
        let mut next = [0u16; 17];
        for length in 1..=15 {
            let shorter = bits.iter().filter(|&&b| usize::from(b) == length - 1 && b > 0).count() as u16;
            next[length] = (next[length - 1] + shorter) << 1;
        }
        let words = bits
            .iter()
            .map(|&length| {
                let word = next[usize::from(length)];
                next[usize::from(length)] += 1;
                if length == 0 { 0 } else { word.reverse_bits() >> (16 - u32::from(length)) }
            })
            .collect();
        Self { bits, words }
    }
}

/// One way to write literals and matches: the fixed code, or one that a block brings along.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// What stands between `BFINAL` and the first symbol: value and number of bits.
    pub header: Vec<(u32, u32)>,
    pub literals: Words,
    pub distances: Words,
}

impl Code {
    /// The fixed code (RFC 1951 §3.2.6).
    pub fn fixed() -> Self {
        let bits = (0..LITERALS).map(|symbol| match symbol {
            144..=255 => 9,
            256..=279 => 7,
            _ => 8,
        });
        Self {
            header: vec![(0b01, 2)],
            literals: Words::new(bits.collect()),
            distances: Words::new(vec![5; DISTANCES]),
        }
    }

    pub fn write_literal(&self, symbol: usize, out: &mut BitWriter) {
        let (word, bits) = self.literals.word(symbol);
        out.write(word, bits);
    }

    pub fn write_match(&self, length: usize, distance: usize, out: &mut BitWriter) {
        let symbol = length_symbol(length);
        self.write_literal(symbol.number, out);
        out.write(symbol.extra, symbol.extra_bits);
        let symbol = distance_symbol(distance);
        let (word, bits) = self.distances.word(symbol.number);
        out.write(word, bits);
        out.write(symbol.extra, symbol.extra_bits);
    }
}

/// Packs bits from the low end of each byte (RFC 1951 §3.1.1).
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    waiting: u64,
    count: u32,
}

impl BitWriter {
    pub fn write(&mut self, value: u32, bits: u32) {
        self.waiting |= u64::from(value) << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.bytes.push(self.waiting as u8);
            self.waiting >>= 8;
            self.count -= 8;
        }
    }

    /// Bits written so far.
    pub fn bits(&self) -> usize {
        self.bytes.len() * 8 + self.count as usize
    }

    /// Fills the last byte with zeros.
    pub fn align(&mut self) {
        if self.count > 0 {
            self.write(0, 8 - self.count);
        }
    }

    pub fn into_bytes(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_distances_have_the_symbols_of_the_rfc() {
        let symbol = |number, extra_bits, extra| Symbol { number, extra_bits, extra };
        for (length, expect) in [
            (3, symbol(257, 0, 0)),
            (10, symbol(264, 0, 0)),
            (11, symbol(265, 1, 0)),
            (12, symbol(265, 1, 1)),
            (19, symbol(269, 2, 0)),
            (131, symbol(281, 5, 0)),
            (257, symbol(284, 5, 30)),
            (258, symbol(285, 0, 0)),
        ] {
            assert_eq!(length_symbol(length), expect, "{length}");
        }
        for (distance, expect) in [
            (1, symbol(0, 0, 0)),
            (4, symbol(3, 0, 0)),
            (5, symbol(4, 1, 0)),
            (8, symbol(5, 1, 1)),
            (9, symbol(6, 2, 0)),
            (24_577, symbol(29, 13, 0)),
            (32_768, symbol(29, 13, 8191)),
        ] {
            assert_eq!(distance_symbol(distance), expect, "{distance}");
        }
    }

    #[test]
    fn the_fixed_code_is_the_one_of_the_rfc() {
        let code = Code::fixed();
        for (symbol, word, bits) in
            [(0, 0b0011_0000, 8), (143, 0b1011_1111, 8), (144, 0b1_1001_0000, 9), (256, 0, 7), (280, 0b1100_0000, 8)]
        {
            assert_eq!(code.literals.bits[symbol], bits, "{symbol}");
            assert_eq!(code.literals.words[symbol].reverse_bits() >> (16 - u32::from(bits)), word, "{symbol}");
        }
    }
}
