//! One integral of a closure, and what the answer says: value, error, and whether to believe it.
//!
//! `cargo run --release --example closure`

use fubini::{Cuhre, Domain, Integrator, Options, Qmc, scalar};

fn main() -> Result<(), fubini::Error> {
    // The mean distance between two random points of a unit square.
    let distance = scalar(4, |x| (x[0] - x[2]).hypot(x[1] - x[3]));
    let square_twice = Domain::over(vec![0.0..1.0; 4])?;
    let options = Options::default().rtol(1e-4);

    // Swap the method by one word.
    for method in [&Cuhre::default() as &dyn Integrator, &Qmc::default()] {
        let report = method.integrate(&distance, &square_twice, &options)?;
        println!("{:6} {report} ({})", method.name(), report.error_kind());
        assert!(report.converged());
    }

    let root2 = 2f64.sqrt();
    println!("exact  {:.6}", (2.0 + root2 + 5.0 * (1.0 + root2).ln()) / 15.0);
    Ok(())
}
