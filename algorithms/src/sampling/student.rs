//! How much wider than a standard error one must be to hold 68.27 % of the time, when it comes from few replicates.
//!
//! The mean of R normal replicates is off by t standard errors, estimated from the same replicates, with Student's
//! distribution of ν = R − 1 degrees of freedom. With θ = atan(t/√ν) the probability of less is, for odd ν,
//! (2/π) (θ + sin θ (cos θ + 2/3 cos³ θ + … )), and for even ν sin θ (1 + 1/2 cos² θ + … ).
//!
//! Student, Biometrika 6 (1908) 1; M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};
use std::sync::atomic::{AtomicU64, Ordering};

/// Probability that a normal variable is within one standard deviation, erf(1/√2).
const ONE_SIGMA: f64 = 0.682_689_492_137_085_9;

/// Replicates up to which factors are kept: errors are asked for at every step, and of the halvings that find a factor each takes a
/// sine.
const KEPT: usize = 64;

/// The multiple of the standard error that holds with the probability of one standard deviation.
pub(crate) fn factor(replicates: usize) -> f64 {
    // Bits; none of a factor that has not been found yet.
    static FACTORS: [AtomicU64; KEPT + 1] = [const { AtomicU64::new(0) }; KEPT + 1];
    let Some(place) = FACTORS.get(replicates) else { return solve(replicates) };
    let kept = place.load(Ordering::Relaxed);
    if kept != 0 {
        return f64::from_bits(kept);
    }
    let found = solve(replicates);
    place.store(found.to_bits(), Ordering::Relaxed);
    found
}

fn solve(replicates: usize) -> f64 {
    let dof = replicates - 1;
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    // As many halvings as a float has bits.
    for _ in 0..f64::MANTISSA_DIGITS {
        let middle = 0.5 * (low + high);
        if within(middle, dof) < ONE_SIGMA {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.tan() * (dof as f64).sqrt()
}

/// Probability of less than t = √ν tan θ in size.
fn within(theta: f64, dof: usize) -> f64 {
    let (sin, cos) = theta.sin_cos();
    let odd = dof % 2;
    let (mut term, mut sum) = (if odd == 1 { cos } else { 1.0 }, 0.0);
    for power in (odd..dof.saturating_sub(1)).step_by(2) {
        sum += term;
        term *= cos * cos * (power + 1) as f64 / (power + 2) as f64;
    }
    if odd == 1 { FRAC_2_PI * (theta + sin * sum) } else { sin * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_right() {
        // One and two degrees of freedom in closed form, the others by Simpson's rule.
        let two = ONE_SIGMA * (2.0 / (1.0 - ONE_SIGMA * ONE_SIGMA)).sqrt();
        for (replicates, t) in [(2, (ONE_SIGMA * FRAC_PI_2).tan()), (3, two)] {
            assert!((factor(replicates) - t).abs() < 1e-12, "{replicates}");
        }
        for (replicates, t) in [(4, 1.196_881), (6, 1.110_507), (11, 1.052_562), (16, 1.034_463), (101, 1.005_025)] {
            assert!((factor(replicates) - t).abs() < 1e-6, "{replicates}: {}", factor(replicates));
        }
    }

    #[test]
    fn the_95_percent_points_are_those_of_the_tables() {
        for (dof, t) in [(1, 12.7062), (2, 4.302_65), (3, 3.182_45), (7, 2.364_62), (15, 2.131_45), (30, 2.042_27)] {
            let theta = (t / f64::sqrt(dof as f64)).atan();
            assert!((within(theta, dof) - 0.95).abs() < 1e-6, "{dof}: {}", within(theta, dof));
        }
    }
}
