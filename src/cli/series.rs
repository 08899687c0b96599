//! What was typed for many runs at a time becomes what it means.

use super::arguments::{Common, IntegrateWords};
use super::vary::{Atoms, Chosen, CompareMore, Compared, OptimizeMore, Problems, ScanMore, Scanned, ScannedProblems, With};
use super::{
    Action, CompareJob, Failure, FamilyJob, Request, atom, described, formulas, helium, hydrogen, integrator, options, picture,
};
use clap::Args;
use fubini::Sweep;
use fubini::algorithms::Integrator;
use fubini::atoms::Family;
use fubini::methods::{self, METHODS};
use fubini::variation::{Axis, Members, Search};

/// The relative tolerance of the last runs of a search, by rules and by random points.
const RULE_RTOL: f64 = 1e-9;
const RANDOM_RTOL: f64 = 1e-4;

pub(super) fn scan(words: Scanned) -> Result<Request, Failure> {
    let ratio = !matches!(&words.members, ScannedProblems::Integrate(with) if !with.problem.ratio);
    let (family, more, common, method) = match words.members {
        ScannedProblems::Helium(with) => energies(Atoms::Helium(with))?,
        ScannedProblems::Hydrogen(with) => energies(Atoms::Hydrogen(with))?,
        ScannedProblems::Atom(with) => energies(Atoms::Atom(Box::new(with)))?,
        ScannedProblems::Molecule(with) => energies(Atoms::Molecule(with))?,
        ScannedProblems::Integrate(With { problem: words, more }) => {
            many(&words.common)?;
            alone(&words)?;
            let sweep = sweep(&words, &more.vary)?;
            let method = sweep.method();
            (sweep.into(), more, words.common, method)
        }
    };
    Failure::unless_once("--vary", more.vary.iter().map(|axis| &axis.name))?;
    let integrator = integrator(&common, method)?;
    let options = options(&common, ratio, super::RTOL)?;
    let job = FamilyJob { family, integrator, options, plot: picture(&common)?, task: more.vary };
    Ok(Request::new(Action::Scan(Box::new(job)), &common))
}

pub(super) fn optimize(words: Chosen<OptimizeMore>) -> Result<Request, Failure> {
    let (family, more, common, method) = chosen(words)?;
    let integrator = integrator(&common, method)?;
    Failure::unless_once("--vary", more.vary.iter().map(|(name, _)| name))?;
    let rtol = if matches!(integrator.name(), "cuhre" | "genz-malik") { RULE_RTOL } else { RANDOM_RTOL };
    let options = options(&common, true, rtol)?;
    let names: Vec<(&str, Option<f64>)> = more.vary.iter().map(|(name, start)| (name.as_str(), *start)).collect();
    let search = Search::default().max_runs(usize::try_from(more.max_runs).unwrap_or(usize::MAX));
    let job = FamilyJob { family: family.vary(&names)?, integrator, options, plot: picture(&common)?, task: search };
    Ok(Request::new(Action::Optimize(Box::new(job)), &common))
}

pub(super) fn compare(words: Compared) -> Result<Request, Failure> {
    let (problem, more, common): (_, CompareMore, Common) = match words.problem {
        Problems::Helium(with) => (helium(&with.problem)?.problem(&[])?, with.more, with.problem.common),
        Problems::Hydrogen(with) => (hydrogen(&with.problem)?.problem(&[])?, with.more, with.problem.common),
        Problems::Atom(with) => (atom(&with.problem)?.problem(&[])?, with.more, with.problem.common),
        Problems::Integrate(with) => {
            alone(&with.problem)?;
            (formulas(&with.problem)?, with.more, with.problem.common)
        }
    };
    many(&common)?;
    if common.method.is_some() {
        return Err(Failure::words("--method: a comparison takes several, as in --methods cuhre,vegas"));
    }
    Failure::unless_once("--knob", common.knobs.iter().map(|(name, _)| name))?;
    let all: Vec<String> = METHODS.iter().map(|method| method.name.to_string()).collect();
    let names = if more.methods.is_empty() { all } else { more.methods };
    let build = |name: &String| Ok(methods::integrator(name.trim(), &common.knobs)?);
    let integrators: Result<Vec<Box<dyn Integrator>>, Failure> = names.iter().map(build).collect();
    if !problem.complex.is_empty() {
        return Err(Failure::words("compare: the formula is complex, and one number is compared: take re(…), im(…) or abs(…)"));
    }
    let options = problem.options(&options(&common, problem.ratio.is_some(), 0.0)?);
    let exact = more.exact.or(problem.exact());
    let job = CompareJob { problem, methods: integrators?, budgets: more.budgets, exact, options, plot: picture(&common)? };
    Ok(Request::new(Action::Compare(Box::new(job)), &common))
}

/// Formulas whose parameters vary from the first values of these axes on.
fn sweep(words: &IntegrateWords, axes: &[Axis]) -> Result<Sweep, Failure> {
    let mut parameters = words.names.parameters.clone();
    for (name, start) in axes.iter().filter_map(|axis| Some((&axis.name, *axis.values.first()?))) {
        parameters.retain(|(known, _)| known != name);
        parameters.push((name.clone(), start));
    }
    let (formulas, over) = described(words, parameters)?;
    Ok(Sweep::new(formulas, over))
}

/// The energies of an atom, with the method that it does best with.
fn energies(atom: Atoms<ScanMore>) -> Result<(Members, ScanMore, Common, &'static str), Failure> {
    let (family, more, common, method) = chosen(Chosen { atom })?;
    Ok((family.into(), more, common, method))
}

/// What all atoms do best with.
const METHOD: &str = "cuhre";

fn chosen<M: Args>(words: Chosen<M>) -> Result<(Family, M, Common, &'static str), Failure> {
    let mut method = METHOD;
    let (family, more, common) = match words.atom {
        Atoms::Helium(with) => (helium(&with.problem)?, with.more, with.problem.common),
        Atoms::Hydrogen(with) => (hydrogen(&with.problem)?, with.more, with.problem.common),
        Atoms::Atom(with) if with.problem.show => {
            return Err(Failure::words("--show: it prints one function; give it to `fubini atom`"));
        }
        Atoms::Atom(with) => {
            let With { problem, more } = *with;
            (atom(&problem)?, more, problem.common)
        }
        Atoms::Molecule(with) => {
            let With { problem, more } = *with;
            method = problem.method();
            (problem.family()?, more, problem.common)
        }
    };
    many(&common)?;
    Ok((family, more, common, method))
}

/// Refuses what is made of the samples of a single run.
fn alone(words: &IntegrateWords) -> Result<(), Failure> {
    let refuse = |option| Err(Failure::words(format!("{option}: it is for a single run, and this command makes many")));
    words.record.first().map_or(Ok(()), refuse)
}

/// Refuses what makes sense for a single run only.
fn many(common: &Common) -> Result<(), Failure> {
    let option = match (&common.checkpoint, &common.resume) {
        (Some(_), _) => "--checkpoint",
        (_, Some(_)) => "--resume",
        _ => return Ok(()),
    };
    Err(Failure::words(format!("{option}: it is for a single run, and this command makes many short ones")))
}
