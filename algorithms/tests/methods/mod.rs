//! All methods, for the promises that each of them keeps: a new one is added here.

use fubini_algorithms::{Auto, Cuhre, GenzMalik, Integrator, Mixture, Qmc, Vegas, Vmc};

/// Those that find integrals.
pub(crate) fn integrators() -> Vec<Box<dyn Integrator>> {
    vec![
        Box::new(GenzMalik::default()),
        Box::new(Cuhre::default()),
        Box::new(Vegas::default()),
        Box::new(Qmc::default()),
        Box::new(Mixture::default()),
        Box::new(Auto::default()),
    ]
}

/// The same with those that find ratios only.
pub(crate) fn all() -> Vec<Box<dyn Integrator>> {
    let mut all = integrators();
    all.push(Box::new(Vmc::default()));
    all
}
