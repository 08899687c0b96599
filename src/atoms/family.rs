//! A trial function with names for its numbers: the problems of all its values, with what else is to be found in them.

use super::linear::{Program, Solution, WithLevels, linear};
use super::moments::{Combined, Origin};
use super::system::System;
use super::{Frame, Helium, Hydrogen, Trial};
use crate::problem::{Observable, Reading};
use crate::{Problem, RequestError};
use fubini_algorithms::{Cuhre, Integrand, Integrator, Options};
use fubini_expressions::{Compiled, Moment, Names};
use std::fmt;
use std::sync::OnceLock;

/// A trial function whose parameters have names, some of which vary.
///
/// ```
/// use fubini::atoms::{Family, Frame, Helium};
/// use fubini::{Cuhre, Integrator, Options};
///
/// let helium = Helium { alpha: 2.0, beta: 0.15, charge: 2.0 };
/// let family = Family::helium(helium, Frame::Auto).expect("r12", "r12").variance().vary(&[("beta", None)])?;
/// let problem = family.problem(&[0.05])?;
/// let options = problem.options(&Options::default());
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?;
/// let (energy, found) = (report.ratio().unwrap(), problem.observed(&report));
/// assert!((energy.value + 2.871353622366691).abs() <= energy.error);
/// assert!((found[1].value - 0.175368724648091).abs() <= found[1].error); // the variance comes last
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Family {
    system: System,
    frame: Frame,
    expectations: Vec<(String, String)>,
    variance: bool,
    varied: Vec<String>,
    /// Parameters in which ψ is linear.
    linear: Vec<String>,
    /// How many levels are wanted of them.
    levels: usize,
    /// The program for their terms.
    terms: OnceLock<Program>,
    /// The program for the observables, compiled when it is first needed.
    program: OnceLock<Compiled>,
    /// The same for the gradient.
    gradient: OnceLock<Compiled>,
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Family { frame, expectations, varied, .. } = self;
        let family = &mut f.debug_struct("Family");
        family.field("frame", frame).field("expectations", expectations).field("varied", varied).finish_non_exhaustive()
    }
}

impl Family {
    /// Helium-like ions with the Padé-Jastrow function; their parameters are `alpha`, `beta` and `charge`.
    pub fn helium(helium: Helium, frame: Frame) -> Self {
        Self::new(System::Helium { helium, follows: false }, frame)
    }

    /// Hydrogen with ψ = exp(−r − β r²); its parameter is `beta`.
    pub fn hydrogen(hydrogen: Hydrogen, frame: Frame) -> Self {
        Self::new(System::Hydrogen(hydrogen), frame)
    }

    /// Any ψ given as text; its parameters are those of [`Trial::parameters`] and `charge`.
    pub fn trial(trial: Trial, frame: Frame) -> Self {
        Self::new(System::Trial(trial), frame)
    }

    fn new(system: System, frame: Frame) -> Self {
        Family {
            system,
            frame,
            expectations: Vec::new(),
            variance: false,
            varied: Vec::new(),
            linear: Vec::new(),
            levels: 1,
            terms: OnceLock::new(),
            program: OnceLock::new(),
            gradient: OnceLock::new(),
        }
    }

    /// Lets `alpha` of helium be the charge, whatever that is, unless it varies itself.
    #[must_use]
    pub fn alpha_is_charge(mut self) -> Self {
        if let System::Helium { helium, follows } = &mut self.system {
            (helium.alpha, *follows) = (helium.charge, true);
        }
        self
    }

    /// Adds the expectation value ⟨f⟩ = ∫ψ² f / ∫ψ² of a formula of the coordinates, distances and parameters.
    #[must_use]
    pub fn expect(mut self, name: &str, formula: &str) -> Self {
        self.program = OnceLock::new();
        self.expectations.push((name.to_string(), formula.to_string()));
        self
    }

    /// Adds the variance of the local energy, ∫(Hψ)²/∫ψ² − E², under the name `variance`.
    #[must_use]
    pub fn variance(mut self) -> Self {
        self.program = OnceLock::new();
        self.variance = true;
        self
    }

    /// Says which parameters vary, with the values to start from where those are not the ones that they have.
    ///
    /// # Errors
    /// A name that is no parameter.
    pub fn vary(mut self, names: &[(&str, Option<f64>)]) -> Result<Self, RequestError> {
        (self.program, self.gradient, self.terms) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        for (name, start) in names {
            if self.linear.iter().any(|known| known == name) {
                return Err(vary(format!("{name} is a linear parameter: its best value is found at every value of the others")));
            }
            if self.varied.iter().any(|known| known == name) {
                return Err(vary(format!("{name} is varied twice")));
            }
            let known: Vec<String> = self.system.parameters().into_iter().map(|(name, _)| name).collect();
            let used = self.uses(name);
            if !(used && (start.is_some() || known.iter().any(|known| known == name))) {
                return Err(vary(match used {
                    true => format!("{name} has no value to start from; give one, as in {name}=1"),
                    false => format!("there is no parameter {name}; there are {}", known.join(", ")),
                }));
            }
            self.varied.push((*name).to_string());
            start.iter().for_each(|start| self.system.set(name, *start));
        }
        Ok(self)
    }

    /// Gives these parameters, in which ψ is linear, their best values at all values of the others, and adds as observables the
    /// `levels` − 1 levels above the lowest, which are upper bounds too.
    ///
    /// ```
    /// use fubini::atoms::{Family, Frame, Trial};
    /// use fubini::{Cuhre, Integrator, Options};
    ///
    /// // Hylleraas' three terms, with the exponent that is best for them.
    /// let psi = "exp(-1.8160676753317*(r1+r2))*(1+c*r12+d*(r1-r2)^2)".into();
    /// let family = Family::trial(Trial { psi, ..Trial::default() }, Frame::Auto).linear(&["c", "d"], 1)?;
    /// let problem = family.problem(&[])?;
    /// let options = problem.options(&Options::default().rtol(1e-9));
    /// let energy = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?.ratio().unwrap();
    /// assert!((energy.value + 2.902432028988).abs() < 1e-8);
    /// assert!((problem.coefficients[0].1 - 0.29178575).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A name twice, or one that varies; no level; an atom whose ψ is no formula.
    pub fn linear(mut self, names: &[&str], levels: usize) -> Result<Self, RequestError> {
        (self.program, self.gradient, self.terms) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let System::Trial(trial) = &mut self.system else {
            return Err(linear("ψ is not given as a formula, and has no linear parameters"));
        };
        if levels == 0 || (levels > 1 && names.is_empty()) {
            let reason = "levels belong to linear parameters: give at least one of each".to_string();
            return Err(RequestError::Conflict { name: "levels", reason });
        }
        for name in names {
            if self.linear.iter().chain(&self.varied).any(|known| known == name) {
                return Err(linear(&format!("{name} is given twice, or varies")));
            }
            self.linear.push((*name).to_string());
            if trial.parameters.iter().all(|(known, _)| known != name) {
                trial.parameters.push(((*name).to_string(), 1.0));
            }
        }
        self.levels = levels;
        Ok(self)
    }

    /// All parameters with their values.
    pub fn parameters(&self) -> Vec<(String, f64)> {
        self.system.parameters()
    }

    /// Names of the parameters that vary.
    pub fn varied(&self) -> &[String] {
        &self.varied
    }

    /// Values of the parameters that vary, before they do.
    pub fn start(&self) -> Vec<f64> {
        let all = self.parameters();
        let value = |name: &String| all.iter().find(|(known, _)| known == name).map_or(f64::NAN, |(_, value)| *value);
        self.varied.iter().map(value).collect()
    }

    /// The energy and what else is wanted, at these values of the parameters that vary.
    ///
    /// The variance is taken about an energy near E, for which this runs cuhre once to 1e-3.
    ///
    /// # Errors
    /// Values for which ψ cannot be normalised; what is wrong with a formula.
    pub fn problem(&self, values: &[f64]) -> Result<Problem, RequestError> {
        let (member, solution) = self.solved(values)?;
        let bare = self.expectations.is_empty() && !self.variance && self.linear.is_empty();
        if bare && (self.varied.is_empty() || !matches!(member, System::Trial(_))) {
            return member.problem(self.frame);
        }
        let means = self.expectations.iter().map(|(_, formula)| Moment::Mean(formula));
        let wanted: Vec<Moment<'_>> = means.chain(self.variance.then_some(Moment::Square)).collect();
        let program = self.compiled(&self.program, &member, &wanted)?;
        let mean = |(name, _): &(String, String)| Observable { name: name.clone(), reading: Reading::Mean };
        let mut observables: Vec<Observable> = self.expectations.iter().map(mean).collect();
        let mut rows: Vec<Vec<(usize, f64)>> = (0..2 + wanted.len()).map(|k| vec![(k, 1.0)]).collect();
        if self.variance {
            let origin = Origin { energy: self.pilot(&member)?, slopes: Vec::new() };
            observables.push(Observable { name: "variance".to_string(), reading: Reading::Variance { origin: origin.energy } });
            rows[1 + wanted.len()] = origin.square(1 + wanted.len());
        }
        let combined = Combined { integrand: program.clone(), rows };
        // Origins of moments are among the rows.
        let label = format!("; components {:?}", combined.rows);
        let Some((terms, Solution { mut levels, .. })) = solution.filter(|_| self.levels > 1) else {
            return self.combine(&member, &program, combined, label, observables, &self.expectations);
        };
        levels.remove(0);
        observables.extend((2..=self.levels).map(|k| Observable { name: format!("level {k}"), reading: Reading::Mean }));
        let label = format!("{label}; levels {levels:?}");
        let integrand = WithLevels { integrand: combined, terms: terms.terms, levels };
        self.combine(&member, &program, integrand, label, observables, &self.expectations)
    }

    /// The energy with its gradient at these values: for every parameter that varies the mean slope and the covariance,
    /// which [`Origin::gradient`] reads, with moments about `origin` and in these steps.
    pub(crate) fn slopes(&self, values: &[f64], origin: &Origin, steps: &[f64]) -> Result<Problem, RequestError> {
        let member = self.at(values)?;
        let wanted: Vec<Moment<'_>> = self.varied.iter().map(|name| Moment::Slope(name)).collect();
        let program = self.compiled(&self.gradient, &member, &wanted)?;
        let mut rows = vec![vec![(0, 1.0)], vec![(1, 1.0)]];
        let mut observables = Vec::new();
        for (p, name) in self.varied.iter().enumerate() {
            rows.extend(origin.slope(p, 2 + 2 * p, steps[p]));
            observables.extend([0, 1].map(|_| Observable { name: name.clone(), reading: Reading::Mean }));
        }
        let combined = Combined { integrand: program.clone(), rows };
        let label = format!("; components {:?}", combined.rows);
        self.combine(&member, &program, combined, label, observables, &[])
    }

    /// Refuses values for which ψ cannot be normalised, as far as the numbers alone tell.
    ///
    /// # Errors
    /// The parameter and its bound.
    pub fn check(&self, values: &[f64]) -> Result<(), RequestError> {
        self.at(values)?.check()
    }

    /// Refuses to minimise over what is no parameter of ψ.
    pub(crate) fn check_minimum(&self) -> Result<(), RequestError> {
        if self.varied.is_empty() && self.linear.is_empty() {
            return Err(vary("name at least one parameter, as in --vary beta".to_string()));
        }
        // Of two nuclei the whole energy has its least value at a distance of its own.
        let is_bond = |name: &String| name == "bond" && self.system.formula().hamiltonian.nuclei.is_some();
        if let Some(name) = self.varied.iter().find(|name| self.of_hamiltonian(name) && !is_bond(name)) {
            return Err(vary(format!("{name} belongs to the Hamiltonian, not to ψ alone: the energy has no minimum over it")));
        }
        Ok(())
    }

    /// Whether H depends on this number.
    fn of_hamiltonian(&self, name: &str) -> bool {
        let trial = self.system.formula();
        let numbers = trial.hamiltonian.parameters();
        let has_charge = trial.hamiltonian.has_charge();
        (has_charge && name == "charge")
            || numbers.iter().any(|(known, _)| *known == name)
            || trial.hamiltonian.texts().any(|text| uses(text, &trial.definitions, name))
    }

    /// An energy near E at these values, from few evaluations.
    pub(crate) fn near(&self, values: &[f64]) -> Result<f64, RequestError> {
        self.pilot(&self.at(values)?)
    }

    fn pilot(&self, member: &System) -> Result<f64, RequestError> {
        let problem = member.problem(Frame::Auto)?;
        let options = problem.options(&Options::default().rtol(1e-3).max_evals(100_000));
        let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options);
        // Any number is right: what fails here will fail in earnest, where it can be told.
        let energy = report.ok().and_then(|report| report.ratio()).map_or(0.0, |energy| energy.value);
        Ok(if energy.is_finite() { energy } else { 0.0 })
    }

    /// The atom with these values, and the best ones of linear parameters.
    fn at(&self, values: &[f64]) -> Result<System, RequestError> {
        Ok(self.solved(values)?.0)
    }

    /// The same, with the levels of linear parameters.
    fn solved(&self, values: &[f64]) -> Result<(System, Option<(Program, Solution)>), RequestError> {
        let mut member = self.with(values)?;
        let System::Trial(trial) = &member else { return Ok((member, None)) };
        if self.linear.is_empty() {
            return Ok((member, None));
        }
        member.check()?;
        let known = match self.terms.get() {
            Some(known) => known.clone(),
            None => {
                let known = trial.terms(&self.tunable(), &self.linear)?;
                if self.compiles_once() {
                    // Another thread may have been faster, with the same program.
                    _ = self.terms.set(known.clone());
                }
                known
            }
        };
        let program = Program { terms: set_all(known.terms, &member), constant: known.constant };
        let oriented = trial.oriented(&self.tunable(), &[])?;
        // Where parameters vary, terms may meet on the way.
        if self.varied.is_empty()
            && let Some(k) = program.dependent(trial, self.frame, oriented.clone())?
        {
            let name = self.linear.get(k).map_or("", String::as_str);
            let reason = format!("the term of {name} is a sum of the terms before it, and changes nothing: leave it out");
            return Err(linear(&reason));
        }
        let solution = program.solve(trial, self.frame, oriented, self.levels)?;
        for (name, value) in self.linear.iter().zip(&solution.coefficients) {
            member.set(name, *value);
        }
        Ok((member, Some((program, solution))))
    }

    /// Parameters whose values programs leave open.
    fn tunable(&self) -> Vec<String> {
        [&self.varied[..], &self.linear].concat()
    }

    /// Whether programs do not depend on what varies: the charge and the mass are part of them.
    fn compiles_once(&self) -> bool {
        self.varied.iter().all(|name| name != "charge" && name != "mass")
    }

    /// The atom with these values, and linear parameters as they are.
    fn with(&self, values: &[f64]) -> Result<System, RequestError> {
        if values.len() != self.varied.len() {
            return Err(vary(format!("{} values for {} parameters that vary", values.len(), self.varied.len())));
        }
        let mut member = self.system.clone();
        self.varied.iter().zip(values).for_each(|(name, value)| member.set(name, *value));
        Ok(member)
    }

    /// Whether a formula uses this name, or H does.
    fn uses(&self, name: &str) -> bool {
        let Trial { psi, definitions, hamiltonian, .. } = self.system.formula();
        let mut texts = definitions.iter().map(|(_, text)| text).chain([&psi]).chain(hamiltonian.texts());
        texts.any(|text| holds(text, name)) || (self.of_hamiltonian(name) && !matches!(self.system, System::Hydrogen(_)))
    }

    /// The program for these moments with the values of `member`. It is compiled once, unless the charge or the mass
    /// varies, which are part of the program.
    fn compiled(&self, kept: &OnceLock<Compiled>, member: &System, wanted: &[Moment<'_>]) -> Result<Compiled, RequestError> {
        let program = match kept.get() {
            Some(program) => program.clone(),
            None => {
                let program = member.formula().compile(&self.tunable(), &self.expectations, wanted)?;
                if self.compiles_once() {
                    // Another thread may have been faster, with the same program.
                    _ = kept.set(program.clone());
                }
                program
            }
        };
        Ok(set_all(program, member))
    }

    fn combine(
        &self,
        member: &System,
        program: &Compiled,
        integrand: impl Integrand + 'static,
        components: String,
        observables: Vec<Observable>,
        expectations: &[(String, String)],
    ) -> Result<Problem, RequestError> {
        let summary = program.summary().to_string();
        let oriented = member.formula().oriented(&self.tunable(), expectations)?;
        let rest: Vec<String> = expectations.iter().map(|(name, text)| format!("; ⟨{name}⟩ = ⟨{text}⟩")).collect();
        let problem = member.with(integrand, summary, self.frame, oriented)?;
        let all = member.parameters();
        let value = |name: &String| all.iter().find(|(known, _)| known == name).cloned();
        let coefficients = self.linear.iter().filter_map(value).collect();
        Ok(Problem { observables, coefficients, label: problem.label.clone() + &rest.concat() + &components, ..problem })
    }
}

/// The program with the values that the atom has.
fn set_all(program: Compiled, member: &System) -> Compiled {
    let parameters = member.parameters();
    parameters.iter().fold(program, |program, (name, value)| program.with_parameter(name, *value).unwrap_or(program))
}

/// Whether a text holds this word.
fn holds(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
}

/// Whether a formula uses this name, itself or through a definition.
fn uses(text: &str, definitions: &[(String, String)], name: &str) -> bool {
    let needed = Names::default().definitions_of(text, definitions);
    holds(text, name) || needed.definitions().iter().any(|(_, text)| holds(text, name))
}

/// What is wrong with the parameters that vary.
fn vary(reason: String) -> RequestError {
    RequestError::Conflict { name: "vary", reason }
}
