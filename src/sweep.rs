//! Integrals of formulas at many values of their parameters.

use crate::formula::{Formulas, Variable};
use crate::{Problem, RequestError};
use fubini_expressions::Compiled;
use std::sync::OnceLock;

/// Formulas some of whose parameters vary, compiled once for all their values.
///
/// What the analysis of a formula finds may depend on the values: where it cuts the domain, the parts have programs of their own. So do
/// formulas that need a value to be read, as in `sum(k, 1, n, …)`.
///
/// ```
/// use fubini::variation::{Axis, scan};
/// use fubini::{Cuhre, Formulas, Options, Sweep, Variable};
/// use std::ops::ControlFlow;
///
/// let formulas = Formulas { texts: vec!["exp(-a*x)".into()], ..Formulas::default() };
/// let sweep = Sweep::new(formulas, vec![Variable::new("x", "0", "inf")]);
/// let axes = [Axis::new("a", 1.0, 4.0, 4)?];
/// let found = scan(sweep, &axes, &Cuhre::default(), &Options::default(), &mut |_| ControlFlow::Continue(()))?;
/// for point in &found.points {
///     let integral = point.report.integrals[0];
///     assert!((integral.value - 1.0 / point.parameters[0].1).abs() <= integral.error);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sweep {
    formulas: Formulas,
    over: Vec<Variable>,
    varied: Vec<String>,
    /// For all values; none where a value is needed to read the formulas.
    program: OnceLock<Option<Compiled>>,
}

impl Sweep {
    /// Formulas with the limits of their variables, both of which may use parameters that will vary.
    pub fn new(formulas: Formulas, over: Vec<Variable>) -> Self {
        Sweep { formulas, over, varied: Vec::new(), program: OnceLock::new() }
    }

    /// Says which parameters vary, with the values to start from where those are not the ones that they have.
    ///
    /// # Errors
    /// A name that no formula and no limit uses, that varies already, or that has no value.
    pub fn vary(mut self, names: &[(&str, Option<f64>)]) -> Result<Self, RequestError> {
        self.program = OnceLock::new();
        for (name, start) in names {
            let refused = |reason: String| Err(RequestError::Conflict { name: "vary", reason });
            if self.varied.iter().any(|known| known == name) {
                return refused(format!("{name} is varied twice"));
            }
            if self.over.iter().any(|variable| variable.name == *name) {
                return refused(format!("{name} is a variable of integration: vary another name"));
            }
            if !self.uses(name) {
                return refused(format!("no formula and no limit uses {name}"));
            }
            let known = self.formulas.parameters.iter_mut().find(|(known, _)| known == name);
            match (known, start) {
                (Some((_, value)), Some(start)) => *value = *start,
                (None, Some(start)) => self.formulas.parameters.push(((*name).to_string(), *start)),
                (Some(_), None) => {}
                (None, None) => return refused(format!("{name} has no value to start from; give one, as in {name}=1")),
            }
            self.varied.push((*name).to_string());
        }
        Ok(self)
    }

    /// Names of the parameters that vary.
    pub fn varied(&self) -> &[String] {
        &self.varied
    }

    /// Names of what is integrated.
    pub fn names(&self) -> &[String] {
        self.formulas.titles()
    }

    /// The method of its integrals unless another one is asked for.
    pub fn method(&self) -> &'static str {
        crate::formula::METHOD
    }

    /// The problem with these values of the parameters that vary.
    ///
    /// # Errors
    /// As [`Formulas::problem`].
    pub fn problem(&self, values: &[f64]) -> Result<Problem, RequestError> {
        let mut formulas = self.formulas.clone();
        let mut program = self.program.get_or_init(|| self.formulas.program(&self.over, &self.varied)).clone();
        for (name, value) in self.varied.iter().zip(values) {
            formulas.parameters.iter_mut().filter(|(known, _)| known == name).for_each(|known| known.1 = *value);
            program = program.and_then(|program| program.with_parameter(name, *value));
        }
        formulas.problem_by(&self.over, program)
    }

    /// Whether a formula, a definition, a limit or a break holds this word.
    fn uses(&self, name: &str) -> bool {
        let limits = self.over.iter().flat_map(|v| [&v.lo, &v.hi].into_iter().chain(&v.breaks));
        let definitions = self.formulas.definitions.iter().map(|(_, text)| text);
        let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let holds = |text: &String| text.split(|c| !part_of_word(c)).any(|word| word == name);
        self.formulas.texts.iter().chain(definitions).chain(limits).any(holds)
    }
}
