//! Values of a train: eight points at a time, by sums that are products of matrices.
//!
//! The entries of one G are far fewer functions than it has nodes: about as many as its ranks. Elimination finds them, so that a point
//! costs n q for these and q r² for the matrix, with q functions, instead of n r².

use super::chain::{Chain, Core};
use super::grid::{MOST_NODES, Piece};
use super::lu::Lu;
use crate::batch::Columns;
use crate::simd::{Kernel, LANES, Lanes};

/// Groups of eight points that go through a core together, for its coefficients to stay in the cache.
const GROUPS: usize = 16;
/// Columns that are summed together, in registers.
const BLOCK: usize = 4;
/// Part of the largest coefficient that is left out: rounding.
const ROUNDING: f64 = 1e-15;
/// Part of the nodes above which it is not worth while to have other functions.
const WORTH: f64 = 0.75;

/// A core as it is evaluated.
#[derive(Clone, Debug)]
pub(super) struct Compact {
    pieces: Vec<Piece>,
    rows: usize,
    columns: usize,
    /// Legendre polynomials, of all pieces, and functions that are made of them.
    polynomials: usize,
    functions: usize,
    /// How they are made, by block of functions and polynomial; nothing where they are the polynomials.
    basis: Vec<[f64; BLOCK]>,
    /// Coefficients by block of columns, row, and function.
    coefficients: Vec<[f64; BLOCK]>,
}

impl Compact {
    pub(super) fn new(core: &Core) -> Self {
        let (n, rows, columns) = (core.functions(), core.rows, core.columns);
        let at = |f: usize, k: usize| core.at(k / columns, f, k % columns);
        let matrix: Vec<f64> = (0..n * rows * columns).map(|k| at(k / (rows * columns), k % (rows * columns))).collect();
        let most = matrix.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let limit = (WORTH * n as f64) as usize;
        let lu = Lu::new(matrix, rows * columns, limit.max(1), ROUNDING * most);
        let is_less = lu.rank() > 0 && lu.left <= ROUNDING * most;
        let (q, factor) = if is_less { (lu.rank(), lu.interpolation()) } else { (n, Vec::new()) };
        let mut basis = vec![[0.0; BLOCK]; if is_less { q.div_ceil(BLOCK) * n } else { 0 }];
        for (k, x) in factor.iter().enumerate() {
            let (m, f) = (k / q, k % q);
            basis[f / BLOCK * n + m][f % BLOCK] = *x;
        }
        let mut coefficients = vec![[0.0; BLOCK]; columns.div_ceil(BLOCK) * rows * q];
        for f in 0..q {
            let of_polynomial = if is_less { lu.rows[f] } else { f };
            for k in 0..rows * columns {
                let (i, j) = (k / columns, k % columns);
                coefficients[(j / BLOCK * rows + i) * q + f][j % BLOCK] = at(of_polynomial, k);
            }
        }
        Compact { pieces: core.pieces.clone(), rows, columns, polynomials: n, functions: q, basis, coefficients }
    }
}

/// Values of a train at points.
pub(super) struct Eval<'a> {
    pub(super) chain: &'a Chain,
    pub(super) cores: &'a [Compact],
    pub(super) points: &'a Columns,
    pub(super) values: &'a mut Columns,
}

impl Kernel for Eval<'_> {
    type Output = ();

    /// Plain loops: a closure that stays a call does not inherit the instruction set.
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Eval { chain, cores, points, values } = self;
        let zero = V::splat(0.0);
        let (mut widest, mut longest, mut most) = (BLOCK, BLOCK, 0);
        for core in cores {
            widest = widest.max(core.columns.next_multiple_of(BLOCK));
            longest = longest.max(core.polynomials.next_multiple_of(BLOCK));
            most = most.max(core.rows * core.functions);
        }
        let (mut state, mut next) = (vec![zero; GROUPS * widest], vec![zero; GROUPS * widest]);
        let (mut polynomials, mut made, mut terms) = (vec![zero; longest], vec![zero; longest], vec![zero; most]);
        let groups = points.len().div_ceil(LANES);
        let mut start = 0;
        while start < groups {
            let end = groups.min(start + GROUPS);
            for g in 0..end - start {
                state[g * widest] = V::splat(1.0);
            }
            for (d, core) in cores.iter().enumerate() {
                let (n, q) = (core.polynomials, core.functions);
                let places = &points.lanes(d)[start..end];
                for g in 0..end - start {
                    legendre(&core.pieces, V::load(&places[g]), &mut polynomials[..n]);
                    let own = &state[g * widest..][..core.rows];
                    let functions = if core.basis.is_empty() {
                        &polynomials[..q]
                    } else {
                        product(&core.basis, &polynomials[..n], &mut made);
                        &made[..q]
                    };
                    for i in 0..core.rows {
                        let (x, to) = (own[i], &mut terms[i * q..][..q]);
                        for f in 0..q {
                            to[f] = x * functions[f];
                        }
                    }
                    product(&core.coefficients, &terms[..core.rows * q], &mut next[g * widest..][..widest]);
                }
                std::mem::swap(&mut state, &mut next);
            }
            for c in 0..chain.components {
                let found = &mut values.lanes_mut(c)[start..end];
                for g in 0..end - start {
                    let mut sum = zero;
                    for j in 0..chain.ends.len() / chain.components {
                        sum = state[g * widest + j].mul_add(V::splat(chain.ends[j * chain.components + c]), sum);
                    }
                    sum.store(&mut found[g]);
                }
            }
            start = end;
        }
    }
}

/// Sums of these terms with blocks of coefficients.
#[inline(always)]
fn product<V: Lanes>(coefficients: &[[f64; BLOCK]], terms: &[V], sums: &mut [V]) {
    let n = terms.len();
    for b in 0..coefficients.len() / n {
        let of_block = &coefficients[b * n..][..n];
        // Four names and not an array, which would live in memory.
        let zero = V::splat(0.0);
        let (mut s0, mut s1, mut s2, mut s3) = (zero, zero, zero, zero);
        for k in 0..n {
            let ([c0, c1, c2, c3], term) = (of_block[k], terms[k]);
            s0 = term.mul_add(V::splat(c0), s0);
            s1 = term.mul_add(V::splat(c1), s1);
            s2 = term.mul_add(V::splat(c2), s2);
            s3 = term.mul_add(V::splat(c3), s3);
        }
        let to = &mut sums[b * BLOCK..][..BLOCK];
        (to[0], to[1], to[2], to[3]) = (s0, s1, s2, s3);
    }
}

/// The Legendre polynomials of every piece, zero beside it.
#[inline(always)]
fn legendre<V: Lanes>(pieces: &[Piece], u: V, basis: &mut [V]) {
    let (last, mut first) = (pieces.len() - 1, 0);
    for (p, piece) in pieces.iter().enumerate() {
        let Piece { lo, hi, nodes } = *piece;
        let x = (u - V::splat(lo)) * V::splat(2.0 / (hi - lo)) - V::splat(1.0);
        let (mut before, mut now) = (V::splat(0.0), V::splat(1.0));
        if last > 0 {
            let inside = if p == last { !u.lt(V::splat(lo)) } else { u.lt(V::splat(hi)) & !u.lt(V::splat(lo)) };
            now = V::select(inside, now, before);
        }
        let n = usize::from(nodes);
        for m in 0..n {
            basis[first + m] = now;
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
