//! Signature algorithms by their COSE numbers (RFC 9053 §2, RFC 8230 §2, RFC 9864 §2).

use std::fmt;

use coset::iana::{self, EnumI64 as _};

/// ECDSA on P-256 with SHA-256 and nothing else (RFC 9864 §2.1).
const ESP256: i64 = -9;
/// `EdDSA` on Ed25519 and nothing else (RFC 9864 §2.2).
const ED25519: i64 = -19;
/// ECDSA on P-384 with SHA-384 and nothing else (RFC 9864 §2.1).
const ESP384: i64 = -51;

/// A signature algorithm that we can check.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA with SHA-256 on the curve of the key; what we write ourselves.
    Es256,
    /// ECDSA with SHA-384 on the curve of the key.
    Es384,
    /// ECDSA with SHA-512 on the curve of the key.
    Es512,
    /// ECDSA with SHA-256 on P-256.
    Esp256,
    /// ECDSA with SHA-384 on P-384.
    Esp384,
    /// `EdDSA`; of its curves only Ed25519 is known here.
    EdDsa,
    /// `EdDSA` on Ed25519.
    Ed25519,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
}

impl Algorithm {
    /// Every algorithm known here.
    pub const ALL: [Self; 8] =
        [Self::Es256, Self::Es384, Self::Es512, Self::Esp256, Self::Esp384, Self::EdDsa, Self::Ed25519, Self::Ps256];

    /// The algorithm of a COSE number, when it is known here.
    pub fn from_cose_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.cose_number() == number)
    }

    /// The number in the IANA registry "COSE Algorithms".
    pub fn cose_number(self) -> i64 {
        match self {
            Self::Es256 => iana::Algorithm::ES256.to_i64(),
            Self::Es384 => iana::Algorithm::ES384.to_i64(),
            Self::Es512 => iana::Algorithm::ES512.to_i64(),
            Self::Esp256 => ESP256,
            Self::Esp384 => ESP384,
            Self::EdDsa => iana::Algorithm::EdDSA.to_i64(),
            Self::Ed25519 => ED25519,
            Self::Ps256 => iana::Algorithm::PS256.to_i64(),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Esp256 => "ESP256",
            Self::Esp384 => "ESP384",
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
            Self::Ps256 => "PS256",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_is_found_by_its_number() {
        let numbers: Vec<i64> = Algorithm::ALL.iter().map(|a| a.cose_number()).collect();
        assert_eq!(numbers, [-7, -35, -36, -9, -51, -8, -19, -37]);
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_cose_number(algorithm.cose_number()), Some(algorithm));
        }
        assert_eq!(Algorithm::from_cose_number(-65535), None);
    }
}
