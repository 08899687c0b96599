//! All methods, for the promises that each of them keeps: a new one is added here.

use fubini_algorithms::{Auto, Cuhre, GenzMalik, Integrator, Miser, Mixture, ProductRule, Qmc, Train, Vegas, Vmc};

/// Those that find integrals.
pub(crate) fn integrators() -> Vec<Box<dyn Integrator>> {
    vec![
        Box::new(GenzMalik::default()),
        Box::new(Cuhre::default()),
        Box::new(ProductRule::default()),
        Box::new(Vegas::default()),
        Box::new(Miser::default()),
        Box::new(Qmc::default()),
        Box::new(Mixture::default()),
        Box::new(Train::default()),
        Box::new(Auto::default()),
    ]
}

/// The same with those that find ratios only.
pub(crate) fn all() -> Vec<Box<dyn Integrator>> {
    let mut all = integrators();
    all.push(Box::new(Vmc::default()));
    all
}

/// Whether a method works in so many variables: products of rules fill a cube of more than four with too many nodes.
#[allow(dead_code)]
pub(crate) fn takes(integrator: &dyn Integrator, dim: usize) -> bool {
    integrator.name() != "product" || dim <= 4
}
