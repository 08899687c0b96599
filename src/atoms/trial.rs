//! Atoms of one to three electrons with any trial function, given as text.

use super::frame::Oriented;
use super::linear::Program;
use super::symmetry::{self, Spin};
use super::{Frame, Hamiltonian, Nuclei, catalogue, energy, known};
use crate::request::require;
use crate::{Problem, RequestError};
use fubini_algorithms::coordinates::Coordinates;
use fubini_algorithms::{Columns, Integrand};
use fubini_expressions::{Atom, Compiled, Coupling, Energy, Error, Expressions, Moment, Names};

/// A trial function ψ of x, y, z and r (one electron), x1 … z2, r1, r2 and r12 (two), or x1 … z3, r1 … r3, r12, r13 and r23 (three).
///
/// ```
/// use fubini::atoms::{Frame, Trial};
/// use fubini::{Cuhre, Integrator, Options};
///
/// // The screened product, whose energy is −(27/16)².
/// let trial = Trial {
///     psi: "exp(-a*(r1+r2))".into(),
///     parameters: vec![("a".into(), 27.0 / 16.0)],
///     ..Trial::default()
/// };
/// let problem = trial.problem(Frame::Auto)?;
/// let options = problem.options(&Options::default());
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?;
/// let energy = report.ratio().unwrap();
/// assert!((energy.value + 2.84765625).abs() <= energy.error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trial {
    /// The formula of ψ.
    pub psi: String,
    /// Number of electrons, one to three.
    pub electrons: usize,
    /// Nuclear charge.
    pub charge: f64,
    /// Names with values.
    pub parameters: Vec<(String, f64)>,
    /// Names with formulas.
    pub definitions: Vec<(String, String)>,
    /// What else than a nucleus at rest acts on the electrons.
    pub hamiltonian: Hamiltonian,
    /// The spin that ψ must have, by default whatever it has; of three electrons the one that it is given by permutations.
    pub spin: Option<Spin>,
}

/// Helium without a ψ.
impl Default for Trial {
    fn default() -> Self {
        Trial {
            psi: String::new(),
            electrons: 2,
            charge: 2.0,
            parameters: Vec::new(),
            definitions: Vec::new(),
            hamiltonian: Hamiltonian::default(),
            spin: None,
        }
    }
}

impl Trial {
    /// Derives Hψ and compiles ψHψ and ψ² together.
    ///
    /// # Errors
    /// What is wrong with ψ or a parameter, or a ψ that does not fall off with the distance.
    pub fn problem(&self, frame: Frame) -> Result<Problem, RequestError> {
        let compiled = self.derive()?.integrands.compile();
        let compilation = Some(compiled.summary().to_string());
        Ok(Problem { compilation, ..self.with(Box::new(compiled), frame, self.oriented(&[], &[])?)? })
    }

    /// ψHψ and ψ², ψ and the local energy, as expressions.
    ///
    /// # Errors
    /// What is wrong with ψ or the charge.
    pub fn derive(&self) -> Result<Energy, RequestError> {
        let (atom, names) = (self.atom()?, self.names(&[]));
        atom.potentials(&names).map_err(|error| refused("potential", error))?;
        atom.energy(&self.psi, &names).map_err(|error| refused("psi", error))
    }

    /// A problem with an integrand whose first two components are ψHψ and ψ².
    pub(super) fn with(
        &self,
        integrand: Box<dyn Integrand>,
        frame: Frame,
        oriented: Option<Oriented>,
    ) -> Result<Problem, RequestError> {
        let Trial { hamiltonian, electrons, charge, .. } = self;
        self.check_smooth()?;
        hamiltonian.check_near(&self.atom()?, &self.names(&[]), *electrons, 1.0)?;
        let a = self.exponent(&*integrand)?;
        hamiltonian.check_far(&self.atom()?, &self.names(&[]), *electrons, 1.5 / a)?;
        let coordinates = self.coordinates(a, frame, oriented)?;
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
        let formula = format!("ψ = {}{}, {}", self.psi, parameters.concat(), hamiltonian.describe(*charge));
        let definitions: Vec<String> = self.definitions.iter().map(|(name, text)| format!(", {name} = {text}")).collect();
        let made = self.spin.filter(|spin| Spin::coupling(Some(*spin)) != Coupling::Given);
        let made = made.map_or(String::new(), |spin| format!(", spin = {}", spin.word()));
        let label = format!("atom: {formula}{}, electrons = {electrons}{made}", definitions.concat());
        let spin = self.symmetry(1.5 / a)?;
        symmetry::check(self, spin)?;
        let references = known::any(self, catalogue::of(self).as_ref(), spin == Some(Spin::Triplet));
        if hamiltonian.nuclei.is_some() {
            if *electrons == 2 && spin.is_none() {
                let reason =
                    "ψ of a molecule must stay as it is, or change its sign, when the electrons are exchanged".to_string();
                return Err(RequestError::Conflict { name: "psi", reason });
            }
            // As for the functions by hand: where the electrons meet, 1/r12 is bounded and not smooth.
            let method = if *electrons == 2 { "qmc" } else { "cuhre" };
            let problem = energy("molecule", formula, integrand, coordinates, references);
            return Ok(Problem { label, method, ratio: Some("total energy".to_string()), ..problem });
        }
        let warning = (self.electrons == 2 && spin.is_none()).then(|| {
            "ψ becomes another function when the electrons are exchanged, as that of no state of two electrons does: the energy is an \
             upper bound to the ground state, and no more"
                .to_string()
        });
        // Six variables or nine are too many for rules.
        let method = if *electrons == 3 { "qmc" } else { "cuhre" };
        Ok(Problem { label, warning, method, ..energy("atom", formula, integrand, coordinates, references) })
    }

    /// Refuses a ψ that bends or jumps.
    fn check_smooth(&self) -> Result<(), RequestError> {
        let psi = self.atom()?.psi(&self.psi, &self.names(&[])).map_err(|error| refused("psi", error))?;
        if !psi.bends() {
            return Ok(());
        }
        let reason = "ψ has abs, min, max, atan2, steps or a condition: where it bends or jumps ∇²ψ has a part that no point sees, and the \
                      energy would be wrong: write a smooth ψ; --radius confines an atom";
        Err(RequestError::Conflict { name: "psi", reason: reason.to_string() })
    }

    /// The coordinates for a ψ that falls off as exp(−a r).
    pub(super) fn coordinates(
        &self,
        a: f64,
        frame: Frame,
        oriented: Option<Oriented>,
    ) -> Result<Box<dyn Coordinates>, RequestError> {
        match (self.hamiltonian.nuclei, self.hamiltonian.radius, self.electrons) {
            (Some(Nuclei { bond, .. }), ..) => frame.molecule(a, bond, self.electrons),
            (_, Some(radius), _) => frame.confined(radius, self.electrons),
            (_, _, 2) => frame.two_electrons(a, oriented),
            (_, _, 3) => frame.three_electrons(a, oriented),
            _ => frame.one_electron(a),
        }
    }

    /// The spin of two electrons, where they have one.
    pub(super) fn of_two(&self) -> Result<Option<Spin>, RequestError> {
        if self.electrons == 2 { self.symmetry(1.0) } else { Ok(None) }
    }

    /// What becomes of ψ when two electrons are exchanged.
    fn symmetry(&self, size: f64) -> Result<Option<Spin>, RequestError> {
        if self.electrons == 1 {
            return Ok(None);
        }
        let (atom, names) = (self.atom()?, self.names(&[]));
        let psi = atom.psi(&self.psi, &names).map_err(|error| refused("psi", error))?.compile();
        if self.electrons == 2 {
            return Ok(Spin::of(&psi, size));
        }
        if self.spin.is_none() && !symmetry::is_of_three(&psi, size) {
            let reason = "ψ of three electrons must change its sign when the two whose spins are alike are exchanged: let --spin doublet make \
                          it of a function whose first two electrons are a pair, or --spin quartet of any";
            return Err(RequestError::Conflict { name: "psi", reason: reason.to_string() });
        }
        Ok(self.spin)
    }

    /// What in ψ and the expectation values depends on the orientation of the atom, if anything does. Whether the values of
    /// `tunable` parameters happen to hide it does not count: derivatives with respect to them would show it.
    pub(super) fn oriented(
        &self,
        tunable: &[String],
        expectations: &[(String, String)],
    ) -> Result<Option<Oriented>, RequestError> {
        let formulas: Vec<&str> = expectations.iter().map(|(_, formula)| formula.as_str()).collect();
        let found = self.atom()?.oriented(&self.psi, &formulas, &self.names(tunable));
        let found = found.map_err(|error| refused("psi", error))?;
        Ok(found.map(|(at, coordinate)| Oriented {
            what: match at.checked_sub(1).map(|at| expectations.get(at)) {
                None => "ψ".to_string(),
                Some(Some((name, _))) => format!("the expectation value {name}"),
                Some(None) => "the potential".to_string(),
            },
            coordinate,
        }))
    }

    /// Compiles ψHψ, ψ² and these moments; the values of `tunable` parameters can be changed afterwards.
    pub(super) fn compile(
        &self,
        tunable: &[String],
        expectations: &[(String, String)],
        wanted: &[Moment<'_>],
    ) -> Result<Compiled, RequestError> {
        let (atom, names) = (self.atom()?, self.names(tunable));
        atom.potentials(&names).map_err(|error| refused("potential", error))?;
        // Read by themselves first, so that a mistake is told by its name.
        let formulas = self.declare(Names::new(&atom.variables()), tunable);
        for (name, formula) in expectations {
            Expressions::parse(&[formula], &formulas).map_err(|error| refused(&format!("expect {name}"), error))?;
        }
        let all = atom.moments(&self.psi, &names, wanted).map_err(|error| refused("psi", error))?;
        Ok(all.compile())
    }

    /// Compiles the terms of a ψ that is linear in these parameters; the values of `tunable` ones can be changed afterwards.
    pub(super) fn terms(&self, tunable: &[String], linear: &[String]) -> Result<Program, RequestError> {
        let (atom, names) = (self.atom()?, self.names(tunable));
        atom.potentials(&names).map_err(|error| refused("potential", error))?;
        let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
        let terms = atom.terms(&self.psi, &names, &linear).map_err(|error| refused("psi", error))?;
        Ok(Program { terms: terms.expressions.compile(), constant: terms.constant })
    }

    /// The nucleus and its electrons.
    pub(super) fn atom(&self) -> Result<Atom, RequestError> {
        if self.hamiltonian.has_charge() {
            require("charge", self.charge, "the nuclear charge must be 0, or a number above 0", self.charge >= 0.0)?;
        }
        self.hamiltonian.check()?;
        let atom = match (self.electrons, self.hamiltonian.nuclei) {
            (n @ (1 | 2), Some(Nuclei { charges, .. })) => Atom::molecule(n, charges),
            (1, None) => Atom::one_electron(self.charge),
            (2, None) => Atom::two_electrons(self.charge),
            (3, None) => Atom::three_electrons(self.charge).coupling(Spin::coupling(self.spin)),
            (n, None) => {
                return Err(RequestError::Parameter { name: "electrons", value: n as f64, allowed: "must be 1, 2 or 3" });
            }
            (n, Some(_)) => {
                let allowed = "must be 1 or 2 about two nuclei";
                return Err(RequestError::Parameter { name: "electrons", value: n as f64, allowed });
            }
        };
        Ok(self.hamiltonian.of(atom))
    }

    fn names(&self, tunable: &[String]) -> Names {
        self.declare(Names::default(), tunable)
    }

    fn declare(&self, names: Names, tunable: &[String]) -> Names {
        let own = self.hamiltonian.parameters().into_iter().filter(|(name, _)| *name != "mass");
        let own: Vec<(String, f64)> = own.map(|(name, value)| (name.to_string(), value)).collect();
        let names = self.parameters.iter().chain(&own).fold(names, |names, (name, value)| match tunable.contains(name) {
            true => names.tunable(name, *value),
            false => names.parameter(name, *value),
        });
        let known = |name: &str| {
            self.parameters.iter().any(|(known, _)| known == name) || self.definitions.iter().any(|(known, _)| known == name)
        };
        let own = self.hamiltonian.definitions(self.electrons).into_iter().filter(|(name, _)| !known(name));
        let all: Vec<(String, String)> = self.definitions.iter().cloned().chain(own).collect();
        all.iter().fold(names, |names, (name, text)| names.definition(name, text))
    }

    /// The exponent of the exp(−a r) whose mean radius is that of ψ, from which the coordinates take their scale.
    ///
    /// All electrons are at the distance r, in directions at right angles; ∫ψ² r^(3n−1) r dr over ∫ψ² r^(3n−1) dr is
    /// 3/(2a) for one exponential per electron. A few hundred values on a logarithmic grid are enough: a factor of two
    /// in the scale costs at most a factor of two in evaluations. ψ must fall off when one electron alone goes far, too.
    pub(super) fn exponent(&self, integrand: &dyn Integrand) -> Result<f64, RequestError> {
        let conflict = |name, reason: &str| Err(RequestError::Conflict { name, reason: reason.to_string() });
        // Three electrons at equal distances are a node of 1s² 2s.
        let all =
            if self.electrons == 3 { self.ray(integrand, |r| [r, 2.0 * r, 0.5 * r]) } else { self.ray(integrand, |r| [r; 3]) };
        let a = 1.5 * all.weight / all.mean;
        if all.most == 0.0 && Spin::coupling(self.spin) != Coupling::Given {
            return conflict(
                "spin",
                "ψ is zero: the function that is given has no part of this spin, as it stays the same when electrons are exchanged",
            );
        }
        if let Some(radius) = self.hamiltonian.radius {
            for electron in 0..self.electrons {
                // The wall, and the other electron anywhere inside.
                let wall = [0.2, 0.5, 0.8].map(|inside| {
                    let place = |k| radius * if k == electron { 1.0 } else { inside };
                    self.densities(integrand, UNIT, &[[place(0), place(1), place(2)]])[0]
                });
                if wall.iter().any(|density| density.is_nan() || *density > 1e-12 * all.most) {
                    let reason =
                        "ψ must be zero where an electron meets the sphere: give it a factor such as (1-r1/radius)*(1-r2/radius)";
                    return conflict("radius", reason);
                }
            }
            return Ok(if a.is_finite() && a > 0.0 { a } else { 3.0 / radius });
        }
        if all.most == 0.0 {
            return conflict("psi", "ψ is zero: check its factors and parameters");
        }
        if !(all.falls && a.is_finite() && a > 0.0) {
            return conflict(
                "psi",
                "ψ does not fall off with the distance, so that ∫ψ² is infinite: check the signs and parameters",
            );
        }
        // The others where they are, or at the nucleus, where a product of distances does not fall.
        let places = [1.0, AT_THE_NUCLEUS].map(|part| part * all.mean / all.weight);
        let alone = |other: f64| (0..if self.electrons > 1 { self.electrons } else { 0 }).map(move |electron| (electron, other));
        for (electron, other) in places.into_iter().flat_map(alone) {
            let alone = self.ray(integrand, |r| {
                let mut place = [other, 0.8 * other, 1.2 * other];
                if self.electrons == 2 {
                    place = [other; 3];
                }
                place[electron] = r;
                place
            });
            if !alone.falls {
                let reason = format!(
                    "ψ does not fall off when electron {} alone goes far, so that ∫ψ² is infinite: check the signs and parameters",
                    electron + 1
                );
                return conflict("psi", &reason);
            }
        }
        self.check_ways(integrand, all.mean / all.weight)?;
        Ok(a)
    }

    /// Refuses a ψ that does not fall off along an axis or where two electrons go far side by side, or that is so singular where an
    /// electron meets a nucleus or another electron that its kinetic energy is infinite: from 1/√r on.
    fn check_ways(&self, integrand: &dyn Integrand, size: f64) -> Result<(), RequestError> {
        let refused = |reason: String| Err(RequestError::Conflict { name: "psi", reason });
        let rest: [[f64; 3]; 3] = std::array::from_fn(|k| DIRECTIONS[k].map(|x| x * size * [1.0, 0.8, 1.2][k]));
        let moved = |electron: usize, to: [f64; 3]| {
            let mut places = rest;
            places[electron] = to;
            places
        };
        let name =
            |electron: usize| if self.electrons == 1 { "the electron".to_string() } else { format!("electron {}", electron + 1) };
        let falls = |place: &dyn Fn(f64) -> [[f64; 3]; 3]| self.way(integrand, 3, place).falls;
        for electron in 0..self.electrons {
            for axis in 0..6 {
                let mut direction = [0.0; 3];
                direction[axis / 2] = if axis % 2 == 0 { 1.0 } else { -1.0 };
                if !falls(&|r| moved(electron, direction.map(|x| x * r))) {
                    let to = format!("{}{}", ["+", "-"][axis % 2], ["x", "y", "z"][axis / 2]);
                    return refused(format!(
                        "ψ does not fall off when {} goes far along {to}, so that ∫ψ² is infinite: check the signs and parameters",
                        name(electron)
                    ));
                }
            }
            let beside = |r: f64| {
                let mut places = [DIRECTIONS[0].map(|x| x * r); 3];
                places.iter_mut().zip(&rest).for_each(|(place, rest)| (0..3).for_each(|k| place[k] += 0.5 * rest[k]));
                (0..3).filter(|k| *k != electron && *k != (electron + 1) % self.electrons).for_each(|k| places[k] = rest[k]);
                places
            };
            if self.electrons > 1 && !falls(&beside) {
                return refused(
                    "ψ does not fall off when two electrons go far side by side, so that ∫ψ² is infinite".to_string(),
                );
            }
            let half = self.hamiltonian.nuclei.map_or(0.0, |nuclei| 0.5 * nuclei.bond);
            let centres = [[0.0, 0.0, -half], [0.0, 0.0, half]];
            let others = (0..electron).map(|other| rest[other]);
            for (at, centre) in centres.into_iter().chain(others).enumerate() {
                let near = |r: f64| moved(electron, std::array::from_fn(|k| centre[k] + r * UNIT[2][k]));
                let values = self.at_places(integrand, &[1e-4 * size, 1e-5 * size].map(near));
                // ψ² grows as 1/r or faster.
                if values[1] > 9.0 * values[0] {
                    let whom = if at < 2 { "a nucleus".to_string() } else { "another electron".to_string() };
                    return refused(format!(
                        "ψ grows as 1/√r or faster where {} meets {whom}, so that the kinetic energy is infinite",
                        name(electron)
                    ));
                }
            }
        }
        Ok(())
    }

    /// ψ² along a way on which the electrons are at distances that `place` finds for r.
    fn ray(&self, integrand: &dyn Integrand, place: impl Fn(f64) -> [f64; 3]) -> Ray {
        // As many electrons as move with r.
        let (near, far) = (place(1.0), place(2.0));
        let moved = (0..self.electrons).filter(|k| near[*k] != far[*k]).count();
        self.way(integrand, 3 * moved as i32, &|r| {
            let distances = place(r);
            std::array::from_fn(|k| DIRECTIONS[k].map(|x| x * distances[k]))
        })
    }

    /// ψ² with the electrons at the places for r, times r to this power.
    fn way(&self, integrand: &dyn Integrand, power: i32, place: &dyn Fn(f64) -> [[f64; 3]; 3]) -> Ray {
        const STEPS: i32 = 400;
        // From 1e-5 to 1e5 bohr.
        let radius = |k: i32| 10f64.powf(10.0 * f64::from(k) / f64::from(STEPS) - 5.0);
        let inside = |r: &f64| self.hamiltonian.radius.is_none_or(|radius| *r < radius);
        let radii: Vec<f64> = (0..=STEPS).map(radius).filter(inside).collect();
        let places: Vec<[[f64; 3]; 3]> = radii.iter().map(|r| place(*r)).collect();
        let (mut weight, mut mean, mut last, mut most) = (0.0, 0.0, 0.0, 0.0f64);
        for (r, density) in radii.iter().zip(self.at_places(integrand, &places)) {
            // Not a number where one factor overflows and another underflows.
            if density.is_nan() {
                continue;
            }
            // dr = r dln r
            last = density * r.powi(power);
            if last.is_finite() {
                most = most.max(density);
                weight += last;
                mean += last * r;
            }
        }
        Ray { weight, mean, falls: last.is_finite() && last <= 1e-3 * weight, most }
    }

    /// ψ² with the electrons at these distances in these directions.
    fn densities(&self, integrand: &dyn Integrand, directions: [[f64; 3]; 3], places: &[[f64; 3]]) -> Vec<f64> {
        let at = |place: &[f64; 3]| std::array::from_fn(|k| directions[k].map(|x| x * place[k]));
        self.at_places(integrand, &places.iter().map(at).collect::<Vec<_>>())
    }

    /// ψ² with the electrons at these places.
    fn at_places(&self, integrand: &dyn Integrand, places: &[[[f64; 3]; 3]]) -> Vec<f64> {
        let (mut points, mut values) = (Columns::default(), Columns::default());
        points.reset(integrand.dim(), places.len());
        values.reset(integrand.components(), places.len());
        for axis in 0..3 * self.electrons {
            points.column_mut(axis).iter_mut().zip(places).for_each(|(to, place)| *to = place[axis / 3][axis % 3]);
        }
        points.pad();
        integrand.eval(points.points(integrand.dim()), &mut values.values());
        values.column(1).to_vec()
    }
}

/// Where electrons are at the nucleus, as a part of their mean distance.
const AT_THE_NUCLEUS: f64 = 1e-12;

/// Directions of the electrons, nearly at right angles. Nothing is special about them: no coordinate is zero.
const DIRECTIONS: [[f64; 3]; 3] = [[0.48, 0.6, 0.64], [-0.8, 0.6, 0.037_5], [0.36, -0.61, 0.7]];
/// Such directions of length 1, for places that must be at a distance exactly.
const UNIT: [[f64; 3]; 3] = [[0.48, 0.6, 0.64], [-0.8, 0.36, 0.48], [0.6, -0.64, 0.48]];

/// What ψ² is along a way outwards.
struct Ray {
    /// ∫ψ² and ∫ψ² r along it.
    weight: f64,
    mean: f64,
    /// Whether ∫ψ² along it is finite.
    falls: bool,
    /// The largest value.
    most: f64,
}

fn refused(what: &str, error: Error) -> RequestError {
    RequestError::Expression { what: what.to_string(), error }
}
