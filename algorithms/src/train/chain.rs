//! A tensor train as a function: a product of matrices, each of which depends on one variable.
//!
//! f(u) ≈ G₁(u₁) G₂(u₂) … G_d(u_d) E, with a row of E per state and a column per component. The entries of a G are polynomials on the
//! pieces of their axis, kept as Legendre coefficients: evaluated anywhere, and integrated exactly, since all of them but the first
//! have no integral. Eight points are evaluated at a time, by sums that are products of matrices: n r² of them per axis.

use super::eval::{Compact, Eval};
use super::grid::{Axis, Piece};
use crate::batch::Columns;
use crate::qmc::Known;
use crate::simd::dispatch;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// One matrix G.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Core {
    pub(super) pieces: Vec<Piece>,
    pub(super) rows: usize,
    pub(super) columns: usize,
    functions: usize,
    /// Coefficients by row, function of the axis, and column.
    pub(super) coefficients: Vec<f64>,
}

impl Core {
    /// Functions of its axis.
    pub(super) fn functions(&self) -> usize {
        self.functions
    }

    /// Coefficient of a function of the axis in an entry.
    pub(super) fn at(&self, i: usize, function: usize, j: usize) -> f64 {
        self.coefficients[(i * self.functions + function) * self.columns + j]
    }

    /// For every function of the axis its integral, and that of its square.
    pub(super) fn integrals(&self) -> impl Iterator<Item = (f64, f64)> {
        let of_piece = |piece: &Piece| {
            let length = piece.hi - piece.lo;
            (0..piece.nodes).map(move |m| (if m == 0 { length } else { 0.0 }, length / f64::from(2 * m + 1)))
        };
        self.pieces.iter().flat_map(of_piece)
    }
}

/// The function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Chain {
    pub(super) cores: Vec<Core>,
    /// E, row by row, in units of the components.
    pub(super) ends: Vec<f64>,
    pub(super) components: usize,
    /// The integral of every component.
    integrals: Vec<f64>,
    /// The cores as they are evaluated, as soon as they are.
    #[serde(skip)]
    compact: OnceLock<Vec<Compact>>,
}

impl Chain {
    /// From the values of all cores at the nodes: entry (i, s, j) of each stands at (i n + s) r' + j.
    pub(super) fn new(axes: &[Axis], cores: &[Vec<f64>], ends: Vec<f64>, components: usize) -> Self {
        let mut rows = 1;
        let mut state = vec![1.0];
        let mut made = Vec::with_capacity(axes.len());
        for (axis, values) in axes.iter().zip(cores) {
            let n = axis.len();
            let columns = values.len() / (rows * n);
            let (mut next, mut coefficients) = (vec![0.0; columns], vec![0.0; values.len()]);
            let lines = values.chunks_exact(n * columns).zip(coefficients.chunks_exact_mut(n * columns));
            for ((lines, found), x) in lines.zip(&state) {
                for (line, w) in lines.chunks_exact(columns).zip(&axis.weights) {
                    next.iter_mut().zip(line).for_each(|(sum, value)| *sum += x * w * value);
                }
                axis.coefficients(lines, columns, found);
            }
            let core = Core { pieces: axis.pieces.clone(), rows, columns, functions: n, coefficients };
            (rows, state) = (columns, next);
            made.push(core);
        }
        let integrals = (0..components).map(|c| (0..rows).map(|j| state[j] * ends[j * components + c]).sum()).collect();
        Chain { cores: made, ends, components, integrals, compact: OnceLock::new() }
    }

    /// Whether it, deserialised, is a function of `dim` variables with so many components.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let nodes = |core: &Core| core.pieces.iter().map(|piece| usize::from(piece.nodes)).sum::<usize>();
        let mut rows = 1;
        let cores = self.cores.iter().all(|core| {
            let n = core.functions();
            let fits = core.rows == rows && core.coefficients.len() == core.columns * rows * n && n == nodes(core);
            rows = core.columns;
            fits && n > 0
        });
        let ends = self.components == components && self.ends.len() == rows * components && self.integrals.len() == components;
        cores && ends && self.cores.len() == dim
    }

    /// The integrals of all components over the unit cube.
    pub(super) fn integrals(&self) -> &[f64] {
        &self.integrals
    }

    /// Ranks between the axes.
    pub(super) fn ranks(&self) -> Vec<usize> {
        self.cores[1..].iter().map(|core| core.rows).collect()
    }

    /// Multiplies a component by a power of two.
    pub(super) fn scale(&mut self, c: usize, factor: f64) {
        self.ends.iter_mut().skip(c).step_by(self.components).for_each(|e| *e *= factor);
        self.integrals[c] *= factor;
    }

    /// Nodes of every axis.
    pub(super) fn nodes(&self) -> Vec<usize> {
        self.cores.iter().map(Core::functions).collect()
    }

    /// Writes the values of all components at points of the unit cube.
    pub(super) fn eval(&self, points: &Columns, values: &mut Columns) {
        values.reset(self.components, points.len());
        let cores = self.compact.get_or_init(|| self.cores.iter().map(Compact::new).collect());
        dispatch(Eval { chain: self, cores, points, values });
    }
}

/// A train whose components are in units of their own.
#[derive(Debug)]
pub(super) struct Scaled {
    pub(super) chain: Chain,
    pub(super) scales: Vec<f64>,
}

impl Known for Scaled {
    fn eval(&self, points: &Columns, values: &mut Columns) {
        self.chain.eval(points, values);
        for (c, scale) in self.scales.iter().enumerate() {
            values.column_mut(c).iter_mut().for_each(|x| *x *= scale);
        }
    }
}
