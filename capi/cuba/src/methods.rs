//! Who answers which algorithm of Cuba.

use fubini::algorithms::{Auto, Cuhre, Integrator, Vegas};
use fubini_foreign::Steady;

/// More variables than rules can take are left to random points.
const MAX_RULE_DIM: usize = 15;

/// The algorithms of Cuba, with those of their own arguments that mean something here.
#[derive(Clone, Debug)]
pub(crate) enum Algorithm {
    Vegas,
    Suave,
    /// With points where peaks may be.
    Divonne(Vec<Vec<f64>>),
    /// With the degree of the rule, where it is one that exists.
    Cuhre(i32),
}

impl Algorithm {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Algorithm::Vegas => "Vegas",
            Algorithm::Suave => "Suave",
            Algorithm::Divonne(_) => "Divonne",
            Algorithm::Cuhre(_) => "Cuhre",
        }
    }

    /// The method in `dim` variables.
    pub(crate) fn method(&self, dim: usize) -> Box<dyn Integrator> {
        match self {
            Algorithm::Vegas => Box::new(Vegas::default()),
            Algorithm::Cuhre(key) if dim <= MAX_RULE_DIM => match (key, dim) {
                (13, 2) | (11, 3) | (9, 2..) | (7, 2..) => Box::new(Cuhre::default().degree(*key as usize)),
                _ if dim < Steady::FROM => Box::new(Cuhre::default()),
                _ => Box::new(Steady::new(Cuhre::default())),
            },
            Algorithm::Cuhre(_) => Box::new(Auto::default().sigmas(Steady::SIGMAS)),
            // Where peaks are known, a rule cuts around them; random points would first have to find them.
            Algorithm::Divonne(hints) if !hints.is_empty() && dim <= MAX_RULE_DIM => Box::new(Cuhre::default()),
            _ => Box::new(Auto::default()),
        }
    }
}
