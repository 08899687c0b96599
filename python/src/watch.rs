//! Looks after a run from Python: Ctrl-C, progress, and exceptions in Python code.
//!
//! Python handles signals on its main thread only, and between two of its own instructions. A run without Python code
//! therefore goes on in a thread of its own, without the interpreter, while the caller listens for signals and calls
//! what follows the progress; a run that calls Python stays where it was called, and listens once a batch.

use crate::samples::Gathered;
use fubini::algorithms::{Estimate, ImportanceMap, Interrupt, Observer, Progress, Region, Tap, Values};
use pyo3::exceptions::PyStopIteration;
use pyo3::prelude::*;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long Ctrl-C may go unheard.
const PATIENCE: Duration = Duration::from_millis(50);

/// What became of the Python side of a run.
#[derive(Default)]
pub(crate) struct Watch {
    progress: Option<Py<PyAny>>,
    /// Called when signals have ended the run.
    cancel: Option<Py<PyAny>>,
    /// The first exception.
    failure: Mutex<Option<PyErr>>,
    stopped: Arc<AtomicBool>,
    /// The regions of an adaptive method at the end, where they are wanted.
    regions: Option<Mutex<Vec<Region>>>,
    /// The weighted samples, where they are wanted.
    samples: Option<Arc<Mutex<Gathered>>>,
    /// The last importance map.
    map: Mutex<Option<ImportanceMap>>,
}

/// What a run has left beside its report.
#[derive(Default)]
pub(crate) struct Left {
    pub(crate) regions: Option<Vec<Region>>,
    pub(crate) samples: Option<Gathered>,
    pub(crate) map: Option<ImportanceMap>,
}

/// A step, as Python sees it: evaluations, budget, values, errors, error over tolerance.
type Step = (u64, u64, Vec<f64>, Vec<f64>, f64);

impl Watch {
    /// Calls `progress` after every step and `cancel` when signals have ended the run, and keeps the regions of the end and the samples if
    /// they are wanted.
    pub(crate) fn new(progress: Option<Py<PyAny>>, cancel: Option<Py<PyAny>>, regions: bool, samples: bool) -> Self {
        Watch { progress, cancel, regions: regions.then(Mutex::default), samples: samples.then(Arc::default), ..Watch::default() }
    }

    /// Who takes the samples.
    pub(crate) fn tap(&self) -> Option<Tap> {
        self.samples.as_ref().map(Tap::new)
    }

    /// Ends a run in the middle of a step once it is to end.
    pub(crate) fn interrupt(&self) -> Interrupt {
        let stopped = Arc::clone(&self.stopped);
        Interrupt::when(move || stopped.load(Ordering::Relaxed))
    }

    /// What is left of the run.
    pub(crate) fn left(self) -> Left {
        let samples = self.samples.map(|samples| std::mem::take(&mut *samples.lock().unwrap_or_else(PoisonError::into_inner)));
        let regions = self.regions.map(|regions| regions.into_inner().unwrap_or_else(PoisonError::into_inner));
        Left { regions, samples, map: self.map.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Ends the run with an exception; the first one counts.
    pub(crate) fn fail(&self, error: PyErr) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error);
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Raises the exception that ended the run before it began.
    pub(crate) fn raise(&self) -> PyResult<()> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }

    /// Runs `work` with an observer of its steps, here or in a thread of its own.
    pub(crate) fn run<T: Send>(
        &self,
        py: Python<'_>,
        here: bool,
        work: impl FnOnce(&mut Observer<'_>) -> T + Send,
    ) -> PyResult<T> {
        let done = py.detach(|| {
            if here {
                work(&mut |progress: Progress<'_>| {
                    self.keep(&progress);
                    Python::attach(|py| self.step(py, &step(&progress)))
                })
            } else {
                self.aside(work)
            }
        });
        match self.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(done),
        }
    }

    /// Runs in a thread of its own, while this one listens.
    fn aside<T: Send>(&self, work: impl FnOnce(&mut Observer<'_>) -> T + Send) -> T {
        std::thread::scope(|scope| {
            // The run sends its steps, each with a place for the answer; when it ends, the channel closes.
            let (steps, inbox) = channel::<(Step, Sender<ControlFlow<()>>)>();
            let run = scope.spawn(move || work(&mut |progress: Progress<'_>| self.ask(&steps, &progress)));
            loop {
                match inbox.recv_timeout(PATIENCE) {
                    Ok((step, answer)) => _ = answer.send(Python::attach(|py| self.step(py, &step))),
                    Err(RecvTimeoutError::Timeout) => Python::attach(|py| self.listen(py)),
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Tells the thread that listens of a step, where anyone wants to know.
    fn ask(&self, steps: &Sender<(Step, Sender<ControlFlow<()>>)>, progress: &Progress<'_>) -> ControlFlow<()> {
        self.keep(progress);
        if self.stopped.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if self.progress.is_none() {
            return ControlFlow::Continue(());
        }
        let (sender, answer) = channel();
        // Whoever listens does so until this thread ends.
        _ = steps.send((step(progress), sender));
        answer.recv().unwrap_or(ControlFlow::Break(()))
    }

    fn keep(&self, progress: &Progress<'_>) {
        if let (Some(regions), true) = (&self.regions, progress.finished) {
            *regions.lock().unwrap_or_else(PoisonError::into_inner) = progress.snapshot.regions();
        }
        *self.map.lock().unwrap_or_else(PoisonError::into_inner) = progress.snapshot.map();
    }

    /// Hears signals.
    pub(crate) fn listen(&self, py: Python<'_>) {
        if let Err(error) = py.check_signals() {
            self.fail(error);
            // The exception is raised in any case.
            _ = self.cancel.as_ref().map(|cancel| cancel.call0(py));
        }
    }

    /// Hears signals and calls what follows the progress; `StopIteration` from there ends the run without an exception.
    fn step(&self, py: Python<'_>, step: &Step) -> ControlFlow<()> {
        self.listen(py);
        if self.stopped.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        let Some(progress) = &self.progress else { return ControlFlow::Continue(()) };
        let (evaluations, max_evals, values, errors, excess) = step;
        match progress.call1(py, (evaluations, max_evals, values.as_slice(), errors.as_slice(), excess)) {
            Ok(_) => return ControlFlow::Continue(()),
            Err(error) if error.is_instance_of::<PyStopIteration>(py) => {}
            Err(error) => self.fail(error),
        }
        ControlFlow::Break(())
    }
}

/// Does work that asks nobody whether to go on, such as a derivation, in a thread of its own while this one listens: Ctrl-C is answered
/// at once, and the work goes on to its end without anyone to see it.
pub(crate) fn unasked<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    py.detach(|| {
        let (result, inbox) = channel();
        let worker = std::thread::spawn(move || _ = result.send(work()));
        loop {
            match inbox.recv_timeout(PATIENCE) {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Timeout) => Python::attach(|py| py.check_signals())?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // Without a result it can only have panicked.
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        unreachable!("a worker that ends has sent its result")
    })
}

fn step(progress: &Progress<'_>) -> Step {
    let part = |of: fn(&Estimate) -> f64| progress.estimates.iter().map(of).collect();
    (progress.evaluations, progress.max_evals, part(|e| e.value), part(|e| e.error), progress.excess)
}

/// Values of a run that is to end: what comes of them is never seen.
pub(crate) fn vanish(values: &mut Values<'_>) {
    (0..values.components()).for_each(|c| values.component(c).fill(0.0));
}
