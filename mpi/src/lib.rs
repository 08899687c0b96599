//! Runs on the ranks of an MPI job: every rank makes the same run, evaluates its share of the points, and is told what the others
//! have found. The result does not depend on the number of ranks by a bit.
//!
//! The program `fubini-mpi` takes the words of `fubini`; [`run`] is for integrands of one's own:
//!
//! ```no_run
//! use fubini::{Cuhre, Domain, Integrator, Options, scalar};
//!
//! let report = fubini_mpi::run(|team| {
//!     let f = scalar(3, |x| (x[0] * x[1] * x[2]).cos());
//!     let report = Cuhre::default().integrate(&f, &Domain::unit(3), &Options::default().team(team.clone()))?;
//!     if team.rank() == 0 {
//!         println!("{:?}", report.integrals[0]);
//!     }
//!     Ok::<_, fubini::algorithms::Error>(report)
//! })?;
//! # Ok::<(), fubini_mpi::Unavailable>(())
//! ```
//!
//! A panic on one rank, or one that ends before the others, ends the whole job.

#[cfg(has_mpi)]
mod link;

use fubini::algorithms::Team;
use std::error::Error;
use std::fmt;

/// The status of a job that a panic has ended, as that of a Rust program.
#[cfg(has_mpi)]
const PANIC: u8 = 101;

/// Why there is no job to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unavailable {
    /// No MPI was found when this was built.
    Built,
    /// This process has left its job before, and MPI is begun once.
    Left,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unavailable::Built => {
                "this was built without MPI, since no mpicc was found: install one (Debian: libopenmpi-dev openmpi-bin) and build again"
            }
            Unavailable::Left => "this process has left its MPI job, which can be joined once",
        })
    }
}

impl Error for Unavailable {}

/// Joins the MPI job that this process is a rank of (a job of its own where it was started without `mpirun` or `srun`), does `work`
/// with its ranks, and leaves it with them. If `work` fails on this rank alone, end the process: the others wait for its share.
///
/// # Errors
/// There is no MPI, or it has been left.
#[cfg(has_mpi)]
pub fn run<R>(work: impl FnOnce(Team) -> R) -> Result<R, Unavailable> {
    let mpi = link::Mpi::begin().ok_or(Unavailable::Left)?;
    // Whatever panics, others would wait for ever.
    let told = std::panic::take_hook();
    let rank = fubini::algorithms::Transport::rank(&mpi);
    std::panic::set_hook(Box::new(move |panic| {
        told(panic);
        eprintln!("fubini-mpi: rank {rank} has panicked, which ends the job");
        link::abort(PANIC);
    }));
    let result = work(Team::new(mpi));
    link::end();
    Ok(result)
}

/// Where no MPI was found when this was built: refuses.
///
/// # Errors
/// There is no MPI.
#[cfg(not(has_mpi))]
pub fn run<R>(_work: impl FnOnce(Team) -> R) -> Result<R, Unavailable> {
    Err(Unavailable::Built)
}
