//! Version and level → blocks of codewords, and which codeword of the symbol belongs to which block
//! (ISO/IEC 18004:2015 §7.5.1 table 9, §7.6).

use std::sync::OnceLock;

use super::patterns::{Patterns, Version};
use crate::symbol::EcLevel;

/// Levels in the order of table 9.
pub(super) const LEVELS: [EcLevel; 4] = [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H];

/// Of versions 1 to 40 and levels L, M, Q and H: error correction codewords of a block, and blocks (table 9).
#[rustfmt::skip]
const TABLE_9: [[(u8, u8); 4]; Version::MAX as usize] = [
    [(7, 1), (10, 1), (13, 1), (17, 1)], // 1
    [(10, 1), (16, 1), (22, 1), (28, 1)], // 2
    [(15, 1), (26, 1), (18, 2), (22, 2)], // 3
    [(20, 1), (18, 2), (26, 2), (16, 4)], // 4
    [(26, 1), (24, 2), (18, 4), (22, 4)], // 5
    [(18, 2), (16, 4), (24, 4), (28, 4)], // 6
    [(20, 2), (18, 4), (18, 6), (26, 5)], // 7
    [(24, 2), (22, 4), (22, 6), (26, 6)], // 8
    [(30, 2), (22, 5), (20, 8), (24, 8)], // 9
    [(18, 4), (26, 5), (24, 8), (28, 8)], // 10
    [(20, 4), (30, 5), (28, 8), (24, 11)], // 11
    [(24, 4), (22, 8), (26, 10), (28, 11)], // 12
    [(26, 4), (22, 9), (24, 12), (22, 16)], // 13
    [(30, 4), (24, 9), (20, 16), (24, 16)], // 14
    [(22, 6), (24, 10), (30, 12), (24, 18)], // 15
    [(24, 6), (28, 10), (24, 17), (30, 16)], // 16
    [(28, 6), (28, 11), (28, 16), (28, 19)], // 17
    [(30, 6), (26, 13), (28, 18), (28, 21)], // 18
    [(28, 7), (26, 14), (26, 21), (26, 25)], // 19
    [(28, 8), (26, 16), (30, 20), (28, 25)], // 20
    [(28, 8), (26, 17), (28, 23), (30, 25)], // 21
    [(28, 9), (28, 17), (30, 23), (24, 34)], // 22
    [(30, 9), (28, 18), (30, 25), (30, 30)], // 23
    [(30, 10), (28, 20), (30, 27), (30, 32)], // 24
    [(26, 12), (28, 21), (30, 29), (30, 35)], // 25
    [(28, 12), (28, 23), (28, 34), (30, 37)], // 26
    [(30, 12), (28, 25), (30, 34), (30, 40)], // 27
    [(30, 13), (28, 26), (30, 35), (30, 42)], // 28
    [(30, 14), (28, 28), (30, 38), (30, 45)], // 29
    [(30, 15), (28, 29), (30, 40), (30, 48)], // 30
    [(30, 16), (28, 31), (30, 43), (30, 51)], // 31
    [(30, 17), (28, 33), (30, 45), (30, 54)], // 32
    [(30, 18), (28, 35), (30, 48), (30, 57)], // 33
    [(30, 19), (28, 37), (30, 51), (30, 60)], // 34
    [(30, 19), (28, 38), (30, 53), (30, 63)], // 35
    [(30, 20), (28, 40), (30, 56), (30, 66)], // 36
    [(30, 21), (28, 43), (30, 59), (30, 70)], // 37
    [(30, 22), (28, 45), (30, 62), (30, 74)], // 38
    [(30, 24), (28, 47), (30, 65), (30, 77)], // 39
    [(30, 25), (28, 49), (30, 68), (30, 81)], // 40
];

/// The blocks of a symbol.
#[derive(Debug)]
pub(in crate::scan) struct Blocks {
    /// Error correction codewords in each block.
    pub(in crate::scan) ec_per_block: usize,
    /// Number of blocks and data codewords in each of them; the second group has one data codeword more, or no blocks.
    pub(in crate::scan) groups: [(usize, usize); 2],
    /// Codewords that table 9 sets aside so that wrong decoding is noticed: as many may not be used to correct.
    pub(super) protection: usize,
    /// Of each codeword of a block, block by block, its number in the order of the symbol.
    order: Vec<u16>,
}

impl Blocks {
    /// Those of a version and level; made once and kept.
    pub(in crate::scan) fn of(version: Version, level: EcLevel) -> &'static Self {
        const SYMBOLS: usize = Version::MAX as usize * LEVELS.len();
        static ALL: [OnceLock<Blocks>; SYMBOLS] = [const { OnceLock::new() }; SYMBOLS];
        let at = (usize::from(version.number()) - 1) * LEVELS.len() + level as usize;
        ALL[at].get_or_init(|| Self::new(version, level))
    }

    /// How many blocks there are.
    pub(in crate::scan) fn count(&self) -> usize {
        self.groups[0].0 + self.groups[1].0
    }

    /// Data codewords of a block.
    pub(in crate::scan) fn data_len(&self, block: usize) -> usize {
        self.groups[usize::from(block >= self.groups[0].0)].1
    }

    /// Data codewords of the symbol.
    pub(in crate::scan) fn data_codewords(&self) -> usize {
        self.groups.iter().map(|(count, data)| count * data).sum()
    }

    /// Numbers, in the order of the symbol, of the codewords of a block: data, then error correction.
    pub(in crate::scan) fn codewords(&self, block: usize) -> &[u16] {
        let start = self.data_before(block) + block * self.ec_per_block;
        &self.order[start..start + self.data_len(block) + self.ec_per_block]
    }

    /// Data codewords of the blocks before a block.
    pub(super) fn data_before(&self, block: usize) -> usize {
        block * self.groups[0].1 + block.saturating_sub(self.groups[0].0)
    }

    fn new(version: Version, level: EcLevel) -> Self {
        let (ec, count) = TABLE_9[usize::from(version.number()) - 1][level as usize];
        let (ec_per_block, count) = (usize::from(ec), usize::from(count));
        let total = Patterns::of(version).codewords();
        let (short, longer) = (total / count - ec_per_block, total % count);
        let groups = [(count - longer, short), (longer, short + 1)];
        let protection = match (version.number(), level) {
            (1, EcLevel::L) => 3,
            (1, EcLevel::M) | (2, EcLevel::L) => 2,
            (1, _) | (3, EcLevel::L) => 1,
            _ => 0,
        };
        let mut order = Vec::with_capacity(total);
        for block in 0..count {
            let is_long = block >= groups[0].0;
            order.extend((0..short).map(|at| at * count + block));
            order.extend(is_long.then_some(short * count + block.saturating_sub(groups[0].0)));
            order.extend((0..ec_per_block).map(|at| short * count + longer + at * count + block));
        }
        // The largest symbol has 3706 codewords.
        let order = order.into_iter().map(|codeword| codeword as u16).collect();
        Self { ec_per_block, groups, protection, order }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codeword_belongs_to_one_block() {
        for version in (1..=Version::MAX).filter_map(Version::new) {
            for level in LEVELS {
                let blocks = Blocks::of(version, level);
                let mut all: Vec<u16> =
                    (0..blocks.count()).flat_map(|block| blocks.codewords(block)).copied().collect();
                all.sort_unstable();
                let total = Patterns::of(version).codewords() as u16;
                assert_eq!(all, (0..total).collect::<Vec<_>>(), "{}-{level}", version.number());
            }
        }
    }

    #[test]
    fn blocks_are_as_table_9_has_them() {
        for (number, level, ec, groups) in [
            (1, EcLevel::L, 7, [(1, 19), (0, 20)]),
            (5, EcLevel::Q, 18, [(2, 15), (2, 16)]),
            (20, EcLevel::L, 28, [(3, 107), (5, 108)]),
            (40, EcLevel::H, 30, [(20, 15), (61, 16)]),
        ] {
            let blocks = Version::new(number).map(|version| Blocks::of(version, level));
            assert_eq!(blocks.map(|blocks| (blocks.ec_per_block, blocks.groups)), Some((ec, groups)));
        }
    }

    #[test]
    fn a_data_codeword_is_found_in_its_block() {
        let blocks = Version::new(5).map(|version| Blocks::of(version, EcLevel::Q)).unwrap();
        assert_eq!(blocks.codewords(3)[15], 61);
    }
}
