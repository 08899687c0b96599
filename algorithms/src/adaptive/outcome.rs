//! What a mesh of regions has to say: integrals and ratios with the errors that are stated, and the report.

use super::{Mesh, goal};
use crate::{Detail, Estimate, Report, Stop, Suspect, Target};
use std::time::Instant;

impl Mesh<'_> {
    /// Whether what was asked for is met by what would be stated: the error of a ratio is larger than that of its linear part.
    pub(super) fn keeps_promise(&self) -> bool {
        let is_within = |ratio: Estimate| ratio.error <= self.options.tolerance(ratio.value);
        self.state.goal.met_as_asked(&self.state.errors)
            && (self.options.target != Target::Ratio || self.stated().1.into_iter().all(is_within))
    }

    /// A sign that something was missed.
    fn suspect(&self) -> Option<Suspect> {
        // A component that is zero beside others that are not is usual: the imaginary part of a real function.
        match (self.state.regions.is_all_dark(), self.state.audits.is_support_narrow) {
            (true, _) => Some(Suspect::AllZero),
            (false, true) => Some(Suspect::NarrowSupport),
            (false, false) => None,
        }
    }

    /// The components and the ratios with the errors that are stated.
    fn stated(&self) -> (Vec<Estimate>, Vec<Estimate>) {
        self.doubted(|i| self.state.record.doubt(i))
    }

    /// What would be stated if nothing were known of earlier claims, integrals first.
    pub(super) fn claims(&self) -> Vec<Estimate> {
        let (integrals, ratios) = self.doubted(|_| 0.0);
        integrals.into_iter().chain(ratios).collect()
    }

    /// The components and the ratios; the error of number `i` of all is larger by the factor 1 + `doubt(i)`.
    fn doubted(&self, doubt: impl Fn(usize) -> f64) -> (Vec<Estimate>, Vec<Estimate>) {
        let values = self.state.current();
        let unit = |k: usize| -> Vec<f64> { (0..values.len()).map(|c| f64::from(c == k)).collect() };
        let linear = |r: &crate::Ratio| {
            let mut g = unit(r.numerator);
            g[r.denominator] -= values[r.numerator] / values[r.denominator];
            g
        };
        let gs: Vec<_> = (0..values.len()).map(unit).chain(self.options.ratios.iter().map(linear)).collect();
        let caution = self.state.caution(&self.setting.judge);
        let errors = self.state.total_errors(&self.setting.judge, &gs, self.workers);
        let errors: Vec<f64> = errors.iter().enumerate().map(|(i, error)| caution * (1.0 + doubt(i)) * error).collect();
        let (errors, combined) = errors.split_at(values.len());
        let integral = |(value, error): (&f64, &f64)| goal::stated(self.options, *value, *error);
        let integrals: Vec<_> = values.iter().zip(errors).map(integral).collect();
        let ratio = |(r, combined): (&crate::Ratio, &f64)| {
            let Estimate { value, error } = goal::ratio(integrals[r.numerator], integrals[r.denominator], *combined);
            goal::stated(self.options, value, error)
        };
        let ratios = self.options.ratios.iter().zip(combined).map(ratio).collect();
        (integrals, ratios)
    }

    pub(super) fn report(&self, stop: Stop, start: Instant) -> Report {
        let ((integrals, ratios), threads) = (self.stated(), self.workers.threads());
        Report {
            ratios,
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
            ..Report::new(integrals, self.state.tally.evaluations, stop)
        }
    }
}
