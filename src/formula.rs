//! Integrals of formulas given as text.

use crate::{Problem, RequestError};
use fubini_algorithms::Domain;
use fubini_expressions::{Error, Expressions, Names};

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
    /// Names with values.
    pub parameters: Vec<(String, f64)>,
    /// Names with formulas.
    pub definitions: Vec<(String, String)>,
    /// Whether the first over the second is wanted too.
    pub ratio: bool,
}

/// A variable of integration with its limits, which may be formulas of constants and parameters.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Lower limit, or `-inf`.
    pub lo: String,
    /// Upper limit, or `inf`.
    pub hi: String,
}

impl Variable {
    /// A variable with its limits.
    pub fn new(name: &str, lo: &str, hi: &str) -> Self {
        Variable { name: name.to_string(), lo: lo.to_string(), hi: hi.to_string() }
    }
}

/// Up to so many variables rules are the default, beyond them Monte Carlo: their points double with each one.
const MAX_RULE_DIM: usize = 8;

impl Formulas {
    /// Compiles the formulas and joins them with the limits of the variables.
    ///
    /// # Errors
    /// What is wrong with a formula, a name or a limit.
    pub fn problem(&self, over: &[Variable]) -> Result<Problem, RequestError> {
        if over.is_empty() {
            let reason = "at least one variable is needed, for instance --over x=0:1".to_string();
            return Err(RequestError::Conflict { name: "over", reason });
        }
        if self.ratio && self.texts.len() < 2 {
            let reason = "a ratio takes two formulas, the numerator and the denominator".to_string();
            return Err(RequestError::Conflict { name: "ratio", reason });
        }
        let variables: Vec<&str> = over.iter().map(|v| v.name.as_str()).collect();
        let names = self.names(&variables);
        names.check().map_err(|error| RequestError::Expression { what: "names".to_string(), error })?;
        // Definitions may use the variables, so that limits know the parameters alone.
        let constants = Formulas { definitions: Vec::new(), ..self.clone() }.names(&[]);
        let mut limits = Vec::with_capacity(over.len());
        for variable in over {
            let limit = |text: &str| limit(&variable.name, text, &constants);
            limits.push((limit(&variable.lo)?, limit(&variable.hi)?));
        }
        let domain = Domain::new(&limits).map_err(|_| RequestError::Conflict {
            name: "over",
            reason: "limits must be numbers or infinities, differ if infinite, and lie less than 1.8e308 apart".to_string(),
        })?;
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let refused = |error: Error| RequestError::Expression { what: "formula".to_string(), error };
        let compiled = Expressions::parse(&texts, &names).map_err(refused)?.compile();
        Ok(Problem {
            name: "integrate".to_string(),
            formula: self.describe(over),
            label: self.label(over),
            compilation: Some(compiled.summary().to_string()),
            integrand: Box::new(compiled),
            coordinates: Box::new(domain),
            integrals: self.texts.clone(),
            ratio: self.ratio.then(|| "ratio".to_string()),
            constant: None,
            observables: Vec::new(),
            references: Vec::new(),
            method: if over.len() <= MAX_RULE_DIM { "cuhre" } else { "vegas" },
        })
    }

    fn names(&self, variables: &[&str]) -> Names {
        let names = self.parameters.iter().fold(Names::new(variables), |names, (name, value)| names.parameter(name, *value));
        self.definitions.iter().fold(names, |names, (name, text)| names.definition(name, text))
    }

    /// All that is asked for, in full.
    fn label(&self, over: &[Variable]) -> String {
        let limits = over.iter().map(|v| format!("; {} = {} … {}", v.name, v.lo, v.hi));
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

/// The value of a limit.
fn limit(variable: &str, text: &str, names: &Names) -> Result<f64, RequestError> {
    match text.trim() {
        "inf" | "+inf" => Ok(f64::INFINITY),
        "-inf" => Ok(f64::NEG_INFINITY),
        text => {
            let refused = |error| RequestError::Expression { what: format!("limit of {variable}"), error };
            let value = Expressions::constant(text, names).map_err(refused)?;
            if value.is_nan() {
                let reason = format!("the limit {text} of {variable} is not a number");
                return Err(RequestError::Conflict { name: "over", reason });
            }
            Ok(value)
        }
    }
}
