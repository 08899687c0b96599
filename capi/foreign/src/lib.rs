//! Functions of other languages as integrands, for everything that takes function pointers: `fubini.h`, the libraries that stand
//! in for Cubature and Cuba, and the Python package.
//!
//! An adapter ([`Columns`], [`Rows`]) makes an integrand of a call; [`run()`] integrates it such that neither a failure of the
//! function nor a panic of ours crosses the border; [`threads`] and [`message`] hold what belongs to the process and to the
//! thread. [`Steady`] answers where a rule is expected.

mod columns;
mod halt;
pub mod message;
mod pointer;
mod rows;
mod run;
mod steady;
pub mod threads;

pub use columns::{BatchFunction, Columns};
pub use halt::Halt;
pub use pointer::Pointer;
pub use rows::Rows;
pub use run::{Failure, Job, guarded, run};
pub use steady::Steady;
