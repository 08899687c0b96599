//! Positions and distances of electrons as leaves of differentiation, in the metric of the kinetic energy.
//!
//! With a nucleus of mass M the centre of mass moves on its own, and what is left is
//! `-½ Σ (1 + 1/M) ∇i² - Σ (1/M) ∇i·∇j` in the positions about the nucleus: reduced mass and mass polarisation. As a Laplacian in
//! the metric that has `1 + 1/M` between the coordinates of one electron and `1/M` between those of two it needs no
//! term of its own: `∇²r1 = 2(1 + 1/M)/r1`, `∇²r12 = 4/r12`, `∇r1·∇r12 = r1v·r12v/(r1 r12)`, `∇r1·∇r2 = (1/M) r1v·r2v/(r1 r2)` and so on:
//! what moves the nucleus is not seen by the distances between electrons.

use std::collections::HashMap;

use crate::calculus::Laplacian;
use crate::graph::{Graph, Id};

/// Coordinates and distances as nodes.
pub(crate) struct Geometry {
    electrons: usize,
    /// The distance of two nuclei on the z axis, at equal distances from the origin; without it there is one, at the origin.
    pub(crate) bond: Option<Id>,
    coordinates: Vec<Id>,
    /// From the nuclei, one electron after the other, then between electrons in the order of [`Geometry::pairs`].
    pub(crate) distances: Vec<Id>,
    /// The squares of the distances in the coordinates; empty without coordinates.
    squares: Vec<Id>,
}

impl Geometry {
    /// Variables from 0 to `first_distance` are coordinates; the distances stand behind.
    pub(crate) fn new(graph: &mut Graph, electrons: usize, bond: Option<Id>, first_distance: u32) -> Self {
        let coordinates: Vec<Id> = (0..first_distance).map(|v| graph.variable(v)).collect();
        let pairs = Self::pairs(electrons);
        let nuclei = if bond.is_some() { 2 } else { 1 };
        let count = (electrons * nuclei + pairs.len()) as u32;
        let distances = (0..count).map(|d| graph.variable(first_distance + d)).collect();
        let mut squares = Vec::new();
        for electron in coordinates.chunks(3) {
            match bond {
                None => squares.push(sum_of_squares(graph, electron)),
                Some(bond) => {
                    for half in [0.5, -0.5] {
                        let z = graph.sum(0.0, [(1.0, electron[2]), (half, bond)]);
                        squares.push(sum_of_squares(graph, &[electron[0], electron[1], z]));
                    }
                }
            }
        }
        if !coordinates.is_empty() {
            for (a, b) in &pairs {
                let apart: Vec<Id> = (0..3).map(|k| graph.sub(coordinates[3 * a + k], coordinates[3 * b + k])).collect();
                squares.push(sum_of_squares(graph, &apart));
            }
        }
        Self { electrons, bond, coordinates, distances, squares }
    }

    /// Pairs of electrons, counted from 0.
    pub(crate) fn pairs(electrons: usize) -> Vec<(usize, usize)> {
        (0..electrons).flat_map(|a| (a + 1..electrons).map(move |b| (a, b))).collect()
    }

    /// x, y, z of an electron, where there are coordinates, and r.
    pub(crate) fn of_electron(&self, electron: usize) -> Vec<Id> {
        let position = self.coordinates.iter().skip(3 * electron).take(3);
        position.chain([&self.distances[electron]]).copied().collect()
    }

    /// Coordinates and distances.
    pub(crate) fn lengths(&self) -> Vec<Id> {
        self.coordinates.iter().chain(&self.distances).copied().collect()
    }

    /// Distances between electrons.
    pub(crate) fn between(&self) -> &[Id] {
        &self.distances[self.nuclear()..]
    }

    /// How many distances from nuclei there are.
    pub(crate) fn nuclear(&self) -> usize {
        self.electrons * if self.bond.is_some() { 2 } else { 1 }
    }

    /// Replaces the squares of distances by distances.
    pub(crate) fn hide_squares(&self, graph: &mut Graph, root: Id) -> Id {
        let back = self.distances_of_squares(graph);
        graph.rebuild(&[root], &back)[0]
    }

    /// The same, and the scalar products of positions by distances.
    pub(crate) fn hide_invariants(&self, graph: &mut Graph, root: Id) -> Id {
        let mut back = self.distances_of_squares(graph);
        if !self.coordinates.is_empty() {
            for (at, (a, b)) in Self::pairs(self.electrons).into_iter().enumerate() {
                let products: Vec<(f64, Id)> =
                    (0..3).map(|k| (1.0, graph.mul(self.coordinates[3 * a + k], self.coordinates[3 * b + k]))).collect();
                let product = self.product_of_positions(graph, at, a, b);
                back.insert(graph.sum(0.0, products), product);
            }
        }
        graph.rebuild(&[root], &back)[0]
    }

    /// 2 r1v·r2v = r1² + r2² - r12².
    fn product_of_positions(&self, graph: &mut Graph, pair: usize, a: usize, b: usize) -> Id {
        let (r1, r2, r12) = (self.distances[a], self.distances[b], self.between()[pair]);
        let squares = [(0.5, r1), (0.5, r2), (-0.5, r12)].map(|(k, r)| (k, graph.product(1.0, [(r, 4)])));
        graph.sum(0.0, squares)
    }

    fn distances_of_squares(&self, graph: &mut Graph) -> HashMap<Id, Id> {
        let pairs = self.squares.iter().zip(&self.distances);
        pairs.map(|(square, distance)| (*square, graph.product(1.0, [(*distance, 4)]))).collect()
    }

    /// Replaces the distances by what they are in the variables of integration.
    pub(crate) fn show_distances(&self, graph: &mut Graph, roots: &[Id]) -> Vec<Id> {
        let mut forward = HashMap::new();
        for (square, distance) in self.squares.iter().zip(&self.distances) {
            forward.insert(*distance, graph.product(1.0, [(*square, 1)]));
        }
        graph.rebuild(roots, &forward)
    }

    /// The Laplacian of electrons about a nucleus of mass one over `lightness`.
    pub(crate) fn laplacian(&self, graph: &mut Graph, lightness: f64) -> Laplacian {
        if let Some(bond) = self.bond {
            return self.about_two(graph, bond);
        }
        let mut laplacian = Laplacian::cartesian(graph, &self.coordinates);
        let own = 1.0 + lightness;
        for (at, &distance) in self.distances.iter().enumerate() {
            let pair = at >= self.electrons;
            let inverse = graph.product(if pair { 4.0 } else { 2.0 * own }, [(distance, -2)]);
            laplacian.leaf(distance, Some(inverse));
            let norm = graph.constant(if pair { 2.0 } else { own });
            laplacian.pair(distance, distance, norm);
        }
        for (electron, position) in self.coordinates.chunks(3).enumerate() {
            for x in position {
                let slope = graph.product(own, [(*x, 2), (self.distances[electron], -2)]);
                laplacian.pair(*x, self.distances[electron], slope);
            }
        }
        for (at, (a, b)) in Self::pairs(self.electrons).into_iter().enumerate() {
            for (own, other) in [(a, b), (b, a)] {
                self.pair_with_own(graph, &mut laplacian, at, own, other);
            }
        }
        self.pairs_that_share(graph, &mut laplacian);
        if lightness != 0.0 {
            self.polarise(graph, &mut laplacian, lightness);
        }
        laplacian
    }

    /// The Laplacian of electrons about two nuclei at rest: every product of gradients is one of distances, as
    /// 2 r1a·r1b = r1a² + r1b² - R² and 2 r1a·r12 = r1a² + r12² - r2a² for vectors that begin at one point.
    fn about_two(&self, graph: &mut Graph, bond: Id) -> Laplacian {
        let mut laplacian = Laplacian::cartesian(graph, &self.coordinates);
        let first = self.nuclear();
        for (at, &distance) in self.distances.iter().enumerate() {
            let factor = if at < first { 1.0 } else { 2.0 };
            let inverse = graph.product(2.0 * factor, [(distance, -2)]);
            laplacian.leaf(distance, Some(inverse));
            let norm = graph.constant(factor);
            laplacian.pair(distance, distance, norm);
        }
        let angle = |graph: &mut Graph, laplacian: &mut Laplacian, p: Id, q: Id, opposite: Id| {
            let squares = [p, q, opposite].map(|d| graph.product(1.0, [(d, 4)]));
            let projection = graph.sum(0.0, [(0.5, squares[0]), (0.5, squares[1]), (-0.5, squares[2])]);
            let slope = graph.product(1.0, [(projection, 2), (p, -2), (q, -2)]);
            laplacian.pair(p, q, slope);
        };
        for electron in 0..self.electrons {
            let [a, b] = [0, 1].map(|nucleus| self.distances[2 * electron + nucleus]);
            angle(graph, &mut laplacian, a, b, bond);
            for (distance, half) in [(a, 0.5), (b, -0.5)] {
                for (axis, x) in self.coordinates.iter().skip(3 * electron).take(3).enumerate() {
                    let along = if axis == 2 { graph.sum(0.0, [(1.0, *x), (half, bond)]) } else { *x };
                    let slope = graph.product(1.0, [(along, 2), (distance, -2)]);
                    laplacian.pair(*x, distance, slope);
                }
            }
        }
        for (at, (i, j)) in Self::pairs(self.electrons).into_iter().enumerate() {
            let apart = self.between()[at];
            for (own, other) in [(i, j), (j, i)] {
                for nucleus in 0..2 {
                    let [near, far] = [own, other].map(|electron| self.distances[2 * electron + nucleus]);
                    angle(graph, &mut laplacian, near, apart, far);
                }
                for axis in 0..self.coordinates.len() / self.electrons {
                    let [x, y] = [own, other].map(|electron| self.coordinates[3 * electron + axis]);
                    let difference = graph.sub(x, y);
                    let slope = graph.product(1.0, [(difference, 2), (apart, -2)]);
                    laplacian.pair(x, apart, slope);
                }
            }
        }
        laplacian
    }

    /// Gradients of the distance of a pair with those of one of its electrons.
    fn pair_with_own(&self, graph: &mut Graph, laplacian: &mut Laplacian, pair: usize, own: usize, other: usize) {
        let (r, r12) = (self.distances[own], self.between()[pair]);
        let projection = if self.coordinates.is_empty() {
            // 2 r1v·r12v = r1² + r12² - r2²
            let squares = [r, r12, self.distances[other]].map(|d| graph.product(1.0, [(d, 4)]));
            graph.sum(0.0, [(0.5, squares[0]), (0.5, squares[1]), (-0.5, squares[2])])
        } else {
            let mut terms = Vec::new();
            for axis in 0..3 {
                let x = self.coordinates[3 * own + axis];
                let apart = graph.sub(x, self.coordinates[3 * other + axis]);
                let slope = graph.product(1.0, [(apart, 2), (r12, -2)]);
                laplacian.pair(x, r12, slope);
                terms.push((1.0, graph.product(1.0, [(x, 2), (apart, 2)])));
            }
            graph.sum(0.0, terms)
        };
        let slope = graph.product(1.0, [(projection, 2), (r, -2), (r12, -2)]);
        laplacian.pair(r, r12, slope);
    }

    /// ∇r12·∇r13 = r12v·r13v/(r12 r13) and its like: 2 r12v·r13v = r12² + r13² - r23².
    fn pairs_that_share(&self, graph: &mut Graph, laplacian: &mut Laplacian) {
        let [r12, r13, r23] = *self.between() else { return };
        for (p, q, opposite) in [(r12, r13, r23), (r12, r23, r13), (r13, r23, r12)] {
            let squares = [p, q, opposite].map(|d| graph.product(1.0, [(d, 4)]));
            let projection = graph.sum(0.0, [(0.5, squares[0]), (0.5, squares[1]), (-0.5, squares[2])]);
            let slope = graph.product(1.0, [(projection, 2), (p, -2), (q, -2)]);
            laplacian.pair(p, q, slope);
        }
    }

    /// Gradients of one electron with those of another, which a nucleus that moves brings together.
    fn polarise(&self, graph: &mut Graph, laplacian: &mut Laplacian, lightness: f64) {
        let (own, across) = (graph.constant(1.0 + lightness), graph.constant(lightness));
        for x in &self.coordinates {
            laplacian.pair(*x, *x, own);
        }
        for (at, (a, b)) in Self::pairs(self.electrons).into_iter().enumerate() {
            let (r1, r2) = (self.distances[a], self.distances[b]);
            let mut products = Vec::new();
            if !self.coordinates.is_empty() {
                for axis in 0..3 {
                    let [x1, x2] = [a, b].map(|electron| self.coordinates[3 * electron + axis]);
                    laplacian.pair(x1, x2, across);
                    for (x, other, r) in [(x1, x2, r2), (x2, x1, r1)] {
                        let slope = graph.product(lightness, [(other, 2), (r, -2)]);
                        laplacian.pair(x, r, slope);
                    }
                    products.push((1.0, graph.mul(x1, x2)));
                }
            }
            let projection =
                if products.is_empty() { self.product_of_positions(graph, at, a, b) } else { graph.sum(0.0, products) };
            let slope = graph.product(lightness, [(projection, 2), (r1, -2), (r2, -2)]);
            laplacian.pair(r1, r2, slope);
        }
    }
}

fn sum_of_squares(graph: &mut Graph, parts: &[Id]) -> Id {
    let squares: Vec<(f64, Id)> = parts.iter().map(|x| (1.0, graph.product(1.0, [(*x, 4)]))).collect();
    graph.sum(0.0, squares)
}
