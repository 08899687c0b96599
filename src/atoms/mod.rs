//! Variational energies of small atoms: E = ∫ψHψ / ∫ψ² with both integrals from the same points.

mod frame;
mod helium;
mod hydrogen;
mod known;
mod molecule;
mod repulsion;
mod trial;

pub use frame::Frame;
pub use helium::Helium;
pub use hydrogen::Hydrogen;
pub use molecule::{MolecularIon, Molecule, molecular_ion, molecule};
pub use repulsion::{Orbital, Repulsion, repulsion};
pub use trial::Trial;

use crate::request::require;
use crate::{Problem, RequestError};
use fubini_algorithms::{Integrand, Simd};

/// The helium atom, or another two-electron ion, with the Padé-Jastrow trial function.
///
/// # Errors
/// Parameters for which ψ is no function that can be normalised.
pub fn helium(helium: Helium, frame: Frame) -> Result<Problem, RequestError> {
    let Helium { alpha, beta, charge } = helium;
    require("charge", charge, "the nuclear charge must be a number above 0", charge > 0.0)?;
    require("beta", beta, "must be a number, 0 or greater: ψ would be singular where r12 = −1/beta", beta >= 0.0)?;
    require("alpha", alpha, "must be a number above 0: ψ would not fall off with the distance", alpha > 0.0)?;
    if beta == 0.0 {
        require("alpha", alpha, "must be above 1/2 when beta is 0: ψ would not fall off with r12", alpha > 0.5)?;
    }
    let formula = format!("ψ = exp(−{alpha} (r1 + r2)) · exp(r12/2 / (1 + {beta} r12))");
    let references = known::pade_jastrow(helium);
    Ok(energy("helium", formula, Box::new(Simd(helium)), frame.two_electrons(alpha)?, references))
}

/// The hydrogen atom with ψ = exp(−r − β r²).
///
/// # Errors
/// Parameters for which ψ is no function that can be normalised.
pub fn hydrogen(hydrogen: Hydrogen, frame: Frame) -> Result<Problem, RequestError> {
    let beta = hydrogen.beta;
    require("beta", beta, "must be a number, 0 or greater: ψ would grow with the distance", beta >= 0.0)?;
    let formula = format!("ψ = exp(−r − {beta} r²)");
    let references = known::hydrogen(hydrogen);
    Ok(energy("hydrogen", formula, Box::new(Simd(hydrogen)), frame.one_electron(1.0)?, references))
}

fn energy(
    name: &str,
    formula: String,
    integrand: Box<dyn Integrand>,
    coordinates: Box<dyn fubini_algorithms::coordinates::Coordinates>,
    references: Vec<crate::Reference>,
) -> Problem {
    Problem {
        name: name.to_string(),
        formula,
        compilation: None,
        integrand,
        coordinates,
        integrals: vec!["numerator".to_string(), "denominator".to_string()],
        ratio: Some("energy".to_string()),
        constant: None,
        references,
        method: "cuhre",
    }
}
