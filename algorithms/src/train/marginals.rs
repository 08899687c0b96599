//! Integrals of a train over all variables but one, or over a box.

use super::chain::{Chain, Core};
use super::grid::Piece;

/// What is left of a component where all variables but one are integrated over.
#[derive(Debug)]
pub(super) struct Marginals<'a> {
    chain: &'a Chain,
    /// States behind the axes before each axis, and what those after it make of theirs.
    before: Vec<Vec<f64>>,
    after: Vec<Vec<f64>>,
}

impl<'a> Marginals<'a> {
    pub(super) fn new(chain: &'a Chain, component: usize) -> Self {
        let (mut before, mut after) = (vec![vec![1.0]], Vec::with_capacity(chain.cores.len()));
        for core in &chain.cores {
            let whole: Vec<f64> = core.integrals().map(|(whole, _)| whole).collect();
            before.push(through(core, &before[before.len() - 1], &whole));
        }
        after.push(chain.ends.iter().skip(component).step_by(chain.components).copied().collect());
        for core in chain.cores.iter().rev() {
            let whole: Vec<f64> = core.integrals().map(|(whole, _)| whole).collect();
            let later: &Vec<f64> = &after[after.len() - 1];
            let of_row = |i: usize| {
                let of_function = |(f, w): (usize, &f64)| if *w == 0.0 { 0.0 } else { w * dot(core, i, f, later) };
                whole.iter().enumerate().map(of_function).sum()
            };
            after.push((0..core.rows).map(of_row).collect());
        }
        after.reverse();
        Marginals { chain, before, after }
    }

    /// Legendre coefficients on the pieces of an axis.
    pub(super) fn coefficients(&self, axis: usize) -> Vec<f64> {
        let core = &self.chain.cores[axis];
        let of_function = |f: usize| (0..core.rows).map(|i| self.before[axis][i] * dot(core, i, f, &self.after[axis + 1])).sum();
        (0..core.functions()).map(of_function).collect()
    }

    /// Sum over the places at which axes are cut of the sizes of the jumps there.
    pub(super) fn jumps(&self) -> f64 {
        let mut sum = 0.0;
        for (axis, core) in self.chain.cores.iter().enumerate().filter(|(_, core)| core.pieces.len() > 1) {
            let (coefficients, mut first, mut end) = (self.coefficients(axis), 0, None);
            for piece in &core.pieces {
                let line = &coefficients[first..][..piece.nodes.into()];
                let start: f64 = line.iter().enumerate().map(|(m, c)| if m % 2 == 0 { *c } else { -c }).sum();
                sum += end.map_or(0.0, |end: f64| (start - end).abs());
                end = Some(line.iter().sum());
                first += line.len();
            }
        }
        sum
    }
}

/// Σ_j G[i, f, j] v_j.
fn dot(core: &Core, i: usize, f: usize, v: &[f64]) -> f64 {
    v.iter().enumerate().map(|(j, v)| core.at(i, f, j) * v).sum()
}

/// A state behind a core, whose functions weigh so much.
pub(super) fn through(core: &Core, state: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut next = vec![0.0; core.columns];
    for (f, w) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
        for (i, x) in state.iter().enumerate() {
            next.iter_mut().enumerate().for_each(|(j, sum)| *sum += x * w * core.at(i, f, j));
        }
    }
    next
}

/// Values of the functions of an axis.
pub(super) fn values(core: &Core, u: f64) -> Vec<f64> {
    let mut found = vec![0.0; core.functions()];
    let last = core.pieces.len() - 1;
    let place = core.pieces[..last].iter().take_while(|piece| u >= piece.hi).count();
    let first: usize = core.pieces[..place].iter().map(|piece| usize::from(piece.nodes)).sum();
    let Piece { lo, hi, nodes } = core.pieces[place];
    legendre((u - lo) * (2.0 / (hi - lo)) - 1.0, nodes.into(), |m, p| found[first + m] = p);
    found
}

/// Hands out Legendre polynomials at a place, one after the other.
pub(super) fn legendre(x: f64, n: usize, mut each: impl FnMut(usize, f64)) {
    let (mut before, mut now) = (0.0, 1.0);
    for m in 0..n {
        each(m, now);
        let k = m as f64;
        (before, now) = (now, ((2.0 * k + 1.0) * x * now - k * before) / (k + 1.0));
    }
}

/// Integrals of the functions of an axis from `lo` to `hi`.
pub(super) fn between(core: &Core, lo: f64, hi: f64) -> Vec<f64> {
    let mut found = Vec::with_capacity(core.functions());
    for Piece { lo: a, hi: b, nodes } in &core.pieces {
        let n = usize::from(*nodes);
        let place = |u: f64| (u.clamp(*a, *b) - a) * (2.0 / (b - a)) - 1.0;
        let (start, end) = (primitives(place(lo), n), primitives(place(hi), n));
        found.extend(start.iter().zip(&end).map(|(start, end)| 0.5 * (b - a) * (end - start)));
    }
    found
}

/// ∫ P_m from −1 to x: (P_{m+1} − P_{m−1}) / (2m + 1), and x + 1 for m = 0.
fn primitives(x: f64, n: usize) -> Vec<f64> {
    let (mut p, mut found) = (vec![1.0, x], vec![x + 1.0]);
    for m in 1..n {
        let k = m as f64;
        p.push(((2.0 * k + 1.0) * x * p[m] - k * p[m - 1]) / (k + 1.0));
        found.push((p[m + 1] - p[m - 1]) / (2.0 * k + 1.0));
    }
    found
}
