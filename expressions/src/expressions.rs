//! Parsed expressions with their graph and names: the face of the crate.

use crate::build::{build, build_complex};
use crate::graph::{Binary, Graph, Id, Mode, Node, Unary};
use crate::syntax::{Error, ErrorKind, Names};

/// Expressions over common variables, in one graph.
///
/// ```
/// use fubini_expressions::{Expressions, Names};
/// let names = Names::new(&["x", "y"]).parameter("a", 2.0).definition("s", "x + y");
/// let both = Expressions::parse(&["exp(-a*s)", "s^2"], &names)?;
/// assert_eq!(both.show(0), "exp(-2*(x + y))");
/// let compiled = both.compile();
/// assert_eq!(compiled.evaluate(&[0.25, 0.5])[1], 0.5625);
/// # Ok::<(), fubini_expressions::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Expressions {
    pub(crate) graph: Graph,
    pub(crate) roots: Vec<Id>,
    pub(crate) names: Names,
    pub(crate) complex: Vec<bool>,
}

impl Expressions {
    /// Reads the texts, in canonical form.
    ///
    /// # Errors
    /// What is wrong with a text or a name, with its place.
    pub fn parse(texts: &[&str], names: &Names) -> Result<Self, Error> {
        Self::parse_as(Mode::Canonical, texts, names)
    }

    /// Reads the texts, which may be complex: each of those takes two roots, its real and its imaginary part, and
    /// [`Expressions::complex`] says which they are.
    ///
    /// ```
    /// use fubini_expressions::{Expressions, Names};
    /// let wave = Expressions::parse_complex(&["x", "exp(i*x)"], &Names::new(&["x"]))?;
    /// assert_eq!((wave.complex(), wave.show(1), wave.show(2)), (&[false, true][..], "cos(x)".into(), "sin(x)".into()));
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Expressions::parse`], and for functions of complex numbers that are known on the real line only.
    pub fn parse_complex(texts: &[&str], names: &Names) -> Result<Self, Error> {
        let mut graph = Graph::new(Mode::Canonical);
        let values = build_complex(&mut graph, texts, names)?;
        let roots = values.iter().flat_map(|value| std::iter::once(value.re).chain(value.im)).collect();
        let complex = values.iter().map(|value| value.im.is_some()).collect();
        Ok(Self { graph, roots, names: names.clone(), complex })
    }

    /// Reads the texts; [`Mode::Literal`] keeps the operations as written.
    ///
    /// # Errors
    /// As [`Expressions::parse`].
    pub fn parse_as(mode: Mode, texts: &[&str], names: &Names) -> Result<Self, Error> {
        let mut graph = Graph::new(mode);
        let roots = build(&mut graph, texts, names)?;
        Ok(Self { graph, roots, names: names.clone(), complex: vec![false; texts.len()] })
    }

    /// Which of the texts are complex, in their order; after [`Expressions::parse`] none.
    pub fn complex(&self) -> &[bool] {
        &self.complex
    }

    /// The value of a text in which only numbers, constants and parameters stand, as in a limit of integration.
    ///
    /// # Errors
    /// As [`Expressions::parse`], and if a variable or a tunable parameter remains.
    pub fn constant(text: &str, names: &Names) -> Result<f64, Error> {
        let parsed = Self::parse(&[text], names)?;
        if let Some(value) = parsed.graph.value(parsed.roots[0]) {
            return Ok(value);
        }
        let all = names.variables.iter().chain(names.tunable.iter().map(|(name, _)| name));
        let name = all.into_iter().find(|name| find_word(text, name).is_some());
        let name = name.cloned().unwrap_or_else(|| text.to_owned());
        let at = find_word(text, &name).unwrap_or(0);
        Err(Error::new(ErrorKind::NotConstant { name: name.clone() }).at("", text, at..at + name.len()))
    }

    /// Whether a real expression may jump as a function of the variables: it has steps, a sign, or a condition.
    ///
    /// ```
    /// use fubini_expressions::{Expressions, Names};
    /// let jumps = |text| Expressions::parse(&[text], &Names::new(&["x"])).map(|parsed| parsed.jumps());
    /// assert_eq!((jumps("floor(3*x)")?, jumps("where(x > 0.3, x, 1)")?, jumps("abs(x) + max(x, 1)")?), (true, true, false));
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    pub fn jumps(&self) -> bool {
        // Conditions of ours are about the sheets of complex roots.
        let is_real = self.complex.iter().all(|complex| !complex);
        let steps = |id: &Id| match self.graph.node(*id) {
            Node::Unary(function, _) => matches!(function, Unary::Floor | Unary::Ceil | Unary::Sign),
            Node::Binary(function, _, _) => *function == Binary::Mod || function.is_comparison(),
            _ => false,
        };
        is_real && self.graph.reachable(&self.roots).iter().any(steps)
    }

    /// Whether an expression may bend or jump as a function of the variables, so that second derivatives have parts that no point sees: it
    /// has an absolute value, a minimum or maximum, a condition, steps, or an angle.
    ///
    /// ```
    /// use fubini_expressions::{Expressions, Names};
    /// let bends = |text| Expressions::parse(&[text], &Names::new(&["x"])).map(|parsed| parsed.bends());
    /// assert_eq!((bends("exp(-abs(x))")?, bends("max(x, 1)")?, bends("exp(-x^2)*sqrt(1 + x^2)")?), (true, true, false));
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    pub fn bends(&self) -> bool {
        let bent = |id: &Id| match self.graph.node(*id) {
            Node::Unary(function, _) => matches!(function, Unary::Abs | Unary::Floor | Unary::Ceil | Unary::Sign),
            Node::Binary(function, _, _) => {
                matches!(function, Binary::Min | Binary::Max | Binary::Mod | Binary::Atan2) || function.is_comparison()
            }
            _ => false,
        };
        self.graph.reachable(&self.roots).iter().any(bent)
    }

    /// The expressions' nodes.
    pub fn roots(&self) -> &[Id] {
        &self.roots
    }

    /// The graph of all expressions.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The names the texts use.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Expression `at` as text that parses back.
    pub fn show(&self, at: usize) -> String {
        self.graph.print(self.roots[at], &self.names).to_string()
    }

    /// Appends the derivative of expression `at` with respect to a variable or tunable parameter, and returns its
    /// number.
    ///
    /// # Errors
    /// If the name is unknown, or a needed derivative is outside the grammar.
    pub fn differentiate(&mut self, at: usize, name: &str) -> Result<usize, Error> {
        let leaf = if let Some(v) = self.names.variables.iter().position(|n| n == name) {
            self.graph.variable(v as u32)
        } else if let Some(p) = self.names.tunable.iter().position(|(n, _)| n == name) {
            self.graph.parameter(p as u32)
        } else {
            let kind = ErrorKind::UnknownName { name: name.to_owned(), suggestion: None };
            return Err(Error::new(kind).at("", name, 0..name.len()));
        };
        let derivative = self.graph.derivative(self.roots[at], leaf)?;
        self.roots.push(derivative);
        Ok(self.roots.len() - 1)
    }

    /// Appends the Laplacian of expression `at` in the variables, taken as Cartesian, and returns its number.
    ///
    /// # Errors
    /// If a needed derivative is outside the grammar.
    pub fn laplacian(&mut self, at: usize) -> Result<usize, Error> {
        let count = self.names.variables.len() as u32;
        let variables: Vec<Id> = (0..count).map(|v| self.graph.variable(v)).collect();
        let mut laplacian = crate::Laplacian::cartesian(&mut self.graph, &variables);
        let root = laplacian.of(&mut self.graph, self.roots[at])?;
        self.roots.push(root);
        Ok(self.roots.len() - 1)
    }
}

fn find_word(text: &str, word: &str) -> Option<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|&at| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}
