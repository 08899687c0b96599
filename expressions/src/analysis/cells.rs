//! The domain cut along surfaces: cells in which every function keeps its sign, each with limits that are roots of such functions.
//!
//! A cylindrical decomposition (G. E. Collins, LNCS 33 (1975) 134) for functions that can be solved for their last variable. Variable
//! k is cut at the roots of all functions that end with it. Projection gives the functions of the variables before at whose zeros the
//! roots come, go or change their order; where these are cut too, the order found at one sample point holds in all of the cell.

use super::implicit::Implicits;
use super::level;
use super::range::Range;
use super::solve::{Solved, solve};
use super::surfaces::Surfaces;
use crate::graph::{Graph, Id};

/// Functions that may end with one variable.
const MOST_FUNCTIONS: usize = 48;
/// Cells that are looked at before those in which the integrand is zero are left out.
const MOST_CELLS: usize = 2048;
/// Roots of two functions that are nearer than this at a sample point are one.
const SAME: f64 = 1e-12;
/// Where a sample lies between two roots: no simple fraction, so that roots do not meet there by chance.
const PLACE: f64 = 0.442_871;

/// A function at whose zeros the domain is cut.
#[derive(Clone, Debug)]
struct Cut {
    solved: Solved,
    /// The surface from which it came; none for limits of the domain.
    owner: Option<usize>,
    /// Whether it is that surface itself.
    own: bool,
    /// Whether it must be positive.
    limit: bool,
}

/// Why a domain was not cut.
#[derive(Debug, PartialEq)]
pub(super) enum Obstacle {
    /// This surface cannot be solved, or its crossings with others cannot.
    Surface(usize),
    /// The limits themselves cannot, or they are reversed somewhere.
    Limits,
    /// There are more cells than are looked at.
    Many,
}

/// The intervals of one variable and, in each, those of the next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Interval {
    /// Ends as functions of the variables before; none at infinity.
    pub(super) lo: Option<Id>,
    pub(super) hi: Option<Id>,
    /// Whether the upper end must stay a cut.
    keeps_end: bool,
    pub(super) inner: Vec<Interval>,
}

/// Functions by the last variable they depend on.
pub(super) struct Decomposition<'a> {
    graph: &'a mut Graph,
    implicits: &'a mut Implicits,
    variables: &'a [Range],
    cuts: Vec<Vec<Cut>>,
    /// Whether the limits of each variable are functions of those before, so that every interval must have an inside.
    ordered: bool,
}

impl<'a> Decomposition<'a> {
    /// Projects `limits`, functions that are positive in the domain, and `surfaces`.
    pub(super) fn new(
        graph: &'a mut Graph,
        implicits: &'a mut Implicits,
        variables: &'a [Range],
        limits: &[Id],
        surfaces: &[(usize, Id)],
        ordered: bool,
    ) -> Result<Self, Obstacle> {
        let mut own = Decomposition { graph, implicits, variables, cuts: vec![Vec::new(); variables.len()], ordered };
        for limit in limits {
            own.add(*limit, None, false, true)?;
        }
        for (surface, function) in surfaces {
            own.add(*function, Some(*surface), true, false)?;
        }
        for k in (1..variables.len()).rev() {
            own.project(k)?;
        }
        Ok(own)
    }

    fn add(&mut self, function: Id, owner: Option<usize>, own: bool, limit: bool) -> Result<(), Obstacle> {
        let Some(k) = level(self.graph, function) else { return Ok(()) };
        if let Some(known) = self.cuts[k].iter_mut().find(|cut| cut.solved.function == function) {
            known.own |= own;
            known.limit |= limit;
            return Ok(());
        }
        let blame = owner.map_or(Obstacle::Limits, Obstacle::Surface);
        let solved = solve(self.graph, function, k as u32);
        let solved = solved.or_else(|| self.implicits.solve(self.graph, function, k as u32, self.variables)).ok_or(blame)?;
        if self.cuts[k].len() >= MOST_FUNCTIONS {
            return Err(Obstacle::Many);
        }
        self.cuts[k].push(Cut { solved, owner, own, limit });
        Ok(())
    }

    /// Adds what a function of the variables before vanishes with.
    fn add_below(&mut self, function: Id, owner: Option<usize>) -> Result<(), Obstacle> {
        if self.graph.value(function).is_some() {
            return Ok(());
        }
        for factor in Surfaces::factors(self.graph, function, self.variables) {
            self.add(factor, owner, false, false)?;
        }
        Ok(())
    }

    fn project(&mut self, k: usize) -> Result<(), Obstacle> {
        let cuts = self.cuts[k].clone();
        for (j, later) in cuts.iter().enumerate() {
            for condition in &later.solved.conditions {
                self.add_below(*condition, later.owner)?;
            }
            for earlier in &cuts[..j] {
                // Limits are never to blame where a surface is.
                let owner = later.owner.or(earlier.owner);
                let crossings = later.solved.crossings(self.graph, &earlier.solved, k as u32);
                for crossing in crossings.ok_or(owner.map_or(Obstacle::Limits, Obstacle::Surface))? {
                    self.add_below(crossing, owner)?;
                }
            }
        }
        Ok(())
    }

    /// The cells with their limits, variable by variable; `is_zero` tells at a sample point whether nothing is there to be
    /// integrated.
    pub(super) fn cells(&mut self, mut is_zero: impl FnMut(&mut Graph, &[f64]) -> bool) -> Result<Vec<Interval>, Obstacle> {
        let mut point = Vec::with_capacity(self.cuts.len());
        let mut left = MOST_CELLS;
        self.lift(&mut point, &mut left, &mut is_zero)
    }

    fn lift(
        &mut self,
        point: &mut Vec<f64>,
        left: &mut usize,
        is_zero: &mut dyn FnMut(&mut Graph, &[f64]) -> bool,
    ) -> Result<Vec<Interval>, Obstacle> {
        let k = point.len();
        if k == self.cuts.len() {
            *left = left.checked_sub(1).ok_or(Obstacle::Many)?;
            return Ok(Vec::new());
        }
        let roots = self.roots(point);
        let mut intervals: Vec<Interval> = Vec::new();
        let mut is_empty = true;
        for i in 0..=roots.len() {
            let (lo, hi) = (i.checked_sub(1).map(|i| &roots[i]), roots.get(i));
            point.push(between(lo.map(|root| root.at), hi.map(|root| root.at)));
            if self.is_within(point) {
                is_empty = false;
                let inner = self.lift(point, left, is_zero)?;
                let is_leaf = k + 1 == self.cuts.len();
                if if is_leaf { !is_zero(self.graph, point) } else { !inner.is_empty() } {
                    let keeps_end = hi.is_some_and(|root| root.own);
                    let interval = Interval { lo: lo.map(|root| root.id), hi: hi.map(|root| root.id), keeps_end, inner };
                    match intervals.last_mut().filter(|last| last.joins(&interval)) {
                        Some(last) => (last.hi, last.keeps_end) = (interval.hi, interval.keeps_end),
                        None => intervals.push(interval),
                    }
                }
            }
            point.pop();
        }
        // Somewhere the lower limit exceeds the upper one: what counts as negative there is in no cell.
        if is_empty && self.ordered { Err(Obstacle::Limits) } else { Ok(intervals) }
    }

    /// The roots of the next variable at a point, in order.
    fn roots(&self, point: &[f64]) -> Vec<Root> {
        let cuts = &self.cuts[point.len()];
        let ids: Vec<(Id, bool)> = cuts.iter().flat_map(|cut| cut.solved.roots.iter().map(|id| (*id, cut.own))).collect();
        let values = self.implicits.evaluate(self.graph, &ids.iter().map(|(id, _)| *id).collect::<Vec<_>>(), point);
        let mut roots: Vec<Root> = ids.into_iter().zip(values).map(|((id, own), at)| Root { id, at, own }).collect();
        roots.retain(|root| root.at.is_finite());
        roots.sort_by(|a, b| a.at.total_cmp(&b.at));
        let scale = roots.iter().fold(0.0f64, |scale, root| scale.max(root.at.abs()));
        roots.dedup_by(|later, kept| {
            let same = later.at - kept.at <= SAME * scale;
            kept.own |= same && later.own;
            same
        });
        roots
    }

    /// Whether all limits of the last variable of a point hold.
    fn is_within(&self, point: &[f64]) -> bool {
        let limits = self.cuts[point.len() - 1].iter().filter(|cut| cut.limit).map(|cut| cut.solved.function);
        self.graph.evaluate(&limits.collect::<Vec<_>>(), point, &[]).iter().all(|value| *value > 0.0)
    }
}

struct Root {
    id: Id,
    at: f64,
    own: bool,
}

impl Interval {
    /// Whether another that begins where this one ends has the same inside, and nothing happens in between.
    fn joins(&self, next: &Interval) -> bool {
        !self.keeps_end && self.hi.is_some() && self.hi == next.lo && self.inner == next.inner
    }

    /// The cells: paths to the innermost intervals.
    pub(super) fn paths(intervals: &[Interval]) -> Vec<Vec<(Option<Id>, Option<Id>)>> {
        let path = |interval: &Interval| -> Vec<Vec<(Option<Id>, Option<Id>)>> {
            let own = (interval.lo, interval.hi);
            let inner = Self::paths(&interval.inner);
            match inner.is_empty() {
                true => vec![vec![own]],
                false => inner.into_iter().map(|rest| std::iter::once(own).chain(rest).collect()).collect(),
            }
        };
        intervals.iter().flat_map(path).collect()
    }
}

/// A number between two others, or beyond one.
fn between(lo: Option<f64>, hi: Option<f64>) -> f64 {
    match (lo, hi) {
        (Some(lo), Some(hi)) => lo + PLACE * (hi - lo),
        (Some(lo), None) => lo + (1.0 + lo.abs()) * PLACE,
        (None, Some(hi)) => hi - (1.0 + hi.abs()) * PLACE,
        (None, None) => PLACE,
    }
}
