//! A run that takes long: progress, a time limit, and a state from which to go on to the same bits.
//!
//! `cargo run --release --example long_run`

use fubini::{Domain, GenzMalik, Integrator, Options, checkpoint, scalar};
use std::ops::ControlFlow::Continue;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A ridge along the diagonal of a cube.
    let ridge = scalar(3, |x| (-50.0 * (x[0] + x[1] - 2.0 * x[2]).powi(2)).exp());
    let domain = Domain::unit(3);
    let options = Options::default().rtol(1e-8).label("ridge, width 0.1");
    let path = std::env::temp_dir().join(format!("fubini-ridge-{}.state", std::process::id()));

    // The first run stops after a moment, wherever it is.
    let started = Instant::now();
    let limited = options.clone().interrupt(move || started.elapsed() > Duration::from_millis(20));
    let mut saved = Ok(());
    let first = GenzMalik::default().integrate_watched(&ridge, &domain, &limited, &mut |progress| {
        println!("{:9} evaluations, {} ({:.1e} tolerances)", progress.evaluations, progress.estimates[0], progress.excess);
        // In earnest once a minute: it takes as long as copying the state.
        saved = checkpoint::save(&path, &progress.snapshot.to_bytes());
        Continue(())
    })?;
    saved?;
    println!("first     {first}");

    // The second goes on from there.
    let second = GenzMalik::default().integrate(&ridge, &domain, &options.clone().resume(std::fs::read(&path)?))?;
    std::fs::remove_file(&path)?;
    println!("then      {second}");

    let whole = GenzMalik::default().integrate(&ridge, &domain, &options)?;
    assert!(second.converged() && second.integrals == whole.integrals, "the same bits as in one go");
    Ok(())
}
