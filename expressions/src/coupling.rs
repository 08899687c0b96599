//! ψ of three electrons from a function in space and the spin: what permutations of the electrons make of it.
//!
//! A state of three electrons with the spin up twice is known from its component ψ(1↑ 2↑ 3↓), which changes its sign with electrons 1
//! and 2: H does not act on spins, and the other components are the same function of other electrons. From φ(1, 2; 3), whose first
//! two electrons are a pair of opposite spins, a doublet follows as
//! ψ = φ(2, 3; 1) + φ(3, 2; 1) − φ(1, 3; 2) − φ(3, 1; 2), the component of the antisymmetrised φ (α1 β2 − β1 α2) α3. A quartet is
//! φ antisymmetrised in all three (F. W. King, J. Mol. Struct. THEOCHEM 400 (1997) 7).

use std::collections::HashMap;

use crate::atoms::Atom;
use crate::geometry::Geometry;
use crate::graph::{Graph, Id};

/// How ψ follows from the function that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coupling {
    /// It is that function.
    #[default]
    Given,
    /// Of three electrons, spin 1/2: the first two are a pair, in which their spins are opposite.
    Doublet,
    /// Of three electrons, spin 3/2.
    Quartet,
}

impl Coupling {
    /// The electrons in the places of the function, counted from 0, with the sign of each permutation.
    fn permutations(self) -> &'static [([usize; 3], f64)] {
        match self {
            Coupling::Given => &[],
            Coupling::Doublet => &[([1, 2, 0], 1.0), ([2, 1, 0], 1.0), ([0, 2, 1], -1.0), ([2, 0, 1], -1.0)],
            Coupling::Quartet => {
                &[([0, 1, 2], 1.0), ([1, 2, 0], 1.0), ([2, 0, 1], 1.0), ([1, 0, 2], -1.0), ([0, 2, 1], -1.0), ([2, 1, 0], -1.0)]
            }
        }
    }
}

impl Atom {
    /// Takes what is given as ψ of three electrons for a function of which ψ is made by permutations.
    ///
    /// ```
    /// use fubini_expressions::{Atom, Coupling, Names};
    ///
    /// // Without repulsion a product of orbitals is exact: 1s² 2s about a nucleus of charge 3.
    /// let atom = Atom::three_electrons(3.0).repulsion("0").coupling(Coupling::Doublet);
    /// let energy = atom.energy("exp(-3*(r1+r2))*(1-1.5*r3)*exp(-1.5*r3)", &Names::default())?;
    /// let local = energy.local.compile().evaluate(&[0.3, -0.5, 0.7, 0.2, 0.9, -0.4, 1.1, 0.1, -0.8])[1];
    /// assert!((local + 4.5 + 4.5 + 1.125).abs() < 1e-12);
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    #[must_use]
    pub fn coupling(mut self, coupling: Coupling) -> Self {
        self.coupling = coupling;
        self
    }

    /// These functions of three electrons with the permutations of ψ, each by itself.
    pub(crate) fn coupled(&self, graph: &mut Graph, geometry: &Geometry, roots: &[Id]) -> Vec<Id> {
        if self.coupling == Coupling::Given || self.electrons != 3 {
            return roots.to_vec();
        }
        let mut sums = vec![Vec::new(); roots.len()];
        for (electrons, sign) in self.coupling.permutations() {
            // By way of other leaves: what is replaced must not be met again.
            let [away, back] = exchanged(graph, geometry, *electrons);
            let moved = graph.rebuild(roots, &away);
            let permuted = graph.rebuild(&moved, &back);
            sums.iter_mut().zip(permuted).for_each(|(sum, root)| sum.push((*sign, root)));
        }
        sums.into_iter().map(|sum| graph.sum(0.0, sum)).collect()
    }
}

/// Leaves of their own for the coordinates and distances of electrons 1, 2 and 3, and for these leaves those of the electrons that take
/// their places.
fn exchanged(graph: &mut Graph, geometry: &Geometry, electrons: [usize; 3]) -> [HashMap<Id, Id>; 2] {
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (place, electron) in electrons.into_iter().enumerate() {
        from.extend(geometry.of_electron(place));
        to.extend(geometry.of_electron(electron));
    }
    let pairs = Geometry::pairs(3);
    for (at, (a, b)) in pairs.iter().enumerate() {
        let (a, b) = (electrons[*a], electrons[*b]);
        let other = pairs.iter().position(|pair| *pair == (a.min(b), a.max(b))).unwrap_or(at);
        from.push(geometry.between()[at]);
        to.push(geometry.between()[other]);
    }
    let first = from.len() as u32;
    let free: Vec<Id> = (0..first)
        .map(|k| {
            // Distances stay what they are for the rules of the graph: not negative.
            if geometry.distances.contains(&from[k as usize]) {
                graph.declare_distance(first + k);
            }
            graph.variable(first + k)
        })
        .collect();
    [from.into_iter().zip(free.iter().copied()).collect(), free.iter().copied().zip(to).collect()]
}
