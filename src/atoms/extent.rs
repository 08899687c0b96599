//! How far ψ reaches, from which coordinates take their scale, and whether it can be normalised at all.

use super::far::{self, Far};
use super::probe::{Probe, UNIT};
use super::symmetry::Spin;
use super::{Trial, near};
use crate::RequestError;
use fubini_algorithms::Integrand;
use fubini_algorithms::coordinates::AxisMap;

/// What a way outwards tells of the size of ψ.
pub(super) struct Size {
    /// The exponent of the exp(−a r) of this size.
    pub(super) a: f64,
    /// A distance at which ψ² is, whatever becomes of it further out.
    size: f64,
    /// The largest ψ².
    most: f64,
}

/// The size of ψ, and how it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent {
    /// The exponent of the exp(−a r) of this size.
    pub(super) a: f64,
    /// Whether it falls off as a power does rather than as an exponential.
    slow: bool,
}

impl Extent {
    /// That of exp(−a r).
    pub(super) fn of(a: f64) -> Self {
        Extent { a, slow: false }
    }

    /// The map of a distance with this scale.
    pub(super) fn map(self, scale: f64) -> AxisMap {
        if self.slow { AxisMap::Above { lo: 0.0, scale } } else { AxisMap::Logarithmic { scale } }
    }

    /// For integrals over the product of two functions.
    pub(super) fn between(self, other: Self) -> Self {
        Extent { a: (self.a * other.a).sqrt(), slow: self.slow || other.slow }
    }
}

impl Trial {
    /// The extent of ψ, whose square is the second component.
    ///
    /// # Errors
    /// ψ that is zero, that does not vanish at the wall, or for which ∫ψ² or the kinetic energy is infinite.
    pub(super) fn extent(&self, integrand: &dyn Integrand) -> Result<Extent, RequestError> {
        let Size { a, size, most } = self.size(integrand)?;
        let radius = self.hamiltonian.radius;
        let psi = self.psi()?;
        let probe = Probe { integrand: &psi, electrons: self.electrons, radius };
        let refused = |reason: String| RequestError::Conflict { name: "psi", reason };
        if let Some(radius) = radius {
            check_wall(&probe, radius, most)?;
        }
        near::check(&probe, self.hamiltonian.nuclei, size).map_err(refused)?;
        if radius.is_some() {
            return Ok(Extent::of(a));
        }
        // About nuclei far from each other ψ grows before it falls.
        match far::look(&probe, self.hamiltonian.nuclei.map_or(size, |nuclei| size.max(nuclei.bond))) {
            Far::Not(reason) => Err(refused(reason)),
            Far::Falls => Ok(Extent::of(a)),
            Far::Slowly(half) => {
                let n = self.electrons as f64;
                // The median of r^(3n−1) exp(−2anr) is nearly (3n − 1/3)/(2an).
                Ok(Extent { a: (3.0 - 1.0 / (3.0 * n)) / (2.0 * half / n.sqrt()), slow: true })
            }
        }
    }

    /// The size of a function whose square is the second component.
    ///
    /// All electrons are at the distance r, in directions at right angles; ∫ψ² r^(3n−1) r dr over ∫ψ² r^(3n−1) dr is
    /// 3/(2a) for one exponential per electron. A few hundred values on a logarithmic grid are enough: a factor of two
    /// in the scale costs at most a factor of two in evaluations.
    ///
    /// # Errors
    /// A function that is zero.
    pub(super) fn size(&self, integrand: &dyn Integrand) -> Result<Size, RequestError> {
        let radius = self.hamiltonian.radius;
        let probe = Probe { integrand, electrons: self.electrons, radius };
        // Three electrons at equal distances are a node of 1s² 2s.
        let all = if self.electrons == 3 { probe.ray(|r| [r, 2.0 * r, 0.5 * r]) } else { probe.ray(|r| [r; 3]) };
        if all.most == 0.0 {
            let of_spin = match self.spin {
                Some(Spin::Doublet) => {
                    "ψ is zero: a doublet is made of a function whose first two electrons are a pair, and this one changes its sign with \
                     them, or stays the same when the third is exchanged with either"
                }
                Some(Spin::Quartet) => {
                    "ψ is zero: a quartet is made of a function that changes with all of its electrons, and this one stays the same when \
                     two of them are exchanged"
                }
                _ => {
                    let psi = self.psi()?;
                    let reason = Probe { integrand: &psi, ..probe }.why_nothing();
                    return Err(RequestError::Conflict { name: "psi", reason });
                }
            };
            return Err(RequestError::Conflict { name: "spin", reason: of_spin.to_string() });
        }
        let a = 1.5 * all.weight / all.mean;
        let is_known = a.is_finite() && a > 0.0;
        Ok(Size {
            a: if is_known { a } else { radius.map_or(1.5 / all.median, |radius| 3.0 / radius) },
            size: if is_known { all.median.min(1.5 / a) } else { all.median },
            most: all.most,
        })
    }
}

/// Refuses a ψ that does not vanish at the sphere.
fn check_wall(probe: &Probe<'_>, radius: f64, most: f64) -> Result<(), RequestError> {
    for electron in 0..probe.electrons {
        // The wall, and the other electron anywhere inside.
        let wall = [0.2, 0.5, 0.8].map(|inside| {
            let place = |k| radius * if k == electron { 1.0 } else { inside };
            probe.densities(UNIT, &[[place(0), place(1), place(2)]])[0]
        });
        if wall.iter().any(|density| density.is_nan() || *density > 1e-12 * most) {
            let factor = ["(1-r/radius)", "(1-r1/radius)*(1-r2/radius)", "(1-r1/radius)*(1-r2/radius)*(1-r3/radius)"];
            let factor = factor[probe.electrons.clamp(1, 3) - 1];
            let reason = format!("ψ must be zero where an electron meets the sphere: give it a factor such as {factor}");
            return Err(RequestError::Conflict { name: "radius", reason });
        }
    }
    Ok(())
}
