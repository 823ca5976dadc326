//! Arithmetic in the field of 256 elements with the polynomial x⁸+x⁴+x³+x²+1 (0x11D, the one of QR itself), and the
//! interpolation that parts are made and joined with.

/// 2^i for i from 0, twice round so that sums of two logarithms need no remainder.
const POWERS: [u8; 510] = {
    let mut powers = [0; 510];
    let (mut i, mut value) = (0, 1u16);
    while i < 510 {
        powers[i] = value as u8;
        value <<= 1;
        if value > 0xff {
            value ^= 0x11d;
        }
        i += 1;
    }
    powers
};

/// The inverse of [`POWERS`]; the entry of 0 is never read.
const LOGARITHMS: [u8; 256] = {
    let mut logarithms = [0; 256];
    let mut i = 0;
    while i < 255 {
        logarithms[POWERS[i] as usize] = i as u8;
        i += 1;
    }
    logarithms
};

fn log(a: u8) -> usize {
    usize::from(LOGARITHMS[usize::from(a)])
}

pub(super) fn times(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 { 0 } else { POWERS[log(a) + log(b)] }
}

/// `a / b`; `b` is not 0.
fn over(a: u8, b: u8) -> u8 {
    if a == 0 { 0 } else { POWERS[log(a) + 255 - log(b)] }
}

/// The values at `x` of the polynomials of least degree through `known`: pairs of an x, no two the same, and the
/// values there, one for each polynomial.
pub(super) fn interpolate(known: &[(u8, &[u8])], x: u8) -> Vec<u8> {
    if let Some((_, values)) = known.iter().find(|(at, _)| *at == x) {
        return values.to_vec();
    }
    let mut out = vec![0; known.first().map_or(0, |(_, values)| values.len())];
    for &(at, values) in known {
        // Lagrange: the factor is 1 at `at` and 0 at every other known place. In this field − is +, which is xor.
        let others = known.iter().filter(|(other, _)| *other != at);
        let factor = others.fold(1, |factor, &(other, _)| times(factor, over(x ^ other, at ^ other)));
        let products: [u8; 256] = std::array::from_fn(|value| times(factor, value as u8));
        for (out, &value) in out.iter_mut().zip(values) {
            *out ^= products[usize::from(value)];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplication_is_the_one_of_the_polynomial() {
        let slow = |a: u8, b: u8| {
            let mut product = (0..8).filter(|bit| b >> bit & 1 == 1).fold(0u32, |sum, bit| sum ^ u32::from(a) << bit);
            for bit in (8..15).rev() {
                if product >> bit & 1 == 1 {
                    product ^= 0x11d << (bit - 8);
                }
            }
            product as u8
        };
        for a in 0..=255 {
            for b in 0..=255 {
                assert_eq!(times(a, b), slow(a, b), "{a} {b}");
                if b != 0 {
                    assert_eq!(over(times(a, b), b), a);
                }
            }
        }
    }

    #[test]
    fn interpolation_finds_the_polynomial_again() {
        // 7 + 3x + 200x²
        let value = |x: u8| 7 ^ times(3, x) ^ times(200, times(x, x));
        let known: Vec<_> = [4u8, 0, 31].into_iter().map(|x| (x, [value(x)])).collect();
        let known: Vec<_> = known.iter().map(|(x, values)| (*x, &values[..])).collect();
        for x in 0..32 {
            assert_eq!(interpolate(&known, x), [value(x)]);
        }
    }
}
