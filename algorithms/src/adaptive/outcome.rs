//! What a mesh of regions has to say: integrals and ratios with the errors that are stated, and the regions themselves.

use super::combination::Combination;
use super::regions::half_side;
use super::{Mesh, Sum, goal};
use crate::run::{Outcome, Region};
use crate::standing::Standing;
use crate::{Detail, Estimate, Suspect, Target};

impl Mesh<'_> {
    /// The quantities of the target, with running sums of their errors.
    pub(super) fn current(&self) -> Standing {
        let values = self.state.current();
        let caution = self.state.caution(&self.setting.judge);
        let stated = |value: f64, error: &Sum, i: usize| {
            goal::stated(self.options, value, caution * (1.0 + self.state.record.doubt(i)) * error.value())
        };
        let estimates = match self.options.target {
            Target::Each => values.iter().zip(&self.state.errors).enumerate().map(|(c, (v, e))| stated(*v, e, c)).collect(),
            Target::Ratio => (self.options.ratios.iter().zip(self.state.errors.chunks(2)).enumerate())
                .map(|(k, (r, e))| stated(values[r.numerator] / values[r.denominator], &e[0], values.len() + k))
                .collect(),
        };
        Standing { estimates, excess: self.state.goal.excess(&self.state.errors) }
    }

    /// The components and the ratios with the errors that are stated.
    pub(super) fn stated(&self) -> (Vec<Estimate>, Vec<Estimate>) {
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
        let component = |c: usize| Combination::component(c, 1.0);
        let linear = |r: &crate::Ratio| component(r.numerator).plus(r.denominator, -values[r.numerator] / values[r.denominator]);
        let gs: Vec<_> = (0..values.len()).map(component).chain(self.options.ratios.iter().map(linear)).collect();
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

    pub(super) fn report(&self) -> Outcome {
        let (integrals, ratios) = self.stated();
        Outcome {
            scatter: 0.0,
            integrals,
            ratios,
            covariance: None,
            // A component that is zero beside others that are not is usual: the imaginary part of a real function.
            signs: vec![
                (self.state.regions.is_all_dark(), Suspect::AllZero),
                (self.state.audits.is_support_narrow, Suspect::NarrowSupport),
                (self.setting.f.has_unseen_jumps(), Suspect::Jumps),
            ],
            detail: Detail::Regions {
                regions: self.state.regions.len() as u64,
                frozen: self.state.frozen,
                degree: self.setting.rule.degree(),
                rule_points: self.setting.rule.points(),
                bytes_per_region: self.state.regions.bytes_per_region(),
            },
        }
    }

    /// All regions, with what each adds to every integral and its error.
    pub(super) fn list(&self) -> Vec<Region> {
        let (regions, components) = (&self.state.regions, self.state.values.len());
        let side = |i: usize, sign: f64| -> Vec<f64> {
            regions.centre(i).iter().zip(regions.levels(i)).map(|(centre, level)| centre + sign * half_side(*level)).collect()
        };
        let integral = |i: usize, c: usize| -> Estimate {
            let [error, ..] = self.setting.judge.errors(regions, i, &Combination::component(c, 1.0), regions.len() == 1);
            Estimate { value: regions.sums(i, c)[0], error }
        };
        let region = |i: usize| -> Region {
            Region { lo: side(i, -1.0), hi: side(i, 1.0), integrals: (0..components).map(|c| integral(i, c)).collect() }
        };
        (0..regions.len()).map(region).collect()
    }
}
