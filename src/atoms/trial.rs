//! Atoms of one or two electrons with any trial function, given as text.

use super::frame::Oriented;
use super::{Frame, catalogue, energy, known};
use crate::request::require;
use crate::{Problem, RequestError};
use fubini_algorithms::{Columns, Integrand};
use fubini_expressions::{Atom, Compiled, Energy, Error, Expressions, Moment, Names};

/// A trial function ψ of x, y, z and r (one electron), or x1 … z2, r1, r2 and r12 (two).
#[derive(Clone, Debug)]
pub struct Trial {
    /// The formula of ψ.
    pub psi: String,
    /// Number of electrons, one or two.
    pub electrons: usize,
    /// Nuclear charge.
    pub charge: f64,
    /// Names with values.
    pub parameters: Vec<(String, f64)>,
    /// Names with formulas.
    pub definitions: Vec<(String, String)>,
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
        self.atom()?.energy(&self.psi, &self.names(&[])).map_err(|error| refused("psi", error))
    }

    /// A problem with an integrand whose first two components are ψHψ and ψ².
    pub(super) fn with(
        &self,
        integrand: Box<dyn Integrand>,
        frame: Frame,
        oriented: Option<Oriented>,
    ) -> Result<Problem, RequestError> {
        let a = self.exponent(&*integrand)?;
        let coordinates = if self.electrons == 2 { frame.two_electrons(a, oriented)? } else { frame.one_electron(a)? };
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
        let formula = format!("ψ = {}{}, Z = {}", self.psi, parameters.concat(), self.charge);
        let definitions: Vec<String> = self.definitions.iter().map(|(name, text)| format!(", {name} = {text}")).collect();
        let label = format!("atom: {formula}{}, electrons = {}", definitions.concat(), self.electrons);
        let references = known::any(self.electrons, self.charge, catalogue::energy_of(self));
        Ok(Problem { label, ..energy("atom", formula, integrand, coordinates, references) })
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
            what: if at == 0 { "ψ".to_string() } else { format!("the expectation value {}", expectations[at - 1].0) },
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
        // Read by themselves first, so that a mistake is told by its name.
        let formulas = self.declare(Names::new(&atom.variables()), tunable);
        for (name, formula) in expectations {
            Expressions::parse(&[formula], &formulas).map_err(|error| refused(&format!("expect {name}"), error))?;
        }
        let all = atom.moments(&self.psi, &names, wanted).map_err(|error| refused("psi", error))?;
        Ok(all.compile())
    }

    /// The nucleus and its electrons.
    pub(super) fn atom(&self) -> Result<Atom, RequestError> {
        require("charge", self.charge, "the nuclear charge must be a number above 0", self.charge > 0.0)?;
        match self.electrons {
            1 => Ok(Atom::one_electron(self.charge)),
            2 => Ok(Atom::two_electrons(self.charge)),
            n => Err(RequestError::Parameter { name: "electrons", value: n as f64, allowed: "must be 1 or 2" }),
        }
    }

    fn names(&self, tunable: &[String]) -> Names {
        self.declare(Names::default(), tunable)
    }

    fn declare(&self, names: Names, tunable: &[String]) -> Names {
        let names = self.parameters.iter().fold(names, |names, (name, value)| match tunable.contains(name) {
            true => names.tunable(name, *value),
            false => names.parameter(name, *value),
        });
        self.definitions.iter().fold(names, |names, (name, text)| names.definition(name, text))
    }

    /// The exponent of the exp(−a r) whose mean radius is that of ψ, from which the coordinates take their scale.
    ///
    /// All electrons are at the distance r, in directions at right angles; ∫ψ² r^(3n−1) r dr over ∫ψ² r^(3n−1) dr is
    /// 3/(2a) for one exponential per electron. A few hundred values on a logarithmic grid are enough: a factor of two
    /// in the scale costs at most a factor of two in evaluations.
    fn exponent(&self, integrand: &dyn Integrand) -> Result<f64, RequestError> {
        // Nothing special about these directions: no coordinate is zero.
        const DIRECTIONS: [[f64; 3]; 2] = [[0.48, 0.6, 0.64], [-0.8, 0.6, 0.037_5]];
        const STEPS: i32 = 400;
        let power = 3 * self.electrons as i32;
        // From 1e-5 to 1e5 bohr.
        let radius = |k: i32| 10f64.powf(10.0 * f64::from(k) / f64::from(STEPS) - 5.0);
        let (mut points, mut values) = (Columns::default(), Columns::default());
        points.reset(integrand.dim(), STEPS as usize + 1);
        values.reset(integrand.components(), STEPS as usize + 1);
        for (axis, x) in DIRECTIONS[..self.electrons].iter().flatten().enumerate() {
            points.column_mut(axis).iter_mut().zip(0..).for_each(|(to, k)| *to = x * radius(k));
        }
        points.pad();
        integrand.eval(points.points(integrand.dim()), &mut values.values());
        let (mut weight, mut mean, mut last) = (0.0, 0.0, 0.0);
        for (k, density) in (0..).zip(values.column(1)) {
            let r = radius(k);
            // dr = r dln r
            last = density * r.powi(power);
            if last.is_finite() {
                weight += last;
                mean += last * r;
            }
        }
        let a = 1.5 * weight / mean;
        if !(last.is_finite() && last <= 1e-3 * weight && a.is_finite() && a > 0.0) {
            return Err(RequestError::Conflict {
                name: "psi",
                reason: "ψ does not fall off with the distance, so that ∫ψ² is infinite: check the signs and parameters"
                    .to_string(),
            });
        }
        Ok(a)
    }
}

fn refused(what: &str, error: Error) -> RequestError {
    RequestError::Expression { what: what.to_string(), error }
}
