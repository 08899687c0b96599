//! What acts on the electrons beside a nucleus of charge Z that stands still.

use crate::RequestError;
use crate::request::require;
use fubini_expressions::{Atom, Expressions, Names};

/// Potentials of one's own, a nucleus that moves, a sphere that confines: by default none of them.
///
/// ```
/// use fubini::atoms::{Frame, Hamiltonian, Trial};
/// use fubini::{Cuhre, Integrator, Options};
///
/// // Hooke's atom, for which this ψ is exact (M. Taut, Phys. Rev. A 48 (1993) 3561).
/// let hamiltonian = Hamiltonian { potential: Some("r^2/8".into()), ..Hamiltonian::default() };
/// let trial = Trial { psi: "(1+r12/2)*exp(-(r1^2+r2^2)/4)".into(), hamiltonian, ..Trial::default() };
/// let problem = trial.problem(Frame::Auto)?;
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &Options::default().ratio(0, 1))?;
/// assert!((report.ratio().unwrap().value - 2.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hamiltonian {
    /// The potential of one electron, a formula of its x, y, z and r, instead of −Z/r.
    pub potential: Option<String>,
    /// The potential between two electrons, a formula of their distance r12, instead of 1/r12.
    pub repulsion: Option<String>,
    /// Mass of the nucleus in units of the electron's, instead of infinity: kinetic energy −½ (1 + 1/M) Σ ∇i² − (1/M) Σ ∇i·∇j.
    pub mass: Option<f64>,
    /// Radius of the sphere that no electron leaves, at which ψ must vanish; formulas may use it by the name `radius`.
    pub radius: Option<f64>,
    /// Two nuclei at rest instead of one.
    pub nuclei: Option<Nuclei>,
}

/// Two nuclei on the z axis, the first at −R/2 and the second at R/2.
///
/// Formulas of ψ then are of `ra rb xi eta` (one electron) or `r1a r1b r2a r2b r12 xi1 eta1 xi2 eta2`, with ξ = (ra + rb)/R and
/// η = (ra − rb)/R, and may use R by the name `bond`. The repulsion of the nuclei is part of the energy.
///
/// ```
/// use fubini::atoms::{Frame, Hamiltonian, Nuclei, Trial};
/// use fubini::{Cuhre, Integrator, Options};
///
/// let nuclei = Some(Nuclei { charges: [1.0, 1.0], bond: 2.0 });
/// let trial = Trial {
///     psi: "exp(-1.35*xi)*cosh(0.92*eta)".into(),
///     electrons: 1,
///     hamiltonian: Hamiltonian { nuclei, ..Hamiltonian::default() },
///     ..Trial::default()
/// };
/// let problem = trial.problem(Frame::Auto)?;
/// let options = problem.options(&Options::default());
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?;
/// // The exact energy is −0.6026.
/// assert!((report.ratio().unwrap().value + 0.6024).abs() < 2e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nuclei {
    /// Their charges.
    pub charges: [f64; 2],
    /// Their distance R.
    pub bond: f64,
}

/// Largest distances at which a potential is looked at, in units of the size of ψ, each ten times the one before.
const FAR: [f64; 4] = [1e2, 1e3, 1e4, 1e5];
/// Places from each of them to the next, of which the lowest counts: a potential may swing.
const SWINGS: usize = 24;

impl Hamiltonian {
    /// Whether it is that of a nucleus at rest.
    pub(super) fn is_plain(&self) -> bool {
        *self == Hamiltonian::default()
    }

    /// Refuses numbers that make no sense.
    pub(super) fn check(&self) -> Result<(), RequestError> {
        if let Some(mass) = self.mass {
            require("mass", mass, "the mass of the nucleus must be a number above 0, in units of the electron's", mass > 0.0)?;
        }
        if let Some(radius) = self.radius {
            require("radius", radius, "the radius of the sphere must be a number above 0", radius > 0.0)?;
        }
        if let Some(Nuclei { charges, bond }) = self.nuclei {
            require("bond", bond, "the distance of the nuclei must be a number above 0", bond > 0.0)?;
            for charge in charges {
                require("charges", charge, "the charge of a nucleus must be 0, or a number above 0", charge >= 0.0)?;
            }
            if self.potential.is_some() || self.mass.is_some() || self.radius.is_some() {
                let reason = "a molecule has two nuclei at rest, and no other potential, mass or sphere".to_string();
                return Err(RequestError::Conflict { name: "bond", reason });
            }
        }
        Ok(())
    }

    /// Whether one number says what the nucleus is.
    pub(super) fn has_charge(&self) -> bool {
        self.potential.is_none() && self.nuclei.is_none()
    }

    /// What formulas of ψ may use beside coordinates and distances: xi and eta of every electron.
    pub(super) fn definitions(&self, electrons: usize) -> Vec<(String, String)> {
        if self.nuclei.is_none() {
            return Vec::new();
        }
        let of = |electron: &str| {
            let [a, b] = ["a", "b"].map(|nucleus| format!("r{electron}{nucleus}"));
            [(format!("xi{electron}"), format!("({a}+{b})/bond")), (format!("eta{electron}"), format!("({a}-{b})/bond"))]
        };
        if electrons == 1 { of("").to_vec() } else { [of("1"), of("2")].concat() }
    }

    /// The atom with it.
    pub(super) fn of(&self, atom: Atom) -> Atom {
        let atom = self.potential.iter().fold(atom, |atom, formula| atom.potential(formula));
        let atom = self.repulsion.iter().fold(atom, |atom, formula| atom.repulsion(formula));
        self.mass.iter().fold(atom, |atom, mass| atom.mass(*mass))
    }

    /// The numbers that have names of their own, beside the charge.
    pub(super) fn parameters(&self) -> Vec<(&'static str, f64)> {
        let named = |name: &'static str, value: Option<f64>| value.map(|value| (name, value));
        let bond = self.nuclei.map(|nuclei| nuclei.bond);
        [named("mass", self.mass), named("radius", self.radius), named("bond", bond)].into_iter().flatten().collect()
    }

    /// The one of these numbers that has this name.
    pub(super) fn number(&mut self, name: &str) -> Option<&mut f64> {
        match name {
            "mass" => self.mass.as_mut(),
            "radius" => self.radius.as_mut(),
            "bond" => self.nuclei.as_mut().map(|nuclei| &mut nuclei.bond),
            _ => None,
        }
    }

    /// The formulas.
    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        self.potential.iter().chain(&self.repulsion)
    }

    /// The names in the formulas, and in the definitions that they need.
    pub(super) fn names(&self, definitions: &[(String, String)]) -> Vec<String> {
        let needed = self.texts().flat_map(|text| {
            let names = Names::default().definitions_of(text, definitions);
            let texts: Vec<String> = names.definitions().iter().flat_map(|(name, text)| [name.clone(), text.clone()]).collect();
            std::iter::once(text.clone()).chain(texts).collect::<Vec<_>>()
        });
        let words = |text: String| text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_string).collect::<Vec<_>>();
        let mut all: Vec<String> = needed.flat_map(words).filter(|word| !word.is_empty()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// For people: `Z = 2`, or what stands in for it.
    pub(super) fn describe(&self, charge: f64) -> String {
        let mut parts = vec![match (&self.potential, self.nuclei) {
            (_, Some(Nuclei { charges: [a, b], bond })) => format!("Z = {a} and {b}, R = {bond}"),
            (None, _) => format!("Z = {charge}"),
            (Some(formula), _) => format!("V = {formula}"),
        }];
        parts.extend(self.repulsion.iter().map(|formula| format!("W = {formula}")));
        parts.extend(self.mass.map(|mass| format!("M = {mass}")));
        parts.extend(self.radius.map(|radius| format!("radius = {radius}")));
        parts.join(", ")
    }

    /// Refuses potentials that fall faster than −1/(8 r²) where an electron meets the origin, or than −1/(4 r12²) where it meets another:
    /// every energy could be had there (L. D. Landau, E. M. Lifshitz, Quantum Mechanics, §35).
    pub(super) fn check_near(&self, atom: &Atom, names: &Names, electrons: usize, size: f64) -> Result<(), RequestError> {
        if self.texts().next().is_none() || self.nuclei.is_some() {
            return Ok(());
        }
        let [one, two] = potentials(atom, names)?.map(|expressions| expressions.compile());
        let near = |r: f64| one.evaluate(&[0.48 * r, 0.6 * r, 0.64 * r, r])[0];
        let met = |r: f64| if electrons > 1 { two.evaluate(&[r])[0] } else { 0.0 };
        for (name, way, bound, formula) in
            [("potential", &near as &dyn Fn(f64) -> f64, -0.125, "-1/(8 r^2)"), ("repulsion", &met, -0.25, "-1/(4 r12^2)")]
        {
            let [first, second] = [1e-5, 1e-7].map(|part| way(part * size) * (part * size).powi(2));
            if second < 1.001 * bound && second <= 0.99 * first {
                let reason =
                    format!("it falls faster than {formula} where r goes to zero, so that no state has the least energy");
                return Err(RequestError::Conflict { name, reason });
            }
        }
        Ok(())
    }

    /// Refuses potentials that fall without bound far away, where every energy could be had.
    pub(super) fn check_far(&self, atom: &Atom, names: &Names, electrons: usize, size: f64) -> Result<(), RequestError> {
        if self.texts().next().is_none() || self.radius.is_some() || self.nuclei.is_some() {
            return Ok(());
        }
        let [one, two] = potentials(atom, names)?.map(|expressions| expressions.compile());
        for direction in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.48, 0.6, 0.64]] {
            let held = |r: f64| one.evaluate(&[direction[0] * r, direction[1] * r, direction[2] * r, r.abs()])[0];
            let apart = |r: f64| if electrons >= 2 { two.evaluate(&[r])[0] } else { 0.0 };
            // One electron far away on either side, or both of them on opposite sides.
            let ways: [&dyn Fn(f64) -> f64; 3] = [&|r| held(r) + apart(r), &|r| held(-r) + apart(r), &|r| {
                if electrons >= 2 { held(r) + held(-r) + apart(2.0 * r) } else { 0.0 }
            }];
            for way in ways {
                // At multiples of the golden ratio, whose fractions have no period.
                let place = |k: usize| 1.0 + 9.0 * (k as f64 * 0.618_033_988_749_895).fract();
                let values = FAR.map(|far| (0..SWINGS).map(|k| way(far * size * place(k))).fold(f64::INFINITY, f64::min));
                let [.., before, last] = values;
                let falls = values.windows(2).all(|pair| pair[1] < pair[0]);
                // A logarithm falls too, and has no bound.
                if last == f64::NEG_INFINITY || (falls && last < 0.0 && last < 1.05 * before) {
                    let name = if self.potential.is_some() { "potential" } else { "repulsion" };
                    let reason =
                        "it falls without bound far from the origin, so that no state has the least energy: check its sign";
                    return Err(RequestError::Conflict { name, reason: reason.to_string() });
                }
            }
        }
        Ok(())
    }
}

/// The potential of one electron and that between two, by themselves.
pub(super) fn potentials(atom: &Atom, names: &Names) -> Result<[Expressions; 2], RequestError> {
    let [held, between] = atom.potentials(names);
    let refused = |what: &str, error| RequestError::Expression { what: what.to_string(), error };
    Ok([held.map_err(|error| refused("potential", error))?, between.map_err(|error| refused("repulsion", error))?])
}
