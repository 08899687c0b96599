//! Multidimensional integration with stated errors that you can check: adaptive cubature and VEGAS behind one trait, batched
//! SIMD integrands with several components, and the variational energies of small atoms.
//!
//! ```
//! use fubini::{Cuhre, Domain, Integrator, Options, scalar};
//!
//! let f = scalar(3, |x| (x[0] * x[1]).cos() * (-x[2]).exp());
//! let domain = Domain::new(&[(0.0, 1.0), (0.0, 2.0), (0.0, f64::INFINITY)])?;
//! let report = Cuhre::default().integrate(&f, &domain, &Options::default().rtol(1e-8))?;
//! let integral = report.integrals[0];
//! assert!(report.converged() && (integral.value - 1.605412976802695).abs() <= integral.error);
//! # Ok::<(), fubini::algorithms::Error>(())
//! ```
//!
//! The numerical core is the crate `fubini-algorithms`, all of which is re-exported here. This crate adds what
//! users name by words: [`methods`], [`Formulas`] given as text, the [`atoms`], and the [`Problem`]s made of them.

#[cfg(feature = "cli")]
extern crate self as fubini;

pub mod atoms;
pub mod checkpoint;
#[cfg(feature = "cli")]
mod cli;
pub mod compare;
mod formula;
#[cfg(feature = "cli")]
mod history;
mod limits;
pub mod memory;
pub mod methods;
#[cfg(feature = "cli")]
mod output;
mod problem;
#[cfg(feature = "cli")]
pub mod program;
#[cfg(feature = "cli")]
mod progress;
mod region;
pub mod replace;
mod request;
pub mod samples;
#[cfg(feature = "cli")]
mod seat;
mod sweep;
#[cfg(feature = "cli")]
mod trend;
pub mod variation;

pub use formula::{Formulas, Variable};
pub use fubini_algorithms as algorithms;
pub use fubini_algorithms::*;
pub use fubini_expressions as expressions;
pub use problem::{Constant, Integral, Observable, Problem, Reference};
pub use region::Region;
pub use request::RequestError;
pub use sweep::Sweep;

/// The code of the pages, compiled and run.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/guide.md")]
    struct Guide;
    #[doc = include_str!("../docs/errors.md")]
    struct Errors;
    #[doc = include_str!("../docs/comparison.md")]
    struct Comparison;
    #[doc = include_str!("../docs/atoms.md")]
    struct Atoms;
    #[doc = include_str!("../docs/performance.md")]
    struct Performance;
}
