//! Integrals of formulas given as text.

use crate::{Problem, RequestError, limits};
use fubini_algorithms::coordinates::{Coordinates, Resolved};
use fubini_expressions::analysis::{Analysis, Ends};
use fubini_expressions::{Compiled, Error, Expressions, Names};

/// Several formulas of the same variables: the components of one vector integrand.
///
/// ```
/// use fubini::{Cuhre, Formulas, Integrator, Options, Variable};
///
/// let formulas = Formulas { texts: vec!["x*exp(-a*x)".into()], parameters: vec![("a".into(), 2.0)], ..Formulas::default() };
/// let problem = formulas.problem(&[Variable::new("x", "0", "inf")])?;
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &Options::default())?;
/// assert!((report.integrals[0].value - 0.25).abs() <= report.integrals[0].error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    /// One formula per component.
    pub texts: Vec<String>,
    /// What their integrals are called, one name per formula; with none they are called by their formulas.
    pub titles: Vec<String>,
    /// Names with values.
    pub parameters: Vec<(String, f64)>,
    /// Names with formulas.
    pub definitions: Vec<(String, String)>,
    /// Whether the first over the second is wanted too.
    pub ratio: bool,
    /// Whether to look in the formulas for where they are not smooth, and to cut and map the domain there.
    pub analyse: bool,
    /// Whether a run will have hints, which are points of all variables: integrals are not taken apart then.
    pub hinted: bool,
}

/// A variable of integration with its limits: formulas of constants, parameters and the variables before it.
///
/// ```
/// use fubini::{Cuhre, Formulas, Integrator, Options, Variable};
///
/// // A jump along y = x², which the rule is told of.
/// let over = [Variable::new("x", "0", "1"), Variable::new("y", "0", "1").broken_at("x^2")];
/// let formulas = Formulas { texts: vec!["where(y > x^2, 1, 2)".into()], ..Formulas::default() };
/// let problem = formulas.problem(&over)?;
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &Options::default())?;
/// assert!((report.integrals[0].value - 4.0 / 3.0).abs() <= report.integrals[0].error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Lower limit, or `-inf`.
    pub lo: String,
    /// Upper limit, or `inf`.
    pub hi: String,
    /// Where the integrand or a derivative jumps: formulas like the limits.
    pub breaks: Vec<String>,
}

impl Variable {
    /// A variable with its limits.
    pub fn new(name: &str, lo: &str, hi: &str) -> Self {
        Variable { name: name.to_string(), lo: lo.to_string(), hi: hi.to_string(), breaks: Vec::new() }
    }

    /// Cuts the interval where the integrand or a derivative jumps, at a number or on a graph over the variables before.
    #[must_use]
    pub fn broken_at(mut self, at: &str) -> Self {
        self.breaks.push(at.to_string());
        self
    }
}

/// The method of integrals about which nothing is known before.
pub(crate) const METHOD: &str = "auto";

impl Formulas {
    /// Compiles the formulas and joins them with the limits of the variables.
    ///
    /// # Errors
    /// What is wrong with a formula, a name or a limit.
    pub fn problem(&self, over: &[Variable]) -> Result<Problem, RequestError> {
        self.problem_by(over, None)
    }

    /// A further formula of the same variables, names and definitions, such as the quantity of a [`Histogram`](crate::Histogram).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn quantity(&self, over: &[Variable], text: &str) -> Result<Compiled, RequestError> {
        let variables: Vec<&str> = over.iter().map(|v| v.name.as_str()).collect();
        let refused = |error: Error| RequestError::Expression { what: "quantity".to_string(), error };
        Ok(Expressions::parse(&[text], &self.names(&variables)).map_err(refused)?.compile())
    }

    /// The value of a formula of constants and parameters, beside which there are these variables and the definitions.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn constant(&self, over: &[Variable], text: &str) -> Result<f64, RequestError> {
        let variables: Vec<&str> = over.iter().map(|v| v.name.as_str()).collect();
        let refused = |error: Error| RequestError::Expression { what: "number".to_string(), error };
        Expressions::constant(text, &self.names(&variables)).map_err(refused)
    }

    /// The program of the formulas for all values of the parameters that vary; `None` if it needs their values.
    pub(crate) fn program(&self, over: &[Variable], varied: &[String]) -> Option<Compiled> {
        let variables: Vec<&str> = over.iter().map(|v| v.name.as_str()).collect();
        let names = self.parameters.iter().fold(Names::new(&variables), |names, (name, value)| match varied.contains(name) {
            true => names.tunable(name, *value),
            false => names.parameter(name, *value),
        });
        let names = self.definitions.iter().fold(names, |names, (name, text)| names.definition(name, text));
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        Expressions::parse_complex(&texts, &names).ok().map(|expressions| expressions.compile())
    }

    /// As [`Formulas::problem`] by a program that has been compiled before, where the formulas are integrated as they are.
    pub(crate) fn problem_by(&self, over: &[Variable], program: Option<Compiled>) -> Result<Problem, RequestError> {
        if over.is_empty() {
            let reason = "at least one variable is needed, for instance --over x=0:1".to_string();
            return Err(RequestError::Conflict { name: "over", reason });
        }
        if self.ratio && self.texts.len() < 2 {
            let reason = "a ratio takes two formulas, the numerator and the denominator".to_string();
            return Err(RequestError::Conflict { name: "ratio", reason });
        }
        if ![0, self.texts.len()].contains(&self.titles.len()) {
            let reason = format!("{} formulas can't have {} names: one each, or none", self.texts.len(), self.titles.len());
            return Err(RequestError::Conflict { name: "titles", reason });
        }
        let variables: Vec<&str> = over.iter().map(|v| v.name.as_str()).collect();
        let names = self.names(&variables);
        names.check().map_err(|error| RequestError::Expression { what: "names".to_string(), error })?;
        let (coordinates, idle) = limits::coordinates(over, &self.parameters, &self.definitions)?;
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let refused = |error: Error| RequestError::Expression { what: "formula".to_string(), error };
        let expressions = Expressions::parse_complex(&texts, &names).map_err(refused)?;
        if let (true, Some(at)) = (self.ratio, expressions.complex().iter().position(|complex| *complex)) {
            let text = &self.texts[at];
            let reason =
                format!("a ratio takes real formulas, and {text} is complex: take re(…) or im(…), or divide the integrals");
            return Err(RequestError::Conflict { name: "ratio", reason });
        }
        let (mut integrals, mut complex) = (Vec::new(), Vec::new());
        for (title, is_complex) in self.titles().iter().zip(expressions.complex()) {
            integrals.push(title.clone());
            if *is_complex {
                complex.push(integrals.len() - 1);
                integrals.push(format!("im({title})"));
            }
        }
        // Known without a program for all values of the parameters, which would not know it.
        let zero = expressions.roots().iter().all(|root| expressions.graph().value(*root) == Some(0.0));
        let ends = |v: &Variable| Ends { lo: v.lo.clone(), hi: v.hi.clone(), breaks: v.breaks.clone() };
        let Analysis { plan, mut separated, mut notes, warning, jumps, resolution } = match self.analyse && !zero {
            true => expressions.analyse(&over.iter().map(ends).collect::<Vec<_>>()).map_err(refused)?,
            false => Analysis { jumps: expressions.jumps(), ..Analysis::default() },
        };
        if self.hinted && separated.take().is_some() {
            notes = vec!["left as it is: hints are points of all variables".to_string()];
        }
        let (mut label, mut further) = (self.label(over), 0);
        let (compiled, coordinates): (Compiled, Box<dyn Coordinates>) = match plan {
            Some(plan) => {
                label.push_str(&format!("; analysed, {} parts", plan.coordinates.len()));
                further = plan.coordinates.further();
                (plan.integrand, Box::new(plan.coordinates.of_domain(coordinates)))
            }
            None => {
                let program = program.filter(|_| !zero).unwrap_or_else(|| expressions.compile());
                (program.with_jumps(jumps), Box::new(Resolved::new(coordinates, resolution)))
            }
        };
        if separated.is_some() {
            label.push_str("; analysed, taken apart");
        }
        Ok(Problem {
            name: "integrate".to_string(),
            formula: self.describe(over),
            label,
            analysis: notes,
            warning: warning.or(idle),
            compilation: Some(compiled.summary().to_string()),
            integrand: Box::new(compiled),
            coordinates,
            further,
            separated,
            integrals,
            complex,
            ratio: self.ratio.then(|| "ratio".to_string()),
            constant: None,
            coefficients: Vec::new(),
            observables: Vec::new(),
            references: Vec::new(),
            method: METHOD,
        })
    }

    /// What the integrals are called.
    pub(crate) fn titles(&self) -> &[String] {
        if self.titles.is_empty() { &self.texts } else { &self.titles }
    }

    fn names(&self, variables: &[&str]) -> Names {
        let names = self.parameters.iter().fold(Names::new(variables), |names, (name, value)| names.parameter(name, *value));
        self.definitions.iter().fold(names, |names, (name, text)| names.definition(name, text))
    }

    /// All that is asked for, in full.
    fn label(&self, over: &[Variable]) -> String {
        let limits = over.iter().map(|v| format!("; {} = {} … {}", v.name, v.lo, v.hi));
        let limits = limits.chain(over.iter().flat_map(|v| v.breaks.iter().map(|at| format!("; break {} = {at}", v.name))));
        let parameters = self.parameters.iter().map(|(name, value)| format!("; {name} = {value}"));
        let definitions = self.definitions.iter().map(|(name, text)| format!("; {name} = {text}"));
        format!("{}{}", self.texts.join(", "), limits.chain(parameters).chain(definitions).collect::<String>())
    }

    fn describe(&self, over: &[Variable]) -> String {
        let over: Vec<String> = over.iter().map(|v| format!("{} = {} … {}", v.name, v.lo, v.hi)).collect();
        let what = if self.texts.len() == 1 { &self.texts[0] } else { "" };
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
        format!("{what}{}over {}{}", if what.is_empty() { "" } else { "  " }, over.join(", "), parameters.concat())
    }
}
