//! States of runs in files: each a whole state at any time, and never in the place of something else.

use crate::replace::{self, Kind, WriteError};
use std::io;
use std::path::Path;

/// Writes the state of a run to `path`, over an earlier one if there is one. If anything goes wrong, that one stays as it is.
///
/// ```
/// use fubini::{Cuhre, Domain, Integrator, Options, checkpoint, scalar};
/// use std::ops::ControlFlow;
///
/// let path = std::env::temp_dir().join(format!("fubini-{}.state", std::process::id()));
/// let (f, unit) = (scalar(2, |x| (x[0] - 0.3).abs() * x[1]), Domain::unit(2));
/// Cuhre::default().integrate_watched(&f, &unit, &Options::default().rtol(1e-3), &mut |progress| {
///     checkpoint::save(&path, &progress.snapshot.to_bytes()).unwrap();
///     ControlFlow::Continue(())
/// })?;
/// // Later, to more digits.
/// let options = Options::default().rtol(1e-6).resume(checkpoint::load(&path)?);
/// assert!(Cuhre::default().integrate(&f, &unit, &options)?.converged());
/// std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What is there is no state; what the file system says: no such folder, no permission, no space.
pub fn save(path: &Path, state: &[u8]) -> Result<(), WriteError> {
    replace::write(path, state, Kind::State)
}

/// Whether a state can be written to `path`, tried out without touching what is there.
///
/// # Errors
/// As [`save`].
pub fn try_out(path: &Path) -> Result<(), WriteError> {
    replace::try_out(path, Kind::State)
}

/// Reads the state in `path`; of a file that holds something else only its beginning, by which a run refuses it.
///
/// # Errors
/// It is no plain file: a pipe may never be written to, and a device has no end. What the file system says.
pub fn load(path: &Path) -> io::Result<Vec<u8>> {
    replace::read(path, Kind::State)
}
