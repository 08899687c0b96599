//! Atoms with one or two electrons: from the text of ψ to the integrands of the energy.
//!
//! `H = -½∇² - Σ Z/r_i + 1/r12` in atomic units, `E = ∫ψHψ / ∫ψ²`. The distances are leaves of differentiation
//! beside the Cartesian coordinates, with `∇²r1 = 2/r1`, `∇²r12 = 4/r12`, `∇r1·∇r12 = r1v·r12v/(r1 r12)` and so on;
//! a ψ written in Cartesian coordinates is searched for the squares of the distances first. In the terms of Hψ the
//! attraction and the repulsion then meet the cusp terms of ψ, and what cancels is gone before it could lose digits.

use std::collections::HashMap;

use crate::build::build;
use crate::calculus::Laplacian;
use crate::calculus::multiply_out;
use crate::expressions::Expressions;
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

/// A nucleus and its electrons.
#[derive(Debug, Clone, Copy)]
pub struct Atom {
    electrons: usize,
    charge: f64,
    form: Form,
}

/// What is to be integrated beside `ψHψ` and `ψ²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment<'a> {
    /// `ψ² f`, for a formula f of the variables and distances: over `∫ψ²` it is the expectation value of f.
    Mean(&'a str),
    /// `(Hψ)²`, from which the variance of the local energy follows.
    Square,
    /// Two components, `ψ ∂ψ/∂p` and `Hψ ∂ψ/∂p` for a tunable parameter p, from which `∂E/∂p` follows.
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
        Self { electrons: 1, charge, form: Form::Cartesian }
    }

    /// Two electrons.
    pub fn two_electrons(charge: f64) -> Self {
        Self { electrons: 2, charge, form: Form::Cartesian }
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
        let Action { mut graph, geometry, psi, terms, total, .. } = self.action(psi, names)?;
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
        let Action { mut graph, geometry, psi, total, working, .. } = self.action(psi, names)?;
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

    /// The first Cartesian coordinate that ψ (number 0) or one of the formulas (1, 2, …) uses otherwise than in distances and
    /// in the scalar product of both positions. `None` says that all of them, and with them every integrand, are functions
    /// of the distances alone, which do not depend on the orientation of the atom; `Some` is no proof of the contrary.
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
        let (mut graph, geometry, working) = self.start(names);
        let coordinates = self.coordinates();
        for (at, text) in [psi].iter().chain(formulas).enumerate() {
            let root = build(&mut graph, &[text], &working)?[0];
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
            (Form::Cartesian, _) => &["x1", "y1", "z1", "x2", "y2", "z2"],
        }
    }

    fn distances(&self) -> &'static [&'static str] {
        if self.electrons == 1 { &["r"] } else { &["r1", "r2", "r12"] }
    }

    /// The names with the variables of integration.
    fn visible(&self, names: &Names) -> Names {
        let visible = if self.form == Form::Cartesian { self.coordinates() } else { self.distances() };
        Names { variables: visible.iter().map(|name| (*name).to_owned()).collect(), ..names.clone() }
    }

    /// ψ and Hψ with the distances as variables of their own, behind the coordinates.
    fn action(&self, psi: &str, names: &Names) -> Result<Action, Error> {
        let (mut graph, geometry, working) = self.start(names);
        let psi = build(&mut graph, &[psi], &working)?[0];
        let psi = geometry.hide_squares(&mut graph, psi);
        let terms = self.h_psi(&mut graph, &geometry, psi)?;
        let total = graph.sum(0.0, terms.iter().copied());
        let total = graph.cancel(total);
        Ok(Action { graph, geometry, working, psi, terms, total })
    }

    /// A graph of the coordinates and distances, and the names with both.
    fn start(&self, names: &Names) -> (Graph, Geometry, Names) {
        let first = self.coordinates().len();
        let variables = self.variables().into_iter().map(str::to_owned).collect();
        let working = Names { variables, ..names.clone() };
        let mut graph = Graph::new(Mode::Canonical);
        for position in first..working.variables.len() {
            graph.declare_distance(position as u32);
        }
        let geometry = Geometry::new(&mut graph, self, first as u32);
        (graph, geometry, working)
    }

    /// The terms of Hψ.
    fn h_psi(&self, graph: &mut Graph, geometry: &Geometry, psi: Id) -> Result<Vec<(f64, Id)>, Error> {
        let mut laplacian = geometry.laplacian(graph);
        let kinetic = laplacian.of(graph, psi)?;
        let minus_half = graph.constant(-0.5);
        let mut terms = Vec::new();
        let (scale, inner) = graph.split(kinetic);
        let half = graph.product(scale, [(minus_half, 2)]);
        multiply_out(graph, &mut terms, half, inner);
        for (at, distance) in geometry.distances.iter().enumerate() {
            let attracts = at < self.electrons;
            let term = graph.product(1.0, [(*distance, -2), (psi, 2)]);
            terms.push((if attracts { -self.charge } else { 1.0 }, term));
        }
        Ok(terms)
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

/// Coordinates and distances as nodes.
struct Geometry {
    coordinates: Vec<Id>,
    distances: Vec<Id>,
    /// The squares of the distances in the coordinates; empty without coordinates.
    squares: Vec<Id>,
}

impl Geometry {
    fn new(graph: &mut Graph, atom: &Atom, first_distance: u32) -> Self {
        let coordinates: Vec<Id> = (0..first_distance).map(|v| graph.variable(v)).collect();
        let count = if atom.electrons == 1 { 1 } else { 3 };
        let distances = (0..count).map(|d| graph.variable(first_distance + d)).collect();
        let mut squares = Vec::new();
        for electron in coordinates.chunks(3) {
            squares.push(sum_of_squares(graph, electron));
        }
        if let [x1, y1, z1, x2, y2, z2] = coordinates[..] {
            let pairs = [(x1, x2), (y1, y2), (z1, z2)];
            let apart: Vec<Id> = pairs.iter().map(|(a, b)| graph.sub(*a, *b)).collect();
            squares.push(sum_of_squares(graph, &apart));
        }
        Self { coordinates, distances, squares }
    }

    /// Replaces the squares of distances by distances.
    fn hide_squares(&self, graph: &mut Graph, root: Id) -> Id {
        let back = self.distances_of_squares(graph);
        graph.rebuild(&[root], &back)[0]
    }

    /// The same, and the scalar product of both positions by distances.
    fn hide_invariants(&self, graph: &mut Graph, root: Id) -> Id {
        let mut back = self.distances_of_squares(graph);
        if let ([x1, y1, z1, x2, y2, z2], [r1, r2, r12]) = (&self.coordinates[..], &self.distances[..]) {
            let products = [(x1, x2), (y1, y2), (z1, z2)].map(|(a, b)| (1.0, graph.mul(*a, *b)));
            // 2 r1v·r2v = r1² + r2² - r12²
            let squares = [(0.5, r1), (0.5, r2), (-0.5, r12)].map(|(k, r)| (k, graph.product(1.0, [(*r, 4)])));
            back.insert(graph.sum(0.0, products), graph.sum(0.0, squares));
        }
        graph.rebuild(&[root], &back)[0]
    }

    fn distances_of_squares(&self, graph: &mut Graph) -> HashMap<Id, Id> {
        let pairs = self.squares.iter().zip(&self.distances);
        pairs.map(|(square, distance)| (*square, graph.product(1.0, [(*distance, 4)]))).collect()
    }

    /// Replaces the distances by what they are in the variables of integration.
    fn show_distances(&self, graph: &mut Graph, roots: &[Id]) -> Vec<Id> {
        let mut forward = HashMap::new();
        for (square, distance) in self.squares.iter().zip(&self.distances) {
            forward.insert(*distance, graph.product(1.0, [(*square, 1)]));
        }
        graph.rebuild(roots, &forward)
    }

    fn laplacian(&self, graph: &mut Graph) -> Laplacian {
        let mut laplacian = Laplacian::cartesian(graph, &self.coordinates);
        for (at, &distance) in self.distances.iter().enumerate() {
            let pair = at == 2;
            let inverse = graph.product(if pair { 4.0 } else { 2.0 }, [(distance, -2)]);
            laplacian.leaf(distance, Some(inverse));
            let norm = graph.constant(if pair { 2.0 } else { 1.0 });
            laplacian.pair(distance, distance, norm);
        }
        for (electron, position) in self.coordinates.chunks(3).enumerate() {
            for x in position {
                let slope = graph.product(1.0, [(*x, 2), (self.distances[electron], -2)]);
                laplacian.pair(*x, self.distances[electron], slope);
            }
        }
        let [r1, r2, r12] = self.distances[..] else {
            return laplacian;
        };
        for (own, other, r, r_other) in [(0, 3, r1, r2), (3, 0, r2, r1)] {
            let projection = if self.coordinates.is_empty() {
                // 2 r1v·r12v = r1² + r12² - r2²
                let squares = [r, r12, r_other].map(|d| graph.product(1.0, [(d, 4)]));
                graph.sum(0.0, [(0.5, squares[0]), (0.5, squares[1]), (-0.5, squares[2])])
            } else {
                let mut terms = Vec::new();
                for axis in 0..3 {
                    let x = self.coordinates[own + axis];
                    let apart = graph.sub(x, self.coordinates[other + axis]);
                    let slope = graph.product(1.0, [(apart, 2), (r12, -2)]);
                    laplacian.pair(x, r12, slope);
                    terms.push((1.0, graph.product(1.0, [(x, 2), (apart, 2)])));
                }
                graph.sum(0.0, terms)
            };
            let slope = graph.product(1.0, [(projection, 2), (r, -2), (r12, -2)]);
            laplacian.pair(r, r12, slope);
        }
        laplacian
    }
}

fn sum_of_squares(graph: &mut Graph, parts: &[Id]) -> Id {
    let squares: Vec<(f64, Id)> = parts.iter().map(|x| (1.0, graph.product(1.0, [(*x, 4)]))).collect();
    graph.sum(0.0, squares)
}
