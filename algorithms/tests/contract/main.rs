//! The promises that every integrator keeps, in one table.

mod answers;
mod bits;
mod limits;
mod measures;
#[path = "../methods/mod.rs"]
mod methods;

use fubini_algorithms::{Cuhre, Integrator};
use measures::{bits, is_monte_carlo, peak, peak_integral, tolerance};
use methods::takes;

/// Every method in every variant that takes another path. `Vmc` is missing where a promise is about integrals or a domain
/// without a density, since it finds ratios alone: those who can ask for a ratio use [`all`], the rest is in `vmc.rs`.
fn integrators() -> Vec<Box<dyn Integrator>> {
    with_variants(methods::integrators())
}

/// The same with the methods that find ratios only.
fn all() -> Vec<Box<dyn Integrator>> {
    with_variants(methods::all())
}

fn with_variants(mut methods: Vec<Box<dyn Integrator>>) -> Vec<Box<dyn Integrator>> {
    methods.extend([7, 9].map(|degree| Box::new(Cuhre::default().degree(degree)) as Box<dyn Integrator>));
    methods
}
