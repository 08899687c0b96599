//! Weighted samples: the points of a run that count, with what each adds to the integrals, for whoever wants more than these.
//!
//! A method that draws random points hands them out batch by batch, in an order that depends on neither threads nor time. What is made
//! of them ([`Histogram`](crate::Histogram), files) changes neither the map nor a bit of the result.

use crate::batch::{Columns, Points};
use crate::parallel::{Portable, pack_list, unpack_list};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Some samples of one iteration, in the variables of the integrand.
///
/// Σ weight · f over all samples of an iteration is its estimate of ∫ f times the number of its samples, so that over all that were
/// [kept](Recorder::keep) it is the integral times their number.
#[derive(Debug, Default)]
pub struct Samples {
    pub(crate) points: Columns,
    pub(crate) values: Columns,
    pub(crate) weights: Vec<f64>,
    pub(crate) strata: Vec<u32>,
}

impl Samples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// The points, a column for each variable.
    pub fn points(&self) -> Points<'_> {
        self.points.points(self.points.columns())
    }

    /// The values of component `c`, without Jacobian; zero where they were not finite.
    pub fn values(&self, c: usize) -> &[f64] {
        &self.values.column(c)[..self.len()]
    }

    /// Number of components.
    pub fn components(&self) -> usize {
        self.values.columns()
    }

    /// The weights.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// How many samples at a time are of one stratum: what they scatter is all that is random of their sum.
    pub fn strata(&self) -> impl Iterator<Item = usize> + '_ {
        self.strata.iter().map(|n| *n as usize)
    }
}

impl Portable for Samples {
    fn pack(&self, to: &mut Vec<u8>) {
        pack_list(&[self.points.columns() as u64, self.values.columns() as u64], to);
        pack_list(&self.strata, to);
        pack_list(&self.weights, to);
        for columns in [&self.points, &self.values] {
            (0..columns.columns()).for_each(|c| pack_list(columns.column(c), to));
        }
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        let (mut counts, mut column) = (Vec::<u64>::new(), Vec::<f64>::new());
        unpack_list(&mut counts, from)?;
        unpack_list(&mut self.strata, from)?;
        unpack_list(&mut self.weights, from)?;
        for (columns, count) in [&mut self.points, &mut self.values].into_iter().zip(counts) {
            columns.reset(usize::try_from(count).ok()?, self.weights.len());
            for c in 0..columns.columns() {
                unpack_list(&mut column, from)?;
                columns.column_mut(c).copy_from_slice(column.get(..self.weights.len())?);
            }
            columns.pad();
        }
        Some(())
    }
}

/// Takes the samples of a run: batches in their order, and after each iteration whether it counts.
///
/// To implement it, add to a sum of your own in `take`, and make it count, or forget it, when the iteration ends:
///
/// ```
/// use fubini_algorithms::{Domain, Integrator, Options, Recorder, Samples, Tap, Vegas, scalar};
/// use std::sync::{Arc, Mutex};
///
/// /// The mean of the first variable under the integrand as a density.
/// #[derive(Default)]
/// struct Mean {
///     /// ∫ x f and ∫ f, over what counts and over what may still be thrown away.
///     kept: [f64; 2],
///     open: [f64; 2],
/// }
///
/// impl Recorder for Mean {
///     fn take(&mut self, samples: &Samples) {
///         for ((x, f), weight) in samples.points().axis(0).iter().zip(samples.values(0)).zip(samples.weights()) {
///             self.open[0] += weight * f * x;
///             self.open[1] += weight * f;
///         }
///     }
///     fn keep(&mut self, _samples: u64) {
///         self.kept[0] += self.open[0];
///         self.kept[1] += self.open[1];
///         self.open = [0.0; 2];
///     }
///     fn discard(&mut self) {
///         self.open = [0.0; 2];
///     }
/// }
///
/// let mean = Arc::new(Mutex::new(Mean::default()));
/// let options = Options::default().rtol(1e-3).samples(Tap::new(&mean));
/// Vegas::default().integrate(&scalar(2, |x| x[0] * x[1]), &Domain::unit(2), &options)?;
/// let [above, below] = mean.lock().unwrap().kept;
/// assert!((above / below - 2.0 / 3.0).abs() < 0.01);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub trait Recorder: Send {
    /// A batch.
    fn take(&mut self, samples: &Samples);

    /// All since the last call were an iteration of `samples` samples, and count.
    fn keep(&mut self, samples: u64);

    /// None of them counts: the run was interrupted.
    fn discard(&mut self);
}

/// A recorder that a run and whoever asked for it share.
#[derive(Clone)]
pub struct Tap(Arc<Mutex<dyn Recorder>>);

impl Tap {
    /// Hands samples to this recorder.
    pub fn new<R: Recorder + 'static>(recorder: &Arc<Mutex<R>>) -> Self {
        Tap(Arc::clone(recorder) as Arc<Mutex<dyn Recorder>>)
    }

    pub(crate) fn with(&self, work: impl FnOnce(&mut dyn Recorder)) {
        // A recorder that panicked has ended its run.
        work(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}

/// Whether both hand samples to the same recorder.
impl PartialEq for Tap {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
