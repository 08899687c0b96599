//! A run that ends in a value whatever happens in it.

use crate::Halt;
use fubini::algorithms::coordinates::Coordinates;
use fubini::algorithms::{Error, Integrand, Integrator, Observer, Options, Report};
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why there is no report.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The integrand said that it failed.
    Integrand,
    /// The request could not be carried out.
    Request(Error),
    /// A fault of this library.
    Panic(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Integrand => f.write_str("the integrand asked for the end of the run by what it returned"),
            Failure::Request(error) => error.fmt(f),
            Failure::Panic(text) => write!(f, "a fault of fubini itself, please report it: {text}"),
        }
    }
}

/// What is to be integrated, and how.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The method.
    pub method: &'a dyn Integrator,
    /// The function.
    pub integrand: &'a dyn Integrand,
    /// The domain.
    pub domain: &'a dyn Coordinates,
    /// What the function raises when it fails.
    pub halt: &'a Halt,
    /// Whether a budget below the least with which the method can work is raised to it, as libraries do that count afterwards.
    pub at_least: bool,
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job by {}", self.method.name())
    }
}

/// Integrates.
///
/// # Errors
/// Why there is no report. Not converging is no error.
pub fn run(job: &Job<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Failure> {
    let mut options = options.clone();
    let own = job.halt.interrupt();
    options.interrupt = Some(match options.interrupt.take() {
        Some(other) => own.or(other),
        None => own,
    });
    let mut once = |options: &Options| {
        let result = guarded(|| job.method.integrate_watched(job.integrand, job.domain, options, observer));
        if job.halt.is_raised() {
            return Err(Failure::Integrand);
        }
        result.map_err(Failure::Panic)?.map_err(Failure::Request)
    };
    match once(&options) {
        Err(Failure::Request(Error::Budget { needed, .. })) if job.at_least => once(&options.max_evals(needed)),
        result => result,
    }
}

/// What `work` returns, or the message of its panic.
///
/// # Errors
/// The message.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| text(&*panic))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_string()
}
