//! Fits a train: how many nodes an axis needs, where the first pivots are, and sweeps for as long as they pay.
//!
//! A sample of scrambled Sobol' points, none of them on the grid, knows the integrand's size and, after every sweep, that of the
//! remainder. What the remainder leaves to quasi-Monte Carlo is weighed against what the next sweep costs and may gain, as the last one
//! gained; so an integrand of high rank costs a few sweeps, and not more than quasi-Monte Carlo would take by itself.

use super::breaks::Lines;
use super::chain::Chain;
use super::cross::{Cross, Limits, Swept};
use super::grid::{Axis, MOST_NODES, Piece, gauss_legendre, legendre_coefficients};
use super::oracle::{Index, Oracle};
use crate::batch::Columns;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::qmc::scrambled;
use crate::sampling::streams::mix;
use crate::sampling::{Moments, PATIENCE as PATIENT, functionals, packed, scaling, standing};
use crate::standing::Standing;
use crate::{Options, Target};
use serde::{Deserialize, Serialize};

/// Points of the sample, and the part of a budget that they may take.
const SAMPLE: (u64, u64) = (128, 1024);
const SAMPLE_PART: u64 = 16;
/// Points of the largest sample, and by how much more it is each time.
const LARGEST_SAMPLE: u64 = 16_384;
const ENLARGED: u64 = 8;
/// Points of a larger sample at which the remainder is largest that become pivots.
const GLOBAL: usize = 3;
/// Part of the error of plain points below which a train is of use.
const HELPS: f64 = 0.7;
/// How many times the points a tail is watched, and the part of the points that are lacking that it is worth to spend on a better train.
const WATCHED: f64 = PATIENT as f64;
const WORTH: f64 = 0.5;
/// Sweeps that are expected where a fit goes on.
const AHEAD: f64 = 3.0;
/// The least budget for which a train is fitted.
const LEAST_BUDGET: u64 = 4096;
/// Most components: the rank grows with them.
const MOST_COMPONENTS: usize = 64;
/// Part of a budget that the fit may take.
const PART: u64 = 2;
/// Points of the remainder below which quasi-Monte Carlo does not go, and the rate at which its error is taken to fall.
const LEAST_POINTS: f64 = 4096.0;
const RATE: f64 = 0.85;
/// Ranks of the sweeps: the first, and how they grow.
const FIRST_RANK: usize = 3;
const GROWTH: f64 = 1.3;
const MOST_RANK: usize = 128;
/// Nodes of the lines along which axes are looked at, and the least of a grid.
const LINE: [usize; 2] = [24, 64];
const LEAST_NODES: usize = 4;
/// Of the longest line, coefficients up to which all but a thousandth lies where they fall, however slowly.
const FALLEN: usize = 40;
/// Nodes of an axis along which coefficients do not fall.
const ROUGH: usize = 16;
/// Relative size below which all is rounding.
const ROUNDING: f64 = 2e-15;
/// The smallest and the largest part of a line's largest coefficient that may be left out.
const TAIL: (f64, f64) = (1e-14, 1e-3);
/// By how much a sweep lessens the remainder while nothing is known, and the factor above which it has gained nothing.
const HOPE: f64 = 0.1;
const IDLE: f64 = 0.5;
/// Part of what is left to do that a step may cost of which nothing is known.
const DARE: f64 = 0.25;
/// By how much less than needed finer nodes leave out.
const FINER: f64 = 0.3;
/// Idle sweeps after which a fit is over.
const PATIENCE: u32 = 2;

/// A fit between two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Fit {
    /// Values at the sample, point by point; none before the first step.
    sample: Vec<f64>,
    points: u64,
    /// Powers of two next to the largest value of every component.
    scales: Vec<f64>,
    axes: Vec<Vec<Piece>>,
    cross: Option<Cross>,
    best: Option<Best>,
    /// The spread of the last sweep's remainder as a multiple of the tolerance, and what that sweep cost.
    last: Option<(f64, u64)>,
    idle: u32,
    /// Part of a line's largest coefficient that the nodes leave out.
    tail: f64,
    /// Whether the nodes have turned out to be too few.
    is_coarse: bool,
    /// How often a larger sample was taken.
    round: u32,
    pub(super) is_over: bool,
}

/// The best train so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Best {
    pub(super) chain: Chain,
    /// Spread of its remainder, in tolerances.
    spread: f64,
    pub(super) bound: f64,
}

/// Where a fit works.
pub(super) struct Place<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) options: &'a Options,
    pub(super) workers: &'a Workers<Workspace>,
}

impl Fit {
    pub(super) fn new(options: &Options, components: usize) -> Self {
        let points = (options.max_evals / SAMPLE_PART).clamp(SAMPLE.0, SAMPLE.1);
        Fit {
            sample: Vec::new(),
            points: 1 << points.ilog2(),
            scales: vec![1.0; components],
            axes: Vec::new(),
            cross: None,
            best: None,
            last: None,
            idle: 0,
            tail: 0.0,
            is_coarse: false,
            round: 0,
            is_over: false,
        }
    }

    /// Whether it, deserialised, belongs to `dim` variables and so many components.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let sample = self.sample.is_empty() || self.sample.len() as u64 == self.points * components as u64;
        let points = self.points.is_power_of_two() && (SAMPLE.0..=LARGEST_SAMPLE).contains(&self.points);
        let axes: Vec<Axis> = self.axes.iter().cloned().map(Axis::new).collect();
        let grid = self.axes.is_empty() || axes.len() == dim && axes.iter().all(Axis::is_sound);
        let sizes: Vec<usize> = axes.iter().map(Axis::len).chain([components]).collect();
        let cross = self.cross.as_ref().is_none_or(|cross| !axes.is_empty() && cross.is_sound(&sizes));
        let best = self.best.as_ref().is_none_or(|best| best.chain.is_sound(dim, components));
        sample && points && grid && cross && best && self.scales.len() == components
    }

    /// The train with the least remainder, if there is one that helps.
    pub(super) fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }

    /// What is known before the remainder's own points: the train, and the sample's mean of the remainder.
    pub(super) fn moments(&self, place: &Place<'_>) -> Moments {
        let rest = self.remainder(place, self.chain());
        let known: Vec<f64> = match &self.best {
            Some(best) => best.chain.integrals().iter().zip(&self.scales).map(|(x, scale)| x * scale).collect(),
            None => vec![0.0; self.scales.len()],
        };
        moments(&rest, &known)
    }

    /// Whether the train leaves clearly less to be averaged than there was.
    pub(super) fn helps(&self, place: &Place<'_>) -> bool {
        let without = moments(&self.sample, &vec![0.0; self.scales.len()]);
        let (with, without) = (self.standing(place).estimates, standing(place.options, &without).estimates);
        with.iter().zip(&without).all(|(with, without)| with.error <= HELPS * without.error)
    }

    pub(super) fn standing(&self, place: &Place<'_>) -> Standing {
        standing(place.options, &self.moments(place))
    }

    /// Integrals of the train, in the units of the result.
    pub(super) fn known(&self, chain: &Chain) -> Vec<f64> {
        chain.integrals().iter().zip(&self.scales).map(|(x, scale)| x * scale).collect()
    }

    pub(super) fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// Number of places at which axes are cut.
    pub(super) fn cuts(&self) -> f64 {
        self.axes.iter().map(|pieces| pieces.len() as f64 - 1.0).sum()
    }

    /// Places at which the integrand is alive: those of the largest values of the sample.
    pub(super) fn alive(&self, place: &Place<'_>, count: usize) -> Vec<Vec<f64>> {
        if self.sample.is_empty() {
            return Vec::new();
        }
        let points = self.points(place);
        self.largest(&self.sample).into_iter().take(count).map(|i| point(&points, i)).collect()
    }

    /// One step: the sample, the grid, or a sweep.
    pub(super) fn step(&mut self, place: &Place<'_>, tally: &mut Tally) {
        if self.sample.is_empty() {
            self.look(place, tally);
        } else if self.cross.is_none() || self.is_coarse {
            self.is_coarse = false;
            self.cut(place, tally);
        } else {
            self.sweep(place, tally);
        }
    }

    /// Goes on fitting, if that promises more than the points of the remainder, of which `points` have an error of `excess` tolerances.
    /// A sample of more points looks for what the pivots have missed.
    pub(super) fn reconsider(&mut self, place: &Place<'_>, tally: &mut Tally, points: u64, excess: f64) -> bool {
        let Some((_, cost)) = self.last.filter(|_| self.best.is_some() && self.points < LARGEST_SAMPLE) else { return false };
        let left = place.options.max_evals.saturating_sub(tally.evaluations + points);
        // An error that is small enough and not believed, for a tail that looks heavy or a few points that hold everything, is watched on.
        let growth = if excess > 1.0 { excess.powf(1.0 / RATE) } else { WATCHED };
        let lacking = (points as f64 * (growth - 1.0)).min(left as f64);
        let larger = (self.points * ENLARGED).min(LARGEST_SAMPLE);
        if larger as f64 + AHEAD * cost as f64 > WORTH * lacking {
            return false;
        }
        (self.points, self.round) = (larger, self.round + 1);
        let scales = self.scales.clone();
        self.look(place, tally);
        self.scales = scales;
        let (spread, allowed) = (self.spread(place, self.chain()), self.allowed(place));
        if let Some(best) = &mut self.best {
            best.spread = spread.max(best.bound / allowed);
            self.last = Some((best.spread, cost));
        }
        (self.is_over, self.is_coarse, self.idle) = (false, true, 0);
        true
    }

    fn chain(&self) -> Option<&Chain> {
        self.best.as_ref().map(|best| &best.chain)
    }

    fn points(&self, place: &Place<'_>) -> Columns {
        let mut points = Columns::default();
        points.reset(place.f.dim(), self.points as usize);
        scrambled(mix(place.options.seed ^ u64::from(self.round)), &mut points);
        points
    }

    /// Evaluates the sample.
    fn look(&mut self, place: &Place<'_>, tally: &mut Tally) {
        let points = self.points(place);
        let mut oracle = Oracle { f: place.f, workers: place.workers, tally };
        self.sample = oracle.at(points.len(), |d, first, to| {
            let len = to.len();
            to.copy_from_slice(&points.column(d)[first..first + len]);
        });
        let components = self.scales.len();
        for (c, scale) in self.scales.iter_mut().enumerate() {
            let most = self.sample[c..].iter().step_by(components).fold(0.0, |most: f64, x| most.max(x.abs()));
            *scale = if most > 0.0 { libm::ldexp(1.0, libm::ilogb(most)) } else { 1.0 };
        }
        let is_dark = self.sample.iter().all(|x| *x == 0.0);
        let is_small = place.options.max_evals < LEAST_BUDGET;
        self.is_over = is_dark || is_small || components > MOST_COMPONENTS;
    }

    /// Chooses the nodes of every axis, by lines through points at which the integrand is alive.
    fn cut(&mut self, place: &Place<'_>, tally: &mut Tally) {
        let (points, components, dim) = (self.points(place), self.scales.len(), place.f.dim());
        let order = self.largest(&self.sample);
        let missed = if self.round == 0 { Vec::new() } else { self.largest(&self.remainder(place, self.chain())) };
        let bases = [0, order.len() / 16, order.len() / 4].map(|k| order[k]).into_iter().chain(missed.iter().copied().take(2));
        let bases: Vec<Vec<f64>> = bases.map(|i| point(&points, i)).collect();
        if self.tail == 0.0 {
            self.tail = self.goal(place).clamp(TAIL.0, TAIL.1);
        }
        let tail = self.tail;
        let limit = place.options.max_evals / 4;
        let mut oracle = Oracle { f: place.f, workers: place.workers, tally };
        let mut needed: Vec<Option<usize>> = vec![None; dim];
        let mut largest = vec![vec![0.0; components]; dim];
        for n in LINE {
            let open: Vec<usize> = (0..dim).filter(|d| needed[*d].is_none()).collect();
            let count = open.len() * bases.len() * n;
            if oracle.tally.evaluations + count as u64 > limit {
                break;
            }
            let nodes: Vec<f64> = gauss_legendre(n).iter().map(|(x, _)| 0.5 + 0.5 * x).collect();
            let values = oracle.at(count, |d, first, to| {
                for (k, u) in (first..).zip(to) {
                    let (line, s) = (k / n, k % n);
                    let (axis, base) = (open[line / bases.len()], line % bases.len());
                    *u = if axis == d { nodes[s] } else { bases[base][d] };
                }
            });
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
                    let falls = n == MOST_NODES.into() && enough(&lines, TAIL.1, most) <= FALLEN;
                    needed[*axis] = if wanted + 4 > n && !falls { None } else { Some(before.unwrap_or(0).max(wanted)) };
                    if needed[*axis].is_none() {
                        break;
                    }
                }
            }
            if place.f.is_interrupted() {
                return;
            }
        }
        let before: Vec<Axis> = self.axes.iter().cloned().map(Axis::new).collect();
        let mut axes = Vec::with_capacity(dim);
        for (axis, n) in needed.iter().enumerate() {
            let most = &largest[axis];
            let mut lines = Lines { oracle: &mut oracle, axis, bases: &bases, most, tail, limit };
            let is_open = n.is_none() && lines.oracle.tally.evaluations < limit;
            let cut = if is_open { lines.cut() } else { None };
            let nodes = n.unwrap_or(ROUGH).min(MOST_NODES.into()) as u16;
            axes.push(cut.unwrap_or_else(|| vec![Piece { lo: 0.0, hi: 1.0, nodes }]));
        }
        if place.f.is_interrupted() {
            return;
        }
        // Lines elsewhere may ask for less.
        for (pieces, old) in axes.iter_mut().zip(&self.axes).filter(|(new, _)| new.len() == 1) {
            match &old[..] {
                [old] => pieces[0].nodes = pieces[0].nodes.max(old.nodes),
                _ => pieces.clone_from(old),
            }
        }
        self.axes = axes;
        let axes: Vec<Axis> = self.axes.iter().cloned().map(Axis::new).collect();
        let index = |i: usize, c: usize| -> Index {
            let nearest = axes.iter().zip(point(&points, i)).map(|(axis, u)| axis.nearest(u));
            nearest.chain([c as u16]).collect()
        };
        if let Some(cross) = &mut self.cross {
            cross.carry_over(&before, &axes);
            for i in missed.into_iter().take(GLOBAL) {
                (0..components).for_each(|c| cross.add(&index(i, c)));
            }
            return;
        }
        let largest = |c: usize| {
            let size = |i: &usize| self.sample[i * components + c].abs();
            (0..points.len()).max_by(|i, j| size(i).total_cmp(&size(j))).unwrap_or(0)
        };
        let first: Vec<Index> = (0..components).map(|c| index(largest(c), c)).collect();
        let more = order.iter().take(2).map(|i| index(*i, 0));
        self.cross = Some(Cross::new(dim + 1, &first.into_iter().chain(more).collect::<Vec<_>>()));
    }

    /// A sweep, and whether another one pays.
    fn sweep(&mut self, place: &Place<'_>, tally: &mut Tally) {
        let axes: Vec<Axis> = self.axes.iter().cloned().map(Axis::new).collect();
        let units: Vec<f64> = self.scales.iter().map(|scale| 1.0 / scale).collect();
        let mut cross = self.cross.take().expect("there is a grid");
        let rank = (0..cross.sweeps).fold(FIRST_RANK, |rank, _| (rank as f64 * GROWTH) as usize + 1).min(MOST_RANK);
        let before = tally.evaluations;
        let limits = Limits { rank, least: self.allowed(place), evaluations: place.options.max_evals / PART };
        let mut oracle = Oracle { f: place.f, workers: place.workers, tally };
        let swept = cross.sweep(&mut oracle, &axes, &units, limits, place.options.seed);
        self.cross = Some(cross);
        let Some(Swept { chain, bound, is_short }) = swept else {
            self.is_over = true;
            return;
        };
        let cost = tally.evaluations - before;
        // What the pivots leave out is a root of a mean square as well: it knows of spikes that the sample has not met.
        let spread = self.spread(place, Some(&chain)).max(bound / self.allowed(place));
        if self.best.as_ref().is_none_or(|best| spread < best.spread) {
            self.best = Some(Best { chain, spread, bound });
        }
        let factor = self.last.map_or(HOPE, |(last, _)| spread / last);
        self.idle = if factor > IDLE { self.idle + 1 } else { 0 };
        self.last = Some((spread, cost));
        let left = (place.options.max_evals - tally.evaluations.min(place.options.max_evals)) as f64;
        let points = |spread: f64| (LEAST_POINTS * (spread / LEAST_POINTS.sqrt()).max(1.0).powf(1.0 / RATE)).min(left);
        let next = cost as f64 * GROWTH * GROWTH;
        let (now, then) = (points(spread), points(spread).max(LEAST_POINTS) * factor.powf(1.0 / RATE));
        let pays_at_all = |next: f64, now: f64| next < DARE * now;
        let pays = next + then.max(LEAST_POINTS) < now || self.idle > 0 && self.idle < PATIENCE && pays_at_all(next, now);
        let is_enough = spread <= LEAST_POINTS.sqrt();
        let is_full = !is_short && self.idle > 0;
        // Where all pivots that matter have been found, it is the nodes that are too few.
        if is_full && !is_enough && self.tail > TAIL.0 && pays_at_all(next, now) {
            self.tail = (self.tail * FINER * LEAST_POINTS.sqrt() / spread).max(TAIL.0);
            (self.is_coarse, self.idle) = (true, 0);
            return;
        }
        self.is_over = is_enough || !pays || is_full || rank >= MOST_RANK;
    }

    /// The error that is asked for in units of the components, of the most demanding one.
    fn allowed(&self, place: &Place<'_>) -> f64 {
        let moments = self.moments(place);
        let of_component = |c: usize| place.options.tolerance_of(c, |c| moments.means[c]) / self.scales[c];
        (0..self.scales.len()).map(of_component).fold(f64::INFINITY, f64::min).max(f64::MIN_POSITIVE)
    }

    /// Relative error that is asked for, of the most demanding component.
    fn goal(&self, place: &Place<'_>) -> f64 {
        let moments = self.moments(place);
        let value = |c: usize| moments.means[c];
        let relative = |c: usize| place.options.tolerance_of(c, value) / value(c).abs().max(f64::MIN_POSITIVE);
        let found = (0..self.scales.len()).map(relative).fold(f64::INFINITY, f64::min);
        if found.is_finite() { found } else { 1.0 }
    }

    /// The spread of the remainder, or of the integrand, as a multiple of the tolerance.
    fn spread(&self, place: &Place<'_>, chain: Option<&Chain>) -> f64 {
        let rest = self.remainder(place, chain);
        let (options, components) = (place.options, self.scales.len());
        let known = chain.map_or_else(|| self.moments(place).means, |chain| self.known(chain));
        let mut most: f64 = 0.0;
        for (k, g) in functionals(options, &known).iter().enumerate() {
            let value = match options.target {
                Target::Each => known[k],
                Target::Ratio => known[options.ratios[k].numerator] / known[options.ratios[k].denominator],
            };
            let tolerance = match options.target {
                Target::Each => options.tolerance_of(k, |c| known[c]),
                Target::Ratio => options.tolerance(value),
            };
            let terms = rest.chunks_exact(components).map(|r| r.iter().zip(g).map(|(r, g)| r * g).sum::<f64>());
            let size = terms.clone().fold(0.0, |most: f64, x| most.max(x.abs()));
            if size == 0.0 {
                continue;
            }
            let squares: f64 = terms.map(|x| (x / size).powi(2)).sum();
            let rms = size * (squares * components as f64 / rest.len() as f64).sqrt();
            // Where all digits are asked for, those that rounding leaves.
            let tolerance = tolerance.max(ROUNDING * value.abs());
            most = most.max(rms / tolerance.max(f64::MIN_POSITIVE));
        }
        most
    }

    /// The root of the mean square of the remainder, component by component.
    pub(super) fn left(&self, place: &Place<'_>, chain: &Chain) -> Vec<f64> {
        let (rest, components) = (self.remainder(place, Some(chain)), self.scales.len());
        let of_component = |(c, scale): (usize, &f64)| {
            let squares: f64 = rest[c..].iter().step_by(components).map(|r| (r / scale).powi(2)).sum();
            scale * (squares / self.points as f64).sqrt()
        };
        self.scales.iter().enumerate().map(of_component).collect()
    }

    /// The remainder at the sample, point by point.
    fn remainder(&self, place: &Place<'_>, chain: Option<&Chain>) -> Vec<f64> {
        let mut rest = self.sample.clone();
        if let Some(chain) = chain {
            let (components, mut values) = (self.scales.len(), Columns::default());
            chain.eval(&self.points(place), &mut values);
            for (c, scale) in self.scales.iter().enumerate() {
                let of_component = rest[c..].iter_mut().step_by(components);
                of_component.zip(values.column(c)).for_each(|(r, x)| *r -= x * scale);
            }
        }
        rest
    }

    /// Points of the sample by the size of these values there, the largest first.
    fn largest(&self, values: &[f64]) -> Vec<usize> {
        let components = self.scales.len();
        let size = |i: usize| {
            let values = &values[i * components..][..components];
            values.iter().zip(&self.scales).fold(0.0, |most: f64, (x, scale)| most.max((x / scale).abs()))
        };
        let mut order: Vec<usize> = (0..self.points as usize).collect();
        order.sort_by(|i, j| size(*j).total_cmp(&size(*i)));
        order
    }
}

fn point(points: &Columns, i: usize) -> Vec<f64> {
    (0..points.columns()).map(|d| points.column(d)[i]).collect()
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

/// Means and their covariance from independent values of all components, beside what is known.
fn moments(values: &[f64], known: &[f64]) -> Moments {
    let components = known.len();
    let count = (values.len() / components) as f64;
    let mut moments = Moments::zero(components);
    moments.points = count as u64;
    for c in 0..components {
        let column = || values[c..].iter().step_by(components);
        let most = column().fold(0.0, |most: f64, x| most.max(x.abs()));
        moments.means[c] = column().map(|x| x / count).sum::<f64>();
        moments.units[c] = scaling::exponent(most.max(f64::EPSILON * known[c].abs()));
    }
    for a in 0..components {
        for b in 0..=a {
            let deviation = |c: usize, x: f64| scaling::scale(x - moments.means[c], -moments.units[c]);
            let sum: f64 = values.chunks_exact(components).map(|v| deviation(a, v[a]) * deviation(b, v[b])).sum();
            moments.covariance[packed(a, b)] = sum / (count * (count - 1.0).max(1.0));
        }
    }
    moments.means.iter_mut().zip(known).for_each(|(mean, x)| *mean += x);
    moments
}
