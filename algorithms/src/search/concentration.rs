//! How concentrated an integrand is, as the parts of a mesh have seen it.

/// What is added to the points of an audit where all lies in a small part of the cube: a part of the evaluations, and at least.
pub(crate) const CONCENTRATED_SHARE: f64 = 0.16;
pub(crate) const CONCENTRATED_LEAST: f64 = 448.0;
/// Points of an audit from which peaks may be climbed to.
pub(crate) const MOST_STARTS: usize = 1024;
/// Part of the side of the cube, per axis, in which the integrand lives: with more nothing is concentrated, with less it is
/// altogether. Random members of Genz's families have 0.5 and more, peaks in large domains 0.15 and less.
const WIDE: f64 = 0.4;
const NARROW: f64 = 0.1;

/// How concentrated the integrand is, from 0 to 1: by the volume (Σ b V)² / Σ b² V in which it would fit if it were as large
/// everywhere, with b the largest value in each part of the cube and V its volume.
pub(crate) fn concentration(dim: usize, brightness: &[f64], volume: impl Fn(usize) -> f64) -> f64 {
    let brightest = brightness.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let (mut mass, mut square) = (0.0, 0.0);
    for (i, b) in brightness.iter().map(|b| b / brightest).enumerate() {
        mass += b * volume(i);
        square += b * b * volume(i);
    }
    let side = (mass * mass / square).powf(1.0 / dim as f64);
    // Not a number where everything is zero.
    if side < WIDE { ((WIDE - side) / (WIDE - NARROW)).min(1.0) } else { 0.0 }
}
