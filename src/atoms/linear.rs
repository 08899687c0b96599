//! Parameters in which ψ is linear: their best values, and the levels above, from one small eigenvalue problem.
//!
//! For ψ = Σ c_k φ_k the energy is least where H c = E S c, with H_jk = ∫φ_j Hφ_k and S_jk = ∫φ_j φ_k. All of them are taken from
//! the same points, those of a product of Gauss rules, with more of them until the levels stand. The result is a vector c, and
//! c is a choice, as a parameter that someone typed is: the energy with its error is that of ψ with this c, from an integrator,
//! and an upper bound whatever c is.

use super::dependent::dependent;
use super::eigen::{Level, Matrix, levels, lowest};
use super::extent::Extent;
use super::frame::Oriented;
use super::tensor::{Order, Rule, Scattered, Tensor};
use super::{Frame, Trial};
use crate::RequestError;
use fubini_algorithms::coordinates::Coordinates;
use fubini_algorithms::{Columns, Integrand, Points, Values};
use fubini_expressions::Compiled;

/// Nodes in a distance and in an angle: each choice is checked by the next.
const ORDERS: [Order; 6] = [(10, 4), (14, 4), (18, 5), (24, 5), (32, 6), (40, 6)];
/// The same about two nuclei, where electrons meet inside and one angle says nothing.
const MOLECULES: [[Order; 3]; 2] = [[(12, 1), (18, 1), (26, 1)], [(6, 1), (8, 1), (11, 1)]];
/// Points for three electrons.
const SCATTERED: usize = 1 << 19;
/// Relative change of the levels from one choice to the next that ends it.
const SETTLED: f64 = 1e-13;
/// Products of two terms at all points that are too many.
const MOST_PRODUCTS: f64 = 2e9;
/// Share of ψ² below which a term gives no scale to the others.
const NEGLIGIBLE: f64 = 1e-6;

/// φ_k and Hφ_k.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) terms: Compiled,
    /// Whether the first term has no parameter.
    pub(super) constant: bool,
}

/// What the eigenvalue problem says.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// From the lowest on, with vectors of one norm.
    pub(super) levels: Vec<Level>,
    /// Values of the linear parameters for the lowest.
    pub(super) coefficients: Vec<f64>,
}

impl Program {
    /// The best parameters and `count` levels, for terms with the values that the program has.
    pub(super) fn solve(
        &self,
        trial: &Trial,
        frame: Frame,
        oriented: Option<Oriented>,
        count: usize,
    ) -> Result<Solution, RequestError> {
        let n = self.terms.components() / 2;
        let density = Density { terms: &self.terms };
        let a = trial.size(&density)?.a;
        if trial.electrons == 3 {
            let coordinates = frame.three_electrons(Extent::of(a), oriented)?;
            let most = (MOST_PRODUCTS / (n * n) as f64) as usize;
            let rule = Scattered::new(&*coordinates, SCATTERED.min(4 * most));
            let (h, s) = self.matrices(&*coordinates, &rule)?;
            let mut found = levels(&h, &s, count);
            if let (1, Some(level)) = (count, lowest(&h, &s)) {
                found = vec![level];
            }
            return self.scaled(found, count);
        }
        let (coordinates, kinds) = frame.tensor(a, trial.electrons, oriented.is_some(), &trial.hamiltonian);
        let orders = if trial.hamiltonian.nuclei.is_some() { &MOLECULES[trial.electrons - 1][..] } else { &ORDERS };
        let mut found: Vec<Level> = Vec::new();
        for order in orders {
            let tensor = Tensor::new(&*coordinates, &kinds, *order);
            if !found.is_empty() && (tensor.len() * n * n) as f64 > MOST_PRODUCTS {
                break;
            }
            let (h, s) = self.matrices(&*coordinates, &tensor)?;
            let next = levels(&h, &s, count);
            let change = |(a, b): (&Level, &Level)| (a.energy - b.energy).abs() / b.energy.abs().max(1e-3);
            let settled = found.len() == next.len() && found.iter().zip(&next).map(change).all(|change| change < SETTLED);
            found = next;
            if settled {
                break;
            }
        }
        self.scaled(found, count)
    }

    /// Refuses a term that does not fall off, or grows without bound nearby: its coefficient may come out as zero, and ψ would not tell.
    pub(super) fn check_extent(&self, trial: &Trial) -> Result<(), RequestError> {
        match trial.extent(&Density { terms: &self.terms }) {
            Err(RequestError::Conflict { name: "psi", reason }) => Err(RequestError::Conflict {
                name: "linear",
                reason: format!("a term is none that ψ may have: with all of them {reason}"),
            }),
            other => other.map(drop),
        }
    }

    /// The coefficient whose term is a sum of the terms before it, by its place among the linear parameters.
    pub(super) fn dependent(
        &self,
        trial: &Trial,
        frame: Frame,
        oriented: Option<Oriented>,
    ) -> Result<Option<usize>, RequestError> {
        let a = trial.size(&Density { terms: &self.terms })?.a;
        let found = if trial.electrons == 3 {
            let coordinates = frame.three_electrons(Extent::of(a), oriented)?;
            dependent(&self.terms, &*coordinates, &Scattered::new(&*coordinates, SCATTERED))
        } else {
            let (coordinates, kinds) = frame.tensor(a, trial.electrons, oriented.is_some(), &trial.hamiltonian);
            let orders = if trial.hamiltonian.nuclei.is_some() { &MOLECULES[trial.electrons - 1][..] } else { &ORDERS };
            dependent(&self.terms, &*coordinates, &Tensor::new(&*coordinates, &kinds, orders[0]))
        };
        Ok(found.map(|k| k.saturating_sub(usize::from(self.constant))))
    }

    /// H, in which it acts on the second term, and S.
    fn matrices(&self, coordinates: &dyn Coordinates, rule: &dyn Rule) -> Result<(Matrix, Matrix), RequestError> {
        let (h, s) = matrices(&self.terms, coordinates, rule);
        if h.iter().chain(&s).flatten().any(|x| !x.is_finite()) || (0..s.len()).any(|k| s[k][k] <= 0.0) {
            return Err(linear(
                "the integrals between the terms are not finite: check that each term falls off with the distance",
            ));
        }
        Ok((h, s))
    }

    /// The levels with vectors of one norm, at which a first term without a parameter, or else the first, has the factor 1.
    fn scaled(&self, mut levels: Vec<Level>, count: usize) -> Result<Solution, RequestError> {
        if levels.len() < count {
            let reason = format!("{} terms differ from each other: they have no {count} levels", levels.len());
            return Err(RequestError::Conflict { name: "levels", reason });
        }
        let lowest = &levels[0].vector;
        let largest = lowest.iter().fold(0.0, |most: f64, c| most.max(c.abs()));
        let first = lowest[0];
        if self.constant && first.abs() <= NEGLIGIBLE * largest {
            return Err(linear(
                "the lowest state has no part of the term without a parameter: give it one, and every term its own",
            ));
        }
        let factor = if first.abs() > NEGLIGIBLE * largest { 1.0 / first } else { 1.0 };
        levels.iter_mut().for_each(|level| level.vector.iter_mut().for_each(|c| *c *= factor));
        let coefficients = levels[0].vector[usize::from(self.constant)..].to_vec();
        Ok(Solution { levels, coefficients })
    }
}

/// What is wrong with linear parameters.
pub(super) fn linear(reason: &str) -> RequestError {
    RequestError::Conflict { name: "linear", reason: reason.to_string() }
}

/// H and S between all terms.
fn matrices(terms: &Compiled, coordinates: &dyn Coordinates, rule: &dyn Rule) -> (Matrix, Matrix) {
    let n = terms.components() / 2;
    let (mut h, mut s) = (vec![vec![0.0; n]; n], vec![vec![0.0; n]; n]);
    let mut weighted = Vec::new();
    rule.visit(coordinates, terms, &mut |weights, values| {
        for j in 0..n {
            weighted.clear();
            weighted.extend(weights.iter().zip(values.column(j)).map(|(w, x)| w * x));
            for k in 0..n {
                h[j][k] += product(&weighted, values.column(n + k));
                if k <= j {
                    s[j][k] += product(&weighted, values.column(k));
                }
            }
        }
    });
    let s = (0..n).map(|j| (0..n).map(|k| s[j.max(k)][j.min(k)]).collect()).collect();
    (h, s)
}

/// Σ a b, in eight sums.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let (mut sums, whole) = ([0.0; 8], a.len() / 8 * 8);
    for (x, y) in a[..whole].chunks_exact(8).zip(b[..whole].chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f64 = a[whole..].iter().zip(&b[whole..]).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

/// The square of the first term where that of ψ is looked for.
struct Density<'a> {
    terms: &'a Compiled,
}

impl Integrand for Density<'_> {
    fn dim(&self) -> usize {
        self.terms.dim()
    }

    fn components(&self) -> usize {
        2
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let mut all = Columns::default();
        all.reset(self.terms.components(), points.len());
        self.terms.eval(points, &mut all.values());
        for (to, term) in values.component(1).iter_mut().zip(all.column(0)) {
            *to = term * term;
        }
    }
}

/// An integrand with, behind its own components, one for each level above the lowest: over ∫ψ² they are the energies.
///
/// With ψ_k of the norm of ψ they are ∫ψ_k Hψ_k − E_k (ψ_k² − ψ²), in which an error of the norm is multiplied by nothing.
pub(super) struct WithLevels<I> {
    pub(super) integrand: I,
    pub(super) terms: Compiled,
    pub(super) levels: Vec<Level>,
}

impl<I: Integrand> Integrand for WithLevels<I> {
    fn dim(&self) -> usize {
        self.integrand.dim()
    }

    fn components(&self) -> usize {
        self.integrand.components() + self.levels.len()
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let own = self.integrand.components();
        let (n, len) = (self.terms.components() / 2, points.len());
        let (mut first, mut all) = (Columns::default(), Columns::default());
        first.reset(own, len);
        all.reset(2 * n, len);
        self.integrand.eval(points, &mut first.values());
        self.terms.eval(points, &mut all.values());
        for c in 0..own {
            values.component(c).copy_from_slice(first.column(c));
        }
        let density = first.column(1);
        for (k, Level { energy, vector }) in self.levels.iter().enumerate() {
            let to = values.component(own + k);
            for i in 0..len {
                let (mut psi, mut acted) = (0.0, 0.0);
                for (j, c) in vector.iter().enumerate() {
                    psi += c * all.column(j)[i];
                    acted += c * all.column(n + j)[i];
                }
                to[i] = psi * acted - energy * (psi * psi - density[i]);
            }
        }
    }
}
