//! What the graph of an integrand tells of where it is not smooth, and the coordinates that follow from it.
//!
//! [`surfaces`] finds where branches change and where powers and logarithms are singular, after [`squares`] has put together what was
//! expanded; [`forms`] makes linear ones of these variables of their own; [`cells`] cuts the domain at all that can be solved for a
//! variable ([`solve`]), by a formula or by Newton's method ([`implicit`]); [`faces`] chooses the maps that make the integrand smooth
//! up to the faces of each cell, and blows up corners. What cannot be cut is left to refinement, and is named. Before the outcome is
//! believed, [`check`] holds it against points of the domain. [`factors`] takes apart what is a sum of products first; each factor
//! then has a [`plan`] of its own.

mod barycentric;
mod branches;
mod cells;
mod check;
mod collapse;
#[cfg(test)]
pub(crate) mod cost;
mod cut;
mod decided;
mod domain;
mod faces;
mod factors;
mod forms;
mod implicit;
mod kinds;
mod newton;
mod offset;
mod parts;
mod peaks;
mod plan;
mod range;
mod separate;
mod solve;
mod squares;
mod surfaces;
mod symmetry;

use crate::compiled::Compiled;
use crate::graph::{Graph, Id, Node};
use crate::{Error, Expressions, Names};
use domain::Domain;
use fubini_algorithms::Separated;
use fubini_algorithms::coordinates::Parts;

/// Limits of one variable as text, and where the integrand is known to jump: formulas of the variables before; `inf` and `-inf`.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Lower limit.
    pub lo: String,
    /// Upper limit.
    pub hi: String,
    /// Breaks.
    pub breaks: Vec<String>,
}

/// What an analysis found.
#[derive(Debug, Default)]
pub struct Analysis {
    /// What to integrate instead, and over which coordinates; none where the integrand is best taken as it is.
    pub plan: Option<Plan>,
    /// The integrals as sums of products of integrals over fewer variables, where they are that; there is no plan then.
    pub separated: Option<Separated<'static>>,
    /// What was found and what was done with it, a sentence each.
    pub notes: Vec<String>,
    /// What should be known even by those who did not ask.
    pub warning: Option<String>,
    /// Whether the integrand may jump inside the domain, where it is integrated as it is.
    pub jumps: bool,
    /// Where it is integrated as it is: what part of it may lie nearer to a singularity than rounding; zero if none.
    pub resolution: f64,
}

/// An integrand and coordinates in which it is smooth, or smoother.
#[derive(Debug)]
pub struct Plan {
    /// The integrand as a function of the variables of the coordinates, which need not be those of the formula.
    pub integrand: Compiled,
    /// Its domain, in parts.
    pub coordinates: Parts<'static>,
}

impl Expressions {
    /// Looks for where the expressions are not smooth over a domain, and for coordinates that remove it. The expressions must have no
    /// tunable parameters.
    ///
    /// # Errors
    /// What is wrong with a limit.
    ///
    /// ```
    /// use fubini_algorithms::{Cuhre, Integrator, Options};
    /// use fubini_expressions::{Expressions, Names, analysis::Ends};
    ///
    /// let integrand = Expressions::parse(&["abs(x-y)^-0.5"], &Names::new(&["x", "y"]))?;
    /// let unit = Ends { lo: "0".into(), hi: "1".into(), breaks: Vec::new() };
    /// let plan = integrand.analyse(&[unit.clone(), unit])?.plan.unwrap();
    /// let options = Options::default().rtol(1e-10);
    /// let report = Cuhre::default().integrate(&plan.integrand, &plan.coordinates, &options).unwrap();
    /// assert!((report.integrals[0].value - 8.0 / 3.0).abs() < 1e-9 && report.evaluations < 5_000);
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    pub fn analyse(&self, ends: &[Ends]) -> Result<Analysis, Error> {
        let mut own = self.clone();
        let mut analysis = Analysis::default();
        if !self.names.tunable.is_empty() {
            analysis.notes.push("parameters that can change were not looked into".to_string());
            analysis.jumps = self.jumps();
            return Ok(analysis);
        }
        let domain = Domain::read(&mut own, ends)?;
        let Analysis { notes, warning, .. } = &mut analysis;
        let mut search = Search::new(&self.names, notes, warning, self.jumps());
        let separated = search.factors(&mut own.graph, &own.roots, &domain);
        let plan = if separated.is_none() { search.plan(&mut own.graph, &own.roots, domain) } else { None };
        let (jumps, resolution) = (search.jumps, search.resolution);
        analysis.resolution = resolution;
        (analysis.separated, analysis.plan, analysis.jumps) = (separated, plan, jumps);
        Ok(analysis)
    }
}

/// An analysis at work.
struct Search<'a> {
    names: &'a Names,
    notes: &'a mut Vec<String>,
    warning: &'a mut Option<String>,
    /// Whether the integrand has no integral at a face, or hardly one.
    diverges: bool,
    /// Whether it has poles at which it was not cut, so that nobody has looked.
    may_diverge: bool,
    /// Which part of the integral rounding may hide, where nothing was done about that.
    resolution: f64,
    /// Whether it has anything that jumps.
    may_jump: bool,
    /// Whether it may jump where it was not cut.
    jumps: bool,
}

impl<'a> Search<'a> {
    fn new(names: &'a Names, notes: &'a mut Vec<String>, warning: &'a mut Option<String>, may_jump: bool) -> Self {
        Search { names, notes, warning, diverges: false, may_diverge: false, resolution: 0.0, may_jump, jumps: may_jump }
    }
}

/// Whether a node depends on a variable.
fn depends_on(graph: &Graph, id: Id, variable: u32) -> bool {
    graph.reachable(&[id]).iter().any(|id| matches!(graph.node(*id), Node::Variable(v) if *v == variable))
}

/// The last variable that a node depends on.
fn level(graph: &Graph, id: Id) -> Option<usize> {
    let last = |id: &Id| match graph.node(*id) {
        Node::Variable(v) => Some(*v as usize),
        _ => None,
    };
    graph.reachable(&[id]).iter().filter_map(last).max()
}
