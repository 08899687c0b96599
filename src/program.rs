//! The program: words become a job, the job is run, its result is printed.

use crate::algorithms::{Target, Team};
use crate::cli::{self, Watcher};
use crate::compare::compare;
use crate::history::History;
use crate::output;
use crate::progress::Progress;
use crate::seat;
use crate::variation::{Members, optimize, scan};
use std::process::ExitCode;

/// Does what the words of the command line ask for, and returns the program's status. Where a `team` runs it together, the first rank
/// reads, writes and prints, and has the status of the run; the others only calculate.
pub fn main(team: Option<Team>) -> ExitCode {
    team.into_iter().for_each(seat::take);
    let status = run().unwrap_or_else(|error| {
        output::error(&error);
        2
    });
    ExitCode::from(if seat::is_first() { status } else { 0 })
}

/// Does what was asked; the exit status is 0 where the tolerance was met and nothing speaks against the result, 1 where not.
fn run() -> Result<u8, cli::Failure> {
    let cli::Request { action, format, watch, profile } = match cli::Request::parse(std::env::args_os()) {
        Ok(request) => request?,
        Err(said) => return output::usage(&said),
    };
    match action {
        cli::Action::Methods => output::methods(format),
        cli::Action::Page(text) => output::page(&text),
        cli::Action::Catalogue(entries, verbose) => output::catalogue(format, &entries, verbose),
        cli::Action::Show(energy) => output::energy(&energy),
        cli::Action::Integrate(mut job) => {
            let names = cli::target_names(&job.problem, &job.options);
            let mut progress = Progress::new(watch, &names, job.checkpoint.clone())?;
            progress.may_interrupt(&mut job.options);
            let regions = job.plot.is_some() && job.variables.len() == 2;
            progress.keep(History::new(regions, job.integrator.name() == "auto"));
            let report = job.run(&mut progress)?;
            if let (true, Some(line)) = (job.verbose, progress.history().line()) {
                output::note(&format!("convergence: {line}"));
            }
            let times = output::times(&job.options);
            output::report(format, &job, &report, &progress)?;
            output::profile(profile.as_deref(), &times);
            Ok(u8::from(!report.converged()))
        }
        cli::Action::Scan(mut job) => {
            let names = match &job.family {
                Members::Integrals(sweep) if job.options.target == Target::Each => {
                    sweep.names().iter().map(String::as_str).collect()
                }
                Members::Integrals(_) => vec!["ratio"],
                _ => vec!["energy"],
            };
            let mut progress = Progress::new(watch, &names, None)?;
            progress.may_interrupt(&mut job.options);
            let (axes, options) = (&job.task, &job.options);
            let found = scan(job.family.clone(), axes, &*job.integrator, options, &mut |event| progress.follow(event));
            progress.end();
            let fubini::variation::Scan { points, refused } = &found?;
            let times = output::times(&job.options);
            output::scan(format, &job, points, refused)?;
            output::profile(profile.as_deref(), &times);
            for refused in refused {
                output::warning(&format!("no result: {refused}"));
            }
            let all = points.len() == axes.iter().map(|axis| axis.values.len()).product::<usize>();
            Ok(u8::from(!all || points.iter().any(|point| !point.report.converged())))
        }
        cli::Action::Optimize(mut job) => {
            let mut progress = Progress::new(watch, &["energy"], None)?;
            progress.may_interrupt(&mut job.options);
            let (search, options) = (&job.task, &job.options);
            let best = optimize(job.family.clone(), &*job.integrator, options, search, &mut |event| progress.follow(event));
            progress.end();
            let best = best?;
            let times = output::times(&job.options);
            output::optimum(format, &job, &best)?;
            output::profile(profile.as_deref(), &times);
            Ok(u8::from(!best.converged()))
        }
        cli::Action::Compare(mut job) => {
            let names = cli::target_names(&job.problem, &job.options);
            let mut progress = Progress::new(watch, &names, None)?;
            progress.may_interrupt(&mut job.options);
            let methods: Vec<_> = job.methods.iter().map(|method| &**method).collect();
            let (budgets, options) = (&job.budgets, &job.options);
            let all = compare(&job.problem, &methods, budgets, options, &mut |step| progress.step(&step));
            progress.end();
            if let (true, Some(refusal)) = (all.rows.is_empty(), all.refused.first()) {
                return Err(refusal.error.clone().into());
            }
            let times = output::times(&job.options);
            output::comparison(format, &job, &all)?;
            output::profile(profile.as_deref(), &times);
            let made = all.rows.len() + all.refused.len() == methods.len() * budgets.len();
            Ok(u8::from(!made || all.rows.iter().any(|row| row.report.suspect.is_some())))
        }
    }
}
