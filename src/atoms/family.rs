//! A trial function with names for its numbers, some of which vary, and what else is wanted of it than its energy.

use super::linear::{Program, linear};
use super::member::Member;
use super::{Frame, Helium, Hydrogen, Trial};
use crate::RequestError;
use fubini_expressions::{Compiled, Names};
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
    pub(super) member: Member,
    pub(super) frame: Frame,
    pub(super) expectations: Vec<(String, String)>,
    pub(super) variance: bool,
    pub(super) varied: Vec<String>,
    /// Parameters in which ψ is linear.
    pub(super) linear: Vec<String>,
    /// How many levels are wanted of them.
    pub(super) levels: usize,
    /// The program for their terms.
    pub(super) terms: OnceLock<Program>,
    /// The program for the observables, compiled when it is first needed.
    pub(super) program: OnceLock<Compiled>,
    /// The same for the gradient.
    pub(super) gradient: OnceLock<Compiled>,
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
        Self::new(Member::Helium { helium, follows: false }, frame)
    }

    /// Hydrogen with ψ = exp(−r − β r²); its parameter is `beta`.
    pub fn hydrogen(hydrogen: Hydrogen, frame: Frame) -> Self {
        Self::new(Member::Hydrogen(hydrogen), frame)
    }

    /// Any ψ given as text; its parameters are those of [`Trial::parameters`] and `charge`.
    pub fn trial(trial: Trial, frame: Frame) -> Self {
        Self::new(Member::Trial(trial), frame)
    }

    fn new(member: Member, frame: Frame) -> Self {
        Family {
            member,
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
        if let Member::Helium { helium, follows } = &mut self.member {
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
            let known: Vec<String> = self.member.parameters().into_iter().map(|(name, _)| name).collect();
            let used = self.uses(name);
            if !(used && (start.is_some() || known.iter().any(|known| known == name))) {
                return Err(vary(match used {
                    true => format!("{name} has no value to start from; give one, as in {name}=1"),
                    false => format!("there is no parameter {name}; there are {}", known.join(", ")),
                }));
            }
            self.varied.push((*name).to_string());
            start.iter().for_each(|start| self.member.set(name, *start));
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
        let Member::Trial(trial) = &mut self.member else {
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
        self.member.parameters()
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
        let is_bond = |name: &String| name == "bond" && self.member.formula().hamiltonian.nuclei.is_some();
        if let Some(name) = self.varied.iter().find(|name| self.of_hamiltonian(name) && !is_bond(name)) {
            return Err(vary(format!("{name} belongs to the Hamiltonian, not to ψ alone: the energy has no minimum over it")));
        }
        Ok(())
    }

    /// Whether H depends on this number.
    fn of_hamiltonian(&self, name: &str) -> bool {
        let trial = self.member.formula();
        let numbers = trial.hamiltonian.parameters();
        let has_charge = trial.hamiltonian.has_charge();
        (has_charge && name == "charge")
            || numbers.iter().any(|(known, _)| *known == name)
            || trial.hamiltonian.texts().any(|text| uses(text, &trial.definitions, name))
    }

    /// Whether a formula uses this name, or H does.
    fn uses(&self, name: &str) -> bool {
        let Trial { psi, definitions, hamiltonian, .. } = self.member.formula();
        let mut texts = definitions.iter().map(|(_, text)| text).chain([&psi]).chain(hamiltonian.texts());
        texts.any(|text| holds(text, name)) || (self.of_hamiltonian(name) && !matches!(self.member, Member::Hydrogen(_)))
    }
}

/// Whether a text holds this word.
pub(super) fn holds(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
}

/// Whether a formula uses this name, itself or through a definition.
fn uses(text: &str, definitions: &[(String, String)], name: &str) -> bool {
    let needed = Names::default().definitions_of(text, definitions);
    holds(text, name) || needed.definitions().iter().any(|(_, text)| holds(text, name))
}

/// What is wrong with the parameters that vary.
pub(super) fn vary(reason: String) -> RequestError {
    RequestError::Conflict { name: "vary", reason }
}
