//! What was typed becomes what it means: nothing later knows of flags.

mod arguments;
mod catalogue;
mod failure;
mod job;

pub(crate) use failure::Failure;
pub(crate) use job::{Checkpoint, Job, Watcher};

use arguments::{Arguments, Command, Common};
use clap::Parser;
use fubini::algorithms::{ErrorLevel, Options, Ratio, Target};
use fubini::atoms::{self, Frame, Helium, Hydrogen, Trial};
use fubini::expressions::Energy;
use fubini::{Formulas, Problem, methods};
use std::path::Path;
use std::time::Duration;

/// A request that makes sense.
pub(crate) struct Request {
    pub(crate) action: Action,
    pub(crate) format: Format,
    /// Whether progress may be shown.
    pub(crate) watch: bool,
}

/// What is to be done.
pub(crate) enum Action {
    /// List the integrators.
    Methods,
    /// Print a trial function and what was derived from it.
    Show(Box<Energy>),
    /// Take one integral, or several from the same points.
    Integrate(Box<Job>),
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
    /// Reads the command line; ends the program where clap does, for `--help` and for words it does not know.
    pub(crate) fn parse() -> Result<Self, Failure> {
        let (problem, common) = match Arguments::parse().command {
            Command::Methods { json } => {
                let format = if json { Format::Json } else { Format::Text };
                return Ok(Request { action: Action::Methods, format, watch: false });
            }
            Command::Helium(words) => {
                let frame = Frame::named(words.common.coordinates.as_deref(), words.common.half_side, 2)?;
                let alpha = words.alpha.unwrap_or(words.charge);
                (atoms::helium(Helium { alpha, beta: words.beta, charge: words.charge }, frame)?, words.common)
            }
            Command::Atom(words) => {
                let frame = Frame::named(words.common.coordinates.as_deref(), words.common.half_side, words.electrons)?;
                let trial = Trial {
                    psi: words.psi,
                    electrons: words.electrons,
                    charge: words.charge.unwrap_or(words.electrons as f64),
                    parameters: words.names.parameters,
                    definitions: words.names.definitions,
                };
                if words.show {
                    let action = Action::Show(Box::new(trial.derive()?));
                    return Ok(Request { action, format: Format::Text, watch: false });
                }
                (trial.problem(frame)?, words.common)
            }
            Command::Molecule(words) => (words.problem()?, words.common),
            Command::Repulsion(words) => (words.problem()?, words.common),
            Command::Integrate(words) => {
                if words.common.coordinates.is_some() || words.common.half_side.is_some() {
                    return Err(Failure::words("--coordinates and --box are for atoms: the variables here are those of --over"));
                }
                let formulas = Formulas {
                    texts: words.formulas,
                    parameters: words.names.parameters,
                    definitions: words.names.definitions,
                    ratio: words.ratio,
                };
                (formulas.problem(&words.over)?, words.common)
            }
            Command::Hydrogen(words) => {
                let frame = Frame::named(words.common.coordinates.as_deref(), words.common.half_side, 1)?;
                (atoms::hydrogen(Hydrogen { beta: words.beta }, frame)?, words.common)
            }
        };
        if let (true, Some(summary)) = (common.verbose, &problem.compilation) {
            eprintln!("compiled: {summary}");
        }
        let format = match (common.json, common.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => Format::Text,
        };
        let watch = !common.quiet && !common.no_progress;
        Ok(Request { action: Action::Integrate(Box::new(job(problem, &common)?)), format, watch })
    }
}

/// Joins a problem with how it is to be integrated.
fn job(problem: Problem, common: &Common) -> Result<Job, Failure> {
    let ratio = problem.ratio.is_some();
    let target = match common.target {
        Some(arguments::Target::Ratio) if !ratio => {
            return Err(Failure::words("--target ratio: there is no ratio here; ask for one with --ratio"));
        }
        Some(arguments::Target::Each) => Target::Each,
        _ if ratio => Target::Ratio,
        _ => Target::Each,
    };
    let mut options = Options::default();
    options.rtol = common.rtol;
    options.atol = common.atol;
    options.max_evals = common.max_evals;
    options.target = target;
    options.ratios.extend(ratio.then_some(Ratio { numerator: 0, denominator: 1 }));
    options.seed = common.seed;
    options.threads = common.threads;
    options.error_level = match common.error_level {
        arguments::Level::Fast => ErrorLevel::Fast,
        arguments::Level::Standard => ErrorLevel::Standard,
        arguments::Level::Guarded => ErrorLevel::Guarded,
    };
    let method = common.method.as_deref().unwrap_or(problem.method);
    let mut knobs = common.knobs.clone();
    match common.map {
        Some(_) if method != "qmc" => return Err(Failure::words(format!("--map: it is a setting of qmc, not of {method}"))),
        Some(arguments::Map::On) => knobs.push(("map".to_string(), 1.0)),
        Some(arguments::Map::Off) => knobs.push(("map".to_string(), 0.0)),
        Some(arguments::Map::Auto) | None => {}
    }
    let integrator = methods::integrator(method, &knobs)?;
    options.hints = common.hints.iter().map(|point| point.0.clone()).collect();
    options.resume = common.resume.as_deref().map(saved).transpose()?;
    let checkpoint = common.checkpoint.as_deref().map(|path| checkpoint(path, common.every)).transpose()?;
    Ok(Job { problem, integrator, options, checkpoint })
}

/// A state saved earlier.
fn saved(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::words(format!("--resume {}: it cannot be read: {error}", path.display())))
}

/// Where states are to be saved, and how often.
fn checkpoint(path: &Path, every: f64) -> Result<Checkpoint, Failure> {
    let every = Duration::try_from_secs_f64(every)
        .map_err(|_| Failure::words(format!("--every {every}: must be a number of seconds, 0 or more")))?;
    let refused = |error| Failure::words(format!("--checkpoint {}: it cannot be written: {error}", path.display()));
    fubini::checkpoint::try_out(path).map_err(refused)?;
    Ok(Checkpoint { path: path.to_path_buf(), every })
}
