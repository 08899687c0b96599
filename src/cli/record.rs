//! What is made of the samples of a run: a file of them, histograms, an importance map for other runs.

use super::job::{Division, Job};
use super::{Failure, output};
use crate::seat;
use clap::Args;
use fubini::algorithms::{Histogram, ImportanceMap, Recorder, Samples, Tap};
use fubini::replace::{self, Kind};
use fubini::samples::{SampleFile, is_sample_file};
use fubini::{Formulas, Variable};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Most bins of a histogram: more are a mistake.
const MOST_BINS: u64 = 1_000_000;

/// Words that ask for something of the samples. Only vegas has these.
#[derive(Args)]
pub(super) struct RecordWords {
    /// Write the samples into this file, .csv or .npy: the variables, the values, and a weight, whose sum is the (first) integral; an
    /// earlier file of samples is replaced
    #[arg(long, value_name = "FILE", help_heading = "Samples (vegas)")]
    pub(super) samples: Option<PathBuf>,
    /// The (first) integral divided by the value of a formula into equal bins between LO and HI, with errors; repeatable
    #[arg(
        long = "histogram",
        value_name = "NAME=EXPR:LO:HI:BINS",
        value_parser = division,
        allow_hyphen_values = true,
        help_heading = "Samples (vegas)"
    )]
    pub(super) histograms: Vec<HistogramWords>,
    /// Save the importance map to this file at the end; an earlier map is replaced
    #[arg(long, value_name = "FILE", help_heading = "Samples (vegas)")]
    pub(super) save_map: Option<PathBuf>,
    /// Begin with the map of an earlier run, of this integrand with other parameters or one that is large in the same places
    #[arg(long, value_name = "FILE", help_heading = "Samples (vegas)")]
    pub(super) load_map: Option<PathBuf>,
}

/// A histogram that is wanted.
#[derive(Clone, Debug)]
pub(super) struct HistogramWords {
    name: String,
    quantity: String,
    lo: String,
    hi: String,
    bins: usize,
}

/// NAME=EXPR:LO:HI:BINS.
fn division(word: &str) -> Result<HistogramWords, String> {
    let form = || format!("`{word}` is not of the form NAME=EXPR:LO:HI:BINS, such as r=hypot(x,y):0:2:20");
    let mut parts = word.rsplitn(4, ':').map(|part| part.trim().to_string());
    let (Some(bins), Some(hi), Some(lo), Some(rest)) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(form());
    };
    let (name, quantity) = rest.split_once('=').ok_or_else(form)?;
    let bins = super::arguments::count(&bins).map_err(|why| format!("the number of bins: {why}"))?;
    if bins > MOST_BINS {
        return Err(format!("{bins} bins: at most {MOST_BINS} can be had"));
    }
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(format!("`{}` is no name for a histogram", name.escape_debug()));
    }
    Ok(HistogramWords { name: name.to_string(), quantity: quantity.trim().to_string(), lo, hi, bins: bins as usize })
}

/// What samples are for in a run.
#[derive(Default)]
pub(crate) struct Recording {
    file: Option<(PathBuf, SampleFile)>,
    histograms: Vec<(String, Histogram)>,
}

impl Recorder for Recording {
    fn take(&mut self, samples: &Samples) {
        self.each(|recorder| recorder.take(samples));
    }

    fn keep(&mut self, samples: u64) {
        self.each(|recorder| recorder.keep(samples));
    }

    fn discard(&mut self) {
        self.each(|recorder| recorder.discard());
    }
}

impl Recording {
    fn each(&mut self, mut work: impl FnMut(&mut dyn Recorder)) {
        self.file.iter_mut().for_each(|(_, file)| work(file));
        self.histograms.iter_mut().for_each(|(_, histogram)| work(histogram));
    }
}

impl RecordWords {
    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.samples.is_none() && self.save_map.is_none() && self.load_map.is_none() && self.histograms.is_empty()
    }

    /// The option that only makes sense in a run of its own.
    pub(super) fn first(&self) -> Option<&'static str> {
        let given = [
            (self.samples.is_some(), "--samples"),
            (!self.histograms.is_empty(), "--histogram"),
            (self.save_map.is_some(), "--save-map"),
            (self.load_map.is_some(), "--load-map"),
        ];
        given.into_iter().find_map(|(is_given, option)| is_given.then_some(option))
    }

    pub(super) fn has_histograms(&self) -> bool {
        !self.histograms.is_empty()
    }

    /// The files that it writes, by option.
    pub(super) fn files(&self) -> [(&'static str, Option<&Path>); 2] {
        [("--samples", self.samples.as_deref()), ("--save-map", self.save_map.as_deref())]
    }

    /// Lets a run hand out its samples.
    pub(super) fn attach(&self, job: &mut Job, formulas: &Formulas, over: &[Variable]) -> Result<(), Failure> {
        let Some(first) = self.first() else { return Ok(()) };
        if job.integrator.name() != "vegas" {
            let method = job.integrator.name();
            return Err(Failure::words(format!("{first}: {method} has neither weighted samples nor a map: take --method vegas")));
        }
        let needs_all = self.samples.is_some() || !self.histograms.is_empty();
        if let (Some(_), Some(_)) = (&self.load_map, &job.options.resume) {
            return Err(Failure::words(
                "--load-map: the run that was saved has a map of its own: leave out --load-map or --resume",
            ));
        }
        if needs_all && job.options.resume.is_some() {
            let reason = "the samples of the run that was saved are gone: start again without --resume";
            return Err(Failure::words(format!("{first}: {reason}")));
        }
        Failure::unless_once("--histogram", self.histograms.iter().map(|h| &h.name))?;
        if let Some(path) = &self.load_map {
            let bytes = seat::read(|| replace::read(path, Kind::Map).map_err(|why| format!("it cannot be read: {why}")));
            let map = bytes.and_then(|bytes| ImportanceMap::from_bytes(&bytes).map_err(|why| why.to_string()));
            job.options.map = Some(Arc::new(map.map_err(|why| refused("--load-map", path, &why))?));
        }
        if let Some(path) = &self.save_map {
            let tried = seat::do_first(|| replace::try_out(path, Kind::Map).map_err(|why| why.to_string()));
            tried.map_err(|why| refused("--save-map", path, &why))?;
        }
        job.save_map.clone_from(&self.save_map);
        if !needs_all {
            return Ok(());
        }
        let mut recording = Recording::default();
        for words in &self.histograms {
            let refuse = |why: &dyn std::fmt::Display| Failure::words(format!("--histogram {}: {why}", words.name));
            let quantity = formulas.quantity(over, &words.quantity).map_err(|why| refuse(&why))?;
            let end = |text: &str| formulas.constant(over, text).map_err(|why| refuse(&why));
            let (lo, hi) = (end(&words.lo)?, end(&words.hi)?);
            let histogram = Histogram::new(quantity, lo, hi, words.bins);
            let histogram =
                histogram.ok_or_else(|| refuse(&format!("it goes from {lo} to {hi}: give two numbers, the smaller first")))?;
            recording.histograms.push((words.name.clone(), histogram));
        }
        if let Some(path) = &self.samples {
            let why = "its name must end in .csv or .npy";
            if !is_sample_file(path) {
                return Err(refused("--samples", path, &why));
            }
            let names = over.iter().map(|v| v.name.as_str()).chain(job.problem.integrals.iter().map(String::as_str));
            // A formula may hold commas, and ends of lines.
            let plain = |name: &str| name.replace(',', ";").replace(char::is_control, " ");
            let names: Vec<String> = names.chain(["weight"]).map(plain).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let create = || {
                recording.file = Some((path.clone(), SampleFile::create(path, &names).map_err(|why| why.to_string())?));
                Ok(())
            };
            seat::do_first(create).map_err(|why| refused("--samples", path, &why))?;
        }
        let recording = Arc::new(Mutex::new(recording));
        job.options.samples = Some(Tap::new(&recording));
        job.recording = Some(recording);
        Ok(())
    }
}

fn refused(option: &str, path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::words(format!("{option} {}: {why}", path.display()))
}

impl Job {
    /// After the run: finishes files, and takes over histograms. What cannot be written costs no result.
    pub(crate) fn finish(&mut self, map: Option<&ImportanceMap>) {
        if let (Some(path), Some(map), true) = (&self.save_map, map, seat::is_first())
            && let Err(why) = replace::write(path, &map.to_bytes(), Kind::Map)
        {
            output::warning(&refused("--save-map", path, &why).to_string());
        }
        let Some(recording) = self.recording.take() else { return };
        self.options.samples = None;
        let mut recording = recording.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, file)) = &mut recording.file {
            match file.finish() {
                Ok(rows) => output::note(&format!("{} samples in {}", output::grouped(rows), path.display())),
                Err(why) => {
                    let rows = output::grouped(file.rows());
                    let state = format!("{why}; its {rows} whole rows have weights that sum up to a multiple of the integral");
                    output::warning(&refused("--samples", path, &state).to_string());
                }
            }
        }
        let divide = |(name, histogram): &(String, Histogram)| Division {
            name: name.clone(),
            edges: histogram.edges(),
            bins: histogram.bins(),
            outside: histogram.outside(),
        };
        self.divisions = recording.histograms.iter().map(divide).collect();
    }
}
