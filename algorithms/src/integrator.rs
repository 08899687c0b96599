//! The one trait of all integrators.

use crate::coordinates::{AxisMap, Coordinates};
use crate::pullback::Pullback;
use crate::{Error, ErrorKind, Estimate, Integrand, Interrupt, Options, Progress, Report, Stop, Suspect, Target};
use std::ops::ControlFlow;

/// Called after every step of a run; `Break` ends it with what has been found so far.
///
/// Progress bars and states to be saved live in observers, outside the core. Ctrl-C and time limits do, too, where steps are
/// short; [`Options::interrupt`] is heard in the middle of a step.
pub type Observer<'a> = dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a;

/// A method of integration.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, GenzMalik, Integrator, Options, Qmc, Vegas, scalar};
/// let f = scalar(3, |x| (x[0] * x[1] * x[2]).cos());
/// let methods: [&dyn Integrator; 4] = [&GenzMalik::default(), &Cuhre::default(), &Qmc::default(), &Vegas::default()];
/// for method in methods {
///     let report = method.integrate(&f, &Domain::unit(3), &Options::default().rtol(1e-3))?;
///     println!("{}: {:?} after {} evaluations", method.name(), report.integrals[0], report.evaluations);
///     assert!(report.converged());
/// }
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub trait Integrator: Send + Sync {
    /// The name by which users choose it.
    fn name(&self) -> &'static str;

    /// What its stated errors mean.
    fn error_kind(&self) -> ErrorKind;

    /// Integrates `f` over `domain`, which may be any [`Coordinates`].
    ///
    /// # Errors
    /// A request that no work could satisfy. Not meeting the tolerance is no error: see [`Report::stop`].
    fn integrate(&self, f: &dyn Integrand, domain: &dyn Coordinates, options: &Options) -> Result<Report, Error> {
        self.integrate_watched(f, domain, options, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, with an observer of the steps.
    ///
    /// # Errors
    /// As [`Integrator::integrate`].
    fn integrate_watched(
        &self,
        f: &dyn Integrand,
        domain: &dyn Coordinates,
        options: &Options,
        observer: &mut Observer<'_>,
    ) -> Result<Report, Error> {
        options.check(f.components())?;
        if !self.draws_samples() && (options.samples.is_some() || options.map.is_some()) {
            return Err(Error::NoSamples { method: self.name() });
        }
        if options.ranks() > 1 {
            // Before anyone asks, on this rank alone.
            options.interrupt.iter().for_each(Interrupt::agree);
        }
        let pullback = Pullback::new(f, domain)?.interrupted_by(options.interrupt.clone());
        if pullback.is_empty() || f.is_zero() {
            return Ok(Report { kind: self.error_kind(), ..zero(pullback.components(), options) });
        }
        let mut report = self.refine(&pullback, options, observer)?;
        report.kind = report.choice.as_ref().map_or(self.error_kind(), |choice| choice.kind);
        report.seconds = pullback.clock().seconds();
        report.stop = report.stop_with_ratios();
        report.suspect = report.suspect.or_else(|| is_coarse(&pullback, &report).then_some(Suspect::Coarse));
        // Calls that were not measured one by one are estimated, and threads may have been more before a run was resumed.
        report.integrand_seconds = report.integrand_seconds.min(report.seconds);
        Ok(report)
    }

    /// Whether it draws weighted samples by an importance map: [`Options::samples`] and [`Options::map`] mean something then.
    fn draws_samples(&self) -> bool {
        false
    }

    /// The method itself, on the unit cube, with options that have been checked: for those who write integrators.
    ///
    /// # Errors
    /// As [`Integrator::integrate`].
    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error>;
}

/// Rounding of a coordinate, as a part of its side, from which on the side is called coarse. A choice: a constant over a side that
/// is less coarse is never suspect.
const COARSE: f64 = 1e-9;

/// Whether rounding of a coordinate may move a result by more than its stated error, for an integrand that varies by its own size
/// over the domain.
fn is_coarse(f: &Pullback<'_>, report: &Report) -> bool {
    let coarseness = noticed(f.axes(), f.resolution());
    let mut found = report.integrals.iter().chain(&report.ratios);
    found.any(|e| coarseness * e.value.abs() > e.error)
}

/// What rounding may change of an integral over these coordinates; zero where that is not worth a word.
pub(crate) fn coarseness(coordinates: &dyn Coordinates) -> f64 {
    noticed(coordinates.axes(), coordinates.resolution())
}

fn noticed(axes: &[AxisMap], resolution: f64) -> f64 {
    let of_axes = axes.iter().map(AxisMap::coarseness).fold(0.0, f64::max);
    let noticed = [(of_axes, COARSE), (resolution, f64::EPSILON)].into_iter().filter(|(size, least)| size > least);
    noticed.map(|(size, _)| size).fold(0.0, f64::max)
}

/// The report for a domain without volume and for an integrand that is zero, which leave a ratio without a value.
fn zero(components: usize, options: &Options) -> Report {
    let undefined = options.target == Target::Ratio && !options.ratios.is_empty();
    let stop = if undefined { Stop::Roundoff } else { Stop::Converged };
    Report { integrals: vec![Estimate::default(); components], ..Report::nothing(components, options, stop) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, scalar};

    /// Claims more time in the integrand than has passed.
    struct Boaster;

    impl Integrator for Boaster {
        fn name(&self) -> &'static str {
            "boaster"
        }

        fn error_kind(&self) -> ErrorKind {
            ErrorKind::Bound
        }

        fn refine(&self, f: &Pullback<'_>, options: &Options, _: &mut Observer<'_>) -> Result<Report, Error> {
            Ok(Report { integrand_seconds: 1e9, ..zero(f.components(), options) })
        }
    }

    #[test]
    fn the_integrand_never_takes_longer_than_the_run() {
        let report = Boaster.integrate(&scalar(1, |x| x[0]), &Domain::unit(1), &Options::default()).unwrap();
        assert!(report.seconds > 0.0 && report.integrand_seconds == report.seconds, "{report:?}");
    }
}
