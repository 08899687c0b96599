//! Prints the figures that the README states: energies at several tolerances, every method in every coordinate
//! system, and the Cartesian box of the 2017 study, each beside the exact value.
//!
//! `cargo bench --bench flagship` for all but the box; `-- --box` adds it (about 200 million evaluations each).
//! Every line asserts what it shows: a stated error that does not hold ends the program.

use fubini::algorithms::{Cuhre, GenzMalik, Integrator, Options, Report, Target, Vegas};
use fubini::atoms::{self, Frame, Helium, Hydrogen};
use fubini::{Problem, methods};

const HELIUM: Helium = Helium { alpha: 2.0, beta: 0.15, charge: 2.0 };

fn main() {
    println!("{:44} {:>12} {:>9} {:>9} {:>9}  stop", "problem", "evaluations", "stated", "true", "ms");
    for beta in [0.15, 0.01, 0.05, 1.0] {
        for rtol in [1e-6, 1e-9] {
            show(&atoms::helium(Helium { beta, ..HELIUM }, Frame::Auto).unwrap(), "cuhre", &energy(rtol));
        }
    }
    let ions = [Helium { alpha: 1.0, beta: 0.06738, charge: 1.0 }, Helium { alpha: 2.8461, beta: 0.5198, charge: 3.0 }];
    for ion in ions {
        show(&atoms::helium(ion, Frame::Auto).unwrap(), "cuhre", &energy(1e-9));
    }
    show(&atoms::hydrogen(Hydrogen { beta: 0.1 }, Frame::Spherical).unwrap(), "cuhre", &energy(1e-9));
    for name in Frame::names(2) {
        for method in ["cuhre", "genz-malik", "vegas"] {
            let frame = Frame::named(Some(name), None, 2).unwrap();
            show(&atoms::helium(HELIUM, frame).unwrap(), method, &energy(1e-4).max_evals(20_000_000));
        }
    }
    threads();
    if std::env::args().any(|a| a == "--box") {
        for method in ["genz-malik", "cuhre"] {
            let problem = atoms::helium(HELIUM, Frame::Box(30.0)).unwrap();
            let report = show(&problem, method, &energy(1e-4).target(Target::Each));
            assert!(method != "genz-malik" || report.evaluations < 213_000_000, "Cubature needs 213 million");
        }
    }
}

fn energy(rtol: f64) -> Options {
    Options::default().rtol(rtol).ratio(0, 1)
}

/// Runs, prints a row, and holds the stated error against the exact value.
fn show(problem: &Problem, method: &str, options: &Options) -> Report {
    let integrator = methods::integrator(method, &[]).unwrap();
    let report = integrator.integrate(problem.integrand.as_ref(), problem.coordinates.as_ref(), options).unwrap();
    let (found, exact) = (report.ratio().unwrap(), problem.exact().unwrap());
    let off = (found.value - exact).abs();
    let label = format!("{} {} {} {:.0e}", problem.name, problem.coordinates.name(), method, options.rtol);
    println!(
        "{label:44} {:12} {:9.1e} {:9.1e} {:9.2}  {:?}",
        report.evaluations,
        found.error / exact.abs(),
        off / exact.abs(),
        report.seconds * 1e3,
        report.stop
    );
    assert!(off <= found.error * if method == "vegas" { 4.0 } else { 1.0 });
    report
}

/// The same bits from one thread and from two.
fn threads() {
    let problem = atoms::helium(HELIUM, Frame::Spherical).unwrap();
    for integrator in [&Cuhre::default() as &dyn Integrator, &GenzMalik::default(), &Vegas::default()] {
        let run = |threads| {
            let options = energy(1e-5).max_evals(5_000_000).threads(threads);
            integrator.integrate(problem.integrand.as_ref(), problem.coordinates.as_ref(), &options).unwrap()
        };
        let (one, two) = (run(1), run(2));
        let bits = |r: &Report| r.ratio().map(|e| [e.value.to_bits(), e.error.to_bits()]);
        assert_eq!(bits(&one), bits(&two));
        println!("{:44} same bits on 1 and 2 threads, {:.2} times as fast", integrator.name(), one.seconds / two.seconds);
    }
}
