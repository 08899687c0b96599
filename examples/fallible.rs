//! An integrand that can fail: the run stops at the first failure and hands it back.
//!
//! `cargo run --release --example fallible`

use fubini::{Domain, Failure, Options, Qmc, try_scalar};

/// What a model may say instead of a value.
#[derive(Debug)]
struct OutOfTable {
    temperature: f64,
}

/// A table of a material, which ends at 900.
fn conductivity(temperature: f64) -> Result<f64, OutOfTable> {
    if temperature > 900.0 { Err(OutOfTable { temperature }) } else { Ok(0.3 + 1e-4 * temperature) }
}

fn main() -> Result<(), fubini::Error> {
    let flux = try_scalar(3, |x| Ok(conductivity(300.0 + 200.0 * (x[0] + x[1] + x[2]))? * x[0]));
    for side in [0.9, 1.1] {
        let domain = Domain::over(vec![0.0..side; 3])?;
        match flux.integrate(&Qmc::default(), &domain, &Options::default().rtol(1e-5)) {
            Ok(report) => println!("side {side}: {report}"),
            Err(Failure::Integrand(OutOfTable { temperature })) => println!("side {side}: no data at {temperature:.0} K"),
            Err(Failure::Request(error)) => return Err(error),
        }
    }
    Ok(())
}
