//! What a mesh of regions has to say: integrals and ratios with the errors that are stated, and the report.

use super::{Mesh, Sum, goal};
use crate::simd::LANES;
use crate::{Detail, Estimate, Report, Stop, Suspect, Target};
use std::time::Instant;

impl Mesh<'_> {
    /// Whether the goal is met by what would be stated: the error of a ratio is larger than that of its linear part.
    pub(super) fn keeps_promise(&self) -> bool {
        let is_within = |ratio: Estimate| ratio.error <= self.options.tolerance(ratio.value);
        let wanted = matches!(self.options.target, Target::Ratio);
        self.state.goal.met(&self.state.errors) && (!wanted || self.ratios(&self.integrals()).into_iter().all(is_within))
    }

    /// The error of Σ g_c I_c over all regions.
    fn total_error(&self, g: &[f64]) -> f64 {
        let mut sum = Sum::default();
        let regions = &self.state.regions;
        for first in (0..regions.len()).step_by(LANES) {
            let errors = self.setting.judge.errors(regions, first, g);
            errors.iter().take(regions.len() - first).for_each(|error| sum.add(*error));
        }
        sum.value()
    }

    /// A sign that something was missed.
    fn suspect(&self) -> Option<Suspect> {
        match (self.state.regions.dark_component().is_some(), self.state.probed) {
            (true, _) => Some(Suspect::AllZero),
            (false, true) => Some(Suspect::NarrowSupport),
            (false, false) => None,
        }
    }

    /// The components with the errors that are stated.
    fn integrals(&self) -> Vec<Estimate> {
        let values = self.state.current();
        let unit = |k: usize| -> Vec<f64> { (0..values.len()).map(|c| f64::from(c == k)).collect() };
        values.iter().enumerate().map(|(c, &value)| goal::stated(self.options, value, self.total_error(&unit(c)))).collect()
    }

    /// The ratios with the errors that are stated.
    fn ratios(&self, integrals: &[Estimate]) -> Vec<Estimate> {
        let ratio = |r: &crate::Ratio| {
            let (n, d) = (integrals[r.numerator], integrals[r.denominator]);
            let mut g = vec![0.0; integrals.len()];
            g[r.numerator] = 1.0;
            g[r.denominator] -= n.value / d.value;
            let Estimate { value, error } = goal::ratio(n, d, self.total_error(&g));
            goal::stated(self.options, value, error)
        };
        self.options.ratios.iter().map(ratio).collect()
    }

    pub(super) fn report(&self, stop: Stop, start: Instant, threads: usize) -> Report {
        let integrals = self.integrals();
        Report {
            ratios: self.ratios(&integrals),
            covariance: None,
            evaluations: self.state.tally.evaluations,
            stop,
            non_finite: self.state.tally.non_finite,
            seconds: start.elapsed().as_secs_f64(),
            integrand_seconds: self.state.tally.integrand_time.as_secs_f64() / threads as f64,
            threads,
            suspect: self.suspect(),
            detail: Detail::Regions {
                regions: self.state.regions.len() as u64,
                frozen: self.state.frozen,
                degree: self.setting.rule.degree(),
                rule_points: self.setting.rule.points(),
                bytes_per_region: self.state.regions.bytes_per_region(),
            },
            integrals,
        }
    }
}
