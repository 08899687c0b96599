//! Searches the generating vector of the lattice that `qmc` uses, and prints it.
//!
//! `cargo run --release -p fubini-algorithms --example lattice` takes a few minutes; its numbers stand in `qmc/lattice.rs`.
//!
//! Point i of the sequence has the coordinates frac(φ(i) z_d), φ being the radical inverse in base 2: its first 2^m points are
//! the rank-1 lattice of the vector z mod 2^m, for every m (F. J. Hickernell, P. Kritzer, F. Y. Kuo, D. Nuyens, Numer.
//! Algorithms 59 (2012) 161). The criteria are P₂ and P₄ with product weights γ_d, squared worst-case errors of periodic functions,
//!
//! P_α = −1 + 1/N Σ_i Π_d (1 + γ_d ω_α(x_id)),   ω_α(x) = Σ_{h≠0} exp(2πi h x)/|h|^α,
//!
//! which are 2π² B₂(x) and −2π⁴/3 B₄(x) with Bernoulli's polynomials: the first tells how a lattice fares with functions that
//! are barely continuous, the second, which a single short vector of the dual lattice spoils, with those that a transform has made
//! smooth. Components are chosen one after the other (F. Y. Kuo, J. Complexity 19 (2003) 301), by the largest ratio, over
//! all m, of an error to the least that any candidate has at this m (R. Cools, F. Y. Kuo, D. Nuyens, SIAM J. Sci. Comput. 28
//! (2006) 2162). Candidates are random. The first digits are chosen on short lattices, the last ones on long ones.

use fubini_algorithms::streams::stream;
use rand_xoshiro::rand_core::Rng;
use std::f64::consts::PI;

/// Dimensions.
const DIM: usize = 64;
/// γ_d = WEIGHT^d, from d = 0 on.
const WEIGHT: f64 = 0.9;
/// Binary digits of a component that the short lattices choose, among how many candidates, and the least m that counts.
const SHORT: u32 = 17;
const CANDIDATES: usize = 512;
const LEAST: u32 = 8;
/// Binary digits in all, and candidates for the last ones.
const DIGITS: u32 = 24;
const ENDINGS: usize = 8;
/// Figures below which rounding decides.
const ROUNDING: f64 = 1e-12;

/// Π over the components before, of every point, for P₂ and P₄.
type Products = Vec<[f64; 2]>;

fn main() {
    let mut products: Products = vec![[1.0; 2]; 1 << DIGITS];
    let mut stream = stream(1, 0, 0);
    let mut number = || (stream.next_u64() >> 40) as u32;
    for d in 0..DIM {
        let weight = WEIGHT.powi(d as i32);
        let numbers: Vec<u32> = (0..CANDIDATES).map(|_| (number() % (1 << SHORT)) | 1).collect();
        let first = if d == 0 { 1 } else { best(&numbers, &products[..1 << SHORT], weight, LEAST) };
        let endings: Vec<u32> = (0..ENDINGS).map(|_| (number() >> SHORT << SHORT) | first).collect();
        let z = if d == 0 { 1 } else { best(&endings, &products, weight, SHORT + 1) };
        for (i, product) in (0..).zip(&mut products) {
            *product = grown(*product, weight, i, z);
        }
        print!("{z}{}", if d % 8 == 7 { ",\n" } else { ", " });
    }
}

/// The products of point `i` with one component more.
fn grown([p2, p4]: [f64; 2], weight: f64, i: u32, z: u32) -> [f64; 2] {
    let x = f64::from(i.reverse_bits().wrapping_mul(z)) * 2f64.powi(-32);
    // B₂ = 1/6 − b and B₄ = b² − 1/30.
    let b = x * (1.0 - x);
    let (omega2, omega4) = (2.0 * PI * PI * (1.0 / 6.0 - b), 2.0 / 3.0 * PI.powi(4) * (1.0 / 30.0 - b * b));
    [p2 * (1.0 + weight * omega2), p4 * (1.0 + weight * omega4)]
}

/// The candidate with the least largest ratio, over all m from `least` on.
fn best(candidates: &[u32], products: &[[f64; 2]], weight: f64, least: u32) -> u32 {
    let errors: Vec<Vec<f64>> = candidates.iter().map(|z| errors(*z, products, weight, least)).collect();
    let reached = |k: usize| errors.iter().map(|e| e[k]).fold(f64::INFINITY, f64::min);
    let reached: Vec<f64> = (0..errors[0].len()).map(reached).collect();
    let ratio = |errors: &Vec<f64>| errors.iter().zip(&reached).map(|(e, least)| e / least).fold(0.0, f64::max);
    let ratios: Vec<f64> = errors.iter().map(ratio).collect();
    candidates[(0..candidates.len()).fold(0, |best, k| if ratios[k] < ratios[best] { k } else { best })]
}

/// Roots of P₂ and P₄ of the first 2^m points, from m = `least` on.
fn errors(z: u32, products: &[[f64; 2]], weight: f64, least: u32) -> Vec<f64> {
    let (mut sums, mut from, mut errors) = ([0.0; 2], 0, Vec::new());
    for m in least..=products.len().ilog2() {
        for (i, product) in (from as u32..).zip(&products[from..1 << m]) {
            let [p2, p4] = grown(*product, weight, i, z);
            sums = [sums[0] + p2, sums[1] + p4];
        }
        from = 1 << m;
        errors.extend(sums.map(|sum| (sum / from as f64 - 1.0).max(ROUNDING).sqrt()));
    }
    errors
}
