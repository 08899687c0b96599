//! Points of a rank-1 lattice, one after the other: an embedded sequence with a random shift.
//!
//! Point i has the coordinates frac(φ(i) z_d + Δ_d), φ being the radical inverse in base 2. Its first 2^m points are the lattice
//! of the generating vector z mod 2^m, for every m, so that points double as those of Sobol' do. A shift Δ, uniform in the
//! cube, makes each of them uniform: every estimate is unbiased, and replicates with shifts of their own are independent.
//! In 32-bit arithmetic φ(i) z_d is one product of the reversed digits of i, and taking the fraction is its overflow.
//!
//! F. J. Hickernell, P. Kritzer, F. Y. Kuo, D. Nuyens, Numer. Algorithms 59 (2012) 161; R. Cranley, T. N. L. Patterson, SIAM J.
//! Numer. Anal. 13 (1976) 904.

use super::sobol::BLOCK;
use crate::sampling::streams::stream;
use rand_xoshiro::rand_core::Rng;

/// Most dimensions.
pub(super) const MAX_DIM: usize = VECTOR.len();
/// Most points of a sequence.
pub(super) const MAX_POINTS: u64 = 1 << 24;
/// Where the shifts stand among the random streams: no iteration of anything has this number, nor have the keys of scramblings.
const SHIFTS: u64 = u64::MAX - 1;
/// Binary digits of a shift.
const MASK: u64 = (1 << 52) - 1;

/// The generating vector that `examples/lattice.rs` finds and prints; its criterion is explained there.
#[rustfmt::skip]
const VECTOR: [u32; 64] = [
    1, 11_327_855, 5_043_363, 12_922_323, 4_384_219, 13_921_761, 9_295_589, 9_477_645,
    6_532_133, 1_149_033, 5_121_247, 234_515, 44_847, 15_758_369, 4_816_605, 5_920_595,
    15_913_405, 7_811_837, 16_614_099, 13_978_149, 15_984_869, 5_523_505, 6_057_485, 7_468_605,
    7_065_377, 15_001_829, 16_007_945, 6_632_923, 14_258_287, 2_749_971, 14_522_139, 3_706_991,
    10_138_321, 3_222_219, 10_948_719, 9_915_195, 14_092_739, 16_339_499, 2_357_643, 2_549_989,
    982_985, 12_715_705, 13_754_979, 7_937_049, 6_079_783, 10_554_725, 12_349_329, 6_961_103,
    13_245_853, 8_166_813, 4_165_355, 9_992_519, 16_123_509, 12_456_047, 1_326_327, 13_010_549,
    3_959_055, 10_511_335, 4_021_995, 1_835_063, 9_435_185, 3_051_243, 7_125_763, 8_348_259,
];

/// The radical inverses of the first points, as 32 digits.
static INVERSES: [u32; BLOCK] = {
    let mut inverses = [0; BLOCK];
    let mut i = 0;
    while i < BLOCK {
        inverses[i] = (i as u32).reverse_bits();
        i += 1;
    }
    inverses
};

/// The shift of one axis of one replicate, in units of 2^-52.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift(u64);

/// The shifts of all axes of a replicate.
pub(super) fn shifts(seed: u64, replicate: usize, dim: usize) -> Vec<Shift> {
    let mut stream = stream(seed, SHIFTS, replicate as u64);
    (0..dim).map(|_| Shift(stream.next_u64() >> 12)).collect()
}

/// Fills a block with coordinate `d` of the points from `start` on, a multiple of the block's length or of [`BLOCK`]: the
/// middles of 2^52 equal parts, so never 0 or 1.
#[inline(always)]
pub(super) fn fill(d: usize, shift: Shift, start: u32, block: &mut [f64]) {
    let z = VECTOR[d];
    // The digits of the first index and those within the block do not meet.
    let first = start.reverse_bits().wrapping_mul(z);
    // Two loops: sixteen numbers of 32 bits fit into a register, but only eight of 64.
    let mut digits = [0_u32; BLOCK];
    for (digits, inverse) in digits.iter_mut().zip(&INVERSES) {
        *digits = inverse.wrapping_mul(z).wrapping_add(first);
    }
    for (t, digits) in block.iter_mut().zip(&digits) {
        let bits = (u64::from(*digits) << 20).wrapping_add(shift.0) & MASK;
        // A number from 1 to 2 with these bits as its fraction.
        *t = f64::from_bits(bits | 1.0_f64.to_bits()) - (1.0 - f64::EPSILON / 2.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(d: usize, shift: Shift, start: u32, points: usize) -> Vec<f64> {
        let mut column = vec![0.0; points];
        for (block, start) in column.chunks_mut(BLOCK).zip((start..).step_by(BLOCK)) {
            fill(d, shift, start, block);
        }
        column
    }

    #[test]
    fn the_first_points_are_lattices_for_every_power_of_two() {
        for m in [4, 8, 11, 14] {
            let n = 1_u64 << m;
            let mut points: Vec<Vec<u64>> = (0..n).map(|_| Vec::new()).collect();
            for d in 0..MAX_DIM {
                // Without a shift: the numerators over N, half of a last digit above them.
                let numerators = column(d, Shift(0), 0, n as usize);
                points.iter_mut().zip(numerators).for_each(|(point, t)| point.push((t * n as f64) as u64));
            }
            points.sort();
            let lattice = (0..n).map(|i| VECTOR.map(|z| i * u64::from(z) % n).to_vec());
            let mut expected: Vec<Vec<u64>> = lattice.collect();
            expected.sort();
            assert!(points == expected, "2^{m} points");
        }
    }

    #[test]
    fn every_axis_is_stratified_after_any_block() {
        for (d, shift) in shifts(5, 2, MAX_DIM).into_iter().enumerate() {
            for (start, points) in [(0, 16), (32, 32), (0, 1024), (3 * 4096, 4096), ((1 << 24) - 256, 256)] {
                let mut strata = vec![0; points];
                let column = column(d, shift, start, points);
                // Up to the shift, the same for all.
                let first = (column[0] * points as f64).fract();
                for t in column {
                    assert!(0.0 < t && t < 1.0);
                    strata[((t * points as f64 - first).round() as usize) % points] += 1;
                }
                assert!(strata.iter().all(|&n| n == 1), "axis {d}, {points} points from {start}");
            }
        }
    }

    /// P₂ of the first 2^m points in `dim` dimensions, with weights 1.
    fn figure(dim: usize, m: u32) -> f64 {
        let columns: Vec<Vec<f64>> = (0..dim).map(|d| column(d, Shift(0), 0, 1 << m)).collect();
        let omega = |x: f64| 2.0 * std::f64::consts::PI.powi(2) * (x * (x - 1.0) + 1.0 / 6.0);
        let product = |i: usize| columns.iter().map(|c| 1.0 + omega(c[i])).product::<f64>();
        (0..1 << m).map(product).sum::<f64>() / f64::from(1 << m) - 1.0
    }

    #[test]
    fn lattices_are_good_by_their_criterion() {
        // A point of chance has an expected P₂ of ((1 + π²/3)^d − 1)/N.
        for (dim, m, gain) in [(2, 8, 20.0), (3, 12, 15.0), (5, 14, 3.0), (8, 16, 1.3)] {
            let chance = ((1.0 + std::f64::consts::PI.powi(2) / 3.0).powi(dim as i32) - 1.0) / f64::from(1 << m);
            assert!(figure(dim, m) * gain < chance, "{dim} {m}: {} {chance}", figure(dim, m));
        }
    }

    #[test]
    fn replicates_axes_and_seeds_are_uncorrelated() {
        let u = |seed: u64, replicate: usize, d: usize| column(d, shifts(seed, replicate, 2)[d], 0, 16)[3] - 0.5;
        let pairs: [&dyn Fn(usize) -> f64; 3] = [&|i| u(0, 2 * i, 0) * u(0, 2 * i + 1, 0), &|i| u(0, i, 0) * u(0, i, 1), &|i| {
            u(2 * i as u64, 0, 0) * u(2 * i as u64 + 1, 0, 0)
        }];
        for pair in pairs {
            let n = 3000;
            let correlation = 12.0 * (0..n).map(pair).sum::<f64>() / n as f64;
            assert!(correlation.abs() < 4.0 / f64::from(n as u32).sqrt(), "{correlation}");
        }
    }
}
