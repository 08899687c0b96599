//! Fits a train: how many nodes an axis needs, where the first pivots are, and sweeps for as long as they pay.
//!
//! A sample of scrambled Sobol' points, none of them on the grid, knows the integrand's size and, after every sweep, that of the
//! remainder. What the remainder leaves to quasi-Monte Carlo is weighed against what the next sweep costs and may gain, as the last one
//! gained; so an integrand of high rank costs a few sweeps, and not more than quasi-Monte Carlo would take by itself.

use super::breaks::POINT;
use super::chain::Chain;
use super::cross::{Cross, Limits, Swept};
use super::grid::Axis;
use super::marginals::Marginals;
use super::nodes::TAIL;
use super::oracle::Oracle;
use super::own::Own;
use super::sample::{Sample, moments, spread};
use super::scout::Found;
use crate::Options;
use crate::batch::Columns;
use crate::parallel::Workers;
use crate::pullback::{Pullback, Tally, Workspace};
use crate::sampling::{Moments, standing};
use crate::standing::Standing;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Part of the error of plain points below which a train is of use.
const HELPS: f64 = 0.7;
/// The least budget for which a train is fitted.
const LEAST_BUDGET: u64 = 4096;
/// Most components: the rank grows with them.
const MOST_COMPONENTS: usize = 64;
/// Part of a budget that the fit may take.
pub(super) const PART: u64 = 2;
/// Points of the remainder below which quasi-Monte Carlo does not go, and the rate at which its error is taken to fall.
pub(super) const LEAST_POINTS: f64 = 4096.0;
pub(super) const RATE: f64 = 0.85;
/// Ranks of the sweeps: the first, and how they grow.
const FIRST_RANK: usize = 3;
const GROWTH: f64 = 1.3;
const MOST_RANK: usize = 128;
/// By how much a sweep lessens the remainder while nothing is known, and the factor above which it has gained nothing.
const HOPE: f64 = 0.1;
const IDLE: f64 = 0.5;
/// Part of what is left to do that a step may cost of which nothing is known.
const DARE: f64 = 0.25;
/// By how much less than needed finer nodes leave out.
const FINER: f64 = 0.3;
/// Part of the least points of the remainder that a sweep may cost of which it is not known that it is needed.
const CHEAP: f64 = 0.5;
/// How often it is looked for what the train has missed.
const SCOUTS: u32 = 3;
/// Points of the sample that may hold all of it where a train is looked at elsewhere.
const FEW: f64 = 30.0;
/// How many times the largest value of the sample one on the grid is, for the axes to be looked at again where that is.
const ECLIPSING: f64 = 16.0;
/// Idle sweeps after which a fit is over.
const PATIENCE: u32 = 2;

/// A fit between two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Fit {
    pub(super) sample: Sample,
    pub(super) axes: Vec<Axis>,
    pub(super) cross: Option<Cross>,
    pub(super) best: Option<Best>,
    /// The spread of the last sweep's remainder as a multiple of the tolerance, and what that sweep cost.
    pub(super) last: Option<(f64, u64)>,
    pub(super) idle: u32,
    /// Part of a line's largest coefficient that the nodes leave out.
    pub(super) tail: f64,
    /// Whether the nodes have turned out to be too few.
    pub(super) is_coarse: bool,
    /// Places at which the integrand is far larger than anywhere in the sample, or the train was far off.
    pub(super) tops: Vec<Found>,
    /// How often it was looked for what the train has missed, and whether that is what to do next.
    pub(super) scouted: u32,
    pub(super) must_scout: bool,
    pub(super) is_over: bool,
}

/// The best train so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Best {
    pub(super) chain: Chain,
    /// Spread of its remainder, in tolerances.
    pub(super) spread: f64,
    pub(super) bound: f64,
    /// What it leaves at points of its own, where the sample does not see it.
    pub(super) own: Option<Own>,
    /// What integrals are lacking where it was found to be off, in units of the components.
    pub(super) missed: f64,
    /// What it leaves at the sample, as soon as somebody has asked.
    #[serde(skip)]
    pub(super) rest: OnceLock<Vec<f64>>,
}

/// Where a fit works.
pub(super) struct Place<'a> {
    pub(super) f: &'a Pullback<'a>,
    pub(super) options: &'a Options,
    pub(super) workers: &'a Workers<Workspace>,
}

impl Fit {
    /// Over before it begins where there are too many components: covariances of its sample alone would take minutes.
    pub(super) fn new(options: &Options, components: usize) -> Self {
        Fit {
            sample: Sample::new(options, components),
            axes: Vec::new(),
            cross: None,
            best: None,
            last: None,
            idle: 0,
            tail: 0.0,
            is_coarse: false,
            tops: Vec::new(),
            scouted: 0,
            must_scout: false,
            is_over: components > MOST_COMPONENTS,
        }
    }

    /// Whether it, deserialised, belongs to `dim` variables and so many components.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let axes = self.axes.is_empty() || self.axes.len() == dim && self.axes.iter().all(Axis::is_sound);
        let sizes: Vec<usize> = self.axes.iter().map(Axis::len).chain([components]).collect();
        let tops = self.tops.iter().all(|top| top.is_sound(dim, components));
        let cross = self.cross.as_ref().is_none_or(|cross| !self.axes.is_empty() && cross.is_sound(&sizes));
        let best = self.best.as_ref().is_none_or(|best| best.chain.is_sound(dim, components));
        self.sample.is_sound(components) && axes && tops && cross && best
    }

    /// The train with the least remainder, if there is one that helps.
    pub(super) fn best(&self) -> Option<&Best> {
        self.best.as_ref()
    }

    /// What is known before the remainder's own points: the train, and the sample's mean of the remainder.
    pub(super) fn moments(&self, place: &Place<'_>) -> Moments {
        match &self.best {
            Some(best) => moments(self.rest(place, best), &self.known(&best.chain)),
            None => self.plain(),
        }
    }

    /// What the sample says of the integrand without a train.
    fn plain(&self) -> Moments {
        moments(&self.sample.values, &vec![0.0; self.scales().len()])
    }

    /// Whether the train leaves clearly less to be averaged than there was.
    pub(super) fn helps(&self, place: &Place<'_>) -> bool {
        if let Some(own) = self.best.as_ref().and_then(|best| best.own.as_ref()) {
            return own.is_followed(HELPS);
        }
        let (with, without) = (self.standing(place).estimates, standing(place.options, &self.plain()).estimates);
        with.iter().zip(&without).all(|(with, without)| with.error <= HELPS * without.error)
    }

    pub(super) fn standing(&self, place: &Place<'_>) -> Standing {
        standing(place.options, &self.moments(place))
    }

    /// What the best train leaves, in tolerances and as an error of as many points as the sample has: with what the sample does not see.
    pub(super) fn excess(&self) -> f64 {
        self.best.as_ref().map_or(0.0, |best| best.spread / (self.sample.count() as f64).sqrt())
    }

    /// Integrals of the train, in the units of the result.
    pub(super) fn known(&self, chain: &Chain) -> Vec<f64> {
        chain.integrals().iter().zip(self.scales()).map(|(x, scale)| x * scale).collect()
    }

    pub(super) fn scales(&self) -> &[f64] {
        &self.sample.scales
    }

    /// By how much integrals are off for each unit by which the places are at which axes are cut, component by component.
    fn jumps(&self, chain: &Chain) -> Vec<f64> {
        self.scales().iter().enumerate().map(|(c, scale)| Marginals::new(chain, c).jumps() * scale).collect()
    }

    /// The root of the mean square of what the train leaves, component by component.
    pub(super) fn left(&self, place: &Place<'_>, best: &Best) -> Vec<f64> {
        let mut left = self.sample.roots(self.rest(place, best));
        if let Some(own) = &best.own {
            left.iter_mut().zip(self.sample.roots(&own.rest)).for_each(|(left, own)| *left = left.max(own));
        }
        left
    }

    /// By how much integrals may be off by what no point of the remainder sees: where axes are cut, and what the train was found to lack.
    pub(super) fn unseen(&self, best: &Best) -> Vec<f64> {
        let jumps = self.jumps(&best.chain);
        let of_component = |(c, scale): (usize, &f64)| POINT * jumps[c] + best.missed * scale;
        self.scales().iter().enumerate().map(of_component).collect()
    }

    /// The root of the mean square of what the train leaves, as its own points tell; zero where the sample sees it.
    pub(super) fn own(&self, best: &Best) -> Vec<f64> {
        best.own.as_ref().map_or_else(|| vec![0.0; self.scales().len()], |own| self.sample.roots(&own.rest))
    }

    /// Places at which the integrand is alive: those of the largest values of the sample.
    pub(super) fn alive(&self, place: &Place<'_>, count: usize) -> Vec<Vec<f64>> {
        if !self.sample.is_taken() {
            return Vec::new();
        }
        let points = self.sample.points(place);
        self.sample.largest(&self.sample.values).into_iter().take(count).map(|i| point(&points, i)).collect()
    }

    /// One step: the sample, the grid, or a sweep.
    pub(super) fn step(&mut self, place: &Place<'_>, tally: &mut Tally) {
        if !self.sample.is_taken() {
            self.sample.take(place, tally);
            let is_small = place.options.max_evals < LEAST_BUDGET;
            self.is_over = self.sample.is_dark() || is_small;
        } else if self.must_scout {
            self.must_scout = false;
            self.scout(place, tally);
        } else if self.cross.is_none() || self.is_coarse {
            self.is_coarse = false;
            self.cut(place, tally);
        } else {
            self.sweep(place, tally);
        }
    }

    pub(super) fn rest<'a>(&self, place: &Place<'_>, best: &'a Best) -> &'a [f64] {
        best.rest.get_or_init(|| self.sample.rest(place, &best.chain))
    }

    /// A sweep, and whether another one pays.
    fn sweep(&mut self, place: &Place<'_>, tally: &mut Tally) {
        let units: Vec<f64> = self.scales().iter().map(|scale| 1.0 / scale).collect();
        let mut cross = self.cross.take().expect("there is a grid");
        let rank = (0..cross.sweeps).fold(FIRST_RANK, |rank, _| (rank as f64 * GROWTH) as usize + 1).min(MOST_RANK);
        let before = tally.evaluations;
        let allowed = self.allowed(place, &self.moments(place));
        let limits = Limits { rank, least: allowed, evaluations: place.options.max_evals / PART };
        let mut oracle = Oracle::new(place, tally);
        let swept = cross.sweep(&mut oracle, &self.axes, &units, limits, place.options.seed);
        let (height, top) = oracle.top;
        self.cross = Some(cross);
        // The nodes were chosen without it.
        if height > ECLIPSING && self.tops.is_empty() && swept.is_some() {
            self.tops.push(Found::at(top));
            self.is_coarse = true;
        }
        let Some(Swept { chain, bound, is_short }) = swept else {
            self.is_over = true;
            return;
        };
        let cost = tally.evaluations - before;
        let rest = self.sample.rest(place, &chain);
        let own = self.sample.is_peaked(FEW).then(|| Own::look(place, tally, &chain, &self.sample)).flatten();
        let known = self.known(&chain);
        let of_own = own.as_ref().map_or(0.0, |own| spread(place.options, &own.rest, &known));
        // Where the sample sees nothing of what the train knows, it does not say what is allowed either.
        let is_followed = own.as_ref().is_some_and(|own| own.is_followed(HELPS));
        let allowed = if is_followed { self.allowed(place, &moments(&rest, &known)) } else { allowed };
        // What the pivots leave out is a root of a mean square as well: it knows of spikes that the sample has not met.
        let (missed, root) = lacking(&self.tops, &self.sample, &chain);
        let spread = spread(place.options, &rest, &known).max(of_own).max(bound.max(root) / allowed);
        if self.best.as_ref().is_none_or(|best| spread < best.spread) {
            self.best = Some(Best { chain, spread, bound, own, missed, rest: OnceLock::from(rest) });
            self.rescale();
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
        // What is missed is seen where little else is left, which another sweep may see to for next to nothing.
        let is_enough = spread <= 1.0 || spread <= LEAST_POINTS.sqrt() && (next > CHEAP * LEAST_POINTS || !is_short);
        let is_full = !is_short && self.idle > 0;
        // Where all pivots that matter have been found, it is the nodes that are too few.
        if is_full && !is_enough && self.tail > TAIL.0 && pays_at_all(next, now) {
            self.tail = (self.tail * FINER * LEAST_POINTS.sqrt() / spread).max(TAIL.0);
            (self.is_coarse, self.idle) = (true, 0);
            return;
        }
        let is_over = !self.is_coarse && (is_enough || !pays && spread > LEAST_POINTS.sqrt() || is_full || rank >= MOST_RANK);
        self.must_scout = is_over && self.scouted < SCOUTS && spread <= LEAST_POINTS.sqrt();
        self.is_over = is_over && !self.must_scout;
    }

    /// Points that quasi-Monte Carlo would take by itself.
    pub(super) fn price(&self, place: &Place<'_>) -> f64 {
        let spread = standing(place.options, &self.plain()).excess * (self.sample.count() as f64).sqrt();
        LEAST_POINTS * (spread / LEAST_POINTS.sqrt()).max(1.0).powf(1.0 / RATE)
    }

    /// Units of components of which the train's own points have seen far larger values.
    fn rescale(&mut self) {
        let Some(best) = &mut self.best else { return };
        let Some(own) = &best.own else { return };
        let mut most_changed: f64 = 0.0;
        for (c, (scale, most)) in self.sample.scales.iter_mut().zip(&own.most).enumerate() {
            let larger = scale.max(if *most > 0.0 { libm::ldexp(1.0, libm::ilogb(*most)) } else { 0.0 });
            best.chain.scale(c, *scale / larger);
            most_changed = most_changed.max(*scale / larger);
            *scale = larger;
        }
        best.bound *= most_changed;
    }

    /// The error that is asked for in units of the components, of the most demanding one.
    pub(super) fn allowed(&self, place: &Place<'_>, moments: &Moments) -> f64 {
        let of_component = |c: usize| place.options.tolerance_of(c, |c| moments.means[c]) / self.scales()[c];
        (0..self.scales().len()).map(of_component).fold(f64::INFINITY, f64::min).max(f64::MIN_POSITIVE)
    }

    /// Relative error that is asked for, of the most demanding component.
    pub(super) fn goal(&self, place: &Place<'_>) -> f64 {
        let moments = self.moments(place);
        let value = |c: usize| moments.means[c];
        let relative = |c: usize| place.options.tolerance_of(c, value) / value(c).abs().max(f64::MIN_POSITIVE);
        let found = (0..self.scales().len()).map(relative).fold(f64::INFINITY, f64::min);
        if found.is_finite() { found } else { 1.0 }
    }
}

pub(super) fn point(points: &Columns, i: usize) -> Vec<f64> {
    (0..points.columns()).map(|d| points.column(d)[i]).collect()
}

/// What a train lacks at places where one was off: the largest integral, and the largest root of that of its square.
pub(super) fn lacking(places: &[Found], sample: &Sample, chain: &Chain) -> (f64, f64) {
    let of_place = |place: &Found| place.lacking(sample, chain);
    places.iter().map(of_place).fold((0.0, 0.0), |(a, b), (x, y)| (x.max(a), y.max(b)))
}
