//! What was typed becomes what it means: nothing later knows of flags.

mod arguments;
mod failure;
mod job;

pub(crate) use failure::Failure;
pub(crate) use job::{Job, Watcher};

use arguments::{Arguments, Command, Common};
use clap::Parser;
use fubini::algorithms::{ErrorLevel, Options, Ratio, Target};
use fubini::atoms::{self, Frame, Helium, Hydrogen};
use fubini::{Problem, methods};

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
            Command::Hydrogen(words) => {
                let frame = Frame::named(words.common.coordinates.as_deref(), words.common.half_side, 1)?;
                (atoms::hydrogen(Hydrogen { beta: words.beta }, frame)?, words.common)
            }
        };
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
    let integrator = methods::integrator(method, &common.knobs)?;
    Ok(Job { problem, integrator, options })
}
