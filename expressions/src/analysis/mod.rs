//! What the graph of an integrand tells of where it is not smooth, and the coordinates that follow from it.
//!
//! [`surfaces`] finds where branches change and where powers and logarithms are singular; [`forms`] makes linear ones of these
//! variables of their own; [`cells`] cuts the domain at all that can be solved for a variable ([`solve`]); [`faces`] chooses the maps
//! that make the integrand smooth up to the faces of each cell, and blows up corners. What cannot be cut is left to refinement, and
//! is named. Before the outcome is believed, [`check`] holds it against points of the domain.

mod cells;
mod check;
mod decided;
mod domain;
mod faces;
mod forms;
mod parts;
mod range;
mod solve;
mod surfaces;
mod symmetry;

use crate::compiled::Compiled;
use crate::graph::{Graph, Id, Node};
use crate::{Error, Expressions, Names};
use cells::{Decomposition, Interval, Obstacle};
use decided::Decided;
use domain::Domain;
use forms::Forms;
use fubini_algorithms::coordinates::{MAX_PARTS, Parts};
use parts::{Builder, Trouble};
use std::cmp::Ordering;
use std::collections::HashMap;
use surfaces::{Surface, Surfaces};

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
    /// What was found and what was done with it, a sentence each.
    pub notes: Vec<String>,
    /// What should be known even by those who did not ask.
    pub warning: Option<String>,
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
            return Ok(analysis);
        }
        let domain = Domain::read(&mut own, ends)?;
        analysis.plan = Search { names: &self.names, notes: &mut analysis.notes, warning: &mut analysis.warning }.plan(
            &mut own.graph,
            &own.roots,
            domain,
        );
        Ok(analysis)
    }
}

/// An analysis at work.
struct Search<'a> {
    names: &'a Names,
    notes: &'a mut Vec<String>,
    warning: &'a mut Option<String>,
}

impl Search<'_> {
    fn plan(mut self, graph: &mut Graph, roots: &[Id], mut domain: Domain) -> Option<Plan> {
        let names = self.names.clone();
        let show = move |graph: &Graph, id: Id| graph.print(id, &names).to_string();
        let roots = &signs(graph, roots, domain.ranges.len());
        let first = Surfaces::find(graph, roots, &domain.ranges, &show);
        self.notes.extend(first.left.iter().map(|what| format!("not cut: {what}")));
        if first.list.is_empty() {
            return None;
        }
        if let Some(backwards) = domain.ranges.iter().position(|range| range.lo.partial_cmp(&range.hi) != Some(Ordering::Less)) {
            let name = &self.names.variables[backwards];
            self.notes.push(format!("left as it is: the limits of {name} are reversed"));
            return None;
        }
        let halved = symmetry::halve(graph, roots, &mut domain, &first.list);
        for v in &halved {
            self.notes.push(format!("even in {}: one half is integrated and counted twice", self.names.variables[*v]));
        }
        let forms = match domain.is_box(graph) {
            true => Forms::find(graph, &domain.ranges, &first.list),
            false => Forms::none(graph, &domain.ranges),
        };
        let texts: Vec<String> = forms.new.iter().map(|id| show(graph, *id)).collect();
        let texts: Vec<String> =
            texts.iter().map(|text| if text.contains(' ') { format!("({text})") } else { text.clone() }).collect();
        for text in texts.iter().filter(|text| text.contains(' ')) {
            self.notes.push(format!("{text} is a variable of its own"));
        }
        let new_roots: Vec<Id> = roots.iter().map(|root| forms.to_new(graph, *root)).collect();
        let mut new_names = Names::new(&texts);
        new_names.parameters.clone_from(&self.names.parameters);
        let show = |graph: &Graph, id: Id| graph.print(id, &new_names).to_string();
        let mut surfaces = Surfaces::find(graph, &new_roots, &forms.ranges, &show).list;
        for at in &domain.breaks {
            let function = forms.to_new(graph, *at);
            surfaces.push(Surface { function, kinds: vec![surfaces::Kind::Switch], corner: None });
        }
        let inside = domain.inside(graph, &forms);
        let cells = self.cut(graph, &new_roots, &forms, &inside, &mut surfaces, &show)?;
        let mut builder = Builder::new(graph, &new_roots, &surfaces, forms.ranges.len());
        let integrand = builder.integrand(graph, &new_roots);
        let mut parts = Vec::new();
        for cell in &cells.paths {
            if parts.len() > MAX_PARTS {
                break;
            }
            match builder.build(graph, cell, domain.factor) {
                Ok(some) => parts.extend(some),
                Err(Trouble::Diverges(exponent)) => {
                    self.notes.push(format!(
                        "left as it is: at a face of a part the integrand behaves like the distance to the {exponent:.3}, which has no integral"
                    ));
                    return None;
                }
                Err(Trouble::Coarse) => {
                    let reason = "too much lies nearer to a singularity than rounding: integrate over the distance from it";
                    self.notes.push(format!("left as it is: {reason}"));
                    return None;
                }
                Err(Trouble::Limits) => {
                    self.notes.push("left as it is: a part has no limits that could be compiled".to_string());
                    return None;
                }
            }
        }
        if parts.len() > MAX_PARTS {
            self.too_many(&format!("more than {MAX_PARTS}"));
            return None;
        }
        let is_plain = parts.len() == 1 && !builder.has_maps && !cells.has_zeros && halved.is_empty();
        if is_plain || parts.is_empty() {
            return None;
        }
        if let Err(reason) = check::tiles(graph, roots, &domain, &forms, &builder.distances, &cells.paths, &integrand) {
            self.notes.push(format!("left as it is: {reason}"));
            return None;
        }
        self.notes.push(format!("{} part{}", parts.len(), if parts.len() == 1 { "" } else { "s" }));
        let coordinates = Parts::new(parts).ok()?.with_resolution(builder.resolution);
        Some(Plan { integrand, coordinates })
    }

    /// The cells, after surfaces that cannot be cut at have been left out.
    fn cut(
        &mut self,
        graph: &mut Graph,
        roots: &[Id],
        forms: &Forms,
        inside: &[Id],
        surfaces: &mut Vec<Surface>,
        show: &dyn Fn(&Graph, Id) -> String,
    ) -> Option<Cells> {
        let mut lost: Vec<Id> = Vec::new();
        loop {
            let planes = |(i, surface): (usize, &Surface)| -> Vec<(usize, Id)> {
                let terms = surface.corner.clone().unwrap_or_else(|| vec![surface.function]);
                terms.into_iter().map(|function| (i, function)).collect()
            };
            let used: Vec<(usize, Id)> =
                surfaces.iter().enumerate().flat_map(planes).filter(|(i, _)| !lost.contains(&surfaces[*i].function)).collect();
            let decided = Decided::new(graph, roots, &used, &forms.ranges);
            let mut has_zeros = false;
            let found = Decomposition::new(graph, &forms.ranges, inside, &used, forms.is_none).and_then(|mut cuts| {
                cuts.cells(|graph, point| {
                    let zero = decided.is_zero(graph, roots, point);
                    has_zeros |= zero;
                    zero
                })
            });
            match found {
                Ok(intervals) => {
                    let kept = |surface: &&Surface| !lost.contains(&surface.function);
                    for surface in surfaces.iter().filter(kept) {
                        self.notes.push(format!("found: {}", describe(graph, surface, show)));
                    }
                    surfaces.retain(|surface| !lost.contains(&surface.function));
                    let paths = Interval::paths(&intervals);
                    if paths.len() > MAX_PARTS {
                        self.too_many(&paths.len().to_string());
                        return None;
                    }
                    return Some(Cells { paths, has_zeros });
                }
                Err(Obstacle::Surface(i)) => {
                    self.notes
                        .push(format!("not cut: {}, which was not solved for a variable", describe(graph, &surfaces[i], show)));
                    lost.push(surfaces[i].function);
                    if lost.len() == surfaces.len() {
                        return None;
                    }
                }
                Err(Obstacle::Limits) => {
                    self.notes
                        .push("left as it is: the limits are reversed somewhere, or cannot be cut along each other".to_string());
                    return None;
                }
                Err(Obstacle::Many) => {
                    self.too_many("thousands of");
                    return None;
                }
            }
        }
    }

    fn too_many(&mut self, parts: &str) {
        let text = format!("the formula has {parts} smooth parts, and {MAX_PARTS} can be had: it is integrated as it is");
        self.notes.push(format!("left as it is: {parts} parts"));
        *self.warning = Some(text);
    }
}

/// Limits of all cells in which there is something to integrate.
struct Cells {
    paths: Vec<Vec<(Option<Id>, Option<Id>)>>,
    has_zeros: bool,
}

/// Comparisons of what differs by a linear form, as questions about its sign: so they lose no more digits than the form does.
fn signs(graph: &mut Graph, roots: &[Id], dim: usize) -> Vec<Id> {
    let mut changed = HashMap::new();
    for id in graph.reachable(roots) {
        let Node::Binary(function, a, b) = *graph.node(id) else { continue };
        let difference = if surfaces::is_comparison(function) { graph.sub(a, b) } else { continue };
        if forms::Linear::of(graph, difference, dim).is_some() {
            let zero = graph.constant(0.0);
            let sign = graph.binary(function, difference, zero);
            changed.insert(id, sign);
        }
    }
    graph.rebuild(roots, &changed)
}

fn describe(graph: &Graph, surface: &Surface, show: &dyn Fn(&Graph, Id) -> String) -> String {
    let text = show(graph, surface.function);
    let kinds = surface.kinds.iter().map(|kind| match kind {
        surfaces::Kind::Switch => "a jump or kink".to_string(),
        surfaces::Kind::Power(p) => format!("the power {p}"),
        surfaces::Kind::Log => "a logarithm or unknown power".to_string(),
    });
    format!("{} at {text} = 0", kinds.collect::<Vec<_>>().join(" and "))
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
