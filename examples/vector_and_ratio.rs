//! Several integrals from the same points, and a quotient of two of them with an error of its own.
//!
//! `cargo run --release --example vector_and_ratio`

use fubini::{Domain, Integrator, Options, Target, Vegas, vector};

fn main() -> Result<(), fubini::Error> {
    // An unnormalised posterior of a location and a scale, from five measurements: evidence, mean and variance of the location.
    let data = [1.2, 0.7, 1.9, 1.1, 1.4];
    let posterior = vector(2, 3, move |x, y| {
        let (location, scale) = (x[0], x[1]);
        let square: f64 = data.iter().map(|d| ((d - location) / scale).powi(2)).sum();
        let density = (-0.5 * square).exp() / scale.powi(6);
        y.copy_from_slice(&[density, location * density, location * location * density]);
    });
    let domain = Domain::new(&[(-10.0, 10.0), (0.0, 20.0)])?;

    // Points go where they help the ratio: its error is far smaller than those of its parts suggest.
    let options = Options::default().ratio(1, 0).ratio(2, 0).rtol(1e-3).seed(7);
    let report = Vegas::default().integrate(&posterior, &domain, &options)?;
    let (mean, square) = (report.ratios[0], report.ratios[1]);
    println!("evidence {}", report.integrals[0]);
    println!("mean     {mean}, variance about {:.4}", square.value - mean.value * mean.value);

    // Or every integral by itself to the tolerance.
    let each = Vegas::default().integrate(&posterior, &domain, &options.target(Target::Each))?;
    println!("each     {each}");
    assert!(report.converged() && (mean.value - 1.26).abs() < 4.0 * mean.error);
    Ok(())
}
