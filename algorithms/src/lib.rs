//! The numerical core of fubini: batched integrands, coordinates, rules, refinement and sampling. No I/O.
//!
//! A tour in the order of the data's path: an [`Integrand`] is evaluated in batches of [`Points`]; a [`Domain`],
//! or other [`Coordinates`](coordinates::Coordinates), carries it to the unit cube, where an [`Integrator`]
//! works under [`Options`] and returns a [`Report`].
//!
//! ```
//! use fubini_algorithms::{Cuhre, Domain, Integrator, Options, vector};
//!
//! // ∫ exp(−x² − y²) and ∫ x² exp(−x² − y²) over the plane, from the same points, and their ratio.
//! let f = vector(2, 2, |x, y| {
//!     let weight = (-x[0] * x[0] - x[1] * x[1]).exp();
//!     y[0] = x[0] * x[0] * weight;
//!     y[1] = weight;
//! });
//! let plane = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 2])?;
//! let report = Cuhre::default().integrate(&f, &plane, &Options::default().ratio(0, 1))?;
//! let mean = report.ratio().unwrap();
//! assert!(report.converged() && (mean.value - 0.5).abs() <= mean.error);
//! # Ok::<(), fubini_algorithms::Error>(())
//! ```

mod adaptive;
mod auto;
mod batch;
pub mod clock;
pub mod coordinates;
mod detail;
mod domain;
mod error;
mod exponents;
mod fallible;
mod forward;
mod histogram;
mod integrand;
mod integrator;
mod interrupt;
mod jacobian;
mod miser;
mod mixture;
mod options;
mod parallel;
mod product;
mod pullback;
mod qmc;
mod report;
pub mod rules;
mod run;
mod samples;
mod sampling;
mod search;
mod separated;
mod show;
pub mod simd;
mod standing;
mod stopwatch;
mod sum;
mod tables;
mod tally;
mod train;
mod vegas;
mod vmc;

pub use adaptive::{Cuhre, GenzMalik};
pub use auto::{Auto, Choice, Limit, Plane, Trial};
pub use batch::{Columns, Points, Values};

pub use detail::{Detail, Fact};
pub use domain::Domain;
pub use error::Error;
pub use exponents::{Growth, exponents};
pub use fallible::{Failure, Fallible, try_scalar, try_vector};
pub use histogram::Histogram;
pub use integrand::{Integrand, LaneIntegrand, Simd, scalar, vector, wide};
pub use integrator::{Integrator, Observer};
pub use interrupt::Interrupt;
pub use miser::Miser;
pub use mixture::Mixture;
pub use options::{ErrorLevel, Options, Ratio, Target};
pub use parallel::{Part, Profile, Team, Transport, max_threads};
pub use product::ProductRule;
pub use pullback::{Pullback, Tally, Workspace};
pub use qmc::{Qmc, QmcMap, QmcSequence};
pub use report::{ErrorKind, Estimate, Progress, Report, Stop, Suspect};
pub use run::{Region, Snapshot};
pub use samples::{Recorder, Samples, Tap};
pub use sampling::{ImportanceMap, streams};
pub use separated::{Factor, Product, Separated};
pub use tables::{ReadsTables, Table, Tables};
pub use train::{TensorTrain, Train};
pub use vegas::Vegas;
pub use vmc::Vmc;

/// The code of the crate's README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
