//! What an iteration depends on, and all that a run depends on from one to the next.

use super::Vegas;
use super::average::Average;
use super::schedule::Schedule;
use super::strata::Strata;
use crate::pullback::{Pullback, Tally};
use crate::sampling::{Centre, MapAxis, Moments, Tail, scaling};
use crate::search::Peaks;
use crate::{Error, Options};
use serde::{Deserialize, Serialize};

/// Iterations that only train where a trained map is given. A choice: enough for strata and sizes.
const WARMUP_OF_A_MAP: usize = 2;

/// What is saved.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) schedule: Schedule,
    pub(super) axes: Vec<MapAxis>,
    /// What was found before the first iteration, and the evaluations that this took.
    pub(super) peaks: Peaks,
    pub(super) searched: u64,
    pub(super) strata: Strata,
    /// ∫|f_c| as all samples so far saw it, in units of 2^e.
    pub(super) sizes: Vec<f64>,
    /// Exponent e of the unit of each component.
    pub(super) units: Vec<i32>,
    /// Iterations so far, with those that warm up.
    pub(super) iterations: usize,
    /// The last iteration.
    pub(super) last: Moments,
    pub(super) average: Average,
    /// The largest weights of measured iterations.
    pub(super) tail: Tail,
    /// Samples of measured iterations that met the goal first.
    pub(super) met_at: Option<u64>,
    pub(super) tally: Tally,
}

impl State {
    /// Before the first iteration, after a search that found `peaks` and took what `tally` says.
    pub(super) fn new(vegas: &Vegas, f: &Pullback<'_>, options: &Options, peaks: Peaks, tally: Tally) -> Result<Self, Error> {
        let hints = f.hints(options)?;
        let (dim, components, searched) = (f.dim(), f.components(), tally.evaluations);
        let Vegas { iterations, growth, .. } = *vegas;
        if let Some(map) = options.map.as_ref().filter(|map| map.dim() != dim) {
            let reason = format!("it is of {} variables, and the integrand has {dim}", map.dim());
            return Err(Error::Map { reason });
        }
        let warmup = if options.map.is_some() { vegas.warmup.min(WARMUP_OF_A_MAP) } else { vegas.warmup };
        let left = options.max_evals - searched;
        let schedule = Schedule::new(vegas.first_points(dim), warmup, iterations, growth, left).with_budget(options.max_evals);
        let increments = vegas.map_increments(schedule.points);
        let hinted = |d: usize| hints.iter().map(move |hint| Centre { x: hint[d], width: None });
        let found = |d: usize| peaks.narrow(schedule.points).map(move |p| Centre { x: p.point[d], width: Some(p.widths[d]) });
        let around = |d| MapAxis::around(&hinted(d).chain(found(d)).collect::<Vec<_>>(), increments);
        let axes = options.map.as_ref().map_or_else(|| (0..dim).map(around).collect(), |map| map.softened());
        Ok(State {
            schedule,
            axes,
            peaks,
            searched,
            strata: Strata::new(dim, schedule.points, vegas.beta > 0.0),
            sizes: vec![0.0; components],
            units: vec![0; components],
            iterations: 0,
            last: Moments::zero(components),
            average: Average::new(components),
            tail: Tail::new(components),
            met_at: None,
            tally,
        })
    }

    /// Whether its parts, deserialised, fit together and belong to `dim` variables and `components`.
    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let axes = self.axes.len() == dim && self.axes.iter().all(|axis| axis.is_sound(self.axes[0].increments()));
        let units = self.units.len() == components && self.units.iter().all(|e| e.abs() <= scaling::MOST);
        let sums = units && self.sizes.len() == components && self.last.is_sound(components) && self.average.is_sound(components);
        let seen = self.peaks.is_sound(dim, components) && self.tail.is_sound(components);
        let seen = seen && self.searched <= self.tally.evaluations;
        axes && sums && seen && self.strata.is_sound(dim) && self.schedule.is_sound()
    }

    /// The same with another budget.
    pub(super) fn with_budget(self, max_evals: u64) -> Self {
        State { schedule: self.schedule.with_budget(max_evals), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, vector};

    #[test]
    fn parts_that_do_not_fit_together_are_noticed() {
        let f = vector(2, 2, |x, y| y.copy_from_slice(&[x[0], x[0] * x[1]]));
        let (domain, options, vegas) = (Domain::unit(2), Options::default(), Vegas::default());
        let pullback = Pullback::new(&f, &domain).unwrap();
        let mut tally = Tally::default();
        let peaks = Peaks::find(&pullback, &options, options.max_evals, &mut tally);
        let state = State::new(&vegas, &pullback, &options, peaks, tally).unwrap();
        assert!(state.is_sound(2, 2));
        // All forgeries keep the rest as it is, so that each is noticed by a check of its own.
        let forgeries: [fn(&mut State); 12] = [
            |state| _ = state.axes.pop(),
            |state| state.axes[1] = MapAxis::around(&[], state.axes[0].increments() + 1),
            |state| state.units.push(0),
            |state| state.units[1] = i32::MAX,
            |state| state.sizes.clear(),
            |state| state.last = Moments::zero(3),
            |state| state.average = Average::new(1),
            |state| state.average.add(Moments::zero(1)),
            |state| state.tail = Tail::new(1),
            |state| state.searched = state.tally.evaluations + 1,
            |state| state.strata = Strata::new(3, state.schedule.points, true),
            |state| state.schedule.points = 0,
        ];
        for (i, forge) in forgeries.into_iter().enumerate() {
            let mut forged = state.clone();
            forge(&mut forged);
            assert!(!forged.is_sound(2, 2), "forgery {i}");
        }
    }
}
