//! Variational energies of small atoms: E = ∫ψHψ / ∫ψ² with both integrals from the same points.

pub mod catalogue;
mod dependent;
mod eigen;
mod expansion;
mod exponential;
mod extent;
mod family;
mod far;
mod frame;
mod hamiltonian;
mod helium;
mod hydrogen;
mod hylleraas;
mod known;
mod linear;
mod member;
mod molecule;
pub(crate) mod moments;
mod near;
mod probe;
mod problems;
mod repulsion;
mod swarm;
mod symmetry;
mod systems;
mod tensor;
mod transition;
mod trial;

pub use family::Family;
pub use frame::Frame;
pub use hamiltonian::{Hamiltonian, Nuclei};
pub use helium::Helium;
pub use hydrogen::Hydrogen;
pub use molecule::{MolecularIon, Molecule, molecular_ion, molecule};
pub use repulsion::{Orbital, Repulsion, repulsion};
pub use symmetry::Spin;
pub use transition::transition;
pub use trial::Trial;

use crate::{Problem, RequestError};
use extent::Extent;
use fubini_algorithms::{Integrand, Simd};

/// The helium atom, or another two-electron ion, with the Padé-Jastrow trial function.
///
/// # Errors
/// Parameters for which ψ is no function that can be normalised.
pub fn helium(helium: Helium, frame: Frame) -> Result<Problem, RequestError> {
    helium.check()?;
    let coordinates = frame.two_electrons(Extent::of(helium.alpha), None)?;
    Ok(energy("helium", helium.describe(), Box::new(Simd(helium)), coordinates, known::pade_jastrow(helium)))
}

/// The hydrogen atom with ψ = exp(−r − β r²).
///
/// ```
/// use fubini::atoms::{Frame, Hydrogen, hydrogen};
/// use fubini::{Cuhre, Integrator, Options};
///
/// // With beta = 0 this is the ground state, whose local energy does not vary.
/// let problem = hydrogen(Hydrogen { beta: 0.0 }, Frame::Auto)?;
/// let options = problem.options(&Options::default());
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?;
/// assert!((report.ratio().unwrap().value + 0.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Parameters for which ψ is no function that can be normalised.
pub fn hydrogen(hydrogen: Hydrogen, frame: Frame) -> Result<Problem, RequestError> {
    hydrogen.check()?;
    let coordinates = frame.one_electron(Extent::of(1.0))?;
    Ok(energy("hydrogen", hydrogen.describe(), Box::new(Simd(hydrogen)), coordinates, known::hydrogen(hydrogen)))
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
        label: format!("{name}: {formula}"),
        formula,
        compilation: None,
        analysis: Vec::new(),
        warning: None,
        further: 0,
        separated: None,
        integrand,
        coordinates,
        complex: Vec::new(),
        coefficients: Vec::new(),
        integrals: vec!["numerator".to_string(), "denominator".to_string()],
        ratio: Some("energy".to_string()),
        constant: None,
        observables: Vec::new(),
        references,
        method: "cuhre",
    }
}
