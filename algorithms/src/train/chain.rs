//! A tensor train as a function: a product of matrices, each of which depends on one variable.
//!
//! f(u) ≈ G₁(u₁) G₂(u₂) … G_d(u_d) E, with a row of E per state and a column per component. The entries of a G are polynomials on the
//! pieces of their axis, kept as Legendre coefficients: evaluated anywhere, and integrated exactly, since all of them but the first
//! have no integral. Eight points are evaluated at a time, by sums that are products of matrices: n r² of them per axis.

use super::grid::{Axis, MOST_NODES, Piece};
use crate::batch::Columns;
use crate::qmc::Known;
use crate::simd::{Kernel, LANES, Lanes, dispatch};
use serde::{Deserialize, Serialize};

/// Columns of a core that are summed together, in registers.
const BLOCK: usize = 4;
/// Groups of eight points that go through a core together, for its coefficients to stay in the cache.
const GROUPS: usize = 16;

/// One matrix G.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Core {
    pieces: Vec<Piece>,
    rows: usize,
    columns: usize,
    /// Coefficients by block of columns, row, function of the axis, and column in its block.
    coefficients: Vec<f64>,
}

impl Core {
    /// Functions of its axis.
    fn functions(&self) -> usize {
        self.pieces.iter().map(|piece| usize::from(piece.nodes)).sum()
    }
}

/// The function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Chain {
    cores: Vec<Core>,
    /// E, row by row, in units of the components.
    ends: Vec<f64>,
    components: usize,
    /// The integral of every component.
    integrals: Vec<f64>,
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
            let mut core = Core {
                pieces: axis.pieces.clone(),
                rows,
                columns,
                coefficients: vec![0.0; columns.div_ceil(BLOCK) * rows * n * BLOCK],
            };
            let mut next = vec![0.0; columns];
            for i in 0..rows {
                for (j, integral) in next.iter_mut().enumerate() {
                    let line: Vec<f64> = (0..n).map(|s| values[(i * n + s) * columns + j]).collect();
                    let sum: f64 = line.iter().zip(&axis.weights).map(|(x, w)| x * w).sum();
                    *integral += state[i] * sum;
                    for (s, c) in axis.coefficients(&line).into_iter().enumerate() {
                        core.coefficients[((j / BLOCK * rows + i) * n + s) * BLOCK + j % BLOCK] = c;
                    }
                }
            }
            (rows, state) = (columns, next);
            made.push(core);
        }
        let integrals = (0..components).map(|c| (0..rows).map(|j| state[j] * ends[j * components + c]).sum()).collect();
        Chain { cores: made, ends, components, integrals }
    }

    /// Whether it, deserialised, is a function of `dim` variables with so many components.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let mut rows = 1;
        let cores = self.cores.iter().all(|core| {
            let n = core.functions();
            let fits = core.rows == rows && core.coefficients.len() == core.columns.div_ceil(BLOCK) * rows * n * BLOCK;
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

    /// Nodes of every axis.
    pub(super) fn nodes(&self) -> Vec<usize> {
        self.cores.iter().map(Core::functions).collect()
    }

    /// Writes the values of all components at points of the unit cube.
    pub(super) fn eval(&self, points: &Columns, values: &mut Columns) {
        values.reset(self.components, points.len());
        dispatch(Eval { chain: self, points, values });
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

struct Eval<'a> {
    chain: &'a Chain,
    points: &'a Columns,
    values: &'a mut Columns,
}

impl Kernel for Eval<'_> {
    type Output = ();

    /// Plain loops: a closure that stays a call does not inherit the instruction set.
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Eval { chain, points, values } = self;
        let zero = V::splat(0.0);
        let widest = chain.cores.iter().map(|core| core.columns.next_multiple_of(BLOCK)).max().unwrap_or(0).max(1);
        let longest = chain.cores.iter().map(|core| core.functions()).max().unwrap_or(0);
        let (mut state, mut next) = (vec![zero; GROUPS * widest], vec![zero; GROUPS * widest]);
        let (mut basis, mut terms) = (vec![zero; longest], vec![zero; longest * widest]);
        let groups = points.len().div_ceil(LANES);
        for start in (0..groups).step_by(GROUPS) {
            let end = groups.min(start + GROUPS);
            for state in state.chunks_exact_mut(widest) {
                state[0] = V::splat(1.0);
            }
            for (d, core) in chain.cores.iter().enumerate() {
                let n = core.functions();
                let (basis, terms) = (&mut basis[..n], &mut terms[..core.rows * n]);
                let places = &points.lanes(d)[start..end];
                for ((u, state), next) in places.iter().zip(state.chunks_exact(widest)).zip(next.chunks_exact_mut(widest)) {
                    functions(&core.pieces, V::load(u), basis);
                    for (x, terms) in state[..core.rows].iter().zip(terms.chunks_exact_mut(n)) {
                        for (term, b) in terms.iter_mut().zip(basis.iter()) {
                            *term = *x * *b;
                        }
                    }
                    let blocks = core.coefficients.as_chunks::<BLOCK>().0.chunks_exact(terms.len());
                    for (coefficients, sums) in blocks.zip(next.chunks_exact_mut(BLOCK)) {
                        // Four names and not an array, which would live in memory.
                        let (mut s0, mut s1, mut s2, mut s3) = (zero, zero, zero, zero);
                        for (term, [c0, c1, c2, c3]) in terms.iter().zip(coefficients) {
                            s0 = term.mul_add(V::splat(*c0), s0);
                            s1 = term.mul_add(V::splat(*c1), s1);
                            s2 = term.mul_add(V::splat(*c2), s2);
                            s3 = term.mul_add(V::splat(*c3), s3);
                        }
                        (sums[0], sums[1], sums[2], sums[3]) = (s0, s1, s2, s3);
                    }
                }
                std::mem::swap(&mut state, &mut next);
            }
            for c in 0..chain.components {
                let found = &mut values.lanes_mut(c)[start..end];
                for (found, state) in found.iter_mut().zip(state.chunks_exact(widest)) {
                    let mut sum = zero;
                    for (x, ends) in state.iter().zip(chain.ends.chunks_exact(chain.components)) {
                        sum = x.mul_add(V::splat(ends[c]), sum);
                    }
                    sum.store(found);
                }
            }
        }
    }
}

/// The Legendre polynomials of every piece, zero beside it.
#[inline(always)]
fn functions<V: Lanes>(pieces: &[Piece], u: V, basis: &mut [V]) {
    let (last, mut first) = (pieces.len() - 1, 0);
    for (p, Piece { lo, hi, nodes }) in pieces.iter().enumerate() {
        let x = (u - V::splat(*lo)) * V::splat(2.0 / (hi - lo)) - V::splat(1.0);
        let (mut before, mut now) = (V::splat(0.0), V::splat(1.0));
        if last > 0 {
            let inside = if p == last { !u.lt(V::splat(*lo)) } else { u.lt(V::splat(*hi)) & !u.lt(V::splat(*lo)) };
            now = V::select(inside, now, before);
        }
        let n = usize::from(*nodes);
        for (m, b) in basis[first..first + n].iter_mut().enumerate() {
            *b = now;
            let (slope, past) = RECURRENCE[m];
            (before, now) = (now, x * now * V::splat(slope) - before * V::splat(past));
        }
        first += n;
    }
}

/// Numbers (2m + 1) / (m + 1) and m / (m + 1) of the recurrence of Legendre polynomials.
const RECURRENCE: [(f64, f64); MOST_NODES as usize] = {
    let mut numbers = [(0.0, 0.0); MOST_NODES as usize];
    let mut m = 0;
    while m < MOST_NODES as usize {
        numbers[m] = ((2.0 * m as f64 + 1.0) / (m as f64 + 1.0), m as f64 / (m as f64 + 1.0));
        m += 1;
    }
    numbers
};
