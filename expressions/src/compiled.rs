//! Compiled expressions as an integrand.

use std::fmt;
use std::sync::Arc;

use fubini_algorithms::simd::{Level, dispatch, dispatch_at};
use fubini_algorithms::{Columns, Integrand, Points, Values};

use crate::expressions::Expressions;
use crate::graph::{Graph, Id};
use crate::lower::{Program, lower};
use crate::tape::{Tape, chunk_groups};

/// A program for all expressions together, shared by threads; each thread has slots of its own.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options};
/// use fubini_expressions::{Expressions, Names};
/// let names = Names::new(&["x", "y"]).tunable("a", 1.0);
/// let compiled = Expressions::parse(&["exp(-a*x*y)"], &names)?.compile();
/// assert_eq!(compiled.evaluate(&[1.0, 2.0]), [(-2f64).exp()]);
/// // The same program with another value, as an integrand.
/// let other = compiled.with_parameter("a", 0.0).unwrap();
/// let report = Cuhre::default().integrate(&other, &Domain::unit(2), &Options::default())?;
/// assert!((report.integrals[0].value - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Compiled {
    program: Arc<Program>,
    parameters: Vec<f64>,
    names: Arc<[String]>,
    jumps: bool,
}

/// What a compilation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Operations of the simplified expressions, before pairs of operands were shared.
    pub before: usize,
    /// Operations of the program; a multiply-add counts as one.
    pub operations: usize,
    /// Instructions, after neighbours were fused.
    pub instructions: usize,
    /// Values kept at once.
    pub slots: usize,
    /// Points per pass.
    pub chunk: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, operations, instructions, slots, chunk } = self;
        write!(
            f,
            "{before} operations, {operations} after sharing, in {instructions} instructions over {slots} slots, \
             {chunk} points at a time"
        )
    }
}

impl Expressions {
    /// Compiles all expressions into one program.
    pub fn compile(&self) -> Compiled {
        let program = lower(&self.graph, &self.roots, self.names.variables.len());
        Compiled {
            program: Arc::new(program),
            parameters: self.names.tunable.iter().map(|(_, value)| *value).collect(),
            names: self.names.tunable.iter().map(|(name, _)| name.clone()).collect(),
            jumps: false,
        }
    }
}

impl Compiled {
    /// A program for some nodes of a graph without tunable parameters, as functions of so many variables.
    pub(crate) fn of(graph: &Graph, roots: &[Id], variables: usize) -> Self {
        #[cfg(test)]
        crate::analysis::cost::PROGRAMS.with(|count| count.set(count.get() + 1));
        Compiled {
            program: Arc::new(lower(graph, roots, variables)),
            parameters: Vec::new(),
            names: Arc::default(),
            jumps: false,
        }
    }

    /// The same program with another value of a tunable parameter; `None` if there is no such parameter.
    pub fn with_parameter(&self, name: &str, value: f64) -> Option<Self> {
        let at = self.names.iter().position(|n| n == name)?;
        let mut other = self.clone();
        other.parameters[at] = value;
        Some(other)
    }

    /// The same program as one that is known to jump inside its domain, or not: see [`Integrand::jumps`], and
    /// [`Expressions::jumps`] for what the formulas tell.
    #[must_use]
    pub fn with_jumps(self, jumps: bool) -> Self {
        Compiled { jumps, ..self }
    }

    /// What the compilation did.
    pub fn summary(&self) -> Summary {
        let program = &*self.program;
        Summary {
            before: program.operations_before,
            operations: program.operations,
            instructions: program.instructions.len(),
            slots: program.slots,
            chunk: 8 * chunk_groups(program),
        }
    }

    /// All expressions at one point; for a few points only.
    ///
    /// # Panics
    /// If the point has another number of coordinates than there are variables.
    pub fn evaluate(&self, point: &[f64]) -> Vec<f64> {
        assert_eq!(point.len(), self.dim(), "one coordinate for each variable");
        let (mut columns, mut values) = (Columns::default(), Columns::default());
        columns.reset(point.len(), 1);
        for (d, x) in point.iter().enumerate() {
            columns.column_mut(d)[0] = *x;
        }
        columns.pad();
        values.reset(self.components(), 1);
        // Without variables there are no columns, and the batch could not say that it holds one point.
        self.eval(columns.points(point.len()), &mut values.values());
        (0..self.components()).map(|c| values.column(c)[0]).collect()
    }

    /// As `eval` with a given instruction set, for tests and benchmarks; `false` if this CPU lacks it.
    pub fn eval_at(&self, level: Level, points: Points<'_>, values: &mut Values<'_>) -> bool {
        dispatch_at(level, self.tape(points, values)).is_some()
    }

    fn tape<'a, 'b>(&'a self, points: Points<'a>, values: &'a mut Values<'b>) -> Tape<'a, 'b> {
        Tape { program: &self.program, parameters: &self.parameters, points, values }
    }
}

impl Integrand for Compiled {
    fn dim(&self) -> usize {
        self.program.inputs
    }

    fn components(&self) -> usize {
        self.program.outputs.len()
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        dispatch(self.tape(points, values));
    }

    fn is_zero(&self) -> bool {
        self.program.zero
    }

    fn jumps(&self) -> bool {
        self.jumps
    }
}
