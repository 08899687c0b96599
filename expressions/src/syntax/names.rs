//! What names mean: variables, parameters, definitions, and the checks on declaring them.

use std::collections::HashMap;

use super::error::{Error, ErrorKind};
use super::function::{CONSTANTS, FUNCTIONS, IMAGINARY, nearest};

/// The names that texts may use.
///
/// ```
/// # use fubini_expressions::Names;
/// let names = Names::new(&["x", "y"]).parameter("a", 2.0).definition("s", "x + y");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub(crate) variables: Vec<String>,
    pub(crate) parameters: Vec<(String, f64)>,
    pub(crate) tunable: Vec<(String, f64)>,
    pub(crate) definitions: Vec<(String, String)>,
}

impl Names {
    /// Integration variables, in the order of the axes.
    pub fn new<S: AsRef<str>>(variables: &[S]) -> Self {
        let variables = variables.iter().map(|v| v.as_ref().to_owned()).collect();
        Self { variables, ..Self::default() }
    }

    /// A parameter with a fixed value, folded into the program (`--set`).
    #[must_use]
    pub fn parameter(mut self, name: &str, value: f64) -> Self {
        self.parameters.push((name.to_owned(), value));
        self
    }

    /// A parameter whose value can be changed after compilation, for scans; it costs a slot and
    /// hides its value from the simplifier.
    #[must_use]
    pub fn tunable(mut self, name: &str, value: f64) -> Self {
        self.tunable.push((name.to_owned(), value));
        self
    }

    /// A named expression (`--let`); the order does not matter, circles are refused.
    #[must_use]
    pub fn definition(mut self, name: &str, text: &str) -> Self {
        self.definitions.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Those definitions of `all` that a text needs, one through the other.
    #[must_use]
    pub fn definitions_of(mut self, text: &str, all: &[(String, String)]) -> Self {
        let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = |text: &str| -> Vec<String> { text.split(|c| !part_of_word(c)).map(str::to_owned).collect() };
        let mut work = words(text);
        while let Some(word) = work.pop() {
            let is_known = self.definitions.iter().any(|(name, _)| *name == word);
            if let (false, Some((name, text))) = (is_known, all.iter().find(|(name, _)| *name == word)) {
                self.definitions.push((name.clone(), text.clone()));
                work.extend(words(text));
            }
        }
        self
    }

    /// The definitions with their formulas.
    pub fn definitions(&self) -> &[(String, String)] {
        &self.definitions
    }

    /// Whether all of them can be told apart, and from the names of the grammar; before a text is read that would be blamed.
    ///
    /// # Errors
    /// The first name that cannot.
    pub fn check(&self) -> Result<(), Error> {
        Scope::new(self).map(|_| ())
    }
}

/// What one name means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    Constant(f64),
    Imaginary,
    Variable(u32),
    Tunable(u32),
    Definition(u32),
}

/// All names, checked.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    meanings: HashMap<&'a str, (Meaning, &'static str)>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(names: &'a Names) -> Result<Self, Error> {
        let mut scope = Self { meanings: HashMap::new() };
        for (i, name) in names.variables.iter().enumerate() {
            scope.declare(name, Meaning::Variable(i as u32), "a variable")?;
        }
        for (name, value) in &names.parameters {
            scope.declare(name, Meaning::Constant(*value), "a parameter")?;
        }
        for (i, (name, _)) in names.tunable.iter().enumerate() {
            scope.declare(name, Meaning::Tunable(i as u32), "a parameter")?;
        }
        for (i, (name, _)) in names.definitions.iter().enumerate() {
            scope.declare(name, Meaning::Definition(i as u32), "a definition")?;
        }
        scope.meanings.insert(IMAGINARY, (Meaning::Imaginary, "a constant"));
        for (name, value) in CONSTANTS {
            scope.meanings.insert(name, (Meaning::Constant(*value), "a constant"));
        }
        Ok(scope)
    }

    fn declare(&mut self, name: &'a str, meaning: Meaning, role: &'static str) -> Result<(), Error> {
        let refuse = |kind| Err(Error::new(kind).at("", name, 0..name.len()));
        let owned = name.to_owned();
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !starts || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return refuse(ErrorKind::MalformedName { name: owned });
        }
        // ζ is the exponent of orbitals too: without parentheses it is a name.
        let is_letter = name == "zeta" && matches!(meaning, Meaning::Constant(_) | Meaning::Tunable(_));
        if !is_letter && FUNCTIONS.iter().any(|(known, _, _)| *known == name) {
            return refuse(ErrorKind::Reserved { name: owned, role: "a function" });
        }
        if CONSTANTS.iter().any(|(known, _)| *known == name) {
            return refuse(ErrorKind::Reserved { name: owned, role: "a constant" });
        }
        if name == IMAGINARY {
            return refuse(ErrorKind::Reserved { name: owned, role: "the imaginary unit" });
        }
        if matches!(name, "inf" | "nan") {
            return refuse(ErrorKind::Reserved { name: owned, role: "a value of limits" });
        }
        if let Some((_, earlier)) = self.meanings.insert(name, (meaning, role)) {
            return refuse(ErrorKind::Duplicate { name: owned, role: earlier });
        }
        Ok(())
    }

    pub(crate) fn find(&self, name: &str) -> Result<Meaning, ErrorKind> {
        if let Some((meaning, _)) = self.meanings.get(name) {
            return Ok(*meaning);
        }
        if let Some((known, _, usage)) = super::function::function(name) {
            return Err(ErrorKind::MissingArguments { name: known, usage });
        }
        // Sorted, so that among equally near names the choice does not depend on hashing.
        let mut known: Vec<&str> = self.meanings.keys().copied().collect();
        known.sort_unstable();
        let suggestion = nearest(name, known.into_iter());
        Err(ErrorKind::UnknownName { name: name.to_owned(), suggestion })
    }

    /// Completes what the parser could not know about an unknown function.
    pub(crate) fn explain(&self, error: Error) -> Error {
        let ErrorKind::UnknownFunction { name, .. } = error.kind() else {
            return error;
        };
        let kind = if self.meanings.contains_key(name.as_str()) {
            ErrorKind::NotAFunction { name: name.clone() }
        } else {
            let common = match name.as_str() {
                "arcsin" => Some("asin"),
                "arccos" => Some("acos"),
                "arctan" => Some("atan"),
                "if" | "select" | "piecewise" => Some("where"),
                "sgn" | "signum" => Some("sign"),
                "fabs" => Some("abs"),
                "power" => Some("pow"),
                "probit" | "ndtri" => Some("norminv"),
                "ndtr" | "phi" => Some("normcdf"),
                "j0" | "j1" | "jn" | "jv" => Some("besselj"),
                "y0" | "y1" | "yn" | "yv" => Some("bessely"),
                "i0" | "i1" | "iv" => Some("besseli"),
                "k0" | "k1" | "kn" | "kv" => Some("besselk"),
                "elliptic_k" | "EllipticK" => Some("ellipk"),
                "elliptic_e" | "EllipticE" => Some("ellipe"),
                "fmod" | "rem" => Some("mod"),
                "theta" | "step" => Some("heaviside"),
                "product" => Some("prod"),
                _ => None,
            };
            let suggestion = common.map(str::to_owned);
            // `ln` is one letter away from whatever has two.
            let known = FUNCTIONS.iter().map(|(known, _, _)| *known).filter(|known| *known != "ln");
            let suggestion = suggestion.or_else(|| nearest(name, known));
            ErrorKind::UnknownFunction { name: name.clone(), suggestion }
        };
        error.with_kind(kind)
    }
}
