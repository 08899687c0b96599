//! What H makes of ψ: kinetic energy, the potential that holds each electron, and that between two.

use std::collections::HashMap;

use crate::atoms::{Atom, Form};
use crate::build::build;
use crate::calculus::multiply_out;
use crate::expressions::Expressions;
use crate::geometry::Geometry;
use crate::graph::{Graph, Id};
use crate::syntax::{Error, Names};

impl Atom {
    /// A formula of x, y, z and r of one electron (r alone in [`Form::Distances`]) in place of `-Z/r`; it may use the parameters
    /// and definitions of ψ.
    ///
    /// ```
    /// use fubini_expressions::{Atom, Names};
    ///
    /// // Hooke's atom: E = 2 wherever the electrons are.
    /// let atom = Atom::two_electrons(0.0).potential("r^2/8");
    /// let energy = atom.energy("(1+r12/2)*exp(-(r1^2+r2^2)/4)", &Names::default())?;
    /// let local = energy.local.compile().evaluate(&[0.3, -0.5, 0.7, 0.2, 0.9, -0.4])[1];
    /// assert!((local - 2.0).abs() < 1e-14);
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    #[must_use]
    pub fn potential(mut self, formula: &str) -> Self {
        self.potential = Some(formula.to_owned());
        self
    }

    /// A formula of r12, the distance of any two electrons, in place of `1/r12`.
    #[must_use]
    pub fn repulsion(mut self, formula: &str) -> Self {
        self.repulsion = Some(formula.to_owned());
        self
    }

    /// A nucleus of this mass, in units of the electron's, in place of one infinitely heavy: the reduced mass and the polarisation
    /// of the nucleus then are part of the kinetic energy.
    #[must_use]
    pub fn mass(mut self, mass: f64) -> Self {
        self.lightness = 1.0 / mass;
        self
    }

    /// One or two electrons about two nuclei on the z axis, of these charges, the first at −bond/2 and the second at bond/2. Their
    /// distance is
    /// the parameter `bond` among the names; 1/bond of the nuclei is part of H. Distances are `ra rb`, or `r1a r1b r2a r2b r12`.
    ///
    /// ```
    /// use fubini_expressions::{Atom, Names};
    ///
    /// let names = Names::default().parameter("bond", 2.0);
    /// let energy = Atom::molecule(1, [1.0, 1.0]).energy("exp(-ra)", &names)?;
    /// // −1/2 − 1/rb + 1/bond
    /// let local = energy.local.compile().evaluate(&[0.0, 0.0, -0.5])[1];
    /// assert!((local - (-0.5 - 1.0 / 1.5 + 0.5)).abs() < 1e-14);
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    pub fn molecule(electrons: usize, charges: [f64; 2]) -> Self {
        let atom = if electrons == 1 { Self::one_electron(charges[0]) } else { Self::two_electrons(charges[0]) };
        Self { second: Some(charges[1]), ..atom }
    }

    /// The distance of the nuclei as a node.
    pub(crate) fn bond(&self, graph: &mut Graph, names: &Names) -> Result<Id, Error> {
        Ok(build(graph, &["bond"], &needed("bond", names))?[0])
    }

    /// The names that the potential of one electron may use.
    pub fn held_by(&self) -> &'static [&'static str] {
        if self.form == Form::Cartesian { &["x", "y", "z", "r"] } else { &["r"] }
    }

    /// Reads the potentials by themselves, so that a mistake is told before ψ is looked at: that of one electron and that
    /// between two, or what is wrong with its text.
    pub fn potentials(&self, names: &Names) -> [Result<Expressions, Error>; 2] {
        let expressions = |text: &str, variables: &[&str]| {
            let variables = variables.iter().map(|v| (*v).to_owned()).collect();
            Expressions::parse(&[text], &Names { variables, ..needed(text, names) })
        };
        let attraction = format!("-({})/r", self.charge);
        let held = self.potential.as_deref().unwrap_or(&attraction);
        [expressions(held, self.held_by()), expressions(self.repulsion.as_deref().unwrap_or("1/r12"), &["r12"])]
    }

    /// The potential of every electron.
    pub(crate) fn held(&self, graph: &mut Graph, geometry: &Geometry, names: &Names) -> Result<Vec<Id>, Error> {
        let variables = self.held_by();
        let places: Vec<Vec<Id>> = (0..self.electrons).map(|electron| geometry.of_electron(electron)).collect();
        read(graph, self.potential.as_deref().unwrap_or("0"), variables, names, &places)
    }

    /// The names without definitions that the potentials need and these texts do not: they may be of one electron.
    pub(crate) fn of_all_electrons(&self, mut names: Names, texts: &[&str]) -> Names {
        let potentials = self.potential.iter().chain(&self.repulsion).map(String::as_str);
        let of = |texts: &mut dyn Iterator<Item = &str>| {
            let all = texts.fold(Names::default(), |all, text| all.definitions_of(text, &names.definitions));
            all.definitions
        };
        let (own, other) = (of(&mut texts.iter().copied()), of(&mut potentials.into_iter()));
        names.definitions.retain(|definition| own.contains(definition) || !other.contains(definition));
        names
    }

    /// Two nuclei: what is divided by which distance in their potential, that between them included.
    fn of_nuclei(&self, geometry: &Geometry) -> Vec<(f64, Id)> {
        let (Some(second), Some(bond)) = (self.second, geometry.bond) else { return Vec::new() };
        let charge = |at: usize| [self.charge, second][at % 2];
        let nuclear = geometry.distances[..geometry.nuclear()].iter().enumerate();
        nuclear.map(|(at, distance)| (-charge(at), *distance)).chain([(self.charge * second, bond)]).collect()
    }

    /// The slope of the energy of two nuclei with the distance R between them, by `ψ O` and `Hψ O + ½ ψ H'ψ`: all lengths are measured
    /// by R, so that singularities stay where they are. O = ∂ψ/∂R + Σ d/R ∂ψ/∂d over all lengths d, and with H = T/R² + V/R
    /// H' = -(2H - V)/R (P.-O. Löwdin, J. Mol. Spectrosc. 3 (1959) 46).
    pub(crate) fn stretched(
        &self,
        graph: &mut Graph,
        geometry: &Geometry,
        bond: Id,
        psi: Id,
        total: Id,
    ) -> Result<[Id; 2], Error> {
        let mut terms = vec![(1.0, graph.derivative(psi, bond)?)];
        for length in geometry.lengths() {
            let slope = graph.derivative(psi, length)?;
            terms.push((1.0, graph.product(1.0, [(slope, 2), (length, 2), (bond, -2)])));
        }
        let slope = graph.sum(0.0, terms);
        // Repulsion is 1/r12: other potentials are refused about two nuclei.
        let between = geometry.between().iter().map(|distance| (1.0, *distance));
        let all: Vec<(f64, Id)> = self.of_nuclei(geometry).into_iter().chain(between).collect();
        let potential: Vec<(f64, Id)> =
            all.into_iter().map(|(k, distance)| (0.5 * k, graph.product(1.0, [(psi, 4), (distance, -2), (bond, -2)]))).collect();
        let virial = graph.product(-1.0, [(psi, 2), (total, 2), (bond, -2)]);
        let acted = graph.product(1.0, [(total, 2), (slope, 2)]);
        let all = potential.into_iter().chain([(1.0, virial), (1.0, acted)]);
        let moved = graph.sum(0.0, all);
        Ok([graph.product(1.0, [(psi, 2), (slope, 2)]), moved])
    }

    /// The terms of Hψ.
    pub(crate) fn h_psi(&self, graph: &mut Graph, geometry: &Geometry, psi: Id, names: &Names) -> Result<Vec<(f64, Id)>, Error> {
        let mut laplacian = geometry.laplacian(graph, self.lightness);
        let kinetic = laplacian.of(graph, psi)?;
        let minus_half = graph.constant(-0.5);
        let mut terms = Vec::new();
        let (scale, inner) = graph.split(kinetic);
        let half = graph.product(scale, [(minus_half, 2)]);
        multiply_out(graph, &mut terms, half, inner);
        for (charge, distance) in self.of_nuclei(geometry) {
            terms.push((charge, graph.product(1.0, [(distance, -2), (psi, 2)])));
        }
        match &self.potential {
            _ if self.second.is_some() => {}
            None if self.charge == 0.0 => {}
            None => {
                for distance in &geometry.distances[..self.electrons] {
                    terms.push((-self.charge, graph.product(1.0, [(*distance, -2), (psi, 2)])));
                }
            }
            Some(_) => {
                for potential in self.held(graph, geometry, names)? {
                    let potential = geometry.hide_squares(graph, potential);
                    multiply_out(graph, &mut terms, psi, potential);
                }
            }
        }
        match &self.repulsion {
            None => {
                for distance in geometry.between() {
                    terms.push((1.0, graph.product(1.0, [(*distance, -2), (psi, 2)])));
                }
            }
            Some(text) => {
                let places: Vec<Vec<Id>> = geometry.between().iter().map(|distance| vec![*distance]).collect();
                for potential in read(graph, text, &["r12"], names, &places)? {
                    multiply_out(graph, &mut terms, psi, potential);
                }
            }
        }
        Ok(terms)
    }
}

/// The names without variables, and with only those definitions that a text needs: others may be of all electrons.
fn needed(text: &str, names: &Names) -> Names {
    Names { variables: Vec::new(), definitions: Vec::new(), ..names.clone() }.definitions_of(text, &names.definitions)
}

/// A formula of `variables` with each of these lists of nodes in their place.
fn read(graph: &mut Graph, text: &str, variables: &[&str], names: &Names, places: &[Vec<Id>]) -> Result<Vec<Id>, Error> {
    let variables = variables.iter().map(|v| (*v).to_owned()).collect();
    let root = build(graph, &[text], &Names { variables, ..needed(text, names) })?[0];
    let place = |place: &Vec<Id>| {
        let replaced: HashMap<Id, Id> = (0..).map(|v| graph.variable(v)).zip(place.iter().copied()).collect();
        graph.rebuild(&[root], &replaced)[0]
    };
    Ok(places.iter().map(place).collect())
}
