//! Histograms: an integral by the value of some quantity, from the samples of a run, with an error for each bin.

use crate::batch::Columns;
use crate::samples::{Recorder, Samples};
use crate::sampling::{scaling, student_factor};
use crate::{Estimate, Integrand};
use std::fmt;

/// Part of the largest sample in a bin that its error is at least: by chance no stratum may have been seen to lie across an edge.
const LEAST: f64 = 0.5;
/// Degrees of freedom from which on Student's distribution is the normal one.
const MOST_DOF: f64 = 200.0;

/// An integral divided into bins by the value of a quantity.
///
/// Bin b holds ∫ f over where the quantity lies in it. Samples of one stratum scatter about their mean: with v = weight · f, the sum of a
/// bin has the variance n/(n − 1) (Σ v² − (Σ v)²/n) from a stratum of n samples, with sums over those of them in the bin. The error is one
/// standard deviation: the root of the variance, times the factor of Student's distribution where few strata lie across the edges of the
/// bin, as in one variable; and at least half of the largest sample. A bin in which few samples fell is known as little as these tell, and
/// one in which none fell is 0 ± 0.
///
/// ```
/// use fubini_algorithms::{Domain, Histogram, Integrator, Options, Tap, Vegas, scalar};
/// use std::sync::{Arc, Mutex};
///
/// // x y over the unit square, by the value of x.
/// let by_x = Arc::new(Mutex::new(Histogram::new(scalar(2, |x| x[0]), 0.0, 1.0, 4).unwrap()));
/// let options = Options::default().rtol(1e-3).samples(Tap::new(&by_x));
/// let report = Vegas::default().integrate(&scalar(2, |x| x[0] * x[1]), &Domain::unit(2), &options)?;
/// let by_x = by_x.lock().unwrap();
/// let (first, total) = (by_x.bins()[0], by_x.bins().iter().map(|bin| bin.value).sum::<f64>());
/// assert!((first.value - 1.0 / 64.0).abs() < 5.0 * first.error);
/// assert!((total - report.integrals[0].value).abs() < 1e-12);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub struct Histogram {
    quantity: Box<dyn Integrand>,
    lo: f64,
    hi: f64,
    /// Of the component that is divided.
    component: usize,
    /// By bin, with one before the first for what lies below, and two behind for what lies above and is no number.
    kept: Vec<Bin>,
    /// The same of the iteration under way.
    fresh: Vec<Bin>,
    /// Exponent e of the unit 2^e in which bins are measured.
    unit: i32,
    samples: u64,
    scratch: Scratch,
}

/// What has fallen into a bin.
#[derive(Clone, Copy, Default)]
struct Bin {
    sum: f64,
    variance: f64,
    /// Σ of the squared variances of strata over their degrees of freedom.
    spread: f64,
    /// The largest that one sample has added.
    largest: f64,
}

impl Bin {
    fn merge(self, other: Bin) -> Self {
        Bin {
            sum: self.sum + other.sum,
            variance: self.variance + other.variance,
            spread: self.spread + other.spread,
            largest: self.largest.max(other.largest),
        }
    }

    /// In a unit 2^e times as large.
    fn in_unit(self, e: i32) -> Self {
        Bin {
            sum: scaling::scale(self.sum, -e),
            variance: scaling::scale(self.variance, -2 * e),
            spread: scaling::scale(self.spread, -4 * e),
            largest: scaling::scale(self.largest, -e),
        }
    }
}

/// Memory for a batch.
#[derive(Default)]
struct Scratch {
    found: Columns,
    /// The bin of every sample.
    places: Vec<usize>,
    /// What each adds, in the unit.
    added: Vec<f64>,
    /// Σ v and Σ v² of a stratum by bin; zero between strata.
    sums: Vec<[f64; 2]>,
}

impl Histogram {
    /// Equal bins between two values of a quantity, the first component of an integrand of the same variables; `None` without a bin, or
    /// if `lo < hi` does not hold or is not finite.
    pub fn new(quantity: impl Integrand + 'static, lo: f64, hi: f64, bins: usize) -> Option<Self> {
        let is_sound = bins > 0 && lo < hi && (hi - lo).is_finite();
        let empty = || vec![Bin::default(); bins + 3];
        let scratch = Scratch { sums: vec![[0.0; 2]; bins + 3], ..Scratch::default() };
        let (kept, fresh, unit) = (empty(), empty(), -scaling::MOST);
        is_sound.then(|| Histogram { quantity: Box::new(quantity), lo, hi, component: 0, kept, fresh, unit, samples: 0, scratch })
    }

    /// Divides another component than the first.
    #[must_use]
    pub fn of_component(mut self, component: usize) -> Self {
        self.component = component;
        self
    }

    /// Number of bins.
    pub fn len(&self) -> usize {
        self.kept.len() - 3
    }

    /// A histogram has bins.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The ends of the bins, one more than there are bins.
    pub fn edges(&self) -> Vec<f64> {
        let bins = self.len() as f64;
        (0..=self.len()).map(|b| self.lo + (self.hi - self.lo) * (b as f64 / bins)).collect()
    }

    /// What lies in each bin.
    pub fn bins(&self) -> Vec<Estimate> {
        self.estimates(1..=self.len())
    }

    /// What lies below the first bin, above the last, and where the quantity is not a number.
    pub fn outside(&self) -> [Estimate; 3] {
        let found = self.estimates([0, self.len() + 1, self.len() + 2]);
        [found[0], found[1], found[2]]
    }

    /// What these bins hold. Of a million of them most are empty, and others have few different degrees of freedom.
    fn estimates(&self, bins: impl IntoIterator<Item = usize>) -> Vec<Estimate> {
        let filled = self.kept.iter().filter(|bin| bin.largest > 0.0).count();
        let mut factors = [0.0; MOST_DOF as usize + 1];
        let samples = self.samples.max(1) as f64;
        let back = |x: f64| scaling::scale(x / samples, self.unit);
        let estimate = |b: usize| {
            let Bin { sum, variance, spread, largest } = self.kept[b];
            if largest == 0.0 {
                return Estimate { value: back(sum), error: 0.0 };
            }
            let dof = if spread > 0.0 { (variance * (variance / spread)).clamp(1.0, MOST_DOF) } else { MOST_DOF };
            let factor = &mut factors[dof as usize];
            if *factor == 0.0 {
                *factor = student_factor(dof as usize + 1);
            }
            let error = *factor * variance.max(0.0).sqrt();
            // Who holds all has no edge within what was seen.
            let error = if filled > 1 { error.max(LEAST * largest) } else { error };
            Estimate { value: back(sum), error: back(error) }
        };
        bins.into_iter().map(estimate).collect()
    }

    fn place(lo: f64, hi: f64, bins: usize, x: f64) -> usize {
        match (x - lo) / (hi - lo) {
            u if u < 0.0 => 0,
            // The end belongs to the last bin: a quantity that is bounded reaches its bound.
            u if u <= 1.0 => 1 + ((u * bins as f64) as usize).min(bins - 1),
            u if u.is_nan() => bins + 2,
            _ => bins + 1,
        }
    }
}

impl Recorder for Histogram {
    fn take(&mut self, samples: &Samples) {
        let (lo, hi, bins) = (self.lo, self.hi, self.len());
        let Scratch { found, places, added, sums } = &mut self.scratch;
        found.reset(self.quantity.components(), samples.len());
        self.quantity.eval(samples.points(), &mut found.values());
        places.clear();
        places.extend(found.column(0).iter().map(|x| Histogram::place(lo, hi, bins, *x)));
        let all = samples.values(self.component).iter().zip(samples.weights());
        added.clear();
        added.extend(all.map(|(value, weight)| value * weight));
        let peak = added.iter().fold(0.0, |peak: f64, v| peak.max(v.abs()));
        let unit = scaling::exponent(peak).max(self.unit);
        if unit != self.unit {
            let larger = unit - self.unit;
            self.kept.iter_mut().chain(&mut self.fresh).for_each(|bin| *bin = bin.in_unit(larger));
            self.unit = unit;
        }
        added.iter_mut().for_each(|v| *v = scaling::scale(*v, -unit));
        let mut start = 0;
        for len in samples.strata() {
            let own = start..start + len;
            start += len;
            for i in own.clone() {
                let [sum, squares] = &mut sums[places[i]];
                *sum += added[i];
                *squares += added[i] * added[i];
                let largest = &mut self.fresh[places[i]].largest;
                *largest = largest.max(added[i].abs());
            }
            let n = len as f64;
            for place in &places[own] {
                // The first sample of a bin takes all of it; the others find nothing left.
                let [sum, squares] = std::mem::take(&mut sums[*place]);
                if squares > 0.0 {
                    let bin = &mut self.fresh[*place];
                    let variance = n / (n - 1.0).max(1.0) * (squares - sum * sum / n).max(0.0);
                    bin.sum += sum;
                    bin.variance += variance;
                    bin.spread += variance * variance / (n - 1.0).max(1.0);
                }
            }
        }
    }

    fn keep(&mut self, samples: u64) {
        self.samples += samples;
        for (kept, fresh) in self.kept.iter_mut().zip(&mut self.fresh) {
            *kept = kept.merge(std::mem::take(fresh));
        }
    }

    fn discard(&mut self) {
        self.fresh.fill(Bin::default());
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Histogram { lo, hi, samples, .. } = self;
        f.debug_struct("Histogram").field("lo", lo).field("hi", hi).field("samples", samples).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar;

    fn samples(x: &[f64], weights: &[f64], strata: &[u32]) -> Samples {
        let mut all = Samples { weights: weights.to_vec(), strata: strata.to_vec(), ..Samples::default() };
        all.points.reset(1, x.len());
        all.points.column_mut(0).copy_from_slice(x);
        all.points.pad();
        all.values.reset(1, x.len());
        all.values.column_mut(0).fill(1.0);
        all
    }

    #[test]
    fn bins_hold_what_falls_into_them_and_scatter_by_stratum() {
        let mut histogram = Histogram::new(scalar(1, |x| x[0]), 0.0, 1.0, 2).unwrap();
        histogram.take(&samples(&[0.1, 0.2, 0.9, 1.0, -3.0, f64::NAN], &[1.0, 3.0, 2.0, 2.0, 5.0, 7.0], &[2, 2, 2]));
        histogram.keep(6);
        let ([low, high], [below, above, nowhere]) = (histogram.bins()[..].try_into().unwrap(), histogram.outside());
        assert_eq!([low.value, high.value, below.value, above.value, nowhere.value].map(|x| 6.0 * x), [4.0, 4.0, 5.0, 0.0, 7.0]);
        // Variances of 2 (1 + 9 − 16/2) of the first stratum, nothing of the second, 2 (25 − 25/2) of the third; one degree of freedom.
        let errors = [low, high, below].map(|e| 6.0 * e.error);
        let student = student_factor(2);
        assert!(
            [2.0 * student, 1.0, 5.0 * student].iter().zip(errors).all(|(e, found)| (e / found - 1.0).abs() < 1e-14),
            "{errors:?}"
        );
        assert_eq!(histogram.edges(), [0.0, 0.5, 1.0]);
        histogram.take(&samples(&[0.1], &[1.0], &[1]));
        histogram.discard();
        histogram.keep(0);
        assert_eq!(histogram.bins()[0], low);
        assert!(
            Histogram::new(scalar(1, |x| x[0]), 1.0, 1.0, 2).is_none()
                && Histogram::new(scalar(1, |x| x[0]), 0.0, 1.0, 0).is_none()
        );
    }

    #[test]
    fn a_million_bins_are_told_as_soon_as_a_few() {
        // Looked at for each of them, all others would take minutes.
        let bins = 1 << 20;
        let mut histogram = Histogram::new(scalar(1, |x| x[0]), 0.0, 1.0, bins).unwrap();
        histogram.take(&samples(&[0.9, 0.9, 0.9999999], &[1.0, 3.0, 2.0], &[2, 1]));
        histogram.keep(3);
        let found = histogram.bins();
        assert_eq!(found.iter().filter(|bin| bin.error > 0.0).count(), 2);
        assert_eq!((found.len(), 3.0 * found[bins - 1].value, 3.0 * found[bins - 1].error), (bins, 2.0, 1.0));
    }

    #[test]
    fn small_and_large_values_have_the_errors_of_others() {
        let with = |sizes: &[f64]| {
            let mut histogram = Histogram::new(scalar(1, |x| x[0]), 0.0, 1.0, 2).unwrap();
            for size in sizes {
                histogram.take(&samples(&[0.1, 0.7, 0.2, 0.3], &[1.0, 3.0, 2.0, 4.0].map(|w| w * size), &[2, 2]));
            }
            histogram.keep(4);
            histogram.bins()
        };
        let one = with(&[1.0]);
        for size in [1e-300, 1e-162, 1e155, 1e300] {
            for (bin, one) in with(&[size]).iter().zip(&one) {
                let [value, error] = [bin.value / size / one.value, bin.error / size / one.error];
                assert!((value - 1.0).abs() < 1e-14 && (error - 1.0).abs() < 1e-14, "{size:e}: {bin:?}");
            }
        }
        // In whatever order they come.
        for (bin, one) in with(&[1e-200, 1e200, 1e-200]).iter().zip(&one) {
            assert!((bin.value / 1e200 / one.value - 1.0).abs() < 1e-14);
        }
    }
}
