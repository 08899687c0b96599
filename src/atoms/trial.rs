//! Atoms of one to three electrons with any trial function, given as text.

use super::extent::Extent;
use super::family::holds;
use super::frame::Oriented;
use super::hamiltonian::potentials;
use super::linear::Program;
use super::symmetry::{self, Spin};
use super::{Frame, Hamiltonian, Nuclei, catalogue, energy, known};
use crate::request::require;
use crate::{Problem, RequestError};
use fubini_algorithms::Integrand;
use fubini_algorithms::coordinates::Coordinates;
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
        potentials(&atom, &names)?;
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
        let extent = self.extent(&*integrand)?;
        hamiltonian.check_far(&self.atom()?, &self.names(&[]), *electrons, 1.5 / extent.a)?;
        let coordinates = self.coordinates(extent, frame, oriented)?;
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
        let formula = format!("ψ = {}{}, {}", self.psi, parameters.concat(), hamiltonian.describe(*charge));
        let definitions: Vec<String> = self.definitions.iter().map(|(name, text)| format!(", {name} = {text}")).collect();
        let made = self.spin.filter(|spin| Spin::coupling(Some(*spin)) != Coupling::Given);
        let made = made.map_or(String::new(), |spin| format!(", spin = {}", spin.word()));
        let label = format!("atom: {formula}{}, electrons = {electrons}{made}", definitions.concat());
        let spin = self.symmetry(1.5 / extent.a)?;
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

    /// The coordinates for a ψ of this extent.
    pub(super) fn coordinates(
        &self,
        extent: Extent,
        frame: Frame,
        oriented: Option<Oriented>,
    ) -> Result<Box<dyn Coordinates>, RequestError> {
        match (self.hamiltonian.nuclei, self.hamiltonian.radius, self.electrons) {
            (Some(Nuclei { bond, .. }), ..) => frame.molecule(extent, bond, self.electrons),
            (_, Some(radius), _) => frame.confined(radius, self.electrons),
            (_, _, 2) => frame.two_electrons(extent, oriented),
            (_, _, 3) => frame.three_electrons(extent, oriented),
            _ => frame.one_electron(extent),
        }
    }

    /// The spin of two electrons, where they have one.
    pub(super) fn of_two(&self) -> Result<Option<Spin>, RequestError> {
        if self.electrons == 2 { self.symmetry(1.0) } else { Ok(None) }
    }

    /// Whether ψ is the same in all orientations.
    pub(super) fn is_round(&self) -> Result<bool, RequestError> {
        Ok(symmetry::is_round(&self.psi()?, 1.0))
    }

    /// ψ by itself.
    pub(super) fn psi(&self) -> Result<Compiled, RequestError> {
        let psi = self.atom()?.psi(&self.psi, &self.names(&[])).map_err(|error| refused("psi", error))?;
        Ok(psi.compile())
    }

    /// What becomes of ψ when two electrons are exchanged.
    fn symmetry(&self, size: f64) -> Result<Option<Spin>, RequestError> {
        if self.electrons == 1 {
            return Ok(None);
        }
        let psi = self.psi()?;
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
        potentials(&atom, &names)?;
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
        potentials(&atom, &names)?;
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
        self.check_names()?;
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

    /// Refuses a value for a number of the Hamiltonian as if it were a parameter of ψ, which would change nothing.
    fn check_names(&self) -> Result<(), RequestError> {
        let texts = || {
            let definitions = self.definitions.iter().map(|(_, text)| text);
            std::iter::once(&self.psi).chain(definitions).chain(self.hamiltonian.texts())
        };
        let is_number = |name: &str| ["charge", "mass", "radius", "bond"].contains(&name);
        let unused = |(name, _): &&(String, f64)| is_number(name) && !texts().any(|text| holds(text, name));
        match self.parameters.iter().find(unused) {
            Some((name, value)) => {
                let reason = format!("{name} is no name in ψ, but a number of the Hamiltonian: give --{name} {value}");
                Err(RequestError::Conflict { name: "set", reason })
            }
            None => Ok(()),
        }
    }

    /// The names of formulas of the coordinates.
    pub(super) fn formulas(&self) -> Result<Names, RequestError> {
        Ok(self.declare(Names::new(&self.atom()?.variables()), &[]))
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
}

fn refused(what: &str, error: Error) -> RequestError {
    RequestError::Expression { what: what.to_string(), error }
}
