//! Arithmetic in GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1 (ISO/IEC 18004:2015 §7.5.2).

/// x⁸ + x⁴ + x³ + x² + 1.
const MODULUS: u16 = 0x11D;

/// Elements but zero, which are the powers of α = 2.
pub(super) const ORDER: usize = 255;

/// Rows of [`TIMES`]: the most error correction codewords of a block, and one.
const ROWS: usize = super::reed_solomon::MOST_EC + 1;

/// αⁿ, twice around.
const EXP: [u8; 2 * ORDER] = exp();

/// The n for which αⁿ is the element; nothing for zero.
const LOG: [u8; 256] = log();

/// Products of αⁿ and each element, for small n: what syndromes and root search multiply with.
pub(super) static TIMES: [[u8; 256]; ROWS] = times();

const fn exp() -> [u8; 2 * ORDER] {
    let mut table = [0; 2 * ORDER];
    let (mut power, mut at): (u16, usize) = (1, 0);
    while at < ORDER {
        table[at] = power as u8;
        table[at + ORDER] = power as u8;
        power <<= 1;
        if power > 0xFF {
            power ^= MODULUS;
        }
        at += 1;
    }
    table
}

const fn log() -> [u8; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < ORDER {
        table[EXP[at] as usize] = at as u8;
        at += 1;
    }
    table
}

const fn times() -> [[u8; 256]; ROWS] {
    let mut table = [[0; 256]; ROWS];
    let mut row = 0;
    while row < ROWS {
        let mut at = 1;
        while at < 256 {
            table[row][at] = EXP[LOG[at] as usize + row];
            at += 1;
        }
        row += 1;
    }
    table
}

/// α to the power of `n`.
pub(super) fn power(n: usize) -> u8 {
    EXP[n % ORDER]
}

/// The product.
pub(super) fn multiply(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 { 0 } else { EXP[usize::from(LOG[usize::from(a)]) + usize::from(LOG[usize::from(b)])] }
}

/// The quotient; zero when `b` is zero.
pub(super) fn divide(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 { 0 } else { EXP[usize::from(LOG[usize::from(a)]) + ORDER - usize::from(LOG[usize::from(b)])] }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Schoolbook: shift and add.
    fn slowly(a: u8, b: u8) -> u8 {
        let (mut a, mut sum) = (u16::from(a), 0);
        for bit in 0..8 {
            sum ^= a * u16::from(b >> bit & 1);
            a = if a & 0x80 == 0 { a << 1 } else { a << 1 ^ MODULUS };
        }
        sum as u8
    }

    #[test]
    fn products_are_those_of_polynomials() {
        for (a, b) in (0..=255).flat_map(|a| (0..=255).map(move |b| (a, b))) {
            let product = multiply(a, b);
            assert_eq!(product, slowly(a, b));
            if b != 0 {
                assert_eq!(divide(product, b), a);
            }
        }
    }

    #[test]
    fn the_table_has_products_with_powers() {
        for (row, element) in (0..ROWS).flat_map(|row| (0..=255).map(move |element| (row, element))) {
            assert_eq!(TIMES[row][usize::from(element)], multiply(power(row), element));
        }
    }
}
