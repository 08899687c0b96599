//! Integrands that can fail: the first failure ends the run and is what the caller gets.

use crate::batch::{Points, Values};
use crate::coordinates::Coordinates;
use crate::{Error, Integrand, Integrator, Interrupt, Options, Report};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// An integrand with one component from a closure that takes one point and may fail; see [`Fallible::integrate`].
///
/// ```
/// use fubini_algorithms::{Domain, Failure, GenzMalik, Options, try_scalar};
///
/// let f = try_scalar(1, |x| if x[0] < 0.9 { Ok(x[0]) } else { Err(format!("no model beyond 0.9, asked for {}", x[0])) });
/// let (method, options) = (GenzMalik::default(), Options::default());
/// let half = f.integrate(&method, &Domain::new(&[(0.0, 0.5)])?, &options).expect("below 0.9 all is well");
/// assert!((half.integrals[0].value - 0.125).abs() < 1e-12);
/// let whole = f.integrate(&method, &Domain::unit(1), &options);
/// assert!(matches!(whole, Err(Failure::Integrand(reason)) if reason.starts_with("no model")));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[allow(clippy::type_complexity, reason = "a type without a name has no shorter one")]
pub fn try_scalar<E: Send>(
    dim: usize,
    f: impl Fn(&[f64]) -> Result<f64, E> + Send + Sync,
) -> Fallible<impl Fn(&[f64], &mut [f64]) -> Result<(), E> + Send + Sync> {
    try_vector(dim, 1, move |x: &[f64], y: &mut [f64]| {
        y[0] = f(x)?;
        Ok(())
    })
}

/// An integrand with several components from a closure that takes one point, writes its values, and may fail.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Options, try_vector};
/// let f = try_vector(1, 2, |x, y| {
///     y[0] = "1.5".parse::<f64>()?;
///     y[1] = x[0];
///     Ok::<(), std::num::ParseFloatError>(())
/// });
/// let report = f.integrate(&Cuhre::default(), &Domain::unit(1), &Options::default())?;
/// assert!((report.integrals[0].value - 1.5).abs() < 1e-12 && (report.integrals[1].value - 0.5).abs() < 1e-12);
/// # Ok::<(), fubini_algorithms::Failure<std::num::ParseFloatError>>(())
/// ```
pub fn try_vector<E, F>(dim: usize, components: usize, f: F) -> Fallible<F>
where
    F: Fn(&[f64], &mut [f64]) -> Result<(), E> + Send + Sync,
{
    Fallible { dim, components, f }
}

/// An integrand that can fail, from [`try_scalar`] or [`try_vector`].
#[derive(Clone, Copy, Debug)]
pub struct Fallible<F> {
    dim: usize,
    components: usize,
    f: F,
}

/// Why the integral of a function that can fail was not found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure<E> {
    /// The integrand failed. Of failures on several threads one is kept.
    #[error("the integrand failed: {0}")]
    Integrand(E),
    /// The request could not be carried out.
    #[error(transparent)]
    Request(#[from] Error),
}

impl<E, F: Fn(&[f64], &mut [f64]) -> Result<(), E> + Send + Sync> Fallible<F> {
    /// Integrates it by `method`. After a failure the integrand is called no more; [`Options::interrupt`] is heard as ever.
    ///
    /// # Errors
    /// The failure, or what [`Integrator::integrate`] says.
    pub fn integrate(&self, method: &dyn Integrator, domain: &dyn Coordinates, options: &Options) -> Result<Report, Failure<E>>
    where
        E: Send,
    {
        let failed = Arc::new(AtomicBool::new(false));
        let run = Run { integrand: self, failed: failed.clone(), failure: Mutex::new(None) };
        let own = Interrupt::when(move || failed.load(Ordering::Relaxed));
        let mut options = options.clone();
        options.interrupt = Some(match options.interrupt.take() {
            Some(other) => own.or(other),
            None => own,
        });
        let result = method.integrate(&run, domain, &options);
        match run.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(failure) => Err(Failure::Integrand(failure)),
            None => Ok(result?),
        }
    }
}

/// A run with a fallible integrand.
struct Run<'a, E, F> {
    integrand: &'a Fallible<F>,
    failed: Arc<AtomicBool>,
    failure: Mutex<Option<E>>,
}

impl<E: Send, F: Fn(&[f64], &mut [f64]) -> Result<(), E> + Send + Sync> Integrand for Run<'_, E, F> {
    fn dim(&self) -> usize {
        self.integrand.dim
    }

    fn components(&self) -> usize {
        self.integrand.components
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let (mut x, mut y) = (vec![0.0; self.integrand.dim], vec![0.0; self.integrand.components]);
        for i in 0..points.len() {
            points.copy_point(i, &mut x);
            // What is left of the batch is zero: nothing of it will count.
            y.fill(0.0);
            let result = if self.failed.load(Ordering::Relaxed) { Ok(()) } else { (self.integrand.f)(&x, &mut y) };
            if let Err(failure) = result {
                self.failed.store(true, Ordering::Relaxed);
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
                y.fill(0.0);
            }
            y.iter().enumerate().for_each(|(c, y)| values.component(c)[i] = *y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cuhre, Domain, GenzMalik, Qmc, Stop, Vegas, scalar};
    use std::sync::atomic::AtomicU64;

    #[test]
    fn every_method_ends_at_the_first_failure_and_calls_no_more() {
        let methods: [&dyn Integrator; 4] = [&GenzMalik::default(), &Cuhre::default(), &Vegas::default(), &Qmc::default()];
        for method in methods {
            for limit in [1, 3000] {
                let calls = AtomicU64::new(0);
                let f = try_vector(2, 2, |x, y| {
                    y.fill(1.0 / (0.01 + x[0] * x[1]));
                    if calls.fetch_add(1, Ordering::Relaxed) + 1 >= limit { Err(limit) } else { Ok(()) }
                });
                let options = Options::default().rtol(1e-9).threads(2);
                let result = f.integrate(method, &Domain::unit(2), &options);
                assert_eq!(result.map(|report| report.evaluations), Err(Failure::Integrand(limit)), "{}", method.name());
                assert!(calls.load(Ordering::Relaxed) <= limit + 1, "{}: {calls:?}", method.name());
            }
        }
    }

    #[test]
    fn without_a_failure_nothing_changes() {
        let (f, may) = (scalar(2, |x| x[0].exp() * x[1]), try_scalar(2, |x| Ok::<_, ()>(x[0].exp() * x[1])));
        let options = Options::default().rtol(1e-3);
        for method in [&Cuhre::default() as &dyn Integrator, &Vegas::default()] {
            let plain = method.integrate(&f, &Domain::unit(2), &options).unwrap();
            let report = may.integrate(method, &Domain::unit(2), &options).unwrap();
            assert_eq!((plain.integrals, plain.evaluations), (report.integrals, report.evaluations));
        }
        let request = may.integrate(&Cuhre::default(), &Domain::unit(3), &options);
        assert!(matches!(request, Err(Failure::Request(Error::Dimension { .. }))));
        let report = may.integrate(&Vegas::default(), &Domain::unit(2), &options.interrupt(|| true)).unwrap();
        assert_eq!(report.stop, Stop::Cancelled, "the caller's own interrupt is heard");
    }
}
