//! Atoms with one to three electrons: from the text of ψ to the integrands of the energy.
//!
//! `H = -½∇² - Σ Z/r_i + Σ 1/r_ij` in atomic units, or with other potentials and a nucleus that moves (`hamiltonian.rs`),
//! `E = ∫ψHψ / ∫ψ²`. The distances are leaves of differentiation beside the Cartesian coordinates (`geometry.rs`);
//! a ψ written in Cartesian coordinates is searched for the squares of the distances first. In the terms of Hψ the
//! attraction and the repulsion then meet the cusp terms of ψ, and what cancels is gone before it could lose digits.

use crate::build::build;
use crate::coupling::Coupling;
use crate::expressions::Expressions;
use crate::geometry::Geometry;
use crate::graph::{Graph, Id, Mode, Node};
use crate::syntax::{Error, ErrorKind, Names};

/// The variables of integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// `x y z` of each electron.
    #[default]
    Cartesian,
    /// The distances alone, `r` or `r1 r2 r12`: for ψ of the distances, where the integral over the orientation is
    /// known. The weight (`4π r²`, `8π² r1 r2 r12`) is the caller's.
    Distances,
}

/// A nucleus and its electrons, or electrons that something else holds.
///
/// ```
/// use fubini_expressions::{Atom, Form, Names};
/// let names = Names::default().parameter("a", 0.9);
/// // Over r alone: the local energy of exp(−a r) is −a²/2 + (a − 1)/r.
/// let energy = Atom::one_electron(1.0).form(Form::Distances).energy("exp(-a*r)", &names)?;
/// let local = energy.local.compile().evaluate(&[2.0])[1];
/// assert!((local + 0.405 + 0.05).abs() < 1e-14);
/// # Ok::<(), fubini_expressions::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Atom {
    pub(crate) electrons: usize,
    pub(crate) charge: f64,
    pub(crate) form: Form,
    /// The formulas that stand in for `-Z/r` and `1/r12`.
    pub(crate) potential: Option<String>,
    pub(crate) repulsion: Option<String>,
    /// One over the mass of the nucleus.
    pub(crate) lightness: f64,
    /// The charge of a second nucleus.
    pub(crate) second: Option<f64>,
    /// How ψ follows from the function that is given.
    pub(crate) coupling: Coupling,
}

/// What is to be integrated beside `ψHψ` and `ψ²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment<'a> {
    /// `ψ² f`, for a formula f of the variables and distances: over `∫ψ²` it is the expectation value of f.
    Mean(&'a str),
    /// `(Hψ)²`, from which the variance of the local energy follows.
    Square,
    /// Two components, `ψ ∂ψ/∂p` and `Hψ ∂ψ/∂p` for a tunable parameter p, from which `∂E/∂p` follows. Of the distance `bond` of two
    /// nuclei they are those of ψ and H in lengths relative to it.
    Slope(&'a str),
}

/// The integrands of an energy.
#[derive(Debug, Clone)]
pub struct Energy {
    /// Two expressions: `ψHψ` and `ψ²`.
    pub integrands: Expressions,
    /// ψ and the local energy `Hψ/ψ`, in the same variables.
    pub local: Expressions,
}

impl Atom {
    /// One electron.
    pub fn one_electron(charge: f64) -> Self {
        Self::with_electrons(1, charge)
    }

    /// Two electrons.
    pub fn two_electrons(charge: f64) -> Self {
        Self::with_electrons(2, charge)
    }

    /// Three electrons.
    pub fn three_electrons(charge: f64) -> Self {
        Self::with_electrons(3, charge)
    }

    fn with_electrons(electrons: usize, charge: f64) -> Self {
        Self {
            electrons,
            charge,
            form: Form::Cartesian,
            potential: None,
            repulsion: None,
            lightness: 0.0,
            second: None,
            coupling: Coupling::Given,
        }
    }

    /// The variables of integration, Cartesian by default.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// The integrands for a trial function. `names` gives parameters and definitions; its variables are replaced
    /// by the coordinates.
    ///
    /// # Errors
    /// What is wrong with the text, or a derivative outside the grammar.
    pub fn energy(&self, psi: &str, names: &Names) -> Result<Energy, Error> {
        let Action { mut graph, geometry, psi, terms, total, .. } = self.action(psi, names, &[])?;
        let inverse = graph.product(1.0, [(psi, -2)]);
        let divided: Vec<(f64, Id)> =
            terms.iter().map(|(k, term)| (*k, graph.product(1.0, [(*term, 2), (inverse, 2)]))).collect();
        let local = graph.sum(0.0, divided);
        let local = graph.cancel(local);
        let numerator = graph.product(1.0, [(psi, 2), (total, 2)]);
        let denominator = graph.product(1.0, [(psi, 4)]);
        let roots = [numerator, denominator, psi, local];
        let roots = geometry.show_distances(&mut graph, &roots);
        graph.check("the local energy")?;
        let names = self.visible(names);
        let expressions = |roots: &[Id]| Expressions {
            graph: graph.clone(),
            roots: roots.to_vec(),
            names: names.clone(),
            complex: vec![false; roots.len()],
        };
        Ok(Energy { integrands: expressions(&roots[..2]), local: expressions(&roots[2..]) })
    }

    /// ψ by itself, in the variables of integration.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn psi(&self, psi: &str, names: &Names) -> Result<Expressions, Error> {
        let (mut graph, geometry, working) = self.start(names, &[psi])?;
        let root = build(&mut graph, &[psi], &working)?[0];
        let root = self.coupled(&mut graph, &geometry, &[root]);
        let roots = geometry.show_distances(&mut graph, &root);
        Ok(Expressions { graph, roots, names: self.visible(names), complex: vec![false] })
    }

    /// `ψHψ`, `ψ²` and what else is wanted, in that order, as one set of expressions.
    ///
    /// ```
    /// use fubini_expressions::{Atom, Moment, Names};
    ///
    /// let names = Names::default().tunable("a", 0.75);
    /// let moments = [Moment::Mean("r"), Moment::Slope("a")];
    /// let all = Atom::one_electron(1.0).moments("exp(-a*r)", &names, &moments)?.compile();
    /// // At r = 1: ψ = exp(−a), Hψ = −(a²/2)ψ + (a − 1)ψ, ∂ψ/∂a = −ψ.
    /// let values = all.evaluate(&[0.6, 0.0, 0.8]);
    /// let (density, local) = ((-1.5f64).exp(), -0.28125 - 0.25);
    /// let expected = [local * density, density, density, -density, -local * density];
    /// assert!(values.iter().zip(expected).all(|(found, exact)| (found - exact).abs() < 1e-15));
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Atom::energy`], for ψ and for every formula; a parameter that is not tunable.
    pub fn moments(&self, psi: &str, names: &Names, wanted: &[Moment<'_>]) -> Result<Expressions, Error> {
        let means = wanted.iter().filter_map(|moment| if let Moment::Mean(text) = *moment { Some(text) } else { None });
        let means: Vec<&str> = means.collect();
        let Action { mut graph, geometry, psi, total, working, .. } = self.action(psi, names, &means)?;
        let density = graph.product(1.0, [(psi, 4)]);
        let mut roots = vec![graph.product(1.0, [(psi, 2), (total, 2)]), density];
        for moment in wanted {
            match *moment {
                Moment::Mean(text) => {
                    let formula = build(&mut graph, &[text], &working)?[0];
                    roots.push(graph.product(1.0, [(density, 2), (formula, 2)]));
                }
                Moment::Square => roots.push(graph.product(1.0, [(total, 4)])),
                Moment::Slope(name) => {
                    let parameter = working.tunable.iter().position(|(known, _)| known == name).ok_or_else(|| {
                        let kind = ErrorKind::UnknownName { name: name.to_owned(), suggestion: None };
                        Error::new(kind).at("", name, 0..name.len())
                    })?;
                    let leaf = graph.parameter(parameter as u32);
                    if let (Some(bond), true) = (geometry.bond, Some(leaf) == geometry.bond) {
                        roots.extend(self.stretched(&mut graph, &geometry, bond, psi, total)?);
                        continue;
                    }
                    let slope = graph.derivative(psi, leaf)?;
                    roots.push(graph.product(1.0, [(psi, 2), (slope, 2)]));
                    roots.push(graph.product(1.0, [(total, 2), (slope, 2)]));
                }
            }
        }
        let roots = geometry.show_distances(&mut graph, &roots);
        graph.check("the integrands")?;
        let complex = vec![false; roots.len()];
        Ok(Expressions { graph, roots, names: self.visible(names), complex })
    }

    /// The first Cartesian coordinate that ψ (number 0), one of the formulas (1, 2, …) or the potential (the number behind them) uses
    /// otherwise than in distances and in scalar products of positions. `None` says that all of them, and with them every
    /// integrand, are functions of the distances alone, which do not depend on the orientation of the atom; `Some` is no proof of
    /// the contrary.
    ///
    /// ```
    /// use fubini_expressions::{Atom, Names};
    ///
    /// let (atom, names) = (Atom::two_electrons(2.0), Names::default());
    /// let formulas = ["sqrt((x1-x2)^2+(y1-y2)^2+(z1-z2)^2)", "(x1*x2+y1*y2+z1*z2)/(r1*r2)", "r1*z1^2"];
    /// assert_eq!(atom.oriented("exp(-r1-r2)", &formulas[..2], &names)?, None);
    /// assert_eq!(atom.oriented("exp(-r1-r2)", &formulas, &names)?, Some((3, "z1")));
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with a text.
    pub fn oriented(&self, psi: &str, formulas: &[&str], names: &Names) -> Result<Option<(usize, &'static str)>, Error> {
        let texts: Vec<&str> = [psi].iter().chain(formulas).copied().collect();
        let (mut graph, geometry, working) = self.start(names, &texts)?;
        if self.second.is_some() {
            return Ok(None);
        }
        let coordinates = self.coordinates();
        let mut roots = Vec::new();
        for text in texts {
            roots.push(build(&mut graph, &[text], &working)?[0]);
        }
        if self.potential.is_some() {
            // That of the first electron: the others are the same functions.
            roots.extend(self.held(&mut graph, &geometry, names)?.first());
        }
        for (at, root) in roots.into_iter().enumerate() {
            let root = geometry.hide_invariants(&mut graph, root);
            let reachable = graph.reachable(&[root]);
            let uses = |v: &usize| reachable.iter().any(|id| *graph.node(*id) == Node::Variable(*v as u32));
            if let Some(v) = (0..coordinates.len()).find(uses) {
                return Ok(Some((at, coordinates[v])));
            }
        }
        Ok(None)
    }

    /// The names that formulas of the coordinates may use: Cartesian coordinates first, then distances.
    pub fn variables(&self) -> Vec<&'static str> {
        self.coordinates().iter().chain(self.distances()).copied().collect()
    }

    fn coordinates(&self) -> &'static [&'static str] {
        match (self.form, self.electrons) {
            (Form::Distances, _) => &[],
            (Form::Cartesian, 1) => &["x", "y", "z"],
            (Form::Cartesian, 2) => &["x1", "y1", "z1", "x2", "y2", "z2"],
            (Form::Cartesian, _) => &["x1", "y1", "z1", "x2", "y2", "z2", "x3", "y3", "z3"],
        }
    }

    fn distances(&self) -> &'static [&'static str] {
        match self.electrons {
            1 if self.second.is_some() => &["ra", "rb"],
            2 if self.second.is_some() => &["r1a", "r1b", "r2a", "r2b", "r12"],
            1 => &["r"],
            2 => &["r1", "r2", "r12"],
            _ => &["r1", "r2", "r3", "r12", "r13", "r23"],
        }
    }

    /// The names with the variables of integration.
    pub(crate) fn visible(&self, names: &Names) -> Names {
        let visible = if self.form == Form::Cartesian { self.coordinates() } else { self.distances() };
        Names { variables: visible.iter().map(|name| (*name).to_owned()).collect(), ..names.clone() }
    }

    /// ψ and Hψ with the distances as variables of their own, behind the coordinates.
    fn action(&self, psi: &str, names: &Names, formulas: &[&str]) -> Result<Action, Error> {
        let texts: Vec<&str> = [psi].iter().chain(formulas).copied().collect();
        let (mut graph, geometry, working) = self.start(names, &texts)?;
        let psi = build(&mut graph, &[psi], &working)?[0];
        let psi = geometry.hide_squares(&mut graph, psi);
        let terms = self.h_psi(&mut graph, &geometry, psi, names)?;
        let total = graph.sum(0.0, terms.iter().copied());
        let total = graph.cancel(total);
        if self.coupling == Coupling::Given {
            return Ok(Action { graph, geometry, working, psi, terms, total });
        }
        // H is the same for all electrons: what it makes of an exchanged function is the exchanged one of what it makes.
        let coupled = self.coupled(&mut graph, &geometry, &[psi, total]);
        let (psi, total) = (coupled[0], coupled[1]);
        Ok(Action { graph, geometry, working, psi, terms: vec![(1.0, total)], total })
    }

    /// A graph of the coordinates and distances, and the names with both, for these texts.
    pub(crate) fn start(&self, names: &Names, texts: &[&str]) -> Result<(Graph, Geometry, Names), Error> {
        let first = self.coordinates().len();
        let variables = self.variables().into_iter().map(str::to_owned).collect();
        let working = self.of_all_electrons(Names { variables, ..names.clone() }, texts);
        let mut graph = Graph::new(Mode::Canonical);
        for position in first..working.variables.len() {
            graph.declare_distance(position as u32);
        }
        let bond = match self.second {
            Some(_) => Some(self.bond(&mut graph, names)?),
            None => None,
        };
        let geometry = Geometry::new(&mut graph, self.electrons, bond, first as u32);
        Ok((graph, geometry, working))
    }
}

/// What the Hamiltonian makes of ψ, before the distances are replaced.
struct Action {
    graph: Graph,
    geometry: Geometry,
    working: Names,
    psi: Id,
    /// The terms of Hψ, and their sum with what cancels gone.
    terms: Vec<(f64, Id)>,
    total: Id,
}
