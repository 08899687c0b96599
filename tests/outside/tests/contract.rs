//! The promises of the project's own methods, kept by a method from outside.

use fubini_algorithms::Integrator;
use fubini_outside::Antithetic;

#[path = "../../../algorithms/tests/contract/answers.rs"]
mod answers;
#[path = "../../../algorithms/tests/contract/bits.rs"]
mod bits;
#[path = "../../../algorithms/tests/contract/limits.rs"]
mod limits;
#[path = "../../../algorithms/tests/contract/measures.rs"]
mod measures;

use measures::{bits, is_monte_carlo, peak, peak_integral, tolerance};

fn integrators() -> Vec<Box<dyn Integrator>> {
    vec![Box::new(Antithetic)]
}

fn all() -> Vec<Box<dyn Integrator>> {
    integrators()
}

/// It works in any number of variables.
fn takes(_: &dyn Integrator, _: usize) -> bool {
    true
}
