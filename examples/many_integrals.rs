//! Many small integrals at once: one thread for each integral, instead of many threads for one.
//!
//! `cargo run --release --example many_integrals`

use fubini::{Cuhre, Domain, Error, Estimate, Integrator, Options, scalar};
use std::thread::{available_parallelism, scope};

/// The overlap of two unit Gaussians in the plane, `distance` apart.
fn overlap(distance: f64) -> Result<Estimate, Error> {
    let f = scalar(2, move |x| (-x[0] * x[0] - (x[0] - distance).powi(2) - 2.0 * x[1] * x[1]).exp());
    let plane = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 2])?;
    let report = Cuhre::default().integrate(&f, &plane, &Options::default().rtol(1e-8).threads(1))?;
    Ok(report.integrals[0])
}

fn main() -> Result<(), Error> {
    let distances: Vec<f64> = (0..200).map(|i| 0.02 * f64::from(i)).collect();
    let share = distances.len().div_ceil(available_parallelism().map_or(1, usize::from));
    let results = scope(|scope| {
        let work = |part: &'_ [f64]| part.iter().map(|d| overlap(*d)).collect::<Result<Vec<_>, _>>();
        let threads: Vec<_> = distances.chunks(share).map(|part| scope.spawn(move || work(part))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Result<Vec<_>, _>>()
    })?;
    for (distance, found) in distances.iter().zip(results.iter().flatten()) {
        let exact = 0.5 * std::f64::consts::PI * (-0.5 * distance * distance).exp();
        assert!((found.value - exact).abs() <= found.error, "{distance}: {found}, exact {exact}");
    }
    println!("{} integrals, the last one {}", distances.len(), results.concat()[distances.len() - 1]);
    Ok(())
}
