//! A problem with all its words: what is integrated, where, and what its parts are called.

use fubini_algorithms::Integrand;
use fubini_algorithms::coordinates::Coordinates;

/// An integrand with its coordinates and the names under which results are shown.
pub struct Problem {
    /// The kind: `helium`, `hydrogen`, …
    pub name: String,
    /// The formula of what is integrated, or of the trial function.
    pub formula: String,
    /// What was compiled, where the function was given as text.
    pub compilation: Option<String>,
    /// The function.
    pub integrand: Box<dyn Integrand>,
    /// Where it is integrated, and in which variables.
    pub coordinates: Box<dyn Coordinates>,
    /// One name per component.
    pub integrals: Vec<String>,
    /// Name of the first component over the second, where that is a quantity of interest.
    pub ratio: Option<String>,
    /// A number that is added to the ratio to make another quantity of interest.
    pub constant: Option<Constant>,
    /// Known values to compare with.
    pub references: Vec<Reference>,
    /// The method that does best on it by measurement.
    pub method: &'static str,
}

/// What is added to a ratio, and what the sum is called: 1/R makes the total energy of a molecule.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Name of the sum.
    pub name: String,
    /// What is added.
    pub value: f64,
}

/// A known value of the ratio, or of the only integral.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// What it is.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Whether it is the exact value of what is computed, so that the difference is the true error.
    pub exact: bool,
}

impl Problem {
    /// The exact value of what is computed, where it is known.
    pub fn exact(&self) -> Option<f64> {
        self.references.iter().find(|r| r.exact).map(|r| r.value)
    }
}
