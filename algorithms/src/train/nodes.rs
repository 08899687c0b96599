//! How many nodes every axis needs: as many as the Legendre coefficients along a few lines ask for, in pieces where they do not fall.

use super::breaks::Lines;
use super::grid::{Axis, MOST_NODES, Piece, legendre_coefficients, rule};
use super::oracle::Oracle;

/// Nodes of the lines along which axes are looked at, and the least of a grid.
const LINE: [usize; 2] = [24, 64];
const LEAST_NODES: usize = 4;
/// Of the longest line, coefficients up to which all but a thousandth lies where they fall, however slowly.
const FALLEN: usize = 40;
const ROUGHLY: f64 = 1e-3;
/// Nodes of an axis along which coefficients do not fall, and as many where they may not cost much.
pub(super) const ROUGH: usize = 16;
pub(super) const FEW_ROUGH: usize = 6;
/// The smallest and the largest part of a line's largest coefficient that may be left out.
pub(super) const TAIL: (f64, f64) = (1e-14, 1e-4);

/// Pieces of every axis, by lines through these points, on which a part `tail` of the largest coefficient may be left out; nothing
/// where it was interrupted. No lines are begun after `limit` evaluations. Of axes that are not understood `rough` nodes are taken.
pub(super) fn choose(
    oracle: &mut Oracle<'_>,
    bases: &[Vec<f64>],
    components: usize,
    tail: f64,
    limit: u64,
    rough: usize,
) -> Option<Vec<Vec<Piece>>> {
    let dim = oracle.f.dim();
    let mut needed: Vec<Option<usize>> = vec![None; dim];
    let mut largest = vec![vec![0.0; components]; dim];
    for n in LINE {
        let open: Vec<usize> = (0..dim).filter(|d| needed[*d].is_none()).collect();
        let count = open.len() * bases.len() * n;
        if oracle.tally.evaluations + count as u64 > limit {
            break;
        }
        let nodes: Vec<f64> = rule(n).nodes.iter().map(|(x, _)| 0.5 + 0.5 * x).collect();
        let values = oracle.at(count, |d, first, to| {
            for (k, u) in (first..).zip(to) {
                let (line, s) = (k / n, k % n);
                let (axis, base) = (open[line / bases.len()], line % bases.len());
                *u = if axis == d { nodes[s] } else { bases[base][d] };
            }
        });
        if oracle.f.is_interrupted() {
            return None;
        }
        for (k, axis) in open.iter().enumerate() {
            for c in 0..components {
                let lines: Vec<Vec<f64>> = (0..bases.len())
                    .map(|b| {
                        let first = (k * bases.len() + b) * n;
                        let line: Vec<f64> = (first..first + n).map(|i| values[i * components + c]).collect();
                        legendre_coefficients(&line)
                    })
                    .collect();
                let most = lines.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
                largest[*axis][c] = most;
                let wanted = enough(&lines, tail, most);
                let before = needed[*axis];
                let falls = n == MOST_NODES.into() && enough(&lines, ROUGHLY, most) <= FALLEN;
                needed[*axis] = if wanted + 4 > n && !falls { None } else { Some(before.unwrap_or(0).max(wanted)) };
                if needed[*axis].is_none() {
                    break;
                }
            }
        }
    }
    let mut axes = Vec::with_capacity(dim);
    for (axis, n) in needed.iter().enumerate() {
        let most = &largest[axis];
        let mut lines = Lines { oracle, axis, bases, most, tail, limit };
        let is_open = n.is_none() && lines.oracle.tally.evaluations < limit;
        let cut = if is_open { lines.cut() } else { None };
        let nodes = n.unwrap_or(rough).min(MOST_NODES.into()) as u16;
        axes.push(cut.unwrap_or_else(|| vec![Piece { lo: 0.0, hi: 1.0, nodes }]));
    }
    (!oracle.f.is_interrupted()).then_some(axes)
}

/// As many nodes as before, where lines elsewhere ask for less.
pub(super) fn keep(axes: &mut [Vec<Piece>], before: &[Axis]) {
    for (pieces, old) in axes.iter_mut().zip(before).filter(|(new, _)| new.len() == 1) {
        match &old.pieces[..] {
            [old] => pieces[0].nodes = pieces[0].nodes.max(old.nodes),
            old => *pieces = old.to_vec(),
        }
    }
}

/// The least even number of coefficients that leave out no more than a part of `most`, over all lines.
pub(super) fn enough(lines: &[Vec<f64>], part: f64, most: f64) -> usize {
    let of_line = |line: &Vec<f64>| {
        let mut tail = 0.0;
        let kept = line.iter().rposition(|c| {
            tail += c.abs();
            tail > part * most
        });
        kept.map_or(0, |k| k + 1)
    };
    lines.iter().map(of_line).max().unwrap_or(0).next_multiple_of(2).max(LEAST_NODES)
}
