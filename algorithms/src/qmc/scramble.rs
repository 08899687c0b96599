//! Nested uniform scrambling by a hash: random access to Owen-scrambled points.
//!
//! Owen's scrambling flips digit j of a coordinate by a random bit that belongs to the digits before it: the
//! points stay a net, and each of them becomes uniform, so that every estimate is unbiased. Here the bits come
//! from a keyed bijection of 32-bit numbers, first digit lowest, that is made of x + k, x (2k + 1) and
//! x ⊕ x (2k): carries and products run towards later digits only, so that any bijection of this kind is a nested
//! scrambling. Digits 33 to 52, which are zero before, repeat digits 13 to 32 in reverse, flipped by the key: to the
//! digits before them these are a hash. A half is added to the last one, so that no point is 0 or 1.
//!
//! A. B. Owen, in Monte Carlo and Quasi-Monte Carlo Methods in Scientific Computing (Springer 1995) 299;
//! S. Laine, T. Karras, Comput. Graph. Forum 30 (2011) 1257; B. Burley, J. Comput. Graph. Tech. 9 (2020) 4,
//! whose hash with constants by N. Vegdahl is here keyed four times instead of twice, from independent bits.

use super::sobol::{BLOCK, Sequence};
use crate::sampling::streams::stream;
use rand_xoshiro::rand_core::Rng;

/// Even multipliers of x ⊕ x c, of N. Vegdahl's "Building a better LK hash".
const EVEN: [u32; 3] = [0x3d20_adea, 0x0552_6c56, 0x53a2_2864];
/// Where the keys stand among the random streams: no iteration of anything has this number.
const KEYS: u64 = u64::MAX;

/// The scrambling of one axis of one replicate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key([u32; 5]);

/// The keys of all axes of a replicate.
pub(super) fn keys(seed: u64, replicate: usize, dim: usize) -> Vec<Key> {
    let mut stream = stream(seed, KEYS, replicate as u64);
    let mut key = || Key([(); 5].map(|()| (stream.next_u64() >> 32) as u32));
    (0..dim).map(|_| key()).collect()
}

impl Key {
    /// Scrambles 32 digits, the first one lowest.
    #[inline(always)]
    fn digits(&self, mut x: u32) -> u32 {
        let Key([a, b, c, d, _]) = *self;
        x ^= x.wrapping_mul(EVEN[0]);
        x = x.wrapping_add(a).wrapping_mul(b | 1);
        x ^= x.wrapping_mul(EVEN[1]);
        x = x.wrapping_add(c).wrapping_mul(d | 1);
        x ^ x.wrapping_mul(EVEN[2])
    }

    /// The coordinate in (0, 1) that belongs to scrambled digits: the middle of one of 2^52 equal parts.
    #[inline(always)]
    fn uniform(&self, digits: u32) -> f64 {
        let bits = (u64::from(digits.reverse_bits()) << 20) | u64::from((digits ^ self.0[4]) >> 12);
        // A number from 1 to 2 with these bits as its fraction.
        f64::from_bits(bits | 1.0_f64.to_bits()) - (1.0 - f64::EPSILON / 2.0)
    }
}

/// Fills a block with one coordinate of the points from `start` on, a multiple of the block's length or of [`BLOCK`].
#[inline(always)]
pub(super) fn fill(axis: &Sequence, key: &Key, start: u32, block: &mut [f64]) {
    let base = axis.at(start);
    // Two loops: sixteen numbers of 32 bits fit into a register, but only eight of 64.
    let mut digits = [0; BLOCK];
    for (digits, x) in digits.iter_mut().zip(axis.table()) {
        *digits = key.digits(x ^ base);
    }
    for (u, digits) in block.iter_mut().zip(&digits) {
        *u = key.uniform(*digits);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sobol::sequences;
    use super::*;

    fn column(axis: &Sequence, key: &Key, start: u32, points: usize) -> Vec<f64> {
        let mut column = vec![0.0; points];
        for (block, start) in column.chunks_mut(BLOCK).zip((start..).step_by(BLOCK)) {
            fill(axis, key, start, block);
        }
        column
    }

    #[test]
    fn scrambling_keeps_every_stratum_of_every_axis() {
        for (d, axis) in sequences(50).iter().enumerate() {
            for replicate in 0..3 {
                let key = keys(1, replicate, 50)[d];
                for (start, points) in [(0, 16), (32, 32), (0, 1024), (3 * 4096, 4096)] {
                    let mut strata = vec![0; points];
                    for u in column(axis, &key, start, points) {
                        strata[(u * points as f64) as usize] += 1;
                    }
                    assert!(strata.iter().all(|&n| n == 1), "axis {d}, replicate {replicate}, {points} points");
                }
            }
        }
    }

    /// Least t for which the points are a (t, m, 2)-net in these two axes.
    fn quality(x: &[f64], y: &[f64]) -> u32 {
        let m = x.len().ilog2();
        let even = |t: u32| {
            (0..=m - t).all(|a| {
                let (nx, ny) = (1 << a, 1 << (m - t - a));
                let mut boxes = vec![0_u32; nx * ny];
                for (x, y) in x.iter().zip(y) {
                    boxes[(x * nx as f64) as usize * ny + (y * ny as f64) as usize] += 1;
                }
                boxes.iter().all(|&n| n == 1 << t)
            })
        };
        (0..=m).find(|t| even(*t)).unwrap()
    }

    #[test]
    fn scrambling_keeps_the_nets() {
        let axes = sequences(6);
        for replicate in 0..3 {
            let key = keys(7, replicate, 6);
            for (m, start) in [(4, 0), (7, 0), (10, 3072), (12, 4096)] {
                let points = |d: usize| column(&axes[d], &key[d], start, 1 << m);
                // Unscrambled points, in the middles of their parts.
                let plain = |d: usize| -> Vec<f64> {
                    let x = |i| axes[d].at(start + i).reverse_bits();
                    (0..1 << m).map(|i| (f64::from(x(i)) + 0.5) / 2.0_f64.powi(32)).collect()
                };
                assert_eq!(quality(&points(0), &points(1)), 0);
                for (a, b) in [(0, 2), (1, 2), (2, 3), (3, 5), (4, 5)] {
                    let t = quality(&points(a), &points(b));
                    assert_eq!(t, quality(&plain(a), &plain(b)), "axes {a} and {b}, m = {m}");
                    assert!(t <= 3);
                }
            }
        }
    }

    /// The bit that flips digit `depth` after the digits of `prefix`.
    fn flip(key: &Key, prefix: u32, depth: u32) -> u32 {
        (key.digits(prefix) >> depth) & 1
    }

    #[test]
    fn bits_of_all_nodes_are_fair_and_pairwise_independent() {
        const KEYS: usize = 1 << 14;
        let keys: Vec<Key> = (0..KEYS / 64).flat_map(|r| keys(3, r, 64)).collect();
        // All nodes of the first six digits, and some far below.
        let mut nodes: Vec<(u32, u32)> = (0..6).flat_map(|depth| (0..1 << depth).map(move |p| (p, depth))).collect();
        nodes.extend([0, 1, 2, 3, 0x155, 0x1aa, 0x3ff].map(|p| (p, 10)));
        nodes.extend([0, 1, 0x8000, 0xffff, 0x5555].map(|p| (p, 16)));
        nodes.extend([0, 1, 0x4000_0000, 0x7fff_ffff, 0x2aaa_aaaa].map(|p| (p, 31)));
        let flips: Vec<Vec<u64>> = nodes
            .iter()
            .map(|&(p, depth)| {
                let word = |keys: &[Key]| keys.iter().fold(0, |word, k| word << 1 | u64::from(flip(k, p, depth)));
                keys.chunks(64).map(word).collect()
            })
            .collect();
        let fair = |ones: u32| (f64::from(ones) - 0.5 * KEYS as f64).abs() < 4.5 * 0.5 * (KEYS as f64).sqrt();
        for (i, a) in flips.iter().enumerate() {
            assert!(fair(a.iter().map(|w| w.count_ones()).sum()), "{:x?}", nodes[i]);
            for (j, b) in flips[..i].iter().enumerate() {
                let differ = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
                assert!(fair(differ), "{:x?} {:x?}: {differ}", nodes[i], nodes[j]);
            }
        }
    }

    #[test]
    fn numbers_are_uniform_within_a_stratum_and_never_at_its_ends() {
        let axis = &sequences(3)[2];
        let (mut sum, mut squares, replicates) = (0.0, 0.0, 4000);
        for replicate in 0..replicates {
            let u = column(axis, &keys(0, replicate, 3)[2], 0, 16)[5] * 16.0 % 1.0;
            assert!(0.0 < u && u < 1.0);
            (sum, squares) = (sum + u, squares + u * u);
        }
        let n = replicates as f64;
        assert!((sum / n - 0.5).abs() < 4.0 * (1.0 / 12.0 / n).sqrt(), "{}", sum / n);
        assert!((squares / n - 1.0 / 3.0).abs() < 4.0 * (4.0 / 45.0 / n).sqrt(), "{}", squares / n);
    }

    #[test]
    fn the_ends_of_the_interval_are_out_of_reach() {
        let key = Key([0, 0, 0, 0, 0]);
        assert_eq!((key.uniform(0), key.uniform(u32::MAX)), (f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0));
    }

    #[test]
    fn replicates_axes_and_seeds_are_uncorrelated() {
        let axis = &sequences(1)[0];
        let u = |seed: u64, replicate: usize, d: usize| column(axis, &keys(seed, replicate, 2)[d], 0, 16)[3] - 0.5;
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
