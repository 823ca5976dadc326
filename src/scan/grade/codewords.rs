//! Which modules make which codeword of a QR symbol, and which codewords a block (ISO/IEC 18004 §7.7.3 and §7.6).

use rxing::qrcode::common::{ErrorCorrectionLevel, Version};

use crate::symbol::{EcLevel, Matrix};

/// The blocks of a symbol.
pub(super) struct Blocks {
    /// Of each codeword, in the order of the symbol, its eight modules as `x, y`.
    pub(super) codewords: Vec<Vec<(usize, usize)>>,
    /// Of each codeword the block.
    pub(super) block: Vec<usize>,
    /// Error correction codewords of each block.
    pub(super) correction: u32,
    /// How many blocks there are.
    pub(super) count: usize,
    /// Centres of the alignment patterns, along both sides.
    pub(super) alignment: Vec<usize>,
}

impl Blocks {
    /// The blocks of a symbol of this version and level; `None` when there is no such.
    pub(super) fn of(matrix: &Matrix) -> Option<Self> {
        let version = Version::getVersionForNumber(u32::from(matrix.version())).ok()?;
        let level = match matrix.level() {
            EcLevel::L => ErrorCorrectionLevel::L,
            EcLevel::M => ErrorCorrectionLevel::M,
            EcLevel::Q => ErrorCorrectionLevel::Q,
            EcLevel::H => ErrorCorrectionLevel::H,
        };
        let fixed = version.buildFunctionPattern().ok()?;
        let modules = walk(matrix.width(), |x, y| fixed.get(x as u32, y as u32));
        let codewords: Vec<Vec<_>> = modules.chunks_exact(8).map(<[_]>::to_vec).collect();
        let blocks = version.getECBlocksForLevel(level);
        let data: Vec<u32> = blocks
            .getECBlocks()
            .iter()
            .flat_map(|group| std::iter::repeat_n(group.getDataCodewords(), group.getCount() as usize))
            .collect();
        let correction = blocks.getECCodewordsPerBlock();
        let longest = data.iter().copied().max()?;
        let mut block = Vec::with_capacity(codewords.len());
        for at in 0..longest {
            block.extend((0..data.len()).filter(|block| at < data[*block]));
        }
        for _ in 0..correction {
            block.extend(0..data.len());
        }
        if block.len() != codewords.len() {
            return None;
        }
        let alignment = version.getAlignmentPatternCenters().iter().map(|at| *at as usize).collect();
        Some(Self { codewords, block, correction, count: data.len(), alignment })
    }
}

/// The modules that carry data, in the order of the bits: columns in pairs from the right, up and down by turns.
fn walk(width: usize, is_fixed: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    const TIMING: usize = 6;
    let pairs = (0..width).rev().filter(|x| *x != TIMING).collect::<Vec<_>>();
    let mut modules = Vec::new();
    for (number, pair) in pairs.chunks(2).enumerate() {
        for step in 0..width {
            let y = if number % 2 == 0 { width - 1 - step } else { step };
            modules.extend(pair.iter().map(|x| (*x, y)).filter(|(x, y)| !is_fixed(*x, *y)));
        }
    }
    modules
}
