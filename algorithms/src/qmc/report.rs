//! What a run has to say: the integrals with the errors that are stated, and whether they may be believed.

use super::Run;
use crate::run::Outcome;
use crate::sampling::{Moments, ZERO_POINTS, ratios, standing};
use crate::search::Peaks;
use crate::{Detail, Suspect};

/// Part of the tolerance. A choice.
const FAR_BELOW: f64 = 0.25;

impl Run<'_> {
    /// Whether there were points enough to believe in zero where nothing else was seen, and in errors where something was.
    pub(super) fn is_credible(&self) -> bool {
        if self.may_miss_peaks() {
            false
        } else if self.is_slight() {
            true
        } else if self.state.replicates.seen() {
            !self.state.replicates.is_narrow()
        } else {
            self.state.tally.evaluations >= ZERO_POINTS
        }
    }

    /// Whether what is left beside a known part is within the tolerance, so that it does not matter how it is spread.
    pub(super) fn is_slight(&self) -> bool {
        let control = self.options.control.as_ref();
        control.is_some_and(|control| control.is_slight(self.options, &self.state.replicates.sizes()))
    }

    /// Whether a known part lives where next to no point has been, and nothing else was looked for: what the points have seen of the rest,
    /// which is little, says nothing of peaks that neither they nor whoever fitted the known part have met.
    fn may_miss_peaks(&self) -> bool {
        let is_searched = self.state.peaks.as_ref().is_some_and(Peaks::know_places);
        !is_searched && self.knows_narrow()
    }

    /// Whether there is a known part that lives where next to no point has been.
    pub(super) fn knows_narrow(&self) -> bool {
        let replicates = &self.state.replicates;
        let points = replicates.points * replicates.len() as u64;
        self.options.control.as_ref().is_some_and(|control| control.is_narrow(points))
    }

    /// Whether what is left beside a known part is so far below the tolerance that a tail would have to be heavier than it looks.
    fn is_far_below(&self) -> bool {
        self.options.control.is_some() && (self.is_slight() || standing(self.options, &self.stated()).excess <= FAR_BELOW)
    }

    /// Whether a few points hold most of what was seen, or did so before a map followed them and nothing else is known.
    fn is_narrow(&self) -> bool {
        let is_verified = self.state.peaks.as_ref().is_some_and(Peaks::can_verify);
        self.may_miss_peaks()
            || !self.is_slight() && self.state.replicates.is_narrow()
            || self.state.replicates.unverified && !is_verified
    }

    /// Whether the largest weights look as if the variance were infinite, and no witness says more.
    pub(super) fn has_heavy_tail(&self) -> bool {
        !self.is_far_below()
            && !self.state.peaks.as_ref().is_some_and(Peaks::know_tails)
            && self.state.replicates.has_heavy_tail()
    }

    /// Means, and their covariance with errors that hold as often as a standard deviation and know of what points may have
    /// missed.
    pub(super) fn stated(&self) -> Moments {
        let mut moments = self.state.replicates.stated();
        if let Some(control) = &self.options.control {
            moments = control.complete(moments);
            moments.raise(&control.floors(self.options, moments.points));
        }
        if let (Some(control), Some(peaks)) = (&self.options.control, &self.state.peaks) {
            Peaks::lack(self.options, &mut moments, &control.lacks(peaks));
        } else if let Some(peaks) = &self.state.peaks {
            let points = moments.points as f64;
            peaks.warn(self.options, &mut moments, &self.state.replicates.sizes(), |x| {
                let jacobians = self.state.replicates.map.iter().flatten().zip(x).map(|(axis, x)| axis.inverse(*x).1);
                points / jacobians.product::<f64>()
            });
        }
        moments
    }

    pub(super) fn report(&self) -> Outcome {
        let (moments, replicates) = (self.stated(), &self.state.replicates);
        let integrals = moments.integrals();
        let relative = integrals.iter().zip(replicates.sizes()).map(|(e, size)| e.error / size);
        Outcome {
            scatter: relative.fold(0.0, f64::max),
            ratios: ratios(self.options, &moments),
            covariance: Some(replicates.moments().matrix()),
            signs: vec![
                (!replicates.seen() && self.options.control.is_none(), Suspect::AllZero),
                (self.state.tally.is_biased(&integrals), Suspect::NonFinite),
                (self.is_narrow(), Suspect::NarrowSupport),
                (self.has_heavy_tail(), Suspect::HeavyTail),
            ],
            integrals,
            detail: Detail::Replicates {
                replicates: replicates.len(),
                points_per_replicate: replicates.points,
                sequence: replicates.kind.word(),
                map: replicates.map.is_some(),
                candidates: self.state.candidates,
                training: self.state.training,
            },
        }
    }
}
