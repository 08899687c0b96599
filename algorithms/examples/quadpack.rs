//! The test integrals of QUADPACK by `product`: one line of `name rtol value error evaluations stop` each, for
//! `benches/compare/quadpack.py`, which puts scipy's beside them.
//!
//! R. Piessens, E. de Doncker-Kapenga, C. W. Überhuber, D. K. Kahaner, QUADPACK (1983), section 4; numbers are theirs.

use fubini_algorithms::{Domain, Error, Integrator, Options, ProductRule, scalar};
use std::f64::consts::PI;

/// An integrand by its number and parameter.
type Integrand = fn(f64, f64) -> f64;

/// Number, integrand, limits and parameters.
type Case = (u32, Integrand, (f64, f64), &'static [f64]);

const CASES: &[Case] = &[
    (1, |a, x| x.powf(a) * -x.ln(), (0.0, 1.0), &[-0.9, -0.5, 0.0, 0.5, 1.0, 2.6]),
    (2, |a, x| 4f64.powf(-a) / ((x - 0.25 * PI).powi(2) + 16f64.powf(-a)), (0.0, 1.0), &[0.0, 2.0, 4.0, 6.0, 8.0]),
    (3, |a, x| (2f64.powf(a) * x.sin()).cos(), (0.0, PI), &[0.0, 2.0, 4.0, 6.0, 8.0]),
    (4, |a, x| (x - 1.0 / 3.0).abs().powf(a), (0.0, 1.0), &[-0.5, 0.5, 1.0, 2.1]),
    (5, |a, x| (x - 0.25 * PI).abs().powf(a), (0.0, 1.0), &[-0.5, 0.5, 1.0, 2.1]),
    (6, |a, x| ((1.0 - x * x).sqrt() * (1.0 + x + 2f64.powf(-a))).recip(), (-1.0, 1.0), &[1.0, 3.0, 5.0, 8.0]),
    (7, |a, x| x.sin().powf(a - 1.0), (0.0, 0.5 * PI), &[0.1, 0.5, 1.2, 2.0]),
    (8, |a, x| (-x.ln()).powf(a - 1.0), (0.0, 1.0), &[0.1, 0.5, 1.2, 2.0]),
    (9, |a, x| (2f64.powf(a) * x).cos() / (x * (1.0 - x)).sqrt(), (0.0, 1.0), &[0.0, 2.0, 4.0, 6.0, 8.0]),
    (11, |a, x| x * x * (-(2f64.powf(-a)) * x).exp(), (0.0, f64::INFINITY), &[0.0, 2.0, 4.0]),
    (12, |a, x| x.powf(a - 1.0) / (1.0 + 10.0 * x).powi(2), (0.0, f64::INFINITY), &[0.1, 0.5, 1.2, 1.9]),
];

fn main() -> Result<(), Error> {
    for (number, f, limits, parameters) in CASES {
        for a in *parameters {
            for rtol in [1e-6, 1e-8, 1e-10] {
                let integrand = scalar(1, |x| f(*a, x[0]));
                let options = Options::default().rtol(rtol).max_evals(100_000);
                let report = ProductRule::default().integrate(&integrand, &Domain::new(&[*limits])?, &options)?;
                let found = report.integrals[0];
                println!("{number}:{a} {rtol:e} {} {} {} {}", found.value, found.error, report.evaluations, report.stop.word());
            }
        }
    }
    Ok(())
}
