//! Nanoseconds for a point of closures that take one, beside which `python/benches/native.py` sets compiled functions called from Python:
//!
//! `cargo build --release -p fubini-algorithms --example by_point`

use fubini_algorithms::{Domain, Error, GenzMalik, Integrand, Integrator, Options, scalar};

/// Evaluations of a run, and runs of which the quickest counts.
const POINTS: u64 = 1_000_000;
const ROUNDS: usize = 5;

fn cost(f: &dyn Integrand) -> Result<f64, Error> {
    // A tolerance that nobody meets.
    let mut options = Options::default().rtol(1e-14).max_evals(POINTS);
    options.threads = Some(1);
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let report = GenzMalik::default().integrate(f, &Domain::unit(f.dim()), &options)?;
        best = best.min(1e9 * report.seconds / report.evaluations as f64);
    }
    Ok(best)
}

fn main() -> Result<(), Error> {
    let kink = scalar(4, |x| (x.iter().sum::<f64>() - 1.3).abs());
    let bell = scalar(4, |x| {
        let square: f64 = x.iter().map(|x| (x - 0.4) * (x - 0.4)).sum();
        (-20.0 * square).exp() * (1.0 + x[0] * x[1]).sqrt()
    });
    let atom = scalar(6, |x| {
        let norm = |a: f64, b: f64, c: f64| (a * a + b * b + c * c).sqrt();
        let (r1, r2) = (norm(x[0], x[1], x[2]), norm(x[3], x[4], x[5]));
        let r12 = norm(x[0] - x[3], x[1] - x[4], x[2] - x[5]);
        (-4.0 * r1).exp() * (-4.0 * r2).exp() * (r12 / (1.0 + 0.15 * r12)).exp()
    });
    println!("kink {:.3}", cost(&kink)?);
    println!("bell {:.3}", cost(&bell)?);
    println!("atom {:.3}", cost(&atom)?);
    Ok(())
}
