//! A line of progress on the terminal, and Ctrl-C.

use crate::cli::{Checkpoint, Failure, Watcher};
use crate::history::History;
use crate::output;
use crate::seat;
use crate::trend::Trend;
use fubini::algorithms::{Interrupt, Options};
use fubini::variation::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Follows a run.
pub(crate) struct Progress {
    start: Instant,
    wanted: bool,
    bar: Option<ProgressBar>,
    names: Vec<String>,
    interrupted: Arc<AtomicBool>,
    interrupt: Option<Interrupt>,
    /// Whether a run has begun that hears of `interrupted`.
    heard: Arc<AtomicBool>,
    checkpoint: Option<Checkpoint>,
    saved: Instant,
    /// Runs that have ended, where there are many.
    runs: Option<u64>,
    trend: Trend,
    history: History,
}

impl Progress {
    /// Shows progress of the quantities with these names if `wanted` and standard error is a terminal; always listens to
    /// Ctrl-C.
    pub(crate) fn new(wanted: bool, names: &[&str], checkpoint: Option<Checkpoint>) -> Result<Self, Failure> {
        let interrupted = Arc::new(AtomicBool::new(false));
        let heard = Arc::new(AtomicBool::new(false));
        let (flag, hears) = (Arc::clone(&interrupted), Arc::clone(&heard));
        let handler = move || {
            // The first ends the run; the second does not wait for that. Before the first run there is nothing to lose,
            // and formulas that are being derived ask no questions.
            if flag.swap(true, Ordering::Relaxed) || !hears.load(Ordering::Relaxed) {
                std::process::exit(130);
            }
        };
        ctrlc::set_handler(handler).map_err(|e| Failure::words(format!("cannot listen to Ctrl-C: {e}")))?;
        Ok(Progress {
            start: Instant::now(),
            wanted: wanted && seat::is_first() && std::io::stderr().is_terminal(),
            bar: None,
            names: names.iter().map(|name| output::short(name).into_owned()).collect(),
            interrupted,
            interrupt: None,
            heard,
            checkpoint,
            saved: Instant::now(),
            runs: None,
            trend: Trend::default(),
            history: History::default(),
        })
    }

    /// Lets Ctrl-C end runs with these options in the middle of a step; on all ranks, as soon as one of them has heard it.
    pub(crate) fn may_interrupt(&mut self, options: &mut Options) {
        let (flag, hears) = (Arc::clone(&self.interrupted), Arc::clone(&self.heard));
        let interrupt = Interrupt::when(move || {
            hears.store(true, Ordering::Relaxed);
            flag.load(Ordering::Relaxed)
        });
        if options.team.is_some() {
            interrupt.agree();
        }
        self.interrupt = Some(interrupt.clone());
        options.interrupt = Some(interrupt);
    }

    /// How the errors of a single run have fallen.
    pub(crate) fn trend(&self) -> &Trend {
        &self.trend
    }

    /// Begins the history of a single run.
    pub(crate) fn keep(&mut self, history: History) {
        self.history = history;
    }

    /// The way of a single run.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Whether runs are to end.
    fn is_interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_raised)
    }

    /// Follows many runs.
    pub(crate) fn follow(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Progress(progress) => self.step(&progress),
            Event::Point(_) | Event::Step(_) => {
                self.runs = Some(self.runs.unwrap_or(0) + 1);
                if self.is_interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
        }
    }

    /// Saves the state if it is time, or if there will be no other.
    fn save(&mut self, progress: &fubini::algorithms::Progress<'_>, last: bool) {
        let Some(Checkpoint { path, every }) = &self.checkpoint else { return };
        if !last && self.saved.elapsed() < *every {
            return;
        }
        self.saved = Instant::now();
        if let Err(error) = fubini::checkpoint::save(path, &progress.snapshot.to_bytes()) {
            // A full disk is no reason to lose the run; the next attempt may succeed.
            let message = format!("the state was not saved to {}: {error}; an older one is kept", path.display());
            match &self.bar {
                Some(bar) => bar.println(format!("warning: {message}")),
                None => output::warning(&message),
            }
        }
    }

    fn show(&mut self, progress: &fubini::algorithms::Progress<'_>) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(progress.max_evals), ProgressDrawTarget::stderr());
            let template = "{spinner} {elapsed} {wide_msg}";
            bar.with_style(ProgressStyle::with_template(template).expect("a valid template"))
        });
        let estimates = self.names.iter().zip(progress.estimates);
        let shown: Vec<String> = estimates.map(|(name, e)| format!("{name} {}", output::digits(e.value, e.error))).collect();
        let runs = self.runs.map_or(String::new(), |runs| format!("run {} · ", runs + 1));
        let ranks = seat::team().map_or(String::new(), |team| {
            let speed = progress.evaluations as f64 / self.start.elapsed().as_secs_f64();
            format!("{} ranks · {} points/s · ", team.ranks(), output::grouped(speed as u64))
        });
        bar.set_message(format!(
            "{ranks}{runs}{} evaluations of at most {} · {} · error {:.3} × tolerance",
            output::grouped(progress.evaluations),
            output::grouped(progress.max_evals),
            shown.join(" · "),
            progress.excess,
        ));
        bar.tick();
    }
}

impl Watcher for Progress {
    fn step(&mut self, progress: &fubini::algorithms::Progress<'_>) -> ControlFlow<()> {
        if self.wanted && !progress.finished && self.start.elapsed() > PATIENCE {
            self.show(progress);
        }
        self.trend.record(progress);
        self.history.record(progress);
        let interrupted = self.is_interrupted();
        self.save(progress, interrupted || progress.finished);
        if interrupted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn end(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
