//! The promises that every integrator keeps, in one table.

mod answers;
mod bits;
mod limits;
mod measures;

use fubini_algorithms::{Cuhre, GenzMalik, Integrator, Qmc, Vegas, Vmc};
use measures::{bits, is_monte_carlo, peak, peak_integral, tolerance};

/// Every method in every variant that takes another path. `Vmc` is missing where a promise is about integrals or a domain
/// without a density, since it finds ratios alone: those who can ask for a ratio use [`all`], the rest is in `vmc.rs`.
fn integrators() -> Vec<Box<dyn Integrator>> {
    vec![
        Box::new(GenzMalik::default()),
        Box::new(Cuhre::default()),
        Box::new(Cuhre::default().degree(7)),
        Box::new(Cuhre::default().degree(9)),
        Box::new(Vegas::default()),
        Box::new(Qmc::default()),
    ]
}

/// The same with the methods that find ratios only.
fn all() -> Vec<Box<dyn Integrator>> {
    let mut all = integrators();
    all.push(Box::new(Vmc::default()));
    all
}
