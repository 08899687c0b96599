//! Cross interpolation: which beginnings and ends of multi-indices carry the tensor of all values on the grid.
//!
//! Cut between two axes, the tensor is a matrix of beginnings by ends. Elimination ([`Lu`]) carries it by a few rows I and columns J; but
//! it has nᵈ entries. So the rows among which pivots are looked for are those that carried it at the cut before, each with all
//! nodes of the next axis, and the columns likewise: a matrix of rn × nr. A sweep goes through all cuts in one direction and renews I; the
//! sweep back renews J. A[:,J] A[I,J]⁻¹ at every cut, rows in pairs of old row and node, are the cores of the train. Not even that
//! matrix is evaluated where it is large: columns are chosen, the pivots of these say which rows, those which columns (rook pivoting in
//! blocks), and n r² evaluations do instead of n² r².
//!
//! A pivot counts by what it adds to ∫|f|², not by its size: rows and columns are weighted by the roots of the quadrature weights and of
//! the square integral of the part of the train that they stand for. What is left is then small where the variance of f − train comes
//! from, also where the integral is far below the largest value.
//!
//! I. Oseledets, E. Tyrtyshnikov, Linear Algebra Appl. 432 (2010) 70; S. Dolgov, D. Savostyanov, Comput. Phys. Commun. 246 (2020)
//! 106869; Y. Núñez Fernández et al., SciPost Phys. 18 (2025) 104.

use super::chain::Chain;
use super::grid::Axis;
use super::lu::Lu;
use super::oracle::{Index, Oracle};
use crate::sampling::streams::stream;
use rand_xoshiro::rand_core::Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Columns beyond the rank that are looked at: what is new in them says what the pivots leave out.
const SPARE: usize = 3;
/// Where the choice of spare columns stands among the random streams.
const SPARES: u64 = u64::MAX - 2;
/// Part of the largest weight below which no row or column falls: what integrates to nothing by chance may still matter.
const LEAST_WEIGHT: f64 = 1e-3;

/// Beginnings and ends of multi-indices that carry the tensor, cut by cut.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Cross {
    /// Before site k: beginnings over the sites before it.
    left: Vec<Vec<Index>>,
    /// Ends from site k on.
    right: Vec<Vec<Index>>,
    /// What they weigh.
    left_weights: Vec<Vec<f64>>,
    right_weights: Vec<Vec<f64>>,
    /// Sweeps so far; even ones go from left to right.
    pub(super) sweeps: u64,
}

/// What a sweep has found.
pub(super) struct Swept {
    pub(super) chain: Chain,
    /// Sum over the cuts of what elimination leaves: the largest weighted entry, or the last pivot where there might have been more.
    pub(super) bound: f64,
    /// Whether a cut could have done with more pivots than it was allowed.
    pub(super) is_short: bool,
}

/// What a sweep may do.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Most pivots at a cut.
    pub(super) rank: usize,
    /// The least pivot.
    pub(super) least: f64,
    /// Evaluations after which it is given up.
    pub(super) evaluations: u64,
}

/// One cut: which rows and columns there are, seen from the side that is renewed.
struct Cut<'a> {
    axes: &'a [Axis],
    units: &'a [f64],
    rows: Vec<Index>,
    columns: Vec<Index>,
    row_weights: Vec<f64>,
    column_weights: Vec<f64>,
    /// Whether rows are ends and columns beginnings.
    is_flipped: bool,
    /// Values of whole columns, and of whole rows, that have been evaluated.
    known_columns: BTreeMap<usize, Vec<f64>>,
    known_rows: BTreeMap<usize, Vec<f64>>,
}

impl Cross {
    /// Through a few points, given by their nodes and the component.
    pub(super) fn new(sites: usize, points: &[Index]) -> Self {
        let lists = || vec![Vec::new(); sites + 1];
        let mut cross = Cross {
            left: lists(),
            right: lists(),
            left_weights: vec![Vec::new(); sites + 1],
            right_weights: vec![Vec::new(); sites + 1],
            sweeps: 0,
        };
        points.iter().for_each(|point| cross.add(point));
        cross
    }

    /// Makes sure that a point is among those that carry the tensor at every cut.
    pub(super) fn add(&mut self, point: &Index) {
        let put = |list: &mut Vec<Index>, weights: &mut Vec<f64>, part: &[u16]| {
            if !list.iter().any(|known| known == part) {
                weights.push(weights.iter().fold(0.0, |most: f64, w| most.max(*w)).max(f64::MIN_POSITIVE));
                list.push(part.to_vec());
            }
        };
        for k in 0..self.left.len() {
            put(&mut self.left[k], &mut self.left_weights[k], &point[..k]);
            put(&mut self.right[k], &mut self.right_weights[k], &point[k..]);
        }
        for weights in self.left_weights.iter_mut().chain(&mut self.right_weights) {
            if weights.iter().all(|w| *w == f64::MIN_POSITIVE) {
                weights.fill(1.0);
            }
        }
    }

    /// Moves to the nodes next to the old ones.
    pub(super) fn carry_over(&mut self, before: &[Axis], axes: &[Axis]) {
        let moved = |d: usize, s: u16| axes.get(d).map_or(s, |axis| axis.nearest(before[d].nodes[usize::from(s)]));
        for (k, (left, right)) in self.left.iter_mut().zip(&mut self.right).enumerate() {
            for (parts, first) in [(left, 0), (right, k)] {
                parts.iter_mut().for_each(|part| part.iter_mut().zip(first..).for_each(|(s, d)| *s = moved(d, *s)));
            }
        }
    }

    /// Whether these, deserialised, are of sites with these numbers of nodes.
    pub(super) fn is_sound(&self, sizes: &[usize]) -> bool {
        let sites = sizes.len();
        let inside = |part: &Index, first: usize| part.iter().zip(&sizes[first..]).all(|(s, n)| usize::from(*s) < *n);
        let left = |(k, parts): (usize, &Vec<Index>)| !parts.is_empty() && parts.iter().all(|p| p.len() == k && inside(p, 0));
        let right =
            |(k, parts): (usize, &Vec<Index>)| !parts.is_empty() && parts.iter().all(|p| p.len() == sites - k && inside(p, k));
        let fits = |parts: &[Vec<Index>], weights: &[Vec<f64>]| {
            let lengths = parts.len() == sites + 1 && weights.len() == sites + 1;
            lengths && parts.iter().zip(weights).all(|(parts, weights)| parts.len() == weights.len())
        };
        fits(&self.left, &self.left_weights)
            && fits(&self.right, &self.right_weights)
            && self.left.iter().enumerate().all(left)
            && self.right.iter().enumerate().all(right)
    }

    /// Goes through all cuts, and makes a train of what they are carried by; nothing where there were not evaluations enough.
    pub(super) fn sweep(
        &mut self,
        oracle: &mut Oracle<'_>,
        axes: &[Axis],
        units: &[f64],
        limits: Limits,
        seed: u64,
    ) -> Option<Swept> {
        let cuts = axes.len();
        let is_flipped = self.sweeps % 2 == 1;
        let (mut cores, mut bound, mut is_short, mut ends) = (Vec::new(), 0.0, false, Vec::new());
        let mut random = stream(seed, SPARES, self.sweeps);
        for step in 0..cuts {
            let k = if is_flipped { cuts - 1 - step } else { step };
            let mut cut = self.cut(axes, units, k, is_flipped);
            let old = if is_flipped { &self.left[k + 1] } else { &self.right[k + 1] };
            let start: Vec<usize> = old.iter().filter_map(|part| cut.columns.iter().position(|c| c == part)).collect();
            if oracle.tally.evaluations + cut.cost(start.len(), limits.rank) > limits.evaluations {
                return None;
            }
            let is_last = step == cuts - 1;
            let lu = cut.search(oracle, start, limits, || random.next_u64());
            if oracle.f.is_interrupted() || lu.rank() == 0 {
                return None;
            }
            let last = lu.pivots[lu.rank() - 1];
            bound += if lu.rank() == limits.rank { last } else { lu.left.max(limits.least.min(last)) };
            is_short |= lu.rank() == limits.rank;
            let factor = cut.unweighted(&lu);
            let weights = cut.weights(&lu, &factor);
            let parts: Vec<Index> = lu.rows.iter().map(|i| cut.rows[*i].clone()).collect();
            if is_last {
                ends = cut.lines(oracle, &lu.rows);
            }
            if is_flipped {
                (self.right[k + 1], self.right_weights[k + 1]) = (parts, weights);
            } else {
                (self.left[k + 1], self.left_weights[k + 1]) = (parts, weights);
            }
            cores.push(factor);
        }
        self.sweeps += 1;
        let components = units.len();
        let chain =
            if is_flipped { mirrored(axes, &cores, &ends, components) } else { Chain::new(axes, &cores, ends, components) };
        Some(Swept { chain, bound, is_short })
    }

    /// The cut behind site `k`.
    fn cut<'a>(&self, axes: &'a [Axis], units: &'a [f64], k: usize, is_flipped: bool) -> Cut<'a> {
        let site =
            |k: usize| axes.get(k).map_or_else(|| vec![1.0; units.len()], |axis| axis.weights.iter().map(|w| w.sqrt()).collect());
        let (heads, tails) = (&self.left[k], &self.right[k + 2]);
        let mut heads_and = (Vec::new(), Vec::new());
        for (head, weight) in heads.iter().zip(&self.left_weights[k]) {
            for (s, w) in (0..).zip(site(k)) {
                heads_and.0.push([&head[..], &[s]].concat());
                heads_and.1.push(weight * w);
            }
        }
        let mut and_tails = (Vec::new(), Vec::new());
        for (s, w) in (0..).zip(site(k + 1)) {
            for (tail, weight) in tails.iter().zip(&self.right_weights[k + 2]) {
                and_tails.0.push([&[s], &tail[..]].concat());
                and_tails.1.push(weight * w);
            }
        }
        let ((rows, row_weights), (columns, column_weights)) =
            if is_flipped { (and_tails, heads_and) } else { (heads_and, and_tails) };
        let (known_columns, known_rows) = (BTreeMap::new(), BTreeMap::new());
        Cut { axes, units, rows, columns, row_weights, column_weights, is_flipped, known_columns, known_rows }
    }
}

/// The train of a sweep from right to left. Rows of its factors are pairs of a node and an end, or components in the first one; the
/// last rows hold the values of all nodes of the first axis.
fn mirrored(axes: &[Axis], factors: &[Vec<f64>], first: &[f64], components: usize) -> Chain {
    let transposed =
        |a: &[f64], columns: usize| -> Vec<f64> { (0..columns).flat_map(|j| a[j..].iter().step_by(columns)).copied().collect() };
    let (of_components, of_axes) = factors.split_first().expect("at least one cut");
    let mut columns = of_components.len() / components;
    let ends = transposed(of_components, columns);
    let mut cores = Vec::with_capacity(axes.len());
    for (factor, axis) in of_axes.iter().zip(axes.iter().rev()) {
        let rank = factor.len() / (axis.len() * columns);
        // Entry (s, j), i becomes i, (s, j).
        cores.push(transposed(factor, rank));
        columns = rank;
    }
    cores.push(transposed(first, axes[0].len()));
    cores.reverse();
    Chain::new(axes, &cores, ends, components)
}

impl Cut<'_> {
    /// Evaluations that a search may take.
    fn cost(&self, start: usize, rank: usize) -> u64 {
        let wished = (start.max(rank) + SPARE) * self.rows.len() + (rank + SPARE) * (self.columns.len() + self.rows.len());
        wished.min(self.rows.len() * self.columns.len()) as u64
    }

    /// Looks for pivots that carry the matrix.
    fn search(&mut self, oracle: &mut Oracle<'_>, start: Vec<usize>, limits: Limits, mut random: impl FnMut() -> u64) -> Lu {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        let Limits { rank, least, .. } = limits;
        let all: Vec<usize> = (0..columns).collect();
        if self.cost(start.len(), rank) >= (rows * columns) as u64 {
            return self.eliminate(oracle, &all, rank, least);
        }
        let spare = |list: &mut Vec<usize>, count: usize, among: usize, random: &mut dyn FnMut() -> u64| {
            while list.len() < count.min(among) {
                let k = (random() % among as u64) as usize;
                if !list.contains(&k) {
                    list.push(k);
                }
            }
        };
        let mut chosen = start;
        spare(&mut chosen, rank + SPARE, columns, &mut random);
        let lu = self.eliminate(oracle, &chosen, rank, least);
        let mut lines = lu.rows.clone();
        let wished = (lines.len() + SPARE).min(rank + SPARE);
        spare(&mut lines, wished, rows, &mut random);
        let better = self.eliminate_rows(oracle, &lines, rank, least);
        if better.iter().all(|j| chosen.contains(j)) {
            return lu;
        }
        self.eliminate(oracle, &better, rank, least)
    }

    /// Pivots among these columns.
    fn eliminate(&mut self, oracle: &mut Oracle<'_>, among: &[usize], rank: usize, least: f64) -> Lu {
        let missing: Vec<usize> = among.iter().copied().filter(|j| !self.known_columns.contains_key(j)).collect();
        let (heads, tails): (Vec<&Index>, Vec<&Index>) =
            (self.rows.iter().collect(), missing.iter().map(|j| &self.columns[*j]).collect());
        let values = self.evaluate(oracle, &heads, &tails);
        for (k, j) in missing.iter().enumerate() {
            self.known_columns.insert(*j, (0..self.rows.len()).map(|i| values[i * missing.len() + k]).collect());
        }
        let found: Vec<&Vec<f64>> = among.iter().map(|j| &self.known_columns[j]).collect();
        let entry = |i: usize, k: usize| found[k][i] * self.row_weights[i] * self.column_weights[among[k]];
        let matrix = (0..self.rows.len()).flat_map(|i| (0..among.len()).map(move |k| (i, k))).map(|(i, k)| entry(i, k));
        let mut lu = Lu::new(matrix.collect(), among.len(), rank, least);
        lu.columns.iter_mut().for_each(|k| *k = among[*k]);
        lu
    }

    /// Columns of the pivots among these rows.
    fn eliminate_rows(&mut self, oracle: &mut Oracle<'_>, among: &[usize], rank: usize, least: f64) -> Vec<usize> {
        let (heads, tails): (Vec<&Index>, Vec<&Index>) =
            (among.iter().map(|i| &self.rows[*i]).collect(), self.columns.iter().collect());
        let mut values = self.evaluate(oracle, &heads, &tails);
        for (line, i) in values.chunks_exact_mut(self.columns.len()).zip(among) {
            self.known_rows.insert(*i, line.to_vec());
            line.iter_mut().zip(&self.column_weights).for_each(|(x, w)| *x *= w * self.row_weights[*i]);
        }
        Lu::new(values, self.columns.len(), rank, least).columns
    }

    /// Values, row by row.
    fn evaluate(&self, oracle: &mut Oracle<'_>, rows: &[&Index], columns: &[&Index]) -> Vec<f64> {
        if !self.is_flipped {
            return oracle.matrix(self.axes, self.units, rows, columns);
        }
        let values = oracle.matrix(self.axes, self.units, columns, rows);
        (0..rows.len()).flat_map(|i| (0..columns.len()).map(move |j| (i, j))).map(|(i, j)| values[j * rows.len() + i]).collect()
    }

    /// Whole rows, one after the other.
    fn lines(&mut self, oracle: &mut Oracle<'_>, rows: &[usize]) -> Vec<f64> {
        let columns = self.columns.len();
        if self.known_columns.len() == columns {
            return rows.iter().flat_map(|i| self.known_columns.values().map(move |column| column[*i])).collect();
        }
        let missing: Vec<usize> = rows.iter().copied().filter(|i| !self.known_rows.contains_key(i)).collect();
        let (heads, tails): (Vec<&Index>, Vec<&Index>) =
            (missing.iter().map(|i| &self.rows[*i]).collect(), self.columns.iter().collect());
        let values = self.evaluate(oracle, &heads, &tails);
        missing.iter().zip(values.chunks_exact(columns)).for_each(|(i, line)| _ = self.known_rows.insert(*i, line.to_vec()));
        rows.iter().flat_map(|i| &self.known_rows[i]).copied().collect()
    }

    /// A[:,J] A[I,J]⁻¹ without the weights.
    fn unweighted(&self, lu: &Lu) -> Vec<f64> {
        let mut factor = lu.interpolation();
        for (line, w) in factor.chunks_exact_mut(lu.rank()).zip(&self.row_weights) {
            line.iter_mut().zip(&lu.rows).for_each(|(x, i)| *x *= self.row_weights[*i] / w);
        }
        factor
    }

    /// What the new rows weigh: the root of the square integral of what each of them stands for.
    fn weights(&self, lu: &Lu, factor: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; lu.rank()];
        for (line, w) in factor.chunks_exact(lu.rank()).zip(&self.row_weights) {
            weights.iter_mut().zip(line).for_each(|(sum, x)| *sum += (w * x).powi(2));
        }
        weights.iter_mut().for_each(|w| *w = w.sqrt());
        let most = weights.iter().fold(0.0, |most: f64, w| most.max(*w));
        weights.iter_mut().for_each(|w| *w = w.max(LEAST_WEIGHT * most));
        weights
    }
}
