//! `prob`: how probable it is that a stated error is too small.

use fubini::algorithms::{Detail, Report};
use libm::lgamma;

/// Terms or fractions after which a series has long converged.
const MAX_TERMS: usize = 1000;

/// Of a report with iterations, the probability that χ² is smaller by chance than it was found: close to 1 is a bad sign. Of any other,
/// 1 where something speaks against the result and 0 where nothing does.
pub(crate) fn of(report: &Report) -> f64 {
    match report.detail {
        _ if report.suspect.is_some() => 1.0,
        Detail::Iterations { iterations, chi2_per_dof, .. } if iterations > 1 => {
            let dof = (iterations - 1) as f64;
            lower_gamma(dof / 2.0, dof * chi2_per_dof / 2.0)
        }
        _ => 0.0,
    }
}

/// The regularised incomplete gamma function P(a, x), by its series (M. Abramowitz, I. A. Stegun, 6.5.29).
fn lower_gamma(a: f64, x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 0.0;
    }
    // Ten standard deviations above its mean, nothing is left; the series would be long.
    if x > a + 10.0 * (2.0 * a).sqrt() + 50.0 {
        return 1.0;
    }
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for n in 1..MAX_TERMS {
        term *= x / (a + n as f64);
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    (sum * (a * x.ln() - x - lgamma(a)).exp()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_tables() {
        // M. Abramowitz, I. A. Stegun, table 26.8: χ² that is exceeded with a probability of 0.1 and 0.001.
        for (dof, often, seldom) in
            [(1.0, 2.70554, 10.828), (5.0, 9.23635, 20.515), (30.0, 40.2560, 59.703), (100.0, 118.498, 149.449)]
        {
            let of = |chi2: f64| lower_gamma(dof / 2.0, chi2 / 2.0);
            assert!((of(often) - 0.9).abs() < 1e-5 && (of(seldom) - 0.999).abs() < 1e-5, "{dof}: {} {}", of(often), of(seldom));
        }
        assert_eq!((lower_gamma(2.0, 0.0), lower_gamma(2.0, 1e9), lower_gamma(2.0, f64::NAN)), (0.0, 1.0, 0.0));
    }
}
