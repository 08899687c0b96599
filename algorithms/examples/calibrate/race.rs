//! How near `auto` comes to the best single method: what it converges on, what it takes, and whether it can be believed.
//!
//! Cases are the [suites](crate::suites) of other libraries and random members of all families. What the single methods take
//! does not change when `auto` does, and may be kept in a file.

use crate::arguments::{Arguments, method};
use crate::cells::{Outcome, allowed};
use crate::draw::Draw;
use crate::kinds::{Kind, Member};
use crate::subject::{Group, Subject};
use crate::suites::{self, Named};
use fubini_algorithms::{Estimate, Options};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::time::Instant;

/// Methods that run alone.
const SINGLES: [&str; 7] = ["cuhre", "genz-malik", "product", "qmc", "vegas", "mixture", "train"];
/// Tolerances of the suites.
const OF_SUITES: [f64; 2] = [1e-3, 1e-6];
/// Variables and tolerances of random members.
const DIMS: (usize, usize) = (2, 12);
const RTOLS: (f64, f64) = (1e-8, 1e-2);
/// Where random members stand among the streams.
const STREAM: usize = 990;

/// An integral and what is asked of it.
struct Case {
    name: String,
    dim: usize,
    rtol: f64,
    member: Member,
}

/// How a method did.
#[derive(Clone, Debug)]
struct Run {
    evaluations: u64,
    is_right: bool,
    is_silent: bool,
    /// How it was decided.
    note: String,
}

/// Runs what is not known yet, and prints how `auto` compares.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn measure(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.jobs).build()?;
    let cases = cases(arguments);
    let mut known: BTreeMap<(usize, String), Run> = BTreeMap::new();
    if let Some(text) = arguments.singles.as_ref().and_then(|path| fs::read_to_string(path).ok()) {
        known.extend(text.lines().filter_map(read));
    }
    let wanted = (0..cases.len()).flat_map(|i| SINGLES.iter().map(move |m| (i, m.to_string())));
    let missing: Vec<(usize, String)> = wanted.filter(|key| !known.contains_key(key)).collect();
    let mut file = match &arguments.singles {
        Some(path) => Some(fs::OpenOptions::new().create(true).append(true).open(path)?),
        None => None,
    };
    for few in missing.chunks(256) {
        let runs: Vec<Run> = pool.install(|| few.par_iter().map(|(i, name)| one(&cases[*i], name, arguments)).collect());
        for (key, run) in few.iter().zip(runs) {
            if let Some(file) = &mut file {
                writeln!(file, "{}", line(key, &run))?;
            }
            known.insert(key.clone(), run);
        }
    }
    let started = Instant::now();
    let autos: Vec<Run> = pool.install(|| cases.par_iter().map(|case| one(case, "auto", arguments)).collect());
    let seconds = started.elapsed().as_secs_f64();
    if let Some(path) = &arguments.csv {
        let mut csv = fs::File::create(path)?;
        writeln!(csv, "case,name,dim,rtol,method,evaluations,right,silent,note")?;
        for (i, case) in cases.iter().enumerate() {
            let runs = SINGLES.iter().filter_map(|m| Some((*m, known.get(&(i, m.to_string()))?)));
            for (method, run) in runs.chain([("auto", &autos[i])]) {
                let Run { evaluations, is_right, is_silent, note } = run;
                let Case { name, dim, rtol, .. } = case;
                let of = name.replace(',', ";");
                writeln!(csv, "{i},{of},{dim},{rtol:.2e},{method},{evaluations},{is_right},{is_silent},{note}")?;
            }
        }
    }
    let suites = 2 * suites::all().len();
    for (title, range) in [("suites", 0..suites), ("random", suites..cases.len()), ("all", 0..cases.len())] {
        print(title, range, &cases, &known, &autos, arguments.max_evals);
    }
    println!("auto: {seconds:.0} s");
    Ok(())
}

/// The figures of a part of the cases.
fn print(
    title: &str,
    range: std::ops::Range<usize>,
    cases: &[Case],
    known: &BTreeMap<(usize, String), Run>,
    autos: &[Run],
    budget: u64,
) {
    let of = |i: usize, m: &str| &known[&(i, m.to_string())];
    let best =
        |i: usize| SINGLES.iter().map(|m| (of(i, m), *m)).filter(|(run, _)| run.is_right).min_by_key(|(run, _)| run.evaluations);
    let count = |which: &dyn Fn(usize) -> bool| range.clone().filter(|i| which(*i)).count();
    let total = range.len();
    println!("\n{title}: {total} cases");
    println!("| method | right | silent | evaluations, all cases | best (and right) |\n|---|---|---|---|---|");
    for m in SINGLES {
        let right = count(&|i| of(i, m).is_right);
        let silent = count(&|i| of(i, m).is_silent);
        let sum: u64 = range.clone().map(|i| if of(i, m).is_right { of(i, m).evaluations } else { budget }).sum();
        println!("| {m} | {right} | {silent} | {sum} | {} |", count(&|i| best(i).is_some_and(|(_, by)| by == m)));
    }
    let right = count(&|i| autos[i].is_right);
    let silent = count(&|i| autos[i].is_silent);
    let sum: u64 = range.clone().map(|i| if autos[i].is_right { autos[i].evaluations } else { budget }).sum();
    println!("| auto | {right} | {silent} | {sum} | |");
    let lost: Vec<usize> =
        range.clone().filter(|i| !autos[*i].is_right && best(*i).is_some_and(|(run, _)| run.evaluations <= budget / 2)).collect();
    let mut ratios: Vec<(f64, usize)> = range
        .clone()
        .filter(|i| autos[*i].is_right)
        .filter_map(|i| Some((autos[i].evaluations as f64 / best(i)?.0.evaluations.max(1) as f64, i)))
        .collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at =
        |part: f64| ratios.get(((ratios.len() as f64 * part) as usize).min(ratios.len().saturating_sub(1))).map_or(0.0, |r| r.0);
    let below = |most: f64| 100.0 * ratios.iter().filter(|(ratio, _)| *ratio <= most).count() as f64 / ratios.len().max(1) as f64;
    println!("not converged where a single method is within half the budget: {}", lost.len());
    println!(
        "evaluations beside the best: median {:.2}, 90 % {:.2}, 99 % {:.2}; at most 3 times in {:.1} %, 6 times in {:.1} %",
        at(0.5),
        at(0.9),
        at(0.99),
        below(3.0),
        below(6.0)
    );
    println!("silent: {:.2} %", 100.0 * silent as f64 / total as f64);
    if title != "all" {
        let show = |i: usize| {
            let (run, by) = best(i).map_or((0, "-"), |(run, by)| (run.evaluations, by));
            let Case { name, dim, rtol, .. } = &cases[i];
            format!("{i} {name} {dim}-D {rtol:.1e}: {by} {run}, auto {} {}", autos[i].evaluations, autos[i].note)
        };
        lost.iter().for_each(|i| println!("  lost   {}", show(*i)));
        range.clone().filter(|i| autos[*i].is_silent).for_each(|i| println!("  silent {}", show(i)));
        ratios.iter().rev().filter(|r| r.0 > 3.0).for_each(|(ratio, i)| println!("  {ratio:6.1} {}", show(*i)));
    }
}

/// The cases, the same in every run.
fn cases(arguments: &Arguments) -> Vec<Case> {
    let of_suites = OF_SUITES.into_iter().flat_map(|rtol| {
        suites::all().into_iter().map(move |Named { name, member }| Case { name, dim: member.limits.len(), rtol, member })
    });
    let all = [Group::Genz, Group::Oblique].into_iter().flat_map(Group::subjects);
    // Drawn since the tables were made: with it all members would be others. `auto` does worst on it, which a table of its own says.
    let subjects: Vec<Subject> = all.filter(|subject| *subject != Subject::Oblique(Kind::OnHill)).collect();
    let random = (0..arguments.count).map(|index| {
        let mut draw = Draw::new(STREAM, 0, arguments.seeds[0], index);
        let subject = subjects[draw.below(subjects.len())];
        let dims: Vec<usize> = (DIMS.0..=DIMS.1).filter(|dim| subject.has(*dim)).collect();
        let (dim, rtol) = (dims[draw.below(dims.len())], draw.log_between(RTOLS.0, RTOLS.1));
        let member = subject.member(dim, 1.0, arguments.seeds[0], index);
        Case { name: subject.name().into(), dim, rtol, member }
    });
    of_suites.chain(random).collect()
}

/// A method on a case.
fn one(case: &Case, name: &str, arguments: &Arguments) -> Run {
    let Case { rtol, member, .. } = case;
    let options = Options::default().rtol(*rtol).max_evals(arguments.max_evals).threads(1);
    let found = member
        .domain()
        .and_then(|domain| method(name).expect("one of the list").integrate(&*member.integrand, &domain, &options));
    let Ok(report) = found else { return Run { evaluations: 0, is_right: false, is_silent: false, note: "cannot".into() } };
    let Estimate { value, error } = report.integrals[0];
    let claim = Outcome {
        converged: report.converged(),
        suspect: report.suspect.is_some(),
        ..Outcome::claim(Estimate { value, error }, member.exact, *rtol, allowed(report.error_kind()))
    };
    let choice = report.choice.map_or_else(String::new, |choice| {
        let tried = choice.tried.iter().map(|t| format!(" {} {} {:.0e}", t.method, t.evaluations, t.estimate.error));
        format!("[{}]:{}", choice.method, tried.collect::<String>())
    });
    let off = (value - member.exact).abs();
    let note =
        format!("{choice} off {:.1e} stated {:.1e} {:?}", off / member.exact.abs(), error / member.exact.abs(), report.stop);
    Run { evaluations: report.evaluations, is_right: claim.is_right(), is_silent: claim.is_silent(), note }
}

fn line((case, method): &(usize, String), run: &Run) -> String {
    let Run { evaluations, is_right, is_silent, note } = run;
    format!("{case},{method},{evaluations},{is_right},{is_silent},{note}")
}

fn read(line: &str) -> Option<((usize, String), Run)> {
    let mut parts = line.splitn(6, ',');
    let mut next = || parts.next();
    let key = (next()?.parse().ok()?, next()?.to_string());
    let (evaluations, is_right, is_silent) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?);
    Some((key, Run { evaluations, is_right, is_silent, note: next()?.to_string() }))
}
