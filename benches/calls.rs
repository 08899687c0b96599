//! What one call costs: integrals so easy that setting up is most of the work, by criterion.
//!
//! `cargo bench --bench calls`. A program that needs a million small integrals pays this a million times: the rule looked up,
//! buffers made, the first regions or iterations. Every integral is checked once before it is timed.

use criterion::{Criterion, criterion_group, criterion_main};
use fubini::algorithms::{Cuhre, Domain, GenzMalik, Integrator, Options, Qmc, scalar};
use fubini::atoms::{self, Frame, Helium, Hydrogen};
use std::hint::black_box;

fn easy(criterion: &mut Criterion) {
    let methods: [(&str, &dyn Integrator); 3] =
        [("genz-malik", &GenzMalik::default()), ("cuhre", &Cuhre::default()), ("qmc", &Qmc::default())];
    let options = Options::default().rtol(1e-3).threads(1);
    for dim in [1, 3, 6] {
        let (f, domain) = (scalar(dim, |x| x.iter().sum::<f64>().exp()), Domain::unit(dim));
        let exact = 1f64.exp_m1().powi(dim as i32);
        for (name, method) in methods {
            let found = method.integrate(&f, &domain, &options).unwrap().integrals[0];
            assert!((found.value - exact).abs() <= 4.0 * found.error, "{name}: {found:?}, exact {exact}");
            let run = || method.integrate(black_box(&f), &domain, &options);
            criterion.bench_function(&format!("exponential in {dim}, {name}, 1e-3"), |b| b.iter(run));
        }
    }
}

fn atoms(criterion: &mut Criterion) {
    let helium = atoms::helium(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 }, Frame::Perimetric).unwrap();
    let hydrogen = atoms::hydrogen(Hydrogen { beta: 0.1 }, Frame::Spherical).unwrap();
    let options = Options::default().ratio(0, 1).threads(1);
    for problem in [&hydrogen, &helium] {
        let run = || Cuhre::default().integrate(problem.integrand.as_ref(), problem.coordinates.as_ref(), &options).unwrap();
        let found = run().ratio().unwrap();
        assert!((found.value - problem.exact().unwrap()).abs() <= found.error);
        criterion.bench_function(&format!("{}, 1e-6", problem.name), |b| b.iter(run));
    }
}

criterion_group!(calls, easy, atoms);
criterion_main!(calls);
