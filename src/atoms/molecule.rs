//! The molecules H2⁺ and H2 with the trial functions of their first quantum mechanics, as batched integrands.
//!
//! Nuclei of charge 1 stand at z = ∓R/2, in atomic units; e_a = exp(−ζ r_a). H is electronic, without 1/R.
//!
//! H2⁺, ψ = e_a + e_b (B. N. Finkelstein, G. E. Horowitz, Z. Phys. 48 (1928) 118; ζ = 1: L. Pauling, Chem. Rev. 5 (1928)
//! 173): Hψ = (−ζ²/2 + (ζ − 1)/r_a − 1/r_b) e_a + (−ζ²/2 + (ζ − 1)/r_b − 1/r_a) e_b.
//!
//! H2, ψ = e_a(1) e_b(2) + e_b(1) e_a(2) (W. Heitler, F. London, Z. Phys. 44 (1927) 455; ζ ≠ 1: S. C. Wang, Phys. Rev. 31
//! (1928) 579): Hψ = Σ (−ζ² + (ζ − 1)(1/p + 1/q) − 1/p' − 1/q' + 1/r12) e(p + q), where p and q are the distances of the
//! electrons from their own nuclei in this term, and p', q' those from the other one.

use super::helium::norm;
use crate::request::require;
use crate::{Constant, Problem, Reference, RequestError};
use fubini_algorithms::coordinates::{AxisMap, Coordinates, Prolate, ProlatePair};
use fubini_algorithms::simd::Lanes;
use fubini_algorithms::{Integrand, LaneIntegrand, Simd};

/// The hydrogen molecular ion: numerator ψHψ and denominator ψ² at (x, y, z).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MolecularIon {
    /// Distance R of the nuclei.
    pub bond: f64,
    /// Exponent ζ of the orbitals.
    pub zeta: f64,
}

/// The hydrogen molecule: numerator ψHψ and denominator ψ² at (x1, y1, z1, x2, y2, z2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Molecule {
    /// Distance R of the nuclei.
    pub bond: f64,
    /// Exponent ζ of the orbitals.
    pub zeta: f64,
}

impl LaneIntegrand for MolecularIon {
    fn dim(&self) -> usize {
        3
    }

    fn components(&self) -> usize {
        2
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let &[x, y_, z] = x else { unreachable!("three variables") };
        let [(a, inverse_a), (b, inverse_b)] = distances(x, y_, z, self.bond);
        let (zeta, excess) = (V::splat(-self.zeta), V::splat(self.zeta - 1.0));
        let (e_a, e_b) = ((zeta * a).exp(), (zeta * b).exp());
        let psi = e_a + e_b;
        let kinetic = V::splat(-0.5 * self.zeta * self.zeta);
        let h_psi =
            (excess.mul_add(inverse_a, kinetic) - inverse_b) * e_a + (excess.mul_add(inverse_b, kinetic) - inverse_a) * e_b;
        (y[0], y[1]) = (psi * h_psi, psi * psi);
    }
}

impl LaneIntegrand for Molecule {
    fn dim(&self) -> usize {
        6
    }

    fn components(&self) -> usize {
        2
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let &[x1, y1, z1, x2, y2, z2] = x else { unreachable!("six variables") };
        let [(a1, inverse_a1), (b1, inverse_b1)] = distances(x1, y1, z1, self.bond);
        let [(a2, inverse_a2), (b2, inverse_b2)] = distances(x2, y2, z2, self.bond);
        let (_, repulsion) = norm(x1 - x2, y1 - y2, z1 - z2);
        let (zeta, excess) = (V::splat(-self.zeta), V::splat(self.zeta - 1.0));
        let (direct, exchanged) = ((zeta * (a1 + b2)).exp(), (zeta * (b1 + a2)).exp());
        let psi = direct + exchanged;
        let common = repulsion - V::splat(self.zeta * self.zeta);
        let (own, other) = (inverse_a1 + inverse_b2, inverse_b1 + inverse_a2);
        let h_psi = (excess.mul_add(own, common) - other) * direct + (excess.mul_add(other, common) - own) * exchanged;
        (y[0], y[1]) = (psi * h_psi, psi * psi);
    }
}

/// r_a, 1/r_a and r_b, 1/r_b.
#[inline(always)]
fn distances<V: Lanes>(x: V, y: V, z: V, bond: f64) -> [(V, V); 2] {
    let half = V::splat(0.5 * bond);
    [norm(x, y, z + half), norm(x, y, z - half)]
}

/// Scale of ξ − 1 for one electron, which ψ² sees as exp(−ζ R ξ): by evaluations to 1e-9, flat from 4 to 6.
const OUTWARD: f64 = 5.0;
/// Scales of t and a for two electrons: by evaluations to 1e-5 with qmc; a factor of two makes no difference to cuhre.
const PAIR_OUTWARD: f64 = 2.0;
const PAIR_APART: f64 = 0.7;

/// The hydrogen molecular ion H2⁺.
///
/// ```
/// use fubini::atoms::{MolecularIon, molecular_ion};
/// use fubini::{Cuhre, Integrator, Options};
///
/// let problem = molecular_ion(MolecularIon { bond: 2.0, zeta: 1.24 })?;
/// let options = problem.options(&Options::default());
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?;
/// // With 1/R the total energy.
/// assert!((report.ratio().unwrap().value + 0.5 + 0.5865).abs() < 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Parameters for which ψ is no function that can be normalised.
pub fn molecular_ion(ion: MolecularIon) -> Result<Problem, RequestError> {
    let MolecularIon { bond, zeta } = ion;
    check(bond, zeta)?;
    let coordinates = Prolate::new(bond, AxisMap::Logarithmic { scale: OUTWARD / (zeta * bond) });
    let formula = format!("ψ = exp(−{zeta} ra) + exp(−{zeta} rb), R = {bond}");
    let known = if (bond, zeta) == (2.0, 1.0) { Some(-1.053_771_495_318_482_7) } else { None };
    let exact = (bond == 2.0).then_some(-1.102_634_214_494_946_5);
    Ok(problem("H2+", formula, bond, Box::new(Simd(ion)), Box::new(coordinates), [known, exact]))
}

/// The hydrogen molecule H2.
///
/// # Errors
/// Parameters for which ψ is no function that can be normalised.
pub fn molecule(molecule: Molecule) -> Result<Problem, RequestError> {
    let Molecule { bond, zeta } = molecule;
    check(bond, zeta)?;
    let outward = AxisMap::Logarithmic { scale: PAIR_OUTWARD / (zeta * bond) };
    let apart = AxisMap::Logarithmic { scale: PAIR_APART / (zeta * bond).sqrt() };
    let coordinates = ProlatePair::new(bond, outward, apart);
    let formula = format!("ψ = exp(−{zeta} (r1a + r2b)) + exp(−{zeta} (r1b + r2a)), R = {bond}");
    let known = if (bond, zeta) == (1.4, 1.0) { Some(-1.819_759_611_585_506_7) } else { None };
    let exact = (bond == 1.4).then_some(-1.174_475_714_220 - 1.0 / 1.4);
    let problem = problem("H2", formula, bond, Box::new(Simd(molecule)), Box::new(coordinates), [known, exact]);
    // To 1e-5 it takes 4 million evaluations where cuhre takes more than 12: 1/r12 is bounded here, not smooth.
    Ok(Problem { method: "qmc", ..problem })
}

fn check(bond: f64, zeta: f64) -> Result<(), RequestError> {
    require("bond", bond, "the distance of the nuclei must be a number above 0", bond > 0.0)?;
    require("zeta", zeta, "must be a number above 0: ψ would not fall off with the distance", zeta > 0.0)
}

fn problem(
    name: &str,
    formula: String,
    bond: f64,
    integrand: Box<dyn Integrand>,
    coordinates: Box<dyn Coordinates>,
    [trial, exact]: [Option<f64>; 2],
) -> Problem {
    let trial = trial.map(|value| Reference { name: "exact for this ψ".to_string(), value, exact: true });
    let exact = exact.map(|value| Reference { name: "electronic energy of the ground state".to_string(), value, exact: false });
    Problem {
        constant: Some(Constant { name: "total energy".to_string(), value: 1.0 / bond }),
        ..super::energy(name, formula, integrand, coordinates, trial.into_iter().chain(exact).collect())
    }
}
