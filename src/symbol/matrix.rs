//! The module matrix of a QR symbol, without its quiet zone.

/// Error correction level (ISO/IEC 18004 §7.5.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EcLevel {
    /// About 7 % of the codewords can be restored.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

impl EcLevel {
    /// The letter that the standard uses.
    pub fn letter(self) -> char {
        match self {
            Self::L => 'L',
            Self::M => 'M',
            Self::Q => 'Q',
            Self::H => 'H',
        }
    }
}

impl std::fmt::Display for EcLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// A square of dark and light modules, row by row from the top left, quiet zone not included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Matrix {
    width: usize,
    dark: Vec<bool>,
    version: u8,
    level: EcLevel,
}

impl Matrix {
    /// Takes `width × width` modules, `true` for dark.
    ///
    /// # Panics
    /// If `dark` has not exactly `width × width` entries.
    pub fn new(width: usize, dark: Vec<bool>, version: u8, level: EcLevel) -> Self {
        assert_eq!(dark.len(), width * width, "a matrix is square");
        Self { width, dark, version, level }
    }

    /// Modules on one side.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the module in column `x` of row `y` is dark.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark[y * self.width + x]
    }

    /// QR version, 1 to 40.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Error correction level.
    pub fn level(&self) -> EcLevel {
        self.level
    }
}
