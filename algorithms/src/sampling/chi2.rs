//! χ² that is no accident.

/// χ² per degree of freedom that is exceeded with a probability of 1e-3 (E. B. Wilson, M. M. Hilferty, PNAS 17 (1931) 684).
pub(crate) fn least_improbable(dof: f64) -> f64 {
    (1.0 - 2.0 / (9.0 * dof) + NORMAL * (2.0 / (9.0 * dof)).sqrt()).powi(3)
}

/// A normal variable exceeds this with a probability of 1e-3.
const NORMAL: f64 = 3.09;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_that_of_the_tables() {
        // M. Abramowitz, I. A. Stegun, table 26.8; the approximation is worst for few degrees of freedom.
        for (dof, chi2) in [(2.0, 13.816), (5.0, 20.515), (15.0, 37.697), (100.0, 149.449)] {
            assert!((dof * least_improbable(dof) / chi2 - 1.0).abs() < 0.03, "{dof}: {}", dof * least_improbable(dof));
        }
    }
}
