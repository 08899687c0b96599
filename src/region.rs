//! Simplices and balls as limits of their variables.
//!
//! Both are iterated integrals: 0 ≤ x ≤ S, 0 ≤ y ≤ S − x, …, and |x| ≤ R, |y| ≤ √(R² − x²), …, whose ends are stretched as those of
//! any limits are ([`Iterated`](fubini_algorithms::coordinates::Iterated)).

use crate::{RequestError, Variable};
use fubini_expressions::{Expressions, Names};

/// A region of several variables.
///
/// ```
/// use fubini::{Cuhre, Formulas, Integrator, Options, Region};
///
/// let formulas = Formulas { texts: vec!["x^2".into()], ..Formulas::default() };
/// let problem = formulas.problem(&Region::ball(&["x", "y"], "2").variables(&[])?)?;
/// let integral = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &Options::default())?.integrals[0];
/// assert!((integral.value - 4.0 * std::f64::consts::PI).abs() <= integral.error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Region {
    kind: Kind,
    variables: Vec<String>,
    size: String,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Simplex,
    Ball,
}

impl Region {
    /// All variables at least 0, and their sum at most `size`, a formula of constants and parameters.
    pub fn simplex(variables: &[&str], size: &str) -> Self {
        Self::new(Kind::Simplex, variables, size)
    }

    /// The sum of the squares of all variables at most `radius`², a formula of constants and parameters.
    pub fn ball(variables: &[&str], radius: &str) -> Self {
        Self::new(Kind::Ball, variables, radius)
    }

    fn new(kind: Kind, variables: &[&str], size: &str) -> Self {
        Region { kind, variables: variables.iter().map(ToString::to_string).collect(), size: size.to_string() }
    }

    /// The variables with limits that make up the region, in order.
    ///
    /// # Errors
    /// A variable that is named twice, and a size that cannot be read or is not a finite number above 0.
    pub fn variables(&self, parameters: &[(String, f64)]) -> Result<Vec<Variable>, RequestError> {
        let Region { kind, variables, size } = self;
        if let Some((k, name)) = variables.iter().enumerate().find(|(k, name)| variables[..*k].contains(name)) {
            let reason =
                format!("{name} is named twice, as variables {} and {}: give each its own name", first(variables, name), k + 1);
            return Err(RequestError::Conflict { name: "region", reason });
        }
        let names = parameters.iter().fold(Names::default(), |names, (name, value)| names.parameter(name, *value));
        let refused = |error| RequestError::Expression { what: "size of a region".to_string(), error };
        let value = Expressions::constant(size, &names).map_err(refused)?;
        crate::request::require("region", value, "its size must be a finite number above 0", value > 0.0)?;
        let limits = |k: usize, name: &String| {
            let before = |term: &dyn Fn(&String) -> String| variables[..k].iter().map(term).collect::<String>();
            match kind {
                Kind::Simplex => Variable::new(name, "0", &format!("({size}){}", before(&|x| format!("-{x}")))),
                Kind::Ball => {
                    let half = match k {
                        0 => format!("({size})"),
                        _ => format!("sqrt(({size})^2{})", before(&|x| format!("-{x}^2"))),
                    };
                    Variable::new(name, &format!("-{half}"), &half)
                }
            }
        };
        Ok(variables.iter().enumerate().map(|(k, name)| limits(k, name)).collect())
    }
}

/// Where a name stands first, counted from 1.
fn first(variables: &[String], name: &String) -> usize {
    variables.iter().position(|x| x == name).map_or(1, |k| k + 1)
}
