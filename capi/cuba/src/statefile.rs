//! `statefile`: a run that goes on where another one was broken off.

use fubini::{Snapshot, checkpoint};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// States are saved no more often: a step may take a millisecond, and saving longer.
const PAUSE: Duration = Duration::from_secs(1);

/// A file for the states of a run.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    saved: Option<Instant>,
}

impl StateFile {
    /// The file of this name, and the state that is in it, if there is one.
    ///
    /// # Errors
    /// It cannot be written, or holds something else than a state.
    pub(crate) fn open(name: &str) -> Result<(Self, Option<Vec<u8>>), String> {
        let path = PathBuf::from(name);
        checkpoint::try_out(&path).map_err(|error| format!("statefile {name}: {error}"))?;
        let state = std::fs::read(&path).ok().filter(|bytes| Snapshot::is_state(bytes));
        Ok((StateFile { path, saved: None }, state))
    }

    /// Saves the state of a step, if it is time or the `last` one.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn save(&mut self, state: impl FnOnce() -> Vec<u8>, last: bool) -> Result<(), String> {
        if !last && self.saved.is_some_and(|saved| saved.elapsed() < PAUSE) {
            return Ok(());
        }
        self.saved = Some(Instant::now());
        checkpoint::save(&self.path, &state()).map_err(|error| format!("statefile {}: {error}", self.path.display()))
    }

    /// Removes the file of a run that is done.
    pub(crate) fn remove(self) {
        // If it cannot be removed, the next run goes on from a state that is done, and is done.
        _ = std::fs::remove_file(&self.path);
    }
}
