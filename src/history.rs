//! What a run looked like on its way, for pictures and for the line that shows how it converged.

use fubini::algorithms::{Estimate, Progress, Region};

/// The steps of a run, thinned, and the regions at its end.
#[derive(Default)]
pub(crate) struct History {
    steps: Vec<Step>,
    regions: Vec<Region>,
    /// Whether the regions are wanted.
    wanted: bool,
    /// The smallest error so far, as a multiple of the tolerance, where only those are kept that are smaller.
    least: Option<f64>,
}

/// Where a run stood.
pub(crate) struct Step {
    pub(crate) evaluations: u64,
    /// The quantities that must meet the tolerance.
    pub(crate) estimates: Vec<Estimate>,
}

/// A step is kept if it has this share of evaluations more than the last one that was: a picture shows no more.
const THINNED: f64 = 1.02;
/// Most quantities of a step that are kept.
const QUANTITIES: usize = 6;

impl History {
    /// Of a run whose regions are wanted at the end, or not; of several methods in turn only what was better than all before, as what
    /// they say in between is no way of one of them.
    pub(crate) fn new(regions: bool, turns: bool) -> Self {
        History { wanted: regions, least: turns.then_some(f64::INFINITY), ..History::default() }
    }

    /// Takes note of a step.
    pub(crate) fn record(&mut self, progress: &Progress<'_>) {
        let Progress { evaluations, estimates, finished, excess, .. } = *progress;
        if finished && self.wanted {
            self.regions = progress.snapshot.regions();
        }
        if let Some(least) = &mut self.least {
            if !finished && excess >= *least {
                return;
            }
            *least = least.min(excess);
        }
        let before = self.steps.last().map_or(0, |step| step.evaluations);
        if finished && evaluations == before {
            self.steps.pop();
        } else if !finished && evaluations as f64 <= THINNED * before as f64 {
            return;
        }
        let estimates = estimates.iter().take(QUANTITIES).copied().collect();
        self.steps.push(Step { evaluations, estimates });
    }

    /// The steps that were kept.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The regions at the end, where the method has some.
    pub(crate) fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The largest stated error of each step as a line of bars, a bar for every so many steps, logarithmic; `None` where there are too
    /// few steps, or nothing finite to show.
    pub(crate) fn line(&self) -> Option<String> {
        let error = |step: &Step| step.estimates.iter().map(|e| e.error).fold(0.0, f64::max);
        let known = |step: &&Step| error(step) > 0.0 && error(step).is_finite();
        let errors: Vec<(u64, f64)> = self.steps.iter().filter(known).map(|step| (step.evaluations, error(step))).collect();
        let [(from, first), .., (to, last)] = errors[..] else { return None };
        let logs = || errors.iter().map(|(_, error)| error.log10());
        let (lo, hi) = logs().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), log| (lo.min(log), hi.max(log)));
        // Places are spread evenly over the logarithm of the evaluations, as in a picture.
        let place = |at: u64| (at.max(1) as f64 / from.max(1) as f64).ln();
        let count = errors.len().min(WIDTH);
        let bars: String = (0..count)
            .map(|k| {
                let until = place(to) * (k + 1) as f64 / count as f64 * (1.0 + 1e-12);
                let (_, error) = errors.iter().rfind(|(at, _)| place(*at) <= until).unwrap_or(&errors[0]);
                let height = (error.log10() - lo) / (hi - lo).max(f64::MIN_POSITIVE);
                BARS[((BARS.len() - 1) as f64 * height).round() as usize]
            })
            .collect();
        Some(format!("error {first:.1e} {bars} {last:.1e}, after {from} to {to} evaluations"))
    }
}

/// Most bars of the line.
const WIDTH: usize = 40;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

#[cfg(test)]
mod tests {
    use super::*;

    fn history(errors: &[(u64, f64)]) -> History {
        let step = |&(evaluations, error): &(u64, f64)| Step { evaluations, estimates: vec![Estimate { value: 1.0, error }] };
        History { steps: errors.iter().map(step).collect(), ..History::default() }
    }

    #[test]
    fn bars_fall_with_the_error() {
        let line = history(&[(100, 1.0), (200, 1e-1), (400, 1e-4), (800, 1e-7)]).line().unwrap();
        assert_eq!(line, "error 1.0e0 █▇▄▁ 1.0e-7, after 100 to 800 evaluations");
        // All the same, and too few.
        assert!(history(&[(100, 1e-3), (200, 1e-3)]).line().unwrap().contains("▁▁"));
        assert_eq!(history(&[(100, 1e-3)]).line(), None);
        assert_eq!(history(&[(100, f64::INFINITY), (200, 0.0)]).line(), None);
    }
}
