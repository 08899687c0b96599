//! Random streams, keyed by what is drawn and never by who draws: (seed, iteration, piece).

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The stream of one piece of one iteration.
///
/// The three numbers are mixed by the finalizer of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014)
/// into the seed of a xoshiro256++ generator (D. Blackman, S. Vigna, ACM Trans. Math. Softw. 47 (2021) 36), which
/// expands it by SplitMix64 again. Streams of different keys overlap with a probability of about 2⁻¹⁹⁰ per pair.
pub fn stream(seed: u64, iteration: u64, piece: u64) -> Xoshiro256PlusPlus {
    let key = mix(mix(mix(seed) ^ iteration) ^ piece);
    Xoshiro256PlusPlus::seed_from_u64(key)
}

/// A number between 0 and 1, evenly distributed: one of the 2⁵² midpoints of equal parts, so never 0 or 1.
///
/// ```
/// use fubini_algorithms::streams::{stream, uniform};
/// let mut points = stream(7, 0, 3);
/// let (x, y) = (uniform(&mut points), uniform(&mut points));
/// assert!(0.0 < x && x < 1.0 && x != y);
/// assert_eq!(uniform(&mut stream(7, 0, 3)), x);
/// ```
pub fn uniform(stream: &mut impl Rng) -> f64 {
    ((stream.next_u64() >> 12) as f64 + 0.5) * 2f64.powi(-52)
}

/// A bijection of 64-bit numbers that leaves no trace of their order.
pub(crate) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn streams_of_neighbouring_keys_differ() {
        let keys = (0..8).flat_map(|s| (0..8).flat_map(move |i| (0..64).map(move |p| (s, i, p))));
        let first: HashSet<u64> = keys.map(|(s, i, p)| stream(s, i, p).next_u64()).collect();
        assert_eq!(first.len(), 8 * 8 * 64);
    }

    #[test]
    fn uniform_numbers_fill_the_open_interval() {
        let mut stream = stream(1, 2, 3);
        let numbers: Vec<f64> = (0..10_000).map(|_| uniform(&mut stream)).collect();
        assert!(numbers.iter().all(|u| *u > 0.0 && *u < 1.0));
        let ends = [0, u64::MAX].map(|bits| ((bits >> 12) as f64 + 0.5) * 2f64.powi(-52));
        assert!(ends[0] > 0.0 && ends[1] < 1.0, "{ends:?}");
        assert!((numbers.iter().sum::<f64>() / 1e4 - 0.5).abs() < 0.02);
    }
}
