//! Riemann's zeta function on the real line.

use std::f64::consts::PI;

/// `B_2n / (2n)!`.
const SERIES: [f64; 10] = [
    1.0 / 12.0,
    -1.0 / 720.0,
    1.0 / 30_240.0,
    -1.0 / 1_209_600.0,
    1.0 / 47_900_160.0,
    -691.0 / 1_307_674_368_000.0,
    1.0 / 74_724_249_600.0,
    -3617.0 / 10_670_622_842_880_000.0,
    43_867.0 / 5_109_094_217_170_944_000.0,
    -174_611.0 / 802_857_662_698_291_200_000.0,
];
/// Below this the functional equation is used: nearer to zero 1 − s is rounded beside the pole at 1.
const REFLECTED: f64 = -0.1;
/// Terms that are added one by one.
const TERMS: u32 = 10;

/// ζ(s): Euler and Maclaurin's sum from a little below 0 on, the functional equation below that; infinite at 1.
pub(crate) fn zeta(s: f64) -> f64 {
    if s < REFLECTED {
        return reflected(s);
    }
    if s == 1.0 {
        return f64::INFINITY;
    }
    let n = f64::from(TERMS);
    let last = n.powf(-s);
    // The smallest first. What follows after the first term is small for all large s, and its rounding with it.
    let terms: f64 = (2..TERMS).rev().map(|k| f64::from(k).powf(-s)).sum();
    let mut rising = s * last / n;
    let mut tail = 0.0;
    for (j, b) in SERIES.iter().enumerate() {
        tail += b * rising;
        let next = s + 2.0 * j as f64;
        rising *= (next + 1.0) * (next + 2.0) / (n * n);
    }
    let integral = if last == 0.0 { 0.0 } else { n * last / (s - 1.0) };
    let tail = if last == 0.0 { 0.0 } else { tail };
    1.0 + (terms + (integral + (0.5 * last + tail)))
}

/// ζ(s) = 2 (2π)^(s-1) sin(πs/2) Γ(1-s) ζ(1-s).
fn reflected(s: f64) -> f64 {
    let part = s - 4.0 * (0.25 * s).round(); // the sine has period 4; reduce before the multiplication
    let sine = if part.abs() == 2.0 { 0.0 } else { (0.5 * PI * part).sin() };
    if sine == 0.0 {
        return 0.0;
    }
    // In two halves: the power underflows before gamma overflows.
    let root = (2.0 * PI).powf(0.5 * (s - 1.0));
    2.0 * root * libm::tgamma(1.0 - s) * root * sine * zeta(1.0 - s)
}
