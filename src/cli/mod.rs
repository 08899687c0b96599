//! What was typed becomes what it means: nothing later knows of flags.

mod arguments;
mod catalogue;
mod domain;
mod failure;
mod file;
mod job;
mod minus;
mod molecule;
mod record;
mod series;
mod shell;
mod transition;
mod vary;

pub(crate) use failure::Failure;
pub(crate) use job::{
    Checkpoint, CompareJob, Division, FamilyJob, Job, OptimizeJob, Outcome, Plot, ScanJob, Watcher, chosen, target_names,
};

use crate::output;
use crate::seat;
use arguments::{Arguments, AtomWords, Command, Common, HeliumWords, HydrogenWords, IntegrateWords};
use clap::Parser;
use fubini::algorithms::{ErrorLevel, Integrator, Options, Profile, Ratio, Target};
use fubini::atoms::catalogue::Entry;
use fubini::atoms::{Family, Frame, Helium, Hydrogen};
use fubini::expressions::Energy;
use fubini::replace::{self, Kind, WriteError};
use fubini::{Formulas, Problem, Variable, methods};
use record::RecordWords;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A request that makes sense.
pub(crate) struct Request {
    pub(crate) action: Action,
    pub(crate) format: Format,
    /// Whether progress may be shown.
    pub(crate) watch: bool,
    /// Where it is written where the time went.
    pub(crate) profile: Option<PathBuf>,
}

/// What is to be done.
pub(crate) enum Action {
    /// List the integrators.
    Methods,
    /// Print a page that was made from the words: completions, a manual page.
    Page(Vec<u8>),
    /// List trial functions, with their parameters where wanted.
    Catalogue(Vec<Entry>, bool),
    /// Print a trial function and what was derived from it.
    Show(Box<Energy>),
    /// Take one integral, or several from the same points.
    Integrate(Box<Job>),
    /// Energies over parameters.
    Scan(Box<ScanJob>),
    /// The minimum of the energy.
    Optimize(Box<OptimizeJob>),
    /// Several methods and budgets.
    Compare(Box<CompareJob>),
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// One CSV table.
    Csv,
}

impl Request {
    /// Reads the words of a command line, the first of which is the program's name, as far as clap understands them.
    pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Result<Result<Self, Failure>, clap::Error> {
        match file::expand(words) {
            Ok(words) => {
                let words = minus::protect(words.into_iter());
                Arguments::try_parse_from(words).map(|arguments| Request::of(arguments.command))
            }
            Err(failure) => Ok(Err(failure)),
        }
    }

    fn of(command: Command) -> Result<Self, Failure> {
        match command {
            Command::Methods { json } => {
                let format = if json { Format::Json } else { Format::Text };
                Ok(Request { action: Action::Methods, format, watch: false, profile: None })
            }
            Command::Completions { shell } => Ok(shell::completions(shell)),
            Command::Man { command } => shell::manual(command.as_deref()),
            Command::Atom(words) if words.list => Ok(catalogue::list(&words)?),
            Command::Atom(words) if words.show => {
                words.names.check()?;
                let action = Action::Show(Box::new(catalogue::expanded(&words)?.0.derive()?));
                Ok(Request { action, format: Format::Text, watch: false, profile: None })
            }
            Command::Helium(words) => single(helium(&words)?.problem(&[])?, &[], &words.common, None),
            Command::Hydrogen(words) => single(hydrogen(&words)?.problem(&[])?, &[], &words.common, None),
            Command::Atom(words) => single(atom(&words)?.problem(&[])?, &[], &words.common, None),
            Command::Integrate(words) => {
                let (formulas, over) = described(&words, words.names.parameters.clone())?;
                let mut problem = formulas.problem(&over)?;
                if !words.no_analysis && !words.record.is_empty() {
                    problem.analysis.push("left as it is: samples are in the variables of the formulas".to_string());
                }
                single(problem, &over, &words.common, Some((&words.record, &formulas)))
            }
            Command::Molecule(words) => single(words.problem()?, &[], &words.common, None),
            Command::Repulsion(words) => single(words.problem()?, &[], &words.common, None),
            Command::Transition(words) => single(words.problem()?, &[], &words.common, None),
            Command::Scan(words) => series::scan(words),
            Command::Optimize(words) => series::optimize(words),
            Command::Compare(words) => series::compare(words),
        }
    }

    fn new(action: Action, common: &Common) -> Self {
        let format = match (common.json, common.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => Format::Text,
        };
        Request { action, format, watch: !common.quiet && !common.no_progress, profile: common.profile.clone() }
    }
}

/// One problem, one run; the variables as far as they have names of their own.
fn single(
    problem: Problem,
    variables: &[Variable],
    common: &Common,
    record: Option<(&RecordWords, &Formulas)>,
) -> Result<Request, Failure> {
    if let (true, Some(summary)) = (common.verbose, &problem.compilation) {
        output::note(&format!("compiled: {summary}"));
        problem.analysis.iter().for_each(|note| output::note(&format!("analysis: {note}")));
    }
    if let (false, Some(warning)) = (common.quiet, &problem.warning) {
        output::warning(warning);
    }
    let records = record.is_some_and(|(words, _)| !words.is_empty());
    let own = [("--checkpoint", &common.checkpoint), ("--plot", &common.plot), ("--profile", &common.profile)];
    let own = own.into_iter().map(|(option, path)| (option, path.as_deref()));
    apart(own.chain(record.iter().flat_map(|(words, _)| words.files())))?;
    if let (true, Some((words, _))) = (common.csv, record)
        && words.has_histograms()
    {
        return Err(Failure::words("--histogram: --csv has one row for a run: take --json, or neither"));
    }
    let integrator = integrator(common, if records { "vegas" } else { problem.method })?;
    let mut options = problem.options(&options(common, problem.ratio.is_some(), RTOL)?);
    options.resume = common.resume.as_deref().map(saved).transpose()?;
    let checkpoint = common.checkpoint.as_deref().map(|path| checkpoint(path, common.every)).transpose()?;
    let checkpoint = checkpoint.filter(|_| seat::is_first());
    let (names, plot) = (variables.iter().map(|v| v.name.clone()).collect(), picture(common)?);
    let (recording, save_map, divisions) = (None, None, Vec::new());
    let verbose = common.verbose;
    let mut job =
        Job { problem, variables: names, integrator, options, checkpoint, plot, verbose, recording, save_map, divisions };
    if let Some((words, formulas)) = record {
        words.attach(&mut job, formulas, variables)?;
    }
    Ok(Request::new(Action::Integrate(Box::new(job)), common))
}

/// Refuses to write two things into one file.
fn apart<'a>(files: impl Iterator<Item = (&'static str, Option<&'a Path>)>) -> Result<(), Failure> {
    let mut seen: Vec<(&str, &Path)> = Vec::new();
    for (option, path) in files.filter_map(|(option, path)| Some((option, path?))) {
        if let Some((other, _)) = seen.iter().find(|(_, before)| *before == path) {
            let path = path.display();
            return Err(Failure::words(format!("{option} {path}: {other} writes the same file: give each its own")));
        }
        seen.push((option, path));
    }
    Ok(())
}

/// The relative tolerance that holds where nothing else is said.
const RTOL: f64 = 1e-6;

fn helium(words: &HeliumWords) -> Result<Family, Failure> {
    let HeliumWords { alpha, beta, charge, observe, common } = words;
    let helium = Helium { alpha: alpha.unwrap_or(*charge), beta: *beta, charge: *charge };
    let family = Family::helium(helium, frame(common, 2)?);
    observed(if alpha.is_none() { family.alpha_is_charge() } else { family }, observe)
}

fn hydrogen(words: &HydrogenWords) -> Result<Family, Failure> {
    let family = Family::hydrogen(Hydrogen { beta: words.beta }, frame(&words.common, 1)?);
    observed(family, &words.observe)
}

fn atom(words: &AtomWords) -> Result<Family, Failure> {
    words.names.check()?;
    let (trial, linear) = catalogue::expanded(words)?;
    let frame = frame(&words.common, trial.electrons)?;
    let family = Family::trial(trial, frame);
    let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    let family =
        if linear.is_empty() && words.linear.levels == 1 { family } else { family.linear(&linear, words.linear.levels)? };
    observed(family, &words.observe)
}

fn formulas(words: &IntegrateWords) -> Result<Problem, Failure> {
    let (formulas, over) = described(words, words.names.parameters.clone())?;
    Ok(formulas.problem(&over)?)
}

/// The formulas and the variables with their limits, with these values of the parameters.
fn described(words: &IntegrateWords, parameters: Vec<(String, f64)>) -> Result<(Formulas, Vec<Variable>), Failure> {
    if words.common.coordinates.is_some() || words.common.half_side.is_some() {
        return Err(Failure::words("--coordinates and --box are for atoms: the variables here are those of --over"));
    }
    words.names.check()?;
    let mut over = Vec::new();
    for region in &words.regions {
        over.extend(region.variables(&parameters)?);
    }
    let (titles, texts): (Vec<String>, Vec<String>) = words.formulas.iter().map(|word| named(word)).unzip();
    let given = titles.iter().zip(&texts).filter(|(title, text)| title != text).map(|(title, _)| title);
    Failure::unless_once("names of formulas", given)?;
    let formulas = Formulas {
        texts,
        titles,
        parameters,
        definitions: words.names.definitions.clone(),
        ratio: words.ratio,
        // Samples are in the variables of the formulas.
        analyse: !words.no_analysis && words.record.is_empty(),
        hinted: !words.common.hints.is_empty(),
    };
    over.extend(words.over.iter().cloned());
    let twice = |(k, v): &(usize, &Variable)| over[..*k].iter().any(|before| before.name == v.name);
    if let (false, Some((_, again))) = (words.regions.is_empty(), over.iter().enumerate().find(twice)) {
        let name = &again.name;
        let message = format!("--region: {name} is a variable of another --region or --over as well: give each its own name");
        return Err(Failure::words(message));
    }
    for broken in &words.breaks {
        let Some(variable) = over.iter_mut().find(|v| v.name == broken.variable) else {
            let known: Vec<&str> = over.iter().map(|v| v.name.as_str()).collect();
            return Err(Failure::words(format!(
                "--break: there is no variable {}; there are {}",
                broken.variable,
                known.join(", ")
            )));
        };
        variable.breaks.extend(broken.at.iter().cloned());
    }
    Ok((formulas, over))
}

/// NAME = EXPR as its two parts; a formula alone is its own name.
fn named(word: &str) -> (String, String) {
    let pair = word.split_once('=').map(|(name, text)| (name.trim(), text.trim()));
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_alphabetic() || c == '_') && letters.all(|c| c.is_alphanumeric() || c == '_')
    };
    match pair.filter(|(name, text)| is_name(name) && !text.starts_with('=')) {
        Some((name, text)) => (name.to_string(), text.to_string()),
        None => (word.to_string(), word.to_string()),
    }
}

fn frame(common: &Common, electrons: usize) -> Result<Frame, Failure> {
    Ok(Frame::named(common.coordinates.as_deref(), common.half_side, electrons)?)
}

/// Adds what is wanted beside the energy.
fn observed(family: Family, observe: &vary::Observe) -> Result<Family, Failure> {
    Failure::unless_once("--expect", observe.expectations.iter().map(|(name, _)| name))?;
    let family = observe.expectations.iter().fold(family, |family, (name, formula)| family.expect(name, formula));
    Ok(if observe.variance { family.variance() } else { family })
}

/// The options of a run on a problem with or without a ratio.
fn options(common: &Common, ratio: bool, rtol: f64) -> Result<Options, Failure> {
    let target = match common.target {
        Some(arguments::Target::Ratio) if !ratio => {
            return Err(Failure::words("--target ratio: there is no ratio here; ask for one with --ratio"));
        }
        Some(arguments::Target::Each) => Target::Each,
        _ if ratio => Target::Ratio,
        _ => Target::Each,
    };
    let mut options = Options::default();
    options.rtol = common.rtol.unwrap_or(rtol);
    options.atol = common.atol;
    options.max_evals = common.max_evals;
    options.max_memory = common.max_memory.unwrap_or_else(|| seat::least(fubini::memory::share()));
    options.target = target;
    options.ratios.extend(ratio.then_some(Ratio { numerator: 0, denominator: 1 }));
    options.seed = common.seed;
    options.threads = common.threads;
    options.team = seat::team().cloned();
    if let Some(path) = &common.profile {
        let refused = |error| format!("--profile {}: {error}", path.display());
        seat::do_first(|| replace::try_out(path, Kind::Profile).map_err(refused)).map_err(Failure::words)?;
        options.profile = Some(Profile::start());
    }
    options.error_level = match common.error_level {
        arguments::Level::Fast => ErrorLevel::Fast,
        arguments::Level::Standard => ErrorLevel::Standard,
        arguments::Level::Guarded => ErrorLevel::Guarded,
    };
    options.hints = common.hints.iter().map(|point| point.0.clone()).collect();
    Ok(options)
}

/// The integrator that was asked for, or else the problem's own.
fn integrator(common: &Common, default: &'static str) -> Result<Box<dyn Integrator>, Failure> {
    let method = common.method.as_deref().unwrap_or(default);
    Failure::unless_once("--knob", common.knobs.iter().map(|(name, _)| name))?;
    let mut knobs = common.knobs.clone();
    match common.map {
        Some(_) if method != "qmc" => return Err(Failure::words(format!("--map: it is a setting of qmc, not of {method}"))),
        Some(arguments::Map::On) => knobs.push(("map".to_string(), 1.0)),
        Some(arguments::Map::Off) => knobs.push(("map".to_string(), 0.0)),
        Some(arguments::Map::Auto) | None => {}
    }
    Ok(methods::integrator(method, &knobs)?)
}

/// A state saved earlier.
fn saved(path: &Path) -> Result<Vec<u8>, Failure> {
    let refused = |error| format!("--resume {}: it cannot be read: {error}", path.display());
    seat::read(|| fubini::checkpoint::load(path).map_err(refused)).map_err(Failure::words)
}

/// Where states are to be saved, and how often.
fn checkpoint(path: &Path, every: f64) -> Result<Checkpoint, Failure> {
    let every = Duration::try_from_secs_f64(every)
        .map_err(|_| Failure::words(format!("--every {every}: must be a number of seconds, 0 or more")))?;
    let refused = |error| format!("--checkpoint {}: {error}", path.display());
    seat::do_first(|| fubini::checkpoint::try_out(path).map_err(refused)).map_err(Failure::words)?;
    Ok(Checkpoint { path: path.to_path_buf(), every })
}

/// A file for a picture, refused now rather than after all work is done.
fn picture(common: &Common) -> Result<Option<Plot>, Failure> {
    let Some(path) = common.plot.clone() else { return Ok(None) };
    let refused = |why: String| format!("--plot {}: {why}", path.display());
    if !output::is_picture(&path) {
        return Err(Failure::words(refused("its name must end in .svg or .png".to_string())));
    }
    let over = if common.force { Kind::Anything } else { Kind::Picture };
    let tried = seat::do_first(|| {
        replace::try_out(&path, over).map_err(|error| match error {
            WriteError::Foreign { .. } => refused(format!("{error}; --force replaces it")),
            error => refused(error.to_string()),
        })
    });
    tried.map_err(Failure::words)?;
    Ok(seat::is_first().then_some(Plot { path, over }))
}
